//! Collects what must not be found.

use std::fs;
use std::path::Path;

use mfakit::totp::Secret;
use mfakit::{Keys, Sealed};

use super::search::Needle;
use crate::browser::Browser;

/// What the flow has made that nobody else may know.
#[derive(Default)]
pub(super) struct Secrets(Vec<Needle>);

impl Secrets {
    pub(super) fn into_needles(self) -> Vec<Needle> {
        self.0
    }

    pub(super) fn text(&mut self, what: &'static str, text: &str) {
        self.0.push(Needle::new(what, text.as_bytes()));
    }

    /// A text that stands for bytes: both.
    pub(super) fn token(&mut self, what: &'static str, text: &str) {
        self.text(what, text);
        self.0.push(Needle::new(
            what,
            Sealed::<()>::from_text(text).unwrap().as_bytes(),
        ));
    }

    pub(super) fn key(&mut self, key: &str) {
        self.text("the text of a TOTP key", key);
        self.0.push(Needle::new(
            "a TOTP key",
            Secret::from_base32(key).unwrap().expose(),
        ));
    }

    /// The cookies that a browser was given.
    pub(super) fn cookies(&mut self, browser: &Browser) {
        for (name, value) in &browser.seen {
            match name.as_str() {
                "cockpit-session" => self.token("a session id", value),
                "cockpit-form" => self.token("a form cookie", value),
                "cockpit-pending" => self.token("a pending sign-in", value),
                "mfa-s" => self.token("a binding", value),
                "cockpit-notice" => {}
                name => panic!("what is the cookie {name}?"),
            }
        }
    }

    /// The token of the page's form.
    pub(super) fn form(&mut self, browser: &Browser, action: &str) {
        for (name, value) in browser.hidden(action) {
            if name == "form_token" {
                self.token("a form token", &value);
            }
        }
    }

    /// The service's own keys, and what is derived from them.
    pub(super) fn key_file(&mut self, path: &Path) {
        let text = fs::read_to_string(path).unwrap();
        let secrets = text.lines().filter(|line| {
            ["index ", "seal ", "token ", "pepper "]
                .iter()
                .any(|name| line.starts_with(name))
        });
        let before = self.0.len();
        for line in secrets {
            self.token("a secret of the key file", line.rsplit(' ').next().unwrap());
        }
        assert_eq!(
            self.0.len() - before,
            8,
            "four secrets, as text and as bytes"
        );
        let derived = Keys::load(path).unwrap().index("cockpit form key", b"");
        self.0.push(Needle::new("the form key", &derived));
    }
}
