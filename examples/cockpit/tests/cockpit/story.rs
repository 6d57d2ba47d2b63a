//! What a person does, from the first page to the last.

use axum::http::StatusCode;

use crate::browser::{PASSWORD, between};
use crate::site::Site;

const REFUSED: &str =
    "This code was not accepted. Wait for the next code in your application and try again.";

#[tokio::test]
async fn a_person_sets_up_uses_replaces_and_disables_devices() {
    let site = Site::start().await;
    let mut alice = site.browser();

    // An account, and the way to the first device.
    alice.create_account("alice").await;
    assert_eq!(alice.path, "/authentication");
    alice.page.assert_shows("Your account was created.");
    alice.page.assert_shows("Multi-factor authentication");
    alice
        .page
        .assert_shows("Set up an authentication application");
    alice
        .open("/authentication/applications/new")
        .await
        .assert_shows("Before you begin");
    let phone = alice.begin_set_up().await;
    alice.page.assert_shows("Unable to scan?");
    alice.page.assert_shows(r#"role="img"><title>QR code"#);
    alice.finish_set_up(&site.code(&phone), "Phone").await;
    assert_eq!(alice.path, "/authentication");
    alice
        .page
        .assert_shows("Multi-factor authentication is on.");
    alice.page.assert_shows("Only one device is set up.");
    alice
        .open("/authentication")
        .await
        .assert_hides("Multi-factor authentication is on.");
    assert!(alice.page.device("Phone").is_some());

    // Signing in with a code, once.
    assert_eq!(alice.sign_out().await.status, StatusCode::OK);
    alice.page.assert_shows("You are signed out.");
    site.next_code();
    let used = site.code(&phone);
    alice.sign_in("alice", PASSWORD).await;
    assert_eq!(alice.path, "/sign-in/code");
    alice.page.assert_shows("<strong>Phone</strong>");
    alice.enter_code(&used).await;
    assert_eq!(
        (alice.path.as_str(), alice.page.heading()),
        ("/", "Hello, alice")
    );
    alice.sign_out().await;
    alice.sign_in("alice", PASSWORD).await;
    alice.enter_code(&used).await;
    assert_eq!(alice.page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(alice.page.error_of("code"), Some(REFUSED));
    site.next_code();
    alice.enter_code(&site.code(&phone)).await;
    assert_eq!(alice.page.heading(), "Hello, alice");

    // A second device, without a name; another browser signs in with it.
    let tablet = alice.begin_set_up().await;
    alice.finish_set_up(&site.code(&tablet), " ").await;
    alice.page.assert_shows("The device was set up.");
    alice.page.assert_hides("Only one device is set up.");
    let tablet_path = alice.page.device("Authentication application").unwrap();
    alice.open(&format!("{tablet_path}/rename")).await;
    alice
        .submit(&format!("{tablet_path}/rename"), &[("name", "Tablet")])
        .await;
    alice.page.assert_shows("The device was renamed.");
    site.next_code();
    let mut other = site.browser();
    other.sign_in("alice", PASSWORD).await;
    other.page.assert_shows("<li>Phone</li><li>Tablet</li>");
    other.enter_code(&site.code(&tablet)).await;
    assert_eq!(other.page.heading(), "Hello, alice");

    // The first device is lost: the other one deletes it, and the old session ends.
    let phone_path = other.device("Phone").await;
    other
        .open(&format!("{phone_path}/delete"))
        .await
        .assert_shows("Its codes will no longer be accepted.");
    other.submit(&format!("{phone_path}/delete"), &[]).await;
    other.page.assert_shows("The device was deleted.");
    assert_eq!(other.page.device("Phone"), None);
    alice.open("/authentication").await;
    assert_eq!(alice.path, "/sign-in?next=%2Fauthentication");
    alice.page.assert_shows("Your session has ended");
    site.next_code();
    alice
        .submit("/sign-in", &[("username", "alice"), ("password", PASSWORD)])
        .await;
    alice.enter_code(&site.code(&phone)).await;
    assert_eq!(alice.page.error_of("code"), Some(REFUSED));
    alice.enter_code(&site.code(&tablet)).await;
    assert_eq!(alice.path, "/authentication");

    // The last device: everything goes.
    let tablet_path = alice.device("Tablet").await;
    alice.open(&format!("{tablet_path}/delete")).await;
    assert_eq!(alice.path, "/authentication/disable");
    alice
        .page
        .assert_shows("Your last device, <strong>Tablet</strong>, will be deleted.");
    alice.submit("/authentication/disable", &[]).await;
    alice
        .page
        .assert_shows("Multi-factor authentication is off.");
    alice.sign_out().await;
    alice.sign_in("alice", PASSWORD).await;
    assert_eq!(alice.page.heading(), "Hello, alice");
    alice.page.assert_shows("Off");
}

#[tokio::test]
async fn the_activity_tells_what_happened() {
    let site = Site::start().await;
    let mut alice = site.browser();
    alice.create_account("alice").await;
    let phone = alice.begin_set_up().await;
    alice.finish_set_up(&site.code(&phone), "Phone").await;
    alice.sign_out().await;
    site.next_code();
    alice.sign_in("alice", PASSWORD).await;
    for _ in 0..3 {
        alice.enter_code(&site.wrong_code(&phone)).await;
    }
    alice.enter_code(&site.code(&phone)).await;
    site.deliver_events().await;

    alice.open("/activity").await;
    for sentence in [
        "The account was created",
        "Signed in with the password alone",
        "The set-up of a device was begun",
        "Multi-factor authentication was turned on",
        "The device “Phone” was set up",
        "Signed in with the help of <strong>Phone</strong>",
        "from 127.0.0.1",
        "15 January 2027, 08:00 UTC",
    ] {
        alice.page.assert_shows(sentence);
    }

    // Repetitions that were delivered together are one entry.
    let items = alice
        .page
        .body
        .split("<li")
        .filter(|item| item.contains("A wrong code was refused at sign-in"));
    let times = items.map(
        |item| match between(item, "<span class=\"times\">", " times") {
            Some(count) => count.parse::<u32>().unwrap(),
            None => 1,
        },
    );
    assert_eq!(times.sum::<u32>(), 3);

    // Nobody else's.
    let mut bob = site.browser();
    bob.create_account("bob").await;
    site.deliver_events().await;
    bob.open("/activity").await.assert_hides("Phone");
}

#[tokio::test]
async fn a_change_needs_a_fresh_proof_and_then_goes_on() {
    let site = Site::start().await;
    let mut alice = site.browser();
    alice.create_account("alice").await;

    // While it is off, the password.
    site.advance(301);
    alice.open("/authentication/applications/new").await;
    assert_eq!(
        alice.path,
        "/confirm?next=%2Fauthentication%2Fapplications%2Fnew"
    );
    alice.submit("/confirm", &[("password", "wrong")]).await;
    assert_eq!(alice.page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(alice.page.error_of("password").is_some());
    alice.submit("/confirm", &[("password", PASSWORD)]).await;
    assert_eq!(alice.path, "/authentication/applications/new");
    alice.submit("/authentication/applications/new", &[]).await;
    let phone = alice.page.key();
    alice.finish_set_up(&site.code(&phone), "Phone").await;

    // While it is on, a code; and what was typed is not lost.
    let path = alice.page.device("Phone").unwrap();
    alice.open(&format!("{path}/rename")).await;
    site.advance(301);
    alice
        .submit(&format!("{path}/rename"), &[("name", "Anna’s & mine")])
        .await;
    assert!(alice.path.starts_with("/confirm?next="), "{}", alice.path);
    alice
        .submit("/confirm", &[("code", &site.wrong_code(&phone))])
        .await;
    assert_eq!(alice.page.error_of("code"), Some(REFUSED));
    alice.submit("/confirm", &[("code", "12")]).await;
    assert!(alice.page.error_of("code").unwrap().contains("six digits"));
    alice
        .submit("/confirm", &[("code", &site.code(&phone))])
        .await;
    assert!(
        alice.path.starts_with(&format!("{path}/rename?name=")),
        "{}",
        alice.path
    );
    alice.page.assert_shows(r#"value="Anna’s &amp; mine""#);
    alice
        .submit(&format!("{path}/rename"), &[("name", "Anna’s & mine")])
        .await;
    assert!(alice.page.device("Anna’s &amp; mine").is_some());

    // Deleting and disabling ask as well.
    site.advance(301);
    alice.open("/authentication/disable").await;
    assert_eq!(alice.path, "/confirm?next=%2Fauthentication%2Fdisable");
}

#[tokio::test]
async fn whoever_is_sent_to_sign_in_comes_back() {
    let site = Site::start().await;
    let mut alice = site.browser();
    alice.create_account("alice").await;
    let phone = alice.begin_set_up().await;
    alice.finish_set_up(&site.code(&phone), "Phone").await;
    alice.sign_out().await;
    site.next_code();

    alice.open("/activity").await;
    assert_eq!(alice.path, "/sign-in?next=%2Factivity");
    alice
        .submit(
            "/sign-in",
            &[("username", "ALICE "), ("password", PASSWORD)],
        )
        .await;
    assert_eq!(alice.path, "/sign-in/code?next=%2Factivity");
    alice.enter_code(&format!(" {} ", site.code(&phone))).await;
    assert_eq!(alice.path, "/activity");

    // Not to anywhere.
    alice.sign_out().await;
    site.next_code();
    alice.open("/sign-in?next=https://evil.example/").await;
    alice
        .submit("/sign-in", &[("username", "alice"), ("password", PASSWORD)])
        .await;
    alice.enter_code(&site.code(&phone)).await;
    assert_eq!(alice.path, "/");
}
