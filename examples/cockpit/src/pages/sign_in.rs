//! The first step of a sign-in.

use maud::{Markup, html};

use super::layout::{State, View, Width};
use super::parts::{Field, form};
use crate::place::Place;

/// One sentence, whether or not there is such a user.
pub(crate) const REFUSED: &str =
    "The user name or the password is not right. Check both and try again.";

/// What the form shows when it comes back.
#[derive(Default)]
pub(crate) struct SignIn<'a> {
    pub(crate) username: &'a str,
    pub(crate) refused: bool,
}

pub(crate) fn page(view: &View, token: &str, next: &Place, shown: &SignIn<'_>) -> Markup {
    let error = shown.refused.then_some(REFUSED);
    let fields = html! {
        input type="hidden" name="next" value=(next);
        (Field {
            name: "username",
            label: "User name",
            autocomplete: "username",
            value: shown.username,
            focus: !shown.refused,
            ..Field::default()
        }.render())
        (Field {
            name: "password",
            label: "Password",
            kind: "password",
            autocomplete: "current-password",
            error,
            ..Field::default()
        }.render())
        button.primary type="submit" { "Sign in" }
    };
    let content = html! {
        section.card {
            h1 { "Sign in" }
            (form("/sign-in", token, &fields))
        }
        p.aside { "No account yet? " a href="/account/new" { "Create an account" } }
    };
    view.page("Sign in", Width::Narrow, State::of(shown.refused), &content)
}
