//! Items that passed the check, and what is inside them.

use super::head::{self, Head, Malformed};

/// One data item that [`super::check()`] passed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Item<'a>(&'a [u8]);

impl<'a> Item<'a> {
    /// The item that was read between two states of a reader: `after` is the end of `before`.
    pub(super) fn between(before: &'a [u8], after: &[u8]) -> Self {
        let length = before.len().saturating_sub(after.len());
        Self(before.split_at(length).0)
    }

    /// Returns the item as it was sent.
    pub(crate) const fn encoded(self) -> &'a [u8] {
        self.0
    }

    fn head(self) -> Result<(Head, &'a [u8]), Malformed> {
        let mut rest = self.0;
        Ok((head::read(&mut rest)?.head, rest))
    }

    /// Reads a byte string.
    pub(crate) fn bytes(self) -> Result<&'a [u8], Malformed> {
        match self.head()? {
            (Head::Bytes(_), bytes) => Ok(bytes),
            _ => Err(Malformed::Type),
        }
    }

    /// Reads a text string.
    pub(crate) fn text(self) -> Result<&'a str, Malformed> {
        match self.head()? {
            (Head::Text(_), text) => core::str::from_utf8(text).map_err(|_| Malformed::NotUtf8),
            _ => Err(Malformed::Type),
        }
    }

    /// Reads an integer; one beyond 64 bits with sign is of no use to any message.
    pub(crate) fn integer(self) -> Result<i64, Malformed> {
        match self.head()?.0 {
            Head::Unsigned(value) => i64::try_from(value).map_err(|_| Malformed::Type),
            Head::Negative(value) => i64::try_from(value)
                .map(|value| !value)
                .map_err(|_| Malformed::Type),
            _ => Err(Malformed::Type),
        }
    }

    /// Reads a Boolean.
    pub(crate) fn boolean(self) -> Result<bool, Malformed> {
        match self.head()?.0 {
            Head::Simple(20) => Ok(false),
            Head::Simple(21) => Ok(true),
            _ => Err(Malformed::Type),
        }
    }

    /// Visits the members of a map.
    pub(crate) fn map(self) -> Result<MapIter<'a>, Malformed> {
        match self.head()? {
            (Head::Map(length), rest) => Ok(MapIter::new(rest, length)),
            _ => Err(Malformed::Type),
        }
    }

    /// Visits the members of an array.
    pub(crate) fn array(self) -> Result<ArrayIter<'a>, Malformed> {
        match self.head()? {
            (Head::Array(length), rest) => Ok(ArrayIter { rest, left: length }),
            _ => Err(Malformed::Type),
        }
    }

    pub(super) fn key_value(self) -> KeyValue<'a> {
        match self.head() {
            Ok((Head::Unsigned(value), _)) => KeyValue::Unsigned(value),
            Ok((Head::Negative(value), _)) => KeyValue::Negative(value),
            Ok((Head::Bytes(_), bytes)) => KeyValue::Bytes(bytes),
            Ok((Head::Text(_), text)) => KeyValue::Text(text),
            _ => KeyValue::Other(self.0),
        }
    }
}

/// A key of a map by its value, however it was encoded.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum KeyValue<'a> {
    Unsigned(u64),
    Negative(u64),
    Bytes(&'a [u8]),
    Text(&'a [u8]),
    Other(&'a [u8]),
}

/// Passes over one item. The check has bounded how deep this can go.
fn skip(rest: &mut &[u8]) -> Result<(), Malformed> {
    match head::read(rest)?.head {
        Head::Bytes(Some(length)) | Head::Text(Some(length)) => head::take(rest, length).map(drop),
        Head::Array(length) => skip_members(rest, length, 1),
        Head::Map(length) => skip_members(rest, length, 2),
        Head::Bytes(None) | Head::Text(None) => Err(Malformed::Indefinite),
        Head::Unsigned(_)
        | Head::Negative(_)
        | Head::Simple(_)
        | Head::Float
        | Head::Tag(_)
        | Head::Break => Ok(()),
    }
}

fn skip_members(rest: &mut &[u8], length: Option<u64>, each: u8) -> Result<(), Malformed> {
    let mut left = length;
    while more(rest, &mut left) {
        for _ in 0..each {
            skip(rest)?;
        }
    }
    Ok(())
}

/// Whether a container has another member; the break of an endless one is taken off.
fn more(rest: &mut &[u8], left: &mut Option<u64>) -> bool {
    match left {
        Some(count) => match count.checked_sub(1) {
            Some(fewer) => {
                *count = fewer;
                true
            }
            None => false,
        },
        None => match rest.split_first() {
            Some((0xff, after)) => {
                *rest = after;
                *left = Some(0);
                false
            }
            Some(_) => true,
            None => false,
        },
    }
}

fn next<'a>(rest: &mut &'a [u8]) -> Option<Item<'a>> {
    let before = *rest;
    skip(rest).ok()?;
    Some(Item::between(before, rest))
}

/// The members of a map, in the order of the encoding.
#[derive(Clone, Debug)]
pub(crate) struct MapIter<'a> {
    rest: &'a [u8],
    left: Option<u64>,
}

impl<'a> MapIter<'a> {
    pub(super) const fn new(rest: &'a [u8], length: Option<u64>) -> Self {
        Self { rest, left: length }
    }
}

impl<'a> Iterator for MapIter<'a> {
    type Item = (Item<'a>, Item<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        if !more(&mut self.rest, &mut self.left) {
            return None;
        }
        Some((next(&mut self.rest)?, next(&mut self.rest)?))
    }
}

/// The members of an array.
#[derive(Clone, Debug)]
pub(crate) struct ArrayIter<'a> {
    rest: &'a [u8],
    left: Option<u64>,
}

impl<'a> Iterator for ArrayIter<'a> {
    type Item = Item<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        if !more(&mut self.rest, &mut self.left) {
            return None;
        }
        next(&mut self.rest)
    }
}
