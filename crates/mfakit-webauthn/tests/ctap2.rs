//! Responses of authenticators, which the same ceremonies judge.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "tests"
)]

#[path = "support/authenticator.rs"]
mod authenticator;

use authenticator::{
    CHALLENGE, CREDENTIAL_ID, Registration, START, SignIn, USER, cbor_bytes, cbor_text, head, sign,
};
use mfakit_webauthn::ctap2::{CborMode, GetAssertionResponse, MakeCredentialResponse};
use mfakit_webauthn::{
    AuthenticationResponse, Category, MAX_RESPONSE_BYTES, Policy, Reason, RegistrationResponse,
    Trust, Who, danger,
};
use sha2::{Digest as _, Sha256};

fn make_credential(registration: &Registration) -> Vec<u8> {
    let members = [
        vec![1],
        cbor_text(&registration.format),
        vec![2],
        cbor_bytes(&registration.authenticator_data()),
        vec![3],
        registration.statement.clone().expect("it is attested"),
    ];
    [head(5, 3), members.concat()].concat()
}

#[test]
fn a_new_credential_registers() {
    let registration = Registration::default().attested_by_itself();
    let bytes = make_credential(&registration);
    let response =
        MakeCredentialResponse::parse(&bytes, CborMode::Canonical).expect("it is well formed");
    let user = authenticator::user();
    let rp = authenticator::rp();
    let ceremony =
        danger::registration_with_challenge(&rp, &user, &[], Policy::passkey(), CHALLENGE, START);
    let response = RegistrationResponse::from_parts(
        CREDENTIAL_ID,
        &registration.client_data,
        &response.attestation_object(),
    )
    .expect("it is short enough");
    let credential = ceremony
        .finish(&rp, &response, START, &Trust::unverified())
        .expect("it is valid");
    assert_eq!(credential.record().id, CREDENTIAL_ID);
}

#[test]
fn an_assertion_signs_in() {
    let sign_in = SignIn::default();
    let hash: [u8; 32] = Sha256::digest(&sign_in.rp_id).into();
    let data = [hash.as_slice(), &[sign_in.flags], &8_u32.to_be_bytes()].concat();
    let signature = sign(&data, &sign_in.client_data);
    let credential = [
        head(5, 2),
        cbor_text("id"),
        cbor_bytes(CREDENTIAL_ID),
        cbor_text("type"),
        cbor_text("public-key"),
    ];
    let user = [head(5, 1), cbor_text("id"), cbor_bytes(USER)];
    let bytes = [
        head(5, 4),
        vec![1],
        credential.concat(),
        vec![2],
        cbor_bytes(&data),
        vec![3],
        cbor_bytes(&signature),
        vec![4],
        user.concat(),
    ]
    .concat();
    let parsed =
        GetAssertionResponse::parse(&bytes, CborMode::Canonical).expect("it is well formed");
    let response = AuthenticationResponse::from_parts(
        parsed.credential_id().expect("it is there"),
        &sign_in.client_data,
        parsed.authenticator_data(),
        parsed.signature(),
        parsed.user_handle(),
    )
    .expect("it is short enough");
    let ceremony = danger::authentication_with_challenge(
        &sign_in.rp,
        Who::Discoverable,
        sign_in.policy,
        CHALLENGE,
        START,
    );
    let claim = ceremony.claim(&response).expect("the claim is good");
    assert_eq!(claim.user_handle(), Some(USER));
    let proof = ceremony.finish(&sign_in.rp, claim, &sign_in.record, START);
    assert_eq!(proof.expect("it is valid").credential_id(), CREDENTIAL_ID);
}

#[test]
fn the_encoding_is_judged_by_the_mode() {
    let statement = head(5, 0);
    let unordered = [
        head(5, 3),
        vec![3],
        statement.clone(),
        vec![1],
        cbor_text("none"),
        vec![2],
        cbor_bytes(&[0; 37]),
    ]
    .concat();
    assert!(MakeCredentialResponse::parse(&unordered, CborMode::Canonical).is_err());
    assert!(MakeCredentialResponse::parse(&unordered, CborMode::AnyOrder).is_ok());

    let without_statement = [
        head(5, 2),
        vec![1],
        cbor_text("none"),
        vec![2],
        cbor_bytes(&[0; 37]),
    ]
    .concat();
    let trailing = [unordered.as_slice(), &[0]].concat();
    let text_keys = [head(5, 1), cbor_text("fmt"), cbor_text("none")].concat();
    for bad in [
        without_statement,
        trailing,
        text_keys,
        statement,
        Vec::new(),
    ] {
        assert!(MakeCredentialResponse::parse(&bad, CborMode::AnyOrder).is_err());
        assert!(GetAssertionResponse::parse(&bad, CborMode::AnyOrder).is_err());
    }
}

#[test]
fn parts_have_a_limit() {
    let half = vec![0; MAX_RESPONSE_BYTES / 2];
    let registration = RegistrationResponse::from_parts(&half, &half, &[]);
    assert_eq!(registration.map(drop), Ok(()));
    let registration = RegistrationResponse::from_parts(&half, &half, &[0]);
    let refused = registration.expect_err("it is too long");
    assert_eq!(refused.reason(), Reason::TooLarge);
    assert_eq!(refused.category(), Category::LimitExceeded);
    let sign_in = AuthenticationResponse::from_parts(&half, &half, &[], &[], None);
    assert_eq!(sign_in.map(drop), Ok(()));
    let sign_in = AuthenticationResponse::from_parts(&half, &half, &[], &[], Some(&[0]));
    let refused = sign_in.expect_err("it is too long");
    assert_eq!(refused.reason(), Reason::TooLarge);
}
