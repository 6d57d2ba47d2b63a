//! One valid sign-in, changed in one thing at a time: each step of section 7.2 refuses what it is
//! there to refuse, and says so.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

#[path = "support/authenticator.rs"]
mod authenticator;

use authenticator::{AT, BE, BS, ED, START, SignIn, UP, UV, client_data, cose_key};
use mfakit_core::UnixTime;
use mfakit_webauthn::{
    AppIdRule, Category, Counter, CounterRule, CredentialDescriptor, Embedding, Policy, PublicKey,
    Reason, RelyingParty, UserHandle, UserVerification,
};
use serde_json::{Value, json};

fn verdict(sign_in: &SignIn) -> Result<(), Reason> {
    sign_in.finish().map(drop).map_err(|error| error.reason())
}

fn reason(sign_in: &SignIn) -> Reason {
    verdict(sign_in).expect_err("it should be refused")
}

fn with_client_data(change: impl FnOnce(&mut Value)) -> SignIn {
    let mut value = client_data("webauthn.get");
    change(&mut value);
    SignIn {
        client_data: value.to_string().into_bytes(),
        ..SignIn::default()
    }
}

#[test]
fn the_unchanged_sign_in_is_accepted() {
    let sign_in = SignIn::default();
    let proof = sign_in.finish().expect("it is valid");
    assert_eq!(proof.user(), &authenticator::user());
    assert_eq!(proof.credential_id(), authenticator::CREDENTIAL_ID);
    assert_eq!(proof.counter(), Counter::Ok);
    assert!(proof.user_verified());
    let mut record = sign_in.record.clone();
    proof.update().apply(&mut record);
    assert_eq!(record.sign_count, 8);
    assert_eq!(record.last_used, Some(START));
    assert!(record.uv_initialized);
}

#[test]
fn who_signs_in() {
    let discoverable = SignIn {
        known: false,
        ..SignIn::default()
    };
    assert_eq!(verdict(&discoverable), Ok(()));
    let nobody = SignIn {
        known: false,
        user_handle: None,
        ..SignIn::default()
    };
    assert_eq!(reason(&nobody), Reason::NoUserHandle);
    let empty = SignIn {
        known: false,
        user_handle: Some(Vec::new()),
        ..SignIn::default()
    };
    assert_eq!(reason(&empty), Reason::NoUserHandle);
    let silent = SignIn {
        user_handle: None,
        ..SignIn::default()
    };
    assert_eq!(verdict(&silent), Ok(()));
    for known in [true, false] {
        let user_handle = Some(b"eve".to_vec());
        let other = SignIn {
            known,
            user_handle,
            ..SignIn::default()
        };
        assert_eq!(reason(&other), Reason::UserHandle);
    }
    let mut others = SignIn {
        user_handle: None,
        ..SignIn::default()
    };
    others.record.user = UserHandle::from_bytes(b"eve").expect("the handle is short");
    assert_eq!(reason(&others), Reason::OtherUser);
}

#[test]
fn which_credential() {
    let other = || vec![CredentialDescriptor::new(b"other")];
    let not_allowed = SignIn {
        allow: other(),
        ..SignIn::default()
    };
    assert_eq!(reason(&not_allowed), Reason::NotAllowed);
    let none_allowed = SignIn {
        allow: Vec::new(),
        ..SignIn::default()
    };
    assert_eq!(reason(&none_allowed), Reason::NotAllowed);
    let mut other_record = SignIn::default();
    other_record.record.id = b"other".to_vec();
    assert_eq!(reason(&other_record), Reason::OtherRecord);
}

#[test]
fn the_outer_json() {
    let cases: [(authenticator::Change, Reason); 5] = [
        (
            |json| json["type"] = json!("password"),
            Reason::CredentialType,
        ),
        (|json| json["id"] = json!("AAAA"), Reason::IdNotRawId),
        (
            |json| json["response"]["signature"] = json!("a"),
            Reason::Base64Url,
        ),
        (
            |json| json["response"]["signature"] = Value::Null,
            Reason::Json,
        ),
        (
            |json| json["response"]["signature"] = json!(""),
            Reason::SignatureInvalid,
        ),
    ];
    for (json, want) in cases {
        assert_eq!(
            reason(&SignIn {
                json,
                ..SignIn::default()
            }),
            want
        );
    }
}

#[test]
fn the_client_data() {
    let other = |member: &str, value: Value| reason(&with_client_data(|data| data[member] = value));
    assert_eq!(
        other("type", json!("webauthn.create")),
        Reason::ClientDataType
    );
    assert_eq!(other("challenge", json!("AAAA")), Reason::Challenge);
    assert_eq!(
        other("origin", json!("https://evil.example")),
        Reason::Origin
    );
    assert_eq!(other("crossOrigin", json!(true)), Reason::CrossOrigin);
    assert_eq!(
        other("topOrigin", json!("https://top.example")),
        Reason::CrossOrigin
    );
    let mut listed = with_client_data(|data| data["topOrigin"] = json!("https://top.example"));
    listed.rp = RelyingParty::builder("example.com")
        .origin("https://example.com")
        .embedding(Embedding::Origins {
            origins: vec!["https://else.example".into()],
            unnamed: true,
        })
        .build()
        .expect("the relying party is good");
    assert_eq!(reason(&listed), Reason::TopOrigin);
    let grease = with_client_data(|data| data["other_keys_can_be_added_here"] = json!("x"));
    assert_eq!(verdict(&grease), Ok(()));
}

#[test]
fn token_binding_is_judged_on_request_only() {
    let mut sign_in = with_client_data(|data| data["tokenBinding"] = json!("unused"));
    assert_eq!(verdict(&sign_in), Ok(()));
    sign_in.rp = RelyingParty::builder("example.com")
        .origin("https://example.com")
        .strict_token_binding()
        .build()
        .expect("the relying party is good");
    assert_eq!(reason(&sign_in), Reason::TokenBinding);
}

#[test]
fn the_relying_party() {
    let other = SignIn {
        rp_id: "example.net".into(),
        ..SignIn::default()
    };
    assert_eq!(reason(&other), Reason::RpIdHash);

    let app_id = "https://example.com/app-id.json";
    let rp = |rule| {
        RelyingParty::builder("example.com")
            .origin("https://example.com")
            .app_id(app_id, rule)
            .build()
            .expect("the relying party is good")
    };
    let sign_in = |rp_id: &str, rule, reported| {
        let json = if reported {
            |json: &mut Value| json["clientExtensionResults"]["appid"] = json!(true)
        } else {
            |_: &mut Value| {}
        };
        verdict(&SignIn {
            rp: rp(rule),
            rp_id: rp_id.into(),
            json,
            ..SignIn::default()
        })
    };
    use AppIdRule::{Always, WhenReported};
    assert_eq!(sign_in(app_id, WhenReported, true), Ok(()));
    assert_eq!(sign_in(app_id, WhenReported, false), Err(Reason::RpIdHash));
    assert_eq!(
        sign_in("example.com", WhenReported, true),
        Err(Reason::RpIdHash)
    );
    assert_eq!(sign_in("example.com", WhenReported, false), Ok(()));
    assert_eq!(sign_in(app_id, Always, false), Ok(()));
}

#[test]
fn the_time() {
    let at = |secs| {
        verdict(&SignIn {
            now: UnixTime::from_secs(secs),
            ..SignIn::default()
        })
    };
    assert_eq!(at(START.as_secs() + 299), Ok(()));
    assert_eq!(at(START.as_secs() + 300), Err(Reason::Expired));
    assert_eq!(at(START.as_secs() - 1), Err(Reason::ClockWentBack));
    assert_eq!(Reason::ClockWentBack.category(), Category::ClockWentBack);
}

#[test]
fn the_flags() {
    let flags = |flags, policy| {
        verdict(&SignIn {
            flags,
            policy,
            ..SignIn::default()
        })
    };
    let passkey = Policy::passkey();
    let required = passkey.with_user_verification(UserVerification::Required);
    assert_eq!(flags(UV, passkey), Err(Reason::UserPresence));
    assert_eq!(flags(UV, passkey.conditional()), Err(Reason::UserPresence));
    assert_eq!(flags(UP, passkey), Ok(()));
    assert_eq!(flags(UP, required), Err(Reason::UserVerification));
    assert_eq!(flags(UP | BS, passkey), Err(Reason::BackedUpNotEligible));
    assert_eq!(
        flags(UP | BE, passkey),
        Err(Reason::BackupEligibilityChanged)
    );
    assert_eq!(flags(UP | ED, passkey), Err(Reason::AuthenticatorData));
    let mut imported = SignIn {
        flags: UP | BE | BS,
        ..SignIn::default()
    };
    imported.record.backup_eligible = None;
    let update = imported.finish().expect("an import learns it").update();
    assert!(update.backup_eligible && update.backup_state);
}

#[test]
fn attested_data_in_a_sign_in_is_read_and_ignored() {
    let mut tail = vec![0; 16];
    tail.extend_from_slice(&[0, 1, 9]);
    tail.extend_from_slice(&cose_key());
    let sign_in = SignIn {
        flags: UP | AT,
        tail,
        ..SignIn::default()
    };
    assert_eq!(verdict(&sign_in), Ok(()));
}

/// The point with the other y has the negated private key.
fn other_key() -> Vec<u8> {
    let mut other_key = cose_key();
    let y = other_key.len() - 32;
    let prime: [u8; 32] = [
        0xff, 0xff, 0xff, 0xff, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff,
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    ];
    let mut borrow = false;
    for (byte, prime) in other_key[y..].iter_mut().rev().zip(prime.iter().rev()) {
        (*byte, borrow) = prime.borrowing_sub(*byte, borrow);
    }
    other_key
}

#[test]
fn the_signature() {
    let mut sign_in = SignIn::default();
    sign_in.record.public_key = PublicKey::from_cose(&other_key()).expect("it is on the curve");
    assert_eq!(reason(&sign_in), Reason::SignatureInvalid);
}

#[test]
fn a_claim_of_another_ceremony() {
    use mfakit_webauthn::{AuthenticationResponse, Who, danger};

    let sign_in = SignIn::default();
    let user = authenticator::user();
    let begin = |who| {
        let (rp, policy) = (&sign_in.rp, sign_in.policy);
        danger::authentication_with_challenge(rp, who, policy, authenticator::CHALLENGE, START)
    };
    let json = sign_in.to_json();
    let response = AuthenticationResponse::from_json(&json).expect("the JSON is good");
    let finish = |who| {
        let claim = begin(Who::Discoverable).claim(&response);
        let claim = claim.expect("that ceremony asks for any credential");
        let verdict = begin(who).finish(&sign_in.rp, claim, &sign_in.record, START);
        verdict.map(drop).map_err(|error| error.reason())
    };
    assert_eq!(finish(Who::Known(&user, &sign_in.allow)), Ok(()));
    let others = [CredentialDescriptor::new(b"another")];
    assert_eq!(finish(Who::Known(&user, &others)), Err(Reason::NotAllowed));
    assert_eq!(finish(Who::Known(&user, &[])), Err(Reason::NotAllowed));
    let eve = UserHandle::from_bytes(b"eve").expect("the handle is short");
    assert_eq!(
        finish(Who::Known(&eve, &sign_in.allow)),
        Err(Reason::UserHandle)
    );
}

#[test]
fn a_ceremony_of_another_relying_party() {
    use mfakit_webauthn::{AuthenticationResponse, Who, danger};

    let sign_in = SignIn::default();
    let other = RelyingParty::builder("example.net")
        .origin("https://example.net")
        .build()
        .expect("the relying party is good");
    let ceremony = danger::authentication_with_challenge(
        &other,
        Who::Discoverable,
        sign_in.policy,
        authenticator::CHALLENGE,
        START,
    );
    let json = sign_in.to_json();
    let response = AuthenticationResponse::from_json(&json).expect("the JSON is good");
    let claim = ceremony.claim(&response).expect("the claim is good");
    let refused = ceremony
        .finish(&sign_in.rp, claim, &sign_in.record, START)
        .expect_err("it was begun elsewhere");
    assert_eq!(refused.reason(), Reason::OtherRelyingParty);
}

#[test]
fn the_counter() {
    let counter = |counter, stored, rule| {
        let policy = Policy::passkey().with_counter(rule);
        let mut sign_in = SignIn {
            counter,
            policy,
            ..SignIn::default()
        };
        sign_in.record.sign_count = stored;
        let proof = sign_in.finish().map_err(|error| error.reason())?;
        Ok((proof.counter(), proof.update().sign_count))
    };
    let refuse = CounterRule::Refuse;
    assert_eq!(counter(0, 0, refuse), Ok((Counter::NotSupported, 0)));
    assert_eq!(counter(1, 0, refuse), Ok((Counter::Ok, 1)));
    assert_eq!(counter(7, 7, refuse), Err(Reason::SignCount));
    assert_eq!(counter(0, 7, refuse), Err(Reason::SignCount));
    assert_eq!(counter(u32::MAX, 7, refuse), Ok((Counter::Ok, u32::MAX)));
    let report = CounterRule::AcceptAndReport;
    assert_eq!(
        counter(6, 7, report),
        Ok((Counter::Regressed, 7)),
        "never lowered"
    );
}

#[test]
fn a_prepared_key_is_that_of_the_record() {
    use mfakit_webauthn::provider::{KeyMaterial, RUSTCRYPTO};
    use mfakit_webauthn::{Error, Scheme};

    let sign_in = SignIn::default();
    let reason = |verdict: Result<(), Error>| verdict.map_err(|error| error.reason());
    let own = PublicKey::from_cose(&cose_key())
        .and_then(|key| key.prepare(&RUSTCRYPTO))
        .expect("the key is good");
    assert_eq!(reason(finish_with(&sign_in, &own)), Ok(()));

    // The response is signed with the prepared key, and the record is another's.
    let mut others = SignIn::default();
    others.record.public_key = PublicKey::from_cose(&other_key()).expect("it is on the curve");
    let refused = finish_with(&others, &own);
    assert_eq!(reason(refused), Err(Reason::InvalidKey));

    let material = |key: &PublicKey| match key.material() {
        KeyMaterial::Ec { curve, x, y } => RUSTCRYPTO.prepare(
            Scheme::Ecdsa(curve, mfakit_webauthn::Hash::Sha256),
            KeyMaterial::Ec { curve, x, y },
        ),
        other => panic!("{other:?}"),
    };
    let unbound = material(&sign_in.record.public_key)
        .expect("the provider has P-256")
        .expect("the key is good");
    let refused = finish_with(&sign_in, &unbound);
    assert_eq!(
        reason(refused),
        Err(Reason::InvalidKey),
        "nobody says whose"
    );
}

fn finish_with(
    sign_in: &SignIn,
    key: &mfakit_webauthn::provider::PreparedKey,
) -> Result<(), mfakit_webauthn::Error> {
    use mfakit_webauthn::{AuthenticationResponse, Who, danger};

    let user = authenticator::user();
    let who = Who::Known(&user, &sign_in.allow);
    let ceremony = danger::authentication_with_challenge(
        &sign_in.rp,
        who,
        sign_in.policy,
        authenticator::CHALLENGE,
        START,
    );
    let json = sign_in.to_json();
    let response = AuthenticationResponse::from_json(&json).expect("the JSON is good");
    let claim = ceremony.claim(&response).expect("the claim is good");
    ceremony
        .finish_with_key(&sign_in.rp, claim, &sign_in.record, key, START)
        .map(drop)
}
