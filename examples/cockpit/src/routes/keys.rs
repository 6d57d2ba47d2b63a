//! Setting up a security key: any device that speaks WebAuthn.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use mfakit::{EnrollRefusal, Error, KeyRegistration};
use serde::Deserialize;

use super::Answer;
use super::setup::{NAME_TAKEN, name_text, optional_name};
use crate::choice::Choice;
use crate::cookies::WithCookie as _;
use crate::failure::{Failure, key_problem};
use crate::forms::Posted;
use crate::notice::Notice;
use crate::pages::keys::{self, SetUp};
use crate::place::Place;
use crate::redirect::go_to_with;
use crate::script;
use crate::session::{Limited, Member};
use crate::state::App;

const TAKEN: &str =
    "This security key is registered already. Use another one, or look for it among your devices.";

pub(super) async fn show(State(app): State<App>, Limited(member): Limited) -> Answer {
    member.require_fresh(Place::NewKey, &app).await?;
    Ok(keys::page(&member.view(&app), &SetUp::default()).into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Begin {
    choice: Choice,
    name: String,
}

/// For the script: what the browser is to ask the device.
pub(super) async fn options(
    State(app): State<App>,
    Limited(member): Limited,
    posted: Posted,
) -> Answer {
    let Begin { choice, name } = posted.open(&member.owner(), &app)?;
    // Before the user touches anything, what can be known to be wrong is said.
    if let Err(invalid) = optional_name(&name) {
        return Ok(script::problem(name_text(invalid)));
    }
    let (request, account) = (&member.caller.request, &member.name);
    let setup = app
        .mfa()
        .begin_webauthn(&member.grant, account, choice.key(), request)
        .await
        .map_err(|error| Failure::from(error).on_the_way_to(Place::NewKey))?;
    let options = script::options(&setup.options_json(), &setup.token().to_text())?;
    Ok(options.with_cookie(script::binding(setup.cookie())))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    choice: Choice,
    name: String,
    webauthn_token: String,
    webauthn_response: String,
}

pub(super) async fn finish(
    State(app): State<App>,
    Limited(member): Limited,
    posted: Posted,
) -> Answer {
    let Form {
        choice,
        name: typed,
        webauthn_token: token,
        webauthn_response: response,
    } = posted.open(&member.owner(), &app)?;
    let mut shown = SetUp {
        choice,
        name: &typed,
        ..SetUp::default()
    };
    let name = match optional_name(&typed) {
        Ok(name) => name,
        Err(invalid) => {
            shown.name_error = Some(name_text(invalid));
            return Ok(again(&shown, &member, &app));
        }
    };
    let token = script::token::<KeyRegistration>(&token)?;
    let request = &member.caller.request;
    let enrolled = match app
        .mfa()
        .confirm_webauthn(&member.grant, &token, &response, name, request)
        .await
    {
        Ok(enrolled) => enrolled,
        Err(Error::Refused(EnrollRefusal::NameTaken)) => {
            shown.name_error = Some(NAME_TAKEN);
            return Ok(again(&shown, &member, &app));
        }
        Err(Error::Refused(EnrollRefusal::Taken)) => {
            shown.error = Some(TAKEN);
            return Ok(again(&shown, &member, &app));
        }
        Err(error) => {
            shown.error = Some(key_problem(error, Place::NewKey)?);
            return Ok(again(&shown, &member, &app));
        }
    };
    let notice = if enrolled.first {
        Notice::EnabledByKey
    } else {
        Notice::DeviceAdded
    };
    let onward = go_to_with(&Member::after_set_up(&enrolled.grant), notice, &app);
    member.renew(&enrolled.grant, onward, &app).await
}

fn again(shown: &SetUp<'_>, member: &Member, app: &App) -> Response {
    let page = keys::page(&member.view(app), shown);
    (StatusCode::UNPROCESSABLE_ENTITY, page).into_response()
}
