//! Support reset: an operator gives the owner a code, with which everything is set up anew.

use alloc::string::String;
use core::fmt;

use mfakit_core::{Keys, OpenError, Ring, SealContext, Sealed, UnixTime, UserId};
use minicbor::{CborLen, Decode, Encode};
use rand_core::CryptoRng;

use super::UserRecord;
use super::manage::kept_reason;
use crate::codec::{Time, User};
use crate::context::is_live;
use crate::error::{GrantRefusal, ManageRefusal, RecordFull, RecoveryRefusal, SignInRefusal};
use crate::event::ByUser;
use crate::recovery::Mark;
use crate::{
    CodeLength, Context, Decision, EventKind, Never, PendingSignIn, Proof, Refused, ResetTicket,
    Scope, SessionGrant, SessionId, Stage, TicketId, TypedRecoveryCode, plain,
};

/// What the mark of a ticket's code is made with.
const LABEL: &str = "mfakit support reset";

/// A reset that support has granted and the owner has not finished.
#[derive(CborLen, Debug, Decode, Encode)]
pub(crate) struct Ticket {
    #[n(0)]
    id: TicketId,
    #[n(1)]
    mark: Mark,
    #[n(2)]
    expires: Time,
    #[n(3)]
    by: ByUser,
    #[n(4)]
    reason: String,
    /// The session that has given the code, and may set up the new device.
    #[n(5)]
    claimed_by: Option<SessionId>,
}

/// An open reset, as the owner may see it.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct ResetView {
    /// When it ends, if nothing ends it before.
    pub until: UnixTime,
    /// The operator who granted it.
    pub by: UserId,
    /// The reason given.
    pub reason: String,
}

/// Lets whoever reads the owner's mail cancel one reset, and nothing else.
///
/// It is part of the notification. A link in a mail is followed by machines, too: let it lead to a
/// page with a button, and cancel when the button was pressed.
#[must_use = "give it to `cancel_reset`"]
pub struct ResetCancellation(CancellationState);

#[derive(CborLen, Decode, Encode)]
struct CancellationState {
    #[n(0)]
    user: User,
    #[n(1)]
    ticket: TicketId,
}

impl ResetCancellation {
    pub(crate) const fn new(user: UserId, ticket: TicketId) -> Self {
        Self(CancellationState {
            user: User(user),
            ticket,
        })
    }

    /// Returns whose reset it cancels.
    #[must_use]
    pub const fn user(&self) -> UserId {
        self.0.user.0
    }

    pub(crate) fn seal(&self, keys: &Keys, rng: &mut impl CryptoRng) -> Sealed<Self> {
        let bytes = keys.seal(Ring::Token, &cancellation(), &plain::encode(&self.0), rng);
        Sealed::from_bytes(bytes)
    }

    /// Opens what came back from the mail. Whether there is anything to cancel, the record knows.
    ///
    /// # Errors
    ///
    /// [`OpenError`] if it was not sealed by this service's keys.
    pub fn open(sealed: &Sealed<Self>, keys: &Keys) -> Result<Self, OpenError> {
        let plain = keys.open(Ring::Token, &cancellation(), sealed.as_bytes())?;
        plain::decode(&plain).map(Self).ok_or(OpenError::Malformed)
    }
}

fn cancellation() -> SealContext {
    SealContext::new("mfakit reset cancellation")
}

impl fmt::Debug for ResetCancellation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResetCancellation")
            .field("user", &self.user())
            .finish_non_exhaustive()
    }
}

impl UserRecord {
    /// Grants a reset on the word of an operator, in the place of one that was granted before.
    ///
    /// It removes nothing and opens nothing: it makes a code, with which the owner, after the first
    /// factor, may set up a new device. All confirmed addresses are told.
    ///
    /// # Inputs
    ///
    /// - `operator`: another user's session whose second factor was proven within the last minutes.
    ///   That the session still holds has been seen when it was resumed; that this user is an
    ///   operator, and has made sure who asks, the host must know.
    /// - `reason`: kept with the event, cut after 256 bytes, control and invisible characters
    ///   dropped.
    ///
    /// # Errors
    ///
    /// The verdict of the decision is
    ///
    /// - [`ManageRefusal::OwnRecord`] if the operator is the user.
    /// - [`ManageRefusal::Grant`] if the operator's proof is missing or too old.
    /// - [`ManageRefusal::NotEnrolled`] if the user is off: there is nothing to reset.
    /// - [`ManageRefusal::Full`] if events must be delivered first.
    pub fn issue_reset(
        mut self,
        operator: &SessionGrant,
        reason: &str,
        keys: &Keys,
        context: &Context<'_>,
        rng: &mut impl CryptoRng,
    ) -> Decision<ResetTicket, ManageRefusal> {
        match self.try_issue(operator, reason, keys, context, rng) {
            Ok(ticket) => Decision::write(self, Ok(ticket)),
            Err(refusal) => Decision::unchanged(self, Err(refusal)),
        }
    }

    fn try_issue(
        &mut self,
        operator: &SessionGrant,
        reason: &str,
        keys: &Keys,
        context: &Context<'_>,
        rng: &mut impl CryptoRng,
    ) -> Result<ResetTicket, ManageRefusal> {
        self.require_operator(operator, context)?;
        if !self.is_on() {
            return Err(ManageRefusal::NotEnrolled);
        }
        let code = TypedRecoveryCode::random(CodeLength::Chars16, rng);
        let id = TicketId::random(rng);
        let (by, reason) = (ByUser::new(operator.user()), kept_reason(reason));
        let expires = context.now.saturating_add(context.profile.reset_ticket);
        let issued = EventKind::ResetIssued {
            ticket: id,
            by,
            reason: reason.clone(),
            expires: expires.as_secs(),
        };
        self.note_change(issued, context, rng)?;
        self.void_ticket();
        self.0.reset = Some(Ticket {
            id,
            mark: Mark::new(LABEL, id.as_bytes(), &code, keys),
            expires: Time(expires),
            by,
            reason,
            claimed_by: None,
        });
        Ok(ResetTicket::of(&code, expires))
    }

    /// Returns the reset that is open, if one is.
    #[must_use]
    pub fn reset(&self, context: &Context<'_>) -> Option<ResetView> {
        self.open_ticket(context).map(|ticket| ResetView {
            until: ticket.expires.0,
            by: ticket.by.user(),
            reason: ticket.reason.clone(),
        })
    }

    fn open_ticket(&self, context: &Context<'_>) -> Option<&Ticket> {
        let lifetime = context.profile.reset_ticket;
        let ticket = self.0.reset.as_ref();
        ticket.filter(|ticket| is_live(ticket.expires.0, lifetime, context.now))
    }

    /// Accepts the code that support gave out, for the set-up of a new device.
    ///
    /// The grant has [`Scope::SetUp`] and has proven the first factor alone. Once a device is
    /// confirmed with it, everything that was there before goes, in the same write. If the set-up
    /// is left midway, the code may be given again within its time.
    ///
    /// # Errors
    ///
    /// The verdict of the decision is as of [`UserRecord::verify_recovery_code`].
    ///
    /// # Security
    ///
    /// Open the session under an id that was drawn anew. The grant is no full one: ask
    /// [`UserRecord::resume`], which refuses it, before a page is shown.
    pub fn verify_reset_code(
        mut self,
        pending: &PendingSignIn,
        code: &TypedRecoveryCode,
        keys: &Keys,
        context: &Context<'_>,
        rng: &mut impl CryptoRng,
    ) -> Decision<SessionGrant, SignInRefusal> {
        if let Err(refused) = self.admit_paper(pending, context) {
            return refused.of(self);
        }
        let Some(ticket) = self.open_ticket(context) else {
            let none = SignInRefusal::Recovery(RecoveryRefusal::NoneOpen);
            return Decision::unchanged(self, Err(none));
        };
        if !ticket
            .mark
            .is(&Mark::new(LABEL, ticket.id.as_bytes(), code, keys))
        {
            let refusal = self.refuse_paper(Refused::Mismatch, Stage::Reset, context, rng);
            return Decision::write(self, Err(refusal));
        }
        self.0.recovery_waits.clear();
        self.spend(pending.nonce(), Time(pending.expires()));
        let first = Proof::first_factor(pending.first_factor_at());
        let grant = self.narrow_grant([first].into(), Scope::SetUp, rng);
        if let Some(ticket) = &mut self.0.reset {
            ticket.claimed_by = Some(grant.session());
        }
        let level = grant.level();
        let signed_in = EventKind::SignedIn {
            level,
            device: None,
        };
        self.note_attempt(signed_in, context, rng);
        Decision::write(self, Ok(grant))
    }

    /// Whether a session may set up a device in the place of all there are.
    pub(super) fn is_reset_by(&self, grant: &SessionGrant, context: &Context<'_>) -> bool {
        let ticket = self.open_ticket(context);
        let session = ticket.and_then(|ticket| ticket.claimed_by);
        grant.scope() == Scope::SetUp && session == Some(grant.session())
    }

    /// Takes the ticket away, and what was begun with it.
    fn void_ticket(&mut self) {
        let claimed_by = self.0.reset.take().and_then(|ticket| ticket.claimed_by);
        let begun = |pending: &mut super::PendingTotp| Some(pending.session) == claimed_by;
        self.0.totp_setup.take_if(begun);
    }

    /// Removes all there is, when a new device takes its place.
    pub(super) fn complete_reset(
        &mut self,
        context: &Context<'_>,
        rng: &mut impl CryptoRng,
    ) -> Result<(), RecordFull> {
        let devices = self.bury(|_| true, context);
        self.0.totp_setup = None;
        self.0.totp_failures.clear();
        self.forget_recovery();
        self.note_change(EventKind::ResetUsed { devices }, context, rng)?;
        self.end_sessions(rng);
        Ok(())
    }

    /// Cancels a reset, for whoever reads the owner's mail; tells whether there was one.
    pub fn cancel_reset(
        self,
        cancellation: &ResetCancellation,
        context: &Context<'_>,
        rng: &mut impl CryptoRng,
    ) -> Decision<bool, Never> {
        let open = self.open_ticket(context);
        let is_it = open.is_some_and(|ticket| ticket.id == cancellation.0.ticket);
        self.withdraw(is_it, context, rng)
    }

    /// Cancels a reset, for the owner who is signed in. Needs a fresh proof of the second factor.
    ///
    /// # Errors
    ///
    /// The verdict of the decision is [`GrantRefusal`] if a fresh proof is needed, or the session
    /// does not hold.
    pub fn withdraw_reset(
        self,
        grant: &SessionGrant,
        context: &Context<'_>,
        rng: &mut impl CryptoRng,
    ) -> Decision<bool, GrantRefusal> {
        if let Err(refusal) = self.require_fresh(grant, context) {
            return Decision::unchanged(self, Err(refusal));
        }
        let is_open = self.open_ticket(context).is_some();
        self.withdraw(is_open, context, rng)
    }

    fn withdraw<E>(
        mut self,
        is_open: bool,
        context: &Context<'_>,
        rng: &mut impl CryptoRng,
    ) -> Decision<bool, E> {
        if !is_open {
            return Decision::unchanged(self, Ok(false));
        }
        self.void_ticket();
        self.note_attempt(EventKind::ResetCanceled, context, rng);
        Decision::write(self, Ok(true))
    }
}
