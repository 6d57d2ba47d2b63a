//! ML-DSA ([FIPS 204]) in its pure form, with an empty context.
//!
//! [FIPS 204]: https://doi.org/10.6028/NIST.FIPS.204

use aws_lc_rs::signature::{
    ML_DSA_44, ML_DSA_44_SIGNING, ML_DSA_65, ML_DSA_65_SIGNING, ML_DSA_87, ML_DSA_87_SIGNING,
    ParsedPublicKey,
};

use super::super::{
    BadSignature, InvalidKey, KeyMaterial, PreparedKey, SignatureVerifier, VerifyingKey,
};
use super::size_bytes;
use crate::algorithm::Scheme;

pub(super) struct MlDsa;

impl SignatureVerifier for MlDsa {
    fn supports(&self, scheme: Scheme) -> bool {
        matches!(scheme, Scheme::MlDsa44 | Scheme::MlDsa65 | Scheme::MlDsa87)
    }

    fn prepare(&self, scheme: Scheme, key: KeyMaterial<'_>) -> Result<PreparedKey, InvalidKey> {
        let KeyMaterial::Akp(bytes) = key else {
            return Err(InvalidKey);
        };
        let (algorithm, signing) = match scheme {
            Scheme::MlDsa44 => (&ML_DSA_44, &ML_DSA_44_SIGNING),
            Scheme::MlDsa65 => (&ML_DSA_65, &ML_DSA_65_SIGNING),
            Scheme::MlDsa87 => (&ML_DSA_87, &ML_DSA_87_SIGNING),
            _ => return Err(InvalidKey),
        };
        // A whole `SubjectPublicKeyInfo` would be read too, and be a second encoding.
        if bytes.len() != signing.public_key_len() {
            return Err(InvalidKey);
        }
        let key = ParsedPublicKey::new(algorithm, bytes).map_err(|_| InvalidKey)?;
        Ok(PreparedKey::new(scheme, Prepared(key)))
    }
}

struct Prepared(ParsedPublicKey);

impl VerifyingKey for Prepared {
    fn verify(&self, message: &[&[u8]], signature: &[u8]) -> Result<(), BadSignature> {
        self.0
            .verify_sig(&message.concat(), signature)
            .map_err(|_| BadSignature)
    }

    fn size_bytes(&self) -> usize {
        size_bytes(&self.0, 2)
    }
}
