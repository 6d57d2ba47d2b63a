//! The service as a relying party, and what it asks of keys in which flow.

use core::fmt;
use core::time::Duration;

use mfakit_core::Keys;
use mfakit_webauthn::{
    Attachment, AttestationConveyance, CounterRule, CreationOptions, Policy, RelyingParty, Trust,
    UserVerification,
};

/// The service as a relying party: who it is, and what it wants to know of new keys.
///
/// Attestation is not asked for unless a method here says so: most services have no use for it,
/// and browsers warn their users of it.
#[derive(Clone)]
pub struct WebAuthn {
    rp: RelyingParty,
    attestation: Attestation,
}

#[derive(Clone)]
enum Attestation {
    None,
    Wanted(Trust),
    Required(Trust),
}

impl WebAuthn {
    /// Takes a relying party over. No attestation is asked for.
    #[must_use]
    pub const fn new(rp: RelyingParty) -> Self {
        Self {
            rp,
            attestation: Attestation::None,
        }
    }

    /// Asks new keys for an attestation and judges it. A key without one is set up nevertheless;
    /// with one that this trust refuses, it is not.
    #[must_use]
    pub fn want_attestation(self, trust: Trust) -> Self {
        Self {
            attestation: Attestation::Wanted(trust),
            ..self
        }
    }

    /// Sets up only keys whose attestation leads to an anchor of this trust.
    #[must_use]
    pub fn require_attestation(self, trust: Trust) -> Self {
        Self {
            attestation: Attestation::Required(trust),
            ..self
        }
    }

    /// Returns the relying party.
    #[must_use]
    pub const fn relying_party(&self) -> &RelyingParty {
        &self.rp
    }

    pub(crate) fn trust(&self) -> Trust {
        match &self.attestation {
            Attestation::None => Trust::unverified(),
            Attestation::Wanted(trust) | Attestation::Required(trust) => trust.clone(),
        }
    }

    pub(crate) const fn registration(&self, choice: KeyChoice, lifetime: Duration) -> Policy {
        let mut policy = Policy::passkey().with_lifetime(lifetime);
        policy.attachment = choice.attachment();
        match self.attestation {
            Attestation::None => {}
            Attestation::Wanted(_) => policy.attestation = AttestationConveyance::Direct,
            Attestation::Required(_) => {
                policy.attestation = AttestationConveyance::Direct;
                policy.require_attestation = true;
            }
        }
        policy
    }
}

impl From<RelyingParty> for WebAuthn {
    fn from(rp: RelyingParty) -> Self {
        Self::new(rp)
    }
}

impl fmt::Debug for WebAuthn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebAuthn")
            .field("rp", &self.rp.id())
            .finish_non_exhaustive()
    }
}

/// The relying party with the keys that its ceremonies are sealed by.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "two references, for good")]
pub struct Relying<'a> {
    /// The relying party.
    pub webauthn: &'a WebAuthn,
    /// The service's keys.
    pub keys: &'a Keys,
}

/// An assertion that need not verify its user. A counter that went back is reported, so that the
/// owner hears of it, and refused by the transition.
pub(crate) const fn assertion(verification: UserVerification, lifetime: Duration) -> Policy {
    Policy::passkey()
        .with_user_verification(verification)
        .with_counter(CounterRule::AcceptAndReport)
        .with_lifetime(lifetime)
}

/// What a user said they are going to set up: the browser is asked to begin with that.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum KeyChoice {
    /// Nothing: the browser offers everything.
    #[default]
    Any,
    /// A security key, by USB or NFC.
    SecurityKey,
    /// A telephone or tablet, over Bluetooth.
    Phone,
    /// The computer itself, with its biometrics or its PIN.
    ThisDevice,
}

impl KeyChoice {
    /// Older browsers do not know hints; L3 section 5.8.7 has the attachment sent along for them.
    const fn attachment(self) -> Option<Attachment> {
        match self {
            Self::Any => None,
            Self::SecurityKey | Self::Phone => Some(Attachment::CrossPlatform),
            Self::ThisDevice => Some(Attachment::Platform),
        }
    }

    pub(crate) fn hint(self, options: CreationOptions) -> CreationOptions {
        match self {
            Self::Any => options,
            Self::SecurityKey => options.with_hint("security-key"),
            Self::Phone => options.with_hint("hybrid"),
            Self::ThisDevice => options.with_hint("client-device"),
        }
    }
}

/// How a sign-in with a passkey alone is begun.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Mediation {
    /// By a button.
    Button,
    /// By the suggestions of the user name's field, without a click.
    Conditional,
}
