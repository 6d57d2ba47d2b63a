//! The answer to a registration.

use std::sync::Arc;

use serde_cbor::Value as Cbor;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use crate::authenticator_data::AuthenticatorData;
use crate::base64url;
use crate::client_data::ClientData;
use crate::encoding::{Encoding, canonical};
use crate::key::SigningKey;
use crate::statement::{Attest, Attested, Statement};

/// A new credential, as the answer to a registration that is not written yet.
///
/// Every part can be changed. The statement is made when the answer is written, about what the
/// parts are then; [`Registration::sign`] makes it earlier, and what is changed afterwards is not
/// what was signed:
///
/// ```
/// # use mfakit_testkit::{Authenticator, SeededRng, flags};
/// # let options = r#"{"rp":{"id":"example.com"},"user":{"id":"AQ"},"challenge":"AAAA",
/// #     "pubKeyCredParams":[{"type":"public-key","alg":-7}]}"#;
/// let mut authenticator = Authenticator::new(1);
/// let mut registration = authenticator.make_credential(options, "https://example.com")?;
/// registration.sign();
/// registration.authenticator_data.flags |= flags::UV; // forged: the signature is of before
/// assert!(registration.json().contains("attestationObject"));
/// # Ok::<(), mfakit_testkit::Refusal>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Registration {
    /// What the browser says.
    pub client_data: ClientData,
    /// What the authenticator says.
    pub authenticator_data: AuthenticatorData,
    /// The credential's key. The public key that is sent is
    /// [`AttestedCredential::cose_key`](crate::AttestedCredential::cose_key).
    pub key: SigningKey,
    /// What makes the statement.
    pub attestation: Arc<dyn Attest>,
    /// The statement, if it is made already.
    pub statement: Option<Statement>,
    /// How the statement is written.
    pub statement_encoding: Encoding,
    /// How the attestation object and the map of CTAP2 are written.
    pub object_encoding: Encoding,
    /// `id` and `rawId` of the JSON.
    pub id: Vec<u8>,
    /// `rawId` of the JSON, where it is not to be [`Registration::id`].
    pub raw_id: Option<Vec<u8>>,
    /// `type` of the JSON.
    pub kind: String,
    /// `authenticatorAttachment` of the JSON.
    pub attachment: Option<String>,
    /// `transports` of the JSON.
    pub transports: Vec<String>,
    /// `clientExtensionResults` of the JSON.
    pub client_extensions: Map<String, Value>,
}

impl Registration {
    /// Makes the statement now, and returns it to be changed: it is not made again.
    pub fn sign(&mut self) -> &mut Statement {
        let statement = self.current_statement();
        self.statement.insert(statement)
    }

    fn current_statement(&self) -> Statement {
        self.statement.clone().unwrap_or_else(|| {
            let client_data_hash = Sha256::digest(self.client_data.json()).into();
            let data = self.authenticator_data.to_bytes();
            self.attestation
                .attest(&Attested::new(&data, client_data_hash, &self.key))
        })
    }

    /// Returns the attestation object.
    #[must_use]
    pub fn attestation_object(&self) -> Vec<u8> {
        let statement = self.current_statement();
        let text = |text: &str| Cbor::Text(text.to_owned());
        self.object_encoding.map([
            (text("fmt"), canonical(&text(&statement.format))),
            (
                text("attStmt"),
                self.statement_encoding.encode(&statement.value),
            ),
            (
                text("authData"),
                canonical(&Cbor::Bytes(self.authenticator_data.to_bytes())),
            ),
        ])
    }

    /// Returns the response of `authenticatorMakeCredential` ([CTAP 2.2 section 6.1]), without the
    /// status.
    ///
    /// [CTAP 2.2 section 6.1]: https://fidoalliance.org/specs/fido-v2.2-ps-20250714/fido-client-to-authenticator-protocol-v2.2-ps-20250714.html#authenticatorMakeCredential
    #[must_use]
    pub fn ctap2(&self) -> Vec<u8> {
        let statement = self.current_statement();
        let data = Cbor::Bytes(self.authenticator_data.to_bytes());
        self.object_encoding.map([
            (Cbor::Integer(1), canonical(&Cbor::Text(statement.format))),
            (Cbor::Integer(2), canonical(&data)),
            (
                Cbor::Integer(3),
                self.statement_encoding.encode(&statement.value),
            ),
        ])
    }

    /// Returns the browser's answer, to be changed as JSON.
    #[must_use]
    pub fn json_value(&self) -> Value {
        let raw_id = self.raw_id.as_ref().unwrap_or(&self.id);
        let mut json = json!({
            "id": base64url::encode(&self.id),
            "rawId": base64url::encode(raw_id),
            "type": self.kind,
            "response": {
                "clientDataJSON": base64url::encode(&self.client_data.json()),
                "attestationObject": base64url::encode(&self.attestation_object()),
                "authenticatorData": base64url::encode(&self.authenticator_data.to_bytes()),
                "transports": self.transports,
                "publicKey": base64url::encode(&self.key.subject_public_key_info()),
                "publicKeyAlgorithm": self.key.algorithm().cose_id(),
            },
            "clientExtensionResults": self.client_extensions,
        });
        if let (Some(attachment), Some(json)) = (&self.attachment, json.as_object_mut()) {
            json.insert("authenticatorAttachment".into(), attachment.clone().into());
        }
        json
    }

    /// Returns the browser's answer: a [`RegistrationResponseJSON`], as `toJSON()` gives it.
    ///
    /// [`RegistrationResponseJSON`]: https://www.w3.org/TR/webauthn-3/#dictdef-registrationresponsejson
    #[must_use]
    pub fn json(&self) -> String {
        self.json_value().to_string()
    }
}
