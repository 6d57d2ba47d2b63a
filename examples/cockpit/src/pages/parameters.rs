//! *Authentication parameters*: what protects the account.

use maud::{Markup, html};
use mfakit::{Advice, DeviceView, Status};

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
                p { "When you sign in, a code of one of these devices is asked for besides your password." }
            } @else {
                p { "Besides your password, ask for a code that only your own device shows: whoever learns "
                    "your password cannot sign in with it alone." }
            }
            @for advice in &status.advice { (advise(*advice)) }
            @if status.is_on() { (devices(&status.devices)) }
            div.actions {
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
        Advice::SetUpAnotherMethod => html! {
            div.banner.note {
                span.mark aria-hidden="true" { "i" }
                p { "Only one device is set up. If you lose it, you cannot sign in any more: set up a second "
                    "one, for example on a tablet or on another telephone." }
            }
        },
        // That nothing is set up, the page says already.
        _ => html! {},
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
            th scope="row" data-label="Name" { (device.name) }
            td data-label="Kind" { "Authentication application" }
            td data-label="Added" { (time(device.added)) }
            td data-label="Last used" {
                @match device.last_used { Some(at) => (time(at)), None => "Not since it was added" }
            }
            td.row-actions {
                a.button href={ (path) "/rename" } {
                    "Rename" span.visually-hidden { " " (device.name) }
                }
                a.button.danger href={ (path) "/delete" } {
                    "Delete" span.visually-hidden { " " (device.name) }
                }
            }
        }
    }
}
