//! A user's devices, after they were set up.

use mfakit_flows::{
    Class, DeviceId, DeviceName, GrantRefusal, ManageRefusal, SessionGrant, Status,
};

use crate::{Error, Mfa, Operation, Request};

impl Mfa {
    /// Returns the devices of the signed-in user, those that are gone, and advice.
    ///
    /// # Errors
    ///
    /// - [`GrantRefusal::Ended`] if the session has ended.
    /// - The failures of [`Error`].
    pub async fn status(
        &self,
        grant: &SessionGrant,
        request: &Request,
    ) -> Result<Status, Error<GrantRefusal>> {
        let status = self.read(grant.user(), request, |record, context| {
            record.status(grant, context)
        });
        self.observed(Operation::Manage, status).await
    }

    /// Gives a device another name.
    ///
    /// # Inputs
    ///
    /// - `grant`: with a fresh proof of the second factor.
    ///
    /// # Errors
    ///
    /// - [`ManageRefusal::UnknownDevice`] if the user has no such device.
    /// - [`ManageRefusal::NameTaken`] if another one has this name, or one that differs in case
    ///   only.
    /// - [`ManageRefusal::Grant`] if the proof is not fresh, or the session has ended.
    /// - [`ManageRefusal::Full`] if events must be delivered first.
    /// - The failures of [`Error`].
    pub async fn rename_device(
        &self,
        grant: &SessionGrant,
        device: DeviceId,
        name: DeviceName,
        request: &Request,
    ) -> Result<(), Error<ManageRefusal>> {
        self.change(
            Operation::Manage,
            grant.user(),
            request,
            |record, context, rng| record.rename_device(grant, device, name.clone(), context, rng),
        )
        .await
    }

    /// Removes a device, ends the user's other sessions and returns this one's new grant.
    ///
    /// # Inputs
    ///
    /// - `grant`: with a fresh proof of the second factor, which may be one of that very device.
    ///
    /// # Errors
    ///
    /// - [`ManageRefusal::MustKeep`] if the profile requires a key and no other one is in use.
    /// - [`ManageRefusal::LastDevice`] if it is the only one: see [`Mfa::disable`].
    /// - [`ManageRefusal::UnknownDevice`] if the user has no such device.
    /// - [`ManageRefusal::Grant`] if the proof is not fresh, or the session has ended.
    /// - [`ManageRefusal::Full`] if events must be delivered first.
    /// - The failures of [`Error`].
    ///
    /// # Security
    ///
    /// Keep the new grant in the old one's place, under a new session id, or this session has ended
    /// too.
    pub async fn remove_device(
        &self,
        grant: &SessionGrant,
        device: DeviceId,
        request: &Request,
    ) -> Result<SessionGrant, Error<ManageRefusal>> {
        let removed = self.transact(grant.user(), request, |record, context, rng| {
            record.remove_device(grant, device, context, rng)
        });
        self.observed(Operation::Manage, self.releasing(grant, request, removed))
            .await
    }

    /// Removes all devices, ends the user's other sessions and returns this one's new grant, of the
    /// first factor alone. No second factor is asked for any more.
    ///
    /// # Inputs
    ///
    /// - `grant`: with a fresh proof of the second factor.
    ///
    /// # Errors
    ///
    /// - [`ManageRefusal::NotEnrolled`] if there is no device.
    /// - [`ManageRefusal::MustKeep`] if the profile requires a device and the time of grace is over.
    /// - [`ManageRefusal::Grant`] if the proof is not fresh, or the session has ended.
    /// - [`ManageRefusal::Full`] if events must be delivered first.
    /// - The failures of [`Error`].
    ///
    /// # Security
    ///
    /// Ask the user to confirm. Keep the new grant in the old one's place, under a new session id,
    /// or this session has ended too.
    pub async fn disable(
        &self,
        grant: &SessionGrant,
        request: &Request,
    ) -> Result<SessionGrant, Error<ManageRefusal>> {
        let disabled = self.transact(grant.user(), request, |record, context, rng| {
            record.disable(grant, context, rng)
        });
        self.observed(Operation::Manage, self.releasing(grant, request, disabled))
            .await
    }

    /// Opens a class of another user again that has stopped after too many failures.
    ///
    /// # Inputs
    ///
    /// - `operator`: the session of somebody whom the host knows as an operator, with a fresh
    ///   proof of the second factor.
    /// - `user`: whose class it is; not the operator's own.
    /// - `reason`: kept with the event, cut after 256 bytes.
    ///
    /// # Errors
    ///
    /// - [`ManageRefusal::OwnRecord`] if the operator is the user.
    /// - [`ManageRefusal::Grant`] if the operator's proof is not fresh, or the session has ended.
    /// - [`Error::UnknownUser`] if either of the two has no record.
    /// - The other failures of [`Error`].
    ///
    /// # Security
    ///
    /// Who is an operator, only the host knows: look it up before the call.
    pub async fn reopen(
        &self,
        operator: &SessionGrant,
        user: mfakit_core::UserId,
        class: Class,
        reason: &str,
        request: &Request,
    ) -> Result<(), Error<ManageRefusal>> {
        let reopened = async {
            self.hold_operator(operator, request).await?;
            let reopened = self.transact(user, request, |record, context, rng| {
                record.reopen(class, operator, reason, context, rng)
            });
            reopened.await
        };
        self.observed(Operation::Manage, reopened).await
    }

    /// Makes sure that an operator's session has not ended since it was resumed.
    pub(crate) async fn hold_operator(
        &self,
        operator: &SessionGrant,
        request: &Request,
    ) -> Result<(), Error<ManageRefusal>> {
        self.read(operator.user(), request, |record, context| {
            let held = record.require_session(operator, context);
            held.map_err(ManageRefusal::from)
        })
        .await
    }

    /// Does what may take keys from a user, and lets others have them.
    pub(crate) async fn releasing<T: Send, R: std::error::Error + Send + 'static>(
        &self,
        grant: &SessionGrant,
        request: &Request,
        work: impl Future<Output = Result<T, Error<R>>> + Send,
    ) -> Result<T, Error<R>> {
        let (user, now) = (grant.user(), request.now());
        self.parts().vault.releasing(user, now, work).await
    }
}
