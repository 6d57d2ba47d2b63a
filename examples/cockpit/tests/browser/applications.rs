//! Authenticator apps, and the pages that are there without any security key.

use crate::person::{PASSWORD, Person};

const REFUSED: &str =
    "This code was not accepted. Wait for the next code in your application and try again.";

#[test]
fn an_application_is_set_up_used_and_deleted() {
    let Some(alice) = Person::arrives("an_application_is_set_up_used_and_deleted") else {
        return;
    };
    alice.creates_account("alice");
    let key = alice.sets_application_up("Phone");
    alice.sees("Multi-factor authentication is on.");

    // A code signs in once.
    alice.signs_out();
    let code = alice.site.next_code(&key);
    alice.enters_password("alice");
    alice.sees_heading("Enter a one-time password");
    alice.enters_code(&code);
    alice.sees_heading("Hello, alice");
    alice.signs_out();
    alice.enters_password("alice");
    alice.enters_code(&code);
    assert_eq!(alice.error_of("code"), REFUSED);
    alice.enters_code(&alice.site.next_code(&key));
    alice.sees_heading("Hello, alice");

    // The last device: everything goes.
    alice.opens("/authentication");
    alice.clicks_for_device("Delete", "Phone");
    alice.sees("Your last device, Phone, will be deleted.");
    alice.clicks("Yes");
    alice.sees("Multi-factor authentication is off.");
    alice.signs_out();
    alice.enters_password("alice");
    alice.sees_heading("Hello, alice");
}

#[test]
fn the_pages_of_visitors_are_accessible() {
    let Some(alice) = Person::arrives("the_pages_of_visitors_are_accessible") else {
        return;
    };
    alice.opens("/account/new");
    alice.looks("account-new");
    alice.fills("username", "alice");
    alice.fills("password", "short");
    alice.clicks("Create an account");
    assert!(!alice.error_of("password").is_empty());
    alice.looks("account-new-error");

    alice.opens("/sign-in");
    alice.looks("sign-in");
    alice.fills("username", "nobody");
    alice.fills("password", PASSWORD);
    alice.clicks("Sign in");
    assert!(!alice.error_of("password").is_empty());
    alice.looks("sign-in-error");

    alice.opens("/nowhere");
    alice.looks("not-found");
}

#[test]
fn the_pages_of_members_are_accessible() {
    let Some(alice) = Person::arrives("the_pages_of_members_are_accessible") else {
        return;
    };
    alice.creates_account("alice");
    alice.looks("parameters-off");
    alice.opens("/");
    alice.looks("overview");
    alice.browser.click(&alice.css("details.menu summary"));
    alice.looks("menu");
    alice.opens("/authentication/applications/new");
    alice.looks("application-new");
    alice.begins_application();
    alice.looks("application-setup");
    alice.fills("code", "000000");
    alice.clicks("Set up");
    assert!(!alice.error_of("code").is_empty());
    alice.looks("application-setup-error");

    let key = alice.sets_application_up("Phone");
    alice.looks("parameters-one-device");
    alice.sets_application_up("Tablet");
    alice.looks("parameters-two-devices");
    alice.clicks_for_device("Rename", "Phone");
    alice.looks("device-rename");
    alice.clicks("Cancel");
    alice.clicks_for_device("Delete", "Phone");
    alice.looks("device-delete");
    alice.opens("/authentication/disable");
    alice.looks("disable");
    alice.opens("/authentication/password");
    alice.looks("password");
    alice.opens("/activity");
    alice.looks("activity");
    alice.site.advance(301);
    alice.opens("/authentication/disable");
    alice.looks("confirm");

    alice.signs_out();
    alice.looks("signed-out");
    alice.enters_password("alice");
    alice.sees_heading("Enter a one-time password");
    alice.looks("second-step");
    alice.clicks("I do not have any of these devices");
    alice.looks("second-step-lost");
    alice.enters_code("000000");
    assert_eq!(alice.error_of("code"), REFUSED);
    alice.looks("second-step-error");
    alice.enters_code(&alice.site.next_code(&key));
    alice.sees_heading("Hello, alice");
}
