//! What operators do for users who have lost everything.

use maud::{Markup, html};
use mfakit::ResetTicket;

use super::layout::{State, View, Width};
use super::parts::{Field, form};
use super::time::time;

const TITLE: &str = "Help a user";

/// What the form shows when it comes back.
#[derive(Default)]
pub(crate) struct Reset<'a> {
    pub(crate) username: &'a str,
    pub(crate) username_error: Option<&'a str>,
    pub(crate) reason: &'a str,
    pub(crate) reason_error: Option<&'a str>,
}

pub(crate) fn page(view: &View, shown: &Reset<'_>) -> Markup {
    let has_error = shown.username_error.is_some() || shown.reason_error.is_some();
    let content = html! {
        section.card {
            h1 { (TITLE) }
            p { "For a user who has lost all devices and has no recovery code. Find out who it is before you go on: "
                "whoever has the code that you get here, and the password, is this user from then on." }
            ul.steps {
                li { "The code is shown once and works for an hour. Tell it to the user yourself." }
                li { "Nothing is deleted before the user has set up a new device with it." }
                li { "The user is told by mail, and can cancel it. Your reason is kept." }
            }
            (form("/operator", view.token(), &html! {
                (Field {
                    name: "username",
                    label: "User name",
                    autocomplete: "off",
                    value: shown.username,
                    error: shown.username_error,
                    focus: !has_error,
                    ..Field::default()
                }.render())
                (Field {
                    name: "reason",
                    label: "Reason",
                    autocomplete: "off",
                    hint: "Such as the number of the request, and how you know who it is.",
                    value: shown.reason,
                    error: shown.reason_error,
                    ..Field::default()
                }.render())
                button.primary type="submit" { "Issue a code" }
            }))
        }
    };
    view.page(TITLE, Width::Narrow, State::of(has_error), &content)
}

/// The code, this once.
pub(crate) fn issued(view: &View, username: &str, ticket: &ResetTicket) -> Markup {
    let content = html! {
        section.card {
            h1 { (TITLE) }
            p { "The code for " strong { (username) } ":" }
            div.key { code #key { (ticket.code()) } }
            p { "It works until " (time(ticket.expires())) ". At sign-in, after the password, the user opens “I do not "
                "have any of these devices” and enters it as the code from support." }
            p { a.button href="/operator" { "Help another user" } }
        }
    };
    view.page(TITLE, Width::Narrow, State::Fine, &content)
}
