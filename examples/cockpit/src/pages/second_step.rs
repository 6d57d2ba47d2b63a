//! The second step of a sign-in.

use maud::{Markup, html};
use mfakit::DeviceView;

use super::layout::{State, View, Width};
use super::parts::{code_field, form};
use crate::place::Place;

pub(crate) fn page(
    view: &View,
    token: &str,
    next: &Place,
    devices: &[DeviceView],
    error: Option<&str>,
) -> Markup {
    let fields = html! {
        input type="hidden" name="next" value=(next);
        (code_field(error, "", true))
        button.primary type="submit" { "Connect" }
    };
    let content = html! {
        section.card {
            p.step { "Step 2 of 2" }
            h1 { "Enter a one-time password" }
            @match devices {
                [device] => { p { "Open the application on " strong { (device.name) } "." } }
                devices => {
                    p { "Open the application on one of your devices; any of them will do:" }
                    ul.names { @for device in devices { li { (device.name) } } }
                }
            }
            (form("/sign-in/code", token, &fields))
            details.help {
                summary { "I do not have any of these devices" }
                (lost_device())
            }
        }
        p.aside { a href="/sign-in" { "Sign in as somebody else" } }
    };
    view.page(
        "Enter a one-time password",
        Width::Narrow,
        State::of(error.is_some()),
        &content,
    )
}

/// What to do about a device that is gone.
pub(super) fn lost_device() -> Markup {
    html! {
        p { "If you have lost one of several devices, sign in with another one. Then delete the lost "
            "device and set up a new one." }
        p { "If you have lost your only device, nobody can sign in to this account, and that includes "
            "you. Contact Support, who will find out who you are before they help." }
    }
}
