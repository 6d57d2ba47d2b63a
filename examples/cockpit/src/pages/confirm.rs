//! A fresh proof before a change.

use maud::{Markup, html};

use super::layout::{State, View, Width};
use super::parts::{Field, code_field, form};
use super::second_step::lost_device;
use crate::place::Place;

/// What the user is asked for.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(crate) enum Asked {
    /// While the second factor is on.
    Code,
    /// While it is off.
    Password,
}

pub(crate) fn page(view: &View, asked: Asked, next: &Place, error: Option<&str>) -> Markup {
    let fields = html! {
        input type="hidden" name="next" value=(next);
        @match asked {
            Asked::Code => { (code_field(error, "", true)) }
            Asked::Password => {
                // Lets password managers find the entry.
                input.visually-hidden type="text" name="username" autocomplete="username"
                    value=(view.name()) readonly tabindex="-1" aria-hidden="true";
                (Field {
                    name: "password",
                    label: "Password",
                    kind: "password",
                    autocomplete: "current-password",
                    error,
                    focus: true,
                    ..Field::default()
                }.render())
            }
        }
        div.actions {
            button.primary type="submit" { "Continue" }
            a.button href="/authentication" { "Cancel" }
        }
    };
    let content = html! {
        section.card {
            h1 { "Confirm that it is you" }
            p { "Before you change how your account is protected, "
                @match asked {
                    Asked::Code => "enter a code of one of your devices. Use a new one: a code works only once."
                    Asked::Password => "enter your password again."
                }
            }
            (form("/confirm", view.token(), &fields))
            @if asked == Asked::Code {
                details.help { summary { "I do not have any of my devices" } (lost_device()) }
            }
        }
    };
    view.page(
        "Confirm that it is you",
        Width::Narrow,
        State::of(error.is_some()),
        &content,
    )
}
