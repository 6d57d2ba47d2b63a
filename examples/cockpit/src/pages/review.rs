//! What a session may do that is not a full one yet.

use maud::{Markup, html};

use super::layout::{State, View, Width};

const SET_UP: &str = "Set up a new device";

fn set_up() -> Markup {
    html! {
        div.actions {
            a.button href="/authentication/keys/new" { "Set up a security key" }
            a.button href="/authentication/applications/new" { "Set up an authentication application" }
        }
    }
}

/// After a support reset, or where the service demands a device.
pub(crate) fn set_up_first(view: &View) -> Markup {
    let content = html! {
        section.card {
            h1 { (SET_UP) }
            p { "Before you go on, set up a device to sign in with. It is asked for besides your password from then "
                "on." }
            (set_up())
        }
    };
    view.page(SET_UP, Width::Narrow, State::Fine, &content)
}
