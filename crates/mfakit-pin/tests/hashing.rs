//! What a hash accepts, what it refuses, and what is refused as a hash.

#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "tests")]

use chacha20::ChaCha20Rng;
use chacha20::rand_core::SeedableRng as _;
use mfakit_core::{SecretArray, UserId};
use mfakit_pin::{
    CorruptHash, Cost, Pepper, Pin, PinHash, PinHasher, PinPolicy, SetError, VerifyError,
    WrongPepper, danger,
};

static OLD: SecretArray<32> = SecretArray::new([1; 32]);
static NEW: SecretArray<32> = SecretArray::new([2; 32]);

fn rng() -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(0)
}

fn cheap() -> Cost {
    danger::cheap_cost(8, 1, 1).expect("Argon2 has it")
}

fn user(name: &str) -> UserId {
    UserId::from_bytes(name.as_bytes()).expect("1 to 64 bytes")
}

fn pin(digits: &str) -> Pin {
    Pin::parse(digits).expect("a PIN")
}

fn hash(hasher: PinHasher<'_>, digits: &str, owner: &str) -> PinHash {
    let new = PinPolicy::manual()
        .admit(pin(digits), &[])
        .expect("no rule");
    hasher
        .hash(&new, &user(owner), None, &mut rng())
        .expect("memory")
}

fn verify(
    hash: &PinHash,
    pepper: Pepper<'_>,
    digits: &str,
    owner: &str,
) -> Result<UserId, VerifyError> {
    let stored = hash.with_pepper(pepper).expect("same number");
    let verified = stored.verify(pin(digits), &user(owner))?;
    Ok(*verified.user())
}

#[test]
fn the_right_pin_names_its_user_and_a_wrong_one_is_a_mismatch() {
    let pepper = Pepper::new(1, &OLD);
    let stored = hash(PinHasher::new(pepper).with_cost(cheap()), "4821", "alice");
    assert_eq!(verify(&stored, pepper, "4821", "alice"), Ok(user("alice")));
    for wrong in ["4822", "04821", "48211", "1284"] {
        assert_eq!(
            verify(&stored, pepper, wrong, "alice"),
            Err(VerifyError::PinMismatch),
            "{wrong}"
        );
    }
}

/// pin-stored-hash-other-user: a row copied to another user does not verify there.
#[test]
fn a_hash_copied_to_another_user_is_a_mismatch() {
    let pepper = Pepper::new(1, &OLD);
    let stored = hash(PinHasher::new(pepper).with_cost(cheap()), "4821", "alice");
    for other in ["bob", "Alice", "alice\0", "alic"] {
        assert_eq!(
            verify(&stored, pepper, "4821", other),
            Err(VerifyError::PinMismatch),
            "{other:?}"
        );
    }
}

#[test]
fn without_its_pepper_a_hash_says_which_one_it_needs() {
    let stored = hash(
        PinHasher::new(Pepper::new(1, &OLD)).with_cost(cheap()),
        "4821",
        "alice",
    );
    let refused = stored.with_pepper(Pepper::new(2, &NEW)).map(drop);
    let WrongPepper { needed, given, .. } = refused.expect_err("another number");
    assert_eq!((needed, given), (1, 2));
    // The same number for another secret cannot be noticed; it is no way in.
    assert_eq!(
        verify(&stored, Pepper::new(1, &NEW), "4821", "alice"),
        Err(VerifyError::PinMismatch)
    );
}

#[test]
fn a_new_pin_is_not_the_current_one() {
    let (old, new) = (Pepper::new(1, &OLD), Pepper::new(2, &NEW));
    let stored = hash(PinHasher::new(old).with_cost(cheap()), "4821", "alice");
    let current = stored.with_pepper(old).expect("same number");
    // The current hash is of another pepper and another cost than the new one.
    let hasher = PinHasher::new(new).with_cost(danger::cheap_cost(16, 2, 1).expect("in bounds"));
    let set = |digits: &str| {
        let new = PinPolicy::manual()
            .admit(pin(digits), &[])
            .expect("no rule");
        hasher.hash(&new, &user("alice"), Some(current), &mut rng())
    };

    let reused = set("4821").map(drop);
    assert_eq!(reused, Err(SetError::PinReused));
    assert!(SetError::PinReused.counts_as_attempt());

    let changed = set("4822").expect("another PIN");
    assert_eq!(verify(&changed, new, "4822", "alice"), Ok(user("alice")));
    assert_eq!(
        verify(&changed, new, "4821", "alice"),
        Err(VerifyError::PinMismatch)
    );
}

#[test]
fn another_pepper_or_another_cost_asks_for_a_rehash() {
    let (old, new) = (Pepper::new(1, &OLD), Pepper::new(2, &NEW));
    let before = PinHasher::new(old).with_cost(cheap());
    let stored = hash(before, "4821", "alice");
    assert!(!before.needs_rehash(&stored));

    let dearer = danger::cheap_cost(16, 1, 1).expect("in bounds");
    assert!(before.with_cost(dearer).needs_rehash(&stored));
    let after = PinHasher::new(new).with_cost(cheap());
    assert!(after.needs_rehash(&stored));

    let current = stored.with_pepper(old).expect("same number");
    let verified = current
        .verify(pin("4821"), &user("alice"))
        .expect("right PIN");
    let rehashed = after.rehash(&verified, &mut rng()).expect("memory");
    assert!(!after.needs_rehash(&rehashed));
    assert_eq!((rehashed.pepper_id(), rehashed.cost()), (2, cheap()));
    assert_eq!(verify(&rehashed, new, "4821", "alice"), Ok(user("alice")));
}

#[test]
fn two_hashes_of_one_pin_have_nothing_in_common() {
    let hasher = PinHasher::new(Pepper::new(1, &OLD)).with_cost(cheap());
    let new = PinPolicy::manual()
        .admit(pin("4821"), &[])
        .expect("no rule");
    let mut rng = rng();
    let mut text = || {
        let hash = hasher.hash(&new, &user("alice"), None, &mut rng);
        hash.expect("memory").to_text()
    };
    let (one, two) = (text(), text());
    let fields = |text: &str| text.split('$').map(str::to_owned).collect::<Vec<_>>();
    let (one, two) = (fields(&one), fields(&two));
    assert_eq!(one[..4], two[..4]);
    assert_ne!(one[4], two[4], "salt");
    assert_ne!(one[5], two[5], "hash");
}

/// pin-unknown-user: a user without a PIN gets the answer of a wrong PIN.
#[test]
fn a_user_without_a_pin_gets_the_answer_of_a_wrong_one() {
    let hasher = PinHasher::new(Pepper::new(1, &OLD)).with_cost(cheap());
    let refusal = hasher.verify_absent(&pin("4821"), &user("nobody"));
    assert_eq!(refusal, VerifyError::PinMismatch);
    assert!(refusal.counts_as_attempt());
    assert!(!VerifyError::OutOfMemory.counts_as_attempt());
}

const TEXT: &str = "$mfakit-pin$v=1$k=1,m=19456,t=2,p=1$1LtJUWX7wzwfnp15wVATyA\
                    $SyL8fnSjn1VA2RpEbzPZumpEPwvjoYmhINwmsKEkMXY$35X3pg";

/// pin-stored-hash-truncated: no damage goes unnoticed, wherever it is.
#[test]
fn every_cut_and_every_changed_character_is_corrupt() {
    assert_eq!(PinHash::parse(TEXT).expect("intact").to_text(), TEXT);
    for end in 0..TEXT.len() {
        assert_eq!(
            PinHash::parse(&TEXT[..end]).map(drop),
            Err(CorruptHash::Malformed),
            "cut after {end}"
        );
    }
    for at in 0..TEXT.len() {
        for with in ["$", ",", "=", "0", "9", "A", "+", "-", " ", "\n", "\0", "é"] {
            let damaged = [&TEXT[..at], with, &TEXT[at + 1..]].concat();
            if damaged != TEXT {
                assert!(PinHash::parse(&damaged).is_err(), "{damaged:?}");
            }
        }
        let doubled = [&TEXT[..=at], &TEXT[at..]].concat();
        assert!(PinHash::parse(&doubled).is_err(), "{doubled:?}");
    }
}

#[test]
fn a_cost_out_of_bounds_is_refused_before_any_memory_is_taken() {
    for numbers in [
        "k=1,m=65537,t=2,p=1",
        "k=1,m=4294967295,t=2,p=1",
        "k=1,m=19456,t=11,p=1",
        "k=1,m=19456,t=4294967295,p=1",
        "k=1,m=19456,t=2,p=5",
        "k=1,m=19456,t=0,p=1",
        "k=1,m=19456,t=2,p=0",
        "k=1,m=7,t=2,p=1",
    ] {
        let text = TEXT.replace("k=1,m=19456,t=2,p=1", numbers);
        assert_eq!(
            PinHash::parse(&text).map(drop),
            Err(CorruptHash::CostOutOfBounds),
            "{numbers}"
        );
    }
}

#[test]
fn numbers_are_written_in_one_way_only() {
    for numbers in [
        "k=01,m=19456,t=2,p=1",
        "k=+1,m=19456,t=2,p=1",
        "k=1,m=019456,t=2,p=1",
        "k=1,m=19456,t=2,p=1,",
        "k=1,m=19456,t=2,p=1,x=1",
        "k=1,m=19456,p=1,t=2",
        "m=19456,t=2,p=1",
        "k=4294967296,m=19456,t=2,p=1",
        "k=-1,m=19456,t=2,p=1",
        "k=,m=19456,t=2,p=1",
        "K=1,m=19456,t=2,p=1",
    ] {
        let text = TEXT.replace("k=1,m=19456,t=2,p=1", numbers);
        assert_eq!(
            PinHash::parse(&text).map(drop),
            Err(CorruptHash::Malformed),
            "{numbers}"
        );
    }
}

#[test]
fn texts_of_other_kinds_are_refused() {
    for (text, want) in [
        (TEXT.replace("v=1", "v=2"), CorruptHash::UnknownVersion),
        (
            "$mfakit-pin$v=2$whatever".to_owned(),
            CorruptHash::UnknownVersion,
        ),
        (TEXT.replace("v=1", "v=x"), CorruptHash::Malformed),
        (TEXT.replace("v=1", "v=99999999999"), CorruptHash::Malformed),
        (
            TEXT.replace("mfakit-pin", "argon2id"),
            CorruptHash::Malformed,
        ),
        (format!("{TEXT}$"), CorruptHash::Malformed),
        (format!("{TEXT}$AAAA"), CorruptHash::Malformed),
        (format!(" {TEXT}"), CorruptHash::Malformed),
        (format!("{TEXT}\n"), CorruptHash::Malformed),
        (format!("{TEXT}="), CorruptHash::Malformed),
        (String::new(), CorruptHash::Malformed),
        ("$".repeat(1_000_000), CorruptHash::Malformed),
        (TEXT.repeat(10_000), CorruptHash::Malformed),
    ] {
        let outcome = PinHash::parse(&text).map(drop);
        let shown: String = text.chars().take(200).collect();
        assert_eq!(outcome, Err(want), "{shown:?}");
    }
}
