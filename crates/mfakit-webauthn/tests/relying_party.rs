//! What a relying party can be, and the options that it makes.

#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "tests")]

use chacha20::ChaCha20Rng;
use chacha20::rand_core::SeedableRng as _;
use mfakit_core::UnixTime;
use mfakit_webauthn::{
    Algorithm, AppIdRule, CredentialDescriptor, CredentialProtection, Embedding,
    InvalidRelyingParty, Policy, RelyingParty, User, UserHandle, Who,
};
use serde_json::{Value, json};

const START: UnixTime = UnixTime::from_secs(1_767_225_600);

fn rng() -> ChaCha20Rng {
    ChaCha20Rng::from_seed([7; 32])
}

fn build(id: &str, origin: &str) -> Result<(), InvalidRelyingParty> {
    RelyingParty::builder(id).origin(origin).build().map(drop)
}

#[test]
fn the_rp_id_is_a_suffix_of_the_origins_host() {
    assert_eq!(build("example.com", "https://example.com"), Ok(()));
    assert_eq!(
        build("example.com", "https://login.example.com:8443"),
        Ok(())
    );
    assert_eq!(build("localhost", "http://localhost:3000"), Ok(()));
    for origin in [
        "http://example.com",
        "https://example.com/",
        "https://notexample.com",
        "https://example.com.evil.net",
        "https://com",
        "null",
    ] {
        let want = Err(InvalidRelyingParty::Origin);
        assert_eq!(build("example.com", origin), want, "{origin}");
    }
}

#[test]
fn related_origins_are_listed_for_the_browser() {
    let rp = RelyingParty::builder("example.com")
        .origin("https://example.com")
        .related_origin("https://example.net")
        .related_origin("android:apk-key-hash:abc")
        .build()
        .expect("the relying party is good");
    let listed: Value = serde_json::from_str(&rp.related_origins_json()).expect("it is JSON");
    assert_eq!(listed, json!({"origins": ["https://example.net"]}));
}

#[test]
fn related_origins_are_written_as_browsers_write_them() {
    for origin in [
        "null",
        "https://Example.net",
        "https://example.net/",
        "https://example.net:443",
        "http://example.net",
    ] {
        let related = RelyingParty::builder("example.com").related_origin(origin);
        let bad = Some(InvalidRelyingParty::RelatedOrigin);
        assert_eq!(related.build().err(), bad, "{origin}");
        let embedding = RelyingParty::builder("example.com")
            .origin("https://example.com")
            .embedding(Embedding::Origins {
                origins: vec!["https://top.example".into(), origin.into()],
                unnamed: false,
            });
        let bad = Some(InvalidRelyingParty::Embedding);
        assert_eq!(embedding.build().err(), bad, "{origin}");
    }
}

#[test]
fn the_rp_id_is_a_domain() {
    for id in ["", "https://example.com", "Example.com", "192.0.2.1"] {
        let related = RelyingParty::builder(id).related_origin("https://example.net");
        assert_eq!(related.build().err(), Some(InvalidRelyingParty::Id), "{id}");
    }
}

#[test]
fn no_algorithm_is_not_the_default() {
    let none = RelyingParty::builder("example.com")
        .origin("https://example.com")
        .algorithms(&[]);
    assert_eq!(none.build().err(), Some(InvalidRelyingParty::Algorithm));
}

#[test]
fn what_cannot_be_verified_is_not_offered() {
    let rp = RelyingParty::builder("example.com")
        .origin("https://example.com")
        .build()
        .expect("the relying party is good");
    let offered = rp.algorithms();
    assert_eq!(offered.first(), Some(&Algorithm::Es256));
    assert!(!offered.contains(&Algorithm::Rs1), "SHA-1 is never offered");
    assert_eq!(
        offered.contains(&Algorithm::MlDsa65),
        cfg!(feature = "ml-dsa")
    );
    assert_eq!(offered.contains(&Algorithm::Ed448), cfg!(feature = "ed448"));
    let asked = RelyingParty::builder("example.com")
        .origin("https://example.com")
        .algorithms(&[Algorithm::MlDsa65])
        .build();
    assert_eq!(asked.is_ok(), cfg!(feature = "ml-dsa"));
}

#[test]
fn creation_options_are_the_json_of_level_3() {
    let rp = RelyingParty::builder("example.com")
        .origin("https://example.com")
        .name("Example")
        .algorithms(&[Algorithm::Es256, Algorithm::Rs256])
        .build()
        .expect("the relying party is good");
    let handle = UserHandle::from_bytes(b"ada").expect("the handle is short");
    let user = User::new(handle, "ada").with_display_name("Ada");
    let known = [CredentialDescriptor::new(&[1, 2, 3]).with_transports(&["usb".into()])];
    let (options, _) = rp.register(&user, &known, Policy::passkey(), START, &mut rng());
    let options = options.with_hint("security-key");
    let mut json: Value = serde_json::from_str(&options.to_json()).expect("it is JSON");
    let challenge = json
        .as_object_mut()
        .and_then(|json| json.remove("challenge"));
    let challenge = challenge.expect("there is a challenge");
    assert_eq!(challenge.as_str().map(str::len), Some(43), "32 bytes");
    let want = json!({
        "rp": {"id": "example.com", "name": "Example"},
        "user": {"id": "YWRh", "name": "ada", "displayName": "Ada"},
        "pubKeyCredParams": [
            {"type": "public-key", "alg": -7},
            {"type": "public-key", "alg": -257},
        ],
        "timeout": 300_000,
        "excludeCredentials": [{"type": "public-key", "id": "AQID", "transports": ["usb"]}],
        "authenticatorSelection": {
            "residentKey": "preferred",
            "requireResidentKey": false,
            "userVerification": "preferred",
        },
        "hints": ["security-key"],
        "attestation": "none",
        "extensions": {"credProps": true},
    });
    assert_eq!(json, want);
    assert_eq!(options.mediation(), None);
}

#[test]
fn request_options_are_the_json_of_level_3() {
    let rp = RelyingParty::builder("example.com")
        .origin("https://example.com")
        .app_id("https://example.com/app-id.json", AppIdRule::WhenReported)
        .build()
        .expect("the relying party is good");
    let policy = Policy::passkey().conditional();
    let (options, _) = rp.authenticate(Who::Discoverable, policy, START, &mut rng());
    assert_eq!(options.mediation(), Some("conditional"));
    let mut json: Value = serde_json::from_str(&options.to_json()).expect("it is JSON");
    let challenge = json
        .as_object_mut()
        .and_then(|json| json.remove("challenge"));
    assert!(challenge.is_some());
    let want = json!({
        "timeout": 300_000,
        "rpId": "example.com",
        "allowCredentials": [],
        "userVerification": "preferred",
        "extensions": {"appid": "https://example.com/app-id.json"},
    });
    assert_eq!(json, want);
}

/// The extensions of options.
fn extensions(options: &str) -> Value {
    let options: Value = serde_json::from_str(options).expect("it is JSON");
    options["extensions"].clone()
}

#[test]
fn registrations_ask_extensions() {
    let rp = RelyingParty::builder("example.com")
        .origin("https://example.com")
        .app_id("https://example.com/app-id.json", AppIdRule::WhenReported)
        .build()
        .expect("the relying party is good");
    let user = User::new(UserHandle::random(&mut rng()), "ada");
    let (plain, _) = rp.register(&user, &[], Policy::passkey(), START, &mut rng());
    let options = plain
        .clone()
        .with_prf()
        .with_large_blob(true)
        .with_credential_protection(CredentialProtection::OptionalWithCredentialIdList, true)
        .with_blob(&[1, 2, 3])
        .with_min_pin_length()
        .with_user_verification_methods();
    let want = json!({
        "appidExclude": "https://example.com/app-id.json",
        "credBlob": "AQID",
        "credProps": true,
        "credentialProtectionPolicy": "userVerificationOptionalWithCredentialIDList",
        "enforceCredentialProtectionPolicy": true,
        "largeBlob": {"support": "required"},
        "minPinLength": true,
        "prf": {},
        "uvm": true,
    });
    assert_eq!(extensions(&options.to_json()), want);

    let levels = [
        (CredentialProtection::Optional, "userVerificationOptional"),
        (CredentialProtection::Required, "userVerificationRequired"),
    ];
    for (protection, name) in levels {
        let options = plain.clone().with_large_blob(false);
        let options = options.with_credential_protection(protection, false);
        let asked = extensions(&options.to_json());
        assert_eq!(asked["credentialProtectionPolicy"], name);
        assert_eq!(asked["enforceCredentialProtectionPolicy"], false);
        assert_eq!(asked["largeBlob"], json!({"support": "preferred"}));
    }
}

#[test]
fn sign_ins_ask_extensions() {
    let rp = RelyingParty::builder("example.com")
        .origin("https://example.com")
        .build()
        .expect("the relying party is good");
    let policy = Policy::passkey();
    let (plain, _) = rp.authenticate(Who::Discoverable, policy, START, &mut rng());
    assert_eq!(extensions(&plain.to_json()), Value::Null, "there are none");
    let options = plain
        .clone()
        .with_prf(&[1], Some(&[2]))
        .with_large_blob_read()
        .with_blob()
        .with_user_verification_methods();
    let want = json!({
        "getCredBlob": true,
        "largeBlob": {"read": true},
        "prf": {"eval": {"first": "AQ", "second": "Ag"}},
        "uvm": true,
    });
    assert_eq!(extensions(&options.to_json()), want);
    let options = plain.with_prf(&[1], None).with_large_blob_write(&[1, 2, 3]);
    let want = json!({
        "largeBlob": {"write": "AQID"},
        "prf": {"eval": {"first": "AQ"}},
    });
    assert_eq!(extensions(&options.to_json()), want);
}

#[test]
fn user_handles_are_32_random_bytes() {
    let mut rng = rng();
    let (one, other) = (UserHandle::random(&mut rng), UserHandle::random(&mut rng));
    assert_eq!(one.as_bytes().len(), 32);
    assert_ne!(one, other);
}
