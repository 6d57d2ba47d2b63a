//! [Android key attestation](https://www.w3.org/TR/webauthn-3/#sctn-android-key-attestation).

use mfakit_webauthn::Algorithm;
use serde_cbor::Value;

use super::{Attest, Attested, Statement, alg, x5c};
use crate::certificate::{self, Certificate, Extension, Hierarchy, KeyDescription, Name};
use crate::key::SigningKey;

/// Format `android-key`.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AndroidKey {
    /// What issues a certificate for each credential.
    pub hierarchy: Hierarchy,
}

/// An Android key statement before it is signed.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AndroidKeyDraft {
    /// What signs: the credential's key.
    pub key: SigningKey,
    /// What it says to sign with, and does if it can.
    pub algorithm: Algorithm,
    /// What it signs.
    pub message: Vec<u8>,
    /// The credential's certificate, without the description of its key.
    pub certificate: Certificate,
    /// That description, if the certificate has one.
    pub description: Option<KeyDescription>,
    /// What issues the certificate.
    pub hierarchy: Hierarchy,
}

impl AndroidKey {
    /// Attests by certificates of this hierarchy.
    #[must_use]
    pub const fn by(hierarchy: Hierarchy) -> Self {
        Self { hierarchy }
    }

    /// Makes what is to be signed.
    #[must_use]
    pub fn draft(&self, about: &Attested<'_>) -> AndroidKeyDraft {
        AndroidKeyDraft {
            key: about.key.clone(),
            algorithm: about.key.algorithm(),
            message: about.message(),
            certificate: Certificate::leaf(Name::common("Android Keystore Key"), about.key),
            description: Some(KeyDescription::new(&about.client_data_hash)),
            hierarchy: self.hierarchy.clone(),
        }
    }
}

impl AndroidKeyDraft {
    /// Signs it.
    #[must_use]
    pub fn sign(&self) -> Statement {
        let mut certificate = self.certificate.clone();
        if let Some(description) = &self.description {
            certificate = certificate.with(Extension::key_description(description));
        }
        let signature = certificate::sign(&self.key, self.algorithm.scheme(), &self.message);
        Statement::new(
            "android-key",
            [
                ("alg", alg(self.algorithm)),
                ("sig", Value::Bytes(signature)),
                ("x5c", x5c(&self.hierarchy.chain(&certificate))),
            ],
        )
    }
}

impl Attest for AndroidKey {
    fn attest(&self, about: &Attested<'_>) -> Statement {
        self.draft(about).sign()
    }
}
