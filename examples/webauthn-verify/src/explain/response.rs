//! Finding the parts of a response, read or not.

use base64ct::{Base64UrlUnpadded, Encoding as _};
use serde_json::Value;

use super::authenticator_data::AuthenticatorData;
use super::cbor::{self, Item};

pub(crate) fn text<'a>(value: &'a Value, pointer: &str) -> Option<&'a str> {
    value.pointer(pointer).and_then(Value::as_str)
}

pub(crate) fn bytes(text: &str) -> Option<Vec<u8>> {
    Base64UrlUnpadded::decode_vec(text).ok()
}

fn member(response: &Value, name: &str) -> Option<Vec<u8>> {
    bytes(text(response, &format!("/response/{name}"))?)
}

pub(super) fn client_data(response: &Value) -> Option<Vec<u8>> {
    member(response, "clientDataJSON")
}

pub(super) fn attestation_object(registration: &Value) -> Option<Item> {
    cbor::read(&member(registration, "attestationObject")?)
}

/// The bytes of the authenticator data, of either ceremony.
pub(super) fn authenticator_data(response: &Value) -> Option<Vec<u8>> {
    match attestation_object(response) {
        Some(object) => object
            .member("authData")
            .and_then(Item::bytes)
            .map(Vec::from),
        None => member(response, "authenticatorData"),
    }
}

pub(super) fn signature(sign_in: &Value) -> Option<Vec<u8>> {
    member(sign_in, "signature")
}

pub(super) fn read_authenticator_data(response: &Value) -> Option<AuthenticatorData> {
    AuthenticatorData::read(&authenticator_data(response)?)
}
