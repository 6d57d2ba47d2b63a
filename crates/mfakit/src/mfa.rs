//! Load, decide, write, then answer.

use std::fmt;
use std::future::{Future, poll_fn};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use mfakit_core::{Keys, OsRng, StoreId, UnixTime, UserId};
use mfakit_flows::{Context, Decision, Profile, UserRecord};
use mfakit_store::{
    AnyStore, Expect, Key, Put, Space, Store, StoreError, StoreErrorKind, Version, Write,
};
use rand_core::Rng as _;

use crate::outbox::{self, AnySink};
use crate::queue::Queue;
use crate::{CookieMode, Error, MfaBuilder, Observer, Operation, Outcome, Request};

/// How often a decision is made anew because another process was faster.
///
/// A race over one record ends by itself: a right code counts once, and wrong ones lock the class
/// after a few writes, after which nothing is written. So this many losses in a row are not seen
/// unless somebody changes the record without an end.
pub(crate) const MAX_DECISIONS: u32 = 32;
/// How often a write of unknown outcome is looked after.
const MAX_LOOKS: u32 = 3;
/// What a caller who is turned away at the queue should wait.
const QUEUE_RETRY: Duration = Duration::from_secs(1);

/// The second factors of a service's users, over a store.
///
/// Cheap to clone; keep one in the application's state. Every method is safe to call from any
/// number of tasks, processes and machines at once, and safe to cancel: a dropped call has either
/// happened or not.
#[derive(Clone)]
pub struct Mfa(Arc<Parts>);

pub(crate) struct Parts {
    pub(crate) name: String,
    pub(crate) store: AnyStore,
    pub(crate) keys: Keys,
    pub(crate) store_id: StoreId,
    pub(crate) profile: Profile,
    pub(crate) cookies: CookieMode,
    pub(crate) sink: Option<AnySink>,
    pub(crate) observer: Option<Box<dyn Observer>>,
    pub(crate) queue: Queue,
}

impl From<Parts> for Mfa {
    fn from(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }
}

/// A record as it was read.
pub(crate) struct Loaded {
    pub(crate) record: UserRecord,
    pub(crate) version: Version,
}

impl Mfa {
    /// Starts to build one for a service of this name, which authenticator apps show as issuer.
    pub fn builder(name: &str) -> MfaBuilder {
        MfaBuilder::new(name)
    }

    /// Returns the service's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// Returns the numbers that are followed.
    #[must_use]
    pub fn profile(&self) -> &Profile {
        &self.0.profile
    }

    /// Returns the id of the store, which the keys repeat. Where keys are not in a file of this
    /// library's, such as those of a secret manager, add it to them with [`Keys::bind`]: from then
    /// on they refuse an empty store.
    #[must_use]
    pub fn store_id(&self) -> StoreId {
        self.0.store_id
    }

    pub(crate) fn parts(&self) -> &Parts {
        &self.0
    }

    pub(crate) fn user_key(&self, user: UserId) -> Key {
        Key::new(Space::User, UserRecord::storage_key(user, &self.0.keys))
    }

    pub(crate) fn context<'a>(&'a self, request: &'a Request) -> Context<'a> {
        Context::new(request.now(), request.origin(), &self.0.profile)
    }

    /// Tells the observer how an operation ended.
    pub(crate) async fn observed<T, R: std::error::Error + 'static>(
        &self,
        operation: Operation,
        work: impl Future<Output = Result<T, Error<R>>> + Send,
    ) -> Result<T, Error<R>> {
        let result = work.await;
        let outcome = Outcome::of(&result);
        if let Some(observer) = &self.0.observer {
            observer.observe(operation, outcome);
        }
        #[cfg(feature = "tracing")]
        tracing::debug!(
            target: "mfakit",
            operation = operation.as_str(),
            outcome = outcome.as_str(),
            "operation ended"
        );
        result
    }

    /// Loads a user's record. One that does not open is an error, never "no second factor".
    pub(crate) async fn load<R: std::error::Error + 'static>(
        &self,
        key: &Key,
        now: UnixTime,
    ) -> Result<Loaded, Error<R>> {
        let found = self
            .0
            .store
            .get(key, now)
            .await?
            .ok_or(Error::UnknownUser)?;
        let record = UserRecord::open(found.value(), key.hash(), &self.0.keys)?;
        Ok(Loaded {
            record,
            version: found.version(),
        })
    }

    /// Reads a user's record and answers from it.
    pub(crate) async fn read<T, R: std::error::Error + Send + 'static>(
        &self,
        user: UserId,
        request: &Request,
        answer: impl FnOnce(&UserRecord, &Context<'_>) -> Result<T, R> + Send,
    ) -> Result<T, Error<R>> {
        let loaded = self.load(&self.user_key(user), request.now()).await?;
        answer(&loaded.record, &self.context(request)).map_err(Error::Refused)
    }

    /// Loads a user's record, decides, writes what was decided, and only then answers. If another
    /// process wrote meanwhile, decides anew on what it wrote.
    pub(crate) async fn transact<T: Send, R: std::error::Error + Send + 'static>(
        &self,
        user: UserId,
        request: &Request,
        decide: impl Fn(UserRecord, &Context<'_>, &mut OsRng) -> Decision<T, R> + Send + Sync,
    ) -> Result<T, Error<R>> {
        let key = self.user_key(user);
        let turn = self.0.queue.turn(key).await;
        let _turn = turn.map_err(|_| Error::Throttled {
            retry_after: QUEUE_RETRY,
        })?;
        let mut rng = OsRng::new()?;

        for _ in 0..MAX_DECISIONS {
            let Loaded { record, version } = self.load(&key, request.now()).await?;
            let mut decision = decide(record, &self.context(request), &mut rng);
            let Some(record) = decision.record_mut() else {
                return decision.after_write().map_err(Error::Refused);
            };
            if self
                .write(record, &key, Expect::Version(version), request, &mut rng)
                .await?
            {
                return decision.after_write().map_err(Error::Refused);
            }
            step_aside(&mut rng).await;
        }
        Err(Error::Contended)
    }

    /// Seals and writes a record; `false` if somebody else's is there.
    pub(crate) async fn write(
        &self,
        record: &mut UserRecord,
        key: &Key,
        expect: Expect,
        request: &Request,
        rng: &mut OsRng,
    ) -> Result<bool, StoreError> {
        if self.0.sink.is_none() {
            record.discard_events();
        }
        let sealed = record.seal(&self.0.keys, rng);
        // After the clock went back, what waits does not wait for the whole jump.
        let latest = request.now().saturating_add(outbox::RETRY);
        let due = record.due().map(|due| due.min(latest));
        let write = Write::new(key, &sealed, expect, Version::random(rng)).with_due(due);
        self.put(write, request.now()).await
    }

    /// Writes, and finds out what became of it if the store cannot tell.
    pub(crate) async fn put(&self, write: Write<'_>, now: UnixTime) -> Result<bool, StoreError> {
        match self.0.store.put(write, now).await {
            Ok(put) => Ok(put == Put::Written),
            Err(error) if error.outcome_unknown() => self.settle(write, now).await,
            Err(error) => Err(error),
        }
    }

    /// Looks what became of a write, and makes it again if nothing did. Whatever fails on the way,
    /// the outcome stays unknown: the first write may have happened.
    async fn settle(&self, write: Write<'_>, now: UnixTime) -> Result<bool, StoreError> {
        let unknown = |error| StoreError::new(StoreErrorKind::OutcomeUnknown, error);
        for _ in 0..MAX_LOOKS {
            let found = self.0.store.get(write.key(), now).await.map_err(unknown)?;
            let found = found.map(|found| found.version());
            if found == Some(write.new_version()) {
                return Ok(true);
            }
            let unchanged = match write.expect() {
                Expect::Absent => found.is_none(),
                Expect::Version(before) => found == Some(before),
            };
            if !unchanged {
                return Ok(false);
            }
            // The first write may still be under way. It carries the same version, so whichever of
            // the two comes second finds a conflict, and the next look shows that it is our own.
            if let Ok(Put::Written) = self.0.store.put(write, now).await {
                return Ok(true);
            }
        }
        Err(StoreErrorKind::OutcomeUnknown.into())
    }

    /// Refuses a network that has made too many attempts, before any work is done for it.
    pub(crate) async fn limit_source<R: std::error::Error + 'static>(
        &self,
        request: &Request,
    ) -> Result<(), Error<R>> {
        let Some(network) = request.origin().network() else {
            return Ok(());
        };
        let hash = self.0.keys.index("mfakit attempts of a network", &network);
        let key = Key::new(Space::Limit, hash);
        let profile = &self.0.profile;
        let counted = self
            .0
            .store
            .count(&key, profile.source_window, request.now())
            .await?;
        if counted.count <= u64::from(profile.max_attempts_per_source) {
            return Ok(());
        }
        let retry_after = counted
            .until
            .since(request.now())
            .unwrap_or(profile.source_window);
        Err(Error::Throttled { retry_after })
    }
}

/// Lets other tasks run a random number of times, so that processes that collided do not collide
/// again. The way to the store and back does the rest; no timer of any runtime is needed.
async fn step_aside(rng: &mut OsRng) {
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

impl fmt::Debug for Mfa {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mfa")
            .field("name", &self.0.name)
            .finish_non_exhaustive()
    }
}
