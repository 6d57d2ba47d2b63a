//! A service that registers credentials and asks for them, as the tests need it.

#![allow(dead_code, reason = "each test file uses its part")]

use mfakit_core::UnixTime;
use mfakit_testkit::{Assertion, Authenticator, FixedClock, Registration, SeededRng};
use mfakit_webauthn::ctap2::{CborMode, GetAssertionResponse, MakeCredentialResponse};
use mfakit_webauthn::{
    AuthenticationResponse, CredentialDescriptor, CredentialRecord, Error, NewCredential, Policy,
    RegistrationResponse, RelyingParty, Trust, User, UserHandle, VerifiedAssertion, Who,
};
use serde_json::{Map, Value};

pub(crate) const ORIGIN: &str = "https://example.com";
pub(crate) const NOW: UnixTime = UnixTime::from_secs(1_767_225_600);

/// The service, and what it thinks of answers.
pub(crate) struct Service {
    pub(crate) rp: RelyingParty,
    pub(crate) policy: Policy,
    pub(crate) trust: Trust,
    pub(crate) user: UserHandle,
    pub(crate) clock: FixedClock,
    /// Extension inputs beyond those that the relying party asks for itself.
    pub(crate) extensions: Map<String, Value>,
    rng: SeededRng,
}

impl Service {
    pub(crate) fn new() -> Self {
        Self::of(
            RelyingParty::builder("example.com")
                .origin(ORIGIN)
                .build()
                .expect("the relying party is good"),
        )
    }

    pub(crate) fn of(rp: RelyingParty) -> Self {
        let mut rng = SeededRng::new(0x5e71);
        Self {
            rp,
            policy: Policy::passkey(),
            trust: Trust::unverified(),
            user: UserHandle::random(&mut rng),
            clock: FixedClock::at(NOW),
            extensions: Map::new(),
            rng,
        }
    }

    pub(crate) fn with_policy(mut self, policy: Policy) -> Self {
        self.policy = policy;
        self
    }

    /// The options with this service's extension inputs.
    fn extended(&self, options: &str) -> String {
        let mut options: Value = serde_json::from_str(options).expect("options are JSON");
        let members = options.as_object_mut().expect("options are an object");
        let extensions = members
            .entry("extensions")
            .or_insert_with(|| Map::new().into());
        let extensions = extensions.as_object_mut().expect("inputs are an object");
        extensions.extend(self.extensions.clone());
        options.to_string()
    }

    /// The verdict about the answer to a registration, as `write` writes it.
    pub(crate) fn register_by(
        &mut self,
        authenticator: &mut Authenticator,
        write: impl FnOnce(&mut Registration) -> Answer,
    ) -> Result<NewCredential, Error> {
        let user = User::new(self.user, "ada");
        let now = self.clock.now();
        let (options, ceremony) = self
            .rp
            .register(&user, &[], self.policy, now, &mut self.rng);
        let options = self.extended(&options.to_json());
        let mut registration = authenticator
            .make_credential(&options, ORIGIN)
            .expect("the authenticator answers");
        let finish = |response: &RegistrationResponse<'_>| {
            ceremony.finish(&self.rp, response, now, &self.trust)
        };
        match write(&mut registration) {
            Answer::Json(json) => finish(&RegistrationResponse::from_json(&json)?),
            Answer::Ctap2(bytes) => {
                let response = MakeCredentialResponse::parse(&bytes, CborMode::Canonical)
                    .expect("the response is canonical");
                finish(&RegistrationResponse::from_parts(
                    &registration.id,
                    &registration.client_data.json(),
                    &response.attestation_object(),
                )?)
            }
        }
    }

    /// The verdict about the answer to a registration once it was changed.
    pub(crate) fn register_as(
        &mut self,
        authenticator: &mut Authenticator,
        change: impl FnOnce(&mut Registration),
    ) -> Result<NewCredential, Error> {
        self.register_by(authenticator, |registration| {
            change(registration);
            Answer::Json(registration.json())
        })
    }

    /// A registration as it comes from the authenticator, which is accepted.
    pub(crate) fn register(&mut self, authenticator: &mut Authenticator) -> CredentialRecord {
        self.register_as(authenticator, |_| {})
            .expect("the answer is good")
            .into_record()
    }

    /// The verdict about the answer to a sign-in, as `write` writes it. Who signs in is known where
    /// the credential is not discoverable.
    pub(crate) fn sign_in_by(
        &mut self,
        authenticator: &mut Authenticator,
        record: &CredentialRecord,
        write: impl FnOnce(&mut Assertion) -> Answer,
    ) -> Result<VerifiedAssertion, Error> {
        let credentials = authenticator.credentials();
        let credential = credentials.iter().find(|known| known.id == record.id);
        let allow = [CredentialDescriptor::new(&record.id)];
        let who = if credential.is_some_and(|known| known.discoverable) {
            Who::Discoverable
        } else {
            Who::Known(&self.user, &allow)
        };
        let now = self.clock.now();
        let (options, ceremony) = self.rp.authenticate(who, self.policy, now, &mut self.rng);
        let options = self.extended(&options.to_json());
        let mut assertion = authenticator
            .get_assertion(&options, ORIGIN)
            .expect("the authenticator answers");
        let finish = |response: &AuthenticationResponse<'_>| {
            let claim = ceremony.claim(response)?;
            ceremony.finish(&self.rp, claim, record, now)
        };
        match write(&mut assertion) {
            Answer::Json(json) => finish(&AuthenticationResponse::from_json(&json)?),
            Answer::Ctap2(bytes) => {
                let response = GetAssertionResponse::parse(&bytes, CborMode::Canonical)
                    .expect("the response is canonical");
                finish(&AuthenticationResponse::from_parts(
                    response.credential_id().expect("the kit names it"),
                    &assertion.client_data.json(),
                    response.authenticator_data(),
                    response.signature(),
                    response.user_handle(),
                )?)
            }
        }
    }

    /// The verdict about the answer to a sign-in once it was changed.
    pub(crate) fn sign_in_as(
        &mut self,
        authenticator: &mut Authenticator,
        record: &CredentialRecord,
        change: impl FnOnce(&mut Assertion),
    ) -> Result<VerifiedAssertion, Error> {
        self.sign_in_by(authenticator, record, |assertion| {
            change(assertion);
            Answer::Json(assertion.json())
        })
    }
}

/// How an answer reaches the service.
pub(crate) enum Answer {
    Json(String),
    Ctap2(Vec<u8>),
}
