//! [Client data]: what the browser says about the ceremony.
//!
//! It is parsed as JSON and compared as strings, never matched against a template: members come
//! in any order, with white space, escapes, and names that are not known yet.
//!
//! [Client data]: https://www.w3.org/TR/webauthn-3/#dictionary-client-data

use alloc::borrow::Cow;

use serde_json::Value;

use crate::error::Reason;
use crate::json::{Malformed, Reader, once};

/// The members that a relying party looks at.
pub(crate) struct ClientData<'a> {
    pub(crate) operation: Cow<'a, str>,
    pub(crate) challenge: Cow<'a, str>,
    pub(crate) origin: Cow<'a, str>,
    pub(crate) cross_origin: Option<bool>,
    pub(crate) top_origin: Option<Cow<'a, str>>,
    /// Level 1 and 2 had it; nothing depends on it any more.
    token_binding: Option<Value>,
}

impl<'a> ClientData<'a> {
    pub(crate) fn parse(bytes: &'a [u8]) -> Result<Self, Reason> {
        let text = core::str::from_utf8(bytes).map_err(|_| Reason::ClientDataNotUtf8)?;
        // The Encoding standard's "UTF-8 decode" takes off one byte order mark.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        Self::read(text).map_err(|Malformed| Reason::ClientDataJson)
    }

    /// A member may be missing where it is an option here, but only `tokenBinding` may be `null`.
    fn read(text: &'a str) -> Result<Self, Malformed> {
        let mut reader = Reader::new(text);
        let [mut operation, mut challenge, mut origin, mut top_origin] = [const { None }; 4];
        let (mut cross_origin, mut token_binding) = (None, None);
        reader.object(|reader, key| match key {
            "type" => once(&mut operation, reader.string()?),
            "challenge" => once(&mut challenge, reader.string()?),
            "origin" => once(&mut origin, reader.string()?),
            "crossOrigin" => once(&mut cross_origin, reader.boolean()?),
            "topOrigin" => once(&mut top_origin, reader.string()?),
            "tokenBinding" => once(&mut token_binding, reader.value()?),
            _ => reader.ignore(),
        })?;
        reader.end()?;
        Ok(Self {
            operation: operation.ok_or(Malformed)?,
            challenge: challenge.ok_or(Malformed)?,
            origin: origin.ok_or(Malformed)?,
            cross_origin,
            top_origin,
            token_binding: token_binding.flatten(),
        })
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
