//! Whether a store and keys belong to each other.

use mfakit_core::{Keys, OsRng, RandomnessUnavailable, StoreId, UnixTime};

use crate::{AnyStore, Change, Contention, Key, Records, StoreError, StoreErrorKind};

/// Finds the id of a store that belongs to the keys, or gives an unused one an id.
///
/// # Inputs
///
/// - `now`: any time: the record has no expiry.
///
/// # Errors
///
/// - [`TieError::Missing`] if the keys were used with a store before and this one is empty.
/// - [`TieError::Foreign`] if the store was used with other keys.
/// - [`TieError::Store`] if the store failed.
/// - [`TieError::Randomness`] if the system gives no random bytes.
pub async fn tie(store: &AnyStore, keys: &Keys, now: UnixTime) -> Result<StoreId, TieError> {
    let mut rng = OsRng::new().map_err(TieError::Randomness)?;
    Records::new(store.clone())
        .change(&Key::META, now, &mut rng, |found, rng| {
            let Some(found) = found else {
                if keys.store_id().is_some() {
                    return Err(TieError::Missing);
                }
                let id = StoreId::random(rng);
                let value = keys.store_record(id);
                let (due, then) = (None, id);
                return Ok(Change::Write { value, due, then });
            };
            let id = keys.open_store_record(found.value());
            let id = id.filter(|id| keys.store_id().is_none_or(|bound| bound == *id));
            id.map(Change::Keep).ok_or(TieError::Foreign)
        })
        .await
}

/// Why a store and keys were not tied.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TieError {
    /// The store belongs to other keys, or the keys to another store.
    #[error("store and keys do not belong together")]
    Foreign,
    /// The keys belong to a store, and this one is empty.
    #[error("the store that the keys belong to is missing")]
    Missing,
    /// The operating system gave no random bytes.
    #[error("no randomness")]
    Randomness(#[source] RandomnessUnavailable),
    /// The store failed.
    #[error("store failed")]
    Store(#[from] StoreError),
}

impl From<Contention> for TieError {
    fn from(contention: Contention) -> Self {
        // The record is written once in the life of a store.
        Self::Store(StoreError::new(StoreErrorKind::Busy, contention))
    }
}
