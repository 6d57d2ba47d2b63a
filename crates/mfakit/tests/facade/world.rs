//! A service with one user, a clock, and a store to look into.

use mfakit::sqlite::SqliteStore;
use mfakit::store::{AnyStore, Expect, Key, MemoryStore, Put, Space, Store, Version, Write};
use mfakit::totp::Totp;
use mfakit::{
    DeviceId, DeviceName, Enrolled, Error, Keys, Mfa, MfaBuilder, Next, OsRng, Request,
    SessionGrant, SignInRefusal, UnixTime, UserId,
};
use mfakit_flows::UserRecord;
use tempfile::TempDir;

use crate::browser::Browser;

/// When everything begins.
pub(crate) const START: UnixTime = UnixTime::from_secs(1_700_000_010);

pub(crate) struct World {
    pub(crate) mfa: Mfa,
    /// The store of the service, past the service.
    pub(crate) store: AnyStore,
    /// The keys of the service.
    pub(crate) keys: Keys,
    pub(crate) now: UnixTime,
    pub(crate) user: UserId,
    /// Goes with the world.
    _folder: Option<TempDir>,
}

/// An authenticator app in somebody's hand.
pub(crate) struct App {
    totp: Totp,
    pub(crate) id: DeviceId,
}

impl App {
    pub(crate) const fn new(totp: Totp, id: DeviceId) -> Self {
        Self { totp, id }
    }

    pub(crate) fn code(&self, now: UnixTime) -> String {
        code_of(&self.totp, now)
    }

    pub(crate) fn wrong_code(&self, now: UnixTime) -> String {
        wrong_code_of(&self.totp, now)
    }
}

pub(crate) fn code_of(totp: &Totp, now: UnixTime) -> String {
    totp.code_at(now).expose().to_owned()
}

/// A code that is none of the steps around now.
pub(crate) fn wrong_code_of(totp: &Totp, now: UnixTime) -> String {
    let near: Vec<String> = (0..10)
        .map(|step| now.as_secs().saturating_sub(150) + 30 * step)
        .map(|secs| code_of(totp, UnixTime::from_secs(secs)))
        .collect();
    let digits = usize::from(totp.params().digits().as_u8());
    (0..)
        .map(|code| format!("{code:0digits$}"))
        .find(|code| !near.contains(code))
        .unwrap()
}

pub(crate) fn name(text: &str) -> DeviceName {
    DeviceName::parse(text).unwrap()
}

/// The same keys once more, as another process has them.
pub(crate) fn copy_of(keys: &Keys) -> Keys {
    Keys::parse(&keys.to_text()).unwrap()
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::over(MemoryStore::new()).await
    }

    pub(crate) async fn over(store: impl Store) -> Self {
        Self::configured(store, |builder| builder).await
    }

    pub(crate) async fn on_sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::create(folder.path().join("mfa.db")).unwrap();
        let world = Self::over(store).await;
        Self {
            _folder: Some(folder),
            ..world
        }
    }

    pub(crate) async fn configured(
        store: impl Store,
        configure: impl FnOnce(MfaBuilder) -> MfaBuilder,
    ) -> Self {
        let keys = Keys::generate(&mut OsRng::new().unwrap());
        Self::with_keys(keys, store, configure).await
    }

    pub(crate) async fn with_keys(
        keys: Keys,
        store: impl Store,
        configure: impl FnOnce(MfaBuilder) -> MfaBuilder,
    ) -> Self {
        let store = AnyStore::new(store);
        let builder = Mfa::builder("Example").keys(copy_of(&keys));
        let builder = builder.webauthn(crate::house::service());
        let mfa = configure(builder.store(store.clone()))
            .build()
            .await
            .unwrap();
        let user = UserId::random(&mut OsRng::new().unwrap());
        let world = Self {
            mfa,
            store,
            keys,
            now: START,
            user,
            _folder: None,
        };
        world.mfa.create_user(user, &world.request()).await.unwrap();
        world
    }

    /// A user with one app, whose next code is fresh.
    pub(crate) async fn with_app() -> (Self, App, SessionGrant) {
        Self::new().await.equipped().await
    }

    /// The same with another store or configuration.
    pub(crate) async fn equipped(mut self) -> (Self, App, SessionGrant) {
        let grant = self.signed_in().await;
        let (app, grant) = self.enroll(&grant, "phone").await;
        self.pass(30);
        (self, app, grant)
    }

    /// The same service, as another process sees it.
    pub(crate) async fn other_process(&self) -> Self {
        self.elsewhere(self.store.clone()).await
    }

    /// The same, where the way to the store is another.
    pub(crate) async fn elsewhere(&self, store: impl Store) -> Self {
        let store = AnyStore::new(store);
        let builder = Mfa::builder("Example").keys(copy_of(&self.keys));
        let builder = builder.webauthn(crate::house::service());
        Self {
            mfa: builder.store(store.clone()).build().await.unwrap(),
            store,
            keys: copy_of(&self.keys),
            now: self.now,
            user: self.user,
            _folder: None,
        }
    }

    pub(crate) fn request(&self) -> Request {
        Request::new(self.now)
    }

    pub(crate) fn pass(&mut self, secs: u64) {
        self.now = UnixTime::from_secs(self.now.as_secs() + secs);
    }

    pub(crate) fn key_of(&self, user: UserId) -> Key {
        Key::new(Space::User, UserRecord::storage_key(user, &self.keys))
    }

    /// What the store has of the user, if anything.
    pub(crate) async fn stored(&self) -> Option<Vec<u8>> {
        let found = self.store.get(&self.key_of(self.user), self.now).await;
        found.unwrap().map(|found| found.value().to_vec())
    }

    pub(crate) async fn record(&self) -> UserRecord {
        let key = self.key_of(self.user);
        let sealed = self.stored().await.expect("the user has a record");
        UserRecord::open(&sealed, key.hash(), &self.keys).unwrap()
    }

    /// Writes past the service, as somebody with access to the store does.
    pub(crate) async fn overwrite(&self, user: UserId, value: &[u8]) {
        let key = self.key_of(user);
        let found = self.store.get(&key, self.now).await.unwrap();
        let expect = Expect::Version(found.expect("the user has a record").version());
        let new = Version::random(&mut OsRng::new().unwrap());
        let write = Write::new(&key, value, expect, new).with_due(Some(self.now));
        assert_eq!(self.store.put(write, self.now).await.unwrap(), Put::Written);
    }

    /// Signs in a user who is off.
    pub(crate) async fn signed_in(&self) -> SessionGrant {
        match self.first_factor().await {
            Next::Granted(grant) => grant,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) async fn first_factor(&self) -> Next {
        let next = self
            .mfa
            .after_first_factor(self.user, &self.request())
            .await;
        next.unwrap()
    }

    /// A browser that shows the page of the second factor.
    pub(crate) async fn pending(&self) -> Browser {
        match self.first_factor().await {
            Next::SecondFactor(page) => Browser::at(&page),
            other => panic!("{other:?}"),
        }
    }

    pub(crate) async fn begin(&self, grant: &SessionGrant) -> Totp {
        let setup = self.mfa.begin_totp(grant, &self.request()).await.unwrap();
        Totp::new(setup.secret(), setup.params())
    }

    /// Sets up one more app with the code of now.
    pub(crate) async fn enroll(&self, grant: &SessionGrant, text: &str) -> (App, SessionGrant) {
        let totp = self.begin(grant).await;
        let code = code_of(&totp, self.now);
        let confirmed = self
            .mfa
            .confirm_totp(grant, &code, Some(name(text)), &self.request())
            .await;
        let Enrolled { grant, device, .. } = confirmed.unwrap();
        (App { totp, id: device }, grant)
    }

    /// Gives a code on a page of the second factor.
    pub(crate) async fn submit(
        &self,
        browser: &Browser,
        code: &str,
    ) -> Result<SessionGrant, Error<SignInRefusal>> {
        browser.submit(&self.mfa, code, self.now).await
    }

    /// First factor and code.
    pub(crate) async fn sign_in(&self, code: &str) -> Result<SessionGrant, Error<SignInRefusal>> {
        let browser = self.pending().await;
        self.submit(&browser, code).await
    }
}
