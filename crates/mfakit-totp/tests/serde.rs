//! What is read from storage and from requests is checked like everything else.

#![allow(clippy::expect_used, reason = "tests")]

use mfakit_core::UnixTime;
use mfakit_totp::{
    Accepted, Algorithm, Code, Digits, Enrollment, HotpAccepted, KeyUri, Params, Period, Secret,
    Step, Totp, TypedCode,
};
use serde_json::{from_str, to_string};

/// Fails to compile if the type implements the trait: then both implementations below apply, and the
/// `_` cannot be decided.
macro_rules! assert_not {
    ($implemented:path: $($type:ty),*) => {$(
        const _: fn() = || {
            trait Ambiguous<A> {
                fn decide() {}
            }
            impl<T: ?Sized> Ambiguous<()> for T {}
            impl<T: $implemented> Ambiguous<u8> for T {}
            <$type as Ambiguous<_>>::decide()
        };
    )*};
}

assert_not!(serde::Serialize: Accepted, Code, Enrollment<'static, u8>, HotpAccepted, KeyUri, Secret, Totp, TypedCode);
assert_not!(serde::de::DeserializeOwned: Accepted, Code, HotpAccepted, KeyUri, Secret, Totp);

fn message<T: serde::de::DeserializeOwned>(json: &str) -> String {
    from_str::<T>(json)
        .map(drop)
        .expect_err("refused")
        .to_string()
}

#[test]
fn parameters_survive_a_round_trip() {
    let params = Params::default()
        .with_algorithm(Algorithm::Sha512)
        .with_digits(Digits::Eight)
        .with_period(Period::from_secs(60).expect("in range"))
        .with_t0(UnixTime::from_secs(7));
    let json = to_string(&params).expect("writes");
    assert_eq!(
        json,
        r#"{"algorithm":"SHA512","digits":8,"period":60,"t0":7}"#
    );
    assert_eq!(from_str::<Params>(&json).expect("reads"), params);
}

/// totp-rs 6.0 derives `Deserialize`: 12 digits panic, a period of 0 divides by it.
#[test]
fn stored_parameters_are_validated() {
    let good = r#"{"algorithm":"SHA1","digits":6,"period":30,"t0":0}"#;
    assert_eq!(from_str::<Params>(good).expect("reads"), Params::default());
    for (from, to, want) in [
        ("6", "12", "unsupported number of digits"),
        ("6", "5", "unsupported number of digits"),
        ("30", "0", "unsupported period"),
        ("30", "121", "unsupported period"),
        ("SHA1", "MD5", "unsupported hash algorithm"),
        (
            r#""t0":0"#,
            r#""t0":9223372036854775808"#,
            "unsupported start time",
        ),
    ] {
        let json = good.replace(from, to);
        assert!(message::<Params>(&json).starts_with(want), "{json}");
    }
    for wrong in [
        r#"{"algorithm":"SHA1","digits":6,"period":30}"#,
        r#"{"algorithm":"SHA1","digits":6,"period":30,"t0":0,"skew":65535}"#,
        r#"{"algorithm":"SHA1","digits":-6,"period":30,"t0":0}"#,
        r#"{"algorithm":"SHA1","digits":"6","period":30,"t0":0}"#,
        "null",
    ] {
        assert!(from_str::<Params>(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn steps_are_validated() {
    assert_eq!(
        to_string(&Step::MAX).expect("writes"),
        "9223372036854775807"
    );
    assert_eq!(
        from_str::<Step>("9223372036854775807").expect("reads"),
        Step::MAX
    );
    assert!(message::<Step>("9223372036854775808").starts_with("time step is out of range"));
    assert!(from_str::<Step>("-1").is_err());
}

#[test]
fn a_code_is_read_from_a_string() {
    let code: TypedCode = from_str(r#""287 082""#).expect("reads");
    assert_eq!(code.digits(), Digits::Six);
    let escaped: TypedCode = from_str(r#""\u0032\u0038\u0037082""#).expect("reads");
    assert_eq!(escaped.digits(), Digits::Six);
    assert!(message::<TypedCode>(r#""28708""#).starts_with("code does not have 6 to 8 digits"));
}

/// The cases totp-null, totp-number and totp-array, and whatever else JSON has. What was there is
/// not repeated.
#[test]
fn a_code_is_read_from_nothing_else() {
    for json in [
        "287082",
        "-287082",
        "287082.5",
        "2.87082e5",
        r#"["287082"]"#,
        r#"["287082","287083"]"#,
        r#"{"code":"287082"}"#,
        "true",
        "null",
    ] {
        let message = message::<TypedCode>(json);
        assert!(message.contains("string"), "{message}");
        assert!(!message.contains("287"), "{message}");
        assert!(!message.contains("2.87"), "{message}");
    }
}
