//! Accounts, names and passwords.

use axum::http::StatusCode;

use crate::browser::{PASSWORD, Page};
use crate::site::Site;

#[tokio::test]
async fn an_unknown_user_is_a_wrong_password() {
    let site = Site::start().await;
    site.browser().create_account("alice").await;
    let mut browser = site.browser();
    browser.sign_in("alice", "wrong password").await;
    let known = browser.page.clone();
    assert_eq!(known.status, StatusCode::UNPROCESSABLE_ENTITY);
    known.assert_shows("The user name or the password is not right.");

    let body = |page: &Page, name: &str| page.body.replace(&format!("value=\"{name}\""), "");
    for name in [
        "bobby",
        "al:ice",
        "-alice",
        "\u{202e}alice",
        &"x".repeat(300),
    ] {
        browser.sign_in(name, "wrong password").await;
        let page = browser.page.clone();
        assert_eq!(page.status, known.status, "{name}");
        assert_eq!(body(&page, name), body(&known, "alice"), "{name}");
        let names = |page: &Page| {
            page.headers
                .keys()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
        };
        assert_eq!(names(&page), names(&known), "{name}");
    }
}

#[tokio::test]
async fn bad_names_and_passwords_are_explained() {
    let site = Site::start().await;
    let mut browser = site.browser();
    let long = "x".repeat(129);
    for (name, password, field, wrong) in [
        ("", PASSWORD, "username", "Enter a user name"),
        ("al ice", PASSWORD, "username", "Use letters"),
        ("al\u{7}ice", PASSWORD, "username", "Use letters"),
        (
            "abcdefghijklmnopqrstuvwxyzabcdefg",
            PASSWORD,
            "username",
            "at most 32",
        ),
        ("alice", "short", "password", "at least 8"),
        ("alice", &long, "password", "at most 128"),
        ("alice", "alice123", "password", "more than your user name"),
    ] {
        browser.open("/account/new").await;
        browser
            .submit(
                "/account/new",
                &[("username", name), ("password", password)],
            )
            .await;
        assert_eq!(browser.page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            browser.page.error_of(field).unwrap().contains(wrong),
            "{name} {password}"
        );
        browser.page.assert_hides("value=\"short\"");
    }
}

#[tokio::test]
async fn a_name_is_given_once() {
    let site = Site::start().await;
    site.browser().create_account("Straße").await;
    for name in ["Straße", "STRASSE", "strasse"] {
        let mut browser = site.browser();
        browser.create_account(name).await;
        let error = browser.page.error_of("username").unwrap_or_default();
        assert!(error.contains("Somebody has this user name"), "{name}");
    }
    assert_eq!(
        site.browser().sign_in("strasse", PASSWORD).await.heading(),
        "Hello, Straße"
    );
}
