//! The responses of browsers: the JSON of `PublicKeyCredential.toJSON()`, unchanged.
//!
//! Parsing is tolerant about what is not verified (unknown members, missing extension results) and
//! strict about what is: base64url has one form, `id` is `rawId`, each member that is read stands once.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::base64url;
use crate::error::{Ceremony, Error, Reason};
use crate::extensions::ClientExtensions;
use crate::json::{Malformed, Reader, once};

/// The longest response that `from_json` reads, in bytes of JSON: more than twice the largest real
/// one (an ML-DSA-87 credential with a compound attestation). `from_json_up_to` takes another limit.
pub const MAX_RESPONSE_BYTES: usize = 64 * 1024;

/// The members that both kinds of responses have.
struct Outer<'a> {
    id: Cow<'a, str>,
    attachment: Option<Cow<'a, str>>,
    extensions: ClientExtensions<'a>,
}

/// Reads JSON of at most so many bytes; `member` is called with each member of `response`, and has to read its value.
fn outer<'a>(
    json: &'a str,
    max_bytes: usize,
    mut member: impl FnMut(&mut Reader<'a>, &str) -> Result<(), Malformed>,
) -> Result<Outer<'a>, Reason> {
    if json.len() > max_bytes {
        return Err(Reason::TooLarge);
    }
    let mut reader = Reader::new(json);
    let [mut id, mut raw_id, mut kind] = [None, None, None];
    let (mut response, mut attachment, mut extensions) = (None, None, None);
    reader
        .object(|reader, key| match key {
            "id" => once(&mut id, reader.string()?),
            "rawId" => once(&mut raw_id, reader.string()?),
            "type" => once(&mut kind, reader.string()?),
            "response" => once(&mut response, reader.object(&mut member)?),
            "authenticatorAttachment" => once(&mut attachment, reader.unless_null(Reader::string)?),
            "clientExtensionResults" => {
                once(&mut extensions, reader.unless_null(ClientExtensions::take)?)
            }
            _ => reader.ignore(),
        })
        .and_then(|()| reader.end())
        .map_err(|Malformed| Reason::Json)?;
    let (Some(id), Some(raw_id), Some(kind), Some(())) = (id, raw_id, kind, response) else {
        return Err(Reason::Json);
    };
    if kind != "public-key" {
        return Err(Reason::CredentialType);
    }
    // The encoding is unique, so equal texts are equal bytes, and others are not.
    if id != raw_id {
        return Err(Reason::IdNotRawId);
    }
    Ok(Outer {
        id,
        attachment: attachment.flatten(),
        extensions: extensions.flatten().unwrap_or_default(),
    })
}

/// Several byte strings in one allocation.
#[derive(Clone)]
struct Parts<const N: usize> {
    bytes: Vec<u8>,
    ends: [usize; N],
}

impl<const N: usize> Parts<N> {
    fn new(parts: [&[u8]; N]) -> Result<Self, Reason> {
        let mut end = 0_usize;
        let ends = parts.map(|part| {
            end = end.saturating_add(part.len());
            end
        });
        if end > MAX_RESPONSE_BYTES {
            return Err(Reason::TooLarge);
        }
        Ok(Self {
            bytes: parts.concat(),
            ends,
        })
    }

    fn decode(texts: [&str; N]) -> Result<Self, Reason> {
        let longest = texts
            .iter()
            .fold(0_usize, |sum, text| sum.saturating_add(text.len()));
        let mut parts = Self {
            bytes: Vec::with_capacity(longest),
            ends: [0; N],
        };
        for (end, text) in parts.ends.iter_mut().zip(texts) {
            base64url::decode_into(text, &mut parts.bytes).map_err(|_| Reason::Base64Url)?;
            *end = parts.bytes.len();
        }
        Ok(parts)
    }

    /// The part at a position below `N`.
    fn part<const AT: usize>(&self) -> &[u8] {
        const { assert!(AT < N) };
        let (before, from) = self.ends.split_at(AT);
        let start = before.last().copied().unwrap_or(0);
        let end = from.first().copied().unwrap_or(start);
        self.bytes.get(start..end).unwrap_or_default()
    }
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
        let [mut client_data_json, mut attestation_object] = [None, None];
        let mut transports = None;
        let outer = outer(json, max_bytes, |reader, key| match key {
            "clientDataJSON" => once(&mut client_data_json, reader.string()?),
            "attestationObject" => once(&mut attestation_object, reader.string()?),
            "transports" => once(&mut transports, reader.value::<Option<Vec<String>>>()?),
            _ => reader.ignore(),
        })?;
        Ok(Self {
            parts: Parts::decode([
                &outer.id,
                &client_data_json.ok_or(Reason::Json)?,
                &attestation_object.ok_or(Reason::Json)?,
            ])?,
            transports: transports.flatten().unwrap_or_default(),
            attachment: outer.attachment.map(Cow::into_owned),
            extensions: outer.extensions,
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
        self.parts.part::<0>()
    }

    pub(crate) fn client_data_json(&self) -> &[u8] {
        self.parts.part::<1>()
    }

    pub(crate) fn attestation_object(&self) -> &[u8] {
        self.parts.part::<2>()
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
        let [mut client_data_json, mut authenticator_data] = [None, None];
        let (mut signature, mut user_handle) = (None, None);
        let outer = outer(json, max_bytes, |reader, key| match key {
            "clientDataJSON" => once(&mut client_data_json, reader.string()?),
            "authenticatorData" => once(&mut authenticator_data, reader.string()?),
            "signature" => once(&mut signature, reader.string()?),
            "userHandle" => once(&mut user_handle, reader.unless_null(Reader::string)?),
            _ => reader.ignore(),
        })?;
        Ok(Self {
            parts: Parts::decode([
                &outer.id,
                &client_data_json.ok_or(Reason::Json)?,
                &authenticator_data.ok_or(Reason::Json)?,
                &signature.ok_or(Reason::Json)?,
                &user_handle.flatten().unwrap_or_default(),
            ])?,
            extensions: outer.extensions,
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
        self.parts.part::<0>()
    }

    pub(crate) fn client_data_json(&self) -> &[u8] {
        self.parts.part::<1>()
    }

    pub(crate) fn authenticator_data(&self) -> &[u8] {
        self.parts.part::<2>()
    }

    pub(crate) fn signature(&self) -> &[u8] {
        self.parts.part::<3>()
    }

    /// Returns the user handle. Nothing about it is proven yet. An empty one, which old browsers
    /// send for security keys, is none.
    #[must_use]
    pub fn user_handle(&self) -> Option<&[u8]> {
        let user_handle = self.parts.part::<4>();
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
