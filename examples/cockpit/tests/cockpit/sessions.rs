//! Sessions.

use crate::browser::{Browser, PASSWORD};
use crate::site::Site;

const SESSION: &str = "cockpit-session";

fn session(browser: &Browser) -> String {
    browser.jar[SESSION].clone()
}

async fn assert_dead(site: &Site, id: &str) {
    let mut thief = site.browser();
    thief.jar.insert(SESSION.to_owned(), id.to_owned());
    thief.open("/").await;
    assert_eq!(thief.path, "/sign-in");
}

/// Goes on under a new id: the old one is dead from that moment.
async fn assert_renewed(site: &Site, alice: &mut Browser, id: &mut String) {
    assert_ne!(session(alice), *id);
    assert_dead(site, id).await;
    *id = session(alice);
    assert_ne!(alice.open("/").await.heading(), "Sign in");
}

#[tokio::test]
async fn the_id_changes_with_the_grant_and_the_old_one_is_dead() {
    let site = Site::start().await;
    let mut alice = site.browser();
    alice.create_account("alice").await;
    let mut id = session(&alice);

    site.advance(301);
    alice.open("/confirm").await;
    alice.submit("/confirm", &[("password", PASSWORD)]).await;
    assert_renewed(&site, &mut alice, &mut id).await;
    let phone = alice.begin_set_up().await;
    alice.finish_set_up(&site.code(&phone), "Phone").await;
    assert_renewed(&site, &mut alice, &mut id).await;
    site.next_code();
    alice.open("/confirm").await;
    alice
        .submit("/confirm", &[("code", &site.code(&phone))])
        .await;
    assert_renewed(&site, &mut alice, &mut id).await;
    let tablet = alice.begin_set_up().await;
    alice.finish_set_up(&site.code(&tablet), "Tablet").await;
    assert_renewed(&site, &mut alice, &mut id).await;
    let path = format!("{}/delete", alice.device("Phone").await);
    alice.open(&path).await;
    alice.submit(&path, &[]).await;
    assert_renewed(&site, &mut alice, &mut id).await;
    alice.open("/authentication/disable").await;
    alice.submit("/authentication/disable", &[]).await;
    assert_renewed(&site, &mut alice, &mut id).await;

    // Another sign-in in the same browser, from a page that was open in a tab.
    let mut tab = site.browser();
    tab.open("/sign-in").await;
    tab.jar.insert(SESSION.to_owned(), id.clone());
    tab.submit("/sign-in", &[("username", "alice"), ("password", PASSWORD)])
        .await;
    assert_renewed(&site, &mut tab, &mut id).await;
    tab.open("/sign-in").await;
    assert_eq!(tab.path, "/", "whoever is signed in need not sign in");
    tab.sign_out().await;
    assert!(!tab.jar.contains_key(SESSION));
    assert_dead(&site, &id).await;
}

#[tokio::test]
async fn sessions_end_by_idleness_and_age() {
    let site = Site::start().await;
    let mut alice = site.browser();
    alice.create_account("alice").await;
    site.advance(3600);
    assert_eq!(alice.open("/").await.heading(), "Hello, alice");
    site.advance(3601);
    alice
        .open("/activity")
        .await
        .assert_shows("Your session has ended");

    alice.sign_in("alice", PASSWORD).await;
    for _ in 0..48 {
        site.advance(1800);
        assert_eq!(alice.open("/").await.heading(), "Hello, alice");
    }
    site.advance(1);
    alice.open("/").await;
    assert_eq!(alice.path, "/sign-in");
}

#[tokio::test]
async fn signing_out_ends_one_session() {
    let site = Site::start().await;
    let (mut alice, mut other) = (site.browser(), site.browser());
    alice.create_account("alice").await;
    other.sign_in("alice", PASSWORD).await;
    let id = session(&alice);
    alice.sign_out().await;
    alice.jar.insert(SESSION.to_owned(), id);
    alice.open("/").await;
    assert_eq!(alice.path, "/sign-in");
    assert_eq!(other.open("/").await.heading(), "Hello, alice");
}

#[tokio::test]
async fn turning_it_on_ends_the_other_sessions() {
    let site = Site::start().await;
    let (mut alice, mut other) = (site.browser(), site.browser());
    alice.create_account("alice").await;
    other.sign_in("alice", PASSWORD).await;
    let phone = alice.begin_set_up().await;
    alice.finish_set_up(&site.code(&phone), "Phone").await;
    other.open("/").await;
    assert_eq!(other.path, "/sign-in");
    assert_eq!(alice.open("/").await.heading(), "Hello, alice");
}

#[tokio::test]
async fn a_lost_answer_loses_nothing() {
    let site = Site::start().await;
    let mut alice = site.browser();
    alice.create_account("alice").await;
    let phone = alice.begin_set_up().await;

    // The answer never came: the browser has the old cookies, whose session has ended.
    let before = alice.jar.clone();
    alice.finish_set_up(&site.code(&phone), "Phone").await;
    alice.jar = before;
    alice.open("/authentication").await;
    assert!(alice.path.starts_with("/sign-in"), "{}", alice.path);
    alice.page.assert_shows("what was confirmed is saved");
    site.next_code();
    alice
        .submit("/sign-in", &[("username", "alice"), ("password", PASSWORD)])
        .await;
    alice.enter_code(&site.code(&phone)).await;
    assert_eq!(alice.path, "/authentication");
    assert!(alice.page.device("Phone").is_some());
}

#[tokio::test]
async fn another_tab_of_a_session_goes_on() {
    let site = Site::start().await;
    let mut alice = site.browser();
    alice.create_account("alice").await;
    alice.open("/authentication/applications/new").await;
    let tab = alice.page.clone();

    // Confirmed in another tab: a new session id, the same forms.
    alice.open("/confirm").await;
    alice.submit("/confirm", &[("password", PASSWORD)]).await;
    alice.page = tab;
    alice.submit("/authentication/applications/new", &[]).await;
    assert_eq!(alice.path, "/authentication/applications/setup");
}
