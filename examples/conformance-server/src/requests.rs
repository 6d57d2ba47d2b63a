//! The messages of the API that are not WebAuthn's own.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use base64ct::{Base64UrlUnpadded, Encoding as _};
use mfakit_webauthn::{Attachment, AttestationConveyance, Policy, ResidentKey, UserVerification};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

/// Asks for creation options.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CreationRequest {
    pub(crate) username: String,
    pub(crate) display_name: String,
    #[serde(default)]
    authenticator_selection: Selection,
    #[serde(default)]
    attestation: Conveyance,
    #[serde(default)]
    pub(crate) extensions: Map<String, Value>,
}

/// Asks for request options.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SignInRequest {
    pub(crate) username: String,
    #[serde(default)]
    user_verification: Requirement,
    #[serde(default)]
    pub(crate) extensions: Map<String, Value>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Selection {
    authenticator_attachment: Option<Place>,
    resident_key: Option<Requirement>,
    require_resident_key: bool,
    user_verification: Requirement,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Conveyance {
    #[default]
    None,
    Indirect,
    Direct,
    Enterprise,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Place {
    Platform,
    CrossPlatform,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Requirement {
    Required,
    #[default]
    Preferred,
    Discouraged,
}

impl CreationRequest {
    pub(crate) fn policy(&self) -> Policy {
        let selection = &self.authenticator_selection;
        let resident_key = match selection.resident_key {
            Some(Requirement::Required) => ResidentKey::Required,
            Some(Requirement::Preferred) => ResidentKey::Preferred,
            Some(Requirement::Discouraged) => ResidentKey::Discouraged,
            // As browsers have it for the older member.
            None if selection.require_resident_key => ResidentKey::Required,
            None => ResidentKey::Discouraged,
        };
        let policy = Policy::passkey()
            .with_user_verification(selection.user_verification.into())
            .with_resident_key(resident_key)
            .with_attestation(match self.attestation {
                Conveyance::None => AttestationConveyance::None,
                Conveyance::Indirect => AttestationConveyance::Indirect,
                Conveyance::Direct => AttestationConveyance::Direct,
                Conveyance::Enterprise => AttestationConveyance::Enterprise,
            });
        match selection.authenticator_attachment {
            Some(Place::Platform) => policy.with_attachment(Attachment::Platform),
            Some(Place::CrossPlatform) => policy.with_attachment(Attachment::CrossPlatform),
            None => policy,
        }
    }
}

impl SignInRequest {
    pub(crate) fn policy(&self) -> Policy {
        Policy::passkey().with_user_verification(self.user_verification.into())
    }
}

impl From<Requirement> for UserVerification {
    fn from(requirement: Requirement) -> Self {
        match requirement {
            Requirement::Required => Self::Required,
            Requirement::Preferred => Self::Preferred,
            Requirement::Discouraged => Self::Discouraged,
        }
    }
}

/// A credential as the API has it: `getClientExtensionResults` for `clientExtensionResults`, and
/// `rawId` may be absent.
pub(crate) struct CredentialMessage {
    /// What `PublicKeyCredential.toJSON()` would have written.
    pub(crate) json: String,
    /// Tells the ceremony; nothing about it is proven.
    pub(crate) challenge: String,
}

impl CredentialMessage {
    pub(crate) fn parse(body: &[u8]) -> Result<Self, Failed> {
        let mut message: Map<String, Value> = parse(body)?;
        if let (None, Some(id)) = (message.get("rawId"), message.get("id").cloned()) {
            message.insert("rawId".to_owned(), id);
        }
        if let Some(results) = message.remove("getClientExtensionResults") {
            message.insert("clientExtensionResults".to_owned(), results);
        }
        let message = Value::Object(message);
        let challenge = challenge(&message)
            .ok_or_else(|| Failed::new("response.clientDataJSON has no challenge"))?;
        Ok(Self {
            json: message.to_string(),
            challenge,
        })
    }
}

fn challenge(message: &Value) -> Option<String> {
    let client_data = message.pointer("/response/clientDataJSON")?.as_str()?;
    let client_data = Base64UrlUnpadded::decode_vec(client_data).ok()?;
    let client_data: Value = serde_json::from_slice(&client_data).ok()?;
    client_data.get("challenge")?.as_str().map(str::to_owned)
}

/// Reads the body of a request.
pub(crate) fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Failed> {
    serde_json::from_slice(body).map_err(|error| Failed(error.to_string()))
}

/// A refusal, with its reason: this is a tool for developers.
pub(crate) struct Failed(String);

impl Failed {
    pub(crate) fn new(message: &str) -> Self {
        Self(message.to_owned())
    }
}

impl From<mfakit_webauthn::Error> for Failed {
    fn from(error: mfakit_webauthn::Error) -> Self {
        Self(format!("{error}: {}", error.step()))
    }
}

impl IntoResponse for Failed {
    fn into_response(self) -> Response {
        let body = json!({ "status": "failed", "errorMessage": self.0 });
        (StatusCode::BAD_REQUEST, axum::Json(body)).into_response()
    }
}
