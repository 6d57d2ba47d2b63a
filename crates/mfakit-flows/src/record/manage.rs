//! Renaming, removing, disabling, and what ends sessions.

use alloc::string::String;

use rand_core::CryptoRng;

use super::UserRecord;
use crate::budget::Budget;
use crate::device::{Device, bury};
use crate::error::{GrantRefusal, ManageRefusal};
use crate::event::ByUser;
use crate::name::is_forbidden;
use crate::{
    Class, Context, Decision, DeviceId, DeviceName, EventKind, Kind, Level, Never, Required,
    Requirement, SessionGrant, Tombstone,
};

/// The longest reason that an operator may give, in bytes.
const MAX_REASON_BYTES: usize = 256;

impl UserRecord {
    /// Gives a device another name. Needs a fresh proof.
    ///
    /// # Errors
    ///
    /// The verdict of the decision is [`ManageRefusal::Grant`], [`ManageRefusal::UnknownDevice`],
    /// [`ManageRefusal::NameTaken`], or [`ManageRefusal::Full`] if events must be delivered first.
    pub fn rename_device(
        mut self,
        grant: &SessionGrant,
        device: DeviceId,
        name: DeviceName,
        context: &Context<'_>,
        rng: &mut impl CryptoRng,
    ) -> Decision<(), ManageRefusal> {
        let same = self
            .0
            .devices
            .iter()
            .any(|other| other.id == device && other.name == name);
        match self.try_rename(grant, device, name, context, rng) {
            Ok(()) if same => Decision::unchanged(self, Ok(())),
            Ok(()) => Decision::write(self, Ok(())),
            Err(refusal) => Decision::unchanged(self, Err(refusal)),
        }
    }

    /// Removes a device, and ends all other sessions. Needs a fresh proof, which may be one of
    /// that very device, and of AAL3 for a key that gives it.
    ///
    /// The last device cannot be removed: that is [`UserRecord::disable`].
    ///
    /// Returns the session's new grant, to be kept in the old one's place.
    ///
    /// # Errors
    ///
    /// The verdict of the decision is
    ///
    /// - [`ManageRefusal::Grant`] if a fresh proof is needed, or the session does not hold.
    /// - [`ManageRefusal::LastDevice`] if no other one is in use, [`ManageRefusal::UnknownDevice`] if
    ///   it is none of the user's.
    /// - [`ManageRefusal::MustKeep`] if no key would be left in use and the profile requires one.
    /// - [`ManageRefusal::Full`] if events must be delivered first.
    pub fn remove_device(
        mut self,
        grant: &SessionGrant,
        device: DeviceId,
        context: &Context<'_>,
        rng: &mut impl CryptoRng,
    ) -> Decision<SessionGrant, ManageRefusal> {
        match self.try_remove(grant, device, context, rng) {
            Ok(()) => {
                let grant = grant.renewed(self.0.grant_generation);
                Decision::write(self, Ok(grant))
            }
            Err(refusal) => Decision::unchanged(self, Err(refusal)),
        }
    }

    /// Removes everything: the user is off. Ends all other sessions. Needs a fresh proof of the
    /// second factor, and of AAL3 if one of the user's keys gives it.
    ///
    /// Returns the session's new grant, which has proven the first factor only.
    ///
    /// # Errors
    ///
    /// The verdict of the decision is [`ManageRefusal::Grant`], [`ManageRefusal::NotEnrolled`] if there
    /// is no device, [`ManageRefusal::MustKeep`] if the profile requires one and the time of grace is
    /// over, or [`ManageRefusal::Full`] if events must be delivered first.
    pub fn disable(
        mut self,
        grant: &SessionGrant,
        context: &Context<'_>,
        rng: &mut impl CryptoRng,
    ) -> Decision<SessionGrant, ManageRefusal> {
        match self.try_disable(grant, context, rng) {
            Ok(()) => {
                let grant = grant.lowered(self.0.grant_generation);
                Decision::write(self, Ok(grant))
            }
            Err(refusal) => Decision::unchanged(self, Err(refusal)),
        }
    }

    /// Ends all sessions, pending sign-ins and set-ups, after the host has changed the user's
    /// first factor.
    ///
    /// # Inputs
    ///
    /// - `acting`: the session in which the user changed it, if that is how it was changed. It goes
    ///   on: the verdict is its new grant, to be kept in the old one's place. `None` comes back if
    ///   there was none, or it did not hold any more.
    pub fn first_factor_changed(
        mut self,
        acting: Option<&SessionGrant>,
        context: &Context<'_>,
        rng: &mut impl CryptoRng,
    ) -> Decision<Option<SessionGrant>, Never> {
        let acting = acting.filter(|grant| self.require_session(grant, context).is_ok());
        self.note_attempt(EventKind::FirstFactorChanged, context, rng);
        self.0.totp_setup = None;
        self.end_sessions(rng);
        let renewed = acting.map(|grant| grant.renewed(self.0.grant_generation));
        Decision::write(self, Ok(renewed))
    }

    /// Opens a class again that has stopped after too many failures, on the word of an operator.
    ///
    /// # Inputs
    ///
    /// - `operator`: another user's session, of AAL2, whose second factor was proven within the last
    ///   minutes. That the session still holds has been seen
    ///   when it was resumed; that this user is an operator, the host must have made sure.
    /// - `reason`: kept with the event, cut after 256 bytes, control and invisible characters dropped.
    ///
    /// # Errors
    ///
    /// The verdict of the decision is [`ManageRefusal::OwnRecord`] if the operator is the user, or
    /// [`ManageRefusal::Grant`] if the operator's proof is missing or too old.
    pub fn reopen(
        mut self,
        class: Class,
        operator: &SessionGrant,
        reason: &str,
        context: &Context<'_>,
        rng: &mut impl CryptoRng,
    ) -> Decision<(), ManageRefusal> {
        if let Err(refusal) = self.require_operator(operator, context) {
            return Decision::unchanged(self, Err(refusal));
        }
        let (by, reason) = (ByUser::new(operator.user()), kept_reason(reason));
        let event = EventKind::Reopened { class, by, reason };
        self.note_attempt(event, context, rng);
        match class {
            Class::Totp => self.0.totp_failures.clear(),
            Class::Recovery => self.0.recovery_waits.clear(),
        }
        Decision::write(self, Ok(()))
    }

    /// Demands a session of somebody else's whose second factor was proven just now.
    pub(super) fn require_operator(
        &self,
        operator: &SessionGrant,
        context: &Context<'_>,
    ) -> Result<(), ManageRefusal> {
        if operator.user() == self.user() {
            return Err(ManageRefusal::OwnRecord);
        }
        super::require_full(operator.scope())?;
        let age = operator.age(Level::Aal2, context.now);
        if operator.level() < Level::Aal2 || age.is_none_or(|age| age > context.profile.fresh) {
            return Err(GrantRefusal::StepUpRequired.into());
        }
        Ok(())
    }

    fn try_rename(
        &mut self,
        grant: &SessionGrant,
        device: DeviceId,
        name: DeviceName,
        context: &Context<'_>,
        rng: &mut impl CryptoRng,
    ) -> Result<(), ManageRefusal> {
        let _met = self.require_fresh(grant, context)?;
        if self.is_taken(&name, Some(device)) {
            return Err(ManageRefusal::NameTaken);
        }
        let renamed = self.0.devices.iter_mut().find(|other| other.id == device);
        let renamed = renamed.ok_or(ManageRefusal::UnknownDevice)?;
        let from = core::mem::replace(&mut renamed.name, name.clone());
        self.note_change(
            EventKind::DeviceRenamed {
                device,
                from,
                to: name,
            },
            context,
            rng,
        )?;
        Ok(())
    }

    fn try_remove(
        &mut self,
        grant: &SessionGrant,
        device: DeviceId,
        context: &Context<'_>,
        rng: &mut impl CryptoRng,
    ) -> Result<(), ManageRefusal> {
        let _met = self.require_fresh(grant, context)?;
        let at = self.0.devices.iter().position(|other| other.id == device);
        let at = at.ok_or(ManageRefusal::UnknownDevice)?;
        if let Some(found) = self.0.devices.get(at) {
            self.require_highest_for(found, grant, context)?;
        }
        self.may_go(device, context)?;
        let removed = Tombstone::new(self.0.devices.remove(at), context.now, context.source);
        let (kind, name) = (removed.kind(), removed.name().clone());
        bury(&mut self.0.tombstones, removed);
        self.note_change(
            EventKind::DeviceRemoved { device, kind, name },
            context,
            rng,
        )?;
        self.end_sessions(rng);
        Ok(())
    }

    /// Removes the devices that are gone, and returns how many they were.
    pub(super) fn bury(&mut self, gone: impl Fn(&Device) -> bool, context: &Context<'_>) -> u32 {
        let mut removed = 0_u32;
        for device in self.0.devices.extract_if(.., |device| gone(device)) {
            let tombstone = Tombstone::new(device, context.now, context.source);
            bury(&mut self.0.tombstones, tombstone);
            removed = removed.saturating_add(1);
        }
        removed
    }

    /// Whether a device may go out of use: another one must stay, and a key if the profile has it.
    fn may_go(&self, device: DeviceId, context: &Context<'_>) -> Result<(), ManageRefusal> {
        let stays = |other: &&Device| other.id != device && other.is_usable();
        let mut others = self.0.devices.iter().filter(stays).peekable();
        if others.peek().is_none() {
            return Err(ManageRefusal::LastDevice);
        }
        if self.must_use_key(context) && others.all(|other| other.kind() != Kind::WebAuthn) {
            return Err(ManageRefusal::MustKeep);
        }
        Ok(())
    }

    fn try_disable(
        &mut self,
        grant: &SessionGrant,
        context: &Context<'_>,
        rng: &mut impl CryptoRng,
    ) -> Result<(), ManageRefusal> {
        self.require_session(grant, context)?;
        if !self.is_on() {
            return Err(ManageRefusal::NotEnrolled);
        }
        let _met = self.require_fresh(grant, context)?;
        self.require_highest(grant, context)?;
        let must_keep = [Required::AnyMethod, Required::SecurityKey]
            .into_iter()
            .any(|required| self.must_keep(required, context));
        if must_keep {
            return Err(ManageRefusal::MustKeep);
        }
        let devices = self.bury(|_| true, context);
        self.0.totp_setup = None;
        self.0.totp_failures = Budget::default();
        self.forget_recovery();
        self.note_change(EventKind::Disabled { devices }, context, rng)?;
        self.end_sessions(rng);
        Ok(())
    }

    /// Demands that the session is this user's and has not ended, whatever it opens.
    ///
    /// # Errors
    ///
    /// [`GrantRefusal::Ended`], [`GrantRefusal::WrongUser`].
    pub fn require_session(
        &self,
        grant: &SessionGrant,
        context: &Context<'_>,
    ) -> Result<(), GrantRefusal> {
        self.hold(grant, Requirement::level(Level::Aal1), context)
            .map(drop)
    }

    /// Whether another device has this name, or one that differs in case only.
    pub(super) fn is_taken(&self, name: &DeviceName, except: Option<DeviceId>) -> bool {
        let others = self
            .0
            .devices
            .iter()
            .filter(|device| Some(device.id) != except);
        others
            .into_iter()
            .any(|device| device.name.is_same_as(name))
    }
}

/// A reason as it is kept: short, and without what hides or reorders text.
pub(super) fn kept_reason(reason: &str) -> String {
    let mut reason: String = reason.chars().filter(|c| !is_forbidden(*c)).collect();
    reason.truncate(reason.floor_char_boundary(MAX_REASON_BYTES));
    reason
}

impl DeviceName {
    /// The name of a device that its owner did not name; numbered from the second on.
    pub(crate) fn numbered(kind: &str, number: u32) -> Self {
        let name = if number == 1 {
            String::from(kind)
        } else {
            alloc::format!("{kind} {number}")
        };
        Self::trusted(name)
    }
}
