//! Calling off a reset that support has begun.

use maud::{Markup, html};

use super::layout::{State, View, Width};
use super::parts::form;

const TITLE: &str = "Cancel the reset of your account";

pub(crate) fn cancel(view: &View, token: &str, cancellation: &str) -> Markup {
    let content = html! {
        section.card {
            h1 { (TITLE) }
            p { "Support has issued a code with which your devices can be replaced. If you did not ask for it, cancel it: "
                "the code is void then, and nothing has changed." }
            (form("/reset/cancel", token, &html! {
                input type="hidden" name="token" value=(cancellation);
                button.primary type="submit" { "Cancel the reset" }
            }))
        }
    };
    view.page(TITLE, Width::Narrow, State::Fine, &content)
}
