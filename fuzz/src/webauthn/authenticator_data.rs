//! Authenticator data, as an authenticator sends it that signs whatever it likes.

use std::sync::LazyLock;

use mfakit_testkit::{Cbor, ClientData, SigningKey};
use mfakit_webauthn::{
    Algorithm, AuthenticationResponse, AuthenticatorExtensions, CredentialProtection,
    CredentialRecord, Policy, PublicKey, Trust, Who, danger,
};

use super::attestation::CREDENTIAL_ID;
use super::{
    CHALLENGE, CLIENT_DATA, NOW, ORIGIN, RP, RP_ID, attestation_object, base64url, canonical,
    cbor_map, cbor_text, kept, key, registered, sha256, user,
};

const UP: u8 = 0x01;
const UV: u8 = 0x04;
const BE: u8 = 0x08;
const BS: u8 = 0x10;
const AT: u8 = 0x40;
const ED: u8 = 0x80;

/// What is accepted, unsigned at registration and signed at sign-in, has no other reading than
/// the one that is returned.
pub fn authenticator_data(data: &[u8]) {
    at_registration(data);
    at_sign_in(data);
}

/// The id as its length says, where there is as much.
fn attested_id(data: &[u8]) -> Option<&[u8]> {
    let (length, rest) = data.get(53..)?.split_first_chunk::<2>()?;
    rest.get(..u16::from_be_bytes(*length).into())
}

fn at_registration(data: &[u8]) {
    let object = attestation_object("none", &[0xa0], data);
    let id = attested_id(data).unwrap_or_default();
    let Ok(made) = registered(id, &CLIENT_DATA, &object, &Trust::unverified()) else {
        return;
    };
    let record = made.record();
    let flags = head(data, record.sign_count);
    assert_ne!(flags & UP, 0, "the user was there");
    assert_ne!(flags & AT, 0, "there is a credential");
    assert_eq!(record.uv_initialized, flags & UV != 0);
    assert_eq!(record.backup_eligible, Some(flags & BE != 0));
    assert_eq!(record.backup_state, flags & BS != 0);
    assert!(flags & BE != 0 || flags & BS == 0);
    assert_eq!(record.aaguid.0, data[37..53]);
    assert_eq!(record.id, id);
    assert!(id.len() <= 1023);
    let rest = data[55 + id.len()..].strip_prefix(record.public_key.as_cose());
    extensions(flags, rest.expect("the key follows"), made.extensions());
}

fn at_sign_in(data: &[u8]) {
    static KEY: LazyLock<SigningKey> = LazyLock::new(|| key(Algorithm::Ed25519, 3));
    static RECORD: LazyLock<CredentialRecord> = LazyLock::new(|| {
        let key = PublicKey::from_cose(&canonical(&KEY.cose())).expect("the key is good");
        CredentialRecord::import(CREDENTIAL_ID.to_vec(), user(), key, 0, NOW)
    });
    let client_data = ClientData::new("webauthn.get", &base64url(&CHALLENGE), ORIGIN).json();
    let signature = kept::sign("credential", &KEY, &[data, &sha256(&client_data)].concat());
    let response = AuthenticationResponse::from_parts(
        CREDENTIAL_ID,
        &client_data,
        data,
        &signature,
        Some(b"ada"),
    );
    let ceremony = danger::authentication_with_challenge(
        &RP,
        Who::Discoverable,
        Policy::second_factor(),
        &CHALLENGE,
        NOW,
    );
    let claim = ceremony.claim(&response).expect("the handle is there");
    let Ok(proof) = ceremony.finish(&RP, claim, &RECORD, NOW) else {
        return;
    };
    let flags = head(data, proof.update().sign_count);
    assert!(flags & UP != 0 && proof.flags().user_present());
    assert_eq!(proof.user_verified(), flags & UV != 0);
    assert_eq!(proof.flags().backup_eligible(), flags & BE != 0);
    assert_eq!(proof.flags().backed_up(), flags & BS != 0);
    if flags & AT == 0 {
        extensions(flags, &data[37..], proof.extensions());
    }
}

/// The flags, after the hash and before the counter.
fn head(data: &[u8], sign_count: u32) -> u8 {
    assert_eq!(data[..32], sha256(RP_ID.as_bytes()));
    assert_eq!(data[33..37], sign_count.to_be_bytes());
    data[32]
}

/// `rest` is nothing, or one map of outputs.
fn extensions(flags: u8, rest: &[u8], read: &AuthenticatorExtensions) {
    if flags & ED == 0 {
        assert!(rest.is_empty(), "something follows");
        assert_eq!(*read, AuthenticatorExtensions::default());
        return;
    }
    assert!(!rest.is_empty());
    // serde_cbor does not read simple values; the reader passes over them.
    let Some(map) = cbor_map(rest) else {
        return;
    };
    let boolean = |name| match map.get(&cbor_text(name)) {
        Some(Cbor::Bool(output)) => Some(*output),
        _ => None,
    };
    let integer = |name| match map.get(&cbor_text(name)) {
        Some(Cbor::Integer(output)) => Some(*output),
        _ => None,
    };
    assert_eq!(read.blob_stored, boolean("credBlob"));
    assert_eq!(read.hmac_secret, boolean("hmac-secret"));
    assert_eq!(read.third_party_payment, boolean("thirdPartyPayment"));
    let length = integer("minPinLength").and_then(|length| u8::try_from(length).ok());
    assert_eq!(read.min_pin_length, length);
    let protection = match integer("credProtect") {
        Some(1) => Some(CredentialProtection::Optional),
        Some(2) => Some(CredentialProtection::OptionalWithCredentialIdList),
        Some(3) => Some(CredentialProtection::Required),
        _ => None,
    };
    assert_eq!(read.credential_protection, protection);
}
