//! Ceremonies that are made here, right ones and broken ones, judged by ours and by
//! webauthn-rs-core 0.6.

use base64ct::{Base64UrlUnpadded, Encoding as _};
use mfakit_benches::ceremony::{Authenticator, NOW, ORIGIN, RP_ID, USER, base64url};
use mfakit_benches::peer;
use mfakit_webauthn::provider::{AWS_LC_RS, CryptoProvider, RUSTCRYPTO};
use mfakit_webauthn::{
    AuthenticationResponse, CredentialDescriptor, CredentialRecord, Policy, PublicKey,
    RegistrationResponse, RelyingParty, Trust, UserHandle, Who, danger,
};
use proptest::prelude::*;
use serde_json::Value;
use webauthn_rs_core::proto::UserVerificationPolicy;

fn rp(provider: CryptoProvider) -> RelyingParty {
    RelyingParty::builder(RP_ID)
        .origin(ORIGIN)
        .provider(provider)
        .build()
        .expect("the relying party is good")
}

fn user() -> UserHandle {
    UserHandle::from_bytes(USER).expect("short")
}

/// Whether both providers accept a sign-in; they must agree.
fn ours_signs_in(authenticator: &Authenticator, stored: u32, json: &str) -> bool {
    let verdicts = [RUSTCRYPTO, AWS_LC_RS].map(|provider| {
        let rp = rp(provider);
        let key = PublicKey::from_cose(&authenticator.cose_key()).expect("a good key");
        let id = authenticator.credential_id.clone();
        let record = CredentialRecord::import(id, user(), key, stored, NOW);
        let (user, known) = (user(), [CredentialDescriptor::new(&record.id)]);
        let ceremony = danger::authentication_with_challenge(
            &rp,
            Who::Known(&user, &known),
            Policy::passkey(),
            &authenticator.challenge,
            NOW,
        );
        let Ok(response) = AuthenticationResponse::from_json(json) else {
            return false;
        };
        let claim = ceremony.claim(&response);
        claim.is_ok_and(|claim| ceremony.finish(&rp, claim, &record, NOW).is_ok())
    });
    assert_eq!(verdicts[0], verdicts[1], "the providers differ");
    verdicts[0]
}

fn theirs_signs_in(authenticator: &Authenticator, stored: u32, json: &str) -> bool {
    let core = peer::relying_party(RP_ID, &[ORIGIN]).expect("it can be made");
    let key = peer::key(&authenticator.cose_key()).expect("a good key");
    let credential = peer::credential(&authenticator.credential_id, key, stored);
    let challenge = &authenticator.challenge;
    let policy = UserVerificationPolicy::Preferred;
    let state = peer::authentication_state(&core, credential, challenge, policy, None)
        .expect("it can be made");
    let Ok(response) = serde_json::from_str(json) else {
        return false;
    };
    core.authenticate_credential(&response, &state).is_ok()
}

fn ours_registers(authenticator: &Authenticator, json: &str) -> bool {
    let rp = rp(RUSTCRYPTO);
    let ceremony = danger::registration_with_challenge(
        &rp,
        &user(),
        &[],
        Policy::passkey(),
        &authenticator.challenge,
        NOW,
    );
    let Ok(response) = RegistrationResponse::from_json(json) else {
        return false;
    };
    ceremony
        .finish(&rp, &response, NOW, &Trust::unverified())
        .is_ok()
}

fn theirs_registers(authenticator: &Authenticator, json: &str) -> bool {
    let core = peer::relying_party(RP_ID, &[ORIGIN]).expect("it can be made");
    let policy = UserVerificationPolicy::Preferred;
    let challenge = &authenticator.challenge;
    let state = peer::registration_state(&core, challenge, policy, None).expect("it can be made");
    let Ok(response) = serde_json::from_str(json) else {
        return false;
    };
    core.register_credential(&response, &state, None).is_ok()
}

/// Changes one bit of a part of the response that is bytes.
fn flip(json: &str, part: &str, place: usize) -> String {
    let mut json: Value = serde_json::from_str(json).expect("JSON");
    let text = json["response"][part].as_str().expect("a string");
    let mut bytes = Base64UrlUnpadded::decode_vec(text).expect("base64url");
    let place = place % (8 * bytes.len());
    bytes[place / 8] ^= 1 << (place % 8);
    json["response"][part] = Value::from(base64url(&bytes));
    json.to_string()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Both accept what is right, whatever the counters, and refuse the same of those.
    #[test]
    fn sign_ins_and_their_counters(seed: u8, stored in 0..4_u32, sent in 0..4_u32) {
        let mut authenticator = Authenticator::new(seed).expect("a good key");
        authenticator.counter = sent;
        let answer = authenticator.sign_in();
        let ours = ours_signs_in(&authenticator, stored, &answer.json);
        prop_assert_eq!(ours, sent > stored || (sent, stored) == (0, 0));
        prop_assert_eq!(ours, theirs_signs_in(&authenticator, stored, &answer.json));
    }

    /// Both refuse a sign-in of which one bit was changed.
    #[test]
    fn a_changed_bit_of_a_sign_in(seed: u8, place: usize, part in 0..3_usize) {
        let authenticator = Authenticator::new(seed).expect("a good key");
        let answer = authenticator.sign_in();
        let part = ["clientDataJSON", "authenticatorData", "signature"][part];
        let json = flip(&answer.json, part, place);
        prop_assert!(!ours_signs_in(&authenticator, 0, &json), "{json}");
        prop_assert!(!theirs_signs_in(&authenticator, 0, &json), "{json}");
    }

    /// What we accept of a registration without attestation, whose bits nobody signs, the peer
    /// accepts too.
    #[test]
    fn a_changed_bit_of_a_registration(seed: u8, place: usize, part in 0..2_usize) {
        let authenticator = Authenticator::new(seed).expect("a good key");
        let json = authenticator.register();
        prop_assert!(ours_registers(&authenticator, &json));
        prop_assert!(theirs_registers(&authenticator, &json));
        let part = ["clientDataJSON", "attestationObject"][part];
        let json = flip(&json, part, place);
        if ours_registers(&authenticator, &json) {
            prop_assert!(theirs_registers(&authenticator, &json), "{json}");
        }
    }
}

/// What the peer lets pass, and we do not. An agreement that is not expected fails as well: then
/// the entry goes.
#[test]
fn known_differences() {
    let authenticator = Authenticator::new(7).expect("a good key");
    let answer = authenticator.sign_in();
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut json = serde_json::from_str(&answer.json).expect("JSON");
        change(&mut json);
        json.to_string()
    };
    let differs = |json: &str, why: &str| {
        assert!(!ours_signs_in(&authenticator, 0, json), "{why}");
        assert!(theirs_signs_in(&authenticator, 0, json), "{why}");
    };
    let other_user = changed(&|json| json["response"]["userHandle"] = "b3RoZXI".into());
    differs(&other_user, "it leaves the user handle to its caller");
    let other_id = changed(&|json| json["id"] = "b3RoZXI".into());
    differs(&other_id, "it does not compare id with rawId");
    let other_type = changed(&|json| json["type"] = "password".into());
    differs(&other_type, "it does not look at type");
}
