//! The cases of the project's threat model for codes, counters, key URIs and base32, by their ids.
//!
//! Those about JSON values are in `serde.rs`.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

use mfakit_core::UnixTime;
use mfakit_totp::{
    Digits, Hotp, HotpRejected, KeyUri, LastStep, LookAhead, MalformedCode, MinBits, Params,
    Rejected, Secret, SecretError, Step, Totp, TypedCode, UnsupportedParameter, UriError, Window,
};

/// The key of the RFCs.
fn secret() -> Secret {
    Secret::from_bytes(b"12345678901234567890").expect("length is in range")
}

fn totp() -> Totp {
    Totp::new(&secret(), Params::default())
}

/// The verdict on the code of one step, typed during another one.
fn typed_at(code: u64, now: u64, last: Option<u64>, window: Window) -> Result<u64, Rejected> {
    let totp = totp();
    let code = totp.code_at_step(Step::from_u64(code));
    let now = UnixTime::from_secs(now * 30);
    let last = LastStep::from(last.map(Step::from_u64));
    let accepted = totp.verify_text(code.expose(), now, last, window);
    accepted.map(|accepted| accepted.step().as_u64())
}

fn replayed(step: u64) -> Rejected {
    Rejected::Replayed {
        matched: Step::from_u64(step),
    }
}

fn parsed(text: &str) -> Result<(), MalformedCode> {
    TypedCode::parse(text).map(drop)
}

#[test]
fn totp_rfc_sha1_20000000000() {
    let totp = Totp::new(&secret(), Params::default().with_digits(Digits::Eight));
    let now = UnixTime::from_secs(20_000_000_000);
    let accepted = totp.verify_text("65353130", now, LastStep::Never, Window::default());
    assert_eq!(
        accepted.map(|accepted| accepted.step().as_u64()),
        Ok(0x27bc_86aa)
    );
}

#[test]
fn totp_prev() {
    assert_eq!(typed_at(99, 100, None, Window::default()), Ok(99));
}

#[test]
fn totp_two_back() {
    assert_eq!(
        typed_at(98, 100, None, Window::default()),
        Err(Rejected::NoMatch)
    );
}

#[test]
fn totp_two_ahead() {
    assert_eq!(
        typed_at(102, 100, None, Window::default()),
        Err(Rejected::NoMatch)
    );
}

#[test]
fn totp_window_0() {
    assert_eq!(
        typed_at(99, 100, None, Window::NONE),
        Err(Rejected::NoMatch)
    );
}

#[test]
fn totp_window_30() {
    assert_eq!(Window::new(30, 30), Err(UnsupportedParameter::Window));
}

#[test]
fn totp_replay() {
    assert_eq!(
        typed_at(100, 100, Some(100), Window::default()),
        Err(replayed(100))
    );
}

#[test]
fn totp_replay_older() {
    assert_eq!(
        typed_at(99, 100, Some(100), Window::default()),
        Err(replayed(99))
    );
}

#[test]
fn totp_after_last() {
    assert_eq!(typed_at(101, 100, Some(100), Window::default()), Ok(101));
}

#[test]
fn totp_7_digits() {
    // The right code plus a digit.
    let verdict = totp().verify_text(
        "7552240",
        UnixTime::EPOCH,
        LastStep::Never,
        Window::default(),
    );
    assert_eq!(verdict, Err(Rejected::Malformed));
}

#[test]
fn totp_5_digits() {
    // 013599 without its zero, as a number.
    assert_eq!(parsed("13599"), Err(MalformedCode::DigitCount));
}

#[test]
fn totp_hex() {
    assert_eq!(parsed("0xB8618"), Err(MalformedCode::ForeignCharacter));
}

#[test]
fn totp_exp() {
    assert_eq!(parsed("755224e0"), Err(MalformedCode::ForeignCharacter));
}

#[test]
fn totp_nul() {
    assert_eq!(parsed("755224\0"), Err(MalformedCode::ForeignCharacter));
}

#[test]
fn totp_newline() {
    assert_eq!(parsed("755224\n"), Err(MalformedCode::ForeignCharacter));
}

#[test]
fn totp_zero_width() {
    assert_eq!(
        parsed("755\u{200b}224"),
        Err(MalformedCode::ForeignCharacter)
    );
}

#[test]
fn totp_1mb() {
    assert_eq!(parsed(&"7".repeat(1 << 20)), Err(MalformedCode::TooLong));
}

#[test]
fn totp_secret_empty() {
    assert_eq!(
        Secret::from_bytes(b"").map(drop),
        Err(SecretError::TooShort)
    );
    assert_eq!(
        Secret::from_base32("").map(drop),
        Err(SecretError::TooShort)
    );
    assert_eq!(
        Secret::import(b"", MinBits::Bits80).map(drop),
        Err(SecretError::TooShort)
    );
}

#[test]
fn totp_digits_10() {
    assert_eq!(Digits::new(10), Err(UnsupportedParameter::Digits));
}

#[test]
fn totp_time_0_negative() {
    // The code of counter 2^64 - 1, at time 0: the step before the first one does not exist.
    let code = Hotp::new(&secret(), Params::default()).code_at(u64::MAX);
    for past in [1, Window::MAX] {
        let window = Window::new(past, 1).expect("not too wide");
        let verdict = totp().verify_text(code.expose(), UnixTime::EPOCH, LastStep::Never, window);
        assert_eq!(verdict, Err(Rejected::NoMatch));
    }
}

#[test]
fn totp_time_max() {
    let totp = totp();
    let window = Window::new(10, 10).expect("not too wide");
    let now = UnixTime::from_secs(u64::MAX);
    let wrong = totp.verify_text("000000", now, LastStep::Never, window);
    assert_eq!(wrong, Err(Rejected::NoMatch));
    let right = totp.verify_text(totp.code_at(now).expose(), now, LastStep::Never, window);
    assert_eq!(right.map(|accepted| accepted.offset()), Ok(0));

    // With a period of one second the last step is the last second of all.
    let params = Params::default().with_period(mfakit_totp::Period::from_secs(1).expect("1"));
    let totp = Totp::new(&secret(), params);
    let right = totp.verify_text(totp.code_at(now).expose(), now, LastStep::Never, window);
    assert_eq!(right.map(|accepted| accepted.step()), Ok(Step::MAX));
}

#[test]
fn totp_clock_back() {
    // 90 seconds back: the used step stays used, and a fresh code is told to be out of time.
    assert_eq!(
        typed_at(103, 100, Some(103), Window::default()),
        Err(replayed(103))
    );
    assert_eq!(
        typed_at(100, 100, Some(103), Window::default()),
        Err(Rejected::ClockBehind)
    );
}

#[test]
fn totp_clock_far_ahead_then_back() {
    let a_day = 24 * 60 * 2;
    assert_eq!(
        typed_at(100, 100, Some(100 + a_day), Window::default()),
        Err(Rejected::ClockBehind)
    );
    // After that day all is well again.
    assert_eq!(
        typed_at(
            101 + a_day,
            101 + a_day,
            Some(100 + a_day),
            Window::default()
        ),
        Ok(101 + a_day)
    );
}

/// The verdict of a counting device on the code of `code`.
fn hotp(code: u64, counter: u64, look_ahead: u32) -> Result<u64, HotpRejected> {
    let hotp = Hotp::new(&secret(), Params::default());
    let typed = TypedCode::parse(hotp.code_at(code).expose()).expect("our own code");
    let look_ahead = LookAhead::new(look_ahead).expect("not too far");
    let accepted = hotp.verify(&typed, counter, look_ahead);
    accepted.map(|accepted| accepted.next_counter())
}

#[test]
fn hotp_rfc_0() {
    let hotp = Hotp::new(&secret(), Params::default());
    let typed = TypedCode::parse("755224").expect("a code");
    let accepted = hotp.verify(&typed, 0, LookAhead::default());
    assert_eq!(accepted.map(|accepted| accepted.next_counter()), Ok(1));
}

#[test]
fn hotp_rfc_9() {
    let hotp = Hotp::new(&secret(), Params::default());
    let typed = TypedCode::parse("520489").expect("a code");
    let accepted = hotp.verify(&typed, 9, LookAhead::default());
    assert_eq!(accepted.map(|accepted| accepted.next_counter()), Ok(10));
}

#[test]
fn hotp_look_ahead() {
    assert_eq!(hotp(3, 0, 3), Ok(4));
}

#[test]
fn hotp_beyond() {
    assert_eq!(hotp(4, 0, 3), Err(HotpRejected::NoMatch));
}

#[test]
fn hotp_past() {
    assert_eq!(hotp(4, 5, 3), Err(HotpRejected::NoMatch));
}

#[test]
fn hotp_counter_max() {
    // Neither does the look-ahead wrap around to 0, nor does the counter after the last one.
    for code in [0, 1, u64::MAX] {
        assert_eq!(hotp(code, u64::MAX, 50), Err(HotpRejected::NoMatch));
    }
    assert_eq!(hotp(0, u64::MAX - 2, 50), Err(HotpRejected::NoMatch));
    assert_eq!(hotp(u64::MAX - 1, u64::MAX - 2, 50), Ok(u64::MAX));
}

#[test]
fn hotp_look_ahead_huge() {
    assert_eq!(
        LookAhead::new(1_000_000_000),
        Err(UnsupportedParameter::LookAhead)
    );
}

/// The refusal of a URI by both parsers.
fn refused(uri: &str) -> UriError {
    let tolerant = KeyUri::parse(uri).map(drop).expect_err("refused");
    let strict = KeyUri::parse_strict(uri).map(drop).expect_err("refused");
    assert_eq!(tolerant, strict);
    tolerant
}

const SECRET: &str = "secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

#[test]
fn uri_scheme() {
    let uri = format!("http://totp/Example:alice?{SECRET}");
    assert_eq!(refused(&uri), UriError::NotAKeyUri);
}

#[test]
fn uri_type() {
    let uri = format!("otpauth://motp/Example:alice?{SECRET}");
    assert_eq!(
        refused(&uri),
        UriError::Unsupported(UnsupportedParameter::Type)
    );
}

#[test]
fn uri_two_secrets() {
    let uri = format!("otpauth://totp/Example:alice?{SECRET}&{SECRET}");
    assert_eq!(
        refused(&uri),
        UriError::DuplicateParameter { name: "secret" }
    );
}

#[test]
fn uri_short() {
    let uri = "otpauth://totp/Example:alice?secret=GEZDGNBVGY3TQOJQ";
    assert_eq!(refused(uri), UriError::Secret(SecretError::TooShort));
    // Unless that is asked for.
    let imported = KeyUri::import(uri, MinBits::Bits80).expect("80 bits will do");
    assert_eq!(imported.secret().expose(), b"1234567890");
}

#[test]
fn uri_digits_0() {
    let uri = format!("otpauth://totp/Example:alice?{SECRET}&digits=0");
    assert_eq!(
        refused(&uri),
        UriError::Unsupported(UnsupportedParameter::Digits)
    );
}

#[test]
fn uri_hotp_no_counter() {
    let uri = format!("otpauth://hotp/Example:alice?{SECRET}");
    assert_eq!(
        refused(&uri),
        UriError::MissingParameter { name: "counter" }
    );
}

#[test]
fn uri_bad_percent() {
    for part in ["Example:alice%4?", "Example%zz:alice?", "alice?x=%&"] {
        let uri = format!("otpauth://totp/{part}{SECRET}");
        assert_eq!(refused(&uri), UriError::MalformedEscape, "{uri}");
    }
}

#[test]
fn uri_1mb() {
    let uri = format!("otpauth://totp/{}?{SECRET}", "a".repeat(1 << 20));
    assert_eq!(refused(&uri), UriError::TooLong);
}

#[test]
fn b32_lower() {
    let secret = Secret::import_base32("gezdgnbvgy3tqojq", MinBits::Bits80);
    assert_eq!(
        secret.map(|secret| secret.expose().to_vec()),
        Ok(b"1234567890".to_vec())
    );
}

#[test]
fn b32_bad_pad() {
    assert_eq!(
        Secret::from_base32("MFRGG=").map(drop),
        Err(SecretError::MalformedBase32)
    );
}

#[test]
fn b32_unicode() {
    assert_eq!(
        Secret::from_base32("GEZDİNBV").map(drop),
        Err(SecretError::MalformedBase32)
    );
}
