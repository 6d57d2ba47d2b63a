//! Renaming, suspending and deleting devices, and turning everything off.

use maud::{Markup, html};
use mfakit::{DeviceView, Kind};

use super::layout::{State, View, Width};
use super::parts::{Field, form};
use super::time::time;

pub(crate) fn rename(view: &View, device: &DeviceView, name: &str, error: Option<&str>) -> Markup {
    let action = format!("/authentication/devices/{}/rename", device.id);
    let fields = html! {
        (Field {
            name: "name",
            label: "Device name",
            autocomplete: "off",
            hint: "1 to 64 characters.",
            value: name,
            error,
            focus: true,
            ..Field::default()
        }.render())
        div.actions {
            button.primary type="submit" { "Rename" }
            a.button href="/authentication" { "Cancel" }
        }
    };
    let content = html! {
        section.card {
            h1 { "Rename a device" }
            p { "What shall " strong { (device.name) } " be called?" }
            (form(&action, view.token(), &fields))
        }
    };
    view.page(
        "Rename a device",
        Width::Narrow,
        State::of(error.is_some()),
        &content,
    )
}

/// `left` is what remains: the user is warned before the last but one goes.
pub(crate) fn delete(view: &View, device: &DeviceView, left: &[&DeviceView]) -> Markup {
    let action = format!("/authentication/devices/{}/delete", device.id);
    let content = html! {
        section.card {
            h1 { "Delete a device" }
            p { "Delete " strong { (device.name) } ", added on " (time(device.added)) "?" }
            ul.steps {
                @match device.kind {
                    Kind::Totp => { li { "Its codes will no longer be accepted." } }
                    _ => { li { "It will no longer be accepted." } }
                }
                li { "All your other sessions will end. This one goes on." }
                li { "To use the device again, you will have to set it up anew." }
            }
            @if let [last] = left {
                div.banner.note {
                    span.mark aria-hidden="true" { "!" }
                    p { "Only " strong { (last.name) } " will be left. If you lose it as well, you cannot sign in with "
                        "any device: set up another one soon." }
                }
            }
            (form(&action, view.token(), &html! {
                div.actions {
                    button.danger type="submit" { "Delete" }
                    a.button href="/authentication" { "Cancel" }
                }
            }))
        }
    };
    view.page("Delete a device", Width::Narrow, State::Fine, &content)
}

pub(crate) fn suspend(view: &View, device: &DeviceView) -> Markup {
    let action = format!("/authentication/devices/{}/suspend", device.id);
    let content = html! {
        section.card {
            h1 { "Suspend a device" }
            p { "Suspend " strong { (device.name) } "? Do so if you do not know where it is." }
            ul.steps {
                li { "It will not be accepted until you resume it here." }
                li { "All your other sessions will end. This one goes on." }
                li { "If it does not turn up again, delete it." }
            }
            (form(&action, view.token(), &html! {
                div.actions {
                    button.primary type="submit" { "Suspend" }
                    a.button href="/authentication" { "Cancel" }
                }
            }))
        }
    };
    view.page("Suspend a device", Width::Narrow, State::Fine, &content)
}

pub(crate) fn resume(view: &View, device: &DeviceView) -> Markup {
    let action = format!("/authentication/devices/{}/resume", device.id);
    let content = html! {
        section.card {
            h1 { "Resume a device" }
            p { "Resume " strong { (device.name) } "? From then on it is accepted again. If somebody else may have had "
                "it in hand, delete it and set it up anew." }
            (form(&action, view.token(), &html! {
                div.actions {
                    button.primary type="submit" { "Resume" }
                    a.button href="/authentication" { "Cancel" }
                }
            }))
        }
    };
    view.page("Resume a device", Width::Narrow, State::Fine, &content)
}

pub(crate) fn disable(view: &View, devices: &[DeviceView]) -> Markup {
    let content = html! {
        section.card {
            h1 { "Disable multi-factor authentication" }
            p { "If you go on:" }
            ul.steps {
                @match devices {
                    [device] => { li { "Your last device, " strong { (device.name) } ", will be deleted." } }
                    devices => {
                        li {
                            "All your devices will be deleted: "
                            @for (at, device) in devices.iter().enumerate() {
                                @if at > 0 { ", " }
                                strong { (device.name) }
                            }
                            "."
                        }
                    }
                }
                li { "From then on your password alone will be enough to sign in to this account, for you and "
                     "for whoever learns it." }
                li { "All your other sessions will end. This one goes on." }
                li { "To turn multi-factor authentication on again, you will have to set up a device anew." }
            }
            p { strong { "Do you really want to disable multi-factor authentication?" } }
            (form("/authentication/disable", view.token(), &html! {
                div.actions {
                    button.danger type="submit" { "Yes" }
                    a.button href="/authentication" { "No" }
                }
            }))
        }
    };
    view.page(
        "Disable multi-factor authentication",
        Width::Narrow,
        State::Fine,
        &content,
    )
}
