//! The authenticator itself: what it refuses, what it keeps, and what extensions answer.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

#[path = "support/service.rs"]
mod service;

use mfakit_testkit::statement::Packed;
use mfakit_testkit::{
    Authenticator, CounterBehavior, Credential, Refusal, RsaBits, SeededRng, SigningKey, flags,
};
use mfakit_webauthn::{
    Algorithm, AppIdRule, AttestationConveyance, Counter, CredentialProtection, CredentialRecord,
    Policy, PublicKey, Reason, RelyingParty, ResidentKey, UserHandle, UserVerification,
};
use serde_json::{Value, json};
use service::{NOW, ORIGIN, Service};

fn creation(change: impl FnOnce(&mut Value)) -> String {
    let mut options = json!({
        "rp": { "id": "example.com", "name": "Example" },
        "user": { "id": "YWRh", "name": "ada", "displayName": "Ada" },
        "challenge": "AAECAwQFBgcICQoLDA0ODw",
        "pubKeyCredParams": [{ "type": "public-key", "alg": -7 }],
    });
    change(&mut options);
    options.to_string()
}

fn refusal(authenticator: &mut Authenticator, options: &str) -> Option<Refusal> {
    authenticator.make_credential(options, ORIGIN).err()
}

#[test]
fn options_that_no_browser_would_answer() {
    let mut authenticator = Authenticator::new(1);
    let mut malformed = |options: &str| refusal(&mut authenticator, options);
    assert_eq!(malformed(&creation(|_| {})), None);
    assert_eq!(malformed("{"), Some(Refusal::Options));
    assert_eq!(malformed("[]"), Some(Refusal::Options));
    for member in ["challenge", "user"] {
        let without = creation(|options| {
            options.as_object_mut().expect("an object").remove(member);
        });
        assert_eq!(malformed(&without), Some(Refusal::Options), "{member}");
    }
    let excluded = creation(|options| options["excludeCredentials"] = json!([{ "id": "=" }]));
    assert_eq!(malformed(&excluded), Some(Refusal::Options));
    let asked = |options: &str| Authenticator::new(1).get_assertion(options, ORIGIN).err();
    assert_eq!(asked("{}"), Some(Refusal::Options));
    assert_eq!(asked(r#"{"challenge":"AA"}"#), Some(Refusal::NoCredential));
}

/// What `navigator.credentials.create()` takes is read too, and the RP ID may be left to the page.
#[test]
fn options_in_their_wrapper_and_without_an_rp_id() {
    let options = creation(|options| {
        options["rp"]
            .as_object_mut()
            .expect("an object")
            .remove("id");
        *options = json!({ "publicKey": options.take() });
    });
    let mut authenticator = Authenticator::new(1);
    let made = authenticator.make_credential(&options, "https://login.example.com:8443");
    assert_eq!(made.err(), None);
    assert_eq!(authenticator.credentials()[0].rp_id, "login.example.com");
}

#[test]
fn what_it_cannot_do_it_refuses() {
    let mut authenticator = Authenticator::new(1);
    let foreign = creation(|options| options["pubKeyCredParams"][0]["alg"] = json!(-257));
    assert_eq!(
        refusal(&mut authenticator, &foreign),
        Some(Refusal::NoAlgorithm)
    );
    let unnamed = creation(|options| options["pubKeyCredParams"] = json!([]));
    assert_eq!(
        refusal(&mut authenticator, &unnamed),
        None,
        "ES256 is meant"
    );

    authenticator.settings.user_verification = false;
    let verifying = creation(|options| {
        options["authenticatorSelection"] = json!({ "userVerification": "required" });
    });
    assert_eq!(
        refusal(&mut authenticator, &verifying),
        Some(Refusal::UserVerification)
    );

    authenticator.settings.resident_keys = false;
    let resident = creation(|options| {
        options["authenticatorSelection"] = json!({ "residentKey": "required" });
    });
    assert_eq!(
        refusal(&mut authenticator, &resident),
        Some(Refusal::ResidentKey)
    );
}

#[test]
fn the_exclude_list_is_kept() {
    let mut authenticator = Authenticator::new(1);
    let record = Service::new().register(&mut authenticator);
    let id = {
        let made = authenticator.make_credential(&creation(|_| {}), ORIGIN);
        let json: Value = made.expect("it answers").json_value();
        json["id"].clone()
    };
    let excluded = creation(|options| options["excludeCredentials"] = json!([{ "id": id }]));
    assert_eq!(
        refusal(&mut authenticator, &excluded),
        Some(Refusal::Excluded)
    );
    let elsewhere = creation(|options| {
        options["excludeCredentials"] = json!([{ "id": id }]);
        options["rp"]["id"] = json!("example.org");
    });
    assert_eq!(refusal(&mut authenticator, &elsewhere), None);
    assert!(
        authenticator
            .credentials()
            .iter()
            .any(|known| known.id == record.id)
    );
}

#[test]
fn discoverable_credentials_replace_each_other() {
    let mut service = Service::new();
    let mut authenticator = Authenticator::new(1);
    let first = service.register(&mut authenticator);
    let second = service.register(&mut authenticator);
    assert_ne!(first.id, second.id);
    let ids = |authenticator: &Authenticator| {
        let credentials = authenticator.credentials().iter();
        credentials
            .map(|known| known.id.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        ids(&authenticator),
        core::slice::from_ref(&second.id),
        "one a user"
    );
    service.policy = Policy::second_factor();
    let third = service.register(&mut authenticator);
    assert_eq!(ids(&authenticator), [second.id, third.id]);
}

#[test]
fn the_newest_credential_answers() {
    let mut service = Service::new();
    let mut authenticator = Authenticator::new(1);
    let ada = service.register(&mut authenticator);
    service.user = UserHandle::from_bytes(b"eve").expect("the handle is short");
    let eve = service.register(&mut authenticator);
    assert_eq!(
        service.sign_in_as(&mut authenticator, &eve, |_| {}).err(),
        None
    );
    let verdict = service.sign_in_as(&mut authenticator, &ada, |_| {});
    assert_eq!(
        verdict.err().map(|error| error.reason()),
        Some(Reason::OtherRecord)
    );
}

#[test]
fn a_credential_from_elsewhere_signs_in() {
    let key = SigningKey::generate(Algorithm::Ed25519, &mut SeededRng::new(9));
    let key = key.expect("it has no feature");
    let mut service = Service::new();
    let cose = serde_cbor::to_vec(&key.cose()).expect("a COSE key is CBOR");
    let public = PublicKey::from_cose(&cose).expect("the key is canonical");
    let record = CredentialRecord::import(vec![5; 16], service.user, public, 0, NOW);
    let mut authenticator = Authenticator::new(1);
    let credential = Credential::new("example.com", &[5; 16], service.user.as_bytes(), key);
    authenticator.credentials_mut().push(credential);
    let proof = service.sign_in_as(&mut authenticator, &record, |_| {});
    assert_eq!(proof.map(|proof| *proof.user()).ok(), Some(service.user));
}

#[test]
fn an_attestation_leaves_the_browser_if_it_was_asked_for() {
    for (conveyance, format) in [
        (AttestationConveyance::None, "none"),
        (AttestationConveyance::Direct, "packed"),
    ] {
        let policy = Policy::passkey().with_attestation(conveyance);
        let mut authenticator = Authenticator::new(1).with_attestation(Packed::by_itself());
        let made = Service::new()
            .with_policy(policy)
            .register_as(&mut authenticator, |_| {})
            .expect("the answer is good");
        assert_eq!(made.attestation().format(), format);
    }
}

#[test]
fn counters_run_as_they_are_set() {
    for (counter, counts, told) in [
        (CounterBehavior::Zero, [0, 0], Counter::NotSupported),
        (CounterBehavior::PerCredential, [1, 2], Counter::Ok),
        (CounterBehavior::Shared, [2, 3], Counter::Ok),
    ] {
        let mut service = Service::new().with_policy(Policy::second_factor());
        let mut authenticator = Authenticator::new(1);
        authenticator.settings.counter = counter;
        service.register(&mut authenticator);
        let record = service.register(&mut authenticator);
        assert_eq!(record.sign_count, counts[0], "{counter:?}");
        let proof = service
            .sign_in_as(&mut authenticator, &record, |_| {})
            .expect("the answer is good");
        assert_eq!(proof.update().sign_count, counts[1], "{counter:?}");
        assert_eq!(proof.counter(), told, "{counter:?}");
    }
}

#[test]
fn flags_say_what_it_is() {
    let mut service = Service::new();
    let mut authenticator = Authenticator::new(1);
    authenticator.settings.backup_eligible = true;
    authenticator.settings.backed_up = true;
    authenticator.settings.user_verification = false;
    let record = service.register(&mut authenticator);
    assert_eq!(record.backup_eligible, Some(true));
    assert!(record.backup_state && !record.uv_initialized);
    authenticator.credentials_mut()[0].backed_up = false;
    let proof = service
        .sign_in_as(&mut authenticator, &record, |assertion| {
            assert_eq!(assertion.authenticator_data.flags, flags::UP | flags::BE);
        })
        .expect("a backup may be deleted");
    assert!(!proof.update().backup_state);
}

#[test]
fn rsa_keys_are_as_long_as_they_are_set() {
    let mut authenticator = Authenticator::new(1);
    authenticator.settings.algorithms = vec![Algorithm::Rs256];
    for (bits, expected) in [
        (RsaBits::B1024, Some(Reason::InvalidKey)),
        (RsaBits::B3072, None),
        (RsaBits::B4096, None),
    ] {
        authenticator.settings.rsa_bits = bits;
        let verdict = Service::new().register_as(&mut authenticator, |_| {});
        let refused = verdict.err().map(|error| error.reason());
        assert_eq!(refused, expected, "{bits:?}");
    }
}

fn inputs(service: &mut Service, inputs: Value) {
    service.extensions = inputs.as_object().expect("inputs are an object").clone();
}

#[test]
fn extensions_of_a_registration() {
    let mut service = Service::new();
    inputs(
        &mut service,
        json!({
            "prf": {},
            "hmacCreateSecret": true,
            "largeBlob": { "support": "preferred" },
            "credentialProtectionPolicy": "userVerificationRequired",
            "minPinLength": true,
            "credBlob": "Ymxv",
            "uvm": true,
        }),
    );
    let mut outputs = Value::Null;
    let made = service
        .register_as(&mut Authenticator::new(1), |registration| {
            outputs = registration.client_extensions.clone().into();
            assert_ne!(registration.authenticator_data.flags & flags::ED, 0);
        })
        .expect("the answer is good");
    assert_eq!(
        outputs,
        json!({
            "credProps": { "rk": true },
            "hmacCreateSecret": true,
            "largeBlob": { "supported": true },
            "prf": { "enabled": true },
            "uvm": [[4, 2, 2]],
        })
    );
    let signed = made.extensions();
    assert_eq!(signed.hmac_secret(), Ok(Some(true)));
    assert_eq!(
        signed.credential_protection(),
        Ok(Some(CredentialProtection::Required))
    );
    assert_eq!(signed.min_pin_length(), Ok(Some(4)));
    assert_eq!(signed.blob_stored(), Ok(Some(true)));
    assert_eq!(made.discoverable(), Some(true));
}

#[test]
fn extensions_that_it_does_not_have() {
    let mut service = Service::new();
    inputs(
        &mut service,
        json!({
            "prf": {},
            "largeBlob": { "support": "preferred" },
            "credentialProtectionPolicy": "userVerificationRequired",
            "minPinLength": true,
            "credBlob": "Ymxv",
            "uvm": true,
        }),
    );
    let mut authenticator = Authenticator::new(1);
    authenticator.settings.hmac_secret = false;
    authenticator.settings.blobs = false;
    authenticator.settings.credential_protection = false;
    authenticator.settings.min_pin_length = None;
    authenticator.settings.uvm = None;
    let mut outputs = Value::Null;
    let made = service
        .register_as(&mut authenticator, |registration| {
            outputs = registration.client_extensions.clone().into();
        })
        .expect("the answer is good");
    assert_eq!(
        outputs,
        json!({ "credProps": { "rk": true }, "largeBlob": { "supported": false } })
    );
    assert_eq!(made.extensions().blob_stored(), Ok(Some(false)));
    assert_eq!(made.extensions().hmac_secret(), Ok(None));
    assert_eq!(made.extensions().credential_protection(), Ok(None));
}

#[test]
fn extensions_of_a_sign_in() {
    let mut service = Service::new();
    let mut authenticator = Authenticator::new(1);
    inputs(&mut service, json!({ "prf": {}, "credBlob": "Ymxv" }));
    let mut record = service.register(&mut authenticator);
    let mut answered = |asked: Value| {
        inputs(&mut service, asked);
        let (mut outputs, mut signed) = (Value::Null, None);
        let proof = service.sign_in_as(&mut authenticator, &record, |assertion| {
            outputs = assertion.client_extensions.clone().into();
            signed = assertion.authenticator_data.extensions.clone();
        });
        let proof = proof.expect("the answer is good");
        proof.update().apply(&mut record);
        (outputs, signed, proof.large_blob_written())
    };
    let (outputs, signed, written) = answered(json!({ "largeBlob": { "write": "AQID" } }));
    assert_eq!(outputs, json!({ "largeBlob": { "written": true } }));
    assert_eq!((signed, written), (None, Some(true)));
    let (outputs, ..) = answered(json!({ "largeBlob": { "read": true } }));
    assert_eq!(outputs, json!({ "largeBlob": { "blob": "AQID" } }));
    let (_, signed, _) = answered(json!({ "getCredBlob": true }));
    let blob = serde_cbor::to_vec(&signed.expect("there is an output")).expect("it is CBOR");
    assert_eq!(blob, b"\xa1\x68credBlob\x43blo");

    let eval = json!({ "prf": { "eval": { "first": "AAAA" } } });
    let (first, ..) = answered(eval.clone());
    let (again, ..) = answered(eval);
    let (other, ..) = answered(json!({ "prf": { "eval": { "first": "AAAB" } } }));
    assert!(first["prf"]["results"]["first"].is_string());
    assert_eq!(first, again);
    assert_ne!(first, other);
}

#[test]
fn credentials_of_u2f_answer_to_their_app_id() {
    let app_id = "https://example.com/app-id.json";
    let rp = RelyingParty::builder("example.com")
        .origin(ORIGIN)
        .app_id(app_id, AppIdRule::WhenReported);
    let mut service = Service::of(rp.build().expect("the relying party is good"));
    service.policy = Policy::second_factor()
        .with_resident_key(ResidentKey::Discouraged)
        .with_user_verification(UserVerification::Discouraged);
    let mut authenticator = Authenticator::new(1);
    let record = service.register(&mut authenticator);
    authenticator.credentials_mut()[0].app_id = Some(app_id.into());
    let mut reported = None;
    let proof = service.sign_in_as(&mut authenticator, &record, |assertion| {
        reported = assertion.client_extensions.get("appid").cloned();
    });
    assert_eq!(proof.err(), None);
    assert_eq!(reported, Some(Value::Bool(true)));
    let unreported = service.sign_in_as(&mut authenticator, &record, |assertion| {
        assertion.client_extensions.clear();
    });
    assert_eq!(
        unreported.err().map(|error| error.reason()),
        Some(Reason::RpIdHash)
    );

    let options = creation(|options| {
        let id = json!({ "id": base64url(&record.id) });
        options["excludeCredentials"] = json!([id]);
        options["extensions"] = json!({ "appidExclude": app_id });
    });
    assert_eq!(
        refusal(&mut authenticator, &options),
        Some(Refusal::Excluded)
    );
}

fn base64url(bytes: &[u8]) -> String {
    use base64ct::{Base64UrlUnpadded, Encoding as _};
    Base64UrlUnpadded::encode_string(bytes)
}
