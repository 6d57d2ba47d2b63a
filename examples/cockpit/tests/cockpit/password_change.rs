//! Changing the password.

use axum::http::StatusCode;

use crate::browser::{Browser, PASSWORD};
use crate::site::Site;

const NEW: &str = "a new horse battery staple";
const PATH: &str = "/authentication/password";

async fn change(alice: &mut Browser, current: &str, new: &str) {
    alice.open(PATH).await;
    assert_eq!(alice.path, PATH);
    alice
        .submit(PATH, &[("current", current), ("password", new)])
        .await;
}

#[tokio::test]
async fn a_new_password_ends_other_sessions_and_the_old_one() {
    let site = Site::start().await;
    let mut alice = site.browser();
    alice.create_account("alice").await;
    let mut elsewhere = site.browser();
    elsewhere.sign_in("alice", PASSWORD).await;
    let mut waiting = site.browser();
    waiting.open("/sign-in").await;

    change(&mut alice, PASSWORD, NEW).await;
    assert_eq!(alice.path, "/authentication");
    alice.page.assert_shows("Your password was changed.");
    elsewhere.open("/").await;
    assert_eq!(elsewhere.path, "/sign-in");
    waiting.sign_in("alice", PASSWORD).await;
    waiting.page.assert_shows("is not right");
    waiting.sign_in("alice", NEW).await;
    assert_eq!(waiting.path, "/");
    assert_eq!(alice.open("/").await.heading(), "Hello, alice");
}

#[tokio::test]
async fn what_is_wrong_stands_beside_its_field() {
    let site = Site::start().await;
    let mut alice = site.browser();
    alice.create_account("alice").await;
    change(&mut alice, "not my password", NEW).await;
    assert_eq!(alice.page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        alice.page.error_of("current"),
        Some("This is not your current password.")
    );
    change(&mut alice, PASSWORD, "short").await;
    assert_eq!(
        alice.page.error_of("password"),
        Some("Use at least 8 characters.")
    );
    // Neither changed anything.
    let mut elsewhere = site.browser();
    elsewhere.sign_in("alice", PASSWORD).await;
    assert_eq!(elsewhere.path, "/");
}

#[tokio::test]
async fn a_session_that_was_left_open_cannot_change_it() {
    let site = Site::start().await;
    let mut alice = site.browser();
    alice.create_account("alice").await;
    let phone = alice.begin_set_up().await;
    alice.finish_set_up(&site.code(&phone), "Phone").await;
    alice.open(PATH).await;
    let hidden = alice.hidden(PATH);
    site.advance(301);

    // The form of before, and the page anew: a code comes first.
    let mut fields: Vec<(&str, &str)> = hidden
        .iter()
        .map(|(n, v)| (n.as_str(), v.as_str()))
        .collect();
    fields.extend([("current", PASSWORD), ("password", NEW)]);
    let answer = alice.post(PATH, &fields).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    alice.open(PATH).await;
    assert_eq!(alice.page.heading(), "Confirm that it is you");
    alice
        .submit("/confirm", &[("code", &site.code(&phone))])
        .await;
    assert_eq!(alice.path, PATH);
    alice
        .submit(PATH, &[("current", PASSWORD), ("password", NEW)])
        .await;
    alice.page.assert_shows("Your password was changed.");
}

#[tokio::test]
async fn the_same_form_twice_changes_it_once() {
    let site = Site::start().await;
    let mut alice = site.browser();
    alice.create_account("alice").await;
    alice.open(PATH).await;
    let fields = [("current", PASSWORD), ("password", NEW)];
    let first = alice.submit_only(PATH, &fields).await;
    assert_eq!(first.status, StatusCode::SEE_OTHER);
    let second = alice.submit_only(PATH, &fields).await;
    assert_eq!(second.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(alice.open("/").await.heading(), "Hello, alice");
}
