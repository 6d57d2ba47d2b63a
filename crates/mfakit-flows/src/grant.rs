//! What a session is allowed, and how it was proven.

use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use mfakit_core::{Keys, OpenError, Ring, SealContext, Sealed, UnixTime, UserId};
use minicbor::{CborLen, Decode, Encode};
use rand_core::CryptoRng;

use crate::codec::{Time, User};
use crate::context::age_of;
use crate::ids::Generation;
use crate::{DeviceId, FirstFactor, SessionId, plain};

/// Authentication assurance levels of NIST SP 800-63B-4 section 2.
#[derive(CborLen, Clone, Copy, Debug, Decode, Encode, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[cbor(index_only)]
#[non_exhaustive]
pub enum Level {
    /// One factor.
    #[n(1)]
    Aal1,
    /// Two different factors.
    #[n(2)]
    Aal2,
    /// Two factors, one of them a phishing-resistant key in hardware.
    #[n(3)]
    Aal3,
}

/// A way in which a user has proven to be who they are.
#[derive(CborLen, Clone, Copy, Debug, Decode, Encode, Eq, Hash, PartialEq)]
#[cbor(index_only)]
#[non_exhaustive]
pub enum Method {
    /// The host's own first factor.
    #[n(0)]
    FirstFactor,
    /// A code of an authenticator app.
    #[n(1)]
    Totp,
    /// An assertion of a security key or passkey.
    #[n(2)]
    WebAuthn,
    /// A recovery code.
    #[n(5)]
    RecoveryCode,
}

/// What an assertion has shown of the key that made it.
#[derive(CborLen, Clone, Copy, Debug, Decode, Encode, Eq, Hash, PartialEq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent facts, each from its own flag"
)]
#[non_exhaustive]
pub struct KeyProof {
    /// Whether the key has verified its user, in this very assertion.
    #[n(0)]
    pub user_verified: bool,
    /// Whether a trusted attestation says that it is a piece of hardware that cannot be copied.
    #[n(1)]
    pub hardware: bool,
    /// Whether it may be copied to other devices.
    #[n(2)]
    pub can_sync: bool,
    /// Whether the profile of the time let it give AAL3.
    #[n(3)]
    pub(crate) aal3: bool,
    /// Whether it has signed: a registration has not, in general.
    #[n(4)]
    #[cbor(default)]
    pub(crate) asserted: bool,
}

/// How much of the service a session opens.
#[derive(CborLen, Clone, Copy, Debug, Decode, Default, Encode, Eq, Hash, PartialEq)]
#[cbor(index_only)]
#[non_exhaustive]
pub enum Scope {
    /// All of it.
    #[default]
    #[n(0)]
    Full,
    /// The set-up of the method that the profile requires, and nothing else.
    #[n(1)]
    SetUp,
    /// The review of devices after a recovery, and nothing else.
    #[n(2)]
    Review,
}

/// One proof within a session.
#[derive(CborLen, Clone, Copy, Debug, Decode, Encode, Eq, PartialEq)]
pub struct Proof {
    #[n(0)]
    method: Method,
    #[n(1)]
    at: Time,
    #[n(2)]
    device: Option<DeviceId>,
    #[n(3)]
    key: Option<KeyProof>,
}

impl Proof {
    pub(crate) const fn first_factor(at: UnixTime) -> Self {
        Self {
            method: Method::FirstFactor,
            at: Time(at),
            device: None,
            key: None,
        }
    }

    pub(crate) const fn totp(at: UnixTime, device: DeviceId) -> Self {
        Self {
            method: Method::Totp,
            at: Time(at),
            device: Some(device),
            key: None,
        }
    }

    pub(crate) const fn recovery_code(at: UnixTime) -> Self {
        Self {
            method: Method::RecoveryCode,
            at: Time(at),
            device: None,
            key: None,
        }
    }

    pub(crate) const fn webauthn(at: UnixTime, device: DeviceId, key: KeyProof) -> Self {
        Self {
            method: Method::WebAuthn,
            at: Time(at),
            device: Some(device),
            key: Some(key),
        }
    }

    /// Returns what was proven.
    #[must_use]
    pub const fn method(&self) -> Method {
        self.method
    }

    /// Returns when it was proven last.
    #[must_use]
    pub const fn at(&self) -> UnixTime {
        self.at.0
    }

    /// Returns the device it was proven with.
    #[must_use]
    pub const fn device(&self) -> Option<DeviceId> {
        self.device
    }

    /// Returns what was shown of the key, if it was one.
    #[must_use]
    pub const fn key(&self) -> Option<KeyProof> {
        self.key
    }

    /// Whether a page that imitates the service could not have obtained it. The registration of a
    /// key proves none that was the user's before.
    const fn is_phishing_resistant(&self) -> bool {
        matches!(self.key, Some(key) if key.asserted)
    }

    /// The level that it gives by itself.
    const fn level(&self) -> Level {
        match self.key {
            Some(key) if key.user_verified && key.aal3 => Level::Aal3,
            // Something that the user has, with something that they know or are
            // (NIST SP 800-63B-4 section 3.1.7), in this assertion and not an earlier one.
            Some(key) if key.user_verified => Level::Aal2,
            _ => Level::Aal1,
        }
    }
}

/// A user who is signed in, and what the session has proven.
///
/// Only a transition makes one, so a function that takes a `SessionGrant` has nothing left to
/// ask. Keep it in the host's session as [`SessionGrant::seal`] gives it, under a session id
/// that was drawn anew, and bring it back through [`StoredGrant`] and [`UserRecord::resume`].
///
/// [`UserRecord::resume`]: crate::UserRecord::resume
#[must_use = "open the user's session with it"]
pub struct SessionGrant(GrantState);

#[derive(CborLen, Decode, Encode)]
struct GrantState {
    #[n(0)]
    user: User,
    #[n(1)]
    session: SessionId,
    #[n(2)]
    generation: Generation,
    /// The latest proof of each sort.
    #[n(3)]
    proofs: Vec<Proof>,
    #[n(4)]
    #[cbor(default)]
    scope: Scope,
}

impl SessionGrant {
    pub(crate) const fn new(
        user: UserId,
        session: SessionId,
        generation: Generation,
        proofs: Vec<Proof>,
        scope: Scope,
    ) -> Self {
        Self(GrantState {
            user: User(user),
            session,
            generation,
            proofs,
            scope,
        })
    }

    /// The same session with one more proof, under the record's generation of now.
    pub(crate) fn with_proof(&self, proof: Proof, generation: Generation) -> Self {
        let mut proofs = self.0.proofs.clone();
        // One of another key that shows less does not take away what an earlier one has shown.
        proofs.retain(|other| other.method != proof.method || other.key != proof.key);
        proofs.push(proof);
        Self::new(
            self.user(),
            self.0.session,
            generation,
            proofs,
            self.scope(),
        )
    }

    /// The same session with another scope.
    pub(crate) const fn with_scope(mut self, scope: Scope) -> Self {
        self.0.scope = scope;
        self
    }

    /// The same session under another generation.
    pub(crate) fn renewed(&self, generation: Generation) -> Self {
        Self::new(
            self.user(),
            self.0.session,
            generation,
            self.0.proofs.clone(),
            self.scope(),
        )
    }

    /// The same session without its second factors, which exist no more. Of one that had a passkey
    /// alone there remains that somebody had the key: one factor.
    pub(crate) fn lowered(&self, generation: Generation) -> Self {
        let mut proofs = self.0.proofs.clone();
        proofs.retain(|proof| proof.method == Method::FirstFactor);
        if proofs.is_empty() {
            let latest = self.0.proofs.iter().max_by_key(|proof| proof.at());
            proofs.extend(latest.map(|proof| Proof {
                device: None,
                key: proof.key.map(|key| KeyProof {
                    user_verified: false,
                    ..key
                }),
                ..*proof
            }));
        }
        Self::new(
            self.user(),
            self.0.session,
            generation,
            proofs,
            self.scope(),
        )
    }

    /// Returns the user.
    #[must_use]
    pub const fn user(&self) -> UserId {
        self.0.user.0
    }

    /// Returns the session's id: it stays over step-ups, and differs after another sign-in.
    #[must_use]
    pub const fn session(&self) -> SessionId {
        self.0.session
    }

    pub(crate) fn is_of(&self, generation: Generation) -> bool {
        self.0.generation == generation
    }

    /// Returns how much of the service the session opens. [`UserRecord::resume`] and
    /// [`UserRecord::require`] refuse all that is not [`Scope::Full`].
    ///
    /// [`UserRecord::resume`]: crate::UserRecord::resume
    /// [`UserRecord::require`]: crate::UserRecord::require
    #[must_use]
    pub const fn scope(&self) -> Scope {
        self.0.scope
    }

    /// Returns what was proven and when: the latest proof of each method, and of keys the latest
    /// of each quality.
    #[must_use]
    pub fn proofs(&self) -> &[Proof] {
        &self.0.proofs
    }

    /// Returns the level that the proofs add up to, never more (NIST SP 800-63B-4 section 5.1).
    #[must_use]
    pub fn level(&self) -> Level {
        level_of(&self.0.proofs)
    }

    /// Returns when the user last proved a factor that this session's level rests on: the
    /// `auth_time` of OpenID Connect.
    #[must_use]
    pub fn authenticated_at(&self) -> Option<UnixTime> {
        self.0.proofs.iter().map(Proof::at).max()
    }

    /// Returns the `amr` values of the session (RFC 8176 section 2), for tokens that the host
    /// issues.
    #[must_use]
    pub fn amr(&self, first_factor: FirstFactor) -> Vec<&'static str> {
        let mut amr = Vec::new();
        for proof in &self.0.proofs {
            match (proof.method, first_factor) {
                (Method::FirstFactor, FirstFactor::Password) => amr.push("pwd"),
                // RFC 8176 has no name for a look-up secret.
                (Method::FirstFactor, FirstFactor::Other) | (Method::RecoveryCode, _) => {}
                (Method::Totp, _) => amr.push("otp"),
                (Method::WebAuthn, _) => {
                    // "hwk" says that the key is in hardware: that takes evidence.
                    let hardware = proof.key.is_some_and(|key| key.hardware);
                    amr.push(if hardware { "hwk" } else { "swk" });
                    // "user presence test", which every assertion has passed.
                    amr.push("user");
                }
            }
        }
        let mut seen = Vec::new();
        amr.retain(|value| {
            !seen.contains(value) && {
                seen.push(*value);
                true
            }
        });
        if self.level() >= Level::Aal2 {
            amr.push("mfa");
        }
        amr
    }

    /// Returns the age of the proof that counts for `level`: of the second factor from AAL2 on, of
    /// one that gives it alone for AAL3.
    pub(crate) fn age(&self, level: Level, now: UnixTime) -> Option<Duration> {
        self.age_where(now, |proof| match level {
            Level::Aal1 => true,
            Level::Aal2 => proof.method != Method::FirstFactor,
            Level::Aal3 => proof.level() == Level::Aal3,
        })
    }

    /// Returns the age of the recovery code that it was opened with.
    pub(crate) fn recovery_age(&self, now: UnixTime) -> Option<Duration> {
        self.age_where(now, |proof| proof.method == Method::RecoveryCode)
    }

    /// Whether a key was shown in it, or set up.
    pub(crate) fn has_key(&self) -> bool {
        self.0.proofs.iter().any(|proof| proof.key.is_some())
    }

    /// Whether it rests on a proof that no imitation of the service could have obtained.
    pub(crate) fn is_phishing_resistant(&self) -> bool {
        self.0.proofs.iter().any(Proof::is_phishing_resistant)
    }

    /// Returns the age of the latest proof that no imitation of the service could have obtained.
    pub(crate) fn phishing_resistant_age(&self, now: UnixTime) -> Option<Duration> {
        self.age_where(now, Proof::is_phishing_resistant)
    }

    fn age_where(&self, now: UnixTime, counts: impl Fn(&Proof) -> bool) -> Option<Duration> {
        // A proof from the future has no age; it does not hide the others.
        let proofs = self.0.proofs.iter().filter(|proof| counts(proof));
        proofs.filter_map(|proof| age_of(proof.at(), now)).min()
    }

    /// Seals the grant, to be kept in the host's session (about 200 bytes of text).
    pub fn seal(&self, keys: &Keys, rng: &mut impl CryptoRng) -> Sealed<Self> {
        let bytes = keys.seal(Ring::Token, &grant_context(), &plain::encode(&self.0), rng);
        Sealed::from_bytes(bytes)
    }
}

/// The level that proofs add up to: one of them may give it alone, or two different factors do.
pub(crate) fn level_of(proofs: &[Proof]) -> Level {
    let alone = proofs.iter().map(Proof::level).max().unwrap_or(Level::Aal1);
    let first = |proof: &Proof| proof.method == Method::FirstFactor;
    if proofs.iter().any(first) && !proofs.iter().all(first) {
        alone.max(Level::Aal2)
    } else {
        alone
    }
}

fn grant_context() -> SealContext {
    SealContext::new("mfakit session grant")
}

/// Shows whose it is and its level.
impl fmt::Debug for SessionGrant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionGrant")
            .field("user", &self.user())
            .field("level", &self.level())
            .finish_non_exhaustive()
    }
}

/// A grant that came back from the host's session: whose it is, but not yet whether it holds.
pub struct StoredGrant(GrantState);

impl StoredGrant {
    /// Opens a sealed grant.
    ///
    /// # Errors
    ///
    /// [`OpenError`] if it was not sealed by this service's keys as a grant.
    pub fn open(sealed: &Sealed<SessionGrant>, keys: &Keys) -> Result<Self, OpenError> {
        let plain = keys.open(Ring::Token, &grant_context(), sealed.as_bytes())?;
        plain::decode(&plain).map(Self).ok_or(OpenError::Malformed)
    }

    /// Returns whose record to load.
    #[must_use]
    pub const fn user(&self) -> UserId {
        self.0.user.0
    }

    pub(crate) fn is_of(&self, generation: Generation) -> bool {
        self.0.generation == generation
    }

    pub(crate) const fn scope(&self) -> Scope {
        self.0.scope
    }

    pub(crate) fn into_grant(self) -> SessionGrant {
        SessionGrant(self.0)
    }
}

impl fmt::Debug for StoredGrant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredGrant")
            .field("user", &self.user())
            .finish_non_exhaustive()
    }
}

/// What a session must have proven for an action.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Requirement {
    /// The least level.
    pub level: Level,
    /// How old the proof that gives the level may be; `None`: as old as the session.
    pub max_age: Option<Duration>,
    /// Whether it must be a key's, which no imitation of the service can obtain.
    pub phishing_resistant: bool,
}

impl Requirement {
    /// Asks for a level, however long ago it was proven.
    #[must_use]
    pub const fn level(level: Level) -> Self {
        Self {
            level,
            max_age: None,
            phishing_resistant: false,
        }
    }

    /// Asks for a proof that no imitation of the service could have obtained: a key's, not a
    /// code's (NIST SP 800-63B-4 section 3.2.5).
    #[must_use]
    pub const fn phishing_resistant(mut self) -> Self {
        self.phishing_resistant = true;
        self
    }

    /// Asks that the proof that gives the level is not older than this.
    #[must_use]
    pub const fn within(mut self, max_age: Duration) -> Self {
        self.max_age = Some(max_age);
        self
    }
}
