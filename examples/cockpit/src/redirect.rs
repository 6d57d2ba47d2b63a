//! Answers that send the browser on, so that reloading a page never posts a form again.

use axum::http::header::LOCATION;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};

use crate::cookies::{Cookie, WithCookie as _};
use crate::notice::Notice;
use crate::place::Place;
use crate::state::App;

/// Sends the browser to an address of our own, with GET.
pub(crate) fn see_other(path: &str) -> Response {
    // Places and addresses of ours are ASCII, so the header always takes them.
    HeaderValue::try_from(path).map_or_else(
        |_| StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        |path| (StatusCode::SEE_OTHER, [(LOCATION, path)]).into_response(),
    )
}

/// Sends the browser to a page.
pub(crate) fn go_to(place: &Place) -> Response {
    see_other(&place.to_string())
}

/// Sends the browser to an address that shows a sentence.
pub(crate) fn see_other_with(path: &str, notice: Notice, app: &App) -> Response {
    see_other(path).with_cookie(Cookie::Notice.set(notice.code(), app.cookie_mode()))
}

/// Sends the browser to a page that shows a sentence.
pub(crate) fn go_to_with(place: &Place, notice: Notice, app: &App) -> Response {
    see_other_with(&place.to_string(), notice, app)
}
