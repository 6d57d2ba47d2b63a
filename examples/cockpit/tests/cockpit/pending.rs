//! Sign-ins that wait for their second step, and forms that are sent twice.

use axum::http::StatusCode;

use crate::browser::{Browser, PASSWORD};
use crate::site::Site;

const SESSION: &str = "cockpit-session";
const PENDING: &str = "cockpit-pending";
const BINDING: &str = "mfa-s";

/// Somebody who is asked for a code, and the key of the one device.
async fn at_the_second_step(site: &Site) -> (Browser, String) {
    let mut alice = site.browser();
    alice.create_account("alice").await;
    let phone = alice.begin_set_up().await;
    alice.finish_set_up(&site.code(&phone), "Phone").await;
    alice.sign_out().await;
    site.next_code();
    alice.sign_in("alice", PASSWORD).await;
    (alice, phone)
}

#[tokio::test]
async fn half_a_sign_in_opens_nothing() {
    let site = Site::start().await;
    let (mut alice, phone) = at_the_second_step(&site).await;
    assert!(!alice.jar.contains_key(SESSION));
    for path in [
        "/",
        "/activity",
        "/authentication",
        "/authentication/applications/new",
    ] {
        alice.open(path).await;
        assert!(
            alice.path.starts_with("/sign-in"),
            "{path} led to {}",
            alice.path
        );
    }
    // The pending token is no session, in its own cookie or in the session's.
    let pending = alice.jar[PENDING].clone();
    alice.jar.insert(SESSION.to_owned(), pending);
    alice.open("/").await;
    assert_eq!(alice.path, "/sign-in");
    alice.jar.remove(SESSION);

    // A closed tab: the page is still there.
    alice.open("/sign-in/code").await;
    alice.enter_code(&site.code(&phone)).await;
    assert_eq!(alice.page.heading(), "Hello, alice");
}

#[tokio::test]
async fn a_sign_in_that_waits_too_long_begins_again() {
    let site = Site::start().await;
    let (mut alice, phone) = at_the_second_step(&site).await;
    site.advance(600);
    alice.enter_code(&site.code(&phone)).await;
    assert_eq!(alice.path, "/sign-in");
    alice.page.assert_shows("That sign-in is over");
    assert!(!alice.jar.contains_key(PENDING));
    alice
        .submit("/sign-in", &[("username", "alice"), ("password", PASSWORD)])
        .await;
    alice.enter_code(&site.code(&phone)).await;
    assert_eq!(alice.page.heading(), "Hello, alice");
}

#[tokio::test]
async fn a_sign_in_is_of_one_browser() {
    let site = Site::start().await;
    let (alice, phone) = at_the_second_step(&site).await;
    let (mut bob, bobs) = {
        let mut bob = site.browser();
        bob.create_account("bob").await;
        let key = bob.begin_set_up().await;
        bob.finish_set_up(&site.code(&key), "Phone").await;
        bob.sign_out().await;
        site.next_code();
        bob.sign_in("bob", PASSWORD).await;
        (bob, key)
    };

    // Alice's token in another browser, without a binding, with a foreign one, with a made-up one.
    let made_up = "A".repeat(43);
    for binding in [
        None,
        Some(bob.jar[BINDING].as_str()),
        Some(&made_up),
        Some("x"),
    ] {
        let mut thief = site.browser();
        thief.open("/sign-in").await;
        thief
            .jar
            .insert(PENDING.to_owned(), alice.jar[PENDING].clone());
        if let Some(binding) = binding {
            thief.jar.insert(BINDING.to_owned(), binding.to_owned());
        }
        thief.open("/sign-in/code").await;
        assert_eq!(thief.path, "/sign-in", "{binding:?}");
        thief.page.assert_shows("That sign-in is over");
        assert!(!thief.jar.contains_key(SESSION));
    }
    // A token that was changed, or is none.
    let mut changed = bob.jar[PENDING].clone();
    changed.replace_range(40..41, if &changed[40..41] == "A" { "B" } else { "A" });
    let right = bob.jar[PENDING].clone();
    for token in [changed.as_str(), "", "x", "AAAA"] {
        bob.jar.insert(PENDING.to_owned(), token.to_owned());
        bob.open("/sign-in/code").await;
        assert_eq!(bob.path, "/sign-in", "{token}");
    }
    // Alice's code does not finish Bob's sign-in; his own does.
    bob.jar.insert(PENDING.to_owned(), right);
    bob.open("/sign-in/code").await;
    bob.enter_code(&site.code(&phone)).await;
    assert_eq!(bob.page.status, StatusCode::UNPROCESSABLE_ENTITY);
    bob.enter_code(&site.code(&bobs)).await;
    assert_eq!(bob.page.heading(), "Hello, bob");
}

#[tokio::test]
async fn a_form_that_is_sent_twice_does_its_work_once() {
    let site = Site::start().await;
    let (mut alice, phone) = at_the_second_step(&site).await;
    let code = site.code(&phone);

    // The second step: one session; the other answer says that it is done.
    let before = alice.jar.clone();
    let first = alice.submit_only("/sign-in/code", &[("code", &code)]).await;
    assert_eq!(first.status, StatusCode::SEE_OTHER);
    let after = std::mem::replace(&mut alice.jar, before);
    let second = alice.submit("/sign-in/code", &[("code", &code)]).await;
    second.assert_shows("That sign-in is over: it was finished");
    assert!(!alice.jar.contains_key(SESSION));
    alice.jar = after;
    assert_eq!(alice.open("/").await.heading(), "Hello, alice");

    // Setting up: one device, and the second answer shows it.
    site.next_code();
    let tablet = alice.begin_set_up().await;
    let fields = [("code", site.code(&tablet)), ("name", "Tablet".to_owned())];
    let fields = fields
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    let action = "/authentication/applications/setup";
    let first = alice.submit_only(action, &fields).await;
    assert_eq!(first.status, StatusCode::SEE_OTHER);
    alice.submit(action, &fields).await;
    assert_eq!(alice.path, "/authentication");
    alice
        .page
        .assert_shows("That set-up is over: it was finished");
    assert_eq!(alice.page.body.matches(">Tablet</th>").count(), 1);

    // Deleting: the device is gone, and the page says so.
    let path = format!("{}/delete", alice.device("Tablet").await);
    alice.open(&path).await;
    let first = alice.submit_only(&path, &[]).await;
    assert_eq!(first.status, StatusCode::SEE_OTHER);
    alice.submit(&path, &[]).await;
    alice.page.assert_shows("That device is not among yours");
}
