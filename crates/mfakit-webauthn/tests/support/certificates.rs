//! A small writer of certificates and revocation lists over P-256.

#![allow(
    dead_code,
    clippy::arithmetic_side_effects,
    clippy::unwrap_used,
    reason = "tests, each of which uses its part"
)]

extern crate alloc;

use alloc::vec;
use alloc::vec::Vec;

use p256::ecdsa::signature::hazmat::PrehashSigner as _;
use p256::ecdsa::{Signature, SigningKey};
use sha2::{Digest as _, Sha256};

/// 2026-01-01.
pub(crate) const NOW: i64 = 1_767_225_600;

const ECDSA_SHA256: &[u8] = &[
    0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02,
];
const P256_KEY: &[u8] = &[
    0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48,
    0xce, 0x3d, 0x03, 0x01, 0x07,
];

pub(crate) fn der(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let contents = parts.concat();
    let mut whole = vec![tag];
    match u16::try_from(contents.len()).unwrap() {
        length @ 0..128 => whole.push(u8::try_from(length).unwrap()),
        length @ 128..256 => whole.extend([0x81, u8::try_from(length).unwrap()]),
        length => {
            whole.push(0x82);
            whole.extend_from_slice(&length.to_be_bytes());
        }
    }
    whole.extend_from_slice(&contents);
    whole
}

fn attribute(id: u8, value: &str) -> Vec<u8> {
    let value = der(0x0c, &[value.as_bytes()]);
    der(
        0x31,
        &[&der(0x30, &[&[0x06, 0x03, 0x55, 0x04, id], &value])],
    )
}

pub(crate) fn name(common_name: &str) -> Vec<u8> {
    der(0x30, &[&attribute(3, common_name)])
}

/// As the subject of a packed attestation certificate has to be.
pub(crate) fn packed_name(common_name: &str) -> Vec<u8> {
    let unit = attribute(11, "Authenticator Attestation");
    let (country, organization) = (attribute(6, "SE"), attribute(10, "maker"));
    let name = attribute(3, common_name);
    der(0x30, &[&country, &organization, &unit, &name])
}

/// What a certificate is made of. The number of a key is its secret.
#[derive(Clone)]
pub(crate) struct Template {
    pub(crate) subject: &'static str,
    /// How the subject is written.
    pub(crate) named: fn(&str) -> Vec<u8>,
    pub(crate) key: u8,
    pub(crate) issuer: &'static str,
    pub(crate) issuer_key: u8,
    pub(crate) not_after: &'static str,
    pub(crate) extensions: Vec<Vec<u8>>,
    pub(crate) unused_bits: u8,
}

pub(crate) fn extension(id: u8, critical: bool, value: &[u8]) -> Vec<u8> {
    let critical: &[u8] = if critical { &[0x01, 0x01, 0xff] } else { &[] };
    let value = der(0x04, &[value]);
    der(0x30, &[&[0x06, 0x03, 0x55, 0x1d, id], critical, &value])
}

pub(crate) fn constraints(ca: bool, path_length: Option<u8>) -> Vec<u8> {
    let ca: &[u8] = if ca { &[0x01, 0x01, 0xff] } else { &[] };
    let path_length = path_length.map_or_else(Vec::new, |most| vec![0x02, 0x01, most]);
    extension(19, true, &der(0x30, &[ca, &path_length]))
}

/// Certificate signing, or digital signatures only.
pub(crate) fn key_usage(signs_certificates: bool) -> Vec<u8> {
    let bits = if signs_certificates {
        [0x02, 0x04]
    } else {
        [0x07, 0x80]
    };
    extension(15, true, &der(0x03, &[&bits]))
}

pub(crate) fn issued(
    subject: &'static str,
    key: u8,
    issuer: &'static str,
    issuer_key: u8,
) -> Template {
    Template {
        subject,
        named: name,
        key,
        issuer,
        issuer_key,
        not_after: "20991231235959Z",
        extensions: vec![constraints(false, None)],
        unused_bits: 0,
    }
}

pub(crate) fn leaf() -> Template {
    issued("leaf", 1, "intermediate", 2)
}

pub(crate) fn intermediate() -> Template {
    issued("intermediate", 2, "root", 3).with(vec![constraints(true, None), key_usage(true)])
}

pub(crate) fn root() -> Template {
    issued("root", 3, "root", 3).with(vec![constraints(true, None)])
}

impl Template {
    pub(crate) fn with(mut self, extensions: Vec<Vec<u8>>) -> Self {
        self.extensions = extensions;
        self
    }

    pub(crate) fn until(mut self, not_after: &'static str) -> Self {
        self.not_after = not_after;
        self
    }

    pub(crate) fn make(&self) -> Vec<u8> {
        let point = secret(self.key).verifying_key().to_sec1_point(false);
        let validity = der(
            0x30,
            &[
                &der(0x17, &[b"200101000000Z"]),
                &der(0x18, &[self.not_after.as_bytes()]),
            ],
        );
        let key = der(0x30, &[P256_KEY, &der(0x03, &[&[0], point.as_bytes()])]);
        let extensions: Vec<&[u8]> = self.extensions.iter().map(Vec::as_slice).collect();
        let extensions = der(0xa3, &[&der(0x30, &extensions)]);
        let tbs = der(
            0x30,
            &[
                &[0xa0, 0x03, 0x02, 0x01, 0x02],
                &[0x02, 0x01, self.key],
                ECDSA_SHA256,
                &name(self.issuer),
                &validity,
                &(self.named)(self.subject),
                &key,
                &extensions,
            ],
        );
        let signature = sign(self.issuer_key, &tbs).to_der();
        let bits = der(0x03, &[&[self.unused_bits], signature.as_bytes()]);
        der(0x30, &[&tbs, ECDSA_SHA256, &bits])
    }
}

/// The key of a number.
pub(crate) fn secret(number: u8) -> SigningKey {
    SigningKey::from_slice(&[number; 32]).unwrap()
}

pub(crate) fn sign(key: u8, message: &[u8]) -> Signature {
    secret(key).sign_prehash(&Sha256::digest(message)).unwrap()
}

/// The host names of a subject alternative name.
pub(crate) fn host_names(hosts: &[&str]) -> Vec<u8> {
    let names: Vec<_> = hosts
        .iter()
        .map(|host| der(0x82, &[host.as_bytes()]))
        .collect();
    let names: Vec<_> = names.iter().map(Vec::as_slice).collect();
    extension(17, false, &der(0x30, &names))
}

/// What a revocation list is made of.
#[derive(Clone)]
pub(crate) struct ListTemplate {
    pub(crate) issuer: &'static str,
    pub(crate) issuer_key: u8,
    pub(crate) from: &'static str,
    pub(crate) until: &'static str,
    /// The serial numbers; a certificate's is the number of its key.
    pub(crate) revoked: Vec<u8>,
    pub(crate) extensions: Vec<Vec<u8>>,
}

impl ListTemplate {
    pub(crate) fn make(&self) -> Vec<u8> {
        let time = |time: &str| der(0x18, &[time.as_bytes()]);
        let entry = |serial: &u8| der(0x30, &[&[0x02, 0x01, *serial], &time("20251201000000Z")]);
        let entries: Vec<_> = self.revoked.iter().map(entry).collect();
        let entries: Vec<_> = entries.iter().map(Vec::as_slice).collect();
        let revoked = if entries.is_empty() {
            Vec::new()
        } else {
            der(0x30, &entries)
        };
        let extensions: Vec<_> = self.extensions.iter().map(Vec::as_slice).collect();
        let extensions = if extensions.is_empty() {
            Vec::new()
        } else {
            der(0xa0, &[&der(0x30, &extensions)])
        };
        let tbs = der(
            0x30,
            &[
                &[0x02, 0x01, 0x01],
                ECDSA_SHA256,
                &name(self.issuer),
                &time(self.from),
                &time(self.until),
                &revoked,
                &extensions,
            ],
        );
        let signature = sign(self.issuer_key, &tbs).to_der();
        der(
            0x30,
            &[
                &tbs,
                ECDSA_SHA256,
                &der(0x03, &[&[0], signature.as_bytes()]),
            ],
        )
    }
}
