//! [Packed attestation](https://www.w3.org/TR/webauthn-3/#sctn-packed-attestation).

use mfakit_webauthn::Algorithm;
use serde_cbor::Value;

use super::{Attest, AttestationKey, Attested, Statement, alg, x5c};
use crate::certificate;
use crate::key::SigningKey;

/// Format `packed`.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Packed {
    /// What signs; `None`: the credential's own key.
    pub by: Option<AttestationKey>,
}

/// A packed statement before it is signed.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct PackedDraft {
    /// What signs.
    pub key: SigningKey,
    /// What it says to sign with, and does if it can.
    pub algorithm: Algorithm,
    /// What it signs.
    pub message: Vec<u8>,
    /// `x5c`, if there is one.
    pub certificates: Option<Vec<Vec<u8>>>,
}

impl Packed {
    /// Attests with the key of the authenticator's maker.
    #[must_use]
    pub const fn by(key: AttestationKey) -> Self {
        Self { by: Some(key) }
    }

    /// Attests with the credential's own key.
    #[must_use]
    pub const fn by_itself() -> Self {
        Self { by: None }
    }

    /// Makes what is to be signed.
    #[must_use]
    pub fn draft(&self, about: &Attested<'_>) -> PackedDraft {
        let key = self.by.as_ref().map_or(about.key, |by| &by.key);
        PackedDraft {
            key: key.clone(),
            algorithm: key.algorithm(),
            message: about.message(),
            certificates: self.by.as_ref().map(|by| by.certificates.clone()),
        }
    }
}

impl PackedDraft {
    /// Signs it.
    #[must_use]
    pub fn sign(&self) -> Statement {
        let signature = certificate::sign(&self.key, self.algorithm.scheme(), &self.message);
        let mut statement = Statement::new(
            "packed",
            [
                ("alg", alg(self.algorithm)),
                ("sig", Value::Bytes(signature)),
            ],
        );
        if let Some(certificates) = &self.certificates {
            statement.set("x5c", x5c(certificates));
        }
        statement
    }
}

impl Attest for Packed {
    fn attest(&self, about: &Attested<'_>) -> Statement {
        self.draft(about).sign()
    }
}
