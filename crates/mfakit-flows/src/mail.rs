//! What the owner is told, in words.

mod date;
mod words;

use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use core::fmt;

use mfakit_activation::Address;
use mfakit_core::{Keys, Sealed};
use rand_core::CryptoRng;

use crate::record::ResetCancellation;
use crate::{Class, Event, EventKind, Kind, UserRecord};

/// One mail to one address of the owner: that something has changed, and what to do if it was not
/// the owner who did it (NIST SP 800-63B-4 section 4.6, OWASP ASVS 6.3.7).
///
/// There is no secret in its text. A reset can be canceled by [`Mail::cancel_reset`].
pub struct Mail {
    id: String,
    to: Address,
    subject: String,
    text: String,
    event: Event,
    cancel_reset: Option<Sealed<ResetCancellation>>,
}

impl Mail {
    /// Returns what names the mail: the same whenever it is sent again. Take it for the
    /// `Message-ID` or an idempotency key.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Returns where it goes.
    #[must_use]
    pub const fn to(&self) -> &Address {
        &self.to
    }

    /// Returns the subject: one line.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// Returns the text: plain, lines end in `\n`. Browsers are named from a list, and names of devices
    /// are without what makes an address a link; escape them where the mail is HTML.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns what it is about, for a text of the host's own.
    #[must_use]
    pub const fn event(&self) -> &Event {
        &self.event
    }

    /// Returns what cancels the reset that the mail tells of, if it tells of one: add a link to a
    /// page of the host's with it, and on that page a button.
    ///
    /// # Security
    ///
    /// Mail scanners follow links: cancel on a POST only.
    #[must_use]
    pub const fn cancel_reset(&self) -> Option<&Sealed<ResetCancellation>> {
        self.cancel_reset.as_ref()
    }
}

/// Hides the address.
impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mail")
            .field("id", &self.id)
            .field("subject", &self.subject)
            .finish_non_exhaustive()
    }
}

impl UserRecord {
    /// Writes the mails about an event of this record: one to each address that was confirmed when it
    /// happened, none if the owner need not be told.
    ///
    /// # Inputs
    ///
    /// - `service`: the service's name.
    #[must_use]
    pub fn mails(
        &self,
        event: &Event,
        service: &str,
        keys: &Keys,
        rng: &mut impl CryptoRng,
    ) -> Vec<Mail> {
        let Some((subject, what)) = describe(&event.kind) else {
            return Vec::new();
        };
        self.recipients(event)
            .into_iter()
            .map(|to| Mail {
                id: mail_id(event, &to, keys),
                subject: format!("{service}: {subject}"),
                text: text_of(event, service, &what),
                event: event.clone(),
                cancel_reset: match &event.kind {
                    EventKind::ResetIssued { ticket, .. } => {
                        Some(ResetCancellation::new(event.user, *ticket).seal(keys, rng))
                    }
                    _ => None,
                },
                to,
            })
            .collect()
    }
}

/// The event, how often it had happened, and the address as a keyed hash.
fn mail_id(event: &Event, to: &Address, keys: &Keys) -> String {
    let [a, b, c, d, ..] = keys.index("mfakit mail", to.as_str().as_bytes());
    let to = u32::from_be_bytes([a, b, c, d]);
    format!("{}-{}-{to:08x}", event.id, event.count)
}

fn text_of(event: &Event, service: &str, what: &str) -> String {
    let mut lines = Vec::from([
        what.to_string(),
        String::new(),
        format!("When: {}", date::utc(event.last_at)),
    ]);
    if event.count > 1 {
        lines.push(format!("How often: {} times", event.count));
    }
    if let Some(ip) = event.source.ip() {
        lines.push(format!("From: {ip}"));
    }
    if let Some(browser) = event.source.user_agent().and_then(words::browser) {
        lines.push(format!("Browser: {browser}"));
    }
    let advice = match event.kind {
        EventKind::ResetIssued { .. } => {
            "If you have not asked for it, cancel it at once, and change your password: somebody \
             has spoken to the support in your name."
        }
        _ => {
            "If this was you, there is nothing to do. If it was not, change your password, sign \
             in, remove the devices that are not yours, and tell the support."
        }
    };
    lines.extend([
        String::new(),
        advice.to_string(),
        String::new(),
        service.to_string(),
    ]);
    lines.push(String::new());
    lines.join("\n")
}

const fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Totp => "authenticator app",
        Kind::WebAuthn => "security key or passkey",
    }
}

const fn class_name(class: Class) -> &'static str {
    match class {
        Class::Totp => "codes of authenticator apps",
        Class::Recovery => "recovery codes",
    }
}

/// The subject, and the sentence that the mail begins with; `None` for what the owner is not told.
fn describe(kind: &EventKind) -> Option<(&'static str, String)> {
    Some(match kind {
        EventKind::Locked { class, secs } => (
            "wrong codes",
            format!(
                "Several wrong codes were given for your account ({}). No more are accepted for \
                 {secs} seconds. Whoever gave them knows your password.",
                class_name(*class)
            ),
        ),
        EventKind::Stopped { class } => (
            "too many wrong codes",
            format!(
                "So many wrong codes were given for your account that no more are accepted ({}). \
                 Sign in with a security key or a recovery code, or ask the support. Whoever gave \
                 them knows your password.",
                class_name(*class)
            ),
        ),
        EventKind::Enabled => (
            "two-factor authentication is on",
            String::from("Two-factor authentication was switched on for your account."),
        ),
        EventKind::DeviceAdded { kind, name, .. } => (
            "a device was added",
            format!(
                "A device was added to your account: \"{}\" ({}).",
                words::name(name),
                kind_name(*kind)
            ),
        ),
        EventKind::DeviceRenamed { from, to, .. } => (
            "a device was renamed",
            format!(
                "A device of your account was renamed from \"{}\" to \"{}\".",
                words::name(from),
                words::name(to)
            ),
        ),
        EventKind::DeviceRemoved { kind, name, .. } => (
            "a device was removed",
            format!(
                "A device was removed from your account: \"{}\" ({}).",
                words::name(name),
                kind_name(*kind)
            ),
        ),
        EventKind::DeviceSuspended { name, .. } => (
            "a device was suspended",
            format!(
                "A device of your account was suspended: \"{}\".",
                words::name(name)
            ),
        ),
        EventKind::DeviceResumed { name, .. } => (
            "a device is in use again",
            format!(
                "A suspended device of your account is in use again: \"{}\".",
                words::name(name)
            ),
        ),
        EventKind::CounterWentBack { .. } => (
            "a security key may have been copied",
            String::from(
                "A security key of your account was refused: it has counted backwards, as a copy \
                 of it would. Remove it, and set up another one.",
            ),
        ),
        EventKind::Disabled { .. } => (
            "two-factor authentication is off",
            String::from(
                "Two-factor authentication was switched off for your account, and all devices \
                 were removed.",
            ),
        ),
        EventKind::FirstFactorChanged => (
            "your password was changed",
            String::from("The password of your account was changed. All sessions have ended."),
        ),
        EventKind::Reopened { class, reason, .. } => (
            "codes are accepted again",
            format!(
                "The support has opened your account again for {} (\"{reason}\").",
                class_name(*class)
            ),
        ),
        EventKind::ReopenedByProof { class, .. } => (
            "codes are accepted again",
            format!(
                "Your account was opened again for {}: another method was proven.",
                class_name(*class)
            ),
        ),
        EventKind::RecoveryCodesMade { .. } => (
            "new recovery codes",
            String::from("New recovery codes were made for your account. The old ones are void."),
        ),
        EventKind::RecoveryCodeUsed { left } => (
            "a recovery code was used",
            format!(
                "A recovery code was used to sign in to your account. {}.",
                match left {
                    0 => String::from("None is left"),
                    1 => String::from("One is left"),
                    _ => format!("{left} are left"),
                }
            ),
        ),
        EventKind::Reviewed { removed } => (
            "devices were reviewed",
            format!(
                "After a sign-in with a recovery code, {} removed from your account and new \
                 recovery codes were made. All other sessions have ended.",
                match removed {
                    0 => String::from("no device was"),
                    1 => String::from("one device was"),
                    _ => format!("{removed} devices were"),
                }
            ),
        ),
        EventKind::ResetIssued {
            reason, expires, ..
        } => (
            "the support was asked to reset your account",
            format!(
                "The support has made a code with which two-factor authentication of your account \
                 can be set up anew, besides the password (\"{reason}\"). It is good until {}.",
                date::utc(mfakit_core::UnixTime::from_secs(*expires))
            ),
        ),
        EventKind::ResetCanceled => (
            "the reset was canceled",
            String::from("The reset of your account was canceled. Nothing was changed by it."),
        ),
        EventKind::ResetUsed { .. } => (
            "two-factor authentication was set up anew",
            String::from(
                "With a code from the support, two-factor authentication of your account was set \
                 up anew. All devices and recovery codes of before were removed, and all sessions \
                 have ended.",
            ),
        ),
        EventKind::AddressAdded { .. } => (
            "an address was added",
            String::from(
                "An address was added to your account. It is told of changes as this one.",
            ),
        ),
        EventKind::AddressRemoved { .. } => (
            "an address was removed",
            String::from("An address was removed from your account. It is not told any more."),
        ),
        EventKind::UserCreated
        | EventKind::SignedIn { .. }
        | EventKind::Refused { .. }
        | EventKind::EnrollmentStarted { .. }
        | EventKind::EnrollmentCanceled { .. }
        | EventKind::SteppedUp { .. }
        | EventKind::BackupChanged { .. }
        | EventKind::RecoveryCodesSaved => return None,
    })
}
