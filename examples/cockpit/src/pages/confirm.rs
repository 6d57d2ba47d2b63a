//! A fresh proof before a change.

use maud::{Markup, html};

use super::layout::{State, View, Width};
use super::parts::{Field, alert, ceremony, code_field, form, status};
use super::second_step::lost_device;
use crate::place::Place;

/// What the user is asked for.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(crate) enum Asked {
    /// While the second factor is on: one of the two kinds that the user has.
    Device { has_key: bool, has_app: bool },
    /// While it is off.
    Password,
}

/// What is wrong, and with what.
#[derive(Clone, Copy, Default)]
pub(crate) struct Wrong {
    pub(crate) key: Option<&'static str>,
    /// The code or the password.
    pub(crate) field: Option<&'static str>,
}

const TITLE: &str = "Confirm that it is you";

pub(crate) fn page(view: &View, asked: Asked, next: &Place, wrong: Wrong) -> Markup {
    let content = html! {
        section.card {
            h1 { (TITLE) }
            p { "Before you change how your account is protected, "
                @match asked {
                    Asked::Device { has_key: true, has_app: true } => "use one of your devices."
                    Asked::Device { has_key: true, has_app: false } => "use your security key."
                    Asked::Device { .. } => {
                        "enter a code of one of your devices. Use a new one: a code works only once."
                    }
                    Asked::Password => "enter your password again."
                }
            }
            @match asked {
                Asked::Device { has_key, has_app } => {
                    @if has_key { div.method { (with_key(view, next, wrong.key)) } }
                    @if has_app { div.method { (with_code(view, next, wrong.field, !has_key)) } }
                    details.help { summary { "I do not have any of my devices" } (lost_device()) }
                }
                Asked::Password => { (with_password(view, next, wrong.field)) }
            }
            p { a.button href="/authentication" { "Cancel" } }
        }
    };
    let has_error = wrong.key.is_some() || wrong.field.is_some();
    view.page(TITLE, Width::Narrow, State::of(has_error), &content)
}

fn with_key(view: &View, next: &Place, error: Option<&str>) -> Markup {
    html! {
        @if let Some(text) = error { (alert(text)) }
        (ceremony("get", "/confirm/key", view.token(), &html! {
            input type="hidden" name="next" value=(next);
            button.primary type="submit" hidden data-webauthn-needed { "Use a security key" }
            (status())
        }))
    }
}

fn with_code(view: &View, next: &Place, error: Option<&str>, focus: bool) -> Markup {
    form(
        "/confirm",
        view.token(),
        &html! {
            input type="hidden" name="next" value=(next);
            (code_field(error, "", focus))
            button.primary type="submit" { "Continue" }
        },
    )
}

fn with_password(view: &View, next: &Place, error: Option<&str>) -> Markup {
    form(
        "/confirm",
        view.token(),
        &html! {
            input type="hidden" name="next" value=(next);
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
            button.primary type="submit" { "Continue" }
        },
    )
}
