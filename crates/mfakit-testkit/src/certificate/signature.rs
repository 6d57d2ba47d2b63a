//! How certificates name the algorithm of their signature.

use mfakit_webauthn::{Hash, Scheme};

use super::{der, oid};
use crate::key::SigningKey;

/// Signs a message by a scheme. A key of another kind signs by its own, and what it makes does
/// not verify: a fault like any other.
pub(crate) fn sign(key: &SigningKey, scheme: Scheme, message: &[u8]) -> Vec<u8> {
    key.sign_as(scheme, message)
        .unwrap_or_else(|_| key.sign(message))
}

/// Returns the `AlgorithmIdentifier` of a scheme.
pub(super) fn algorithm_identifier(scheme: Scheme) -> Vec<u8> {
    match scheme {
        Scheme::Ecdsa(_, hash) => without_parameters(match hash {
            // RFC 5758 section 3.2, and RFC 3279 section 2.2.3 for SHA-1.
            Hash::Sha1 => &[1, 2, 840, 10045, 4, 1],
            Hash::Sha384 => &[1, 2, 840, 10045, 4, 3, 3],
            Hash::Sha512 => &[1, 2, 840, 10045, 4, 3, 4],
            _ => &[1, 2, 840, 10045, 4, 3, 2],
        }),
        Scheme::RsaPkcs1(hash) => {
            // RFC 8017 appendix A.2.4.
            let last = match hash {
                Hash::Sha1 => 5,
                Hash::Sha384 => 12,
                Hash::Sha512 => 13,
                _ => 11,
            };
            let id = der::object_identifier(&[1, 2, 840, 113_549, 1, 1, last]);
            der::sequence(&[&id, &der::null()])
        }
        Scheme::RsaPss(hash) => der::sequence(&[
            &der::object_identifier(oid::RSASSA_PSS),
            &pss_parameters(hash),
        ]),
        // RFC 8410 section 3 and RFC 9881 section 2.
        Scheme::Ed448 => without_parameters(&[1, 3, 101, 113]),
        Scheme::MlDsa44 => without_parameters(&[2, 16, 840, 1, 101, 3, 4, 3, 17]),
        Scheme::MlDsa65 => without_parameters(&[2, 16, 840, 1, 101, 3, 4, 3, 18]),
        Scheme::MlDsa87 => without_parameters(&[2, 16, 840, 1, 101, 3, 4, 3, 19]),
        _ => without_parameters(&[1, 3, 101, 112]),
    }
}

fn without_parameters(id: &[u32]) -> Vec<u8> {
    der::sequence(&[&der::object_identifier(id)])
}

/// `RSASSA-PSS-params` (RFC 4055 section 3.1): SHA-1 is the default, which DER leaves out.
fn pss_parameters(hash: Hash) -> Vec<u8> {
    let (last, salt_bytes) = match hash {
        Hash::Sha1 => return der::sequence(&[]),
        Hash::Sha384 => (2, 48),
        Hash::Sha512 => (3, 64),
        _ => (1, 32),
    };
    let hash = der::object_identifier(&[2, 16, 840, 1, 101, 3, 4, 2, last]);
    let hash = der::sequence(&[&hash, &der::null()]);
    let mgf = der::sequence(&[&der::object_identifier(oid::MGF1), &hash]);
    der::sequence(&[
        &der::context(0, &[&hash]),
        &der::context(1, &[&mgf]),
        &der::context(2, &[&der::integer(salt_bytes)]),
    ])
}
