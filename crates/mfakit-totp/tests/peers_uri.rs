//! Defects found in other libraries' key URIs: none of them is here. Each test is named after the
//! library and what went wrong.

#![allow(clippy::expect_used, clippy::panic, reason = "tests")]

use mfakit_totp::{
    Algorithm, BuildUriError, Digits, KeyUri, MinBits, OtpType, Params, Period, Secret,
    SecretError, UnsupportedParameter, UriError,
};

const BASE32: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
const KEY: &[u8] = b"12345678901234567890";

fn secret() -> Secret {
    Secret::from_bytes(KEY).expect("length is in range")
}

fn parsed(uri: &str) -> KeyUri {
    KeyUri::parse(uri).unwrap_or_else(|refused| panic!("{uri}: {refused}"))
}

fn refused(uri: &str) -> UriError {
    KeyUri::parse(uri).map(drop).expect_err("refused")
}

/// totp-rs 6.0 refuses secrets in lower case, with padding, with spaces or dashes.
#[test]
fn totp_rs_ways_to_write_a_secret() {
    for secret in [
        "gezdgnbvgy3tqojqgezdgnbvgy3tqojq",
        "GEZD%20GNBV%20GY3T%20QOJQ%20GEZD%20GNBV%20GY3T%20QOJQ",
        "GEZD+GNBV+GY3T+QOJQ+GEZD+GNBV+GY3T+QOJQ",
        "GEZD-GNBV-GY3T-QOJQ-GEZD-GNBV-GY3T-QOJQ",
    ] {
        let uri = parsed(&format!("otpauth://totp/Example:alice?secret={secret}"));
        assert_eq!(uri.secret().expose(), KEY, "{secret}");
    }
    for secret in [
        "GEZDGNBVGY3TQOJQGEZDGNBVGY======",
        "GEZDGNBVGY3TQOJQGEZDGNBVGY%3D%3D%3D%3D%3D%3D",
    ] {
        let uri = parsed(&format!("otpauth://totp/Example:alice?secret={secret}"));
        assert_eq!(uri.secret().expose(), b"1234567890123456", "{secret}");
    }
}

/// totp-rs 6.0 refuses the example of the format's own description, for its secret of 80 bits.
#[test]
fn totp_rs_the_example_of_the_format() {
    let uri = "otpauth://totp/Example:alice@google.com?secret=JBSWY3DPEHPK3PXP&issuer=Example";
    assert_eq!(refused(uri), UriError::Secret(SecretError::TooShort));
    let imported = KeyUri::import(uri, MinBits::Bits80).expect("the floor was lowered");
    assert_eq!(imported.issuer(), Some("Example"));
    assert_eq!(imported.account(), "alice@google.com");
    assert_eq!(*imported.to_uri(), *uri);
}

/// totp-rs 6.0 refuses an issuer that differs from the label's, as Microsoft and Apple write it.
#[test]
fn totp_rs_two_issuers() {
    let uri = parsed(&format!(
        "otpauth://totp/Some+Company:me@example.com?secret={BASE32}&issuer=Microsoft"
    ));
    assert_eq!(uri.label_issuer(), Some("Some+Company"));
    assert_eq!(uri.issuer(), Some("Microsoft"));

    let text =
        format!("otpauth://totp/Example:alice@example.com?secret={BASE32}&issuer=example.com");
    let uri = parsed(&text);
    assert_eq!(uri.label_issuer(), Some("Example"));
    assert_eq!(uri.issuer(), Some("example.com"));
    assert_eq!(*uri.to_uri(), *text);
    assert_eq!(
        KeyUri::parse_strict(&text).map(drop),
        Err(UriError::NotStrict)
    );
}

/// totp-rs 6.0 refuses an account with a colon.
#[test]
fn totp_rs_an_account_with_a_colon() {
    let uri = parsed(&format!(
        "otpauth://totp/Example:urn%3Auser:7?secret={BASE32}"
    ));
    assert_eq!(uri.label_issuer(), Some("Example"));
    assert_eq!(uri.account(), "urn:user:7");
}

/// totp-rs 6.0 refuses upper case in scheme, type and parameter names.
#[test]
fn totp_rs_upper_case() {
    let uri = parsed(&format!(
        "OTPAUTH://TOTP/Example:alice?SECRET={BASE32}&Issuer=Example&DIGITS=8&Period=60"
    ));
    assert_eq!(uri.otp_type(), OtpType::Totp);
    let params = Params::default()
        .with_digits(Digits::Eight)
        .with_period(Period::from_secs(60).expect("in range"));
    assert_eq!(uri.params(), Ok(params));
}

/// totp-rs 6.0 refuses the other spellings of the hash functions.
#[test]
fn totp_rs_spellings_of_algorithms() {
    for (name, want) in [
        ("SHA-256", Algorithm::Sha256),
        ("HmacSHA1", Algorithm::Sha1),
        ("sha512", Algorithm::Sha512),
    ] {
        let uri = parsed(&format!(
            "otpauth://totp/Example:alice?secret={BASE32}&algorithm={name}"
        ));
        assert_eq!(uri.algorithm(), want);
    }
}

/// totp-rs 6.0 refuses `hotp`.
#[test]
fn totp_rs_counting_devices() {
    let uri = parsed(&format!(
        "otpauth://hotp/Example:alice?secret={BASE32}&counter=18446744073709551615"
    ));
    assert_eq!(uri.otp_type(), OtpType::Hotp { counter: u64::MAX });
}

/// totp-rs 6.0 takes `#` for the beginning of a fragment.
#[test]
fn totp_rs_a_number_sign_in_the_label() {
    let uri = parsed(&format!("otpauth://totp/Team#1:alice?secret={BASE32}"));
    assert_eq!(uri.label_issuer(), Some("Team#1"));
    assert_eq!(uri.account(), "alice");
    assert!(uri.to_uri().starts_with("otpauth://totp/Team%231:alice?"));
}

/// totp-rs 6.0 keeps the space after the colon in the account.
#[test]
fn totp_rs_a_space_after_the_colon() {
    for label in [
        "Example:%20%20alice",
        "Example%3A%20alice",
        "Example: alice",
    ] {
        let uri = parsed(&format!("otpauth://totp/{label}?secret={BASE32}"));
        assert_eq!(
            (uri.label_issuer(), uri.account()),
            (Some("Example"), "alice")
        );
    }
}

/// totp-rs 6.0 takes the last of two secrets.
#[test]
fn totp_rs_two_secrets() {
    for name in ["secret", "SECRET", "%73ecret"] {
        let uri = format!("otpauth://totp/Example:alice?secret={BASE32}&{name}={BASE32}");
        assert_eq!(
            refused(&uri),
            UriError::DuplicateParameter { name: "secret" }
        );
    }
}

/// totp-rs 6.0 accepts a secret of 27 characters, and one with bits left over that are not zero.
#[test]
fn totp_rs_impossible_secrets() {
    for secret in ["GEZDGNBVGY3TQOJQGEZDGNBVGY3", "GEZDGNBVGY3TQOJQGEZDGNBVGZ"] {
        assert_eq!(
            refused(&format!("otpauth://totp/Example:alice?secret={secret}")),
            UriError::Secret(SecretError::MalformedBase32)
        );
    }
}

/// totp-rs 6.0 accepts a period of 2^64 - 1; slauth 0.7.21 panics at one of 0.
#[test]
fn totp_rs_and_slauth_impossible_periods() {
    for period in ["0", "3601", "18446744073709551615", "18446744073709551616"] {
        assert_eq!(
            refused(&format!(
                "otpauth://totp/Example:alice?secret={BASE32}&period={period}"
            )),
            UriError::Unsupported(UnsupportedParameter::Period)
        );
    }
}

/// totp-rs 6.0 accepts an empty label; `totp_rfc6238` 0.7 panics when there is none.
#[test]
fn totp_rs_and_totp_rfc6238_empty_labels() {
    for label in [
        "",
        "/",
        "/%20",
        "/Example:",
        "/Example:%20",
        "/:alice",
        "/%3Aalice",
    ] {
        assert_eq!(
            refused(&format!("otpauth://totp{label}?secret={BASE32}")),
            UriError::EmptyLabel,
            "{label}"
        );
    }
    assert_eq!(refused("otpauth://totp"), UriError::EmptyLabel);
    assert_eq!(refused("otpauth://"), UriError::EmptyLabel);
}

/// totp-rs 6.0 writes control characters, and an empty issuer.
#[test]
fn totp_rs_unprintable_and_empty_names() {
    let secret = secret();
    for name in ["", " ", "a\nb", "a\0b", "a\u{85}b", " a", "a "] {
        assert_eq!(
            KeyUri::totp(&secret, name, "alice").build().map(drop),
            Err(BuildUriError::Issuer),
            "{name:?}"
        );
        assert_eq!(
            KeyUri::totp(&secret, "Example", name).build().map(drop),
            Err(BuildUriError::Account),
            "{name:?}"
        );
    }
    for label in ["a%0Ab", "Example:a%00b"] {
        assert_eq!(
            refused(&format!("otpauth://totp/{label}?secret={BASE32}")),
            UriError::UnprintableCharacter
        );
    }
}

/// latchkey 0.4.0 silently deletes colons.
#[test]
fn latchkey_colons_are_refused_not_deleted() {
    let secret = secret();
    assert_eq!(
        KeyUri::totp(&secret, "Exa:mple", "alice").build().map(drop),
        Err(BuildUriError::Issuer)
    );
    assert_eq!(
        KeyUri::totp(&secret, "Example", "al:ice").build().map(drop),
        Err(BuildUriError::Account)
    );
}

/// slauth 0.7.21, otpauth 0.5.1: names are not encoded, so that one can bring its own secret.
/// libreauth 0.18.1 leaves `/` and `%41` as they are, and writes `+` for a space.
#[test]
fn slauth_otpauth_and_libreauth_injection_through_names() {
    let secret = secret();
    for name in [
        "x?secret=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "x&secret=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "a/b",
        "%41",
        "a b+c",
        "x#y",
        "=&=",
        "日本語",
    ] {
        let uri = KeyUri::totp(&secret, name, name).build().expect("a name");
        let text = uri.to_uri();
        assert_eq!(text.matches('?').count(), 1, "{}", *text);
        assert_eq!(text.matches('&').count(), 1, "{}", *text);
        assert_eq!(text.matches('/').count(), 3, "{}", *text);
        assert!(!text.contains(['+', '#', ' ']), "{}", *text);
        for read in [KeyUri::parse(&text), KeyUri::parse_strict(&text)] {
            let read = read.expect("we wrote it");
            assert_eq!(read.label_issuer(), Some(name));
            assert_eq!(read.issuer(), Some(name));
            assert_eq!(read.account(), name);
            assert_eq!(read.secret().expose(), KEY);
        }
    }
}

/// slauth 0.7.21 takes an unknown hash function for SHA-1; `totp_rfc6238` 0.7 panics.
#[test]
fn slauth_and_totp_rfc6238_unknown_algorithms() {
    for name in ["x", "MD5", "SHA224", "SHA384", "SHA3-256", ""] {
        assert_eq!(
            refused(&format!(
                "otpauth://totp/Example:alice?secret={BASE32}&algorithm={name}"
            )),
            UriError::Unsupported(UnsupportedParameter::Algorithm),
            "{name}"
        );
    }
}

/// thotp 0.1.11 writes padding.
#[test]
fn thotp_no_padding() {
    for len in 16..=64 {
        let secret = Secret::from_bytes(&vec![7; len]).expect("length is in range");
        let uri = KeyUri::totp(&secret, "Example", "alice").build();
        let text = uri.expect("names are fine").to_uri();
        let (_, value) = text.split_once("secret=").expect("there is one");
        let (value, _) = value.split_once('&').expect("the issuer is next");
        assert!(!value.contains(['=', '%']), "{value}");
    }
}

/// `totp_rfc6238` 0.7 refuses a URI without issuer.
#[test]
fn totp_rfc6238_no_issuer() {
    let uri = parsed(&format!("otpauth://totp/alice?secret={BASE32}"));
    assert_eq!((uri.issuer(), uri.account()), (None, "alice"));
    let uri = parsed(&format!("otpauth://totp/alice?secret={BASE32}&issuer="));
    assert_eq!((uri.issuer(), uri.account()), (None, "alice"));
}
