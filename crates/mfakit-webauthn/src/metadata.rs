//! The [FIDO Metadata Service]: which models of authenticators there are, under which roots their
//! attestation certificates stand, and what has become known about them.
//!
//! The FIDO Alliance publishes one signed file, the BLOB, at `https://mds3.fidoalliance.org/`. The
//! service fetches it about once a day (this crate fetches nothing), keeps it, and has it verified:
//!
//! ```no_run
//! use std::sync::Arc;
//!
//! use mfakit_core::UnixTime;
//! use mfakit_webauthn::Trust;
//! use mfakit_webauthn::metadata::{StatusRules, Verifier};
//!
//! # fn fetched() -> Vec<u8> { Vec::new() }
//! # let (now, number_of_the_last_one) = (UnixTime::from_secs(1_790_000_000), Some(164));
//! let blob: Vec<u8> = fetched();
//! let metadata = Verifier::new()
//!     .with_previous(number_of_the_last_one)
//!     .verify(&blob, now)?;
//! // Keep the BLOB and `metadata.number()`, then judge registrations by it:
//! let trust = Trust::metadata(Arc::new(metadata), StatusRules::new());
//! # let _ = trust;
//! # Ok::<(), mfakit_webauthn::metadata::MetadataError>(())
//! ```
//!
//! Reading is strict about what proves the BLOB and tolerant about what is in it: members and
//! status values that are not known yet are kept or ignored, and an entry that cannot be read is a
//! problem of that entry alone ([`Metadata::problems`]).
//!
//! [FIDO Metadata Service]: https://fidoalliance.org/specs/mds/fido-metadata-service-v3.1.1-ps-20260105.html

mod entry;
mod error;
mod judge;
mod status;
mod verifier;

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use mfakit_core::UnixTime;

use crate::aaguid::Aaguid;
use crate::algorithm::Hash;
use crate::certificate::Certificate;
use crate::provider::hash;

pub use entry::{Entry, EntryProblem, EntryProblemKind, StatusReport};
pub use error::MetadataError;
pub(crate) use judge::Source;
pub use status::{AuthenticatorStatus, CertificationLevel, StatusRules};
pub use verifier::{MAX_BLOB_BYTES, Verifier};

/// The root under which the BLOB stood until August 2026: `GlobalSign Root CA - R3`, in DER.
pub const GLOBALSIGN_ROOT_R3: &[u8] = include_bytes!("metadata/roots/globalsign-root-r3.der");

/// The root under which the BLOB stands since then: `GlobalSign Root R46`, in DER.
pub const GLOBALSIGN_ROOT_R46: &[u8] = include_bytes!("metadata/roots/globalsign-root-r46.der");

/// `nextUpdate` is a day, and the next BLOB may come at its end.
const ONE_DAY: Duration = Duration::from_secs(86_400);

/// The method 1 key identifier of [RFC 5280 section 4.2.1.2]: the SHA-1 of a public key.
///
/// [RFC 5280 section 4.2.1.2]: https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.2
pub type KeyIdentifier = [u8; 20];

/// A BLOB that was verified, and that only [`Verifier::verify`] makes.
#[derive(Clone)]
pub struct Metadata {
    legal_header: String,
    number: u64,
    next_update: UnixTime,
    /// For how long after the next update should have come it may be judged by; `None`: for ever.
    max_overdue: Option<Duration>,
    entries: Vec<Entry>,
    problems: Vec<EntryProblem>,
    /// Positions in `entries`.
    by_aaguid: BTreeMap<Aaguid, usize>,
    by_key_identifier: BTreeMap<KeyIdentifier, usize>,
}

impl Metadata {
    /// Returns the number of the BLOB, `no`. Keep it: a later BLOB never has a smaller one.
    #[must_use]
    pub const fn number(&self) -> u64 {
        self.number
    }

    /// Returns the beginning of the day, in UTC, on which the next BLOB comes at the latest.
    #[must_use]
    pub const fn next_update(&self) -> UnixTime {
        self.next_update
    }

    /// Returns for how long the day of the next update has been over, if it is.
    #[must_use]
    pub fn overdue(&self, now: UnixTime) -> Option<Duration> {
        now.since(self.next_update.saturating_add(ONE_DAY))
            .filter(|late| !late.is_zero())
    }

    /// Whether the policy of the [`Verifier`] that made this lets it be judged by at a time.
    fn is_too_old(&self, now: UnixTime) -> bool {
        match (self.max_overdue, self.overdue(now)) {
            (Some(most), Some(late)) => late > most,
            _ => false,
        }
    }

    /// Returns the legal header, whose terms the user of the BLOB accepts.
    #[must_use]
    pub fn legal_header(&self) -> &str {
        &self.legal_header
    }

    /// Returns the entries that could be read, in the order of the BLOB.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Returns the entries that could not be read. Worth a line in the log: attestations of these
    /// models are refused.
    #[must_use]
    pub fn problems(&self) -> &[EntryProblem] {
        &self.problems
    }

    /// Returns the entry about a model.
    #[must_use]
    pub fn by_aaguid(&self, aaguid: Aaguid) -> Option<&Entry> {
        self.entries.get(*self.by_aaguid.get(&aaguid)?)
    }

    /// Returns the entry about the U2F device model with this key in its attestation certificates:
    /// those devices have no AAGUID.
    #[must_use]
    pub fn by_key_identifier(&self, identifier: &KeyIdentifier) -> Option<&Entry> {
        self.entries.get(*self.by_key_identifier.get(identifier)?)
    }

    /// Returns the entry about the U2F device model with this attestation certificate, given in
    /// DER.
    #[must_use]
    pub fn by_certificate(&self, der: &[u8]) -> Option<&Entry> {
        let certificate = Certificate::parse(der).ok()?;
        self.by_key_identifier(&key_identifier(&certificate)?)
    }
}

fn key_identifier(certificate: &Certificate<'_>) -> Option<KeyIdentifier> {
    let digest = hash(Hash::Sha1, &[certificate.public_key.bits]);
    digest.as_bytes().try_into().ok()
}

impl fmt::Debug for Metadata {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metadata")
            .field("number", &self.number)
            .field("next_update", &self.next_update)
            .field("entries", &self.entries.len())
            .field("problems", &self.problems)
            .finish_non_exhaustive()
    }
}
