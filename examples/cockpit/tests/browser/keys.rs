//! Security keys and passkeys of an account: set up, signed in with, lost.

use serde_json::json;

use crate::authenticator::{Authenticator, Fault, Kind};
use crate::gateway::Gateway;
use crate::person::Person;

impl Person {
    /// Sets up what is plugged in, as the registration page has it.
    pub(crate) fn sets_key_up(&self, choice: &str, name: &str) {
        self.opens("/authentication/keys/new");
        self.fills_key_in(choice, name);
        self.sees_heading("Authentication parameters");
        assert!(self.devices().contains(&name.to_owned()));
    }

    /// Fills in the registration page, and uses the device.
    pub(crate) fn fills_key_in(&self, choice: &str, name: &str) {
        let radio = format!("main input[name=choice][value={choice}]");
        self.browser.click(&self.css(&radio));
        self.fills("name", name);
        self.clicks("Set up");
    }

    /// The names in the table.
    pub(crate) fn devices(&self) -> Vec<String> {
        let names = self.browser.script(
            "return [...document.querySelectorAll('table.devices th[scope=row]')].map((cell) => cell.innerText)",
            &[],
        );
        let names = names.as_array().unwrap().iter();
        names
            .map(|name| name.as_str().unwrap().to_owned())
            .collect()
    }

    /// Goes to the second step. The passkeys that the page of the first one asks the browser for
    /// are not offered meanwhile: nobody touches the device.
    pub(crate) fn enters_password_beside(&self, name: &str, key: &Authenticator<'_>) {
        key.is_touched(false);
        self.enters_password(name);
        self.sees("Step 2 of 2");
        key.is_touched(true);
    }

    pub(crate) fn uses_key(&self) {
        self.clicks("Use a security key");
    }

    /// Touches what is plugged in when the browser asks for a passkey. What the page has asked for
    /// before, to be ready, went unanswered: nobody touched anything then.
    fn uses_passkey(&self, key: &Authenticator<'_>) {
        key.is_touched(true);
        self.clicks("Sign in with a passkey");
    }

    pub(crate) fn signs_out_beside(&self, key: &Authenticator<'_>) {
        key.is_touched(false);
        self.signs_out();
    }

    /// Waits for this alert: another one may have stood there before.
    pub(crate) fn sees_alert(&self, text: &str) {
        let alert = format!("//main//*[@role='alert'][contains(., '{text}')]");
        self.browser.find("xpath", &alert);
    }
}

/// An account with one USB key, signed in.
fn with_key<'a>(alice: &'a Person, name: &str) -> Authenticator<'a> {
    let key = alice.browser.plug_in(Kind::USB);
    alice.creates_account(name);
    alice.sets_key_up("security-key", "Blue key");
    key
}

#[test]
fn every_choice_is_set_up_and_signs_in() {
    let Some(alice) = Person::arrives("every_choice_is_set_up_and_signs_in") else {
        return;
    };
    for (name, choice, kind) in [
        ("usb", "security-key", Kind::USB),
        ("u2f", "security-key", Kind::U2F),
        ("ble", "security-key", Kind::BLE),
        ("hybrid", "phone", Kind::HYBRID),
        ("internal", "this-device", Kind::INTERNAL),
    ] {
        let key = alice.browser.plug_in(kind);
        alice.creates_account(name);
        alice.sets_key_up(choice, kind.name);
        alice.sees("From now on your security key is asked for when you sign in.");
        alice.signs_out_beside(&key);
        alice.enters_password_beside(name, &key);
        alice.sees_heading("Use your security key");
        alice.sees(&format!("Use {}.", kind.name));
        alice.uses_key();
        alice.sees_heading(&format!("Hello, {name}"));
        alice.signs_out_beside(&key);
        key.unplug();
    }
}

#[test]
fn a_passkey_alone_signs_in() {
    let Some(alice) = Person::arrives("a_passkey_alone_signs_in") else {
        return;
    };
    let computer = alice.browser.plug_in(Kind::INTERNAL);
    alice.creates_account("alice");
    alice.sets_key_up("this-device", "Laptop");
    alice.signs_out_beside(&computer);

    // By the button.
    alice.uses_passkey(&computer);
    alice.sees_heading("Hello, alice");

    // Where the passkey is, but not its owner.
    alice.signs_out_beside(&computer);
    computer.verifies_user(false);
    alice.uses_passkey(&computer);
    let told = alice
        .browser
        .text_of(&alice.css("[data-webauthn-status=problem]"));
    assert!(told.starts_with("You were not signed in:"), "{told}");
}

#[test]
fn the_user_name_field_offers_passkeys() {
    let Some(alice) = Person::arrives("the_user_name_field_offers_passkeys") else {
        return;
    };
    let computer = alice.browser.plug_in(Kind::INTERNAL);
    alice.creates_account("alice");
    alice.sets_key_up("this-device", "Laptop");
    alice.signs_out_beside(&computer);
    computer.is_touched(true);
    // Chromium's virtual authenticators choose the first suggestion by themselves.
    alice.opens("/sign-in");
    alice.sees_heading("Hello, alice");
}

#[test]
fn a_lost_device_is_deleted_and_refused_and_the_other_one_works() {
    let Some(alice) =
        Person::arrives("a_lost_device_is_deleted_and_refused_and_the_other_one_works")
    else {
        return;
    };
    let key = with_key(&alice, "alice");
    let stolen = key.credentials();
    alice.sees("Only one device is set up.");
    key.unplug();
    let computer = alice.browser.plug_in(Kind::INTERNAL);
    alice.sets_key_up("this-device", "Laptop");
    assert_eq!(alice.devices(), ["Blue key", "Laptop"]);
    alice.looks("parameters-two-keys");

    // The key is lost; the laptop signs in and deletes it.
    alice.signs_out_beside(&computer);
    alice.enters_password_beside("alice", &computer);
    alice.sees("any of them will do");
    alice.looks("second-step-two-keys");
    alice.uses_key();
    alice.sees_heading("Hello, alice");
    alice.opens("/authentication");
    alice.clicks_for_device("Delete", "Blue key");
    alice.sees("Only Laptop will be left.");
    alice.looks("key-delete");
    alice.clicks("Delete");
    alice.sees("The device was deleted.");
    assert_eq!(alice.devices(), ["Laptop"]);
    alice.signs_out_beside(&computer);
    computer.unplug();

    // Whoever has found it gets nowhere, with the password or without.
    let found = alice.browser.plug_in(Kind::USB);
    found.is_touched(false);
    found.has(&stolen);
    alice.enters_password_beside("alice", &found);
    alice.sees("Use Laptop.");
    alice.uses_key();
    // It is not asked for any more: the browser waits for another one.
    alice.css("[data-webauthn-status=waiting]");
    alice.stops_waiting();
    let told = alice
        .browser
        .text_of(&alice.css("[data-webauthn-status=problem]"));
    assert_eq!(told, "Canceled.");
    found.is_touched(false);
    alice.opens("/sign-in");
    alice.uses_passkey(&found);
    alice.sees_alert("This security key is not registered here, or was removed. Use another one.");
    alice.looks("sign-in-passkey-removed");
}

#[test]
fn a_bad_answer_comes_back_as_a_sentence_that_helps() {
    let Some(alice) = Person::arrives("a_bad_answer_comes_back_as_a_sentence_that_helps") else {
        return;
    };
    let key = with_key(&alice, "alice");
    alice.signs_out_beside(&key);
    alice.enters_password_beside("alice", &key);
    for (fault, sentence) in [
        (
            Fault::BogusSignature,
            "The security key was not accepted. Please try again, or use another method.",
        ),
        (
            Fault::BadUserPresence,
            "Your device did not notice you. Try again, and touch it when it asks you to.",
        ),
    ] {
        key.has_fault(Some(fault));
        alice.uses_key();
        alice.sees_alert(sentence);
    }
    alice.looks("second-step-key-error");

    // A passkey alone has to verify its user.
    key.is_touched(false);
    alice.opens("/sign-in");
    key.has_fault(Some(Fault::BadUserVerification));
    alice.uses_passkey(&key);
    alice.sees_alert("Your device did not verify that it is you.");
    key.is_touched(false);

    // Nothing is lost.
    key.has_fault(None);
    alice.enters_password_beside("alice", &key);
    alice.uses_key();
    alice.sees_heading("Hello, alice");
}

#[test]
fn a_key_with_a_copy_is_refused() {
    let Some(alice) = Person::arrives("a_key_with_a_copy_is_refused") else {
        return;
    };
    let key = with_key(&alice, "alice");
    alice.signs_out_beside(&key);
    key.counts_from(1000);
    alice.enters_password_beside("alice", &key);
    alice.uses_key();
    alice.sees_heading("Hello, alice");
    alice.signs_out_beside(&key);
    key.counts_from(5);
    alice.enters_password_beside("alice", &key);
    alice.uses_key();
    alice.sees_alert("This security key was not accepted: it may have been copied.");
    // The sign-in is over, and another one can be begun.
    alice.sees_heading("Sign in");
}

#[test]
fn a_passkey_that_gets_copies_says_so() {
    let Some(alice) = Person::arrives("a_passkey_that_gets_copies_says_so") else {
        return;
    };
    let telephone = Kind {
        backup: (true, false),
        ..Kind::HYBRID
    };
    let telephone = alice.browser.plug_in(telephone);
    alice.creates_account("alice");
    alice.sets_key_up("phone", "Telephone");
    let synced = |want: &str| {
        alice.opens("/authentication");
        let cell = alice.css("table.devices td[data-label^=Synced]");
        assert_eq!(alice.browser.text_of(&cell), want);
    };
    synced("No");
    alice.signs_out_beside(&telephone);
    telephone.claims_backup(true, true);
    alice.enters_password_beside("alice", &telephone);
    alice.uses_key();
    alice.sees_heading("Hello, alice");
    synced("Yes");

    // That it can be copied at all does not change.
    alice.signs_out_beside(&telephone);
    telephone.claims_backup(false, false);
    alice.enters_password_beside("alice", &telephone);
    alice.uses_key();
    alice.sees_alert("The security key was not accepted.");
}

#[test]
fn an_answer_made_on_a_phishing_page_is_refused() {
    let Some(alice) = Person::arrives("an_answer_made_on_a_phishing_page_is_refused") else {
        return;
    };
    let page = "<title>Not the cockpit</title><h1>Not the cockpit</h1>";
    let elsewhere = Gateway::start(vec![("/", page.to_owned())]);
    let key = with_key(&alice, "alice");
    alice.signs_out_beside(&key);
    alice.enters_password_beside("alice", &key);

    let asked = alice.asks_for_options("/sign-in/key");
    alice
        .browser
        .post("/url", &json!({ "url": elsewhere.url("/") }));
    let answer = alice.answers(&asked["options"]);
    alice.opens("/sign-in/code");
    alice.sends_answer("/sign-in/key", &asked["token"], &answer);
    alice.sees_alert("Your device was used on a page that is not of this site.");

    // An answer is good for its own ceremony, and once.
    let asked = alice.asks_for_options("/sign-in/key");
    let answer = alice.answers(&asked["options"]);
    let other = alice.asks_for_options("/sign-in/key");
    alice.sends_answer("/sign-in/key", &other["token"], &answer);
    alice.sees_alert("This page was out of date");
    alice.uses_key();
    alice.sees_heading("Hello, alice");
}

#[test]
fn a_set_up_can_be_stopped_and_begun_again() {
    let Some(alice) = Person::arrives("a_set_up_can_be_stopped_and_begun_again") else {
        return;
    };
    let key = alice.browser.plug_in(Kind::USB);
    key.is_touched(false);
    alice.creates_account("alice");
    alice.opens("/authentication/keys/new");
    alice.looks("key-new");
    alice.fills("name", "Blue key");
    alice.clicks("Set up");
    let waiting = alice.css("[data-webauthn-status=waiting]");
    let told = alice.browser.text_of(&waiting);
    assert!(told.starts_with("Waiting for your device"), "{told}");
    alice.looks("key-new-waiting");
    alice.stops_waiting();
    let told = alice
        .browser
        .text_of(&alice.css("[data-webauthn-status=problem]"));
    assert_eq!(told, "Canceled. Nothing was set up.");
    alice.looks("key-new-canceled");
    key.is_touched(true);
    alice.clicks("Set up");
    alice.sees_heading("Authentication parameters");
    assert_eq!(alice.devices(), ["Blue key"]);
    alice.looks("parameters-one-key");

    // The same device a second time.
    alice.opens("/authentication/keys/new");
    alice.clicks("Set up");
    let told = alice
        .browser
        .text_of(&alice.css("[data-webauthn-status=problem]"));
    assert!(told.starts_with("This device is set up already."), "{told}");

    // A name that is taken.
    let computer = alice.browser.plug_in(Kind::INTERNAL);
    alice.opens("/authentication/keys/new");
    alice
        .browser
        .click(&alice.css("main input[name=choice][value=this-device]"));
    alice.fills("name", "Blue key");
    alice.clicks("Set up");
    assert!(alice.error_of("name").contains("name"));
    alice.looks("key-new-name-taken");
    computer.unplug();
}

#[test]
fn a_change_is_confirmed_with_a_key() {
    let Some(alice) = Person::arrives("a_change_is_confirmed_with_a_key") else {
        return;
    };
    let _key = with_key(&alice, "alice");
    alice.site.advance(301);
    alice.opens("/authentication/applications/new");
    alice.sees_heading("Confirm that it is you");
    alice.looks("confirm-key");
    alice.uses_key();
    alice.sees_heading("Set up an authentication application");
}

#[test]
fn a_suspended_key_is_refused_until_it_is_resumed() {
    let Some(alice) = Person::arrives("a_suspended_key_is_refused_until_it_is_resumed") else {
        return;
    };
    let key = with_key(&alice, "alice");
    let app = alice.sets_application_up("Phone");
    alice.opens("/authentication");
    alice.clicks_for_device("Suspend", "Blue key");
    alice.looks("device-suspend");
    alice.clicks("Suspend");
    alice.sees("The device is suspended");
    alice.looks("parameters-suspended");
    alice.signs_out_beside(&key);
    alice.uses_passkey(&key);
    alice.sees_alert("This security key is suspended. Use another method");

    key.is_touched(false);
    alice.enters_password("alice");
    alice.enters_code(&alice.site.next_code(&app));
    alice.sees_heading("Hello, alice");
    alice.opens("/authentication");
    alice.clicks_for_device("Resume", "Blue key");
    alice.looks("device-resume");
    alice.clicks("Resume");
    alice.sees("The device is accepted again.");
    alice.signs_out_beside(&key);
    alice.enters_password_beside("alice", &key);
    alice.sees_heading("Use one of your devices");
    alice.looks("second-step-key-and-application");
    alice.uses_key();
    alice.sees_heading("Hello, alice");
}
