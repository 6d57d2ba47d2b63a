//! Support: a code for somebody who has lost everything.

use axum::http::StatusCode;
use cockpit::{Config, Operator, SupportError};
use mfakit_testkit::Authenticator;
use zeroize::Zeroizing;

use crate::browser::{Browser, PASSWORD, between};
use crate::site::Site;

/// A service whose operator is Olga, with a phone.
async fn with_operator() -> (Site, Browser, String) {
    let folder = tempfile::tempdir().unwrap();
    let (data, keys) = (folder.path().join("data"), folder.path().join("keys"));
    let site = Site::start_with(folder, |port| {
        Config::local(port, data, keys)
            .with_operator("Olga")
            .unwrap()
    })
    .await;
    let mut olga = site.browser();
    olga.create_account("olga").await;
    let phone = olga.begin_set_up().await;
    olga.finish_set_up(&site.code(&phone), "Phone").await;
    (site, olga, phone)
}

async fn with_a_lost_key(site: &Site) -> Browser {
    let mut alice = site.browser();
    alice.create_account("alice").await;
    alice
        .set_up_key(&mut Authenticator::new(1), "Blue key")
        .await;
    alice
}

async fn issue(olga: &mut Browser, name: &str, reason: &str) {
    olga.open("/operator").await;
    olga.submit("/operator", &[("username", name), ("reason", reason)])
        .await;
}

fn code(browser: &Browser) -> String {
    between(&browser.page.body, r#"<code id="key">"#, "</code>")
        .unwrap()
        .to_owned()
}

#[tokio::test]
async fn the_owner_sets_a_new_device_up_and_nobody_else_gets_in() {
    let (site, mut olga, _) = with_operator().await;
    let mut alice = with_a_lost_key(&site).await;
    issue(&mut olga, "alice", "ticket 4711").await;
    let code = code(&olga);
    olga.page.assert_shows("It works until");
    olga.open("/operator").await.assert_hides(&code);

    // The password alone is not enough, now as before.
    let mut owner = site.browser();
    owner.sign_in("alice", PASSWORD).await;
    assert_eq!(owner.page.heading(), "Use your security key");
    owner
        .submit("/sign-in/reset", &[("reset_code", "0000-0000-0000-0000")])
        .await;
    assert_eq!(owner.page.status, StatusCode::UNPROCESSABLE_ENTITY);
    owner.page.assert_shows("This code was not accepted.");
    owner
        .submit("/sign-in/reset", &[("reset_code", &code)])
        .await;
    assert_eq!(owner.page.heading(), "Set up a new device");
    owner.open("/authentication").await;
    assert_eq!(owner.path, "/set-up");
    // Nothing is gone yet.
    alice.open("/authentication").await.assert_shows("Blue key");

    owner
        .set_up_key(&mut Authenticator::new(2), "Red key")
        .await;
    assert_eq!(owner.path, "/authentication");
    owner.page.assert_shows("Red key");
    owner.page.assert_hides("Blue key");
    alice.open("/").await;
    assert_eq!(alice.path, "/sign-in");
    site.deliver_events().await;
    owner
        .open("/activity")
        .await
        .assert_shows("Support issued a code to replace all devices: ticket 4711");
}

#[tokio::test]
async fn the_owner_who_did_not_ask_withdraws_it() {
    let (site, mut olga, _) = with_operator().await;
    let mut alice = with_a_lost_key(&site).await;
    issue(&mut olga, "alice", "a caller").await;
    let code = code(&olga);
    let page = alice.open("/authentication").await;
    page.assert_shows("A reset of your account is under way");
    alice.submit("/authentication/reset/withdraw", &[]).await;
    alice.page.assert_shows("The reset was canceled.");

    let mut caller = site.browser();
    caller.sign_in("alice", PASSWORD).await;
    caller.page.assert_hides("Code from support");
    // A page that was open before.
    let token = caller.hidden("/sign-in/key").remove(0).1;
    let fields = [
        ("form_token", token.as_str()),
        ("reset_code", code.as_str()),
    ];
    let answer = caller.post("/sign-in/reset", &fields).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn who_is_no_operator_finds_no_page() {
    let (site, mut olga, _) = with_operator().await;
    let mut alice = with_a_lost_key(&site).await;
    assert_eq!(alice.open("/operator").await.status, StatusCode::NOT_FOUND);
    alice.open("/").await.assert_hides("/operator");
    let token = alice.hidden("/sign-out").remove(0).1;
    let fields = [
        ("form_token", token.as_str()),
        ("username", "alice"),
        ("reason", "mine"),
    ];
    let answer = alice.post("/operator", &fields).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);

    olga.open("/")
        .await
        .assert_shows(r#"<a href="/operator">Help a user</a>"#);
    issue(&mut olga, "olga", "me").await;
    assert_eq!(
        olga.page.error_of("username"),
        Some("This is you. Ask another operator.")
    );
    issue(&mut olga, "nobody", "who").await;
    assert_eq!(
        olga.page.error_of("username"),
        Some("There is no such user.")
    );
    issue(&mut olga, "alice", " ").await;
    assert_eq!(olga.page.error_of("reason"), Some("Say why."));
    site.browser().create_account("bob").await;
    issue(&mut olga, "bob", "no device").await;
    let error = olga.page.error_of("username").unwrap();
    assert!(error.contains("is off"), "{error}");
    // A proof of long ago is not enough.
    site.advance(301);
    olga.open("/operator").await;
    assert_eq!(olga.page.heading(), "Confirm that it is you");
}

#[tokio::test]
async fn the_command_line_asks_for_the_same() {
    let (site, _olga, phone) = with_operator().await;
    let _alice = with_a_lost_key(&site).await;
    site.next_code();
    let operator = |name: &str, password: &str, code: &str| Operator {
        name: name.to_owned(),
        password: Zeroizing::new(password.to_owned()),
        code: Zeroizing::new(code.to_owned()),
    };
    let (right, wrong) = (site.code(&phone), site.wrong_code(&phone));
    for (by, user, want) in [
        (
            operator("alice", PASSWORD, &right),
            "alice",
            SupportError::NoOperator,
        ),
        (
            operator("olga", "not it", &right),
            "alice",
            SupportError::Refused,
        ),
        (
            operator("olga", PASSWORD, &wrong),
            "alice",
            SupportError::Refused,
        ),
        (
            operator("olga", PASSWORD, "12"),
            "alice",
            SupportError::Refused,
        ),
        (
            operator("olga", PASSWORD, &right),
            "nobody",
            SupportError::UnknownUser,
        ),
    ] {
        let refused = site.cockpit().reset(by, user, "why").await.unwrap_err();
        assert_eq!(refused, want);
    }
    let by = operator("Olga", PASSWORD, &right);
    let issued = site
        .cockpit()
        .reset(by, "alice", "ticket 4711")
        .await
        .unwrap();
    let mut owner = site.browser();
    owner.sign_in("alice", PASSWORD).await;
    owner
        .submit("/sign-in/reset", &[("reset_code", &issued.code)])
        .await;
    assert_eq!(owner.page.heading(), "Set up a new device");
    site.next_code();
    let by = operator("olga", PASSWORD, &site.code(&phone));
    let refused = site.cockpit().reset(by, "olga", "me").await.unwrap_err();
    assert_eq!(refused, SupportError::OwnAccount);
}
