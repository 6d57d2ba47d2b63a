//! Hashes computed by another Argon2id: OpenSSL's, from `data/argon2id.json`.

#![allow(clippy::expect_used, reason = "tests")]

use mfakit_core::{SecretArray, UserId};
use mfakit_pin::{Pepper, Pin, PinHash, VerifyError};
use serde::Deserialize;

#[test]
fn verifies_what_openssl_hashed() {
    let file: File = serde_json::from_str(include_str!("data/argon2id.json"))
        .expect("vector file is valid JSON");
    assert_eq!(file.vectors.len(), 4, "vectors of {}", file.source);

    let longest = file.vectors.iter().map(|vector| vector.text.len()).max();
    assert_eq!(longest, Some(PinHash::MAX_TEXT_BYTES));

    let mut failed = file.vectors;
    failed.retain(|vector| vector.outcomes() != (Ok(()), Err(VerifyError::PinMismatch)));
    assert!(failed.is_empty(), "{failed:#?}");
}

#[derive(Debug, Deserialize)]
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
    pin: String,
    user: String,
    pepper: String,
    text: String,
}

impl Vector {
    /// What comes of the right PIN, and of the same digits backwards.
    fn outcomes(&self) -> (Result<(), VerifyError>, Result<(), VerifyError>) {
        let hash = PinHash::parse(&self.text).expect("text is canonical");
        assert_eq!(hash.to_text(), self.text);
        let secret = SecretArray::new(bytes(&self.pepper).try_into().expect("32 bytes"));
        let user = UserId::from_bytes(&bytes(&self.user)).expect("1 to 64 bytes");
        let stored = hash
            .with_pepper(Pepper::new(hash.pepper_id(), &secret))
            .expect("same number");
        let verify = |digits: &str| {
            let pin = Pin::parse(digits).expect("4 to 8 digits");
            stored.verify(pin, &user).map(drop)
        };
        let backwards: String = self.pin.chars().rev().collect();
        (verify(&self.pin), verify(&backwards))
    }
}

fn bytes(hex: &str) -> Vec<u8> {
    let (pairs, rest) = hex.as_bytes().as_chunks::<2>();
    assert!(rest.is_empty(), "{hex}");
    pairs
        .iter()
        .map(|pair| {
            let pair = str::from_utf8(pair).expect("ASCII");
            u8::from_str_radix(pair, 16).expect("hexadecimal")
        })
        .collect()
}
