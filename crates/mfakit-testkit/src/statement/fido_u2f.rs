//! [FIDO U2F attestation](https://www.w3.org/TR/webauthn-3/#sctn-fido-u2f-attestation).

use serde_cbor::Value;

use super::{Attest, AttestationKey, Attested, Statement, x5c};
use crate::key::SigningKey;

/// Format `fido-u2f`.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct FidoU2f {
    /// What signs.
    pub by: AttestationKey,
}

/// A U2F statement before it is signed.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct FidoU2fDraft {
    /// What signs, in its own way.
    pub key: SigningKey,
    /// What it signs.
    pub message: Vec<u8>,
    /// `x5c`.
    pub certificates: Vec<Vec<u8>>,
}

impl FidoU2f {
    /// Attests with the key of the device's maker.
    #[must_use]
    pub const fn by(key: AttestationKey) -> Self {
        Self { by: key }
    }

    /// Makes what is to be signed. A credential whose key has no coordinates is written without.
    #[must_use]
    pub fn draft(&self, about: &Attested<'_>) -> FidoU2fDraft {
        let (x, y) = about.key.coordinates().unwrap_or_default();
        let message = [
            [0x00].as_slice(),
            about.rp_id_hash(),
            &about.client_data_hash,
            about.credential_id(),
            &[0x04],
            &x,
            &y,
        ];
        FidoU2fDraft {
            key: self.by.key.clone(),
            message: message.concat(),
            certificates: self.by.certificates.clone(),
        }
    }
}

impl FidoU2fDraft {
    /// Signs it.
    #[must_use]
    pub fn sign(&self) -> Statement {
        let signature = self.key.sign(&self.message);
        Statement::new(
            "fido-u2f",
            [
                ("sig", Value::Bytes(signature)),
                ("x5c", x5c(&self.certificates)),
            ],
        )
    }
}

impl Attest for FidoU2f {
    fn attest(&self, about: &Attested<'_>) -> Statement {
        self.draft(about).sign()
    }
}
