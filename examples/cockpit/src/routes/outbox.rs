//! The letters that nobody sent, on the computer where the application is tried out.

use axum::extract::State;
use axum::response::IntoResponse as _;

use super::Answer;
use crate::failure::Failure;
use crate::pages::outbox;
use crate::session::MaybeMember;
use crate::state::App;

pub(super) async fn show(
    State(app): State<App>,
    MaybeMember(member): MaybeMember,
    caller: crate::caller::Caller,
) -> Answer {
    let folder = app.outbox().ok_or(Failure::NotFound)?;
    let letters = folder
        .letters()
        .await
        .map_err(|error| Failure::internal(&error))?;
    let view = member.map_or_else(
        || crate::pages::View::of_visitor(caller.notice),
        |member| member.view(&app),
    );
    Ok(outbox::page(&view, folder.path(), &letters).into_response())
}
