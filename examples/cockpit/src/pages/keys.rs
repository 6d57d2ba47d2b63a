//! *Set up a security key*.

use maud::{Markup, html};

use super::layout::{State, View, Width};
use super::parts::{Field, alert, ceremony, status};
use crate::choice::Choice;

const TITLE: &str = "Set up a security key";

/// What the form shows when it comes back.
#[derive(Default)]
pub(crate) struct SetUp<'a> {
    pub(crate) choice: Choice,
    pub(crate) name: &'a str,
    pub(crate) name_error: Option<&'a str>,
    /// What the device or the library refused.
    pub(crate) error: Option<&'a str>,
}

pub(crate) fn page(view: &View, shown: &SetUp<'_>) -> Markup {
    let has_error = shown.name_error.is_some() || shown.error.is_some();
    let content = html! {
        section.card {
            h1 { (TITLE) }
            @if let Some(text) = shown.error { (alert(text)) }
            h2 { "Before you begin" }
            ul.steps {
                li { "Have the device at hand that you want to sign in with. You can set up as many as you like, "
                     "one after the other." }
                li { "Your browser will ask you to use it. Follow its instructions." }
                li { "Security keys do not work in Firefox on macOS. Use another browser there." }
            }
            (ceremony("create", "/authentication/keys/new", view.token(), &fields(shown)))
        }
    };
    view.page(TITLE, Width::Narrow, State::of(has_error), &content)
}

fn fields(shown: &SetUp<'_>) -> Markup {
    html! {
        fieldset {
            legend { "What do you want to use?" }
            @for choice in Choice::ALL {
                label.choice {
                    input type="radio" name="choice" value=(choice.value())
                        checked[choice == shown.choice];
                    span { strong { (choice.title()) } (choice.hint()) }
                }
            }
        }
        (Field {
            name: "name",
            label: "Device name",
            autocomplete: "off",
            optional: true,
            hint: "To tell your devices apart, for example “Blue key”.",
            value: shown.name,
            error: shown.name_error,
            ..Field::default()
        }.render())
        div.actions {
            button.primary type="submit" hidden data-webauthn-needed { "Set up" }
            a.button href="/authentication" { "Cancel" }
        }
        (status())
    }
}
