//! Sign-in: [L3 section 7.2].
//!
//! [L3 section 7.2]: https://www.w3.org/TR/webauthn-3/#sctn-verifying-assertion

use alloc::vec::Vec;
use core::fmt;

use mfakit_core::UnixTime;
use rand_core::CryptoRng;

use crate::authenticator_data::{AuthenticatorData, Flags};
use crate::base64url;
use crate::ceremony::Begun;
use crate::error::{Ceremony, Error, Reason};
use crate::extensions::AuthenticatorExtensions;
use crate::options::{Descriptor, Extensions, RequestOptions};
use crate::policy::{BackupRule, CounterRule, Policy, UserVerification};
use crate::provider::{PreparedKey, sha256};
use crate::record::CredentialRecord;
use crate::relying_party::RelyingParty;
use crate::response::AuthenticationResponse;
use crate::user::{CredentialDescriptor, UserHandle};

/// Who is going to sign in.
#[derive(Clone, Copy, Debug)]
#[expect(
    clippy::exhaustive_enums,
    reason = "section 7.2 knows these two, and a third would change every caller"
)]
pub enum Who<'a> {
    /// A user who is known already, with the credentials to ask for.
    Known(&'a UserHandle, &'a [CredentialDescriptor]),
    /// Whoever has a passkey: the response's user handle tells.
    Discoverable,
}

/// A begun sign-in. Finishing takes it by value, so that it cannot be finished twice; where it
/// left the process in between, the service must see to that (a sealed token can be copied).
#[must_use = "keep it, or seal it into a token: the response cannot be verified without"]
pub struct Authentication {
    pub(crate) begun: Begun,
    pub(crate) user: Option<UserHandle>,
    pub(crate) allow: Vec<Vec<u8>>,
}

impl RelyingParty {
    /// Begins a sign-in, and returns the options for the browser with what must be kept.
    ///
    /// # Inputs
    ///
    /// - `now`: the server's time; the ceremony expires after [`Policy::lifetime`].
    /// - `rng`: makes the challenge.
    pub fn authenticate(
        &self,
        who: Who<'_>,
        policy: Policy,
        now: UnixTime,
        rng: &mut impl CryptoRng,
    ) -> (RequestOptions, Authentication) {
        let begun = Begun::new(self.id_hash, policy, now, rng);
        let (user, allow) = match who {
            Who::Known(user, credentials) => (Some(*user), credentials),
            Who::Discoverable => (None, [].as_slice()),
        };
        let options = RequestOptions {
            challenge: base64url::encode(&begun.challenge),
            timeout: begun.timeout_millis(),
            rp_id: self.id.clone(),
            allow_credentials: allow.iter().map(Descriptor::of).collect(),
            user_verification: policy.user_verification.as_str(),
            hints: Vec::new(),
            extensions: Extensions::of_request(self.app_id.as_ref()),
            conditional: policy.conditional,
        };
        let allow = allow.iter().map(|known| known.id.clone()).collect();
        (options, Authentication { begun, user, allow })
    }
}

impl Authentication {
    /// Returns the user who signs in, if that was known when the ceremony began.
    #[must_use]
    pub const fn user(&self) -> Option<&UserHandle> {
        self.user.as_ref()
    }

    /// Returns when the ceremony ends.
    #[must_use]
    pub fn expires(&self) -> UnixTime {
        self.begun.expires()
    }

    /// The same ceremony with another list of credentials to allow.
    ///
    /// For a service that has the user's credentials at hand at the end, too: the ceremony is
    /// sealed with an empty list, so that the token stays small, and finished with those of then.
    pub fn allowing<'a>(mut self, ids: impl IntoIterator<Item = &'a [u8]>) -> Self {
        self.allow = ids.into_iter().map(<[u8]>::to_vec).collect();
        self
    }

    /// Returns what to look up: the credential id, and the user handle if no user was known.
    ///
    /// # Errors
    ///
    /// - Category `unknown_credential` if the credential was not asked for.
    /// - Category `user_handle_mismatch` if no user was known and the response names none, or if
    ///   it names another than the one known.
    pub fn claim<'a>(&self, response: &'a AuthenticationResponse<'a>) -> Result<Claim<'a>, Error> {
        self.claimed(response)
            .map_err(|reason| Error::new(Ceremony::Authentication, reason))
    }

    fn claimed<'a>(&self, response: &'a AuthenticationResponse<'a>) -> Result<Claim<'a>, Reason> {
        let id = response.credential_id();
        // "If pkOptions.allowCredentials is not empty, verify that credential.id identifies one of
        // the public key credentials listed in pkOptions.allowCredentials." A known user who has
        // no credential cannot sign in with one, either.
        if self.user.is_some() && !self.allow.iter().any(|allowed| allowed == id) {
            return Err(Reason::NotAllowed);
        }
        // "Identify the user being authenticated and let credentialRecord be the credential record"
        match (&self.user, response.user_handle()) {
            (Some(user), Some(handle)) if user.as_bytes() != handle => {
                return Err(Reason::UserHandle);
            }
            (None, None) => return Err(Reason::NoUserHandle),
            _ => {}
        }
        Ok(Claim { response })
    }

    /// Verifies the response with the record as it is now, and returns the proof.
    ///
    /// # Inputs
    ///
    /// - `claim`: from [`Authentication::claim`] of the same ceremony.
    /// - `record`: that of the claimed credential, read for this call.
    ///
    /// # Errors
    ///
    /// An [`Error`] that names the step which refused.
    ///
    /// # Security
    ///
    /// Write [`VerifiedAssertion::update`] into the record on condition that it is unchanged, and
    /// let the user in only after that: two requests may be running at once.
    pub fn finish(
        self,
        rp: &RelyingParty,
        claim: Claim<'_>,
        record: &CredentialRecord,
        now: UnixTime,
    ) -> Result<VerifiedAssertion, Error> {
        record
            .public_key
            .prepare(&rp.provider)
            .and_then(|key| self.verify(rp, claim, record, &key, now))
            .map_err(|reason| Error::new(Ceremony::Authentication, reason))
    }

    /// As [`Authentication::finish`], with the record's key as it was prepared before:
    /// [`NewCredential::prepared_key`](crate::NewCredential::prepared_key), or
    /// [`PublicKey::prepare`](crate::PublicKey::prepare).
    ///
    /// # Errors
    ///
    /// As [`Authentication::finish`]; [`Reason::InvalidKey`] if it is the key of another record.
    pub fn finish_with_key(
        self,
        rp: &RelyingParty,
        claim: Claim<'_>,
        record: &CredentialRecord,
        key: &PreparedKey,
        now: UnixTime,
    ) -> Result<VerifiedAssertion, Error> {
        let is_of_record = key.is_of_cose(record.public_key.as_cose());
        let verdict = if is_of_record {
            self.verify(rp, claim, record, key, now)
        } else {
            Err(Reason::InvalidKey)
        };
        verdict.map_err(|reason| Error::new(Ceremony::Authentication, reason))
    }

    fn verify(
        self,
        rp: &RelyingParty,
        claim: Claim<'_>,
        record: &CredentialRecord,
        key: &PreparedKey,
        now: UnixTime,
    ) -> Result<VerifiedAssertion, Reason> {
        // The claim may have been made by another ceremony: it is made anew, which costs nothing.
        let Claim { response } = self.claimed(claim.response)?;
        self.begun.verify(&rp.id_hash, now)?;
        self.verify_owner(response, record)?;
        // "Let credentialPublicKey be the public key in credentialRecord": one of SHA-1 is for those
        // only who ask for it.
        let algorithm = record.public_key.algorithm();
        if algorithm.scheme().uses_sha1() && !rp.algorithms.contains(&algorithm) {
            return Err(Reason::AlgorithmNotOffered);
        }
        let client_data_json = response.client_data_json();
        rp.verify_client_data(client_data_json, "webauthn.get", &self.begun.challenge)?;
        let data = AuthenticatorData::parse(response.authenticator_data())?;
        let app_id_reported = response.extensions().appid() == Ok(Some(true));
        rp.verify_rp_id_hash(&data, app_id_reported)?;
        let backup_eligibility_changed = self.verify_flags(data.flags, record)?;
        // "Let hash be the result of computing a hash over the cData using SHA-256."
        let hash = sha256(client_data_json);
        // "Using credentialPublicKey, verify that sig is a valid signature over the binary
        // concatenation of authData and hash."
        key.verify(&[data.bytes, &hash], response.signature())
            .map_err(|_| Reason::SignatureInvalid)?;
        let counter = self.verify_counter(data.sign_count, record.sign_count)?;
        Ok(VerifiedAssertion {
            user: record.user,
            credential_id: self.into_credential_id(record),
            flags: data.flags,
            counter,
            backup_eligibility_changed,
            extensions: AuthenticatorExtensions::of(&data),
            large_blob_written: response.extensions().large_blob_written().ok().flatten(),
            update: RecordUpdate {
                sign_count: record.sign_count.max(data.sign_count),
                backup_eligible: data.flags.backup_eligible(),
                backup_state: data.flags.backed_up(),
                // "If credentialRecord.uvInitialized is false, update it to the value of the UV bit"
                uv_initialized: record.uv_initialized || data.flags.user_verified(),
                last_used: now,
            },
        })
    }

    /// The id of the record, which the ceremony has as well if it asked for it.
    fn into_credential_id(self, record: &CredentialRecord) -> Vec<u8> {
        let asked_for = self.allow.into_iter().find(|id| *id == record.id);
        asked_for.unwrap_or_else(|| record.id.clone())
    }

    /// The record is that of the claimed credential, and its owner is the one who signs in.
    fn verify_owner(
        &self,
        response: &AuthenticationResponse<'_>,
        record: &CredentialRecord,
    ) -> Result<(), Reason> {
        if record.id != response.credential_id() {
            return Err(Reason::OtherRecord);
        }
        if self.user.is_some_and(|user| user != record.user) {
            return Err(Reason::OtherUser);
        }
        match response.user_handle() {
            Some(handle) if handle != record.user.as_bytes() => Err(Reason::UserHandle),
            _ => Ok(()),
        }
    }

    /// Returns whether the backup eligibility changed, where the policy lets that pass.
    fn verify_flags(&self, flags: Flags, record: &CredentialRecord) -> Result<bool, Reason> {
        let policy = &self.begun.policy;
        // "Verify that the UP bit of the flags in authData is set."
        if !flags.user_present() {
            return Err(Reason::UserPresence);
        }
        // "Determine whether user verification is required for this assertion."
        if policy.user_verification == UserVerification::Required && !flags.user_verified() {
            return Err(Reason::UserVerification);
        }
        // "If the BE bit of the flags in authData is not set, verify that the BS bit is not set."
        if flags.backed_up() && !flags.backup_eligible() {
            return Err(Reason::BackedUpNotEligible);
        }
        // "If the credential backup state is used as part of Relying Party business logic": compare
        // currentBe and credentialRecord.backupEligible.
        let changed = record
            .backup_eligible
            .is_some_and(|eligible| eligible != flags.backup_eligible());
        match policy.backup {
            BackupRule::Refuse if changed => Err(Reason::BackupEligibilityChanged),
            BackupRule::Refuse | BackupRule::AcceptAndReport => Ok(changed),
        }
    }

    /// "If authData.signCount is nonzero or credentialRecord.signCount is nonzero"
    fn verify_counter(&self, sent: u32, stored: u32) -> Result<Counter, Reason> {
        if sent == 0 && stored == 0 {
            return Ok(Counter::NotSupported);
        }
        if sent > stored {
            return Ok(Counter::Ok);
        }
        match self.begun.policy.counter {
            CounterRule::Refuse => Err(Reason::SignCount),
            CounterRule::AcceptAndReport => Ok(Counter::Regressed),
        }
    }
}

impl fmt::Debug for Authentication {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authentication")
            .field("begun", &self.begun)
            .finish_non_exhaustive()
    }
}

/// What a response claims: enough to look the record up, and nothing more.
#[must_use = "look the record up, and finish the ceremony with it"]
pub struct Claim<'a> {
    response: &'a AuthenticationResponse<'a>,
}

impl<'a> Claim<'a> {
    /// Returns the credential id.
    #[must_use]
    pub fn credential_id(&self) -> &'a [u8] {
        self.response.credential_id()
    }

    /// Returns the user handle, which is there if no user was known.
    #[must_use]
    pub fn user_handle(&self) -> Option<&'a [u8]> {
        self.response.user_handle()
    }
}

impl fmt::Debug for Claim<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Claim").finish_non_exhaustive()
    }
}

/// What the signature counter tells.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Counter {
    /// It grew.
    Ok,
    /// The authenticator has none, as passkeys that are copied.
    NotSupported,
    /// It did not grow: the authenticator may have been cloned.
    Regressed,
}

/// What to write into the record, in a conditional write.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct RecordUpdate {
    /// The highest counter seen.
    pub sign_count: u32,
    /// The BE flag.
    pub backup_eligible: bool,
    /// The BS flag.
    pub backup_state: bool,
    /// Whether the credential has ever been used with user verification.
    ///
    /// Where the record says that it has not and this says that it now was, [L3 section 7.2] adds:
    /// "This change SHOULD require authorization by an additional authentication factor equivalent
    /// to WebAuthn user verification; if not authorized, skip this step." A service that lets user
    /// verification stand for a second factor because of this member asks for that factor first,
    /// or keeps the record's value.
    ///
    /// [L3 section 7.2]: https://www.w3.org/TR/webauthn-3/#sctn-verifying-assertion
    pub uv_initialized: bool,
    /// Now.
    pub last_used: UnixTime,
}

impl RecordUpdate {
    /// Writes the update into a record, all of it; see [`RecordUpdate::uv_initialized`].
    pub fn apply(&self, record: &mut CredentialRecord) {
        record.sign_count = self.sign_count;
        record.backup_eligible = Some(self.backup_eligible);
        record.backup_state = self.backup_state;
        record.uv_initialized = self.uv_initialized;
        record.last_used = Some(self.last_used);
    }
}

/// The proof that the owner of a credential signed in. Only [`Authentication::finish`] makes one.
///
/// It cannot be copied, and neither can a ceremony:
///
/// ```compile_fail,E0277
/// fn copied<T: Clone>() {}
/// copied::<mfakit_webauthn::VerifiedAssertion>();
/// ```
///
/// ```compile_fail,E0277
/// fn copied<T: Clone>() {}
/// copied::<mfakit_webauthn::Authentication>();
/// ```
#[must_use = "write the update into the record, then let the user in"]
pub struct VerifiedAssertion {
    user: UserHandle,
    credential_id: Vec<u8>,
    flags: Flags,
    counter: Counter,
    backup_eligibility_changed: bool,
    extensions: AuthenticatorExtensions,
    large_blob_written: Option<bool>,
    update: RecordUpdate,
}

impl VerifiedAssertion {
    /// Returns who signed in.
    #[must_use]
    pub const fn user(&self) -> &UserHandle {
        &self.user
    }

    /// Returns the credential that was used.
    #[must_use]
    pub fn credential_id(&self) -> &[u8] {
        &self.credential_id
    }

    /// Returns the flags that the authenticator signed.
    #[must_use]
    pub const fn flags(&self) -> Flags {
        self.flags
    }

    /// Returns whether the authenticator verified its user.
    #[must_use]
    pub const fn user_verified(&self) -> bool {
        self.flags.user_verified()
    }

    /// Returns what the signature counter tells.
    #[must_use]
    pub const fn counter(&self) -> Counter {
        self.counter
    }

    /// Returns whether the backup eligibility is another than on record, which only
    /// [`BackupRule::AcceptAndReport`] lets pass.
    #[must_use]
    pub const fn backup_eligibility_changed(&self) -> bool {
        self.backup_eligibility_changed
    }

    /// Returns the authenticator's extension outputs.
    #[must_use]
    pub const fn extensions(&self) -> &AuthenticatorExtensions {
        &self.extensions
    }

    /// Returns whether a large blob was written, where one was sent.
    #[must_use]
    pub const fn large_blob_written(&self) -> Option<bool> {
        self.large_blob_written
    }

    /// Returns what to write into the record.
    #[must_use]
    pub const fn update(&self) -> RecordUpdate {
        self.update
    }
}

impl fmt::Debug for VerifiedAssertion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifiedAssertion")
            .field("flags", &self.flags)
            .field("counter", &self.counter)
            .field(
                "backup_eligibility_changed",
                &self.backup_eligibility_changed,
            )
            .field("extensions", &self.extensions)
            .field("large_blob_written", &self.large_blob_written)
            .field("update", &self.update)
            .finish_non_exhaustive()
    }
}
