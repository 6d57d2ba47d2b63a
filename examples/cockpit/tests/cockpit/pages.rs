//! What every page owes to those who do not see it, or not well.

use crate::browser::{Browser, PASSWORD, Page, attribute, between};
use crate::site::Site;

fn assert_accessible(page: &Page, path: &str) {
    let body = &page.body;
    assert!(
        body.starts_with("<!DOCTYPE html><html lang=\"en\">"),
        "{path}"
    );
    assert_eq!(body.matches("<h1").count(), 1, "{path} has one top heading");
    assert!(body.contains(" – Cockpit</title>"), "{path} has a title");
    assert!(
        body.contains(" id=\"content\">") && body.contains("href=\"#content\""),
        "{path}"
    );
    assert!(
        body.contains("width=device-width, initial-scale=1\""),
        "{path} can be zoomed"
    );
    assert!(body.matches("autofocus").count() <= 1, "{path}");

    for input in body.split("<input ").skip(1) {
        let input = input.split_once('>').unwrap().0;
        let hidden = input.contains(r#"type="hidden""#) || input.contains("aria-hidden");
        if hidden {
            continue;
        }
        let id = attribute(input, "id").unwrap();
        assert!(
            body.contains(&format!("<label for=\"{id}\">")),
            "{path}: {id} has a label"
        );
        assert!(!input.contains("placeholder"), "{path}: {id}");
        assert!(attribute(input, "autocomplete").is_some(), "{path}: {id}");
        for described in attribute(input, "aria-describedby")
            .unwrap_or_default()
            .split_whitespace()
        {
            assert!(
                body.contains(&format!("id=\"{described}\"")),
                "{path}: {described}"
            );
        }
    }
    let mut ids: Vec<_> = body
        .split(" id=\"")
        .skip(1)
        .map(|rest| rest.split('"').next())
        .collect();
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), all, "{path} uses no id twice");
    for link in body.split("<a ").skip(1) {
        assert!(!link.contains("target="), "{path}");
    }
}

fn code_field(page: &Page) -> &str {
    let at = page.body.find("<input class=\"code\"").unwrap();
    page.body[at..].split_once('>').unwrap().0
}

#[tokio::test]
async fn every_page_is_accessible() {
    let site = Site::start().await;
    let mut alice = site.browser();
    let mut titles = Vec::new();
    let mut look = |browser: &Browser| {
        assert_accessible(&browser.page, &browser.path);
        let title = between(&browser.page.body, "<title>", "</title>").unwrap();
        titles.push(title.to_owned());
    };
    for path in ["/sign-in", "/account/new", "/nowhere"] {
        alice.open(path).await;
        look(&alice);
    }
    alice.create_account("alice").await;
    for path in [
        "/",
        "/authentication",
        "/authentication/applications/new",
        "/activity",
        "/confirm",
    ] {
        alice.open(path).await;
        look(&alice);
    }
    let phone = alice.begin_set_up().await;
    look(&alice);
    alice.finish_set_up("1", "").await;
    look(&alice);
    alice.finish_set_up(&site.code(&phone), "Phone").await;
    let tablet = alice.begin_set_up().await;
    alice.finish_set_up(&site.code(&tablet), "Tablet").await;
    look(&alice);
    let device = alice.device("Phone").await;
    for path in [
        &format!("{device}/rename"),
        &format!("{device}/delete"),
        "/authentication/disable",
        "/confirm",
    ] {
        alice.open(path).await;
        look(&alice);
    }
    site.deliver_events().await;
    alice.open("/activity").await;
    look(&alice);
    alice.sign_out().await;
    site.next_code();
    alice.sign_in("alice", PASSWORD).await;
    look(&alice);
    alice.enter_code(&site.wrong_code(&phone)).await;
    look(&alice);

    let error = "Error: Enter a one-time password – Cockpit";
    assert_eq!(titles.last().map(String::as_str), Some(error));
    let sign_in = "Sign in – Cockpit".to_owned();
    assert_eq!(
        titles.iter().filter(|title| **title == sign_in).count(),
        1,
        "{titles:?}"
    );
}

#[tokio::test]
async fn the_field_of_a_code_is_one_that_can_be_filled_in() {
    let site = Site::start().await;
    let mut alice = site.browser();
    alice.create_account("alice").await;
    let phone = alice.begin_set_up().await;
    let mut fields = vec![code_field(&alice.page).to_owned()];
    alice.finish_set_up(&site.code(&phone), "Phone").await;
    alice.open("/confirm").await;
    fields.push(code_field(&alice.page).to_owned());
    alice.sign_out().await;
    site.next_code();
    alice.sign_in("alice", PASSWORD).await;
    fields.push(code_field(&alice.page).to_owned());
    for field in fields {
        assert_eq!(attribute(&field, "inputmode").as_deref(), Some("numeric"));
        assert_eq!(
            attribute(&field, "autocomplete").as_deref(),
            Some("one-time-code")
        );
        assert_eq!(attribute(&field, "type").as_deref(), Some("text"));
        for limit in ["maxlength", "pattern", "onpaste"] {
            assert!(!field.contains(limit), "{field}");
        }
    }
}

#[tokio::test]
async fn an_error_is_announced_beside_its_field_and_focused() {
    let site = Site::start().await;
    let mut alice = site.browser();
    alice.create_account("alice").await;
    alice.begin_set_up().await;
    alice.finish_set_up("1", "Phone").await;
    let field = code_field(&alice.page);
    assert!(field.contains("autofocus"), "{field}");
    assert_eq!(attribute(field, "aria-invalid").as_deref(), Some("true"));
    assert_eq!(
        attribute(field, "aria-describedby").as_deref(),
        Some("code-hint code-error")
    );
    alice
        .page
        .assert_shows("<title>Error: Set up an authentication application – Cockpit</title>");
}

#[tokio::test]
async fn the_key_is_within_reach_without_a_script_or_a_camera() {
    let site = Site::start().await;
    let mut alice = site.browser();
    alice.create_account("alice").await;
    let key = alice.begin_set_up().await;
    assert_eq!(key.len(), 32);
    alice
        .page
        .assert_shows("<summary>Unable to scan?</summary>");
    for fact in [
        "<dd>alice</dd>",
        "<dd>Cockpit</dd>",
        "Time-based (TOTP)",
        "<dd>6</dd>",
        "<dd>30 seconds</dd>",
    ] {
        alice.page.assert_shows(fact);
    }
    // The button needs the script, which shows it.
    alice.page.assert_shows("hidden data-copy=\"key\"");
    // The QR code is part of the page, so nothing else gets to know the key.
    alice.page.assert_hides("<img");
}

#[tokio::test]
async fn the_menu_leads_to_authentication_parameters() {
    let site = Site::start().await;
    let mut alice = site.browser();
    alice.create_account("alice").await;
    alice.open("/").await;
    // Under an icon with the user's name; without a script.
    let menu = between(&alice.page.body, "<details class=\"menu\">", "</details>").unwrap();
    let summary = between(menu, "<summary>", "</summary>").unwrap();
    assert!(
        summary.contains("<svg") && summary.contains("alice"),
        "{summary}"
    );
    assert!(
        menu.contains("<a href=\"/authentication\">Authentication parameters</a>"),
        "{menu}"
    );

    alice.open("/authentication").await;
    assert_eq!(alice.page.heading(), "Authentication parameters");
    alice.page.assert_shows(">Multi-factor authentication</h2>");
    let button = ">Set up an authentication application</a>";
    let link = alice
        .page
        .body
        .split("<a ")
        .find(|link| link.contains(button))
        .unwrap();
    assert_eq!(
        attribute(link, "href").as_deref(),
        Some("/authentication/applications/new")
    );
}

#[tokio::test]
async fn setting_up_an_application_speaks_the_manual_s_words() {
    let site = Site::start().await;
    let mut alice = site.browser();
    alice.create_account("alice").await;
    alice.open("/authentication/applications/new").await;
    for words in [
        "Before you begin",
        "Install an authentication application",
        "on a different device",
    ] {
        alice.page.assert_shows(words);
    }
    alice.begin_set_up().await;
    assert_eq!(alice.page.heading(), "Set up an authentication application");
    for words in [
        "role=\"img\"><title>QR code for your authentication application",
        "<summary>Unable to scan?</summary>",
        "<label for=\"code\">One-time password</label>",
        "<label for=\"name\">Device name <span class=\"optional\">(optional)</span></label>",
        "<button class=\"primary\" type=\"submit\">Set up</button>",
    ] {
        alice.page.assert_shows(words);
    }
}
