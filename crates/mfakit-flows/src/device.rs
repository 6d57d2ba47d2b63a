//! The devices of a user.

mod key;

pub use key::KeyView;
pub(crate) use key::{Handle, Key};

use alloc::vec::Vec;

use mfakit_core::UnixTime;
use mfakit_totp::{Algorithm, Digits, LastStep, Params, Period, Step};
use mfakit_webauthn::RecordUpdate;
use minicbor::{CborLen, Decode, Encode};

use crate::codec::{LastUsedStep, StoredSecret, Time};
use crate::{DeviceId, DeviceName, Kind, SessionId, Source};

/// A device as the record keeps it.
#[derive(CborLen, Debug, Decode, Encode)]
pub(crate) struct Device {
    #[n(0)]
    pub(crate) id: DeviceId,
    #[n(1)]
    pub(crate) name: DeviceName,
    #[n(2)]
    pub(crate) bound_at: Time,
    #[n(3)]
    pub(crate) bound_from: Source,
    #[n(4)]
    pub(crate) last_used: Option<Time>,
    #[n(5)]
    pub(crate) factor: Factor,
    /// Since when it is out of use, because its owner misses it.
    #[n(6)]
    pub(crate) suspended: Option<Time>,
    /// The review that it was set up in, whose end puts it in use.
    #[n(7)]
    pub(crate) review: Option<SessionId>,
}

/// What a device proves with. Each kind of factor is one variant.
#[derive(CborLen, Debug, Decode, Encode)]
pub(crate) enum Factor {
    #[n(0)]
    Totp {
        #[n(0)]
        key: TotpKey,
        /// The step of the last accepted code; the enrollment's own code is the first.
        #[n(1)]
        last: LastUsedStep,
    },
    #[n(1)]
    WebAuthn(#[n(0)] Key),
}

/// A secret with the parameters that its codes are made by.
#[derive(CborLen, Debug, Decode, Encode)]
pub(crate) struct TotpKey {
    #[n(0)]
    secret: StoredSecret,
    #[n(1)]
    params: StoredParams,
}

/// Parameters stand with each device, so that new defaults change no old one (RFC 4226 R4).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct StoredParams(Params);
crate::codec::via!(
    StoredParams,
    (u8, u8, u8, u64),
    |params| {
        let algorithm = match params.0.algorithm() {
            Algorithm::Sha1 => 1,
            Algorithm::Sha256 => 2,
            Algorithm::Sha512 => 3,
        };
        let (digits, period) = (params.0.digits().as_u8(), params.0.period().as_secs());
        (algorithm, digits, period, params.0.t0().as_secs())
    },
    |(algorithm, digits, period, t0)| {
        let algorithm = match algorithm {
            1 => Algorithm::Sha1,
            2 => Algorithm::Sha256,
            3 => Algorithm::Sha512,
            _ => return None,
        };
        let params = Params::default()
            .with_algorithm(algorithm)
            .with_digits(Digits::new(digits).ok()?)
            .with_period(Period::from_secs(period.into()).ok()?)
            .with_t0(UnixTime::from_secs(t0));
        Some(StoredParams(params))
    }
);

impl TotpKey {
    pub(crate) const fn new(secret: mfakit_totp::Secret, params: Params) -> Self {
        Self {
            secret: StoredSecret(secret),
            params: StoredParams(params),
        }
    }

    pub(crate) const fn secret(&self) -> &mfakit_totp::Secret {
        &self.secret.0
    }

    pub(crate) const fn params(&self) -> Params {
        self.params.0
    }
}

impl Device {
    pub(crate) const fn kind(&self) -> Kind {
        match self.factor {
            Factor::Totp { .. } => Kind::Totp,
            Factor::WebAuthn(_) => Kind::WebAuthn,
        }
    }

    /// Whether it may be used now.
    pub(crate) const fn is_usable(&self) -> bool {
        self.suspended.is_none()
    }

    /// The secret to compare codes with, of an app that is in use.
    pub(crate) fn totp(&self) -> Option<(&TotpKey, LastStep)> {
        match &self.factor {
            Factor::Totp { key, last } => self.is_usable().then_some((key, LastStep::Used(last.0))),
            Factor::WebAuthn(_) => None,
        }
    }

    /// The credential, suspended or not.
    pub(crate) const fn key(&self) -> Option<&Key> {
        match &self.factor {
            Factor::WebAuthn(key) => Some(key),
            Factor::Totp { .. } => None,
        }
    }

    /// Notes an accepted code.
    pub(crate) const fn use_totp(&mut self, step: Step, now: UnixTime) {
        match &mut self.factor {
            Factor::Totp { last, .. } => *last = LastUsedStep(step),
            Factor::WebAuthn(_) => {}
        }
        self.last_used = Some(Time(now));
    }

    /// Notes an accepted assertion.
    pub(crate) fn use_key(&mut self, update: RecordUpdate, now: UnixTime) {
        match &mut self.factor {
            Factor::WebAuthn(key) => key.used(update, now),
            Factor::Totp { .. } => {}
        }
        self.last_used = Some(Time(now));
    }

    pub(crate) fn view(&self) -> DeviceView {
        DeviceView {
            id: self.id,
            name: self.name.clone(),
            kind: self.kind(),
            added: self.bound_at.0,
            added_from: self.bound_from.clone(),
            last_used: self.last_used.map(|time| time.0),
            suspended: self.suspended.map(|time| time.0),
            key: self.key().map(Key::view),
        }
    }
}

/// A device as its owner may see it: nothing here is secret.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct DeviceView {
    /// Its id.
    pub id: DeviceId,
    /// The name its owner gave it.
    pub name: DeviceName,
    /// Its kind.
    pub kind: Kind,
    /// When it was added.
    pub added: UnixTime,
    /// From where it was added.
    pub added_from: Source,
    /// When it last proved anything after it was added.
    pub last_used: Option<UnixTime>,
    /// Since when it is suspended: it opens nothing until it is resumed.
    pub suspended: Option<UnixTime>,
    /// What there is to say of a security key or passkey.
    pub key: Option<KeyView>,
}

/// A device that is gone: what was bound, from when to when, and by whose request
/// (NIST SP 800-63B-4 section 4.1 asks to keep a record of every authenticator ever bound).
#[derive(CborLen, Clone, Debug, Decode, Encode, Eq, PartialEq)]
pub struct Tombstone {
    #[n(0)]
    id: DeviceId,
    #[n(1)]
    name: DeviceName,
    #[n(2)]
    kind: Kind,
    #[n(3)]
    bound_at: Time,
    #[n(4)]
    removed_at: Time,
    #[n(5)]
    bound_from: Source,
    #[n(6)]
    removed_from: Source,
}

impl Tombstone {
    /// How many are kept in the record, the newest; the audit trail has the older ones.
    pub const KEPT: usize = 64;

    pub(crate) fn new(device: Device, now: UnixTime, from: &Source) -> Self {
        Self {
            id: device.id,
            kind: device.kind(),
            name: device.name,
            bound_at: device.bound_at,
            removed_at: Time(now),
            bound_from: device.bound_from,
            removed_from: from.clone(),
        }
    }

    /// Returns the id it had.
    #[must_use]
    pub const fn id(&self) -> DeviceId {
        self.id
    }

    /// Returns the name it had.
    #[must_use]
    pub const fn name(&self) -> &DeviceName {
        &self.name
    }

    /// Returns its kind.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// Returns when it was added.
    #[must_use]
    pub const fn bound_at(&self) -> UnixTime {
        self.bound_at.0
    }

    /// Returns when it was removed.
    #[must_use]
    pub const fn removed_at(&self) -> UnixTime {
        self.removed_at.0
    }

    /// Returns from where it was added.
    #[must_use]
    pub const fn bound_from(&self) -> &Source {
        &self.bound_from
    }

    /// Returns from where it was removed.
    #[must_use]
    pub const fn removed_from(&self) -> &Source {
        &self.removed_from
    }
}

/// Keeps the newest tombstones only.
pub(crate) fn bury(tombstones: &mut Vec<Tombstone>, tombstone: Tombstone) {
    if tombstones.len() >= Tombstone::KEPT {
        tombstones.remove(0);
    }
    tombstones.push(tombstone);
}
