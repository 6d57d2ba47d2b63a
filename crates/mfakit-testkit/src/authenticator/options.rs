//! The relying party's options, as far as an authenticator and its browser look at them.

use mfakit_webauthn::Algorithm;
use serde_json::{Map, Value};

use super::Refusal;
use crate::base64url;

/// What both ceremonies have.
pub(super) struct Options(Value);

impl Options {
    /// Reads options as JSON, with or without the `publicKey` that surrounds them in
    /// `navigator.credentials.create()`.
    pub(super) fn parse(json: &str) -> Result<Self, Refusal> {
        let options: Value = serde_json::from_str(json).map_err(|_| Refusal::Options)?;
        let inner = options.get("publicKey").cloned().unwrap_or(options);
        if inner.is_object() {
            Ok(Self(inner))
        } else {
            Err(Refusal::Options)
        }
    }

    /// A text at a place that must have one.
    pub(super) fn text(&self, pointer: &str) -> Result<&str, Refusal> {
        self.optional(pointer).ok_or(Refusal::Options)
    }

    pub(super) fn optional(&self, pointer: &str) -> Option<&str> {
        self.0.pointer(pointer)?.as_str()
    }

    pub(super) fn bytes(&self, pointer: &str) -> Result<Vec<u8>, Refusal> {
        base64url::decode(self.text(pointer)?).ok_or(Refusal::Options)
    }

    fn list(&self, pointer: &str) -> impl Iterator<Item = &Value> {
        let list = self.0.pointer(pointer).and_then(Value::as_array);
        list.into_iter().flatten()
    }

    /// The algorithms asked for that are known, the preferred one first; those of L3 section 5.4
    /// where none is named.
    pub(super) fn algorithms(&self) -> Vec<Algorithm> {
        let mut parameters = self.list("/pubKeyCredParams").peekable();
        if parameters.peek().is_none() {
            return vec![Algorithm::Es256, Algorithm::Rs256];
        }
        parameters
            .filter_map(|parameter| Algorithm::from_cose_id(parameter.get("alg")?.as_i64()?))
            .collect()
    }

    /// The ids of a list of credentials.
    pub(super) fn ids(&self, pointer: &str) -> Result<Vec<Vec<u8>>, Refusal> {
        self.list(pointer)
            .map(|credential| {
                let id = credential.get("id").and_then(Value::as_str);
                id.and_then(base64url::decode).ok_or(Refusal::Options)
            })
            .collect()
    }

    /// An extension's input.
    pub(super) fn extension(&self, name: &str) -> Option<&Value> {
        self.0
            .get("extensions")
            .and_then(Value::as_object)?
            .get(name)
    }

    /// Whether an extension's input is `true`.
    pub(super) fn wants(&self, name: &str) -> bool {
        self.extension(name) == Some(&Value::Bool(true))
    }
}

/// A member of an extension's input that is base64url.
pub(super) fn bytes_of(input: Option<&Value>, name: &str) -> Option<Vec<u8>> {
    base64url::decode(input?.get(name)?.as_str()?)
}

/// The outputs of a client.
pub(super) type ClientOutputs = Map<String, Value>;
