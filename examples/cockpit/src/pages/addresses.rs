//! E-mail addresses that are told what happens to the account.

use maud::{Markup, html};

use super::layout::{State, View, Width};
use super::parts::{Field, form};

const ADD: &str = "Add an e-mail address";
const CONFIRM: &str = "Confirm your e-mail address";

pub(crate) fn add(view: &View, address: &str, error: Option<&str>) -> Markup {
    let content = html! {
        section.card {
            h1 { (ADD) }
            p { "It is told whenever something about your devices changes. Nobody can sign in with it." }
            (form("/authentication/addresses/new", view.token(), &html! {
                (Field {
                    name: "address",
                    label: "E-mail address",
                    kind: "email",
                    autocomplete: "email",
                    value: address,
                    error,
                    focus: true,
                    ..Field::default()
                }.render())
                div.actions {
                    button.primary type="submit" { "Send a code" }
                    a.button href="/authentication" { "Cancel" }
                }
            }))
        }
    };
    view.page(ADD, Width::Narrow, State::of(error.is_some()), &content)
}

pub(crate) fn confirm(view: &View, address: &str, error: Option<&str>) -> Markup {
    let content = html! {
        section.card {
            h1 { (CONFIRM) }
            p { "A code was sent to " strong { (address) } ". It is good for 15 minutes." }
            (form("/authentication/addresses/confirm", view.token(), &html! {
                (Field {
                    name: "code",
                    label: "Code",
                    autocomplete: "one-time-code",
                    hint: "As it is in the letter; spaces and hyphens do not matter.",
                    error,
                    focus: true,
                    ..Field::default()
                }.render())
                div.actions {
                    button.primary type="submit" { "Confirm" }
                    a.button href="/authentication" { "Cancel" }
                }
            }))
            details.help {
                summary { "No letter came" }
                p { "Look among the unwanted ones. A minute after the last one you can have another one sent: " }
                p { a.button href="/authentication/addresses/new" { "Send another code" } }
            }
        }
    };
    view.page(CONFIRM, Width::Narrow, State::of(error.is_some()), &content)
}
