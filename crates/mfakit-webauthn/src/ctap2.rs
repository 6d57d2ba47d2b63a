//! Responses of authenticators, for services that speak to them without a browser ([CTAP 2.2
//! section 6]).
//!
//! The parts are those that a browser's JSON has, so the same ceremonies judge them:
//! [`RegistrationResponse::from_parts`](crate::RegistrationResponse::from_parts) and
//! [`AuthenticationResponse::from_parts`](crate::AuthenticationResponse::from_parts).
//!
//! [CTAP 2.2 section 6]: https://fidoalliance.org/specs/fido-v2.2-ps-20250714/fido-client-to-authenticator-protocol-v2.2-ps-20250714.html#authenticator-api

use alloc::vec::Vec;
use core::fmt;

use crate::cbor::{self, Item, Rules};

/// How the encoding is judged.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum CborMode {
    /// The canonical form that CTAP 2.2 section 8 demands, with four levels of maps and arrays.
    Canonical,
    /// Keys in any order, and more levels, as some authenticators send them: a compound statement
    /// with certificates has five.
    AnyOrder,
}

impl CborMode {
    const fn rules(self) -> Rules {
        match self {
            Self::Canonical => Rules::CANONICAL,
            Self::AnyOrder => Rules::ANY_ORDER,
        }
    }
}

/// The bytes are no such response.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "says all there is to say")]
pub struct MalformedResponse;

impl fmt::Display for MalformedResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("malformed authenticator response")
    }
}

impl core::error::Error for MalformedResponse {}

/// Reads one map that is the whole input, and gives each member to `read`; what is no number is
/// no member of a response.
fn members<'a>(
    bytes: &'a [u8],
    mode: CborMode,
    mut read: impl FnMut(i64, Item<'a>) -> Option<()>,
) -> Option<()> {
    let (item, rest) = cbor::check(bytes, mode.rules()).ok()?;
    if !rest.is_empty() {
        return None;
    }
    for (key, value) in item.map().ok()? {
        read(key.integer().ok()?, value)?;
    }
    Some(())
}

/// The response of `authenticatorMakeCredential`, without its status byte.
#[derive(Clone, Copy)]
pub struct MakeCredentialResponse<'a> {
    format: &'a str,
    authenticator_data: &'a [u8],
    statement: Item<'a>,
}

impl<'a> MakeCredentialResponse<'a> {
    /// Reads a response.
    ///
    /// # Errors
    ///
    /// [`MalformedResponse`] if it is not one CBOR map with the members that it must have, in the
    /// form that the mode demands.
    pub fn parse(bytes: &'a [u8], mode: CborMode) -> Result<Self, MalformedResponse> {
        let (mut format, mut authenticator_data, mut statement) = (None, None, None);
        members(bytes, mode, |key, value| {
            match key {
                1 => format = Some(value.text().ok()?),
                2 => authenticator_data = Some(value.bytes().ok()?),
                3 => statement = Some(value),
                _ => {}
            }
            Some(())
        })
        .ok_or(MalformedResponse)?;
        match (format, authenticator_data, statement) {
            (Some(format), Some(authenticator_data), Some(statement)) => Ok(Self {
                format,
                authenticator_data,
                statement,
            }),
            _ => Err(MalformedResponse),
        }
    }

    /// Returns the authenticator data.
    #[must_use]
    pub const fn authenticator_data(&self) -> &'a [u8] {
        self.authenticator_data
    }

    /// Returns the attestation object that a browser makes of the response.
    #[must_use]
    pub fn attestation_object(&self) -> Vec<u8> {
        let mut object = Vec::from([0xa3]);
        text(&mut object, "fmt");
        text(&mut object, self.format);
        text(&mut object, "attStmt");
        object.extend_from_slice(self.statement.encoded());
        text(&mut object, "authData");
        head(&mut object, 0x40, self.authenticator_data.len());
        object.extend_from_slice(self.authenticator_data);
        object
    }
}

impl fmt::Debug for MakeCredentialResponse<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MakeCredentialResponse")
            .field("format", &self.format)
            .finish_non_exhaustive()
    }
}

fn text(object: &mut Vec<u8>, text: &str) {
    head(object, 0x60, text.len());
    object.extend_from_slice(text.as_bytes());
}

/// A head in its shortest form.
fn head(object: &mut Vec<u8>, major: u8, length: usize) {
    if let Ok(length) = u8::try_from(length) {
        if length < 24 {
            object.push(major | length);
        } else {
            object.extend_from_slice(&[major | 24, length]);
        }
    } else if let Ok(length) = u16::try_from(length) {
        object.push(major | 25);
        object.extend_from_slice(&length.to_be_bytes());
    } else if let Ok(length) = u32::try_from(length) {
        object.push(major | 26);
        object.extend_from_slice(&length.to_be_bytes());
    } else {
        object.push(major | 27);
        let [.., a, b, c, d, e, f, g, h] = length.to_be_bytes();
        object.extend_from_slice(&[a, b, c, d, e, f, g, h]);
    }
}

/// The response of `authenticatorGetAssertion`, without its status byte.
#[derive(Clone, Copy)]
pub struct GetAssertionResponse<'a> {
    credential_id: Option<&'a [u8]>,
    authenticator_data: &'a [u8],
    signature: &'a [u8],
    user_handle: Option<&'a [u8]>,
}

impl<'a> GetAssertionResponse<'a> {
    /// Reads a response.
    ///
    /// # Errors
    ///
    /// [`MalformedResponse`] if it is not one CBOR map with the members that it must have, in the
    /// form that the mode demands.
    pub fn parse(bytes: &'a [u8], mode: CborMode) -> Result<Self, MalformedResponse> {
        let (mut credential_id, mut user_handle) = (None, None);
        let (mut authenticator_data, mut signature) = (None, None);
        members(bytes, mode, |key, value| {
            match key {
                1 => credential_id = Some(id(value)?),
                2 => authenticator_data = Some(value.bytes().ok()?),
                3 => signature = Some(value.bytes().ok()?),
                4 => user_handle = Some(id(value)?),
                _ => {}
            }
            Some(())
        })
        .ok_or(MalformedResponse)?;
        match (authenticator_data, signature) {
            (Some(authenticator_data), Some(signature)) => Ok(Self {
                credential_id,
                authenticator_data,
                signature,
                user_handle,
            }),
            _ => Err(MalformedResponse),
        }
    }

    /// Returns the credential id; an authenticator may leave it out where one was asked for.
    #[must_use]
    pub const fn credential_id(&self) -> Option<&'a [u8]> {
        self.credential_id
    }

    /// Returns the authenticator data.
    #[must_use]
    pub const fn authenticator_data(&self) -> &'a [u8] {
        self.authenticator_data
    }

    /// Returns the signature.
    #[must_use]
    pub const fn signature(&self) -> &'a [u8] {
        self.signature
    }

    /// Returns the user handle.
    #[must_use]
    pub const fn user_handle(&self) -> Option<&'a [u8]> {
        self.user_handle
    }
}

impl fmt::Debug for GetAssertionResponse<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GetAssertionResponse")
            .finish_non_exhaustive()
    }
}

/// The `id` of a credential descriptor or of a user.
fn id(item: Item<'_>) -> Option<&[u8]> {
    item.map()
        .ok()?
        .find(|(key, _)| key.text() == Ok("id"))
        .and_then(|(_, value)| value.bytes().ok())
}
