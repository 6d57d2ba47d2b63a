//! What happened to the account.

use std::collections::HashMap;

use axum::extract::State;
use axum::response::IntoResponse as _;

use super::Answer;
use crate::pages::activity::{self, Entry};
use crate::session::Member;
use crate::state::App;

pub(super) async fn show(State(app): State<App>, member: Member) -> Answer {
    let status = app
        .mfa()
        .status(&member.grant, &member.caller.request)
        .await?;
    // Names as they are now, and as they were when the device went.
    let removed = status
        .removed
        .iter()
        .map(|device| (device.id(), device.name().to_string()));
    let present = status
        .devices
        .iter()
        .map(|device| (device.id, device.name.to_string()));
    let names: HashMap<_, _> = removed.chain(present).collect();

    let rows = app.db().activity(member.grant.user()).await?;
    let entries: Vec<Entry> = rows
        .into_iter()
        .map(|row| Entry {
            device: row.device.and_then(|id| names.get(&id).cloned()),
            row,
        })
        .collect();
    Ok(activity::page(&member.view(&app), &entries).into_response())
}
