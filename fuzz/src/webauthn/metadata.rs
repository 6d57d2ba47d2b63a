//! The BLOB of the FIDO Metadata Service, with the revocation list about its signer.

use std::sync::{Arc, LazyLock};

use base64ct::{Base64, Encoding as _};
use mfakit_testkit::SigningKey;
use mfakit_testkit::certificate::{Certificate, Extension, Name, der};
use mfakit_testkit::statement::{Attest as _, AttestationKey, Packed};
use mfakit_webauthn::metadata::{Metadata, MetadataError, StatusRules, Verifier};
use mfakit_webauthn::{Aaguid, Algorithm, Trust};
use serde_json::json;
use serde_json::value::RawValue;

use super::attestation::{CREDENTIAL_ID, about, side_by_side};
use super::json::{members, text};
use super::{
    AAGUID, CLIENT_DATA, Edits, HIERARCHY, KEEPING, NOW, attestation_object, base64url, canonical,
    kept, key, registered,
};

/// What is edited: header, payload and the contents of the revocation list before they are signed,
/// and the BLOB and the list after it.
mod part {
    pub(super) const HEADER: u8 = 0;
    pub(super) const PAYLOAD: u8 = 1;
    pub(super) const LIST_CONTENTS: u8 = 2;
    pub(super) const BLOB: u8 = 3;
    pub(super) const LIST: u8 = 4;
    pub(super) const COUNT: u8 = 5;
}

/// Bits of the first byte.
const WITH_LIST: u8 = 0x01;
const REVOKED: u8 = 0x02;
const OLD: u8 = 0x04;

const SIGNER: &str = "mds.fidoalliance.org";

static KEY: LazyLock<SigningKey> = LazyLock::new(|| key(Algorithm::Es256, 70));

/// The header, with the signer's certificate and the one of the authority after it.
static HEADER: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let signer = Certificate::leaf(Name::common("signer"), &KEY)
        .with(Extension::alternative_dns_names(&[SIGNER]));
    let chain = HIERARCHY.chain(&signer);
    let x5c: Vec<String> = chain.iter().map(|der| Base64::encode_string(der)).collect();
    json!({ "alg": "ES256", "x5c": x5c })
        .to_string()
        .into_bytes()
});

static PAYLOAD: LazyLock<Vec<u8>> = LazyLock::new(|| payload().into_bytes());

/// The anchors are those of the service, in place of the FIDO Alliance's.
static VERIFIER: LazyLock<Verifier> = LazyLock::new(|| {
    Verifier::new()
        .with_anchors(&[&HIERARCHY.anchor()])
        .expect("the root is a certificate")
        .with_provider(KEEPING)
});

/// The attestation object of a device of the first model.
static OBJECT: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let certificates = HIERARCHY.chain(&Certificate::packed(&KEY, AAGUID));
    let statement = Packed::by(AttestationKey::new(KEY.clone(), certificates));
    let statement = statement.attest(&about(0).attested());
    let bytes = canonical(&statement.value);
    attestation_object(&statement.format, &bytes, &about(0).authenticator_data)
});

fn payload() -> String {
    let root = Base64::encode_string(&HIERARCHY.anchor());
    let entry = |aaguid: &str, status: &str| {
        json!({
            "aaguid": aaguid,
            "metadataStatement": {
                "description": "A key",
                "protocolFamily": "fido2",
                "attestationRootCertificates": [root],
            },
            "statusReports": [
                { "status": "FIDO_CERTIFIED_L1", "effectiveDate": "2024-05-01" },
                { "status": status, "effectiveDate": "2025-05-01" },
            ],
            "timeOfLastStatusChange": "2025-05-01",
        })
    };
    let u2f = json!({
        "attestationCertificateKeyIdentifiers": ["00112233445566778899aabbccddeeff00112233"],
        "statusReports": [],
    });
    json!({
        "legalHeader": "Terms apply",
        "no": 7,
        "nextUpdate": "2026-01-15",
        "entries": [
            entry("aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa", "FIDO_CERTIFIED_L2"),
            entry("bbbbbbbb-aaaa-aaaa-aaaa-aaaaaaaaaaaa", "REVOKED"),
            u2f,
        ],
    })
    .to_string()
}

/// `ecdsa-with-SHA256`.
fn list_algorithm() -> Vec<u8> {
    der::sequence(&[&der::object_identifier(&[1, 2, 840, 10045, 4, 3, 2])])
}

/// What follows the algorithm in a list of the issuing authority: it revokes the signer's
/// certificate, whose serial number is 1, or another.
fn list_contents(revokes_signer: bool) -> Vec<u8> {
    let time = |text: &[u8]| der::element(&[0x17], &[text]);
    let serial = der::integer(if revokes_signer { 1 } else { 2 });
    let revoked = der::sequence(&[&serial, &time(b"251201000000Z")]);
    let for_leaves = der::sequence(&[&der::context_primitive(1, &[0xff])]);
    let scope = Extension::new(&[2, 5, 29, 28], true, &for_leaves);
    [
        HIERARCHY.issuing.name.to_der(),
        time(b"251231000000Z"),
        time(b"260131000000Z"),
        der::sequence(&[&revoked]),
        der::context(0, &[&der::sequence(&[&scope.to_der()])]),
    ]
    .concat()
}

fn list(contents: &[u8]) -> Vec<u8> {
    let signed = der::sequence(&[&der::integer(1), &list_algorithm(), contents]);
    let signature = kept::sign("issuing", &HIERARCHY.issuing.key, &signed);
    der::sequence(&[&signed, &list_algorithm(), &der::bit_string(0, &signature)])
}

/// Unedited BLOBs are accepted; edited ones are refused, or say what was signed. No BLOB makes the
/// verification of an attestation panic.
pub fn metadata_blob(data: &[u8]) {
    let Some((state, rest)) = data.split_first() else {
        return;
    };
    let edits = Edits::read(rest);
    let mut header = HEADER.clone();
    edits.apply(part::HEADER, part::COUNT, &mut header);
    let mut payload = PAYLOAD.clone();
    edits.apply(part::PAYLOAD, part::COUNT, &mut payload);
    let signed = [base64url(&header), base64url(&payload)].join(".");
    let signature = kept::sign("metadata", &KEY, signed.as_bytes());
    let signature = base64url(&side_by_side(&signature));
    let mut blob = [signed.as_str(), &signature].join(".").into_bytes();
    edits.apply(part::BLOB, part::COUNT, &mut blob);

    let previous = if state & OLD == 0 { 7 } else { 8 };
    let mut verifier = VERIFIER.clone().with_previous(Some(previous));
    let revoked = state & REVOKED != 0;
    if state & (WITH_LIST | REVOKED) != 0 {
        let mut contents = list_contents(revoked);
        edits.apply(part::LIST_CONTENTS, part::COUNT, &mut contents);
        let mut list = list(&contents);
        edits.apply(part::LIST, part::COUNT, &mut list);
        verifier = verifier.with_revocation_list(&list);
    }
    let verdict = verifier.verify(&blob, NOW);
    if edits.is_empty() {
        let expected = match (revoked, state & OLD != 0) {
            (true, _) => Some(MetadataError::Revoked),
            (false, true) => Some(MetadataError::RolledBack),
            (false, false) => None,
        };
        assert_eq!(verdict.as_ref().err(), expected.as_ref());
    }
    if let Ok(metadata) = verdict {
        let sent = String::from_utf8(blob).expect("it is text");
        let is_signed = |sent: &str| sent.rsplit_once('.').map(|(sent, _)| sent == signed);
        assert_eq!(
            is_signed(sent.trim_ascii()),
            Some(true),
            "not what was signed"
        );
        assert!(metadata.number() >= previous);
        says(&metadata, &payload);
        judge(metadata);
    }
}

/// Each entry is read or is a problem, and is found by its names.
fn says(metadata: &Metadata, payload: &[u8]) {
    let payload = str::from_utf8(payload).expect("JSON is UTF-8");
    let members = members(payload).expect("it is an object");
    assert_eq!(members["no"].get(), metadata.number().to_string());
    let legal_header = text(&members, "legalHeader").unwrap_or_default();
    assert_eq!(legal_header, metadata.legal_header());
    let entries: Vec<&RawValue> =
        serde_json::from_str(members["entries"].get()).expect("they are a list");
    let read = metadata.entries();
    assert_eq!(read.len() + metadata.problems().len(), entries.len());
    for entry in read {
        if let Some(aaguid) = entry.aaguid() {
            let found = metadata.by_aaguid(aaguid).expect("it is there");
            assert!(std::ptr::eq(found, entry), "one entry a model");
        }
        for identifier in entry.key_identifiers() {
            let found = metadata.by_key_identifier(identifier);
            let found = found.expect("it is there").key_identifiers();
            assert!(found.contains(identifier));
        }
        let _ = entry.certification(NOW);
    }
    for problem in metadata.problems() {
        assert!(problem.position < entries.len());
    }
}

/// A model that the BLOB does not know is refused.
fn judge(metadata: Metadata) {
    let is_known = metadata.by_aaguid(Aaguid(AAGUID)).is_some();
    let trust = Trust::metadata(Arc::new(metadata), StatusRules::new());
    let verdict = registered(CREDENTIAL_ID, &CLIENT_DATA, &OBJECT, &trust);
    assert!(is_known || verdict.is_err(), "nobody vouches for the model");
}
