//! Nothing that is formatted shows a secret, and no proof or secret can be copied or stored.

#![allow(clippy::expect_used, reason = "tests")]

use std::fmt::Debug;

use chacha20::ChaCha20Rng;
use chacha20::rand_core::SeedableRng as _;
use mfakit_core::{SecretArray, UserId};
use mfakit_pin::{
    Cost, NewPin, OutOfMemory, Pepper, PepperedHash, Pin, PinHash, PinHasher, PinPolicy,
    VerifiedPin, danger,
};
use zeroize::ZeroizeOnDrop;

/// Fails to compile if the type implements the trait: then both `impl`s below apply.
macro_rules! assert_not_impl {
    ($type:ty: $($trait:path),+) => {$(
        const _: fn() = || {
            trait AmbiguousIfImplemented<Which> {
                fn item() {}
            }
            impl<T: ?Sized> AmbiguousIfImplemented<()> for T {}
            struct Implemented;
            impl<T: ?Sized + $trait> AmbiguousIfImplemented<Implemented> for T {}
            let _ = <$type as AmbiguousIfImplemented<_>>::item;
        };
    )+};
}

assert_not_impl!(Pin: Clone, PartialEq, std::fmt::Display, serde::Serialize);
assert_not_impl!(NewPin: Clone, PartialEq, std::fmt::Display, serde::Serialize);
assert_not_impl!(PinHash: std::fmt::Display);
assert_not_impl!(VerifiedPin: Clone, Default, PartialEq, serde::Serialize);
assert_not_impl!(VerifiedPin: serde::de::DeserializeOwned);

const fn assert_wiped<T: ZeroizeOnDrop>() {}
const _: () = {
    assert_wiped::<Pin>();
    assert_wiped::<NewPin>();
    assert_wiped::<VerifiedPin>();
};

#[test]
fn debug_of_every_public_type_hides_the_secrets() {
    let secret = SecretArray::new(*b"pepper-pepper-pepper-pepper-0042");
    let pepper = Pepper::new(3, &secret);
    let cost = danger::cheap_cost(8, 1, 1).expect("in bounds");
    let hasher = PinHasher::new(pepper).with_cost(cost);
    let user = UserId::from_bytes(b"alice").expect("1 to 64 bytes");
    let pin = || Pin::parse("48219").expect("a PIN");
    let policy = PinPolicy::strict().with_min_digits(mfakit_pin::MinDigits::Four);
    let new = policy.admit(pin(), &[]).expect("no rule");
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let hash = hasher.hash(&new, &user, None, &mut rng).expect("memory");
    let current: PepperedHash<'_> = hash.with_pepper(pepper).expect("same number");
    let refused = current.verify(Pin::parse("48218").expect("a PIN"), &user);
    let verified = current.verify(pin(), &user).expect("right PIN");
    let reused = hasher.hash(&new, &user, Some(current), &mut rng);

    let shown = show(&[
        &pepper,
        &hasher,
        &policy,
        &new,
        &hash,
        &current,
        &refused.as_ref().map(drop),
        refused.as_ref().expect_err("wrong PIN"),
        &verified,
        reused.as_ref().expect_err("same PIN"),
        &pin(),
        &Pin::parse("4821x").map(drop),
        &policy
            .admit(Pin::parse("4321").expect("a PIN"), &[])
            .map(drop),
        &PinHash::parse(&hash.to_text()[1..]).map(drop),
        &hash.with_pepper(Pepper::new(4, &secret)).map(drop),
        &Cost::new(1, 1, 1),
        &OutOfMemory,
    ]);

    let text = hash.to_text();
    let mut secrets: Vec<&str> = text.split('$').skip(4).collect();
    secrets.extend(["48219", "48218", "4821", "4321", "pepper-pepper"]);
    // The same as decimal bytes, which is how a derived `Debug` would show them.
    let digits = format!("{:?}", b"48219");
    let pepper_bytes = format!("{:?}", secret.expose());
    secrets.extend([
        digits.trim_matches(['[', ']']),
        pepper_bytes.trim_matches(['[', ']']),
    ]);
    for secret in secrets {
        assert!(!shown.contains(secret), "{secret:?} in {shown}");
    }
    assert!(shown.contains("Pin { .. }"), "{shown}");
}

fn show(values: &[&dyn Debug]) -> String {
    values
        .iter()
        .map(|value| format!("{value:?} {value:#?}\n"))
        .collect()
}
