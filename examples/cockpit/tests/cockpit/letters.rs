//! E-mail addresses, and the letters that come to them.

use axum::http::StatusCode;
use mfakit_testkit::Authenticator;

use crate::browser::{Browser, between};
use crate::sink::sink;
use crate::site::Site;

const ADDRESS: &str = "ada+cockpit@example.com";

/// The text of the newest letter.
async fn newest(site: &Site) -> String {
    site.deliver_events().await;
    let mut anybody = site.browser();
    anybody.open("/outbox").await;
    let letter = between(&anybody.page.body, "<article", "</article>").expect("a letter");
    letter.replace("&amp;", "&").replace("&quot;", "\"")
}

async fn add_address(site: &Site, alice: &mut Browser) {
    alice.open("/authentication/addresses/new").await;
    alice
        .submit("/authentication/addresses/new", &[("address", ADDRESS)])
        .await;
    assert_eq!(
        alice.path, "/authentication/addresses/confirm",
        "{}",
        alice.page.body
    );
    alice.page.assert_shows(ADDRESS);
    let letter = newest(site).await;
    let code = between(&letter, "enter this code:\n\n    ", "\n").unwrap();
    alice
        .submit("/authentication/addresses/confirm", &[("code", code)])
        .await;
    alice.page.assert_shows("The e-mail address is confirmed.");
}

#[tokio::test]
async fn changes_are_told_to_a_confirmed_address() {
    let site = Site::start().await;
    let mut alice = site.browser();
    alice.create_account("alice").await;
    alice
        .open("/authentication")
        .await
        .assert_shows("Nobody is told when something about your devices changes.");
    add_address(&site, &mut alice).await;
    alice.page.assert_shows(ADDRESS);

    site.advance(60);
    alice
        .set_up_key(&mut Authenticator::new(1), "Blue key")
        .await;
    let letter = newest(&site).await;
    assert!(letter.contains("Blue key"), "{letter}");
    assert!(letter.contains("If it was not"), "{letter}");

    alice.open("/authentication").await;
    alice.submit("/authentication/addresses/remove", &[]).await;
    alice.page.assert_shows("The e-mail address was removed.");
    alice.page.assert_shows("Nobody is told");
}

#[tokio::test]
async fn a_mail_server_gets_the_code() {
    let (url, heard) = sink(true).await;
    let url = url.parse().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (data, keys) = (folder.path().join("data"), folder.path().join("keys"));
    let site = Site::start_with(folder, |port| {
        cockpit::Config::local(port, data, keys).with_smtp(url)
    })
    .await;
    let mut alice = site.browser();
    alice.create_account("alice").await;
    alice.open("/authentication/addresses/new").await;
    alice
        .submit("/authentication/addresses/new", &[("address", ADDRESS)])
        .await;
    assert_eq!(alice.path, "/authentication/addresses/confirm");
    let heard = heard.await.unwrap();
    assert!(heard.contains(&format!("RCPT TO:<{ADDRESS}>")), "{heard:?}");
    let letter = heard.iter().find(|line| line.contains("Subject:")).unwrap();
    let code = between(letter, "enter this code:\r\n\r\n    ", "\r\n").unwrap();
    alice
        .submit("/authentication/addresses/confirm", &[("code", code)])
        .await;
    alice.page.assert_shows("The e-mail address is confirmed.");

    // Nobody is there any more to take a letter.
    alice.open("/authentication/addresses/new").await;
    site.advance(60);
    let page = alice
        .submit(
            "/authentication/addresses/new",
            &[("address", "other@example.com")],
        )
        .await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    page.assert_shows("The letter could not be sent.");
}

#[tokio::test]
async fn a_wrong_address_or_code_is_said_beside_the_field() {
    let site = Site::start().await;
    let mut alice = site.browser();
    alice.create_account("alice").await;
    for address in ["ada", "ada@", "ada@example.com, eve@example.com"] {
        alice.open("/authentication/addresses/new").await;
        let page = alice
            .submit("/authentication/addresses/new", &[("address", address)])
            .await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{address}");
        assert!(page.error_of("address").is_some(), "{address}");
    }
    alice.open("/authentication/addresses/confirm").await;
    alice
        .page
        .assert_shows("No e-mail address waits to be confirmed");
    alice.open("/authentication/addresses/new").await;
    alice
        .submit("/authentication/addresses/new", &[("address", ADDRESS)])
        .await;
    let page = alice
        .submit(
            "/authentication/addresses/confirm",
            &[("code", "AAAAAAAAA")],
        )
        .await;
    assert_eq!(
        page.error_of("code"),
        Some("This is not the code that was sent last. Check it and try again.")
    );
}

#[tokio::test]
async fn a_letter_about_a_reset_cancels_it() {
    let folder = tempfile::tempdir().unwrap();
    let (data, keys) = (folder.path().join("data"), folder.path().join("keys"));
    let site = Site::start_with(folder, |port| {
        cockpit::Config::local(port, data, keys)
            .with_operator("olga")
            .unwrap()
    })
    .await;
    let mut olga = site.browser();
    olga.create_account("olga").await;
    olga.set_up_key(&mut Authenticator::new(1), "Key").await;
    let mut alice = site.browser();
    alice.create_account("alice").await;
    add_address(&site, &mut alice).await;
    alice
        .set_up_key(&mut Authenticator::new(2), "Blue key")
        .await;
    site.advance(60);
    olga.open("/operator").await;
    olga.submit(
        "/operator",
        &[("username", "alice"), ("reason", "a caller")],
    )
    .await;

    let letter = newest(&site).await;
    let link = between(&letter, "To cancel it: http://localhost:", "\n").unwrap();
    let path = format!("/{}", link.split_once('/').unwrap().1);
    let mut anybody = site.browser();
    // Whatever looks at letters follows links: nothing happens yet.
    assert_eq!(
        anybody.open(&path).await.heading(),
        "Cancel the reset of your account"
    );
    alice
        .open("/authentication")
        .await
        .assert_shows("is under way");
    anybody.open(&path).await;
    anybody.submit("/reset/cancel", &[]).await;
    anybody.page.assert_shows("The reset was canceled.");
    alice
        .open("/authentication")
        .await
        .assert_hides("is under way");
    anybody.open(&path).await;
    anybody.submit("/reset/cancel", &[]).await;
    anybody.page.assert_shows("There is no reset to cancel");
    assert_eq!(
        anybody.open("/reset/cancel?token=x").await.status,
        StatusCode::NOT_FOUND
    );
}
