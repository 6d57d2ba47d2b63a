//! Each refusal is a sentence on the page, and a code with its step in the log; nothing is lost.

use axum::http::StatusCode;
use mfakit_testkit::{Assertion, Authenticator, Registration, flags};

use super::with_a_key;
use crate::browser::PASSWORD;
use crate::leaks::log::record_this_test;
use crate::site::Site;

type Change<T> = fn(&mut T);

const ASSERTIONS: [(&str, &str, Change<Assertion>); 6] = [
    ("W014", "is not of this site", |made| {
        made.client_data.origin = "http://localhost.evil.example".into();
    }),
    ("W013", "This page was out of date", |made| {
        made.client_data.challenge = "AAAA".into();
    }),
    ("W031", "did not notice you", |made| {
        made.authenticator_data.flags &= !flags::UP;
    }),
    ("W032", "did not verify that it is you", |made| {
        made.authenticator_data.flags &= !flags::UV;
    }),
    ("W060", "was not accepted", |made| made.sign().reverse()),
    ("W004", "could not be read", |made| {
        made.kind = "password".into();
    }),
];

#[tokio::test]
async fn a_sign_in_with_a_passkey() {
    let site = Site::start().await;
    let mut blue = Authenticator::new(1);
    let mut alice = with_a_key(&site, "alice", &mut blue).await;
    alice.sign_out().await;
    for (code, sentence, change) in ASSERTIONS {
        let (log, guard) = record_this_test();
        alice.open("/sign-in").await;
        let page = alice
            .use_changed("/sign-in/passkey", &mut blue, change)
            .await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{code}");
        page.assert_shows(r#"role="alert""#);
        page.assert_shows(sentence);
        page.assert_hides(code);
        drop(guard);
        let log = String::from_utf8(log.read()).unwrap();
        let logged = format!(r#"code="{code}" step=""#);
        assert!(log.contains(&logged), "{code} is not in the log:\n{log}");
    }
    alice.sign_in_with(&mut blue).await;
    assert_eq!(alice.path, "/");
}

#[tokio::test]
async fn the_second_step() {
    let site = Site::start().await;
    let mut blue = Authenticator::new(1);
    let mut alice = with_a_key(&site, "alice", &mut blue).await;
    alice.sign_out().await;
    alice.sign_in("alice", PASSWORD).await;
    for (code, sentence, change) in ASSERTIONS {
        // A second factor need not verify its user: the password was the first.
        if code == "W032" {
            continue;
        }
        let page = alice.use_changed("/sign-in/key", &mut blue, change).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{code}");
        page.assert_shows(sentence);
        assert_eq!(page.heading(), "Use your security key", "{code}");
    }
    alice.use_key("/sign-in/key", &mut blue).await;
    assert_eq!(alice.path, "/");
}

#[tokio::test]
async fn a_set_up() {
    let site = Site::start().await;
    let mut alice = site.browser();
    alice.create_account("alice").await;
    let changes: [(&str, Change<Registration>); 4] = [
        ("is not of this site", |made| {
            made.client_data.origin = "http://localhost.evil.example".into();
        }),
        ("This page was out of date", |made| {
            made.client_data.challenge = "AAAA".into();
        }),
        ("did not notice you", |made| {
            made.authenticator_data.flags &= !flags::UP;
        }),
        ("was not accepted", |made| {
            made.authenticator_data.flags |= flags::BS;
        }),
    ];
    for (sentence, change) in changes {
        let mut key = Authenticator::new(7);
        let page = alice.set_up_changed(&mut key, "Key", change).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{sentence}");
        page.assert_shows(sentence);
        page.assert_shows(r#"value="Key""#);
    }
    alice.open("/authentication").await.assert_shows("Off");
    alice.set_up_key(&mut Authenticator::new(8), "Key").await;
    alice
        .page
        .assert_shows("Multi-factor authentication is on.");
}

#[tokio::test]
async fn a_copied_key() {
    let site = Site::start().await;
    let mut blue = Authenticator::new(1);
    let mut alice = with_a_key(&site, "alice", &mut blue).await;
    let mut copy = blue.clone();
    alice.sign_out().await;
    alice.sign_in_with(&mut blue).await;
    assert_eq!(alice.path, "/");
    let mut thief = site.browser();
    thief
        .sign_in_with(&mut copy)
        .await
        .assert_shows("it may have been copied");
    site.deliver_events().await;
    alice
        .open("/activity")
        .await
        .assert_shows("A security key was refused because there may be a copy");
}
