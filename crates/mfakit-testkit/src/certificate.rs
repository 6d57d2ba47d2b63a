//! Certificates ([RFC 5280]) of any shape, right or wrong.
//!
//! A [`Certificate`] is what a certificate says: every field can be changed, and it is written as
//! it is. An [`Authority`] signs it:
//!
//! ```
//! use mfakit_testkit::{SeededRng, SigningKey};
//! use mfakit_testkit::certificate::{Authority, Certificate, Extension, Name};
//! # use mfakit_webauthn::Algorithm;
//! # let mut rng = SeededRng::new(1);
//!
//! let root = Authority::new("Root", SigningKey::generate(Algorithm::Es384, &mut rng)?);
//! let issuing = Authority::new("Issuing", SigningKey::generate(Algorithm::Rs256, &mut rng)?);
//! let key = SigningKey::generate(Algorithm::Es256, &mut rng)?;
//!
//! let mut leaf = Certificate::leaf(Name::packed("Token"), &key);
//! leaf.extensions.push(Extension::unknown_critical());
//! let chain = [issuing.issue(&leaf), root.issue(&issuing.certificate())];
//! let anchor = root.issue(&root.certificate());
//! assert_eq!(chain.len(), 2);
//! # assert!(!anchor.is_empty());
//! # Ok::<(), mfakit_testkit::UnsupportedAlgorithm>(())
//! ```
//!
//! [RFC 5280]: https://www.rfc-editor.org/rfc/rfc5280

mod authority;
pub mod der;
mod extension;
mod hierarchy;
mod key_description;
mod name;
pub mod oid;
mod presets;
mod signature;
mod time;

use mfakit_core::UnixTime;
use mfakit_webauthn::Scheme;

use crate::key::SigningKey;

pub use authority::Authority;
pub use extension::{Extension, key_usage};
pub use hierarchy::Hierarchy;
pub use key_description::{AuthorizationList, KeyDescription, origin, purpose, security_level};
pub use name::Name;
pub(crate) use signature::sign;

/// What is wrong with a certificate's signature.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum SignatureFault {
    /// Nothing.
    #[default]
    None,
    /// Its last bit is flipped.
    Flipped,
    /// There is none: no byte.
    Empty,
}

/// What a certificate says. Nothing is checked: it is written as it is.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Certificate {
    /// 1 to 3. The first is the default and is left out, as DER asks.
    pub version: u8,
    /// The contents of the serial number's INTEGER.
    pub serial: Vec<u8>,
    /// The name of the issuer; `None`: that of the authority which signs.
    pub issuer: Option<Name>,
    /// From when it is valid.
    pub not_before: UnixTime,
    /// Until when it is valid, at most to the end of the year 9999.
    pub not_after: UnixTime,
    /// The name of its subject.
    pub subject: Name,
    /// The subject's key: a `SubjectPublicKeyInfo` in DER.
    pub public_key: Vec<u8>,
    /// In this order.
    pub extensions: Vec<Extension>,
    /// How it is signed; `None`: as the authority does.
    pub scheme: Option<Scheme>,
    /// The scheme that is named within the part that is signed; `None`: the same as outside.
    pub inner_scheme: Option<Scheme>,
    /// How many bits of the signature are said to be unused. There are none; old U2F devices say
    /// otherwise.
    pub unused_bits: u8,
    /// What is wrong with the signature.
    pub fault: SignatureFault,
}

impl Certificate {
    /// Makes a certificate of version 3 for a key that is no authority's, valid from 2020 on for
    /// ever.
    #[must_use]
    pub fn leaf(subject: Name, key: &SigningKey) -> Self {
        Self {
            version: 3,
            serial: vec![1],
            issuer: None,
            not_before: UnixTime::from_secs(1_577_836_800),
            not_after: time::FOREVER,
            subject,
            public_key: key.subject_public_key_info(),
            extensions: vec![Extension::basic_constraints(false, None)],
            scheme: None,
            inner_scheme: None,
            unused_bits: 0,
            fault: SignatureFault::None,
        }
    }

    /// Makes a certificate of an authority that may issue any number of levels below it.
    #[must_use]
    pub fn ca(subject: Name, key: &SigningKey) -> Self {
        Self {
            extensions: vec![
                Extension::basic_constraints(true, None),
                Extension::key_usage(key_usage::KEY_CERT_SIGN | key_usage::CRL_SIGN),
            ],
            ..Self::leaf(subject, key)
        }
    }

    /// Sets an extension: in place of the one with its object identifier, or at the end.
    #[must_use]
    pub fn with(mut self, extension: Extension) -> Self {
        let existing = self
            .extensions
            .iter_mut()
            .find(|old| old.id == extension.id);
        match existing {
            Some(old) => *old = extension,
            None => self.extensions.push(extension),
        }
        self
    }

    /// Takes the extensions of an object identifier away.
    #[must_use]
    pub fn without(mut self, id: &[u32]) -> Self {
        self.extensions.retain(|extension| extension.id != id);
        self
    }

    /// Sets the end of its validity.
    #[must_use]
    pub const fn until(mut self, not_after: UnixTime) -> Self {
        self.not_after = not_after;
        self
    }

    /// Sets the version.
    #[must_use]
    pub const fn with_version(mut self, version: u8) -> Self {
        self.version = version;
        self
    }

    /// Sets how it is signed. A scheme that is not of the issuer's kind of key is named, and the key
    /// signs by its own: the signature does not verify.
    #[must_use]
    pub const fn signed_with(mut self, scheme: Scheme) -> Self {
        self.scheme = Some(scheme);
        self
    }

    /// Sets what is wrong with its signature.
    #[must_use]
    pub const fn with_fault(mut self, fault: SignatureFault) -> Self {
        self.fault = fault;
        self
    }

    /// Signs it and returns it in DER.
    ///
    /// # Inputs
    ///
    /// - `issuer`: the name of whoever signs, where [`Certificate::issuer`] is `None`.
    /// - `scheme`: how `key` signs, where [`Certificate::scheme`] is `None`. A key of another kind
    ///   signs in its own way, and the signature does not verify.
    fn sign(&self, issuer: &Name, key: &SigningKey, scheme: Scheme) -> Vec<u8> {
        let scheme = self.scheme.unwrap_or(scheme);
        let algorithm = signature::algorithm_identifier(scheme);
        let to_be_signed = self.to_be_signed(issuer, self.inner_scheme.unwrap_or(scheme));
        let mut signature = sign(key, scheme, &to_be_signed);
        match self.fault {
            SignatureFault::None => {}
            SignatureFault::Flipped => {
                if let Some(last) = signature.last_mut() {
                    *last ^= 1;
                }
            }
            SignatureFault::Empty => signature.clear(),
        }
        let signature = der::bit_string(self.unused_bits, &signature);
        der::sequence(&[&to_be_signed, &algorithm, &signature])
    }

    fn to_be_signed(&self, issuer: &Name, scheme: Scheme) -> Vec<u8> {
        let version = match self.version {
            1 => Vec::new(),
            version => der::context(0, &[&der::integer(version.saturating_sub(1).into())]),
        };
        let extensions: Vec<Vec<u8>> = self.extensions.iter().map(Extension::to_der).collect();
        let extensions: Vec<&[u8]> = extensions.iter().map(Vec::as_slice).collect();
        let extensions = match extensions.as_slice() {
            [] => Vec::new(),
            list => der::context(3, &[&der::sequence(list)]),
        };
        der::sequence(&[
            &version,
            &der::element(&[0x02], &[&self.serial]),
            &signature::algorithm_identifier(scheme),
            &self.issuer.as_ref().unwrap_or(issuer).to_der(),
            &der::sequence(&[
                &time::to_der(self.not_before),
                &time::to_der(self.not_after),
            ]),
            &self.subject.to_der(),
            &self.public_key,
            &extensions,
        ])
    }
}
