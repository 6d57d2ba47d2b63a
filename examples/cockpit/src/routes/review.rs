//! What comes first in a session that is not a full one yet.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use mfakit::{DeviceId, Error, ManageRefusal, Scope};

use super::Answer;
use crate::failure::Failure;
use crate::forms::Posted;
use crate::pages::{recovery, review};
use crate::place::Place;
use crate::redirect::go_to;
use crate::session::{Limited, Member};
use crate::state::App;

const NONE_LEFT: &str =
    "At least one device that you still have must be left. Set up a new one first.";

pub(super) async fn show(State(app): State<App>, Limited(member): Limited) -> Answer {
    match member.grant.scope() {
        Scope::Review => page(None, &member, &app).await,
        _ => Ok(go_to(&Place::Home)),
    }
}

pub(super) async fn set_up(State(app): State<App>, Limited(member): Limited) -> Answer {
    match member.grant.scope() {
        Scope::SetUp => {
            let status = member.status(&app).await?;
            Ok(review::set_up_first(&member.view(&app), &status).into_response())
        }
        _ => Ok(go_to(&Place::Home)),
    }
}

pub(super) async fn finish(
    State(app): State<App>,
    Limited(member): Limited,
    posted: Posted,
) -> Answer {
    let fields: BTreeMap<String, String> = posted.open(&member.owner(), &app)?;
    let lost = fields
        .keys()
        .map(|field| field.strip_prefix("lost-")?.parse().ok())
        .collect::<Option<Vec<DeviceId>>>()
        .ok_or(Failure::BadForm)?;
    let request = &member.caller.request;
    match app.mfa().finish_review(&member.grant, &lost, request).await {
        Ok(reviewed) => {
            let page = recovery::codes(&member.view(&app), &reviewed.codes);
            match &reviewed.grant {
                Some(grant) => member.renew(grant, page.into_response(), &app).await,
                // The key that the service has used is still to be shown: they sign in with it.
                None => member.close(page.into_response(), &app).await,
            }
        }
        Err(Error::Refused(ManageRefusal::LastDevice)) => {
            page(Some(NONE_LEFT), &member, &app).await
        }
        Err(error) => Err(Failure::from(error).on_the_way_to(Place::Review)),
    }
}

async fn page(error: Option<&str>, member: &Member, app: &App) -> Result<Response, Failure> {
    let status = member.status(app).await?;
    let code = if error.is_some() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    Ok((code, review::review(&member.view(app), &status, error)).into_response())
}
