//! Signing in: the first factor, then a code.

use alloc::vec::Vec;
use core::time::Duration;

use mfakit_totp::{Accepted, Enrollment, NoneAccepted, Rejected, TypedCode, verify_any};
use rand_core::CryptoRng;

use super::admission::{Codes, Offers};
use super::{RefusedCode, UserRecord};
use crate::codec::Time;
use crate::context::is_live;
use crate::error::{CodeRefusal, SignInRefusal, StepUpRefusal};
use crate::{
    Context, Decision, DeviceId, EventKind, PendingSignIn, Proof, Refused, Scope, SessionGrant,
    Stage,
};

/// What follows on a right first factor.
#[derive(Debug)]
#[must_use = "only `Granted` is a session"]
#[expect(
    clippy::exhaustive_enums,
    reason = "a caller that knows but some would let somebody in"
)]
pub enum Next {
    /// The user has no second factor: open the session.
    Granted(SessionGrant),
    /// The user has no second factor, and the profile requires one: open the page that sets it up,
    /// which is all that this session opens.
    Enroll(SessionGrant),
    /// Ask for the second factor.
    SecondFactor {
        /// The sign-in, to be sealed for the browser.
        pending: PendingSignIn,
        /// What to choose from.
        offers: Offers,
    },
    /// No factor of the user may be tried now.
    Locked {
        /// When to try again; `None` if that takes another proof or an operator.
        retry_after: Option<Duration>,
    },
}

/// There is no refusal: the first factor was right.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "no value, for good")]
pub enum Never {}

impl core::fmt::Display for Never {
    fn fmt(&self, _: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match *self {}
    }
}

impl core::error::Error for Never {}

impl UserRecord {
    /// Decides what follows on a right first factor. This is the one place that does, whatever
    /// way the user came.
    ///
    /// Call it after the host has found the first factor right, never before: what it returns for
    /// a user who is off is a session.
    pub fn after_first_factor(
        mut self,
        context: &Context<'_>,
        rng: &mut impl CryptoRng,
    ) -> Decision<Next, Never> {
        let proofs = Vec::from([Proof::first_factor(context.now)]);
        if let Ok(grant) = self.admit(proofs, context, rng) {
            let event = EventKind::SignedIn {
                level: grant.level(),
                device: None,
            };
            self.note_attempt(event, context, rng);
            let next = match grant.scope() {
                Scope::Full => Next::Granted(grant),
                Scope::SetUp | Scope::Review => Next::Enroll(grant),
            };
            return Decision::write(self, Ok(next));
        }
        // After the clock went back a lock is set anew, which is a change.
        let changed = self
            .admit_totp(context)
            .is_err_and(|refused| refused.changed);
        let offers = self.offer(context);
        let retry_after = match offers.codes {
            _ if offers.has_keys() || offers.recovery || offers.reset => None,
            Some(Codes::Now) => None,
            Some(Codes::Later(wait)) => Some(Some(wait)),
            Some(Codes::Stopped) | None => Some(None),
        };
        let next = match retry_after {
            Some(retry_after) => Next::Locked { retry_after },
            None => Next::SecondFactor {
                pending: self.pend(context, rng),
                offers,
            },
        };
        Decision {
            record: self,
            changed,
            verdict: Ok(next),
        }
    }

    fn pend(&self, context: &Context<'_>, rng: &mut impl CryptoRng) -> PendingSignIn {
        let expires = context.now.saturating_add(context.profile.pending_sign_in);
        let generation = self.0.pending_generation;
        PendingSignIn::new(self.user(), generation, context.now, expires, rng)
    }

    /// Returns what a pending sign-in may be finished with.
    ///
    /// # Errors
    ///
    /// [`SignInRefusal::Ended`] or [`SignInRefusal::WrongUser`] if the token does not hold (any
    /// more).
    pub fn offers(
        &self,
        pending: &PendingSignIn,
        context: &Context<'_>,
    ) -> Result<Offers, SignInRefusal> {
        self.holds(pending, context)?;
        Ok(self.offer(context))
    }

    /// Finishes a sign-in with a code of any of the user's authenticator apps.
    ///
    /// A right code is spent and so is the token; a wrong one is counted, and the token stays good
    /// until the budget is spent.
    ///
    /// # Inputs
    ///
    /// - `pending`: as the browser brought it back, opened with that browser's binding.
    /// - `code`: what the user typed, parsed.
    ///
    /// # Errors
    ///
    /// The verdict of the decision is
    ///
    /// - [`SignInRefusal::Code`] if the code was not accepted; show one text for all of these.
    /// - [`SignInRefusal::Ended`] if the sign-in was used up, timed out, or voided: begin again.
    /// - [`SignInRefusal::KeyRequired`] if the profile has this user sign in with a key.
    /// - [`SignInRefusal::TooMany`] if 64 sign-ins ended within the lifetime of one.
    /// - [`SignInRefusal::WrongUser`] if the token is another user's.
    ///
    /// # Security
    ///
    /// Open the session under an id that was drawn anew. The grant opens the set-up alone if the
    /// profile requires a method that the user has not: ask [`UserRecord::resume`].
    pub fn verify_totp(
        mut self,
        pending: &PendingSignIn,
        code: &TypedCode,
        context: &Context<'_>,
        rng: &mut impl CryptoRng,
    ) -> Decision<SessionGrant, SignInRefusal> {
        if let Err(refusal) = self.holds(pending, context) {
            return Decision::unchanged(self, Err(refusal));
        }
        if self.must_use_key(context) {
            return Decision::unchanged(self, Err(SignInRefusal::KeyRequired));
        }
        if self.make_room_to_spend(context).is_err() {
            return Decision::unchanged(self, Err(SignInRefusal::TooMany));
        }
        let device = match self.check_totp(code, Stage::SignIn, context, rng) {
            Ok(device) => device,
            Err(RefusedCode { refusal, changed }) => {
                let verdict = Err(SignInRefusal::Code(refusal));
                return Decision {
                    record: self,
                    changed,
                    verdict,
                };
            }
        };

        self.spend(pending.nonce(), Time(pending.expires()));
        let first = Proof::first_factor(pending.first_factor_at());
        let proofs = Vec::from([first, Proof::totp(context.now, device)]);
        let Ok(grant) = self.admit(proofs, context, rng) else {
            return Decision::write(self, Err(SignInRefusal::KeyRequired));
        };
        let event = EventKind::SignedIn {
            level: grant.level(),
            device: Some(device),
        };
        self.note_attempt(event, context, rng);
        Decision::write(self, Ok(grant))
    }

    /// Proves a second factor again within a session, and returns the session's new grant: keep
    /// it in the old one's place, under a new session id of the host's.
    ///
    /// # Errors
    ///
    /// The verdict of the decision is [`StepUpRefusal::Code`] if the code was not accepted, counted
    /// as at sign-in, and [`StepUpRefusal::Grant`] if the session does not hold.
    pub fn step_up_totp(
        mut self,
        grant: &SessionGrant,
        code: &TypedCode,
        context: &Context<'_>,
        rng: &mut impl CryptoRng,
    ) -> Decision<SessionGrant, StepUpRefusal> {
        if let Err(refusal) = self.require_session(grant, context) {
            return Decision::unchanged(self, Err(refusal.into()));
        }
        match self.check_totp(code, Stage::StepUp, context, rng) {
            Ok(device) => {
                self.note_attempt(EventKind::SteppedUp { device }, context, rng);
                let proof = Proof::totp(context.now, device);
                let grant = grant.with_proof(proof, self.0.grant_generation);
                Decision::write(self, Ok(grant))
            }
            Err(RefusedCode { refusal, changed }) => Decision {
                record: self,
                changed,
                verdict: Err(StepUpRefusal::Code(refusal)),
            },
        }
    }

    pub(super) fn holds(
        &self,
        pending: &PendingSignIn,
        context: &Context<'_>,
    ) -> Result<(), SignInRefusal> {
        if pending.user() != self.user() {
            return Err(SignInRefusal::WrongUser);
        }
        let in_time = is_live(
            pending.expires(),
            context.profile.pending_sign_in,
            context.now,
        );
        let unspent = self.is_unspent(pending.nonce(), Time(pending.expires()), context);
        if in_time && unspent && pending.is_of(self.0.pending_generation) && self.is_on() {
            Ok(())
        } else {
            Err(SignInRefusal::Ended)
        }
    }

    /// Compares a code with all authenticator apps, under the budget of their class, and notes
    /// the use or the failure.
    fn check_totp(
        &mut self,
        code: &TypedCode,
        stage: Stage,
        context: &Context<'_>,
        rng: &mut impl CryptoRng,
    ) -> Result<DeviceId, RefusedCode> {
        self.admit_totp(context)?;
        match self.compare_totp(code, context) {
            Some(Ok((id, accepted))) => {
                self.0.totp_failures.clear();
                if let Some(used) = self.0.devices.iter_mut().find(|device| device.id == id) {
                    used.use_totp(accepted.step(), context.now);
                }
                Ok(id)
            }
            Some(Err(none)) => Err(self.refuse_totp(none.reason(), stage, context, rng)),
            None => Err(RefusedCode {
                refusal: CodeRefusal::NotEnrolled,
                changed: false,
            }),
        }
    }

    /// Counts a refusal, if anything was compared.
    pub(super) fn refuse_totp(
        &mut self,
        reason: Rejected,
        stage: Stage,
        context: &Context<'_>,
        rng: &mut impl CryptoRng,
    ) -> RefusedCode {
        let (refusal, why) = match reason {
            Rejected::Replayed { .. } => (CodeRefusal::Replayed, Refused::Replayed),
            Rejected::ClockBehind => (CodeRefusal::ClockWentBack, Refused::ClockWentBack),
            Rejected::Malformed => {
                return RefusedCode {
                    refusal: CodeRefusal::Malformed,
                    changed: false,
                };
            }
            Rejected::BeforeEpoch => {
                return RefusedCode {
                    refusal: CodeRefusal::TooEarly,
                    changed: false,
                };
            }
            // `NoMatch`, and whatever a later version adds: counted, to be safe.
            _ => (CodeRefusal::Mismatch, Refused::Mismatch),
        };
        self.fail_totp(why, stage, context, rng);
        RefusedCode {
            refusal,
            changed: true,
        }
    }

    /// `None`: there is nothing to compare with.
    fn compare_totp(
        &self,
        code: &TypedCode,
        context: &Context<'_>,
    ) -> Option<Result<(DeviceId, Accepted), NoneAccepted<DeviceId>>> {
        let enrollments: Vec<_> = self
            .0
            .devices
            .iter()
            .filter_map(|device| {
                let (key, last) = device.totp()?;
                Some(Enrollment::new(device.id, key.secret(), key.params(), last))
            })
            .collect();
        if enrollments.is_empty() {
            return None;
        }
        Some(verify_any(
            enrollments,
            code,
            context.now,
            context.profile.totp_window,
        ))
    }
}
