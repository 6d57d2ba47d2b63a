//! Somebody with a browser, in front of the application.

use serde_json::{Value, json};

use crate::site::Site;
use crate::webdriver::{Element, WebDriver};

pub(crate) const PASSWORD: &str = "correct horse battery staple";

pub(crate) struct Person {
    pub(crate) browser: WebDriver,
    pub(crate) site: Site,
}

impl Person {
    /// Somebody who has opened nothing yet; `None` where there is no browser.
    pub(crate) fn arrives(test: &str) -> Option<Self> {
        let browser = WebDriver::start(test)?;
        let site = Site::start();
        Some(Self { browser, site })
    }

    pub(crate) fn opens(&self, path: &str) {
        self.browser
            .post("/url", &json!({ "url": self.site.url(path) }));
    }

    pub(crate) fn css(&self, selector: &str) -> Element {
        self.browser.find("css selector", selector)
    }

    /// Waits until the page has this heading.
    pub(crate) fn sees_heading(&self, text: &str) {
        let path = format!("//h1[normalize-space(.)={}]", quoted(text));
        self.browser.find("xpath", &path);
    }

    /// Waits until the page shows this text inside of one paragraph or the like.
    pub(crate) fn sees(&self, text: &str) {
        let path = format!("//main//*[contains(normalize-space(.), {})]", quoted(text));
        let found = self.browser.find("xpath", &path);
        let visible = self.browser.text();
        assert!(visible.contains(text), "hidden: {text}\n{visible}");
        drop(found);
    }

    /// What is wrong with a field, where the page begins then (WCAG 3.3.1).
    pub(crate) fn error_of(&self, field: &str) -> String {
        let error = self.css(&format!("#{field}-error"));
        let focused = self.browser.script("return document.activeElement.id", &[]);
        assert_eq!(focused, field);
        let text = self.browser.text_of(&error);
        text.trim_start_matches('!').trim().to_owned()
    }

    pub(crate) fn fills(&self, field: &str, text: &str) {
        self.browser
            .fill(&self.css(&format!("main [name={field}]")), text);
    }

    /// Clicks the button or link that has this text.
    pub(crate) fn clicks(&self, text: &str) {
        let text = quoted(text);
        let path =
            format!("//*[self::button or self::a or self::summary][normalize-space(.)={text}]");
        self.browser.click(&self.browser.find("xpath", &path));
    }

    /// Clicks what is beside the name of a device in the table.
    pub(crate) fn clicks_for_device(&self, action: &str, device: &str) {
        let path = format!(
            "//tr[th[starts-with(normalize-space(.), {})]]//a[starts-with(normalize-space(.), {})]",
            quoted(device),
            quoted(action)
        );
        self.browser.click(&self.browser.find("xpath", &path));
    }
}

/// Ceremonies, step by step, for those who mean to disturb them.
impl Person {
    /// Asks the page that is open for options, as the form for this address would.
    pub(crate) fn asks_for_options(&self, action: &str) -> Value {
        self.browser.async_script(&format!(
            "const form = document.querySelector(`form[action='{action}']`);
             const fields = new URLSearchParams(new FormData(form));
             const answer = await fetch(form.dataset.webauthnOptions, {{ method: 'POST', body: fields }});
             return await answer.json();"
        ))
    }

    /// Has the browser ask for a credential, in whatever page is open.
    pub(crate) fn answers(&self, options: &Value) -> Value {
        let answer = self.browser.async_script(&format!(
            "const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON({options});
             return (await navigator.credentials.get({{ publicKey }})).toJSON();"
        ));
        assert!(answer["response"].is_object(), "{answer}");
        answer
    }

    /// Sends the form for this address with an answer that it has not asked for.
    pub(crate) fn sends_answer(&self, action: &str, token: &Value, answer: &Value) {
        self.browser.script(
            "const [action, webauthn_token, webauthn_response] = arguments;
             const form = document.querySelector(`form[action='${action}']`);
             const fields = { webauthn_token, webauthn_response };
             for (const [name, value] of Object.entries(fields)) {
                 const input = document.createElement('input');
                 Object.assign(input, { type: 'hidden', name, value });
                 form.append(input);
             }
             form.submit();",
            &[action.into(), token.clone(), answer.to_string().into()],
        );
    }

    /// Clicks the button that is there while the browser waits.
    pub(crate) fn stops_waiting(&self) {
        self.browser
            .click(&self.css("[data-webauthn-cancel]:not([hidden])"));
    }
}

/// What people do.
impl Person {
    pub(crate) fn creates_account(&self, name: &str) {
        self.opens("/account/new");
        self.fills("username", name);
        self.fills("password", PASSWORD);
        self.clicks("Create an account");
        self.sees("Your account was created.");
    }

    pub(crate) fn enters_password(&self, name: &str) {
        self.opens("/sign-in");
        self.fills("username", name);
        self.fills("password", PASSWORD);
        self.clicks("Sign in");
    }

    pub(crate) fn enters_code(&self, code: &str) {
        self.fills("code", code);
        self.clicks("Connect");
    }

    pub(crate) fn signs_out(&self) {
        self.opens("/");
        self.browser.click(&self.css("details.menu summary"));
        self.clicks("Sign out");
        self.sees("You are signed out.");
    }

    /// Begins to set an application up, and returns its key.
    pub(crate) fn begins_application(&self) -> String {
        self.opens("/authentication/applications/new");
        self.browser
            .click(&self.css("main form button[type=submit]"));
        self.clicks("Unable to scan?");
        let key = self.browser.text_of(&self.css("#key"));
        key.replace(' ', "")
    }

    /// Sets an application up, and returns its key.
    pub(crate) fn sets_application_up(&self, name: &str) -> String {
        let key = self.begins_application();
        self.fills("code", &self.site.next_code(&key));
        self.fills("name", name);
        self.clicks("Set up");
        self.sees_heading("Authentication parameters");
        key
    }
}

/// A string of XPath, which has no escapes.
fn quoted(text: &str) -> String {
    assert!(!text.contains('\''), "use another quotation mark: {text}");
    format!("'{text}'")
}
