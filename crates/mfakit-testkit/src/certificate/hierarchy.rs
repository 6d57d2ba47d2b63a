//! The usual shape: a root, an issuing authority, and what it issues.

use super::{Authority, Certificate};
use crate::key::SigningKey;

/// A root and an authority below it, which issues the certificates of authenticators.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Hierarchy {
    /// What a service trusts.
    pub root: Authority,
    /// What issues.
    pub issuing: Authority,
    /// The certificates that are sent after one that was issued: the issuing authority's.
    pub above: Vec<Vec<u8>>,
}

impl Hierarchy {
    /// Makes a hierarchy of two keys.
    #[must_use]
    pub fn new(root: SigningKey, issuing: SigningKey) -> Self {
        let root = Authority::new("mfakit test root", root);
        let issuing = Authority::new("mfakit test authority", issuing);
        let above = vec![root.issue(&issuing.certificate())];
        Self {
            root,
            issuing,
            above,
        }
    }

    /// Returns the root's certificate in DER: what a service is given as its trust anchor.
    #[must_use]
    pub fn anchor(&self) -> Vec<u8> {
        self.root.root()
    }

    /// Issues a certificate, and returns it with those above it, in DER.
    #[must_use]
    pub fn chain(&self, certificate: &Certificate) -> Vec<Vec<u8>> {
        let mut chain = vec![self.issuing.issue(certificate)];
        chain.extend_from_slice(&self.above);
        chain
    }
}
