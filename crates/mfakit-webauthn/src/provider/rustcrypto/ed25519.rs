//! Ed25519 ([RFC 8032]), strict: no weak key, no second encoding, no cofactor.
//!
//! [RFC 8032]: https://www.rfc-editor.org/rfc/rfc8032#section-5.1

use ed25519_dalek::{Signature, VerifyingKey as DalekKey};

use super::super::{
    BadSignature, InvalidKey, KeyMaterial, PreparedKey, SignatureVerifier, VerifyingKey,
};
use crate::algorithm::Scheme;

pub(in crate::provider) struct Ed25519;

impl SignatureVerifier for Ed25519 {
    fn supports(&self, scheme: Scheme) -> bool {
        scheme == Scheme::Ed25519
    }

    fn prepare(&self, scheme: Scheme, key: KeyMaterial<'_>) -> Result<PreparedKey, InvalidKey> {
        if scheme != Scheme::Ed25519 {
            return Err(InvalidKey);
        }
        Ok(PreparedKey::new(scheme, Prepared(strong(key)?)))
    }
}

/// The key, if it is a point in its one encoding that is not of low order.
pub(in crate::provider) fn strong(key: KeyMaterial<'_>) -> Result<DalekKey, InvalidKey> {
    let KeyMaterial::Okp(bytes) = key else {
        return Err(InvalidKey);
    };
    let bytes: &[u8; 32] = bytes.try_into().map_err(|_| InvalidKey)?;
    let key = DalekKey::from_bytes(bytes).map_err(|_| InvalidKey)?;
    if key.is_weak() || !is_canonical(bytes) {
        return Err(InvalidKey);
    }
    Ok(key)
}

/// Whether y is below the prime 2^255 - 19; the crate reduces it. (A second sign of x is one of
/// weak keys only.)
fn is_canonical(point: &[u8; 32]) -> bool {
    let [first, middle @ .., last] = point;
    *first < 0xed || middle.iter().any(|byte| *byte != 0xff) || last | 0x80 != 0xff
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_have_one_encoding() {
        // Every y from the prime to 2^255: each stands for one from 0 to 18 as well, twelve of
        // which belong to points.
        let mut on_the_curve = 0;
        for first in 0xed..=0xff {
            for last in [0x7f, 0xff] {
                let mut bytes = [0xff; 32];
                bytes[0] = first;
                bytes[31] = last;
                on_the_curve += i32::from(DalekKey::from_bytes(&bytes).is_ok());
                assert_eq!(strong(KeyMaterial::Okp(&bytes)).err(), Some(InvalidKey));
            }
        }
        assert_eq!(on_the_curve, 24);
        // The greatest y that belongs to a point and is below the prime, without that of order 2.
        let greatest = (0..0xec).rev().find_map(|first| {
            let mut bytes = [0xff; 32];
            bytes[0] = first;
            bytes[31] = 0x7f;
            DalekKey::from_bytes(&bytes).ok()
        });
        let bytes = greatest.unwrap().to_bytes();
        assert!(strong(KeyMaterial::Okp(&bytes)).is_ok());
    }
}
