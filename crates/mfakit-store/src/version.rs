//! What tells one state of a record from another.

use std::fmt;

/// The name of one state of a record: 128 random bits, chosen by whoever writes it.
///
/// Because the writer knows the version before the write, it can find out what became of a write
/// whose answer never came: it reads, and its own version there means that the write happened.
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
pub struct Version([u8; Self::BYTES]);

impl Version {
    /// The length of [`Version::as_bytes`].
    pub const BYTES: usize = 16;

    /// Makes a version that no other write has.
    pub fn random(rng: &mut impl rand_core::CryptoRng) -> Self {
        let mut bytes = [0; Self::BYTES];
        rng.fill_bytes(&mut bytes);
        Self(bytes)
    }

    /// Makes the version that was stored as `bytes`.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; Self::BYTES]) -> Self {
        Self(bytes)
    }

    /// Returns the stored form.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; Self::BYTES] {
        &self.0
    }
}

/// Hexadecimal; a version is no secret.
impl fmt::Debug for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Version({:032x})", u128::from_be_bytes(self.0))
    }
}

/// A record as it was read: its value, and the version to expect when writing it back.
#[derive(Clone, Eq, PartialEq)]
pub struct Versioned {
    version: Version,
    value: Vec<u8>,
}

impl Versioned {
    /// Puts together what an engine read.
    #[must_use]
    pub const fn new(version: Version, value: Vec<u8>) -> Self {
        Self { version, value }
    }

    /// Returns the version, to be expected by the write that follows.
    #[must_use]
    pub const fn version(&self) -> Version {
        self.version
    }

    /// Returns the bytes that were written.
    #[must_use]
    pub fn value(&self) -> &[u8] {
        &self.value
    }

    /// Takes the bytes that were written.
    #[must_use]
    pub fn into_value(self) -> Vec<u8> {
        self.value
    }
}

/// The version, and how long the value is.
impl fmt::Debug for Versioned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Versioned")
            .field("version", &self.version)
            .field("value_bytes", &self.value.len())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use mfakit_core::OsRng;

    use super::*;

    #[test]
    fn random_versions_differ() {
        let mut rng = OsRng::new().unwrap();
        let first = Version::random(&mut rng);
        assert_ne!(first, Version::random(&mut rng));
        assert_eq!(Version::from_bytes(*first.as_bytes()), first);
    }

    #[test]
    fn debug_hides_the_value() {
        let record = Versioned::new(Version::from_bytes([0x1F; 16]), b"secret".to_vec());
        assert_eq!(
            format!("{record:?}"),
            "Versioned { version: Version(1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f), value_bytes: 6 }"
        );
    }
}
