//! A fresh proof before a change: a key or a code while the second factor is on, else the password.

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use mfakit::{Error, KeyAssertion, Kind, Level, Next, Requirement, StepUpRefusal};
use serde::Deserialize;
use zeroize::Zeroizing;

use super::Answer;
use super::second_step::{KeyForm, MALFORMED, refused};
use super::sign_in::{self, Way};
use crate::failure::{Failure, key_problem};
use crate::forms::Posted;
use crate::pages::confirm::{self, Asked, Wrong};
use crate::pages::sign_in::REFUSED;
use crate::place::Place;
use crate::redirect::go_to;
use crate::script;
use crate::session::Member;
use crate::state::App;

pub(super) async fn show(State(app): State<App>, member: Member, Query(way): Query<Way>) -> Answer {
    let asked = asked(&member, &app).await?;
    let page = confirm::page(&member.view(&app), asked, &way.next(), Wrong::default());
    Ok(page.into_response())
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
        Asked::Device { .. } => with_code(&form.code, &next, &member, &app).await,
        Asked::Password => with_password(form.password, &next, &member, &app).await,
    }
}

async fn asked(member: &Member, app: &App) -> Result<Asked, Failure> {
    let status = app
        .mfa()
        .status(&member.grant, &member.caller.request)
        .await?;
    if !status.is_on() {
        return Ok(Asked::Password);
    }
    let has = |kind| {
        let mut devices = status.devices.iter();
        devices.any(|device| device.kind == kind && device.suspended.is_none())
    };
    Ok(Asked::Device {
        has_key: has(Kind::WebAuthn),
        has_app: has(Kind::Totp),
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
    let wrong = Wrong {
        field: Some(error),
        ..Wrong::default()
    };
    again(wrong, next, member, app).await
}

async fn with_password(
    password: Zeroizing<String>,
    next: &Place,
    member: &Member,
    app: &App,
) -> Answer {
    let Some(user) = sign_in::verify(&member.name, password, &member.caller, app).await? else {
        let wrong = Wrong {
            field: Some(REFUSED),
            ..Wrong::default()
        };
        return again(wrong, next, member, app).await;
    };
    match app
        .mfa()
        .after_first_factor(user.id, &member.caller.request)
        .await?
    {
        Next::Granted(grant) | Next::Enroll(grant) => member.renew(&grant, go_to(next), app).await,
        // Turned on in another session a moment ago, which has ended this one.
        Next::SecondFactor(step) => Ok(sign_in::ask_second_factor(&step, next, app)),
        Next::Locked { retry_after } => Err(Failure::Locked(retry_after)),
        _ => Err(Failure::unexpected("an unknown way on after the password")),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Begin {
    #[serde(default)]
    next: String,
}

/// For the script: which keys the browser is to ask for.
pub(super) async fn key_options(State(app): State<App>, member: Member, posted: Posted) -> Answer {
    let Begin { next } = posted.open(&member.owner(), &app)?;
    let requirement = Requirement::level(Level::Aal2).within(app.mfa().profile().fresh);
    let key = app
        .mfa()
        .begin_step_up_webauthn(&member.grant, requirement, &member.caller.request)
        .await
        .map_err(|error| Failure::from(error).on_the_way_to(Place::or_home(&next)))?;
    script::request(&key)
}

pub(super) async fn with_key(State(app): State<App>, member: Member, posted: Posted) -> Answer {
    let form: KeyForm = posted.open(&member.owner(), &app)?;
    let next = Place::or_home(&form.next);
    let token = script::token::<KeyAssertion>(&form.webauthn_token)?;
    let (response, request) = (&form.webauthn_response, &member.caller.request);
    match app
        .mfa()
        .step_up_webauthn(&member.grant, &token, response, request)
        .await
    {
        Ok(grant) => member.renew(&grant, go_to(&next), &app).await,
        Err(refused) => {
            let wrong = Wrong {
                key: Some(key_problem(refused, next.clone())?),
                ..Wrong::default()
            };
            again(wrong, &next, &member, &app).await
        }
    }
}

async fn again(
    wrong: Wrong,
    next: &Place,
    member: &Member,
    app: &App,
) -> Result<Response, Failure> {
    let asked = asked(member, app).await?;
    let page = confirm::page(&member.view(app), asked, next, wrong);
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}
