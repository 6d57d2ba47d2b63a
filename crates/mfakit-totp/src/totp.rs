//! Codes by time: TOTP, [RFC 6238].
//!
//! [RFC 6238]: https://www.rfc-editor.org/rfc/rfc6238

use core::fmt;
use core::time::Duration;

use mfakit_core::UnixTime;
use zeroize::ZeroizeOnDrop;

use crate::code::{Code, TypedCode};
use crate::mac::Generator;
use crate::params::Params;
use crate::secret::Secret;
use crate::step::{LastStep, Step, Window};

mod any;

pub use any::{Enrollment, NoneAccepted, verify_any};

/// One authenticator app or hardware token, with its key prepared. Not printed, not cloned, wiped
/// on drop.
///
/// Preparing costs four compressions of the hash, each code then two. Keep a `Totp` for as long as
/// one request takes, not longer: it is as good as the secret.
pub struct Totp {
    generator: Generator,
    params: Params,
}

impl Totp {
    /// Prepares the key of an enrolled device.
    #[must_use]
    pub fn new(secret: &Secret, params: Params) -> Self {
        Self {
            generator: Generator::new(params.algorithm(), secret.expose(), params.digits()),
            params,
        }
    }

    /// Checks a code typed by the user, and returns the time step it belongs to.
    ///
    /// Implements the validation of [RFC 6238 section 5.2]. Of the steps in the window, the
    /// smallest one that has that code and is after the last used one is accepted.
    ///
    /// # Inputs
    ///
    /// - `code`: what the user typed, parsed.
    /// - `now`: the server's time.
    /// - `last`: the last step accepted from this device. Read it together with the version that
    ///   the write of the new one will name.
    /// - `window`: how many steps before and after the present one are tried.
    ///
    /// # Errors
    ///
    /// - [`Rejected::Malformed`] if this device has another number of digits.
    /// - [`Rejected::BeforeEpoch`] if `now` is before T0 of this device.
    /// - [`Rejected::NoMatch`] if it is none of the codes tried.
    /// - [`Rejected::Replayed`] if it is a used one: a step of the window at or before the last
    ///   used one, or the last used one itself, wherever that lies.
    /// - [`Rejected::ClockBehind`] if it is a code of the window, and the last used step lies after
    ///   the whole window.
    ///
    /// # Security
    ///
    /// The caller must do three things. Store [`Accepted::step`] as the device's last step, in one
    /// compare-and-set, before the user is let in: two requests with the same code may be running
    /// at once. Count every refusal that [`Rejected::counts_as_attempt`], per user and over all
    /// devices, and stop at a limit. Show users one text for all refusals.
    ///
    /// # Timing
    ///
    /// Every step of the window is computed and compared, in constant time, whichever of them
    /// matches. After a miss the last used step is compared as well, if it lies outside. Nothing is
    /// allocated.
    ///
    /// # Examples
    ///
    /// ```
    /// use mfakit_core::UnixTime;
    /// use mfakit_totp::{LastStep, Params, Rejected, Secret, Totp, TypedCode, Window};
    ///
    /// let secret = Secret::from_bytes(b"12345678901234567890")?;
    /// let totp = Totp::new(&secret, Params::default());
    /// let now = UnixTime::from_secs(59);
    /// let typed = TypedCode::parse("287 082")?;
    ///
    /// let accepted = totp.verify(&typed, now, LastStep::Never, Window::default())?;
    /// assert_eq!(accepted.step().as_u64(), 1);
    ///
    /// let last = LastStep::Used(accepted.step());
    /// assert_eq!(
    ///     totp.verify(&typed, now, last, Window::default()),
    ///     Err(Rejected::Replayed { matched: accepted.step() })
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// [RFC 6238 section 5.2]: https://www.rfc-editor.org/rfc/rfc6238#section-5.2
    pub fn verify(
        &self,
        code: &TypedCode,
        now: UnixTime,
        last: LastStep,
        window: Window,
    ) -> Result<Accepted, Rejected> {
        if code.digits() != self.params.digits() {
            return Err(Rejected::Malformed);
        }
        let present = Step::at(now, self.params).ok_or(Rejected::BeforeEpoch)?;
        let earliest = present.saturating_sub(window.past());
        let latest = present.saturating_add(window.future());
        let last = last.step();

        let tried = earliest.as_u64()..=latest.as_u64();
        let hits = self.generator.compare(code, &tried);
        if let Some(step) = hits.smallest_unused(last.map(Step::as_u64)) {
            return Ok(Accepted {
                step: Step::from_u64(step),
                present,
            });
        }

        let Some(last) = last else {
            return Err(Rejected::NoMatch);
        };
        // Whatever matched was at or before the last used step.
        if let Some(matched) = hits.largest() {
            if last > latest {
                return Err(Rejected::ClockBehind);
            }
            return Err(Rejected::Replayed {
                matched: Step::from_u64(matched),
            });
        }
        let outside = !tried.contains(&last.as_u64());
        if outside && self.generator.is_code_of(code, last.as_u64()) {
            return Err(Rejected::Replayed { matched: last });
        }
        Err(Rejected::NoMatch)
    }

    /// Checks what the user typed, text and all: [`TypedCode::parse`], then [`Totp::verify`].
    ///
    /// # Errors
    ///
    /// As [`Totp::verify`], and [`Rejected::Malformed`] if the text is no code.
    pub fn verify_text(
        &self,
        text: &str,
        now: UnixTime,
        last: LastStep,
        window: Window,
    ) -> Result<Accepted, Rejected> {
        let code = TypedCode::parse(text).map_err(|_| Rejected::Malformed)?;
        self.verify(&code, now, last, window)
    }

    /// Returns the code that a device shows at `now`; before T0, the first one it will show.
    #[must_use]
    pub fn code_at(&self, now: UnixTime) -> Code {
        self.code_at_step(self.shown_at(now))
    }

    /// Returns the code of a step.
    #[must_use]
    pub fn code_at_step(&self, step: Step) -> Code {
        self.generator.code(step.as_u64())
    }

    /// Returns how long the code of [`Totp::code_at`] is still shown: at least a second.
    #[must_use]
    pub fn remaining(&self, now: UnixTime) -> Duration {
        let period = u64::from(self.params.period().as_secs());
        let shown = self.shown_at(now).as_u64();
        let end = shown.saturating_add(1).saturating_mul(period);
        let end = self.params.t0().as_secs().saturating_add(end);
        Duration::from_secs(end.saturating_sub(now.as_secs()))
    }

    /// Returns the parameters it was made with.
    #[must_use]
    pub const fn params(&self) -> Params {
        self.params
    }

    /// The step at `now`; before T0, the first one.
    fn shown_at(&self, now: UnixTime) -> Step {
        Step::since_t0(
            now.as_secs().saturating_sub(self.params.t0().as_secs()),
            self.params,
        )
    }
}

impl ZeroizeOnDrop for Totp {}

impl fmt::Debug for Totp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Totp")
            .field("params", &self.params)
            .finish_non_exhaustive()
    }
}

/// A code was right, and its step was not used before. Only this crate makes one.
///
/// It is a verdict on the code, not yet on the sign-in: that comes with the write that stores the
/// step.
#[derive(Debug, Eq, PartialEq)]
#[must_use = "store the step in a compare-and-set, or the same code can be used twice"]
pub struct Accepted {
    step: Step,
    present: Step,
}

impl Accepted {
    /// Returns the step that the code belongs to. Store it as the device's last step.
    #[must_use]
    pub const fn step(&self) -> Step {
        self.step
    }

    /// Returns how many steps the code is ahead of the server's clock; behind it, if negative.
    #[must_use]
    pub const fn offset(&self) -> i64 {
        self.step.steps_after(self.present)
    }
}

/// Why a code was refused. For the log and the audit trail; show users one text for all.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Rejected {
    /// The time is before T0 of this device. Nothing was compared.
    BeforeEpoch,
    /// The code is right for the server's clock, but a code from its future was accepted before:
    /// the clock went back, or was ahead when that happened. Tell the operator.
    ClockBehind,
    /// The code has another number of digits than this device shows, or is no code at all. Nothing
    /// was compared.
    Malformed,
    /// The code is none of those tried.
    NoMatch,
    /// The code was used before, or a later one was. Worth an event of its own: somebody may have
    /// looked over the user's shoulder.
    Replayed {
        /// The step it belongs to; the latest, if there are several.
        matched: Step,
    },
}

impl Rejected {
    /// Returns whether it counts against the user's budget: whether something was compared.
    #[must_use]
    pub const fn counts_as_attempt(self) -> bool {
        match self {
            Self::BeforeEpoch | Self::Malformed => false,
            Self::ClockBehind | Self::NoMatch | Self::Replayed { .. } => true,
        }
    }
}

impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::BeforeEpoch => "the time is before the first step of the device",
            Self::ClockBehind => "the last used step lies in the future: the clock went back",
            Self::Malformed => "code is not of the form that the device shows",
            Self::NoMatch => "code does not match",
            Self::Replayed { .. } => "code was used before",
        })
    }
}

impl core::error::Error for Rejected {}
