//! A small writer of metadata BLOBs.

#![allow(dead_code, reason = "each test file uses its part")]

use std::time::Duration;

use mfakit_webauthn::metadata::{Metadata, MetadataError, Verifier};
use serde_json::{Value, json};

use crate::authenticator::{START, base64url};
use crate::certificates::{
    Template, constraints, der, extension, host_names, issued, packed_name, root, sign,
};

pub(crate) const MODEL: &str = "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa";
pub(crate) const DAY: Duration = Duration::from_secs(86_400);

/// Signing certificates and revocation lists.
pub(crate) fn authority() -> Vec<Vec<u8>> {
    let usage = extension(15, true, &der(0x03, &[&[0x01, 0x06]]));
    vec![constraints(true, None), usage]
}

pub(crate) fn signer() -> Template {
    issued("signer", 1, "intermediate", 2).with(vec![
        constraints(false, None),
        host_names(&["other.example", "mds.fidoalliance.org"]),
    ])
}

pub(crate) fn intermediate() -> Template {
    issued("intermediate", 2, "root", 3).with(authority())
}

/// The maker's root and one of its attestation certificates.
pub(crate) fn maker() -> Template {
    issued("maker", 12, "maker", 12).with(vec![constraints(true, None)])
}

pub(crate) fn device() -> Template {
    let mut device = issued("device", 11, "maker", 12);
    device.named = packed_name;
    device
}

pub(crate) fn base64(bytes: &[u8]) -> String {
    let text = base64url(bytes).replace('-', "+").replace('_', "/");
    let padding = (4 - text.len() % 4) % 4;
    text + &"=".repeat(padding)
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(crate) fn entry(aaguid: &str, reports: Value) -> Value {
    json!({
        "aaguid": aaguid,
        "metadataStatement": {
            "description": "A key",
            "protocolFamily": "fido2",
            "attestationRootCertificates": [base64(&maker().make())],
            "icon": "data:image/png;base64,",
        },
        "statusReports": reports,
        "timeOfLastStatusChange": "2025-11-30",
    })
}

pub(crate) fn payload(entries: Value) -> Value {
    json!({
        "legalHeader": "Terms apply",
        "no": 7,
        "nextUpdate": "2026-01-15",
        "entries": entries,
    })
}

/// A BLOB, and how it is signed.
pub(crate) struct Blob {
    pub(crate) chain: Vec<Template>,
    pub(crate) header: Value,
    pub(crate) payload: Value,
    pub(crate) key: u8,
}

impl Blob {
    pub(crate) fn new(payload: Value) -> Self {
        Self {
            chain: vec![signer(), intermediate()],
            header: json!({"alg": "ES256", "typ": "JWT"}),
            payload,
            key: 1,
        }
    }

    pub(crate) fn make(&self) -> String {
        let mut header = self.header.clone();
        if header.get("x5c").is_none() {
            let x5c: Vec<_> = self.chain.iter().map(|one| base64(&one.make())).collect();
            header["x5c"] = json!(x5c);
        }
        let parts = [&header, &self.payload].map(|part| base64url(part.to_string().as_bytes()));
        let signed = parts.join(".");
        let signature = sign(self.key, signed.as_bytes()).to_bytes();
        format!("{signed}.{}", base64url(&signature))
    }
}

pub(crate) fn good_blob() -> Blob {
    let reports = json!([{"status": "FIDO_CERTIFIED_L1", "effectiveDate": "2024-05-01"}]);
    Blob::new(payload(json!([entry(MODEL, reports)])))
}

pub(crate) fn verifier() -> Verifier {
    Verifier::new()
        .with_anchors(&[&root().make()])
        .expect("the root is a certificate")
}

pub(crate) fn read(blob: &Blob) -> Result<Metadata, MetadataError> {
    verifier().verify(blob.make().as_bytes(), START)
}
