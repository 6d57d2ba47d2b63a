//! Support reset: a code from an operator, with which everything is set up anew.

use mfakit_core::{Sealed, UserId};
use mfakit_flows::{
    GrantRefusal, ManageRefusal, Never, PendingSignIn, ResetCancellation, ResetTicket,
    SessionGrant, SignInRefusal, TypedRecoveryCode,
};

use crate::{Error, Mfa, Operation, Request};

impl Mfa {
    /// Grants another user a reset, and returns the code that the operator gives to the owner. A
    /// ticket that was granted before is void.
    ///
    /// It removes nothing and opens nothing. Every confirmed address of the user is told, with a
    /// way to cancel ([`Mail::cancel_reset`](crate::Mail::cancel_reset)).
    ///
    /// # Inputs
    ///
    /// - `operator`: the session of somebody whom the host knows as an operator, with a fresh
    ///   proof of the second factor.
    /// - `user`: who has lost the devices; not the operator.
    /// - `reason`: kept with the ticket and the event, and told to the owner; cut after 256 bytes.
    ///
    /// # Errors
    ///
    /// - [`ManageRefusal::OwnRecord`] if the operator is the user.
    /// - [`ManageRefusal::NotEnrolled`] if the user is off: there is nothing to reset.
    /// - [`ManageRefusal::Grant`] if the operator's proof is not fresh, or the session has ended.
    /// - [`ManageRefusal::Full`] if events of the user must be delivered first.
    /// - [`Error::UnknownUser`] if either of the two has no record.
    /// - The other failures of [`Error`].
    ///
    /// # Security
    ///
    /// Who is an operator, only the host knows: look it up before the call. The operator makes sure
    /// who asks, as carefully as at sign-up, and gives the code to nobody but the owner.
    pub async fn issue_reset(
        &self,
        operator: &SessionGrant,
        user: UserId,
        reason: &str,
        request: &Request,
    ) -> Result<ResetTicket, Error<ManageRefusal>> {
        let issued = async {
            self.hold_operator(operator, request).await?;
            self.transact(user, request, |record, context, rng| {
                record.issue_reset(operator, reason, self.keys(), context, rng)
            })
            .await
        };
        self.observed(Operation::Manage, issued).await
    }

    /// Accepts the code from support after the first factor, for the set-up of a new device.
    ///
    /// The grant is of [`Scope::SetUp`](crate::Scope::SetUp): with [`Mfa::resume_limited`] it opens
    /// the set-up of a device, and nothing else. Once one is confirmed, all devices, recovery codes
    /// and sessions of before are gone, in the same write. Left midway, the code works again within
    /// its hour.
    ///
    /// # Inputs
    ///
    /// As [`Mfa::verify_recovery_code`].
    ///
    /// # Errors
    ///
    /// As [`Mfa::verify_recovery_code`].
    ///
    /// # Security
    ///
    /// Open the session under a new id. The grant is no full one: bring it back by [`Mfa::resume`],
    /// which refuses it, before a page is shown, and not by the type alone.
    pub async fn verify_reset_code(
        &self,
        token: &Sealed<PendingSignIn>,
        code: &str,
        request: &Request,
    ) -> Result<SessionGrant, Error<SignInRefusal>> {
        let grant = async {
            let pending = self.open_pending(token, request)?;
            self.limit_source(request).await?;
            let code = TypedRecoveryCode::parse(code)?;
            self.transact(pending.user(), request, |record, context, rng| {
                record.verify_reset_code(&pending, &code, self.keys(), context, rng)
            })
            .await
        };
        self.observed(Operation::SecondFactor, grant).await
    }

    /// Cancels a reset with what stood in the mail about it; returns `false` if it is not open any
    /// more.
    ///
    /// # Errors
    ///
    /// - [`Error::Token`] if it is not of this service.
    /// - The failures of [`Error`].
    ///
    /// # Security
    ///
    /// Call it when a button was pressed, on a POST: mail scanners follow links.
    pub async fn cancel_reset(
        &self,
        token: &Sealed<ResetCancellation>,
        request: &Request,
    ) -> Result<bool, Error<Never>> {
        let canceled = async {
            let token = ResetCancellation::open(token, self.keys()).map_err(Error::Token)?;
            self.transact(token.user(), request, |record, context, rng| {
                record.cancel_reset(&token, context, rng)
            })
            .await
        };
        self.observed(Operation::Manage, canceled).await
    }

    /// Cancels the signed-in user's own reset; returns `false` if none is open.
    ///
    /// # Inputs
    ///
    /// - `grant`: with a fresh proof of the second factor.
    ///
    /// # Errors
    ///
    /// - [`Error::Refused`] if the proof is not fresh, or the session has ended.
    /// - The other failures of [`Error`].
    pub async fn withdraw_reset(
        &self,
        grant: &SessionGrant,
        request: &Request,
    ) -> Result<bool, Error<GrantRefusal>> {
        let user = grant.user();
        self.change(Operation::Manage, user, request, |record, context, rng| {
            record.withdraw_reset(grant, context, rng)
        })
        .await
    }
}
