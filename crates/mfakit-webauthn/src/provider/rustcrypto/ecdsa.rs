//! ECDSA over the NIST curves and secp256k1.

use alloc::boxed::Box;

use p256::ecdsa::signature::hazmat::PrehashVerifier;

use super::super::point::Point;
use super::super::{
    BadSignature, InvalidKey, KeyMaterial, PreparedKey, SignatureVerifier, VerifyingKey, hash,
};
use crate::algorithm::{Curve, Hash, Scheme};

pub(in crate::provider) struct Ecdsa;

impl SignatureVerifier for Ecdsa {
    fn supports(&self, scheme: Scheme) -> bool {
        matches!(scheme, Scheme::Ecdsa(..))
    }

    fn prepare(&self, scheme: Scheme, key: KeyMaterial<'_>) -> Result<PreparedKey, InvalidKey> {
        let Scheme::Ecdsa(curve, hash) = scheme else {
            return Err(InvalidKey);
        };
        let point = &Point::uncompressed(curve, key)?;
        let invalid = |_| InvalidKey;
        let key = match curve {
            Curve::P256 => {
                Key::P256(p256::ecdsa::VerifyingKey::from_sec1_bytes(point).map_err(invalid)?)
            }
            Curve::P384 => Key::P384(Box::new(
                p384::ecdsa::VerifyingKey::from_sec1_bytes(point).map_err(invalid)?,
            )),
            Curve::P521 => Key::P521(Box::new(
                p521::ecdsa::VerifyingKey::from_sec1_bytes(point).map_err(invalid)?,
            )),
            Curve::Secp256k1 => {
                Key::Secp256k1(k256::ecdsa::VerifyingKey::from_sec1_bytes(point).map_err(invalid)?)
            }
        };
        Ok(PreparedKey::new(scheme, Prepared { hash, key }))
    }
}

struct Prepared {
    hash: Hash,
    key: Key,
}

enum Key {
    P256(p256::ecdsa::VerifyingKey),
    P384(Box<p384::ecdsa::VerifyingKey>),
    P521(Box<p521::ecdsa::VerifyingKey>),
    Secp256k1(k256::ecdsa::VerifyingKey),
}

impl VerifyingKey for Prepared {
    fn verify(&self, message: &[&[u8]], signature: &[u8]) -> Result<(), BadSignature> {
        let digest = hash(self.hash, message);
        let digest = digest.as_bytes();
        let bad = |_| BadSignature;
        match &self.key {
            Key::P256(key) => {
                let signature = p256::ecdsa::Signature::from_der(signature).map_err(bad)?;
                key.verify_prehash(digest, &signature).map_err(bad)
            }
            Key::P384(key) => {
                let signature = p384::ecdsa::Signature::from_der(signature).map_err(bad)?;
                key.verify_prehash(digest, &signature).map_err(bad)
            }
            Key::P521(key) => {
                let signature = p521::ecdsa::Signature::from_der(signature).map_err(bad)?;
                key.verify_prehash(digest, &signature).map_err(bad)
            }
            Key::Secp256k1(key) => {
                // The crate refuses a high s, as Bitcoin does; RFC 8812 has no such rule.
                let signature = k256::ecdsa::Signature::from_der(signature).map_err(bad)?;
                key.verify_prehash(digest, &signature.normalize_s())
                    .map_err(bad)
            }
        }
    }

    fn size_bytes(&self) -> usize {
        let boxed = match &self.key {
            Key::P256(_) | Key::Secp256k1(_) => 0,
            Key::P384(key) => size_of_val(&**key),
            Key::P521(key) => size_of_val(&**key),
        };
        size_of::<Self>().saturating_add(boxed)
    }
}
