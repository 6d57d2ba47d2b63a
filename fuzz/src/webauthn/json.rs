//! The JSON of browsers, and that of stored records.

use std::collections::BTreeMap;

use base64ct::{Base64UrlUnpadded, Encoding as _};
use mfakit_webauthn::{
    AuthenticationResponse, ClientExtensions, CredentialRecord, MAX_RESPONSE_BYTES,
    RegistrationResponse,
};
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

/// Answers of browsers: those that are read are objects whose members are what is returned.
pub fn response_json(data: &[u8]) {
    let Ok(json) = str::from_utf8(data) else {
        return;
    };
    if let Ok(read) = RegistrationResponse::from_json(json) {
        let outer = outer(json);
        let inner = response(&outer);
        assert!(bytes(&inner, "clientDataJSON").is_some());
        assert!(bytes(&inner, "attestationObject").is_some());
        let transports = inner.get("transports");
        let transports: Option<Option<Vec<String>>> =
            transports.map(|raw| serde_json::from_str(raw.get()).expect("they are texts"));
        assert_eq!(read.transports(), transports.flatten().unwrap_or_default());
        let attachment = text(&outer, "authenticatorAttachment");
        assert_eq!(read.attachment(), attachment.as_deref());
        outputs(&outer, read.extensions());
    }
    if let Ok(read) = AuthenticationResponse::from_json(json) {
        let outer = outer(json);
        let inner = response(&outer);
        assert!(bytes(&inner, "clientDataJSON").is_some());
        assert!(bytes(&inner, "authenticatorData").is_some());
        assert!(bytes(&inner, "signature").is_some());
        assert_eq!(bytes(&outer, "id").as_deref(), Some(read.credential_id()));
        let handle = bytes(&inner, "userHandle").filter(|handle| !handle.is_empty());
        assert_eq!(read.user_handle(), handle.as_deref());
        outputs(&outer, read.extensions());
    }
}

fn outer(json: &str) -> Members<'_> {
    assert!(json.len() <= MAX_RESPONSE_BYTES);
    let outer = members(json).expect("an answer is an object");
    assert_eq!(text(&outer, "type").as_deref(), Some("public-key"));
    assert!(bytes(&outer, "id").is_some());
    assert_eq!(text(&outer, "id"), text(&outer, "rawId"));
    outer
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
