//! Forms: that they came from our own pages, and what is in them.

use std::time::Duration;

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use axum::http::header::CONTENT_TYPE;
use base64ct::{Base64UrlUnpadded, Encoding as _};
use hmac::{Hmac, KeyInit as _, Mac as _};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use mfakit::Keys;
use serde::Deserialize;
use serde::de::value::{Error as FieldError, MapDeserializer};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::failure::Failure;
use crate::state::App;

/// The field that every form has besides its own.
pub(crate) const TOKEN_FIELD: &str = "form_token";
/// The longest answer of a security key that is read, and what else a form has.
const MAX_BODY_BYTES: usize = mfakit_webauthn::MAX_RESPONSE_BYTES + 8 * 1024;
/// A review with as many devices of each kind as there may be has more than any other form.
const MAX_FIELDS: usize = 256;
/// How long a form may take to arrive.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);

/// The secret that form tokens and the keys of limits are made with.
pub(crate) struct FormKey(Zeroizing<[u8; 32]>);

impl FormKey {
    /// Derives it from the service's keys, so that it survives a restart.
    pub(crate) fn derive(keys: &Keys) -> Self {
        Self(Zeroizing::new(keys.index("cockpit form key", b"")))
    }

    fn mac(&self, purpose: &str, parts: &[&[u8]]) -> Hmac<Sha256> {
        // RFC 2104 section 2: a key shorter than the hash's block is padded with zeros.
        let mut block = Zeroizing::new([0; 64]);
        let (key, _) = block.split_at_mut(32);
        key.copy_from_slice(&*self.0);
        let mut mac = Hmac::<Sha256>::new((&*block).into());
        for part in [purpose.as_bytes()].iter().chain(parts) {
            // Lengths keep "ab" and "c" apart from "a" and "bc". None is near 2^64.
            mac.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            mac.update(part);
        }
        mac
    }

    /// Returns a keyed hash of what was typed, for a limit.
    pub(crate) fn limit_key(&self, purpose: &str, parts: &[&[u8]]) -> [u8; 32] {
        self.mac(purpose, parts).finalize().into_bytes().into()
    }
}

/// Whose a form is: a session's, or that of a browser which is not signed in.
pub(crate) enum FormOwner<'a> {
    /// The login of a session.
    Session(&'a [u8; 16]),
    /// The value of the form cookie.
    Browser(&'a str),
}

impl FormOwner<'_> {
    fn mac(&self, key: &FormKey) -> Hmac<Sha256> {
        match self {
            Self::Session(login) => key.mac("form of a session", &[*login]),
            Self::Browser(cookie) => key.mac("form of a browser", &[cookie.as_bytes()]),
        }
    }

    /// Returns the token that the owner's forms carry.
    pub(crate) fn token(&self, key: &FormKey) -> String {
        Base64UrlUnpadded::encode_string(&self.mac(key).finalize().into_bytes())
    }

    fn owns(&self, token: &str, key: &FormKey) -> bool {
        Base64UrlUnpadded::decode_vec(token)
            .is_ok_and(|token| self.mac(key).verify_slice(&token).is_ok())
    }
}

/// What a form sent. It opens for its owner only, so no handler can forget to ask.
pub(crate) struct Posted {
    token: String,
    fields: Vec<(String, String)>,
}

impl Posted {
    /// Returns the fields, after making sure that the form came from a page of ours that was shown
    /// to this very owner.
    ///
    /// `T` denies unknown fields, and fields that come twice.
    pub(crate) fn open<'de, T: Deserialize<'de>>(
        self,
        owner: &FormOwner<'_>,
        app: &App,
    ) -> Result<T, Failure> {
        if !owner.owns(&self.token, app.form_key()) {
            return Err(Failure::StaleForm);
        }
        let fields = MapDeserializer::<_, FieldError>::new(self.fields.into_iter());
        // The error would repeat what was sent.
        T::deserialize(fields).map_err(|_| Failure::BadForm)
    }
}

impl FromRequest<App> for Posted {
    type Rejection = Failure;

    async fn from_request(request: Request, _: &App) -> Result<Self, Failure> {
        let media_type = request
            .headers()
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok());
        let media_type = media_type
            .and_then(|value| value.split(';').next())
            .map(str::trim);
        if media_type != Some("application/x-www-form-urlencoded") {
            return Err(Failure::BadForm);
        }
        let body = read(request.into_body()).await?;
        parse(&body).ok_or(Failure::BadForm)
    }
}

async fn read(body: Body) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let body = Limited::new(body, MAX_BODY_BYTES).collect();
    match tokio::time::timeout(BODY_TIMEOUT, body).await {
        Err(_) => Err(Failure::Timeout),
        Ok(Ok(body)) => Ok(Zeroizing::new(body.to_bytes().into())),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(Failure::TooLarge),
        Ok(Err(_)) => Err(Failure::BadForm),
    }
}

/// `None` for what no browser sends: bytes that are no UTF-8, too many fields, no or two tokens.
fn parse(body: &[u8]) -> Option<Posted> {
    let mut token = None;
    let mut fields = Vec::new();
    for (name, value) in form_urlencoded::parse(body) {
        // What cannot be decoded comes as this.
        if value.contains(char::REPLACEMENT_CHARACTER) || fields.len() >= MAX_FIELDS {
            return None;
        }
        if name == TOKEN_FIELD {
            if token.replace(value.into_owned()).is_some() {
                return None;
            }
        } else {
            fields.push((name.into_owned(), value.into_owned()));
        }
    }
    Some(Posted {
        token: token?,
        fields,
    })
}

/// A form without fields of its own.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NoFields {}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: u8) -> FormKey {
        FormKey(Zeroizing::new([byte; 32]))
    }

    #[test]
    fn a_token_is_of_one_owner_and_one_service() {
        let (one, other) = ([1; 16], [2; 16]);
        let token = FormOwner::Session(&one).token(&key(1));
        assert!(FormOwner::Session(&one).owns(&token, &key(1)));
        assert!(!FormOwner::Session(&other).owns(&token, &key(1)));
        assert!(!FormOwner::Session(&one).owns(&token, &key(2)));
        assert!(!FormOwner::Browser("").owns(&token, &key(1)));
        for token in ["", "x", &token[1..], &format!("{token}=")] {
            assert!(!FormOwner::Session(&one).owns(token, &key(1)), "{token}");
        }
    }

    #[test]
    fn parts_of_a_limit_do_not_run_together() {
        let key = key(1);
        assert_ne!(
            key.limit_key("p", &[b"ab", b"c"]),
            key.limit_key("p", &[b"a", b"bc"])
        );
        assert_ne!(key.limit_key("p", &[b"ab"]), key.limit_key("q", &[b"ab"]));
    }

    #[test]
    fn forms_have_one_token_and_few_fields() {
        let posted = parse(b"code=1+2&form_token=abc&name=%C3%A9").unwrap();
        assert_eq!(posted.token, "abc");
        let fields = [("code", "1 2"), ("name", "é")].map(|(k, v)| (k.to_owned(), v.to_owned()));
        assert_eq!(posted.fields, fields);

        assert!(parse(b"code=1").is_none());
        assert!(parse(b"form_token=a&form_token=a").is_none());
        assert!(parse(b"form_token=a&code=%FF").is_none());
        assert!(parse(format!("form_token=a{}", "&x=1".repeat(257)).as_bytes()).is_none());
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Code {
        #[expect(dead_code, reason = "only whether it is read matters")]
        code: String,
    }

    #[test]
    fn unknown_and_double_fields_are_refused() {
        let read = |body: &str| {
            let fields = parse(body.as_bytes()).unwrap().fields;
            Code::deserialize(MapDeserializer::<_, FieldError>::new(fields.into_iter())).map(drop)
        };
        assert!(read("form_token=a&code=1").is_ok());
        assert!(read("form_token=a").is_err());
        assert!(read("form_token=a&code=1&code=1").is_err());
        assert!(read("form_token=a&code=1&admin=1").is_err());
    }
}
