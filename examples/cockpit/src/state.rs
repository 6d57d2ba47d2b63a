//! What every handler has at hand, and how it is put together.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use mfakit::sqlite::SqliteStore;
use mfakit::{CookieMode, Keys, Mfa, Profile, UnixTime};
use mfakit_webauthn::{InvalidRelyingParty, RelyingParty};
use tokio::sync::Notify;

use crate::activity::Trail;
use crate::config::{Config, Origin};
use crate::db::Db;
use crate::forms::FormKey;
use crate::mail::{Folder, Notices, Post};
use crate::password::Hasher;
use crate::playground::Playground;
use crate::start::StartError;
use crate::user_name::UserName;

/// The name that authenticator apps show.
pub(crate) const SERVICE: &str = "Cockpit";

/// Tells the time. The program gives the system's clock, a test its own.
pub type Clock = Arc<dyn Fn() -> UnixTime + Send + Sync>;

/// The application's state; cheap to clone.
#[derive(Clone)]
pub(crate) struct App(Arc<Parts>);

struct Parts {
    mfa: Mfa,
    store: SqliteStore,
    db: Db,
    hasher: Hasher,
    post: Arc<Post>,
    relying_party: RelyingParty,
    playground: Playground,
    form_key: FormKey,
    origin: Origin,
    cookie_mode: CookieMode,
    proxy: Option<IpAddr>,
    operators: Vec<UserName>,
    clock: Clock,
    /// Says that events wait for delivery.
    changed: Notify,
}

impl App {
    /// Opens keys and databases, and makes sure that they belong together.
    pub(crate) async fn open(config: &Config, clock: Clock) -> Result<Self, StartError> {
        let keys = Keys::load_or_create(config.keys()).map_err(|cause| StartError::Keys {
            path: config.keys().to_owned(),
            cause,
        })?;
        let form_key = FormKey::derive(&keys);

        let mfa_path = config.data().join("mfa.db");
        // Keys that were used before have a store somewhere: an empty one in its place would be a
        // service in which nobody has a second factor.
        let opened = if keys.store_id().is_some() {
            SqliteStore::open(&mfa_path)
        } else {
            SqliteStore::create_or_open(&mfa_path)
        };
        let store = opened.map_err(|cause| StartError::Store {
            path: mfa_path.clone(),
            cause,
        })?;
        let db_path = config.data().join("cockpit.db");
        let db = Db::open(&db_path).map_err(|cause| StartError::Db {
            path: db_path,
            cause,
        })?;

        let cookie_mode = if config.origin().is_https() {
            CookieMode::Secure
        } else {
            CookieMode::PlainForLoopback
        };
        let relying_party = relying_party(config)?;
        let post = Arc::new(Post::open(config)?);
        let mut profile = Profile::cockpit();
        profile.required = config.required;
        let mfa = Mfa::builder(SERVICE)
            .profile(profile)
            .store(store.clone())
            .keys(keys)
            .events(Trail::new(db.clone()))
            .cookies(cookie_mode)
            .mailer(Notices::new(Arc::clone(&post), config.origin().clone()))
            .webauthn(relying_party.clone())
            .build()
            .await
            .map_err(|cause| StartError::Build {
                store: mfa_path,
                cause,
            })?;

        Ok(Self(Arc::new(Parts {
            mfa,
            store,
            db,
            hasher: Hasher::new()?,
            post,
            operators: config.operators.clone(),
            relying_party,
            playground: Playground::new(),
            form_key,
            origin: config.origin().clone(),
            cookie_mode,
            proxy: config.proxy,
            clock,
            changed: Notify::new(),
        })))
    }

    pub(crate) fn mfa(&self) -> &Mfa {
        &self.0.mfa
    }

    pub(crate) fn store(&self) -> &SqliteStore {
        &self.0.store
    }

    pub(crate) fn db(&self) -> &Db {
        &self.0.db
    }

    pub(crate) fn hasher(&self) -> &Hasher {
        &self.0.hasher
    }

    pub(crate) fn post(&self) -> &Post {
        &self.0.post
    }

    pub(crate) fn relying_party(&self) -> &RelyingParty {
        &self.0.relying_party
    }

    /// The folder of letters, where this computer alone can reach it.
    pub(crate) fn outbox(&self) -> Option<&Folder> {
        self.post().folder().filter(|_| !self.origin().is_https())
    }

    /// The playground, where this computer alone can reach it.
    pub(crate) fn playground(&self) -> Option<&Playground> {
        (!self.origin().is_https()).then_some(&self.0.playground)
    }

    pub(crate) fn form_key(&self) -> &FormKey {
        &self.0.form_key
    }

    pub(crate) fn origin(&self) -> &Origin {
        &self.0.origin
    }

    pub(crate) fn cookie_mode(&self) -> CookieMode {
        self.0.cookie_mode
    }

    /// Whether a user may help others.
    pub(crate) fn is_operator(&self, name: &str) -> bool {
        let Ok(name) = UserName::parse(name) else {
            return false;
        };
        let folded = name.folded();
        self.0.operators.iter().any(|one| one.folded() == folded)
    }

    pub(crate) fn proxy(&self) -> Option<IpAddr> {
        self.0.proxy
    }

    pub(crate) fn now(&self) -> UnixTime {
        (self.0.clock)()
    }

    /// Completes after something may have happened that the trail wants to know of.
    pub(crate) fn changed(&self) -> &Notify {
        &self.0.changed
    }
}

/// Passkeys belong to the host of the service, and to the origins that it names as its own.
fn relying_party(config: &Config) -> Result<RelyingParty, InvalidRelyingParty> {
    let mut builder = RelyingParty::builder(config.origin().host())
        .origin(config.origin().as_str())
        .name(SERVICE);
    for related in &config.related_origins {
        builder = builder.related_origin(related.as_str());
    }
    builder.build()
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App")
            .field("origin", &self.0.origin)
            .finish_non_exhaustive()
    }
}
