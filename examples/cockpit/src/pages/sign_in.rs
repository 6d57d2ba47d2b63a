//! The first step of a sign-in.

use maud::{Markup, html};
use mfakit::webauthn::Signal;

use super::layout::{State, View, Width};
use super::parts::{Field, alert, autofill_ceremony, form, signal, status};
use crate::place::Place;

/// One sentence, whether or not there is such a user.
pub(crate) const REFUSED: &str =
    "The user name or the password is not right. Check both and try again.";

/// What the form shows when it comes back.
#[derive(Default)]
pub(crate) struct SignIn<'a> {
    pub(crate) username: &'a str,
    pub(crate) refused: bool,
    pub(crate) passkey_error: Option<&'a str>,
    /// The details of a passkey that nobody knows any more, for the browser.
    pub(crate) unknown: Option<&'a Signal>,
}

pub(crate) fn page(view: &View, token: &str, next: &Place, shown: &SignIn<'_>) -> Markup {
    let error = shown.refused.then_some(REFUSED);
    let has_error = shown.refused || shown.passkey_error.is_some();
    let fields = html! {
        input type="hidden" name="next" value=(next);
        (Field {
            name: "username",
            label: "User name",
            // The browser's suggestions include passkeys.
            autocomplete: "username webauthn",
            value: shown.username,
            focus: !has_error,
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
            @if let Some(text) = shown.passkey_error { (alert(text)) }
            @if let Some(told) = shown.unknown { (signal(told)) }
            (form("/sign-in", token, &fields))
            p.or { "or" }
            (autofill_ceremony("/sign-in/passkey", token, &html! {
                input type="hidden" name="next" value=(next);
                button type="submit" hidden data-webauthn-needed { "Sign in with a passkey" }
                (status())
            }))
        }
        p.aside { "No account yet? " a href="/account/new" { "Create an account" } }
    };
    view.page("Sign in", Width::Narrow, State::of(has_error), &content)
}
