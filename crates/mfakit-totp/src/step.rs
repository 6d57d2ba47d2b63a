//! Time steps, the last one used, and the window of those that are tried.

use core::fmt;

use mfakit_core::UnixTime;

use crate::params::{Params, UnsupportedParameter};

/// The number of whole periods between T0 and a point in time: T of [RFC 6238 section 4.2].
///
/// At most `i64::MAX`, so that every database has a column for it. Store it as a number: the same
/// code can be typed in several ways.
///
/// [RFC 6238 section 4.2]: https://www.rfc-editor.org/rfc/rfc6238#section-4.2
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "u64", into = "u64")
)]
pub struct Step(u64);

impl Step {
    /// The last step there is.
    pub const MAX: Self = Self(i64::MAX.unsigned_abs());

    /// Makes a step from its number; anything above [`Step::MAX`] is taken as [`Step::MAX`], which
    /// as a last step refuses every code.
    ///
    /// Where such a number would be a damaged record, use `Step::try_from` instead.
    #[must_use]
    pub const fn from_u64(number: u64) -> Self {
        if number > Self::MAX.0 {
            Self::MAX
        } else {
            Self(number)
        }
    }

    /// Returns the number of the step.
    #[must_use]
    pub const fn as_u64(self) -> u64 {
        self.0
    }

    /// Returns the number of the step, for a signed database column.
    #[must_use]
    pub const fn as_i64(self) -> i64 {
        // Bounded by `MAX`, so neither branch loses anything.
        0_i64.saturating_add_unsigned(self.0)
    }

    /// The step at `now`, or `None` before T0.
    pub(crate) fn at(now: UnixTime, params: Params) -> Option<Self> {
        let secs = now.as_secs().checked_sub(params.t0().as_secs())?;
        Some(Self::since_t0(secs, params))
    }

    /// The step at `secs` after T0.
    pub(crate) fn since_t0(secs: u64, params: Params) -> Self {
        Self::from_u64(secs / params.period().divisor())
    }

    /// How many steps this one is after `other`.
    pub(crate) const fn steps_after(self, other: Self) -> i64 {
        self.as_i64().saturating_sub(other.as_i64())
    }

    pub(crate) fn saturating_add(self, steps: u8) -> Self {
        Self::from_u64(self.0.saturating_add(steps.into()))
    }

    pub(crate) fn saturating_sub(self, steps: u8) -> Self {
        Self(self.0.saturating_sub(steps.into()))
    }
}

impl From<Step> for u64 {
    fn from(step: Step) -> Self {
        step.as_u64()
    }
}

impl From<Step> for i64 {
    fn from(step: Step) -> Self {
        step.as_i64()
    }
}

/// Fails above [`Step::MAX`].
impl TryFrom<u64> for Step {
    type Error = StepOutOfRange;

    fn try_from(number: u64) -> Result<Self, Self::Error> {
        if number > Self::MAX.0 {
            return Err(StepOutOfRange);
        }
        Ok(Self(number))
    }
}

/// Fails below zero.
impl TryFrom<i64> for Step {
    type Error = StepOutOfRange;

    fn try_from(number: i64) -> Result<Self, Self::Error> {
        match u64::try_from(number) {
            Ok(number) => Ok(Self(number)),
            Err(_) => Err(StepOutOfRange),
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A number that is no step: below zero or above [`Step::MAX`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct StepOutOfRange;

impl fmt::Display for StepOutOfRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("time step is out of range")
    }
}

impl core::error::Error for StepOutOfRange {}

/// The last step whose code was accepted from a device. Nothing at or before it is accepted again.
///
/// An argument of [`Totp::verify`](crate::Totp::verify) and not an option of it: a verifier that
/// does not know what was used cannot refuse it ([RFC 6238 section 5.2]).
///
/// [RFC 6238 section 5.2]: https://www.rfc-editor.org/rfc/rfc6238#section-5.2
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a device was used before or it was not"
)]
pub enum LastStep {
    /// No code of this device was accepted so far. Only so while it is being enrolled: the code
    /// that confirms an enrollment is used thereby.
    Never,
    /// The step of the last accepted code.
    Used(Step),
}

impl LastStep {
    /// Returns the step, if any.
    #[must_use]
    pub const fn step(self) -> Option<Step> {
        match self {
            Self::Never => None,
            Self::Used(step) => Some(step),
        }
    }
}

/// `None` is [`LastStep::Never`].
impl From<Option<Step>> for LastStep {
    fn from(step: Option<Step>) -> Self {
        step.map_or(Self::Never, Self::Used)
    }
}

impl From<Step> for LastStep {
    fn from(step: Step) -> Self {
        Self::Used(step)
    }
}

/// How many steps before and after the present one are tried. By default one each.
///
/// [RFC 6238 section 5.2] recommends at most one step for the delay of the network; one ahead
/// allows for a phone whose clock runs a little fast. Each step of the window, times each device of
/// the user, is one more code that a guess may hit: choose the budget of wrong tries accordingly.
///
/// [RFC 6238 section 5.2]: https://www.rfc-editor.org/rfc/rfc6238#section-5.2
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Window {
    past: u8,
    future: u8,
}

impl Window {
    /// The widest window to one side: five minutes at 30 seconds. A clock further off than that is
    /// broken, and 21 codes at once are as many as a budget of guesses can bear.
    pub const MAX: u8 = 10;
    /// One step to each side.
    pub const DEFAULT: Self = Self { past: 1, future: 1 };
    /// The present step only.
    pub const NONE: Self = Self { past: 0, future: 0 };

    /// Makes a window of `past` steps before the present one and `future` steps after it.
    ///
    /// # Errors
    ///
    /// [`UnsupportedParameter::Window`] if either is above [`Window::MAX`].
    pub const fn new(past: u8, future: u8) -> Result<Self, UnsupportedParameter> {
        if past > Self::MAX || future > Self::MAX {
            return Err(UnsupportedParameter::Window);
        }
        Ok(Self { past, future })
    }

    /// Returns the number of steps tried before the present one.
    #[must_use]
    pub const fn past(self) -> u8 {
        self.past
    }

    /// Returns the number of steps tried after the present one.
    #[must_use]
    pub const fn future(self) -> u8 {
        self.future
    }
}

impl Default for Window {
    fn default() -> Self {
        Self::DEFAULT
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::params::Period;

    #[test]
    fn fits_a_signed_column() {
        assert_eq!(Step::from_u64(u64::MAX), Step::MAX);
        assert_eq!(Step::MAX.as_i64(), i64::MAX);
        assert_eq!(Step::try_from(i64::MAX), Ok(Step::MAX));
        assert_eq!(Step::try_from(-1_i64), Err(StepOutOfRange));
        assert_eq!(Step::try_from(u64::MAX), Err(StepOutOfRange));
        assert_eq!(Step::try_from(1_u64 << 63), Err(StepOutOfRange));
        assert_eq!(Step::MAX.saturating_add(1), Step::MAX);
        assert_eq!(Step::from_u64(3).saturating_sub(4), Step::from_u64(0));
    }

    #[test]
    fn a_step_begins_at_its_first_second() {
        let params = Params::default()
            .with_period(Period::from_secs(60).unwrap())
            .with_t0(UnixTime::from_secs(100));
        let at = |secs| Step::at(UnixTime::from_secs(secs), params).map(Step::as_u64);
        assert_eq!(at(99), None);
        assert_eq!(at(100), Some(0));
        assert_eq!(at(159), Some(0));
        assert_eq!(at(160), Some(1));
    }

    #[test]
    fn window_boundaries() {
        assert_eq!(Window::new(10, 10).map(Window::past), Ok(10));
        assert_eq!(Window::new(11, 0), Err(UnsupportedParameter::Window));
        assert_eq!(Window::new(0, 11), Err(UnsupportedParameter::Window));
        assert_eq!(Window::new(1, 1), Ok(Window::default()));
        assert_eq!(Window::new(0, 0), Ok(Window::NONE));
        assert_eq!(Window::new(2, 3).map(Window::future), Ok(3));
    }
}
