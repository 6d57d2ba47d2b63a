//! Setting up security keys and passkeys, and taking devices out of use.

use mfakit_core::{OsRng, Sealed};
use mfakit_flows::{
    DeviceId, DeviceName, EnrollRefusal, Enrolled, KeyChoice, KeyRegistration, KeySetup,
    ManageRefusal, Relying, SessionGrant, WebAuthn,
};
use mfakit_webauthn::RegistrationResponse;

use crate::{Error, Mfa, Operation, Request};

impl Mfa {
    /// Returns the service as a relying party, if the builder was given one: for
    /// `/.well-known/webauthn` among others.
    #[must_use]
    pub fn webauthn(&self) -> Option<&WebAuthn> {
        self.parts().webauthn.as_ref()
    }

    pub(crate) fn relying(&self) -> Option<Relying<'_>> {
        let keys = self.keys();
        self.webauthn().map(|webauthn| Relying { webauthn, keys })
    }

    pub(crate) fn configured<R: std::error::Error>(&self) -> Result<Relying<'_>, Error<R>> {
        self.relying()
            .ok_or(Error::NotConfigured { part: "webauthn" })
    }

    /// Begins to set up a security key or passkey, and returns what the page needs. Writes nothing;
    /// a set-up that is given up ends by itself.
    ///
    /// # Inputs
    ///
    /// - `grant`: with a fresh proof: of the second factor, or of the first while there is no
    ///   second.
    /// - `account`: the user's name at the service, as the browser shows it in its list.
    /// - `choice`: what the user is going to set up, if they said so.
    /// - `request`: with the browser's cookies.
    ///
    /// # Errors
    ///
    /// - [`EnrollRefusal::Grant`] if the proof is not fresh, or the session has ended.
    /// - [`EnrollRefusal::LimitReached`] if the user has as many as the profile allows.
    /// - [`Error::NotConfigured`] if the builder was given no relying party.
    /// - The failures of [`Error`].
    pub async fn begin_webauthn(
        &self,
        grant: &SessionGrant,
        account: &str,
        choice: KeyChoice,
        request: &Request,
    ) -> Result<KeySetup, Error<EnrollRefusal>> {
        let setup = async {
            let (relying, mut rng) = (self.configured()?, OsRng::new()?);
            let begun = self.read(grant.user(), request, |record, context| {
                record.begin_webauthn(grant, account, choice, relying, context, &mut rng)
            });
            let (options, ceremony) = begun.await?;
            let mut rng = OsRng::new()?;
            let binding = self.binding(request, &mut rng);
            let keys = relying.keys;
            Ok(KeySetup::new(options, &ceremony, &binding, keys, &mut rng))
        };
        self.observed(Operation::Enroll, setup).await
    }

    /// Finishes a set-up with the browser's answer. The token is used up by it.
    ///
    /// With the user's first device all other sessions end, if the profile says so.
    ///
    /// # Inputs
    ///
    /// - `grant`: of the session that began the set-up.
    /// - `token`: as [`KeySetup::token`] gave it to this browser.
    /// - `response`: what `credential.toJSON()` gave, as text.
    /// - `name`: what the user calls the key; `None` gives it a name of its own.
    /// - `request`: with the browser's cookies, and the address that attempts are limited by.
    ///
    /// # Errors
    ///
    /// - [`Error::MalformedResponse`] if it is no browser's answer, and [`Error::Token`] if the
    ///   token is not of this browser.
    /// - [`EnrollRefusal::Key`] if the answer was refused. Begin again.
    /// - [`EnrollRefusal::Taken`] if the key is registered already, by this user or another.
    /// - [`EnrollRefusal::NameTaken`] if another device of the user has this name. The token is
    ///   good for another attempt.
    /// - [`EnrollRefusal::NothingPending`] if the token was used up or voided, or is another
    ///   session's.
    /// - [`EnrollRefusal::TooLarge`], [`EnrollRefusal::TooMany`] if there is no room for it (now).
    /// - [`EnrollRefusal::Grant`], [`EnrollRefusal::LimitReached`] as [`Mfa::begin_webauthn`].
    /// - [`EnrollRefusal::Full`] if events must be delivered first.
    /// - [`Error::Throttled`] if too many attempts came from this network, or wait for this user.
    /// - The failures of [`Error`].
    ///
    /// # Security
    ///
    /// Keep the new grant in the old one's place, under a new session id, or the session ends here.
    pub async fn confirm_webauthn(
        &self,
        grant: &SessionGrant,
        token: &Sealed<KeyRegistration>,
        response: &str,
        name: Option<DeviceName>,
        request: &Request,
    ) -> Result<Enrolled, Error<EnrollRefusal>> {
        let enrolled = async {
            self.limit_source(request).await?;
            let relying = self.configured()?;
            let registration = self.open_bound(request, |keys, binding| {
                KeyRegistration::open(token, keys, binding)
            })?;
            let response = RegistrationResponse::from_json(response)?;
            let verified = self.read(grant.user(), request, |record, context| {
                record.verify_registration(grant, &registration, &response, relying, context)
            });
            let verified = verified.await?;
            // Before the record has it, so that no two records ever do.
            let (id, user) = (verified.credential_id(), grant.user());
            let claimed: Result<bool, Error<_>> =
                self.parts().vault.claim(id, user, request.now()).await;
            if !claimed? {
                return Err(Error::Refused(EnrollRefusal::Taken));
            }
            let enrolled = self.transact(grant.user(), request, |record, context, rng| {
                record.confirm_webauthn(grant, &verified, name.clone(), context, rng)
            });
            // In a support reset the keys of before go.
            self.releasing(grant, request, enrolled).await
        };
        self.observed(Operation::Enroll, enrolled).await
    }

    /// Suspends a device that the user misses, ends the user's other sessions and returns this
    /// one's new grant. The device opens nothing until it is resumed.
    ///
    /// # Inputs
    ///
    /// - `grant`: with a fresh proof of any factor.
    ///
    /// # Errors
    ///
    /// - [`ManageRefusal::LastDevice`] if no other one is in use.
    /// - [`ManageRefusal::Suspended`] if it is suspended already.
    /// - [`ManageRefusal::UnknownDevice`] if the user has no such device.
    /// - [`ManageRefusal::Grant`] if the proof is not fresh, or the session has ended.
    /// - [`ManageRefusal::Full`] if events must be delivered first.
    /// - The failures of [`Error`].
    ///
    /// # Security
    ///
    /// Keep the new grant in the old one's place, under a new session id, or this session has ended
    /// too.
    pub async fn suspend_device(
        &self,
        grant: &SessionGrant,
        device: DeviceId,
        request: &Request,
    ) -> Result<SessionGrant, Error<ManageRefusal>> {
        let user = grant.user();
        self.change(Operation::Manage, user, request, |record, context, rng| {
            record.suspend_device(grant, device, context, rng)
        })
        .await
    }

    /// Puts a suspended device back in use.
    ///
    /// # Inputs
    ///
    /// - `grant`: with a fresh proof of the second factor.
    ///
    /// # Errors
    ///
    /// - [`ManageRefusal::NotSuspended`] if it is in use.
    /// - [`ManageRefusal::UnknownDevice`] if the user has no such device.
    /// - [`ManageRefusal::Grant`] if the proof is not fresh, or the session has ended.
    /// - [`ManageRefusal::Full`] if events must be delivered first.
    /// - The failures of [`Error`].
    pub async fn resume_device(
        &self,
        grant: &SessionGrant,
        device: DeviceId,
        request: &Request,
    ) -> Result<(), Error<ManageRefusal>> {
        let user = grant.user();
        self.change(Operation::Manage, user, request, |record, context, rng| {
            record.resume_device(grant, device, context, rng)
        })
        .await
    }
}
