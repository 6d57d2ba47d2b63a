//! *Authentication parameters*: what protects the account.

use maud::{Markup, html};
use mfakit::webauthn::RelyingParty;
use mfakit::{AddressView, Advice, DeviceView, Kind, RecoveryView, Status, UnixTime};

use super::layout::{State, View, Width};
use super::parts::{form, signal};
use super::recovery::left;
use super::second_step::lost_device;
use super::time::time;

pub(crate) fn page(view: &View, status: &Status, rp: &RelyingParty) -> Markup {
    let content = html! {
        h1 { "Authentication parameters" }
        // So that passkey managers forget what was deleted, and know the name.
        @if let Some(left) = status.accepted_credentials(rp) { (signal(&left)) }
        @if let Some(name) = status.user_details(rp, view.name()) { (signal(&name)) }
        @if let Some(ticket) = &status.reset { (reset(view, ticket.until)) }
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
        @if status.is_on() { (recovery(status.recovery.as_ref())) }
        (addresses(view, &status.addresses))
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
        Advice::MakeRecoveryCodes => note(&html! {
            "Make recovery codes, for the day when you have none of your devices at hand."
        }),
        Advice::SaveRecoveryCodes => note(&html! {
            "You have not said that your recovery codes are saved. If they are not, make new ones."
        }),
        Advice::FewRecoveryCodes { left } => note(&html! {
            "Only " (left) " of your recovery codes " @if left == 1 { "is" } @else { "are" } " left. Make new ones."
        }),
        // That nothing is set up, the page says already.
        _ => html! {},
    }
}

fn recovery(made: Option<&RecoveryView>) -> Markup {
    html! {
        section.card aria-labelledby="recovery" {
            h2 #recovery { "Recovery codes" }
            p {
                @match made {
                    Some(made) => { (left(made)) " They were made on " (time(made.made)) "." }
                    None => "They sign you in when you have none of your devices at hand. You have none yet."
                }
            }
            p {
                a.button href="/authentication/recovery" {
                    @if made.is_some() { "Make new recovery codes" } @else { "Make recovery codes" }
                }
            }
        }
    }
}

fn addresses(view: &View, addresses: &[AddressView]) -> Markup {
    html! {
        section.card aria-labelledby="addresses" {
            h2 #addresses { "E-mail addresses" }
            @if addresses.is_empty() {
                p { "Nobody is told when something about your devices changes. Add an address, to hear of what was not "
                    "you." }
            } @else {
                p { "These are told when something about your devices changes." }
                ul.names {
                    @for known in addresses {
                        li {
                            (known.address.as_str())
                            (form("/authentication/addresses/remove", view.token(), &html! {
                                input type="hidden" name="address" value=(known.address.as_str());
                                button.quiet type="submit" {
                                    "Remove" span.visually-hidden { " " (known.address.as_str()) }
                                }
                            }))
                        }
                    }
                }
            }
            p { a.button href="/authentication/addresses/new" { "Add an e-mail address" } }
        }
    }
}

/// Somebody has asked support for help in the user's name.
fn reset(view: &View, until: UnixTime) -> Markup {
    html! {
        section.card aria-labelledby="reset" {
            h2 #reset { "A reset of your account is under way" }
            p { "Support has issued a code with which your devices can be replaced until " (time(until))
                ". If you did not ask for it, cancel it." }
            (form("/authentication/reset/withdraw", view.token(), &html! {
                button.primary type="submit" { "Cancel the reset" }
            }))
        }
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
            td data-label="Synced" { (synced(device)) }
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
