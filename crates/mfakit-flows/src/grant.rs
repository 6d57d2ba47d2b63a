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
}

impl Proof {
    pub(crate) const fn first_factor(at: UnixTime) -> Self {
        Self {
            method: Method::FirstFactor,
            at: Time(at),
            device: None,
        }
    }

    pub(crate) const fn totp(at: UnixTime, device: DeviceId) -> Self {
        Self {
            method: Method::Totp,
            at: Time(at),
            device: Some(device),
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
    /// The latest proof of each method.
    #[n(3)]
    proofs: Vec<Proof>,
}

impl SessionGrant {
    pub(crate) const fn new(
        user: UserId,
        session: SessionId,
        generation: Generation,
        proofs: Vec<Proof>,
    ) -> Self {
        Self(GrantState {
            user: User(user),
            session,
            generation,
            proofs,
        })
    }

    /// The same session with one more proof, under the record's generation of now.
    pub(crate) fn with_proof(&self, proof: Proof, generation: Generation) -> Self {
        let mut proofs = self.0.proofs.clone();
        proofs.retain(|other| other.method != proof.method);
        proofs.push(proof);
        Self::new(self.user(), self.0.session, generation, proofs)
    }

    /// The same session under another generation.
    pub(crate) fn renewed(&self, generation: Generation) -> Self {
        Self::new(
            self.user(),
            self.0.session,
            generation,
            self.0.proofs.clone(),
        )
    }

    /// The same session without its second factors, which exist no more.
    pub(crate) fn lowered(&self, generation: Generation) -> Self {
        let mut proofs = self.0.proofs.clone();
        proofs.retain(|proof| proof.method == Method::FirstFactor);
        Self::new(self.user(), self.0.session, generation, proofs)
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

    /// Returns what was proven and when, the latest proof of each method.
    #[must_use]
    pub fn proofs(&self) -> &[Proof] {
        &self.0.proofs
    }

    /// Returns the level that the proofs add up to, never more (NIST SP 800-63B-4 section 5.1).
    #[must_use]
    pub fn level(&self) -> Level {
        let proven = |method| self.0.proofs.iter().any(|proof| proof.method == method);
        if proven(Method::FirstFactor) && proven(Method::Totp) {
            Level::Aal2
        } else {
            Level::Aal1
        }
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
                (Method::FirstFactor, FirstFactor::Other) => {}
                (Method::Totp, _) => amr.push("otp"),
            }
        }
        if self.level() >= Level::Aal2 {
            amr.push("mfa");
        }
        amr
    }

    /// Returns the age of the proof that counts for `level`: of the second factor from AAL2 on.
    pub(crate) fn age(&self, level: Level, now: UnixTime) -> Option<Duration> {
        let counts = |proof: &&Proof| level == Level::Aal1 || proof.method != Method::FirstFactor;
        // A proof from the future has no age; it does not hide the others.
        let proofs = self.0.proofs.iter().filter(counts);
        proofs.filter_map(|proof| age_of(proof.at(), now)).min()
    }

    /// Seals the grant, to be kept in the host's session (about 200 bytes of text).
    pub fn seal(&self, keys: &Keys, rng: &mut impl CryptoRng) -> Sealed<Self> {
        let bytes = keys.seal(Ring::Token, &grant_context(), &plain::encode(&self.0), rng);
        Sealed::from_bytes(bytes)
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
}

impl Requirement {
    /// Asks for a level, however long ago it was proven.
    #[must_use]
    pub const fn level(level: Level) -> Self {
        Self {
            level,
            max_age: None,
        }
    }

    /// Asks that the proof that gives the level is not older than this.
    #[must_use]
    pub const fn within(mut self, max_age: Duration) -> Self {
        self.max_age = Some(max_age);
        self
    }
}
