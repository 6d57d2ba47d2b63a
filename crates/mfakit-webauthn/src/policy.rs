//! What a service asks of a ceremony.

use core::time::Duration;

/// Whether the authenticator has to verify its user.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum UserVerification {
    /// Without it the ceremony fails.
    Required,
    /// Wanted, but its absence is accepted; the outcome tells.
    Preferred,
    /// Not wanted.
    Discouraged,
}

/// Whether the credential can be found without its id.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum ResidentKey {
    /// It must be.
    Required,
    /// It should be.
    Preferred,
    /// It need not be.
    Discouraged,
}

/// Where the authenticator may be.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Attachment {
    /// In the device that the browser runs on.
    Platform,
    /// A security key or another device.
    CrossPlatform,
}

/// Which attestation is asked for.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum AttestationConveyance {
    /// None: the browser takes it away.
    None,
    /// The browser may replace it with an anonymous one.
    Indirect,
    /// As the authenticator makes it.
    Direct,
    /// With the serial numbers that managed devices reveal to their owner.
    Enterprise,
}

/// What to do about a signature counter that did not grow.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum CounterRule {
    /// Refuse the sign-in: the authenticator may have been cloned.
    Refuse,
    /// Let it pass, and report it in the outcome.
    AcceptAndReport,
}

/// What to do about a backup eligibility that is not what it was at registration.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum BackupRule {
    /// Refuse the sign-in: it must not change.
    Refuse,
    /// Let it pass, and report it in the outcome.
    AcceptAndReport,
}

/// What a service asks of one ceremony. Start from one of the constructors.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Policy {
    /// Whether the authenticator has to verify its user.
    pub user_verification: UserVerification,
    /// Whether a new credential can be found without its id.
    pub resident_key: ResidentKey,
    /// Where the authenticator may be; anywhere, if `None`.
    pub attachment: Option<Attachment>,
    /// Which attestation is asked for.
    pub attestation: AttestationConveyance,
    /// Whether a registration without a trusted attestation is refused.
    pub require_attestation: bool,
    /// Whether the browser acts without a click: conditional create (which then needs no user
    /// presence), or conditional get (the user name field's suggestions).
    pub conditional: bool,
    /// What to do about a signature counter that did not grow.
    pub counter: CounterRule,
    /// What to do about a backup eligibility that changed.
    pub backup: BackupRule,
    /// How long the ceremony may take; see [`Policy::DEFAULT_LIFETIME`].
    pub lifetime: Duration,
}

impl Policy {
    /// Five minutes, the lower end of what L3 section 15.1 recommends.
    pub const DEFAULT_LIFETIME: Duration = Duration::from_secs(300);

    /// Passkeys: discoverable where possible, user verification wanted, no attestation.
    #[must_use]
    pub const fn passkey() -> Self {
        Self {
            user_verification: UserVerification::Preferred,
            resident_key: ResidentKey::Preferred,
            attachment: None,
            attestation: AttestationConveyance::None,
            require_attestation: false,
            conditional: false,
            counter: CounterRule::Refuse,
            backup: BackupRule::Refuse,
            lifetime: Self::DEFAULT_LIFETIME,
        }
    }

    /// A second factor beside a password: possession is enough.
    #[must_use]
    pub const fn second_factor() -> Self {
        Self {
            user_verification: UserVerification::Discouraged,
            resident_key: ResidentKey::Discouraged,
            ..Self::passkey()
        }
    }

    /// Only authenticators whose attestation leads to a trust anchor, with user verification.
    #[must_use]
    pub const fn attested() -> Self {
        Self {
            user_verification: UserVerification::Required,
            attestation: AttestationConveyance::Direct,
            require_attestation: true,
            ..Self::passkey()
        }
    }

    /// Sets [`Policy::user_verification`].
    #[must_use]
    pub const fn with_user_verification(mut self, user_verification: UserVerification) -> Self {
        self.user_verification = user_verification;
        self
    }

    /// Sets [`Policy::resident_key`].
    #[must_use]
    pub const fn with_resident_key(mut self, resident_key: ResidentKey) -> Self {
        self.resident_key = resident_key;
        self
    }

    /// Sets [`Policy::attachment`].
    #[must_use]
    pub const fn with_attachment(mut self, attachment: Attachment) -> Self {
        self.attachment = Some(attachment);
        self
    }

    /// Sets [`Policy::attestation`].
    #[must_use]
    pub const fn with_attestation(mut self, attestation: AttestationConveyance) -> Self {
        self.attestation = attestation;
        self
    }

    /// Makes the ceremony a conditional one.
    #[must_use]
    pub const fn conditional(mut self) -> Self {
        self.conditional = true;
        self
    }

    /// Sets [`Policy::counter`].
    #[must_use]
    pub const fn with_counter(mut self, counter: CounterRule) -> Self {
        self.counter = counter;
        self
    }

    /// Sets [`Policy::backup`].
    #[must_use]
    pub const fn with_backup(mut self, backup: BackupRule) -> Self {
        self.backup = backup;
        self
    }

    /// Sets [`Policy::lifetime`].
    #[must_use]
    pub const fn with_lifetime(mut self, lifetime: Duration) -> Self {
        self.lifetime = lifetime;
        self
    }
}
