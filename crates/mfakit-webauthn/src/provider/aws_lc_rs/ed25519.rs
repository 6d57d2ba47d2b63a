//! Ed25519 ([RFC 8032]), as strict as the default provider.
//!
//! [RFC 8032]: https://www.rfc-editor.org/rfc/rfc8032#section-5.1

use aws_lc_rs::signature::{ED25519, ParsedPublicKey};

use super::super::rustcrypto::ed25519::strong;
use super::super::{
    BadSignature, InvalidKey, KeyMaterial, PreparedKey, SignatureVerifier, VerifyingKey,
};
use super::size_bytes;
use crate::algorithm::Scheme;

pub(super) struct Ed25519;

impl SignatureVerifier for Ed25519 {
    fn supports(&self, scheme: Scheme) -> bool {
        scheme == Scheme::Ed25519
    }

    fn prepare(&self, scheme: Scheme, key: KeyMaterial<'_>) -> Result<PreparedKey, InvalidKey> {
        if scheme != Scheme::Ed25519 {
            return Err(InvalidKey);
        }
        let key = ParsedPublicKey::new(&ED25519, strong(key)?).map_err(|_| InvalidKey)?;
        Ok(PreparedKey::new(scheme, Prepared(key)))
    }
}

struct Prepared(ParsedPublicKey);

impl VerifyingKey for Prepared {
    fn verify(&self, message: &[&[u8]], signature: &[u8]) -> Result<(), BadSignature> {
        // AWS-LC compares R as bytes with what it computes, so a second encoding does not pass. A
        // point of low order would: only the owner of a key can make one, but the other provider
        // refuses it.
        let (r, _) = signature.split_first_chunk::<32>().ok_or(BadSignature)?;
        strong(KeyMaterial::Okp(r)).map_err(|_| BadSignature)?;
        self.0
            .verify_sig(&message.concat(), signature)
            .map_err(|_| BadSignature)
    }

    fn size_bytes(&self) -> usize {
        size_bytes(&self.0, 2)
    }
}
