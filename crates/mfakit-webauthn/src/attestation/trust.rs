//! What a service trusts, and how it reads statements.

#[cfg(feature = "metadata")]
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use super::Statement;
use crate::aaguid::Aaguid;
use crate::cbor::{Order, Rules};
use crate::certificate::{Certificate, ChainError, build};
use crate::error::Reason;
#[cfg(feature = "metadata")]
use crate::metadata::{Metadata, Source, StatusRules};

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
    anchors: Anchors,
    /// `None`: every model.
    models: Option<Vec<Aaguid>>,
    rules: AttestationRules,
    keep: bool,
}

#[derive(Clone)]
enum Anchors {
    /// Chains are not judged.
    Unjudged,
    /// Certificates in DER, for every model.
    Given(Vec<Vec<u8>>),
    /// Those that the metadata has for each model.
    #[cfg(feature = "metadata")]
    Metadata(Source),
}

impl Trust {
    /// Verifies statements but not where their certificates come from: whoever made the
    /// authenticator can claim any model.
    #[must_use]
    pub const fn unverified() -> Self {
        Self {
            anchors: Anchors::Unjudged,
            models: None,
            rules: AttestationRules::DEFAULT,
            keep: false,
        }
    }

    /// Refuses attestations with certificates unless a chain leads to one of these, given in DER.
    ///
    /// # Errors
    ///
    /// [`InvalidAnchor`] if one of them cannot be read.
    pub fn anchors(certificates: &[&[u8]]) -> Result<Self, InvalidAnchor> {
        Ok(Self {
            anchors: Anchors::Given(read_anchors(certificates)?),
            ..Self::unverified()
        })
    }

    /// Refuses attestations with certificates unless a chain leads to a root that the metadata has
    /// for the authenticator's model, and models that the rules refuse even without certificates.
    ///
    /// Attestations without certificates (`none`, self attestation) pass otherwise, untrusted:
    /// [`Policy::attested`](crate::Policy::attested) refuses them too.
    #[cfg(feature = "metadata")]
    #[must_use]
    pub fn metadata(metadata: Arc<Metadata>, rules: StatusRules) -> Self {
        Self {
            anchors: Anchors::Metadata(Source {
                metadata,
                rules,
                other_anchors: Vec::new(),
            }),
            ..Self::unverified()
        }
    }

    /// Adds anchors, given in DER. Beside metadata they are for the models that it does not know,
    /// such as Apple's.
    ///
    /// # Errors
    ///
    /// [`InvalidAnchor`] if one of them cannot be read.
    pub fn with_other_anchors(mut self, certificates: &[&[u8]]) -> Result<Self, InvalidAnchor> {
        let more = read_anchors(certificates)?;
        match &mut self.anchors {
            Anchors::Unjudged => self.anchors = Anchors::Given(more),
            Anchors::Given(anchors) => anchors.extend(more),
            #[cfg(feature = "metadata")]
            Anchors::Metadata(source) => source.other_anchors.extend(more),
        }
        Ok(self)
    }

    /// Keeps the attestation object and the client data in the new credential's record, so that
    /// the attestation can be judged again later, when more is known about the model.
    #[must_use]
    pub const fn keeping_attestations(mut self) -> Self {
        self.keep = true;
        self
    }

    pub(crate) const fn keeps_attestations(&self) -> bool {
        self.keep
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
        match &self.anchors {
            Anchors::Unjudged => Ok(false),
            Anchors::Given(_) if path.is_empty() => Ok(false),
            Anchors::Given(anchors) => Chain::parse(path, self.rules)?
                .verify(anchors, statement)
                .map(|()| true),
            #[cfg(feature = "metadata")]
            Anchors::Metadata(source) => source.judge(&Chain::parse(path, self.rules)?, statement),
        }
    }
}

/// A trust path, and how it is read.
pub(crate) struct Chain<'a> {
    certificates: Vec<Certificate<'a>>,
    rules: AttestationRules,
}

impl<'a> Chain<'a> {
    fn parse(path: &'a [Vec<u8>], rules: AttestationRules) -> Result<Self, Reason> {
        let certificates = parse(path)?;
        let is_root = |certificate: &Certificate<'_>| certificate.subject == certificate.issuer;
        if rules.x5c_without_root && certificates.len() > 1 && certificates.iter().any(is_root) {
            return Err(Reason::CertificateRequirements);
        }
        Ok(Self {
            certificates,
            rules,
        })
    }

    #[cfg(feature = "metadata")]
    pub(crate) fn certificates(&self) -> &[Certificate<'a>] {
        &self.certificates
    }

    /// Demands that the path leads to one of the anchors, given in DER.
    pub(crate) fn verify(
        &self,
        anchors: &[Vec<u8>],
        statement: &Statement<'_, '_>,
    ) -> Result<(), Reason> {
        let anchors = parse(anchors)?;
        self.build(&anchors, statement)
            .map_err(|error| match error {
                ChainError::Invalid => Reason::ChainInvalid,
                ChainError::Untrusted => Reason::Untrusted,
                ChainError::Stray => Reason::StrayCertificate,
            })
    }

    /// Whether a path that leads to an anchor contains this certificate, or one that it issued. A
    /// certificate that may not issue any, or has expired, is none the better for it.
    #[cfg(feature = "metadata")]
    pub(crate) fn leads_to(
        &self,
        certificate: &[u8],
        statement: &Statement<'_, '_>,
    ) -> Result<bool, Reason> {
        let anchor = [Certificate::parse(certificate)?];
        Ok(self.build(&anchor, statement) != Err(ChainError::Untrusted))
    }

    fn build(
        &self,
        anchors: &[Certificate<'_>],
        statement: &Statement<'_, '_>,
    ) -> Result<(), ChainError> {
        build(
            &self.certificates,
            anchors,
            statement.now.as_i64(),
            statement.provider,
            self.rules.allow_sha1,
        )
    }
}

fn read_anchors(certificates: &[&[u8]]) -> Result<Vec<Vec<u8>>, InvalidAnchor> {
    let read = |der: &&[u8]| Certificate::parse(der).map(|_| der.to_vec());
    certificates
        .iter()
        .map(|der| read(der).map_err(|_| InvalidAnchor))
        .collect()
}

fn parse(ders: &[Vec<u8>]) -> Result<Vec<Certificate<'_>>, Reason> {
    ders.iter().map(|der| Certificate::parse(der)).collect()
}

impl fmt::Debug for Anchors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unjudged => f.write_str("Unjudged"),
            Self::Given(anchors) => f.debug_tuple("Given").field(&anchors.len()).finish(),
            #[cfg(feature = "metadata")]
            Self::Metadata(source) => f.debug_tuple("Metadata").field(&source.metadata).finish(),
        }
    }
}

impl fmt::Debug for Trust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trust")
            .field("anchors", &self.anchors)
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
