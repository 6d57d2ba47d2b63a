//! When a request comes to nothing: what the log says, and what the user sees.

mod key;
mod refusal;

use std::error::Error as StdError;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

pub(crate) use self::key::{is_unknown, key_problem};
use crate::cookies::{Cookie, WithCookie as _};
use crate::db::DbError;
use crate::notice::Notice;
use crate::pages::problem;
use crate::password::HashError;
use crate::place::Place;
use crate::redirect::{go_to, go_to_with, see_other, see_other_with};
use crate::script;
use crate::state::App;

/// Why a request comes to nothing.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Failure {
    /// It is no form of ours.
    BadForm,
    /// Too much is going on.
    Busy,
    /// A page of somebody else sent it.
    CrossSite,
    /// Another page comes first.
    Elsewhere(Place),
    /// Something that the operator has to look into; it was logged.
    Internal,
    /// The user's second factor cannot be tried now; `None`: not before an operator has helped.
    Locked(Option<Duration>),
    /// There is no security key to sign in with.
    NoKey,
    NotFound,
    /// The user has to be somewhere else, and is told why.
    Redirect(Place, Notice),
    /// No device fits into the record of this user any more.
    RecordFull,
    SessionEnded(Place),
    SignInEnded,
    SignedOut(Place),
    /// The form was shown to another session.
    StaleForm,
    /// A fresh proof comes first.
    StepUp(Place),
    /// Too many attempts.
    Throttled(Duration),
    Timeout,
    TooLarge,
    /// There are as many devices as there may be.
    TooManyDevices(u32),
    WrongHost,
    WrongMethod,
}

impl Failure {
    /// Logs what went wrong, causes included.
    pub(crate) fn internal(error: &dyn StdError) -> Self {
        let mut text = error.to_string();
        let mut cause = error.source();
        while let Some(error) = cause {
            text.push_str(": ");
            text.push_str(&error.to_string());
            cause = error.source();
        }
        tracing::error!(error = text, "request failed");
        Self::Internal
    }

    /// Logs something that a version of the library does which this program does not know, or that
    /// cannot be.
    pub(crate) fn unexpected(what: &'static str) -> Self {
        tracing::error!(what, "request failed");
        Self::Internal
    }

    /// Says where the user was going, for the way back.
    pub(crate) fn on_the_way_to(self, place: Place) -> Self {
        match self {
            Self::StepUp(_) => Self::StepUp(place),
            Self::SessionEnded(_) => Self::SessionEnded(place),
            other => other,
        }
    }

    pub(crate) const fn status(&self) -> StatusCode {
        match self {
            Self::BadForm => StatusCode::BAD_REQUEST,
            Self::Busy => StatusCode::SERVICE_UNAVAILABLE,
            Self::CrossSite | Self::StaleForm => StatusCode::FORBIDDEN,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Locked(_) | Self::Throttled(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Timeout => StatusCode::REQUEST_TIMEOUT,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::NoKey | Self::RecordFull | Self::TooManyDevices(_) => StatusCode::CONFLICT,
            Self::WrongHost => StatusCode::MISDIRECTED_REQUEST,
            Self::WrongMethod => StatusCode::METHOD_NOT_ALLOWED,
            Self::Elsewhere(_)
            | Self::Redirect(..)
            | Self::SessionEnded(_)
            | Self::SignInEnded
            | Self::SignedOut(_)
            | Self::StepUp(_) => StatusCode::SEE_OTHER,
        }
    }

    /// When to come back.
    const fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Locked(Some(wait)) | Self::Throttled(wait) => Some(*wait),
            Self::Busy => Some(Duration::from_secs(1)),
            _ => None,
        }
    }

    fn answer(&self, app: &App) -> Response {
        match self {
            Self::Elsewhere(place) => go_to(place),
            Self::Redirect(place, notice) => go_to_with(place, *notice, app),
            Self::SessionEnded(next) => {
                see_other_with(&next.after("/sign-in"), Notice::SessionEnded, app)
            }
            Self::SignedOut(next) => see_other(&next.after("/sign-in")),
            Self::StepUp(next) => see_other(&next.after("/confirm")),
            Self::SignInEnded => see_other_with("/sign-in", Notice::SignInEnded, app)
                .with_cookie(Cookie::Pending.clear(app.cookie_mode())),
            _ => self.page(),
        }
    }

    fn page(&self) -> Response {
        let mut response = (self.status(), problem::page(self)).into_response();
        if let Some(wait) = self.retry_after() {
            let secs = HeaderValue::from(wait.as_secs().max(1));
            response.headers_mut().insert(RETRY_AFTER, secs);
        }
        response
    }
}

/// The page is made by [`explain`], which knows the application.
impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Turns failures into answers.
pub(crate) async fn explain(State(app): State<App>, request: Request, next: Next) -> Response {
    let is_script = script::asks(request.headers());
    let response = next.run(request).await;
    match response.extensions().get::<Failure>() {
        Some(failure) if is_script => script::failed(failure, failure.answer(&app)),
        Some(failure) => failure.answer(&app),
        None => response,
    }
}

impl From<DbError> for Failure {
    fn from(error: DbError) -> Self {
        if error.is_locked() {
            Self::Busy
        } else {
            Self::internal(&error)
        }
    }
}

impl From<HashError> for Failure {
    fn from(error: HashError) -> Self {
        if error == HashError::Busy {
            Self::Busy
        } else {
            Self::internal(&error)
        }
    }
}
