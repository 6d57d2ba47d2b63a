//! A sealed value on its way through hands that must not read or change it.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::marker::PhantomData;

use base64ct::{Base64UrlUnpadded, Encoding};

/// A `T` that was sealed, to be kept by a browser or a session, and opened by `T::open`.
///
/// It holds no secret in the clear, but whoever presents it gets what it stands for: treat the
/// text as a password. `Debug` shows its length alone.
pub struct Sealed<T> {
    bytes: Vec<u8>,
    kind: PhantomData<fn() -> T>,
}

impl<T> Sealed<T> {
    /// The longest text that is read: far above any token of these crates, far below a nuisance.
    pub const MAX_TEXT_BYTES: usize = 16 * 1024;

    /// Takes over bytes that came out of [`Sealed::as_bytes`]; whether they open is seen later.
    #[must_use]
    pub const fn from_bytes(bytes: Vec<u8>) -> Self {
        Self {
            bytes,
            kind: PhantomData,
        }
    }

    /// Returns the sealed bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Returns the value as base64url without padding, fit for cookies, headers and form fields.
    #[must_use]
    pub fn to_text(&self) -> String {
        Base64UrlUnpadded::encode_string(&self.bytes)
    }

    /// Reads the text form: base64url without padding, at most [`Sealed::MAX_TEXT_BYTES`] bytes.
    ///
    /// # Errors
    ///
    /// [`SealedTextError`] if it is longer or no base64url.
    pub fn from_text(text: &str) -> Result<Self, SealedTextError> {
        if text.len() > Self::MAX_TEXT_BYTES {
            return Err(SealedTextError);
        }
        Base64UrlUnpadded::decode_vec(text)
            .map(Self::from_bytes)
            .map_err(|_| SealedTextError)
    }
}

impl<T> fmt::Debug for Sealed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sealed({} bytes)", self.bytes.len())
    }
}

/// A text that is not the text form of a sealed value.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct SealedTextError;

impl fmt::Display for SealedTextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("sealed value is too long or no base64url")
    }
}

impl core::error::Error for SealedTextError {}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::*;

    #[test]
    fn text_survives_the_round_trip() {
        let sealed = Sealed::<()>::from_bytes(vec![0, 255, 62, 63]);
        let text = sealed.to_text();
        assert_eq!(text, "AP8-Pw");
        assert_eq!(
            Sealed::<()>::from_text(&text).unwrap().as_bytes(),
            sealed.as_bytes()
        );
        assert_eq!(alloc::format!("{sealed:?}"), "Sealed(4 bytes)");
    }

    #[test]
    fn refuses_what_it_did_not_write() {
        let long = "A".repeat(Sealed::<()>::MAX_TEXT_BYTES + 1);
        for text in ["AP8-Pw==", "AP8+Pw", "AP8-P", " AP8-Pw", long.as_str()] {
            assert_eq!(
                Sealed::<()>::from_text(text).map(drop),
                Err(SealedTextError)
            );
        }
    }
}
