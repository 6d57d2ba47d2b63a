//! Load, decide, write, then answer.

use std::fmt;
use std::sync::Arc;

use mfakit_core::{Keys, OsRng, StoreId, UnixTime, UserId};
use mfakit_flows::{Context, CookieMode, Decision, Profile, UserRecord, WebAuthn};
use mfakit_store::{Change, Key, Records, Space, Store as _, Versioned};

use crate::outbox::{self, AnySink};
use crate::{Error, MfaBuilder, Observer, Operation, Outcome, Request};

/// The second factors of a service's users, over a store.
///
/// Cheap to clone; keep one in the application's state. Every method is safe to call from any
/// number of tasks, processes and machines at once, and safe to cancel: a dropped call has either
/// happened or not.
#[derive(Clone)]
pub struct Mfa(Arc<Parts>);

pub(crate) struct Parts {
    pub(crate) name: String,
    pub(crate) records: Records,
    pub(crate) keys: Keys,
    pub(crate) store_id: StoreId,
    pub(crate) profile: Profile,
    pub(crate) cookies: CookieMode,
    pub(crate) sink: Option<AnySink>,
    pub(crate) observer: Option<Box<dyn Observer>>,
    pub(crate) webauthn: Option<WebAuthn>,
}

impl From<Parts> for Mfa {
    fn from(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }
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

    /// Opens a record. One that is absent or does not open is an error, never "no second factor".
    pub(crate) fn open<R: std::error::Error + 'static>(
        &self,
        key: &Key,
        found: Option<&Versioned>,
    ) -> Result<UserRecord, Error<R>> {
        let found = found.ok_or(Error::UnknownUser)?;
        Ok(UserRecord::open(found.value(), key.hash(), &self.0.keys)?)
    }

    /// Reads a user's record and answers from it.
    pub(crate) async fn read<T, R: std::error::Error + Send + 'static>(
        &self,
        user: UserId,
        request: &Request,
        answer: impl FnOnce(&UserRecord, &Context<'_>) -> Result<T, R> + Send,
    ) -> Result<T, Error<R>> {
        let key = self.user_key(user);
        let found = self.0.records.store().get(&key, request.now()).await?;
        let record = self.open(&key, found.as_ref())?;
        answer(&record, &self.context(request)).map_err(Error::Refused)
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
        let mut rng = OsRng::new()?;
        let decide = |found: Option<&Versioned>, rng: &mut OsRng| {
            let record = self.open(&key, found)?;
            let mut decision = decide(record, &self.context(request), rng);
            let written = decision
                .record_mut()
                .map(|record| self.seal_record(record, request.now(), rng));
            let then = decision.after_write();
            Ok(match written {
                Some((value, due)) => Change::Write { value, due, then },
                None => Change::Keep(then),
            })
        };
        let records = &self.0.records;
        let verdict: Result<_, Error<R>> =
            records.change(&key, request.now(), &mut rng, decide).await;
        verdict?.map_err(Error::Refused)
    }

    /// Does as [`Mfa::transact`] and tells the observer.
    pub(crate) async fn change<T: Send, R: std::error::Error + Send + 'static>(
        &self,
        operation: Operation,
        user: UserId,
        request: &Request,
        decide: impl Fn(UserRecord, &Context<'_>, &mut OsRng) -> Decision<T, R> + Send + Sync,
    ) -> Result<T, Error<R>> {
        self.observed(operation, self.transact(user, request, decide))
            .await
    }

    /// Returns the bytes to store for a record, and when its outbox is due.
    pub(crate) fn seal_record(
        &self,
        record: &mut UserRecord,
        now: UnixTime,
        rng: &mut OsRng,
    ) -> (Vec<u8>, Option<UnixTime>) {
        if self.0.sink.is_none() {
            record.discard_events();
        }
        // After the clock went back, what waits does not wait for the whole jump.
        let latest = now.saturating_add(outbox::RETRY);
        let due = record.due().map(|due| due.min(latest));
        (record.seal(&self.0.keys, rng), due)
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
        let (max, window) = (profile.max_attempts_per_source, profile.source_window);
        let limited = self.0.records.limit(&key, max, window, request.now());
        limited.await
    }
}

impl fmt::Debug for Mfa {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mfa")
            .field("name", &self.0.name)
            .finish_non_exhaustive()
    }
}
