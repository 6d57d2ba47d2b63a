//! Calling off a reset that support has begun: from the letter about it, or signed in.

use axum::extract::{Query, State};
use axum::response::IntoResponse as _;
use mfakit::{ResetCancellation, Sealed};
use serde::Deserialize;

use super::Answer;
use crate::caller::{Caller, Visitor};
use crate::failure::Failure;
use crate::forms::{NoFields, Posted};
use crate::notice::Notice;
use crate::pages::{View, reset};
use crate::place::Place;
use crate::redirect::{go_to_with, see_other_with};
use crate::session::Member;
use crate::state::App;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Cancellation {
    token: String,
}

impl Cancellation {
    fn token(&self) -> Result<Sealed<ResetCancellation>, Failure> {
        Sealed::from_text(&self.token).map_err(|_| Failure::NotFound)
    }
}

/// Programs that look at letters follow links: opening it changes nothing.
pub(super) async fn ask(
    State(app): State<App>,
    caller: Caller,
    visitor: Visitor,
    Query(cancellation): Query<Cancellation>,
) -> Answer {
    cancellation.token()?;
    let view = View::of_visitor(caller.notice);
    let page = reset::cancel(&view, &visitor.token(&app), &cancellation.token);
    Ok(visitor.greet(page.into_response(), &app))
}

pub(super) async fn cancel(
    State(app): State<App>,
    caller: Caller,
    visitor: Visitor,
    posted: Posted,
) -> Answer {
    let cancellation: Cancellation = posted.open(&visitor.owner(), &app)?;
    let token = cancellation.token()?;
    let canceled = app.mfa().cancel_reset(&token, &caller.request).await?;
    let notice = if canceled {
        Notice::ResetCanceled
    } else {
        Notice::NoReset
    };
    Ok(see_other_with("/sign-in", notice, &app))
}

pub(super) async fn withdraw(State(app): State<App>, member: Member, posted: Posted) -> Answer {
    let NoFields {} = posted.open(&member.owner(), &app)?;
    let withdrawn = app
        .mfa()
        .withdraw_reset(&member.grant, &member.caller.request)
        .await
        .map_err(|error| Failure::from(error).on_the_way_to(Place::Parameters))?;
    let notice = if withdrawn {
        Notice::ResetCanceled
    } else {
        Notice::NoReset
    };
    Ok(go_to_with(&Place::Parameters, notice, &app))
}
