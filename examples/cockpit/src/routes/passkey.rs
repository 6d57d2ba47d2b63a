//! *Sign in with a passkey*: no password, and no user name.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use mfakit::webauthn::Signal;
use mfakit::{KeyAssertion, Mediation};
use serde::Deserialize;

use super::Answer;
use super::second_step::KeyForm;
use crate::caller::{Caller, Visitor};
use crate::cookies::{Cookie, WithCookie as _};
use crate::failure::{is_unknown, key_problem};
use crate::forms::Posted;
use crate::pages::View;
use crate::pages::sign_in::{self, SignIn};
use crate::place::Place;
use crate::redirect::go_to;
use crate::script;
use crate::session;
use crate::state::App;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Begin {
    #[serde(default, rename = "next")]
    _next: String,
}

/// For the script: the browser may offer whatever passkeys it has. The same for the button and for
/// the suggestions of the field, between which only the script's call differs.
pub(super) async fn options(
    State(app): State<App>,
    caller: Caller,
    visitor: Visitor,
    posted: Posted,
) -> Answer {
    let Begin { .. } = posted.open(&visitor.owner(), &app)?;
    let key = app
        .mfa()
        .begin_passkey(Mediation::Button, &caller.request)
        .await?;
    script::request(&key)
}

pub(super) async fn submit(
    State(app): State<App>,
    caller: Caller,
    visitor: Visitor,
    posted: Posted,
) -> Answer {
    let form: KeyForm = posted.open(&visitor.owner(), &app)?;
    let next = Place::or_home(&form.next);
    let token = script::token::<KeyAssertion>(&form.webauthn_token)?;
    let response = &form.webauthn_response;
    let refused = match app
        .mfa()
        .verify_passkey(&token, response, &caller.request)
        .await
    {
        Ok(grant) => {
            let onward = go_to(&next).with_cookie(Cookie::Pending.clear(app.cookie_mode()));
            return session::open(&grant, &caller, onward, &app).await;
        }
        Err(refused) => refused,
    };
    let unknown = is_unknown(&refused)
        .then(|| script::unknown(response, &app))
        .flatten();
    let why = key_problem(refused, next.clone())?;
    Ok(first_step(why, unknown.as_ref(), &next, &visitor, &app))
}

/// The first step, with what was wrong with a key above it.
pub(super) fn first_step(
    why: &str,
    unknown: Option<&Signal>,
    next: &Place,
    visitor: &Visitor,
    app: &App,
) -> Response {
    let shown = SignIn {
        passkey_error: Some(why),
        unknown,
        ..SignIn::default()
    };
    let page = sign_in::page(&View::of_visitor(None), &visitor.token(app), next, &shown);
    let response = (StatusCode::UNPROCESSABLE_ENTITY, page).into_response();
    visitor.greet(response, app)
}
