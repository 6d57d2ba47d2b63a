//! The store under test, and what the checks do with it all the time.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use mfakit_core::UnixTime;
use tokio::sync::{Barrier, oneshot};

use super::executor::Task;
use super::report::{Broken, Verdict, same};
use crate::{AnyStore, Expect, Key, Put, Space, Store as _, StoreError, Version, Versioned, Write};

/// How many tasks race for one key.
pub(super) const RACERS: u64 = 64;

/// The time of checks in which time does not matter.
pub(super) const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);

/// The store of one check, and a way to run tasks.
pub(super) struct Subject<'a> {
    pub(super) client: Client,
    spawn: &'a dyn Fn(Task),
}

impl<'a> Subject<'a> {
    pub(super) fn new(store: AnyStore, spawn: &'a dyn Fn(Task)) -> Self {
        let client = Client {
            store,
            versions: Arc::new(AtomicU64::new(1)),
        };
        Self { client, spawn }
    }

    /// Runs the task of each racer, all let go at once, and returns their results in order.
    pub(super) async fn race<T, F>(&self, task: impl Fn(u64, Client) -> F) -> Result<Vec<T>, Broken>
    where
        T: Send + 'static,
        F: Future<Output = T> + Send + 'static,
    {
        let racers = usize::try_from(RACERS).map_err(|_| Broken::new("too many racers"))?;
        let barrier = Arc::new(Barrier::new(racers));
        let mut results = Vec::new();
        for racer in 0..RACERS {
            let (sender, receiver) = oneshot::channel();
            let (barrier, task) = (Arc::clone(&barrier), task(racer, self.client.clone()));
            (self.spawn)(Box::pin(async move {
                barrier.wait().await;
                // Nobody listens any more if another racer has failed the check already.
                let _ = sender.send(task.await);
            }));
            results.push(receiver);
        }
        let mut finished = Vec::new();
        for result in results {
            finished.push(
                result
                    .await
                    .map_err(|_| Broken::new("a task panicked or was dropped"))?,
            );
        }
        Ok(finished)
    }
}

/// A handle on the store under test, with shorter calls.
#[derive(Clone)]
pub(super) struct Client {
    pub(super) store: AnyStore,
    versions: Arc<AtomicU64>,
}

impl Client {
    /// The same versions on another store.
    pub(super) fn on(&self, store: AnyStore) -> Self {
        Self {
            store,
            versions: Arc::clone(&self.versions),
        }
    }

    /// A version that no other write of this check has: a number suffices here.
    pub(super) fn fresh_version(&self) -> Version {
        let number = self.versions.fetch_add(1, Ordering::Relaxed);
        Version::from_bytes(u128::from(number).to_be_bytes())
    }

    /// Writes, and returns the outcome with the version that was to be written.
    pub(super) async fn put(
        &self,
        key: &Key,
        value: &[u8],
        expect: Expect,
    ) -> Result<(Put, Version), StoreError> {
        let new = self.fresh_version();
        let put = self
            .store
            .put(Write::new(key, value, expect, new), NOW)
            .await?;
        Ok((put, new))
    }

    /// Writes where nothing must be in the way, and returns the version.
    pub(super) async fn create(&self, key: &Key, value: &[u8]) -> Result<Version, Broken> {
        let (put, version) = self.put(key, value, Expect::Absent).await?;
        same("creating an absent record", put, Put::Written)?;
        Ok(version)
    }

    /// Reads at [`NOW`].
    pub(super) async fn get(&self, key: &Key) -> Result<Option<Versioned>, StoreError> {
        self.store.get(key, NOW).await
    }

    /// Fails unless exactly this is stored.
    pub(super) async fn stores(&self, key: &Key, version: Version, value: &[u8]) -> Verdict {
        let want = Versioned::new(version, value.to_vec());
        match self.get(key).await? {
            Some(got) if got == want => Ok(()),
            got => Err(Broken::new(format!("stored is {got:?}, must be {want:?}"))),
        }
    }

    /// Fails unless nothing is stored.
    pub(super) async fn stores_nothing(&self, key: &Key) -> Verdict {
        same("stored", self.get(key).await?, None)
    }
}

/// The key of the user `number`: numbers in order give keys in order.
pub(super) fn user(number: u64) -> Key {
    numbered(Space::User, number)
}

/// The key `number` of a space: numbers in order give keys in order.
pub(super) fn numbered(space: Space, number: u64) -> Key {
    let mut hash = [0; 32];
    let (high, _) = hash.split_at_mut(8);
    high.copy_from_slice(&number.to_be_bytes());
    Key::new(space, hash)
}

/// Seconds since the epoch.
pub(super) const fn at(secs: u64) -> UnixTime {
    UnixTime::from_secs(secs)
}
