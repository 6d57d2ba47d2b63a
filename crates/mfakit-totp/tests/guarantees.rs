//! What types promise: no secret in `Debug` or in an error, no copies of secrets and verdicts, wiped
//! on drop.

#![allow(clippy::expect_used, reason = "tests")]

use std::error::Error;

use mfakit_core::UnixTime;
use mfakit_totp::{
    Accepted, Code, Enrollment, Hotp, HotpAccepted, KeyUri, LastStep, LookAhead, MinBits, Params,
    Secret, Totp, TypedCode, Window, verify_any,
};

/// Fails to compile if the type implements `Clone`: then both implementations below apply, and the
/// `_` in the constant cannot be decided.
macro_rules! assert_not_clone {
    ($($type:ty),*) => {$(
        const _: fn() = || {
            trait Ambiguous<A> {
                fn decide() {}
            }
            impl<T: ?Sized> Ambiguous<()> for T {}
            impl<T: Clone> Ambiguous<u8> for T {}
            <$type as Ambiguous<_>>::decide()
        };
    )*};
}

assert_not_clone!(
    Accepted,
    Code,
    Enrollment<'static, u8>,
    Hotp,
    HotpAccepted,
    KeyUri,
    Secret,
    Totp,
    TypedCode
);

#[cfg(feature = "qr")]
assert_not_clone!(mfakit_totp::QrCode);

/// Fails to compile unless the type is wiped on drop.
const fn assert_wiped<T: zeroize::ZeroizeOnDrop>() {}

const _: () = assert_wiped::<Code>();
const _: () = assert_wiped::<Hotp>();
const _: () = assert_wiped::<Secret>();
const _: () = assert_wiped::<Totp>();
const _: () = assert_wiped::<TypedCode>();
#[cfg(feature = "qr")]
const _: () = assert_wiped::<mfakit_totp::QrCode>();

/// Everything that has the secret or a code in it, printed.
fn printed() -> Vec<String> {
    let secret = Secret::from_bytes(b"12345678901234567890").expect("length is in range");
    let totp = Totp::new(&secret, Params::default());
    let hotp = Hotp::new(&secret, Params::default());
    let uri = KeyUri::totp(&secret, "Example", "alice").build();
    let uri = uri.expect("names are fine");
    let typed = TypedCode::parse("755224").expect("a code");
    let device = || Enrollment::new(7, &secret, Params::default(), LastStep::Never);
    let refused = verify_any([device()], &typed, UnixTime::from_secs(3000), Window::NONE);
    let accepted = totp.verify(&typed, UnixTime::EPOCH, LastStep::Never, Window::NONE);
    let accepted_counter = hotp.verify(&typed, 0, LookAhead::default());

    let printed = vec![
        format!("{secret:?}"),
        format!("{totp:?}"),
        format!("{hotp:?}"),
        format!("{uri:?}"),
        format!("{:?}", uri.manual_entry()),
        format!("{:?}", KeyUri::totp(&secret, "Example", "alice")),
        format!("{typed:?}"),
        format!("{:?}", totp.code_at(UnixTime::EPOCH)),
        format!("{:?}", device()),
        format!("{refused:?}"),
        format!("{accepted:?}"),
        format!("{accepted_counter:?}"),
    ];
    #[cfg(feature = "qr")]
    let printed = [printed, vec![format!("{:?}", uri.qr().expect("it fits"))]].concat();
    printed
}

/// Every error, with its causes, of inputs that contain the secret or a code.
fn errors() -> Vec<Box<dyn Error>> {
    let mut errors: Vec<Box<dyn Error>> = Vec::new();
    let mut keep = |error: Option<Box<dyn Error>>| errors.push(error.expect("refused"));
    for text in ["7552240000", "755224x", &"755224".repeat(100)] {
        keep(TypedCode::parse(text).err().map(Into::into));
    }
    for text in ["GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ=", "GEZDGNBV"] {
        keep(Secret::from_base32(text).err().map(Into::into));
    }
    let secret = "secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
    for text in [
        format!("otpauth://totp/Example:alice?{secret}&{secret}"),
        format!("otpauth://totp/Example:alice?{secret}&algorithm=GEZDGNBV"),
        format!("otpauth://totp/Example:alice?{secret}&digits=755224"),
        format!("otpauth://totp/Example:alice?{secret}&digits=GEZDGNBV"),
        format!("otpauth://totp/Example:alice?{secret}&GEZDGNBV=%"),
        format!("otpauth://GEZDGNBV/Example:alice?{secret}"),
        format!("otpauth://totp/Example:alice?{secret}GEZDGNBV1"),
        "otpauth://totp/Example:alice?secret=GEZDGNBVGY3TQOJQ".to_owned(),
        "GEZDGNBVGY3TQOJQ://".to_owned(),
    ] {
        keep(KeyUri::parse(&text).err().map(Into::into));
        keep(KeyUri::parse_strict(&text).err().map(Into::into));
    }
    let totp = Totp::new(
        &Secret::import(b"12345678901234567890", MinBits::Bits160).expect("long enough"),
        Params::default(),
    );
    let verify = |last| totp.verify_text("755224", UnixTime::EPOCH, last, Window::NONE);
    let accepted = verify(LastStep::Never).expect("right");
    keep(
        verify(LastStep::Used(accepted.step()))
            .err()
            .map(Into::into),
    );
    errors
}

/// Raw, hexadecimal, base32 in either case, in groups, and the codes.
const SECRETS: [&str; 8] = [
    "12345678901234567890",
    "3132333435",
    "49, 50, 51",
    "GEZDGNBV",
    "gezdgnbv",
    "gezd gnbv",
    "755224",
    "287082",
];

#[test]
fn nothing_prints_a_secret() {
    for printed in printed() {
        for secret in SECRETS {
            assert!(!printed.contains(secret), "{secret} in {printed}");
        }
    }
}

#[test]
fn no_error_contains_a_secret() {
    for error in errors() {
        let mut cause: Option<&dyn Error> = Some(&*error);
        while let Some(error) = cause {
            for printed in [format!("{error}"), format!("{error:?}")] {
                for secret in SECRETS {
                    assert!(!printed.contains(secret), "{secret} in {printed}");
                }
            }
            cause = error.source();
        }
    }
}

/// The search above would find them.
#[test]
fn the_search_finds_what_is_there() {
    let secret = Secret::from_bytes(b"12345678901234567890").expect("length is in range");
    let exposed = [
        format!("{:?}", secret.expose()),
        secret.to_base32().to_string(),
        secret.manual_key().to_string(),
    ];
    for exposed in exposed {
        assert!(
            SECRETS.iter().any(|secret| exposed.contains(secret)),
            "{exposed}"
        );
    }
}

/// Lower case, no full stop, one fact, and not what the source says.
#[test]
fn errors_are_written_alike() {
    for error in errors() {
        let text = error.to_string();
        assert!(!text.ends_with('.'), "{text}");
        assert!(
            text.chars().next().is_some_and(char::is_lowercase),
            "{text}"
        );
        if let Some(source) = error.source() {
            assert!(!text.contains(&source.to_string()), "{text}");
        }
    }
}
