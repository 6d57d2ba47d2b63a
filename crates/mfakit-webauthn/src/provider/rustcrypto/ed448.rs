//! Ed448 ([RFC 8032]).
//!
//! [RFC 8032]: https://www.rfc-editor.org/rfc/rfc8032#section-5.2

use ed448_goldilocks::elliptic_curve::group::Group as _;
use ed448_goldilocks::{Signature, VerifyingKey as GoldilocksKey};

use super::super::{
    BadSignature, InvalidKey, KeyMaterial, PreparedKey, SignatureVerifier, VerifyingKey,
};
use crate::algorithm::Scheme;

pub(in crate::provider) struct Ed448;

impl SignatureVerifier for Ed448 {
    fn supports(&self, scheme: Scheme) -> bool {
        scheme == Scheme::Ed448
    }

    fn prepare(&self, scheme: Scheme, key: KeyMaterial<'_>) -> Result<PreparedKey, InvalidKey> {
        let (Scheme::Ed448, KeyMaterial::Okp(bytes)) = (scheme, key) else {
            return Err(InvalidKey);
        };
        let bytes: &[u8; 57] = bytes.try_into().map_err(|_| InvalidKey)?;
        if !is_canonical(bytes) {
            return Err(InvalidKey);
        }
        let key = GoldilocksKey::from_bytes(bytes).map_err(|_| InvalidKey)?;
        // A point of low order verifies signatures that nobody made: 4 is the cofactor.
        if bool::from(key.to_edwards().double().double().is_identity()) {
            return Err(InvalidKey);
        }
        Ok(PreparedKey::new(scheme, Prepared(key)))
    }
}

/// The prime 2^448 - 2^224 - 1, big endian.
const PRIME: [u8; 56] = {
    let mut prime = [0xff; 56];
    prime[27] = 0xfe;
    prime
};

/// Whether a point is in its one encoding: y below the prime, and nothing but the sign of x in the
/// last byte. The crate ignores the other bits of that byte.
fn is_canonical(point: &[u8; 57]) -> bool {
    let [y @ .., last] = point;
    last & 0x7f == 0 && y.iter().rev().lt(&PRIME)
}

struct Prepared(GoldilocksKey);

impl VerifyingKey for Prepared {
    fn verify(&self, message: &[&[u8]], signature: &[u8]) -> Result<(), BadSignature> {
        let signature = Signature::try_from(signature).map_err(|_| BadSignature)?;
        if !is_canonical(signature.r_bytes()) {
            return Err(BadSignature);
        }
        self.0
            .verify_raw(&signature, &message.concat())
            .map_err(|_| BadSignature)
    }

    fn size_bytes(&self) -> usize {
        size_of::<Self>()
    }
}
