//! Recovery codes: made, used once each, and the review that follows.

use alloc::vec::Vec;

use mfakit_core::Keys;
use minicbor::{CborLen, Decode, Encode};
use rand_core::CryptoRng;

use super::UserRecord;
use crate::budget::Admission;
use crate::codec::Time;
use crate::device::Device;
use crate::error::{ManageRefusal, RecoveryRefusal, SignInRefusal};
use crate::recovery::{Mark, Salt, Wait};
use crate::{
    Class, Context, Decision, DeviceId, EventKind, PendingSignIn, Proof, RecoveryCodes,
    RecoveryView, Refused, Scope, SessionGrant, SessionId, Stage, TypedRecoveryCode,
};

/// What the marks of recovery codes are made with.
const LABEL: &str = "mfakit recovery code";

/// A user's recovery codes.
#[derive(CborLen, Debug, Decode, Encode)]
pub(crate) struct RecoverySet {
    #[n(0)]
    salt: Salt,
    #[n(1)]
    made_at: Time,
    #[n(2)]
    acknowledged: bool,
    #[n(3)]
    codes: Vec<StoredCode>,
}

#[derive(CborLen, Debug, Decode, Encode)]
struct StoredCode {
    #[n(0)]
    mark: Mark,
    #[n(1)]
    used_at: Option<Time>,
}

impl RecoverySet {
    fn left(&self) -> u32 {
        let left = self.codes.iter().filter(|code| code.used_at.is_none());
        u32::try_from(left.count()).unwrap_or(u32::MAX)
    }

    /// Uses a code up. All are compared, whichever it is.
    fn use_up(&mut self, mark: &Mark, now: Time) -> Result<(), Refused> {
        let mut found = None;
        for code in &mut self.codes {
            if code.mark.is(mark) {
                found = Some(code);
            }
        }
        match found {
            None => Err(Refused::Mismatch),
            Some(code) if code.used_at.is_some() => Err(Refused::Replayed),
            Some(code) => {
                code.used_at = Some(now);
                Ok(())
            }
        }
    }
}

/// A review that was finished.
#[derive(Debug)]
#[must_use = "keep the new grant in the session, and show the codes"]
#[non_exhaustive]
pub struct Reviewed {
    /// The session's new grant, in the old one's place: keep it under a new session id. `None` if
    /// the profile has a key used, which the user has and has not shown: end the session, and let
    /// them sign in.
    pub grant: Option<SessionGrant>,
    /// The new codes.
    pub codes: RecoveryCodes,
    /// How many devices were removed.
    pub removed: u32,
}

impl UserRecord {
    /// Makes recovery codes, in the place of those there were. Needs a fresh proof of the second
    /// factor, and of AAL3 if one of the user's keys gives it: a review may replace that key.
    ///
    /// # Errors
    ///
    /// The verdict of the decision is
    ///
    /// - [`ManageRefusal::NotEnrolled`] if the user is off: codes are no factor by themselves.
    /// - [`ManageRefusal::Grant`] if a fresh proof is needed, or the session does not hold.
    /// - [`ManageRefusal::Full`] if events must be delivered first.
    pub fn make_recovery_codes(
        mut self,
        grant: &SessionGrant,
        keys: &Keys,
        context: &Context<'_>,
        rng: &mut impl CryptoRng,
    ) -> Decision<RecoveryCodes, ManageRefusal> {
        match self.try_make_codes(grant, keys, context, rng) {
            Ok(codes) => Decision::write(self, Ok(codes)),
            Err(refusal) => Decision::unchanged(self, Err(refusal)),
        }
    }

    fn try_make_codes(
        &mut self,
        grant: &SessionGrant,
        keys: &Keys,
        context: &Context<'_>,
        rng: &mut impl CryptoRng,
    ) -> Result<RecoveryCodes, ManageRefusal> {
        self.require_session(grant, context)?;
        if !self.is_on() {
            return Err(ManageRefusal::NotEnrolled);
        }
        let _met = self.require_fresh(grant, context)?;
        self.require_highest(grant, context)?;
        let codes = self.draw_codes(keys, context, rng);
        let count = context.profile.recovery_codes.get().into();
        self.note_change(EventKind::RecoveryCodesMade { count }, context, rng)?;
        Ok(codes)
    }

    fn draw_codes(
        &mut self,
        keys: &Keys,
        context: &Context<'_>,
        rng: &mut impl CryptoRng,
    ) -> RecoveryCodes {
        let salt = Salt::random(rng);
        let length = context.profile.recovery_code_length;
        let codes: Vec<_> = (0..context.profile.recovery_codes.get())
            .map(|_| TypedRecoveryCode::random(length, rng))
            .collect();
        let stored = codes.iter().map(|code| StoredCode {
            mark: Mark::new(LABEL, salt.as_bytes(), code, keys),
            used_at: None,
        });
        self.0.recovery = Some(RecoverySet {
            salt,
            made_at: Time(context.now),
            acknowledged: false,
            codes: stored.collect(),
        });
        RecoveryCodes::of(&codes)
    }

    /// Notes that the owner has saved the codes.
    ///
    /// # Errors
    ///
    /// The verdict of the decision is [`ManageRefusal::NotEnrolled`] if there are none, or
    /// [`ManageRefusal::Grant`] if the session does not hold, or opens one page only.
    pub fn acknowledge_recovery_codes(
        mut self,
        grant: &SessionGrant,
        context: &Context<'_>,
        rng: &mut impl CryptoRng,
    ) -> Decision<(), ManageRefusal> {
        let holds = self.require_session(grant, context);
        if let Err(refusal) = holds.and_then(|()| super::require_full(grant.scope())) {
            return Decision::unchanged(self, Err(refusal.into()));
        }
        match &mut self.0.recovery {
            None => Decision::unchanged(self, Err(ManageRefusal::NotEnrolled)),
            Some(set) if set.acknowledged => Decision::unchanged(self, Ok(())),
            Some(set) => {
                set.acknowledged = true;
                self.note_attempt(EventKind::RecoveryCodesSaved, context, rng);
                Decision::write(self, Ok(()))
            }
        }
    }

    /// Returns the user's recovery codes, as far as they may be seen again.
    #[must_use]
    pub fn recovery(&self) -> Option<RecoveryView> {
        self.0.recovery.as_ref().map(|set| RecoveryView {
            made: set.made_at.0,
            left: set.left(),
            total: u32::try_from(set.codes.len()).unwrap_or(u32::MAX),
            acknowledged: set.acknowledged,
        })
    }

    /// Finishes a sign-in with a recovery code, for the review of what the user has.
    ///
    /// The code is used up by it and so is the token; after a wrong one the token stays good. A
    /// right one opens codes again that had stopped.
    ///
    /// The grant has [`Scope::Review`]: it opens the review alone, and becomes a session by
    /// [`UserRecord::finish_review`].
    ///
    /// # Errors
    ///
    /// The verdict of the decision is
    ///
    /// - [`SignInRefusal::Recovery`] if the code was not accepted; show one text for all of these.
    /// - [`SignInRefusal::Ended`] if the sign-in was used up, timed out, or voided: begin again.
    /// - [`SignInRefusal::TooMany`] if 64 sign-ins ended within the lifetime of one.
    /// - [`SignInRefusal::WrongUser`] if the token is another user's.
    ///
    /// # Security
    ///
    /// Open the session under an id that was drawn anew. The grant is no full one: ask
    /// [`UserRecord::resume`], which refuses it, before a page is shown.
    pub fn verify_recovery_code(
        mut self,
        pending: &PendingSignIn,
        code: &TypedRecoveryCode,
        keys: &Keys,
        context: &Context<'_>,
        rng: &mut impl CryptoRng,
    ) -> Decision<SessionGrant, SignInRefusal> {
        if let Err(refused) = self.admit_paper(pending, context) {
            return refused.of(self);
        }
        let Some(set) = &mut self.0.recovery else {
            let none = SignInRefusal::Recovery(RecoveryRefusal::NoneOpen);
            return Decision::unchanged(self, Err(none));
        };
        let mark = Mark::new(LABEL, set.salt.as_bytes(), code, keys);
        if let Err(why) = set.use_up(&mark, Time(context.now)) {
            let refusal = self.refuse_paper(why, Stage::SignIn, context, rng);
            return Decision::write(self, Err(refusal));
        }
        let left = set.left();
        self.0.recovery_waits.clear();
        self.reopen_after_recovery(context);
        self.spend(pending.nonce(), Time(pending.expires()));
        let first = Proof::first_factor(pending.first_factor_at());
        let proofs = Vec::from([first, Proof::recovery_code(context.now)]);
        let grant = self.narrow_grant(proofs, Scope::Review, rng);
        let level = grant.level();
        let signed_in = EventKind::SignedIn {
            level,
            device: None,
        };
        self.note_attempt(signed_in, context, rng);
        self.note_attempt(EventKind::RecoveryCodeUsed { left }, context, rng);
        Decision::write(self, Ok(grant))
    }

    /// Finishes the review after a recovery: removes what is lost, makes new codes, ends all other
    /// sessions.
    ///
    /// # Inputs
    ///
    /// - `grant`: of [`Scope::Review`], not older than the profile says. A device that was set up
    ///   within this review counts as one that is left, and is in use from now on.
    /// - `lost`: the devices to remove, possibly none.
    ///
    /// # Errors
    ///
    /// The verdict of the decision is
    ///
    /// - [`ManageRefusal::NothingToReview`] if it is no such session.
    /// - [`ManageRefusal::Grant`] if the session does not hold, or is too old for it.
    /// - [`ManageRefusal::UnknownDevice`] if one of the devices is none of the user's.
    /// - [`ManageRefusal::LastDevice`] if no device in use would be left: set up a new one first.
    /// - [`ManageRefusal::Full`] if events must be delivered first.
    pub fn finish_review(
        mut self,
        grant: &SessionGrant,
        lost: &[DeviceId],
        keys: &Keys,
        context: &Context<'_>,
        rng: &mut impl CryptoRng,
    ) -> Decision<Reviewed, ManageRefusal> {
        match self.try_finish_review(grant, lost, keys, context, rng) {
            Ok((codes, removed)) => {
                let grant = grant.renewed(self.0.grant_generation);
                let enough = !self.must_use_key(context) || grant.has_key();
                let reviewed = Reviewed {
                    grant: enough.then(|| grant.with_scope(self.scope(context))),
                    codes,
                    removed,
                };
                Decision::write(self, Ok(reviewed))
            }
            Err(refusal) => Decision::unchanged(self, Err(refusal)),
        }
    }

    fn try_finish_review(
        &mut self,
        grant: &SessionGrant,
        lost: &[DeviceId],
        keys: &Keys,
        context: &Context<'_>,
        rng: &mut impl CryptoRng,
    ) -> Result<(RecoveryCodes, u32), ManageRefusal> {
        self.require_session(grant, context)?;
        if grant.scope() != Scope::Review {
            return Err(ManageRefusal::NothingToReview);
        }
        let _met = self.hold_review(grant, context)?;
        let is_lost = |device: DeviceId| lost.contains(&device);
        let known = |device: &DeviceId| self.0.devices.iter().any(|other| other.id == *device);
        if !lost.iter().all(known) {
            return Err(ManageRefusal::UnknownDevice);
        }
        let review = Some(grant.session());
        let mut devices = self.0.devices.iter();
        let stays = |device: &Device| device.is_usable() || device.review == review;
        if !devices.any(|device| stays(device) && !is_lost(device.id)) {
            return Err(ManageRefusal::LastDevice);
        }
        let removed = self.bury(|device| is_lost(device.id), context);
        let new = |device: &&mut Device| device.review == review;
        for device in self.0.devices.iter_mut().filter(new) {
            device.suspended = None;
            device.review = None;
        }
        self.0.totp_setup = None;
        self.0.reset = None;
        let codes = self.draw_codes(keys, context, rng);
        self.note_change(EventKind::Reviewed { removed }, context, rng)?;
        self.end_sessions(rng);
        Ok((codes, removed))
    }

    /// Whether a code on paper may be compared now.
    pub(super) fn admit_paper(
        &mut self,
        pending: &PendingSignIn,
        context: &Context<'_>,
    ) -> Result<(), RefusedPaper> {
        let unchanged = |refusal| RefusedPaper {
            refusal,
            changed: false,
        };
        self.holds(pending, context).map_err(unchanged)?;
        let room = self.make_room_to_spend(context);
        room.map_err(|_| unchanged(SignInRefusal::TooMany))?;
        let rule = &context.profile.recovery_budget;
        let network = context.source.network();
        let waits = &mut self.0.recovery_waits;
        let admitted = waits.admit(network, rule, context.now);
        admitted.map_err(
            |Wait {
                 retry_after,
                 changed,
             }| RefusedPaper {
                refusal: SignInRefusal::Recovery(RecoveryRefusal::Throttled { retry_after }),
                changed,
            },
        )
    }

    /// Counts a code that was refused. The sign-in goes on: who knows the password alone must not
    /// end the owner's.
    pub(super) fn refuse_paper(
        &mut self,
        why: Refused,
        stage: Stage,
        context: &Context<'_>,
        rng: &mut impl CryptoRng,
    ) -> SignInRefusal {
        let class = Class::Recovery;
        self.note_attempt(EventKind::Refused { class, stage, why }, context, rng);
        let rule = &context.profile.recovery_budget;
        let network = context.source.network();
        if let Some(wait) = self.0.recovery_waits.fail(network, rule, context.now) {
            self.note_attempt(EventKind::locked(class, wait), context, rng);
        }
        SignInRefusal::Recovery(match why {
            Refused::Replayed => RecoveryRefusal::Used,
            Refused::Mismatch | Refused::ClockWentBack => RecoveryRefusal::Mismatch,
        })
    }

    /// A session that opens one page only. It needs no admission: it opens less than any.
    pub(super) fn narrow_grant(
        &self,
        proofs: Vec<Proof>,
        scope: Scope,
        rng: &mut impl CryptoRng,
    ) -> SessionGrant {
        let session = SessionId::random(rng);
        SessionGrant::new(self.user(), session, self.0.grant_generation, proofs, scope)
    }

    /// A recovery code reopens the classes that have stopped (NIST SP 800-63B-4 section 3.2.2 asks
    /// for another authenticator); a mere wait goes on.
    fn reopen_after_recovery(&mut self, context: &Context<'_>) {
        let rule = &context.profile.totp_budget;
        if self.0.totp_failures.admission(rule, context.now) == Admission::Stopped {
            self.0.totp_failures.clear();
        }
    }

    /// Forgets all that can stand in for a device, when there is none left.
    pub(super) fn forget_recovery(&mut self) {
        self.0.recovery = None;
        self.0.recovery_waits.clear();
        self.0.reset = None;
    }
}

/// A code on paper that was not looked at, and whether that changed the record.
pub(super) struct RefusedPaper {
    refusal: SignInRefusal,
    changed: bool,
}

impl RefusedPaper {
    pub(super) fn of<T>(self, record: UserRecord) -> Decision<T, SignInRefusal> {
        Decision {
            record,
            changed: self.changed,
            verdict: Err(self.refusal),
        }
    }
}
