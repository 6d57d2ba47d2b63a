//! What the browser script gets: options for the browser, a sentence, or where to go.

use axum::http::header::{ACCEPT, CONTENT_TYPE, LOCATION};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use mfakit::webauthn::{AuthenticationResponse, Signal};
use mfakit::{KeyRequest, Sealed, SetCookie};
use serde_json::json;
use serde_json::value::RawValue;

use crate::cookies::WithCookie as _;
use crate::failure::Failure;
use crate::pages::problem;
use crate::state::App;

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Whether a request is the script's.
pub(crate) fn asks(headers: &HeaderMap) -> bool {
    headers.get(ACCEPT) == Some(&JSON)
}

/// Answers with the options of a ceremony, and the token that comes back with its result.
pub(crate) fn options(options: &str, token: &str) -> Result<Response, Failure> {
    let options: &RawValue =
        serde_json::from_str(options).map_err(|error| Failure::internal(&error))?;
    let parts = Begun { options, token };
    let body = serde_json::to_string(&parts).map_err(|error| Failure::internal(&error))?;
    Ok(([(CONTENT_TYPE, JSON)], body).into_response())
}

#[derive(serde::Serialize)]
struct Begun<'a> {
    options: &'a RawValue,
    token: &'a str,
}

/// Reads the token that came back with a result. The script sends it as it was.
pub(crate) fn token<T>(text: &str) -> Result<Sealed<T>, Failure> {
    Sealed::from_text(text).map_err(|_| Failure::BadForm)
}

/// The cookie that binds a token to the browser.
pub(crate) fn binding(cookie: Option<&SetCookie>) -> Option<HeaderValue> {
    let mut header = HeaderValue::try_from(cookie?.to_header()).ok()?;
    header.set_sensitive(true);
    Some(header)
}

/// Answers with the options of a security key's sign-in.
pub(crate) fn request(key: &KeyRequest) -> Result<Response, Failure> {
    let options = options(&key.options_json(), &key.token().to_text())?;
    Ok(options.with_cookie(binding(key.cookie())))
}

/// Answers with a sentence about what was filled in.
pub(crate) fn problem(sentence: &str) -> Response {
    let body = json!({ "problem": sentence }).to_string();
    (
        StatusCode::UNPROCESSABLE_ENTITY,
        [(CONTENT_TYPE, JSON)],
        body,
    )
        .into_response()
}

/// What the browser's passkey manager is told of a credential that nobody knows any more.
pub(crate) fn unknown(response: &str, app: &App) -> Option<Signal> {
    let response = AuthenticationResponse::from_json(response).ok()?;
    let id = response.credential_id();
    Some(app.relying_party().signal_unknown_credential(id))
}

/// Says in the script's words what a page or a redirect would say.
pub(crate) fn failed(failure: &Failure, mut answer: Response) -> Response {
    let body = match answer.headers_mut().remove(LOCATION) {
        Some(location) => {
            // `fetch` would follow a redirect itself.
            *answer.status_mut() = StatusCode::CONFLICT;
            json!({ "goTo": location.to_str().unwrap_or("/") })
        }
        None => json!({ "problem": problem::text(failure) }),
    };
    answer.headers_mut().insert(CONTENT_TYPE, JSON);
    answer.map(|_| body.to_string().into())
}
