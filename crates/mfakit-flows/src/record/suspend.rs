//! Taking a device out of use that its owner misses, and back.

use rand_core::CryptoRng;

use super::UserRecord;
use crate::codec::Time;
use crate::device::Device;
use crate::error::ManageRefusal;
use crate::{Context, Decision, DeviceId, DeviceName, EventKind, Level, Requirement, SessionGrant};

impl UserRecord {
    /// Suspends a device that may be in the wrong hands, and ends all other sessions. It opens
    /// nothing until it is resumed, and keeps its name and its place.
    ///
    /// One factor that was proven within the last minutes suffices, whichever it was, in a session
    /// that has proven two at any time: who has lost a device has fewer left (NIST SP 800-63B-4
    /// section 4.3). The last device in use stays, so
    /// that nobody can be locked out by it.
    ///
    /// Returns the session's new grant, to be kept in the old one's place.
    ///
    /// # Errors
    ///
    /// The verdict of the decision is
    ///
    /// - [`ManageRefusal::Grant`] if a fresh proof is needed, or the session does not hold.
    /// - [`ManageRefusal::LastDevice`] if no other one is in use.
    /// - [`ManageRefusal::Suspended`] if it is suspended already, [`ManageRefusal::UnknownDevice`]
    ///   if it is none of the user's.
    /// - [`ManageRefusal::Full`] if events must be delivered first.
    pub fn suspend_device(
        mut self,
        grant: &SessionGrant,
        device: DeviceId,
        context: &Context<'_>,
        rng: &mut impl CryptoRng,
    ) -> Decision<SessionGrant, ManageRefusal> {
        match self.try_suspend(grant, device, context, rng) {
            Ok(()) => {
                let grant = grant.renewed(self.0.grant_generation);
                Decision::write(self, Ok(grant))
            }
            Err(refusal) => Decision::unchanged(self, Err(refusal)),
        }
    }

    /// Puts a suspended device back in use. Needs a fresh proof of the second factor, and of AAL3
    /// for a key that gives it.
    ///
    /// # Errors
    ///
    /// The verdict of the decision is
    ///
    /// - [`ManageRefusal::Grant`] if a fresh proof is needed, or the session does not hold.
    /// - [`ManageRefusal::NotSuspended`] if it is in use, [`ManageRefusal::UnknownDevice`] if it is
    ///   none of the user's.
    /// - [`ManageRefusal::Full`] if events must be delivered first.
    pub fn resume_device(
        mut self,
        grant: &SessionGrant,
        device: DeviceId,
        context: &Context<'_>,
        rng: &mut impl CryptoRng,
    ) -> Decision<(), ManageRefusal> {
        match self.try_resume(grant, device, context, rng) {
            Ok(()) => Decision::write(self, Ok(())),
            Err(refusal) => Decision::unchanged(self, Err(refusal)),
        }
    }

    fn try_suspend(
        &mut self,
        grant: &SessionGrant,
        device: DeviceId,
        context: &Context<'_>,
        rng: &mut impl CryptoRng,
    ) -> Result<(), ManageRefusal> {
        let one_factor = Requirement::level(Level::Aal1).within(context.profile.fresh);
        let _met = self.require(grant, one_factor, context)?;
        // A session of the first factor alone may be older than the second.
        let _met = self.hold(grant, self.second_factor(context), context)?;
        if !self.device(device)?.is_usable() {
            return Err(ManageRefusal::Suspended);
        }
        let stays = |other: &Device| other.id != device && other.is_usable();
        if !self.0.devices.iter().any(stays) {
            return Err(ManageRefusal::LastDevice);
        }
        let name = self.set_suspension(device, Some(Time(context.now)))?;
        self.note_change(EventKind::DeviceSuspended { device, name }, context, rng)?;
        self.end_sessions(rng);
        Ok(())
    }

    fn try_resume(
        &mut self,
        grant: &SessionGrant,
        device: DeviceId,
        context: &Context<'_>,
        rng: &mut impl CryptoRng,
    ) -> Result<(), ManageRefusal> {
        let _met = self.require_fresh(grant, context)?;
        let suspended = self.device(device)?;
        if suspended.is_usable() {
            return Err(ManageRefusal::NotSuspended);
        }
        self.require_highest_for(suspended, grant, context)?;
        let name = self.set_suspension(device, None)?;
        self.note_change(EventKind::DeviceResumed { device, name }, context, rng)?;
        Ok(())
    }

    fn device(&self, device: DeviceId) -> Result<&Device, ManageRefusal> {
        let found = self.0.devices.iter().find(|other| other.id == device);
        found.ok_or(ManageRefusal::UnknownDevice)
    }

    fn set_suspension(
        &mut self,
        device: DeviceId,
        since: Option<Time>,
    ) -> Result<DeviceName, ManageRefusal> {
        let found = self.0.devices.iter_mut().find(|other| other.id == device);
        let found = found.ok_or(ManageRefusal::UnknownDevice)?;
        found.suspended = since;
        found.review = None;
        Ok(found.name.clone())
    }
}
