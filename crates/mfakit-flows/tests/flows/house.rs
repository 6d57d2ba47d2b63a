//! A service that knows keys, and keys in somebody's hand.

use mfakit_core::{Sealed, UserId};
use mfakit_flows::{
    DeviceId, EnrollRefusal, Enrolled, KeyAssertion, KeyChoice, KeyRegistration, Mediation, Next,
    PendingSignIn, Relying, Requirement, SessionGrant, SignInRefusal, StepUpRefusal, WebAuthn,
};
use mfakit_testkit::certificate::{Authority, Certificate};
use mfakit_testkit::statement::{AttestationKey, Packed};
use mfakit_testkit::{Authenticator, SeededRng, SigningKey};
use mfakit_webauthn::{
    Algorithm, AuthenticationResponse, RegistrationResponse, RelyingParty, Trust,
};

use crate::world::{World, name};

pub(crate) const ORIGIN: &str = "https://example.com";

pub(crate) fn service() -> WebAuthn {
    let rp = RelyingParty::builder("example.com").origin(ORIGIN);
    WebAuthn::new(rp.build().unwrap())
}

fn key(seed: u64) -> SigningKey {
    SigningKey::generate(Algorithm::Es256, &mut SeededRng::new(seed)).unwrap()
}

fn maker() -> Authority {
    Authority::new("maker of keys", key(900))
}

/// Trusts the maker of [`attested`].
pub(crate) fn trust() -> Trust {
    Trust::anchors(&[&maker().root()]).unwrap()
}

/// A key whose maker attests that it is a piece of hardware.
pub(crate) fn attested(seed: u64) -> Authenticator {
    let authenticator = Authenticator::new(seed);
    let own = key(901);
    let certificate = Certificate::packed(&own, authenticator.settings.aaguid);
    let chain = vec![maker().issue(&certificate)];
    authenticator.with_attestation(Packed::by(AttestationKey::new(own, chain)))
}

/// A passkey that its provider copies to all of the user's devices.
pub(crate) fn synced(seed: u64) -> Authenticator {
    let mut authenticator = Authenticator::new(seed);
    authenticator.settings.backup_eligible = true;
    authenticator.settings.backed_up = true;
    authenticator.settings.counter = mfakit_testkit::CounterBehavior::Zero;
    authenticator
}

/// A second step with its ceremony.
pub(crate) struct Step {
    pub(crate) pending: PendingSignIn,
    pub(crate) options: String,
    pub(crate) ceremony: KeyAssertion,
}

impl Step {
    /// What the key says to it.
    pub(crate) fn answer(&self, key: &mut Authenticator) -> String {
        key.get_assertion(&self.options, ORIGIN).unwrap().json()
    }
}

impl World {
    /// A service that asks for attestation and trusts one maker.
    pub(crate) fn attesting(mut self) -> Self {
        self.webauthn = self.webauthn.want_attestation(trust());
        self
    }

    pub(crate) fn relying(&self) -> Relying<'_> {
        Relying {
            webauthn: &self.webauthn,
            keys: &self.keys,
        }
    }

    pub(crate) fn begin_key(
        &mut self,
        grant: &SessionGrant,
    ) -> Result<(String, KeyRegistration), EnrollRefusal> {
        let mut rng = self.draw();
        let (options, registration) = self.ask(|record, context| {
            let (relying, choice) = (self.relying(), KeyChoice::Any);
            record.begin_webauthn(grant, "ada", choice, relying, context, &mut rng)
        })?;
        Ok((options.to_json(), registration))
    }

    /// Verifies and confirms what a browser answered.
    pub(crate) fn confirm_key(
        &mut self,
        grant: &SessionGrant,
        registration: &KeyRegistration,
        answer: &str,
        called: Option<&str>,
    ) -> Result<Enrolled, EnrollRefusal> {
        let response = RegistrationResponse::from_json(answer).unwrap();
        let verified = self.ask(|record, context| {
            record.verify_registration(grant, registration, &response, self.relying(), context)
        })?;
        let called = called.map(name);
        self.decide(|record, context, rng| {
            record.confirm_webauthn(grant, &verified, called, context, rng)
        })
    }

    /// Sets a key up, begun and finished at once.
    pub(crate) fn try_register(
        &mut self,
        grant: &SessionGrant,
        key: &mut Authenticator,
        called: Option<&str>,
    ) -> Result<Enrolled, EnrollRefusal> {
        let (options, registration) = self.begin_key(grant)?;
        let answer = key.make_credential(&options, ORIGIN).unwrap().json();
        self.confirm_key(grant, &registration, &answer, called)
    }

    pub(crate) fn register(
        &mut self,
        grant: &SessionGrant,
        key: &mut Authenticator,
        called: &str,
    ) -> (DeviceId, SessionGrant) {
        let enrolled = self.try_register(grant, key, Some(called)).unwrap();
        (enrolled.device, enrolled.grant)
    }

    /// A user whose only second factor is a key.
    pub(crate) fn with_key() -> (Self, Authenticator, DeviceId, SessionGrant) {
        let mut world = Self::new();
        let grant = world.signed_in();
        let mut key = Authenticator::new(1);
        let (device, grant) = world.register(&grant, &mut key, "key");
        world.pass(30);
        (world, key, device, grant)
    }

    /// Proves the first factor and begins the second step.
    pub(crate) fn step(&mut self) -> Step {
        match self.first_factor() {
            Next::SecondFactor { pending, offers } => {
                let mut rng = self.draw();
                let (relying, now) = (self.relying(), self.now);
                let context = mfakit_flows::Context::new(now, &self.source, &self.profile);
                let begun = offers.request(&pending, relying, &context, &mut rng);
                let (options, ceremony) = begun.unwrap();
                let options = options.to_json();
                Step {
                    pending,
                    options,
                    ceremony,
                }
            }
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn verify_key(
        &mut self,
        ceremony: &KeyAssertion,
        answer: &str,
    ) -> Result<SessionGrant, SignInRefusal> {
        let response = AuthenticationResponse::from_json(answer).unwrap();
        self.decide_key(|record, relying, context, rng| {
            record.verify_webauthn(ceremony, &response, relying, context, rng)
        })
    }

    /// First factor and key.
    pub(crate) fn sign_in_by(
        &mut self,
        key: &mut Authenticator,
    ) -> Result<SessionGrant, SignInRefusal> {
        let step = self.step();
        let answer = step.answer(key);
        self.verify_key(&step.ceremony, &answer)
    }

    pub(crate) fn begin_passkey(&mut self) -> (String, KeyAssertion) {
        let mut rng = self.draw();
        let (options, ceremony) = self.ask(|_, context| {
            KeyAssertion::passkey(Mediation::Button, self.relying(), context, &mut rng)
        });
        (options.to_json(), ceremony)
    }

    pub(crate) fn sign_in_by_passkey(
        &mut self,
        key: &mut Authenticator,
    ) -> Result<SessionGrant, SignInRefusal> {
        let (options, ceremony) = self.begin_passkey();
        let answer = key.get_assertion(&options, ORIGIN).unwrap().json();
        self.verify_key(&ceremony, &answer)
    }

    pub(crate) fn begin_step_up(
        &mut self,
        grant: &SessionGrant,
        requirement: Requirement,
    ) -> Result<(String, KeyAssertion), StepUpRefusal> {
        let mut rng = self.draw();
        let begun = self.ask(|record, context| {
            let relying = self.relying();
            record.begin_step_up_webauthn(grant, requirement, relying, context, &mut rng)
        });
        begun.map(|(options, ceremony)| (options.to_json(), ceremony))
    }

    pub(crate) fn finish_step_up(
        &mut self,
        grant: &SessionGrant,
        ceremony: &KeyAssertion,
        answer: &str,
    ) -> Result<SessionGrant, StepUpRefusal> {
        let response = AuthenticationResponse::from_json(answer).unwrap();
        self.decide_key(|record, relying, context, rng| {
            record.step_up_webauthn(grant, ceremony, &response, relying, context, rng)
        })
    }

    pub(crate) fn step_up_by(
        &mut self,
        grant: &SessionGrant,
        requirement: Requirement,
        key: &mut Authenticator,
    ) -> Result<SessionGrant, StepUpRefusal> {
        let (options, ceremony) = self.begin_step_up(grant, requirement)?;
        let answer = key.get_assertion(&options, ORIGIN).unwrap().json();
        self.finish_step_up(grant, &ceremony, &answer)
    }

    /// Through a browser and back.
    pub(crate) fn resealed(&mut self, ceremony: &KeyAssertion) -> KeyAssertion {
        let sealed = ceremony.seal(&self.keys, b"browser", &mut self.rng);
        let sealed = Sealed::from_text(&sealed.to_text()).unwrap();
        KeyAssertion::open(&sealed, &self.keys, b"browser").unwrap()
    }

    pub(crate) fn user_of(ceremony: &KeyAssertion) -> Option<UserId> {
        ceremony.user()
    }
}
