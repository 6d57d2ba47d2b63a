//! The verdicts of `Totp::verify` and `verify_any`, one rule a test.

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
    Accepted, Algorithm, Digits, Enrollment, LastStep, Params, Period, Rejected, Secret, Step,
    Totp, TypedCode, UnsupportedParameter, Window, verify_any,
};

/// With this key, steps 4 and 6 have one code, 013599, and no other step up to 20 has it.
const COLLIDING_KEY: &[u8] = b"collision 0001333541";

fn secret(bytes: &[u8]) -> Secret {
    Secret::from_bytes(bytes).expect("length is in range")
}

fn totp() -> Totp {
    Totp::new(&secret(b"12345678901234567890"), Params::default())
}

/// The first second of a step of 30 seconds.
fn at(step: u64) -> UnixTime {
    UnixTime::from_secs(step * 30)
}

fn used(step: u64) -> LastStep {
    LastStep::Used(Step::from_u64(step))
}

fn typed(totp: &Totp, step: u64) -> TypedCode {
    TypedCode::parse(totp.code_at_step(Step::from_u64(step)).expose()).expect("our own code")
}

/// The verdict on the code of step `code` during step `now`.
fn verdict(code: u64, now: u64, last: LastStep, window: Window) -> Result<u64, Rejected> {
    let totp = totp();
    let accepted = totp.verify(&typed(&totp, code), at(now), last, window);
    accepted.map(|accepted| accepted.step().as_u64())
}

fn replayed(step: u64) -> Rejected {
    Rejected::Replayed {
        matched: Step::from_u64(step),
    }
}

#[test]
fn the_window_ends_where_it_says() {
    for (past, future) in [(0, 0), (1, 0), (0, 1), (1, 1), (2, 3), (10, 10)] {
        let window = Window::new(past, future).expect("not too wide");
        for code in 70..=130 {
            let inside = code + u64::from(past) >= 100 && code <= 100 + u64::from(future);
            let want = if inside {
                Ok(code)
            } else {
                Err(Rejected::NoMatch)
            };
            assert_eq!(
                verdict(code, 100, LastStep::Never, window),
                want,
                "{code} {window:?}"
            );
        }
    }
}

#[test]
fn the_offset_says_how_far_the_device_is_off() {
    let totp = totp();
    for (code, want) in [(99, -1), (100, 0), (101, 1)] {
        let accepted = totp.verify(
            &typed(&totp, code),
            at(100),
            LastStep::Never,
            Window::DEFAULT,
        );
        assert_eq!(accepted.as_ref().map(Accepted::offset), Ok(want));
    }
}

#[test]
fn a_step_lasts_to_its_last_second() {
    let totp = totp();
    let code = typed(&totp, 100);
    let verify = |secs| {
        let now = UnixTime::from_secs(secs);
        let accepted = totp.verify(&code, now, LastStep::Never, Window::NONE);
        accepted.map(|accepted| accepted.offset())
    };
    assert_eq!(verify(2999), Err(Rejected::NoMatch));
    assert_eq!(verify(3000), Ok(0));
    assert_eq!(verify(3029), Ok(0));
    assert_eq!(verify(3030), Err(Rejected::NoMatch));
}

#[test]
fn nothing_up_to_the_last_used_step_is_accepted() {
    let window = Window::DEFAULT;
    // Used before, and the one before that.
    assert_eq!(verdict(100, 100, used(100), window), Err(replayed(100)));
    assert_eq!(verdict(99, 100, used(100), window), Err(replayed(99)));
    // The next one.
    assert_eq!(verdict(101, 100, used(100), window), Ok(101));
    assert_eq!(verdict(100, 100, used(99), window), Ok(100));
    // The used one, after it left the window.
    assert_eq!(verdict(90, 100, used(90), window), Err(replayed(90)));
    // One before that is not told from any wrong code.
    assert_eq!(verdict(89, 100, used(90), window), Err(Rejected::NoMatch));
    assert_eq!(verdict(50, 100, used(100), window), Err(Rejected::NoMatch));
}

#[test]
fn the_smallest_unused_match_wins() {
    let totp = Totp::new(&secret(COLLIDING_KEY), Params::default());
    let code = TypedCode::parse("013599").expect("a code");
    let verify = |last| {
        let accepted = totp.verify(&code, at(5), last, Window::DEFAULT);
        accepted.map(|accepted| accepted.step().as_u64())
    };
    assert_eq!(verify(LastStep::Never), Ok(4));
    assert_eq!(verify(used(3)), Ok(4));
    // The earliest match is used, and the later one is not.
    assert_eq!(verify(used(4)), Ok(6));
    assert_eq!(verify(used(5)), Ok(6));
    // All are used: the latest is named.
    assert_eq!(verify(used(6)), Err(replayed(6)));
    assert_eq!(verify(used(7)), Err(Rejected::ClockBehind));
}

#[test]
fn a_clock_that_went_back_is_told() {
    let window = Window::DEFAULT;
    // Step 103 was used, then the clock went back by three steps: the used code is still used ...
    assert_eq!(verdict(103, 100, used(103), window), Err(replayed(103)));
    // ... and a fresh one is right, but for a clock that is wrong.
    assert_eq!(
        verdict(100, 100, used(103), window),
        Err(Rejected::ClockBehind)
    );
    assert_eq!(
        verdict(101, 100, used(102), window),
        Err(Rejected::ClockBehind)
    );
    // A wrong code is wrong, whatever the clock says.
    assert_eq!(verdict(98, 100, used(103), window), Err(Rejected::NoMatch));
    // The last used step is at the end of the window: an ordinary replay.
    assert_eq!(verdict(100, 100, used(101), window), Err(replayed(100)));
    // The clock was a day ahead, once.
    assert_eq!(
        verdict(100, 100, used(2980), window),
        Err(Rejected::ClockBehind)
    );
    assert_eq!(
        verdict(100, 100, LastStep::Used(Step::MAX), window),
        Err(Rejected::ClockBehind)
    );
}

#[test]
fn another_number_of_digits_is_not_compared() {
    let totp = totp();
    for text in ["4755224", "84755224"] {
        let verdict = totp.verify_text(text, at(0), LastStep::Never, Window::DEFAULT);
        assert_eq!(verdict, Err(Rejected::Malformed));
    }
    let verify = |text| {
        let accepted = totp.verify_text(text, at(0), LastStep::Never, Window::DEFAULT);
        accepted.map(|accepted| accepted.step().as_u64())
    };
    assert_eq!(verify("755-224"), Ok(0));
    assert_eq!(verify("75522"), Err(Rejected::Malformed));
    assert_eq!(verify(""), Err(Rejected::Malformed));
}

#[test]
fn before_t0_there_is_no_code() {
    let t0 = UnixTime::from_secs(1000);
    let totp = Totp::new(
        &secret(b"12345678901234567890"),
        Params::default().with_t0(t0),
    );
    let first = TypedCode::parse("755224").expect("a code");
    let verify = |secs| {
        let now = UnixTime::from_secs(secs);
        let accepted = totp.verify(&first, now, LastStep::Never, Window::DEFAULT);
        accepted.map(|accepted| accepted.offset())
    };
    assert_eq!(verify(0), Err(Rejected::BeforeEpoch));
    assert_eq!(verify(999), Err(Rejected::BeforeEpoch));
    assert_eq!(verify(1000), Ok(0));
    assert_eq!(verify(1030), Ok(-1));

    // What a device would show: the first code, until its step ends.
    assert_eq!(totp.code_at(UnixTime::EPOCH).expose(), "755224");
    assert_eq!(totp.remaining(UnixTime::EPOCH), Duration::from_secs(1030));
    assert_eq!(totp.remaining(t0), Duration::from_secs(30));
}

#[test]
fn remaining_counts_down_to_one() {
    let totp = totp();
    let remaining = |secs| totp.remaining(UnixTime::from_secs(secs)).as_secs();
    assert_eq!(remaining(0), 30);
    assert_eq!(remaining(29), 1);
    assert_eq!(remaining(30), 30);
    // The last step of all is cut short by the end of time: 2^63 - 1 is 7 mod 30.
    assert_eq!(remaining(u64::MAX), 23);
}

#[test]
fn what_counts_as_an_attempt() {
    for (rejected, counts) in [
        (Rejected::BeforeEpoch, false),
        (Rejected::Malformed, false),
        (Rejected::ClockBehind, true),
        (Rejected::NoMatch, true),
        (replayed(1), true),
    ] {
        assert_eq!(rejected.counts_as_attempt(), counts, "{rejected}");
    }
}

#[test]
fn every_combination_of_parameters_verifies_its_own_codes() {
    let secret = secret(&[7; 64]);
    for algorithm in [Algorithm::Sha1, Algorithm::Sha256, Algorithm::Sha512] {
        for digits in [Digits::Six, Digits::Seven, Digits::Eight] {
            for period in [1, 30, 120] {
                let params = Params::default()
                    .with_algorithm(algorithm)
                    .with_digits(digits)
                    .with_period(Period::from_secs(period).expect("in range"));
                let totp = Totp::new(&secret, params);
                let now = UnixTime::from_secs(1_700_000_000);
                let code = totp.code_at(now);
                assert_eq!(code.expose().len(), usize::from(digits.as_u8()));
                let accepted = totp.verify_text(code.expose(), now, LastStep::Never, Window::NONE);
                assert_eq!(
                    accepted.map(|accepted| accepted.step().as_u64()),
                    Ok(1_700_000_000 / period)
                );
                assert_eq!(totp.params(), params);
            }
        }
    }
}

#[test]
fn a_window_is_bounded_whatever_is_asked() {
    assert_eq!(
        Window::new(u8::MAX, u8::MAX),
        Err(UnsupportedParameter::Window)
    );
}

/// Three devices: `old` has eight digits, `phone` and `tablet` six.
struct Devices {
    old: Secret,
    phone: Secret,
    tablet: Secret,
}

impl Devices {
    fn new() -> Self {
        Self {
            old: secret(&[1; 20]),
            phone: secret(&[2; 20]),
            tablet: secret(&[3; 20]),
        }
    }

    fn enrolled(&self, [old, phone, tablet]: [LastStep; 3]) -> [Enrollment<'_, &'static str>; 3] {
        let params = Params::default();
        [
            Enrollment::new("old", &self.old, params.with_digits(Digits::Eight), old),
            Enrollment::new("phone", &self.phone, params, phone),
            Enrollment::new("tablet", &self.tablet, params, tablet),
        ]
    }

    fn code(&self, device: &str, step: u64) -> TypedCode {
        let params = Params::default();
        typed(
            &match device {
                "old" => Totp::new(&self.old, params.with_digits(Digits::Eight)),
                "phone" => Totp::new(&self.phone, params),
                _ => Totp::new(&self.tablet, params),
            },
            step,
        )
    }
}

const NEVER: [LastStep; 3] = [LastStep::Never; 3];

#[test]
fn any_device_may_have_shown_the_code() {
    let devices = Devices::new();
    for name in ["old", "phone", "tablet"] {
        let code = devices.code(name, 100);
        let (device, accepted) =
            verify_any(devices.enrolled(NEVER), &code, at(100), Window::DEFAULT)
                .expect("one of them shows it");
        assert_eq!((device, accepted.step().as_u64()), (name, 100));
    }
}

#[test]
fn each_device_has_its_own_last_step() {
    let devices = Devices::new();
    let last = [used(100), LastStep::Never, used(100)];
    let verify = |name| {
        let code = devices.code(name, 100);
        verify_any(devices.enrolled(last), &code, at(100), Window::DEFAULT)
            .map(|(device, _)| device)
            .map_err(|refused| (refused.reason(), refused.device().copied()))
    };
    assert_eq!(verify("phone"), Ok("phone"));
    assert_eq!(verify("old"), Err((replayed(100), Some("old"))));
    assert_eq!(verify("tablet"), Err((replayed(100), Some("tablet"))));
}

#[test]
fn the_most_telling_refusal_is_returned() {
    let devices = Devices::new();
    let verify = |last, code: &TypedCode, now| {
        let refused = verify_any(devices.enrolled(last), code, at(now), Window::DEFAULT)
            .map(|(device, _)| device)
            .expect_err("none accepts");
        (
            refused.reason(),
            refused.device().copied(),
            refused.counts_as_attempt(),
        )
    };

    // The device with eight digits says `Malformed`, the others compared it.
    let wrong = devices.code("phone", 500);
    assert_eq!(verify(NEVER, &wrong, 100), (Rejected::NoMatch, None, true));
    // The phone's last step lies in the future, the tablet compared it.
    let fresh = devices.code("phone", 100);
    let behind = [LastStep::Never, used(103), LastStep::Never];
    assert_eq!(
        verify(behind, &fresh, 100),
        (Rejected::ClockBehind, Some("phone"), true)
    );
    // No device has seven digits.
    let seven = TypedCode::parse("1234567").expect("a code");
    assert_eq!(
        verify(NEVER, &seven, 100),
        (Rejected::Malformed, None, false)
    );
}

#[test]
fn a_replay_outranks_a_clock_that_went_back() {
    // Both devices have the same secret, as when a backup of an app was restored elsewhere.
    let shared = secret(&[2; 20]);
    let code = Devices::new().code("phone", 100);
    let device = |id, last| Enrollment::new(id, &shared, Params::default(), used(last));
    for order in [[("a", 103), ("b", 100)], [("b", 100), ("a", 103)]] {
        let devices = order.map(|(id, last)| device(id, last));
        let refused = verify_any(devices, &code, at(100), Window::DEFAULT)
            .map(|(device, _)| device)
            .expect_err("used");
        assert_eq!(
            (refused.reason(), refused.device()),
            (replayed(100), Some(&"b"))
        );
    }
}

#[test]
fn of_two_replays_the_first_device_is_named() {
    let shared = secret(&[2; 20]);
    let code = Devices::new().code("phone", 100);
    let device = |id| Enrollment::new(id, &shared, Params::default(), used(100));
    let refused = verify_any([device("a"), device("b")], &code, at(100), Window::DEFAULT)
        .map(|(device, _)| device)
        .expect_err("used");
    assert_eq!(refused.device(), Some(&"a"));
}

#[test]
fn an_acceptance_outranks_every_refusal_and_the_first_one_wins() {
    let shared = secret(&[2; 20]);
    let code = Devices::new().code("phone", 100);
    let device = |id, last| Enrollment::new(id, &shared, Params::default(), last);
    let devices = [
        device("used", used(100)),
        device("first", LastStep::Never),
        device("second", LastStep::Never),
    ];
    let accepted = verify_any(devices, &code, at(100), Window::DEFAULT).map(|(device, _)| device);
    assert_eq!(accepted, Ok("first"));
}

#[test]
fn without_devices_nothing_matches() {
    let code = TypedCode::parse("755224").expect("a code");
    let none: [Enrollment<'_, ()>; 0] = [];
    let refused = verify_any(none, &code, at(0), Window::DEFAULT).map(|((), _)| ());
    assert_eq!(
        refused.map_err(|refused| refused.reason()),
        Err(Rejected::NoMatch)
    );
}
