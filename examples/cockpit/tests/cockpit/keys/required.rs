//! A service that demands a security key.

use mfakit::Required;
use mfakit_testkit::Authenticator;

use crate::browser::PASSWORD;
use crate::site::Site;

const GRACE: u64 = 14 * 24 * 60 * 60;

async fn demanding() -> Site {
    let folder = tempfile::tempdir().unwrap();
    let (data, keys) = (folder.path().join("data"), folder.path().join("keys"));
    Site::start_with(folder, |port| {
        cockpit::Config::local(port, data, keys).with_required(Required::SecurityKey)
    })
    .await
}

#[tokio::test]
async fn after_the_grace_period_the_set_up_comes_first() {
    let site = demanding().await;
    let mut alice = site.browser();
    alice.create_account("alice").await;
    alice
        .open("/authentication")
        .await
        .assert_shows("on you cannot go on without one.");

    site.advance(GRACE + 1);
    alice.sign_in("alice", PASSWORD).await;
    assert_eq!(alice.page.heading(), "Set up a new device");
    for path in [
        "/",
        "/activity",
        "/authentication",
        "/authentication/disable",
    ] {
        alice.open(path).await;
        assert_eq!(alice.path, "/set-up", "{path}");
    }
    let mut blue = Authenticator::new(1);
    alice.set_up_key(&mut blue, "Blue key").await;
    assert_eq!(alice.path, "/authentication");
    alice
        .page
        .assert_shows("Multi-factor authentication is on.");
    assert_eq!(alice.open("/").await.heading(), "Hello, alice");
}

#[tokio::test]
async fn who_does_not_want_to_can_sign_out() {
    let site = demanding().await;
    let mut alice = site.browser();
    alice.create_account("alice").await;
    site.advance(GRACE + 1);
    alice.sign_in("alice", PASSWORD).await;
    alice.submit("/sign-out", &[]).await;
    alice.page.assert_shows("You are signed out.");
}

#[tokio::test]
async fn the_last_key_stays() {
    let site = demanding().await;
    let mut alice = site.browser();
    alice.create_account("alice").await;
    let mut blue = Authenticator::new(1);
    alice.set_up_key(&mut blue, "Blue key").await;
    site.advance(GRACE + 1);
    alice.sign_in_with(&mut blue).await;
    let path = format!("{}/delete", alice.device("Blue key").await);
    alice.open(&path).await;
    assert_eq!(alice.path, "/authentication/disable");
    alice.submit("/authentication/disable", &[]).await;
    alice.page.assert_shows("so that one has to stay");
    alice.page.assert_shows("Blue key");
}
