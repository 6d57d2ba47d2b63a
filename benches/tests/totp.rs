//! Ours and `totp-rs` on the same secrets, times and codes: where they differ, it is listed.

use mfakit_core::UnixTime;
use mfakit_totp::{
    Algorithm, Digits, KeyUri, LastStep, Params, Period, Secret, Totp, TypedCode, Window,
};
use proptest::prelude::*;

fn algorithms() -> impl Strategy<Value = (Algorithm, totp_rs::Algorithm)> {
    prop_oneof![
        Just((Algorithm::Sha1, totp_rs::Algorithm::SHA1)),
        Just((Algorithm::Sha256, totp_rs::Algorithm::SHA256)),
        Just((Algorithm::Sha512, totp_rs::Algorithm::SHA512)),
    ]
}

proptest! {
    /// The same code at the same time, and the same verdict on a first use.
    #[test]
    fn the_same_codes_and_the_same_window(
        secret in prop::collection::vec(any::<u8>(), 16..=64),
        (ours, theirs) in algorithms(),
        digits in 6..=8_u8,
        period in 1..=120_u64,
        now in 1_000_000..4_000_000_000_u64,
        shift in -3..=3_i64,
    ) {
        let params = Params::default()
            .with_algorithm(ours)
            .with_digits(Digits::new(digits).expect("in range"))
            .with_period(Period::from_secs(period).expect("in range"));
        let ours = Totp::new(&Secret::from_bytes(&secret).expect("long enough"), params);
        let theirs = totp_rs::Builder::new()
            .with_algorithm(theirs)
            .with_digits(digits)
            .with_step_duration(period)
            .with_skew(1)
            .with_secret(secret)
            .build()
            .expect("valid");

        let shown = now.saturating_add_signed(shift * i64::try_from(period).expect("small"));
        let code = ours.code_at(UnixTime::from_secs(shown));
        let their_code = theirs.generate(shown);
        prop_assert_eq!(code.expose(), &*their_code.to_string());

        let typed = TypedCode::parse(code.expose()).expect("our own code");
        let verdict = ours.verify(&typed, UnixTime::from_secs(now), LastStep::Never, Window::default());
        let their_verdict = theirs.check(code.expose(), now);
        prop_assert_eq!(verdict.ok().map(|accepted| accepted.step().as_u64()), their_verdict);
    }
}

/// What we accept and `totp-rs` does not, or the other way round, and why. An agreement that is
/// not expected fails as well: then the entry goes.
#[test]
fn known_differences() {
    let totp_rs = |code: &str| {
        let theirs = totp_rs::Builder::new()
            .with_secret(b"12345678901234567890".to_vec())
            .build();
        theirs.expect("valid").check(code, 59).is_some()
    };
    let ours = |code: &str, last| {
        let secret = Secret::from_bytes(b"12345678901234567890").expect("long enough");
        let totp = Totp::new(&secret, Params::default());
        totp.verify_text(code, UnixTime::from_secs(59), last, Window::default())
            .is_ok()
    };
    let accepted = "287082";
    assert!(totp_rs(accepted) && ours(accepted, LastStep::Never));

    // People type what the app shows, which is in two groups.
    assert!(ours("287 082", LastStep::Never) && !totp_rs("287 082"));
    // It leaves replays to its caller.
    let used = LastStep::Used(mfakit_totp::Step::from_u64(1));
    assert!(!ours(accepted, used) && totp_rs(accepted));
}

/// A key URI of ours gives the same secret and parameters to a second reading of our own; the
/// peers' readers are compared in the crate's own tests of their defects.
#[test]
fn our_uri_reads_back() {
    let secret = Secret::from_bytes(b"12345678901234567890").expect("long enough");
    let uri = KeyUri::totp(&secret, "Example", "alice@example.com")
        .build()
        .expect("valid");
    let again = KeyUri::parse_strict(&uri.to_uri()).expect("our own URI");
    assert_eq!(again.secret().expose(), secret.expose());
}
