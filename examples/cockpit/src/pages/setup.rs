//! *Set up an authentication application*.

use maud::{Markup, PreEscaped, html};
use mfakit::totp::KeyUri;

use super::layout::{State, View, Width};
use super::parts::{Field, code_field, form};

const TITLE: &str = "Set up an authentication application";

/// Before the secret is made.
pub(crate) fn before(view: &View) -> Markup {
    let content = html! {
        section.card {
            h1 { (TITLE) }
            h2 { "Before you begin" }
            ul.steps {
                li { "Install an authentication application, preferably on a different device than the one you "
                     "sign in with: your telephone, for example. Any application that reads such QR codes will do." }
                li { "Make sure that the clock of that device is set automatically. Codes depend on the time." }
                li { "Keep the device with you: the next page shows a QR code for ten minutes." }
            }
            (form("/authentication/applications/new", view.token(), &html! {
                div.actions {
                    button.primary type="submit" { "Continue" }
                    a.button href="/authentication" { "Cancel" }
                }
            }))
        }
    };
    view.page(TITLE, Width::Narrow, State::Fine, &content)
}

/// What the form shows when it comes back.
#[derive(Default)]
pub(crate) struct SetUp<'a> {
    pub(crate) code: &'a str,
    pub(crate) code_error: Option<&'a str>,
    /// Whether the application may have another key than the one on the page.
    pub(crate) scan_again: bool,
    pub(crate) name: &'a str,
    pub(crate) name_error: Option<&'a str>,
}

/// The QR code and the form that confirms it.
///
/// `qr` is the drawing of `uri`: SVG that the library has made and escaped.
pub(crate) fn page(view: &View, uri: &KeyUri, qr: &str, shown: &SetUp<'_>) -> Markup {
    let has_error = shown.code_error.is_some() || shown.name_error.is_some();
    let content = html! {
        section.card {
            h1 { (TITLE) }
            @if shown.scan_again {
                p.hint { "If you opened this page twice, make sure that your application has the key of this one." }
            }
            ol.steps {
                li {
                    p { "Scan this QR code with your application." }
                    div.qr { (PreEscaped(qr)) }
                    (manual_entry(uri))
                }
                li {
                    p { "Enter the code that the application shows now." }
                    (form("/authentication/applications/setup", view.token(), &fields(shown)))
                }
            }
            (form("/authentication/applications/cancel", view.token(), &html! {
                button.quiet type="submit" { "Cancel this set-up" }
            }))
        }
    };
    view.page(TITLE, Width::Narrow, State::of(has_error), &content)
}

fn fields(shown: &SetUp<'_>) -> Markup {
    html! {
        // Without focus: the page begins with the QR code.
        (code_field(shown.code_error, shown.code, false))
        (Field {
            name: "name",
            label: "Device name",
            autocomplete: "off",
            optional: true,
            hint: "To tell your devices apart, for example “Telephone”.",
            value: shown.name,
            error: shown.name_error,
            ..Field::default()
        }.render())
        button.primary type="submit" { "Set up" }
    }
}

fn manual_entry(uri: &KeyUri) -> Markup {
    let entry = uri.manual_entry();
    html! {
        details.help {
            summary { "Unable to scan?" }
            p { "Type this key into your application. Spaces do not matter, and neither does the case." }
            div.key {
                code #key { (entry.key()) }
                button type="button" hidden data-copy="key" { "Copy" }
                span #copied role="status" {}
            }
            dl.facts {
                dt { "Account" } dd { (entry.account()) }
                dt { "Issuer" } dd { (entry.issuer().unwrap_or_default()) }
                dt { "Type" } dd { "Time-based (TOTP)" }
                dt { "Digits" } dd { (entry.digits()) }
                dt { "Period" } dd { (entry.period_secs()) " seconds" }
                dt { "Algorithm" } dd { (entry.algorithm().name()) }
            }
        }
    }
}
