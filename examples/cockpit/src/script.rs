//! What the browser script gets: options for the browser, a sentence, or where to go.

use axum::http::header::{ACCEPT, CONTENT_TYPE, LOCATION};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde_json::json;
use serde_json::value::RawValue;

use crate::failure::Failure;
use crate::pages::problem;

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
