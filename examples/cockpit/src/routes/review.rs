//! What comes first in a session that is not a full one yet.

use axum::extract::State;
use axum::response::IntoResponse as _;
use mfakit::Scope;

use super::Answer;
use crate::pages::review;
use crate::place::Place;
use crate::redirect::go_to;
use crate::session::Limited;
use crate::state::App;

pub(super) async fn set_up(State(app): State<App>, Limited(member): Limited) -> Answer {
    match member.grant.scope() {
        Scope::SetUp => Ok(review::set_up_first(&member.view(&app)).into_response()),
        _ => Ok(go_to(&Place::Home)),
    }
}
