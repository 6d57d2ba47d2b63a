//! Read, decide, write, and decide anew if somebody else was faster.

use std::fmt;
use std::future::poll_fn;
use std::task::Poll;
use std::time::Duration;

use mfakit_core::UnixTime;
use rand_core::CryptoRng;

use crate::turns::Turns;
use crate::{
    AnyStore, Expect, Key, Put, Store, StoreError, StoreErrorKind, Version, Versioned, Write,
};

/// How often a decision is made anew because another process was faster.
///
/// A race over one record ends by itself: a right code counts once, and wrong ones lock the class
/// after a few writes, after which nothing is written. So this many losses in a row are not seen
/// unless somebody changes the record without an end.
const MAX_DECISIONS: u32 = 32;
/// How often a write of unknown outcome is looked after.
const MAX_LOOKS: u32 = 3;
/// What a caller who is turned away at a line should wait.
const LINE_RETRY: Duration = Duration::from_secs(1);

/// A store whose records are changed by decisions: pure functions from what is stored to what is
/// to be stored, made anew whenever somebody else was faster.
///
/// Keep one for all tasks of a process: their changes of one record take turns. Every method is
/// safe to cancel: a dropped call has either happened or not.
pub struct Records {
    store: AnyStore,
    turns: Turns,
}

/// What a decision leads to.
#[derive(Debug)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a decision either changes the record or not"
)]
pub enum Change<T> {
    /// Nothing is to be written.
    Keep(T),
    /// Write, and let the answer out when it is written.
    Write {
        /// The new value of the record.
        value: Vec<u8>,
        /// From when on the record is listed as due.
        due: Option<UnixTime>,
        /// The answer.
        then: T,
    },
}

impl Records {
    /// Changes the records of this store.
    #[must_use]
    pub fn new(store: AnyStore) -> Self {
        Self {
            store,
            turns: Turns::default(),
        }
    }

    /// Returns the store, to read and count.
    #[must_use]
    pub const fn store(&self) -> &AnyStore {
        &self.store
    }

    /// Waits for the turn at a record, decides, writes what was decided, and only then answers.
    /// If another process wrote meanwhile, decides anew on what it wrote.
    ///
    /// # Inputs
    ///
    /// - `decide`: gets the record as it is, `None` if there is none. It is called again after
    ///   each lost race, so it changes nothing else.
    ///
    /// # Errors
    ///
    /// - What `decide` returns: nothing was written.
    /// - A [`Contention`] if too many are in the line, or decided at once.
    /// - A [`StoreError`] if the store failed; after an unknown outcome the change may have
    ///   happened.
    pub async fn change<T: Send, E: From<StoreError> + From<Contention>, R: CryptoRng + Send>(
        &self,
        key: &Key,
        now: UnixTime,
        rng: &mut R,
        decide: impl FnMut(Option<&Versioned>, &mut R) -> Result<Change<T>, E> + Send,
    ) -> Result<T, E> {
        let turn = self.turns.turn(*key).await;
        let _turn = turn.map_err(|_| Contention::LineFull {
            retry_after: LINE_RETRY,
        })?;
        self.change_out_of_turn(key, now, rng, decide).await
    }

    /// Does as [`Records::change`] without waiting for a turn: for what must be done however many
    /// requests there are.
    ///
    /// # Errors
    ///
    /// As [`Records::change`], but for the line.
    pub async fn change_out_of_turn<
        T: Send,
        E: From<StoreError> + From<Contention>,
        R: CryptoRng + Send,
    >(
        &self,
        key: &Key,
        now: UnixTime,
        rng: &mut R,
        mut decide: impl FnMut(Option<&Versioned>, &mut R) -> Result<Change<T>, E> + Send,
    ) -> Result<T, E> {
        for _ in 0..MAX_DECISIONS {
            let found = self.store.get(key, now).await?;
            let (value, due, then) = match decide(found.as_ref(), rng)? {
                Change::Keep(answer) => return Ok(answer),
                Change::Write { value, due, then } => (value, due, then),
            };
            let expect = found.map_or(Expect::Absent, |found| Expect::Version(found.version()));
            let write = Write::new(key, &value, expect, Version::random(rng)).with_due(due);
            if self.put(write, now).await? == Put::Written {
                return Ok(then);
            }
            step_aside(rng).await;
        }
        Err(Contention::Decisions.into())
    }

    /// Writes, and finds out what became of it if the store cannot tell.
    ///
    /// # Errors
    ///
    /// A [`StoreError`] if the store failed; its outcome is unknown only if the store did not say
    /// so when it was asked again and again.
    pub async fn put(&self, write: Write<'_>, now: UnixTime) -> Result<Put, StoreError> {
        match self.store.put(write, now).await {
            Err(error) if error.outcome_unknown() => self.settle(write, now).await,
            known => known,
        }
    }

    /// Looks what became of a write, and makes it again if nothing did. Whatever fails on the way,
    /// the outcome stays unknown: the first write may have happened.
    async fn settle(&self, write: Write<'_>, now: UnixTime) -> Result<Put, StoreError> {
        let unknown = |error| StoreError::new(StoreErrorKind::OutcomeUnknown, error);
        for _ in 0..MAX_LOOKS {
            let found = self.store.get(write.key(), now).await.map_err(unknown)?;
            let found = found.map(|found| found.version());
            if found == Some(write.new_version()) {
                return Ok(Put::Written);
            }
            let unchanged = match write.expect() {
                Expect::Absent => found.is_none(),
                Expect::Version(before) => found == Some(before),
            };
            if !unchanged {
                return Ok(Put::Conflict);
            }
            // The first write may still be under way. It carries the same version, so whichever of
            // the two comes second finds a conflict, and the next look shows that it is our own.
            if let Ok(Put::Written) = self.store.put(write, now).await {
                return Ok(Put::Written);
            }
        }
        Err(StoreErrorKind::OutcomeUnknown.into())
    }

    /// Counts one more of what may happen `max` times in a window, and refuses what is beyond.
    ///
    /// # Errors
    ///
    /// - [`Contention::TooMany`] if it happened too often.
    /// - A [`StoreError`] if the store failed.
    pub async fn limit<E: From<StoreError> + From<Contention>>(
        &self,
        key: &Key,
        max: u32,
        window: Duration,
        now: UnixTime,
    ) -> Result<(), E> {
        let counted = self.store.count(key, window, now).await?;
        if counted.count <= u64::from(max) {
            return Ok(());
        }
        let retry_after = counted.until.since(now).unwrap_or(window);
        Err(Contention::TooMany { retry_after }.into())
    }

    /// Removes the record under `key`, whatever it is; returns whether there was one.
    ///
    /// # Errors
    ///
    /// - [`Contention::Decisions`] if others would not stop changing it.
    /// - A [`StoreError`] if the store failed. Call it again.
    pub async fn delete<E: From<StoreError> + From<Contention>>(
        &self,
        key: &Key,
        now: UnixTime,
    ) -> Result<bool, E> {
        let mut unknown = None;
        for _ in 0..MAX_DECISIONS {
            let Some(found) = self.store.get(key, now).await? else {
                return Ok(unknown.is_some());
            };
            match self.store.delete(key, found.version(), now).await {
                Ok(true) => return Ok(true),
                Ok(false) => {}
                Err(error) if error.outcome_unknown() => unknown = Some(error),
                Err(error) => return Err(error.into()),
            }
        }
        Err(unknown.map_or_else(|| Contention::Decisions.into(), E::from))
    }
}

/// Lets other tasks run a random number of times, so that processes that collided do not collide
/// again. The way to the store and back does the rest; no timer of any runtime is needed.
async fn step_aside(rng: &mut impl CryptoRng) {
    for _ in 0..rng.next_u32() % 16 {
        let mut yielded = false;
        poll_fn(|context| {
            if yielded {
                return Poll::Ready(());
            }
            yielded = true;
            context.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
    }
}

impl fmt::Debug for Records {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Records").finish_non_exhaustive()
    }
}

/// Too many at once. Nothing was decided: the same for right and wrong input.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Contention {
    /// Others were faster each time.
    #[error("record is contended")]
    Decisions,
    /// So many of this process wait for the record already. Nothing was read.
    #[error("too many wait for the record")]
    LineFull {
        /// When to try again.
        retry_after: Duration,
    },
    /// It happened too often in its window. Nothing was read.
    #[error("too many in the window")]
    TooMany {
        /// When to try again.
        retry_after: Duration,
    },
}

#[cfg(test)]
mod tests;
