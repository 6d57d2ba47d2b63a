//! Putting the parts together.

use std::fmt;

use mfakit_core::{KeyFileError, Keys, RandomnessUnavailable};
use mfakit_flows::{CookieMode, Event, Mail, Profile, WebAuthn};
use mfakit_store::vault::{Kept, TieError, Vault, tie};
use mfakit_store::{AnyStore, Store, StoreError, StoreErrorKind};

use crate::mfa::Parts;
use crate::outbox::{Any, any_mailer, any_sink};
use crate::{EventSink, Mailer, Mfa, Observer, Request};

/// Collects the parts of an [`Mfa`]: a store and keys at least.
#[must_use = "call `build`"]
pub struct MfaBuilder {
    name: String,
    store: Option<AnyStore>,
    keys: Option<Keys>,
    profile: Profile,
    cookies: CookieMode,
    sink: Option<Any<Event>>,
    mailer: Option<Any<Mail>>,
    observer: Option<Box<dyn Observer>>,
    webauthn: Option<WebAuthn>,
}

impl MfaBuilder {
    pub(crate) fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            store: None,
            keys: None,
            profile: Profile::cockpit(),
            cookies: CookieMode::default(),
            sink: None,
            mailer: None,
            observer: None,
            webauthn: None,
        }
    }

    /// Sets the store. Required. Keep a clone of it where you want one, for its own statistics.
    pub fn store(mut self, store: impl Store) -> Self {
        self.store = Some(AnyStore::new(store));
        self
    }

    /// Sets the keys. Required.
    ///
    /// # Security
    ///
    /// Keep them, and their backups, apart from the store: whoever has both has every secret.
    pub fn keys(mut self, keys: Keys) -> Self {
        self.keys = Some(keys);
        self
    }

    /// Sets the numbers to follow; [`Profile::cockpit`] if not called.
    pub fn profile(mut self, profile: Profile) -> Self {
        self.profile = profile;
        self
    }

    /// Sets how cookies are named; [`CookieMode::Secure`] if not called.
    pub const fn cookies(mut self, mode: CookieMode) -> Self {
        self.cookies = mode;
        self
    }

    /// Sets where audit events go, by way of [`Mfa::run_outbox`]. Without one they are not kept.
    ///
    /// Set it in every process of the service, those that never deliver included: one without
    /// drops the events of a record that it writes. While too many of a user's events wait, changes
    /// of devices are refused as [`RecordFull`](crate::RecordFull), so somebody has to deliver.
    pub fn events(mut self, sink: impl EventSink) -> Self {
        self.sink = Some(any_sink(sink));
        self
    }

    /// Sets what sends mail to the owners of accounts, by way of [`Mfa::run_outbox`]. Without one
    /// nobody is told of changes, unless the sink of events does it.
    ///
    /// Set it in every process of the service, as [`MfaBuilder::events`].
    pub fn mailer(mut self, mailer: impl Mailer) -> Self {
        self.mailer = Some(any_mailer(mailer));
        self
    }

    /// Sets who is told of every operation. Replaces the one before.
    pub fn observer(mut self, observer: impl Observer + 'static) -> Self {
        self.observer = Some(Box::new(observer));
        self
    }

    /// Sets the service up as a relying party: a [`RelyingParty`](crate::webauthn::RelyingParty)
    /// will do, and [`WebAuthn`] takes rules for attestation too. Without one the methods for
    /// security keys and passkeys are [`Error::NotConfigured`](crate::Error::NotConfigured).
    pub fn webauthn(mut self, webauthn: impl Into<WebAuthn>) -> Self {
        self.webauthn = Some(webauthn.into());
        self
    }

    /// Puts the parts together, and makes sure that keys and store belong to each other.
    ///
    /// The first time, the two are tied: the store keeps a random id with a tag that only these
    /// keys make, and the key file repeats the id. From then on neither starts without the other.
    ///
    /// # Errors
    ///
    /// - [`BuildError::NotConfigured`] if the store or the keys are absent.
    /// - [`BuildError::Profile`] if a number of the profile is out of bounds.
    /// - [`BuildError::StoreMissing`] if the keys were used with a store before and this one is
    ///   empty: a wrong path, a lost database.
    /// - [`BuildError::StoreForeign`] if the store was used with other keys.
    /// - [`BuildError::Store`] if the store failed. Try again.
    /// - [`BuildError::KeyFile`] if the key file could not be written, which the first build does
    ///   alone. The store has its id by then; with a file that can be written the next build
    ///   succeeds.
    /// - [`BuildError::Randomness`] if the system gives no random bytes.
    ///
    /// # Security
    ///
    /// Keys that are in no file, such as those of a secret manager, learn the id for the life of
    /// the process only. Another store is noticed nevertheless; an empty one is not, and would make
    /// every user unknown. See [`Mfa::store_id`].
    pub async fn build(self) -> Result<Mfa, BuildError> {
        let store = self
            .store
            .ok_or(BuildError::NotConfigured { part: "store" })?;
        let mut keys = self
            .keys
            .ok_or(BuildError::NotConfigured { part: "keys" })?;
        if let Some(rule) = self.profile.refused() {
            return Err(BuildError::Profile { rule });
        }
        // The record that ties them has no expiry, so the time of reading it does not matter.
        let id = tie(&store, &keys, Request::from_system_clock().now()).await?;
        if keys.store_id() != Some(id) {
            keys.bind(id).map_err(BuildError::KeyFile)?;
        }
        let kept = match (&self.sink, &self.mailer) {
            (Some(_), _) => Kept::Everything,
            (None, Some(_)) => Kept::Notifications,
            (None, None) => Kept::Nothing,
        };
        let relying_party = self.webauthn.as_ref().map(WebAuthn::relying_party);
        let rp_id = relying_party.map(|rp| rp.id().to_owned());
        Ok(Mfa::from(Parts {
            name: self.name,
            vault: Vault::new(store, keys, self.profile, kept, rp_id),
            store_id: id,
            cookies: self.cookies,
            sink: self.sink,
            mailer: self.mailer,
            observer: self.observer,
            webauthn: self.webauthn,
        }))
    }
}

impl fmt::Debug for MfaBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MfaBuilder")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// Why an [`Mfa`] was not built.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The id of the store could not be written to the key file.
    #[error("key file could not be written")]
    KeyFile(#[source] KeyFileError),
    /// A required part is absent.
    #[error("{part} is not configured")]
    NotConfigured {
        /// Which one.
        part: &'static str,
    },
    /// A number of the profile is out of bounds.
    #[error("profile: {rule}")]
    Profile {
        /// Which one, and what it may be.
        rule: &'static str,
    },
    /// The operating system gave no random bytes.
    #[error("no randomness")]
    Randomness(#[source] RandomnessUnavailable),
    /// The store failed.
    #[error("store failed")]
    Store(#[from] StoreError),
    /// The store belongs to other keys, or the keys to another store.
    #[error("store and keys do not belong together")]
    StoreForeign,
    /// The keys belong to a store, and this one is empty.
    #[error("the store that the keys belong to is missing")]
    StoreMissing,
}

impl From<TieError> for BuildError {
    fn from(error: TieError) -> Self {
        match error {
            TieError::Foreign => Self::StoreForeign,
            TieError::Missing => Self::StoreMissing,
            TieError::Randomness(error) => Self::Randomness(error),
            TieError::Store(error) => Self::Store(error),
            other => Self::Store(StoreError::new(StoreErrorKind::Unavailable, other)),
        }
    }
}
