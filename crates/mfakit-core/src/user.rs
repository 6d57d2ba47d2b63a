//! Opaque user ids.

use core::fmt;

/// The service's own id of a user: 1 to 64 opaque bytes, compared byte by byte.
///
/// Use something that never changes and says nothing about the person: a random id
/// ([`UserId::random`]), or the primary key that the service has already. Never an e-mail address
/// or a user name: those change hands, and two spellings of one name would be two users here.
#[derive(Clone, Copy)]
pub struct UserId {
    bytes: [u8; Self::MAX_BYTES],
    len: u8,
}

impl UserId {
    /// The longest id, in bytes: that of a WebAuthn user handle.
    pub const MAX_BYTES: usize = 64;

    /// Makes an id from the service's own bytes.
    ///
    /// # Errors
    ///
    /// [`InvalidUserId`] if there are none, or more than 64.
    pub fn from_bytes(id: &[u8]) -> Result<Self, InvalidUserId> {
        let mut bytes = [0; Self::MAX_BYTES];
        let len = u8::try_from(id.len()).map_err(|_| InvalidUserId)?;
        if len == 0 {
            return Err(InvalidUserId);
        }
        bytes
            .get_mut(..id.len())
            .ok_or(InvalidUserId)?
            .copy_from_slice(id);
        Ok(Self { bytes, len })
    }

    /// Makes a new id of 16 random bytes (128 bits, as OWASP ASVS 7.2.3 asks of identifiers).
    pub fn random(rng: &mut impl rand_core::CryptoRng) -> Self {
        let mut bytes = [0; Self::MAX_BYTES];
        let (id, _) = bytes.split_at_mut(16);
        rng.fill_bytes(id);
        Self { bytes, len: 16 }
    }

    /// Returns the id's bytes, as many as it was made from.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        let (id, _) = self.bytes.split_at(usize::from(self.len));
        id
    }
}

impl PartialEq for UserId {
    fn eq(&self, other: &Self) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl Eq for UserId {}

impl core::hash::Hash for UserId {
    fn hash<H: core::hash::Hasher>(&self, state: &mut H) {
        self.as_bytes().hash(state);
    }
}

/// Lower-case hexadecimal.
impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for byte in self.as_bytes() {
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UserId({self})")
    }
}

/// A user id that is empty or longer than 64 bytes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct InvalidUserId;

impl fmt::Display for InvalidUserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("user id is not of 1 to 64 bytes")
    }
}

impl core::error::Error for InvalidUserId {}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;

    #[test]
    fn length_boundaries() {
        assert_eq!(UserId::from_bytes(&[]), Err(InvalidUserId));
        assert_eq!(UserId::from_bytes(&[7; 65]), Err(InvalidUserId));
        assert_eq!(UserId::from_bytes(&[7; 300]), Err(InvalidUserId));
        assert_eq!(UserId::from_bytes(&[7; 64]).unwrap().as_bytes(), [7; 64]);
        assert_eq!(UserId::from_bytes(&[7]).unwrap().as_bytes(), [7]);
    }

    #[test]
    fn case_and_trailing_zeros_make_another_user() {
        let id = |bytes: &[u8]| UserId::from_bytes(bytes).unwrap();
        assert_ne!(id(b"alice"), id(b"Alice"));
        assert_ne!(id(b"alice"), id(b"alice\0"));
        assert_eq!(std::format!("{:?}", id(b"a\x01")), "UserId(6101)");
    }
}
