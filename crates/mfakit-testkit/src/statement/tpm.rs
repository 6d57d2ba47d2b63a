//! [TPM attestation](https://www.w3.org/TR/webauthn-3/#sctn-tpm-attestation).

mod structures;

use mfakit_webauthn::{Algorithm, Hash, Scheme};
use serde_cbor::Value;

use super::{Attest, AttestationKey, Attested, Statement, alg, x5c};
use crate::certificate;
use crate::key::{SigningKey, digest};

pub use structures::{CertInfo, PublicArea, PublicKeyArea};

/// Format `tpm`.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Tpm {
    /// The attestation identity key: what signs.
    pub by: AttestationKey,
}

/// A TPM statement before it is signed.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TpmDraft {
    /// What signs.
    pub key: SigningKey,
    /// What it says to sign with, and does if it can.
    pub algorithm: Algorithm,
    /// `ver`.
    pub version: String,
    /// `pubArea`: the credential's key.
    pub public_area: PublicArea,
    /// `certInfo`: what is signed.
    pub cert_info: CertInfo,
    /// `extraData` of [`TpmDraft::cert_info`] where that has none is the digest of this.
    pub message: Vec<u8>,
    /// `x5c`.
    pub certificates: Vec<Vec<u8>>,
}

impl Tpm {
    /// Attests with an attestation identity key.
    #[must_use]
    pub const fn by(key: AttestationKey) -> Self {
        Self { by: key }
    }

    /// Makes what is to be signed.
    #[must_use]
    pub fn draft(&self, about: &Attested<'_>) -> TpmDraft {
        TpmDraft {
            key: self.by.key.clone(),
            algorithm: self.by.key.algorithm(),
            version: "2.0".into(),
            public_area: PublicArea::of(about.key),
            cert_info: CertInfo::default(),
            message: about.message(),
            certificates: self.by.certificates.clone(),
        }
    }
}

impl TpmDraft {
    /// Signs it. What [`TpmDraft::cert_info`] leaves open becomes what it should be: its extra data
    /// the digest of the message, its name that of the public area.
    #[must_use]
    pub fn sign(&self) -> Statement {
        let public_area = self.public_area.to_bytes();
        let mut cert_info = self.cert_info.clone();
        cert_info
            .extra_data
            .get_or_insert_with(|| digest(hash_of(self.algorithm.scheme()), &self.message));
        cert_info
            .name
            .get_or_insert_with(|| self.public_area.name());
        let cert_info = cert_info.to_bytes();
        let signature = certificate::sign(&self.key, self.algorithm.scheme(), &cert_info);
        Statement::new(
            "tpm",
            [
                ("ver", Value::Text(self.version.clone())),
                ("alg", alg(self.algorithm)),
                ("x5c", x5c(&self.certificates)),
                ("sig", Value::Bytes(signature)),
                ("certInfo", Value::Bytes(cert_info)),
                ("pubArea", Value::Bytes(public_area)),
            ],
        )
    }
}

/// The hash of a scheme; SHA-256 for those that have none of their own.
const fn hash_of(scheme: Scheme) -> Hash {
    match scheme {
        Scheme::Ecdsa(_, hash) | Scheme::RsaPkcs1(hash) | Scheme::RsaPss(hash) => hash,
        _ => Hash::Sha256,
    }
}

impl Attest for Tpm {
    fn attest(&self, about: &Attested<'_>) -> Statement {
        self.draft(about).sign()
    }
}
