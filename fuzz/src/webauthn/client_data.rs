//! What the browser says about a ceremony.

use std::sync::LazyLock;

use mfakit_webauthn::{
    Embedding, MAX_RESPONSE_BYTES, Policy, Reason, RegistrationResponse, RelyingParty, Trust,
    danger,
};

use serde::Deserialize;
use serde_json::Value;

use super::attestation::{CREDENTIAL_ID, about};
use super::json::{Members, members, object, present, text};
use super::{CHALLENGE, KEEPING, NOW, ORIGIN, RP, RP_ID, attestation_object, base64url, user};

const TOP_ORIGIN: &str = "https://top.example";

/// In frames of one site, also where the browser does not name it; and on subdomains and any port.
static EMBEDDED: LazyLock<RelyingParty> = LazyLock::new(|| {
    let origins = vec![TOP_ORIGIN.to_owned()];
    let embedding = Embedding::Origins {
        origins,
        unnamed: true,
    };
    RelyingParty::builder(RP_ID)
        .origin(ORIGIN)
        .subdomains()
        .any_port()
        .embedding(embedding)
        .strict_token_binding()
        .provider(KEEPING)
        .build()
        .expect("the relying party is good")
});

/// Client data that pass say what they must, however they are written; each refusal is true.
pub fn client_data(data: &[u8]) {
    let text = str::from_utf8(data).ok();
    let text = text.map(|text| text.strip_prefix('\u{feff}').unwrap_or(text));
    let is_well_formed = text.and_then(object::<Form>).is_some();
    let read = text.and_then(members);
    for rp in [&RP, &EMBEDDED] {
        match (verdict(rp, data), &read) {
            (Ok(()), Some(read)) => {
                assert!(is_well_formed);
                accepted(rp, read);
            }
            (Ok(()), None) => panic!("accepted what is no object"),
            (Err(Reason::TooLarge), _) => assert!(data.len() > MAX_RESPONSE_BYTES / 2),
            (Err(Reason::ClientDataNotUtf8), _) => assert_eq!(text, None),
            (Err(Reason::ClientDataJson), _) => assert!(text.is_some() && !is_well_formed),
            (Err(reason), Some(read)) => refused(reason, read),
            (Err(reason), None) => panic!("read what is no object: {reason:?}"),
        }
    }
}

/// As derived code reads it, with each member once.
#[derive(Deserialize)]
struct Form {
    #[serde(rename = "type")]
    _operation: String,
    #[serde(rename = "challenge")]
    _challenge: String,
    #[serde(rename = "origin")]
    _origin: String,
    #[serde(rename = "crossOrigin", default, deserialize_with = "present")]
    _cross_origin: Option<bool>,
    #[serde(rename = "topOrigin", default, deserialize_with = "present")]
    _top_origin: Option<String>,
    #[serde(rename = "tokenBinding", default)]
    _token_binding: Option<Value>,
}

fn verdict(rp: &RelyingParty, data: &[u8]) -> Result<(), Reason> {
    let policy = Policy::second_factor();
    let ceremony = danger::registration_with_challenge(rp, &user(), &[], policy, &CHALLENGE, NOW);
    let object = attestation_object("none", &[0xa0], &about(0).authenticator_data);
    let response = RegistrationResponse::from_parts(CREDENTIAL_ID, data, &object)
        .map_err(|error| error.reason())?;
    match ceremony.finish(rp, &response, NOW, &Trust::unverified()) {
        Ok(_) => Ok(()),
        Err(error) => Err(error.reason()),
    }
}

fn cross_origin(read: &Members<'_>) -> bool {
    read.get("crossOrigin")
        .is_some_and(|raw| raw.get() == "true")
}

fn accepted(rp: &RelyingParty, read: &Members<'_>) {
    assert_eq!(text(read, "type").as_deref(), Some("webauthn.create"));
    assert_eq!(text(read, "challenge"), Some(base64url(&CHALLENGE)));
    let origin = text(read, "origin").expect("there is an origin");
    let top_origin = text(read, "topOrigin");
    assert_eq!(read.contains_key("topOrigin"), top_origin.is_some());
    if std::ptr::eq(rp, &raw const *RP) {
        assert_eq!(origin, ORIGIN);
        assert_eq!(top_origin, None);
        assert!(!cross_origin(read));
    } else {
        let host = origin.strip_prefix("http://").expect("the scheme is ours");
        let host = host.split_once(':').map_or(host, |(host, _port)| host);
        assert!(host == RP_ID || host.ends_with(".localhost"), "{origin}");
        assert!(top_origin.is_none_or(|top| top == TOP_ORIGIN));
    }
}

fn refused(reason: Reason, read: &Members<'_>) {
    match reason {
        Reason::ClientDataType => {
            assert_ne!(text(read, "type").as_deref(), Some("webauthn.create"));
        }
        Reason::Challenge => assert_ne!(text(read, "challenge"), Some(base64url(&CHALLENGE))),
        Reason::Origin => assert_ne!(text(read, "origin").as_deref(), Some(ORIGIN)),
        Reason::CrossOrigin => assert!(cross_origin(read) || read.contains_key("topOrigin")),
        Reason::TopOrigin => assert_ne!(text(read, "topOrigin").as_deref(), Some(TOP_ORIGIN)),
        Reason::TokenBinding => assert!(read.contains_key("tokenBinding")),
        reason => panic!("the rest of the response is good: {reason:?}"),
    }
}
