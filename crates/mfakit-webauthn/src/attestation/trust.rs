//! What a service trusts, and how it reads statements.

use alloc::vec::Vec;
use core::fmt;

use super::Statement;
use crate::cbor::{Order, Rules};
use crate::certificate::{Certificate, ChainError, build};
use crate::error::Reason;
use crate::record::Aaguid;

/// What to do about Android `SafetyNet` attestations, which Google has shut down.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum SafetyNetRule {
    /// Refuse them.
    Off,
    /// Verify them.
    On {
        /// Whether the device must have passed the compatibility test.
        require_cts: bool,
        /// Whether the response must be of the last minute.
        require_fresh: bool,
    },
}

/// Which makers of TPMs are accepted.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum TpmManufacturers {
    /// Those in the TCG's registry.
    Registered,
    /// Any.
    Any,
}

/// How statements are read where practice and the letter of the standards differ.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent settings, each named where it is set"
)]
#[non_exhaustive]
pub struct AttestationRules {
    /// Whether TPM statements and certificates may rest on SHA-1.
    pub allow_sha1: bool,
    /// What to do about `SafetyNet`.
    pub safetynet: SafetyNetRule,
    /// Whether the AAGUID of a U2F device must be zero.
    pub u2f_zero_aaguid: bool,
    /// Whether an Android key must be authorized as required by the trusted environment's list
    /// alone, not by the union of that and the software's.
    pub android_trusted_environment_only: bool,
    /// Which makers of TPMs are accepted.
    pub tpm_manufacturers: TpmManufacturers,
    /// Whether the root must be left out of `x5c`.
    pub x5c_without_root: bool,
    /// Whether attestation objects may have maps and arrays of indefinite length.
    pub allow_indefinite_length_cbor: bool,
    /// Whether attestation objects may have integers that are not in their shortest form.
    pub allow_non_minimal_cbor: bool,
}

impl AttestationRules {
    /// What real authenticators of today meet.
    pub const DEFAULT: Self = Self {
        allow_sha1: false,
        safetynet: SafetyNetRule::Off,
        u2f_zero_aaguid: false,
        android_trusted_environment_only: false,
        tpm_manufacturers: TpmManufacturers::Registered,
        x5c_without_root: false,
        allow_indefinite_length_cbor: false,
        allow_non_minimal_cbor: false,
    };
}

impl Default for AttestationRules {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// Which attestations are trusted.
#[derive(Clone)]
pub struct Trust {
    /// Certificates in DER; `None`: chains are not judged.
    anchors: Option<Vec<Vec<u8>>>,
    /// `None`: every model.
    models: Option<Vec<Aaguid>>,
    rules: AttestationRules,
}

impl Trust {
    /// Verifies statements but not where their certificates come from: whoever made the
    /// authenticator can claim any model.
    #[must_use]
    pub const fn unverified() -> Self {
        Self {
            anchors: None,
            models: None,
            rules: AttestationRules::DEFAULT,
        }
    }

    /// Refuses attestations with certificates unless a chain leads to one of these, given in DER.
    ///
    /// # Errors
    ///
    /// [`InvalidAnchor`] if one of them cannot be read.
    pub fn anchors(certificates: &[&[u8]]) -> Result<Self, InvalidAnchor> {
        for der in certificates {
            Certificate::parse(der).map_err(|_| InvalidAnchor)?;
        }
        Ok(Self {
            anchors: Some(certificates.iter().map(|der| der.to_vec()).collect()),
            ..Self::unverified()
        })
    }

    /// Accepts only these models of authenticators.
    #[must_use]
    pub fn with_models(mut self, models: &[Aaguid]) -> Self {
        self.models = Some(models.into());
        self
    }

    /// Sets how statements are read.
    #[must_use]
    pub const fn with_rules(mut self, rules: AttestationRules) -> Self {
        self.rules = rules;
        self
    }

    /// Returns how statements are read.
    #[must_use]
    pub const fn rules(&self) -> &AttestationRules {
        &self.rules
    }

    pub(crate) const fn cbor_rules(&self) -> Rules {
        Rules {
            order: Order::Any,
            indefinite: self.rules.allow_indefinite_length_cbor,
            non_minimal: self.rules.allow_non_minimal_cbor,
        }
    }

    pub(super) fn allows_model(&self, aaguid: &[u8; 16]) -> bool {
        self.models
            .as_ref()
            .is_none_or(|models| models.contains(&Aaguid(*aaguid)))
    }

    /// Whether a trust path leads to an anchor; a path that leads nowhere is refused.
    pub(super) fn judge(
        &self,
        path: &[Vec<u8>],
        statement: &Statement<'_, '_>,
    ) -> Result<bool, Reason> {
        let Some(anchors) = &self.anchors else {
            return Ok(false);
        };
        if path.is_empty() {
            return Ok(false);
        }
        let chain = parse(path)?;
        if self.rules.x5c_without_root && chain.len() > 1 {
            let is_root = |certificate: &Certificate<'_>| certificate.subject == certificate.issuer;
            if chain.iter().any(is_root) {
                return Err(Reason::CertificateRequirements);
            }
        }
        let now = statement.now.as_i64();
        let anchors = parse(anchors)?;
        build(
            &chain,
            &anchors,
            now,
            statement.provider,
            self.rules.allow_sha1,
        )
        .map(|()| true)
        .map_err(|error| match error {
            ChainError::Invalid => Reason::ChainInvalid,
            ChainError::Untrusted => Reason::Untrusted,
            ChainError::Stray => Reason::StrayCertificate,
        })
    }
}

fn parse(ders: &[Vec<u8>]) -> Result<Vec<Certificate<'_>>, Reason> {
    ders.iter().map(|der| Certificate::parse(der)).collect()
}

impl fmt::Debug for Trust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trust")
            .field("anchors", &self.anchors.as_ref().map(Vec::len))
            .field("models", &self.models)
            .field("rules", &self.rules)
            .finish()
    }
}

/// A trust anchor is no certificate.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "says all there is to say")]
pub struct InvalidAnchor;

impl fmt::Display for InvalidAnchor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("malformed trust anchor")
    }
}

impl core::error::Error for InvalidAnchor {}
