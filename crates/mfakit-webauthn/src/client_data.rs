//! [Client data]: what the browser says about the ceremony.
//!
//! It is parsed as JSON and compared as strings, never matched against a template: members come
//! in any order, with white space, escapes, and names that are not known yet.
//!
//! [Client data]: https://www.w3.org/TR/webauthn-3/#dictionary-client-data

use alloc::borrow::Cow;

use serde::Deserialize;
use serde_json::Value;

use crate::error::Reason;
use crate::json::{Object, present};

/// The members that a relying party looks at.
#[derive(Deserialize)]
pub(crate) struct ClientData<'a> {
    #[serde(rename = "type", borrow)]
    pub(crate) operation: Cow<'a, str>,
    #[serde(borrow)]
    pub(crate) challenge: Cow<'a, str>,
    #[serde(borrow)]
    pub(crate) origin: Cow<'a, str>,
    #[serde(rename = "crossOrigin", default, deserialize_with = "present")]
    pub(crate) cross_origin: Option<bool>,
    #[serde(rename = "topOrigin", default, deserialize_with = "present")]
    pub(crate) top_origin: Option<Cow<'a, str>>,
    /// Level 1 and 2 had it; nothing depends on it any more.
    #[serde(rename = "tokenBinding", default)]
    token_binding: Option<Value>,
}

impl<'a> ClientData<'a> {
    pub(crate) fn parse(bytes: &'a [u8]) -> Result<Self, Reason> {
        let text = core::str::from_utf8(bytes).map_err(|_| Reason::ClientDataNotUtf8)?;
        // The Encoding standard's "UTF-8 decode" takes off one byte order mark.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        serde_json::from_str::<Object<Self>>(text)
            .map(|Object(client_data)| client_data)
            .map_err(|_| Reason::ClientDataJson)
    }

    /// Whether `tokenBinding` is absent, or an object of a status that Level 2 knew.
    pub(crate) fn token_binding_is_well_formed(&self) -> bool {
        let Some(token_binding) = &self.token_binding else {
            return true;
        };
        match token_binding.get("status").and_then(Value::as_str) {
            Some("supported") => true,
            Some("present") => token_binding.get("id").is_some_and(Value::is_string),
            _ => false,
        }
    }
}
