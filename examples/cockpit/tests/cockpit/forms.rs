//! Forms that did not come from the page they belong to, or not as it made them.

use axum::http::header::{CONTENT_TYPE, HOST, ORIGIN};
use axum::http::{HeaderName, Method, StatusCode};

use crate::browser::{Browser, PASSWORD};
use crate::site::Site;

const FORM: &str = "application/x-www-form-urlencoded";

async fn token_of(browser: &mut Browser, page: &str, action: &str) -> String {
    browser.open(page).await;
    let hidden = browser.hidden(action);
    hidden
        .into_iter()
        .find(|(name, _)| name == "form_token")
        .unwrap()
        .1
}

#[tokio::test]
async fn a_form_needs_the_token_of_its_owner() {
    let site = Site::start().await;
    let mut alice = site.browser();
    alice.create_account("alice").await;
    let mut bob = site.browser();
    bob.create_account("bob").await;
    let bobs = token_of(&mut bob, "/", "/sign-out").await;

    for fields in [
        vec![],
        vec![("form_token", "")],
        vec![("form_token", "AAAA")],
        vec![("form_token", bobs.as_str())],
    ] {
        let page = alice.post("/sign-out", &fields).await;
        let want = if fields.is_empty() {
            StatusCode::BAD_REQUEST
        } else {
            StatusCode::FORBIDDEN
        };
        assert_eq!(page.status, want, "{fields:?}");
        page.assert_shows("Nothing was changed.");
    }
    assert_eq!(alice.open("/").await.heading(), "Hello, alice");
    let own = token_of(&mut alice, "/", "/sign-out").await;
    assert_eq!(
        alice
            .post("/sign-out", &[("form_token", &own)])
            .await
            .status,
        StatusCode::SEE_OTHER
    );
}

#[tokio::test]
async fn a_sign_in_form_is_of_one_browser() {
    let site = Site::start().await;
    site.browser().create_account("alice").await;
    let mut mallory = site.browser();
    let token = token_of(&mut mallory, "/sign-in", "/sign-in").await;

    let fields = [
        ("username", "alice"),
        ("password", PASSWORD),
        ("form_token", token.as_str()),
    ];
    let mut alice = site.browser();
    assert_eq!(
        alice.post("/sign-in", &fields).await.status,
        StatusCode::FORBIDDEN
    );
    alice.open("/sign-in").await;
    assert_eq!(
        alice.post("/sign-in", &fields).await.status,
        StatusCode::FORBIDDEN
    );
    assert_eq!(
        mallory.post("/sign-in", &fields).await.status,
        StatusCode::SEE_OTHER
    );
}

#[tokio::test]
async fn pages_of_others_post_nothing() {
    let site = Site::start().await;
    let mut alice = site.browser();
    alice.create_account("alice").await;
    let token = token_of(&mut alice, "/", "/sign-out").await;
    let body = format!("form_token={token}");
    let (host, own) = (alice.host(), format!("http://{}", alice.host()));
    let fetch_site = HeaderName::from_static("sec-fetch-site");

    for (header, value) in [
        (ORIGIN, "https://evil.example"),
        (ORIGIN, "null"),
        (ORIGIN, "http://localhost"),
        (fetch_site.clone(), "cross-site"),
        (fetch_site.clone(), "same-site"),
    ] {
        let headers = [(HOST, host.as_str()), (CONTENT_TYPE, FORM), (header, value)];
        let page = alice.send(Method::POST, "/sign-out", &headers, &body).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{value}");
        page.assert_shows("came from another site");
    }
    // One wrong header is not made good by the other.
    let both = [
        (HOST, host.as_str()),
        (CONTENT_TYPE, FORM),
        (ORIGIN, &own),
        (fetch_site, "cross-site"),
    ];
    let page = alice.send(Method::POST, "/sign-out", &both, &body).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    // Whoever sends neither is no browser of today, and has the token.
    let neither = [(HOST, host.as_str()), (CONTENT_TYPE, FORM)];
    let page = alice.send(Method::POST, "/sign-out", &neither, &body).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_form_has_its_own_fields_once() {
    let site = Site::start().await;
    let mut alice = site.browser();
    site.browser().create_account("alice").await;
    let token = token_of(&mut alice, "/sign-in", "/sign-in").await;
    let token = format!("form_token={token}");
    let right = format!("username=alice&password={}", PASSWORD.replace(' ', "+"));

    for body in [
        format!("{token}&{right}&admin=1"),
        format!("{token}&{right}&username=bob"),
        format!("{token}&{token}&{right}"),
        format!("{token}&username=alice"),
        format!("{token}&{right}&next=%FF"),
        format!("{token}&{right}{}", "&x=1".repeat(40)),
        right.clone(),
        String::new(),
    ] {
        let page = alice.post_body("/sign-in", &body).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST, "{body}");
        page.assert_shows("This form could not be read");
        page.assert_hides("admin");
    }
    let large = format!("{token}&{right}&next={}", "x".repeat(75_000));
    assert_eq!(
        alice.post_body("/sign-in", &large).await.status,
        StatusCode::PAYLOAD_TOO_LARGE
    );

    let (host, origin) = (alice.host(), format!("http://{}", alice.host()));
    for kind in [
        "application/json",
        "multipart/form-data; boundary=x",
        "text/plain",
    ] {
        let headers = [
            (HOST, host.as_str()),
            (ORIGIN, origin.as_str()),
            (CONTENT_TYPE, kind),
        ];
        let page = alice
            .send(
                Method::POST,
                "/sign-in",
                &headers,
                &format!("{token}&{right}"),
            )
            .await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST, "{kind}");
    }
    let page = alice
        .post_body("/sign-in", &format!("{token}&{right}"))
        .await;
    assert_eq!(page.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn addresses_that_are_none_say_so() {
    let site = Site::start().await;
    let mut alice = site.browser();
    alice.create_account("alice").await;
    let (host, origin) = (alice.host(), format!("http://{}", alice.host()));
    for (method, path, status) in [
        (Method::GET, "/nowhere", StatusCode::NOT_FOUND),
        (
            Method::GET,
            "/authentication/devices/7/rename",
            StatusCode::NOT_FOUND,
        ),
        (Method::GET, "/assets/../Cargo.toml", StatusCode::NOT_FOUND),
        (Method::GET, "/sign-out", StatusCode::METHOD_NOT_ALLOWED),
        (Method::POST, "/activity", StatusCode::METHOD_NOT_ALLOWED),
        (Method::DELETE, "/", StatusCode::METHOD_NOT_ALLOWED),
    ] {
        let headers = [(HOST, host.as_str()), (ORIGIN, origin.as_str())];
        let page = alice.send(method, path, &headers, "").await;
        assert_eq!(page.status, status, "{path}");
        page.assert_shows("<h1>");
    }
    // A device of nobody, or of somebody else.
    alice
        .open(&format!(
            "/authentication/devices/{}/delete",
            "0".repeat(32)
        ))
        .await;
    assert_eq!(alice.path, "/authentication");
    alice.page.assert_shows("That device is not among yours");
}
