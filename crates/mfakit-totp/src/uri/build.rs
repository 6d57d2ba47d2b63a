//! Writing key URIs.

use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use core::fmt;

use zeroize::Zeroizing;

use super::interop::Spelling;
use super::percent::encode_onto;
use super::{KeyUri, OtpType, UnsupportedParameter};
use crate::params::Params;
use crate::secret::Secret;

/// A key URI in the making: [`KeyUri::totp`] or [`KeyUri::hotp`] begins it, [`build`] ends it.
///
/// [`build`]: KeyUriBuilder::build
#[must_use]
pub struct KeyUriBuilder<'a> {
    otp_type: OtpType,
    secret: &'a Secret,
    issuer: &'a str,
    account: &'a str,
    params: Params,
    image: Option<&'a str>,
}

impl<'a> KeyUriBuilder<'a> {
    /// The longest issuer, in bytes.
    pub const MAX_ISSUER_BYTES: usize = 128;
    /// The longest account, in bytes: that of an e-mail address ([RFC 5321 section 4.5.3.1.3],
    /// less its angle brackets).
    ///
    /// [RFC 5321 section 4.5.3.1.3]: https://www.rfc-editor.org/rfc/rfc5321#section-4.5.3.1.3
    pub const MAX_ACCOUNT_BYTES: usize = 254;
    /// The longest address of an image, in bytes.
    pub const MAX_IMAGE_BYTES: usize = 512;

    pub(super) fn new(
        otp_type: OtpType,
        secret: &'a Secret,
        issuer: &'a str,
        account: &'a str,
    ) -> Self {
        Self {
            otp_type,
            secret,
            issuer,
            account,
            params: Params::default(),
            image: None,
        }
    }

    /// Sets how the device computes its codes. Without it, as every app does: SHA-1, 6 digits, 30
    /// seconds.
    pub const fn params(mut self, params: Params) -> Self {
        self.params = params;
        self
    }

    /// Sets the address of a picture for the app, which must begin with `https://`. Few apps load
    /// it, and each user's app will ask that server for it.
    pub const fn image(mut self, image: &'a str) -> Self {
        self.image = Some(image);
        self
    }

    /// Checks the parts and puts them together. Nothing is changed or left out silently.
    ///
    /// # Errors
    ///
    /// - [`BuildUriError::Issuer`] or [`BuildUriError::Account`] if the name is empty or too long,
    ///   begins or ends with a space, or contains a colon, which separates the two, or a control
    ///   character.
    /// - [`BuildUriError::Image`] if it is not an `https://` address of printable ASCII, or too
    ///   long.
    /// - [`BuildUriError::Unsupported`] if T0 is not the Unix epoch: the format has no place for
    ///   it.
    pub fn build(self) -> Result<KeyUri, BuildUriError> {
        if !is_name(self.issuer, Self::MAX_ISSUER_BYTES) {
            return Err(BuildUriError::Issuer);
        }
        if !is_name(self.account, Self::MAX_ACCOUNT_BYTES) {
            return Err(BuildUriError::Account);
        }
        if self.image.is_some_and(|image| !is_https(image)) {
            return Err(BuildUriError::Image);
        }
        if self.params.t0() != Params::default().t0() {
            return Err(BuildUriError::Unsupported(UnsupportedParameter::T0));
        }

        Ok(KeyUri {
            otp_type: self.otp_type,
            label_issuer: Some(self.issuer.into()),
            account: self.account.into(),
            secret: self.secret.duplicate(),
            issuer: Some(self.issuer.into()),
            algorithm: self.params.algorithm(),
            digits: self.params.digits().as_u8(),
            period: self.params.period().as_secs().into(),
            image: self.image.map(Into::into),
            other: Vec::new(),
            spelling: Spelling::default(),
        })
    }
}

impl fmt::Debug for KeyUriBuilder<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyUriBuilder")
            .field("otp_type", &self.otp_type)
            .field("params", &self.params)
            .finish_non_exhaustive()
    }
}

fn is_name(name: &str, max_bytes: usize) -> bool {
    !name.is_empty()
        && name.len() <= max_bytes
        && name.trim() == name
        && !name.chars().any(|c| c == ':' || c.is_control())
}

fn is_https(address: &str) -> bool {
    address.len() <= KeyUriBuilder::MAX_IMAGE_BYTES
        && address.bytes().all(|byte| byte.is_ascii_graphic())
        && address
            .strip_prefix("https://")
            .is_some_and(|rest| !rest.is_empty())
}

/// Writes the canonical form: defaults left out, the secret first.
pub(super) fn write(uri: &KeyUri) -> Zeroizing<String> {
    // Growing would leave pieces of the secret behind. Each byte of a text may become three; the
    // rest is the secret, the names and numbers, and a separator for each of few parameters.
    let text = [&uri.label_issuer, &uri.issuer, &uri.image]
        .into_iter()
        .flatten()
        .chain([&uri.account])
        .chain(uri.other.iter().flat_map(|(name, value)| [name, value]))
        .fold(0, |sum: usize, text| sum.saturating_add(text.len()));
    let mut out = Zeroizing::new(String::with_capacity(
        text.saturating_mul(3).saturating_add(512),
    ));

    out.push_str("otpauth://");
    out.push_str(uri.otp_type.name());
    out.push('/');
    // The format's own example leaves `@` as it is, which RFC 3986 section 3.3 allows.
    if let Some(issuer) = &uri.label_issuer {
        encode_onto(&mut out, issuer, b"@");
        out.push(':');
    }
    encode_onto(&mut out, &uri.account, b"@");

    out.push_str("?secret=");
    out.push_str(&uri.secret.to_base32());
    let mut parameter = |name: &str, value: &str| {
        out.push('&');
        encode_onto(&mut out, name, b"");
        out.push('=');
        encode_onto(&mut out, value, b"");
    };
    if let Some(issuer) = &uri.issuer {
        parameter("issuer", issuer);
    }
    if uri.algorithm != Params::default().algorithm() {
        parameter("algorithm", uri.algorithm.name());
    }
    if uri.digits != Params::default().digits().as_u8() {
        parameter("digits", &uri.digits.to_string());
    }
    match uri.otp_type {
        OtpType::Totp if uri.period != u16::from(Params::default().period().as_secs()) => {
            parameter("period", &uri.period.to_string());
        }
        OtpType::Totp => {}
        OtpType::Hotp { counter } => parameter("counter", &counter.to_string()),
    }
    if let Some(image) = &uri.image {
        parameter("image", image);
    }
    for (name, value) in &uri.other {
        parameter(name, value);
    }
    out
}

/// Which part of a key URI is not allowed. Contains nothing of it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum BuildUriError {
    /// The account is empty, too long, or has a character that is not allowed.
    Account,
    /// The image is no `https://` address.
    Image,
    /// The issuer is empty, too long, or has a character that is not allowed.
    Issuer,
    /// The format cannot say how the device computes its codes.
    Unsupported(UnsupportedParameter),
}

impl fmt::Display for BuildUriError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Account => "account is not a name that a key URI can carry",
            Self::Image => "image is not an https address that a key URI can carry",
            Self::Issuer => "issuer is not a name that a key URI can carry",
            Self::Unsupported(_) => "parameters cannot be put into a key URI",
        })
    }
}

impl core::error::Error for BuildUriError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Unsupported(source) => Some(source),
            Self::Account | Self::Image | Self::Issuer => None,
        }
    }
}
