//! The crypto provider: who verifies signatures.
//!
//! A provider is a value that is passed to the relying party, never chosen by a feature. It turns
//! a public key into a [`PreparedKey`] once; what a preparation is worth is the provider's
//! business, and the caller may keep it beside the record.

#[cfg(feature = "aws-lc-rs")]
mod aws_lc_rs;
mod digest;
mod point;
mod rsa;
mod rustcrypto;

use alloc::sync::Arc;
use core::fmt;

#[cfg(feature = "aws-lc-rs")]
#[cfg_attr(docsrs, doc(cfg(feature = "aws-lc-rs")))]
pub use aws_lc_rs::AWS_LC_RS;
pub(crate) use digest::{hash, sha256};
pub use rustcrypto::RUSTCRYPTO;

use crate::algorithm::{Curve, Scheme};

/// The parts of a public key, as its encoding gives them: nothing about them is proven yet.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum KeyMaterial<'a> {
    /// A point in affine coordinates, each as long as the curve says.
    Ec {
        /// The curve.
        curve: Curve,
        /// The x coordinate, big endian.
        x: &'a [u8],
        /// The y coordinate, big endian.
        y: &'a [u8],
    },
    /// An Edwards point in its encoding.
    Okp(&'a [u8]),
    /// Modulus and exponent, big endian; the modulus may have leading zeros.
    Rsa {
        /// The modulus.
        n: &'a [u8],
        /// The public exponent.
        e: &'a [u8],
    },
    /// A key that is one string of bytes (ML-DSA).
    Akp(&'a [u8]),
}

/// The key is off its curve, weak, of a forbidden size, or of another type than its scheme.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "says all there is to say")]
pub struct InvalidKey;

impl fmt::Display for InvalidKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("invalid public key")
    }
}

impl core::error::Error for InvalidKey {}

/// The signature does not verify. How it failed is of use to a forger only.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "says all there is to say")]
pub struct BadSignature;

impl fmt::Display for BadSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("signature does not verify")
    }
}

impl core::error::Error for BadSignature {}

/// Verifies the signatures of some schemes.
pub trait SignatureVerifier: Send + Sync {
    /// Returns whether this verifier knows the scheme.
    fn supports(&self, scheme: Scheme) -> bool;

    /// Checks a key thoroughly and makes it ready for verification.
    ///
    /// # Errors
    ///
    /// [`InvalidKey`] if it is no good key of the scheme: this is the check that keeps weak keys
    /// and points off the curve from being registered.
    fn prepare(&self, scheme: Scheme, key: KeyMaterial<'_>) -> Result<PreparedKey, InvalidKey>;
}

/// A key that its verifier has made ready.
pub trait VerifyingKey: Send + Sync {
    /// Verifies a signature over the concatenation of the parts of a message.
    ///
    /// # Errors
    ///
    /// [`BadSignature`] if it does not verify, for whatever reason.
    fn verify(&self, message: &[&[u8]], signature: &[u8]) -> Result<(), BadSignature>;

    /// Returns how much memory the prepared key takes, in bytes, for the budget of a cache.
    fn size_bytes(&self) -> usize;
}

/// A public key made ready by a provider; cheap to clone, and worth keeping beside the record.
///
/// One that [`PublicKey::prepare`](crate::PublicKey::prepare) made knows which key it is, so that a
/// sign-in refuses it beside the record of another.
#[derive(Clone)]
pub struct PreparedKey {
    scheme: Scheme,
    /// The COSE key; none as it comes from a provider. A copy, since comparing it costs next to
    /// nothing: hashing the record's key at each sign-in would not.
    cose: Option<Arc<[u8]>>,
    key: Arc<dyn VerifyingKey>,
}

impl PreparedKey {
    /// Wraps a provider's key.
    #[must_use]
    pub fn new(scheme: Scheme, key: impl VerifyingKey + 'static) -> Self {
        Self {
            scheme,
            cose: None,
            key: Arc::new(key),
        }
    }

    pub(crate) fn of_cose(mut self, cose: &[u8]) -> Self {
        self.cose = Some(cose.into());
        self
    }

    pub(crate) fn is_of_cose(&self, cose: &[u8]) -> bool {
        self.cose.as_deref() == Some(cose)
    }

    /// Returns the scheme that the key is for, and for no other.
    #[must_use]
    pub const fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// Returns how much memory the key takes, in bytes.
    #[must_use]
    pub fn size_bytes(&self) -> usize {
        let cose = self.cose.as_ref().map_or(0, |cose| cose.len());
        self.key.size_bytes().saturating_add(cose)
    }

    /// Verifies a signature over the concatenation of the parts of a message.
    ///
    /// # Errors
    ///
    /// [`BadSignature`] if it does not verify.
    pub fn verify(&self, message: &[&[u8]], signature: &[u8]) -> Result<(), BadSignature> {
        self.key.verify(message, signature)
    }
}

impl fmt::Debug for PreparedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PreparedKey")
            .field("scheme", &self.scheme)
            .finish_non_exhaustive()
    }
}

/// A set of verifiers, asked in order.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct CryptoProvider {
    /// The name for logs.
    pub name: &'static str,
    /// The verifiers.
    pub verifiers: &'static [&'static dyn SignatureVerifier],
}

impl CryptoProvider {
    /// Makes a provider of verifiers: ours, or the caller's own.
    #[must_use]
    pub const fn new(
        name: &'static str,
        verifiers: &'static [&'static dyn SignatureVerifier],
    ) -> Self {
        Self { name, verifiers }
    }

    /// Returns whether one of the verifiers knows the scheme.
    #[must_use]
    pub fn supports(&self, scheme: Scheme) -> bool {
        self.verifiers
            .iter()
            .any(|verifier| verifier.supports(scheme))
    }

    /// Checks a key and makes it ready; `None` if no verifier knows the scheme.
    #[must_use]
    pub fn prepare(
        &self,
        scheme: Scheme,
        key: KeyMaterial<'_>,
    ) -> Option<Result<PreparedKey, InvalidKey>> {
        let verifier = self
            .verifiers
            .iter()
            .find(|verifier| verifier.supports(scheme))?;
        Some(verifier.prepare(scheme, key))
    }
}

impl fmt::Debug for CryptoProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CryptoProvider")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
