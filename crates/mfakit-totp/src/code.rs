//! Codes: as people type them, and as we show them.

use alloc::string::String;
use core::fmt;
use core::str::FromStr;

use zeroize::{Zeroize as _, ZeroizeOnDrop, Zeroizing};

use crate::params::Digits;

/// A one-time password as a user typed it: 6 to 8 digits. Not printed, not cloned, wiped on drop.
///
/// Parsing is the only way to make one, and the first thing to do with what came over the network:
/// a verifier that takes a `TypedCode` has no text left to worry about.
pub struct TypedCode {
    value: u32,
    digits: Digits,
}

impl TypedCode {
    /// The longest input that is looked at, in bytes: room for eight full-width digits with spaces
    /// between and around them.
    pub const MAX_INPUT_BYTES: usize = 64;

    /// Reads a code from what a user typed or pasted.
    ///
    /// # Inputs
    ///
    /// `text`: 6 to 8 digits. Spaces are skipped, and so is one dash between the digits, as apps
    /// show codes in two halves. Full-width digits, which input methods of East Asia produce, are
    /// read as the digits they are. Anything else is refused: other Unicode digits, signs, line
    /// ends, invisible characters.
    ///
    /// # Errors
    ///
    /// - [`MalformedCode::TooLong`] above [`TypedCode::MAX_INPUT_BYTES`]; nothing was looked at.
    /// - [`MalformedCode::ForeignCharacter`] if there is anything but digits and separators.
    /// - [`MalformedCode::DigitCount`] if the digits are not 6 to 8.
    ///
    /// # Examples
    ///
    /// ```
    /// # use mfakit_totp::{MalformedCode, TypedCode};
    /// for text in ["287082", "287 082", " 287-082 ", "２８７０８２"] {
    ///     assert!(TypedCode::parse(text).is_ok());
    /// }
    /// assert_eq!(TypedCode::parse("28708").unwrap_err(), MalformedCode::DigitCount);
    /// assert_eq!(TypedCode::parse("+287082").unwrap_err(), MalformedCode::ForeignCharacter);
    /// ```
    pub fn parse(text: &str) -> Result<Self, MalformedCode> {
        if text.len() > Self::MAX_INPUT_BYTES {
            return Err(MalformedCode::TooLong);
        }

        let mut value: u32 = 0;
        let mut count: u8 = 0;
        let mut dash = Dash::Allowed;
        for character in text.chars() {
            match character {
                ' ' => {}
                '-' if dash == Dash::Allowed && count != 0 => dash = Dash::Open,
                _ => {
                    let digit = digit(character).ok_or(MalformedCode::ForeignCharacter)?;
                    // Nine digits or more: the exact number no longer matters.
                    count = count.saturating_add(1);
                    value = value.saturating_mul(10).saturating_add(digit);
                    if dash == Dash::Open {
                        dash = Dash::Closed;
                    }
                }
            }
        }

        if dash == Dash::Open {
            return Err(MalformedCode::ForeignCharacter);
        }
        let digits = Digits::new(count).map_err(|_| MalformedCode::DigitCount)?;
        Ok(Self { value, digits })
    }

    /// Returns how many digits it has.
    #[must_use]
    pub const fn digits(&self) -> Digits {
        self.digits
    }

    pub(crate) const fn value(&self) -> u32 {
        self.value
    }
}

/// Whether the one dash was seen, and whether a digit followed it.
#[derive(PartialEq)]
enum Dash {
    Allowed,
    Open,
    Closed,
}

/// ASCII and full-width digits only.
fn digit(character: char) -> Option<u32> {
    match character {
        '0'..='9' => character.to_digit(10),
        '\u{ff10}'..='\u{ff19}' => u32::from(character).checked_sub(0xff10),
        _ => None,
    }
}

impl FromStr for TypedCode {
    type Err = MalformedCode;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl Drop for TypedCode {
    fn drop(&mut self) {
        self.value.zeroize();
    }
}

impl ZeroizeOnDrop for TypedCode {}

impl fmt::Debug for TypedCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TypedCode(..)")
    }
}

/// Why a text is no code. Says nothing about its content.
///
/// Nothing was compared, so it is no attempt; it may be shown to the user as an error of the form.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum MalformedCode {
    /// The digits are not 6 to 8.
    DigitCount,
    /// There is something that is neither a digit nor a separator.
    ForeignCharacter,
    /// The text is longer than any code.
    TooLong,
}

impl fmt::Display for MalformedCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::DigitCount => "code does not have 6 to 8 digits",
            Self::ForeignCharacter => "code contains something other than digits",
            Self::TooLong => "code is too long",
        })
    }
}

impl core::error::Error for MalformedCode {}

/// A code as a device shows it. Not printed, not cloned, not compared, wiped on drop.
///
/// For programs that stand in for a device. A server needs none: it verifies.
pub struct Code(Zeroizing<String>);

impl Code {
    pub(crate) fn new(value: u32, digits: Digits) -> Self {
        let mut text = Zeroizing::new(String::with_capacity(usize::from(digits.as_u8())));
        let mut unit = 10_u32.pow(u32::from(digits.as_u8()).saturating_sub(1));
        while let Some(of_ten) = value.checked_div(unit) {
            text.extend(char::from_digit(of_ten % 10, 10));
            unit /= 10;
        }
        Self(text)
    }

    /// Returns the digits, leading zeros included.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl ZeroizeOnDrop for Code {}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code(..)")
    }
}

/// Accepts a string and nothing else: a JSON number has lost its leading zeros. No error repeats
/// what was there.
#[cfg(feature = "serde")]
mod deserialize {
    use core::fmt;

    use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

    use super::TypedCode;

    impl<'de> Deserialize<'de> for TypedCode {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            // `deserialize_str` would let the format report the value that it found instead.
            deserializer.deserialize_any(Digits)
        }
    }

    struct Digits;

    impl<'de> Visitor<'de> for Digits {
        type Value = TypedCode;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a code as a string")
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<TypedCode, E> {
            TypedCode::parse(text).map_err(E::custom)
        }

        fn visit_bool<E: Error>(self, _: bool) -> Result<TypedCode, E> {
            Err(not_a_string())
        }

        fn visit_i64<E: Error>(self, _: i64) -> Result<TypedCode, E> {
            Err(not_a_string())
        }

        fn visit_u64<E: Error>(self, _: u64) -> Result<TypedCode, E> {
            Err(not_a_string())
        }

        fn visit_f64<E: Error>(self, _: f64) -> Result<TypedCode, E> {
            Err(not_a_string())
        }

        fn visit_bytes<E: Error>(self, _: &[u8]) -> Result<TypedCode, E> {
            Err(not_a_string())
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<TypedCode, A::Error> {
            while list.next_element::<IgnoredAny>()?.is_some() {}
            Err(not_a_string())
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<TypedCode, A::Error> {
            while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            Err(not_a_string())
        }
    }

    fn not_a_string<E: Error>() -> E {
        E::custom("code is not a string")
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use std::borrow::ToOwned as _;
    use std::format;

    use super::*;

    #[test]
    fn reads_what_people_type() {
        for (text, value) in [
            ("287082", 287_082),
            ("000000", 0),
            ("000001", 1),
            ("0000001", 1),
            ("94287082", 94_287_082),
            ("99999999", 99_999_999),
            ("287 082", 287_082),
            ("287-082", 287_082),
            ("  2 8 7 0 8 2  ", 287_082),
            ("287 - 082", 287_082),
            ("２８７０８２", 287_082),
            ("2８7０8２", 287_082),
            ("２８７-０８２", 287_082),
        ] {
            let code = TypedCode::parse(text);
            assert_eq!(code.map(|code| code.value()), Ok(value), "{text}");
        }
    }

    #[test]
    fn refuses_everything_else() {
        use MalformedCode::{DigitCount, ForeignCharacter, TooLong};
        for (text, why) in [
            ("", DigitCount),
            ("      ", DigitCount),
            ("28708", DigitCount),
            ("942870820", DigitCount),
            ("9999999999999999999999999999999999999999", DigitCount),
            ("-287082", ForeignCharacter),
            ("287082-", ForeignCharacter),
            ("28-70-82", ForeignCharacter),
            ("287--082", ForeignCharacter),
            ("+287082", ForeignCharacter),
            ("1_23456", ForeignCharacter),
            ("0x28708", ForeignCharacter),
            ("2.87082", ForeignCharacter),
            ("28708e1", ForeignCharacter),
            ("287082\0", ForeignCharacter),
            ("287082\n", ForeignCharacter),
            ("287\t082", ForeignCharacter),
            ("287\u{200b}082", ForeignCharacter), // zero-width space
            ("287\u{a0}082", ForeignCharacter),   // no-break space
            ("287\u{2212}082", ForeignCharacter), // minus sign
            ("٢٨٧٠٨٢", ForeignCharacter),         // Arabic-Indic
            ("२८७०८२", ForeignCharacter),         // Devanagari
            ("\u{ff0f}287082", ForeignCharacter), // the neighbours of the full-width digits
            ("\u{ff1a}287082", ForeignCharacter),
            ("𝟐𝟖𝟕𝟎𝟖𝟐", ForeignCharacter), // mathematical bold
            ("null", ForeignCharacter),
        ] {
            assert_eq!(TypedCode::parse(text).map(drop), Err(why), "{text:?}");
        }
        assert_eq!(
            TypedCode::parse(&"1".repeat(1 << 20)).map(drop),
            Err(TooLong)
        );
        assert_eq!(TypedCode::parse(&" ".repeat(65)).map(drop), Err(TooLong));
    }

    #[test]
    fn shows_leading_zeros() {
        let shown = |value, digits| Code::new(value, digits).expose().to_owned();
        assert_eq!(shown(0, Digits::Six), "000000");
        assert_eq!(shown(1, Digits::Seven), "0000001");
        assert_eq!(shown(94_287_082, Digits::Eight), "94287082");
        assert_eq!(shown(999_999, Digits::Six), "999999");
    }

    #[test]
    fn debug_hides_the_digits() {
        let typed = TypedCode::parse("287082").unwrap();
        assert_eq!(format!("{typed:?}"), "TypedCode(..)");
        assert_eq!(format!("{:?}", Code::new(287_082, Digits::Six)), "Code(..)");
    }
}
