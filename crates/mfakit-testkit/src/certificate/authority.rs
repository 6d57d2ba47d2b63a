//! Who signs certificates.

use mfakit_webauthn::Scheme;

use super::{Certificate, Name};
use crate::key::SigningKey;

/// A name and a key that sign certificates. Nobody asks whether it may.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Authority {
    /// What its certificates have as their issuer.
    pub name: Name,
    /// What signs them.
    pub key: SigningKey,
    /// How they are signed, where they do not say so themselves.
    pub scheme: Scheme,
}

impl Authority {
    /// Makes an authority of a common name, which signs in the way of its key.
    #[must_use]
    pub fn new(common_name: &str, key: SigningKey) -> Self {
        Self {
            name: Name::common(common_name),
            scheme: key.scheme(),
            key,
        }
    }

    /// Makes the certificate that it has itself, to be issued by another, or by itself for a root.
    #[must_use]
    pub fn certificate(&self) -> Certificate {
        Certificate::ca(self.name.clone(), &self.key)
    }

    /// Signs a certificate, and returns it in DER.
    #[must_use]
    pub fn issue(&self, certificate: &Certificate) -> Vec<u8> {
        certificate.sign(&self.name, &self.key, self.scheme)
    }

    /// Returns its own certificate in DER, signed by itself.
    #[must_use]
    pub fn root(&self) -> Vec<u8> {
        self.issue(&self.certificate())
    }
}
