//! Keys in somebody's hand, and the pages that ask for them.

use mfakit::webauthn::RelyingParty;
use mfakit::{
    DeviceId, EnrollRefusal, Enrolled, Error, KeyChoice, KeyRequest, KeySetup, Mediation, Mfa,
    Next, Request, Sealed, SessionGrant, SetCookie, SignInRefusal, UnixTime, UserId, WebAuthn,
};
use mfakit_testkit::Authenticator;

use crate::browser::Browser;
use crate::world::{World, name};

pub(crate) const ORIGIN: &str = "https://example.com";

pub(crate) fn service() -> WebAuthn {
    let rp = RelyingParty::builder("example.com").origin(ORIGIN);
    rp.build().unwrap().into()
}

/// A page that asks for a key, in a browser.
#[derive(Clone)]
pub(crate) struct KeyPage {
    pub(crate) browser: Browser,
    pub(crate) options: String,
}

fn browser(token: String, cookie: Option<&SetCookie>) -> Browser {
    let cookie = cookie.expect("a browser without cookies is given one");
    Browser {
        token,
        cookies: format!("{}={}", cookie.name(), cookie.value()),
    }
}

impl KeyPage {
    fn setup(page: &KeySetup) -> Self {
        Self {
            browser: browser(page.token().to_text(), page.cookie()),
            options: page.options_json(),
        }
    }

    pub(crate) fn request(page: &KeyRequest) -> Self {
        Self {
            browser: browser(page.token().to_text(), page.cookie()),
            options: page.options_json(),
        }
    }

    /// What the key says to it.
    pub(crate) fn answer(&self, key: &mut Authenticator) -> String {
        key.get_assertion(&self.options, ORIGIN).unwrap().json()
    }

    /// What a new credential of the key says to it.
    pub(crate) fn registration(&self, key: &mut Authenticator) -> String {
        key.make_credential(&self.options, ORIGIN).unwrap().json()
    }
}

/// Gives the answer of a key.
pub(crate) async fn give(
    mfa: &Mfa,
    browser: &Browser,
    answer: &str,
    passkey: bool,
    now: UnixTime,
) -> Result<SessionGrant, Error<SignInRefusal>> {
    let token = Sealed::from_text(&browser.token).unwrap();
    let request = browser.request(now);
    if passkey {
        mfa.verify_passkey(&token, answer, &request).await
    } else {
        mfa.verify_webauthn(&token, answer, &request).await
    }
}

impl World {
    pub(crate) async fn setup_page(
        &self,
        grant: &SessionGrant,
    ) -> Result<KeyPage, Error<EnrollRefusal>> {
        let request = self.request();
        let begun = self
            .mfa
            .begin_webauthn(grant, "ada", KeyChoice::Any, &request);
        Ok(KeyPage::setup(&begun.await?))
    }

    pub(crate) async fn confirm_key(
        &self,
        grant: &SessionGrant,
        page: &KeyPage,
        answer: &str,
        called: Option<&str>,
    ) -> Result<Enrolled, Error<EnrollRefusal>> {
        let token = Sealed::from_text(&page.browser.token).unwrap();
        let request = page.browser.request(self.now);
        let called = called.map(name);
        self.mfa
            .confirm_webauthn(grant, &token, answer, called, &request)
            .await
    }

    pub(crate) async fn register(
        &self,
        grant: &SessionGrant,
        key: &mut Authenticator,
        called: &str,
    ) -> (DeviceId, SessionGrant) {
        let page = self.setup_page(grant).await.unwrap();
        let answer = page.registration(key);
        let enrolled = self.confirm_key(grant, &page, &answer, Some(called)).await;
        let enrolled = enrolled.unwrap();
        (enrolled.device, enrolled.grant)
    }

    /// A user whose second factor is a key.
    pub(crate) async fn keyed(mut self) -> (Self, Authenticator, DeviceId, SessionGrant) {
        let grant = self.signed_in().await;
        let mut key = Authenticator::new(1);
        let (device, grant) = self.register(&grant, &mut key, "key").await;
        self.pass(30);
        (self, key, device, grant)
    }

    /// Proves the first factor; the page of the second step has a request for a key.
    pub(crate) async fn key_page(&self) -> KeyPage {
        match self.first_factor().await {
            Next::SecondFactor(page) => {
                let key = page.key().expect("the user has a key");
                KeyPage {
                    browser: browser(key.token().to_text(), page.cookie()),
                    options: key.options_json(),
                }
            }
            other => panic!("{other:?}"),
        }
    }

    pub(crate) async fn passkey_page(&self) -> KeyPage {
        let request = self.request();
        let begun = self.mfa.begin_passkey(Mediation::Button, &request).await;
        KeyPage::request(&begun.unwrap())
    }

    pub(crate) async fn give(
        &self,
        page: &KeyPage,
        answer: &str,
        passkey: bool,
    ) -> Result<SessionGrant, Error<SignInRefusal>> {
        give(&self.mfa, &page.browser, answer, passkey, self.now).await
    }

    pub(crate) async fn sign_in_by(
        &self,
        key: &mut Authenticator,
    ) -> Result<SessionGrant, Error<SignInRefusal>> {
        let page = self.key_page().await;
        self.give(&page, &page.answer(key), false).await
    }

    pub(crate) async fn sign_in_by_passkey(
        &self,
        key: &mut Authenticator,
    ) -> Result<SessionGrant, Error<SignInRefusal>> {
        let page = self.passkey_page().await;
        self.give(&page, &page.answer(key), true).await
    }

    /// The same service with another user.
    pub(crate) async fn another_user(&self) -> Self {
        let mut other = self.elsewhere(self.store.clone()).await;
        other.user = UserId::random(&mut mfakit::OsRng::new().unwrap());
        let request = Request::new(other.now);
        other.mfa.create_user(other.user, &request).await.unwrap();
        other
    }
}
