//! Nothing that is formatted shows a code, and no code or proof can be copied or stored.

#![allow(clippy::expect_used, reason = "tests")]

use std::fmt::{Debug, Display};

use chacha20::ChaCha20Rng;
use chacha20::rand_core::SeedableRng as _;
use mfakit_activation::{
    Activation, ActivationCodes, Address, AddressRule, Claimant, ClaimedCode, IssuedCode, Purpose,
    RedeemedCode, Subject, Transition, TypedCode,
};
use mfakit_core::{SecretArray, UnixTime, UserId};
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

assert_not_impl!(IssuedCode: Clone, Display, PartialEq, AsRef<str>, serde::Serialize);
assert_not_impl!(TypedCode: Clone, Display, PartialEq, AsRef<str>, serde::Serialize);
assert_not_impl!(Claimant: Clone, Display, PartialEq, serde::Serialize);
assert_not_impl!(ClaimedCode: Clone, Default, PartialEq, serde::Serialize);
assert_not_impl!(ClaimedCode: serde::de::DeserializeOwned);
assert_not_impl!(RedeemedCode: Clone, Default, PartialEq, serde::Serialize);
assert_not_impl!(RedeemedCode: serde::de::DeserializeOwned);
assert_not_impl!(Transition<RedeemedCode>: Clone, Default);
assert_not_impl!(Address: Display);

const fn assert_wiped<T: ZeroizeOnDrop>() {}
const _: () = {
    assert_wiped::<IssuedCode>();
    assert_wiped::<TypedCode>();
    assert_wiped::<Claimant>();
};

/// act-log, and personal data besides: neither codes, keys, hashes nor addresses.
#[test]
fn debug_of_every_public_type_hides_the_secrets() {
    let key = SecretArray::new(*b"activation-key-activation-key-42");
    let codes = ActivationCodes::new(&key);
    let user = UserId::from_bytes(b"ann").expect("3 bytes");
    let address = Address::parse("ann.lee@example.com", AddressRule::Rfc).expect("an address");
    let subject = Subject::new(&user, Purpose::Enable, &address);
    let now = UnixTime::from_secs(1_700_000_000);
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let browser = Claimant::from_bytes(b"browser-cookie-0042").expect("19 bytes");

    let issue = codes.issue(&Activation::new(user), &subject, now, &mut rng);
    let mut shown = show(&[&issue]);
    let (state, issued) = issue.into_parts();
    let issued = issued.expect("first");
    let code = TypedCode::parse(issued.expose()).expect("as shown");
    let wrong = TypedCode::parse("222-222-222").expect("well formed");
    let (state, mismatch) = codes
        .claim(&state, &subject, &browser, &wrong, now)
        .into_parts();
    shown += &show(&[&state, &issued, &code, &mismatch]);
    let claim = codes.claim(&state, &subject, &browser, &code, now);
    shown += &show(&[&claim]);
    let (state, claimed) = claim.into_parts();
    shown += &show(&[&state, &claimed, &state.pending(Purpose::Enable, now)]);
    let (state, redeemed) = codes.redeem(&state, &subject, &browser, now).into_parts();
    shown += &show(&[
        &codes,
        &subject,
        &browser,
        &address,
        &state,
        &redeemed,
        &TypedCode::parse("K7M-2QX-9H0").map(drop),
        &Address::parse("ann.lee@example.com\n", AddressRule::Rfc).map(drop),
        &Activation::from_bytes(b"K7M").map(drop),
        &Claimant::from_bytes(b"browser-cookie").map(drop),
    ]);

    let plain = issued.expose().replace('-', "");
    let mut secrets = vec![
        issued.expose().to_owned(),
        plain.clone(),
        plain.to_lowercase(),
        "222-222".to_owned(),
        "222222".to_owned(),
        "K7M".to_owned(),
        "ann.lee".to_owned(),
        "example.com".to_owned(),
        "browser-cookie".to_owned(),
        "activation-key".to_owned(),
    ];
    // The same as decimal bytes, which is how a derived `Debug` would show them; and runs of eight
    // bytes of the stored form, in which the hashes are.
    let decimal = |bytes: &[u8]| {
        let list = format!("{bytes:?}");
        list.trim_matches(['[', ']']).to_owned()
    };
    secrets.push(decimal(plain.as_bytes()));
    secrets.push(decimal(b"browser-cookie"));
    let (state, _) = codes
        .issue(
            &Activation::new(user),
            &subject,
            now,
            &mut ChaCha20Rng::seed_from_u64(1),
        )
        .into_parts();
    secrets.extend(state.to_bytes().windows(8).map(decimal));
    for secret in secrets {
        assert!(!shown.contains(&secret), "{secret:?} in {shown}");
    }
    for type_name in [
        "IssuedCode {",
        "Activation {",
        "RedeemedCode {",
        "Claimant {",
    ] {
        assert!(shown.contains(type_name), "{type_name:?} in {shown}");
    }
}

/// The stored form holds no code: neither as text nor in any other spelling of its bytes.
#[test]
fn the_stored_state_holds_no_code() {
    let key = SecretArray::new([7; 32]);
    let user = UserId::from_bytes(b"ann").expect("3 bytes");
    let address = Address::parse("ann@example.com", AddressRule::Rfc).expect("an address");
    let subject = Subject::new(&user, Purpose::Enable, &address);
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let (state, issued) = ActivationCodes::new(&key)
        .issue(
            &Activation::new(user),
            &subject,
            UnixTime::from_secs(1),
            &mut rng,
        )
        .into_parts();
    let issued = issued.expect("first");
    let stored = state.to_bytes();
    let contains = |needle: &[u8]| stored.windows(needle.len()).any(|window| window == needle);
    assert!(
        contains(address.as_str().as_bytes()),
        "what is there is found"
    );
    let plain = issued.expose().replace('-', "");
    for spelling in [issued.expose(), &plain, &plain.to_lowercase()] {
        for part in spelling.as_bytes().windows(3) {
            assert!(!contains(part), "{part:?}");
        }
    }
}

fn show(values: &[&dyn Debug]) -> String {
    values
        .iter()
        .map(|value| format!("{value:?} {value:#?}\n"))
        .collect()
}
