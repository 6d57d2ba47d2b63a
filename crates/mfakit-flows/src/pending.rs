//! A sign-in between its first and its second factor.

use core::fmt;

use mfakit_core::{Keys, OpenError, Ring, SealContext, Sealed, UnixTime, UserId};
use minicbor::{CborLen, Decode, Encode};
use rand_core::CryptoRng;

use crate::codec::{Time, User};
use crate::ids::Generation;
use crate::plain;

/// Says that somebody has proven the first factor and owes the second.
///
/// It is not a session and cannot be used as one: it names the user and opens nothing. It leaves
/// the service sealed, bound to one browser, and works once, until it expires, a budget is spent,
/// or the user's record says otherwise.
#[must_use = "ask for the second factor"]
pub struct PendingSignIn(PendingState);

#[derive(CborLen, Clone, Copy, Decode, Encode)]
pub(crate) struct PendingState {
    #[n(0)]
    user: User,
    #[n(1)]
    generation: Generation,
    /// Spent by the sign-in that it ends in.
    #[n(2)]
    nonce: Nonce,
    #[n(3)]
    first_factor_at: Time,
    #[n(4)]
    expires: Time,
}

/// 128 random bits that make a token single-use (NIST SP 800-63B-4 section 3.1.6.2 asks for 64).
#[derive(Clone, Copy, Eq, PartialEq)]
pub(crate) struct Nonce(pub(crate) [u8; 16]);
crate::codec::via_bytes!(Nonce, |nonce| &nonce.0, |bytes| bytes
    .try_into()
    .ok()
    .map(Nonce));

impl PendingState {
    pub(crate) const fn user(&self) -> UserId {
        self.user.0
    }
}

impl PendingSignIn {
    /// The sign-in that a ceremony belongs to.
    pub(crate) const fn of(state: PendingState) -> Self {
        Self(state)
    }

    pub(crate) const fn state(&self) -> PendingState {
        self.0
    }

    pub(crate) fn new(
        user: UserId,
        generation: Generation,
        now: UnixTime,
        expires: UnixTime,
        rng: &mut impl CryptoRng,
    ) -> Self {
        let mut nonce = [0; 16];
        rng.fill_bytes(&mut nonce);
        Self(PendingState {
            user: User(user),
            generation,
            nonce: Nonce(nonce),
            first_factor_at: Time(now),
            expires: Time(expires),
        })
    }

    /// Returns whose sign-in it is.
    #[must_use]
    pub const fn user(&self) -> UserId {
        self.0.user.0
    }

    /// Returns when it ends, if nothing ends it before.
    #[must_use]
    pub const fn expires(&self) -> UnixTime {
        self.0.expires.0
    }

    pub(crate) const fn first_factor_at(&self) -> UnixTime {
        self.0.first_factor_at.0
    }

    pub(crate) const fn nonce(&self) -> Nonce {
        self.0.nonce
    }

    pub(crate) fn is_of(&self, generation: Generation) -> bool {
        self.0.generation == generation
    }

    /// Seals it for the browser.
    ///
    /// # Inputs
    ///
    /// - `binding`: what only this browser has, such as the value of a cookie that scripts cannot
    ///   read (at least 16 random bytes). The token opens with the same binding only.
    pub fn seal(&self, keys: &Keys, binding: &[u8], rng: &mut impl CryptoRng) -> Sealed<Self> {
        let plain = plain::encode(&self.0);
        Sealed::from_bytes(keys.seal(Ring::Token, &pending_context(binding), &plain, rng))
    }

    /// Opens what [`PendingSignIn::seal`] made. Whether it still holds, the record decides.
    ///
    /// # Errors
    ///
    /// [`OpenError`] if it was not sealed by this service's keys for this browser.
    pub fn open(sealed: &Sealed<Self>, keys: &Keys, binding: &[u8]) -> Result<Self, OpenError> {
        let plain = keys.open(Ring::Token, &pending_context(binding), sealed.as_bytes())?;
        plain::decode(&plain).map(Self).ok_or(OpenError::Malformed)
    }
}

fn pending_context(binding: &[u8]) -> SealContext {
    SealContext::new("mfakit pending sign-in").with(binding)
}

impl fmt::Debug for PendingSignIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PendingSignIn")
            .field("user", &self.user())
            .field("expires", &self.expires())
            .finish_non_exhaustive()
    }
}
