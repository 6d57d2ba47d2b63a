//! A security key with one P-256 credential, together with its browser.

use base64ct::{Base64UrlUnpadded, Encoding as _};
use p256::ecdsa::signature::hazmat::PrehashSigner as _;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

pub(crate) const UP: u8 = 0x01;
pub(crate) const UV: u8 = 0x04;
const AT: u8 = 0x40;

/// How the attestation is made.
#[derive(Clone, Copy)]
pub(crate) enum Format {
    None,
    /// Signed by a key with a certificate, which is given too.
    Packed {
        key: [u8; 32],
        certificate: &'static [u8],
    },
}

pub(crate) struct Authenticator {
    pub(crate) id: Vec<u8>,
    pub(crate) flags: u8,
    pub(crate) counter: u32,
    pub(crate) format: Format,
    /// What the browser takes for the page's origin.
    pub(crate) origin: String,
    key: SigningKey,
}

impl Authenticator {
    pub(crate) fn new(origin: &str) -> Self {
        Self {
            id: vec![0x1d; 20],
            flags: UP | UV,
            counter: 1,
            format: Format::None,
            origin: origin.to_owned(),
            key: SigningKey::from_slice(&[0x42; 32]).unwrap(),
        }
    }

    pub(crate) fn create(&self, options: &Value) -> Value {
        let client_data = self.client_data("webauthn.create", options);
        let length = u8::try_from(self.id.len()).unwrap();
        let mut data = self.data(self.flags | AT);
        data.extend([0; 16]);
        data.extend([0, length]);
        data.extend(&self.id);
        data.extend(self.cose_key());

        let mut object = vec![0xa3];
        object.extend(cbor(3, b"fmt"));
        object.extend(match self.format {
            Format::None => [cbor(3, b"none"), cbor(3, b"attStmt"), vec![0xa0]].concat(),
            Format::Packed { key, certificate } => {
                let key = SigningKey::from_slice(&key).unwrap();
                let signature = sign(&key, &data, &client_data);
                [cbor(3, b"packed"), cbor(3, b"attStmt"), vec![0xa3]]
                    .concat()
                    .into_iter()
                    .chain([cbor(3, b"alg"), vec![0x26]].concat())
                    .chain([cbor(3, b"sig"), cbor(2, &signature)].concat())
                    .chain([cbor(3, b"x5c"), vec![0x81], cbor(2, certificate)].concat())
                    .collect()
            }
        });
        object.extend(cbor(3, b"authData"));
        object.extend(cbor(2, &data));
        json!({
            "id": base64url(&self.id),
            "rawId": base64url(&self.id),
            "type": "public-key",
            "response": {
                "clientDataJSON": base64url(&client_data),
                "attestationObject": base64url(&object),
            },
            "getClientExtensionResults": {},
        })
    }

    pub(crate) fn get(&self, options: &Value) -> Value {
        let client_data = self.client_data("webauthn.get", options);
        let data = self.data(self.flags);
        json!({
            "id": base64url(&self.id),
            "rawId": base64url(&self.id),
            "type": "public-key",
            "response": {
                "clientDataJSON": base64url(&client_data),
                "authenticatorData": base64url(&data),
                "signature": base64url(&sign(&self.key, &data, &client_data)),
                "userHandle": "",
            },
            "getClientExtensionResults": {},
        })
    }

    fn client_data(&self, operation: &str, options: &Value) -> Vec<u8> {
        json!({
            "type": operation,
            "challenge": options["challenge"],
            "origin": self.origin,
            "crossOrigin": false,
        })
        .to_string()
        .into_bytes()
    }

    fn data(&self, flags: u8) -> Vec<u8> {
        let rp_id_hash = Sha256::digest(b"localhost");
        [&rp_id_hash, [flags].as_slice(), &self.counter.to_be_bytes()].concat()
    }

    fn cose_key(&self) -> Vec<u8> {
        let point = self.key.verifying_key().to_sec1_point(false);
        let (x, y) = point.as_bytes()[1..].split_at(32);
        let head = [0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32];
        [head.as_slice(), x, &[0x22, 0x58, 32], y].concat()
    }
}

fn sign(key: &SigningKey, data: &[u8], client_data: &[u8]) -> Vec<u8> {
    let message = [data, &Sha256::digest(client_data)].concat();
    let signature: Signature = key.sign_prehash(&Sha256::digest(message)).unwrap();
    signature.to_der().as_bytes().to_vec()
}

pub(crate) fn base64url(bytes: &[u8]) -> String {
    Base64UrlUnpadded::encode_string(bytes)
}

/// A byte or text string with the head in its shortest form.
fn cbor(major: u8, bytes: &[u8]) -> Vec<u8> {
    let major = major << 5;
    let mut item = match u16::try_from(bytes.len()).unwrap() {
        length @ 0..24 => vec![major | u8::try_from(length).unwrap()],
        length @ 24..256 => vec![major | 24, u8::try_from(length).unwrap()],
        length => [[major | 25].as_slice(), &length.to_be_bytes()].concat(),
    };
    item.extend(bytes);
    item
}
