//! Ceremonies captured from real browsers, judged as their index says.

#![allow(clippy::expect_used, clippy::panic, reason = "tests")]

use std::path::{Path, PathBuf};

use mfakit_core::UnixTime;
use mfakit_webauthn::{
    AppIdRule, AuthenticationResponse, BackupRule, Category, Counter, CounterRule,
    CredentialDescriptor, CredentialRecord, Embedding, Error, Policy, RegistrationResponse,
    RelyingParty, Trust, UserHandle, UserVerification, Who, danger,
};
use serde_json::Value;

/// The day of the captures.
const NOW: UnixTime = UnixTime::from_secs(1_795_305_600);

fn text<'a>(value: &'a Value, pointer: &str) -> Option<&'a str> {
    value.pointer(pointer).and_then(Value::as_str)
}

/// base64url, by another decoder than the library's.
fn bytes(text: &str) -> Vec<u8> {
    let mut bits = 0_u32;
    let mut count = 0_u32;
    let mut bytes = Vec::new();
    for digit in text.bytes() {
        let value = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
            .iter()
            .position(|known| *known == digit)
            .expect("captures are base64url");
        bits = (bits << 6) | u32::try_from(value).expect("a digit is small");
        count = count.wrapping_add(6);
        if count >= 8 {
            count = count.wrapping_sub(8);
            let [.., low] = (bits >> count).to_be_bytes();
            bytes.push(low);
        }
    }
    bytes
}

fn relying_party(capture: &Value) -> RelyingParty {
    let id = text(capture, "/rp_id").expect("a capture has an RP ID");
    let origin = text(capture, "/origin").expect("a capture has an origin");
    let mut builder = RelyingParty::builder(id).related_origin(origin);
    for frame in ["/frame_origin", "/iframe_origin", "/ceremony_origin"] {
        if let Some(origin) = text(capture, frame) {
            builder = builder.related_origin(origin);
        }
    }
    if capture.pointer("/cross_origin") == Some(&Value::Bool(true)) {
        builder = builder.embedding(Embedding::Anywhere);
    }
    if let Some(app_id) = text(capture, "/app_id") {
        builder = builder.app_id(app_id, AppIdRule::WhenReported);
    }
    builder
        .build()
        .expect("the capture's relying party is good")
}

fn user(capture: &Value) -> UserHandle {
    // Captures without options (Firefox) have one user throughout.
    let id = text(capture, "/creation_options/user/id").map_or_else(|| vec![0, 1, 2, 3], bytes);
    UserHandle::from_bytes(&id).expect("a captured user handle is short")
}

fn verification(options: Option<&Value>) -> UserVerification {
    match options.and_then(Value::as_str) {
        Some("required") => UserVerification::Required,
        Some("discouraged") => UserVerification::Discouraged,
        _ => UserVerification::Preferred,
    }
}

fn register(capture: &Value) -> Result<CredentialRecord, Error> {
    let json = capture
        .pointer("/registration")
        .expect("a capture has a registration")
        .to_string();
    let selection = "/creation_options/authenticatorSelection/userVerification";
    let policy = Policy::passkey().with_user_verification(verification(capture.pointer(selection)));
    let challenge = bytes(text(capture, "/challenge").expect("a capture has a challenge"));
    let rp = relying_party(capture);
    let ceremony =
        danger::registration_with_challenge(&rp, &user(capture), &[], policy, &challenge, NOW);
    let response = RegistrationResponse::from_json(&json)?;
    ceremony
        .finish(&rp, &response, NOW, &Trust::unverified())
        .map(mfakit_webauthn::NewCredential::into_record)
}

fn sign_in(
    capture: &Value,
    sign_in: &Value,
    record: &mut CredentialRecord,
    policy: Policy,
) -> Result<Counter, Error> {
    let json = sign_in
        .pointer("/credential")
        .expect("a sign-in has a credential")
        .to_string();
    let challenge = bytes(text(sign_in, "/challenge").expect("a sign-in has a challenge"));
    let rp = relying_party(capture);
    let allow = [CredentialDescriptor::new(&record.id)];
    let listed = sign_in
        .pointer("/request_options/allowCredentials")
        .and_then(Value::as_array)
        .is_some_and(|list| !list.is_empty());
    let owner = record.user;
    let who = if listed {
        Who::Known(&owner, &allow)
    } else {
        Who::Discoverable
    };
    let ceremony = danger::authentication_with_challenge(&rp, who, policy, &challenge, NOW);
    let response = AuthenticationResponse::from_json(&json)?;
    let claim = ceremony.claim(&response)?;
    let proof = ceremony.finish(&rp, claim, record, NOW)?;
    proof.update().apply(record);
    Ok(proof.counter())
}

/// Registrations that must be refused, and why.
fn refused_registration(name: &str) -> Option<Category> {
    Some(match name {
        "negative-registration-bogus-att-signature" => Category::AttestationSignatureInvalid,
        "negative-registration-bad-up" => Category::UserNotPresent,
        "backup-be0-bs1" => Category::BackupFlagsInconsistent,
        "negative-registration-bad-uv" => Category::UserNotVerified,
        _ => return None,
    })
}

/// Sign-ins that must be refused, and why.
fn refused_sign_in(name: &str, label: &str) -> Option<Category> {
    Some(match (name, label) {
        ("negative-bogus-signature", "bogus signature") => Category::SignatureInvalid,
        ("negative-bogus-signature", label) if label.starts_with("bad UV") => {
            Category::UserNotVerified
        }
        ("negative-bogus-signature", label) if label.starts_with("bad UP") => {
            Category::UserNotPresent
        }
        ("backup-eligibility-changes-must-fail", "BE flipped 0->1") => {
            Category::BackupFlagsInconsistent
        }
        ("counter-sequence-and-regression", "regressed to 5" | "zero") => {
            Category::SignCountRegressed
        }
        // Extension outputs without their flag, a defect of that browser's virtual token.
        ("firefox-prf", "prf") => Category::MalformedAuthenticatorData,
        _ => return None,
    })
}

fn judge(name: &str, capture: &Value, mistakes: &mut Vec<String>) -> usize {
    if capture.pointer("/registration").is_none_or(Value::is_null) {
        return 0;
    }
    let mut judged = 1_usize;
    let verdict = register(capture);
    let category = verdict.as_ref().err().map(Error::category);
    if category != refused_registration(name) {
        mistakes.push(format!("{name}: {verdict:?}"));
    }
    let Ok(mut record) = verdict else {
        return judged;
    };
    let no_sign_ins = Vec::new();
    let sign_ins = capture
        .pointer("/authentications")
        .and_then(Value::as_array)
        .unwrap_or(&no_sign_ins);
    for one in sign_ins {
        if one.pointer("/credential").is_none_or(Value::is_null) {
            continue;
        }
        let label = text(one, "/label").expect("a sign-in has a label");
        let wanted = one.pointer("/request_options/userVerification");
        let policy = Policy::passkey().with_user_verification(verification(wanted));
        let verdict = sign_in(capture, one, &mut record, policy);
        let category = verdict.as_ref().err().map(Error::category);
        if category != refused_sign_in(name, label) {
            mistakes.push(format!("{name}/{label}: {verdict:?}"));
        }
        judged = judged.saturating_add(1);
    }
    judged
}

/// Those that stand beside the tests.
fn own() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/testdata/browser")
}

fn captures(folder: &Path) -> Vec<(String, Value)> {
    let folder = std::fs::read_dir(folder).expect("captures are there");
    let mut captures = Vec::new();
    for entry in folder {
        let path = entry.expect("the folder is readable").path();
        if path
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            let file = std::fs::read_to_string(&path).expect("a capture is readable");
            let name = path.file_stem().and_then(|stem| stem.to_str());
            captures.push((
                name.expect("names are UTF-8").to_owned(),
                serde_json::from_str(&file).expect("a capture is JSON"),
            ));
        }
    }
    captures
}

fn capture(name: &str) -> Value {
    let file = std::fs::read_to_string(own().join(name)).expect("the capture is there");
    serde_json::from_str(&file).expect("a capture is JSON")
}

/// Returns how many ceremonies were judged, every one as it should be.
fn judge_all(folder: &Path) -> usize {
    let mut mistakes = Vec::new();
    let mut judged = 0_usize;
    for (name, capture) in &captures(folder) {
        // ML-DSA is off by default.
        if name == "alg-50-usb-direct" && cfg!(not(feature = "ml-dsa")) {
            continue;
        }
        judged = judged.saturating_add(judge(name, capture, &mut mistakes));
    }
    assert!(mistakes.is_empty(), "{mistakes:#?}");
    judged
}

#[test]
fn the_captures_beside_the_tests_are_judged() {
    assert_eq!(judge_all(&own()), 25);
}

#[test]
fn every_capture_is_judged_as_the_index_says() {
    let Some(vectors) = xtask::vectors() else {
        let test = "every_capture_is_judged_as_the_index_says";
        xtask::skip(test, "the shared vectors are absent");
        return;
    };
    let judged = judge_all(&vectors.join("webauthn/browser"));
    // A registration and two sign-ins are with ML-DSA.
    let want = if cfg!(feature = "ml-dsa") { 163 } else { 160 };
    assert_eq!(judged, want);
}

#[test]
fn a_counter_that_went_back_is_reported_on_request() {
    let capture = capture("counter-sequence-and-regression.json");
    let mut record = register(&capture).expect("the registration is good");
    let policy = Policy::passkey().with_counter(CounterRule::AcceptAndReport);
    let sign_ins = capture
        .pointer("/authentications")
        .and_then(Value::as_array);
    let counters: Vec<_> = sign_ins
        .expect("a capture has sign-ins")
        .iter()
        .map(|one| sign_in(&capture, one, &mut record, policy))
        .collect();
    let (good, bad) = (Ok(Counter::Ok), Ok(Counter::Regressed));
    assert_eq!(counters, [good, good, good, bad, bad, good]);
    assert_eq!(record.sign_count, u32::MAX);
}

#[test]
fn a_changed_backup_eligibility_passes_on_request() {
    let capture = capture("backup-eligibility-changes-must-fail.json");
    let mut record = register(&capture).expect("the registration is good");
    let policy = Policy::passkey().with_backup(BackupRule::AcceptAndReport);
    for position in ["/authentications/0", "/authentications/1"] {
        let one = capture.pointer(position).expect("a capture has sign-ins");
        assert_eq!(
            sign_in(&capture, one, &mut record, policy).err(),
            None,
            "{position}"
        );
    }
    assert_eq!(record.backup_eligible, Some(true));
}

#[test]
fn a_u2f_credential_signs_in_under_its_app_id() {
    let capture = capture("ext-appid-legacy-u2f-assertion.json");
    let spki = bytes(text(&capture, "/public_key_spki").expect("the capture has a key"));
    let (_, point) = spki.split_at(spki.len().saturating_sub(64));
    let (x, y) = point.split_at(32);
    let head = [0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32];
    let cose = [head.as_slice(), x, &[0x22, 0x58, 32], y].concat();
    let one = capture
        .pointer("/authentications/0")
        .expect("the capture has a sign-in");
    let id = bytes(text(one, "/credential/id").expect("a credential has an id"));
    let mut record = CredentialRecord::import(
        id,
        user(&capture),
        mfakit_webauthn::PublicKey::from_cose(&cose).expect("the key is good"),
        0,
        NOW,
    );
    let counter = sign_in(&capture, one, &mut record, Policy::second_factor());
    assert_eq!(counter, Ok(Counter::Ok));
}
