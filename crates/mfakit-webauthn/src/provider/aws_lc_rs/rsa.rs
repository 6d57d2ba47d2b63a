//! RSA: PKCS#1 v1.5 and PSS, with the keys that [our own](super::super::rsa) accepts.

use aws_lc_rs::signature::{self, RsaParameters, RsaPublicKeyComponents};

use super::super::rsa::{Numbers, without_leading_zeros};
use super::super::{InvalidKey, KeyMaterial, PreparedKey, SignatureVerifier};
use super::Hashed;
use crate::algorithm::{Hash, Scheme};

pub(super) struct Rsa;

impl SignatureVerifier for Rsa {
    fn supports(&self, scheme: Scheme) -> bool {
        parameters(scheme).is_some()
    }

    fn prepare(&self, scheme: Scheme, key: KeyMaterial<'_>) -> Result<PreparedKey, InvalidKey> {
        let (Some((parameters, hash)), KeyMaterial::Rsa { n, e }) = (parameters(scheme), key)
        else {
            return Err(InvalidKey);
        };
        let Numbers { n, exponent } = Numbers::accept(n, e)?;
        let e = &exponent.to_be_bytes();
        let e = without_leading_zeros(e);
        let key = RsaPublicKeyComponents { n, e }
            .to_parsed_public_key(parameters)
            .map_err(|_| InvalidKey)?;
        Ok(PreparedKey::new(scheme, Hashed { hash, key }))
    }
}

/// What AWS-LC offers, with PSS salts as long as the hash.
fn parameters(scheme: Scheme) -> Option<(&'static RsaParameters, Hash)> {
    match scheme {
        Scheme::RsaPkcs1(hash) => {
            let parameters = match hash {
                Hash::Sha1 => &signature::RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY,
                Hash::Sha256 => &signature::RSA_PKCS1_2048_8192_SHA256,
                Hash::Sha384 => &signature::RSA_PKCS1_2048_8192_SHA384,
                Hash::Sha512 => &signature::RSA_PKCS1_2048_8192_SHA512,
            };
            Some((parameters, hash))
        }
        Scheme::RsaPss(hash) => {
            let parameters = match hash {
                Hash::Sha1 => return None,
                Hash::Sha256 => &signature::RSA_PSS_2048_8192_SHA256,
                Hash::Sha384 => &signature::RSA_PSS_2048_8192_SHA384,
                Hash::Sha512 => &signature::RSA_PSS_2048_8192_SHA512,
            };
            Some((parameters, hash))
        }
        _ => None,
    }
}
