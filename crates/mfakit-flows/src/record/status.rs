//! What the owner sees.

use alloc::vec::Vec;

use super::UserRecord;
use crate::{Advice, Context, DeviceView, GrantRefusal, SessionGrant, Tombstone};

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
            advice: self.advice(),
        })
    }
}
