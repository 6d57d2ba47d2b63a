//! The second step of a sign-in: a code.

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use mfakit::{CodeRefusal, Error, PendingSignIn, Sealed, SignInRefusal};
use serde::Deserialize;
use zeroize::Zeroizing;

use super::Answer;
use super::sign_in::Way;
use crate::caller::{Caller, Visitor};
use crate::cookies::{Cookie, WithCookie as _};
use crate::failure::Failure;
use crate::forms::Posted;
use crate::pages::{View, second_step};
use crate::place::Place;
use crate::redirect::{go_to, see_other};
use crate::session;
use crate::state::App;

/// What is wrong with something that cannot be a code.
pub(super) const MALFORMED: &str =
    "A one-time password has six digits. Enter the digits that your application shows.";

pub(super) async fn show(
    State(app): State<App>,
    caller: Caller,
    visitor: Visitor,
    Query(way): Query<Way>,
) -> Answer {
    let Some(token) = pending(&caller) else {
        return Ok(see_other(&way.next().after("/sign-in")));
    };
    again(&token, None, &way.next(), &caller, &visitor, &app).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    code: Zeroizing<String>,
    #[serde(default)]
    next: String,
}

pub(super) async fn submit(
    State(app): State<App>,
    caller: Caller,
    visitor: Visitor,
    posted: Posted,
) -> Answer {
    let Form { code, next } = posted.open(&visitor.owner(), &app)?;
    let next = Place::or_home(&next);
    let token = pending(&caller).ok_or(Failure::SignInEnded)?;
    let error = match app.mfa().verify_totp(&token, &code, &caller.request).await {
        Ok(grant) => {
            let onward = go_to(&next).with_cookie(Cookie::Pending.clear(app.cookie_mode()));
            return session::open(&grant, &caller, onward, &app).await;
        }
        Err(error) => what_is_wrong(error)?,
    };
    again(&token, Some(error), &next, &caller, &visitor, &app).await
}

/// The sign-in that the browser keeps; what cannot be one is none.
fn pending(caller: &Caller) -> Option<Sealed<PendingSignIn>> {
    Sealed::from_text(caller.pending.as_deref()?).ok()
}

/// What stands beside the field; other failures are pages of their own.
fn what_is_wrong(error: Error<SignInRefusal>) -> Result<&'static str, Failure> {
    match error {
        Error::MalformedCode(_) => Ok(MALFORMED),
        Error::Refused(SignInRefusal::Code(refusal)) => refused(refusal),
        error => Err(error.into()),
    }
}

/// What stands beside the field of a code: one sentence for all codes that were not accepted.
pub(super) fn refused(refusal: CodeRefusal) -> Result<&'static str, Failure> {
    match refusal {
        // Nothing was compared: the device shows another number of digits.
        CodeRefusal::Malformed => Ok(MALFORMED),
        CodeRefusal::Throttled { .. } | CodeRefusal::Stopped => {
            Err(Error::<SignInRefusal>::Refused(SignInRefusal::Code(refusal)).into())
        }
        refusal => Ok(refusal.user_text()),
    }
}

/// Shows the page as long as the sign-in lasts.
async fn again(
    token: &Sealed<PendingSignIn>,
    error: Option<&'static str>,
    next: &Place,
    caller: &Caller,
    visitor: &Visitor,
    app: &App,
) -> Result<Response, Failure> {
    let step = app.mfa().pending_sign_in(token, &caller.request).await?;
    let status = if error.is_some() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    let view = View::of_visitor(caller.notice);
    let page = second_step::page(&view, &visitor.token(app), next, step.devices(), error);
    Ok(visitor.greet((status, page).into_response(), app))
}
