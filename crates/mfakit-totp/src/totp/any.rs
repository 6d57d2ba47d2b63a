//! One typed code, several devices.

use core::fmt;

use mfakit_core::UnixTime;

use super::{Accepted, Rejected, Totp};
use crate::code::TypedCode;
use crate::params::Params;
use crate::secret::Secret;
use crate::step::{LastStep, Window};

/// What is stored about one device of a user, as far as its codes are concerned.
pub struct Enrollment<'a, Id> {
    /// The caller's name for the device, handed back with the verdict.
    id: Id,
    secret: &'a Secret,
    params: Params,
    last: LastStep,
}

impl<'a, Id> Enrollment<'a, Id> {
    /// Puts the stored parts together.
    pub const fn new(id: Id, secret: &'a Secret, params: Params, last: LastStep) -> Self {
        Self {
            id,
            secret,
            params,
            last,
        }
    }
}

impl<Id: fmt::Debug> fmt::Debug for Enrollment<'_, Id> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Enrollment")
            .field("id", &self.id)
            .field("params", &self.params)
            .field("last", &self.last)
            .finish_non_exhaustive()
    }
}

/// Checks a code against all devices of a user, and returns which one it came from.
///
/// For users who have several authenticator apps and do not say which one they look at. Each device
/// keeps its own last step.
///
/// # Inputs
///
/// As [`Totp::verify`]; `devices` are those of *one* user.
///
/// # Errors
///
/// [`NoneAccepted`], with the most telling of the devices' refusals: [`Rejected::Replayed`], then
/// [`Rejected::ClockBehind`], [`Rejected::NoMatch`], [`Rejected::BeforeEpoch`],
/// [`Rejected::Malformed`]. Without any device it is [`Rejected::NoMatch`].
///
/// # Security
///
/// As [`Totp::verify`]. Count one attempt, not one per device; each device is one more chance for a
/// guess, so the limit on attempts decides how many devices a user may have.
///
/// # Timing
///
/// Every device is tried, whichever matches.
///
/// # Examples
///
/// ```
/// # use mfakit_core::UnixTime;
/// # use mfakit_totp::{Enrollment, LastStep, Params, Secret, TypedCode, Window, verify_any};
/// let phone = Secret::from_bytes(b"12345678901234567890")?;
/// let tablet = Secret::from_bytes(b"09876543210987654321")?;
/// let devices = [
///     Enrollment::new("phone", &phone, Params::default(), LastStep::Never),
///     Enrollment::new("tablet", &tablet, Params::default(), LastStep::Never),
/// ];
///
/// let typed = TypedCode::parse("287082")?;
/// let (device, accepted) =
///     verify_any(devices, &typed, UnixTime::from_secs(59), Window::default())?;
/// assert_eq!(device, "phone");
/// assert_eq!(accepted.step().as_u64(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn verify_any<'a, Id>(
    devices: impl IntoIterator<Item = Enrollment<'a, Id>>,
    code: &TypedCode,
    now: UnixTime,
    window: Window,
) -> Result<(Id, Accepted), NoneAccepted<Id>> {
    let mut accepted = None;
    let mut refused: Option<NoneAccepted<Id>> = None;
    for device in devices {
        let totp = Totp::new(device.secret, device.params);
        match totp.verify(code, now, device.last, window) {
            Ok(verdict) => {
                accepted.get_or_insert((device.id, verdict));
            }
            Err(reason) => {
                if refused
                    .as_ref()
                    .is_none_or(|so_far| rank(reason) > rank(so_far.reason))
                {
                    let device = names_the_device(reason).then_some(device.id);
                    refused = Some(NoneAccepted { device, reason });
                }
            }
        }
    }
    accepted.ok_or(refused.unwrap_or(NoneAccepted {
        device: None,
        reason: Rejected::NoMatch,
    }))
}

/// How much a refusal says: the more, the higher.
const fn rank(reason: Rejected) -> u8 {
    match reason {
        Rejected::Malformed => 0,
        Rejected::BeforeEpoch => 1,
        Rejected::NoMatch => 2,
        Rejected::ClockBehind => 3,
        Rejected::Replayed { .. } => 4,
    }
}

/// Whether a refusal says that the code came from this device.
const fn names_the_device(reason: Rejected) -> bool {
    match reason {
        Rejected::ClockBehind | Rejected::Replayed { .. } => true,
        Rejected::BeforeEpoch | Rejected::Malformed | Rejected::NoMatch => false,
    }
}

/// No device of the user accepted the code.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct NoneAccepted<Id> {
    device: Option<Id>,
    reason: Rejected,
}

impl<Id> NoneAccepted<Id> {
    /// Returns the most telling of the devices' refusals.
    #[must_use]
    pub const fn reason(&self) -> Rejected {
        self.reason
    }

    /// Returns the device that the code came from, if the refusal says so: after a replay, and when
    /// the clock went back.
    #[must_use]
    pub const fn device(&self) -> Option<&Id> {
        self.device.as_ref()
    }

    /// Returns whether it counts against the user's budget: whether something was compared.
    #[must_use]
    pub const fn counts_as_attempt(&self) -> bool {
        self.reason.counts_as_attempt()
    }
}

impl<Id> fmt::Display for NoneAccepted<Id> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.reason.fmt(f)
    }
}

impl<Id: fmt::Debug> core::error::Error for NoneAccepted<Id> {}
