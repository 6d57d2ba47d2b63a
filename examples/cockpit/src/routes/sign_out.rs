//! Signing out.

use axum::extract::State;

use super::Answer;
use crate::forms::{NoFields, Posted};
use crate::notice::Notice;
use crate::redirect::see_other_with;
use crate::session::Limited;
use crate::state::App;

pub(super) async fn submit(
    State(app): State<App>,
    Limited(member): Limited,
    posted: Posted,
) -> Answer {
    let NoFields {} = posted.open(&member.owner(), &app)?;
    member
        .close(see_other_with("/sign-in", Notice::SignedOut, &app), &app)
        .await
}
