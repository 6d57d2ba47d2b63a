//! Laws that hold for every PIN, user, pepper and cost.

#![allow(clippy::expect_used, reason = "tests")]

use chacha20::ChaCha20Rng;
use chacha20::rand_core::SeedableRng as _;
use mfakit_core::{SecretArray, UserId};
use mfakit_pin::{
    Cost, InvalidPin, Pepper, Pin, PinHash, PinHasher, PinPolicy, SetError, VerifyError, danger,
};
use proptest::prelude::*;

/// PINs as text, of every length.
fn digits() -> impl Strategy<Value = String> {
    "[0-9]{4,8}".prop_filter("two distinct digits", |text| Pin::parse(text).is_ok())
}

prop_compose! {
    fn user()(id in prop::collection::vec(any::<u8>(), 1..=64)) -> UserId {
        UserId::from_bytes(&id).expect("1 to 64 bytes")
    }
}

prop_compose! {
    fn cost()(memory_kib in 32..=128_u32, passes in 1..=3_u32, lanes in 1..=4_u32) -> Cost {
        danger::cheap_cost(memory_kib, passes, lanes).expect("in bounds")
    }
}

fn pin(text: &str) -> Pin {
    Pin::parse(text).expect("a PIN")
}

proptest! {
    /// A text is a PIN exactly if it is 4 to 8 ASCII digits that are not all the same.
    #[test]
    fn parsing_agrees_with_the_definition(text in prop_oneof![
        any::<String>(),
        "[0-9]{0,10}",
        "[01]{3,9}",
        "[0-9０-９٠-٩]{3,9}",
        "\\PC{4,8}",
    ]) {
        let mut distinct: Vec<char> = text.chars().collect();
        let length = distinct.len();
        let all_digits = distinct.iter().all(char::is_ascii_digit);
        distinct.sort_unstable();
        distinct.dedup();
        let want = if !all_digits {
            Err(InvalidPin::NotDigits)
        } else if !(4..=8).contains(&length) {
            Err(InvalidPin::Length)
        } else if distinct.len() == 1 {
            Err(InvalidPin::OneDigitRepeated)
        } else {
            Ok(())
        };
        prop_assert_eq!(Pin::parse(&text).map(drop), want);
    }

    /// A hash verifies the PIN and the user it was made of, and no other of either, also after it
    /// has been written and read; and it cannot be replaced by one of the same PIN.
    #[test]
    fn a_hash_is_of_one_pin_and_one_user(
        right in digits(),
        other in digits(),
        owner in user(),
        stranger in user(),
        cost in cost(),
        pepper_id in any::<u32>(),
        secret in any::<[u8; 32]>(),
        seed in any::<u64>(),
    ) {
        let secret = SecretArray::new(secret);
        let pepper = Pepper::new(pepper_id, &secret);
        let hasher = PinHasher::new(pepper).with_cost(cost);
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let new = PinPolicy::manual().admit(pin(&right), &[])?;

        let text = hasher.hash(&new, &owner, None, &mut rng)?.to_text();
        prop_assert!(text.len() <= PinHash::MAX_TEXT_BYTES);
        let hash = PinHash::parse(&text)?;
        prop_assert_eq!(hash.to_text(), text);
        prop_assert!(!hasher.needs_rehash(&hash));

        let current = hash.with_pepper(pepper)?;
        let verify = |digits, user| {
            let verified = current.verify(pin(digits), user)?;
            Ok(*verified.user())
        };
        prop_assert_eq!(verify(&right, &owner), Ok(owner));
        if other != right {
            prop_assert_eq!(verify(&other, &owner), Err(VerifyError::PinMismatch));
        }
        if stranger != owner {
            prop_assert_eq!(verify(&right, &stranger), Err(VerifyError::PinMismatch));
        }
        let again = hasher.hash(&new, &owner, Some(current), &mut rng).map(drop);
        prop_assert_eq!(again, Err(SetError::PinReused));
    }

    /// Whatever is read as a hash is the text that the hash is written as.
    #[test]
    fn the_text_of_a_hash_is_canonical(text in prop_oneof![
        any::<String>(),
        "\\$mfakit-pin\\$v=[0-9]{1,2}\\$k=[0-9]{1,10},m=[0-9]{1,6},t=[0-9]{1,2},p=[0-9]\
         \\$[A-Za-z0-9+/]{22}\\$[A-Za-z0-9+/]{43}\\$[A-Za-z0-9+/]{6}",
    ]) {
        if let Ok(hash) = PinHash::parse(&text) {
            prop_assert_eq!(hash.to_text(), text);
        }
    }

    /// A stricter policy admits nothing that a laxer one refuses.
    #[test]
    fn policies_only_take_away(text in digits(), own in "\\PC{0,20}") {
        let admits = |policy: PinPolicy| policy.admit(pin(&text), &[&own]).is_ok();
        prop_assert!(admits(PinPolicy::manual()));
        let blocking = admits(PinPolicy::manual().with_block_list());
        prop_assert_eq!(admits(PinPolicy::strict()), blocking && text.len() == 8);
    }
}
