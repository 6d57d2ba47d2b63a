//! What every storage engine promises.

use std::sync::Arc;
use std::time::Duration;

use mfakit_core::UnixTime;

use crate::{Count, Key, Put, StoreError, Version, Versioned, Write};

/// Records that are changed by compare-and-set, one key at a time.
///
/// - Every write is atomic on its key: of several writes that expect the same state, from any
///   number of tasks and processes, exactly one happens, and a failed one changes nothing.
/// - What was written is seen by every read that begins after the answer.
/// - An engine reads no clock. An expired record is absent for everything but [`Store::page`] and
///   [`Store::purge`], whether or not it has been removed already.
/// - A future that is dropped before it is done leaves the old state or the new one. It may also
///   be written a little later, so whoever reads the old state writes by compare-and-set.
///
/// Engines must pass the suite in `mfakit_store::conformance` (feature `conformance`).
pub trait Store: Send + Sync + 'static {
    /// Reads the record under `key`, or `None` if there is none at `now`.
    ///
    /// # Errors
    ///
    /// Only if the engine cannot answer. Never take an error for "there is none".
    fn get(
        &self,
        key: &Key,
        now: UnixTime,
    ) -> impl Future<Output = Result<Option<Versioned>, StoreError>> + Send;

    /// Writes a record if what is stored is as the write expects.
    ///
    /// Returns [`Put::Written`] only when the write is as durable as the engine makes it.
    ///
    /// # Errors
    ///
    /// - [`OutcomeUnknown`] if the write may have happened. Read: the write's own version there
    ///   means that it did; the expected state means that it did not yet, so try again with
    ///   another version; anything else is a conflict. (The write may then have happened and been
    ///   replaced already, so decide anew on what is there now.)
    /// - [`TooLarge`] if the value has more than [`MAX_VALUE_BYTES`](crate::MAX_VALUE_BYTES).
    /// - Any other kind if nothing was changed.
    ///
    /// [`OutcomeUnknown`]: crate::StoreErrorKind::OutcomeUnknown
    /// [`TooLarge`]: crate::StoreErrorKind::TooLarge
    fn put(
        &self,
        write: Write<'_>,
        now: UnixTime,
    ) -> impl Future<Output = Result<Put, StoreError>> + Send;

    /// Removes the record under `key` if it has the version `expect`; returns whether it did.
    ///
    /// # Errors
    ///
    /// As [`Store::put`]. After an unknown outcome an absent record means that it is gone.
    fn delete(
        &self,
        key: &Key,
        expect: Version,
        now: UnixTime,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Counts one event under `key`, by the rule of [`Count::next`].
    ///
    /// Counts are shared by all processes on the store, but need not survive a crash. They are
    /// apart from the records: the same key may have both.
    ///
    /// # Errors
    ///
    /// As [`Store::put`]. After an unknown outcome take the event as counted.
    fn count(
        &self,
        key: &Key,
        window: Duration,
        now: UnixTime,
    ) -> impl Future<Output = Result<Count, StoreError>> + Send;

    /// Lists the keys of records whose due time has come, the longest overdue first, at most
    /// `limit`; keys due in the same second are in their own order.
    ///
    /// A record stays listed until it is written with another due time.
    ///
    /// # Errors
    ///
    /// Only if the engine cannot answer.
    fn due(
        &self,
        now: UnixTime,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<Key>, StoreError>> + Send;

    /// Lists the first `limit` records after the key `after`, in the order of their keys.
    ///
    /// Start with `None` and go on with the last key of each page until one is empty: a record
    /// that exists all the time is listed exactly once, whatever is written meanwhile. Expired
    /// records are listed until they are purged.
    ///
    /// # Errors
    ///
    /// Only if the engine cannot answer.
    fn page(
        &self,
        after: Option<Key>,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<(Key, Versioned)>, StoreError>> + Send;

    /// Removes at most `limit` records and counts that have expired; returns how many.
    ///
    /// Call it now and then, again while it returns `limit`. Nothing depends on it but space.
    ///
    /// # Errors
    ///
    /// As [`Store::put`]; simply call it again.
    fn purge(
        &self,
        now: UnixTime,
        limit: u32,
    ) -> impl Future<Output = Result<u32, StoreError>> + Send;
}

/// Another handle on the same store.
impl<S: Store> Store for Arc<S> {
    async fn get(&self, key: &Key, now: UnixTime) -> Result<Option<Versioned>, StoreError> {
        S::get(self, key, now).await
    }

    async fn put(&self, write: Write<'_>, now: UnixTime) -> Result<Put, StoreError> {
        S::put(self, write, now).await
    }

    async fn delete(&self, key: &Key, expect: Version, now: UnixTime) -> Result<bool, StoreError> {
        S::delete(self, key, expect, now).await
    }

    async fn count(&self, key: &Key, window: Duration, now: UnixTime) -> Result<Count, StoreError> {
        S::count(self, key, window, now).await
    }

    async fn due(&self, now: UnixTime, limit: u32) -> Result<Vec<Key>, StoreError> {
        S::due(self, now, limit).await
    }

    async fn page(
        &self,
        after: Option<Key>,
        limit: u32,
    ) -> Result<Vec<(Key, Versioned)>, StoreError> {
        S::page(self, after, limit).await
    }

    async fn purge(&self, now: UnixTime, limit: u32) -> Result<u32, StoreError> {
        S::purge(self, now, limit).await
    }
}
