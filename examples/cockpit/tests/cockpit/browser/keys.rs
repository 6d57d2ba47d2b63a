//! Security keys: a software authenticator in place of the script and the device.

use axum::http::StatusCode;
use mfakit_testkit::{Assertion, Authenticator, Registration};

use super::{Browser, Page};

pub(crate) const NEW_KEY: &str = "/authentication/keys/new";

/// A begun ceremony: what the service wants of the browser.
pub(crate) struct Begun {
    pub(crate) options: String,
    pub(crate) token: String,
}

impl Browser {
    pub(crate) fn origin(&self) -> String {
        format!("http://{}", self.host())
    }

    /// Begins a ceremony of the form on the page that posts to `action`.
    pub(crate) async fn begin(&mut self, action: &str, fields: &[(&str, &str)]) -> Begun {
        let answer = self.ask_options(action, fields).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        let json = answer.json();
        Begun {
            options: json["options"].to_string(),
            token: json["token"].as_str().unwrap().to_owned(),
        }
    }

    /// Sends the form of a ceremony, with what came of it.
    pub(crate) async fn answer(
        &mut self,
        action: &str,
        begun: &Begun,
        response: &str,
        fields: &[(&str, &str)],
    ) -> &Page {
        let result = [
            ("webauthn_token", begun.token.as_str()),
            ("webauthn_response", response),
        ];
        self.submit(action, &[fields, &result].concat()).await
    }

    /// Registers a device, as it is changed on the way.
    pub(crate) async fn set_up_changed(
        &mut self,
        key: &mut Authenticator,
        name: &str,
        change: impl FnOnce(&mut Registration),
    ) -> &Page {
        self.open(NEW_KEY).await;
        let fields = [("choice", "security-key"), ("name", name)];
        let begun = self.begin(NEW_KEY, &fields).await;
        let mut made = key.make_credential(&begun.options, &self.origin()).unwrap();
        change(&mut made);
        self.answer(NEW_KEY, &begun, &made.json(), &fields).await
    }

    pub(crate) async fn set_up_key(&mut self, key: &mut Authenticator, name: &str) -> &Page {
        self.set_up_changed(key, name, |_| {}).await
    }

    /// Uses a device in the form on the page that posts to `action`, as it is changed on the way.
    pub(crate) async fn use_changed(
        &mut self,
        action: &str,
        key: &mut Authenticator,
        change: impl FnOnce(&mut Assertion),
    ) -> &Page {
        let begun = self.begin(action, &[]).await;
        let mut made = key.get_assertion(&begun.options, &self.origin()).unwrap();
        change(&mut made);
        self.answer(action, &begun, &made.json(), &[]).await
    }

    pub(crate) async fn use_key(&mut self, action: &str, key: &mut Authenticator) -> &Page {
        self.use_changed(action, key, |_| {}).await
    }

    /// *Sign in with a passkey*.
    pub(crate) async fn sign_in_with(&mut self, key: &mut Authenticator) -> &Page {
        self.open("/sign-in").await;
        self.use_key("/sign-in/passkey", key).await
    }
}
