//! Laws that hold for all inputs.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

use mfakit_core::UnixTime;
use mfakit_totp::{
    Algorithm, Digits, Enrollment, Hotp, HotpRejected, KeyUri, LastStep, LookAhead, MalformedCode,
    MinBits, Params, Period, Rejected, Secret, Step, Totp, TypedCode, Window, verify_any,
};
use proptest::prelude::*;

prop_compose! {
    fn secret()(bytes in prop::collection::vec(any::<u8>(), 16..=128)) -> Secret {
        Secret::from_bytes(&bytes).expect("length is in range")
    }
}

fn algorithm() -> impl Strategy<Value = Algorithm> {
    prop::sample::select(&[Algorithm::Sha1, Algorithm::Sha256, Algorithm::Sha512])
}

fn digits() -> impl Strategy<Value = Digits> {
    prop::sample::select(&[Digits::Six, Digits::Seven, Digits::Eight])
}

prop_compose! {
    fn params()(
        algorithm in algorithm(),
        digits in digits(),
        period in 1..=120_u64,
        t0 in prop_oneof![Just(0), any::<u32>().prop_map(u64::from)],
    ) -> Params {
        Params::default()
            .with_algorithm(algorithm)
            .with_digits(digits)
            .with_period(Period::from_secs(period).expect("in range"))
            .with_t0(UnixTime::from_secs(t0))
    }
}

fn window() -> impl Strategy<Value = Window> {
    let side = || prop_oneof![0..=2_u8, 0..=Window::MAX];
    (side(), side()).prop_map(|(past, future)| Window::new(past, future).expect("not too wide"))
}

/// Steps near the present one, and far from it.
fn near(step: u64) -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..=30_u64).prop_map(move |up| Step::from_u64((step + up).saturating_sub(15))),
        1 => any::<u64>().prop_map(Step::from_u64),
    ]
}

fn last_step(step: u64) -> impl Strategy<Value = LastStep> {
    prop_oneof![Just(LastStep::Never), near(step).prop_map(LastStep::Used)]
}

/// The present step, the one whose code is typed, and the last used one.
fn steps() -> impl Strategy<Value = (u64, Step, LastStep)> {
    prop_oneof![0..=20_u64, 0..=1_u64 << 40]
        .prop_flat_map(|present| (Just(present), near(present), last_step(present)))
}

/// What `Totp::verify` promises, in the plainest words: a list of candidates, filtered.
fn model(
    totp: &Totp,
    typed: &str,
    present: u64,
    last: LastStep,
    window: Window,
) -> Result<u64, Rejected> {
    let first = present.saturating_sub(window.past().into());
    let tried = first..=present + u64::from(window.future());
    let is_code = |step: &u64| totp.code_at_step(Step::from_u64(*step)).expose() == typed;
    let matching: Vec<u64> = tried.clone().filter(is_code).collect();
    let last = last.step().map(Step::as_u64);
    let unused = |step: &&u64| last.is_none_or(|last| **step > last);
    if let Some(step) = matching.iter().find(unused) {
        return Ok(*step);
    }
    match (matching.last(), last) {
        (Some(_), Some(last)) if last > *tried.end() => Err(Rejected::ClockBehind),
        (Some(step), _) => Err(Rejected::Replayed {
            matched: Step::from_u64(*step),
        }),
        (None, Some(last)) if is_code(&last) => Err(Rejected::Replayed {
            matched: Step::from_u64(last),
        }),
        (None, _) => Err(Rejected::NoMatch),
    }
}

/// How people and phones group digits.
fn written(code: &str, full_width: bool, spaces: &[usize], dash: Option<usize>) -> String {
    let mut text = String::new();
    for (at, digit) in code.chars().enumerate() {
        if at != 0 && dash == Some(at) {
            text.push('-');
        }
        text.extend(spaces.iter().filter(|place| **place == at).map(|_| ' '));
        let value = digit.to_digit(10).expect("a digit");
        text.extend(char::from_u32(
            if full_width { 0xff10 } else { 0x30 } + value,
        ));
    }
    text
}

proptest! {
    /// The verdict is that of the model, for every window, last step and clock.
    #[test]
    fn the_verdict_is_that_of_the_model(
        secret in secret(),
        params in params(),
        (present, typed, last) in steps(),
        window in window(),
        second in 0..120_u64,
    ) {
        let totp = Totp::new(&secret, params);
        let period = u64::from(params.period().as_secs());
        let now = params.t0().as_secs() + present * period + second % period;
        let now = UnixTime::from_secs(now);
        let code = totp.code_at_step(typed);

        let verdict = totp.verify_text(code.expose(), now, last, window);
        let step = verdict.map(|accepted| {
            assert_eq!(accepted.offset(), accepted.step().as_i64() - present.cast_signed());
            accepted.step().as_u64()
        });
        prop_assert_eq!(step, model(&totp, code.expose(), present, last, window));
    }

    /// A code is accepted once within the window, and never again, whatever the clock does.
    #[test]
    fn accepted_once(
        secret in secret(),
        params in params(),
        now in 0..=u64::from(u32::MAX),
        later in 0..=u64::from(u32::MAX),
    ) {
        let totp = Totp::new(&secret, params);
        let at = |secs| UnixTime::from_secs(params.t0().as_secs() + secs);
        let typed = TypedCode::parse(totp.code_at(at(now)).expose())?;
        let accepted = totp.verify(&typed, at(now), LastStep::Never, Window::default())?;

        let last = LastStep::Used(accepted.step());
        for clock in [now, later] {
            if let Ok(again) = totp.verify(&typed, at(clock), last, Window::default()) {
                // Only a later step that happens to have the same code.
                prop_assert!(again.step() > accepted.step());
            }
        }
    }

    /// Whatever is accepted, the step grows: over any sequence of codes, clocks and windows.
    #[test]
    fn the_last_step_only_grows(
        secret in secret(),
        tries in prop::collection::vec((steps(), window()), 1..20),
    ) {
        let totp = Totp::new(&secret, Params::default());
        let mut last = LastStep::Never;
        for ((present, typed, _), window) in tries {
            let now = UnixTime::from_secs(present * 30);
            let code = totp.code_at_step(typed);
            if let Ok(accepted) = totp.verify_text(code.expose(), now, last, window) {
                prop_assert!(last.step().is_none_or(|last| accepted.step() > last));
                last = LastStep::Used(accepted.step());
            }
        }
    }

    /// The device that accepts is one whose own verdict is an acceptance; if none does, all refuse.
    #[test]
    fn several_devices_decide_as_each_alone(
        devices in prop::collection::vec((secret(), params(), steps()), 0..5),
        window in window(),
        now in 0..=u64::from(u32::MAX),
        typed in prop_oneof![
            any::<prop::sample::Index>().prop_map(Ok),
            "[0-9]{6,8}".prop_map(Err),
        ],
    ) {
        let now = UnixTime::from_secs(now);
        let text = match typed {
            Ok(device) if !devices.is_empty() => {
                let (secret, params, _) = device.get(&devices);
                Totp::new(secret, *params).code_at(now).expose().to_owned()
            }
            Ok(_) => "000000".to_owned(),
            Err(text) => text,
        };
        let code = TypedCode::parse(&text)?;
        let enrolled = devices.iter().enumerate().map(|(id, (secret, params, (_, _, last)))| {
            Enrollment::new(id, secret, *params, *last)
        });
        let alone: Vec<_> = devices.iter().map(|(secret, params, (_, _, last))| {
            Totp::new(secret, *params).verify(&code, now, *last, window)
        }).collect();

        match verify_any(enrolled, &code, now, window) {
            Ok((id, accepted)) => {
                let first = alone.iter().position(Result::is_ok);
                prop_assert_eq!(Some(id), first);
                prop_assert_eq!(Some(&Ok(accepted)), first.map(|first| &alone[first]));
            }
            Err(refused) => {
                let reason = refused.reason();
                prop_assert!(alone.iter().all(Result::is_err));
                prop_assert!(alone.is_empty() || alone.contains(&Err(reason)));
                if let Some(id) = refused.device() {
                    prop_assert_eq!(&alone[*id], &Err(reason));
                }
                let any_attempt = alone.iter().flat_map(|alone| alone.as_ref().err()).any(|reason| {
                    reason.counts_as_attempt()
                });
                prop_assert_eq!(refused.counts_as_attempt(), any_attempt || alone.is_empty());
            }
        }
    }

    /// A counting device accepts the smallest matching counter within the look-ahead, and no other.
    #[test]
    fn counters_are_those_of_the_model(
        secret in secret(),
        params in params(),
        counter in prop_oneof![0..=100_u64, u64::MAX - 100..=u64::MAX],
        ahead in 0..=60_u64,
        behind in any::<bool>(),
        look_ahead in 0..=50_u32,
    ) {
        let hotp = Hotp::new(&secret, params);
        let shown = if behind { counter.saturating_sub(ahead) } else { counter.saturating_add(ahead) };
        let code = hotp.code_at(shown);
        let typed = TypedCode::parse(code.expose())?;
        let verdict = hotp.verify(&typed, counter, LookAhead::new(look_ahead)?);

        let last = counter.saturating_add(look_ahead.into()).min(u64::MAX - 1);
        let model = (counter..=last)
            .find(|counter| hotp.code_at(*counter).expose() == code.expose())
            .map(|counter| counter + 1)
            .ok_or(HotpRejected::NoMatch);
        prop_assert_eq!(verdict.map(|accepted| accepted.next_counter()), model);
    }

    /// The code shown stays the same for as long as it remains, and then gives way to the next.
    #[test]
    fn a_code_remains_for_as_long_as_it_says(
        secret in secret(),
        params in params(),
        now in 0..=1_u64 << 40,
    ) {
        let totp = Totp::new(&secret, params);
        let now = UnixTime::from_secs(now);
        let remaining = totp.remaining(now);
        let next = now.saturating_add(remaining);
        let last = next.saturating_sub(core::time::Duration::from_secs(1));
        prop_assert!(last >= now);
        let window = Window::NONE;
        for shown_at in [now.max(params.t0()), last] {
            let accepted =
                totp.verify_text(totp.code_at(now).expose(), shown_at, LastStep::Never, window)?;
            prop_assert_eq!(accepted.offset(), 0);
        }
        let after = totp.verify_text(totp.code_at(next).expose(), next, LastStep::Never, window)?;
        prop_assert_eq!((next.as_secs() - params.t0().as_secs()) % u64::from(params.period().as_secs()), 0);
        prop_assert_eq!(after.offset(), 0);
    }

    /// However a code is grouped, and in whichever width, it is the same code.
    #[test]
    fn a_code_can_be_written_in_many_ways(
        secret in secret(),
        digits in digits(),
        full_width in any::<bool>(),
        spaces in prop::collection::vec(0..8_usize, 0..8),
        dash in prop::option::of(1..6_usize),
    ) {
        let totp = Totp::new(&secret, Params::default().with_digits(digits));
        let code = totp.code_at(UnixTime::EPOCH);
        let text = written(code.expose(), full_width, &spaces, dash);
        let accepted =
            totp.verify_text(&text, UnixTime::EPOCH, LastStep::Never, Window::NONE);
        prop_assert_eq!(accepted.map(|accepted| accepted.offset()), Ok(0), "{}", text);
    }

    /// Nothing else is a code: whatever is accepted consists of 6 to 8 digits and separators.
    #[test]
    fn nothing_else_is_a_code(text in prop_oneof![".*", "[0-9０-９ -]{0,30}", "[0-9]{0,80}"]) {
        let is_digit = |c: char| c.is_ascii_digit() || ('０'..='９').contains(&c);
        let digits = text.chars().filter(|c| is_digit(*c)).count();
        let foreign = text.chars().any(|c| !is_digit(c) && c != ' ' && c != '-');
        let bare = text.replace(' ', "");
        let dashes = bare.matches('-').count();
        let dash_is_wrong = dashes > 1 || bare.starts_with('-') || bare.ends_with('-');

        let want = if text.len() > TypedCode::MAX_INPUT_BYTES {
            Err(MalformedCode::TooLong)
        } else if foreign || dash_is_wrong {
            Err(MalformedCode::ForeignCharacter)
        } else if !(6..=8).contains(&digits) {
            Err(MalformedCode::DigitCount)
        } else {
            Ok(digits)
        };
        let parsed = TypedCode::parse(&text).map(|code| usize::from(code.digits().as_u8()));
        prop_assert_eq!(parsed, want);
    }

    /// A secret survives base32, however that is written.
    #[test]
    fn base32_round_trip(
        bytes in prop::collection::vec(any::<u8>(), 10..=128),
        lower in any::<bool>(),
        padded in any::<bool>(),
        grouped in 1..10_usize,
        separator in prop::sample::select(&[" ", "-", ""]),
    ) {
        let secret = Secret::import(&bytes, MinBits::Bits80)?;
        let canonical = secret.to_base32();
        let mut text = (*canonical).clone();
        if padded {
            text.push_str(&"=".repeat(text.len().next_multiple_of(8) - text.len()));
        }
        if lower {
            text.make_ascii_lowercase();
        }
        let groups: Vec<&str> = text.as_bytes().chunks(grouped)
            .map(|group| str::from_utf8(group).expect("ASCII"))
            .collect();
        let text = groups.join(separator);

        let read = Secret::import_base32(&text, MinBits::Bits80)?;
        prop_assert_eq!(read.expose(), &bytes);
        prop_assert_eq!(&*read.to_base32(), &*canonical);
        let typed = Secret::import_base32(&secret.manual_key(), MinBits::Bits80)?;
        prop_assert_eq!(typed.expose(), &bytes);
    }

    /// Text that is read as a secret is its base32, but for case, separators and padding.
    #[test]
    fn base32_has_one_meaning(text in "[A-Z2-7a-z018= -]{20,60}") {
        if let Ok(secret) = Secret::import_base32(&text, MinBits::Bits80) {
            let bare: String = text.chars().filter(|c| !" -=".contains(*c)).collect();
            prop_assert_eq!(&*secret.to_base32(), &bare.to_ascii_uppercase());
        }
    }

    /// What is built is read back the same, by both parsers.
    #[test]
    fn what_is_built_is_read_back(
        secret in secret(),
        params in params(),
        issuer in "[^:\\p{Cc}]{1,20}",
        account in "[^:\\p{Cc}]{1,60}",
        counter in prop::option::of(any::<u64>()),
    ) {
        let params = params.with_t0(UnixTime::EPOCH);
        let (issuer, account) = (issuer.trim(), account.trim());
        prop_assume!(!issuer.is_empty() && !account.is_empty());
        let builder = match counter {
            None => KeyUri::totp(&secret, issuer, account),
            Some(counter) => KeyUri::hotp(&secret, issuer, account, counter),
        };
        let built = builder.params(params).build()?;
        let text = built.to_uri();
        prop_assert!(text.is_ascii() && text.len() <= KeyUri::MAX_BYTES);

        for read in [KeyUri::parse(&text)?, KeyUri::parse_strict(&text)?] {
            prop_assert_eq!(read.otp_type(), built.otp_type());
            prop_assert_eq!(read.issuer(), Some(issuer));
            prop_assert_eq!(read.label_issuer(), Some(issuer));
            prop_assert_eq!(read.account(), account);
            prop_assert_eq!(read.secret().expose(), secret.expose());
            let read_params = match counter {
                None => params,
                Some(_) => params.with_period(Period::default()),
            };
            prop_assert_eq!(read.params(), Ok(read_params));
            prop_assert_eq!(&*read.to_uri(), &*text);
        }
    }

    /// No text makes a parser panic; what it reads, it writes so that it reads the same again.
    #[test]
    fn what_is_read_is_written_back(
        label in prop_oneof![".{0,40}", "[a-z:% +#/0-9A-F]{0,40}"],
        parameters in prop::collection::vec(
            ("(secret|issuer|algorithm|digits|period|counter|image|[a-zA-Z%+]{0,5})", "[ -~é]{0,40}"),
            0..6,
        ),
        scheme in prop::sample::select(&["otpauth://totp/", "OTPAUTH://HOTP/", "", "otpauth://"]),
    ) {
        let mut text = format!("{scheme}{label}?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        for (name, value) in parameters {
            text.push_str(&format!("&{name}={value}"));
        }
        if let Ok(read) = KeyUri::parse(&text) {
            let written = read.to_uri();
            let again = KeyUri::parse(&written)?;
            prop_assert_eq!(&*again.to_uri(), &*written);
            prop_assert_eq!(again.account(), read.account());
            prop_assert_eq!(again.label_issuer(), read.label_issuer());
            prop_assert_eq!(again.issuer(), read.issuer());
            prop_assert_eq!(again.otp_type(), read.otp_type());
            prop_assert_eq!(again.algorithm(), read.algorithm());
            prop_assert_eq!(again.digits(), read.digits());
            prop_assert!(again.other_parameters().eq(read.other_parameters()));
        }
        if let Ok(strict) = KeyUri::parse_strict(&text) {
            prop_assert!(KeyUri::parse(&text).is_ok());
            prop_assert!(strict.params().is_ok());
        }
    }
}
