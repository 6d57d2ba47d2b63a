//! DER ([X.690]), as far as certificates need it: what is put together here is written as it is,
//! right or wrong.
//!
//! [X.690]: https://www.itu.int/rec/T-REC-X.690

/// Returns the element of a tag, given as its bytes: its length, and its parts one after another.
#[must_use]
pub fn element(tag: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    let contents = parts.concat();
    let mut whole = tag.to_vec();
    whole.extend(length(contents.len()));
    whole.extend(contents);
    whole
}

/// A length in as few bytes as it takes (X.690 section 10.1).
fn length(length: usize) -> Vec<u8> {
    let bytes = length.to_be_bytes();
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    let (_, significant) = bytes.split_at(zeros);
    match significant {
        [] => vec![0],
        [short @ 0..=0x7f] => vec![*short],
        long => {
            let count = u8::try_from(long.len()).unwrap_or(u8::MAX);
            [&[0x80 | count], long].concat()
        }
    }
}

/// Returns a SEQUENCE.
#[must_use]
pub fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    element(&[0x30], parts)
}

/// Returns a SET. The parts are written in the order they have here.
#[must_use]
pub fn set(parts: &[&[u8]]) -> Vec<u8> {
    element(&[0x31], parts)
}

/// Returns what is inside of a context tag: of its constructed form, as explicit tags and
/// implicit ones of a SEQUENCE or SET are.
#[must_use]
pub fn context(number: u32, parts: &[&[u8]]) -> Vec<u8> {
    element(&context_tag(number, 0xa0), parts)
}

/// Returns what is inside of a context tag of the primitive form.
#[must_use]
pub fn context_primitive(number: u32, contents: &[u8]) -> Vec<u8> {
    element(&context_tag(number, 0x80), &[contents])
}

/// Numbers above 30 stand in bytes of their own, seven bits each (X.690 section 8.1.2.4).
fn context_tag(number: u32, class: u8) -> Vec<u8> {
    match u8::try_from(number) {
        Ok(low @ 0..31) => vec![class | low],
        _ => [&[class | 0x1f], base128(number).as_slice()].concat(),
    }
}

/// Seven bits a byte, the highest bit set in all but the last.
fn base128(number: u32) -> Vec<u8> {
    let groups = [28, 21, 14, 7, 0].map(|shift| low_byte(number >> shift) & 0x7f);
    let zeros = groups.iter().take(4).take_while(|group| **group == 0);
    let (_, groups) = groups.split_at(zeros.count());
    let Some((last, others)) = groups.split_last() else {
        return vec![0];
    };
    let mut bytes: Vec<u8> = others.iter().map(|group| group | 0x80).collect();
    bytes.push(*last);
    bytes
}

const fn low_byte(number: u32) -> u8 {
    let [.., low] = number.to_be_bytes();
    low
}

/// Returns a BOOLEAN.
#[must_use]
pub fn boolean(value: bool) -> Vec<u8> {
    element(&[0x01], &[&[if value { 0xff } else { 0x00 }]])
}

/// Returns the INTEGER of a number that is not negative, given in big-endian order.
#[must_use]
pub fn unsigned(bytes: &[u8]) -> Vec<u8> {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    let (_, number) = bytes.split_at(zeros);
    let sign: &[u8] = match number.first() {
        Some(first) if first & 0x80 == 0 => &[],
        _ => &[0],
    };
    element(&[0x02], &[sign, number])
}

/// Returns the INTEGER of a small number.
#[must_use]
pub fn integer(number: u64) -> Vec<u8> {
    unsigned(&number.to_be_bytes())
}

/// Returns an ENUMERATED.
#[must_use]
pub fn enumerated(value: u8) -> Vec<u8> {
    element(&[0x0a], &[&[value]])
}

/// Returns a BIT STRING, with the number of unused bits that it claims to have.
#[must_use]
pub fn bit_string(unused_bits: u8, bytes: &[u8]) -> Vec<u8> {
    element(&[0x03], &[&[unused_bits], bytes])
}

/// Returns an OCTET STRING.
#[must_use]
pub fn octet_string(bytes: &[u8]) -> Vec<u8> {
    element(&[0x04], &[bytes])
}

/// Returns NULL.
#[must_use]
pub fn null() -> Vec<u8> {
    element(&[0x05], &[])
}

/// Returns a `UTF8String`.
#[must_use]
pub fn utf8_string(text: &str) -> Vec<u8> {
    element(&[0x0c], &[text.as_bytes()])
}

/// Returns a `PrintableString`.
#[must_use]
pub fn printable_string(text: &str) -> Vec<u8> {
    element(&[0x13], &[text.as_bytes()])
}

/// Returns an OBJECT IDENTIFIER, given as its numbers. The first two share a byte, so there are
/// two at least.
#[must_use]
pub fn object_identifier(arcs: &[u32]) -> Vec<u8> {
    let (first, others) = match arcs {
        [root, first, others @ ..] => (root.saturating_mul(40).saturating_add(*first), others),
        _ => (0, arcs),
    };
    let mut contents = base128(first);
    for arc in others {
        contents.extend(base128(*arc));
    }
    element(&[0x06], &[&contents])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_as_short_as_can_be() {
        assert_eq!(octet_string(&[]), [4, 0]);
        assert_eq!(octet_string(&[7; 127])[..2], [4, 127]);
        assert_eq!(octet_string(&[7; 128])[..3], [4, 0x81, 128]);
        assert_eq!(octet_string(&[7; 256])[..4], [4, 0x82, 1, 0]);
    }

    #[test]
    fn object_identifiers_and_high_tags() {
        // X.690 section 8.19.5 has 2.999.3; RFC 8410 has Ed25519's in hexadecimal.
        assert_eq!(object_identifier(&[2, 999, 3]), [6, 3, 0x88, 0x37, 3]);
        assert_eq!(
            object_identifier(&[1, 3, 101, 112]),
            [6, 3, 0x2b, 0x65, 0x70]
        );
        assert_eq!(context(1, &[]), [0xa1, 0]);
        assert_eq!(context(702, &[]), [0xbf, 0x85, 0x3e, 0]);
        assert_eq!(context_primitive(31, &[9]), [0x9f, 31, 1, 9]);
    }

    #[test]
    fn integers_are_not_negative() {
        assert_eq!(integer(0), [2, 1, 0]);
        assert_eq!(integer(127), [2, 1, 127]);
        assert_eq!(integer(128), [2, 2, 0, 128]);
        assert_eq!(unsigned(&[0, 0, 1, 0]), [2, 2, 1, 0]);
    }
}
