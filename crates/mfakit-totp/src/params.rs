//! What a device and the service agree on when it is enrolled.

use core::fmt;
use core::num::{NonZeroU8, NonZeroU64};
use core::str::FromStr;

use mfakit_core::UnixTime;

/// The hash function under the HMAC.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "RFC 6238 section 1.2 names these three and no others"
)]
pub enum Algorithm {
    /// HMAC-SHA-1: the default, and the only one that every authenticator app computes.
    ///
    /// Collisions of SHA-1 do not weaken HMAC ([RFC 6194 section 3.3]).
    ///
    /// [RFC 6194 section 3.3]: https://www.rfc-editor.org/rfc/rfc6194#section-3.3
    #[default]
    Sha1,
    /// HMAC-SHA-256.
    Sha256,
    /// HMAC-SHA-512.
    Sha512,
}

impl Algorithm {
    /// Returns the name that `otpauth:` URIs use: `SHA1`, `SHA256` or `SHA512`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sha1 => "SHA1",
            Self::Sha256 => "SHA256",
            Self::Sha512 => "SHA512",
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Reads the spellings in use: `SHA1`, `SHA-1`, `HmacSHA1`, `HMAC-SHA-1`, in either case.
impl FromStr for Algorithm {
    type Err = UnsupportedParameter;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let name = strip_prefix_ignoring_case(name, "hmac").unwrap_or(name);
        let name = name.strip_prefix(['-', '_']).unwrap_or(name);
        let size =
            strip_prefix_ignoring_case(name, "sha").ok_or(UnsupportedParameter::Algorithm)?;
        match size.strip_prefix(['-', '_']).unwrap_or(size) {
            "1" => Ok(Self::Sha1),
            "256" => Ok(Self::Sha256),
            "512" => Ok(Self::Sha512),
            _ => Err(UnsupportedParameter::Algorithm),
        }
    }
}

fn strip_prefix_ignoring_case<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let (head, rest) = text.split_at_checked(prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then_some(rest)
}

/// How many digits a code has: 6, 7 or 8 ([RFC 4226 section 5.3]).
///
/// [RFC 4226 section 5.3]: https://www.rfc-editor.org/rfc/rfc4226#section-5.3
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[expect(
    clippy::exhaustive_enums,
    reason = "RFC 4226 section 5.3 names these three and no others"
)]
pub enum Digits {
    /// Six: the default, and the only number that every authenticator app shows.
    #[default]
    Six,
    /// Seven.
    Seven,
    /// Eight: a hundredth of the chance to guess one.
    Eight,
}

impl Digits {
    /// Makes a number of digits from a number.
    ///
    /// # Errors
    ///
    /// [`UnsupportedParameter::Digits`] unless it is 6, 7 or 8.
    pub const fn new(digits: u8) -> Result<Self, UnsupportedParameter> {
        match digits {
            6 => Ok(Self::Six),
            7 => Ok(Self::Seven),
            8 => Ok(Self::Eight),
            _ => Err(UnsupportedParameter::Digits),
        }
    }

    /// Returns the number of digits.
    #[must_use]
    pub const fn as_u8(self) -> u8 {
        match self {
            Self::Six => 6,
            Self::Seven => 7,
            Self::Eight => 8,
        }
    }

    /// The last digits of a truncated MAC. Division by a constant takes the same time for every
    /// number.
    pub(crate) const fn reduce(self, number: u32) -> u32 {
        match self {
            Self::Six => number % 1_000_000,
            Self::Seven => number % 10_000_000,
            Self::Eight => number % 100_000_000,
        }
    }
}

/// How long a code is shown: 1 to 120 seconds, by default 30 ([RFC 6238 section 4.1]).
///
/// More than two minutes is not allowed by [NIST SP 800-63B-4 section 3.1.4].
///
/// [RFC 6238 section 4.1]: https://www.rfc-editor.org/rfc/rfc6238#section-4.1
/// [NIST SP 800-63B-4 section 3.1.4]: https://pages.nist.gov/800-63-4/sp800-63b.html
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Period(NonZeroU8);

impl Period {
    /// The default of RFC 6238, and the only period that every authenticator app uses.
    pub const SECS_30: Self = Self(NonZeroU8::new(30).unwrap());

    /// Makes a period from whole seconds.
    ///
    /// # Errors
    ///
    /// [`UnsupportedParameter::Period`] unless they are 1 to 120.
    pub const fn from_secs(secs: u64) -> Result<Self, UnsupportedParameter> {
        // The low byte is the number itself where it is in range.
        let [.., low] = secs.to_be_bytes();
        match NonZeroU8::new(low) {
            Some(low) if secs <= 120 => Ok(Self(low)),
            _ => Err(UnsupportedParameter::Period),
        }
    }

    /// Returns the period in seconds.
    #[must_use]
    pub const fn as_secs(self) -> u8 {
        self.0.get()
    }

    pub(crate) fn divisor(self) -> NonZeroU64 {
        self.0.into()
    }
}

impl Default for Period {
    fn default() -> Self {
        Self::SECS_30
    }
}

/// How a device computes its codes. Part of the enrollment: store it with the secret, so that the
/// service's defaults can change without breaking the devices it has.
///
/// ```
/// use mfakit_totp::{Algorithm, Digits, Params};
///
/// let params = Params::default();
/// assert_eq!((params.algorithm(), params.digits()), (Algorithm::Sha1, Digits::Six));
/// assert_eq!(params.period().as_secs(), 30);
///
/// let longer = params.with_digits(Digits::Eight);
/// assert_eq!(longer.digits().as_u8(), 8);
/// ```
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "serialized::Fields", into = "serialized::Fields")
)]
pub struct Params {
    algorithm: Algorithm,
    digits: Digits,
    period: Period,
    t0: T0,
}

/// `UnixTime` has no default of its own; that of RFC 6238 section 4.1 is the epoch.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
struct T0(UnixTime);

impl Default for T0 {
    fn default() -> Self {
        Self(UnixTime::EPOCH)
    }
}

impl Params {
    /// Returns the hash function.
    #[must_use]
    pub const fn algorithm(self) -> Algorithm {
        self.algorithm
    }

    /// Returns the number of digits.
    #[must_use]
    pub const fn digits(self) -> Digits {
        self.digits
    }

    /// Returns how long a code is shown.
    #[must_use]
    pub const fn period(self) -> Period {
        self.period
    }

    /// Returns when step 0 begins: T0 of [RFC 6238 section 4.1].
    ///
    /// [RFC 6238 section 4.1]: https://www.rfc-editor.org/rfc/rfc6238#section-4.1
    #[must_use]
    pub const fn t0(self) -> UnixTime {
        self.t0.0
    }

    /// Returns the same with another hash function.
    #[must_use]
    pub const fn with_algorithm(mut self, algorithm: Algorithm) -> Self {
        self.algorithm = algorithm;
        self
    }

    /// Returns the same with another number of digits.
    #[must_use]
    pub const fn with_digits(mut self, digits: Digits) -> Self {
        self.digits = digits;
        self
    }

    /// Returns the same with another period.
    #[must_use]
    pub const fn with_period(mut self, period: Period) -> Self {
        self.period = period;
        self
    }

    /// Returns the same with another T0. Only hardware tokens use one: an `otpauth:` URI has no
    /// place for it.
    #[must_use]
    pub const fn with_t0(mut self, t0: UnixTime) -> Self {
        self.t0 = T0(t0);
        self
    }
}

/// A parameter that is outside of what this crate computes. Nobody guessed a code: it is a mistake
/// of a program, or of a foreign URI.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum UnsupportedParameter {
    /// The hash function is none of SHA-1, SHA-256 and SHA-512.
    Algorithm,
    /// The number of digits is out of range.
    Digits,
    /// The look-ahead of a counter is above [`LookAhead::MAX`](crate::LookAhead::MAX).
    LookAhead,
    /// The period is out of range.
    Period,
    /// T0 is out of range, or has no place where it is wanted.
    T0,
    /// The type of an `otpauth:` URI is neither `totp` nor `hotp`.
    Type,
    /// The window is wider than [`Window::MAX`](crate::Window::MAX) to one side.
    Window,
}

impl fmt::Display for UnsupportedParameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Algorithm => "unsupported hash algorithm",
            Self::Digits => "unsupported number of digits",
            Self::LookAhead => "unsupported look-ahead",
            Self::Period => "unsupported period",
            Self::T0 => "unsupported start time",
            Self::Type => "unsupported type of one-time password",
            Self::Window => "unsupported window",
        })
    }
}

impl core::error::Error for UnsupportedParameter {}

/// The stored form. Reading goes through the same constructors as everything else.
#[cfg(feature = "serde")]
mod serialized {
    use alloc::string::{String, ToString as _};

    use serde::{Deserialize, Serialize};

    use super::{Digits, Params, Period, T0, UnixTime, UnsupportedParameter};

    #[derive(Deserialize, Serialize)]
    #[serde(deny_unknown_fields)]
    pub(super) struct Fields {
        algorithm: String,
        digits: u8,
        period: u64,
        t0: u64,
    }

    impl From<Params> for Fields {
        fn from(params: Params) -> Self {
            Self {
                algorithm: params.algorithm.to_string(),
                digits: params.digits.as_u8(),
                period: params.period.as_secs().into(),
                t0: params.t0().as_secs(),
            }
        }
    }

    impl TryFrom<Fields> for Params {
        type Error = UnsupportedParameter;

        fn try_from(fields: Fields) -> Result<Self, Self::Error> {
            if fields.t0 > UnixTime::MAX.as_secs() {
                return Err(UnsupportedParameter::T0);
            }
            Ok(Self {
                algorithm: fields.algorithm.parse()?,
                digits: Digits::new(fields.digits)?,
                period: Period::from_secs(fields.period)?,
                t0: T0(UnixTime::from_secs(fields.t0)),
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_boundaries() {
        for digits in 0..=u8::MAX {
            let made = Digits::new(digits).map(Digits::as_u8);
            let want = match digits {
                6..=8 => Ok(digits),
                _ => Err(UnsupportedParameter::Digits),
            };
            assert_eq!(made, want);
        }
    }

    #[test]
    fn period_boundaries() {
        let secs = |secs| Period::from_secs(secs).map(Period::as_secs);
        for unsupported in [0, 121, 256, 257, 286, u64::MAX] {
            assert_eq!(secs(unsupported), Err(UnsupportedParameter::Period));
        }
        assert_eq!(secs(1), Ok(1));
        assert_eq!(secs(30), Ok(30));
        assert_eq!(secs(120), Ok(120));
        assert_eq!(Period::default(), Period::from_secs(30).unwrap());
    }

    #[test]
    fn algorithm_spellings() {
        for (name, want) in [
            ("SHA1", Algorithm::Sha1),
            ("sha1", Algorithm::Sha1),
            ("SHA-1", Algorithm::Sha1),
            ("HmacSHA1", Algorithm::Sha1),
            ("HMAC-SHA-1", Algorithm::Sha1),
            ("hmac_sha_256", Algorithm::Sha256),
            ("SHA-256", Algorithm::Sha256),
            ("Sha512", Algorithm::Sha512),
        ] {
            assert_eq!(name.parse(), Ok(want), "{name}");
        }
        for name in [
            "",
            "SHA",
            "SHA-",
            "1",
            "MD5",
            "SHA224",
            "SHA384",
            "SHA11",
            "SHA--1",
            "SHA1 ",
            "hmac",
            "HmacHmacSHA1",
            "ＳＨＡ1",
            "SHA٢٥٦",
        ] {
            assert_eq!(
                name.parse::<Algorithm>(),
                Err(UnsupportedParameter::Algorithm),
                "{name:?}"
            );
        }
    }
}
