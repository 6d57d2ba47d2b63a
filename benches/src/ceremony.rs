//! Ceremonies of an authenticator with one P-256 key, as the JSON of a browser.

use base64ct::{Base64UrlUnpadded, Encoding as _};
use mfakit_core::UnixTime;
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use sha2::{Digest as _, Sha256};

/// The RP ID.
pub const RP_ID: &str = "example.com";
/// The origin of the pages.
pub const ORIGIN: &str = "https://example.com";
/// The user handle.
pub const USER: &[u8] = &[0x5a; 16];
/// When all of it takes place.
pub const NOW: UnixTime = UnixTime::from_secs(1_767_225_600);

/// An authenticator, and what it was asked.
pub struct Authenticator {
    key: SigningKey,
    /// The id of its credential.
    pub credential_id: Vec<u8>,
    /// The challenge of every ceremony.
    pub challenge: [u8; 32],
    /// Its signature counter.
    pub counter: u32,
}

/// An answer to `navigator.credentials.get()`.
pub struct SignIn {
    /// As the browser sends it.
    pub json: String,
    /// The browser's part.
    pub client_data: String,
    /// What was signed.
    pub message: Vec<u8>,
    /// The signature.
    pub signature: Vec<u8>,
}

impl Authenticator {
    /// Makes an authenticator of a seed, of which its key is made: one that everybody knows.
    pub fn new(seed: u8) -> anyhow::Result<Self> {
        Ok(Self {
            key: SigningKey::from_slice(&[seed % 0x7f + 1; 32])?,
            credential_id: vec![seed ^ 0x3c; 32],
            challenge: [seed ^ 0xc3; 32],
            counter: 1,
        })
    }

    /// Returns the key for the bare signature.
    pub fn verifying_key(&self) -> &p256::ecdsa::VerifyingKey {
        self.key.verifying_key()
    }

    /// Returns the public key as `04`, x and y.
    pub fn point(&self) -> Vec<u8> {
        self.verifying_key()
            .to_sec1_point(false)
            .as_bytes()
            .to_vec()
    }

    /// Returns the COSE key.
    pub fn cose_key(&self) -> Vec<u8> {
        let point = self.point();
        let (x, y) = point[1..].split_at(32);
        let head = [0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32];
        [head.as_slice(), x, &[0x22, 0x58, 32], y].concat()
    }

    /// Answers a registration with a credential that is not attested.
    pub fn register(&self) -> String {
        let flags = 0x45;
        let length = u8::try_from(self.credential_id.len()).unwrap_or(u8::MAX);
        let data = [
            Sha256::digest(RP_ID).as_slice(),
            &[flags, 0, 0, 0, 0],
            &[0; 16],
            &[0, length],
            &self.credential_id,
            &self.cose_key(),
        ]
        .concat();
        let length = u8::try_from(data.len()).unwrap_or(u8::MAX);
        let object = [
            b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58".as_slice(),
            &[length],
            &data,
        ]
        .concat();
        serde_json::json!({
            "id": base64url(&self.credential_id),
            "rawId": base64url(&self.credential_id),
            "type": "public-key",
            "authenticatorAttachment": "platform",
            "clientExtensionResults": {},
            "response": {
                "attestationObject": base64url(&object),
                "clientDataJSON": base64url(self.client_data("webauthn.create").as_bytes()),
                "transports": ["internal"],
            },
        })
        .to_string()
    }

    /// Answers a sign-in.
    pub fn sign_in(&self) -> SignIn {
        let flags = 0x05;
        let data = [
            Sha256::digest(RP_ID).as_slice(),
            &[flags],
            &self.counter.to_be_bytes(),
        ]
        .concat();
        let client_data = self.client_data("webauthn.get");
        let message = [data.as_slice(), &Sha256::digest(&client_data)].concat();
        let signature: Signature = self.key.sign(&message);
        let signature = signature.to_der().as_bytes().to_vec();
        let json = serde_json::json!({
            "id": base64url(&self.credential_id),
            "rawId": base64url(&self.credential_id),
            "type": "public-key",
            "authenticatorAttachment": "platform",
            "clientExtensionResults": {},
            "response": {
                "authenticatorData": base64url(&data),
                "clientDataJSON": base64url(client_data.as_bytes()),
                "signature": base64url(&signature),
                "userHandle": base64url(USER),
            },
        })
        .to_string();
        SignIn {
            json,
            client_data,
            message,
            signature,
        }
    }

    fn client_data(&self, operation: &str) -> String {
        let challenge = base64url(&self.challenge);
        format!(
            r#"{{"type":"{operation}","challenge":"{challenge}","origin":"{ORIGIN}","crossOrigin":false}}"#
        )
    }
}

/// Encodes without padding.
pub fn base64url(bytes: &[u8]) -> String {
    Base64UrlUnpadded::encode_string(bytes)
}
