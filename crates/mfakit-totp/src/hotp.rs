//! Codes by counter: HOTP, [RFC 4226].
//!
//! [RFC 4226]: https://www.rfc-editor.org/rfc/rfc4226

use core::fmt;

use zeroize::ZeroizeOnDrop;

use crate::code::{Code, TypedCode};
use crate::mac::Generator;
use crate::params::{Params, UnsupportedParameter};
use crate::secret::Secret;

/// One device that counts, with its key prepared. Not printed, not cloned, wiped on drop.
///
/// ```
/// use mfakit_totp::{Hotp, LookAhead, Params, Secret, TypedCode};
///
/// let secret = Secret::from_bytes(b"12345678901234567890")?;
/// let hotp = Hotp::new(&secret, Params::default());
///
/// let typed = TypedCode::parse("755224")?;
/// let accepted = hotp.verify(&typed, 0, LookAhead::default())?;
/// assert_eq!(accepted.next_counter(), 1);
///
/// let again = hotp.verify(&typed, accepted.next_counter(), LookAhead::default());
/// assert!(again.is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Hotp {
    generator: Generator,
    params: Params,
}

impl Hotp {
    /// Prepares the key. Of `params` the algorithm and the digits count; period and T0 do not.
    #[must_use]
    pub fn new(secret: &Secret, params: Params) -> Self {
        Self {
            generator: Generator::new(params.algorithm(), secret.expose(), params.digits()),
            params,
        }
    }

    /// Checks a typed code, and returns the counter from which the next one counts.
    ///
    /// Implements the validation of [RFC 4226 section 7.2] with the look-ahead of [section 7.4]:
    /// a user may have pressed the button without using the code.
    ///
    /// # Inputs
    ///
    /// - `counter`: the smallest counter not used yet; 0 for a new device.
    /// - `look_ahead`: how many counters after that one are tried too.
    ///
    /// # Errors
    ///
    /// - [`HotpRejected::Malformed`] if this device has another number of digits.
    /// - [`HotpRejected::NoMatch`] if it is none of the codes tried. A code used before is one of
    ///   those: its counter is behind.
    ///
    /// # Security
    ///
    /// Store [`HotpAccepted::next_counter`] in one compare-and-set before the user is let in: two
    /// requests with the same code may be running at once. Count failures and limit them ([RFC
    /// 4226 section 7.3]): each counter tried is one more code that a guess may hit.
    ///
    /// # Timing
    ///
    /// Every counter is computed and compared, whichever matches. Nothing is allocated.
    ///
    /// [RFC 4226 section 7.2]: https://www.rfc-editor.org/rfc/rfc4226#section-7.2
    /// [RFC 4226 section 7.3]: https://www.rfc-editor.org/rfc/rfc4226#section-7.3
    /// [section 7.4]: https://www.rfc-editor.org/rfc/rfc4226#section-7.4
    pub fn verify(
        &self,
        code: &TypedCode,
        counter: u64,
        look_ahead: LookAhead,
    ) -> Result<HotpAccepted, HotpRejected> {
        if code.digits() != self.params.digits() {
            return Err(HotpRejected::Malformed);
        }
        let last = counter.saturating_add(look_ahead.0.into());
        let hits = self.generator.compare(code, &(counter..=last));
        let counter = hits.smallest_unused(None).ok_or(HotpRejected::NoMatch)?;
        // The last counter of all has no successor that could be stored, so it is never accepted.
        let next = counter.checked_add(1).ok_or(HotpRejected::NoMatch)?;
        Ok(HotpAccepted { counter, next })
    }

    /// Returns the code that a device shows at `counter`.
    #[must_use]
    pub fn code_at(&self, counter: u64) -> Code {
        self.generator.code(counter)
    }

    /// Returns the parameters it was made with.
    #[must_use]
    pub const fn params(&self) -> Params {
        self.params
    }
}

impl ZeroizeOnDrop for Hotp {}

impl fmt::Debug for Hotp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hotp")
            .field("params", &self.params)
            .finish_non_exhaustive()
    }
}

/// How many counters after the expected one are tried: by default 10, at most 50.
///
/// The parameter s of [RFC 4226 section 7.4], which is to be as low as possible.
///
/// [RFC 4226 section 7.4]: https://www.rfc-editor.org/rfc/rfc4226#section-7.4
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct LookAhead(u8);

impl LookAhead {
    /// The furthest look-ahead: 51 codes at once raise the chance of a guess to 1 in 19,600.
    pub const MAX: u8 = 50;

    /// Makes a look-ahead from a number of counters.
    ///
    /// # Errors
    ///
    /// [`UnsupportedParameter::LookAhead`] above [`LookAhead::MAX`].
    pub fn new(counters: u32) -> Result<Self, UnsupportedParameter> {
        match u8::try_from(counters) {
            Ok(counters) if counters <= Self::MAX => Ok(Self(counters)),
            _ => Err(UnsupportedParameter::LookAhead),
        }
    }

    /// Returns the number of counters.
    #[must_use]
    pub const fn as_u8(self) -> u8 {
        self.0
    }
}

impl Default for LookAhead {
    fn default() -> Self {
        Self(10)
    }
}

/// A code of a counting device was right.
#[derive(Debug, Eq, PartialEq)]
#[must_use = "store the next counter in a compare-and-set, or the same code can be used twice"]
pub struct HotpAccepted {
    counter: u64,
    next: u64,
}

impl HotpAccepted {
    /// Returns the counter that the code belongs to.
    #[must_use]
    pub const fn counter(&self) -> u64 {
        self.counter
    }

    /// Returns the counter to store: the smallest that is not used now.
    #[must_use]
    pub const fn next_counter(&self) -> u64 {
        self.next
    }
}

/// Why a code of a counting device was refused. For the log; show users one text for all.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum HotpRejected {
    /// The code has another number of digits than this device shows.
    Malformed,
    /// The code is none of those tried.
    NoMatch,
}

impl HotpRejected {
    /// Returns whether it counts against the user's budget: whether something was compared.
    #[must_use]
    pub const fn counts_as_attempt(self) -> bool {
        match self {
            Self::Malformed => false,
            Self::NoMatch => true,
        }
    }
}

impl fmt::Display for HotpRejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => "code is not of the form that the device shows",
            Self::NoMatch => "code does not match",
        })
    }
}

impl core::error::Error for HotpRejected {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn look_ahead_boundaries() {
        assert_eq!(LookAhead::new(50).map(LookAhead::as_u8), Ok(50));
        for unsupported in [51, 256, 266, 1_000_000_000] {
            assert_eq!(
                LookAhead::new(unsupported),
                Err(UnsupportedParameter::LookAhead)
            );
        }
        assert_eq!(LookAhead::new(10), Ok(LookAhead::default()));
    }

    #[test]
    fn the_last_counter_is_never_accepted() {
        let secret = Secret::from_bytes(&[7; 20]).unwrap();
        let hotp = Hotp::new(&secret, Params::default());
        let typed = |counter| TypedCode::parse(hotp.code_at(counter).expose()).unwrap();
        let verify = |code, counter| hotp.verify(&typed(code), counter, LookAhead::default());

        assert_eq!(verify(u64::MAX, u64::MAX), Err(HotpRejected::NoMatch));
        assert_eq!(verify(u64::MAX, u64::MAX - 1), Err(HotpRejected::NoMatch));
        assert_eq!(
            verify(u64::MAX - 1, u64::MAX - 1),
            Ok(HotpAccepted {
                counter: u64::MAX - 1,
                next: u64::MAX
            })
        );
    }
}
