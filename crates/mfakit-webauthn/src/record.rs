//! What is kept of a credential.

mod stored;

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use mfakit_core::UnixTime;

use crate::aaguid::Aaguid;
use crate::public_key::PublicKey;
use crate::user::{CredentialDescriptor, UserHandle};

/// The [credential record] of L3 section 4, with the owner.
///
/// [credential record]: https://www.w3.org/TR/webauthn-3/#credential-record
#[derive(Clone, Eq, PartialEq)]
#[non_exhaustive]
pub struct CredentialRecord {
    /// The credential id: it belongs to one user.
    pub id: Vec<u8>,
    /// The owner.
    pub user: UserHandle,
    /// The key, with its algorithm.
    pub public_key: PublicKey,
    /// The highest signature counter seen; 0 where the authenticator has none.
    pub sign_count: u32,
    /// The transports as the browser named them, unknown ones too.
    pub transports: Vec<String>,
    /// Whether the credential has ever been used with user verification.
    pub uv_initialized: bool,
    /// Whether the credential may be copied to other devices; `None` for records of a library
    /// that did not keep it: the next sign-in sets it.
    pub backup_eligible: Option<bool>,
    /// Whether the credential has been copied.
    pub backup_state: bool,
    /// The model of the authenticator.
    pub aaguid: Aaguid,
    /// When it was registered.
    pub created: UnixTime,
    /// When it was last used.
    pub last_used: Option<UnixTime>,
    /// The attestation object of the registration, where it was kept on request
    /// ([`Trust::keeping_attestations`](crate::Trust::keeping_attestations)).
    pub attestation_object: Option<Vec<u8>>,
    /// The client data that the attestation is about, kept along with it.
    pub attestation_client_data_json: Option<Vec<u8>>,
}

impl CredentialRecord {
    /// Makes a record of what another library kept.
    ///
    /// # Inputs
    ///
    /// - `created`: when it was registered, or the time of the import.
    #[must_use]
    pub const fn import(
        id: Vec<u8>,
        user: UserHandle,
        public_key: PublicKey,
        sign_count: u32,
        created: UnixTime,
    ) -> Self {
        Self {
            id,
            user,
            public_key,
            sign_count,
            transports: Vec::new(),
            uv_initialized: false,
            backup_eligible: None,
            backup_state: false,
            aaguid: Aaguid::ZERO,
            created,
            last_used: None,
            attestation_object: None,
            attestation_client_data_json: None,
        }
    }

    /// Returns the descriptor for allow and exclude lists.
    #[must_use]
    pub fn descriptor(&self) -> CredentialDescriptor {
        CredentialDescriptor::new(&self.id).with_transports(&self.transports)
    }

    /// Returns the descriptors of several records: the credentials to exclude when their owner
    /// registers another, or those to allow at a sign-in.
    #[must_use]
    pub fn descriptors<'a>(
        records: impl IntoIterator<Item = &'a Self>,
    ) -> Vec<CredentialDescriptor> {
        records.into_iter().map(Self::descriptor).collect()
    }
}

impl fmt::Debug for CredentialRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CredentialRecord")
            .field("public_key", &self.public_key)
            .field("sign_count", &self.sign_count)
            .field("aaguid", &self.aaguid)
            .finish_non_exhaustive()
    }
}
