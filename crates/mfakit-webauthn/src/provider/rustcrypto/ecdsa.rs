//! ECDSA over the NIST curves and secp256k1.

use alloc::boxed::Box;

use p256::ecdsa::signature::hazmat::PrehashVerifier;

use super::super::{
    BadSignature, InvalidKey, KeyMaterial, PreparedKey, SignatureVerifier, VerifyingKey, hash,
};
use crate::algorithm::{Curve, Hash, Scheme};

pub(super) struct Ecdsa;

impl SignatureVerifier for Ecdsa {
    fn supports(&self, scheme: Scheme) -> bool {
        matches!(scheme, Scheme::Ecdsa(..))
    }

    fn prepare(&self, scheme: Scheme, key: KeyMaterial<'_>) -> Result<PreparedKey, InvalidKey> {
        let (
            Scheme::Ecdsa(curve, hash),
            KeyMaterial::Ec {
                curve: of_key,
                x,
                y,
            },
        ) = (scheme, key)
        else {
            return Err(InvalidKey);
        };
        if curve != of_key {
            return Err(InvalidKey);
        }
        let point = &uncompressed(curve, x, y)?;
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

/// The point as `04 ‖ x ‖ y`, built here: the crates would also take other forms (p256 the
/// "compact" tag 05), and no two encodings may stand for one key.
fn uncompressed(curve: Curve, x: &[u8], y: &[u8]) -> Result<Point, InvalidKey> {
    let length = curve.coordinate_bytes();
    if x.len() != length || y.len() != length {
        return Err(InvalidKey);
    }
    let mut bytes = [0; Point::MAX];
    let parts = [4].iter().chain(x).chain(y);
    for (to, from) in bytes.iter_mut().zip(parts) {
        *to = *from;
    }
    Ok(Point {
        bytes,
        length: length.saturating_mul(2).saturating_add(1),
    })
}

struct Point {
    bytes: [u8; Self::MAX],
    length: usize,
}

impl Point {
    /// That of P-521.
    const MAX: usize = 133;
}

impl core::ops::Deref for Point {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.bytes.split_at(self.length).0
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
