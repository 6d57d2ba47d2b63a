//! Which signature scheme an algorithm identifier stands for.

use der::asn1::ObjectIdentifier;
use der::{AnyRef, Decode as _, Reader as _, SliceReader, Tag};

use super::{AlgorithmIdentifier, SubjectPublicKey, oid};
use crate::{Curve, Hash, Scheme};

/// The curve of an `id-ecPublicKey` with a named curve.
pub(super) fn curve(algorithm: &AlgorithmIdentifier<'_>) -> Option<Curve> {
    if algorithm.algorithm != oid::EC_PUBLIC_KEY {
        return None;
    }
    let named = algorithm.parameters?.decode_as::<ObjectIdentifier>().ok()?;
    [
        (oid::P256, Curve::P256),
        (oid::P384, Curve::P384),
        (oid::P521, Curve::P521),
    ]
    .into_iter()
    .find(|(id, _)| *id == named)
    .map(|(_, curve)| curve)
}

/// The scheme of a certificate's signature, given the issuer's key.
pub(super) fn signature_scheme(
    algorithm: &AlgorithmIdentifier<'_>,
    issuer: &SubjectPublicKey<'_>,
) -> Option<Scheme> {
    let ecdsa = |hash| issuer.curve().map(|curve| Scheme::Ecdsa(curve, hash));
    match algorithm.algorithm {
        oid::ECDSA_SHA1 => ecdsa(Hash::Sha1),
        oid::ECDSA_SHA256 => ecdsa(Hash::Sha256),
        oid::ECDSA_SHA384 => ecdsa(Hash::Sha384),
        oid::ECDSA_SHA512 => ecdsa(Hash::Sha512),
        oid::SHA1_RSA => Some(Scheme::RsaPkcs1(Hash::Sha1)),
        oid::SHA256_RSA => Some(Scheme::RsaPkcs1(Hash::Sha256)),
        oid::SHA384_RSA => Some(Scheme::RsaPkcs1(Hash::Sha384)),
        oid::SHA512_RSA => Some(Scheme::RsaPkcs1(Hash::Sha512)),
        oid::RSASSA_PSS => pss_hash(algorithm.parameters?).map(Scheme::RsaPss),
        oid::ED25519 => Some(Scheme::Ed25519),
        oid::ED448 => Some(Scheme::Ed448),
        oid::ML_DSA_44 => Some(Scheme::MlDsa44),
        oid::ML_DSA_65 => Some(Scheme::MlDsa65),
        oid::ML_DSA_87 => Some(Scheme::MlDsa87),
        _ => None,
    }
}

/// The hash of `RSASSA-PSS-params` ([RFC 4055 section 3.1]): named, the same in MGF1, and with a
/// salt of its length. The defaults are SHA-1 and are not taken.
///
/// [RFC 4055 section 3.1]: https://www.rfc-editor.org/rfc/rfc4055#section-3.1
fn pss_hash(parameters: AnyRef<'_>) -> Option<Hash> {
    if parameters.header().tag() != Tag::Sequence {
        return None;
    }
    let mut reader = SliceReader::new(parameters.value()).ok()?;
    let hash = hash_of(&tagged(&mut reader, 0)?)?;
    let mgf = tagged(&mut reader, 1)?;
    let mgf = super::parse::algorithm_identifier_in(&mgf).ok()?;
    if mgf.algorithm != oid::MGF1 || hash_of(&mgf.parameters?)? != hash {
        return None;
    }
    let salt = tagged(&mut reader, 2)?.decode_as::<u8>().ok()?;
    let length = match hash {
        Hash::Sha1 => 20,
        Hash::Sha256 => 32,
        Hash::Sha384 => 48,
        Hash::Sha512 => 64,
    };
    (salt == length && reader.is_finished()).then_some(hash)
}

fn hash_of(algorithm: &AnyRef<'_>) -> Option<Hash> {
    let algorithm = super::parse::algorithm_identifier_in(algorithm).ok()?;
    [
        (oid::SHA256, Hash::Sha256),
        (oid::SHA384, Hash::Sha384),
        (oid::SHA512, Hash::Sha512),
    ]
    .into_iter()
    .find(|(id, _)| *id == algorithm.algorithm)
    .map(|(_, hash)| hash)
}

/// What is inside of an explicit context tag.
fn tagged<'a>(reader: &mut SliceReader<'a>, number: u32) -> Option<AnyRef<'a>> {
    let outer = AnyRef::decode(reader).ok()?;
    let wanted = Tag::ContextSpecific {
        constructed: true,
        number: der::TagNumber(number),
    };
    if outer.header().tag() != wanted {
        return None;
    }
    AnyRef::from_der(outer.value()).ok()
}
