//! The shared ceremonies, judged by ours and by webauthn-rs-core 0.6.
//!
//! Chains of certificates are left out: the peer reads the clock for them, and most are of the
//! past.

use std::collections::{BTreeMap, BTreeSet};

use base64ct::{Base64UrlUnpadded, Encoding as _};
use mfakit_benches::{ceremony::NOW, peer};
use mfakit_webauthn::provider::{AWS_LC_RS, CryptoProvider, RUSTCRYPTO};
use mfakit_webauthn::{
    Algorithm, AttestationRules, AuthenticationResponse, CredentialDescriptor, CredentialRecord,
    Embedding, Policy, PublicKey, RegistrationResponse, RelyingParty, SafetyNetRule,
    TpmManufacturers, Trust, UserHandle, UserVerification, Who, danger,
};
use serde::Deserialize;
use serde_json::{Value, value::RawValue};
use webauthn_rs_core::proto::UserVerificationPolicy;

const FILES: [(&str, usize); 4] = [
    ("w3c-l3.jsonl", 32),
    ("py_webauthn.jsonl", 29),
    ("go_webauthn.jsonl", 43),
    ("negative-sample.jsonl", 152),
];

/// What a relying party of either kind has.
#[derive(Deserialize)]
struct Case<'a> {
    id: String,
    ceremony: String,
    rp_id: String,
    origins: Vec<String>,
    challenge: String,
    #[serde(default)]
    user_verification: Option<String>,
    #[serde(borrow)]
    response: &'a RawValue,
    #[serde(default)]
    credential: Option<Credential>,
    #[serde(default)]
    policy: Settings,
}

#[derive(Deserialize)]
struct Credential {
    id: String,
    public_key_cose: String,
    #[serde(default)]
    sign_count: u32,
    #[serde(default)]
    backup_eligible: Option<bool>,
}

/// The settings that matter to what is compared.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Settings {
    allow_cross_origin: bool,
    top_origins: Option<Vec<String>>,
    user_id: Option<String>,
    allowed_algs: Option<Vec<i64>>,
}

/// One reason for several differences.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Known {
    why: String,
    ours: Verdict,
    cases: Vec<String>,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Verdict {
    Accept,
    Refuse,
}

fn verdict<T, E>(result: &Result<T, E>) -> Verdict {
    match result {
        Ok(_) => Verdict::Accept,
        Err(_) => Verdict::Refuse,
    }
}

fn bytes(text: &str) -> Vec<u8> {
    Base64UrlUnpadded::decode_vec(text).expect("vectors are base64url")
}

fn ours(case: &Case<'_>, provider: CryptoProvider) -> Result<(), String> {
    let (first, others) = case.origins.split_first().expect("there is an origin");
    let mut builder = RelyingParty::builder(&case.rp_id).related_origin(first);
    for origin in others {
        builder = builder.related_origin(origin);
    }
    let embedding = match &case.policy.top_origins {
        Some(origins) => Embedding::Origins {
            origins: origins.clone(),
            unnamed: case.policy.allow_cross_origin,
        },
        None if case.policy.allow_cross_origin => Embedding::Anywhere,
        None => Embedding::Never,
    };
    let allowed = |algorithm: &&Algorithm| {
        let listed = case.policy.allowed_algs.as_ref();
        listed.is_none_or(|listed| listed.contains(&algorithm.cose_id()))
            && provider.supports(algorithm.scheme())
    };
    let algorithms: Vec<Algorithm> = Algorithm::ALL.iter().filter(allowed).copied().collect();
    let rp = builder
        .provider(provider)
        .embedding(embedding)
        .algorithms(&algorithms)
        .build()
        .expect("the relying party is good");
    let policy =
        Policy::passkey().with_user_verification(match case.user_verification.as_deref() {
            Some("required") => UserVerification::Required,
            Some("discouraged") => UserVerification::Discouraged,
            _ => UserVerification::Preferred,
        });
    let user = case.policy.user_id.as_deref().map(bytes);
    let user = UserHandle::from_bytes(user.as_deref().unwrap_or(b"somebody")).expect("short");
    let challenge = bytes(&case.challenge);
    let text = |error: mfakit_webauthn::Error| format!("{error:?}");
    if case.ceremony == "registration" {
        let response = RegistrationResponse::from_json(case.response.get()).map_err(text)?;
        let ceremony =
            danger::registration_with_challenge(&rp, &user, &[], policy, &challenge, NOW);
        let mut rules = AttestationRules::DEFAULT;
        rules.allow_sha1 = true;
        rules.safetynet = SafetyNetRule::On {
            require_cts: false,
            require_fresh: false,
        };
        rules.tpm_manufacturers = TpmManufacturers::Any;
        let trust = Trust::unverified().with_rules(rules);
        return ceremony
            .finish(&rp, &response, NOW, &trust)
            .map(drop)
            .map_err(text);
    }
    let response = AuthenticationResponse::from_json(case.response.get()).map_err(text)?;
    let stored = case.credential.as_ref().expect("there is a credential");
    let key = PublicKey::from_cose(&bytes(&stored.public_key_cose))
        .map_err(|reason| format!("{reason:?}"))?;
    let owner = match (&case.policy.user_id, response.user_handle()) {
        (None, Some(handle)) => UserHandle::from_bytes(handle).expect("short"),
        _ => user,
    };
    let mut record =
        CredentialRecord::import(bytes(&stored.id), owner, key, stored.sign_count, NOW);
    record.backup_eligible = stored.backup_eligible;
    let known = [CredentialDescriptor::new(&record.id)];
    let who = Who::Known(&owner, &known);
    let ceremony = danger::authentication_with_challenge(&rp, who, policy, &challenge, NOW);
    let claim = ceremony.claim(&response).map_err(text)?;
    ceremony
        .finish(&rp, claim, &record, NOW)
        .map(drop)
        .map_err(text)
}

fn theirs(case: &Case<'_>) -> Result<(), String> {
    let origins: Vec<&str> = case.origins.iter().map(String::as_str).collect();
    let core = peer::relying_party(&case.rp_id, &origins).map_err(|error| error.to_string())?;
    let policy = match case.user_verification.as_deref() {
        Some("required") => UserVerificationPolicy::Required,
        Some("discouraged") => UserVerificationPolicy::Discouraged_DO_NOT_USE,
        _ => UserVerificationPolicy::Preferred,
    };
    let challenge = bytes(&case.challenge);
    let json = case.response.get();
    if case.ceremony == "registration" {
        let algorithms = case.policy.allowed_algs.as_deref();
        let state = peer::registration_state(&core, &challenge, policy, algorithms)
            .map_err(|error| error.to_string())?;
        let response = serde_json::from_str(json).map_err(|error| error.to_string())?;
        return core
            .register_credential(&response, &state, None)
            .map(drop)
            .map_err(|error| format!("{error:?}"));
    }
    let stored = case.credential.as_ref().expect("there is a credential");
    let key = peer::key(&bytes(&stored.public_key_cose)).ok_or("it does not read the key")?;
    let credential = peer::credential(&bytes(&stored.id), key, stored.sign_count);
    let eligible = stored.backup_eligible;
    let state = peer::authentication_state(&core, credential, &challenge, policy, eligible)
        .map_err(|error| error.to_string())?;
    let response = serde_json::from_str(json).map_err(|error| error.to_string())?;
    core.authenticate_credential(&response, &state)
        .map(drop)
        .map_err(|error| format!("{error:?}"))
}

fn known() -> BTreeMap<String, Known> {
    let known: Vec<Known> =
        serde_json::from_str(include_str!("../known-differences.json")).expect("the list is JSON");
    let mut by_case = BTreeMap::new();
    for reason in known {
        assert!(!reason.why.is_empty());
        for case in &reason.cases {
            let one = Known {
                why: reason.why.clone(),
                ours: reason.ours,
                cases: Vec::new(),
            };
            let before = by_case.insert(case.clone(), one);
            assert!(before.is_none(), "{case} is listed twice");
        }
    }
    by_case
}

#[test]
fn shared_ceremonies() {
    let Some(vectors) = xtask::vectors() else {
        xtask::skip("shared_ceremonies", "the shared vectors are absent");
        return;
    };
    let known = known();
    let mut problems = Vec::new();
    let mut seen = BTreeSet::new();
    for (file, count) in FILES {
        let text = std::fs::read_to_string(vectors.join("webauthn").join(file))
            .expect("the vectors are readable");
        assert_eq!(text.lines().count(), count, "{file}");
        for line in text.lines() {
            let case: Case<'_> = serde_json::from_str(line).expect("a case is JSON");
            let id = Value::from(case.id.as_str());
            let (ours, theirs) = (self::ours(&case, RUSTCRYPTO), self::theirs(&case));
            let same = verdict(&ours) == verdict(&self::ours(&case, AWS_LC_RS));
            assert!(same, "the providers differ about {id}");
            let differ = verdict(&ours) != verdict(&theirs);
            let expected = known.get(&case.id);
            let fits = match expected {
                Some(known) => differ && known.ours == verdict(&ours),
                None => !differ,
            };
            if !fits {
                problems.push(format!("{id}: ours {ours:?}, theirs {theirs:?}"));
            }
            seen.insert(case.id);
        }
    }
    problems.extend(
        known
            .keys()
            .filter(|id| !seen.contains(*id))
            .map(|id| format!("{id}: listed, but there is no such case")),
    );
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}
