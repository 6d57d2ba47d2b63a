//! Base32 as [RFC 4648 section 6] means it.
//!
//! The `base32` crate decodes lengths that no bytes encode to, ignores bits left over, and its
//! buffers grow, which leaves pieces of the secret behind. So it sees one group of eight characters
//! at a time, and each group must encode back to itself.
//!
//! [RFC 4648 section 6]: https://www.rfc-editor.org/rfc/rfc4648#section-6

use alloc::string::String;
use alloc::vec::Vec;

use base32::Alphabet;
use zeroize::Zeroizing;

use super::{Secret, SecretError};

const ALPHABET: Alphabet = Alphabet::Rfc4648 { padding: false };

/// Bytes and characters of a group.
const GROUP_BYTES: usize = 5;
const GROUP_CHARS: usize = 8;

/// Room for the characters of the longest secret, its padding and separators. Longer input is
/// refused before any work.
const MAX_TEXT: usize = 512;

/// Room for the characters of the longest secret.
const MAX_CHARS: usize = Secret::MAX_BYTES.div_ceil(GROUP_BYTES) * GROUP_CHARS;

pub(super) fn encode(bytes: &[u8]) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(MAX_CHARS));
    for group in bytes.chunks(GROUP_BYTES) {
        text.push_str(&Zeroizing::new(base32::encode(ALPHABET, group)));
    }
    text
}

pub(super) fn decode(text: &str) -> Result<Zeroizing<Vec<u8>>, SecretError> {
    if text.len() > MAX_TEXT {
        return Err(SecretError::TooLong);
    }

    let characters = normalize(text)?;
    let mut bytes = Zeroizing::new(Vec::with_capacity(MAX_TEXT));
    for group in characters.as_bytes().chunks(GROUP_CHARS) {
        let group = str::from_utf8(group).map_err(|_| SecretError::MalformedBase32)?;
        let decoded = base32::decode(ALPHABET, group).map(Zeroizing::new);
        let decoded = decoded.ok_or(SecretError::MalformedBase32)?;
        // Refuses a length that no bytes encode to, and bits left over that are not zero.
        if *Zeroizing::new(base32::encode(ALPHABET, &decoded)) != *group {
            return Err(SecretError::MalformedBase32);
        }
        bytes.extend_from_slice(&decoded);
    }
    Ok(bytes)
}

/// Lower-case groups of four, for people who type.
pub(super) fn grouped(text: &str) -> Zeroizing<String> {
    let mut key = Zeroizing::new(String::with_capacity(2 * MAX_CHARS));
    for (at, character) in text.chars().enumerate() {
        if at != 0 && at.is_multiple_of(4) {
            key.push(' ');
        }
        key.push(character.to_ascii_lowercase());
    }
    key
}

/// Upper case, without spaces, dashes and padding.
fn normalize(text: &str) -> Result<Zeroizing<String>, SecretError> {
    let mut characters = Zeroizing::new(String::with_capacity(text.len()));
    let mut padding: usize = 0;
    for character in text.chars() {
        match character {
            ' ' | '-' => {}
            '=' => padding = padding.saturating_add(1),
            _ if padding != 0 || !character.is_ascii() => {
                return Err(SecretError::MalformedBase32);
            }
            _ => characters.push(character.to_ascii_uppercase()),
        }
    }

    // RFC 4648 section 6: padding fills the last group up, and only that.
    let full = characters.len().next_multiple_of(GROUP_CHARS);
    if padding != 0 && characters.len().checked_add(padding) != Some(full) {
        return Err(SecretError::MalformedBase32);
    }
    Ok(characters)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_people_and_programs_write() {
        for text in [
            "GEZDGNBVGY3TQOJQ",
            "gezdgnbvgy3tqojq",
            "gezd gnbv gy3t qojq",
            "GEZD-GNBV-GY3T-QOJQ",
            " GeZdGnBv  gy3tqojq- ",
        ] {
            assert_eq!(
                decode(text).as_deref().map(Vec::as_slice),
                Ok(&b"1234567890"[..]),
                "{text}"
            );
        }
    }

    /// The examples of RFC 4648 section 10, with and without their padding.
    #[test]
    fn rfc4648_examples() {
        for (bytes, padded) in [
            ("", ""),
            ("f", "MY======"),
            ("fo", "MZXQ===="),
            ("foo", "MZXW6==="),
            ("foob", "MZXW6YQ="),
            ("fooba", "MZXW6YTB"),
            ("foobar", "MZXW6YTBOI======"),
        ] {
            let plain = padded.trim_end_matches('=');
            assert_eq!(*encode(bytes.as_bytes()), *plain);
            for text in [padded, plain] {
                assert_eq!(**decode(text).unwrap(), *bytes.as_bytes(), "{text}");
            }
        }
    }

    #[test]
    fn refuses_what_no_encoder_writes() {
        for text in [
            "MFRGG=", // padding of the wrong length
            "MFRGG====",
            "=",
            "========",
            "MZXW6YTB========", // a whole group of padding
            "MF=RGG==",         // padding inside
            "MFRGG===A",
            "GEZDİNBV", // dotted capital I, "i" under some foldings
            "GEZDGNBV\n",
            "GEZD\tGNBV",
            "GEZD_GNBV",
            "0189", // no characters of the alphabet
            "M",    // 1, 3 or 6 characters over
            "MZX",
            "MZXW6Y",
            "MZ", // bits left over that are not zero
            "MZXW7",
            "\u{ff27}EZDGNBV", // full-width G
        ] {
            assert_eq!(decode(text), Err(SecretError::MalformedBase32), "{text:?}");
        }
    }

    #[test]
    fn refuses_a_megabyte_before_reading_it() {
        assert_eq!(decode(&"A".repeat(1 << 20)), Err(SecretError::TooLong));
        assert_eq!(decode(&"=".repeat(513)), Err(SecretError::TooLong));
    }

    #[test]
    fn groups_of_four() {
        assert_eq!(*grouped("GEZDGNBVGY"), "gezd gnbv gy");
        assert_eq!(*grouped("GEZD"), "gezd");
        assert_eq!(*grouped(""), "");
    }
}
