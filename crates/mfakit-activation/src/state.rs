//! What a service stores of a user's codes.

use alloc::collections::BTreeMap;
use core::fmt;
use core::time::Duration;

use mfakit_core::{UnixTime, UserId};

use crate::limits::Limits;
use crate::tag::{ClaimantTag, CodeTag};
use crate::{Address, IssuedCode, Purpose};

mod bytes;

pub use bytes::CorruptState;

/// All that is stored of one user's activation codes: keyed hashes, times and counts, no code.
///
/// It is a value: [`ActivationCodes`](crate::ActivationCodes) takes one and returns the next in a
/// [`Transition`](crate::Transition). A user has one code of each [`Purpose`] at most. The limits
/// are the user's, over all purposes, so keep the state when its codes are gone.
#[derive(Clone, Eq, PartialEq)]
pub struct Activation {
    pub(crate) user: UserId,
    pub(crate) codes: BTreeMap<Purpose, Code>,
    pub(crate) limits: Limits,
}

#[derive(Clone, Eq, PartialEq)]
pub(crate) enum Code {
    Pending(Pending),
    /// Kept until the next one is issued, so that a second use is told from no code at all.
    Consumed {
        at: UnixTime,
    },
}

#[derive(Clone, Eq, PartialEq)]
pub(crate) struct Pending {
    pub(crate) address: Address,
    pub(crate) tag: CodeTag,
    pub(crate) issued_at: UnixTime,
    /// The last second at which it can be entered.
    pub(crate) expires_at: UnixTime,
    pub(crate) claim: Option<Claim>,
}

#[derive(Clone, Copy, Eq, PartialEq)]
pub(crate) struct Claim {
    pub(crate) by: ClaimantTag,
    pub(crate) at: UnixTime,
    /// The last second at which the code can be redeemed.
    pub(crate) until: UnixTime,
}

impl Pending {
    /// The latest time that is known to have been.
    pub(crate) fn latest(&self) -> UnixTime {
        match &self.claim {
            Some(claim) => claim.at.max(self.issued_at),
            None => self.issued_at,
        }
    }

    /// Whether it can be entered, or redeemed.
    fn is_live(&self, now: UnixTime) -> bool {
        let is_claimed = self.claim.is_some_and(|claim| now <= claim.until);
        self.latest() <= now && (now <= self.expires_at || is_claimed)
    }
}

impl Claim {
    /// How long until the code is free for other claimants.
    pub(crate) fn retry_after(&self, now: UnixTime) -> Duration {
        // `until` is the last second of the claim, so the next one is free.
        let left = self.until.as_secs().saturating_sub(now.as_secs());
        Duration::from_secs(left.saturating_add(1))
    }
}

impl Activation {
    /// Makes the state of a user who has never been sent a code.
    #[must_use]
    pub const fn new(user: UserId) -> Self {
        Self {
            user,
            codes: BTreeMap::new(),
            limits: Limits::NONE,
        }
    }

    /// Returns whose state it is.
    #[must_use]
    pub const fn user(&self) -> &UserId {
        &self.user
    }

    /// Returns the code that can be entered now, if there is one: what a page says about it.
    ///
    /// At sign-in, issue a new one if this is `None`: the manual sends another when the last was not
    /// used in time.
    #[must_use]
    pub fn pending(&self, purpose: Purpose, now: UnixTime) -> Option<PendingCode<'_>> {
        match self.codes.get(&purpose)? {
            Code::Pending(pending) => (pending.issued_at..=pending.expires_at)
                .contains(&now)
                .then_some(PendingCode(pending)),
            Code::Consumed { .. } => None,
        }
    }

    /// Returns the state without the code of a purpose: the user cancels, switches two-factor
    /// authentication off, or changes the address that it was sent to. The limits stay.
    #[must_use = "write it in the place of the old state"]
    pub fn cancel(&self, purpose: Purpose) -> Self {
        let mut next = self.clone();
        next.codes.remove(&purpose);
        next
    }

    /// Returns the state without a code whose mail could not be handed over.
    ///
    /// The code is void and does not count against the limits of issue: its user never got it. If a
    /// newer one has been issued meanwhile, that one stays.
    #[must_use = "write it in the place of the old state"]
    pub fn withdraw(&self, undelivered: IssuedCode) -> Self {
        let mut next = self.clone();
        let of_it = |code: &Code| match code {
            Code::Pending(pending) => pending.tag.matches(&undelivered.tag),
            Code::Consumed { .. } => false,
        };
        if next.codes.get(&undelivered.purpose).is_some_and(of_it) {
            next.codes.remove(&undelivered.purpose);
            let issued = &mut next.limits.issued;
            if let Some(at) = issued.iter().rposition(|&at| at == undelivered.issued_at) {
                issued.remove(at);
            }
        }
        next
    }

    /// Drops what is over, and what a clock that has been put right left in the future.
    ///
    /// Wrong codes are forgotten here, and by then every code that they were tried on is over. So it
    /// is dropped for good, lest the clock go back and it be tried as often again.
    pub(crate) fn renew(&mut self, now: UnixTime) {
        self.limits.renew(now);
        self.codes.retain(|_, code| match code {
            Code::Pending(pending) => pending.is_live(now),
            Code::Consumed { .. } => true,
        });
    }

    /// Ends all codes that could still be entered or redeemed.
    pub(crate) fn void_all(&mut self) {
        self.codes.retain(|_, code| match code {
            Code::Pending(_) => false,
            Code::Consumed { .. } => true,
        });
    }
}

/// Shows which codes there are, without hashes and addresses.
impl fmt::Debug for Activation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Activation")
            .field("user", &self.user)
            .field("codes", &self.codes)
            .field("limits", &self.limits)
            .finish()
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pending(pending) => f
                .debug_struct("Pending")
                .field("issued_at", &pending.issued_at)
                .field("expires_at", &pending.expires_at)
                .field("claimed_until", &pending.claim.map(|claim| claim.until))
                .finish_non_exhaustive(),
            Self::Consumed { at } => f.debug_struct("Consumed").field("at", at).finish(),
        }
    }
}

/// A code that can be entered: what a page tells its user about it.
#[derive(Clone, Copy)]
pub struct PendingCode<'a>(&'a Pending);

impl PendingCode<'_> {
    /// Returns the address that it was sent to.
    #[must_use]
    pub const fn address(&self) -> &Address {
        &self.0.address
    }

    /// Returns when it was issued.
    #[must_use]
    pub const fn issued_at(&self) -> UnixTime {
        self.0.issued_at
    }

    /// Returns the last second at which it is right.
    #[must_use]
    pub const fn expires_at(&self) -> UnixTime {
        self.0.expires_at
    }
}

impl fmt::Debug for PendingCode<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PendingCode")
            .field("issued_at", &self.0.issued_at)
            .field("expires_at", &self.0.expires_at)
            .finish_non_exhaustive()
    }
}
