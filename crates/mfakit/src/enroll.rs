//! Setting up authenticator apps.

use mfakit_flows::{DeviceName, EnrollRefusal, Enrolled, ManageRefusal, SessionGrant, TotpSetup};
use mfakit_totp::TypedCode;

use crate::{Error, Mfa, Operation, Request};

impl Mfa {
    /// Begins to set up an authenticator app: returns what the page needs to show. A set-up that
    /// was not finished is replaced.
    ///
    /// # Errors
    ///
    /// - [`EnrollRefusal::Grant`] if a fresh proof is needed, or the session has ended.
    /// - [`EnrollRefusal::LimitReached`] if the user has as many as the profile allows.
    pub async fn begin_totp(
        &self,
        grant: &SessionGrant,
        request: &Request,
    ) -> Result<TotpSetup, Error<EnrollRefusal>> {
        let setup = self.transact(grant.user(), request, |record, context, rng| {
            record.begin_totp(grant, context, rng)
        });
        self.observed(Operation::Enroll, setup).await
    }

    /// Returns the set-up that this session has under way, to show its page again.
    ///
    /// # Errors
    ///
    /// [`EnrollRefusal::NothingPending`] if there is none, or it timed out.
    pub async fn totp_setup(
        &self,
        grant: &SessionGrant,
        request: &Request,
    ) -> Result<TotpSetup, Error<EnrollRefusal>> {
        let setup = self.read(grant.user(), request, |record, context| {
            record.totp_setup(grant, context)
        });
        self.observed(Operation::Enroll, setup).await
    }

    /// Gives a set-up up; its secret is gone.
    ///
    /// # Errors
    ///
    /// [`ManageRefusal::Grant`] if the session does not hold.
    pub async fn cancel_totp(
        &self,
        grant: &SessionGrant,
        request: &Request,
    ) -> Result<(), Error<ManageRefusal>> {
        let canceled = self.transact(grant.user(), request, |record, context, rng| {
            record.cancel_totp(grant, context, rng)
        });
        self.observed(Operation::Enroll, canceled).await
    }

    /// Finishes a set-up with the first code of the new app.
    ///
    /// Keep the grant that it returns in the old one's place, under a new session id: if it is the
    /// user's first device, all other sessions have ended.
    ///
    /// # Inputs
    ///
    /// - `code`: as the user typed it; spaces and dashes are passed over. It is spent by this.
    /// - `name`: what the user calls the device; `None` gives it a name of its own.
    ///
    /// # Errors
    ///
    /// - [`Error::MalformedCode`] if it is no code: nothing was counted.
    /// - [`EnrollRefusal::Code`] if it was not accepted: counted as at sign-in, the set-up goes on.
    /// - [`EnrollRefusal::NameTaken`], [`EnrollRefusal::NothingPending`],
    ///   [`EnrollRefusal::Grant`].
    pub async fn confirm_totp(
        &self,
        grant: &SessionGrant,
        code: &str,
        name: Option<DeviceName>,
        request: &Request,
    ) -> Result<Enrolled, Error<EnrollRefusal>> {
        let enrolled = async {
            self.limit_source(request).await?;
            let code = TypedCode::parse(code)?;
            let enrolled = self.transact(grant.user(), request, |record, context, rng| {
                record.confirm_totp(grant, &code, name.clone(), context, rng)
            });
            enrolled.await
        };
        self.observed(Operation::Enroll, enrolled).await
    }
}
