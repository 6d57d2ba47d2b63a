//! *Authentication parameters*.

use axum::extract::State;
use axum::response::IntoResponse as _;

use super::Answer;
use crate::pages::parameters;
use crate::session::Member;
use crate::state::App;

pub(super) async fn show(State(app): State<App>, member: Member) -> Answer {
    let status = member.status(&app).await?;
    Ok(parameters::page(&member.view(&app), &status, app.relying_party()).into_response())
}
