//! What a request must be like before any handler sees it.

use std::time::Duration;

use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{HOST, LOCATION, ORIGIN};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use crate::config::Origin;
use crate::failure::Failure;
use crate::state::App;

/// Longer than any handler takes, password queue included.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);

/// Lets requests through that are for the one host there is. An address of loopback is sent to
/// `localhost`: passkeys and cookies are for that name.
pub(crate) async fn require_host(State(app): State<App>, request: Request, next: Next) -> Response {
    let origin = app.origin();
    let Some(host) = host(&request) else {
        return Failure::WrongHost.into_response();
    };
    if host.eq_ignore_ascii_case(origin.authority()) {
        return next.run(request).await;
    }
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    if is_read && is_loopback_address(host, origin) {
        let path = request
            .uri()
            .path_and_query()
            .map_or("/", |path| path.as_str());
        if let Ok(location) = HeaderValue::try_from(format!("{origin}{path}")) {
            return (StatusCode::PERMANENT_REDIRECT, [(LOCATION, location)]).into_response();
        }
    }
    Failure::WrongHost.into_response()
}

/// The host that a request names; `None` if it names none, or several.
fn host(request: &Request) -> Option<&str> {
    let mut headers = request.headers().get_all(HOST).iter();
    let header = headers.next()?.to_str().ok()?;
    if headers.next().is_some() {
        return None;
    }
    // RFC 9112 section 3.2.2: a target with an authority overrides the header.
    Some(
        request
            .uri()
            .authority()
            .map_or(header, |authority| authority.as_str()),
    )
}

fn is_loopback_address(host: &str, origin: &Origin) -> bool {
    let Some(port) = origin.authority().strip_prefix("localhost") else {
        return false;
    };
    !origin.is_https()
        && ["127.0.0.1", "[::1]"]
            .iter()
            .any(|ip| host.strip_prefix(ip) == Some(port))
}

/// Refuses what pages of others make a browser send. Whoever sends neither header is no browser
/// of today; the form token is asked for in any case.
pub(crate) async fn require_same_origin(
    State(app): State<App>,
    request: Request,
    next: Next,
) -> Response {
    if matches!(*request.method(), Method::GET | Method::HEAD) || is_same_origin(&request, &app) {
        next.run(request).await
    } else {
        Failure::CrossSite.into_response()
    }
}

fn is_same_origin(request: &Request, app: &App) -> bool {
    let says = |name, allowed: &[&str]| {
        let mut values = request.headers().get_all(name).iter();
        values.all(|value| {
            allowed
                .iter()
                .any(|allowed| value.as_bytes() == allowed.as_bytes())
        })
    };
    says(ORIGIN.as_str(), &[app.origin().as_str()])
        && says("sec-fetch-site", &["same-origin", "none"])
}

/// Runs a request to its end even if the browser goes away, so that a grant that was made is also
/// kept; but lets nobody wait for ever. Afterwards there may be events to deliver.
pub(crate) async fn finish(State(app): State<App>, request: Request, next: Next) -> Response {
    let method = request.method().clone();
    // The pattern, not the path: paths name devices, queries whatever people put there.
    let path = request
        .extensions()
        .get::<MatchedPath>()
        .map(|path| path.as_str().to_owned());
    let running = tokio::spawn(next.run(request));
    let response = match tokio::time::timeout(REQUEST_TIMEOUT, running).await {
        Ok(Ok(response)) => response,
        Ok(Err(error)) => Failure::internal(&error).into_response(),
        Err(_) => Failure::Timeout.into_response(),
    };
    if method == Method::POST {
        app.changed().notify_one();
    }
    let path = path.as_deref().unwrap_or("(none)");
    tracing::info!(%method, path, status = response.status().as_u16(), "request");
    response
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    #[test]
    fn only_addresses_of_this_computer_are_sent_on() {
        let origin = Origin::localhost(3000);
        assert!(is_loopback_address("127.0.0.1:3000", &origin));
        assert!(is_loopback_address("[::1]:3000", &origin));
        for host in [
            "127.0.0.1",
            "127.0.0.1:3001",
            "127.0.0.2:3000",
            "evil.example:3000",
            "[::1]",
        ] {
            assert!(!is_loopback_address(host, &origin), "{host}");
        }
        let deployed = "https://localhost:3000".parse().unwrap();
        assert!(!is_loopback_address("127.0.0.1:3000", &deployed));
    }

    #[test]
    fn the_host_is_named_once() {
        let request = |uri: &str, hosts: &[&str]| {
            let mut request = Request::builder().uri(uri);
            for host in hosts {
                request = request.header(HOST, *host);
            }
            request.body(Body::empty()).unwrap()
        };
        assert_eq!(host(&request("/", &["a.example"])), Some("a.example"));
        assert_eq!(
            host(&request("http://b.example/", &["a.example"])),
            Some("b.example")
        );
        assert_eq!(host(&request("/", &[])), None);
        assert_eq!(host(&request("/", &["a.example", "b.example"])), None);
    }
}
