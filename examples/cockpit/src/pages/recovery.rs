//! Recovery codes.

use maud::{Markup, html};
use mfakit::{RecoveryCodes, RecoveryView};

use super::layout::{State, View, Width};
use super::parts::form;
use super::time::time;
use crate::state::SERVICE;

const TITLE: &str = "Recovery codes";

/// Where new ones are made.
pub(crate) fn overview(view: &View, made: Option<&RecoveryView>) -> Markup {
    let content = html! {
        section.card {
            h1 { (TITLE) }
            p { "Each of these codes signs you in once, besides your password, when you have none of your devices at "
                "hand. Keep them where you find them without your devices: on paper, or in a password manager." }
            @match made {
                Some(made) => {
                    p { strong { (left(made)) } " They were made on " (time(made.made)) "." }
                    p { "They cannot be shown again. If you make new ones, the old ones are void." }
                }
                None => { p { "You have none yet." } }
            }
            (form("/authentication/recovery", view.token(), &html! {
                div.actions {
                    button.primary type="submit" {
                        @if made.is_some() { "Make new recovery codes" } @else { "Make recovery codes" }
                    }
                    a.button href="/authentication" { "Cancel" }
                }
            }))
        }
    };
    view.page(TITLE, Width::Narrow, State::Fine, &content)
}

/// How many are left, in words.
pub(super) fn left(made: &RecoveryView) -> String {
    match made.left {
        0 => format!("All {} codes are used.", made.total),
        1 => format!("1 of {} codes is left.", made.total),
        left => format!("{left} of {} codes are left.", made.total),
    }
}

/// The new ones, this once.
pub(crate) fn codes(view: &View, codes: &RecoveryCodes) -> Markup {
    let content = html! {
        section.card {
            h1 { (TITLE) }
            p { "These are the recovery codes of " strong { (view.name()) } " at " (SERVICE) ". They are shown only now: "
                "save or print them before you go on. Each works once." }
            ol.codes { @for code in codes.iter() { li { code { (code) } } } }
            div.actions.no-print {
                a.button download="cockpit-recovery-codes.txt" href=(file(view.name(), codes)) { "Download" }
                button type="button" hidden data-print { "Print" }
            }
            div.no-print {
                (form("/authentication/recovery/saved", view.token(), &html! {
                    button.primary type="submit" { "I have saved them" }
                }))
            }
        }
    };
    view.page(TITLE, Width::Narrow, State::Fine, &content)
}

/// A text file, as an address: so nothing has to be kept, and no script is needed.
fn file(name: &str, codes: &RecoveryCodes) -> String {
    let mut text = format!("Recovery codes of {name} at {SERVICE}. Each works once.\r\n\r\n");
    for code in codes.iter() {
        text.push_str(code);
        text.push_str("\r\n");
    }
    let mut href = "data:text/plain;charset=utf-8,".to_owned();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || byte == b'-' {
            href.push(char::from(byte));
        } else {
            href.push_str(&format!("%{byte:02X}"));
        }
    }
    href
}
