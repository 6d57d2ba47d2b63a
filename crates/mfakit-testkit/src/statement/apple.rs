//! [Apple anonymous attestation](https://www.w3.org/TR/webauthn-3/#sctn-apple-anonymous-attestation).

use super::{Attest, Attested, Statement, x5c};
use crate::certificate::{Certificate, Extension, Hierarchy, Name};

/// Format `apple`.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Apple {
    /// What issues a certificate for each credential.
    pub hierarchy: Hierarchy,
}

/// An Apple statement before its certificate is signed; nothing else of it is.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AppleDraft {
    /// The credential's certificate, with the nonce.
    pub certificate: Certificate,
    /// What issues it.
    pub hierarchy: Hierarchy,
}

impl Apple {
    /// Attests by certificates of this hierarchy.
    #[must_use]
    pub const fn by(hierarchy: Hierarchy) -> Self {
        Self { hierarchy }
    }

    /// Makes what is to be signed.
    #[must_use]
    pub fn draft(&self, about: &Attested<'_>) -> AppleDraft {
        AppleDraft {
            certificate: Certificate::leaf(Name::common("mfakit test kit Apple"), about.key)
                .with(Extension::apple_nonce(&about.nonce())),
            hierarchy: self.hierarchy.clone(),
        }
    }
}

impl AppleDraft {
    /// Signs it.
    #[must_use]
    pub fn sign(&self) -> Statement {
        let certificates = self.hierarchy.chain(&self.certificate);
        Statement::new("apple", [("x5c", x5c(&certificates))])
    }
}

impl Attest for Apple {
    fn attest(&self, about: &Attested<'_>) -> Statement {
        self.draft(about).sign()
    }
}
