//! Support: a code for a user who has lost everything.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use mfakit::{Error, ManageRefusal};
use serde::Deserialize;

use super::Answer;
use crate::failure::Failure;
use crate::forms::Posted;
use crate::pages::operator::{self, Reset};
use crate::place::Place;
use crate::session::Member;
use crate::state::App;
use crate::user_name::UserName;

pub(super) async fn show(State(app): State<App>, member: Member) -> Answer {
    only_operators(&member, &app)?;
    member.require_fresh(Place::Operator, &app).await?;
    Ok(operator::page(&member.view(&app), &Reset::default()).into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    username: String,
    reason: String,
}

pub(super) async fn reset(State(app): State<App>, member: Member, posted: Posted) -> Answer {
    let Form { username, reason } = posted.open(&member.owner(), &app)?;
    only_operators(&member, &app)?;
    let refuse = |username_error, reason_error| {
        let shown = Reset {
            username: &username,
            username_error,
            reason: &reason,
            reason_error,
        };
        let page = operator::page(&member.view(&app), &shown);
        Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
    };
    let reason = reason.trim();
    if reason.is_empty() {
        return refuse(None, Some("Say why."));
    }
    let user = match UserName::parse(&username) {
        Ok(name) => app.db().user_by_name(&name).await?,
        Err(_) => None,
    };
    let Some(user) = user else {
        return refuse(Some("There is no such user."), None);
    };
    let request = &member.caller.request;
    match app
        .mfa()
        .issue_reset(&member.grant, user.id, reason, request)
        .await
    {
        Ok(ticket) => Ok(operator::issued(&member.view(&app), &user.name, &ticket).into_response()),
        Err(Error::Refused(ManageRefusal::OwnRecord)) => {
            refuse(Some("This is you. Ask another operator."), None)
        }
        Err(Error::Refused(ManageRefusal::NotEnrolled)) => refuse(
            Some("Multi-factor authentication of this user is off: the password is enough."),
            None,
        ),
        Err(error) => Err(Failure::from(error).on_the_way_to(Place::Operator)),
    }
}

/// To everybody else the page does not exist.
fn only_operators(member: &Member, app: &App) -> Result<(), Failure> {
    if app.is_operator(&member.name) {
        Ok(())
    } else {
        Err(Failure::NotFound)
    }
}
