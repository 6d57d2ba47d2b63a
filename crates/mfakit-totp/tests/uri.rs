//! What key URIs look like, what the strict parser refuses, and which apps are warned about.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

use std::collections::HashSet;

use mfakit_core::UnixTime;
use mfakit_totp::{
    Algorithm, App, BuildUriError, Digits, Interop, KeyUri, KeyUriBuilder, MinBits, OtpType,
    Params, Period, Secret, UnsupportedParameter, UriError,
};

const BASE32: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

fn secret() -> Secret {
    Secret::from_bytes(b"12345678901234567890").expect("length is in range")
}

fn params() -> Params {
    Params::default()
        .with_algorithm(Algorithm::Sha256)
        .with_digits(Digits::Eight)
        .with_period(Period::from_secs(60).expect("in range"))
}

#[test]
fn defaults_are_left_out() {
    let secret = secret();
    let uri = KeyUri::totp(&secret, "Example Ltd", "alice@example.com").build();
    assert_eq!(
        *uri.expect("names are fine").to_uri(),
        format!(
            "otpauth://totp/Example%20Ltd:alice@example.com?secret={BASE32}&issuer=Example%20Ltd"
        )
    );
}

#[test]
fn everything_else_is_written() {
    let secret = secret();
    let uri = KeyUri::totp(&secret, "Example", "alice")
        .params(params())
        .image("https://example.com/logo.png?a=1&b=2")
        .build()
        .expect("all is fine");
    let text = uri.to_uri();
    assert_eq!(
        *text,
        format!(
            "otpauth://totp/Example:alice?secret={BASE32}&issuer=Example&algorithm=SHA256&digits=8\
             &period=60&image=https%3A%2F%2Fexample.com%2Flogo.png%3Fa%3D1%26b%3D2"
        )
    );

    let read = KeyUri::parse_strict(&text).expect("we wrote it");
    assert_eq!(read.otp_type(), OtpType::Totp);
    assert_eq!(read.params(), Ok(params()));
    assert_eq!(read.image(), Some("https://example.com/logo.png?a=1&b=2"));
    assert_eq!(*read.to_uri(), *text);
}

#[test]
fn a_counting_device_has_a_counter_and_no_period() {
    let secret = secret();
    let uri = KeyUri::hotp(&secret, "Example", "alice", 7)
        .params(params())
        .build()
        .expect("all is fine");
    assert_eq!(
        *uri.to_uri(),
        format!(
            "otpauth://hotp/Example:alice?secret={BASE32}&issuer=Example&algorithm=SHA256&digits=8\
             &counter=7"
        )
    );
}

#[test]
fn unknown_parameters_survive_a_round_trip() {
    let text = format!(
        "otpauth://totp/Example:alice?color=ff0000&secret={BASE32}&issuer=Example&x=a%20b&x=&lock"
    );
    let uri = KeyUri::parse(&text).expect("tolerant");
    let other: Vec<_> = uri.other_parameters().collect();
    assert_eq!(
        other,
        [("color", "ff0000"), ("x", "a b"), ("x", ""), ("lock", "")]
    );
    assert_eq!(
        *uri.to_uri(),
        format!(
            "otpauth://totp/Example:alice?secret={BASE32}&issuer=Example&color=ff0000&x=a%20b&x=\
             &lock="
        )
    );
}

#[test]
fn the_limits_of_a_builder() {
    let secret = secret();
    let build = |issuer: &str, account: &str, image: Option<&str>| {
        let mut builder = KeyUri::totp(&secret, issuer, account);
        if let Some(image) = image {
            builder = builder.image(image);
        }
        builder.build().map(drop)
    };
    let long = |len| "x".repeat(len);
    assert_eq!(build(&long(128), &long(254), None), Ok(()));
    assert_eq!(build(&long(129), "alice", None), Err(BuildUriError::Issuer));
    assert_eq!(
        build("Example", &long(255), None),
        Err(BuildUriError::Account)
    );

    let prefix = "https://";
    let at_most = KeyUriBuilder::MAX_IMAGE_BYTES - prefix.len();
    for (image, want) in [
        (format!("{prefix}{}", long(at_most)), Ok(())),
        (
            format!("{prefix}{}", long(at_most + 1)),
            Err(BuildUriError::Image),
        ),
        ("http://example.com/a.png".into(), Err(BuildUriError::Image)),
        ("https://".into(), Err(BuildUriError::Image)),
        (
            "https://example.com/a b.png".into(),
            Err(BuildUriError::Image),
        ),
        (
            "https://example.com/ä.png".into(),
            Err(BuildUriError::Image),
        ),
        ("data:image/png;base64,AA".into(), Err(BuildUriError::Image)),
        (String::new(), Err(BuildUriError::Image)),
    ] {
        assert_eq!(build("Example", "alice", Some(&image)), want, "{image}");
    }

    let params = Params::default().with_t0(UnixTime::from_secs(1));
    let refused = KeyUri::totp(&secret, "Example", "alice")
        .params(params)
        .build();
    assert_eq!(
        refused.map(drop),
        Err(BuildUriError::Unsupported(UnsupportedParameter::T0))
    );
}

#[test]
fn the_limits_of_the_parsers() {
    let uri =
        |parameters: &str| format!("otpauth://totp/Example:alice?secret={BASE32}{parameters}");
    let parse = |text: &str| KeyUri::parse(text).map(|uri| (uri.digits(), uri.period_secs()));
    for (parameters, want) in [
        ("&digits=5", Ok((5, 30))),
        ("&digits=10", Ok((10, 30))),
        ("&digits=08", Ok((8, 30))),
        ("&period=1", Ok((6, 1))),
        ("&period=3600", Ok((6, 3600))),
        (
            "&digits=4",
            Err(UriError::Unsupported(UnsupportedParameter::Digits)),
        ),
        (
            "&digits=11",
            Err(UriError::Unsupported(UnsupportedParameter::Digits)),
        ),
        (
            "&digits=262",
            Err(UriError::Unsupported(UnsupportedParameter::Digits)),
        ),
        (
            "&digits=",
            Err(UriError::InvalidParameter { name: "digits" }),
        ),
        (
            "&digits=+6",
            Err(UriError::InvalidParameter { name: "digits" }),
        ),
        (
            "&digits=%2B6",
            Err(UriError::InvalidParameter { name: "digits" }),
        ),
        (
            "&digits=６",
            Err(UriError::InvalidParameter { name: "digits" }),
        ),
        (
            "&period=30s",
            Err(UriError::InvalidParameter { name: "period" }),
        ),
        (
            "&digits=6&Digits=6",
            Err(UriError::DuplicateParameter { name: "digits" }),
        ),
        (
            "&issuer=a&issuer=a",
            Err(UriError::DuplicateParameter { name: "issuer" }),
        ),
        ("&image=a%00", Err(UriError::UnprintableCharacter)),
        ("&other=a%0A", Err(UriError::UnprintableCharacter)),
        ("&o%0Ather=a", Err(UriError::UnprintableCharacter)),
    ] {
        assert_eq!(parse(&uri(parameters)), want, "{parameters}");
    }

    assert_eq!(parse(&uri(&"&".repeat(31))), Ok((6, 30)));
    assert_eq!(parse(&uri(&"&".repeat(32))), Err(UriError::TooLong));
    let filler = KeyUri::MAX_BYTES - uri("&x=").len();
    assert_eq!(
        parse(&uri(&format!("&x={}", "a".repeat(filler)))),
        Ok((6, 30))
    );
    assert_eq!(
        parse(&uri(&format!("&x={}", "a".repeat(filler + 1)))),
        Err(UriError::TooLong)
    );

    let counter = |counter: &str| {
        KeyUri::parse(&format!(
            "otpauth://hotp/alice?secret={BASE32}&counter={counter}"
        ))
        .map(|uri| uri.otp_type())
    };
    assert_eq!(counter("0"), Ok(OtpType::Hotp { counter: 0 }));
    for invalid in ["", "-1", "18446744073709551616"] {
        assert_eq!(
            counter(invalid),
            Err(UriError::InvalidParameter { name: "counter" })
        );
    }
    assert_eq!(
        parse("otpauth://totp/Example:alice?issuer=Example"),
        Err(UriError::MissingParameter { name: "secret" })
    );
    for scheme in [
        "",
        "otpauth",
        "otpauth:",
        "otpauth:/totp/",
        "steam://",
        "://",
        "otpauths://",
    ] {
        assert_eq!(
            parse(&format!("{scheme}a?{BASE32}")),
            Err(UriError::NotAKeyUri)
        );
    }
    assert!(KeyUri::parse(&uri("").replace("otpauth", "apple-otpauth")).is_ok());
}

#[test]
fn what_can_be_imported_but_not_verified() {
    let params = |parameters: &str| {
        KeyUri::parse(&format!("otpauth://totp/alice?secret={BASE32}{parameters}"))
            .expect("it is read")
            .params()
    };
    assert_eq!(params("&digits=5"), Err(UnsupportedParameter::Digits));
    assert_eq!(params("&digits=9"), Err(UnsupportedParameter::Digits));
    assert_eq!(params("&period=121"), Err(UnsupportedParameter::Period));
    assert_eq!(params("&digits=6&period=30"), Ok(Params::default()));
}

#[test]
fn strict_takes_no_liberties() {
    let uri = |label: &str, parameters: &str| format!("otpauth://totp/{label}?{parameters}");
    let good = format!("secret={BASE32}&issuer=Example");
    for text in [
        uri("Example:alice", &good),
        uri("Example%3Aalice", &good),
        uri("Example:%20alice", &good),
        uri("Example:alice%40example.com", &good),
        uri("Example:alice", &format!("issuer=Example&secret={BASE32}")),
        uri(
            "Example:alice",
            &format!("{good}&algorithm=SHA1&digits=6&period=30"),
        ),
        uri("Example:alice", &format!("{good}&color=ff0000")),
        uri("alice", &format!("secret={BASE32}")),
        format!("otpauth://hotp/Example:alice?{good}&counter=1"),
    ] {
        KeyUri::parse_strict(&text).unwrap_or_else(|refused| panic!("{text}: {refused}"));
    }

    let lower = BASE32.to_ascii_lowercase();
    for text in [
        uri("Example:alice", &good).replace("otpauth", "OTPAUTH"),
        uri("Example:alice", &good).replace("otpauth", "apple-otpauth"),
        uri("Example:alice", &good).replace("totp", "TOTP"),
        uri("Example:alice", &good).replace("secret", "Secret"),
        uri("Example:alice", &good).replace("issuer", "ISSUER"),
        uri("Example:alice", &format!("secret={lower}&issuer=Example")),
        uri(
            "Example:alice",
            "secret=GEZDGNBVGY3TQOJQGEZDGNBVGY======&issuer=Example",
        ),
        uri(
            "Example:alice",
            "secret=GEZDGNBV-GY3TQOJQ-GEZDGNBV-GY3TQOJQ&issuer=Example",
        ),
        uri("Example:alice", &format!("{good}&algorithm=sha1")),
        uri("Example:alice", &format!("{good}&algorithm=SHA-256")),
        uri("Example:alice", &format!("{good}&color=1&color=2")),
        uri("Example:alice", &format!("{good}&")),
        uri("Example:alice", &format!("{good}&color")),
        uri("Example:alice", &format!("{good}&=1")),
        uri("Example:alice", &good.replace("secret", "%73ecret")),
        uri("Example:alice", &format!("{good}&%63olor=1")),
        uri("Example:alice", &format!("{good}&co?lor=1")),
        uri("Example:alice", &format!("secret={BASE32}")),
        uri("alice", &good),
        uri("Exämple:alice", &good.replace("Example", "Exämple")),
        uri("Example :alice", &good),
        uri("Example#1:alice", &good.replace("Example", "Example%231")),
        uri("Other:alice", &good),
        uri("Example:al:ice", &good),
        uri("Example:al%3Aice", &good),
        uri("Ex+ample:alice", &good.replace("Example", "Ex%2Bample")),
        uri("Example:alice", &format!("{good}&color=a+b")),
    ] {
        assert!(KeyUri::parse(&text).is_ok(), "{text}");
        assert_eq!(
            KeyUri::parse_strict(&text).map(drop),
            Err(UriError::NotStrict),
            "{text}"
        );
    }

    for (parameters, unsupported) in [
        ("&digits=9", UnsupportedParameter::Digits),
        ("&period=300", UnsupportedParameter::Period),
    ] {
        assert_eq!(
            KeyUri::parse_strict(&uri("Example:alice", &format!("{good}{parameters}"))).map(drop),
            Err(UriError::Unsupported(unsupported))
        );
    }
}

/// The warnings of a URI that is read with all tolerance.
fn warnings(label: &str, parameters: &str) -> Vec<Interop> {
    let text = format!("otpauth://{label}?{parameters}");
    let uri = KeyUri::import(&text, MinBits::Bits80);
    let uri = uri.unwrap_or_else(|refused| panic!("{text}: {refused}"));
    uri.warnings().collect()
}

#[test]
fn what_every_app_reads_has_no_warning() {
    let good = format!("secret={BASE32}&issuer=Example");
    assert_eq!(warnings("totp/Example:alice@example.com", &good), []);
    // Written out, the defaults are still the defaults.
    let defaults = format!("{good}&algorithm=SHA1&digits=6&period=30");
    assert_eq!(warnings("totp/Example:alice@example.com", &defaults), []);
}

#[test]
fn what_some_apps_misread() {
    let good = format!("secret={BASE32}&issuer=Example");
    let with = |parameters: &str| warnings("totp/Example:alice", &format!("{good}{parameters}"));
    assert_eq!(with("&algorithm=SHA256"), [Interop::Algorithm]);
    assert_eq!(
        with("&algorithm=SHA-512"),
        [Interop::Algorithm, Interop::AlgorithmSpelling]
    );
    assert_eq!(with("&algorithm=sha1"), [Interop::AlgorithmSpelling]);
    for digits in [5, 7, 8, 9, 10] {
        assert_eq!(
            with(&format!("&digits={digits}")),
            [Interop::Digits(digits)]
        );
    }
    assert_eq!(with("&period=60"), [Interop::Period]);
    assert_eq!(with("&period=5"), [Interop::Period]);
    assert_eq!(
        with("&period=4"),
        [Interop::Period, Interop::PeriodTooShort]
    );
    assert_eq!(with("&color=a+b"), [Interop::PlusForSpace]);

    let named = |label: &str| warnings(&format!("totp/{label}"), &format!("secret={BASE32}"));
    assert_eq!(named("alice"), [Interop::LabelWithoutIssuer]);
    assert_eq!(named("Example:a:b"), [Interop::ColonInAccount]);
    for reserved in ["%26", "%3F", "%25", "%23"] {
        assert_eq!(
            named(&format!("Ex{reserved}:alice")),
            [Interop::ReservedCharacter]
        );
        assert_eq!(
            named(&format!("Example:a{reserved}")),
            [Interop::ReservedCharacter]
        );
    }
    assert_eq!(
        warnings("totp/Other:alice", &good),
        [Interop::IssuerMismatch]
    );

    let count = |counter: u64| {
        warnings(
            "hotp/Example:alice",
            &format!("{good}&period=60&counter={counter}"),
        )
    };
    assert_eq!(count(0x7fff_ffff), [Interop::Counter]);
    assert_eq!(
        count(0x8000_0000),
        [Interop::Counter, Interop::CounterTooLarge]
    );

    let keyed = |secret: &str| warnings("totp/Example:alice", &format!("secret={secret}"));
    assert_eq!(keyed("GEZDGNBVGY3TQOJQ"), [Interop::SecretTooShort]);
    assert_eq!(keyed("GEZDGNBVGY3TQOJQGEZDGNBVGY"), [Interop::SecretLength]);
    assert_eq!(
        keyed("GEZDGNBVGY3TQOJQGEZDGNBVGY======"),
        [Interop::SecretLength, Interop::Padding]
    );
}

#[test]
fn the_longest_name_of_a_hardware_key() {
    let warned = |account: usize, parameters: &str| {
        let label = format!("totp/Example:{}", "x".repeat(account));
        warnings(&label, &format!("secret={BASE32}{parameters}")).contains(&Interop::NameTooLong)
    };
    // "Example:" takes 8 of 64 bytes, and the period, unless it is 30 seconds, its digits and "/".
    for (parameters, most) in [
        ("", 56),
        ("&period=9", 54),
        ("&period=60", 53),
        ("&period=120", 52),
        ("&period=3600", 51),
    ] {
        assert!(!warned(most, parameters), "{parameters}");
        assert!(warned(most + 1, parameters), "{parameters}");
    }
}

#[test]
fn every_warning_names_apps_and_says_what_is_wrong() {
    let all = [
        Interop::Algorithm,
        Interop::AlgorithmSpelling,
        Interop::ColonInAccount,
        Interop::Counter,
        Interop::CounterTooLarge,
        Interop::Digits(5),
        Interop::Digits(7),
        Interop::Digits(8),
        Interop::Digits(9),
        Interop::IssuerMismatch,
        Interop::LabelWithoutIssuer,
        Interop::NameTooLong,
        Interop::Padding,
        Interop::Period,
        Interop::PeriodTooShort,
        Interop::PlusForSpace,
        Interop::ReservedCharacter,
        Interop::SecretLength,
        Interop::SecretTooShort,
    ];
    for warning in all {
        assert!(!warning.to_string().is_empty());
        let names: HashSet<_> = warning.apps().iter().map(ToString::to_string).collect();
        assert!(!names.is_empty(), "{warning}");
        assert_eq!(names.len(), warning.apps().len(), "{warning}");
    }
    assert_eq!(
        Interop::Digits(8).apps(),
        [App::GoogleAuthenticatorAndroid, App::MicrosoftAuthenticator]
    );
}

#[test]
fn the_page_for_those_who_cannot_scan_has_every_part() {
    let secret = secret();
    let uri = KeyUri::totp(&secret, "Example", "alice@example.com")
        .params(params())
        .build()
        .expect("all is fine");
    let entry = uri.manual_entry();
    assert_eq!(entry.key(), "gezd gnbv gy3t qojq gezd gnbv gy3t qojq");
    assert_eq!(entry.issuer(), Some("Example"));
    assert_eq!(entry.account(), "alice@example.com");
    assert_eq!(entry.otp_type().name(), "totp");
    assert_eq!(entry.algorithm().name(), "SHA256");
    assert_eq!((entry.digits(), entry.period_secs()), (8, 60));
}
