//! Authenticator data, as an authenticator sends it that signs whatever it likes.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use mfakit_testkit::{Cbor, ClientData, SigningKey};
use mfakit_webauthn::{
    Algorithm, AuthenticationResponse, AuthenticatorExtensions, CredentialProtection,
    CredentialRecord, MalformedOutput, Policy, PublicKey, Trust, UserVerificationEntry, Who,
    danger,
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
    let Ok(response) = response else {
        return; // Longer than any response.
    };
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
    assert_eq!(
        rest.is_empty(),
        flags & ED == 0,
        "outputs follow, or nothing"
    );
    let map = if rest.is_empty() {
        BTreeMap::new()
    } else if let Some(map) = cbor_map(rest) {
        map
    } else {
        // serde_cbor does not read simple values; the reader passes over them.
        return;
    };
    let protection = output(&map, "credProtect", |output| match output {
        Cbor::Integer(1) => Some(CredentialProtection::Optional),
        Cbor::Integer(2) => Some(CredentialProtection::OptionalWithCredentialIdList),
        Cbor::Integer(3) => Some(CredentialProtection::Required),
        _ => None,
    });
    assert_eq!(read.credential_protection(), protection);
    let length = output(&map, "minPinLength", number);
    assert_eq!(read.min_pin_length(), length);
    let payment = output(&map, "thirdPartyPayment", boolean);
    assert_eq!(read.third_party_payment(), payment);

    // A registration answers these with a Boolean, and a sign-in with bytes.
    let stored = output(&map, "credBlob", boolean_or_bytes);
    assert_eq!(read.blob_stored(), stored.map(Option::flatten));
    let blob = output(&map, "credBlob", |output| match output {
        Cbor::Bytes(blob) => Some(Some(blob.as_slice())),
        output => boolean(output).map(|_| None),
    });
    assert_eq!(read.blob(), blob.map(Option::flatten));
    let secret = output(&map, "hmac-secret", boolean_or_bytes);
    assert_eq!(read.hmac_secret(), secret.map(Option::flatten));

    let methods = output(&map, "uvm", methods);
    let read = read.user_verification().map(|entries| {
        let parts = |entry: &UserVerificationEntry| {
            let (key, matcher) = (entry.key_protection, entry.matcher_protection);
            (entry.method, key, matcher)
        };
        entries.map(|entries| entries.iter().map(parts).collect())
    });
    assert_eq!(read, methods);
}

/// An output as it should be, or malformed; or there is none.
fn output<'a, T>(
    map: &'a BTreeMap<Cbor, Cbor>,
    name: &str,
    read: impl FnOnce(&'a Cbor) -> Option<T>,
) -> Result<Option<T>, MalformedOutput> {
    map.get(&cbor_text(name))
        .map(|output| read(output).ok_or(MalformedOutput))
        .transpose()
}

fn boolean(output: &Cbor) -> Option<bool> {
    match output {
        Cbor::Bool(output) => Some(*output),
        _ => None,
    }
}

fn boolean_or_bytes(output: &Cbor) -> Option<Option<bool>> {
    match output {
        Cbor::Bytes(_) => Some(None),
        output => boolean(output).map(Some),
    }
}

fn number<T: TryFrom<i128>>(output: &Cbor) -> Option<T> {
    match output {
        Cbor::Integer(output) => T::try_from(*output).ok(),
        _ => None,
    }
}

/// One to three methods of user verification, of three numbers each.
fn methods(output: &Cbor) -> Option<Vec<(u32, u16, u16)>> {
    let Cbor::Array(entries) = output else {
        return None;
    };
    let method = |entry: &Cbor| match entry {
        Cbor::Array(parts) => match parts.as_slice() {
            [method, key, matcher] => Some((number(method)?, number(key)?, number(matcher)?)),
            _ => None,
        },
        _ => None,
    };
    let methods: Vec<_> = entries.iter().map(method).collect::<Option<_>>()?;
    (1..=3).contains(&methods.len()).then_some(methods)
}
