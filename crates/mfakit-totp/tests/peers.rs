//! Defects found in other libraries' verification: none of them is here. Each test is named after
//! the library and what went wrong. Their URIs are in `peers_uri.rs`.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

use core::time::Duration;

use mfakit_core::UnixTime;
use mfakit_totp::{
    Algorithm, Digits, Enrollment, LastStep, MalformedCode, MinBits, Params, Period, Rejected,
    Secret, SecretError, SecretLen, Step, Totp, TypedCode, UnsupportedParameter, Window,
    verify_any,
};

fn secret() -> Secret {
    Secret::from_bytes(b"12345678901234567890").expect("length is in range")
}

fn totp() -> Totp {
    Totp::new(&secret(), Params::default())
}

fn at(step: u64) -> UnixTime {
    UnixTime::from_secs(step * 30)
}

fn used(step: u64) -> LastStep {
    LastStep::Used(Step::from_u64(step))
}

fn shown(totp: &Totp, step: u64) -> String {
    totp.code_at_step(Step::from_u64(step)).expose().to_owned()
}

fn step(verdict: Result<mfakit_totp::Accepted, Rejected>) -> Result<u64, Rejected> {
    verdict.map(|accepted| accepted.step().as_u64())
}

/// ootp 0.1.1 takes the number of digits from what the user typed: one of ten one-digit codes is
/// always right.
#[test]
fn ootp_any_one_digit_code_is_accepted() {
    let totp = totp();
    let window = Window::new(Window::MAX, Window::MAX).expect("not too wide");
    for digit in 0..10 {
        for text in [format!("{digit}"), format!("{digit:05}")] {
            let verdict = totp.verify_text(&text, at(100), LastStep::Never, window);
            assert_eq!(verdict, Err(Rejected::Malformed));
            assert_eq!(
                TypedCode::parse(&text).map(drop),
                Err(MalformedCode::DigitCount)
            );
        }
    }
}

/// The same, one size larger: six digits are not enough where the device shows eight.
#[test]
fn ootp_the_device_decides_the_digits() {
    let totp = Totp::new(&secret(), Params::default().with_digits(Digits::Eight));
    // The last six of 94287082.
    let verdict = totp.verify_text("287082", at(1), LastStep::Never, Window::default());
    assert_eq!(verdict, Err(Rejected::Malformed));
    let verdict = totp.verify_text("94287082", at(1), LastStep::Never, Window::default());
    assert_eq!(step(verdict), Ok(1));
}

/// ootp 0.1.1 tries 30 steps to each side by default.
#[test]
fn ootp_thirty_steps_by_default() {
    assert_eq!(Window::default(), Window::new(1, 1).expect("narrow"));
}

/// totp-rs 6.0 accepts a skew of 65535 steps.
#[test]
fn totp_rs_any_skew() {
    assert_eq!(
        Window::new(u8::MAX, u8::MAX),
        Err(UnsupportedParameter::Window)
    );
}

/// slauth 0.7.21 walks back: each accepted older code moves its window, so that the codes of steps
/// -1, -2 and -3 are accepted one after the other, and each of them twice.
#[test]
fn slauth_older_codes_one_after_the_other() {
    let totp = totp();
    let mut last = LastStep::Never;
    let mut accepted = Vec::new();
    for code in [99, 99, 98, 97, 98, 99] {
        let typed = shown(&totp, code);
        if let Ok(verdict) = totp.verify_text(&typed, at(100), last, Window::default()) {
            accepted.push(verdict.step().as_u64());
            last = LastStep::Used(verdict.step());
        }
    }
    assert_eq!(accepted, [99]);
}

/// slauth 0.7.21 leaves the last step of its window out.
#[test]
fn slauth_the_forward_end_is_part_of_the_window() {
    let totp = totp();
    let window = Window::new(0, 1).expect("narrow");
    let verdict = totp.verify_text(&shown(&totp, 101), at(100), LastStep::Never, window);
    assert_eq!(step(verdict), Ok(101));
}

/// slauth 0.7.21 fills codes of eight digits up to six only.
#[test]
fn slauth_leading_zeros_of_long_codes() {
    let totp = Totp::new(&secret(), Params::default().with_digits(Digits::Eight));
    for step in 0..2000 {
        assert_eq!(shown(&totp, step).len(), 8, "{step}");
    }
    assert_eq!(
        totp.code_at(UnixTime::from_secs(1_111_111_109)).expose(),
        "07081804"
    );
}

/// google-authenticator 0.4.2 computes eight digits modulo 10^6, and never returns for five.
#[test]
fn google_authenticator_other_lengths() {
    let totp = Totp::new(&secret(), Params::default().with_digits(Digits::Eight));
    assert_eq!(totp.code_at(UnixTime::from_secs(59)).expose(), "94287082");
    assert_eq!(Digits::new(5), Err(UnsupportedParameter::Digits));
}

/// libreauth 0.18.1 panics before T0.
#[test]
fn libreauth_before_t0() {
    let t0 = UnixTime::from_secs(100);
    let totp = Totp::new(&secret(), Params::default().with_t0(t0));
    let verdict = totp.verify_text(
        "755224",
        UnixTime::from_secs(99),
        LastStep::Never,
        Window::default(),
    );
    assert_eq!(verdict, Err(Rejected::BeforeEpoch));
    assert_eq!(totp.code_at(UnixTime::EPOCH).expose(), "755224");
}

/// libreauth 0.18.1 refuses its own codes where they are not decimal.
#[test]
fn libreauth_its_own_codes() {
    for algorithm in [Algorithm::Sha1, Algorithm::Sha256, Algorithm::Sha512] {
        for digits in [Digits::Six, Digits::Seven, Digits::Eight] {
            let params = Params::default()
                .with_algorithm(algorithm)
                .with_digits(digits);
            let totp = Totp::new(&secret(), params);
            let verdict = totp.verify_text(&shown(&totp, 7), at(7), LastStep::Never, Window::NONE);
            assert_eq!(step(verdict), Ok(7));
        }
    }
}

/// thotp 0.1.11 takes 80, 160 and 420 bits for bytes.
#[test]
fn thotp_bits_are_not_bytes() {
    for len in [80, 160] {
        assert_eq!(SecretLen::from_bytes(len), Err(SecretError::TooLong));
    }
    let mut rng = rng();
    assert_eq!(Secret::generate(&mut rng).expose().len() * 8, 160);
}

fn rng() -> impl rand_core::CryptoRng {
    use rand_core::SeedableRng as _;
    chacha20::ChaCha20Rng::from_seed([7; 32])
}

/// thotp 0.1.11 reads the time 0 as "now".
#[test]
fn thotp_the_time_zero_is_a_time() {
    let verdict = totp().verify_text("755224", at(0), LastStep::Never, Window::NONE);
    assert_eq!(step(verdict), Ok(0));
}

/// thotp 0.1.11 counts the discrepancy that it returns from 1, whatever the window.
#[test]
fn thotp_the_offset_is_right_for_every_window() {
    let totp = totp();
    for (past, future) in [(0, 0), (1, 1), (3, 2), (10, 10)] {
        let window = Window::new(past, future).expect("not too wide");
        for offset in -i64::from(past)..=i64::from(future) {
            let typed = shown(&totp, 100_u64.saturating_add_signed(offset));
            let verdict = totp.verify_text(&typed, at(100), LastStep::Never, window);
            assert_eq!(verdict.map(|accepted| accepted.offset()), Ok(offset));
        }
    }
}

/// otpauth 0.5.1 has no window, and takes codes as numbers, so that leading zeros vanish.
#[test]
fn otpauth_window_and_leading_zeros() {
    let totp = Totp::new(
        &Secret::from_bytes(b"collision 0001333541").expect("length is in range"),
        Params::default(),
    );
    let verify =
        |text, now| step(totp.verify_text(text, at(now), LastStep::Never, Window::default()));
    assert_eq!(verify("013599", 3), Ok(4));
    assert_eq!(verify("13599", 4), Err(Rejected::Malformed));
    assert_eq!(verify("0013599", 4), Err(Rejected::Malformed));
}

/// latchkey 0.4.0, privacyIDEA and django-otp let the earliest match decide: a fresh code that an
/// old step happens to share is refused as a replay.
#[test]
fn latchkey_a_fresh_code_that_a_used_step_shares() {
    // With this key, steps 4 and 6 have one code.
    let secret = Secret::from_bytes(b"collision 0001333541").expect("length is in range");
    let totp = Totp::new(&secret, Params::default());
    assert_eq!(shown(&totp, 4), shown(&totp, 6));
    let verdict = totp.verify_text(&shown(&totp, 6), at(5), used(4), Window::default());
    assert_eq!(step(verdict), Ok(6));
}

/// latchkey 0.4.0 has one number of digits and one period for the whole application: changing them
/// breaks all enrollments.
#[test]
fn latchkey_parameters_belong_to_the_device() {
    let secret = secret();
    let old = Params::default();
    let new = old
        .with_digits(Digits::Eight)
        .with_period(Period::from_secs(60).expect("in range"));
    let devices = || {
        [
            Enrollment::new("old", &secret, old, LastStep::Never),
            Enrollment::new("new", &secret, new, LastStep::Never),
        ]
    };
    let now = UnixTime::from_secs(59);
    for (text, want) in [("287082", "old"), ("84755224", "new")] {
        let typed = TypedCode::parse(text).expect("a code");
        let accepted = verify_any(devices(), &typed, now, Window::NONE);
        assert_eq!(accepted.map(|(device, _)| device), Ok(want));
    }
}

/// django-otp reads codes with `int`, which accepts signs, underscores and all Unicode digits.
#[test]
fn django_otp_numbers_that_are_no_codes() {
    for text in ["+755224", "-755224", "7_55224", "７５５２２４．", "٧٥٥٢٢٤"] {
        assert_eq!(
            TypedCode::parse(text).map(drop),
            Err(MalformedCode::ForeignCharacter),
            "{text}"
        );
    }
}

/// totp-rs 6.0 refuses codes with a space, as apps show them.
#[test]
fn totp_rs_codes_with_a_space() {
    let verdict = totp().verify_text("755 224", at(0), LastStep::Never, Window::default());
    assert_eq!(step(verdict), Ok(0));
}

/// totp-rs 6.0 wraps around to 14 when asked for the step after the end of time.
#[test]
fn totp_rs_the_end_of_time() {
    let end = UnixTime::from_secs(u64::MAX);
    assert!(totp().remaining(end) <= Duration::from_secs(30));
    assert!(totp().remaining(end) >= Duration::from_secs(1));
}

/// totp-rs 6.0 accepts a secret of one byte where it is read back from storage.
#[test]
fn totp_rs_a_secret_of_one_byte() {
    for min in [MinBits::Bits80, MinBits::Bits128] {
        assert_eq!(
            Secret::import(&[1], min).map(drop),
            Err(SecretError::TooShort)
        );
    }
}

/// totp-rs 6.0 and latchkey 0.4.0 accept base32 of a length that no bytes encode to, and bits left
/// over that are not zero.
#[test]
fn totp_rs_and_latchkey_impossible_base32() {
    for text in [
        "GEZDGNBVGY3TQOJQGEZDGNBVGY3", // 27 characters
        "GEZDGNBVGY3TQOJQGEZDGNBVGZ",  // 26 characters, the last of which has two bits too many
    ] {
        assert_eq!(
            Secret::from_base32(text).map(drop),
            Err(SecretError::MalformedBase32),
            "{text}"
        );
    }
    let canonical = Secret::from_base32("GEZDGNBVGY3TQOJQGEZDGNBVGY").expect("26 characters");
    assert_eq!(canonical.expose(), b"1234567890123456");
}
