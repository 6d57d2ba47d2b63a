//! What happened to the account.

use maud::{Markup, html};

use super::layout::{State, View, Width};
use super::time::time;
use crate::agent::browser;
use crate::db::ActivityRow;

/// An entry with the name of its device.
pub(crate) struct Entry {
    pub(crate) row: ActivityRow,
    pub(crate) device: Option<String>,
}

pub(crate) fn page(view: &View, entries: &[Entry]) -> Markup {
    let content = html! {
        h1 { "Activity" }
        section.card {
            p { "The latest first. If there is anything that was not you, change your password, and delete the "
                "devices that you do not know." }
            @if entries.is_empty() {
                p { "Nothing has happened yet." }
            } @else {
                ol.activity { @for entry in entries { (item(entry)) } }
            }
        }
    };
    view.page("Activity", Width::Wide, State::Fine, &content)
}

fn item(entry: &Entry) -> Markup {
    let Entry { row, device } = entry;
    html! {
        li .alert[row.alert] {
            p.what {
                @if row.alert { span.mark role="img" aria-label="Important:" { "!" } " " }
                (row.sentence)
                @if let Some(device) = device { " of " strong { (device) } }
                @if row.count > 1 { span.times { (row.count) " times" } }
            }
            p.when {
                @if row.count > 1 && row.first_at != row.last_at {
                    "From " (time(row.first_at)) " to " (time(row.last_at))
                } @else {
                    (time(row.last_at))
                }
                @if let Some(address) = &row.address { " · from " (address) }
                @if let Some(agent) = &row.agent { " · " (browser(agent)) }
            }
        }
    }
}
