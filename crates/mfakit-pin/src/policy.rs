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
