//! WebAuthn: everything that a stranger's browser or authenticator sends.
//!
//! The parsers are reached as a service reaches them, by the public functions. Where it helps, the
//! input is not the bytes themselves but a list of [`Edits`] of good ones, made by the software
//! authenticator: the fuzzer then starts next to what is accepted, and no seed gets stale.

mod attestation;
mod authenticator_data;
mod cbor;
mod ceremonies;
mod certificates;
mod client_data;
mod edits;
mod json;
mod kept;
mod keys;
mod metadata;
mod rsa;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use base64ct::{Base64UrlUnpadded, Encoding as _};
use mfakit_core::UnixTime;
use mfakit_testkit::certificate::Hierarchy;
use mfakit_testkit::{Cbor, ClientData, SeededRng, SigningKey};
use mfakit_webauthn::{
    Algorithm, AttestationRules, Error, NewCredential, Policy, RegistrationResponse, RelyingParty,
    SafetyNetRule, Trust, UserHandle, danger,
};
use sha2::{Digest as _, Sha256};

pub use attestation::{
    attestation_android_key, attestation_apple, attestation_compound, attestation_fido_u2f,
    attestation_none, attestation_packed, attestation_safetynet, attestation_tpm,
};
pub use authenticator_data::authenticator_data;
pub use cbor::{cbor, ctap2_get_assertion, ctap2_make_credential};
pub use ceremonies::{registration, sign_in};
pub use certificates::{certificate, certificate_chain};
pub use client_data::client_data;
use edits::Edits;
pub use json::{credential_record, response_json};
use kept::{KEEPING, Kept};
pub use keys::cose_key;
pub use metadata::metadata_blob;
pub use rsa::rsa_verify;

/// 2026-01-01.
const NOW: UnixTime = UnixTime::from_secs(1_767_225_600);

/// The RP ID and the origin of the captured browsers, so that their data are good seeds.
const RP_ID: &str = "localhost";
const ORIGIN: &str = "http://localhost:8124";

/// That of one captured registration, which is a seed.
const CHALLENGE: [u8; 32] = *b"\xa0\x5e\xec\x81\xbb\x47\xc3\x58\x47\x0f\xf1\xb2\x0a\x45\xbb\x0b\
    \x9d\x4d\xe9\x1a\x76\x0f\xe5\xd4\x5a\x44\x1a\xfc\x94\x18\x2d\x9c";

const AAGUID: [u8; 16] = [0xaa; 16];

static RP: LazyLock<RelyingParty> = LazyLock::new(|| {
    RelyingParty::builder(RP_ID)
        .origin(ORIGIN)
        .provider(KEEPING)
        .build()
        .expect("the relying party is good")
});

/// A root and an authority below it.
static HIERARCHY: LazyLock<Hierarchy> =
    LazyLock::new(|| Hierarchy::new(key(Algorithm::Es256, 1), key(Algorithm::Es256, 2)));

/// What the browser says of a good registration.
static CLIENT_DATA: LazyLock<Vec<u8>> =
    LazyLock::new(|| ClientData::new("webauthn.create", &base64url(&CHALLENGE), ORIGIN).json());

fn key(algorithm: Algorithm, number: u64) -> SigningKey {
    SigningKey::generate(algorithm, &mut SeededRng::new(number)).expect("the algorithm is on")
}

fn user() -> UserHandle {
    UserHandle::from_bytes(b"ada").expect("the handle is short")
}

/// Every format is on.
fn rules() -> AttestationRules {
    let mut rules = AttestationRules::DEFAULT;
    rules.safetynet = SafetyNetRule::On {
        require_cts: true,
        require_fresh: true,
    };
    rules
}

/// Certificates lead to the root of [`HIERARCHY`] or are refused.
static ANCHORED: LazyLock<Trust> = LazyLock::new(|| {
    Trust::anchors(&[&HIERARCHY.anchor()])
        .expect("the anchor is a certificate")
        .with_rules(rules())
});

/// The verdict about a registration of these parts.
fn registered(
    id: &[u8],
    client_data_json: &[u8],
    attestation_object: &[u8],
    trust: &Trust,
) -> Result<NewCredential, Error> {
    let policy = Policy::second_factor();
    let ceremony = danger::registration_with_challenge(&RP, &user(), &[], policy, &CHALLENGE, NOW);
    let response = RegistrationResponse::from_parts(id, client_data_json, attestation_object)?;
    ceremony.finish(&RP, &response, NOW, trust)
}

/// An attestation object whose statement is written already.
fn attestation_object(format: &str, statement: &[u8], authenticator_data: &[u8]) -> Vec<u8> {
    let text = |text: &str| canonical(&Cbor::Text(text.to_owned()));
    [
        &[0xa3],
        text("fmt").as_slice(),
        &text(format),
        &text("attStmt"),
        statement,
        &text("authData"),
        &canonical(&Cbor::Bytes(authenticator_data.to_vec())),
    ]
    .concat()
}

/// What serde_cbor writes.
fn canonical(value: &Cbor) -> Vec<u8> {
    serde_cbor::to_vec(value).expect("the value can be written")
}

fn cbor_map(bytes: &[u8]) -> Option<BTreeMap<Cbor, Cbor>> {
    match serde_cbor::from_slice(bytes) {
        Ok(Cbor::Map(map)) => Some(map),
        _ => None,
    }
}

fn cbor_text(name: &str) -> Cbor {
    Cbor::Text(name.to_owned())
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

fn base64url(bytes: &[u8]) -> String {
    Base64UrlUnpadded::encode_string(bytes)
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    let mut windows = haystack.windows(needle.len().max(1));
    needle.is_empty() || windows.any(|window| window == needle)
}
