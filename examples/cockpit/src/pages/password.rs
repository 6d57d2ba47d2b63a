//! Changing the password.

use maud::{Markup, html};

use super::layout::{State, View, Width};
use super::parts::{Field, form};

const TITLE: &str = "Change your password";

/// What is wrong with the two passwords.
#[derive(Clone, Copy, Default)]
pub(crate) struct Changing {
    pub(crate) current_error: Option<&'static str>,
    pub(crate) new_error: Option<&'static str>,
}

pub(crate) fn page(view: &View, shown: Changing) -> Markup {
    let has_error = shown.current_error.is_some() || shown.new_error.is_some();
    let fields = html! {
        // Lets password managers find the entry.
        input.visually-hidden type="text" name="username" autocomplete="username"
            value=(view.name()) readonly tabindex="-1" aria-hidden="true";
        (Field {
            name: "current",
            label: "Current password",
            kind: "password",
            autocomplete: "current-password",
            error: shown.current_error,
            focus: !has_error,
            ..Field::default()
        }.render())
        (Field {
            name: "password",
            label: "New password",
            kind: "password",
            autocomplete: "new-password",
            hint: "8 to 128 characters; a few random words are a good choice.",
            error: shown.new_error,
            ..Field::default()
        }.render())
        div.actions {
            button.primary type="submit" { "Change" }
            a.button href="/authentication" { "Cancel" }
        }
    };
    let content = html! {
        section.card {
            h1 { (TITLE) }
            p { "All your other sessions will end. This one goes on, and your devices stay as they are." }
            (form("/authentication/password", view.token(), &fields))
        }
    };
    view.page(TITLE, Width::Narrow, State::of(has_error), &content)
}
