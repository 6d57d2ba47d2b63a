//! The second step of a sign-in.

use maud::{Markup, html};
use mfakit::webauthn::Signal;
use mfakit::{Codes, DeviceView, Kind, SecondFactor};

use super::layout::{State, View, Width};
use super::parts::{alert, ceremony, code_field, form, recovery_field, signal, status};
use super::time::wait;
use crate::place::Place;

/// What is wrong, and with what.
#[derive(Clone, Copy, Default)]
pub(crate) struct Wrong<'a> {
    pub(crate) code: Option<&'a str>,
    pub(crate) key: Option<&'a str>,
    pub(crate) recovery: Option<&'a str>,
    pub(crate) reset: Option<&'a str>,
    /// The details of a security key that nobody knows any more, for the browser.
    pub(crate) unknown: Option<&'a Signal>,
}

impl Wrong<'_> {
    pub(crate) const fn is_any(&self) -> bool {
        self.code.is_some() || self.key.is_some() || self.recovery.is_some() || self.reset.is_some()
    }
}

pub(crate) fn page(
    view: &View,
    token: &str,
    next: &Place,
    step: &SecondFactor,
    wrong: Wrong<'_>,
) -> Markup {
    let keys: Vec<_> = of_kind(step.devices(), Kind::WebAuthn);
    let apps: Vec<_> = of_kind(step.devices(), Kind::Totp);
    let title = title(&keys, &apps);
    // The page begins at what was wrong.
    let begins_with_code = keys.is_empty() && wrong.recovery.is_none() && wrong.reset.is_none();
    let content = html! {
        section.card {
            p.step { "Step 2 of 2" }
            h1 { (title) }
            @if !keys.is_empty() {
                div.method {
                    @if !apps.is_empty() { h2 { "Security key" } }
                    (with_key(token, next, &keys, wrong))
                }
            }
            @if !apps.is_empty() {
                div.method {
                    @if !keys.is_empty() { h2 { "Authentication application" } }
                    (with_code(token, next, &apps, step.codes(), wrong.code, begins_with_code))
                }
            }
            details.help open[wrong.recovery.is_some() || wrong.reset.is_some()] {
                summary { "I do not have any of these devices" }
                (lost_device())
                @if step.recovery() {
                    (form("/sign-in/recovery", token, &html! {
                        (recovery_field("recovery_code", "Recovery code", wrong.recovery))
                        button type="submit" { "Use a recovery code" }
                    }))
                }
                @if step.reset() {
                    (form("/sign-in/reset", token, &html! {
                        (recovery_field("reset_code", "Code from support", wrong.reset))
                        button type="submit" { "Use a code from support" }
                    }))
                }
            }
        }
        p.aside { a href="/sign-in" { "Sign in as somebody else" } }
    };
    view.page(title, Width::Narrow, State::of(wrong.is_any()), &content)
}

fn of_kind(devices: &[DeviceView], kind: Kind) -> Vec<&DeviceView> {
    devices
        .iter()
        .filter(|device| device.kind == kind)
        .collect()
}

fn title(keys: &[&DeviceView], apps: &[&DeviceView]) -> &'static str {
    match (keys.is_empty(), apps.is_empty()) {
        (true, _) => "Enter a one-time password",
        (false, true) => "Use your security key",
        (false, false) => "Use one of your devices",
    }
}

fn with_key(token: &str, next: &Place, keys: &[&DeviceView], wrong: Wrong<'_>) -> Markup {
    html! {
        @if let Some(text) = wrong.key { (alert(text)) }
        @if let Some(told) = wrong.unknown { (signal(told)) }
        (names(keys, "Use "))
        (ceremony("get", "/sign-in/key", token, &html! {
            input type="hidden" name="next" value=(next);
            button.primary type="submit" hidden data-webauthn-needed { "Use a security key" }
            (status())
        }))
    }
}

fn with_code(
    token: &str,
    next: &Place,
    apps: &[&DeviceView],
    codes: Option<Codes>,
    error: Option<&str>,
    focus: bool,
) -> Markup {
    html! {
        @match codes {
            Some(Codes::Later(time)) => {
                (warning(&html! {
                    "Too many codes were refused. None is accepted for " (wait(time)) ", not even a right one."
                }))
            },
            Some(Codes::Stopped) => {
                (warning(&html! {
                    "So many codes were refused that none is accepted any more. Use another method."
                }))
            },
            _ => {
                (names(apps, "Open the application on "))
                (form("/sign-in/code", token, &html! {
                    input type="hidden" name="next" value=(next);
                    (code_field(error, "", focus))
                    button.primary type="submit" { "Connect" }
                }))
            }
        }
    }
}

fn warning(text: &Markup) -> Markup {
    html! {
        div.banner.note {
            span.mark aria-hidden="true" { "!" }
            p { (text) }
        }
    }
}

fn names(devices: &[&DeviceView], use_one: &str) -> Markup {
    html! {
        @match devices {
            [device] => { p { (use_one) strong { (device.name) } "." } }
            devices => {
                p { (use_one) "one of your devices; any of them will do:" }
                ul.names { @for device in devices { li { (device.name) } } }
            }
        }
    }
}

/// What to do about a device that is gone.
pub(super) fn lost_device() -> Markup {
    html! {
        p { "If you have lost one of several devices, sign in with another one. Then delete the lost "
            "device and set up a new one." }
        p { "Lost your only device? Use a recovery code or contact support, who will find out who you "
            "are before they help." }
    }
}
