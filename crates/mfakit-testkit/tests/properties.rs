//! Laws of the whole: what is signed cannot be changed, what is not signed changes no verdict, and
//! it is the same whichever way an answer comes.

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
    Assertion, Authenticator, Cbor, Conveyance, CounterBehavior, Encoding, Registration,
};
use mfakit_webauthn::{
    Algorithm, Attestation, AuthenticatorExtensions, Counter, CredentialRecord, Error, Flags,
    NewCredential, RecordUpdate, UserHandle, VerifiedAssertion,
};
use proptest::prelude::*;
use serde_json::{Value, json};
use service::{Answer, Service};

/// A quick algorithm of each kind of key and signature.
const ALGORITHMS: [Algorithm; 5] = [
    Algorithm::Es256,
    Algorithm::Ed25519,
    Algorithm::Rs256,
    Algorithm::Ps256,
    Algorithm::Es256k,
];

/// Every answer of it is signed, by the credential's key.
fn authenticator(algorithm: Algorithm) -> Authenticator {
    let mut authenticator = Authenticator::new(11).with_attestation(Packed::by_itself());
    authenticator.settings.conveyance = Conveyance::Always;
    authenticator.settings.algorithms = vec![algorithm];
    authenticator
}

/// What a registration proves; transports and client extension outputs are hints that nobody signs.
#[derive(Debug, PartialEq)]
struct Registered {
    record: CredentialRecord,
    attestation: Attestation,
    user_verified: bool,
    extensions: AuthenticatorExtensions,
}

impl From<NewCredential> for Registered {
    fn from(made: NewCredential) -> Self {
        let (attestation, extensions) = (made.attestation().clone(), made.extensions().clone());
        let user_verified = made.user_verified();
        let mut record = made.into_record();
        record.transports.clear();
        Self {
            record,
            attestation,
            user_verified,
            extensions,
        }
    }
}

/// What a sign-in proves.
#[derive(Debug, PartialEq)]
struct SignedIn {
    user: UserHandle,
    credential_id: Vec<u8>,
    flags: Flags,
    counter: Counter,
    extensions: AuthenticatorExtensions,
    update: RecordUpdate,
}

impl From<VerifiedAssertion> for SignedIn {
    fn from(proof: VerifiedAssertion) -> Self {
        Self {
            user: *proof.user(),
            credential_id: proof.credential_id().to_vec(),
            flags: proof.flags(),
            counter: proof.counter(),
            extensions: proof.extensions().clone(),
            update: proof.update(),
        }
    }
}

fn register(
    mut authenticator: Authenticator,
    write: impl FnOnce(&mut Registration) -> Answer,
) -> Result<Registered, Error> {
    Service::new()
        .register_by(&mut authenticator, write)
        .map(Into::into)
}

fn sign_in(
    mut authenticator: Authenticator,
    write: impl FnOnce(&mut Assertion) -> Answer,
) -> Result<SignedIn, Error> {
    let mut service = Service::new();
    let record = service.register(&mut authenticator);
    service
        .sign_in_by(&mut authenticator, &record, write)
        .map(Into::into)
}

/// Changes one byte.
fn flip(bytes: &mut [u8], position: prop::sample::Index, bits: u8) {
    let position = position.index(bytes.len());
    bytes[position] ^= bits;
}

/// An attestation object with other authenticator data.
fn object(registration: &mut Registration, data: Vec<u8>) -> Vec<u8> {
    let statement = registration.sign();
    let members = [
        ("fmt", Cbor::Text(statement.format.clone())),
        ("attStmt", statement.value.clone()),
        ("authData", Cbor::Bytes(data)),
    ];
    let members = members.map(|(name, value)| (Cbor::Text(name.into()), value));
    Encoding::Canonical.encode(&Cbor::Map(members.into()))
}

/// What is changed in a signed answer.
#[derive(Clone, Copy, Debug)]
enum Part {
    ClientData,
    AuthenticatorData,
    Signature,
}

fn part() -> impl Strategy<Value = Part> {
    prop::sample::select(vec![
        Part::ClientData,
        Part::AuthenticatorData,
        Part::Signature,
    ])
}

fn algorithm() -> impl Strategy<Value = Algorithm> {
    prop::sample::select(ALGORITHMS.to_vec())
}

/// A change of a JSON document: a place, and what becomes of it.
fn changed(json: &Value, place: prop::sample::Index, with: &Mutation) -> Value {
    let mut json = json.clone();
    let mut places = Vec::new();
    pointers(&json, String::new(), &mut places);
    let place = &places[place.index(places.len())];
    match with {
        Mutation::Replace(value) => {
            *json.pointer_mut(place).expect("the place is there") = value.clone();
        }
        Mutation::Remove => remove(&mut json, place),
        Mutation::AddUnknown(value) => {
            if let Some(Value::Object(members)) = json.pointer_mut(place) {
                members.insert("grease".into(), value.clone());
            }
        }
        Mutation::Flip(position, bits) => {
            if let Some(Value::String(text)) = json.pointer_mut(place)
                && !text.is_empty()
            {
                let mut bytes = text.clone().into_bytes();
                flip(&mut bytes, *position, *bits);
                *text = String::from_utf8_lossy(&bytes).into_owned();
            }
        }
    }
    json
}

fn pointers(value: &Value, place: String, places: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                pointers(value, format!("{place}/{name}"), places);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                pointers(value, format!("{place}/{index}"), places);
            }
        }
        _ => {}
    }
    places.push(place);
}

fn remove(json: &mut Value, place: &str) {
    let Some((parent, name)) = place.rsplit_once('/') else {
        *json = Value::Null;
        return;
    };
    match json.pointer_mut(parent) {
        Some(Value::Object(members)) => drop(members.remove(name)),
        Some(Value::Array(items)) => drop(items.pop()),
        _ => {}
    }
}

#[derive(Clone, Debug)]
enum Mutation {
    Replace(Value),
    Remove,
    AddUnknown(Value),
    Flip(prop::sample::Index, u8),
}

fn mutation() -> impl Strategy<Value = Mutation> {
    let value = || {
        prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            "[A-Za-z0-9_-]{0,8}".prop_map(Value::from),
            Just(json!([])),
            Just(json!({})),
        ]
    };
    prop_oneof![
        value().prop_map(Mutation::Replace),
        Just(Mutation::Remove),
        value().prop_map(Mutation::AddUnknown),
        (any::<prop::sample::Index>(), 1_u8..128)
            .prop_map(|(position, bits)| Mutation::Flip(position, bits)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// No byte of what is signed, or of the signature, can be changed at registration.
    #[test]
    fn no_byte_of_an_attested_registration_can_be_changed(
        algorithm in algorithm(),
        part in part(),
        position: prop::sample::Index,
        bits in 1_u8..,
    ) {
        let verdict = register(authenticator(algorithm), |registration| {
            registration.sign();
            match part {
                Part::ClientData => {
                    let mut json = registration.client_data.json();
                    flip(&mut json, position, bits);
                    registration.client_data.raw = Some(json);
                }
                Part::AuthenticatorData => {
                    let mut data = registration.authenticator_data.to_bytes();
                    flip(&mut data, position, bits);
                    registration.object_encoding = Encoding::Raw(object(registration, data));
                }
                Part::Signature => {
                    let statement = registration.sign();
                    let Some(Cbor::Bytes(mut signature)) = statement.remove("sig") else {
                        panic!("a packed statement has a signature");
                    };
                    flip(&mut signature, position, bits);
                    statement.set("sig", Cbor::Bytes(signature));
                }
            }
            Answer::Json(registration.json())
        });
        prop_assert!(verdict.is_err(), "{verdict:?}");
    }

    /// No byte of what is signed, or of the signature, can be changed at sign-in.
    #[test]
    fn no_byte_of_a_sign_in_can_be_changed(
        algorithm in algorithm(),
        part in part(),
        position: prop::sample::Index,
        bits in 1_u8..,
    ) {
        let verdict = sign_in(authenticator(algorithm), |assertion| {
            assertion.sign();
            let mut json = assertion.json_value();
            let (name, mut bytes) = match part {
                Part::ClientData => ("clientDataJSON", assertion.client_data.json()),
                Part::AuthenticatorData => {
                    ("authenticatorData", assertion.authenticator_data.to_bytes())
                }
                Part::Signature => ("signature", assertion.sign().clone()),
            };
            flip(&mut bytes, position, bits);
            json["response"][name] = base64url(&bytes).into();
            Answer::Json(json.to_string())
        });
        prop_assert!(verdict.is_err(), "{verdict:?}");
    }

    /// Any other change of a registration's JSON is refused, or proves the same.
    #[test]
    fn another_registration_json_is_refused_or_proves_the_same(
        place: prop::sample::Index,
        mutation in mutation(),
    ) {
        let write = |registration: &mut Registration| Answer::Json(registration.json());
        let plain = register(authenticator(Algorithm::Es256), write);
        let verdict = register(authenticator(Algorithm::Es256), |registration| {
            Answer::Json(changed(&registration.json_value(), place, &mutation).to_string())
        });
        if verdict.is_ok() {
            prop_assert_eq!(verdict, plain);
        }
    }

    /// Any other change of a sign-in's JSON is refused, or proves the same.
    #[test]
    fn another_sign_in_json_is_refused_or_proves_the_same(
        place: prop::sample::Index,
        mutation in mutation(),
    ) {
        let write = |assertion: &mut Assertion| Answer::Json(assertion.json());
        let plain = sign_in(authenticator(Algorithm::Es256), write);
        let verdict = sign_in(authenticator(Algorithm::Es256), |assertion| {
            Answer::Json(changed(&assertion.json_value(), place, &mutation).to_string())
        });
        if verdict.is_ok() {
            prop_assert_eq!(verdict, plain);
        }
    }

    /// The verdict about the authenticator's CBOR is that about the browser's JSON.
    #[test]
    fn both_ways_give_one_verdict(
        algorithm in algorithm(),
        [verified, eligible, backed_up, present] in any::<[bool; 4]>(),
        counter in prop::sample::select(vec![
            CounterBehavior::Zero,
            CounterBehavior::PerCredential,
            CounterBehavior::Shared,
        ]),
        id_bytes in 1_usize..=1023,
    ) {
        let mut authenticator = authenticator(algorithm);
        let settings = &mut authenticator.settings;
        settings.user_verification = verified;
        settings.user_presence = present;
        settings.backup_eligible = eligible;
        settings.backed_up = backed_up;
        settings.counter = counter;
        settings.credential_id_bytes = id_bytes;
        let json = register(authenticator.clone(), |made| Answer::Json(made.json()));
        let ctap2 = register(authenticator.clone(), |made| Answer::Ctap2(made.ctap2()));
        prop_assert_eq!(json.is_ok(), present && (eligible || !backed_up));
        prop_assert_eq!(&json, &ctap2);
        if json.is_ok() {
            let json = sign_in(authenticator.clone(), |proof| Answer::Json(proof.json()));
            let ctap2 = sign_in(authenticator, |proof| Answer::Ctap2(proof.ctap2()));
            prop_assert!(json.is_ok(), "{json:?}");
            prop_assert_eq!(json, ctap2);
        }
    }
}

fn base64url(bytes: &[u8]) -> String {
    use base64ct::{Base64UrlUnpadded, Encoding as _};
    Base64UrlUnpadded::encode_string(bytes)
}
