//! Reads the JSON of browsers without copying it.
//!
//! Nearly all of it is objects of plain strings, which are read here; `serde_json` reads whatever
//! else there is, and every string of a text that has escapes or line breaks. Both know the one grammar of RFC 8259: what is accepted does not depend on who
//! reads it. (Why not all by `serde_json`: it is half of what a sign-in costs beside the
//! signature.)

mod scan;

use alloc::borrow::Cow;
use core::fmt;
use core::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};

/// It is no JSON, or not of the form that is wanted.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Malformed;

/// Reads a text from its start.
pub(crate) struct Reader<'a> {
    text: &'a str,
    at: usize,
    /// Whether strings have neither escapes nor control characters.
    is_plain: bool,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            is_plain: scan::is_plain(text.as_bytes()),
        }
    }

    /// Nothing but white space is left.
    pub(crate) fn end(mut self) -> Result<(), Malformed> {
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(Malformed),
        }
    }

    /// Reads an object: `member` is called with each key, and has to read its value.
    pub(crate) fn object(
        &mut self,
        mut member: impl FnMut(&mut Self, &str) -> Result<(), Malformed>,
    ) -> Result<(), Malformed> {
        self.take(b'{')?;
        if self.take(b'}').is_ok() {
            return Ok(());
        }
        loop {
            let key = self.string()?;
            self.take(b':')?;
            member(self, &key)?;
            match self.peek() {
                Some(b',') => self.at = self.at.saturating_add(1),
                _ => return self.take(b'}'),
            }
        }
    }

    /// Reads a string.
    pub(crate) fn string(&mut self) -> Result<Cow<'a, str>, Malformed> {
        if self.is_plain && self.peek() == Some(b'"') {
            let start = self.at.saturating_add(1);
            let string = self.text.get(start..).ok_or(Malformed)?;
            let length = scan::before_quote(string.as_bytes()).ok_or(Malformed)?;
            let (string, _) = string.split_at_checked(length).ok_or(Malformed)?;
            self.at = start.saturating_add(length).saturating_add(1);
            return Ok(Cow::Borrowed(string));
        }
        self.value::<Text<'a>>().map(|Text(string)| string)
    }

    /// Reads what `read` reads, or `null`.
    pub(crate) fn unless_null<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, Malformed>,
    ) -> Result<Option<T>, Malformed> {
        if self.peek() == Some(b'n') {
            return self.value::<()>().map(|()| None);
        }
        read(self).map(Some)
    }

    /// Reads `true` or `false`.
    pub(crate) fn boolean(&mut self) -> Result<bool, Malformed> {
        let (word, boolean) = match self.peek() {
            Some(b't') => ("true", true),
            _ => ("false", false),
        };
        let rest = self.text.get(self.at..).ok_or(Malformed)?;
        if !rest.starts_with(word) {
            return Err(Malformed);
        }
        self.at = self.at.saturating_add(word.len());
        Ok(boolean)
    }

    /// Reads a value of any other kind.
    pub(crate) fn value<T: Deserialize<'a>>(&mut self) -> Result<T, Malformed> {
        let rest = self.text.get(self.at..).ok_or(Malformed)?;
        let mut values = serde_json::Deserializer::from_str(rest).into_iter();
        let value = values.next().ok_or(Malformed)?.map_err(|_| Malformed)?;
        self.at = self.at.saturating_add(values.byte_offset());
        Ok(value)
    }

    /// Reads a value that does not matter.
    pub(crate) fn ignore(&mut self) -> Result<(), Malformed> {
        self.value::<IgnoredAny>().map(|IgnoredAny| ())
    }

    /// The next byte that is no white space.
    #[inline]
    fn peek(&mut self) -> Option<u8> {
        loop {
            match self.text.as_bytes().get(self.at) {
                Some(b' ' | b'\t' | b'\n' | b'\r') => self.at = self.at.saturating_add(1),
                other => return other.copied(),
            }
        }
    }

    #[inline]
    fn take(&mut self, mark: u8) -> Result<(), Malformed> {
        if self.peek() != Some(mark) {
            return Err(Malformed);
        }
        self.at = self.at.saturating_add(1);
        Ok(())
    }
}

/// Sets a member that may stand only once.
pub(crate) fn once<T>(slot: &mut Option<T>, value: T) -> Result<(), Malformed> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err(Malformed),
    }
}

/// A JSON object, and only that: derived code would take an array of the members as well.
pub(crate) struct Object<T>(pub(crate) T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor(PhantomData))
    }
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = Object<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Object)
    }
}

/// Text that is borrowed where it has no escapes, inside of an `Option` too.
#[derive(serde::Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

#[cfg(test)]
mod tests;
