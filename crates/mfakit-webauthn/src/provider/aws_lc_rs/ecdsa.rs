//! ECDSA over the NIST curves and secp256k1.

use aws_lc_rs::signature::{self, EcdsaVerificationAlgorithm, ParsedPublicKey};

use super::super::point::Point;
use super::super::{InvalidKey, KeyMaterial, PreparedKey, SignatureVerifier};
use super::Hashed;
use crate::algorithm::{Curve, Hash, Scheme};

pub(super) struct Ecdsa;

impl SignatureVerifier for Ecdsa {
    fn supports(&self, scheme: Scheme) -> bool {
        algorithm(scheme).is_some()
    }

    fn prepare(&self, scheme: Scheme, key: KeyMaterial<'_>) -> Result<PreparedKey, InvalidKey> {
        let (Scheme::Ecdsa(curve, hash), Some(algorithm)) = (scheme, algorithm(scheme)) else {
            return Err(InvalidKey);
        };
        let point = Point::uncompressed(curve, key)?;
        let key = ParsedPublicKey::new(algorithm, &*point).map_err(|_| InvalidKey)?;
        Ok(PreparedKey::new(scheme, Hashed { hash, key }))
    }
}

/// The pairs of curve and hash that AWS-LC offers, with the signature in DER.
fn algorithm(scheme: Scheme) -> Option<&'static EcdsaVerificationAlgorithm> {
    let Scheme::Ecdsa(curve, hash) = scheme else {
        return None;
    };
    let algorithm = match (curve, hash) {
        (Curve::P256, Hash::Sha1) => &signature::ECDSA_P256_SHA1_ASN1,
        (Curve::P256, Hash::Sha256) => &signature::ECDSA_P256_SHA256_ASN1,
        (Curve::P256, Hash::Sha384) => &signature::ECDSA_P256_SHA384_ASN1,
        (Curve::P256, Hash::Sha512) => &signature::ECDSA_P256_SHA512_ASN1,
        (Curve::P384, Hash::Sha256) => &signature::ECDSA_P384_SHA256_ASN1,
        (Curve::P384, Hash::Sha384) => &signature::ECDSA_P384_SHA384_ASN1,
        (Curve::P384, Hash::Sha512) => &signature::ECDSA_P384_SHA512_ASN1,
        (Curve::P521, Hash::Sha1) => &signature::ECDSA_P521_SHA1_ASN1,
        (Curve::P521, Hash::Sha256) => &signature::ECDSA_P521_SHA256_ASN1,
        (Curve::P521, Hash::Sha384) => &signature::ECDSA_P521_SHA384_ASN1,
        (Curve::P521, Hash::Sha512) => &signature::ECDSA_P521_SHA512_ASN1,
        (Curve::Secp256k1, Hash::Sha256) => &signature::ECDSA_P256K1_SHA256_ASN1,
        (Curve::P384, Hash::Sha1)
        | (Curve::Secp256k1, Hash::Sha1 | Hash::Sha384 | Hash::Sha512) => return None,
    };
    Some(algorithm)
}
