//! A fresh proof before a change: a code while the second factor is on, else the password.

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use mfakit::{Error, Next, StepUpRefusal};
use serde::Deserialize;
use zeroize::Zeroizing;

use super::Answer;
use super::second_step::{MALFORMED, refused};
use super::sign_in::{self, Way};
use crate::failure::Failure;
use crate::forms::Posted;
use crate::pages::confirm::{self, Asked};
use crate::pages::sign_in::REFUSED;
use crate::place::Place;
use crate::redirect::go_to;
use crate::session::Member;
use crate::state::App;

pub(super) async fn show(State(app): State<App>, member: Member, Query(way): Query<Way>) -> Answer {
    let asked = asked(&member, &app).await?;
    Ok(confirm::page(&member.view(&app), asked, &way.next(), None).into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    #[serde(default)]
    code: Zeroizing<String>,
    #[serde(default)]
    password: Zeroizing<String>,
    /// For the browser's password manager alone; the session says who it is.
    #[serde(default, rename = "username")]
    _username: String,
    #[serde(default)]
    next: String,
}

pub(super) async fn submit(State(app): State<App>, member: Member, posted: Posted) -> Answer {
    let form: Form = posted.open(&member.owner(), &app)?;
    let next = Place::or_home(&form.next);
    match asked(&member, &app).await? {
        Asked::Code => with_code(&form.code, &next, &member, &app).await,
        Asked::Password => with_password(form.password, &next, &member, &app).await,
    }
}

async fn asked(member: &Member, app: &App) -> Result<Asked, Failure> {
    let status = app
        .mfa()
        .status(&member.grant, &member.caller.request)
        .await?;
    Ok(if status.is_on() {
        Asked::Code
    } else {
        Asked::Password
    })
}

async fn with_code(code: &str, next: &Place, member: &Member, app: &App) -> Answer {
    let error = match app
        .mfa()
        .step_up_totp(&member.grant, code, &member.caller.request)
        .await
    {
        Ok(grant) => return member.renew(&grant, go_to(next), app).await,
        Err(Error::MalformedCode(_)) => MALFORMED,
        Err(Error::Refused(StepUpRefusal::Code(refusal))) => refused(refusal)?,
        Err(error) => return Err(error.into()),
    };
    Ok(again(Asked::Code, error, next, member, app))
}

async fn with_password(
    password: Zeroizing<String>,
    next: &Place,
    member: &Member,
    app: &App,
) -> Answer {
    let Some(user) = sign_in::verify(&member.name, password, &member.caller, app).await? else {
        return Ok(again(Asked::Password, REFUSED, next, member, app));
    };
    match app
        .mfa()
        .after_first_factor(user.id, &member.caller.request)
        .await?
    {
        Next::Granted(grant) => member.renew(&grant, go_to(next), app).await,
        // Turned on in another session a moment ago, which has ended this one.
        Next::SecondFactor(step) => Ok(sign_in::ask_second_factor(&step, next, app)),
        Next::Locked { retry_after } => Err(Failure::Locked(retry_after)),
        _ => Err(Failure::unexpected("an unknown way on after the password")),
    }
}

fn again(asked: Asked, error: &str, next: &Place, member: &Member, app: &App) -> Response {
    let page = confirm::page(&member.view(app), asked, next, Some(error));
    (StatusCode::UNPROCESSABLE_ENTITY, page).into_response()
}
