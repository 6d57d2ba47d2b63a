//! X.509 certificates ([RFC 5280]), as far as attestation needs them.
//!
//! A certificate is read tolerantly where nothing depends on it (extensions that are not used,
//! names, key identifiers) and strictly where something does.
//!
//! [RFC 5280]: https://www.rfc-editor.org/rfc/rfc5280

mod algorithms;
pub(crate) mod oid;
mod parse;
mod path;
mod revocation;
#[cfg(test)]
mod tests;

use der::asn1::ObjectIdentifier;
use der::{AnyRef, Decode as _, Reader as _, SliceReader, Tag};

use crate::error::Reason;
use crate::provider::{CryptoProvider, KeyMaterial, PreparedKey};
use crate::{Curve, Scheme};

#[cfg(feature = "metadata")]
pub(crate) use path::find;
pub(crate) use path::{ChainError, MAX_CHAIN, build};
pub(crate) use revocation::{RevocationList, RevocationProblem, verify_revocation};

/// A certificate, borrowed from its DER encoding.
#[derive(Clone, Debug)]
pub(crate) struct Certificate<'a> {
    /// All of it.
    pub(crate) der: &'a [u8],
    /// What the issuer signed.
    tbs: &'a [u8],
    /// 1 to 3.
    pub(crate) version: u8,
    /// As it is encoded.
    serial: &'a [u8],
    /// Names are compared as they are encoded.
    pub(crate) issuer: &'a [u8],
    pub(crate) subject: &'a [u8],
    not_before: i64,
    not_after: i64,
    pub(crate) public_key: SubjectPublicKey<'a>,
    extensions: Option<&'a [u8]>,
    signature_algorithm: AlgorithmIdentifier<'a>,
    signature: &'a [u8],
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct AlgorithmIdentifier<'a> {
    pub(crate) algorithm: ObjectIdentifier,
    pub(crate) parameters: Option<AnyRef<'a>>,
}

/// The key that a certificate is about.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SubjectPublicKey<'a> {
    pub(crate) algorithm: AlgorithmIdentifier<'a>,
    pub(crate) bits: &'a [u8],
}

/// An extension whose value has not been read yet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Extension<'a> {
    pub(crate) id: ObjectIdentifier,
    pub(crate) critical: bool,
    pub(crate) value: &'a [u8],
}

/// Basic constraints ([RFC 5280 section 4.2.1.9]).
///
/// [RFC 5280 section 4.2.1.9]: https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.9
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct BasicConstraints {
    pub(crate) ca: bool,
    pub(crate) path_length: Option<u8>,
}

impl<'a> Certificate<'a> {
    pub(crate) fn parse(der: &'a [u8]) -> Result<Self, Reason> {
        parse::certificate(der).map_err(|_| Reason::CertificateMalformed)
    }

    /// Whether a moment, in seconds since the Unix epoch, is within the validity.
    pub(crate) fn is_valid_at(&self, now: i64) -> bool {
        (self.not_before..=self.not_after).contains(&now)
    }

    pub(crate) fn extensions(&self) -> impl Iterator<Item = Extension<'a>> {
        parse::extensions(self.extensions.unwrap_or_default())
    }

    pub(crate) fn extension(&self, id: ObjectIdentifier) -> Option<Extension<'a>> {
        self.extensions().find(|extension| extension.id == id)
    }

    /// The basic constraints, if there are any.
    pub(crate) fn basic_constraints(&self) -> Result<Option<BasicConstraints>, Reason> {
        let Some(extension) = self.extension(oid::BASIC_CONSTRAINTS) else {
            return Ok(None);
        };
        parse::basic_constraints(extension.value)
            .map(Some)
            .map_err(|_| Reason::CertificateMalformed)
    }

    /// Whether the key may sign certificates: it may where nothing is said.
    pub(crate) fn may_sign_certificates(&self) -> bool {
        // keyCertSign is bit 5 of the named bits, so 0x04 of the first byte.
        self.may_be_used_for(0x04)
    }

    /// Whether the first byte of the key usage has a bit, or there is no key usage.
    fn may_be_used_for(&self, bit: u8) -> bool {
        let Some(extension) = self.extension(oid::KEY_USAGE) else {
            return true;
        };
        match AnyRef::from_der(extension.value) {
            Ok(bits) if bits.header().tag() == Tag::BitString => {
                matches!(bits.value(), [_, first, ..] if first & bit != 0)
            }
            _ => false,
        }
    }

    /// Whether the extended key usages name this one.
    pub(crate) fn has_extended_key_usage(&self, id: ObjectIdentifier) -> bool {
        let Some(extension) = self.extension(oid::EXTENDED_KEY_USAGE) else {
            return false;
        };
        parse::object_identifiers(extension.value).is_ok_and(|mut ids| ids.any(|found| found == id))
    }

    /// Whether the subject alternative names have this host name itself: no wildcard counts.
    pub(crate) fn is_for_host(&self, host: &str) -> bool {
        let Some(extension) = self.extension(oid::SUBJECT_ALT_NAME) else {
            return false;
        };
        parse::dns_names(extension.value)
            .is_ok_and(|mut names| names.any(|name| name.eq_ignore_ascii_case(host.as_bytes())))
    }

    /// The scheme of the signature that `child` would carry.
    fn scheme_for(&self, child: &Certificate<'_>) -> Option<Scheme> {
        algorithms::signature_scheme(&child.signature_algorithm, &self.public_key)
    }

    /// Whether `child` carries this certificate's signature by a scheme.
    fn signed(&self, child: &Certificate<'_>, scheme: Scheme, provider: &CryptoProvider) -> bool {
        self.public_key
            .prepare(scheme, provider)
            .is_ok_and(|key| key.verify(&[child.tbs], child.signature).is_ok())
    }
}

impl<'a> SubjectPublicKey<'a> {
    /// The curve, if it is a key on one.
    pub(crate) fn curve(&self) -> Option<Curve> {
        algorithms::curve(&self.algorithm)
    }

    /// The parts of the key, for a scheme.
    pub(crate) fn material(&self, scheme: Scheme) -> Option<KeyMaterial<'a>> {
        match scheme {
            Scheme::Ecdsa(curve, _) => {
                if self.curve()? != curve {
                    return None;
                }
                let (4, point) = self.bits.split_first()? else {
                    return None;
                };
                let (x, y) = point.split_at_checked(curve.coordinate_bytes())?;
                Some(KeyMaterial::Ec { curve, x, y })
            }
            Scheme::RsaPkcs1(_) | Scheme::RsaPss(_) => {
                let rsa = [oid::RSA_ENCRYPTION, oid::RSASSA_PSS];
                if !rsa.contains(&self.algorithm.algorithm) {
                    return None;
                }
                let mut reader =
                    SliceReader::new(AnyRef::from_der(self.bits).ok()?.value()).ok()?;
                let n = parse::unsigned(&mut reader).ok()?;
                let e = parse::unsigned(&mut reader).ok()?;
                reader.finish().ok()?;
                Some(KeyMaterial::Rsa { n, e })
            }
            Scheme::Ed25519 if self.algorithm.algorithm == oid::ED25519 => {
                Some(KeyMaterial::Okp(self.bits))
            }
            Scheme::Ed448 if self.algorithm.algorithm == oid::ED448 => {
                Some(KeyMaterial::Okp(self.bits))
            }
            Scheme::MlDsa44 if self.algorithm.algorithm == oid::ML_DSA_44 => {
                Some(KeyMaterial::Akp(self.bits))
            }
            Scheme::MlDsa65 if self.algorithm.algorithm == oid::ML_DSA_65 => {
                Some(KeyMaterial::Akp(self.bits))
            }
            Scheme::MlDsa87 if self.algorithm.algorithm == oid::ML_DSA_87 => {
                Some(KeyMaterial::Akp(self.bits))
            }
            Scheme::Ed25519
            | Scheme::Ed448
            | Scheme::MlDsa44
            | Scheme::MlDsa65
            | Scheme::MlDsa87 => None,
        }
    }

    /// Makes the key ready for a scheme that a statement names.
    pub(crate) fn prepare(
        &self,
        scheme: Scheme,
        provider: &CryptoProvider,
    ) -> Result<PreparedKey, Reason> {
        let material = self.material(scheme).ok_or(Reason::StatementAlgorithm)?;
        match provider.prepare(scheme, material) {
            None => Err(Reason::AlgorithmOfProvider),
            Some(prepared) => prepared.map_err(|_| Reason::CertificateMalformed),
        }
    }
}
