//! Setting up a security key or passkey.
//!
//! Nothing is written when it begins: there is no secret to keep, and the challenge is in the
//! token that the browser holds. Verified first, then claimed in the index of credentials, then
//! written into the record: so a credential id belongs to one user.

use core::fmt;

use mfakit_webauthn::{
    CreationOptions, NewCredential, OpenCeremonyError, RegistrationResponse, User, UserHandle,
};
use rand_core::CryptoRng;

use super::UserRecord;
use crate::ceremony::{Begun, RegistrationState};
use crate::codec::Time;
use crate::context::is_live;
use crate::device::{Factor, Handle, Key};
use crate::error::{EnrollRefusal, KeyRefusal};
use crate::ids::Generation;
use crate::pending::Nonce;
use crate::{
    Context, Decision, DeviceName, Enrolled, KeyChoice, KeyProof, KeyRegistration, Kind, Proof,
    Relying, SessionGrant, SessionId,
};

/// What the keys of one user may take in the record, in bytes: it must stay under 128 KiB.
const MAX_KEY_BYTES: usize = 72 * 1024;

/// A key whose registration was verified. It opens nothing before it is in the record.
#[must_use = "claim its id, then confirm it"]
pub struct VerifiedKey {
    credential: NewCredential,
    session: SessionId,
    generation: Generation,
    nonce: Nonce,
    expires: Time,
}

impl VerifiedKey {
    /// Returns the credential id, to be claimed before the key is confirmed.
    #[must_use]
    pub fn credential_id(&self) -> &[u8] {
        &self.credential.record().id
    }
}

impl fmt::Debug for VerifiedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifiedKey").finish_non_exhaustive()
    }
}

impl UserRecord {
    /// Begins to set up a security key or passkey. Changes nothing.
    ///
    /// # Inputs
    ///
    /// - `grant`: with a fresh proof: of the second factor, or of the first while there is no
    ///   second.
    /// - `account`: the user's name at the service, for the browser's list.
    ///
    /// # Errors
    ///
    /// - [`EnrollRefusal::Grant`] if a fresh proof is needed, or the session does not hold.
    /// - [`EnrollRefusal::LimitReached`] if the user has as many as the profile allows.
    pub fn begin_webauthn(
        &self,
        grant: &SessionGrant,
        account: &str,
        choice: KeyChoice,
        relying: Relying<'_>,
        context: &Context<'_>,
        rng: &mut impl CryptoRng,
    ) -> Result<(CreationOptions, KeyRegistration), EnrollRefusal> {
        self.may_add(Kind::WebAuthn, grant, context)?;
        let webauthn = relying.webauthn;
        let handle = self.0.handle.unwrap_or_else(|| Handle::random(rng));
        let user = User::new(handle.0, account);
        let exclude: alloc::vec::Vec<_> = self.keys().map(Key::descriptor).collect();
        let policy = webauthn.registration(choice, context.profile.webauthn_ceremony);
        let rp = webauthn.relying_party();
        let (options, ceremony) = rp.register(&user, &exclude, policy, context.now, rng);
        let expires = ceremony.expires();
        let sealed = ceremony.excluding([]).seal(relying.keys, rng);
        let registration = KeyRegistration(RegistrationState {
            user: self.0.user,
            generation: self.0.pending_generation,
            session: grant.session(),
            begun: Begun::new(&sealed, context.now, expires),
        });
        Ok((choice.hint(options), registration))
    }

    /// Verifies the browser's answer to a set-up. Changes nothing: claim the id of the key, then
    /// call [`UserRecord::confirm_webauthn`].
    ///
    /// # Errors
    ///
    /// - [`EnrollRefusal::Key`] if the answer was refused. Nothing was counted or used up.
    /// - [`EnrollRefusal::NothingPending`] if the token is another session's or user's, was used
    ///   up, or was voided.
    /// - [`EnrollRefusal::Grant`], [`EnrollRefusal::LimitReached`] as when it began.
    pub fn verify_registration(
        &self,
        grant: &SessionGrant,
        registration: &KeyRegistration,
        response: &RegistrationResponse<'_>,
        relying: Relying<'_>,
        context: &Context<'_>,
    ) -> Result<VerifiedKey, EnrollRefusal> {
        self.may_add(Kind::WebAuthn, grant, context)?;
        let RegistrationState { user, begun, .. } = &registration.0;
        if *user != self.0.user {
            return Err(EnrollRefusal::NothingPending);
        }
        let lifetime = context.profile.webauthn_ceremony;
        if !is_live(begun.expires(), lifetime, context.now) {
            return Err(EnrollRefusal::Key(KeyRefusal::Expired));
        }
        let opened = begun.registration(relying, context.now);
        let ceremony = opened.map_err(|error| EnrollRefusal::Key(key_refusal(error)))?;
        let nonce = Nonce(ceremony.challenge_hash());
        let expires = Time(begun.expires());
        self.registration_holds(registration.0.generation, nonce, expires, context)?;
        let verified = ceremony.excluding(self.credential_ids()).finish(
            relying.webauthn.relying_party(),
            response,
            begun.time(context.now),
            &relying.webauthn.trust(),
        );
        let credential = verified.map_err(refused)?;
        let verified = VerifiedKey {
            credential,
            session: registration.0.session,
            generation: registration.0.generation,
            nonce,
            expires,
        };
        self.may_confirm_key(grant, &verified, context)?;
        Ok(verified)
    }

    /// Finishes a set-up: from now on the key is one of the user's.
    ///
    /// # Inputs
    ///
    /// - `verified`: whose id this user has claimed.
    /// - `name`: what the user calls the key; `None` gives it a name of its own.
    ///
    /// # Errors
    ///
    /// The verdict of the decision is
    ///
    /// - [`EnrollRefusal::NameTaken`] if another device has the name; the token is not used up.
    /// - [`EnrollRefusal::NothingPending`] if the token was used up or voided meanwhile.
    /// - [`EnrollRefusal::Taken`] if the user has this very key.
    /// - [`EnrollRefusal::TooLarge`] if it does not fit into the record.
    /// - [`EnrollRefusal::TooMany`] if 64 ceremonies ended within the lifetime of one.
    /// - [`EnrollRefusal::Grant`], [`EnrollRefusal::LimitReached`] as when it began.
    /// - [`EnrollRefusal::Full`] if events must be delivered first.
    ///
    /// # Security
    ///
    /// The grant opens the review alone if that is where the key was set up, and one of a set-up may
    /// still be narrow: [`UserRecord::resume`] refuses both. Keep [`Enrolled::grant`] in the old grant's place, under a session id that was drawn anew.
    pub fn confirm_webauthn(
        mut self,
        grant: &SessionGrant,
        verified: &VerifiedKey,
        name: Option<DeviceName>,
        context: &Context<'_>,
        rng: &mut impl CryptoRng,
    ) -> Decision<Enrolled, EnrollRefusal> {
        let key = Key::registered(&verified.credential);
        let name = match self.may_confirm(grant, verified, &key, name, context) {
            Ok(name) => name,
            Err(refusal) => return Decision::unchanged(self, Err(refusal)),
        };
        if self.make_room_to_spend(context).is_err() {
            return Decision::unchanged(self, Err(EnrollRefusal::TooMany));
        }
        self.spend(verified.nonce, verified.expires);
        let user = verified.credential.record().user;
        self.0.handle.get_or_insert(Handle(user));
        let shown = KeyProof {
            user_verified: verified.credential.user_verified(),
            hardware: key.is_hardware(),
            can_sync: key.can_sync(),
            // Both take an assertion.
            aal3: false,
            asserted: false,
        };
        let proof = |device| Proof::webauthn(context.now, device, shown);
        self.enroll(grant, Factor::WebAuthn(key), proof, name, context, rng)
    }

    fn may_confirm(
        &self,
        grant: &SessionGrant,
        verified: &VerifiedKey,
        key: &Key,
        name: Option<DeviceName>,
        context: &Context<'_>,
    ) -> Result<DeviceName, EnrollRefusal> {
        self.may_add(Kind::WebAuthn, grant, context)?;
        self.registration_holds(
            verified.generation,
            verified.nonce,
            verified.expires,
            context,
        )?;
        self.may_confirm_key(grant, verified, context)?;
        if self.credential_ids().any(|id| id == key.id()) {
            return Err(EnrollRefusal::Taken);
        }
        let stored = self.keys().chain([key]).map(Key::stored_bytes);
        if stored.fold(0, usize::saturating_add) > MAX_KEY_BYTES {
            return Err(EnrollRefusal::TooLarge);
        }
        self.name_new(grant, name, context, |number| key.default_name(number))
    }

    /// Whether the token still holds, apart from whose it is.
    fn registration_holds(
        &self,
        generation: Generation,
        nonce: Nonce,
        expires: Time,
        context: &Context<'_>,
    ) -> Result<(), EnrollRefusal> {
        if generation == self.0.pending_generation && self.is_unspent(nonce, expires, context) {
            Ok(())
        } else {
            Err(EnrollRefusal::NothingPending)
        }
    }

    /// Whether this session may confirm this key: it began it, and if the key can give the highest
    /// level, and another one of the user's can, the session has it.
    fn may_confirm_key(
        &self,
        grant: &SessionGrant,
        verified: &VerifiedKey,
        context: &Context<'_>,
    ) -> Result<(), EnrollRefusal> {
        // A record of format 1 gets its handle from the first key of two that were begun.
        let user = verified.credential.record().user;
        let is_other = self.0.handle.is_some_and(|handle| handle.0 != user);
        if verified.session != grant.session() || is_other {
            return Err(EnrollRefusal::NothingPending);
        }
        if Key::registered(&verified.credential).can_give_aal3(context) {
            self.require_highest(grant, context)?;
        }
        Ok(())
    }

    /// The credentials, suspended ones included.
    pub(super) fn keys(&self) -> impl Iterator<Item = &Key> {
        self.0.devices.iter().filter_map(|device| device.key())
    }

    pub(crate) fn credential_ids(&self) -> impl Iterator<Item = &[u8]> {
        self.keys().map(Key::id)
    }

    /// Returns the user handle, if the user has one yet: authenticators know the user by it.
    #[must_use]
    pub fn user_handle(&self) -> Option<UserHandle> {
        self.0.handle.map(|handle| handle.0)
    }
}

impl Handle {
    /// 32 random bytes, which say nothing about the user (L3 section 14.6.1).
    pub(super) fn random(rng: &mut impl CryptoRng) -> Self {
        let mut bytes = [0; 32];
        rng.fill_bytes(&mut bytes);
        #[expect(clippy::expect_used, reason = "a handle has 1 to 64 bytes")]
        Self(UserHandle::from_bytes(&bytes).expect("32 bytes are a handle"))
    }
}

/// A ceremony that does not open: too late, or of a relying party or release of before.
pub(super) const fn key_refusal(_: OpenCeremonyError) -> KeyRefusal {
    KeyRefusal::Expired
}

fn refused(error: mfakit_webauthn::Error) -> EnrollRefusal {
    match error.reason() {
        mfakit_webauthn::Reason::AlreadyRegistered => EnrollRefusal::Taken,
        _ => EnrollRefusal::Key(KeyRefusal::Refused(error)),
    }
}
