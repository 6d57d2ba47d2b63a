//! What a session may do that is not a full one yet.

use maud::{Markup, html};
use mfakit::{DeviceView, Status};

use super::layout::{State, View, Width};
use super::parts::{alert, form};
use super::time::time;

const REVIEW: &str = "Review your devices";
const SET_UP: &str = "Set up a new device";

/// After a recovery code.
pub(crate) fn review(view: &View, status: &Status, error: Option<&str>) -> Markup {
    let content = html! {
        section.card {
            h1 { (REVIEW) }
            @if let Some(text) = error { (alert(text)) }
            p { "You have signed in with a recovery code. Before you go on, say which of your devices you have lost: "
                "they will be deleted. At least one that you still have must be left, so set up a new one first if "
                "you have none." }
            (set_up())
            (form("/review", view.token(), &html! {
                fieldset {
                    legend { "Which of them have you lost?" }
                    @for device in &status.devices { (lost(device)) }
                }
                p { "You will get new recovery codes. The old ones are void then, and all your other sessions end." }
                button.primary type="submit" { "Go on" }
            }))
        }
    };
    view.page(REVIEW, Width::Narrow, State::of(error.is_some()), &content)
}

fn lost(device: &DeviceView) -> Markup {
    html! {
        label.check {
            input type="checkbox" name={ "lost-" (device.id) } value="yes";
            span {
                strong { (device.name) } ", added on " (time(device.added))
                @if device.suspended.is_some() { " " span.tag { "Suspended" } }
            }
        }
    }
}

fn set_up() -> Markup {
    html! {
        div.actions {
            a.button href="/authentication/keys/new" { "Set up a security key" }
            a.button href="/authentication/applications/new" { "Set up an authentication application" }
        }
    }
}

/// After a support reset, or where the service demands a device.
pub(crate) fn set_up_first(view: &View, status: &Status) -> Markup {
    let content = html! {
        section.card {
            h1 { (SET_UP) }
            @if status.reset.is_some() {
                p { "You have signed in with a code from support. Set up a new device now: all your old devices, your "
                    "recovery codes and your other sessions go with it." }
            } @else {
                p { "Before you go on, set up a device to sign in with. It is asked for besides your password from "
                    "then on." }
            }
            (set_up())
        }
    };
    view.page(SET_UP, Width::Narrow, State::Fine, &content)
}
