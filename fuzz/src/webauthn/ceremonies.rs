//! Whole ceremonies of the software authenticator, with edits of every part of the answer.

use std::sync::Arc;

use base64ct::{Base64UrlUnpadded, Encoding as _};
use mfakit_testkit::certificate::Certificate;
use mfakit_testkit::statement::{
    AndroidKey, Apple, Attest, AttestationKey, Compound, Packed, SafetyNet, Tpm,
};
use mfakit_testkit::{Assertion, Authenticator, Conveyance, Registration, SeededRng, SigningKey};
use mfakit_webauthn::{
    Algorithm, AttestationConveyance, AttestationType, AuthenticationResponse,
    AuthenticatorExtensions, Counter, CredentialRecord, Curve, Error, Flags, NewCredential, Policy,
    RecordUpdate, RegistrationResponse, Scheme, User, UserHandle, VerifiedAssertion, Who,
};
use serde_json::Value;

use super::attestation::signed_members;
use super::json::{bytes, members, response};
use super::{
    AAGUID, ANCHORED, Edits, HIERARCHY, Kept, NOW, ORIGIN, RP, attestation_object, base64url,
    canonical, contains, key, user,
};

/// What is edited, of a registration as of a sign-in: the client data, the authenticator data, the
/// statement or the signature, the id, the attestation object or the user handle, and the JSON of
/// all of it. Everything is signed before.
mod part {
    pub(super) const CLIENT_DATA: u8 = 0;
    pub(super) const AUTHENTICATOR_DATA: u8 = 1;
    pub(super) const PROOF: u8 = 2;
    pub(super) const ID: u8 = 3;
    pub(super) const OBJECT_OR_HANDLE: u8 = 4;
    pub(super) const JSON: u8 = 5;
    pub(super) const COUNT: u8 = 6;
}

const ALGORITHMS: [Algorithm; 12] = [
    Algorithm::Es256,
    Algorithm::Ed25519,
    Algorithm::Rs256,
    Algorithm::Ps256,
    Algorithm::Es256k,
    Algorithm::Es384,
    Algorithm::Es512,
    Algorithm::Rs512,
    Algorithm::Ps384,
    Algorithm::EdDsa,
    Algorithm::MlDsa44,
    Algorithm::Ed448,
];

const FORMATS: u8 = 7;
const SELF: u8 = 0;

/// How a credential is attested. The format that attests nothing is left out, because nothing of
/// its answer is signed, and so is U2F, which does not sign all of it.
fn attest(format: u8) -> Box<dyn Attest> {
    let by = |key: SigningKey, certificate: &Certificate| {
        AttestationKey::new(key, HIERARCHY.chain(certificate))
    };
    let key = key(Algorithm::Es256, 60);
    let packed = || Packed::by(by(key.clone(), &Certificate::packed(&key, AAGUID)));
    match format % FORMATS {
        SELF => Box::new(Packed::by_itself()),
        1 => Box::new(packed()),
        2 => Box::new(Tpm::by(by(key.clone(), &Certificate::tpm(&key)))),
        3 => Box::new(AndroidKey::by(HIERARCHY.clone())),
        4 => Box::new(Apple::by(HIERARCHY.clone())),
        5 => {
            let by = by(key.clone(), &Certificate::safetynet(&key));
            Box::new(SafetyNet::by(by, NOW))
        }
        _ => Box::new(Compound::new().with(packed()).with(Packed::by_itself())),
    }
}

fn authenticator(algorithm: Algorithm, attest: Box<dyn Attest>) -> Authenticator {
    let mut authenticator = Authenticator::new(61).with_attestation(attest);
    authenticator.settings.algorithms = vec![algorithm];
    authenticator.settings.aaguid = AAGUID;
    authenticator.settings.conveyance = Conveyance::Always;
    authenticator
}

/// Begins the same ceremony each time: certificates that lead to a root are asked for, but where
/// the credential attests itself.
fn begin_registration(format: u8) -> (String, mfakit_webauthn::Registration) {
    let policy = match format {
        SELF => Policy::passkey().with_attestation(AttestationConveyance::Direct),
        _ => Policy::attested(),
    };
    let user = User::new(user(), "ada");
    let (options, ceremony) = RP.register(&user, &[], policy, NOW, &mut SeededRng::new(62));
    (options.to_json(), ceremony)
}

fn begin_sign_in(
    record: &CredentialRecord,
    known: bool,
) -> (String, mfakit_webauthn::Authentication) {
    let (user, allow) = (user(), [record.descriptor()]);
    let who = if known {
        Who::Known(&user, &allow)
    } else {
        Who::Discoverable
    };
    let (options, ceremony) = RP.authenticate(who, Policy::passkey(), NOW, &mut SeededRng::new(63));
    (options.to_json(), ceremony)
}

/// What a registration proves; transports and client extension outputs are hints that nobody signs.
#[derive(Debug, PartialEq)]
struct Registered {
    record: CredentialRecord,
    format: String,
    is_trusted: bool,
    kind: AttestationType,
    user_verified: bool,
    extensions: AuthenticatorExtensions,
}

impl From<NewCredential> for Registered {
    fn from(made: NewCredential) -> Self {
        let attestation = made.attestation();
        let (kind, is_trusted) = (attestation.kind(), attestation.is_trusted());
        let format = attestation.format().to_owned();
        let (user_verified, extensions) = (made.user_verified(), made.extensions().clone());
        let mut record = made.into_record();
        record.transports.clear();
        Self {
            record,
            format,
            is_trusted,
            kind,
            user_verified,
            extensions,
        }
    }
}

fn finish_registration(format: u8, json: &str) -> Result<Registered, Error> {
    let (_, ceremony) = begin_registration(format);
    let response = RegistrationResponse::from_json(json)?;
    ceremony
        .finish(&RP, &response, NOW, &ANCHORED)
        .map(Into::into)
}

/// A registration that is signed, and what it proves unedited.
struct Signed {
    format: u8,
    registration: Registration,
    json: Value,
    authenticator: Authenticator,
    proved: Registered,
}

/// Whether a format attests keys of an algorithm.
fn attests(format: u8, algorithm: Algorithm) -> bool {
    match (format % FORMATS, algorithm.scheme()) {
        // No certificate that is read has a key on secp256k1.
        (2..=4, Scheme::Ecdsa(Curve::Secp256k1, _)) => false,
        // TPMs have keys of RSA and on the curves of NIST.
        (2, scheme) => matches!(
            scheme,
            Scheme::Ecdsa(..) | Scheme::RsaPkcs1(_) | Scheme::RsaPss(_)
        ),
        _ => true,
    }
}

/// Made once for each format and algorithm; where these do not go together, the credential attests
/// itself.
fn signed(format: u8, algorithm: u8) -> Arc<Signed> {
    static SIGNED: Kept<(u8, Algorithm), Arc<Signed>> = Kept::new();
    let algorithm = ALGORITHMS[usize::from(algorithm) % ALGORITHMS.len()];
    let format = if attests(format, algorithm) {
        format % FORMATS
    } else {
        SELF
    };
    SIGNED.get((format, algorithm), || {
        let mut authenticator = authenticator(algorithm, attest(format));
        let (options, _) = begin_registration(format);
        let mut registration = authenticator
            .make_credential(&options, ORIGIN)
            .expect("the authenticator answers");
        registration.sign();
        let proved = finish_registration(format, &registration.json());
        Arc::new(Signed {
            format,
            json: registration.json_value(),
            registration,
            authenticator,
            proved: proved.expect("the answer is good"),
        })
    })
}

/// The JSON of an answer with parts in place of its own, edited as text.
fn edited(
    mut json: Value,
    id: &[u8],
    parts: &[(&str, &[u8])],
    edits: &Edits<'_>,
) -> Option<String> {
    let id = Value::from(base64url(id));
    json["id"] = id.clone();
    json["rawId"] = id;
    for (name, bytes) in parts {
        json["response"][name] = base64url(bytes).into();
    }
    let mut json = json.to_string().into_bytes();
    edits.apply(part::JSON, part::COUNT, &mut json);
    String::from_utf8(json).ok()
}

/// Whole registrations, attested in any way by keys of any algorithm, with edits of the answer: it
/// is refused, or nothing that is signed has changed and it proves the same.
pub fn registration(data: &[u8]) {
    let Some((&[format, algorithm], rest)) = data.split_first_chunk() else {
        return;
    };
    let edits = Edits::read(rest);
    let signed = signed(format, algorithm);
    let mut answer = signed.registration.clone();
    let plain_client_data = answer.client_data.json();
    let plain_data = answer.authenticator_data.to_bytes();

    let (mut client_data, mut data) = (plain_client_data.clone(), plain_data.clone());
    edits.apply(part::CLIENT_DATA, part::COUNT, &mut client_data);
    edits.apply(part::AUTHENTICATOR_DATA, part::COUNT, &mut data);
    let statement = answer.sign().clone();
    let mut proof = canonical(&statement.value);
    edits.apply(part::PROOF, part::COUNT, &mut proof);
    let mut object = attestation_object(&statement.format, &proof, &data);
    edits.apply(part::OBJECT_OR_HANDLE, part::COUNT, &mut object);
    let mut id = answer.id.clone();
    edits.apply(part::ID, part::COUNT, &mut id);
    let parts = [
        ("clientDataJSON", client_data.as_slice()),
        ("attestationObject", &object),
    ];
    let Some(json) = edited(signed.json.clone(), &id, &parts, &edits) else {
        return;
    };

    match finish_registration(signed.format, &json) {
        // Whoever leaves the statement out has proved nothing, and can change everything.
        Ok(proved) if proved.kind == AttestationType::None => {
            assert_eq!(signed.format, SELF, "attestation was asked for");
        }
        Ok(proved) => {
            assert_eq!(proved, signed.proved);
            let inner = response(&members(&json).expect("an answer is an object"));
            assert_eq!(bytes(&inner, "clientDataJSON"), Some(plain_client_data));
            let object = bytes(&inner, "attestationObject").expect("it was read");
            assert!(contains(&object, &plain_data));
            for signed in signed_members(&statement.value) {
                // A compound statement is as good as the best of its parts.
                assert!(proved.format == "compound" || contains(&object, &signed));
            }
        }
        Err(error) => assert!(!edits.is_empty(), "{error:?}"),
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

/// Bits of the first byte.
const KNOWN: u8 = 0x01;
const COUNTER_WENT_BACK: u8 = 0x02;
const ELIGIBILITY_CHANGED: u8 = 0x04;
const USER_ABSENT: u8 = 0x08;

/// An answer that is signed, and how it is judged.
struct SignedAnswer {
    record: CredentialRecord,
    known: bool,
    answer: Assertion,
}

impl SignedAnswer {
    fn new(state: u8, signed: &Signed) -> Self {
        let mut record = signed.proved.record.clone();
        if state & COUNTER_WENT_BACK != 0 {
            record.sign_count = u32::MAX;
        }
        if state & ELIGIBILITY_CHANGED != 0 {
            record.backup_eligible = Some(true);
        }
        let known = state & KNOWN != 0;
        let (options, _) = begin_sign_in(&record, known);
        let mut authenticator = signed.authenticator.clone();
        authenticator.settings.user_presence = state & USER_ABSENT == 0;
        let mut answer = authenticator
            .get_assertion(&options, ORIGIN)
            .expect("the authenticator answers");
        answer.sign();
        Self {
            record,
            known,
            answer,
        }
    }

    fn finish(&self, json: &str) -> Result<SignedIn, Error> {
        let (_, ceremony) = begin_sign_in(&self.record, self.known);
        let response = AuthenticationResponse::from_json(json)?;
        let claim = ceremony.claim(&response)?;
        ceremony
            .finish(&RP, claim, &self.record, NOW)
            .map(Into::into)
    }
}

/// Whole sign-ins by keys of any algorithm, with edits of the answer: it is refused, or nothing
/// that is signed has changed and it proves the same.
pub fn sign_in(data: &[u8]) {
    static ANSWERS: Kept<(u8, Algorithm), Arc<SignedAnswer>> = Kept::new();
    let Some((&[state, algorithm], rest)) = data.split_first_chunk() else {
        return;
    };
    let edits = Edits::read(rest);
    let signed = signed(SELF, algorithm);
    let state = state & (KNOWN | COUNTER_WENT_BACK | ELIGIBILITY_CHANGED | USER_ABSENT);
    let named = (state, signed.proved.record.public_key.algorithm());
    let signed = ANSWERS.get(named, || Arc::new(SignedAnswer::new(state, &signed)));

    let json = signed.answer.json();
    let plain = signed.finish(&json);
    assert_eq!(plain.is_ok(), state & !KNOWN == 0, "{plain:?}");
    let Some(edited) = edited_assertion(&signed.answer, &json, &edits) else {
        return;
    };
    let verdict = signed.finish(&edited);
    if verdict.is_ok() {
        assert_eq!(verdict, plain);
        let [before, after] = [&json, &edited].map(|json| {
            let inner = response(&members(json).expect("an answer is an object"));
            ["clientDataJSON", "authenticatorData", "signature"].map(|name| bytes(&inner, name))
        });
        assert_eq!(before, after);
    }
}

fn edited_assertion(answer: &Assertion, json: &str, edits: &Edits<'_>) -> Option<String> {
    let json: Value = serde_json::from_str(json).expect("an answer is JSON");
    let signature = json["response"]["signature"].as_str().expect("it is text");
    let mut signature = Base64UrlUnpadded::decode_vec(signature).expect("it is base64url");
    let mut client_data = answer.client_data.json();
    let mut data = answer.authenticator_data.to_bytes();
    let mut handle = answer.user_handle.clone().unwrap_or_default();
    let mut id = answer.id.clone();
    edits.apply(part::CLIENT_DATA, part::COUNT, &mut client_data);
    edits.apply(part::AUTHENTICATOR_DATA, part::COUNT, &mut data);
    edits.apply(part::PROOF, part::COUNT, &mut signature);
    edits.apply(part::ID, part::COUNT, &mut id);
    edits.apply(part::OBJECT_OR_HANDLE, part::COUNT, &mut handle);
    let parts = [
        ("clientDataJSON", client_data.as_slice()),
        ("authenticatorData", &data),
        ("signature", &signature),
        ("userHandle", &handle),
    ];
    edited(json, &id, &parts, edits)
}
