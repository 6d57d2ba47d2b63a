//! Setting up an authenticator app: a secret is made, shown, and proven before it counts.

use core::fmt;

use mfakit_core::UnixTime;
use mfakit_totp::{
    BuildUriError, Enrollment, KeyUri, LastStep, Params, Secret, SecretLen, TypedCode, verify_any,
};
use rand_core::CryptoRng;

use super::{PendingTotp, UserRecord};
use crate::codec::{LastUsedStep, Time};
use crate::context::is_live;
use crate::device::{Device, Factor, TotpKey};
use crate::error::{EnrollRefusal, ManageRefusal};
use crate::{
    Context, Decision, DeviceId, DeviceName, EventKind, Kind, Proof, Scope, SessionGrant, Stage,
};

/// What a user needs to set up an authenticator app.
///
/// The secret is in it: show it to the session that began the set-up, on a page that no cache
/// keeps, and store it nowhere. Once the set-up is confirmed nothing gives it out again.
#[must_use = "show it to the user"]
pub struct TotpSetup {
    secret: Secret,
    params: Params,
    expires: UnixTime,
}

impl TotpSetup {
    fn of(pending: &PendingTotp) -> Self {
        Self {
            secret: pending.key.secret().duplicate(),
            params: pending.key.params(),
            expires: pending.expires.0,
        }
    }

    /// Returns the secret, for the key URI and for the text to type.
    #[must_use]
    pub const fn secret(&self) -> &Secret {
        &self.secret
    }

    /// Returns the key URI to draw as a QR code.
    ///
    /// # Inputs
    ///
    /// - `issuer`: the service's name, as the app shows it.
    /// - `account`: the user's name at the service, as the app shows it.
    ///
    /// # Errors
    ///
    /// [`BuildUriError`] if one of the two cannot stand in a key URI.
    pub fn key_uri(&self, issuer: &str, account: &str) -> Result<KeyUri, BuildUriError> {
        KeyUri::totp(&self.secret, issuer, account)
            .params(self.params)
            .build()
    }

    /// Returns the parameters that its codes are made by.
    #[must_use]
    pub const fn params(&self) -> Params {
        self.params
    }

    /// Returns when the set-up ends by itself.
    #[must_use]
    pub const fn expires(&self) -> UnixTime {
        self.expires
    }
}

impl fmt::Debug for TotpSetup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TotpSetup")
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
}

/// A device that was set up.
#[derive(Debug)]
#[must_use = "keep the new grant in the session"]
#[non_exhaustive]
pub struct Enrolled {
    /// The session's new grant, in the old one's place: keep it under a new session id.
    pub grant: SessionGrant,
    /// The new device.
    pub device: DeviceId,
    /// Whether it is the first one: from now on a second factor is asked for.
    pub first: bool,
}

impl UserRecord {
    /// Begins to set up an authenticator app, in the place of a set-up that was not finished.
    ///
    /// Needs a fresh proof (of the second factor once there is one). The secret stays on the
    /// server; the pending app is no factor.
    ///
    /// # Errors
    ///
    /// The verdict of the decision is
    ///
    /// - [`EnrollRefusal::Grant`] if a fresh proof is needed, or the session does not hold.
    /// - [`EnrollRefusal::LimitReached`] if the user has as many as the profile allows.
    pub fn begin_totp(
        mut self,
        grant: &SessionGrant,
        context: &Context<'_>,
        rng: &mut impl CryptoRng,
    ) -> Decision<TotpSetup, EnrollRefusal> {
        if let Err(refusal) = self.may_add(Kind::Totp, grant, context) {
            return Decision::unchanged(self, Err(refusal));
        }
        let params = context.profile.totp;
        let secret = Secret::generate_len(rng, SecretLen::for_algorithm(params.algorithm()));
        let pending = PendingTotp {
            key: TotpKey::new(secret, params),
            session: grant.session(),
            expires: Time(
                context
                    .now
                    .saturating_add(context.profile.pending_enrollment),
            ),
        };
        let setup = TotpSetup::of(&pending);
        self.0.totp_setup = Some(pending);
        self.note_attempt(
            EventKind::EnrollmentStarted { kind: Kind::Totp },
            context,
            rng,
        );
        Decision::write(self, Ok(setup))
    }

    /// Returns the set-up that this session has under way, to show it again.
    ///
    /// # Errors
    ///
    /// - [`EnrollRefusal::Grant`] if the session does not hold.
    /// - [`EnrollRefusal::NothingPending`] if there is none, it is another session's, or it timed
    ///   out.
    pub fn totp_setup(
        &self,
        grant: &SessionGrant,
        context: &Context<'_>,
    ) -> Result<TotpSetup, EnrollRefusal> {
        self.pending_totp(grant, context).map(TotpSetup::of)
    }

    /// Gives a set-up up. The secret is gone. Nothing happens if there is none.
    ///
    /// # Errors
    ///
    /// The verdict of the decision is [`ManageRefusal::Grant`] if the session does not hold.
    pub fn cancel_totp(
        mut self,
        grant: &SessionGrant,
        context: &Context<'_>,
        rng: &mut impl CryptoRng,
    ) -> Decision<(), ManageRefusal> {
        match self.pending_totp(grant, context) {
            Ok(_) => {
                self.0.totp_setup = None;
                self.note_attempt(
                    EventKind::EnrollmentCanceled { kind: Kind::Totp },
                    context,
                    rng,
                );
                Decision::write(self, Ok(()))
            }
            Err(EnrollRefusal::Grant(refusal)) => Decision::unchanged(self, Err(refusal.into())),
            Err(_) => Decision::unchanged(self, Ok(())),
        }
    }

    /// Finishes a set-up with a code of the new app. The code is spent by it.
    ///
    /// # Inputs
    ///
    /// - `name`: what the user calls the device; `None` gives it a name of its own.
    ///
    /// A wrong code is counted against the same budget as at sign-in.
    ///
    /// # Errors
    ///
    /// The verdict of the decision is
    ///
    /// - [`EnrollRefusal::Code`] if the code was not accepted; the set-up goes on.
    /// - [`EnrollRefusal::NothingPending`] if this session has no set-up under way, or it timed out.
    /// - [`EnrollRefusal::NameTaken`] if another device has the name; the code is not spent.
    /// - [`EnrollRefusal::Grant`] if the session does not hold, or may not add a device any more:
    ///   the user was switched on meanwhile, the reset was canceled, the review has timed out.
    /// - [`EnrollRefusal::TooLarge`] if it does not fit into the record.
    /// - [`EnrollRefusal::Full`] if events must be delivered first.
    ///
    /// # Security
    ///
    /// The grant opens the review alone if that is where the device was set up, and one of a set-up
    /// may still be narrow: [`UserRecord::resume`] refuses both. Keep [`Enrolled::grant`] in the old grant's place, under a session id that was drawn anew.
    pub fn confirm_totp(
        mut self,
        grant: &SessionGrant,
        code: &TypedCode,
        name: Option<DeviceName>,
        context: &Context<'_>,
        rng: &mut impl CryptoRng,
    ) -> Decision<Enrolled, EnrollRefusal> {
        let name = match self.may_confirm_totp(grant, name, context) {
            Ok(name) => name,
            Err(refusal) => return Decision::unchanged(self, Err(refusal)),
        };
        if let Err(refused) = self.admit_totp(context) {
            let verdict = Err(EnrollRefusal::Code(refused.refusal));
            return Decision {
                record: self,
                changed: refused.changed,
                verdict,
            };
        }
        let Some(pending) = self.0.totp_setup.take() else {
            return Decision::unchanged(self, Err(EnrollRefusal::NothingPending));
        };
        let enrollment = Enrollment::new(
            (),
            pending.key.secret(),
            pending.key.params(),
            LastStep::Never,
        );
        match verify_any([enrollment], code, context.now, context.profile.totp_window) {
            Ok(((), accepted)) => {
                self.0.totp_failures.clear();
                let last = LastUsedStep(accepted.step());
                let factor = Factor::Totp {
                    key: pending.key,
                    last,
                };
                let proof = |device| Proof::totp(context.now, device);
                self.enroll(grant, factor, proof, name, context, rng)
            }
            Err(none) => {
                self.0.totp_setup = Some(pending);
                let refused = self.refuse_totp(none.reason(), Stage::Enrollment, context, rng);
                let verdict = Err(EnrollRefusal::Code(refused.refusal));
                Decision {
                    record: self,
                    changed: refused.changed,
                    verdict,
                }
            }
        }
    }

    /// Adds a device that has proven itself.
    pub(super) fn enroll(
        mut self,
        grant: &SessionGrant,
        factor: Factor,
        proof: impl FnOnce(DeviceId) -> Proof,
        name: DeviceName,
        context: &Context<'_>,
        rng: &mut impl CryptoRng,
    ) -> Decision<Enrolled, EnrollRefusal> {
        let first = !self.is_on();
        let reset = self.is_reset_by(grant, context);
        let review = grant.scope() == Scope::Review;
        if reset && let Err(full) = self.complete_reset(context, rng) {
            return Decision::unchanged(self, Err(full.into()));
        }
        let device = DeviceId::random(rng);
        let entry = Device {
            id: device,
            name: name.clone(),
            bound_at: Time(context.now),
            bound_from: context.source.clone(),
            last_used: None,
            factor,
            suspended: review.then_some(Time(context.now)),
            review: review.then_some(grant.session()),
        };
        let kind = entry.kind();
        self.0.devices.push(entry);
        let added = EventKind::DeviceAdded { device, kind, name };
        if self.is_too_large(review) {
            return Decision::unchanged(self, Err(EnrollRefusal::TooLarge));
        }
        let noted = match (first, reset || review) {
            (_, true) => self.note_recovery(added, context, rng),
            (true, false) => {
                let enabled = self.note_change(EventKind::Enabled, context, rng);
                enabled.and_then(|()| self.note_change(added, context, rng))
            }
            (false, false) => self.note_change(added, context, rng),
        };
        if let Err(full) = noted {
            return Decision::unchanged(self, Err(full.into()));
        }
        if first && context.profile.end_other_sessions_on_enable {
            self.end_sessions(rng);
        }
        let grant = grant.with_proof(proof(device), self.0.grant_generation);
        let grant = match grant.scope() {
            Scope::SetUp => grant.with_scope(self.scope(context)),
            Scope::Full | Scope::Review => grant,
        };
        Decision::write(
            self,
            Ok(Enrolled {
                grant,
                device,
                first: first || reset,
            }),
        )
    }

    fn pending_totp(
        &self,
        grant: &SessionGrant,
        context: &Context<'_>,
    ) -> Result<&PendingTotp, EnrollRefusal> {
        self.require_session(grant, context)?;
        let pending = self
            .0
            .totp_setup
            .as_ref()
            .ok_or(EnrollRefusal::NothingPending)?;
        let lives = is_live(
            pending.expires.0,
            context.profile.pending_enrollment,
            context.now,
        );
        if pending.session == grant.session() && lives {
            Ok(pending)
        } else {
            Err(EnrollRefusal::NothingPending)
        }
    }

    /// Everything that must be right before a code is compared; returns the name to give.
    fn may_confirm_totp(
        &self,
        grant: &SessionGrant,
        name: Option<DeviceName>,
        context: &Context<'_>,
    ) -> Result<DeviceName, EnrollRefusal> {
        let _pending = self.pending_totp(grant, context)?;
        let _met = self.may_finish_adding(grant, context)?;
        self.name_new(grant, name, context, |number| {
            DeviceName::numbered("Authentication application", number)
        })
    }

    /// The name of a new device: the one it was given if no other has it, or the first of a series
    /// that none has.
    pub(super) fn name_new(
        &self,
        grant: &SessionGrant,
        given: Option<DeviceName>,
        context: &Context<'_>,
        numbered: impl Fn(u32) -> DeviceName,
    ) -> Result<DeviceName, EnrollRefusal> {
        let others = self.staying(grant, context);
        let is_taken = |name: &DeviceName| others.iter().any(|other| other.name.is_same_as(name));
        match given {
            Some(name) if is_taken(&name) => Err(EnrollRefusal::NameTaken),
            Some(name) => Ok(name),
            None => {
                let mut number = 1_u32;
                let mut name = numbered(number);
                while is_taken(&name) {
                    number = number.saturating_add(1);
                    name = numbered(number);
                }
                Ok(name)
            }
        }
    }

    /// The devices that stay beside the one that this session sets up: none in a reset.
    pub(super) fn staying(&self, grant: &SessionGrant, context: &Context<'_>) -> &[Device] {
        if self.is_reset_by(grant, context) {
            &[]
        } else {
            &self.0.devices
        }
    }
}
