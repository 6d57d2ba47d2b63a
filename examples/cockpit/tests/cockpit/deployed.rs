//! Behind a proxy that speaks TLS, for others to sign in to.

use std::ffi::OsString;

use axum::http::header::{CONTENT_TYPE, HOST, ORIGIN, SET_COOKIE, STRICT_TRANSPORT_SECURITY};
use axum::http::{HeaderName, Method, StatusCode};
use cockpit::Config;

use crate::browser::{Browser, PASSWORD, Page};
use crate::site::Site;

const ORIGIN_TEXT: &str = "https://console.example.com";

async fn start() -> Site {
    let folder = tempfile::tempdir().unwrap();
    let config = Config::from_env(|name| {
        Some(match name {
            "COCKPIT_ORIGIN" => OsString::from(ORIGIN_TEXT),
            "COCKPIT_SMTP_URL" => "smtps://mail.example.com".into(),
            "COCKPIT_KEYS" => folder.path().join("keys").into(),
            "COCKPIT_DATA" => folder.path().join("data").into(),
            "COCKPIT_PROXY" => "127.0.0.1".into(),
            _ => return None,
        })
    });
    Site::start_with(folder, |_| config.unwrap()).await
}

const FORWARDED: HeaderName = HeaderName::from_static("x-forwarded-for");

async fn get(browser: &mut Browser, path: &str) -> Page {
    let headers = [(HOST, "console.example.com")];
    browser.page = browser.send(Method::GET, path, &headers, "").await;
    browser.page.clone()
}

/// Fills in a form as a browser behind the proxy does, with an address that it has made up.
async fn submit(browser: &mut Browser, path: &str, fields: &[(&str, &str)]) -> Page {
    let hidden = browser.hidden(path);
    let body = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(&hidden)
        .extend_pairs(fields)
        .finish();
    let headers = [
        (HOST, "console.example.com"),
        (ORIGIN, ORIGIN_TEXT),
        (CONTENT_TYPE, "application/x-www-form-urlencoded"),
        (FORWARDED, "192.0.2.66, 203.0.113.7"),
    ];
    browser.send(Method::POST, path, &headers, &body).await
}

#[tokio::test]
async fn cookies_and_headers_are_those_of_a_deployed_service() {
    let site = start().await;
    let mut alice = site.browser();
    let page = get(&mut alice, "/account/new").await;
    assert_eq!(page.status, StatusCode::OK);
    assert_eq!(page.headers[STRICT_TRANSPORT_SECURITY], "max-age=31536000");
    let created = submit(
        &mut alice,
        "/account/new",
        &[("username", "alice"), ("password", PASSWORD)],
    )
    .await;
    assert_eq!(created.status, StatusCode::SEE_OTHER);
    for cookie in page
        .headers
        .get_all(SET_COOKIE)
        .iter()
        .chain(created.headers.get_all(SET_COOKIE))
    {
        let cookie = cookie.to_str().unwrap();
        assert!(cookie.starts_with("__Host-"), "{cookie}");
        for attribute in ["Path=/", "HttpOnly", "SameSite=Lax", "Secure"] {
            assert!(cookie.split("; ").any(|part| part == attribute), "{cookie}");
        }
    }
    assert!(alice.jar.contains_key("__Host-cockpit-session"));

    // The proxy's word counts for the address, and what came to the proxy does not.
    site.deliver_events().await;
    let page = get(&mut alice, "/activity").await;
    page.assert_shows("from 203.0.113.7");
    page.assert_hides("192.0.2.66");
}

#[tokio::test]
async fn there_is_one_host_and_no_loopback() {
    let site = start().await;
    let mut alice = site.browser();
    let port = site.port;
    for host in [
        format!("localhost:{port}"),
        format!("127.0.0.1:{port}"),
        "example.com".to_owned(),
    ] {
        let page = alice
            .send(Method::GET, "/sign-in", &[(HOST, &host)], "")
            .await;
        assert_eq!(page.status, StatusCode::MISDIRECTED_REQUEST, "{host}");
    }
    get(&mut alice, "/sign-in").await;
    alice.page.assert_shows("<h1>Sign in</h1>");
}

#[tokio::test]
async fn what_is_for_trying_out_is_not_there() {
    let site = start().await;
    let mut alice = site.browser();
    for path in ["/outbox", "/playground"] {
        assert_eq!(
            get(&mut alice, path).await.status,
            StatusCode::NOT_FOUND,
            "{path}"
        );
    }
    get(&mut alice, "/sign-in").await;
    let token = ("form_token", alice.hidden("/sign-in")[0].1.clone());
    for path in [
        "/playground/register/options",
        "/playground/sign-in/options",
        "/playground/sample",
    ] {
        let body = form_urlencoded::Serializer::new(String::new())
            .append_pair(token.0, &token.1)
            .extend_pairs([("user_verification", "preferred"), ("hint", "")])
            .finish();
        let headers = [
            (HOST, "console.example.com"),
            (ORIGIN, ORIGIN_TEXT),
            (CONTENT_TYPE, "application/x-www-form-urlencoded"),
        ];
        let page = alice.send(Method::POST, path, &headers, &body).await;
        assert!(page.status.is_client_error(), "{path}: {}", page.status);
        page.assert_hides("challenge");
    }
}

#[tokio::test]
async fn related_origins_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let config = Config::from_env(|name| {
        Some(match name {
            "COCKPIT_ORIGIN" => OsString::from(ORIGIN_TEXT),
            "COCKPIT_SMTP_URL" => "smtps://mail.example.com".into(),
            "COCKPIT_KEYS" => folder.path().join("keys").into(),
            "COCKPIT_DATA" => folder.path().join("data").into(),
            "COCKPIT_RELATED_ORIGINS" => {
                "https://console.example.net, https://konsole.example".into()
            }
            _ => return None,
        })
    });
    let site = Site::start_with(folder, |_| config.unwrap()).await;
    let mut alice = site.browser();
    let page = get(&mut alice, "/.well-known/webauthn").await;
    assert_eq!(page.headers[CONTENT_TYPE], "application/json");
    let want = r#"{"origins":["https://console.example.net","https://konsole.example"]}"#;
    assert_eq!(page.body, want);
}
