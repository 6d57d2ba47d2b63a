//! base64url without padding ([RFC 4648 section 5]), as browsers write it.
//!
//! [RFC 4648 section 5]: https://www.rfc-editor.org/rfc/rfc4648#section-5

use base64ct::{Base64UrlUnpadded, Encoding as _};

pub(crate) fn encode(bytes: &[u8]) -> String {
    Base64UrlUnpadded::encode_string(bytes)
}

pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    Base64UrlUnpadded::decode_vec(text).ok()
}
