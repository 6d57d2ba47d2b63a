//! What proves that a BLOB is the FIDO Alliance's, whole and current.

use alloc::borrow::ToOwned as _;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use mfakit_core::UnixTime;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::entry::{Entry, EntryProblem, EntryProblemKind, date};
use super::{GLOBALSIGN_ROOT_R3, GLOBALSIGN_ROOT_R46, Metadata, MetadataError};
use crate::attestation::InvalidAnchor;
use crate::certificate::{
    Certificate, ChainError, MAX_CHAIN, RevocationList, RevocationProblem, find, verify_revocation,
};
use crate::error::Reason;
use crate::json::Object;
use crate::jws::Jws;
use crate::provider::{CryptoProvider, RUSTCRYPTO};

/// The longest BLOB that is read, in bytes: several times what it has grown to.
pub const MAX_BLOB_BYTES: usize = 32 * 1024 * 1024;

/// Who signs the BLOB.
const SIGNER: &str = "mds.fidoalliance.org";

/// The BLOB appears about once a month: after this time a whole one was missed.
const MAX_OVERDUE: Duration = Duration::from_secs(30 * 86_400);

#[derive(Deserialize)]
struct Payload<'a> {
    #[serde(rename = "legalHeader", default)]
    legal_header: Option<String>,
    no: u64,
    #[serde(rename = "nextUpdate")]
    next_update: String,
    #[serde(borrow)]
    entries: Vec<&'a RawValue>,
}

/// Verifies BLOBs. [`Verifier::new`] is for those of the FIDO Alliance.
#[derive(Clone)]
pub struct Verifier {
    anchors: Vec<Vec<u8>>,
    signer: String,
    revocation_lists: Vec<Vec<u8>>,
    require_revocation_lists: bool,
    previous: Option<u64>,
    max_overdue: Option<Duration>,
    provider: CryptoProvider,
}

impl Verifier {
    /// Expects a BLOB of the FIDO Alliance: signed by `mds.fidoalliance.org` under one of the two
    /// `GlobalSign` roots that are included, and overdue by 30 days at most.
    #[must_use]
    pub fn new() -> Self {
        Self {
            anchors: Vec::from([GLOBALSIGN_ROOT_R3.to_vec(), GLOBALSIGN_ROOT_R46.to_vec()]),
            signer: SIGNER.to_owned(),
            revocation_lists: Vec::new(),
            require_revocation_lists: false,
            previous: None,
            max_overdue: Some(MAX_OVERDUE),
            provider: RUSTCRYPTO,
        }
    }

    /// Expects a chain to one of these certificates, given in DER, in place of the roots that are
    /// included.
    ///
    /// # Errors
    ///
    /// [`InvalidAnchor`] if one of them cannot be read.
    pub fn with_anchors(mut self, certificates: &[&[u8]]) -> Result<Self, InvalidAnchor> {
        for der in certificates {
            Certificate::parse(der).map_err(|_| InvalidAnchor)?;
        }
        self.anchors = certificates.iter().map(|der| der.to_vec()).collect();
        Ok(self)
    }

    /// Expects a signer of this host name, which its certificate has among the subject alternative
    /// names.
    #[must_use]
    pub fn with_signer(mut self, host: &str) -> Self {
        host.clone_into(&mut self.signer);
        self
    }

    /// Adds a certificate revocation list in DER. One that is about a certificate of the chain must
    /// have the signature of that certificate's issuer and be current; others are ignored. Where
    /// to fetch them stands in the certificates.
    #[must_use]
    pub fn with_revocation_list(mut self, der: &[u8]) -> Self {
        self.revocation_lists.push(der.to_vec());
        self
    }

    /// Refuses BLOBs unless there is a revocation list about each certificate of the chain below
    /// the anchor.
    #[must_use]
    pub const fn requiring_revocation_lists(mut self) -> Self {
        self.require_revocation_lists = true;
        self
    }

    /// Refuses BLOBs with a smaller number than that of the one before: an attacker may serve an
    /// old one, which does not know yet that a model was revoked.
    #[must_use]
    pub const fn with_previous(mut self, number: Option<u64>) -> Self {
        self.previous = number;
        self
    }

    /// Sets for how long after the day of the next update a BLOB is accepted, and attestations are
    /// judged by it; `None`: for ever.
    #[must_use]
    pub const fn with_max_overdue(mut self, max_overdue: Option<Duration>) -> Self {
        self.max_overdue = max_overdue;
        self
    }

    /// Sets who verifies signatures. The default is [`RUSTCRYPTO`].
    #[must_use]
    pub const fn with_provider(mut self, provider: CryptoProvider) -> Self {
        self.provider = provider;
        self
    }

    /// Verifies a BLOB, and returns what is in it.
    ///
    /// # Inputs
    ///
    /// - `blob`: the file as it was fetched; white space around it is ignored.
    /// - `now`: the server's time: certificates and revocation lists are judged at it.
    ///
    /// # Errors
    ///
    /// - [`MetadataError::TooLarge`] if it is longer than [`MAX_BLOB_BYTES`].
    /// - [`MetadataError::Signature`] if it is no JSON Web Signature with certificates.
    /// - [`MetadataError::Certificates`] if these are none, too many or malformed.
    /// - [`MetadataError::ChainInvalid`], [`MetadataError::Untrusted`] if they lead to no anchor.
    /// - [`MetadataError::SignerName`] if the first of them is for another name.
    /// - [`MetadataError::RevocationList`], [`MetadataError::RevocationListSignature`],
    ///   [`MetadataError::RevocationListOutdated`], [`MetadataError::RevocationUnknown`],
    ///   [`MetadataError::Revoked`] by the revocation lists.
    /// - [`MetadataError::Algorithm`], [`MetadataError::SignatureInvalid`] if the signature does
    ///   not verify.
    /// - [`MetadataError::Payload`] if the signed text is no BLOB.
    /// - [`MetadataError::RolledBack`] if there was a newer one.
    /// - [`MetadataError::Overdue`] if it is too old.
    ///
    /// # Security
    ///
    /// Keep [`Metadata::number`] with the BLOB, and pass it to [`Verifier::with_previous`].
    pub fn verify(&self, blob: &[u8], now: UnixTime) -> Result<Metadata, MetadataError> {
        if blob.len() > MAX_BLOB_BYTES {
            return Err(MetadataError::TooLarge);
        }
        let text = core::str::from_utf8(blob.trim_ascii()).map_err(|_| MetadataError::Signature)?;
        let jws = Jws::parse(text).map_err(|_| MetadataError::Signature)?;
        self.verify_signature(&jws, now)?;
        let metadata = self.read(&jws.payload)?;
        // "Verify that the no is greater than the number of the last Metadata BLOB": or the same
        // one again, after a restart.
        if self
            .previous
            .is_some_and(|previous| metadata.number < previous)
        {
            return Err(MetadataError::RolledBack);
        }
        if metadata.is_too_old(now) {
            return Err(MetadataError::Overdue);
        }
        Ok(metadata)
    }

    /// MDS section 3.2, "Metadata BLOB object processing rules", on the signature.
    fn verify_signature(&self, jws: &Jws<'_>, now: UnixTime) -> Result<(), MetadataError> {
        if jws.certificates.len() > MAX_CHAIN {
            return Err(MetadataError::Certificates);
        }
        let chain = parse(&jws.certificates).map_err(|_| MetadataError::Certificates)?;
        let signer = chain.first().ok_or(MetadataError::Certificates)?;
        // Each anchor was read when it was set.
        let anchors = parse(&self.anchors).map_err(|_| MetadataError::Untrusted)?;
        let path = find(&chain, &anchors, now.as_i64(), &self.provider, false).map_err(
            |error| match error {
                ChainError::Invalid => MetadataError::ChainInvalid,
                ChainError::Untrusted | ChainError::Stray | ChainError::Sha1 => {
                    MetadataError::Untrusted
                }
            },
        )?;
        if !signer.is_for_host(&self.signer) {
            return Err(MetadataError::SignerName);
        }
        self.verify_revocation(&path, now)?;
        let (algorithm, signature) = jws
            .algorithm_and_signature()
            .ok_or(MetadataError::Algorithm)?;
        signer
            .public_key
            .prepare(algorithm.scheme(), &self.provider)
            .map_err(|reason| match reason {
                Reason::CertificateMalformed => MetadataError::Certificates,
                _ => MetadataError::Algorithm,
            })?
            .verify(&[jws.signed.as_bytes()], &signature)
            .map_err(|_| MetadataError::SignatureInvalid)
    }

    fn verify_revocation(
        &self,
        path: &[&Certificate<'_>],
        now: UnixTime,
    ) -> Result<(), MetadataError> {
        let lists: Vec<RevocationList<'_>> = self
            .revocation_lists
            .iter()
            .map(|der| RevocationList::parse(der).ok_or(MetadataError::RevocationList))
            .collect::<Result<_, _>>()?;
        verify_revocation(
            path,
            &lists,
            self.require_revocation_lists,
            now.as_i64(),
            &self.provider,
        )
        .map_err(|problem| match problem {
            RevocationProblem::Signature => MetadataError::RevocationListSignature,
            RevocationProblem::Outdated => MetadataError::RevocationListOutdated,
            RevocationProblem::Revoked => MetadataError::Revoked,
            RevocationProblem::Unknown => MetadataError::RevocationUnknown,
        })
    }

    fn read(&self, payload: &[u8]) -> Result<Metadata, MetadataError> {
        let Object(payload) = serde_json::from_slice::<Object<Payload<'_>>>(payload)
            .map_err(|_| MetadataError::Payload)?;
        let mut metadata = Metadata {
            legal_header: payload.legal_header.unwrap_or_default(),
            number: payload.no,
            next_update: date(&payload.next_update).ok_or(MetadataError::Payload)?,
            max_overdue: self.max_overdue,
            entries: Vec::new(),
            problems: Vec::new(),
            by_aaguid: BTreeMap::new(),
            by_key_identifier: BTreeMap::new(),
        };
        for (position, json) in payload.entries.iter().enumerate() {
            match Entry::parse(position, json.get()) {
                Ok(entry) => metadata.add(position, entry),
                Err(problem) => metadata.problems.push(problem),
            }
        }
        Ok(metadata)
    }
}

impl Metadata {
    fn add(&mut self, position: usize, entry: Entry) {
        let place = self.entries.len();
        if let Some(aaguid) = entry.aaguid() {
            if self.by_aaguid.contains_key(&aaguid) {
                self.problems.push(EntryProblem {
                    position,
                    aaguid: Some(aaguid),
                    kind: EntryProblemKind::Duplicate,
                });
                return;
            }
            self.by_aaguid.insert(aaguid, place);
        }
        for identifier in entry.key_identifiers() {
            self.by_key_identifier.entry(*identifier).or_insert(place);
        }
        self.entries.push(entry);
    }
}

fn parse(ders: &[Vec<u8>]) -> Result<Vec<Certificate<'_>>, Reason> {
    ders.iter().map(|der| Certificate::parse(der)).collect()
}

impl Default for Verifier {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier")
            .field("anchors", &self.anchors.len())
            .field("signer", &self.signer)
            .field("revocation_lists", &self.revocation_lists.len())
            .field("previous", &self.previous)
            .field("max_overdue", &self.max_overdue)
            .field("provider", &self.provider)
            .finish_non_exhaustive()
    }
}
