//! Signing in and stepping up with a security key or passkey.
//!
//! A refused assertion changes nothing: there is nothing to guess about a key, and so nothing to
//! count. The facade counts attempts per network.

use alloc::vec::Vec;

use mfakit_webauthn::{
    AuthenticationResponse, Counter, RequestOptions, UserVerification, VerifiedAssertion, Who,
};
use rand_core::CryptoRng;

use super::UserRecord;
use super::admission::{Lacking, Offers};
use super::keys::key_refusal;
use crate::budget::Admission;
use crate::ceremony::{AssertionState, Begun, Purpose};
use crate::codec::Time;
use crate::context::is_live;
use crate::device::{Device, Key};
use crate::error::{KeyRefusal, SignInRefusal, StepUpRefusal};
use crate::pending::Nonce;
use crate::webauthn::assertion;
use crate::{
    Class, Context, Decision, EventKind, KeyAssertion, KeyProof, Level, Mediation, PendingSignIn,
    Proof, Relying, Requirement, SessionGrant,
};

/// An assertion that was not accepted, and whether that changed the record.
struct RefusedKey {
    refusal: KeyRefusal,
    changed: bool,
}

impl From<KeyRefusal> for RefusedKey {
    fn from(refusal: KeyRefusal) -> Self {
        Self {
            refusal,
            changed: false,
        }
    }
}

impl Offers {
    /// Begins the second step with one of the keys, if there is one. The ceremony carries the
    /// sign-in with it and needs no other token.
    pub fn request(
        &self,
        pending: &PendingSignIn,
        relying: Relying<'_>,
        context: &Context<'_>,
        rng: &mut impl CryptoRng,
    ) -> Option<(RequestOptions, KeyAssertion)> {
        let handle = self.handle.filter(|_| !self.keys.is_empty())?;
        let who = Who::Known(&handle, &self.keys);
        let purpose = Purpose::SecondStep(pending.state());
        let verification = UserVerification::Preferred;
        Some(request(who, verification, purpose, relying, context, rng))
    }
}

impl KeyAssertion {
    /// Begins a sign-in with a passkey alone: nobody knows yet who it will be, so no credential is
    /// named, and there is nothing to learn about any user. The passkey must verify its user.
    pub fn passkey(
        mediation: Mediation,
        relying: Relying<'_>,
        context: &Context<'_>,
        rng: &mut impl CryptoRng,
    ) -> (RequestOptions, Self) {
        let policy = assertion(
            UserVerification::Required,
            context.profile.webauthn_ceremony,
        );
        let policy = match mediation {
            Mediation::Button => policy,
            Mediation::Conditional => policy.conditional(),
        };
        let rp = relying.webauthn.relying_party();
        let (options, ceremony) = rp.authenticate(Who::Discoverable, policy, context.now, rng);
        let expires = ceremony.expires();
        let sealed = ceremony.seal(relying.keys, rng);
        let begun = Begun::new(&sealed, context.now, expires);
        let purpose = Purpose::Passkey;
        (options, Self(AssertionState { purpose, begun }))
    }
}

/// Begins an assertion by a known user. The keys are left out of the token: at the end those count
/// that the user has then.
fn request(
    who: Who<'_>,
    verification: UserVerification,
    purpose: Purpose,
    relying: Relying<'_>,
    context: &Context<'_>,
    rng: &mut impl CryptoRng,
) -> (RequestOptions, KeyAssertion) {
    let policy = assertion(verification, context.profile.webauthn_ceremony);
    let rp = relying.webauthn.relying_party();
    let (options, ceremony) = rp.authenticate(who, policy, context.now, rng);
    let expires = ceremony.expires();
    let sealed = ceremony.allowing([]).seal(relying.keys, rng);
    let begun = Begun::new(&sealed, context.now, expires);
    (options, KeyAssertion(AssertionState { purpose, begun }))
}

impl UserRecord {
    /// Finishes a sign-in with a key: the second step after the first factor, or a passkey alone.
    ///
    /// A right answer uses the token up, and opens codes again that had stopped.
    ///
    /// # Inputs
    ///
    /// - `ceremony`: as the browser brought it back, opened with that browser's binding.
    /// - `response`: the browser's answer.
    ///
    /// # Errors
    ///
    /// The verdict of the decision is
    ///
    /// - [`SignInRefusal::Key`] if the key was not accepted. The sign-in goes on, but not after
    ///   [`KeyRefusal::CounterWentBack`], which has used it up.
    /// - [`SignInRefusal::Ended`] if the sign-in was used up, timed out, or voided: begin again.
    /// - [`SignInRefusal::TooMany`] if 64 sign-ins ended within the lifetime of one.
    /// - [`SignInRefusal::WrongUser`] if the token is another user's.
    ///
    /// # Security
    ///
    /// Open the session under an id that was drawn anew.
    pub fn verify_webauthn(
        mut self,
        ceremony: &KeyAssertion,
        response: &AuthenticationResponse<'_>,
        relying: Relying<'_>,
        context: &Context<'_>,
        rng: &mut impl CryptoRng,
    ) -> Decision<SessionGrant, SignInRefusal> {
        let first = match self.first_of(ceremony, context) {
            Ok(first) => first,
            Err(refusal) => return Decision::unchanged(self, Err(refusal)),
        };
        // A second step is used up with its sign-in, and so are all its ceremonies.
        let used_up = match ceremony.pending() {
            Some(pending) => Ok((pending.nonce(), Time(pending.expires()))),
            None => nonce_of(ceremony, relying, context).map(|n| (n, Time(ceremony.expires()))),
        };
        let (nonce, expires) = match used_up {
            Ok(used_up) => used_up,
            Err(refusal) => return Decision::unchanged(self, Err(SignInRefusal::Key(refusal))),
        };
        if !self.is_unspent(nonce, expires, context) {
            return Decision::unchanged(self, Err(SignInRefusal::Ended));
        }
        if self.make_room_to_spend(context).is_err() {
            return Decision::unchanged(self, Err(SignInRefusal::TooMany));
        }
        let proof = match self.check_key(&ceremony.0.begun, response, relying, context, rng) {
            Ok(proof) => proof,
            Err(refused) => {
                if refused.changed {
                    self.spend(nonce, expires);
                }
                let verdict = Err(SignInRefusal::Key(refused.refusal));
                return Decision {
                    record: self,
                    changed: refused.changed,
                    verdict,
                };
            }
        };
        self.spend(nonce, expires);
        let device = proof.device();
        match self.admit(first.into_iter().chain([proof]).collect(), context, rng) {
            Ok(grant) => {
                let level = grant.level();
                self.note_attempt(EventKind::SignedIn { level, device }, context, rng);
                Decision::write(self, Ok(grant))
            }
            // A key that has not verified its user is no sign-in by itself.
            Err(Lacking::SecondFactor | Lacking::Key) => {
                Decision::unchanged(self, Err(SignInRefusal::Ended))
            }
        }
    }

    /// The first factor that a sign-in has proven, if it holds; a passkey needs none.
    fn first_of(
        &self,
        ceremony: &KeyAssertion,
        context: &Context<'_>,
    ) -> Result<Option<Proof>, SignInRefusal> {
        match (&ceremony.0.purpose, ceremony.pending()) {
            (Purpose::Passkey, _) => Ok(None),
            (Purpose::SecondStep(_), Some(pending)) => {
                self.holds(&pending, context)?;
                Ok(Some(Proof::first_factor(pending.first_factor_at())))
            }
            // A step-up's ceremony is no sign-in.
            _ => Err(SignInRefusal::Ended),
        }
    }

    /// Begins to prove a key within a session. Changes nothing.
    ///
    /// # Inputs
    ///
    /// - `requirement`: what it is for; AAL3 takes a key that verifies its user.
    ///
    /// # Errors
    ///
    /// - [`StepUpRefusal::Key`] if the user has no key in use.
    /// - [`StepUpRefusal::Grant`] if the session does not hold.
    pub fn begin_step_up_webauthn(
        &self,
        grant: &SessionGrant,
        requirement: Requirement,
        relying: Relying<'_>,
        context: &Context<'_>,
        rng: &mut impl CryptoRng,
    ) -> Result<(RequestOptions, KeyAssertion), StepUpRefusal> {
        self.require_session(grant, context)?;
        let keys: Vec<_> = self.keys_in_use().map(Key::descriptor).collect();
        let handle = self.0.handle.filter(|_| !keys.is_empty());
        let handle = handle.ok_or(StepUpRefusal::Key(KeyRefusal::NotEnrolled))?;
        let verification = if requirement.level == Level::Aal3 {
            UserVerification::Required
        } else {
            UserVerification::Preferred
        };
        let purpose = Purpose::StepUp {
            user: self.0.user,
            generation: self.0.pending_generation,
            session: grant.session(),
        };
        let who = Who::Known(&handle.0, &keys);
        Ok(request(who, verification, purpose, relying, context, rng))
    }

    /// Proves a key within a session, and returns the session's new grant: keep it in the old
    /// one's place, under a new session id of the host's.
    ///
    /// # Errors
    ///
    /// The verdict of the decision is
    ///
    /// - [`StepUpRefusal::Key`] if the key was not accepted.
    /// - [`StepUpRefusal::Ended`] if the token was used up or voided, or is another session's.
    /// - [`StepUpRefusal::TooMany`] if 64 proofs were made within the lifetime of one.
    /// - [`StepUpRefusal::Grant`] if the session does not hold.
    pub fn step_up_webauthn(
        mut self,
        grant: &SessionGrant,
        ceremony: &KeyAssertion,
        response: &AuthenticationResponse<'_>,
        relying: Relying<'_>,
        context: &Context<'_>,
        rng: &mut impl CryptoRng,
    ) -> Decision<SessionGrant, StepUpRefusal> {
        let expires = Time(ceremony.expires());
        let nonce = match self.may_step_up(grant, ceremony, relying, context) {
            Ok(nonce) => nonce,
            Err(refusal) => return Decision::unchanged(self, Err(refusal)),
        };
        if self.make_room_to_spend(context).is_err() {
            return Decision::unchanged(self, Err(StepUpRefusal::TooMany));
        }
        let checked = self.check_key(&ceremony.0.begun, response, relying, context, rng);
        let changed = checked.as_ref().map_or_else(|r| r.changed, |_| true);
        if changed {
            self.spend(nonce, expires);
        }
        let verdict = match checked {
            Ok(proof) => {
                if let Some(device) = proof.device() {
                    self.note_attempt(EventKind::SteppedUp { device }, context, rng);
                }
                Ok(grant.with_proof(proof, self.0.grant_generation))
            }
            Err(refused) => Err(StepUpRefusal::Key(refused.refusal)),
        };
        Decision {
            record: self,
            changed,
            verdict,
        }
    }

    fn may_step_up(
        &self,
        grant: &SessionGrant,
        ceremony: &KeyAssertion,
        relying: Relying<'_>,
        context: &Context<'_>,
    ) -> Result<Nonce, StepUpRefusal> {
        self.require_session(grant, context)?;
        let holds = match &ceremony.0.purpose {
            Purpose::StepUp {
                user,
                generation,
                session,
            } => {
                *user == self.0.user
                    && *generation == self.0.pending_generation
                    && *session == grant.session()
            }
            Purpose::SecondStep(_) | Purpose::Passkey => false,
        };
        if !holds {
            return Err(StepUpRefusal::Ended);
        }
        let nonce = nonce_of(ceremony, relying, context).map_err(StepUpRefusal::Key)?;
        if self.is_unspent(nonce, Time(ceremony.expires()), context) {
            Ok(nonce)
        } else {
            Err(StepUpRefusal::Ended)
        }
    }

    /// Verifies an assertion by one of the user's keys, and notes its use.
    fn check_key(
        &mut self,
        begun: &Begun,
        response: &AuthenticationResponse<'_>,
        relying: Relying<'_>,
        context: &Context<'_>,
        rng: &mut impl CryptoRng,
    ) -> Result<Proof, RefusedKey> {
        let verified = self.verify_assertion(begun, response, relying, context)?;
        let used = |device: &&mut Device| device.key().is_some_and(|key| is(key, response));
        let Some(device) = self.0.devices.iter_mut().find(used) else {
            return Err(KeyRefusal::Unknown.into());
        };
        let id = device.id;
        let was_synced = device.key().is_some_and(Key::is_synced);
        if verified.counter() == Counter::Regressed {
            self.note_attempt(EventKind::CounterWentBack { device: id }, context, rng);
            return Err(RefusedKey {
                refusal: KeyRefusal::CounterWentBack,
                changed: true,
            });
        }
        device.use_key(verified.update(), context.now);
        let proof = device.key().map(|key| KeyProof {
            user_verified: verified.user_verified(),
            hardware: key.is_hardware(),
            can_sync: key.can_sync(),
            aal3: key.can_give_aal3(context),
            asserted: true,
        });
        let proof = proof.ok_or(KeyRefusal::Unknown)?;
        let synced = verified.update().backup_state;
        if synced != was_synced {
            let changed = EventKind::BackupChanged { device: id, synced };
            self.note_attempt(changed, context, rng);
        }
        self.reopen_stopped(id, context, rng);
        Ok(Proof::webauthn(context.now, id, proof))
    }

    fn verify_assertion(
        &self,
        begun: &Begun,
        response: &AuthenticationResponse<'_>,
        relying: Relying<'_>,
        context: &Context<'_>,
    ) -> Result<VerifiedAssertion, KeyRefusal> {
        let lifetime = context.profile.webauthn_ceremony;
        if !is_live(begun.expires(), lifetime, context.now) {
            return Err(KeyRefusal::Expired);
        }
        let device = self.0.devices.iter();
        let device = device
            .filter_map(|device| Some((device, device.key()?)))
            .find(|(_, key)| is(key, response));
        let key = match device {
            Some((device, key)) if device.is_usable() => key,
            Some(_) => return Err(KeyRefusal::Suspended),
            None if self.has_usable_key() => return Err(KeyRefusal::Unknown),
            None => return Err(KeyRefusal::NotEnrolled),
        };
        let ceremony = begun.authentication(relying, context.now);
        let ceremony = ceremony.map_err(key_refusal)?;
        let ceremony = ceremony.allowing(self.keys_in_use().map(Key::id));
        let record = key.credential().map_err(KeyRefusal::Refused)?;
        let rp = relying.webauthn.relying_party();
        let now = begun.time(context.now);
        let claim = ceremony.claim(response).map_err(KeyRefusal::Refused)?;
        let verified = ceremony.finish(rp, claim, &record, now);
        verified.map_err(KeyRefusal::Refused)
    }

    pub(super) fn keys_in_use(&self) -> impl Iterator<Item = &Key> {
        let devices = self.0.devices.iter().filter(|device| device.is_usable());
        devices.filter_map(|device| device.key())
    }

    /// A key that was proven reopens the classes that have stopped (NIST SP 800-63B-4 section
    /// 3.2.2 asks for another authenticator).
    fn reopen_stopped(
        &mut self,
        device: crate::DeviceId,
        context: &Context<'_>,
        rng: &mut impl CryptoRng,
    ) {
        let rule = &context.profile.totp_budget;
        if self.0.totp_failures.admission(rule, context.now) == Admission::Stopped {
            self.0.totp_failures.clear();
            let class = Class::Totp;
            self.note_attempt(EventKind::ReopenedByProof { class, device }, context, rng);
        }
    }
}

fn is(key: &Key, response: &AuthenticationResponse<'_>) -> bool {
    key.id() == response.credential_id()
}

/// What makes a ceremony single-use.
fn nonce_of(
    ceremony: &KeyAssertion,
    relying: Relying<'_>,
    context: &Context<'_>,
) -> Result<Nonce, KeyRefusal> {
    let opened = ceremony.0.begun.authentication(relying, context.now);
    opened
        .map(|ceremony| Nonce(ceremony.challenge_hash()))
        .map_err(key_refusal)
}
