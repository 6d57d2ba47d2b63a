//! The PIN that a user types.

use core::fmt;
use core::str::FromStr;

use mfakit_core::SecretBytes;

/// A PIN of the only form there is: 4 to 8 ASCII digits, at least 2 of them distinct.
///
/// Parsing is the only way to make one, so a function that takes a `Pin` has nothing left to look
/// at. The digits are wiped on drop, never printed, copied or compared: hash a `Pin`, compare
/// hashes. The bounds and the two distinct digits are those of the product manual.
///
/// A form with a second field, *Confirm PIN*, compares the two texts before it parses either: both
/// came with one request, so comparing them protects nothing and gives nothing away.
///
/// ```
/// use mfakit_pin::{InvalidPin, Pin};
///
/// assert!("4821".parse::<Pin>().is_ok());
/// assert_eq!("7777".parse::<Pin>().unwrap_err(), InvalidPin::OneDigitRepeated);
/// assert_eq!("482".parse::<Pin>().unwrap_err(), InvalidPin::Length);
/// assert_eq!("４８２１".parse::<Pin>().unwrap_err(), InvalidPin::NotDigits); // full-width digits
/// ```
pub struct Pin(SecretBytes);

impl Pin {
    /// The fewest digits of a PIN (manual: "4 to 8 digits").
    pub const MIN_DIGITS: usize = 4;
    /// The most digits of a PIN (manual: "4 to 8 digits").
    pub const MAX_DIGITS: usize = 8;

    /// Returns the PIN if the text is one, exactly: no space, no line end, no other script's digits.
    ///
    /// # Inputs
    ///
    /// - `text`: what the user typed, of any length and content; no more than nine bytes of it are
    ///   looked at.
    ///
    /// # Errors
    ///
    /// - [`InvalidPin::NotDigits`] if anything but `0` to `9` is among those bytes.
    /// - [`InvalidPin::Length`] if it has fewer than 4 or more than 8 characters.
    /// - [`InvalidPin::OneDigitRepeated`] if all its digits are the same.
    pub fn parse(text: &str) -> Result<Self, InvalidPin> {
        let digits = text.as_bytes();
        // One byte more than allowed tells "too long" from "not digits", and is all the work that a
        // megabyte of text is worth.
        if !digits
            .iter()
            .take(Self::MAX_DIGITS.saturating_add(1))
            .all(u8::is_ascii_digit)
        {
            return Err(InvalidPin::NotDigits);
        }
        if !(Self::MIN_DIGITS..=Self::MAX_DIGITS).contains(&digits.len()) {
            return Err(InvalidPin::Length);
        }
        if digits
            .iter()
            .zip(digits.iter().skip(1))
            .all(|(one, next)| one == next)
        {
            return Err(InvalidPin::OneDigitRepeated);
        }
        Ok(Self(SecretBytes::new(digits)))
    }

    /// The ASCII digits.
    pub(crate) fn digits(&self) -> &[u8] {
        self.0.expose()
    }
}

impl FromStr for Pin {
    type Err = InvalidPin;

    /// The same as [`Pin::parse`].
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl zeroize::ZeroizeOnDrop for Pin {}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pin").finish_non_exhaustive()
    }
}

/// Why a text is no PIN.
///
/// An error of the form, not of the factor: show it to the user as it is. Nothing was compared, so
/// it says nothing about the user's PIN and counts against no limit.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidPin {
    /// Something else than the ASCII digits `0` to `9` is in it.
    #[error("PIN is not all ASCII digits")]
    NotDigits,
    /// It has fewer than 4 digits, or more than 8.
    #[error("PIN is not of 4 to 8 digits")]
    Length,
    /// It is one digit over and over.
    #[error("PIN has fewer than two distinct digits")]
    OneDigitRepeated,
}

#[cfg(test)]
mod tests {
    extern crate std;

    use std::format;

    use super::*;

    fn outcome(text: &str) -> Result<(), InvalidPin> {
        text.parse::<Pin>().map(drop)
    }

    #[test]
    fn boundaries_of_length_and_of_distinct_digits() {
        for (text, want) in [
            ("", Err(InvalidPin::Length)),
            ("123", Err(InvalidPin::Length)),
            ("1112", Ok(())),
            ("2111", Ok(())),
            ("1211", Ok(())),
            ("0001", Ok(())),
            ("12345678", Ok(())),
            ("11111112", Ok(())),
            ("123456789", Err(InvalidPin::Length)),
            ("12345678x", Err(InvalidPin::NotDigits)),
            ("123456789x", Err(InvalidPin::Length)), // nobody looks that far
            ("7777", Err(InvalidPin::OneDigitRepeated)),
            ("00000000", Err(InvalidPin::OneDigitRepeated)),
            ("777", Err(InvalidPin::Length)),
        ] {
            assert_eq!(outcome(text), want, "{text:?}");
        }
    }

    #[test]
    fn refuses_everything_but_ascii_digits() {
        for text in [
            "12a4",
            "abcd",
            "12 34",
            " 1234",
            "1234 ",
            "1234\n",
            "1234\r\n",
            "\t1234",
            "1234\0",
            "+123",
            "-123",
            "1e10",
            "0x12",
            "1,234",
            "12.4",
            "１２３４",     // full-width
            "١٢٣٤",         // Arabic-Indic; `char::is_numeric` is true for these
            "0٠00",         // two kinds of zero are not two distinct digits
            "ⅠⅡⅢⅣ",         // Roman numerals
            "①②③④",         // circled
            "१२३४",         // Devanagari
            "1\u{200b}234", // zero-width space
        ] {
            assert_eq!(outcome(text), Err(InvalidPin::NotDigits), "{text:?}");
        }
    }

    #[test]
    fn refuses_a_megabyte_whatever_is_in_it() {
        assert_eq!(outcome(&"12".repeat(500_000)), Err(InvalidPin::Length));
        assert_eq!(outcome(&"x".repeat(1_000_000)), Err(InvalidPin::NotDigits));
    }

    /// Requirement 61: of the 10,000 four-digit texts all but the ten of one digit are PINs.
    #[test]
    fn accepts_9990_of_the_10000_four_digit_texts() {
        let mut accepted = 0;
        for number in 0..10_000 {
            let text = format!("{number:04}");
            match outcome(&text) {
                Ok(()) => accepted += 1,
                Err(refused) => {
                    assert_eq!(refused, InvalidPin::OneDigitRepeated, "{text}");
                    assert_eq!(number % 1111, 0, "{text}");
                }
            }
        }
        assert_eq!(accepted, 9_990);
    }
}
