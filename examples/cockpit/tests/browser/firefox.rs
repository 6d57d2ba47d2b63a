//! Firefox, where its driver is installed: its virtual authenticators do what they should, and
//! nothing else.

use serde_json::json;

use crate::authenticator::Kind;
use crate::person::Person;
use crate::site::Site;
use crate::webdriver::WebDriver;

#[test]
fn a_key_and_an_application_sign_in_with_firefox() {
    let test = "a_key_and_an_application_sign_in_with_firefox";
    let Some(browser) = WebDriver::start_firefox(test) else {
        return;
    };
    let site = Site::start();
    let alice = Person { browser, site };
    let key = alice.browser.plug_in(Kind::USB);
    alice.opens("/account/new");
    assert_eq!(alice.faults(), json!([]));
    alice.creates_account("alice");
    alice.sets_key_up("security-key", "Blue key");
    assert_eq!(alice.faults(), json!([]));
    let app = alice.sets_application_up("Phone");

    // The password with the key, the password with a code, a passkey alone.
    alice.signs_out();
    alice.enters_password("alice");
    alice.sees_heading("Use one of your devices");
    assert_eq!(alice.faults(), json!([]));
    alice.uses_key();
    alice.sees_heading("Hello, alice");
    alice.signs_out();
    alice.enters_password("alice");
    alice.enters_code(&alice.site.next_code(&app));
    alice.sees_heading("Hello, alice");
    alice.signs_out();
    alice.clicks("Sign in with a passkey");
    alice.sees_heading("Hello, alice");

    // Where the passkey is, but not its owner.
    alice.signs_out();
    key.verifies_user(false);
    alice.clicks("Sign in with a passkey");
    let told = alice
        .browser
        .text_of(&alice.css("[data-webauthn-status=problem]"));
    assert!(told.starts_with("You were not signed in:"), "{told}");
}
