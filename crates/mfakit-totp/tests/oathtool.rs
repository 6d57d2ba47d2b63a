//! The same codes as `oathtool` of the OATH Toolkit (Debian package `oathtool`).

#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

use std::io::ErrorKind;
use std::process::Command;

use chacha20::ChaCha20Rng;
use mfakit_core::UnixTime;
use mfakit_totp::{Algorithm, Digits, Hotp, Params, Period, Secret, Totp};
use rand_core::{Rng as _, SeedableRng as _};

/// What `oathtool` prints, or `None` where it is not installed.
fn oathtool(test: &str, arguments: &[String]) -> Option<String> {
    let output = match Command::new("oathtool").args(arguments).output() {
        Ok(output) => output,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            xtask::skip(test, "oathtool is not installed");
            return None;
        }
        Err(error) => panic!("oathtool: {error}"),
    };
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    let printed = String::from_utf8(output.stdout).expect("digits");
    Some(printed.trim_end().to_owned())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A secret, parameters without T0, and a number below 2^32, drawn at random.
fn drawn(rng: &mut ChaCha20Rng) -> (Secret, Params, u64) {
    let mut bytes = [0; 64];
    rng.fill_bytes(&mut bytes);
    let len = 16 + usize::try_from(rng.next_u32() % 49).expect("small");
    let secret = Secret::from_bytes(&bytes[..len]).expect("length is in range");
    let algorithm = match rng.next_u32() % 3 {
        0 => Algorithm::Sha1,
        1 => Algorithm::Sha256,
        _ => Algorithm::Sha512,
    };
    let digits = match rng.next_u32() % 3 {
        0 => Digits::Six,
        1 => Digits::Seven,
        _ => Digits::Eight,
    };
    let period = Period::from_secs(u64::from(rng.next_u32() % 120 + 1)).expect("in range");
    let params = Params::default()
        .with_algorithm(algorithm)
        .with_digits(digits)
        .with_period(period);
    (secret, params, rng.next_u32().into())
}

#[test]
fn oathtool_agrees_on_timed_codes() {
    let mut rng = ChaCha20Rng::from_seed([1; 32]);
    for _ in 0..200 {
        let (secret, params, secs) = drawn(&mut rng);
        let t0 = u64::from(rng.next_u32() % 1_000_000_000);
        let now = t0 + secs;
        let totp = Totp::new(&secret, params.with_t0(UnixTime::from_secs(t0)));
        let arguments = [
            format!("--totp={}", params.algorithm().name()),
            format!("--digits={}", params.digits().as_u8()),
            format!("--time-step-size={}s", params.period().as_secs()),
            format!("--start-time=@{t0}"),
            format!("--now=@{now}"),
            hex(secret.expose()),
        ];
        let Some(theirs) = oathtool("oathtool_agrees_on_timed_codes", &arguments) else {
            return;
        };
        let ours = totp.code_at(UnixTime::from_secs(now));
        assert_eq!(ours.expose(), theirs, "{arguments:?}");
    }
}

#[test]
fn oathtool_agrees_on_counted_codes() {
    let mut rng = ChaCha20Rng::from_seed([2; 32]);
    for _ in 0..100 {
        let (secret, params, low) = drawn(&mut rng);
        let counter = low * u64::from(rng.next_u32());
        let params = params.with_algorithm(Algorithm::Sha1);
        let arguments = [
            "--hotp".to_owned(),
            format!("--digits={}", params.digits().as_u8()),
            format!("--counter={counter}"),
            hex(secret.expose()),
        ];
        let Some(theirs) = oathtool("oathtool_agrees_on_counted_codes", &arguments) else {
            return;
        };
        let ours = Hotp::new(&secret, params).code_at(counter);
        assert_eq!(ours.expose(), theirs, "{arguments:?}");
    }
}

#[test]
fn oathtool_reads_our_base32() {
    let mut rng = ChaCha20Rng::from_seed([3; 32]);
    for _ in 0..50 {
        let (secret, _, counter) = drawn(&mut rng);
        for written in [secret.to_base32(), secret.manual_key()] {
            let arguments = [
                "--hotp".to_owned(),
                "--base32".to_owned(),
                format!("--counter={counter}"),
                String::clone(&written),
            ];
            let Some(theirs) = oathtool("oathtool_reads_our_base32", &arguments) else {
                return;
            };
            let ours = Hotp::new(&secret, Params::default()).code_at(counter);
            assert_eq!(ours.expose(), theirs, "{arguments:?}");
        }
    }
}
