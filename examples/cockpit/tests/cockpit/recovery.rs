//! Recovery codes, and what is reviewed after one was used.

use axum::http::StatusCode;
use mfakit_testkit::Authenticator;

use crate::browser::{Browser, PASSWORD, Page, between};
use crate::site::Site;

const PATH: &str = "/authentication/recovery";

/// The codes that a page shows.
pub(crate) fn codes(page: &Page) -> Vec<String> {
    let list = between(&page.body, r#"<ol class="codes">"#, "</ol>").expect("codes on the page");
    list.split("<code>")
        .skip(1)
        .map(|rest| rest.split_once("</code>").unwrap().0.to_owned())
        .collect()
}

/// Somebody with one key and recovery codes, signed in.
async fn with_codes(site: &Site, key: &mut Authenticator) -> (Browser, Vec<String>) {
    let mut alice = site.browser();
    alice.create_account("alice").await;
    alice.set_up_key(key, "Blue key").await;
    alice.page.assert_shows(
        "Make recovery codes, for the day when you have none of your devices at hand.",
    );
    alice.open(PATH).await.assert_shows("You have none yet.");
    alice.submit(PATH, &[]).await;
    let codes = codes(&alice.page);
    (alice, codes)
}

async fn use_code(browser: &mut Browser, code: &str) {
    browser.sign_in("alice", PASSWORD).await;
    browser
        .submit("/sign-in/recovery", &[("recovery_code", code)])
        .await;
}

#[tokio::test]
async fn codes_are_shown_once_and_counted() {
    let site = Site::start().await;
    let (mut alice, first) = with_codes(&site, &mut Authenticator::new(1)).await;
    assert_eq!(first.len(), 10);
    assert!(
        first
            .iter()
            .all(|code| code.len() == 19 && code.matches('-').count() == 3)
    );
    alice
        .page
        .assert_shows(r#"download="cockpit-recovery-codes.txt""#);
    alice
        .page
        .assert_shows("href=\"data:text/plain;charset=utf-8,Recovery%20codes%20of%20alice");
    assert!(alice.page.body.contains(&format!("{}%0D%0A", first[9])));
    assert_eq!(alice.page.headers["cache-control"], "no-store");

    alice
        .open("/authentication")
        .await
        .assert_shows("You have not said that your recovery codes are saved.");
    alice.page.assert_hides(&first[0]);
    alice.open(PATH).await.assert_hides(&first[0]);
    // The page of the codes is still open in another tab.
    alice.submit(PATH, &[]).await;
    let second = codes(&alice.page);
    assert_ne!(first, second);
    alice.submit("/authentication/recovery/saved", &[]).await;
    assert_eq!(alice.path, "/authentication");
    alice.page.assert_shows("10 of 10 codes are left.");
    alice.page.assert_hides("You have not said");
}

#[tokio::test]
async fn a_code_leads_to_the_review_and_works_once() {
    let site = Site::start().await;
    let (mut alice, codes_of_alice) = with_codes(&site, &mut Authenticator::new(1)).await;
    let mut lost = site.browser();
    // As somebody types it.
    let typed = codes_of_alice[3].to_lowercase().replace('-', " ");
    use_code(&mut lost, &typed).await;
    assert_eq!(lost.path, "/review");
    assert_eq!(lost.page.heading(), "Review your devices");
    for path in [
        "/",
        "/authentication",
        "/activity",
        "/authentication/disable",
    ] {
        lost.open(path).await;
        assert_eq!(lost.path, "/review", "{path}");
    }
    // The only device is lost, so a new one comes first.
    let field = between(&lost.page.body, r#"name="lost-"#, "\"")
        .unwrap()
        .to_owned();
    let lost_field = format!("lost-{field}");
    lost.submit("/review", &[(&lost_field, "yes")]).await;
    assert_eq!(lost.page.status, StatusCode::UNPROCESSABLE_ENTITY);
    lost.page.assert_shows("Set up a new one first.");
    let mut red = Authenticator::new(2);
    lost.set_up_key(&mut red, "Red key").await;
    assert_eq!(lost.path, "/review");
    lost.submit("/review", &[(&lost_field, "yes")]).await;
    let new_codes = codes(&lost.page);
    assert_eq!(new_codes.len(), 10);
    lost.submit("/authentication/recovery/saved", &[]).await;
    assert_eq!(lost.path, "/authentication");
    lost.page.assert_shows("Red key");
    lost.page.assert_hides("Blue key");

    // Every other session has ended, and no old code works.
    alice.open("/").await;
    assert_eq!(alice.path, "/sign-in");
    for code in [&codes_of_alice[3], &codes_of_alice[4]] {
        use_code(&mut alice, code).await;
        assert_eq!(alice.page.status, StatusCode::UNPROCESSABLE_ENTITY);
        alice.page.assert_shows("This code was not accepted.");
    }
    use_code(&mut alice, &new_codes[0]).await;
    assert_eq!(alice.path, "/review");
}

#[tokio::test]
async fn what_is_no_code_is_said_beside_the_field() {
    let site = Site::start().await;
    let (_alice, codes_of_alice) = with_codes(&site, &mut Authenticator::new(1)).await;
    let mut lost = site.browser();
    use_code(&mut lost, "1234").await;
    assert_eq!(lost.page.status, StatusCode::UNPROCESSABLE_ENTITY);
    let error = lost.page.error_of("recovery_code").unwrap();
    assert!(
        error.starts_with("Such a code has 16 letters and digits."),
        "{error}"
    );
    use_code(&mut lost, "0000-0000-0000-0000").await;
    assert_eq!(
        lost.page.error_of("recovery_code"),
        Some("This code was not accepted. Check it for typing errors, or use another one.")
    );
    // The device turns up after all: nothing is lost.
    use_code(&mut lost, &codes_of_alice[0]).await;
    let page = lost.submit("/review", &[]).await;
    assert_eq!(codes(page).len(), 10);
    lost.open("/authentication").await.assert_shows("Blue key");
}

#[tokio::test]
async fn somebody_without_codes_is_not_asked_for_one() {
    let site = Site::start().await;
    let mut alice = site.browser();
    alice.create_account("alice").await;
    alice
        .set_up_key(&mut Authenticator::new(1), "Blue key")
        .await;
    alice.sign_out().await;
    alice.sign_in("alice", PASSWORD).await;
    alice
        .page
        .assert_shows("Lost your only device? Use a recovery code or contact support");
    alice.page.assert_hides("recovery_code");
}
