//! Key URIs: the `otpauth:` format that authenticator apps read from QR codes.
//!
//! It has no standard. What is here follows the [description by Google], and what apps make of it.
//!
//! [description by Google]: https://github.com/google/google-authenticator/wiki/Key-Uri-Format

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use zeroize::Zeroizing;

use crate::params::{Algorithm, Digits, Params, Period, UnsupportedParameter};
use crate::secret::{MinBits, Secret, SecretError};

mod build;
mod interop;
mod parse;
mod percent;

pub use build::{BuildUriError, KeyUriBuilder};
use interop::Spelling;
pub use interop::{App, Interop};

/// Everything that an authenticator app learns about a device when it reads the QR code.
///
/// # Examples
///
/// ```
/// use mfakit_totp::{KeyUri, Params, Secret};
///
/// let secret = Secret::from_bytes(b"12345678901234567890")?;
/// let uri = KeyUri::totp(&secret, "Example", "alice@example.com").build()?;
/// assert_eq!(
///     *uri.to_uri(),
///     "otpauth://totp/Example:alice@example.com\
///      ?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Example"
/// );
/// assert_eq!(uri.warnings().count(), 0);
///
/// let read = KeyUri::parse(&uri.to_uri())?;
/// assert_eq!(read.account(), "alice@example.com");
/// assert_eq!(read.params(), Ok(Params::default()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct KeyUri {
    otp_type: OtpType,
    label_issuer: Option<String>,
    account: String,
    secret: Secret,
    issuer: Option<String>,
    algorithm: Algorithm,
    /// 5 to 10.
    digits: u8,
    /// 1 to 3600.
    period: u16,
    image: Option<String>,
    /// Parameters that mean nothing to us, decoded, in their order.
    other: Vec<(String, String)>,
    spelling: Spelling,
}

impl KeyUri {
    /// The longest URI that is read, in bytes. More does not fit into a QR code either.
    pub const MAX_BYTES: usize = 4096;

    /// Begins the URI of a device that counts time.
    ///
    /// # Inputs
    ///
    /// - `issuer`: the name of the service, as the user knows it.
    /// - `account`: the user's name there, as the user knows it. Not a secret, and not a user id
    ///   that says nothing to the user.
    pub fn totp<'a>(secret: &'a Secret, issuer: &'a str, account: &'a str) -> KeyUriBuilder<'a> {
        KeyUriBuilder::new(OtpType::Totp, secret, issuer, account)
    }

    /// Begins the URI of a device that counts the codes it showed, the next one being `counter`.
    ///
    /// The other inputs are those of [`KeyUri::totp`].
    pub fn hotp<'a>(
        secret: &'a Secret,
        issuer: &'a str,
        account: &'a str,
        counter: u64,
    ) -> KeyUriBuilder<'a> {
        KeyUriBuilder::new(OtpType::Hotp { counter }, secret, issuer, account)
    }

    /// Reads a URI as other programs write them, mistakes included where their meaning is clear.
    ///
    /// # Inputs
    ///
    /// `text`: the URI. Upper and lower case do not matter in its scheme, type and parameter names,
    /// nor in the secret, which may have spaces, dashes and right padding. A `+` in a parameter is
    /// a space, `#` is an ordinary character. Parameters that are not known are kept.
    ///
    /// # Errors
    ///
    /// Every one of [`UriError`] but [`UriError::NotStrict`]. A secret below 128 bits is one of
    /// them: see [`KeyUri::import`].
    pub fn parse(text: &str) -> Result<Self, UriError> {
        Self::import(text, MinBits::Bits128)
    }

    /// Reads a URI as [`KeyUri::parse`] does, with the floor that the caller accepts for its
    /// secret.
    ///
    /// # Errors
    ///
    /// As [`KeyUri::parse`].
    pub fn import(text: &str, min: MinBits) -> Result<Self, UriError> {
        parse::tolerant(text, min)
    }

    /// Reads a URI as it should be, and refuses what apps read in different ways.
    ///
    /// Beyond [`KeyUri::parse`] it demands: lower case where the format has it, the secret in upper
    /// case without separators and padding, `SHA1`, `SHA256` or `SHA512`, nothing but the
    /// characters of a URI and no `+`, at most one colon in the label, no parameter twice, the
    /// issuer the same in both places, and parameters that [`Params`] allows.
    ///
    /// # Errors
    ///
    /// Every one of [`UriError`].
    pub fn parse_strict(text: &str) -> Result<Self, UriError> {
        parse::strict(text)
    }

    /// Returns the URI: what to put into a QR code.
    ///
    /// It contains the secret. Show it once, over TLS, with `Cache-Control: no-store`, and never
    /// put it into a log or a link.
    #[must_use]
    pub fn to_uri(&self) -> Zeroizing<String> {
        build::write(self)
    }

    /// Returns whether the device counts time or codes.
    #[must_use]
    pub const fn otp_type(&self) -> OtpType {
        self.otp_type
    }

    /// Returns the name of the service: the parameter, or else the first part of the label.
    #[must_use]
    pub fn issuer(&self) -> Option<&str> {
        self.issuer.as_deref().or(self.label_issuer.as_deref())
    }

    /// Returns the first part of the label, before its colon.
    ///
    /// Some apps show this and not [`KeyUri::issuer`] where the two differ.
    #[must_use]
    pub fn label_issuer(&self) -> Option<&str> {
        self.label_issuer.as_deref()
    }

    /// Returns the user's name at the service.
    #[must_use]
    pub fn account(&self) -> &str {
        &self.account
    }

    /// Returns the secret.
    #[must_use]
    pub const fn secret(&self) -> &Secret {
        &self.secret
    }

    /// Returns the secret alone, for storing it.
    #[must_use]
    pub fn into_secret(self) -> Secret {
        self.secret
    }

    /// Returns the hash function.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Returns the number of digits, 5 to 10. See [`KeyUri::params`] for those that can be verified.
    #[must_use]
    pub const fn digits(&self) -> u8 {
        self.digits
    }

    /// Returns the period in seconds, 1 to 3600. See [`KeyUri::params`] for those that can be
    /// verified.
    #[must_use]
    pub const fn period_secs(&self) -> u16 {
        self.period
    }

    /// Returns the address of a picture for the app, which few apps load.
    #[must_use]
    pub fn image(&self) -> Option<&str> {
        self.image.as_deref()
    }

    /// Returns the parameters that are not known here, decoded, in their order.
    pub fn other_parameters(&self) -> impl Iterator<Item = (&str, &str)> {
        self.other
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Returns what to store with the secret, to verify this device's codes.
    ///
    /// # Errors
    ///
    /// [`UnsupportedParameter::Digits`] or [`UnsupportedParameter::Period`] if the device can be
    /// described, but not verified.
    pub fn params(&self) -> Result<Params, UnsupportedParameter> {
        Ok(Params::default()
            .with_algorithm(self.algorithm)
            .with_digits(Digits::new(self.digits)?)
            .with_period(Period::from_secs(self.period.into())?))
    }

    /// Returns what a page shows to somebody who cannot scan: everything to type into an app.
    #[must_use]
    pub fn manual_entry(&self) -> ManualEntry<'_> {
        ManualEntry {
            uri: self,
            key: self.secret.manual_key(),
        }
    }

    /// Returns which authenticator apps will misread this enrollment, and how.
    ///
    /// For a URI that was parsed, its spelling is judged too, which [`KeyUri::to_uri`] does not
    /// repeat.
    pub fn warnings(&self) -> impl Iterator<Item = Interop> {
        interop::warnings(self)
    }

    /// Draws the QR code.
    ///
    /// # Errors
    ///
    /// [`QrError::TooLong`](crate::QrError::TooLong) if the URI does not fit.
    #[cfg(feature = "qr")]
    pub fn qr(&self) -> Result<crate::QrCode, crate::QrError> {
        crate::QrCode::new(self)
    }
}

/// Names and unknown parameters are left out too: they are personal data at least.
impl fmt::Debug for KeyUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyUri")
            .field("otp_type", &self.otp_type)
            .field("algorithm", &self.algorithm)
            .field("digits", &self.digits)
            .field("period", &self.period)
            .finish_non_exhaustive()
    }
}

/// What a device counts.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "the format has these two types and no others"
)]
pub enum OtpType {
    /// Time: [`Totp`](crate::Totp).
    Totp,
    /// The codes it showed: [`Hotp`](crate::Hotp).
    Hotp {
        /// The counter of the next code.
        counter: u64,
    },
}

impl OtpType {
    /// Returns the name that `otpauth:` URIs use: `totp` or `hotp`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Totp => "totp",
            Self::Hotp { .. } => "hotp",
        }
    }
}

/// Everything that somebody who cannot scan types into an app.
pub struct ManualEntry<'a> {
    uri: &'a KeyUri,
    key: Zeroizing<String>,
}

impl ManualEntry<'_> {
    /// Returns the secret in lower-case base32, in groups of four.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Returns the name of the service.
    #[must_use]
    pub fn issuer(&self) -> Option<&str> {
        self.uri.issuer()
    }

    /// Returns the user's name at the service.
    #[must_use]
    pub fn account(&self) -> &str {
        self.uri.account()
    }

    /// Returns whether the device counts time or codes.
    #[must_use]
    pub const fn otp_type(&self) -> OtpType {
        self.uri.otp_type()
    }

    /// Returns the hash function.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        self.uri.algorithm()
    }

    /// Returns the number of digits.
    #[must_use]
    pub const fn digits(&self) -> u8 {
        self.uri.digits()
    }

    /// Returns the period in seconds.
    #[must_use]
    pub const fn period_secs(&self) -> u16 {
        self.uri.period_secs()
    }
}

impl fmt::Debug for ManualEntry<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ManualEntry").finish_non_exhaustive()
    }
}

/// Why a text is no key URI. Contains nothing of it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum UriError {
    /// A parameter that counts only once is there twice.
    DuplicateParameter {
        /// Its name.
        name: &'static str,
    },
    /// The label names no account, or no issuer before its colon.
    EmptyLabel,
    /// The value of a parameter is not of its form.
    InvalidParameter {
        /// Its name.
        name: &'static str,
    },
    /// A percent sign without two hexadecimal digits, or bytes that are not UTF-8.
    MalformedEscape,
    /// A parameter that must be there is not.
    MissingParameter {
        /// Its name.
        name: &'static str,
    },
    /// The scheme is neither `otpauth` nor `apple-otpauth`.
    NotAKeyUri,
    /// The meaning is clear, but not to every app. Only of [`KeyUri::parse_strict`].
    NotStrict,
    /// The secret is not base32, or too short, or too long.
    Secret(SecretError),
    /// The URI is longer than [`KeyUri::MAX_BYTES`], or has too many parameters.
    TooLong,
    /// A name contains a control character.
    UnprintableCharacter,
    /// The device can be described, but not understood.
    Unsupported(UnsupportedParameter),
}

impl fmt::Display for UriError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DuplicateParameter { name } => write!(f, "key URI has two parameters `{name}`"),
            Self::EmptyLabel => f.write_str("key URI has an empty label"),
            Self::InvalidParameter { name } => {
                write!(f, "key URI has an invalid parameter `{name}`")
            }
            Self::MalformedEscape => f.write_str("key URI has a broken percent escape"),
            Self::MissingParameter { name } => write!(f, "key URI has no parameter `{name}`"),
            Self::NotAKeyUri => f.write_str("not a key URI"),
            Self::NotStrict => f.write_str("key URI is not written strictly"),
            Self::Secret(_) => f.write_str("key URI has an unusable secret"),
            Self::TooLong => f.write_str("key URI is too long"),
            Self::UnprintableCharacter => f.write_str("key URI has a control character in a name"),
            Self::Unsupported(_) => f.write_str("key URI describes an unsupported device"),
        }
    }
}

impl core::error::Error for UriError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Secret(source) => Some(source),
            Self::Unsupported(source) => Some(source),
            Self::DuplicateParameter { .. }
            | Self::EmptyLabel
            | Self::InvalidParameter { .. }
            | Self::MalformedEscape
            | Self::MissingParameter { .. }
            | Self::NotAKeyUri
            | Self::NotStrict
            | Self::TooLong
            | Self::UnprintableCharacter => None,
        }
    }
}

impl From<SecretError> for UriError {
    fn from(source: SecretError) -> Self {
        Self::Secret(source)
    }
}

impl From<UnsupportedParameter> for UriError {
    fn from(source: UnsupportedParameter) -> Self {
        Self::Unsupported(source)
    }
}
