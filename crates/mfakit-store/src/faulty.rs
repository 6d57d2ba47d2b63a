//! A store that fails when it is told to.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use mfakit_core::UnixTime;

use crate::{Count, Key, Put, Store, StoreError, StoreErrorKind, Version, Versioned, Write};

/// A store around another that follows a script of faults, for tests of what uses a store.
///
/// Clones share the script, so a test keeps one and gives the other away. Operations without a
/// script, or at the end of theirs, go to the store inside.
///
/// # Examples
///
/// A write that happens although its answer is lost, and one that does not happen:
///
/// ```
/// use mfakit_store::{Faulty, MemoryStore, Operation, Step, StoreErrorKind::OutcomeUnknown};
///
/// let store = Faulty::new(MemoryStore::new());
/// store.script(Operation::Put, [Step::FailAfter(OutcomeUnknown), Step::FailBefore(OutcomeUnknown)]);
/// assert_eq!(store.calls(Operation::Put), 0);
/// ```
pub struct Faulty<S> {
    shared: Arc<Shared<S>>,
}

impl<S: Store> Faulty<S> {
    /// Puts a store without faults around `inner`.
    #[must_use]
    pub fn new(inner: S) -> Self {
        let plan = Mutex::new(Plan::default());
        Self {
            shared: Arc::new(Shared { inner, plan }),
        }
    }

    /// Appends to the script of one operation: what its next calls do, one step each.
    pub fn script(&self, operation: Operation, steps: impl IntoIterator<Item = Step>) {
        self.plan()
            .steps
            .entry(operation)
            .or_default()
            .extend(steps);
    }

    /// Returns how often an operation was called, failed calls included.
    #[must_use]
    pub fn calls(&self, operation: Operation) -> u64 {
        self.plan()
            .calls
            .get(&operation)
            .copied()
            .unwrap_or_default()
    }

    /// Returns the store inside, for looks past the faults.
    #[must_use]
    pub fn inner(&self) -> &S {
        &self.shared.inner
    }

    fn plan(&self) -> MutexGuard<'_, Plan> {
        self.shared
            .plan
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn next_step(&self, operation: Operation) -> Step {
        let mut plan = self.plan();
        let calls = plan.calls.entry(operation).or_default();
        *calls = calls.saturating_add(1);
        let steps = plan.steps.get_mut(&operation);
        steps.and_then(VecDeque::pop_front).unwrap_or(Step::Pass)
    }

    async fn call<T>(
        &self,
        operation: Operation,
        inner: impl Future<Output = Result<T, StoreError>> + Send,
    ) -> Result<T, StoreError> {
        match self.next_step(operation) {
            Step::Pass => inner.await,
            Step::FailBefore(kind) => Err(kind.into()),
            Step::FailAfter(kind) => inner.await.and_then(|_| Err(kind.into())),
            Step::StallBefore => future::pending().await,
            Step::StallAfter => match inner.await {
                Ok(_) => future::pending().await,
                Err(error) => Err(error),
            },
        }
    }
}

impl<S> Clone for Faulty<S> {
    fn clone(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
        }
    }
}

impl<S: fmt::Debug> fmt::Debug for Faulty<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Faulty").field(&self.shared.inner).finish()
    }
}

impl<S: Store> Store for Faulty<S> {
    async fn get(&self, key: &Key, now: UnixTime) -> Result<Option<Versioned>, StoreError> {
        self.call(Operation::Get, self.inner().get(key, now)).await
    }

    async fn put(&self, write: Write<'_>, now: UnixTime) -> Result<Put, StoreError> {
        self.call(Operation::Put, self.inner().put(write, now))
            .await
    }

    async fn delete(&self, key: &Key, expect: Version, now: UnixTime) -> Result<bool, StoreError> {
        self.call(Operation::Delete, self.inner().delete(key, expect, now))
            .await
    }

    async fn count(&self, key: &Key, window: Duration, now: UnixTime) -> Result<Count, StoreError> {
        self.call(Operation::Count, self.inner().count(key, window, now))
            .await
    }

    async fn due(&self, now: UnixTime, limit: u32) -> Result<Vec<Key>, StoreError> {
        self.call(Operation::Due, self.inner().due(now, limit))
            .await
    }

    async fn page(
        &self,
        after: Option<Key>,
        limit: u32,
    ) -> Result<Vec<(Key, Versioned)>, StoreError> {
        self.call(Operation::Page, self.inner().page(after, limit))
            .await
    }

    async fn purge(&self, now: UnixTime, limit: u32) -> Result<u32, StoreError> {
        self.call(Operation::Purge, self.inner().purge(now, limit))
            .await
    }
}

/// An operation of a [`Store`].
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Operation {
    /// [`Store::get`].
    Get,
    /// [`Store::put`].
    Put,
    /// [`Store::delete`].
    Delete,
    /// [`Store::count`].
    Count,
    /// [`Store::due`].
    Due,
    /// [`Store::page`].
    Page,
    /// [`Store::purge`].
    Purge,
}

/// What one call on a [`Faulty`] store does.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Step {
    /// It goes to the store inside.
    Pass,
    /// It fails, and the store inside is not called.
    FailBefore(StoreErrorKind),
    /// It is done by the store inside, and then fails nevertheless.
    FailAfter(StoreErrorKind),
    /// It never answers, and the store inside is not called.
    StallBefore,
    /// It is done by the store inside, but never answers.
    StallAfter,
}

struct Shared<S> {
    inner: S,
    plan: Mutex<Plan>,
}

#[derive(Default)]
struct Plan {
    steps: HashMap<Operation, VecDeque<Step>>,
    calls: HashMap<Operation, u64>,
}
