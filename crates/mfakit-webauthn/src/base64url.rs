//! base64url without padding ([RFC 4648 section 5]), strict: one text for each sequence of bytes.
//!
//! Everything decoded here is public, so a table is used and not a constant-time decoder.
//!
//! [RFC 4648 section 5]: https://www.rfc-editor.org/rfc/rfc4648#section-5

use alloc::string::String;
use alloc::vec::Vec;

/// The text is not base64url without padding, or not the one that encodes its bytes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct NotBase64Url;

const INVALID: u8 = 0xff;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

const VALUES: [u8; 256] = values();

#[expect(
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::arithmetic_side_effects,
    reason = "evaluated by the compiler, where a mistake is a build error"
)]
const fn values() -> [u8; 256] {
    let mut values = [INVALID; 256];
    let mut value = 0;
    while value < 64 {
        values[ALPHABET[value] as usize] = value as u8;
        value += 1;
    }
    values
}

fn value(digit: u8) -> u8 {
    VALUES.get(usize::from(digit)).copied().unwrap_or(INVALID)
}

/// Appends the bytes that `text` encodes, and returns how many there are.
pub(crate) fn decode_into(text: &str, bytes: &mut Vec<u8>) -> Result<usize, NotBase64Url> {
    let before = bytes.len();
    let (quads, rest) = text.as_bytes().as_chunks::<4>();
    let mut seen = 0;
    for quad in quads {
        let [a, b, c, d] = quad.map(value);
        seen |= a | b | c | d;
        bytes.extend_from_slice(&[(a << 2) | (b >> 4), (b << 4) | (c >> 2), (c << 6) | d]);
    }
    match *rest {
        [] => {}
        [a, b] => {
            let [a, b] = [a, b].map(value);
            seen |= a | b;
            // The four low bits of the last digit encode nothing: they must be zero.
            if b & 0x0f != 0 {
                seen = INVALID;
            }
            bytes.push((a << 2) | (b >> 4));
        }
        [a, b, c] => {
            let [a, b, c] = [a, b, c].map(value);
            seen |= a | b | c;
            if c & 0x03 != 0 {
                seen = INVALID;
            }
            bytes.extend_from_slice(&[(a << 2) | (b >> 4), (b << 4) | (c >> 2)]);
        }
        _ => seen = INVALID,
    }
    if seen & 0xc0 != 0 {
        bytes.truncate(before);
        return Err(NotBase64Url);
    }
    Ok(bytes.len().saturating_sub(before))
}

/// Returns the bytes that `text` encodes.
pub(crate) fn decode(text: &str) -> Result<Vec<u8>, NotBase64Url> {
    let mut bytes = Vec::with_capacity(text.len());
    decode_into(text, &mut bytes)?;
    Ok(bytes)
}

/// Returns whether `text` is the encoding of `bytes`, as strings are compared.
pub(crate) fn encodes(text: &str, bytes: &[u8]) -> bool {
    let mut digits = text.bytes();
    let equal = bytes.chunks(3).all(|chunk| {
        digits_of(chunk)
            .into_iter()
            .flatten()
            .all(|digit| digits.next() == Some(digit))
    });
    equal && digits.next().is_none()
}

/// Returns the encoding of `bytes`.
pub(crate) fn encode(bytes: &[u8]) -> String {
    bytes
        .chunks(3)
        .flat_map(digits_of)
        .flatten()
        .map(char::from)
        .collect()
}

fn digits_of(chunk: &[u8]) -> [Option<u8>; 4] {
    let digit = |value: u8| ALPHABET.get(usize::from(value & 0x3f)).copied();
    match *chunk {
        [a] => [digit(a >> 2), digit(a << 4), None, None],
        [a, b] => [
            digit(a >> 2),
            digit((a << 4) | (b >> 4)),
            digit(b << 2),
            None,
        ],
        [a, b, c, ..] => [
            digit(a >> 2),
            digit((a << 4) | (b >> 4)),
            digit((b << 2) | (c >> 6)),
            digit(c),
        ],
        [] => [None; 4],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    #[test]
    fn every_length_reads_back() {
        for len in 0..70_u8 {
            let bytes: Vec<u8> = (0..len).map(|n| n.wrapping_mul(73) ^ 0xa5).collect();
            let text = encode(&bytes);
            assert_eq!(decode(&text), Ok(bytes.clone()));
            assert!(encodes(&text, &bytes));
        }
    }

    #[test]
    fn vectors_of_rfc_4648() {
        let cases = [
            ("", ""),
            ("f", "Zg"),
            ("fo", "Zm8"),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg"),
        ];
        for (plain, text) in cases {
            assert_eq!(encode(plain.as_bytes()), text);
            assert_eq!(decode(text), Ok(plain.as_bytes().to_vec()));
        }
        assert_eq!(decode("-_8"), Ok(vec![0xfb, 0xff]));
    }

    #[test]
    fn refuses_what_encodes_nothing() {
        for text in [
            "Z", "Zg==", "Zh", "Zm9", "Zm8\n", "Zm+v", "Zm/v", "Zm 9v", "Zmé", "Zm9vY",
        ] {
            assert_eq!(decode(text), Err(NotBase64Url), "{text:?}");
        }
    }

    #[test]
    fn compares_as_text() {
        assert!(encodes("Zm8", b"fo"));
        for other in ["Zm9", "Zm8=", "Zm8A", "Zm", "", "zm8"] {
            assert!(!encodes(other, b"fo"), "{other:?}");
        }
    }
}
