//! Security keys and passkeys, from set-up to removal.

mod refusals;
mod required;
mod tokens;

use axum::http::StatusCode;
use mfakit_testkit::Authenticator;

use crate::browser::keys::NEW_KEY;
use crate::browser::{Browser, PASSWORD, attribute};
use crate::site::Site;

/// Somebody with a key named “Blue key”, signed in.
async fn with_a_key(site: &Site, name: &str, key: &mut Authenticator) -> Browser {
    let mut browser = site.browser();
    browser.create_account(name).await;
    browser.set_up_key(key, "Blue key").await;
    assert_eq!(browser.path, "/authentication", "{}", browser.page.body);
    browser
}

/// What the page tells passkey managers by this method.
fn signal(browser: &Browser, method: &str) -> serde_json::Value {
    browser
        .page
        .body
        .split("<template ")
        .filter_map(|told| attribute(told, "data-webauthn-signal"))
        .map(|told| serde_json::from_str::<serde_json::Value>(&told).unwrap())
        .find(|told| told["method"] == method)
        .unwrap()
}

/// What the browser is told of the keys that are left.
fn accepted(browser: &Browser) -> serde_json::Value {
    signal(browser, "signalAllAcceptedCredentials")["options"].clone()
}

#[tokio::test]
async fn a_password_and_a_security_key() {
    let site = Site::start().await;
    let mut blue = Authenticator::new(1);
    let mut alice = with_a_key(&site, "alice", &mut blue).await;
    alice
        .page
        .assert_shows("Multi-factor authentication is on.");
    alice
        .page
        .assert_shows(r#"<th scope="row" data-label="Name">Blue key</th>"#);
    alice.page.assert_shows("Security key");
    alice.sign_out().await;

    alice.sign_in("alice", PASSWORD).await;
    assert_eq!(alice.page.heading(), "Use your security key");
    alice.page.assert_shows("Use <strong>Blue key</strong>.");
    alice.use_key("/sign-in/key", &mut blue).await;
    assert_eq!(alice.path, "/");
    site.deliver_events().await;
    alice
        .open("/activity")
        .await
        .assert_shows("Signed in with the help of <strong>Blue key</strong>");
}

#[tokio::test]
async fn a_passkey_alone() {
    let site = Site::start().await;
    let mut blue = Authenticator::new(1);
    let mut alice = with_a_key(&site, "alice", &mut blue).await;
    alice.sign_out().await;

    alice.open("/sign-in?next=%2Factivity").await;
    alice.use_key("/sign-in/passkey", &mut blue).await;
    assert_eq!(alice.path, "/activity");
    // Two factors in one: no other proof is asked for before a change.
    let path = format!("{}/rename", alice.device("Blue key").await);
    assert_eq!(alice.open(&path).await.heading(), "Rename a device");
}

#[tokio::test]
async fn the_lost_one_of_two_devices_is_deleted() {
    let site = Site::start().await;
    let (mut blue, mut red) = (Authenticator::new(1), Authenticator::new(2));
    let mut alice = with_a_key(&site, "alice", &mut blue).await;
    alice.page.assert_shows("Only one device is set up.");
    alice.set_up_key(&mut red, "Red key").await;
    alice.sign_out().await;

    // Blue is lost: sign in with red, and delete blue.
    alice.sign_in("alice", PASSWORD).await;
    alice.page.assert_shows("<li>Blue key</li><li>Red key</li>");
    alice.use_key("/sign-in/key", &mut red).await;
    let path = format!("{}/delete", alice.device("Blue key").await);
    assert_eq!(
        accepted(&alice)["allAcceptedCredentialIds"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    alice
        .open(&path)
        .await
        .assert_shows("Only <strong>Red key</strong> will be left.");
    alice.submit(&path, &[]).await;
    alice.page.assert_shows("The device was deleted.");
    // The browser hears which are left, to forget the other.
    alice.open("/authentication").await;
    assert_eq!(
        accepted(&alice)["allAcceptedCredentialIds"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    alice.sign_out().await;

    // Whoever found it is told, and so is the browser.
    let page = alice.sign_in_with(&mut blue).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    page.assert_shows("This security key is not registered here, or was removed.");
    assert!(signal(&alice, "signalUnknownCredential")["options"]["credentialId"].is_string());
    alice.sign_in_with(&mut red).await;
    assert_eq!(alice.path, "/");
}

#[tokio::test]
async fn a_key_beside_an_application() {
    let site = Site::start().await;
    let mut blue = Authenticator::new(1);
    let mut alice = with_a_key(&site, "alice", &mut blue).await;
    let phone = alice.begin_set_up().await;
    alice.finish_set_up(&site.code(&phone), "Phone").await;
    alice.sign_out().await;
    site.next_code();

    alice.sign_in("alice", PASSWORD).await;
    assert_eq!(alice.page.heading(), "Use one of your devices");
    alice.enter_code(&site.code(&phone)).await;
    assert_eq!(alice.path, "/");
    alice.sign_out().await;
    alice.sign_in("alice", PASSWORD).await;
    alice.use_key("/sign-in/key", &mut blue).await;
    assert_eq!(alice.path, "/");

    // When codes are no longer accepted for a while, the key is.
    alice.sign_out().await;
    for _ in 0..4 {
        alice.sign_in("alice", PASSWORD).await;
        alice.enter_code(&site.wrong_code(&phone)).await;
    }
    alice.sign_in("alice", PASSWORD).await;
    alice.page.assert_shows("Too many codes were refused.");
    alice.use_key("/sign-in/key", &mut blue).await;
    assert_eq!(alice.path, "/");
}

#[tokio::test]
async fn a_fresh_proof_with_a_key() {
    let site = Site::start().await;
    let mut blue = Authenticator::new(1);
    let mut alice = with_a_key(&site, "alice", &mut blue).await;
    site.advance(301);
    alice.open(NEW_KEY).await;
    assert_eq!(alice.page.heading(), "Confirm that it is you");
    alice.page.assert_shows("use your security key.");
    let refused = alice.use_changed("/confirm/key", &mut blue, |made| {
        made.sign().reverse();
    });
    let page = refused.await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    page.assert_shows("The security key was not accepted.");
    alice.use_key("/confirm/key", &mut blue).await;
    assert_eq!(alice.path, NEW_KEY);
    let mut red = Authenticator::new(2);
    alice.set_up_key(&mut red, "Red key").await;
    alice.page.assert_shows("The device was set up.");
}

#[tokio::test]
async fn a_key_that_was_mislaid_is_suspended_and_resumed() {
    let site = Site::start().await;
    let (mut blue, mut red) = (Authenticator::new(1), Authenticator::new(2));
    let mut alice = with_a_key(&site, "alice", &mut blue).await;
    let only = format!("{}/suspend", alice.device("Blue key").await);
    alice.open(&only).await;
    alice.submit(&only, &[]).await;
    alice
        .page
        .assert_shows("That is the only device that you can sign in with.");
    alice.set_up_key(&mut red, "Red key").await;

    let blue_path = alice.device("Blue key").await;
    let path = format!("{blue_path}/suspend");
    alice.open(&path).await;
    assert_eq!(alice.page.heading(), "Suspend a device");
    alice.submit(&path, &[]).await;
    alice.page.assert_shows("The device is suspended");
    alice
        .page
        .assert_shows(r#"<span class="tag">Suspended</span>"#);
    let mut elsewhere = site.browser();
    elsewhere
        .sign_in_with(&mut blue)
        .await
        .assert_shows("This security key is suspended.");
    elsewhere.sign_in("alice", PASSWORD).await;
    elsewhere.page.assert_hides("Blue key");

    let path = format!("{blue_path}/resume");
    alice.open(&path).await;
    alice.submit(&path, &[]).await;
    alice.page.assert_shows("The device is accepted again.");
    elsewhere.sign_in_with(&mut blue).await;
    assert_eq!(elsewhere.path, "/");
}

#[tokio::test]
async fn the_page_says_what_comes_and_takes_names() {
    let site = Site::start().await;
    let mut alice = site.browser();
    alice.create_account("alice").await;
    alice
        .open("/authentication")
        .await
        .assert_shows("Set up a security key");
    let page = alice.open(NEW_KEY).await;
    assert_eq!(page.heading(), "Set up a security key");
    for words in [
        "Before you begin",
        "USB security key",
        "Smartphone or tablet over Bluetooth",
        "This computer’s biometrics",
        "Security keys do not work in Firefox on macOS.",
        ">Set up</button>",
    ] {
        page.assert_shows(words);
    }
    for (choice, hint, attachment) in [
        ("security-key", "security-key", "cross-platform"),
        ("phone", "hybrid", "cross-platform"),
        ("this-device", "client-device", "platform"),
    ] {
        let begun = alice
            .begin(NEW_KEY, &[("choice", choice), ("name", "")])
            .await;
        let options: serde_json::Value = serde_json::from_str(&begun.options).unwrap();
        assert_eq!(options["hints"][0], hint);
        let selection = &options["authenticatorSelection"];
        assert_eq!(selection["authenticatorAttachment"], attachment);
        assert_eq!(options["user"]["name"], "alice");
    }
    // A name that cannot be is refused before anybody touches anything.
    let long = "x".repeat(65);
    let refused = alice
        .ask_options(NEW_KEY, &[("choice", "phone"), ("name", &long)])
        .await;
    assert_eq!(refused.json()["problem"], "Use at most 64 characters.");

    let mut blue = Authenticator::new(1);
    alice.set_up_key(&mut blue, "").await;
    alice.page.assert_shows(">Security key</th>");
    let mut red = Authenticator::new(2);
    alice.set_up_key(&mut red, "security KEY").await;
    assert_eq!(
        alice.page.error_of("name"),
        Some("Another of your devices has this name. Choose a different one.")
    );
    // What was chosen is still there.
    alice.page.assert_shows(r#"value="security KEY""#);
}
