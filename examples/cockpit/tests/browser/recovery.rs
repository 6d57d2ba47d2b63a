//! The only device is lost: recovery codes, and support.

use cockpit::Config;

use crate::authenticator::Kind;
use crate::person::Person;
use crate::site::Site;
use crate::webdriver::WebDriver;

impl Person {
    fn has_none_of_the_devices(&self) {
        self.clicks("I do not have any of these devices");
    }

    fn enters_recovery_code(&self, code: &str) {
        self.fills("recovery_code", code);
        self.clicks("Use a recovery code");
    }

    fn enters_code_from_support(&self, code: &str) {
        self.fills("reset_code", code);
        self.clicks("Use a code from support");
    }

    fn recovery_codes(&self) -> Vec<String> {
        let codes = self.browser.script(
            "return [...document.querySelectorAll('ol.codes code')].map((code) => code.innerText)",
            &[],
        );
        let codes = codes.as_array().unwrap().iter();
        codes
            .map(|code| code.as_str().unwrap().to_owned())
            .collect()
    }

    /// The text of the latest letter with this subject.
    fn reads_letter(&self, subject: &str) -> String {
        self.opens("/outbox");
        let path = format!("//article[h2[contains(., '{subject}')]]//pre");
        self.browser.text_of(&self.browser.find("xpath", &path))
    }
}

#[test]
fn a_recovery_code_signs_in_once_to_review_the_devices() {
    let test = "a_recovery_code_signs_in_once_to_review_the_devices";
    let Some(alice) = Person::arrives(test) else {
        return;
    };
    alice.creates_account("alice");
    let lost = alice.sets_application_up("Phone");
    alice.opens("/authentication/recovery");
    alice.looks("recovery");
    alice.clicks("Make recovery codes");
    let codes = alice.recovery_codes();
    assert_eq!(codes.len(), 10);
    alice.looks("recovery-codes");
    let file = alice.browser.script(
        "return decodeURIComponent(document.querySelector('a[download]').href)",
        &[],
    );
    for code in &codes {
        assert!(file.as_str().unwrap().contains(code), "{code}");
    }
    alice.clicks("I have saved them");
    alice.sees("10 of 10 codes are left.");

    // The telephone is lost.
    alice.signs_out();
    alice.enters_password("alice");
    alice.has_none_of_the_devices();
    alice.looks("second-step-recovery");
    alice.enters_recovery_code("AAAA-AAAA-AAAA-AAAA");
    assert!(!alice.error_of("recovery_code").is_empty());
    alice.looks("second-step-recovery-error");
    alice.enters_recovery_code(&codes[3]);
    alice.sees_heading("Review your devices");
    alice.looks("review");

    // Nothing else is open, and nobody can lock themselves out.
    alice.opens("/activity");
    alice.sees_heading("Review your devices");
    alice.browser.click(&alice.css("main input[type=checkbox]"));
    alice.clicks("Go on");
    alice.sees_alert("At least one device that you still have must be left.");
    alice.looks("review-error");
    let key = alice.browser.plug_in(Kind::USB);
    alice.clicks("Set up a security key");
    alice.sees_heading("Set up a security key");
    alice.fills_key_in("security-key", "Blue key");
    alice.sees_heading("Review your devices");
    let phone = "//label[.//strong[.='Phone']]//input";
    alice.browser.click(&alice.browser.find("xpath", phone));
    alice.clicks("Go on");
    let new = alice.recovery_codes();
    assert_eq!(new.len(), 10);
    alice.clicks("I have saved them");
    assert_eq!(alice.devices(), ["Blue key"]);

    // The codes of before are void, used or not, and so is the telephone.
    alice.signs_out_beside(&key);
    alice.enters_password_beside("alice", &key);
    alice.sees_heading("Use your security key");
    assert_eq!(alice.browser.count("#code"), 0, "{lost} is deleted");
    alice.has_none_of_the_devices();
    for code in &codes[3..5] {
        alice.enters_recovery_code(code);
        assert!(!alice.error_of("recovery_code").is_empty());
    }
    alice.uses_key();
    alice.sees_heading("Hello, alice");
}

/// A site where Oscar helps, and its first visitor.
fn arrives_where_oscar_helps(test: &str) -> Option<Person> {
    let operator = |config: Config| config.with_operator("oscar").unwrap();
    let browser = WebDriver::start(test)?;
    let site = Site::start_with(None, operator);
    Some(Person { browser, site })
}

/// Oscar signs in and issues a code for Alice.
fn oscar_helps(person: &Person, oscars: &str) -> String {
    person.enters_password("oscar");
    person.enters_code(&person.site.next_code(oscars));
    person.sees_heading("Hello, oscar");
    person.opens("/operator");
    person.fills("username", "alice");
    person.fills("reason", "Request 7; passport shown");
    person.clicks("Issue a code");
    person.sees("The code for alice:");
    let code = person.browser.text_of(&person.css("#key"));
    person.looks("operator-issued");
    person.signs_out();
    code
}

#[test]
fn support_helps_whoever_has_lost_everything() {
    let Some(alice) = arrives_where_oscar_helps("support_helps_whoever_has_lost_everything") else {
        return;
    };
    alice.creates_account("oscar");
    let oscars = alice.sets_application_up("Oscar’s phone");
    alice.opens("/operator");
    alice.looks("operator");
    alice.fills("username", "nobody");
    alice.fills("reason", "Request 6");
    alice.clicks("Issue a code");
    assert_eq!(alice.error_of("username"), "There is no such user.");
    alice.looks("operator-error");
    alice.signs_out();
    alice.creates_account("alice");
    alice.sets_application_up("Phone");
    alice.opens("/operator");
    alice.sees_heading("There is no such page");
    alice.signs_out();

    let code = oscar_helps(&alice, &oscars);

    // The password alone is no more than it was, and a wrong code is none.
    alice.enters_password("alice");
    alice.sees_heading("Enter a one-time password");
    alice.opens("/authentication");
    alice.sees_heading("Sign in");
    alice.enters_password("alice");
    alice.has_none_of_the_devices();
    alice.looks("second-step-reset");
    alice.enters_code_from_support("AAAA-AAAA-AAAA-AAAA");
    assert!(!alice.error_of("reset_code").is_empty());

    alice.enters_code_from_support(&code);
    alice.sees_heading("Set up a new device");
    alice.looks("set-up-first");
    alice.opens("/activity");
    alice.sees_heading("Set up a new device");
    let key = alice.browser.plug_in(Kind::USB);
    alice.clicks("Set up a security key");
    alice.sees_heading("Set up a security key");
    alice.fills_key_in("security-key", "Blue key");
    alice.sees_heading("Authentication parameters");
    assert_eq!(alice.devices(), ["Blue key"]);

    // The code has done its work.
    alice.signs_out_beside(&key);
    alice.enters_password_beside("alice", &key);
    alice.has_none_of_the_devices();
    assert_eq!(alice.browser.count("#reset_code"), 0);
    alice.uses_key();
    alice.sees_heading("Hello, alice");
}

#[test]
fn a_reset_that_nobody_asked_for_is_told_and_canceled() {
    let test = "a_reset_that_nobody_asked_for_is_told_and_canceled";
    let Some(alice) = arrives_where_oscar_helps(test) else {
        return;
    };
    alice.creates_account("oscar");
    let oscars = alice.sets_application_up("Oscar’s phone");
    alice.signs_out();
    alice.creates_account("alice");
    alice.sets_application_up("Phone");

    // Where letters go.
    alice.opens("/authentication/addresses/new");
    alice.looks("address-new");
    alice.fills("address", "alice@example.com");
    alice.clicks("Send a code");
    alice.sees_heading("Confirm your e-mail address");
    alice.looks("address-confirm");
    let letter = alice.reads_letter("Your code for");
    let code = letter.lines().nth(4).unwrap().trim().to_owned();
    alice.looks("outbox");
    alice.opens("/authentication/addresses/confirm");
    alice.fills("code", "AAAAAAAAA");
    alice.clicks("Confirm");
    assert!(!alice.error_of("code").is_empty());
    alice.looks("address-confirm-error");
    alice.fills("code", &code);
    alice.clicks("Confirm");
    alice.sees("alice@example.com");
    alice.looks("parameters-address");
    alice.signs_out();

    let code = oscar_helps(&alice, &oscars);
    let letter = alice.reads_letter("reset");
    let (_, link) = letter.split_once("To cancel it: ").unwrap();
    let path = link.trim().strip_prefix(&alice.site.url("")).unwrap();
    alice.opens(path);
    alice.looks("reset-cancel");
    alice.clicks("Cancel the reset");
    alice.sees("The reset was canceled.");
    alice.enters_password("alice");
    alice.has_none_of_the_devices();
    assert_eq!(alice.browser.count("#reset_code"), 0, "{code} is void");
}
