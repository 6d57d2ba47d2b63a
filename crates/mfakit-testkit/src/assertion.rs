//! The answer to a sign-in.

use std::collections::BTreeMap;

use serde_cbor::Value as Cbor;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use crate::authenticator_data::AuthenticatorData;
use crate::base64url;
use crate::client_data::ClientData;
use crate::encoding::{Encoding, canonical};
use crate::key::SigningKey;

/// A proof of a credential, as the answer to a sign-in that is not written yet.
///
/// Every part can be changed. The signature is made when the answer is written, over what the
/// parts are then; [`Assertion::sign`] makes it earlier, and what is changed afterwards is not what
/// was signed.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Assertion {
    /// What the browser says.
    pub client_data: ClientData,
    /// What the authenticator says.
    pub authenticator_data: AuthenticatorData,
    /// What signs.
    pub key: SigningKey,
    /// The signature, if it is made already.
    pub signature: Option<Vec<u8>>,
    /// The user handle.
    pub user_handle: Option<Vec<u8>>,
    /// How the map of CTAP2 is written.
    pub object_encoding: Encoding,
    /// `id` and `rawId` of the JSON, and the credential of CTAP2.
    pub id: Vec<u8>,
    /// `rawId` of the JSON, where it is not to be [`Assertion::id`].
    pub raw_id: Option<Vec<u8>>,
    /// `type` of the JSON.
    pub kind: String,
    /// `authenticatorAttachment` of the JSON.
    pub attachment: Option<String>,
    /// `clientExtensionResults` of the JSON.
    pub client_extensions: Map<String, Value>,
}

impl Assertion {
    /// Makes the signature now, and returns it to be changed: it is not made again.
    pub fn sign(&mut self) -> &mut Vec<u8> {
        let signature = self.current_signature();
        self.signature.insert(signature)
    }

    fn current_signature(&self) -> Vec<u8> {
        self.signature.clone().unwrap_or_else(|| {
            let hash = Sha256::digest(self.client_data.json());
            let data = self.authenticator_data.to_bytes();
            self.key.sign(&[data.as_slice(), &hash].concat())
        })
    }

    /// Returns the response of `authenticatorGetAssertion` ([CTAP 2.2 section 6.2]), without the
    /// status.
    ///
    /// [CTAP 2.2 section 6.2]: https://fidoalliance.org/specs/fido-v2.2-ps-20250714/fido-client-to-authenticator-protocol-v2.2-ps-20250714.html#authenticatorGetAssertion
    #[must_use]
    pub fn ctap2(&self) -> Vec<u8> {
        let text = |text: &str| Cbor::Text(text.to_owned());
        let id = |id: &[u8]| (text("id"), Cbor::Bytes(id.to_vec()));
        let credential = BTreeMap::from([id(&self.id), (text("type"), text(&self.kind))]);
        let user = self.user_handle.as_ref();
        let user = user.map(|handle| Cbor::Map(BTreeMap::from([id(handle)])));
        let members = [
            Some(Cbor::Map(credential)),
            Some(Cbor::Bytes(self.authenticator_data.to_bytes())),
            Some(Cbor::Bytes(self.current_signature())),
            user,
        ];
        let members = (1_i128..)
            .zip(members)
            .filter_map(|(number, value)| Some((Cbor::Integer(number), canonical(&value?))));
        self.object_encoding.map(members)
    }

    /// Returns the browser's answer, to be changed as JSON.
    #[must_use]
    pub fn json_value(&self) -> Value {
        let raw_id = self.raw_id.as_ref().unwrap_or(&self.id);
        let mut response = json!({
            "clientDataJSON": base64url::encode(&self.client_data.json()),
            "authenticatorData": base64url::encode(&self.authenticator_data.to_bytes()),
            "signature": base64url::encode(&self.current_signature()),
        });
        if let (Some(handle), Some(response)) = (&self.user_handle, response.as_object_mut()) {
            response.insert("userHandle".into(), base64url::encode(handle).into());
        }
        let mut json = json!({
            "id": base64url::encode(&self.id),
            "rawId": base64url::encode(raw_id),
            "type": self.kind,
            "response": response,
            "clientExtensionResults": self.client_extensions,
        });
        if let (Some(attachment), Some(json)) = (&self.attachment, json.as_object_mut()) {
            json.insert("authenticatorAttachment".into(), attachment.clone().into());
        }
        json
    }

    /// Returns the browser's answer: an [`AuthenticationResponseJSON`], as `toJSON()` gives it.
    ///
    /// [`AuthenticationResponseJSON`]: https://www.w3.org/TR/webauthn-3/#dictdef-authenticationresponsejson
    #[must_use]
    pub fn json(&self) -> String {
        self.json_value().to_string()
    }
}
