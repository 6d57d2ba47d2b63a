//! What a sign-in needs, whatever way it takes: the one place that makes a session out of proofs.

use alloc::vec::Vec;
use core::time::Duration;

use mfakit_core::UnixTime;
use mfakit_webauthn::{CredentialDescriptor, UserHandle};
use rand_core::CryptoRng;

use super::UserRecord;
use crate::budget::Admission;
use crate::grant::level_of;
use crate::{
    Context, DeviceView, Kind, Level, Method, Proof, Required, Scope, SessionGrant, SessionId,
};

/// What the proofs of a sign-in still lack.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Lacking {
    /// A second factor.
    SecondFactor,
    /// A key: a code does not do.
    Key,
}

/// Whether codes of authenticator apps may be tried.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "there is no fourth way")]
pub enum Codes {
    /// Now.
    Now,
    /// After a wait.
    Later(Duration),
    /// Not before another proof, or an operator, reopens them.
    Stopped,
}

/// What a sign-in may be finished with.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Offers {
    /// The devices, oldest first, without those that are suspended.
    pub devices: Vec<DeviceView>,
    /// Whether codes may be tried; `None` if no device makes any that would do.
    pub codes: Option<Codes>,
    /// Whether a recovery code is left.
    pub recovery: bool,
    /// Whether a reset that support has granted is open.
    pub reset: bool,
    pub(super) keys: Vec<CredentialDescriptor>,
    pub(super) handle: Option<UserHandle>,
}

impl Offers {
    /// Returns whether a security key or passkey is among them.
    #[must_use]
    pub fn has_keys(&self) -> bool {
        !self.keys.is_empty()
    }
}

impl UserRecord {
    /// Makes a session of these proofs, if they are enough for this user.
    ///
    /// Every sign-in ends here, so that none can leave a factor out. What the profile requires and
    /// the user has not set up narrows the session's scope.
    pub(super) fn admit(
        &self,
        proofs: Vec<Proof>,
        context: &Context<'_>,
        rng: &mut impl CryptoRng,
    ) -> Result<SessionGrant, Lacking> {
        if self.is_on() && level_of(&proofs) < Level::Aal2 {
            return Err(Lacking::SecondFactor);
        }
        let is_key = |proof: &Proof| proof.method() == Method::WebAuthn;
        if self.must_use_key(context) && !proofs.iter().any(is_key) {
            return Err(Lacking::Key);
        }
        Ok(SessionGrant::new(
            self.user(),
            SessionId::random(rng),
            self.0.grant_generation,
            proofs,
            self.scope(context),
        ))
    }

    /// What a new session of the user's opens.
    pub(super) fn scope(&self, context: &Context<'_>) -> Scope {
        match self.deadline(context) {
            Some(deadline) if context.now >= deadline => Scope::SetUp,
            Some(_) | None => Scope::Full,
        }
    }

    /// Until when the user must have set up what the profile requires; `None` if that is done, or
    /// nothing is required.
    pub(super) fn deadline(&self, context: &Context<'_>) -> Option<UnixTime> {
        let done = match context.profile.required {
            Required::Nothing => true,
            Required::AnyMethod => self.is_on(),
            Required::SecurityKey => self.has_usable_key(),
        };
        (!done).then(|| self.end_of_grace(context))
    }

    fn end_of_grace(&self, context: &Context<'_>) -> UnixTime {
        let since = self.0.created_at.0.max(context.profile.required_since);
        since.saturating_add(context.profile.required_grace)
    }

    /// Whether what the profile requires may not be given up any more.
    pub(super) fn must_keep(&self, required: Required, context: &Context<'_>) -> bool {
        context.profile.required == required && context.now >= self.end_of_grace(context)
    }

    /// Whether a code does not do for this user.
    pub(super) fn must_use_key(&self, context: &Context<'_>) -> bool {
        self.must_keep(Required::SecurityKey, context) && self.has_usable_key()
    }

    pub(super) fn has_usable_key(&self) -> bool {
        self.usable_of(Kind::WebAuthn) > 0
    }

    /// How many devices of a kind are in use.
    pub(super) fn usable_of(&self, kind: Kind) -> usize {
        let devices = self.0.devices.iter();
        devices
            .filter(|device| device.kind() == kind && device.is_usable())
            .count()
    }

    /// What the user may finish a sign-in with now.
    pub(super) fn offer(&self, context: &Context<'_>) -> Offers {
        let only_keys = self.must_use_key(context);
        let offered = || {
            let devices = self.0.devices.iter();
            devices.filter(move |device| {
                device.is_usable() && (device.kind() == Kind::WebAuthn || !only_keys)
            })
        };
        let rule = &context.profile.totp_budget;
        let codes = match self.0.totp_failures.admission(rule, context.now) {
            Admission::Open => Codes::Now,
            Admission::Locked { retry_after, .. } => Codes::Later(retry_after),
            Admission::Stopped => Codes::Stopped,
        };
        Offers {
            devices: offered().map(crate::device::Device::view).collect(),
            codes: offered()
                .any(|device| device.kind() == Kind::Totp)
                .then_some(codes),
            recovery: self.recovery().is_some_and(|codes| codes.left > 0),
            reset: self.reset(context).is_some(),
            keys: offered()
                .filter_map(|device| device.key())
                .map(crate::device::Key::descriptor)
                .collect(),
            handle: self.0.handle.map(|handle| handle.0),
        }
    }
}
