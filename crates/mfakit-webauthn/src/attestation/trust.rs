//! What a service trusts, and how it reads statements.

use alloc::collections::BTreeMap;
#[cfg(feature = "metadata")]
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use super::{Statement, Verified};
use crate::aaguid::Aaguid;
use crate::cbor::{MAX_DEPTH, Order, Rules};
use crate::certificate::{Certificate, ChainError, RevocationList, RevocationProblem, build};
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
    /// Those in the TCG's registry, and `FFFFF1D0`, which the conformance tools of the FIDO Alliance
    /// give to the TPMs that they simulate: no chain of theirs leads to a maker's root.
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
    /// Whether TPM statements, credentials that they attest, and certificates may rest on SHA-1.
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
    /// In DER.
    revocation_lists: Vec<Vec<u8>>,
    require_revocation_lists: bool,
    keep: bool,
}

#[derive(Clone)]
enum Anchors {
    /// Chains are not judged.
    Unjudged,
    /// Certificates in DER.
    Given {
        /// For every model that has none of its own.
        pooled: Vec<Vec<u8>>,
        by_model: BTreeMap<Aaguid, Vec<Vec<u8>>>,
    },
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
            revocation_lists: Vec::new(),
            require_revocation_lists: false,
            keep: false,
        }
    }

    /// Refuses attestations with certificates unless a chain leads to one of these, given in DER.
    ///
    /// # Errors
    ///
    /// [`InvalidAnchor`] if one of them cannot be read.
    ///
    /// # Security
    ///
    /// The roots are one pool: whoever holds a certificate under any of them can claim the model of
    /// another, unless the certificate says for which one it is. See [`Trust::with_anchors_for`].
    pub fn anchors(certificates: &[&[u8]]) -> Result<Self, InvalidAnchor> {
        Ok(Self {
            anchors: Anchors::Given {
                pooled: read_anchors(certificates)?,
                by_model: BTreeMap::new(),
            },
            ..Self::unverified()
        })
    }

    /// Adds anchors for one model, given in DER: only a chain to one of these attests it, and they
    /// attest no other. Beside metadata they stand in the place of what it says about the model's
    /// roots.
    ///
    /// # Inputs
    ///
    /// - `model`: [`Aaguid::ZERO`] for the devices of U2F, which have no model.
    ///
    /// # Errors
    ///
    /// [`InvalidAnchor`] if one of them cannot be read.
    pub fn with_anchors_for(
        mut self,
        model: Aaguid,
        certificates: &[&[u8]],
    ) -> Result<Self, InvalidAnchor> {
        let more = read_anchors(certificates)?;
        let by_model = match &mut self.anchors {
            Anchors::Unjudged => {
                self.anchors = Anchors::Given {
                    pooled: Vec::new(),
                    by_model: BTreeMap::from([(model, more)]),
                };
                return Ok(self);
            }
            Anchors::Given { by_model, .. } => by_model,
            #[cfg(feature = "metadata")]
            Anchors::Metadata(source) => &mut source.anchors_by_model,
        };
        by_model.entry(model).or_default().extend(more);
        Ok(self)
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
                anchors_by_model: BTreeMap::new(),
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
            Anchors::Unjudged => {
                self.anchors = Anchors::Given {
                    pooled: more,
                    by_model: BTreeMap::new(),
                };
            }
            Anchors::Given { pooled, .. } => pooled.extend(more),
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

    /// Refuses attestations whose chain to an anchor has a certificate that one of these revocation
    /// lists, in DER, names. A list that is about a certificate of the chain must have the signature
    /// of that certificate's issuer and be current, so that a service renews them in time; others
    /// are ignored. Where to fetch them stands in the certificates.
    ///
    /// # Errors
    ///
    /// [`InvalidRevocationList`] if one of them cannot be read, or has a critical extension that is
    /// not understood.
    pub fn with_revocation_lists(mut self, lists: &[&[u8]]) -> Result<Self, InvalidRevocationList> {
        for der in lists {
            RevocationList::parse(der).ok_or(InvalidRevocationList)?;
            self.revocation_lists.push(der.to_vec());
        }
        Ok(self)
    }

    /// Refuses attestations unless there is a revocation list about each certificate of the chain
    /// below the anchor.
    #[must_use]
    pub const fn requiring_revocation_lists(mut self) -> Self {
        self.require_revocation_lists = true;
        self
    }

    /// Accepts only these models of authenticators. Devices of U2F have none, whatever AAGUID came
    /// along, since their signature does not cover it: [`Aaguid::ZERO`] accepts them all.
    ///
    /// # Security
    ///
    /// A list of models keeps nobody out by itself:
    ///
    /// - Without [`Policy::attested`](crate::Policy::attested) a registration need not prove its
    ///   model: formats `none` and self attestation claim any.
    /// - Of the formats, only packed has certificates that say for which model they are. With two
    ///   models and more here, those of [`Trust::anchors`] must say so. For the other formats (TPM,
    ///   Android, Apple), give each model its roots by [`Trust::with_anchors_for`].
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
            depth: MAX_DEPTH,
        }
    }

    pub(super) fn allows_model(&self, model: Aaguid) -> bool {
        self.models
            .as_ref()
            .is_none_or(|models| models.contains(&model))
    }

    /// Whether a trust path leads to an anchor; a path that leads nowhere is refused.
    pub(super) fn judge(
        &self,
        verified: &Verified,
        statement: &Statement<'_, '_>,
    ) -> Result<bool, Reason> {
        match &self.anchors {
            Anchors::Unjudged => Ok(false),
            Anchors::Given { .. } if verified.path.is_empty() => Ok(false),
            Anchors::Given { pooled, by_model } => {
                let own = by_model.get(&verified.model);
                let chain = Chain::parse(verified, self)?;
                let shared = own.is_none() && chain.pool_is_shared();
                chain.verify(own.unwrap_or(pooled), shared, statement)?;
                Ok(true)
            }
            #[cfg(feature = "metadata")]
            Anchors::Metadata(source) => source.judge(&Chain::parse(verified, self)?, statement),
        }
    }
}

/// A trust path, and how it is read.
pub(crate) struct Chain<'a> {
    certificates: Vec<Certificate<'a>>,
    verified: &'a Verified,
    trust: &'a Trust,
}

impl<'a> Chain<'a> {
    fn parse(verified: &'a Verified, trust: &'a Trust) -> Result<Self, Reason> {
        let certificates = parse(&verified.path)?;
        let is_root = |certificate: &Certificate<'_>| certificate.subject == certificate.issuer;
        let without_root = trust.rules.x5c_without_root;
        if without_root && certificates.len() > 1 && certificates.iter().any(is_root) {
            return Err(Reason::CertificateRequirements);
        }
        Ok(Self {
            certificates,
            verified,
            trust,
        })
    }

    #[cfg(feature = "metadata")]
    pub(crate) const fn model(&self) -> Aaguid {
        self.verified.model
    }

    #[cfg(feature = "metadata")]
    pub(crate) const fn leaves_model_unsaid(&self) -> bool {
        self.verified.model_unsaid
    }

    /// Whether anchors for no model in particular are for several.
    pub(crate) fn pool_is_shared(&self) -> bool {
        let models = self.trust.models.as_ref();
        models.is_some_and(|models| models.len() > 1)
    }

    #[cfg(feature = "metadata")]
    pub(crate) fn certificates(&self) -> &[Certificate<'a>] {
        &self.certificates
    }

    /// Demands that the path leads to one of the anchors, given in DER, and that no certificate of
    /// it was revoked.
    ///
    /// "If the related attestation root certificate is used for multiple authenticator models, the
    /// Extension OID … MUST be present" ([L3 section 8.2.1]): where the anchors are `shared`.
    ///
    /// [L3 section 8.2.1]: https://www.w3.org/TR/webauthn-3/#sctn-packed-attestation-cert-requirements
    pub(crate) fn verify(
        &self,
        anchors: &[Vec<u8>],
        shared: bool,
        statement: &Statement<'_, '_>,
    ) -> Result<(), Reason> {
        let anchors = parse(anchors)?;
        let path = self
            .build(&anchors, statement)
            .map_err(|error| match error {
                ChainError::Invalid => Reason::ChainInvalid,
                ChainError::Untrusted => Reason::Untrusted,
                ChainError::Stray => Reason::StrayCertificate,
                ChainError::Sha1 => Reason::Sha1,
            })?;
        if shared && self.verified.model_unsaid {
            return Err(Reason::CertificateAaguid);
        }
        self.verify_revocation(&path, statement)
    }

    fn verify_revocation(
        &self,
        path: &[&Certificate<'_>],
        statement: &Statement<'_, '_>,
    ) -> Result<(), Reason> {
        let lists = self.trust.revocation_lists.iter();
        // Each was read when it was set.
        let lists: Vec<RevocationList<'_>> = lists
            .map(|der| RevocationList::parse(der).ok_or(Reason::RevocationList))
            .collect::<Result<_, _>>()?;
        crate::certificate::verify_revocation(
            path,
            &lists,
            self.trust.require_revocation_lists,
            statement.now.as_i64(),
            statement.provider,
        )
        .map_err(|problem| match problem {
            RevocationProblem::Signature | RevocationProblem::Outdated => Reason::RevocationList,
            RevocationProblem::Revoked => Reason::Revoked,
            RevocationProblem::Unknown => Reason::RevocationUnknown,
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
        Ok(!matches!(
            self.build(&anchor, statement),
            Err(ChainError::Untrusted)
        ))
    }

    fn build<'s>(
        &'s self,
        anchors: &'s [Certificate<'a>],
        statement: &'s Statement<'_, '_>,
    ) -> Result<Vec<&'s Certificate<'a>>, ChainError> {
        build(
            &self.certificates,
            anchors,
            statement.now.as_i64(),
            statement.provider,
            self.trust.rules.allow_sha1,
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
            Self::Given { pooled, by_model } => f
                .debug_struct("Given")
                .field("pooled", &pooled.len())
                .field("models", &by_model.len())
                .finish(),
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

/// A revocation list cannot be read, or is of a kind that is not understood.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "says all there is to say")]
pub struct InvalidRevocationList;

impl fmt::Display for InvalidRevocationList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("malformed revocation list")
    }
}

impl core::error::Error for InvalidRevocationList {}
