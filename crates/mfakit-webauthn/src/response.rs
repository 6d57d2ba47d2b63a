//! The responses of browsers: the JSON of `PublicKeyCredential.toJSON()`, unchanged.
//!
//! Parsing is tolerant about what is not verified (unknown members, missing extension results) and
//! strict about what is: base64url has one form, `id` is `rawId`, each member that is read stands once.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use serde::Deserialize;

use crate::base64url;
use crate::error::{Ceremony, Error, Reason};
use crate::extensions::ClientExtensions;
use crate::json::{Object, Text};

/// The longest response that `from_json` reads, in bytes of JSON: more than twice the largest real
/// one (an ML-DSA-87 credential with a compound attestation). `from_json_up_to` takes another limit.
pub const MAX_RESPONSE_BYTES: usize = 64 * 1024;

#[derive(Deserialize)]
struct Outer<'a, T> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(rename = "rawId", borrow)]
    raw_id: Cow<'a, str>,
    #[serde(rename = "type", borrow)]
    kind: Cow<'a, str>,
    response: Object<T>,
    #[serde(rename = "authenticatorAttachment", borrow, default)]
    attachment: Option<Text<'a>>,
    #[serde(rename = "clientExtensionResults", borrow, default)]
    extensions: Option<Object<ClientExtensions<'a>>>,
}

impl<'a, T> Outer<'a, T> {
    fn extensions(&self) -> ClientExtensions<'a> {
        match self.extensions {
            Some(Object(extensions)) => extensions,
            None => ClientExtensions::default(),
        }
    }
}

#[derive(Deserialize)]
struct Attestation<'a> {
    #[serde(rename = "clientDataJSON", borrow)]
    client_data_json: Cow<'a, str>,
    #[serde(rename = "attestationObject", borrow)]
    attestation_object: Cow<'a, str>,
    #[serde(default)]
    transports: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct Assertion<'a> {
    #[serde(rename = "clientDataJSON", borrow)]
    client_data_json: Cow<'a, str>,
    #[serde(rename = "authenticatorData", borrow)]
    authenticator_data: Cow<'a, str>,
    #[serde(borrow)]
    signature: Cow<'a, str>,
    #[serde(rename = "userHandle", borrow, default)]
    user_handle: Option<Text<'a>>,
}

/// Several byte strings in one allocation.
#[derive(Clone)]
struct Parts<const N: usize> {
    bytes: Vec<u8>,
    lengths: [usize; N],
}

impl<const N: usize> Parts<N> {
    fn new(parts: [&[u8]; N]) -> Result<Self, Reason> {
        let lengths = parts.map(<[u8]>::len);
        let whole = lengths
            .iter()
            .fold(0_usize, |sum, length| sum.saturating_add(*length));
        if whole > MAX_RESPONSE_BYTES {
            return Err(Reason::TooLarge);
        }
        Ok(Self {
            bytes: parts.concat(),
            lengths,
        })
    }

    fn decode(texts: [&str; N]) -> Result<Self, Reason> {
        let longest = texts
            .iter()
            .fold(0_usize, |sum, text| sum.saturating_add(text.len()));
        let mut parts = Self {
            bytes: Vec::with_capacity(longest),
            lengths: [0; N],
        };
        for (length, text) in parts.lengths.iter_mut().zip(texts) {
            *length =
                base64url::decode_into(text, &mut parts.bytes).map_err(|_| Reason::Base64Url)?;
        }
        Ok(parts)
    }

    fn split(&self) -> [&[u8]; N] {
        let mut rest = self.bytes.as_slice();
        self.lengths.map(|length| {
            let (part, after) = rest.split_at(length);
            rest = after;
            part
        })
    }
}

fn outer<'a, T: Deserialize<'a>>(json: &'a str, max_bytes: usize) -> Result<Outer<'a, T>, Reason> {
    if json.len() > max_bytes {
        return Err(Reason::TooLarge);
    }
    let Object(outer) =
        serde_json::from_str::<Object<Outer<'a, T>>>(json).map_err(|_| Reason::Json)?;
    if outer.kind != "public-key" {
        return Err(Reason::CredentialType);
    }
    // The encoding is unique, so equal texts are equal bytes, and others are not.
    if outer.id != outer.raw_id {
        return Err(Reason::IdNotRawId);
    }
    Ok(outer)
}

/// The answer of `navigator.credentials.create()`.
#[derive(Clone)]
pub struct RegistrationResponse<'a> {
    parts: Parts<3>,
    transports: Vec<String>,
    attachment: Option<String>,
    extensions: ClientExtensions<'a>,
}

impl<'a> RegistrationResponse<'a> {
    /// Reads a `RegistrationResponseJSON`.
    ///
    /// # Errors
    ///
    /// An error of category `malformed_json`, `malformed_base64url`, `credential_id_mismatch`, or
    /// `limit_exceeded` if it is longer than [`MAX_RESPONSE_BYTES`].
    pub fn from_json(json: &'a str) -> Result<Self, Error> {
        Self::from_json_up_to(json, MAX_RESPONSE_BYTES)
    }

    /// As [`RegistrationResponse::from_json`], with another limit.
    ///
    /// # Inputs
    ///
    /// - `max_bytes`: the longest JSON that is read, in bytes. What is read is kept in memory of
    ///   at most that size.
    ///
    /// # Errors
    ///
    /// As [`RegistrationResponse::from_json`], `limit_exceeded` by this limit.
    pub fn from_json_up_to(json: &'a str, max_bytes: usize) -> Result<Self, Error> {
        Self::parse(json, max_bytes).map_err(|reason| Error::new(Ceremony::Registration, reason))
    }

    fn parse(json: &'a str, max_bytes: usize) -> Result<Self, Reason> {
        let outer = outer::<Attestation<'a>>(json, max_bytes)?;
        let extensions = outer.extensions();
        let Object(response) = outer.response;
        Ok(Self {
            parts: Parts::decode([
                &outer.raw_id,
                &response.client_data_json,
                &response.attestation_object,
            ])?,
            transports: response.transports.unwrap_or_default(),
            attachment: outer.attachment.map(|text| text.0.into_owned()),
            extensions,
        })
    }

    /// Puts a response together that did not come as JSON; it has no client extension outputs.
    ///
    /// # Errors
    ///
    /// An error of category `limit_exceeded` if the parts have more than [`MAX_RESPONSE_BYTES`]
    /// bytes in all.
    pub fn from_parts(
        raw_id: &[u8],
        client_data_json: &[u8],
        attestation_object: &[u8],
    ) -> Result<Self, Error> {
        let parts = Parts::new([raw_id, client_data_json, attestation_object])
            .map_err(|reason| Error::new(Ceremony::Registration, reason))?;
        Ok(Self {
            parts,
            transports: Vec::new(),
            attachment: None,
            extensions: ClientExtensions::default(),
        })
    }

    pub(crate) fn raw_id(&self) -> &[u8] {
        let [raw_id, ..] = self.parts.split();
        raw_id
    }

    pub(crate) fn client_data_json(&self) -> &[u8] {
        let [_, client_data_json, _] = self.parts.split();
        client_data_json
    }

    pub(crate) fn attestation_object(&self) -> &[u8] {
        let [.., attestation_object] = self.parts.split();
        attestation_object
    }

    /// Returns the transports as the browser names them, unknown ones too.
    #[must_use]
    pub fn transports(&self) -> &[String] {
        &self.transports
    }

    /// Returns `platform` or `cross-platform`, or whatever the browser says.
    #[must_use]
    pub fn attachment(&self) -> Option<&str> {
        self.attachment.as_deref()
    }

    /// Returns the client extension outputs. They are not signed.
    #[must_use]
    pub const fn extensions(&self) -> &ClientExtensions<'a> {
        &self.extensions
    }
}

/// Says what is no secret.
impl fmt::Debug for RegistrationResponse<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RegistrationResponse")
            .field("transports", &self.transports)
            .field("attachment", &self.attachment)
            .field("extensions", &self.extensions)
            .finish_non_exhaustive()
    }
}

/// The answer of `navigator.credentials.get()`.
#[derive(Clone)]
pub struct AuthenticationResponse<'a> {
    parts: Parts<5>,
    extensions: ClientExtensions<'a>,
}

impl<'a> AuthenticationResponse<'a> {
    /// Reads an `AuthenticationResponseJSON`.
    ///
    /// # Errors
    ///
    /// An error of category `malformed_json`, `malformed_base64url`, `credential_id_mismatch`, or
    /// `limit_exceeded` if it is longer than [`MAX_RESPONSE_BYTES`].
    pub fn from_json(json: &'a str) -> Result<Self, Error> {
        Self::from_json_up_to(json, MAX_RESPONSE_BYTES)
    }

    /// As [`AuthenticationResponse::from_json`], with another limit.
    ///
    /// # Inputs
    ///
    /// - `max_bytes`: the longest JSON that is read, in bytes. What is read is kept in memory of
    ///   at most that size.
    ///
    /// # Errors
    ///
    /// As [`AuthenticationResponse::from_json`], `limit_exceeded` by this limit.
    pub fn from_json_up_to(json: &'a str, max_bytes: usize) -> Result<Self, Error> {
        Self::parse(json, max_bytes).map_err(|reason| Error::new(Ceremony::Authentication, reason))
    }

    fn parse(json: &'a str, max_bytes: usize) -> Result<Self, Reason> {
        let outer = outer::<Assertion<'a>>(json, max_bytes)?;
        let extensions = outer.extensions();
        let Object(response) = outer.response;
        Ok(Self {
            parts: Parts::decode([
                &outer.raw_id,
                &response.client_data_json,
                &response.authenticator_data,
                &response.signature,
                response.user_handle.as_ref().map_or("", |text| &text.0),
            ])?,
            extensions,
        })
    }

    /// Puts a response together that did not come as JSON; it has no client extension outputs.
    ///
    /// # Errors
    ///
    /// An error of category `limit_exceeded` if the parts have more than [`MAX_RESPONSE_BYTES`]
    /// bytes in all.
    pub fn from_parts(
        credential_id: &[u8],
        client_data_json: &[u8],
        authenticator_data: &[u8],
        signature: &[u8],
        user_handle: Option<&[u8]>,
    ) -> Result<Self, Error> {
        let parts = Parts::new([
            credential_id,
            client_data_json,
            authenticator_data,
            signature,
            user_handle.unwrap_or_default(),
        ])
        .map_err(|reason| Error::new(Ceremony::Authentication, reason))?;
        Ok(Self {
            parts,
            extensions: ClientExtensions::default(),
        })
    }

    /// Returns the credential id. Nothing about it is proven yet.
    #[must_use]
    pub fn credential_id(&self) -> &[u8] {
        let [raw_id, ..] = self.parts.split();
        raw_id
    }

    pub(crate) fn client_data_json(&self) -> &[u8] {
        let [_, client_data_json, ..] = self.parts.split();
        client_data_json
    }

    pub(crate) fn authenticator_data(&self) -> &[u8] {
        let [_, _, authenticator_data, ..] = self.parts.split();
        authenticator_data
    }

    pub(crate) fn signature(&self) -> &[u8] {
        let [.., signature, _] = self.parts.split();
        signature
    }

    /// Returns the user handle. Nothing about it is proven yet. An empty one, which old browsers
    /// send for security keys, is none.
    #[must_use]
    pub fn user_handle(&self) -> Option<&[u8]> {
        let [.., user_handle] = self.parts.split();
        (!user_handle.is_empty()).then_some(user_handle)
    }

    /// Returns the client extension outputs. They are not signed.
    #[must_use]
    pub const fn extensions(&self) -> &ClientExtensions<'a> {
        &self.extensions
    }
}

/// Says what is no secret.
impl fmt::Debug for AuthenticationResponse<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthenticationResponse")
            .field("extensions", &self.extensions)
            .finish_non_exhaustive()
    }
}
