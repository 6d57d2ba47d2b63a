//! The records of users over a store: opened, decided on, sealed and written back.
//!
//! What decides is in `mfakit-flows`; this is the part of `mfakit` that knows that there is a store.

mod claims;
mod delivery;
mod fault;
mod reseal;
mod tie;

pub use delivery::{Courier, Delivered};
pub use reseal::Resealed;
pub use tie::{TieError, tie};

use std::fmt;

use mfakit_core::{Keys, OsRng, RandomnessUnavailable, UnixTime, UserId};
use mfakit_flows::{Context, Decision, Profile, RecordError, UserRecord};

use crate::{
    AnyStore, Change, Contention, Expect, Key, Put, Records, Space, Store as _, StoreError,
    Version, Versioned, Write,
};

/// How many entries one call of [`Vault::purge`] removes of each sort.
const PURGE: u32 = 1024;

/// The records of a service's users, in its store, under its keys.
pub struct Vault {
    records: Records,
    keys: Keys,
    profile: Profile,
    kept: Kept,
    rp_id: Option<String>,
}

/// Which events a record keeps until they are delivered.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "there is nothing between what the owner is told and everything"
)]
pub enum Kept {
    /// All, for an audit trail.
    Everything,
    /// Those that the owner is told of.
    Notifications,
    /// None: nobody delivers.
    Nothing,
}

/// There is no record of this user. Never "no second factor".
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("unknown user")]
#[non_exhaustive]
pub struct NoSuchUser;

/// An error of the caller's that can say all that goes wrong with a vault.
pub trait Failure:
    From<Contention>
    + From<NoSuchUser>
    + From<RandomnessUnavailable>
    + From<RecordError>
    + From<StoreError>
{
}

impl<E> Failure for E where
    E: From<Contention>
        + From<NoSuchUser>
        + From<RandomnessUnavailable>
        + From<RecordError>
        + From<StoreError>
{
}

impl Vault {
    /// Puts the parts together. [`tie`] says whether store and keys belong to each other.
    ///
    /// # Inputs
    ///
    /// - `rp_id`: of the relying party, if the service has one: whose claims are released.
    #[must_use]
    pub fn new(
        store: AnyStore,
        keys: Keys,
        profile: Profile,
        kept: Kept,
        rp_id: Option<String>,
    ) -> Self {
        Self {
            records: Records::new(store),
            keys,
            profile,
            kept,
            rp_id,
        }
    }

    /// Returns the keys.
    #[must_use]
    pub const fn keys(&self) -> &Keys {
        &self.keys
    }

    /// Returns the numbers that are followed.
    #[must_use]
    pub const fn profile(&self) -> &Profile {
        &self.profile
    }

    fn store(&self) -> &AnyStore {
        self.records.store()
    }

    fn key_of(&self, user: UserId) -> Key {
        Key::new(Space::User, UserRecord::storage_key(user, &self.keys))
    }

    /// Opens a record. One that is absent or does not open is an error, never "no second factor".
    fn open<E: Failure>(&self, key: &Key, found: Option<&Versioned>) -> Result<UserRecord, E> {
        let found = found.ok_or(NoSuchUser)?;
        Ok(UserRecord::open(found.value(), key.hash(), &self.keys)?)
    }

    /// Reads a user's record and answers from it.
    ///
    /// # Errors
    ///
    /// [`NoSuchUser`], a [`RecordError`] or a [`StoreError`].
    pub async fn read<T, E: Failure>(
        &self,
        user: UserId,
        now: UnixTime,
        answer: impl FnOnce(&UserRecord) -> T + Send,
    ) -> Result<T, E> {
        let key = self.key_of(user);
        let found = self.store().get(&key, now).await?;
        Ok(answer(&self.open::<E>(&key, found.as_ref())?))
    }

    /// Loads a user's record, decides, writes what was decided, and only then answers. If another
    /// process wrote meanwhile, decides anew on what it wrote.
    ///
    /// # Errors
    ///
    /// - The inner one is the refusal that was decided on.
    /// - The outer one is [`NoSuchUser`], a [`RecordError`], a [`StoreError`], a [`Contention`] or
    ///   [`RandomnessUnavailable`]: there is no verdict.
    pub async fn transact<T: Send, R: Send, E: Failure>(
        &self,
        user: UserId,
        now: UnixTime,
        decide: impl Fn(UserRecord, &mut OsRng) -> Decision<T, R> + Send + Sync,
    ) -> Result<Result<T, R>, E> {
        let key = self.key_of(user);
        let mut rng = OsRng::new()?;
        let decide = |found: Option<&Versioned>, rng: &mut OsRng| {
            let mut decision = decide(self.open::<E>(&key, found)?, rng);
            let written = decision
                .record_mut()
                .map(|record| self.seal(record, now, rng));
            let then = decision.after_write();
            Ok(match written {
                Some((value, due)) => Change::Write { value, due, then },
                None => Change::Keep(then),
            })
        };
        self.records.change(&key, now, &mut rng, decide).await
    }

    /// Creates the record of a user; returns `false` if there is one, which is left alone.
    ///
    /// # Errors
    ///
    /// A [`StoreError`] or [`RandomnessUnavailable`].
    pub async fn create<E: Failure>(&self, user: UserId, context: &Context<'_>) -> Result<bool, E> {
        let mut rng = OsRng::new()?;
        let mut record = UserRecord::create(user, context, &mut rng);
        let (sealed, due) = self.seal(&mut record, context.now, &mut rng);
        let (key, new) = (self.key_of(user), Version::random(&mut rng));
        let write = Write::new(&key, &sealed, Expect::Absent, new).with_due(due);
        Ok(self.records.put(write, context.now).await? == Put::Written)
    }

    /// Deletes everything there is of a user; returns `false` if there was nothing.
    ///
    /// # Errors
    ///
    /// A [`StoreError`] or [`Contention`].
    pub async fn delete<E: Failure>(&self, user: UserId, now: UnixTime) -> Result<bool, E> {
        self.records.delete(&self.key_of(user), now).await
    }

    /// Refuses a network that has made too many attempts.
    ///
    /// # Errors
    ///
    /// [`Contention::TooMany`] or a [`StoreError`].
    pub async fn limit<E: Failure>(&self, network: &[u8; 8], now: UnixTime) -> Result<(), E> {
        let hash = self.keys.index("mfakit attempts of a network", network);
        let key = Key::new(Space::Limit, hash);
        let (max, window) = (
            self.profile.max_attempts_per_source,
            self.profile.source_window,
        );
        self.records.limit(&key, max, window, now).await
    }

    /// Removes what has expired by itself, and claims of credentials that nobody has, at most 1,024
    /// of each; returns how many had expired.
    ///
    /// # Errors
    ///
    /// A [`StoreError`].
    pub async fn purge<E: Failure>(&self, now: UnixTime) -> Result<u32, E> {
        let swept = self.sweep_due(now, PURGE).await;
        swept.map_err(fault::Fault::tell::<E>)?;
        Ok(self.store().purge(now, PURGE).await?)
    }

    /// The bytes to store for a record, and when its outbox is due.
    fn seal(
        &self,
        record: &mut UserRecord,
        now: UnixTime,
        rng: &mut OsRng,
    ) -> (Vec<u8>, Option<UnixTime>) {
        match self.kept {
            Kept::Everything => {}
            Kept::Notifications => record.discard_events_but_notifications(),
            Kept::Nothing => record.discard_events(),
        }
        // After the clock went back, what waits does not wait for the whole jump.
        let latest = now.saturating_add(delivery::RETRY);
        let due = record.due().map(|due| due.min(latest));
        (record.seal(&self.keys, rng), due)
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vault").finish_non_exhaustive()
    }
}
