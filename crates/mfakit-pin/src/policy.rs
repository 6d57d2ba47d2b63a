//! Which PINs a user may set.

use core::fmt;

use crate::Pin;

mod block_list;

/// What a PIN must satisfy when it is *set*, beyond being a [`Pin`].
///
/// A policy is asked only then: a PIN set under an older policy keeps working, or a change of
/// configuration would lock its owner out.
///
/// ```
/// use mfakit_pin::{Pin, PinPolicy, WeakPin};
///
/// let pin = || Pin::parse("1234").unwrap();
/// assert!(PinPolicy::manual().admit(pin(), &[]).is_ok());
///
/// let blocking = PinPolicy::manual().with_block_list();
/// assert_eq!(blocking.admit(pin(), &[]).unwrap_err(), WeakPin::Sequence);
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct PinPolicy {
    min_digits: MinDigits,
    block_list: BlockList,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum BlockList {
    Off,
    On,
}

impl PinPolicy {
    /// The rules of the product manual: 4 to 8 digits, at least 2 distinct, and nothing more.
    #[must_use]
    pub const fn manual() -> Self {
        Self {
            min_digits: MinDigits::Four,
            block_list: BlockList::Off,
        }
    }

    /// The rules of NIST SP 800-63B-4 for a PIN that a server verifies: it is a password, so it has
    /// 8 digits or more and is on no block list (section 3.1.1.2).
    #[must_use]
    pub const fn strict() -> Self {
        Self {
            min_digits: MinDigits::Eight,
            block_list: BlockList::On,
        }
    }

    /// Asks for at least so many digits.
    #[must_use]
    pub const fn with_min_digits(mut self, min_digits: MinDigits) -> Self {
        self.min_digits = min_digits;
        self
    }

    /// Refuses what is guessed first: sequences, repetitions, years and dates, the most used PINs,
    /// and the account's own digits.
    #[must_use]
    pub const fn with_block_list(mut self) -> Self {
        self.block_list = BlockList::On;
        self
    }

    /// Returns the PIN as one that may be set, or why it may not.
    ///
    /// # Inputs
    ///
    /// - `pin`: the PIN that the user chose.
    /// - `own`: what the service knows about the user and others may know too: user name, e-mail
    ///   address, telephone number, date of birth. Only the ASCII digits in each text count, in
    ///   their order; whatever stands between them is passed over.
    ///
    /// # Errors
    ///
    /// Under every policy [`WeakPin::TooShort`]; with the block list also the other [`WeakPin`]s:
    /// the first that applies, in the order in which they are declared.
    pub fn admit(&self, pin: Pin, own: &[&str]) -> Result<NewPin, WeakPin> {
        let digits = pin.digits();
        let min_digits = self.min_digits.count();
        if digits.len() < usize::from(min_digits) {
            return Err(WeakPin::TooShort { min_digits });
        }
        let weak = match self.block_list {
            BlockList::Off => None,
            BlockList::On => block_list::reason(digits, own),
        };
        match weak {
            Some(weak) => Err(weak),
            None => Ok(NewPin(pin)),
        }
    }
}

impl Default for PinPolicy {
    fn default() -> Self {
        Self::manual()
    }
}

/// The fewest digits that a policy asks for, within the 4 to 8 of a [`Pin`].
///
/// NIST SP 800-63B-4 asks for 8 where the server verifies the PIN (section 3.1.1.2); where the PIN
/// only unlocks a key on the user's side, for 4, and better 6 (section 3.2.10).
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
#[expect(
    clippy::exhaustive_enums,
    reason = "the lengths of a Pin, of which there are five"
)]
pub enum MinDigits {
    /// 4 digits, as in the manual.
    Four,
    /// 5 digits.
    Five,
    /// 6 digits.
    Six,
    /// 7 digits.
    Seven,
    /// 8 digits.
    Eight,
}

impl MinDigits {
    /// Returns the number.
    #[must_use]
    pub const fn count(self) -> u8 {
        match self {
            Self::Four => 4,
            Self::Five => 5,
            Self::Six => 6,
            Self::Seven => 7,
            Self::Eight => 8,
        }
    }
}

/// A PIN that a policy has admitted: the only kind that can be set.
#[must_use = "hash it, and store the hash"]
pub struct NewPin(pub(crate) Pin);

impl zeroize::ZeroizeOnDrop for NewPin {}

impl fmt::Debug for NewPin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewPin").finish_non_exhaustive()
    }
}

/// Why a policy does not admit a PIN.
///
/// An error of the form: show the user the reason (NIST SP 800-63B-4, section 3.1.1.2).
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum WeakPin {
    /// It has fewer digits than the policy asks for.
    #[error("PIN has fewer than {min_digits} digits")]
    TooShort {
        /// How many it must have.
        min_digits: u8,
    },
    /// Its digits go up or down in equal steps, from 9 on to 0 and back too: 1234, 9753, 8901.
    #[error("PIN is a sequence")]
    Sequence,
    /// It is a shorter piece over and over: 1212, 123123.
    #[error("PIN is a repetition")]
    Repetition,
    /// It is a year from 1900 to 2099 or, with 6 or 8 digits, a calendar date.
    #[error("PIN is a year or a date")]
    Date,
    /// It is one of the most used PINs.
    #[error("PIN is one of the most used")]
    Common,
    /// Its digits stand in the user's name, address, telephone number or the like.
    #[error("PIN is part of the account's own data")]
    OwnDigits,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(policy: PinPolicy, text: &str) -> Result<(), WeakPin> {
        policy.admit(Pin::parse(text).unwrap(), &[]).map(drop)
    }

    /// Requirement 61: the manual's rules are those of a PIN.
    #[test]
    fn the_manual_admits_every_pin() {
        assert_eq!(PinPolicy::default(), PinPolicy::manual());
        for text in ["1234", "1212", "1987", "1112", "12345678"] {
            assert_eq!(outcome(PinPolicy::manual(), text), Ok(()), "{text}");
        }
    }

    /// Requirement 62: eight digits where the server verifies the PIN.
    #[test]
    fn the_strict_policy_asks_for_eight_digits_off_the_block_list() {
        let too_short = Err(WeakPin::TooShort { min_digits: 8 });
        for (text, want) in [
            ("4821709", too_short),
            ("1234", too_short),
            ("48217093", Ok(())),
            ("12345678", Err(WeakPin::Sequence)),
            ("48214821", Err(WeakPin::Repetition)),
            ("19870412", Err(WeakPin::Date)),
            ("31415926", Err(WeakPin::Common)),
        ] {
            assert_eq!(outcome(PinPolicy::strict(), text), want, "{text}");
        }
    }

    #[test]
    fn each_minimum_at_its_boundary() {
        let minima = [
            (MinDigits::Four, 4),
            (MinDigits::Five, 5),
            (MinDigits::Six, 6),
            (MinDigits::Seven, 7),
            (MinDigits::Eight, 8),
        ];
        for (min, min_digits) in minima {
            assert_eq!(min.count(), min_digits);
            let policy = PinPolicy::manual().with_min_digits(min);
            let digits = |count: u8| "48217093".get(..usize::from(count)).unwrap();
            assert_eq!(outcome(policy, digits(min_digits)), Ok(()));
            if min_digits > 4 {
                assert_eq!(
                    outcome(policy, digits(min_digits - 1)),
                    Err(WeakPin::TooShort { min_digits })
                );
            }
        }
    }
}
