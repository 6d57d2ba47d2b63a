//! What a record is found by.

use std::fmt;

/// The name of a record: a kind, and 32 bytes that say nothing about whose record it is.
///
/// The bytes are a keyed hash of the user id, credential id or address, so that a copy of the
/// store does not tell who uses the service. Keys are ordered as their [bytes](Self::to_bytes).
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Key {
    space: Space,
    hash: [u8; 32],
}

impl Key {
    /// The length of [`Key::to_bytes`].
    pub const BYTES: usize = 33;

    /// The one record that describes the store itself: its random id, among others.
    pub const META: Self = Self::new(Space::Meta, [0; 32]);

    /// Makes the key of the record `hash` among those of one kind.
    #[must_use]
    pub const fn new(space: Space, hash: [u8; 32]) -> Self {
        Self { space, hash }
    }

    /// Returns which kind of record this names.
    #[must_use]
    pub const fn space(&self) -> Space {
        self.space
    }

    /// Returns the bytes that tell the records of one kind apart.
    #[must_use]
    pub const fn hash(&self) -> &[u8; 32] {
        &self.hash
    }

    /// Returns the stored form: the code of the space, then the hash.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; Self::BYTES] {
        let mut bytes = [self.space.code(); Self::BYTES];
        let (_, hash) = bytes.split_at_mut(1);
        hash.copy_from_slice(&self.hash);
        bytes
    }

    /// Reads the stored form back.
    ///
    /// # Errors
    ///
    /// [`InvalidKey`] if there are not 33 bytes, or the first is the code of no [`Space`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, InvalidKey> {
        let (code, hash) = bytes.split_first().ok_or(InvalidKey)?;
        Ok(Self {
            space: Space::from_code(*code).ok_or(InvalidKey)?,
            hash: hash.try_into().map_err(|_| InvalidKey)?,
        })
    }
}

/// The space and the first four bytes, enough to follow one record through a log.
impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, ..] = self.hash;
        write!(f, "Key({:?} {a:02x}{b:02x}{c:02x}{d:02x}..)", self.space)
    }
}

/// The kinds of records.
///
/// Each has a code that is stored and never changes.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Space {
    /// What concerns the store as a whole.
    Meta,
    /// The second-factor state of one user.
    User,
    /// Which user a WebAuthn credential belongs to.
    Credential,
    /// How often something anonymous happened, see [`Store::count`](crate::Store::count).
    Limit,
}

impl Space {
    const fn code(self) -> u8 {
        match self {
            Self::Meta => 0,
            Self::User => 1,
            Self::Credential => 2,
            Self::Limit => 3,
        }
    }

    const fn from_code(code: u8) -> Option<Self> {
        match code {
            0 => Some(Self::Meta),
            1 => Some(Self::User),
            2 => Some(Self::Credential),
            3 => Some(Self::Limit),
            _ => None,
        }
    }
}

/// Bytes that are not the stored form of a [`Key`].
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("not a record key")]
#[non_exhaustive]
pub struct InvalidKey;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codes_are_those_that_stores_hold() {
        let spaces = [Space::Meta, Space::User, Space::Credential, Space::Limit];
        for (code, space) in (0..).zip(spaces) {
            let key = Key::new(space, [7; 32]);
            let bytes = key.to_bytes();
            assert_eq!(bytes[0], code);
            assert_eq!(bytes[1..], [7; 32]);
            assert_eq!(Key::from_bytes(&bytes), Ok(key));
        }
    }

    #[test]
    fn refuses_what_is_no_key() {
        let bytes = Key::META.to_bytes();
        assert_eq!(Key::from_bytes(&[]), Err(InvalidKey));
        assert_eq!(Key::from_bytes(&bytes[..32]), Err(InvalidKey));
        assert_eq!(
            Key::from_bytes(&[bytes.as_slice(), &[0]].concat()),
            Err(InvalidKey)
        );
        assert_eq!(Key::from_bytes(&[4; 33]), Err(InvalidKey));
    }

    #[test]
    fn keys_are_ordered_as_their_bytes() {
        let keys = [
            Key::META,
            Key::new(Space::Meta, [255; 32]),
            Key::new(Space::User, [0; 32]),
            Key::new(Space::User, [1; 32]),
            Key::new(Space::Limit, [0; 32]),
        ];
        assert!(keys.is_sorted());
        assert!(keys.map(|key| key.to_bytes()).is_sorted());
    }

    #[test]
    fn debug_shows_four_bytes_of_the_hash() {
        let key = Key::new(Space::Credential, [0xAB; 32]);
        assert_eq!(format!("{key:?}"), "Key(Credential abababab..)");
    }
}
