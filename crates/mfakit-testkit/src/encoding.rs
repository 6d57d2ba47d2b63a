//! How a CBOR map is written: as it should be, or with one thing wrong.

use serde_cbor::Value;

/// The form in which a CBOR map or array is written.
///
/// Every form but [`Encoding::Canonical`] and [`Encoding::Raw`] concerns the outermost map or
/// array alone.
///
/// # Panics
///
/// A form that cannot be told from the canonical one is a mistake of the test, and writing it panics:
/// a first entry twice where there is none, the reverse order of fewer than two entries, longer
/// integers where there are none, and a form of maps for a value that is neither map nor array.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum Encoding {
    /// The canonical form of CTAP2 ([CTAP 2.2 section 8]).
    ///
    /// [CTAP 2.2 section 8]: https://fidoalliance.org/specs/fido-v2.2-ps-20250714/fido-client-to-authenticator-protocol-v2.2-ps-20250714.html#message-encoding
    #[default]
    Canonical,
    /// The first entry stands twice.
    DuplicateKey,
    /// The length is left open, and a break ends it.
    IndefiniteLength,
    /// The keys and values that are integers take one size more than they need.
    LongIntegers,
    /// The length takes one size more than it needs.
    LongLength,
    /// These bytes, whatever the value is.
    Raw(Vec<u8>),
    /// The entries stand in the reverse of the canonical order.
    ReverseOrder,
    /// These bytes follow.
    TrailingBytes(Vec<u8>),
}

const ARRAY: u8 = 0x80;
const MAP: u8 = 0xa0;
const BREAK: u8 = 0xff;

impl Encoding {
    /// Writes a value in this form.
    ///
    /// # Panics
    ///
    /// If the form makes no difference to the value; see [`Encoding`].
    #[must_use]
    #[expect(
        clippy::panic,
        reason = "a fault that is none would make a test pass for nothing"
    )]
    pub fn encode(&self, value: &Value) -> Vec<u8> {
        match value {
            Value::Map(map) => self.map(
                map.iter()
                    .map(|(key, value)| (key.clone(), canonical(value))),
            ),
            Value::Array(items) => {
                let items = items.iter().map(|item| vec![canonical(item)]);
                self.assemble(ARRAY, items.collect())
            }
            other => match self {
                Self::Raw(bytes) => bytes.clone(),
                Self::Canonical => canonical(other),
                Self::TrailingBytes(bytes) => [canonical(other).as_slice(), bytes].concat(),
                _ => panic!("{self:?} does not apply to what is no map or array"),
            },
        }
    }

    /// Writes a map whose values are written already. The entries are in canonical order.
    pub(crate) fn map(&self, entries: impl IntoIterator<Item = (Value, Vec<u8>)>) -> Vec<u8> {
        let entries = entries.into_iter();
        let entries = entries.map(|(key, value)| vec![canonical(&key), value]);
        self.assemble(MAP, entries.collect())
    }

    /// Whether the form differs from the canonical one of these entries.
    fn applies(&self, entries: &[Vec<Vec<u8>>]) -> bool {
        match self {
            Self::DuplicateKey => !entries.is_empty(),
            Self::ReverseOrder => entries.len() > 1,
            Self::LongIntegers => entries.iter().flatten().any(|item| is_integer(item)),
            Self::TrailingBytes(bytes) => !bytes.is_empty(),
            Self::Canonical | Self::IndefiniteLength | Self::LongLength | Self::Raw(_) => true,
        }
    }

    fn assemble(&self, major: u8, mut entries: Vec<Vec<Vec<u8>>>) -> Vec<u8> {
        assert!(self.applies(&entries), "{self:?} makes no difference here");
        let mut end = Vec::new();
        match self {
            Self::Raw(bytes) => return bytes.clone(),
            Self::DuplicateKey => entries.extend(entries.first().cloned()),
            Self::LongIntegers => {
                for item in entries.iter_mut().flatten().filter(|item| is_integer(item)) {
                    *item = lengthened(item);
                }
            }
            Self::IndefiniteLength => end.push(BREAK),
            Self::ReverseOrder => entries.reverse(),
            Self::TrailingBytes(bytes) => end.clone_from(bytes),
            Self::Canonical | Self::LongLength => {}
        }
        let head = match self {
            Self::IndefiniteLength => vec![major | 0x1f],
            Self::LongLength => lengthened(&head(major, entries.len())),
            _ => head(major, entries.len()),
        };
        [head, entries.into_iter().flatten().flatten().collect(), end].concat()
    }
}

/// The canonical form, by `serde_cbor`.
pub(crate) fn canonical(value: &Value) -> Vec<u8> {
    serde_cbor::to_vec(value).expect("a value without hidden variants is written")
}

/// The head of a map or array: that of the integer, under another major type.
fn head(major: u8, length: usize) -> Vec<u8> {
    let mut head = canonical(&Value::Integer(
        length.try_into().expect("a length fits 128 bits"),
    ));
    if let Some(first) = head.first_mut() {
        *first |= major;
    }
    head
}

fn is_integer(item: &[u8]) -> bool {
    matches!(item.first(), Some(0x00..=0x3f))
}

/// The same head with an argument of the next size.
fn lengthened(item: &[u8]) -> Vec<u8> {
    let Some((first, rest)) = item.split_first() else {
        return Vec::new();
    };
    let (major, size) = (first & 0xe0, first & 0x1f);
    match size {
        0..24 => [&[major | 24, size], rest].concat(),
        24 => [&[major | 25, 0], rest].concat(),
        25 => [&[major | 26, 0, 0], rest].concat(),
        26 => [&[major | 27, 0, 0, 0, 0], rest].concat(),
        _ => item.to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn sample() -> Value {
        Value::Map(BTreeMap::from([
            (Value::Integer(3), Value::Integer(-7)),
            (Value::Integer(1), Value::Integer(2)),
        ]))
    }

    #[test]
    fn every_form_of_a_map() {
        let cases: [(Encoding, &[u8]); 8] = [
            (Encoding::Canonical, &[0xa2, 1, 2, 3, 0x26]),
            (Encoding::DuplicateKey, &[0xa3, 1, 2, 3, 0x26, 1, 2]),
            (Encoding::IndefiniteLength, &[0xbf, 1, 2, 3, 0x26, 0xff]),
            (
                Encoding::LongIntegers,
                &[0xa2, 0x18, 1, 0x18, 2, 0x18, 3, 0x38, 6],
            ),
            (Encoding::LongLength, &[0xb8, 2, 1, 2, 3, 0x26]),
            (Encoding::Raw(vec![9]), &[9]),
            (Encoding::ReverseOrder, &[0xa2, 3, 0x26, 1, 2]),
            (Encoding::TrailingBytes(vec![0]), &[0xa2, 1, 2, 3, 0x26, 0]),
        ];
        for (encoding, want) in cases {
            assert_eq!(encoding.encode(&sample()), want, "{encoding:?}");
        }
    }

    #[test]
    fn arrays_and_plain_values() {
        let array = Value::Array(vec![Value::Bool(true)]);
        assert_eq!(
            Encoding::IndefiniteLength.encode(&array),
            [0x9f, 0xf5, 0xff]
        );
        assert_eq!(Encoding::LongLength.encode(&array), [0x98, 1, 0xf5]);
        assert_eq!(Encoding::Canonical.encode(&Value::Bool(true)), [0xf5]);
        let trailing = Encoding::TrailingBytes(vec![0]);
        assert_eq!(trailing.encode(&Value::Bool(true)), [0xf5, 0]);
        assert_eq!(Encoding::Raw(vec![1]).encode(&Value::Bool(true)), [1]);
    }

    #[test]
    fn forms_that_make_no_difference_are_mistakes() {
        let text = |text: &str| Value::Text(text.into());
        let map = |entries: &[(Value, Value)]| Value::Map(entries.iter().cloned().collect());
        let empty = map(&[]);
        let one = map(&[(text("a"), text("b"))]);
        let cases = [
            (Encoding::DuplicateKey, empty.clone()),
            (Encoding::ReverseOrder, empty.clone()),
            (Encoding::ReverseOrder, one.clone()),
            (Encoding::LongIntegers, empty.clone()),
            (Encoding::LongIntegers, one),
            (Encoding::TrailingBytes(Vec::new()), empty),
            (Encoding::LongLength, Value::Bool(true)),
        ];
        for (encoding, value) in cases {
            let written = std::panic::catch_unwind(|| encoding.encode(&value));
            assert!(written.is_err(), "{encoding:?} of {value:?}");
        }
    }

    #[test]
    fn every_size_grows_to_the_next() {
        let integer = |number: u64| canonical(&Value::Integer(number.into()));
        assert_eq!(lengthened(&integer(24)), [0x19, 0, 24]);
        assert_eq!(lengthened(&integer(0x100)), [0x1a, 0, 0, 1, 0]);
        assert_eq!(
            lengthened(&integer(0x1_0000)),
            [0x1b, 0, 0, 0, 0, 0, 1, 0, 0]
        );
        let longest = integer(u64::MAX);
        assert_eq!(lengthened(&longest), longest, "there is no longer form");
    }
}
