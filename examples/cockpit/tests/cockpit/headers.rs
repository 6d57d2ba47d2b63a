//! What every answer carries, and for which host there is one.

use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST, LOCATION, ORIGIN, REFERRER_POLICY,
    SET_COOKIE, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, Method, StatusCode};

use crate::browser::{PASSWORD, between};
use crate::site::Site;

fn assert_protected(headers: &HeaderMap, path: &str) {
    let policy = headers[CONTENT_SECURITY_POLICY].to_str().unwrap();
    for part in [
        "default-src 'none'",
        "style-src 'self'",
        "script-src 'self'",
        "connect-src 'self'",
        "img-src 'self' data:",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "object-src 'none'",
    ] {
        assert!(
            policy.split("; ").any(|rule| rule.trim() == part),
            "{path}: {policy}"
        );
    }
    assert!(!policy.contains("unsafe"), "{path}: {policy}");
    assert_eq!(headers[X_CONTENT_TYPE_OPTIONS], "nosniff", "{path}");
    assert_eq!(headers[X_FRAME_OPTIONS], "DENY", "{path}");
    assert_eq!(headers[REFERRER_POLICY], "same-origin", "{path}");
    assert_eq!(
        headers["cross-origin-opener-policy"], "same-origin",
        "{path}"
    );
    let permissions = headers["permissions-policy"].to_str().unwrap();
    for part in [
        "camera=()",
        "publickey-credentials-get=(self)",
        "publickey-credentials-create=(self)",
    ] {
        assert!(permissions.contains(part), "{path}: {permissions}");
    }
    // There is no TLS on this computer.
    assert!(!headers.contains_key(STRICT_TRANSPORT_SECURITY), "{path}");
}

#[tokio::test]
async fn every_answer_is_protected() {
    let site = Site::start().await;
    let mut alice = site.browser();
    let (host, origin) = (alice.host(), format!("http://{}", alice.host()));
    let pages = [
        "/",
        "/account/new",
        "/sign-in",
        "/sign-in/code",
        "/sign-out",
        "/confirm",
        "/activity",
        "/authentication",
        "/authentication/applications/new",
        "/authentication/applications/setup",
        "/authentication/applications/cancel",
        "/authentication/devices/x/rename",
        "/authentication/devices/x/delete",
        "/authentication/disable",
        "/authentication/password",
        "/outbox",
        "/playground",
        "/.well-known/webauthn",
        "/nowhere",
    ];
    for step in ["signed out", "signed in", "with a device"] {
        match step {
            "signed in" => _ = alice.create_account("alice").await,
            "with a device" => {
                let phone = alice.begin_set_up().await;
                alice.finish_set_up(&site.code(&phone), "Phone").await;
            }
            _ => {}
        }
        for path in pages {
            for method in [Method::GET, Method::POST] {
                let headers = [(HOST, host.as_str()), (ORIGIN, origin.as_str())];
                let page = alice.send(method, path, &headers, "").await;
                assert_protected(&page.headers, path);
                assert_eq!(page.headers[CACHE_CONTROL], "no-store", "{path}");
            }
        }
    }
    for host in ["evil.example", ""] {
        let page = alice.send(Method::GET, "/", &[(HOST, host)], "").await;
        assert_protected(&page.headers, "wrong host");
    }
}

#[tokio::test]
async fn files_may_be_kept_and_pages_may_not() {
    let site = Site::start().await;
    let mut alice = site.browser();
    alice.open("/sign-in").await;
    let page = alice.page.clone();
    for (mark, kind) in [
        ("href=\"/assets/cockpit.css", "text/css; charset=utf-8"),
        ("src=\"/assets/cockpit.js", "text/javascript; charset=utf-8"),
        ("href=\"/assets/icon.svg", "image/svg+xml"),
    ] {
        let rest = between(&page.body, mark, "\"").unwrap();
        let path = format!("{}{rest}", mark.split_once('"').unwrap().1);
        assert!(rest.starts_with('?'), "{path} changes with its content");
        let file = alice.open(&path).await;
        assert_eq!(file.headers[CONTENT_TYPE], kind);
        assert_eq!(
            file.headers[CACHE_CONTROL],
            "public, max-age=31536000, immutable"
        );
        assert!(!file.headers.contains_key(SET_COOKIE));
        assert_protected(&file.headers, &path);
    }
    // Nothing that the policy would stop.
    for stopped in [
        "<style",
        "style=\"",
        "onclick",
        "javascript:",
        "<script>",
        "http://",
        "https://",
    ] {
        page.assert_hides(stopped);
    }
}

#[tokio::test]
async fn there_is_one_host() {
    let site = Site::start().await;
    let mut alice = site.browser();
    let port = site.port;
    for host in [
        "evil.example".to_owned(),
        format!("evil.example:{port}"),
        "localhost".to_owned(),
        format!("localhost:{}", port ^ 1),
        format!("localhost.evil.example:{port}"),
        format!("127.0.0.2:{port}"),
        String::new(),
    ] {
        let page = alice
            .send(Method::GET, "/sign-in", &[(HOST, &host)], "")
            .await;
        assert_eq!(page.status, StatusCode::MISDIRECTED_REQUEST, "{host}");
        assert!(!page.headers.contains_key(SET_COOKIE));
        page.assert_hides("evil.example");
    }
    let upper = format!("LOCALHOST:{port}");
    let page = alice
        .send(Method::GET, "/sign-in", &[(HOST, &upper)], "")
        .await;
    assert_eq!(page.status, StatusCode::OK);
    let twice = [(HOST, alice.host()), (HOST, "evil.example".to_owned())];
    let twice = twice
        .each_ref()
        .map(|(name, value)| (name.clone(), value.as_str()));
    let page = alice.send(Method::GET, "/sign-in", &twice, "").await;
    assert_eq!(page.status, StatusCode::MISDIRECTED_REQUEST);
}

#[tokio::test]
async fn addresses_of_this_computer_lead_to_localhost() {
    let site = Site::start().await;
    let mut alice = site.browser();
    let port = site.port;
    for host in [format!("127.0.0.1:{port}"), format!("[::1]:{port}")] {
        let page = alice
            .send(
                Method::GET,
                "/sign-in?next=%2Factivity",
                &[(HOST, &host)],
                "",
            )
            .await;
        assert_eq!(page.status, StatusCode::PERMANENT_REDIRECT);
        let want = format!("http://localhost:{port}/sign-in?next=%2Factivity");
        assert_eq!(page.headers[LOCATION], want.as_str());
        let page = alice
            .send(Method::POST, "/sign-in", &[(HOST, &host)], PASSWORD)
            .await;
        assert_eq!(page.status, StatusCode::MISDIRECTED_REQUEST);
    }
}
