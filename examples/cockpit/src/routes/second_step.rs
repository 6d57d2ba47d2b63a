//! The second step of a sign-in: a security key, a code of an application, or a recovery code.

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use mfakit::{
    CodeRefusal, Error, KeyAssertion, PendingSignIn, RecoveryRefusal, Sealed, SessionGrant,
    SignInRefusal,
};
use serde::Deserialize;
use zeroize::Zeroizing;

use super::sign_in::Way;
use super::{Answer, passkey};
use crate::caller::{Caller, Visitor};
use crate::cookies::{Cookie, WithCookie as _};
use crate::failure::{Failure, is_unknown, key_problem};
use crate::forms::Posted;
use crate::pages::View;
use crate::pages::second_step::{self, Wrong};
use crate::place::Place;
use crate::redirect::{go_to, see_other};
use crate::script;
use crate::session;
use crate::state::App;

/// What is wrong with something that cannot be a code.
pub(super) const MALFORMED: &str =
    "A one-time password has six digits. Enter the digits that your application shows.";

/// What is wrong with something that cannot be a recovery code or a code from support.
const MALFORMED_RECOVERY: &str =
    "Such a code has 16 letters and digits. Enter it as you have it; hyphens do not matter.";

pub(super) async fn show(
    State(app): State<App>,
    caller: Caller,
    visitor: Visitor,
    Query(way): Query<Way>,
) -> Answer {
    let next = way.next();
    let Some(token) = pending(&caller) else {
        return Ok(see_other(&next.after("/sign-in")));
    };
    again(&token, Wrong::default(), &next, &caller, &visitor, &app).await
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
    match app.mfa().verify_totp(&token, &code, &caller.request).await {
        Ok(grant) => connect(&grant, &next, &caller, &app).await,
        Err(error) => {
            let wrong = Wrong {
                code: Some(what_is_wrong(error)?),
                ..Wrong::default()
            };
            again(&token, wrong, &next, &caller, &visitor, &app).await
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Begin {
    #[serde(default, rename = "next")]
    _next: String,
}

/// For the script: which keys the browser is to ask for.
pub(super) async fn key_options(
    State(app): State<App>,
    caller: Caller,
    visitor: Visitor,
    posted: Posted,
) -> Answer {
    let Begin { .. } = posted.open(&visitor.owner(), &app)?;
    let token = pending(&caller).ok_or(Failure::SignInEnded)?;
    let step = app.mfa().pending_sign_in(&token, &caller.request).await?;
    // The last key was deleted while the page was open: it is shown anew.
    let key = step.key().ok_or(Failure::NoKey)?;
    script::request(key)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KeyForm {
    pub(super) webauthn_token: String,
    pub(super) webauthn_response: String,
    #[serde(default)]
    pub(super) next: String,
}

pub(super) async fn with_key(
    State(app): State<App>,
    caller: Caller,
    visitor: Visitor,
    posted: Posted,
) -> Answer {
    let form: KeyForm = posted.open(&visitor.owner(), &app)?;
    let next = Place::or_home(&form.next);
    let pending = pending(&caller).ok_or(Failure::SignInEnded)?;
    let token = script::token::<KeyAssertion>(&form.webauthn_token)?;
    let response = &form.webauthn_response;
    let refused = match app
        .mfa()
        .verify_webauthn(&token, response, &caller.request)
        .await
    {
        Ok(grant) => return connect(&grant, &next, &caller, &app).await,
        Err(refused) => refused,
    };
    let unknown = is_unknown(&refused)
        .then(|| script::unknown(response, &app))
        .flatten();
    let why = key_problem(refused, next.clone())?;
    let wrong = Wrong {
        key: Some(why),
        unknown: unknown.as_ref(),
        ..Wrong::default()
    };
    match again(&pending, wrong, &next, &caller, &visitor, &app).await {
        // A key that may have been copied has ended the sign-in: the reason is not lost with it.
        Err(Failure::SignInEnded) => {
            let page = passkey::first_step(why, wrong.unknown, &next, &visitor, &app);
            Ok(page.with_cookie(Cookie::Pending.clear(app.cookie_mode())))
        }
        answer => answer,
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Recovery {
    recovery_code: Zeroizing<String>,
    #[serde(default, rename = "next")]
    _next: String,
}

/// A recovery code leads to the review of the devices, wherever the user was going.
pub(super) async fn with_recovery_code(
    State(app): State<App>,
    caller: Caller,
    visitor: Visitor,
    posted: Posted,
) -> Answer {
    let Recovery { recovery_code, .. } = posted.open(&visitor.owner(), &app)?;
    let token = pending(&caller).ok_or(Failure::SignInEnded)?;
    let request = &caller.request;
    match app
        .mfa()
        .verify_recovery_code(&token, &recovery_code, request)
        .await
    {
        Ok(grant) => connect(&grant, &Place::Review, &caller, &app).await,
        Err(error) => {
            let wrong = Wrong {
                recovery: Some(what_is_wrong(error)?),
                ..Wrong::default()
            };
            again(&token, wrong, &Place::Home, &caller, &visitor, &app).await
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FromSupport {
    reset_code: Zeroizing<String>,
    #[serde(default, rename = "next")]
    _next: String,
}

/// A code from support leads to the set-up of a new device.
pub(super) async fn with_reset_code(
    State(app): State<App>,
    caller: Caller,
    visitor: Visitor,
    posted: Posted,
) -> Answer {
    let FromSupport { reset_code, .. } = posted.open(&visitor.owner(), &app)?;
    let token = pending(&caller).ok_or(Failure::SignInEnded)?;
    let request = &caller.request;
    match app
        .mfa()
        .verify_reset_code(&token, &reset_code, request)
        .await
    {
        Ok(grant) => connect(&grant, &Place::SetUpFirst, &caller, &app).await,
        Err(error) => {
            let wrong = Wrong {
                reset: Some(what_is_wrong(error)?),
                ..Wrong::default()
            };
            again(&token, wrong, &Place::Home, &caller, &visitor, &app).await
        }
    }
}

/// Opens the session. The sign-in that waited is over.
async fn connect(
    grant: &SessionGrant,
    next: &Place,
    caller: &Caller,
    app: &App,
) -> Result<Response, Failure> {
    let onward = go_to(next).with_cookie(Cookie::Pending.clear(app.cookie_mode()));
    session::open(grant, caller, onward, app).await
}

/// The sign-in that the browser keeps; what cannot be one is none.
fn pending(caller: &Caller) -> Option<Sealed<PendingSignIn>> {
    Sealed::from_text(caller.pending.as_deref()?).ok()
}

/// What stands beside the field; other failures are pages of their own.
fn what_is_wrong(error: Error<SignInRefusal>) -> Result<&'static str, Failure> {
    match error {
        Error::MalformedCode(_) => Ok(MALFORMED),
        Error::MalformedRecoveryCode(_) => Ok(MALFORMED_RECOVERY),
        Error::Refused(SignInRefusal::Code(refusal)) => refused(refusal),
        Error::Refused(SignInRefusal::Recovery(refusal)) => match refusal {
            RecoveryRefusal::Throttled { retry_after } => Err(Failure::Throttled(retry_after)),
            refusal => Ok(refusal.user_text()),
        },
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
    wrong: Wrong<'_>,
    next: &Place,
    caller: &Caller,
    visitor: &Visitor,
    app: &App,
) -> Result<Response, Failure> {
    let step = app.mfa().pending_sign_in(token, &caller.request).await?;
    let status = if wrong.is_any() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    let view = View::of_visitor(caller.notice);
    let page = second_step::page(&view, &visitor.token(app), next, &step, wrong);
    // The sign-in token's cookie may be gone, and the key's options need one.
    let binding = script::binding(step.cookie());
    Ok(visitor
        .greet((status, page).into_response(), app)
        .with_cookie(binding))
}
