//! A small authenticator with one P-256 credential, every part of whose answers can be changed.

#![allow(dead_code, reason = "each test file uses its part")]

use mfakit_core::UnixTime;
use mfakit_webauthn::{
    AuthenticationResponse, CredentialDescriptor, CredentialRecord, Error, NewCredential, Policy,
    PublicKey, RegistrationResponse, RelyingParty, Trust, UserHandle, VerifiedAssertion, Who,
    danger,
};
use p256::ecdsa::signature::hazmat::PrehashSigner as _;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// What a test does to the JSON of a response.
pub(crate) type Change = fn(&mut Value);

pub(crate) const START: UnixTime = UnixTime::from_secs(1_767_225_600);
pub(crate) const CHALLENGE: &[u8] = &[0xc4; 32];
pub(crate) const CREDENTIAL_ID: &[u8] = &[0x1d; 20];
pub(crate) const USER: &[u8] = b"ada";

pub(crate) const UP: u8 = 0x01;
pub(crate) const UV: u8 = 0x04;
pub(crate) const BE: u8 = 0x08;
pub(crate) const BS: u8 = 0x10;
pub(crate) const AT: u8 = 0x40;
pub(crate) const ED: u8 = 0x80;

pub(crate) fn rp() -> RelyingParty {
    RelyingParty::builder("example.com")
        .origin("https://example.com")
        .build()
        .expect("the relying party is good")
}

pub(crate) fn user() -> UserHandle {
    UserHandle::from_bytes(USER).expect("the handle is short")
}

pub(crate) fn base64url(bytes: &[u8]) -> String {
    let digit = |value: u32| {
        char::from(
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
                [usize::try_from(value & 0x3f).expect("six bits are small")],
        )
    };
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let mut whole = [0; 4];
        whole[1..=chunk.len()].copy_from_slice(chunk);
        let bits = u32::from_be_bytes(whole);
        for position in 0..=chunk.len() {
            text.push(digit(bits >> (18 - 6 * position)));
        }
    }
    text
}

pub(crate) fn client_data(operation: &str) -> Value {
    json!({
        "type": operation,
        "challenge": base64url(CHALLENGE),
        "origin": "https://example.com",
        "crossOrigin": false,
    })
}

fn key() -> SigningKey {
    SigningKey::from_slice(&[0x42; 32]).expect("the scalar is in range")
}

/// The credential's COSE key, in canonical form.
pub(crate) fn cose_key() -> Vec<u8> {
    let point = key().verifying_key().to_sec1_point(false);
    let (x, y) = point.as_bytes()[1..].split_at(32);
    let head = [0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32];
    [head.as_slice(), x, &[0x22, 0x58, 32], y].concat()
}

pub(crate) fn sign(authenticator_data: &[u8], client_data: &[u8]) -> Vec<u8> {
    let message = [authenticator_data, &Sha256::digest(client_data)].concat();
    let signature: Signature = key()
        .sign_prehash(&Sha256::digest(message))
        .expect("signing works");
    signature.to_der().as_bytes().to_vec()
}

/// A CBOR head with its argument in the shortest form.
pub(crate) fn head(major: u8, argument: usize) -> Vec<u8> {
    let major = major << 5;
    match u16::try_from(argument).expect("tests are short") {
        argument @ 0..24 => vec![major | u8::try_from(argument).expect("it is below 24")],
        argument @ 24..256 => vec![major | 24, u8::try_from(argument).expect("it is a byte")],
        argument => [&[major | 25], argument.to_be_bytes().as_slice()].concat(),
    }
}

pub(crate) fn cbor_text(text: &str) -> Vec<u8> {
    [head(3, text.len()), text.as_bytes().to_vec()].concat()
}

pub(crate) fn cbor_bytes(bytes: &[u8]) -> Vec<u8> {
    [head(2, bytes.len()), bytes.to_vec()].concat()
}

/// A registration of format `none`, unless a test says otherwise.
pub(crate) struct Registration {
    pub(crate) rp: RelyingParty,
    pub(crate) policy: Policy,
    pub(crate) trust: Trust,
    pub(crate) exclude: Vec<CredentialDescriptor>,
    pub(crate) now: UnixTime,
    pub(crate) client_data: Vec<u8>,
    pub(crate) rp_id: String,
    pub(crate) flags: u8,
    pub(crate) aaguid: [u8; 16],
    pub(crate) credential_id: Vec<u8>,
    pub(crate) cose_key: Vec<u8>,
    /// After the credential: extension outputs, or what should not be there.
    pub(crate) tail: Vec<u8>,
    pub(crate) format: String,
    /// `None`: the empty map.
    pub(crate) statement: Option<Vec<u8>>,
    /// After the attestation object.
    pub(crate) after: Vec<u8>,
    pub(crate) json: Change,
}

impl Default for Registration {
    fn default() -> Self {
        Self {
            rp: rp(),
            policy: Policy::passkey(),
            trust: Trust::unverified(),
            exclude: Vec::new(),
            now: START,
            client_data: client_data("webauthn.create").to_string().into_bytes(),
            rp_id: "example.com".into(),
            flags: UP | UV | AT,
            aaguid: [0xaa; 16],
            credential_id: CREDENTIAL_ID.into(),
            cose_key: cose_key(),
            tail: Vec::new(),
            format: "none".into(),
            statement: None,
            after: Vec::new(),
            json: |_| {},
        }
    }
}

impl Registration {
    pub(crate) fn authenticator_data(&self) -> Vec<u8> {
        let length = u16::try_from(self.credential_id.len()).expect("tests are short");
        let hash: [u8; 32] = Sha256::digest(&self.rp_id).into();
        let mut data = [hash.as_slice(), &[self.flags], &[0; 4]].concat();
        if self.flags & AT != 0 {
            data.extend_from_slice(&self.aaguid);
            data.extend_from_slice(&length.to_be_bytes());
            data.extend_from_slice(&self.credential_id);
            data.extend_from_slice(&self.cose_key);
        }
        data.extend_from_slice(&self.tail);
        data
    }

    /// A packed self attestation.
    pub(crate) fn attested_by_itself(mut self) -> Self {
        let signature = sign(&self.authenticator_data(), &self.client_data);
        self.format = "packed".into();
        self.statement = Some(packed(0x26, &signature));
        self
    }

    pub(crate) fn to_json(&self) -> String {
        let object = [
            head(5, 3),
            cbor_text("fmt"),
            cbor_text(&self.format),
            cbor_text("attStmt"),
            self.statement.clone().unwrap_or_else(|| head(5, 0)),
            cbor_text("authData"),
            cbor_bytes(&self.authenticator_data()),
            self.after.clone(),
        ]
        .concat();
        let mut value = json!({
            "id": base64url(&self.credential_id),
            "rawId": base64url(&self.credential_id),
            "type": "public-key",
            "response": {
                "clientDataJSON": base64url(&self.client_data),
                "attestationObject": base64url(&object),
                "transports": ["usb", "carrier-pigeon"],
            },
            "clientExtensionResults": {},
        });
        (self.json)(&mut value);
        value.to_string()
    }

    pub(crate) fn finish(&self) -> Result<NewCredential, Error> {
        let ceremony = danger::registration_with_challenge(
            &self.rp,
            &user(),
            &self.exclude,
            self.policy,
            CHALLENGE,
            START,
        );
        let json = self.to_json();
        let response = RegistrationResponse::from_json(&json)?;
        ceremony.finish(&self.rp, &response, self.now, &self.trust)
    }
}

/// `{"alg": …, "sig": …}`; the algorithm is one byte of CBOR.
pub(crate) fn packed(algorithm: u8, signature: &[u8]) -> Vec<u8> {
    [
        head(5, 2),
        cbor_text("alg"),
        vec![algorithm],
        cbor_text("sig"),
        cbor_bytes(signature),
    ]
    .concat()
}

/// A sign-in with the credential.
pub(crate) struct SignIn {
    pub(crate) rp: RelyingParty,
    pub(crate) policy: Policy,
    /// Whether the ceremony knows the user.
    pub(crate) known: bool,
    pub(crate) allow: Vec<CredentialDescriptor>,
    pub(crate) record: CredentialRecord,
    pub(crate) now: UnixTime,
    pub(crate) client_data: Vec<u8>,
    pub(crate) rp_id: String,
    pub(crate) flags: u8,
    pub(crate) counter: u32,
    pub(crate) tail: Vec<u8>,
    pub(crate) user_handle: Option<Vec<u8>>,
    pub(crate) json: Change,
}

impl Default for SignIn {
    fn default() -> Self {
        let key = PublicKey::from_cose(&cose_key()).expect("the key is good");
        let mut record = CredentialRecord::import(CREDENTIAL_ID.into(), user(), key, 7, START);
        record.backup_eligible = Some(false);
        Self {
            rp: rp(),
            policy: Policy::passkey(),
            known: true,
            allow: vec![CredentialDescriptor::new(CREDENTIAL_ID)],
            record,
            now: START,
            client_data: client_data("webauthn.get").to_string().into_bytes(),
            rp_id: "example.com".into(),
            flags: UP | UV,
            counter: 8,
            tail: Vec::new(),
            user_handle: Some(USER.into()),
            json: |_| {},
        }
    }
}

impl SignIn {
    pub(crate) fn to_json(&self) -> String {
        let hash: [u8; 32] = Sha256::digest(&self.rp_id).into();
        let counter = self.counter.to_be_bytes();
        let data = [hash.as_slice(), &[self.flags], &counter, &self.tail].concat();
        let mut value = json!({
            "id": base64url(CREDENTIAL_ID),
            "rawId": base64url(CREDENTIAL_ID),
            "type": "public-key",
            "response": {
                "clientDataJSON": base64url(&self.client_data),
                "authenticatorData": base64url(&data),
                "signature": base64url(&sign(&data, &self.client_data)),
                "userHandle": self.user_handle.as_deref().map(base64url),
            },
            "clientExtensionResults": {},
        });
        (self.json)(&mut value);
        value.to_string()
    }

    pub(crate) fn finish_json(&self, json: &str) -> Result<VerifiedAssertion, Error> {
        let user = user();
        let who = if self.known {
            Who::Known(&user, &self.allow)
        } else {
            Who::Discoverable
        };
        let ceremony =
            danger::authentication_with_challenge(&self.rp, who, self.policy, CHALLENGE, START);
        let response = AuthenticationResponse::from_json(json)?;
        let claim = ceremony.claim(&response)?;
        ceremony.finish(&self.rp, claim, &self.record, self.now)
    }

    pub(crate) fn finish(&self) -> Result<VerifiedAssertion, Error> {
        self.finish_json(&self.to_json())
    }
}
