//! The playground, and what the browser script gets.

use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;

use crate::browser::Browser;
use crate::site::Site;

const SETTINGS: [(&str, &str); 6] = [
    ("user_verification", "required"),
    ("hint", "security-key"),
    ("resident_key", "discouraged"),
    ("attachment", "cross-platform"),
    ("attestation", "direct"),
    ("algorithm", "-8"),
];

async fn begin(alice: &mut Browser) -> String {
    alice.open("/playground").await;
    let begun = alice.ask_options("/playground/register", &SETTINGS).await;
    assert_eq!(begun.status, StatusCode::OK, "{}", begun.body);
    begun.json()["token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn options_are_what_was_chosen() {
    let site = Site::start().await;
    let mut alice = site.browser();
    alice.open("/playground").await;
    let begun = alice.ask_options("/playground/register", &SETTINGS).await;
    assert_eq!(begun.headers[CONTENT_TYPE], "application/json");
    let options = &begun.json()["options"];
    assert_eq!(options["rp"]["id"], "localhost");
    assert_eq!(options["hints"][0], "security-key");
    assert_eq!(options["attestation"], "direct");
    assert_eq!(options["pubKeyCredParams"].as_array().unwrap().len(), 1);
    assert_eq!(options["pubKeyCredParams"][0]["alg"], -8);
    let selection = &options["authenticatorSelection"];
    assert_eq!(selection["userVerification"], "required");
    assert_eq!(selection["residentKey"], "discouraged");
    assert_eq!(selection["authenticatorAttachment"], "cross-platform");

    let settings = [("user_verification", "discouraged"), ("hint", "")];
    let begun = alice.ask_options("/playground/sign-in", &settings).await;
    let options = &begun.json()["options"];
    assert_eq!(options["userVerification"], "discouraged");
    assert!(options["allowCredentials"].as_array().unwrap().is_empty());
    assert!(options.get("hints").is_none());

    for wrong in [("user_verification", "maybe"), ("hint", "smoke-signal")] {
        let settings = SETTINGS.map(|setting| if setting.0 == wrong.0 { wrong } else { setting });
        let refused = alice.ask_options("/playground/register", &settings).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST);
        assert!(refused.json()["problem"].is_string());
    }
}

#[tokio::test]
async fn an_answer_is_judged_once_and_step_by_step() {
    let site = Site::start().await;
    let mut alice = site.browser();
    let token = begin(&mut alice).await;
    let answer = r#"{"id":"AQID","rawId":"AQID","type":"public-key",
        "response":{"clientDataJSON":"e30","attestationObject":"oA"}}"#;
    let fields = [
        ("webauthn_token", token.as_str()),
        ("webauthn_response", answer),
    ];
    let page = alice.submit("/playground/register", &fields).await;
    assert_eq!(page.heading(), "Verification");
    page.assert_shows("Refused");
    page.assert_shows("<dd>W011</dd>");
    page.assert_shows("malformed_client_data");
    page.assert_shows("Not reached: ");
    // The reading for eyes.
    page.assert_shows("&quot;clientDataJSON&quot;: &quot;e30&quot;");

    alice.open("/playground").await;
    let page = alice.submit("/playground/register", &fields).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    page.assert_shows("This page was out of date");
}

#[tokio::test]
async fn samples_and_captures_of_ones_own_are_judged() {
    let site = Site::start().await;
    let mut alice = site.browser();
    alice.open("/playground").await;
    let page = alice
        .submit(
            "/playground/sample",
            &[("sample", "overridden"), ("capture", "")],
        )
        .await;
    for text in [
        "Accepted",
        "W060",
        "W032",
        "W031",
        "Sign-in: bogus signature",
    ] {
        page.assert_shows(text);
    }

    let capture = include_str!("../../assets/playground/counter.json");
    alice.open("/playground").await;
    let page = alice
        .submit(
            "/playground/sample",
            &[("sample", ""), ("capture", capture)],
        )
        .await;
    page.assert_shows("W061");

    alice.open("/playground").await;
    let page = alice
        .submit("/playground/sample", &[("sample", ""), ("capture", "{}")])
        .await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn the_script_is_told_what_pages_say() {
    let site = Site::start().await;
    let mut alice = site.browser();
    let stale = alice
        .ask("/playground/register/options", &[("form_token", "AAAA")])
        .await;
    assert_eq!(stale.status, StatusCode::FORBIDDEN);
    assert_eq!(stale.headers[CONTENT_TYPE], "application/json");
    let problem = stale.json()["problem"].as_str().unwrap().to_owned();
    assert!(problem.contains("Open the page again"), "{problem}");

    // Where a page would send the browser on, the script is told where.
    let signed_out = alice.ask("/sign-out", &[("form_token", "AAAA")]).await;
    assert_eq!(signed_out.status, StatusCode::CONFLICT);
    assert_eq!(signed_out.json()["goTo"], "/sign-in");

    let missing = alice.ask("/nowhere", &[("form_token", "AAAA")]).await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
    assert!(missing.json()["problem"].is_string());
}
