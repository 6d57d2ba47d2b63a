//! The secret that an enrolled device shares with the service.

use alloc::string::String;
use core::fmt;

use mfakit_core::SecretBytes;
use rand_core::CryptoRng;
use zeroize::{ZeroizeOnDrop, Zeroizing};

use crate::params::Algorithm;

mod base32;

/// The secret shared with one authenticator: not printed, not cloned, not compared, wiped on drop.
///
/// Store it sealed (`mfakit_core::Sealed`, or your own authenticated encryption), as [RFC 6238
/// section 5.1] recommends: whoever reads it can make the user's codes for ever.
///
/// [RFC 6238 section 5.1]: https://www.rfc-editor.org/rfc/rfc6238#section-5.1
pub struct Secret(SecretBytes);

impl Secret {
    /// The shortest secret taken without an explicit [`MinBits`]: 128 bits, [RFC 4226 section 4],
    /// R6.
    ///
    /// [RFC 4226 section 4]: https://www.rfc-editor.org/rfc/rfc4226#section-4
    pub const MIN_BYTES: usize = 16;
    /// The longest secret. HMAC hashes a key longer than its block, at most 128 bytes, down to
    /// something shorter ([RFC 2104 section 3]), so more would add nothing.
    ///
    /// [RFC 2104 section 3]: https://www.rfc-editor.org/rfc/rfc2104#section-3
    pub const MAX_BYTES: usize = 128;

    /// Draws a new secret of 160 bits, the length that [RFC 4226 section 4] recommends (R6).
    ///
    /// [RFC 4226 section 4]: https://www.rfc-editor.org/rfc/rfc4226#section-4
    #[must_use]
    pub fn generate(rng: &mut impl CryptoRng) -> Self {
        Self::generate_len(rng, SecretLen::BYTES_20)
    }

    /// Draws a new secret of the given length.
    #[must_use]
    pub fn generate_len(rng: &mut impl CryptoRng, len: SecretLen) -> Self {
        let mut bytes = Zeroizing::new([0; SecretLen::MAX_BYTES]);
        let (used, _) = bytes.split_at_mut(usize::from(len.0));
        rng.fill_bytes(used);
        Self(SecretBytes::new(used))
    }

    /// Copies a secret from its bytes, as they come out of storage.
    ///
    /// # Errors
    ///
    /// - [`SecretError::TooShort`] below [`Secret::MIN_BYTES`].
    /// - [`SecretError::TooLong`] above [`Secret::MAX_BYTES`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SecretError> {
        Self::import(bytes, MinBits::Bits128)
    }

    /// Copies a secret that another system made, with the floor that the caller accepts for it.
    ///
    /// # Errors
    ///
    /// - [`SecretError::TooShort`] below `min`.
    /// - [`SecretError::TooLong`] above [`Secret::MAX_BYTES`].
    pub fn import(bytes: &[u8], min: MinBits) -> Result<Self, SecretError> {
        if bytes.len() < min.bytes() {
            return Err(SecretError::TooShort);
        }
        if bytes.len() > Self::MAX_BYTES {
            return Err(SecretError::TooLong);
        }
        Ok(Self(SecretBytes::new(bytes)))
    }

    /// Reads a secret from base32, the form in which people type and URIs carry it.
    ///
    /// # Inputs
    ///
    /// `text`: the alphabet of [RFC 4648 section 6] in either case; spaces and dashes anywhere are
    /// skipped; padding may be left out, but must be right if it is there.
    ///
    /// # Errors
    ///
    /// - [`SecretError::MalformedBase32`] for other characters, a length that no bytes encode to,
    ///   wrong padding, or bits left over that are not zero.
    /// - [`SecretError::TooShort`] below [`Secret::MIN_BYTES`].
    /// - [`SecretError::TooLong`] above [`Secret::MAX_BYTES`].
    ///
    /// [RFC 4648 section 6]: https://www.rfc-editor.org/rfc/rfc4648#section-6
    pub fn from_base32(text: &str) -> Result<Self, SecretError> {
        Self::import_base32(text, MinBits::Bits128)
    }

    /// Reads a secret that another system made from base32, with the floor that the caller accepts
    /// for it.
    ///
    /// # Errors
    ///
    /// As [`Secret::from_base32`], with `min` in place of [`Secret::MIN_BYTES`].
    pub fn import_base32(text: &str, min: MinBits) -> Result<Self, SecretError> {
        Self::import(&base32::decode(text)?, min)
    }

    /// Returns the secret in base32: upper case, no padding, no spaces.
    #[must_use]
    pub fn to_base32(&self) -> Zeroizing<String> {
        base32::encode(self.expose())
    }

    /// Returns the secret as a person types it: lower-case base32 in groups of four.
    ///
    /// ```
    /// # use mfakit_totp::Secret;
    /// let secret = Secret::from_bytes(b"12345678901234567890")?;
    /// assert_eq!(*secret.manual_key(), "gezd gnbv gy3t qojq gezd gnbv gy3t qojq");
    /// # Ok::<(), mfakit_totp::SecretError>(())
    /// ```
    #[must_use]
    pub fn manual_key(&self) -> Zeroizing<String> {
        base32::grouped(&self.to_base32())
    }

    /// Copies the secret. There is no `Clone`, so that a copy is never made unseen.
    #[must_use]
    pub fn duplicate(&self) -> Self {
        Self(SecretBytes::new(self.expose()))
    }

    /// Returns the secret's bytes, for sealing them. Keep the borrow short and copy nothing out of
    /// it.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        self.0.expose()
    }
}

impl ZeroizeOnDrop for Secret {}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// The length of a new secret: 20 to 65 bytes, in steps of 5.
///
/// Five bytes are eight characters of base32 without anything left over; authenticators for iOS
/// have trouble with other lengths.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct SecretLen(u8);

impl SecretLen {
    /// 160 bits, the length that RFC 4226 recommends, and the one that every app reads.
    pub const BYTES_20: Self = Self(20);
    /// The longest on offer, in bytes.
    const MAX_BYTES: usize = 65;

    /// Makes a length from a number of bytes.
    ///
    /// # Errors
    ///
    /// - [`SecretError::TooShort`] below 20.
    /// - [`SecretError::TooLong`] above 65.
    /// - [`SecretError::OddLength`] if it is no multiple of 5.
    pub const fn from_bytes(bytes: u8) -> Result<Self, SecretError> {
        match bytes {
            0..20 => Err(SecretError::TooShort),
            66.. => Err(SecretError::TooLong),
            _ if !bytes.is_multiple_of(5) => Err(SecretError::OddLength),
            _ => Ok(Self(bytes)),
        }
    }

    /// Returns the shortest length on offer that is not below the hash's output, as [RFC 6238
    /// section 5.1] asks: 20, 35 or 65 bytes.
    ///
    /// [RFC 6238 section 5.1]: https://www.rfc-editor.org/rfc/rfc6238#section-5.1
    #[must_use]
    pub const fn for_algorithm(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Sha1 => Self::BYTES_20,
            Algorithm::Sha256 => Self(35),
            Algorithm::Sha512 => Self(65),
        }
    }

    /// Returns the length in bytes.
    #[must_use]
    pub const fn as_bytes(self) -> u8 {
        self.0
    }
}

impl Default for SecretLen {
    fn default() -> Self {
        Self::BYTES_20
    }
}

/// The least entropy accepted for a secret that another system made.
///
/// Lower it only to take over enrollments that exist, and replace those secrets in time.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum MinBits {
    /// 80 bits: what Google Authenticator's first servers made. Below every standard of today.
    Bits80,
    /// 112 bits: the least that [NIST SP 800-63B-4 section 3.1.4] allows.
    ///
    /// [NIST SP 800-63B-4 section 3.1.4]: https://pages.nist.gov/800-63-4/sp800-63b.html
    Bits112,
    /// 128 bits: the least that [RFC 4226 section 4] allows (R6).
    ///
    /// [RFC 4226 section 4]: https://www.rfc-editor.org/rfc/rfc4226#section-4
    #[default]
    Bits128,
    /// 160 bits: what RFC 4226 recommends.
    Bits160,
}

impl MinBits {
    const fn bytes(self) -> usize {
        match self {
            Self::Bits80 => 10,
            Self::Bits112 => 14,
            Self::Bits128 => Secret::MIN_BYTES,
            Self::Bits160 => 20,
        }
    }
}

/// Why something is no secret. Says nothing about its content.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum SecretError {
    /// The text is not base32 as [RFC 4648 section 6] defines it.
    ///
    /// [RFC 4648 section 6]: https://www.rfc-editor.org/rfc/rfc4648#section-6
    MalformedBase32,
    /// The length asked for is no multiple of 5 bytes.
    OddLength,
    /// The secret is longer than allowed.
    TooLong,
    /// The secret is shorter than allowed.
    TooShort,
}

impl fmt::Display for SecretError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::MalformedBase32 => "secret is not base32",
            Self::OddLength => "secret length is not a multiple of 5 bytes",
            Self::TooLong => "secret is too long",
            Self::TooShort => "secret is too short",
        })
    }
}

impl core::error::Error for SecretError {}

#[cfg(test)]
mod tests {
    extern crate std;

    use chacha20::ChaCha20Rng;
    use rand_core::SeedableRng as _;

    use super::*;

    #[test]
    fn length_boundaries() {
        let made = |len| Secret::from_bytes(&std::vec![7; len]).map(drop);
        assert_eq!(made(0), Err(SecretError::TooShort));
        assert_eq!(made(15), Err(SecretError::TooShort));
        assert_eq!(made(16), Ok(()));
        assert_eq!(made(128), Ok(()));
        assert_eq!(made(129), Err(SecretError::TooLong));
    }

    #[test]
    fn a_lower_floor_is_explicit() {
        let made = |len, min| Secret::import(&std::vec![7; len], min).map(drop);
        for (min, least) in [
            (MinBits::Bits80, 10),
            (MinBits::Bits112, 14),
            (MinBits::Bits128, 16),
            (MinBits::Bits160, 20),
        ] {
            assert_eq!(made(least, min), Ok(()), "{min:?}");
            assert_eq!(made(least - 1, min), Err(SecretError::TooShort), "{min:?}");
        }
        assert_eq!(MinBits::default(), MinBits::Bits128);
    }

    #[test]
    fn new_secrets_are_multiples_of_five_bytes() {
        let mut rng = ChaCha20Rng::from_seed([1; 32]);
        for len in 0..=u8::MAX {
            let want = match len {
                20 | 25 | 30 | 35 | 40 | 45 | 50 | 55 | 60 | 65 => Ok(usize::from(len)),
                ..20 => Err(SecretError::TooShort),
                66.. => Err(SecretError::TooLong),
                _ => Err(SecretError::OddLength),
            };
            let made = SecretLen::from_bytes(len)
                .map(|len| Secret::generate_len(&mut rng, len).expose().len());
            assert_eq!(made, want, "{len}");
        }
        assert_eq!(Secret::generate(&mut rng).expose().len(), 20);
        assert_eq!(SecretLen::default().as_bytes(), 20);
    }

    #[test]
    fn new_secrets_are_not_below_the_output_of_the_hash() {
        for (algorithm, output) in [
            (Algorithm::Sha1, 20),
            (Algorithm::Sha256, 32),
            (Algorithm::Sha512, 64),
        ] {
            let len = SecretLen::for_algorithm(algorithm).as_bytes();
            assert!(len >= output && len < output + 5, "{algorithm}");
            assert_eq!(SecretLen::from_bytes(len).map(SecretLen::as_bytes), Ok(len));
        }
    }

    #[test]
    fn two_draws_differ_in_every_part() {
        let mut rng = ChaCha20Rng::from_seed([2; 32]);
        let len = SecretLen::from_bytes(65).unwrap();
        let (one, other) = (
            Secret::generate_len(&mut rng, len),
            Secret::generate_len(&mut rng, len),
        );
        for (a, b) in one.expose().chunks(13).zip(other.expose().chunks(13)) {
            assert_ne!(a, b);
        }
    }
}
