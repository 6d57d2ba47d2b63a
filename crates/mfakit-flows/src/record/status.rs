//! What the owner sees.

use alloc::vec::Vec;

use mfakit_activation::Address;
use mfakit_webauthn::{RelyingParty, Signal, User, UserHandle};

use super::UserRecord;
use crate::{
    AddressView, Advice, Context, DeviceView, GrantRefusal, RecoveryView, ResetView, SessionGrant,
    Tombstone,
};

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
    /// The recovery codes, if there are any.
    pub recovery: Option<RecoveryView>,
    /// The reset that support has granted and nobody has used, if there is one.
    pub reset: Option<ResetView>,
    /// Where the owner is told of changes, oldest first.
    pub addresses: Vec<AddressView>,
    /// The address that waits for its code.
    pub pending_address: Option<Address>,
    handle: Option<UserHandle>,
    credentials: Vec<Vec<u8>>,
}

impl Status {
    /// Returns whether a second factor is asked for at sign-in.
    #[must_use]
    pub const fn is_on(&self) -> bool {
        !self.devices.is_empty()
    }

    /// Returns what to tell passkey providers on the page that lists the devices: they then hide
    /// what was removed here. `None` while the user has never had a key.
    #[must_use]
    pub fn accepted_credentials(&self, rp: &RelyingParty) -> Option<Signal> {
        let ids = self.credentials.iter().map(Vec::as_slice);
        self.handle
            .map(|handle| rp.signal_all_accepted_credentials(&handle, ids))
    }

    /// Returns what to tell passkey providers about the user's name: they then show it as it is
    /// now. `None` while the user has never had a key.
    #[must_use]
    pub fn user_details(&self, rp: &RelyingParty, account: &str) -> Option<Signal> {
        self.handle
            .map(|handle| rp.signal_current_user_details(&User::new(handle, account)))
    }
}

impl UserRecord {
    /// Returns what the owner's settings page shows.
    ///
    /// # Errors
    ///
    /// [`GrantRefusal::Ended`] or [`GrantRefusal::WrongUser`] if the session does not hold.
    pub fn status(
        &self,
        grant: &SessionGrant,
        context: &Context<'_>,
    ) -> Result<Status, GrantRefusal> {
        self.require_session(grant, context)?;
        Ok(Status {
            devices: self.devices(),
            removed: self.tombstones().to_vec(),
            advice: self.advice(context),
            recovery: self.recovery(),
            reset: self.reset(context),
            addresses: self.addresses(),
            pending_address: self.pending_address(context),
            handle: self.user_handle(),
            credentials: self.credential_ids().map(<[u8]>::to_vec).collect(),
        })
    }
}
