//! Load, decide, write, then answer.

use std::fmt;
use std::sync::Arc;

use mfakit_core::{Keys, OsRng, StoreId, UserId};
use mfakit_flows::{Context, CookieMode, Decision, Event, Mail, Profile, UserRecord, WebAuthn};
use mfakit_store::vault::Vault;

use crate::outbox::Any;
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
    pub(crate) vault: Vault,
    pub(crate) store_id: StoreId,
    pub(crate) cookies: CookieMode,
    pub(crate) sink: Option<Any<Event>>,
    pub(crate) mailer: Option<Any<Mail>>,
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
        self.0.vault.profile()
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

    pub(crate) fn keys(&self) -> &Keys {
        self.0.vault.keys()
    }

    pub(crate) fn context<'a>(&'a self, request: &'a Request) -> Context<'a> {
        Context::new(request.now(), request.origin(), self.profile())
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

    /// Reads a user's record and answers from it.
    pub(crate) async fn read<T, R: std::error::Error + Send + 'static>(
        &self,
        user: UserId,
        request: &Request,
        answer: impl FnOnce(&UserRecord, &Context<'_>) -> Result<T, R> + Send,
    ) -> Result<T, Error<R>> {
        let answer = |record: &UserRecord| answer(record, &self.context(request));
        let answer: Result<_, Error<R>> = self.0.vault.read(user, request.now(), answer).await;
        answer?.map_err(Error::Refused)
    }

    /// Loads a user's record, decides, writes what was decided, and only then answers.
    pub(crate) async fn transact<T: Send, R: std::error::Error + Send + 'static>(
        &self,
        user: UserId,
        request: &Request,
        decide: impl Fn(UserRecord, &Context<'_>, &mut OsRng) -> Decision<T, R> + Send + Sync,
    ) -> Result<T, Error<R>> {
        let decide = |record, rng: &mut OsRng| decide(record, &self.context(request), rng);
        let verdict = self.0.vault.transact(user, request.now(), decide);
        let verdict: Result<_, Error<R>> = verdict.await;
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

    /// Refuses a network that has made too many attempts, before any work is done for it.
    pub(crate) async fn limit_source<R: std::error::Error + 'static>(
        &self,
        request: &Request,
    ) -> Result<(), Error<R>> {
        match request.origin().network() {
            Some(network) => self.0.vault.limit(&network, request.now()).await,
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Mfa {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mfa")
            .field("name", &self.0.name)
            .finish_non_exhaustive()
    }
}
