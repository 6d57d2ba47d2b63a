//! What a write asks for, and how it ends.

use std::fmt;

use mfakit_core::UnixTime;

use crate::{Key, StoreError, StoreErrorKind, Version};

/// The longest value that every engine takes: 256 KiB.
///
/// A user record with 100 devices of a kind stays under half of it.
pub const MAX_VALUE_BYTES: usize = 256 * 1024;

/// One compare-and-set of one record, for [`Store::put`](crate::Store::put).
#[derive(Clone, Copy)]
pub struct Write<'a> {
    key: &'a Key,
    value: &'a [u8],
    expect: Expect,
    new: Version,
    expires: Expiry,
    due: Option<UnixTime>,
}

impl<'a> Write<'a> {
    /// Asks for `value` to be stored under `key` as version `new`, if what is stored now is as
    /// `expect` says.
    ///
    /// The record never expires and is never due, unless [`Write::with_expiry`] and
    /// [`Write::with_due`] say otherwise: a write replaces the old expiry and due time too.
    ///
    /// # Inputs
    ///
    /// - `value`: any bytes, at most [`MAX_VALUE_BYTES`].
    /// - `new`: a fresh [`Version::random`] for each attempt, so that the attempt can be
    ///   recognized afterwards.
    #[must_use]
    pub const fn new(key: &'a Key, value: &'a [u8], expect: Expect, new: Version) -> Self {
        Self {
            key,
            value,
            expect,
            new,
            expires: Expiry::Never,
            due: None,
        }
    }

    /// Sets when the record ceases to exist.
    #[must_use]
    pub const fn with_expiry(self, expires: Expiry) -> Self {
        Self { expires, ..self }
    }

    /// Sets from when on [`Store::due`](crate::Store::due) lists the record; `None` is never.
    #[must_use]
    pub const fn with_due(self, due: Option<UnixTime>) -> Self {
        Self { due, ..self }
    }

    /// Returns which record to write.
    #[must_use]
    pub const fn key(&self) -> &'a Key {
        self.key
    }

    /// Returns the bytes to store.
    #[must_use]
    pub const fn value(&self) -> &'a [u8] {
        self.value
    }

    /// Returns what must be stored for the write to happen.
    #[must_use]
    pub const fn expect(&self) -> Expect {
        self.expect
    }

    /// Returns the version of the state to be written.
    #[must_use]
    pub const fn new_version(&self) -> Version {
        self.new
    }

    /// Returns when the record ceases to exist.
    #[must_use]
    pub const fn expires(&self) -> Expiry {
        self.expires
    }

    /// Returns from when on the record is listed as due.
    #[must_use]
    pub const fn due(&self) -> Option<UnixTime> {
        self.due
    }

    /// Refuses a value that is too long. Engines call it before anything else.
    ///
    /// # Errors
    ///
    /// [`StoreErrorKind::TooLarge`] if the value has more than [`MAX_VALUE_BYTES`].
    pub fn refuse_too_large(&self) -> Result<(), StoreError> {
        if self.value.len() > MAX_VALUE_BYTES {
            return Err(StoreErrorKind::TooLarge.into());
        }
        Ok(())
    }
}

/// Everything but the value, of which only the length is shown.
impl fmt::Debug for Write<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Write")
            .field("key", &self.key)
            .field("value_bytes", &self.value.len())
            .field("expect", &self.expect)
            .field("new", &self.new)
            .field("expires", &self.expires)
            .field("due", &self.due)
            .finish()
    }
}

/// What must be stored under the key for a write to happen.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "an engine that knows but some would lose updates"
)]
pub enum Expect {
    /// Nothing, or a record that has expired.
    Absent,
    /// A record of this version that has not expired.
    Version(Version),
}

/// When a record ceases to exist.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "an engine that knows but some would keep records"
)]
pub enum Expiry {
    /// When it is deleted.
    Never,
    /// From this second on: it is there while `now` is before it.
    At(UnixTime),
}

impl Expiry {
    /// Whether a record with this expiry is gone at `now`.
    #[must_use]
    pub fn is_past(self, now: UnixTime) -> bool {
        match self {
            Self::Never => false,
            Self::At(end) => end <= now,
        }
    }
}

/// How a [`Write`] ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[must_use = "after a conflict nothing is stored: read again, decide again"]
#[expect(
    clippy::exhaustive_enums,
    reason = "a compare-and-set has no third outcome"
)]
pub enum Put {
    /// The value is stored, durably as far as the engine goes.
    Written,
    /// Something else than expected is stored; nothing was changed.
    Conflict,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Space;

    #[test]
    fn an_expiry_is_past_from_its_second_on() {
        let end = Expiry::At(UnixTime::from_secs(100));
        assert!(!end.is_past(UnixTime::from_secs(99)));
        assert!(end.is_past(UnixTime::from_secs(100)));
        assert!(!Expiry::Never.is_past(UnixTime::MAX));
    }

    #[test]
    fn the_length_limit_is_inclusive() {
        let refused = |len| {
            let value = vec![0; len];
            let new = Version::from_bytes([1; 16]);
            let write = Write::new(&Key::META, &value, Expect::Absent, new);
            write.refuse_too_large().map_err(|error| error.kind())
        };
        assert_eq!(refused(MAX_VALUE_BYTES), Ok(()));
        assert_eq!(refused(MAX_VALUE_BYTES + 1), Err(StoreErrorKind::TooLarge));
    }

    #[test]
    fn debug_hides_the_value() {
        let key = Key::new(Space::User, [1; 32]);
        let write = Write::new(
            &key,
            b"secret",
            Expect::Absent,
            Version::from_bytes([0; 16]),
        );
        assert_eq!(
            format!("{write:?}"),
            "Write { key: Key(User 01010101..), value_bytes: 6, expect: Absent, \
             new: Version(00000000000000000000000000000000), expires: Never, due: None }"
        );
    }
}
