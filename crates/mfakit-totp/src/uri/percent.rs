//! Percent-encoding, [RFC 3986 section 2.1].
//!
//! [RFC 3986 section 2.1]: https://www.rfc-editor.org/rfc/rfc3986#section-2.1

use alloc::string::String;
use alloc::vec::Vec;

use zeroize::Zeroizing;

use super::UriError;

/// What a `+` stands for.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(super) enum Plus {
    /// Itself, as in the path of a URI.
    Literal,
    /// A space, as in the parameters of a form, which is how many programs write them.
    Space,
}

pub(super) fn decode(text: &str, plus: Plus) -> Result<Zeroizing<String>, UriError> {
    let mut decoded = Zeroizing::new(Vec::with_capacity(text.len()));
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'%' => {
                let (high, low) = (hex_digit(bytes.next())?, hex_digit(bytes.next())?);
                (high << 4) | low
            }
            b'+' if plus == Plus::Space => b' ',
            _ => byte,
        });
    }
    let decoded = str::from_utf8(&decoded).map_err(|_| UriError::MalformedEscape)?;
    Ok(Zeroizing::new(decoded.into()))
}

fn hex_digit(digit: Option<u8>) -> Result<u8, UriError> {
    digit
        .and_then(|digit| char::from(digit).to_digit(16))
        .and_then(|digit| u8::try_from(digit).ok())
        .ok_or(UriError::MalformedEscape)
}

/// Appends `text`, with everything escaped but the unreserved characters of [RFC 3986 section 2.3]
/// and those in `literal`.
///
/// [RFC 3986 section 2.3]: https://www.rfc-editor.org/rfc/rfc3986#section-2.3
pub(super) fn encode_onto(out: &mut String, text: &str, literal: &[u8]) {
    for byte in text.bytes() {
        if is_unreserved(byte) || literal.contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            for half in [byte >> 4, byte & 0x0f] {
                let digit = char::from_digit(half.into(), 16);
                out.extend(digit.map(|digit| digit.to_ascii_uppercase()));
            }
        }
    }
}

pub(super) fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_escapes_and_plus() {
        let decoded = |text, plus| decode(text, plus).map(|text| String::clone(&text));
        assert_eq!(decoded("a%20b%C3%a9+", Plus::Literal), Ok("a bé+".into()));
        assert_eq!(decoded("a+b%2B", Plus::Space), Ok("a b+".into()));
        assert_eq!(decoded("", Plus::Space), Ok("".into()));
        for broken in [
            "%", "%4", "%4g", "%g4", "a%", "%%41", "%C3", "%FF", "%+1", "%é",
        ] {
            assert_eq!(
                decoded(broken, Plus::Space),
                Err(UriError::MalformedEscape),
                "{broken}"
            );
        }
    }

    #[test]
    fn encodes_all_but_the_unreserved() {
        let mut out = String::new();
        encode_onto(&mut out, "aZ0-._~ /?#&=%+:@é\n", b"@");
        assert_eq!(out, "aZ0-._~%20%2F%3F%23%26%3D%25%2B%3A@%C3%A9%0A");
    }
}
