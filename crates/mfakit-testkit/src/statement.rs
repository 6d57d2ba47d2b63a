//! Attestation statements of every format ([WebAuthn Level 3 section 8]), right or wrong.
//!
//! A format makes a *draft* of what it is to attest; every part of a draft can be changed before
//! it is signed. What is signed is a [`Statement`], a CBOR value that can be changed too, but keeps
//! its signature:
//!
//! ```
//! use mfakit_testkit::statement::{Attest, Attested, Packed, Statement};
//! # use mfakit_testkit::{Cbor, SeededRng, SigningKey};
//! # use mfakit_webauthn::Algorithm;
//! # let key = SigningKey::generate(Algorithm::Es256, &mut SeededRng::new(1))?;
//!
//! let about = Attested::new(&[0; 37], [0; 32], &key);
//! let good: Statement = Packed::by_itself().attest(&about);
//!
//! // Signed anew: an honest signature over other data.
//! let mut draft = Packed::by_itself().draft(&about);
//! draft.message.push(0);
//! let other_data = draft.sign();
//! assert_ne!(other_data.get("sig"), good.get("sig"));
//!
//! // Not signed anew: the old signature under another algorithm.
//! let mut other_algorithm = good.clone();
//! other_algorithm.set("alg", Cbor::Integer(-257));
//! assert_eq!(other_algorithm.get("sig"), good.get("sig"));
//! # Ok::<(), mfakit_testkit::UnsupportedAlgorithm>(())
//! ```
//!
//! [WebAuthn Level 3 section 8]: https://www.w3.org/TR/webauthn-3/#sctn-defined-attestation-formats

mod android_key;
mod apple;
mod attested;
mod compound;
mod fido_u2f;
mod packed;
mod safetynet;
mod tpm;

use core::fmt;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde_cbor::Value;

use crate::key::SigningKey;

pub use android_key::{AndroidKey, AndroidKeyDraft};
pub use apple::{Apple, AppleDraft};
pub use attested::Attested;
pub use compound::Compound;
pub use fido_u2f::{FidoU2f, FidoU2fDraft};
pub use packed::{Packed, PackedDraft};
pub use safetynet::{SafetyNet, SafetyNetDraft};
pub use tpm::{CertInfo, PublicArea, PublicKeyArea, Tpm, TpmDraft};

/// A statement and its format.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Statement {
    /// `fmt` of the attestation object.
    pub format: String,
    /// `attStmt` of the attestation object.
    pub value: Value,
}

impl Statement {
    /// Makes a statement whose members are a map.
    #[must_use]
    pub fn new<'m>(format: &str, members: impl IntoIterator<Item = (&'m str, Value)>) -> Self {
        let members = members
            .into_iter()
            .map(|(name, value)| (Value::Text(name.to_owned()), value));
        Self {
            format: format.to_owned(),
            value: Value::Map(members.collect()),
        }
    }

    /// Returns a member.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        match &self.value {
            Value::Map(members) => members.get(&Value::Text(name.to_owned())),
            _ => None,
        }
    }

    /// Sets a member. A statement that was no map becomes one.
    pub fn set(&mut self, name: &str, value: Value) {
        let mut members = match core::mem::replace(&mut self.value, Value::Null) {
            Value::Map(members) => members,
            _ => BTreeMap::new(),
        };
        members.insert(Value::Text(name.to_owned()), value);
        self.value = Value::Map(members);
    }

    /// Takes a member away, and returns it.
    pub fn remove(&mut self, name: &str) -> Option<Value> {
        match &mut self.value {
            Value::Map(members) => members.remove(&Value::Text(name.to_owned())),
            _ => None,
        }
    }
}

/// Makes the statement about a new credential.
pub trait Attest: fmt::Debug + Send + Sync {
    /// Returns the statement.
    fn attest(&self, about: &Attested<'_>) -> Statement;
}

impl<A: Attest + ?Sized> Attest for Box<A> {
    fn attest(&self, about: &Attested<'_>) -> Statement {
        (**self).attest(about)
    }
}

impl<A: Attest + ?Sized> Attest for Arc<A> {
    fn attest(&self, about: &Attested<'_>) -> Statement {
        (**self).attest(about)
    }
}

/// Format `none`.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "there is nothing to say")]
pub struct NoAttestation;

impl Attest for NoAttestation {
    fn attest(&self, _: &Attested<'_>) -> Statement {
        Statement::new("none", [])
    }
}

/// Returns what makes statements by a function: mostly a draft with something changed.
#[must_use]
pub const fn from_fn<F: Fn(&Attested<'_>) -> Statement + Send + Sync>(make: F) -> FromFn<F> {
    FromFn(make)
}

/// A function that makes statements; made by [`from_fn`].
#[derive(Clone, Copy)]
pub struct FromFn<F>(F);

impl<F: Fn(&Attested<'_>) -> Statement + Send + Sync> Attest for FromFn<F> {
    fn attest(&self, about: &Attested<'_>) -> Statement {
        (self.0)(about)
    }
}

impl<F> fmt::Debug for FromFn<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FromFn(..)")
    }
}

/// A key of the authenticator's maker, and its certificates.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AttestationKey {
    /// What signs statements.
    pub key: SigningKey,
    /// In DER, that of the key first.
    pub certificates: Vec<Vec<u8>>,
}

impl AttestationKey {
    /// Puts a key and its certificates together.
    #[must_use]
    pub const fn new(key: SigningKey, certificates: Vec<Vec<u8>>) -> Self {
        Self { key, certificates }
    }
}

/// `x5c`.
fn x5c(certificates: &[Vec<u8>]) -> Value {
    Value::Array(certificates.iter().cloned().map(Value::Bytes).collect())
}

/// `alg`.
fn alg(algorithm: mfakit_webauthn::Algorithm) -> Value {
    Value::Integer(algorithm.cose_id().into())
}
