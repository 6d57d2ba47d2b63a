//! Setting up authenticator apps.

use mfakit_flows::{DeviceName, EnrollRefusal, Enrolled, ManageRefusal, SessionGrant, TotpSetup};
use mfakit_totp::TypedCode;

use crate::{Error, Mfa, Operation, Request};

impl Mfa {
    /// Begins to set up an authenticator app, and returns what the page needs to show.
    ///
    /// It replaces a set-up that was not finished. The secret stays on the server, waits ten
    /// minutes for its first code, and is no factor before.
    ///
    /// # Inputs
    ///
    /// - `grant`: with a fresh proof: of the second factor, or of the first while there is no
    ///   second.
    ///
    /// # Errors
    ///
    /// - [`EnrollRefusal::Grant`] if the proof is not fresh, or the session has ended.
    /// - [`EnrollRefusal::LimitReached`] if the user has as many as the profile allows.
    /// - The failures of [`Error`].
    ///
    /// # Security
    ///
    /// The page shows a secret: TLS, `Cache-Control: no-store`, nothing of it in a log or in
    /// another service's QR code generator.
    pub async fn begin_totp(
        &self,
        grant: &SessionGrant,
        request: &Request,
    ) -> Result<TotpSetup, Error<EnrollRefusal>> {
        self.change(
            Operation::Enroll,
            grant.user(),
            request,
            |record, context, rng| record.begin_totp(grant, context, rng),
        )
        .await
    }

    /// Returns the set-up that this session has under way, to show its page again.
    ///
    /// # Errors
    ///
    /// - [`EnrollRefusal::NothingPending`] if there is none, it is another session's, or it timed
    ///   out.
    /// - [`EnrollRefusal::Grant`] if the session has ended.
    /// - The failures of [`Error`].
    ///
    /// # Security
    ///
    /// As [`Mfa::begin_totp`].
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

    /// Gives a set-up up; its secret is gone. Nothing happens if there is none.
    ///
    /// # Errors
    ///
    /// - [`ManageRefusal::Grant`] if the session has ended.
    /// - The failures of [`Error`].
    pub async fn cancel_totp(
        &self,
        grant: &SessionGrant,
        request: &Request,
    ) -> Result<(), Error<ManageRefusal>> {
        self.change(
            Operation::Enroll,
            grant.user(),
            request,
            |record, context, rng| record.cancel_totp(grant, context, rng),
        )
        .await
    }

    /// Finishes a set-up with the first code of the new app, which is spent by it.
    ///
    /// With the user's first device all other sessions end, if the profile says so.
    ///
    /// # Inputs
    ///
    /// - `grant`: of the session that began the set-up.
    /// - `code`: as the user typed it, of any length; spaces, a dash and full-width digits will do.
    /// - `name`: what the user calls the device; `None` gives it a name of its own.
    ///
    /// # Errors
    ///
    /// - [`Error::MalformedCode`] if it is no code. Nothing was counted.
    /// - [`EnrollRefusal::Code`] if it was not accepted. It counts as at sign-in; the set-up goes
    ///   on.
    /// - [`EnrollRefusal::NameTaken`] if another device of the user has this name. The code was not
    ///   looked at.
    /// - [`EnrollRefusal::NothingPending`] if this session has no set-up under way, or it timed out.
    /// - [`EnrollRefusal::Grant`] if the session has ended.
    /// - [`EnrollRefusal::Full`] if events must be delivered first.
    /// - [`Error::Throttled`] if too many attempts came from this network, or wait for this user.
    /// - The failures of [`Error`].
    ///
    /// # Security
    ///
    /// Keep the new grant in the old one's place, under a new session id, or the session ends here.
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
            // In a support reset the keys of before go.
            self.releasing(grant, request, enrolled).await
        };
        self.observed(Operation::Enroll, enrolled).await
    }
}
