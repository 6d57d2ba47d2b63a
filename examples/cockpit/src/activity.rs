//! The trail: events of the library, as sentences for the user they concern.

use mfakit::{Event, EventKind, EventSink, Level, Refused, SinkError, Stage};

use crate::db::{ActivityRow, Db, NewActivity};

/// Keeps events in the application's database.
pub(crate) struct Trail(Db);

impl Trail {
    pub(crate) const fn new(db: Db) -> Self {
        Self(db)
    }
}

impl EventSink for Trail {
    async fn deliver(&self, event: &Event) -> Result<(), SinkError> {
        let (sentence, device) = sentence(&event.kind);
        let row = ActivityRow {
            first_at: event.first_at,
            last_at: event.last_at,
            count: event.count,
            sentence,
            device,
            alert: event.kind.notifies_owner() || matches!(event.kind, EventKind::Refused { .. }),
            address: event.source.ip().map(|ip| ip.to_string()),
            agent: event.source.user_agent().map(str::to_owned),
        };
        let new = NewActivity {
            event: event.id,
            user: event.user,
            row,
        };
        self.0.put_activity(new).await.map_err(SinkError::new)
    }
}

/// What to say, and the device whose name belongs to it.
fn sentence(kind: &EventKind) -> (String, Option<mfakit::DeviceId>) {
    let text = |text: &str| (text.to_owned(), None);
    match kind {
        EventKind::UserCreated => text("The account was created"),
        EventKind::SignedIn {
            level: Level::Aal1, ..
        } => text("Signed in with the password alone"),
        EventKind::SignedIn { device, .. } => {
            // The name of the device follows.
            ("Signed in with the help".to_owned(), *device)
        }
        EventKind::SteppedUp { device } => ("Confirmed with the help".to_owned(), Some(*device)),
        EventKind::Refused { stage, why, .. } => (refused(*stage, *why), None),
        EventKind::Locked { secs, .. } => (
            format!("Too many codes were refused: none was accepted for {secs} seconds"),
            None,
        ),
        EventKind::Stopped { .. } => {
            text("So many codes were refused that none is accepted any more: contact Support")
        }
        EventKind::EnrollmentStarted { .. } => text("The set-up of a device was begun"),
        EventKind::EnrollmentCanceled { .. } => text("The set-up of a device was canceled"),
        EventKind::Enabled => text("Multi-factor authentication was turned on"),
        EventKind::DeviceAdded { name, .. } => (format!("The device “{name}” was set up"), None),
        EventKind::DeviceRenamed { from, to, .. } => {
            (format!("The device “{from}” was renamed to “{to}”"), None)
        }
        EventKind::DeviceSuspended { name, .. } => {
            (format!("The device “{name}” was suspended"), None)
        }
        EventKind::DeviceResumed { name, .. } => (format!("The device “{name}” was resumed"), None),
        EventKind::CounterWentBack { device } => (
            "A security key was refused because there may be a copy".to_owned(),
            Some(*device),
        ),
        EventKind::BackupChanged {
            device,
            synced: true,
        } => (
            "Other devices of yours have got a copy".to_owned(),
            Some(*device),
        ),
        EventKind::BackupChanged { device, .. } => {
            ("There is only one copy left".to_owned(), Some(*device))
        }
        EventKind::ReopenedByProof { device, .. } => (
            "Codes are accepted again, with the help".to_owned(),
            Some(*device),
        ),
        EventKind::RecoveryCodesMade { .. } => text("New recovery codes were made"),
        EventKind::RecoveryCodesSaved => text("The recovery codes were saved"),
        EventKind::RecoveryCodeUsed { left } => (
            format!("Signed in with a recovery code; {left} are left"),
            None,
        ),
        EventKind::Reviewed { removed } => (
            format!("The devices were reviewed, and {removed} of them deleted"),
            None,
        ),
        EventKind::ResetIssued { reason, .. } => (
            format!("Support issued a code to replace all devices: {reason}"),
            None,
        ),
        EventKind::ResetCanceled => text("The code from support was canceled"),
        EventKind::ResetUsed { devices } => (
            format!("A code from support was used: {devices} devices were replaced"),
            None,
        ),
        EventKind::AddressAdded { .. } => text("An e-mail address was added"),
        EventKind::AddressRemoved { .. } => text("An e-mail address was removed"),
        EventKind::DeviceRemoved { name, .. } => (format!("The device “{name}” was deleted"), None),
        EventKind::Disabled { devices: 1 } => {
            text("Multi-factor authentication was turned off, and the last device deleted")
        }
        EventKind::Disabled { devices } => (
            format!(
                "Multi-factor authentication was turned off, and all {devices} devices deleted"
            ),
            None,
        ),
        EventKind::FirstFactorChanged => text("The password was changed"),
        EventKind::Reopened { reason, .. } => (
            format!("Support made codes acceptable again: {reason}"),
            None,
        ),
        // A later version of the library may tell more.
        _ => text("Something else happened to the account"),
    }
}

fn refused(stage: Stage, why: Refused) -> String {
    let why = match why {
        Refused::Replayed => "A code that was used before was refused",
        Refused::ClockWentBack => "A code was refused because the clock of the service went back",
        _ => "A wrong code was refused",
    };
    let stage = match stage {
        Stage::SignIn => "at sign-in",
        Stage::Enrollment => "while a device was set up",
        Stage::StepUp => "when it was to confirm a change",
        _ => "",
    };
    format!("{why} {stage}")
}

#[cfg(test)]
mod tests {
    use mfakit::{Class, DeviceId, DeviceName, Kind};

    use super::*;

    #[test]
    fn sentences_name_what_happened() {
        let device = DeviceId::from_bytes([1; 16]);
        let name = || DeviceName::parse("Phone").unwrap();
        let class = Class::Totp;
        let replayed = EventKind::Refused {
            class,
            stage: Stage::SignIn,
            why: Refused::Replayed,
        };
        let added = EventKind::DeviceAdded {
            device,
            kind: Kind::Totp,
            name: name(),
        };
        let signed_in = EventKind::SignedIn {
            level: Level::Aal2,
            device: Some(device),
        };
        for (kind, want, names) in [
            (
                replayed,
                "A code that was used before was refused at sign-in",
                None,
            ),
            (added, "The device “Phone” was set up", None),
            (signed_in, "Signed in with the help", Some(device)),
        ] {
            assert_eq!(sentence(&kind), (want.to_owned(), names));
        }
    }
}
