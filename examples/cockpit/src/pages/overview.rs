//! The page after signing in.

use maud::{Markup, html};
use mfakit::Status;

use super::layout::{State, View, Width};

pub(crate) fn page(view: &View, status: &Status) -> Markup {
    let content = html! {
        h1 { "Hello, " (view.name()) }
        div.tiles {
            section.card {
                h2 { "Multi-factor authentication" }
                @match status.devices.as_slice() {
                    [] => {
                        p.status.off { span.mark aria-hidden="true" { "!" } "Off" }
                        p { "Whoever learns your password can sign in to this account." }
                    }
                    [device] => {
                        p.status.on { span.mark aria-hidden="true" { "✓" } "On" }
                        p { "One device is set up: " strong { (device.name) } "." }
                    }
                    devices => {
                        p.status.on { span.mark aria-hidden="true" { "✓" } "On" }
                        p { (devices.len()) " devices are set up." }
                    }
                }
                p { a href="/authentication" { "Authentication parameters" } }
            }
            section.card {
                h2 { "Activity" }
                p { "See when and from where somebody signed in to this account, and what was changed." }
                p { a href="/activity" { "Activity of this account" } }
            }
        }
    };
    view.page("Overview", Width::Wide, State::Fine, &content)
}
