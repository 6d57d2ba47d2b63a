//! A user's devices, after they were set up.

use mfakit_flows::{
    Advice, Class, DeviceId, DeviceName, DeviceView, GrantRefusal, ManageRefusal, SessionGrant,
    Tombstone,
};

use crate::{Error, Mfa, Operation, Request};

/// What a user's own settings page shows.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Status {
    /// The devices, oldest first. With none, no second factor is asked for.
    pub devices: Vec<DeviceView>,
    /// The devices that were removed, oldest first.
    pub removed: Vec<Tombstone>,
    /// What the user should do.
    pub advice: Vec<Advice>,
}

impl Status {
    /// Returns whether a second factor is asked for at sign-in.
    #[must_use]
    pub const fn is_on(&self) -> bool {
        !self.devices.is_empty()
    }
}

impl Mfa {
    /// Returns the devices of the signed-in user.
    ///
    /// # Errors
    ///
    /// [`GrantRefusal::Ended`] if the session has ended.
    pub async fn status(
        &self,
        grant: &SessionGrant,
        request: &Request,
    ) -> Result<Status, Error<GrantRefusal>> {
        let status = self.read(grant.user(), request, |record, context| {
            let _met = record.require_session(grant, context)?;
            Ok(Status {
                devices: record.devices(),
                removed: record.tombstones().to_vec(),
                advice: record.advice(),
            })
        });
        self.observed(Operation::Manage, status).await
    }

    /// Gives a device another name. Needs a fresh proof.
    ///
    /// # Errors
    ///
    /// [`ManageRefusal::UnknownDevice`], [`ManageRefusal::NameTaken`], [`ManageRefusal::Grant`].
    pub async fn rename_device(
        &self,
        grant: &SessionGrant,
        device: DeviceId,
        name: DeviceName,
        request: &Request,
    ) -> Result<(), Error<ManageRefusal>> {
        let renamed = self.transact(grant.user(), request, |record, context, rng| {
            record.rename_device(grant, device, name.clone(), context, rng)
        });
        self.observed(Operation::Manage, renamed).await
    }

    /// Removes a device and ends the user's other sessions. Needs a fresh proof.
    ///
    /// Keep the grant that it returns in the old one's place.
    ///
    /// # Errors
    ///
    /// [`ManageRefusal::LastDevice`] if it is the only one: see [`Mfa::disable`];
    /// [`ManageRefusal::UnknownDevice`], [`ManageRefusal::Grant`].
    pub async fn remove_device(
        &self,
        grant: &SessionGrant,
        device: DeviceId,
        request: &Request,
    ) -> Result<SessionGrant, Error<ManageRefusal>> {
        let removed = self.transact(grant.user(), request, |record, context, rng| {
            record.remove_device(grant, device, context, rng)
        });
        self.observed(Operation::Manage, removed).await
    }

    /// Removes all devices: no second factor is asked for any more. Ends the user's other
    /// sessions. Needs a fresh proof of the second factor; ask the user to confirm, too.
    ///
    /// Keep the grant that it returns in the old one's place.
    ///
    /// # Errors
    ///
    /// [`ManageRefusal::NotEnrolled`] if there is no device; [`ManageRefusal::Grant`].
    pub async fn disable(
        &self,
        grant: &SessionGrant,
        request: &Request,
    ) -> Result<SessionGrant, Error<ManageRefusal>> {
        let disabled = self.transact(grant.user(), request, |record, context, rng| {
            record.disable(grant, context, rng)
        });
        self.observed(Operation::Manage, disabled).await
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
    /// [`ManageRefusal::OwnRecord`], [`ManageRefusal::Grant`]; [`Error::UnknownUser`].
    pub async fn reopen(
        &self,
        operator: &SessionGrant,
        user: mfakit_core::UserId,
        class: Class,
        reason: &str,
        request: &Request,
    ) -> Result<(), Error<ManageRefusal>> {
        let reopened = async {
            // The operator's session may have ended since it was resumed.
            let held = self.read(operator.user(), request, |record, context| {
                record
                    .require_session(operator, context)
                    .map_err(ManageRefusal::from)
            });
            let _met = held.await?;
            let reopened = self.transact(user, request, |record, context, rng| {
                record.reopen(class, operator, reason, context, rng)
            });
            reopened.await
        };
        self.observed(Operation::Manage, reopened).await
    }
}
