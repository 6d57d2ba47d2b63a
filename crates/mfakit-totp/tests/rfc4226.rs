//! The vectors of RFC 4226 appendix D, from `data/rfc4226.json`.

#![allow(clippy::expect_used, reason = "tests")]

use mfakit_totp::{Digits, Hotp, HotpRejected, LookAhead, Params, Secret, TypedCode};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    source: String,
    key: String,
    vectors: Vec<Vector>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Vector {
    counter: u64,
    truncated: u32,
    code: String,
}

fn file() -> File {
    serde_json::from_str(include_str!("data/rfc4226.json")).expect("vector file is valid JSON")
}

fn hotp(digits: Digits) -> Hotp {
    let secret = Secret::from_bytes(&hex(&file().key)).expect("key is long enough");
    Hotp::new(&secret, Params::default().with_digits(digits))
}

fn hex(text: &str) -> Vec<u8> {
    let digits = text.as_bytes().chunks(2);
    let digits = digits.map(|pair| str::from_utf8(pair).expect("ASCII"));
    digits
        .map(|pair| u8::from_str_radix(pair, 16).expect("hexadecimal"))
        .collect()
}

#[test]
fn appendix_d() {
    let file = file();
    assert_eq!(file.vectors.len(), 10, "vectors of {}", file.source);

    let hotp = hotp(Digits::Six);
    let mut failed = file.vectors;
    failed.retain(|vector| hotp.code_at(vector.counter).expose() != vector.code);
    assert!(failed.is_empty(), "{failed:#?}");
}

/// The column "Decimal" of appendix D has more digits than a code: the others are 7 and 8 of them.
#[test]
fn appendix_d_with_more_digits() {
    for (digits, modulus) in [(Digits::Seven, 10_000_000), (Digits::Eight, 100_000_000)] {
        let hotp = hotp(digits);
        let mut failed = file().vectors;
        failed.retain(|vector| {
            let width = usize::from(digits.as_u8());
            let want = format!("{:0width$}", vector.truncated % modulus);
            hotp.code_at(vector.counter).expose() != want
        });
        assert!(failed.is_empty(), "{digits:?} {failed:#?}");
    }
}

#[test]
fn appendix_d_is_accepted_in_order_and_once() {
    let hotp = hotp(Digits::Six);
    let mut counter = 0;
    for vector in file().vectors {
        let typed = TypedCode::parse(&vector.code).expect("a code");
        let accepted = hotp.verify(&typed, counter, LookAhead::default());
        let accepted = accepted.expect("the code of this counter");
        assert_eq!(accepted.counter(), vector.counter);
        counter = accepted.next_counter();

        let again = hotp.verify(&typed, counter, LookAhead::default());
        assert_eq!(again, Err(HotpRejected::NoMatch), "{}", vector.counter);
    }
    assert_eq!(counter, 10);
}
