//! A client and an authenticator of others, `passkey` 0.5, whose answers we must accept.

use mfakit_benches::ceremony::{NOW, ORIGIN, RP_ID, USER};
use mfakit_core::OsRng;
use mfakit_webauthn::provider::{AWS_LC_RS, CryptoProvider, RUSTCRYPTO};
use mfakit_webauthn::{
    AuthenticationResponse, Policy, RegistrationResponse, RelyingParty, Trust, User, UserHandle,
    UserVerification, Who,
};
use passkey::authenticator::{Authenticator, UiHint, UserCheck, UserValidationMethod};
use passkey::client::{Client, DefaultClientData};
use passkey::types::Passkey;
use passkey::types::ctap2::{Aaguid, Ctap2Error};
use serde_json::Value;

/// A person who is there and agrees to everything.
struct Willing;

#[async_trait::async_trait]
impl UserValidationMethod for Willing {
    type PasskeyItem = Passkey;

    async fn check_user<'a>(
        &self,
        _: UiHint<'a, Passkey>,
        presence: bool,
        verification: bool,
    ) -> Result<UserCheck, Ctap2Error> {
        Ok(UserCheck {
            presence,
            verification,
        })
    }

    fn is_verification_enabled(&self) -> Option<bool> {
        Some(true)
    }

    fn is_presence_enabled(&self) -> bool {
        true
    }
}

/// Our options, as a page would hand them to the browser.
fn options<T: serde::de::DeserializeOwned>(json: &str) -> T {
    let public_key: Value = serde_json::from_str(json).expect("options are JSON");
    serde_json::from_value(serde_json::json!({ "publicKey": public_key }))
        .expect("the client reads our options")
}

async fn registers_and_signs_in(provider: CryptoProvider, policy: Policy) {
    let mut rng = OsRng::new().expect("the system has randomness");
    let rp = RelyingParty::builder(RP_ID)
        .origin(ORIGIN)
        .provider(provider)
        .build()
        .expect("the relying party is good");
    let handle = UserHandle::from_bytes(USER).expect("short");
    let user = User::new(handle, "ada");
    let origin = url::Url::parse(ORIGIN).expect("an origin");
    let authenticator = Authenticator::new(Aaguid::new_empty(), None::<Passkey>, Willing);
    let mut client = Client::new(authenticator);

    let (creation, ceremony) = rp.register(&user, &[], policy, NOW, &mut rng);
    let created = client
        .register(&origin, options(&creation.to_json()), DefaultClientData)
        .await
        .expect("the client registers");
    let json = serde_json::to_string(&created).expect("JSON");
    let response = RegistrationResponse::from_json(&json).expect("we read its answer");
    let credential = ceremony
        .finish(&rp, &response, NOW, &Trust::unverified())
        .expect("we accept its credential");
    let mut record = credential.into_record();

    for who in [
        Who::Known(&handle, &[record.descriptor()]),
        Who::Discoverable,
    ] {
        let (request, ceremony) = rp.authenticate(who, policy, NOW, &mut rng);
        let got = client
            .authenticate(&origin, options(&request.to_json()), DefaultClientData)
            .await
            .expect("the client signs in");
        let json = serde_json::to_string(&got).expect("JSON");
        let response = AuthenticationResponse::from_json(&json).expect("we read its answer");
        let claim = ceremony.claim(&response).expect("it names the credential");
        let proof = ceremony
            .finish(&rp, claim, &record, NOW)
            .expect("we accept its assertion");
        assert_eq!(proof.user(), &handle);
        proof.update().apply(&mut record);
    }
}

#[test]
fn passkey() {
    let required = Policy::passkey().with_user_verification(UserVerification::Required);
    for provider in [RUSTCRYPTO, AWS_LC_RS] {
        for policy in [Policy::passkey(), Policy::second_factor(), required] {
            pollster::block_on(registers_and_signs_in(provider, policy));
        }
    }
}
