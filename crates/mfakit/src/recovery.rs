//! Recovery codes, and the review after one was used.

use mfakit_core::Sealed;
use mfakit_flows::{
    DeviceId, ManageRefusal, PendingSignIn, RecoveryCodes, Reviewed, SessionGrant, SignInRefusal,
    TypedRecoveryCode,
};

use crate::{Error, Mfa, Operation, Request};

impl Mfa {
    /// Makes recovery codes, in the place of those there were, and returns them to be shown once.
    ///
    /// # Inputs
    ///
    /// - `grant`: with a fresh proof of the second factor, and of AAL3 if a key of the user gives it.
    ///
    /// # Errors
    ///
    /// - [`ManageRefusal::NotEnrolled`] if the user is off: codes are no factor by themselves.
    /// - [`ManageRefusal::Grant`] if the proof is not fresh, or the session has ended.
    /// - [`ManageRefusal::Full`] if events must be delivered first.
    /// - The failures of [`Error`].
    ///
    /// # Security
    ///
    /// Show all of them in this answer, to be printed or saved: TLS, `Cache-Control: no-store`,
    /// nothing of it in a log. Nothing gives them out again.
    pub async fn make_recovery_codes(
        &self,
        grant: &SessionGrant,
        request: &Request,
    ) -> Result<RecoveryCodes, Error<ManageRefusal>> {
        let user = grant.user();
        self.change(Operation::Manage, user, request, |record, context, rng| {
            record.make_recovery_codes(grant, self.keys(), context, rng)
        })
        .await
    }

    /// Notes that the user has saved the codes. Until then the advice is to do so.
    ///
    /// # Errors
    ///
    /// - [`ManageRefusal::NotEnrolled`] if there are none.
    /// - [`ManageRefusal::Grant`] if the session has ended, or opens one page only.
    /// - The failures of [`Error`].
    pub async fn acknowledge_recovery_codes(
        &self,
        grant: &SessionGrant,
        request: &Request,
    ) -> Result<(), Error<ManageRefusal>> {
        let user = grant.user();
        self.change(Operation::Manage, user, request, |record, context, rng| {
            record.acknowledge_recovery_codes(grant, context, rng)
        })
        .await
    }

    /// Finishes a sign-in with a recovery code, for the review of what the user has.
    ///
    /// The code is used up by it, and so is the token. The grant is of
    /// [`Scope::Review`](crate::Scope::Review): [`Mfa::resume`] refuses it, [`Mfa::resume_limited`]
    /// brings it back for the page of the review, where lost devices are removed and new ones set
    /// up. [`Mfa::finish_review`] makes a session of it.
    ///
    /// # Inputs
    ///
    /// - `token`: as [`SecondFactor::token`](crate::SecondFactor::token) gave it to this browser.
    /// - `code`: as the user typed it, of any length; case, blanks, dashes, and O for 0, I or L for
    ///   1 do not matter.
    /// - `request`: with the browser's cookies, and the address: wrong codes make its network wait.
    ///
    /// # Errors
    ///
    /// - [`Error::MalformedRecoveryCode`] if it is no code. Nothing was counted.
    /// - [`SignInRefusal::Recovery`] if it was not accepted. Show one text for all of these,
    ///   [`RecoveryRefusal::user_text`](crate::RecoveryRefusal::user_text), with `Retry-After` if
    ///   it was throttled. The token stays good.
    /// - [`SignInRefusal::Ended`] if the sign-in was used up, timed out or was voided, and
    ///   [`Error::Token`] if the token is not of this browser: begin again with the first factor.
    /// - [`SignInRefusal::TooMany`] if 64 sign-ins of the user were finished within ten minutes.
    /// - [`Error::Throttled`] if too many attempts came from this network, or wait for this user.
    /// - The failures of [`Error`].
    ///
    /// # Security
    ///
    /// Open the session under a new id. The grant is no full one: bring it back by [`Mfa::resume`],
    /// which refuses it, before a page is shown, and not by the type alone.
    pub async fn verify_recovery_code(
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
                record.verify_recovery_code(&pending, &code, self.keys(), context, rng)
            })
            .await
        };
        self.observed(Operation::SecondFactor, grant).await
    }

    /// Finishes the review after a recovery: removes the lost devices, makes new recovery codes,
    /// and ends all other sessions.
    ///
    /// # Inputs
    ///
    /// - `grant`: of the review, at most an hour old.
    /// - `lost`: the devices to remove, possibly none.
    ///
    /// # Errors
    ///
    /// - [`ManageRefusal::LastDevice`] if no device in use would be left: set up a new one first,
    ///   with this grant.
    /// - [`ManageRefusal::UnknownDevice`] if one of them is none of the user's.
    /// - [`ManageRefusal::NothingToReview`] if the grant is of no review.
    /// - [`ManageRefusal::Grant`] if the review was too long, or has ended.
    /// - [`ManageRefusal::Full`] if events must be delivered first.
    /// - The failures of [`Error`].
    ///
    /// # Security
    ///
    /// Keep the new grant in the old one's place, under a new session id; end the session if there is
    /// none, as the profile has a key used that was not shown. For the codes as
    /// [`Mfa::make_recovery_codes`].
    pub async fn finish_review(
        &self,
        grant: &SessionGrant,
        lost: &[DeviceId],
        request: &Request,
    ) -> Result<Reviewed, Error<ManageRefusal>> {
        let reviewed = self.transact(grant.user(), request, |record, context, rng| {
            record.finish_review(grant, lost, self.keys(), context, rng)
        });
        self.observed(Operation::Manage, self.releasing(grant, request, reviewed))
            .await
    }
}
