//! The life of a code: issued, claimed, redeemed.

use mfakit_core::{SecretArray, UnixTime};
use rand_core::CryptoRng;

use crate::state::{Claim, Code, Pending};
use crate::tag::{ClaimantTag, CodeTag};
use crate::{
    Activation, CLAIM_TTL, ClaimError, Claimant, ClaimedCode, IssueError, IssuedCode, RedeemError,
    RedeemedCode, Subject, Transition, TypedCode, Validity,
};

/// Issues, claims and redeems codes: the key of a service, and how long its codes live.
///
/// All three take a state and the time, and return the next state with the verdict in a
/// [`Transition`]. None of them knows the time of any other call, or does anything but compute.
#[derive(Clone, Copy, Debug)]
pub struct ActivationCodes<'k> {
    key: &'k SecretArray<32>,
    validity: Validity,
}

impl<'k> ActivationCodes<'k> {
    /// Makes the codes of a service, valid for fifteen minutes.
    ///
    /// # Inputs
    ///
    /// - `key`: 32 bytes from a cryptographic generator, used for nothing else and kept apart from
    ///   the database: who has a state and the key can try codes on it. Under another key, codes
    ///   that are pending do not match any more.
    #[must_use]
    pub const fn new(key: &'k SecretArray<32>) -> Self {
        Self {
            key,
            validity: Validity::Manual,
        }
    }

    /// Makes codes that are issued from now on valid for another time.
    #[must_use]
    pub const fn with_validity(mut self, validity: Validity) -> Self {
        self.validity = validity;
        self
    }

    /// Issues a code, and voids the one of the same purpose that was pending.
    ///
    /// The wrong codes entered so far stay counted. Codes of other purposes whose time is over are
    /// dropped on this occasion.
    ///
    /// # Inputs
    ///
    /// - `state`: the user's, as it is stored.
    /// - `subject`: whose code it will be, what for, and where it goes.
    /// - `now`: the server's time.
    /// - `rng`: draws the code.
    ///
    /// # Errors
    ///
    /// - [`IssueError::Throttled`] if the last code was issued within [`ISSUE_PAUSE`], or
    ///   [`ISSUES_PER_HOUR`] within the hour, or [`TRIES_PER_CODE`] wrong codes were entered and
    ///   [`FAILURE_LOCK`] is not over. What was pending stays so.
    /// - [`IssueError::UserMismatch`] if the state is not the subject's.
    ///
    /// [`ISSUE_PAUSE`]: crate::ISSUE_PAUSE
    /// [`ISSUES_PER_HOUR`]: crate::ISSUES_PER_HOUR
    /// [`TRIES_PER_CODE`]: crate::TRIES_PER_CODE
    /// [`FAILURE_LOCK`]: crate::FAILURE_LOCK
    ///
    /// # Security
    ///
    /// Issue only to someone who has proven a first factor, or anybody could use up a user's codes,
    /// and limit requests by source besides: these limits are each user's own.
    pub fn issue(
        &self,
        state: &Activation,
        subject: &Subject<'_>,
        now: UnixTime,
        rng: &mut impl CryptoRng,
    ) -> Transition<Result<IssuedCode, IssueError>> {
        if state.user != *subject.user {
            return Transition::unchanged(state, Err(IssueError::UserMismatch));
        }
        let mut next = state.clone();
        next.renew(now);
        if let Some(retry_after) = next.limits.issue_wait(now) {
            let refused = Err(IssueError::Throttled { retry_after });
            // A clock that was put right leaves something to write, and so do times that are over:
            // once, not at each refusal.
            return if next == *state {
                Transition::unchanged(state, refused)
            } else {
                Transition::changed(next, refused)
            };
        }

        let code = TypedCode::random(rng);
        let expires_at = now.saturating_add(self.validity.duration());
        let tag = CodeTag::new(self.key, subject, now, expires_at, &code);
        next.codes.insert(
            subject.purpose,
            Code::Pending(Pending {
                address: subject.address.clone(),
                tag,
                issued_at: now,
                expires_at,
                claim: None,
            }),
        );
        next.limits.issued.push(now);
        let issued = IssuedCode {
            text: code.grouped(),
            tag,
            purpose: subject.purpose,
            address: subject.address.clone(),
            issued_at: now,
            expires_at,
        };
        Transition::changed(next, Ok(issued))
    }

    /// Compares a code with the pending one, and reserves it for one browser if it is right.
    ///
    /// A claim lasts [`CLAIM_TTL`]. As long as the code is valid, its claimant may claim it again,
    /// and so may anybody who enters it once the claim is over: a set-up that was left can be gone
    /// on with.
    ///
    /// # Inputs
    ///
    /// - `state`: the user's, as it is stored.
    /// - `subject`: as for [`ActivationCodes::issue`], from the records as they are *now*.
    /// - `claimant`: the browser that enters the code.
    /// - `code`: what the user typed.
    /// - `now`: the server's time.
    ///
    /// # Errors
    ///
    /// In this order; each but the last two without comparing anything:
    ///
    /// - [`ClaimError::UserMismatch`] if the state is not the subject's.
    /// - [`ClaimError::Throttled`] if too many wrong codes were entered.
    /// - [`ClaimError::NoPendingCode`] if there is none of this purpose, or it was sent to another
    ///   address than the subject has now. The latter voids it.
    /// - [`ClaimError::CodeConsumed`] if it has been redeemed.
    /// - [`ClaimError::ClockWentBack`] if it was issued after `now`.
    /// - [`ClaimError::Expired`] if its time is over.
    /// - [`ClaimError::CodeMismatch`] if it is another code. This is counted; with no tries left,
    ///   all codes of the user are void.
    /// - [`ClaimError::ClaimedElsewhere`] if it is right, and another claimant holds it.
    ///
    /// # Timing
    ///
    /// Codes are compared by their keyed hashes, in constant time.
    ///
    /// # Security
    ///
    /// Call it for what a user submits, never for following a link: mail scanners follow links.
    pub fn claim(
        &self,
        state: &Activation,
        subject: &Subject<'_>,
        claimant: &Claimant,
        code: &TypedCode,
        now: UnixTime,
    ) -> Transition<Result<ClaimedCode, ClaimError>> {
        let refused = |error| Transition::unchanged(state, Err(error));
        if state.user != *subject.user {
            return refused(ClaimError::UserMismatch);
        }
        if let Some(retry_after) = state.limits.lock_wait(now) {
            return refused(ClaimError::Throttled { retry_after });
        }
        let pending = match pending_of(state, subject) {
            Ok(pending) => pending,
            Err(gone) => return gone.refusal(state, subject),
        };
        if now < pending.issued_at {
            return refused(ClaimError::ClockWentBack);
        }
        if now > pending.expires_at {
            return refused(ClaimError::Expired);
        }

        let mut next = state.clone();
        let typed = CodeTag::new(
            self.key,
            subject,
            pending.issued_at,
            pending.expires_at,
            code,
        );
        if !typed.matches(&pending.tag) {
            let tries_left = next.limits.count_failure(now.max(pending.latest()));
            if tries_left == 0 {
                next.void_all();
            }
            return Transition::changed(next, Err(ClaimError::CodeMismatch { tries_left }));
        }
        let by = ClaimantTag::new(self.key, subject.user, subject.purpose, claimant);
        if let Some(claim) = &pending.claim
            && !claim.by.matches(&by)
            && now <= claim.until
        {
            let retry_after = claim.retry_after(now);
            return refused(ClaimError::ClaimedElsewhere { retry_after });
        }

        let until = now.saturating_add(CLAIM_TTL);
        let claimed = Pending {
            claim: Some(Claim { by, at: now, until }),
            ..pending.clone()
        };
        next.codes.insert(subject.purpose, Code::Pending(claimed));
        next.limits.failures = None;
        let verdict = ClaimedCode {
            user: state.user,
            purpose: subject.purpose,
            until,
        };
        Transition::changed(next, Ok(verdict))
    }

    /// Uses a claimed code up, for good.
    ///
    /// Call it when the set-up is complete, and write the new state together with what was set up:
    /// in one record, or one transaction. A set-up that is left half done then costs no code.
    ///
    /// Where there is nothing between entering the code and using it, claim and redeem one after
    /// the other, redeeming the state that claiming returned, and write once at the end.
    ///
    /// # Inputs
    ///
    /// As for [`ActivationCodes::claim`]; the claimant must be the one that claimed.
    ///
    /// # Errors
    ///
    /// In this order:
    ///
    /// - [`RedeemError::UserMismatch`] if the state is not the subject's.
    /// - [`RedeemError::NoPendingCode`] if there is none of this purpose, or it was sent to another
    ///   address than the subject has now. The latter voids it.
    /// - [`RedeemError::CodeConsumed`] if it has been redeemed.
    /// - [`RedeemError::NotClaimed`] if it is not claimed, or by another claimant.
    /// - [`RedeemError::ClockWentBack`] if it was claimed after `now`.
    /// - [`RedeemError::ClaimExpired`] if the claim is over.
    pub fn redeem(
        &self,
        state: &Activation,
        subject: &Subject<'_>,
        claimant: &Claimant,
        now: UnixTime,
    ) -> Transition<Result<RedeemedCode, RedeemError>> {
        let refused = |error| Transition::unchanged(state, Err(error));
        if state.user != *subject.user {
            return refused(RedeemError::UserMismatch);
        }
        let pending = match pending_of(state, subject) {
            Ok(pending) => pending,
            Err(gone) => return gone.refusal(state, subject),
        };
        let by = ClaimantTag::new(self.key, subject.user, subject.purpose, claimant);
        let claim = match &pending.claim {
            Some(claim) if claim.by.matches(&by) => claim,
            Some(_) | None => return refused(RedeemError::NotClaimed),
        };
        if now < claim.at {
            return refused(RedeemError::ClockWentBack);
        }
        if now > claim.until {
            return refused(RedeemError::ClaimExpired);
        }

        let mut next = state.clone();
        next.codes
            .insert(subject.purpose, Code::Consumed { at: now });
        let verdict = RedeemedCode {
            user: state.user,
            purpose: subject.purpose,
            address: pending.address.clone(),
        };
        Transition::changed(next, Ok(verdict))
    }
}

/// The subject's code, if it can still be entered or redeemed as far as the time goes.
fn pending_of<'s>(state: &'s Activation, subject: &Subject<'_>) -> Result<&'s Pending, Gone> {
    match state.codes.get(&subject.purpose) {
        None => Err(Gone::Absent),
        Some(Code::Consumed { .. }) => Err(Gone::Consumed),
        Some(Code::Pending(pending)) if pending.address == *subject.address => Ok(pending),
        Some(Code::Pending(_)) => Err(Gone::SentElsewhere),
    }
}

/// Why there is no code to look at.
enum Gone {
    Absent,
    Consumed,
    /// To an address that is no longer the user's: void from now on.
    SentElsewhere,
}

impl Gone {
    fn refusal<V, E: From<Self>>(
        self,
        state: &Activation,
        subject: &Subject<'_>,
    ) -> Transition<Result<V, E>> {
        match self {
            Self::Absent | Self::Consumed => Transition::unchanged(state, Err(self.into())),
            Self::SentElsewhere => {
                Transition::changed(state.cancel(subject.purpose), Err(self.into()))
            }
        }
    }
}

impl From<Gone> for ClaimError {
    fn from(gone: Gone) -> Self {
        match gone {
            Gone::Absent | Gone::SentElsewhere => Self::NoPendingCode,
            Gone::Consumed => Self::CodeConsumed,
        }
    }
}

impl From<Gone> for RedeemError {
    fn from(gone: Gone) -> Self {
        match gone {
            Gone::Absent | Gone::SentElsewhere => Self::NoPendingCode,
            Gone::Consumed => Self::CodeConsumed,
        }
    }
}
