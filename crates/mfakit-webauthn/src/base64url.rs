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

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Set in the value of what is no digit, and in no other.
const INVALID: u32 = 1 << 31;

/// The values of digits at each place of four, so that a quad is the union of its digits.
const VALUES: [[u32; 256]; 4] = [values(18), values(12), values(6), values(0)];

#[expect(
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::arithmetic_side_effects,
    reason = "evaluated by the compiler, where a mistake is a build error"
)]
const fn values(shift: u32) -> [u32; 256] {
    let mut values = [INVALID; 256];
    let mut value = 0;
    while value < 64 {
        values[ALPHABET[value] as usize] = (value as u32) << shift;
        value += 1;
    }
    values
}

/// The 24 bits of four digits; with [`INVALID`] set, if one of them is none.
fn bits(quad: [u8; 4]) -> u32 {
    let mut bits = 0;
    for (digit, values) in quad.iter().zip(&VALUES) {
        bits |= values.get(usize::from(*digit)).copied().unwrap_or(INVALID);
    }
    bits
}

/// Appends the bytes that `text` encodes, and returns how many there are.
pub(crate) fn decode_into(text: &str, bytes: &mut Vec<u8>) -> Result<usize, NotBase64Url> {
    let before = bytes.len();
    let (octets, rest) = text.as_bytes().as_chunks::<8>();
    bytes.resize(before.saturating_add(octets.len().saturating_mul(6)), 0);
    let (sextets, _) = bytes.split_at_mut(before).1.as_chunks_mut::<6>();
    let mut seen = 0;
    for ([a, b, c, d, e, f, g, h], sextet) in octets.iter().zip(sextets) {
        let high = bits([*a, *b, *c, *d]);
        let low = bits([*e, *f, *g, *h]);
        seen |= high | low;
        let both = (u64::from(high) << 24) | u64::from(low);
        let [_, _, decoded @ ..] = both.to_be_bytes();
        *sextet = decoded;
    }
    let (quads, rest) = rest.as_chunks::<4>();
    for quad in quads {
        let bits = bits(*quad);
        seen |= bits;
        let [_, decoded @ ..] = bits.to_be_bytes();
        bytes.extend_from_slice(&decoded);
    }
    // Digits of value zero fill the last quad. What the last true digit has beyond the last byte
    // encodes nothing: it must be zero.
    let (last, surplus) = match *rest {
        [] => (None, 0),
        [a, b] => (Some([a, b, b'A', b'A']), 0xffff),
        [a, b, c] => (Some([a, b, c, b'A']), 0x00ff),
        _ => (None, INVALID),
    };
    seen |= surplus & INVALID;
    if let Some(quad) = last {
        let bits = bits(quad);
        if bits & surplus != 0 {
            seen |= INVALID;
        }
        seen |= bits;
        let [_, first, second, _] = bits.to_be_bytes();
        match rest.len() {
            3 => bytes.extend_from_slice(&[first, second]),
            _ => bytes.push(first),
        }
    }
    if seen & INVALID != 0 {
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
    let (quads, last_digits) = text.as_bytes().as_chunks::<4>();
    let (triples, last_bytes) = bytes.as_chunks::<3>();
    let whole = quads.len() == triples.len()
        && quads
            .iter()
            .zip(triples)
            .all(|(quad, [a, b, c])| bits(*quad) == u32::from_be_bytes([0, *a, *b, *c]));
    whole
        && last_digits
            .iter()
            .copied()
            .map(Some)
            .chain(core::iter::repeat(None))
            .zip(digits_of(last_bytes))
            .all(|(digit, expected)| digit == expected)
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
