//! What happened to a user's second factors: for the audit trail, and for the owner.

use alloc::string::String;
use core::time::Duration;

use mfakit_core::{UnixTime, UserId};
use minicbor::{CborLen, Decode, Encode};
use rand_core::CryptoRng;

use crate::codec::{Time, User};
use crate::record::KnownAddress;
use crate::{Class, Context, DeviceId, DeviceName, EventId, Level, Source, TicketId};

/// One event, to be kept in an audit trail.
///
/// Delivered at least once: the same [`Event::id`] may come again, with a higher
/// [`Event::count`] if more of the same has happened meanwhile. Replace what was there.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Event {
    /// Whose it is.
    pub user: UserId,
    /// Names the event for good.
    pub id: EventId,
    /// When it happened first.
    pub first_at: UnixTime,
    /// When it happened last.
    pub last_at: UnixTime,
    /// How often it happened: more than one where repetitions were merged.
    pub count: u32,
    /// What happened.
    pub kind: EventKind,
    /// Where the (last) request came from.
    pub source: Source,
}

/// What a code was given for.
#[derive(CborLen, Clone, Copy, Debug, Decode, Encode, Eq, PartialEq)]
#[cbor(index_only)]
#[non_exhaustive]
pub enum Stage {
    /// The second step of a sign-in.
    #[n(0)]
    SignIn,
    /// The confirmation of a new device.
    #[n(1)]
    Enrollment,
    /// A fresh proof within a session.
    #[n(2)]
    StepUp,
    /// A set-up anew with a code from support.
    #[n(3)]
    Reset,
}

/// Why a code was refused. The user is told the same whichever it was.
#[derive(CborLen, Clone, Copy, Debug, Decode, Encode, Eq, PartialEq)]
#[cbor(index_only)]
#[non_exhaustive]
pub enum Refused {
    /// It is no code of any of the user's devices around now.
    #[n(0)]
    Mismatch,
    /// It was used before, or a later one was.
    #[n(1)]
    Replayed,
    /// The last used code lies in the future: the server's clock went back.
    #[n(2)]
    ClockWentBack,
}

/// Of which kind a device is.
#[derive(CborLen, Clone, Copy, Debug, Decode, Encode, Eq, Hash, PartialEq)]
#[cbor(index_only)]
#[non_exhaustive]
pub enum Kind {
    /// An authenticator app.
    #[n(0)]
    Totp,
    /// A security key or passkey.
    #[n(1)]
    WebAuthn,
}

/// What happened.
#[derive(CborLen, Clone, Debug, Decode, Encode, Eq, PartialEq)]
#[non_exhaustive]
pub enum EventKind {
    /// The user's record was created.
    #[n(0)]
    UserCreated,
    /// A session was granted.
    #[n(1)]
    SignedIn {
        /// What was proven.
        #[n(0)]
        level: Level,
        /// The device of the second factor, if there was one.
        #[n(1)]
        device: Option<DeviceId>,
    },
    /// A code was refused.
    #[n(2)]
    Refused {
        /// The class whose budget it was counted against.
        #[n(0)]
        class: Class,
        /// What it was given for.
        #[n(1)]
        stage: Stage,
        /// Why.
        #[n(2)]
        why: Refused,
    },
    /// A budget was spent: the class waits.
    #[n(3)]
    Locked {
        /// The class.
        #[n(0)]
        class: Class,
        /// For how long, in seconds.
        #[n(1)]
        secs: u64,
    },
    /// So many failures that the class stops until something else reopens it.
    #[n(4)]
    Stopped {
        /// The class.
        #[n(0)]
        class: Class,
    },
    /// A set-up was begun.
    #[n(5)]
    EnrollmentStarted {
        /// Of which kind of device.
        #[n(0)]
        kind: Kind,
    },
    /// A set-up was given up.
    #[n(6)]
    EnrollmentCanceled {
        /// Of which kind of device.
        #[n(0)]
        kind: Kind,
    },
    /// The first device was added: from now on a second factor is asked for.
    #[n(7)]
    Enabled,
    /// A device was added.
    #[n(8)]
    DeviceAdded {
        /// Its id.
        #[n(0)]
        device: DeviceId,
        /// Its kind.
        #[n(1)]
        kind: Kind,
        /// Its name.
        #[n(2)]
        name: DeviceName,
    },
    /// A device got another name.
    #[n(9)]
    DeviceRenamed {
        /// Its id.
        #[n(0)]
        device: DeviceId,
        /// What it was called.
        #[n(1)]
        from: DeviceName,
        /// What it is called now.
        #[n(2)]
        to: DeviceName,
    },
    /// A device was removed.
    #[n(10)]
    DeviceRemoved {
        /// Its id.
        #[n(0)]
        device: DeviceId,
        /// Its kind.
        #[n(1)]
        kind: Kind,
        /// Its name.
        #[n(2)]
        name: DeviceName,
    },
    /// Everything was removed: no second factor is asked for any more.
    #[n(11)]
    Disabled {
        /// How many devices went.
        #[n(0)]
        devices: u32,
    },
    /// A second factor was proven again within a session.
    #[n(12)]
    SteppedUp {
        /// With which device.
        #[n(0)]
        device: DeviceId,
    },
    /// The host reported another first factor; all sessions ended.
    #[n(13)]
    FirstFactorChanged,
    /// An operator reopened a class that had stopped.
    #[n(14)]
    Reopened {
        /// The class.
        #[n(0)]
        class: Class,
        /// Who did it.
        #[n(1)]
        by: ByUser,
        /// The reason given.
        #[n(2)]
        reason: String,
    },
    /// A device is missed by its owner: it opens nothing any more.
    #[n(20)]
    DeviceSuspended {
        /// Its id.
        #[n(0)]
        device: DeviceId,
        /// Its name.
        #[n(1)]
        name: DeviceName,
    },
    /// A device was found again, and is in use as before.
    #[n(21)]
    DeviceResumed {
        /// Its id.
        #[n(0)]
        device: DeviceId,
        /// Its name.
        #[n(1)]
        name: DeviceName,
    },
    /// A proof of another kind reopened a class that had stopped.
    #[n(22)]
    ReopenedByProof {
        /// The class.
        #[n(0)]
        class: Class,
        /// The device it was proven with.
        #[n(1)]
        device: DeviceId,
    },
    /// A key has signed with a counter that did not grow: there may be a copy of it. Refused.
    #[n(23)]
    CounterWentBack {
        /// The key.
        #[n(0)]
        device: DeviceId,
    },
    /// A passkey was copied to other devices, or is on one device only again.
    #[n(24)]
    BackupChanged {
        /// The key.
        #[n(0)]
        device: DeviceId,
        /// Whether it is copied now.
        #[n(1)]
        synced: bool,
    },
    /// Recovery codes were made; those of before are void.
    #[n(30)]
    RecoveryCodesMade {
        /// How many.
        #[n(0)]
        count: u32,
    },
    /// The owner has said that the recovery codes are saved.
    #[n(31)]
    RecoveryCodesSaved,
    /// A recovery code was used for a sign-in.
    #[n(32)]
    RecoveryCodeUsed {
        /// How many are left.
        #[n(0)]
        left: u32,
    },
    /// The devices were reviewed after that, new recovery codes made, and all other sessions ended.
    #[n(33)]
    Reviewed {
        /// How many devices were removed.
        #[n(0)]
        removed: u32,
    },
    /// An operator granted a reset.
    #[n(34)]
    ResetIssued {
        /// Its id.
        #[n(0)]
        ticket: TicketId,
        /// Who granted it.
        #[n(1)]
        by: ByUser,
        /// The reason given.
        #[n(2)]
        reason: String,
        /// When it ends, in seconds since 1970.
        #[n(3)]
        expires: u64,
    },
    /// A reset was canceled.
    #[n(35)]
    ResetCanceled,
    /// A reset was used: everything of before went when a new device was set up.
    #[n(36)]
    ResetUsed {
        /// How many devices went.
        #[n(0)]
        devices: u32,
    },
    /// An address was confirmed: its reader is told of changes from now on.
    #[n(37)]
    AddressAdded {
        /// The address.
        #[n(0)]
        address: KnownAddress,
    },
    /// An address was removed.
    #[n(38)]
    AddressRemoved {
        /// The address.
        #[n(0)]
        address: KnownAddress,
    },
}

/// The user who did something to another user's record.
#[derive(CborLen, Clone, Copy, Debug, Decode, Encode, Eq, PartialEq)]
#[cbor(transparent)]
pub struct ByUser(#[n(0)] User);

impl ByUser {
    pub(crate) const fn new(user: UserId) -> Self {
        Self(User(user))
    }

    /// Returns who it was.
    #[must_use]
    pub const fn user(&self) -> UserId {
        self.0.0
    }
}

impl EventKind {
    /// Returns whether the owner must be told at every confirmed address
    /// (NIST SP 800-63B-4 section 4.6, OWASP ASVS 6.3.7).
    #[must_use]
    pub const fn notifies_owner(&self) -> bool {
        match self {
            Self::Stopped { .. }
            | Self::Locked { .. }
            | Self::Enabled
            | Self::DeviceAdded { .. }
            | Self::DeviceRenamed { .. }
            | Self::DeviceRemoved { .. }
            | Self::Disabled { .. }
            | Self::FirstFactorChanged
            | Self::Reopened { .. }
            | Self::ReopenedByProof { .. }
            | Self::DeviceSuspended { .. }
            | Self::DeviceResumed { .. }
            | Self::CounterWentBack { .. }
            | Self::RecoveryCodesMade { .. }
            | Self::RecoveryCodeUsed { .. }
            | Self::Reviewed { .. }
            | Self::ResetIssued { .. }
            | Self::ResetCanceled
            | Self::ResetUsed { .. }
            | Self::AddressAdded { .. }
            | Self::AddressRemoved { .. } => true,
            Self::UserCreated
            | Self::SignedIn { .. }
            | Self::Refused { .. }
            | Self::EnrollmentStarted { .. }
            | Self::EnrollmentCanceled { .. }
            | Self::SteppedUp { .. }
            | Self::BackupChanged { .. }
            | Self::RecoveryCodesSaved => false,
        }
    }

    /// Repetitions of these become one entry with a count; the others are kept one by one.
    ///
    /// The number is that of the sort within which entries merge.
    pub(crate) const fn merges_as(&self) -> Option<u8> {
        match self {
            Self::SignedIn { .. } => Some(0),
            Self::Refused { .. } => Some(1),
            Self::Locked { .. } => Some(2),
            Self::EnrollmentStarted { .. } => Some(3),
            Self::EnrollmentCanceled { .. } => Some(4),
            Self::SteppedUp { .. } => Some(5),
            Self::Stopped { .. } => Some(6),
            Self::FirstFactorChanged => Some(7),
            Self::Reopened { .. } | Self::ReopenedByProof { .. } => Some(8),
            Self::RecoveryCodeUsed { .. } => Some(9),
            Self::ResetCanceled => Some(10),
            Self::RecoveryCodesSaved => Some(11),
            Self::CounterWentBack { .. } => Some(12),
            Self::BackupChanged { .. } => Some(13),
            Self::UserCreated
            | Self::Enabled
            | Self::DeviceAdded { .. }
            | Self::DeviceRenamed { .. }
            | Self::DeviceRemoved { .. }
            | Self::DeviceSuspended { .. }
            | Self::DeviceResumed { .. }
            | Self::RecoveryCodesMade { .. }
            | Self::Reviewed { .. }
            | Self::ResetIssued { .. }
            | Self::ResetUsed { .. }
            | Self::AddressAdded { .. }
            | Self::AddressRemoved { .. }
            | Self::Disabled { .. } => None,
        }
    }

    /// How many sorts of events merge.
    pub(crate) const MERGING_SORTS: usize = 14;

    /// Whether it takes something away that might be in the wrong hands.
    pub(crate) const fn is_a_removal(&self) -> bool {
        matches!(
            self,
            Self::DeviceRemoved { .. }
                | Self::DeviceSuspended { .. }
                | Self::Disabled { .. }
                | Self::Reviewed { .. }
                | Self::ResetIssued { .. }
                | Self::ResetUsed { .. }
        )
    }

    /// Whether every repetition merges at once, so that a stranger cannot fill the record.
    pub(crate) const fn is_a_failure(&self) -> bool {
        matches!(
            self,
            Self::Refused { .. } | Self::Locked { .. } | Self::CounterWentBack { .. }
        )
    }

    pub(crate) const fn locked(class: Class, wait: Duration) -> Self {
        Self::Locked {
            class,
            secs: wait.as_secs(),
        }
    }
}

/// An event as the record keeps it.
#[derive(CborLen, Clone, Debug, Decode, Encode, Eq, PartialEq)]
pub(crate) struct Entry {
    #[n(0)]
    pub(crate) id: EventId,
    #[n(1)]
    pub(crate) first_at: Time,
    #[n(2)]
    pub(crate) last_at: Time,
    #[n(3)]
    pub(crate) count: u32,
    #[n(4)]
    pub(crate) kind: EventKind,
    #[n(5)]
    pub(crate) source: Source,
}

impl Entry {
    pub(crate) fn new(kind: EventKind, context: &Context<'_>, rng: &mut impl CryptoRng) -> Self {
        Self {
            id: EventId::random(rng),
            first_at: Time(context.now),
            last_at: Time(context.now),
            count: 1,
            kind,
            source: context.source.clone(),
        }
    }

    pub(crate) fn event(&self, user: UserId) -> Event {
        Event {
            user,
            id: self.id,
            first_at: self.first_at.0,
            last_at: self.last_at.0,
            count: self.count,
            kind: self.kind.clone(),
            source: self.source.clone(),
        }
    }
}
