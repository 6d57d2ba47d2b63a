//! What an operator runs now and then.

use mfakit_core::UnixTime;
use mfakit_flows::Never;
use mfakit_store::vault::Resealed;

use crate::{Error, Mfa, Operation};

impl Mfa {
    /// Seals every record anew that an older key has sealed, after [`Keys::rotate`].
    ///
    /// Give the new keys to every process first. Then run it until nothing is left but `current`;
    /// then the old key may be retired. Safe beside normal work, and to interrupt.
    ///
    /// # Errors
    ///
    /// - [`Error::Store`] if the store failed. What was done stays done.
    /// - [`Error::Randomness`] if the system gives no random bytes.
    ///
    /// [`Keys::rotate`]: mfakit_core::Keys::rotate
    pub async fn reseal(&self, now: UnixTime) -> Result<Resealed, Error<Never>> {
        self.observed(Operation::Maintain, self.parts().vault.reseal(now))
            .await
    }

    /// Removes what has expired by itself, and entries of credentials that nobody has, at most 1,024
    /// of each a call; returns how many had expired.
    /// Call it every minute or so. Nothing depends on it but the size of the store.
    ///
    /// # Errors
    ///
    /// [`Error::Store`] if the store failed.
    pub async fn purge(&self, now: UnixTime) -> Result<u32, Error<Never>> {
        self.observed(Operation::Maintain, self.parts().vault.purge(now))
            .await
    }
}
