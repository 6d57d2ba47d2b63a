//! The JSON of browsers, and that of stored records.

use std::collections::BTreeMap;

use base64ct::{Base64UrlUnpadded, Encoding as _};
use mfakit_webauthn::{
    AuthenticationResponse, ClientExtensions, CredentialRecord, Error, MAX_RESPONSE_BYTES, Reason,
    RegistrationResponse,
};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// The members of an object as they are written; of two with one name, the last.
pub(super) type Members<'a> = BTreeMap<String, &'a RawValue>;

pub(super) fn members(json: &str) -> Option<Members<'_>> {
    serde_json::from_str(json).ok()
}

/// A member that is text.
pub(super) fn text(members: &Members<'_>, name: &str) -> Option<String> {
    serde_json::from_str(members.get(name)?.get()).ok()
}

/// A member that is base64url.
pub(super) fn bytes(members: &Members<'_>, name: &str) -> Option<Vec<u8>> {
    Base64UrlUnpadded::decode_vec(&text(members, name)?).ok()
}

/// The response within a browser's answer.
pub(super) fn response<'a>(outer: &Members<'a>) -> Members<'a> {
    let inner = outer.get("response").expect("there is a response");
    members(inner.get()).expect("the response is an object")
}

/// An object, which `serde_json` alone reads: derived code takes arrays of members, too.
pub(super) fn object<'a, T: Deserialize<'a>>(json: &'a str) -> Option<T> {
    let json = json.trim_start_matches([' ', '\t', '\n', '\r']);
    json.starts_with('{')
        .then(|| serde_json::from_str(json).ok())?
}

/// A member that may be missing, but not `null`.
pub(super) fn present<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    T::deserialize(deserializer).map(Some)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer<'a> {
    id: String,
    raw_id: String,
    #[serde(rename = "type")]
    kind: String,
    #[serde(borrow)]
    response: &'a RawValue,
    #[serde(rename = "authenticatorAttachment", default)]
    _attachment: Option<String>,
    #[serde(borrow, default)]
    client_extension_results: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Outputs<'a> {
    #[serde(rename = "appid", borrow, default)]
    _app_id: Option<&'a RawValue>,
    #[serde(rename = "appidExclude", borrow, default)]
    _app_id_exclude: Option<&'a RawValue>,
    #[serde(rename = "credProps", borrow, default)]
    _properties: Option<&'a RawValue>,
    #[serde(rename = "largeBlob", borrow, default)]
    _large_blob: Option<&'a RawValue>,
    #[serde(rename = "prf", borrow, default)]
    _prf: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Attestation {
    #[serde(rename = "clientDataJSON", default, deserialize_with = "present")]
    client_data: Option<String>,
    #[serde(rename = "attestationObject", default, deserialize_with = "present")]
    object: Option<String>,
    #[serde(rename = "transports", default)]
    _transports: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct Assertion {
    #[serde(rename = "clientDataJSON", default, deserialize_with = "present")]
    client_data: Option<String>,
    #[serde(rename = "authenticatorData", default, deserialize_with = "present")]
    data: Option<String>,
    #[serde(default, deserialize_with = "present")]
    signature: Option<String>,
    #[serde(rename = "userHandle", default)]
    user_handle: Option<String>,
}

/// Why an answer is refused, if it is: as derived code has it. `required` picks what `response` must
/// have.
fn verdict<'a, T: Deserialize<'a>>(
    json: &'a str,
    required: impl FnOnce(T) -> Option<Vec<String>>,
) -> Result<(), Reason> {
    if json.len() > MAX_RESPONSE_BYTES {
        return Err(Reason::TooLarge);
    }
    let answer: Answer<'a> = object(json).ok_or(Reason::Json)?;
    let response = object(answer.response.get()).ok_or(Reason::Json)?;
    let outputs = answer.client_extension_results;
    if outputs.is_some_and(|outputs| object::<Outputs<'_>>(outputs.get()).is_none()) {
        return Err(Reason::Json);
    }
    if answer.kind != "public-key" {
        return Err(Reason::CredentialType);
    }
    if answer.id != answer.raw_id {
        return Err(Reason::IdNotRawId);
    }
    let required = required(response).ok_or(Reason::Json)?;
    let mut encoded = required.iter().chain([&answer.id]);
    if encoded.any(|text| Base64UrlUnpadded::decode_vec(text).is_err()) {
        return Err(Reason::Base64Url);
    }
    Ok(())
}

/// Answers of browsers: each is read or refused as `serde_json` alone would, and the members of
/// those that are read are what is returned.
pub fn response_json(data: &[u8]) {
    let Ok(json) = str::from_utf8(data) else {
        return;
    };
    let read = RegistrationResponse::from_json(json);
    let expected = verdict(json, |response: Attestation| {
        Some(vec![response.client_data?, response.object?])
    });
    assert_eq!(read.as_ref().map(drop).map_err(Error::reason), expected);
    if let Ok(read) = read {
        let outer = outer(json);
        let transports = response(&outer).get("transports").copied();
        let transports: Option<Option<Vec<String>>> =
            transports.map(|raw| serde_json::from_str(raw.get()).expect("they are texts"));
        assert_eq!(read.transports(), transports.flatten().unwrap_or_default());
        let attachment = text(&outer, "authenticatorAttachment");
        assert_eq!(read.attachment(), attachment.as_deref());
        outputs(&outer, read.extensions());
    }

    let read = AuthenticationResponse::from_json(json);
    let expected = verdict(json, |response: Assertion| {
        let handle = response.user_handle.unwrap_or_default();
        Some(vec![
            response.client_data?,
            response.data?,
            response.signature?,
            handle,
        ])
    });
    assert_eq!(read.as_ref().map(drop).map_err(Error::reason), expected);
    if let Ok(read) = read {
        let outer = outer(json);
        assert_eq!(bytes(&outer, "id").as_deref(), Some(read.credential_id()));
        let handle = bytes(&response(&outer), "userHandle").filter(|handle| !handle.is_empty());
        assert_eq!(read.user_handle(), handle.as_deref());
        outputs(&outer, read.extensions());
    }
}

fn outer(json: &str) -> Members<'_> {
    members(json).expect("an answer is an object")
}

/// Each output is what it says, or an error of its own.
fn outputs(outer: &Members<'_>, read: &ClientExtensions<'_>) {
    let raw = outer.get("clientExtensionResults").map(|raw| raw.get());
    let outputs = raw.and_then(members).unwrap_or_default();
    let boolean = |name, read: Result<Option<bool>, _>| match outputs.get(name).map(|raw| raw.get())
    {
        None | Some("null") => assert_eq!(read, Ok(None)),
        Some("true") => assert_eq!(read, Ok(Some(true))),
        Some("false") => assert_eq!(read, Ok(Some(false))),
        Some(_) => assert!(read.is_err()),
    };
    boolean("appid", read.appid());
    boolean("appidExclude", read.appid_exclude());
    let known = [
        ("credProps", read.discoverable()),
        ("largeBlob", read.large_blob_supported()),
        ("largeBlob", read.large_blob_written()),
        ("prf", read.prf_enabled()),
    ];
    for (name, read) in known {
        assert!(outputs.contains_key(name) || read == Ok(None));
    }
}

/// A stored record that is read is written as the same record.
pub fn credential_record(data: &[u8]) {
    let Ok(record) = serde_json::from_slice::<CredentialRecord>(data) else {
        return;
    };
    let written = serde_json::to_string(&record).expect("a record can be written");
    let again: CredentialRecord = serde_json::from_str(&written).expect("we wrote it");
    assert!(again == record);
}
