//! Laws of the whole: nothing signed can be changed, and nothing makes a parser panic.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

#[path = "support/authenticator.rs"]
mod authenticator;

use authenticator::{Registration, SignIn, base64url};
use mfakit_webauthn::{AuthenticationResponse, PublicKey, RegistrationResponse};
use proptest::prelude::*;
use serde_json::{Value, json};

/// The bytes of one member of a response.
fn member(json: &Value, name: &str) -> Vec<u8> {
    let text = json["response"][name].as_str().expect("the member is text");
    let mut bits = 0_u32;
    let mut count = 0;
    let mut bytes = Vec::new();
    for digit in text.bytes() {
        let value = (0..64)
            .find(|value| base64url(&[*value << 2]).as_bytes()[0] == digit)
            .expect("the member is base64url");
        bits = (bits << 6) | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count).to_be_bytes()[3]);
        }
    }
    bytes
}

/// A response with one byte of one member changed.
fn change(json: &str, name: &str, position: prop::sample::Index, flip: u8) -> String {
    let mut value: Value = serde_json::from_str(json).expect("the response is JSON");
    let mut bytes = member(&value, name);
    let position = position.index(bytes.len());
    bytes[position] ^= flip;
    value["response"][name] = json!(base64url(&bytes));
    value.to_string()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// Any changed byte of what is signed, or of the signature, is refused at sign-in.
    #[test]
    fn no_byte_of_a_sign_in_can_be_changed(
        name in prop::sample::select(vec!["clientDataJSON", "authenticatorData", "signature"]),
        position: prop::sample::Index,
        flip in 1_u8..,
    ) {
        let sign_in = SignIn::default();
        let changed = change(&sign_in.to_json(), name, position, flip);
        prop_assert!(sign_in.finish_json(&changed).is_err());
    }

    /// Any changed byte of a self-attested registration is refused.
    #[test]
    fn no_byte_of_an_attested_registration_can_be_changed(
        name in prop::sample::select(vec!["clientDataJSON", "attestationObject"]),
        position: prop::sample::Index,
        flip in 1_u8..,
    ) {
        let registration = Registration::default().attested_by_itself();
        let changed = change(&registration.to_json(), name, position, flip);
        let ceremony = mfakit_webauthn::danger::registration_with_challenge(
            &registration.rp,
            &authenticator::user(),
            &[],
            registration.policy,
            authenticator::CHALLENGE,
            authenticator::START,
        );
        let verdict = RegistrationResponse::from_json(&changed).and_then(|response| {
            ceremony.finish(&registration.rp, &response, registration.now, &registration.trust)
        });
        prop_assert!(verdict.is_err());
    }

    /// Whatever is in the attestation object, judging it ends without a panic.
    #[test]
    fn no_attestation_object_panics(
        format in prop::sample::select(vec![
            "none", "packed", "tpm", "android-key", "fido-u2f", "apple", "compound",
        ]),
        statement: Vec<u8>,
        tail: Vec<u8>,
        flags: u8,
        cose_key: Vec<u8>,
    ) {
        let registration = Registration {
            format: format.into(),
            statement: Some(statement),
            tail,
            flags,
            cose_key,
            ..Registration::default()
        };
        let _ = registration.finish();
    }

    /// Whatever the text, reading it as a response ends without a panic.
    #[test]
    fn no_json_panics(text: String) {
        let _ = RegistrationResponse::from_json(&text);
        let _ = AuthenticationResponse::from_json(&text);
    }

    /// A key that parses is kept byte for byte.
    #[test]
    fn keys_are_kept_as_they_came(bytes: Vec<u8>, position: prop::sample::Index, value: u8) {
        let _ = PublicKey::from_cose(&bytes);
        let mut key = authenticator::cose_key();
        let position = position.index(key.len());
        key[position] = value;
        if let Ok(parsed) = PublicKey::from_cose(&key) {
            prop_assert_eq!(parsed.as_cose(), key);
        }
    }
}
