//! Codes that are none, and names that are none.

use axum::http::StatusCode;

use crate::browser::{Browser, PASSWORD};
use crate::site::Site;

const REFUSED: &str =
    "This code was not accepted. Wait for the next code in your application and try again.";

/// Somebody who is asked for a code, and the key of the one device.
async fn at_the_second_step(site: &Site) -> (Browser, String) {
    let mut alice = site.browser();
    alice.create_account("alice").await;
    let phone = alice.begin_set_up().await;
    alice.finish_set_up(&site.code(&phone), "Phone").await;
    alice.sign_out().await;
    site.next_code();
    alice.sign_in("alice", PASSWORD).await;
    (alice, phone)
}

#[tokio::test]
async fn malformed_codes_say_so_and_count_for_nothing() {
    let site = Site::start().await;
    let (mut alice, phone) = at_the_second_step(&site).await;
    let right = site.code(&phone);
    let extra = format!("{right}0");
    let million = "1".repeat(10_000);
    let with_nul = format!("{right}\0");
    for code in [
        "",
        "12345",
        &extra,
        "abcdef",
        "0x1f2e",
        "٢٨٧٠٨٢",
        "12 34 5",
        &with_nul,
        &million,
    ] {
        alice.enter_code(code).await;
        assert_eq!(
            alice.page.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{code:.20}"
        );
        let error = alice.page.error_of("code").unwrap();
        assert!(error.contains("six digits"), "{code:.20}: {error}");
    }
    // Nine of them, and the budget of four is untouched.
    alice.enter_code(&right).await;
    assert_eq!(alice.page.heading(), "Hello, alice");
}

#[tokio::test]
async fn every_refused_code_has_one_text() {
    let site = Site::start().await;
    let (mut alice, phone) = at_the_second_step(&site).await;
    let used = site.code(&phone);
    alice.enter_code(&used).await;
    alice.sign_out().await;
    site.advance(60);
    let old = used.clone();
    alice.sign_in("alice", PASSWORD).await;

    alice.enter_code(&site.wrong_code(&phone)).await;
    let wrong = alice.page.clone();
    alice.enter_code(&old).await;
    let outdated = alice.page.clone();
    alice.enter_code(&site.code(&phone)).await;
    alice.sign_out().await;
    alice.sign_in("alice", PASSWORD).await;
    alice.enter_code(&site.code(&phone)).await;
    let replayed = alice.page.clone();
    for page in [wrong, outdated, replayed] {
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(page.error_of("code"), Some(REFUSED));
    }
}

#[tokio::test]
async fn people_paste_codes_in_all_forms() {
    let site = Site::start().await;
    let (mut alice, phone) = at_the_second_step(&site).await;
    let shapes: [fn(&str) -> String; 4] = [
        |code| format!("{} {}", &code[..3], &code[3..]),
        |code| format!("  {code} "),
        |code| format!("{}-{}", &code[..3], &code[3..]),
        |code| {
            let wide = |digit: char| char::from_u32(u32::from(digit) - 0x30 + 0xff10).unwrap();
            code.chars().map(wide).collect()
        },
    ];
    for shape in shapes {
        alice.enter_code(&shape(&site.code(&phone))).await;
        assert_eq!(alice.page.heading(), "Hello, alice");
        alice.sign_out().await;
        site.next_code();
        alice.sign_in("alice", PASSWORD).await;
    }
}

#[tokio::test]
async fn a_set_up_goes_on_after_mistakes() {
    let site = Site::start().await;
    let mut alice = site.browser();
    alice.create_account("alice").await;
    let phone = alice.begin_set_up().await;

    alice.finish_set_up("12", "Phone").await;
    assert!(alice.page.error_of("code").unwrap().contains("six digits"));
    alice.page.assert_shows(r#"value="Phone""#);
    alice.finish_set_up(&site.wrong_code(&phone), "Phone").await;
    assert_eq!(alice.page.error_of("code"), Some(REFUSED));
    alice.page.assert_shows("If you opened this page twice");
    let hidden = format!("a{}b", '\u{202e}');
    let long = "x".repeat(65);
    for (name, wrong) in [(hidden.as_str(), "control"), (long.as_str(), "64")] {
        alice.finish_set_up(&site.code(&phone), name).await;
        assert!(
            alice.page.error_of("name").unwrap().contains(wrong),
            "{name}"
        );
        // The code was not looked at, and need not be typed again.
        alice
            .page
            .assert_shows(&format!(r#"value="{}""#, site.code(&phone)));
    }
    // Reloading shows the same key.
    alice.open("/authentication/applications/setup").await;
    assert_eq!(alice.page.key(), phone);
    alice.finish_set_up(&site.code(&phone), "Phone").await;
    assert!(alice.page.device("Phone").is_some());

    // A second one of the same name.
    site.next_code();
    let tablet = alice.begin_set_up().await;
    alice.finish_set_up(&site.code(&tablet), "PHONE").await;
    assert!(
        alice
            .page
            .error_of("name")
            .unwrap()
            .contains("has this name")
    );
    alice
        .finish_set_up(&site.code(&tablet), "<b>Tablet</b>")
        .await;
    alice.page.assert_shows("&lt;b&gt;Tablet&lt;/b&gt;");
    alice.page.assert_hides("<b>Tablet");
}

#[tokio::test]
async fn a_canceled_or_late_set_up_adds_nothing() {
    let site = Site::start().await;
    let mut alice = site.browser();
    alice.create_account("alice").await;
    let canceled = alice.begin_set_up().await;
    alice
        .submit("/authentication/applications/cancel", &[])
        .await;
    alice.page.assert_shows("The set-up was canceled.");
    alice.open("/authentication/applications/setup").await;
    assert_eq!(alice.path, "/authentication");
    alice.page.assert_shows("That set-up is over");

    let late = alice.begin_set_up().await;
    assert_ne!(canceled, late);
    site.advance(601);
    alice.finish_set_up(&site.code(&late), "Phone").await;
    assert_eq!(alice.path, "/authentication");
    alice.page.assert_shows("That set-up is over");
    assert_eq!(alice.page.device("Phone"), None);
}

#[tokio::test]
async fn renaming_minds_the_other_names() {
    let site = Site::start().await;
    let mut alice = site.browser();
    alice.create_account("alice").await;
    for name in ["Phone", "Tablet"] {
        let key = alice.begin_set_up().await;
        alice.finish_set_up(&site.code(&key), name).await;
    }
    let path = format!("{}/rename", alice.device("Phone").await);
    for (name, wrong) in [
        ("tablet", "has this name"),
        ("", "Enter a name"),
        ("a\u{200b}", "invisible"),
    ] {
        alice.open(&path).await;
        alice.submit(&path, &[("name", name)]).await;
        assert_eq!(alice.page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            alice.page.error_of("name").unwrap().contains(wrong),
            "{name}"
        );
    }
    // Another case of its own name is fine.
    alice.submit(&path, &[("name", "PHONE")]).await;
    assert!(alice.page.device("PHONE").is_some());
}
