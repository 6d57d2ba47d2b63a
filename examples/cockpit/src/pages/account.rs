//! Creating an account.

use maud::{Markup, html};

use super::layout::{State, View, Width};
use super::parts::{Field, form};

/// What the form shows when it comes back.
#[derive(Default)]
pub(crate) struct NewAccount<'a> {
    pub(crate) username: &'a str,
    pub(crate) username_error: Option<&'a str>,
    pub(crate) password_error: Option<&'a str>,
}

pub(crate) fn page(view: &View, token: &str, shown: &NewAccount<'_>) -> Markup {
    let has_error = shown.username_error.is_some() || shown.password_error.is_some();
    let fields = html! {
        (Field {
            name: "username",
            label: "User name",
            autocomplete: "username",
            hint: "1 to 32 letters, digits and . - _ @",
            value: shown.username,
            error: shown.username_error,
            focus: !has_error,
            ..Field::default()
        }.render())
        (Field {
            name: "password",
            label: "Password",
            kind: "password",
            autocomplete: "new-password",
            hint: "8 to 128 characters; a few random words are a good choice.",
            error: shown.password_error,
            ..Field::default()
        }.render())
        button.primary type="submit" { "Create an account" }
    };
    let content = html! {
        section.card {
            h1 { "Create an account" }
            (form("/account/new", token, &fields))
        }
        p.aside { "You have an account? " a href="/sign-in" { "Sign in" } }
    };
    view.page(
        "Create an account",
        Width::Narrow,
        State::of(has_error),
        &content,
    )
}
