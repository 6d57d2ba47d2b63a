//! Too many codes, and too many passwords.

use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;

use crate::browser::{Browser, PASSWORD};
use crate::site::Site;

async fn with_a_device(site: &Site) -> (Browser, String) {
    let mut alice = site.browser();
    alice.create_account("alice").await;
    let phone = alice.begin_set_up().await;
    alice.finish_set_up(&site.code(&phone), "Phone").await;
    (alice, phone)
}

#[tokio::test]
async fn four_wrong_codes_lock_sign_in_for_a_minute() {
    let site = Site::start().await;
    let (mut alice, phone) = with_a_device(&site).await;
    alice.sign_out().await;
    site.next_code();
    alice.sign_in("alice", PASSWORD).await;
    for _ in 0..3 {
        alice.enter_code(&site.wrong_code(&phone)).await;
        assert_eq!(alice.page.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    // The fourth ends the sign-in, and the page says what to do.
    alice.enter_code(&site.wrong_code(&phone)).await;
    assert_eq!(alice.path, "/sign-in");
    alice.page.assert_shows("too many codes were refused");

    // The right password leads to a wait, and nothing else helps.
    alice
        .submit("/sign-in", &[("username", "alice"), ("password", PASSWORD)])
        .await;
    assert_eq!(alice.page.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(alice.page.headers[RETRY_AFTER], "60");
    alice.page.assert_shows("Wait 1 minute");
    site.advance(59);
    alice.sign_in("alice", PASSWORD).await;
    assert_eq!(alice.page.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(alice.page.headers[RETRY_AFTER], "1");

    site.advance(1);
    alice.sign_in("alice", PASSWORD).await;
    alice.enter_code(&site.code(&phone)).await;
    assert_eq!(alice.page.heading(), "Hello, alice");
    site.deliver_events().await;
    alice
        .open("/activity")
        .await
        .assert_shows("none was accepted for 60 seconds");
}

#[tokio::test]
async fn wrong_codes_within_a_session_lock_as_well() {
    let site = Site::start().await;
    let (mut alice, phone) = with_a_device(&site).await;
    site.advance(301);
    for _ in 0..4 {
        alice.open("/confirm").await;
        alice
            .submit("/confirm", &[("code", &site.wrong_code(&phone))])
            .await;
        assert_eq!(alice.page.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    alice.open("/confirm").await;
    alice
        .submit("/confirm", &[("code", &site.code(&phone))])
        .await;
    assert_eq!(alice.page.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(alice.page.headers[RETRY_AFTER], "60");
    // The session goes on, and so does the user, later.
    assert_eq!(alice.open("/").await.heading(), "Hello, alice");
    site.advance(60);
    alice.open("/confirm?next=/authentication/disable").await;
    alice
        .submit("/confirm", &[("code", &site.code(&phone))])
        .await;
    assert_eq!(alice.path, "/authentication/disable");
}

#[tokio::test]
async fn wrong_codes_of_a_set_up_lock_as_well() {
    let site = Site::start().await;
    let mut alice = site.browser();
    alice.create_account("alice").await;
    let phone = alice.begin_set_up().await;
    for _ in 0..4 {
        alice.finish_set_up(&site.wrong_code(&phone), "").await;
        assert_eq!(alice.page.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    alice.finish_set_up(&site.code(&phone), "").await;
    assert_eq!(alice.page.status, StatusCode::TOO_MANY_REQUESTS);
    site.advance(60);
    alice.open("/authentication/applications/setup").await;
    alice.finish_set_up(&site.code(&phone), "Phone").await;
    assert!(alice.page.device("Phone").is_some());
}

#[tokio::test]
async fn passwords_are_not_tried_for_ever() {
    let site = Site::start().await;
    site.browser().create_account("alice").await;
    let mut mallory = site.browser();
    for name in ["alice", "nobody"] {
        for _ in 0..10 {
            mallory.sign_in(name, "wrong password").await;
            assert_eq!(mallory.page.status, StatusCode::UNPROCESSABLE_ENTITY);
        }
        // The same for a name that nobody has, in any spelling; and for the right password.
        for name in [name.to_owned(), name.to_uppercase()] {
            mallory.sign_in(&name, PASSWORD).await;
            assert_eq!(mallory.page.status, StatusCode::TOO_MANY_REQUESTS);
            assert_eq!(mallory.page.headers[RETRY_AFTER], "300");
        }
    }
    site.advance(300);
    mallory.sign_in("alice", PASSWORD).await;
    assert_eq!(mallory.page.heading(), "Hello, alice");
    // A right password ends the count.
    for _ in 0..2 {
        for _ in 0..9 {
            site.browser().sign_in("alice", "wrong password").await;
        }
        assert_eq!(
            site.browser().sign_in("alice", PASSWORD).await.heading(),
            "Hello, alice"
        );
    }
}

#[tokio::test]
async fn accounts_are_not_made_for_ever() {
    let site = Site::start().await;
    for number in 0..20 {
        let mut browser = site.browser();
        assert_eq!(
            browser
                .create_account(&format!("user{number}"))
                .await
                .status,
            StatusCode::OK
        );
    }
    let mut browser = site.browser();
    assert_eq!(
        browser.create_account("user20").await.status,
        StatusCode::TOO_MANY_REQUESTS
    );
    site.advance(3600);
    assert_eq!(
        browser.create_account("user20").await.status,
        StatusCode::OK
    );
}
