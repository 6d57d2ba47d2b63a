//! Ed25519 ([RFC 8032]), strict: no weak key, no second encoding, no cofactor.
//!
//! [RFC 8032]: https://www.rfc-editor.org/rfc/rfc8032#section-5.1

use ed25519_dalek::{Signature, VerifyingKey as DalekKey};

use super::super::{
    BadSignature, InvalidKey, KeyMaterial, PreparedKey, SignatureVerifier, VerifyingKey,
};
use crate::algorithm::Scheme;

pub(super) struct Ed25519;

impl SignatureVerifier for Ed25519 {
    fn supports(&self, scheme: Scheme) -> bool {
        scheme == Scheme::Ed25519
    }

    fn prepare(&self, scheme: Scheme, key: KeyMaterial<'_>) -> Result<PreparedKey, InvalidKey> {
        let (Scheme::Ed25519, KeyMaterial::Okp(bytes)) = (scheme, key) else {
            return Err(InvalidKey);
        };
        let bytes = bytes.try_into().map_err(|_| InvalidKey)?;
        let key = DalekKey::from_bytes(bytes).map_err(|_| InvalidKey)?;
        if key.is_weak() {
            return Err(InvalidKey);
        }
        Ok(PreparedKey::new(scheme, Prepared(key)))
    }
}

struct Prepared(DalekKey);

impl VerifyingKey for Prepared {
    fn verify(&self, message: &[&[u8]], signature: &[u8]) -> Result<(), BadSignature> {
        let signature = Signature::from_slice(signature).map_err(|_| BadSignature)?;
        self.0
            .verify_strict(&message.concat(), &signature)
            .map_err(|_| BadSignature)
    }

    fn size_bytes(&self) -> usize {
        size_of::<Self>()
    }
}
