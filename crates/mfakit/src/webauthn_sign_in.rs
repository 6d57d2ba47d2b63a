//! Signing in and stepping up with security keys and passkeys.

use mfakit_core::{OsRng, RandomnessUnavailable, Sealed, UserId};
use mfakit_flows::{
    KeyAssertion, KeyRefusal, KeyRequest, Mediation, Never, Requirement, SessionGrant,
    SignInRefusal, StepUpRefusal,
};
use mfakit_webauthn::{AuthenticationResponse, RequestOptions};

use crate::{Error, Mfa, Operation, Request};

impl Mfa {
    /// Finishes a sign-in with a security key or passkey, as the second step.
    ///
    /// The sign-in is used up by it. After a refused key it stays good, but not after
    /// [`KeyRefusal::CounterWentBack`].
    ///
    /// # Inputs
    ///
    /// - `token`: as [`KeyRequest::token`] gave it to this browser: [`SecondFactor::key`] has it.
    /// - `response`: what `credential.toJSON()` gave, as text.
    /// - `request`: with the browser's cookies, and the address that attempts are limited by.
    ///
    /// # Errors
    ///
    /// - [`Error::MalformedResponse`] if it is no browser's answer, and [`Error::Token`] if the
    ///   token is not of this browser.
    /// - [`SignInRefusal::Key`] if the key was not accepted: [`KeyRefusal::user_text`] has a
    ///   sentence for the page, which is to be made anew by [`Mfa::pending_sign_in`].
    /// - [`SignInRefusal::Ended`] if the sign-in was used up, timed out or was voided: begin again.
    /// - [`SignInRefusal::TooMany`] if 64 sign-ins of the user were finished within ten minutes.
    /// - [`Error::Throttled`] if too many attempts came from this network, or wait for this user.
    /// - The failures of [`Error`].
    ///
    /// # Security
    ///
    /// Open the session under a new id: whoever knew the old one must not be signed in.
    ///
    /// [`SecondFactor::key`]: crate::SecondFactor::key
    pub async fn verify_webauthn(
        &self,
        token: &Sealed<KeyAssertion>,
        response: &str,
        request: &Request,
    ) -> Result<SessionGrant, Error<SignInRefusal>> {
        let grant = async {
            let ceremony = self.open_assertion(token, request)?;
            let user = ceremony
                .user()
                .ok_or(Error::Refused(SignInRefusal::Ended))?;
            self.limit_source(request).await?;
            let response = AuthenticationResponse::from_json(response)?;
            self.sign_in_with_key(user, &ceremony, &response, request)
                .await
        };
        self.observed(Operation::SecondFactor, grant).await
    }

    /// Begins a sign-in with a passkey alone, and returns what the page needs. It reads and writes
    /// nothing: call it whenever the sign-in page is shown. It names no credential, so nobody
    /// learns from it who has one.
    ///
    /// # Inputs
    ///
    /// - `request`: with the browser's cookies.
    ///
    /// # Errors
    ///
    /// - [`Error::NotConfigured`] if the builder was given no relying party.
    /// - [`Error::Randomness`] if the system gives no random bytes.
    pub async fn begin_passkey(
        &self,
        mediation: Mediation,
        request: &Request,
    ) -> Result<KeyRequest, Error<Never>> {
        let begun = async {
            let (relying, mut rng) = (self.configured()?, OsRng::new()?);
            let context = self.context(request);
            let begun = KeyAssertion::passkey(mediation, relying, &context, &mut rng);
            Ok(self.key_request(begun, request)?)
        };
        self.observed(Operation::FirstFactor, begun).await
    }

    /// Finishes a sign-in with a passkey alone, which has verified its user: two factors in one.
    ///
    /// Who it is, the grant says.
    ///
    /// # Inputs
    ///
    /// As [`Mfa::verify_webauthn`], with the token of [`Mfa::begin_passkey`].
    ///
    /// # Errors
    ///
    /// As [`Mfa::verify_webauthn`]. [`KeyRefusal::Unknown`] if nobody here has the passkey (any
    /// more): the page may tell the browser so, with `PublicKeyCredential.signalUnknownCredential`.
    ///
    /// # Security
    ///
    /// As [`Mfa::verify_webauthn`]. The host has not seen this user yet: its own checks, such as that
    /// the account is not blocked, are still to be made.
    pub async fn verify_passkey(
        &self,
        token: &Sealed<KeyAssertion>,
        response: &str,
        request: &Request,
    ) -> Result<SessionGrant, Error<SignInRefusal>> {
        let grant = async {
            let ceremony = self.open_assertion(token, request)?;
            if ceremony.user().is_some() {
                return Err(Error::Refused(SignInRefusal::Ended));
            }
            self.limit_source(request).await?;
            let response = AuthenticationResponse::from_json(response)?;
            let user = self.owner_of_passkey(&response, request).await?;
            self.sign_in_with_key(user, &ceremony, &response, request)
                .await
        };
        self.observed(Operation::FirstFactor, grant).await
    }

    async fn owner_of_passkey(
        &self,
        response: &AuthenticationResponse<'_>,
        request: &Request,
    ) -> Result<UserId, Error<SignInRefusal>> {
        let unknown = || Error::Refused(SignInRefusal::Key(KeyRefusal::Unknown));
        self.configured()?;
        let vault = &self.parts().vault;
        let owner = vault.owner_of(response.credential_id(), request.now());
        let owner: Result<_, Error<_>> = owner.await;
        owner?.ok_or_else(unknown)
    }

    async fn sign_in_with_key(
        &self,
        user: UserId,
        ceremony: &KeyAssertion,
        response: &AuthenticationResponse<'_>,
        request: &Request,
    ) -> Result<SessionGrant, Error<SignInRefusal>> {
        let relying = self.configured()?;
        self.transact(user, request, |record, context, rng| {
            record.verify_webauthn(ceremony, response, relying, context, rng)
        })
        .await
    }

    /// Begins to prove a security key or passkey within a session. Writes nothing.
    ///
    /// # Inputs
    ///
    /// - `grant`: of the session, as [`Mfa::resume`] gave it.
    /// - `requirement`: what it is for; AAL3 takes a key that verifies its user.
    /// - `request`: with the browser's cookies.
    ///
    /// # Errors
    ///
    /// - [`StepUpRefusal::Key`] if the user has no key in use.
    /// - [`StepUpRefusal::Grant`] if the session has ended.
    /// - [`Error::NotConfigured`] if the builder was given no relying party.
    /// - The failures of [`Error`].
    pub async fn begin_step_up_webauthn(
        &self,
        grant: &SessionGrant,
        requirement: Requirement,
        request: &Request,
    ) -> Result<KeyRequest, Error<StepUpRefusal>> {
        let begun = async {
            let (relying, mut rng) = (self.configured()?, OsRng::new()?);
            let begun = self.read(grant.user(), request, |record, context| {
                record.begin_step_up_webauthn(grant, requirement, relying, context, &mut rng)
            });
            Ok(self.key_request(begun.await?, request)?)
        };
        self.observed(Operation::StepUp, begun).await
    }

    /// Proves a security key or passkey within a session, and returns its new grant. The session
    /// goes on whatever comes of it.
    ///
    /// # Inputs
    ///
    /// - `grant`: of the session that began it.
    /// - `token`: as [`Mfa::begin_step_up_webauthn`] gave it to this browser.
    /// - `response`: what `credential.toJSON()` gave, as text.
    /// - `request`: with the browser's cookies, and the address that attempts are limited by.
    ///
    /// # Errors
    ///
    /// - [`Error::MalformedResponse`] if it is no browser's answer, and [`Error::Token`] if the
    ///   token is not of this browser.
    /// - [`StepUpRefusal::Key`] if the key was not accepted: begin again.
    /// - [`StepUpRefusal::Ended`] if the token was used up or voided, or is another session's.
    /// - [`StepUpRefusal::TooMany`] if 64 proofs were made within the lifetime of one.
    /// - [`StepUpRefusal::Grant`] if the session has ended.
    /// - [`Error::Throttled`] if too many attempts came from this network, or wait for this user.
    /// - The failures of [`Error`].
    ///
    /// # Security
    ///
    /// Keep the new grant in the old one's place, under a new session id.
    pub async fn step_up_webauthn(
        &self,
        grant: &SessionGrant,
        token: &Sealed<KeyAssertion>,
        response: &str,
        request: &Request,
    ) -> Result<SessionGrant, Error<StepUpRefusal>> {
        let renewed = async {
            let (relying, ceremony) = (self.configured()?, self.open_assertion(token, request)?);
            self.limit_source(request).await?;
            let response = AuthenticationResponse::from_json(response)?;
            self.transact(grant.user(), request, |record, context, rng| {
                record.step_up_webauthn(grant, &ceremony, &response, relying, context, rng)
            })
            .await
        };
        self.observed(Operation::StepUp, renewed).await
    }

    fn open_assertion<R: std::error::Error + 'static>(
        &self,
        token: &Sealed<KeyAssertion>,
        request: &Request,
    ) -> Result<KeyAssertion, Error<R>> {
        self.open_bound(request, |keys, binding| {
            KeyAssertion::open(token, keys, binding)
        })
    }

    fn key_request(
        &self,
        (options, ceremony): (RequestOptions, KeyAssertion),
        request: &Request,
    ) -> Result<KeyRequest, RandomnessUnavailable> {
        let (keys, mut rng) = (self.keys(), OsRng::new()?);
        let binding = self.binding(request, &mut rng);
        Ok(KeyRequest::new(
            options, &ceremony, &binding, keys, &mut rng,
        ))
    }
}
