//! The outputs of authenticator extensions: each is read alone.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "tests"
)]

#[path = "support/authenticator.rs"]
mod authenticator;

use authenticator::{AT, ED, Registration, SignIn, UP, UV, cbor_bytes, cbor_text, head};
use mfakit_webauthn::{
    AuthenticationResponse, AuthenticatorExtensions, CredentialProtection, MalformedOutput,
};
use serde_json::json;

const TRUE: u8 = 0xf5;

fn map(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut map = head(5, members.len());
    for (name, value) in members {
        map.extend(cbor_text(name));
        map.extend_from_slice(value);
    }
    map
}

/// The outputs of a registration.
fn registered(members: &[(&str, &[u8])]) -> AuthenticatorExtensions {
    let registration = Registration {
        flags: UP | UV | AT | ED,
        tail: map(members),
        ..Registration::default()
    };
    let credential = registration.finish().expect("it is valid");
    credential.extensions().clone()
}

#[test]
fn outputs_are_typed() {
    let outputs = registered(&[
        ("uvm", &[0x82, 0x83, 2, 4, 2, 0x83, 4, 1, 1]),
        ("credBlob", &[TRUE]),
        ("credProtect", &[3]),
        ("hmac-secret", &[TRUE]),
        ("minPinLength", &[6]),
        ("thirdPartyPayment", &[TRUE]),
        ("someday", &[0]),
    ]);
    assert_eq!(
        outputs.credential_protection(),
        Ok(Some(CredentialProtection::Required))
    );
    assert_eq!(outputs.min_pin_length(), Ok(Some(6)));
    assert_eq!(outputs.blob_stored(), Ok(Some(true)));
    assert_eq!(outputs.blob(), Ok(None));
    assert_eq!(outputs.hmac_secret(), Ok(Some(true)));
    assert_eq!(outputs.third_party_payment(), Ok(Some(true)));
    let ways = outputs
        .user_verification()
        .expect("it is good")
        .expect("it is there");
    let numbers: Vec<_> = ways
        .iter()
        .map(|way| (way.method, way.key_protection, way.matcher_protection))
        .collect();
    assert_eq!(numbers, [(2, 4, 2), (4, 1, 1)]);
}

#[test]
fn what_is_absent_is_none() {
    let outputs = registered(&[]);
    assert_eq!(outputs.credential_protection(), Ok(None));
    assert_eq!(outputs.min_pin_length(), Ok(None));
    assert_eq!(outputs.blob_stored(), Ok(None));
    assert_eq!(outputs.blob(), Ok(None));
    assert_eq!(outputs.hmac_secret(), Ok(None));
    assert_eq!(outputs.third_party_payment(), Ok(None));
    assert_eq!(outputs.user_verification(), Ok(None));
}

#[test]
fn a_malformed_output_is_its_own_error() {
    let outputs = registered(&[("credProtect", &[4]), ("minPinLength", &[6])]);
    assert_eq!(outputs.credential_protection(), Err(MalformedOutput));
    assert_eq!(
        outputs.min_pin_length(),
        Ok(Some(6)),
        "the others do not suffer"
    );
    let outputs = registered(&[
        ("credBlob", &[1]),
        ("hmac-secret", &[1]),
        ("minPinLength", &[0x19, 1, 0]),
        ("thirdPartyPayment", &[1]),
    ]);
    assert_eq!(outputs.blob_stored(), Err(MalformedOutput));
    assert_eq!(outputs.blob(), Err(MalformedOutput));
    assert_eq!(outputs.hmac_secret(), Err(MalformedOutput));
    assert_eq!(outputs.min_pin_length(), Err(MalformedOutput));
    assert_eq!(outputs.third_party_payment(), Err(MalformedOutput));
    let malformed: [&[u8]; 6] = [
        &[0x80],
        &[0x81, 0x82, 2, 4],
        &[0x81, 0x84, 2, 4, 2, 1],
        &[0x81, 0x83, 2, 4, 0x20],
        &[
            0x84, 0x83, 1, 1, 1, 0x83, 1, 1, 1, 0x83, 1, 1, 1, 0x83, 1, 1, 1,
        ],
        &[TRUE],
    ];
    for malformed in malformed {
        let outputs = registered(&[("uvm", malformed)]);
        assert_eq!(
            outputs.user_verification(),
            Err(MalformedOutput),
            "{malformed:?}"
        );
    }
}

#[test]
fn a_sign_in_returns_the_blob() {
    let sign_in = SignIn {
        flags: UP | UV | ED,
        tail: map(&[
            ("credBlob", &cbor_bytes(b"blob")),
            ("hmac-secret", &cbor_bytes(&[7; 32])),
        ]),
        ..SignIn::default()
    };
    let proof = sign_in.finish().expect("it is valid");
    assert_eq!(proof.extensions().blob(), Ok(Some(b"blob".as_slice())));
    assert_eq!(proof.extensions().blob_stored(), Ok(None));
    assert_eq!(
        proof.extensions().hmac_secret(),
        Ok(None),
        "the client's secret is dropped"
    );
    let printed = format!("{:?}", proof.extensions());
    assert!(
        !printed.contains("98, 108, 111, 98") && !printed.contains("blob\""),
        "{printed}"
    );
}

#[test]
fn large_blobs_are_read() {
    let read = |output| {
        let mut json: serde_json::Value =
            serde_json::from_str(&SignIn::default().to_json()).expect("it is JSON");
        json["clientExtensionResults"] = json!({ "largeBlob": output });
        let text = json.to_string();
        let response = AuthenticationResponse::from_json(&text).expect("it is well formed");
        response.extensions().large_blob()
    };
    assert_eq!(read(json!({"blob": "AQID"})), Ok(Some(vec![1, 2, 3])));
    assert_eq!(read(json!({"written": true})), Ok(None));
    assert_eq!(read(json!({"blob": "A"})), Err(MalformedOutput));
    assert_eq!(read(json!({"blob": 1})), Err(MalformedOutput));
}
