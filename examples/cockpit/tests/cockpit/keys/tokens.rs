//! Lost, foreign, expired and used tokens, forms that are posted twice and tabs that are closed:
//! nothing is lost, and the user can go on.

use axum::http::StatusCode;
use mfakit_testkit::Authenticator;

use super::with_a_key;
use crate::browser::PASSWORD;
use crate::browser::keys::NEW_KEY;
use crate::site::Site;

const FIELDS: [(&str, &str); 2] = [("choice", "security-key"), ("name", "Key")];

#[tokio::test]
async fn a_set_up_that_took_too_long() {
    let site = Site::start().await;
    let mut alice = site.browser();
    alice.create_account("alice").await;
    let mut key = Authenticator::new(1);
    alice.open(NEW_KEY).await;
    let begun = alice.begin(NEW_KEY, &FIELDS).await;
    let made = key
        .make_credential(&begun.options, &alice.origin())
        .unwrap()
        .json();
    site.advance(301);
    let page = alice.answer(NEW_KEY, &begun, &made, &FIELDS).await;
    assert!(
        page.body.contains("took too long") || page.heading() == "Confirm that it is you",
        "{}",
        page.body
    );
    alice
        .open("/confirm?next=%2Fauthentication%2Fkeys%2Fnew")
        .await;
    alice.submit("/confirm", &[("password", PASSWORD)]).await;
    assert_eq!(alice.path, NEW_KEY);
    alice.set_up_key(&mut Authenticator::new(2), "Key").await;
    alice
        .page
        .assert_shows("Multi-factor authentication is on.");
}

#[tokio::test]
async fn a_set_up_that_is_sent_twice_sets_up_one_device() {
    let site = Site::start().await;
    let mut alice = site.browser();
    alice.create_account("alice").await;
    let mut key = Authenticator::new(1);
    alice.open(NEW_KEY).await;
    let hidden = alice.hidden(NEW_KEY);
    let begun = alice.begin(NEW_KEY, &FIELDS).await;
    let made = key
        .make_credential(&begun.options, &alice.origin())
        .unwrap()
        .json();
    alice.answer(NEW_KEY, &begun, &made, &FIELDS).await;
    alice
        .page
        .assert_shows("Multi-factor authentication is on.");

    let mut again: Vec<(&str, &str)> = hidden
        .iter()
        .map(|(n, v)| (n.as_str(), v.as_str()))
        .collect();
    again.extend(FIELDS);
    again.extend([
        ("webauthn_token", begun.token.as_str()),
        ("webauthn_response", &made),
    ]);
    let page = alice.post(NEW_KEY, &again).await;
    assert!(!page.status.is_server_error(), "{}", page.status);
    let page = alice.open("/authentication").await;
    assert_eq!(page.body.matches(r#"<th scope="row""#).count(), 1);
}

#[tokio::test]
async fn a_sign_in_that_is_sent_twice_signs_in_once() {
    let site = Site::start().await;
    let mut blue = Authenticator::new(1);
    let mut alice = with_a_key(&site, "alice", &mut blue).await;
    alice.sign_out().await;
    alice.open("/sign-in").await;
    let page = alice.page.clone();
    let begun = alice.begin("/sign-in/passkey", &[]).await;
    let binding = alice.jar.clone();
    let made = blue
        .get_assertion(&begun.options, &alice.origin())
        .unwrap()
        .json();
    alice.answer("/sign-in/passkey", &begun, &made, &[]).await;
    assert_eq!(alice.path, "/");

    // Somebody who has everything of it, the browser's cookies of before included.
    let mut thief = site.browser();
    thief.jar = binding;
    thief.page = page;
    thief.answer("/sign-in/passkey", &begun, &made, &[]).await;
    assert_ne!(thief.path, "/");
    assert!(!thief.jar.contains_key("cockpit-session"));
    thief.page.assert_shows("That sign-in is over");
    // In another browser the token is none.
    let mut stranger = site.browser();
    stranger.open("/sign-in").await;
    stranger
        .answer("/sign-in/passkey", &begun, &made, &[])
        .await;
    stranger.page.assert_shows("was opened in another browser");

    assert_eq!(alice.open("/").await.heading(), "Hello, alice");
}

#[tokio::test]
async fn an_answer_in_another_users_session_is_refused() {
    let site = Site::start().await;
    let (mut blue, mut red) = (Authenticator::new(1), Authenticator::new(2));
    let mut alice = with_a_key(&site, "alice", &mut blue).await;
    let mut bob = with_a_key(&site, "bob", &mut red).await;

    // Alice's set-up, finished by Bob.
    alice.open(NEW_KEY).await;
    let begun = alice.begin(NEW_KEY, &FIELDS).await;
    let mut key = Authenticator::new(3);
    let made = key
        .make_credential(&begun.options, &alice.origin())
        .unwrap()
        .json();
    bob.open(NEW_KEY).await;
    let page = bob.answer(NEW_KEY, &begun, &made, &FIELDS).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    // Bob's key for Alice's second step.
    alice.sign_out().await;
    alice.sign_in("alice", PASSWORD).await;
    bob.sign_out().await;
    bob.open("/sign-in").await;
    let begun = bob.begin("/sign-in/passkey", &[]).await;
    let made = red
        .get_assertion(&begun.options, &bob.origin())
        .unwrap()
        .json();
    let asked = alice.begin("/sign-in/key", &[]).await;
    let page = alice.answer("/sign-in/key", &asked, &made, &[]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    alice.use_key("/sign-in/key", &mut blue).await;
    assert_eq!(alice.path, "/");
}

#[tokio::test]
async fn a_key_of_somebody_else_cannot_be_set_up() {
    let site = Site::start().await;
    let mut blue = Authenticator::new(1);
    let _alice = with_a_key(&site, "alice", &mut blue).await;
    let mut bob = site.browser();
    bob.create_account("bob").await;
    // The same credential id again, which an honest device never makes.
    let page = bob.set_up_key(&mut Authenticator::new(1), "Key").await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    page.assert_shows("This security key is registered already.");
}

#[tokio::test]
async fn a_lost_token_leaves_everything_as_it_was() {
    let site = Site::start().await;
    let mut blue = Authenticator::new(1);
    let mut alice = with_a_key(&site, "alice", &mut blue).await;
    alice.sign_out().await;
    alice.sign_in("alice", PASSWORD).await;
    for fields in [
        vec![],
        vec![("webauthn_token", ""), ("webauthn_response", "")],
        vec![("webauthn_token", "AAAA"), ("webauthn_response", "{}")],
    ] {
        let page = alice.submit_only("/sign-in/key", &fields).await;
        assert!(page.status.is_client_error(), "{}", page.status);
    }
    // The page was closed, and the ceremony with it; the sign-in waits.
    let _closed = alice.begin("/sign-in/key", &[]).await;
    alice.open("/sign-in/code").await;
    alice.use_key("/sign-in/key", &mut blue).await;
    assert_eq!(alice.path, "/");
}

#[tokio::test]
async fn a_sign_in_that_took_too_long_begins_anew() {
    let site = Site::start().await;
    let mut blue = Authenticator::new(1);
    let mut alice = with_a_key(&site, "alice", &mut blue).await;
    alice.sign_out().await;
    alice.open("/sign-in").await;
    let begun = alice.begin("/sign-in/passkey", &[]).await;
    let made = blue
        .get_assertion(&begun.options, &alice.origin())
        .unwrap()
        .json();
    site.advance(301);
    alice.answer("/sign-in/passkey", &begun, &made, &[]).await;
    alice.page.assert_shows("That took too long.");
    alice.use_key("/sign-in/passkey", &mut blue).await;
    assert_eq!(alice.path, "/");
}
