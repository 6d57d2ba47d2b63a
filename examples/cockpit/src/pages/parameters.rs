//! *Authentication parameters*: what protects the account.

use maud::{Markup, html};
use mfakit::{Advice, DeviceView, Kind, Status};

use super::layout::{State, View, Width};
use super::second_step::lost_device;
use super::time::time;

pub(crate) fn page(view: &View, status: &Status) -> Markup {
    let content = html! {
        h1 { "Authentication parameters" }
        section.card aria-labelledby="mfa" {
            div.heading {
                h2 #mfa { "Multi-factor authentication" }
                @if status.is_on() {
                    p.status.on { span.mark aria-hidden="true" { "✓" } "On" }
                } @else {
                    p.status.off { span.mark aria-hidden="true" { "!" } "Off" }
                }
            }
            @if status.is_on() {
                p { "When you sign in, one of these devices is asked for besides your password." }
            } @else {
                p { "Besides your password, ask for a device that only you have: whoever learns your password "
                    "cannot sign in with it alone." }
            }
            @for advice in &status.advice { (advise(*advice)) }
            @if status.is_on() { (devices(&status.devices)) }
            div.actions {
                a.button.primary href="/authentication/keys/new" { "Set up a security key" }
                a.button.primary href="/authentication/applications/new" {
                    "Set up an authentication application"
                }
                @if status.is_on() {
                    a.button.danger href="/authentication/disable" { "Disable" }
                }
            }
            @if status.is_on() {
                details.help { summary { "I have lost a device" } (lost_device()) }
            }
        }
        section.card aria-labelledby="password" {
            h2 #password { "Password" }
            p { "If somebody may know it, change it: all your other sessions end." }
            p { a.button href="/authentication/password" { "Change your password" } }
        }
    };
    view.page(
        "Authentication parameters",
        Width::Wide,
        State::Fine,
        &content,
    )
}

fn advise(advice: Advice) -> Markup {
    match advice {
        Advice::SetUpAnotherMethod => note(&html! {
            "Only one device is set up. If you lose it, you cannot sign in with it any more: set up several "
            "methods, best of different kinds."
        }),
        Advice::SetUpADifferentKind => note(&html! {
            "All your devices are of one kind. Set up one of a different kind as well: what is wrong with one "
            "kind seldom concerns the other."
        }),
        Advice::SetUpAKey { deadline } => note(&html! {
            "Set up a security key. From " (time(deadline)) " on you cannot go on without one."
        }),
        // That nothing is set up, the page says already.
        _ => html! {},
    }
}

fn note(text: &Markup) -> Markup {
    html! {
        div.banner.note {
            span.mark aria-hidden="true" { "i" }
            p { (text) }
        }
    }
}

fn devices(devices: &[DeviceView]) -> Markup {
    html! {
        table.devices {
            caption { "Your devices" }
            thead {
                tr {
                    th scope="col" { "Name" }
                    th scope="col" { "Kind" }
                    th scope="col" { "Added" }
                    th scope="col" { "Last used" }
                    th scope="col" { "Synced?" }
                    th scope="col" { "Actions" }
                }
            }
            tbody { @for device in devices { (row(device)) } }
        }
    }
}

fn row(device: &DeviceView) -> Markup {
    let path = format!("/authentication/devices/{}", device.id);
    html! {
        tr {
            th scope="row" data-label="Name" {
                (device.name)
                @if device.suspended.is_some() { " " span.tag { "Suspended" } }
            }
            td data-label="Kind" { (kind(device)) }
            td data-label="Added" { (time(device.added)) }
            td data-label="Last used" {
                @match device.last_used { Some(at) => (time(at)), None => "Not since it was added" }
            }
            td data-label="Synced?" { (synced(device)) }
            td.row-actions {
                (action(&path, "rename", "Rename", device))
                @if device.suspended.is_some() {
                    (action(&path, "resume", "Resume", device))
                } @else {
                    (action(&path, "suspend", "Suspend", device))
                }
                a.button.danger href={ (path) "/delete" } {
                    "Delete" span.visually-hidden { " " (device.name) }
                }
            }
        }
    }
}

fn action(path: &str, what: &str, label: &str, device: &DeviceView) -> Markup {
    html! {
        a.button href={ (path) "/" (what) } {
            (label) span.visually-hidden { " " (device.name) }
        }
    }
}

fn kind(device: &DeviceView) -> Markup {
    html! {
        @match (device.kind, &device.key) {
            (Kind::Totp, _) => "Authentication application",
            (Kind::WebAuthn, Some(key)) => {
                "Security key"
                @if let Some(model) = key.model { span.detail { (model) } }
            }
            _ => "Security key",
        }
    }
}

/// Whether other devices of the user have the key, too: one that is stolen cannot be told from them.
fn synced(device: &DeviceView) -> Markup {
    html! {
        @match &device.key {
            Some(key) if key.synced => "Yes",
            Some(_) => "No",
            None => { span aria-hidden="true" { "–" } span.visually-hidden { "Does not apply" } }
        }
    }
}
