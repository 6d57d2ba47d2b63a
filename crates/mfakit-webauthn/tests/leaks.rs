//! Nothing that is printed holds a challenge, a user, a credential id, a signature, or what extensions
//! keep secret.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "tests"
)]

#[path = "support/authenticator.rs"]
mod authenticator;

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::fmt::Debug;
use std::path::Path;

use authenticator::{
    CHALLENGE, CREDENTIAL_ID, ED, Registration, START, SignIn, UP, USER, UV, base64url, cbor_bytes,
    cbor_text, head, rp,
};
use chacha20::rand_core::{TryCryptoRng, TryRng};
use mfakit_webauthn::ctap2::{CborMode, GetAssertionResponse, MakeCredentialResponse};
use mfakit_webauthn::{
    AuthenticationResponse, Policy, RegistrationResponse, Trust, User, Who, danger,
};
use serde_json::json;

const NAME: &str = "Countess Lovelace";
const BLOB: &[u8] = &[0xb1; 24];
const LARGE_BLOB: &[u8] = &[0xb2; 24];
const SALT: &[u8] = &[0xb3; 24];
const DERIVED: &[u8] = &[0xb4; 32];

/// Public types that hold nothing of a ceremony: numbers and names of the specifications, rules,
/// errors without data, and what is published.
const PLAIN: [&str; 48] = [
    "Aaguid",
    "Algorithm",
    "AppIdRule",
    "Attachment",
    "AttestationConveyance",
    "AttestationRules",
    "AttestationType",
    "AuthenticatorStatus",
    "BackupRule",
    "BadSignature",
    "Category",
    "CborMode",
    "Ceremony",
    "CertificationLevel",
    "Counter",
    "CounterRule",
    "CredentialProtection",
    "CryptoProvider",
    "Curve",
    "Embedding",
    "Entry",
    "EntryProblem",
    "EntryProblemKind",
    "HasOrigin",
    "Hash",
    "InvalidAaguid",
    "InvalidAnchor",
    "InvalidKey",
    "InvalidRelyingParty",
    "InvalidRevocationList",
    "KeyMaterial",
    "Kind",
    "MalformedOutput",
    "MalformedResponse",
    "Metadata",
    "MetadataError",
    "NoOrigin",
    "OpenCeremonyError",
    "Reason",
    "ResidentKey",
    "SafetyNetRule",
    "Scheme",
    "StatusReport",
    "StatusRules",
    "TpmManufacturers",
    "UserVerification",
    "UserVerificationEntry",
    "Verifier",
];

/// The forms in which bytes end up in logs.
fn forms(secret: &[u8]) -> [String; 4] {
    let list = format!("{secret:?}");
    let inside = list.trim_matches(['[', ']']).to_owned();
    let hex = secret.iter().map(|byte| format!("{byte:02x}")).collect();
    let text = String::from_utf8_lossy(secret).into_owned();
    [inside, hex, base64url(secret), text]
}

/// What was printed, by the names of types.
#[derive(Default)]
struct Printed(Vec<(&'static str, String)>);

impl Printed {
    fn add(&mut self, name: &'static str, value: &dyn Debug) {
        self.0.push((name, format!("{value:?} {value:#?}")));
    }

    fn ceremonies(&mut self) {
        let user = authenticator::user();
        let named = User::new(user, NAME);
        let sign_in = SignIn::default();
        let who = Who::Known(&user, &sign_in.allow);
        let policy = Policy::passkey();
        let begun =
            danger::registration_with_challenge(&rp(), &user, &[], policy, CHALLENGE, START);
        self.add("Registration", &begun);
        let begun = danger::authentication_with_challenge(&rp(), who, policy, CHALLENGE, START);
        self.add("Authentication", &begun);
        self.add("Who", &who);
        self.add("User", &named);
        self.add("UserHandle", &user);
        self.add("CredentialDescriptor", &sign_in.allow);
        let mut rng = Constant;
        let (options, _) = rp().register(&named, &sign_in.allow, policy, START, &mut rng);
        assert!(options.to_json().contains(&base64url(CHALLENGE)));
        self.add("CreationOptions", &options.with_blob(BLOB).with_prf());
        let (options, _) = rp().authenticate(who, policy, START, &mut rng);
        assert!(options.to_json().contains(&base64url(CHALLENGE)));
        let options = options.with_prf(SALT, Some(SALT));
        self.add("RequestOptions", &options.with_large_blob_write(LARGE_BLOB));
        self.add("Signal", &rp().signal_unknown_credential(CREDENTIAL_ID));
        let signal = rp().signal_all_accepted_credentials(&user, [CREDENTIAL_ID]);
        self.add("Signal", &signal);
        self.add("Signal", &rp().signal_current_user_details(&named));
        self.add("Policy", &policy);
        self.add("RelyingParty", &rp());
        let builder = mfakit_webauthn::RelyingParty::builder("example.com");
        self.add("RelyingPartyBuilder", &builder);
        self.add("Trust", &Trust::unverified());
    }

    fn registration(&mut self) {
        let registration = Registration {
            trust: Trust::unverified().keeping_attestations(),
            json: |json| {
                json["clientExtensionResults"] = json!({
                    "prf": {"enabled": true, "results": {"first": base64url(DERIVED)}},
                });
            },
            ..Registration::default()
        };
        let json = registration.to_json();
        let response = RegistrationResponse::from_json(&json).expect("it is valid");
        self.add("RegistrationResponse", &response);
        self.add("ClientExtensions", response.extensions());
        let made = registration.finish().expect("it is valid");
        self.add("CredentialRecord", made.record());
        self.add("PublicKey", &made.record().public_key);
        self.add("PreparedKey", made.prepared_key());
        self.add("Attestation", made.attestation());
        self.add("NewCredential", &made);
        let flags = 0;
        let refused = Registration {
            flags,
            ..registration
        }
        .finish()
        .expect_err("it is not valid");
        self.add("Error", &refused);
        self.0.push(("Error", refused.to_string()));
        let data = Registration::default().authenticator_data();
        let parts = [
            vec![0xa3, 1],
            cbor_text("none"),
            vec![2],
            cbor_bytes(&data),
            vec![3, 0xa0],
        ];
        let bytes = parts.concat();
        let response = MakeCredentialResponse::parse(&bytes, CborMode::Canonical);
        self.add("MakeCredentialResponse", &response.expect("it is valid"));
    }

    /// Returns the signature.
    fn sign_in(&mut self) -> Vec<u8> {
        let blob = [head(5, 1), cbor_text("credBlob"), cbor_bytes(BLOB)].concat();
        let sign_in = SignIn {
            flags: UP | UV | ED,
            tail: blob,
            json: |json| {
                json["clientExtensionResults"] = json!({
                    "prf": {"results": {"first": base64url(DERIVED)}},
                    "largeBlob": {"blob": base64url(LARGE_BLOB)},
                });
            },
            ..SignIn::default()
        };
        let json = sign_in.to_json();
        let response = AuthenticationResponse::from_json(&json).expect("it is valid");
        let blob = response.extensions().large_blob();
        assert_eq!(blob, Ok(Some(LARGE_BLOB.to_vec())));
        self.add("AuthenticationResponse", &response);
        self.add("ClientExtensions", response.extensions());
        let user = authenticator::user();
        let who = Who::Known(&user, &sign_in.allow);
        let policy = Policy::passkey();
        let begun = danger::authentication_with_challenge(&rp(), who, policy, CHALLENGE, START);
        self.add("Claim", &begun.claim(&response).expect("it is valid"));
        let proof = sign_in.finish().expect("it is valid");
        assert_eq!(proof.extensions().blob(), Ok(Some(BLOB)));
        self.add("AuthenticatorExtensions", proof.extensions());
        self.add("Flags", &proof.flags());
        self.add("RecordUpdate", &proof.update());
        self.add("VerifiedAssertion", &proof);
        let signature = authenticator::sign(&[0; 37], b"{}");
        let credential = [head(5, 1), cbor_text("id"), cbor_bytes(CREDENTIAL_ID)].concat();
        let owner = [head(5, 1), cbor_text("id"), cbor_bytes(USER)].concat();
        let parts = [
            vec![0xa4, 1],
            credential,
            vec![2],
            cbor_bytes(&[0; 37]),
            vec![3],
            cbor_bytes(&signature),
            vec![4],
            owner,
        ];
        let bytes = parts.concat();
        let response = GetAssertionResponse::parse(&bytes, CborMode::Canonical);
        let response = response.expect("it is valid");
        assert_eq!(response.user_handle(), Some(USER));
        self.add("GetAssertionResponse", &response);
        signature
    }
}

/// Makes the challenge of the other ceremonies.
struct Constant;

impl TryRng for Constant {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(u32::from_ne_bytes([0xc4; 4]))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(u64::from_ne_bytes([0xc4; 8]))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        bytes.fill(0xc4);
        Ok(())
    }
}

impl TryCryptoRng for Constant {}

#[test]
fn debug_and_display_are_silent() {
    let mut printed = Printed::default();
    printed.ceremonies();
    printed.registration();
    let signature = printed.sign_in();
    // Every member of `Signal`, `User` and the options is text: names are looked for, too.
    let secrets: [&[u8]; 9] = [
        CHALLENGE,
        CREDENTIAL_ID,
        USER,
        NAME.as_bytes(),
        BLOB,
        LARGE_BLOB,
        SALT,
        DERIVED,
        &signature,
    ];
    for (name, text) in &printed.0 {
        // Pretty-printed lists have a line for each number.
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        for form in secrets.iter().flat_map(|secret| forms(secret)) {
            assert!(!text.contains(&form), "{form} in {name}: {text}");
        }
    }
    let named: BTreeSet<_> = printed
        .0
        .iter()
        .map(|(name, _)| *name)
        .chain(PLAIN)
        .collect();
    let mut public = BTreeSet::new();
    collect(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
        &mut public,
    );
    let missing: Vec<_> = public
        .iter()
        .filter(|name| !named.contains(name.as_str()))
        .collect();
    assert!(
        missing.is_empty(),
        "print these, or say that they are plain: {missing:?}"
    );
}

/// The names of the types that the files of a folder declare as public.
fn collect(folder: &Path, names: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).expect("the folder is readable") {
        let path = entry.expect("the folder is readable").path();
        if path.is_dir() {
            collect(&path, names);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = std::fs::read_to_string(&path).expect("the file is readable");
            let declared = text.lines().filter_map(|line| {
                let line = line.trim_start();
                let rest = line
                    .strip_prefix("pub struct ")
                    .or_else(|| line.strip_prefix("pub enum "))?;
                rest.split(|letter: char| !letter.is_alphanumeric()).next()
            });
            names.extend(declared.map(String::from));
        }
    }
}
