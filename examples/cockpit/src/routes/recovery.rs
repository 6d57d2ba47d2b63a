//! Recovery codes.

use axum::extract::State;
use axum::response::IntoResponse as _;

use super::Answer;
use crate::failure::Failure;
use crate::forms::{NoFields, Posted};
use crate::notice::Notice;
use crate::pages::recovery;
use crate::place::Place;
use crate::redirect::go_to_with;
use crate::session::{Limited, Member};
use crate::state::App;

pub(super) async fn show(State(app): State<App>, member: Member) -> Answer {
    member.require_fresh(Place::Recovery, &app).await?;
    let status = app
        .mfa()
        .status(&member.grant, &member.caller.request)
        .await?;
    Ok(recovery::overview(&member.view(&app), status.recovery.as_ref()).into_response())
}

/// The answer to the form shows them: a page of its own would have to know them.
pub(super) async fn make(State(app): State<App>, member: Member, posted: Posted) -> Answer {
    let NoFields {} = posted.open(&member.owner(), &app)?;
    let codes = app
        .mfa()
        .make_recovery_codes(&member.grant, &member.caller.request)
        .await
        .map_err(|error| Failure::from(error).on_the_way_to(Place::Recovery))?;
    Ok(recovery::codes(&member.view(&app), &codes).into_response())
}

pub(super) async fn saved(
    State(app): State<App>,
    Limited(member): Limited,
    posted: Posted,
) -> Answer {
    let NoFields {} = posted.open(&member.owner(), &app)?;
    app.mfa()
        .acknowledge_recovery_codes(&member.grant, &member.caller.request)
        .await?;
    Ok(go_to_with(&Place::Parameters, Notice::CodesSaved, &app))
}
