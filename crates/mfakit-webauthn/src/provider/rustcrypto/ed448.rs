//! Ed448 ([RFC 8032]).
//!
//! [RFC 8032]: https://www.rfc-editor.org/rfc/rfc8032#section-5.2

use ed448_goldilocks::elliptic_curve::group::Group as _;
use ed448_goldilocks::{Signature, VerifyingKey as GoldilocksKey};

use super::super::{
    BadSignature, InvalidKey, KeyMaterial, PreparedKey, SignatureVerifier, VerifyingKey,
};
use crate::algorithm::Scheme;

pub(super) struct Ed448;

impl SignatureVerifier for Ed448 {
    fn supports(&self, scheme: Scheme) -> bool {
        scheme == Scheme::Ed448
    }

    fn prepare(&self, scheme: Scheme, key: KeyMaterial<'_>) -> Result<PreparedKey, InvalidKey> {
        let (Scheme::Ed448, KeyMaterial::Okp(bytes)) = (scheme, key) else {
            return Err(InvalidKey);
        };
        let bytes: &[u8; 57] = bytes.try_into().map_err(|_| InvalidKey)?;
        let key = GoldilocksKey::from_bytes(bytes).map_err(|_| InvalidKey)?;
        // A point of low order verifies signatures that nobody made: 4 is the cofactor.
        if bool::from(key.to_edwards().double().double().is_identity()) {
            return Err(InvalidKey);
        }
        Ok(PreparedKey::new(scheme, Prepared(key)))
    }
}

struct Prepared(GoldilocksKey);

impl VerifyingKey for Prepared {
    fn verify(&self, message: &[&[u8]], signature: &[u8]) -> Result<(), BadSignature> {
        let signature = Signature::try_from(signature).map_err(|_| BadSignature)?;
        self.0
            .verify_raw(&signature, &message.concat())
            .map_err(|_| BadSignature)
    }

    fn size_bytes(&self) -> usize {
        size_of::<Self>()
    }
}
