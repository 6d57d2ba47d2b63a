//! Addresses that browsers look for by themselves.

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse as _;

use super::Answer;
use crate::state::App;

/// Which other origins may use the passkeys of this one: WebAuthn Level 3, section 5.11.
pub(super) async fn webauthn(State(app): State<App>) -> Answer {
    let json = app.relying_party().related_origins_json();
    Ok(([(CONTENT_TYPE, "application/json")], json).into_response())
}
