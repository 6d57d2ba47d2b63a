//! The vectors of RFC 6238 appendix B, from `data/rfc6238.json`.

#![allow(clippy::expect_used, reason = "tests")]

use mfakit_core::UnixTime;
use mfakit_totp::{Algorithm, Digits, LastStep, MinBits, Params, Secret, Totp, TypedCode, Window};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    source: String,
    vectors: Vec<Vector>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Vector {
    #[expect(dead_code, reason = "shown by `Debug` when the vector fails")]
    id: String,
    algorithm: String,
    key: String,
    unix_time: u64,
    code: String,
}

impl Vector {
    fn totp(&self) -> Totp {
        let digits = self.key.as_bytes().chunks(2);
        let digits = digits.map(|pair| str::from_utf8(pair).expect("ASCII"));
        let key: Vec<u8> = digits
            .map(|pair| u8::from_str_radix(pair, 16).expect("hexadecimal"))
            .collect();
        let secret = Secret::import(&key, MinBits::Bits160).expect("key is long enough");
        let algorithm: Algorithm = self.algorithm.parse().expect("a name of ours");
        let params = Params::default()
            .with_algorithm(algorithm)
            .with_digits(Digits::Eight);
        Totp::new(&secret, params)
    }
}

fn vectors() -> Vec<Vector> {
    let file: File =
        serde_json::from_str(include_str!("data/rfc6238.json")).expect("vector file is valid JSON");
    assert_eq!(file.vectors.len(), 18, "vectors of {}", file.source);
    file.vectors
}

#[test]
fn appendix_b() {
    let mut failed = vectors();
    failed.retain(|vector| {
        let now = UnixTime::from_secs(vector.unix_time);
        vector.totp().code_at(now).expose() != vector.code
    });
    assert!(failed.is_empty(), "{failed:#?}");
}

#[test]
fn appendix_b_is_accepted() {
    let mut failed = vectors();
    failed.retain(|vector| {
        let now = UnixTime::from_secs(vector.unix_time);
        let typed = TypedCode::parse(&vector.code).expect("a code");
        let accepted = vector
            .totp()
            .verify(&typed, now, LastStep::Never, Window::NONE);
        accepted.map(|accepted| accepted.step().as_u64()) != Ok(vector.unix_time / 30)
    });
    assert!(failed.is_empty(), "{failed:#?}");
}
