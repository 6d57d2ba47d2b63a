//! Codes on paper: recovery codes, and the one that support gives out.
//!
//! Both are look-up secrets (NIST SP 800-63B-4 section 3.1.2) of at least 80 bits, drawn by the
//! service, shown once, and kept as keyed hashes. Nobody guesses 80 bits; the waits are there for
//! the log and the load.

mod mark;
mod waits;

pub(crate) use mark::{Mark, Salt};
pub(crate) use waits::{NetworkWaits, Wait};

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use mfakit_core::{SecretBytes, UnixTime};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

/// Crockford's base32: no I, L, O and U, so that what is copied by hand is not misread.
const ALPHABET: [u8; 32] = *b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Symbols between two dashes.
const GROUP: usize = 4;

/// How long recovery codes are: 5 bits a character.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "the two lengths that are told apart when they are typed"
)]
pub enum CodeLength {
    /// 16 characters, 80 bits.
    #[default]
    Chars16,
    /// 24 characters, 120 bits.
    Chars24,
}

impl CodeLength {
    /// Returns the number of characters, without the dashes.
    #[must_use]
    pub const fn chars(self) -> usize {
        match self {
            Self::Chars16 => 16,
            Self::Chars24 => 24,
        }
    }
}

/// A code as a user types it, in the one form that is compared.
///
/// Letters may be in lower case or full-width; O is read as 0, I and L as 1; blanks and dashes of
/// any sort, wherever they are, are left out. What remains is 16 or 24 characters of Crockford's
/// base32.
///
/// ```
/// use mfakit_flows::{MalformedRecoveryCode, TypedRecoveryCode};
///
/// assert!(TypedRecoveryCode::parse("7KQ2-M0RX-9HDT-1VZC").is_ok());
/// assert!(TypedRecoveryCode::parse(" 7kq2 morx 9hdt ivzc ").is_ok());
/// assert_eq!(TypedRecoveryCode::parse("7KQ2-M0RX").unwrap_err(), MalformedRecoveryCode);
/// assert_eq!(TypedRecoveryCode::parse("").unwrap_err(), MalformedRecoveryCode);
/// ```
pub struct TypedRecoveryCode(SecretBytes);

impl TypedRecoveryCode {
    /// The longest text that is looked at, in bytes: room for full-width letters and some blanks.
    pub const MAX_TEXT_BYTES: usize = 128;

    /// Returns the code that the text stands for.
    ///
    /// # Inputs
    ///
    /// - `text`: what the user typed, of any length and content.
    ///
    /// # Errors
    ///
    /// [`MalformedRecoveryCode`] if no code is written so. It cannot be a right guess, and counts
    /// as none.
    pub fn parse(text: &str) -> Result<Self, MalformedRecoveryCode> {
        if text.len() > Self::MAX_TEXT_BYTES {
            return Err(MalformedRecoveryCode);
        }
        let mut symbols = Zeroizing::new(Vec::with_capacity(Self::MAX_TEXT_BYTES));
        for typed in text.chars().filter(|c| !is_left_out(*c)) {
            symbols.push(symbol_of(typed).ok_or(MalformedRecoveryCode)?);
        }
        let lengths = [CodeLength::Chars16, CodeLength::Chars24];
        if lengths.iter().all(|length| length.chars() != symbols.len()) {
            return Err(MalformedRecoveryCode);
        }
        Ok(Self(SecretBytes::new(&symbols)))
    }

    /// Draws a code, each as likely as any other.
    pub(crate) fn random(length: CodeLength, rng: &mut impl CryptoRng) -> Self {
        let mut symbols = Zeroizing::new(alloc::vec![0; length.chars()]);
        rng.fill_bytes(&mut symbols);
        for symbol in symbols.iter_mut() {
            *symbol = symbol_at(*symbol);
        }
        Self(SecretBytes::new(&symbols))
    }

    pub(crate) fn symbols(&self) -> &[u8] {
        self.0.expose()
    }

    /// The code in groups of four.
    fn grouped(&self) -> Zeroizing<String> {
        // Never more than twice the symbols, so nothing is left behind by growing.
        let mut text = Zeroizing::new(String::with_capacity(
            self.symbols().len().saturating_mul(2),
        ));
        for group in self.symbols().chunks(GROUP) {
            if !text.is_empty() {
                text.push('-');
            }
            text.extend(group.iter().copied().map(char::from));
        }
        text
    }
}

/// Five of the bits name a symbol.
fn symbol_at(random: u8) -> u8 {
    #[expect(clippy::indexing_slicing, reason = "five bits name one of 32 symbols")]
    ALPHABET[usize::from(random & 0b1_1111)]
}

/// Blanks, and whatever word processors make of a dash.
fn is_left_out(typed: char) -> bool {
    typed.is_whitespace()
        || matches!(
            typed,
            '-' | '\u{AD}' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{FE63}' | '\u{FF0D}'
        )
}

fn symbol_of(typed: char) -> Option<u8> {
    // U+FF01 to U+FF5E are ASCII in full width.
    let narrow = match u32::from(typed) {
        wide @ 0xFF01..=0xFF5E => wide.saturating_sub(0xFEE0),
        other => other,
    };
    let symbol = match u8::try_from(narrow).ok()?.to_ascii_uppercase() {
        b'O' => b'0',
        b'I' | b'L' => b'1',
        other => other,
    };
    ALPHABET.contains(&symbol).then_some(symbol)
}

impl zeroize::ZeroizeOnDrop for TypedRecoveryCode {}

impl fmt::Debug for TypedRecoveryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TypedRecoveryCode").finish_non_exhaustive()
    }
}

/// A text that is not how a code is written.
///
/// An error of the form: show it beside the field. It is a property of the text alone, says nothing
/// about any code, and counts against no limit.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[expect(
    clippy::exhaustive_structs,
    reason = "there is nothing more to say about it"
)]
#[error("text is no recovery code")]
pub struct MalformedRecoveryCode;

/// A new set of recovery codes, on its way to its owner: the only place where their text is.
///
/// Show all of them in this one answer, to be printed or saved, on a page that no cache keeps.
/// Nothing gives them out again.
#[must_use = "show them to the user: nothing gives them out again"]
pub struct RecoveryCodes(Vec<Zeroizing<String>>);

impl RecoveryCodes {
    pub(crate) fn of(codes: &[TypedRecoveryCode]) -> Self {
        Self(codes.iter().map(TypedRecoveryCode::grouped).collect())
    }

    /// Returns the codes, in groups of four characters.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|code| code.as_str())
    }

    /// Returns how many there are.
    #[must_use]
    pub const fn count(&self) -> usize {
        self.0.len()
    }
}

impl zeroize::ZeroizeOnDrop for RecoveryCodes {}

/// Shows how many there are.
impl fmt::Debug for RecoveryCodes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecoveryCodes")
            .field("count", &self.count())
            .finish_non_exhaustive()
    }
}

/// The code of a support reset, on its way from the operator to the owner: the only place where its
/// text is.
#[must_use = "give its code to the owner: nothing gives it out again"]
pub struct ResetTicket {
    code: Zeroizing<String>,
    expires: UnixTime,
}

impl ResetTicket {
    pub(crate) fn of(code: &TypedRecoveryCode, expires: UnixTime) -> Self {
        Self {
            code: code.grouped(),
            expires,
        }
    }

    /// Returns the code, in groups of four characters.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.code
    }

    /// Returns when it ends, if nothing ends it before.
    #[must_use]
    pub const fn expires(&self) -> UnixTime {
        self.expires
    }
}

impl zeroize::ZeroizeOnDrop for ResetTicket {}

/// Hides the code.
impl fmt::Debug for ResetTicket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResetTicket")
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
}

/// A set of recovery codes as its owner may see it later.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct RecoveryView {
    /// When it was made.
    pub made: UnixTime,
    /// How many codes are left.
    pub left: u32,
    /// How many there were.
    pub total: u32,
    /// Whether the owner has said that they are saved.
    pub acknowledged: bool,
}

#[cfg(test)]
mod tests {
    use alloc::collections::BTreeSet;
    use alloc::string::ToString;

    use super::*;
    use crate::test_support::rng;

    fn symbols(text: &str) -> Result<String, MalformedRecoveryCode> {
        let code = TypedRecoveryCode::parse(text)?;
        Ok(code.symbols().iter().copied().map(char::from).collect())
    }

    #[test]
    fn what_people_type_is_read() {
        for text in [
            "7KQ2-M0RX-9HDT-1VZC",
            "7kq2m0rx9hdt1vzc",
            " 7KQ2  MORX  9HDT  IVZC\r\n",
            "7kq2\u{2013}morx\u{2013}9hdt\u{2013}lvzc",
            "\u{FF17}KQ2M\u{FF2F}RX9HDT\u{FF49}VZC",
        ] {
            assert_eq!(symbols(text).as_deref(), Ok("7KQ2M0RX9HDT1VZC"), "{text:?}");
        }
        assert!(symbols(&"7KQ2-".repeat(6)).is_ok(), "24 characters");
    }

    /// rec-any-string: what is no code is not looked at any further.
    #[test]
    fn anything_else_is_malformed() {
        let too_long = " ".repeat(113) + "7KQ2M0RX9HDT1VZC";
        for text in [
            "",
            "null",
            "7KQ2-M0RX-9HDT-1VZ",
            "7KQ2-M0RX-9HDT-1VZCC",
            "7KQ2-M0RX-9HDT-1VZU",
            "7KQ2-M0RX-9HDT-1VZ\u{E9}",
            "7KQ2_M0RX_9HDT_1VZC",
            &"7KQ2-".repeat(5),
            &too_long,
        ] {
            assert_eq!(symbols(text), Err(MalformedRecoveryCode), "{text:?}");
        }
        assert!(symbols(&too_long[1..]).is_ok());
    }

    /// rec-entropy.
    #[test]
    fn codes_have_80_bits_and_ten_thousand_differ() {
        let mut rng = rng(1);
        let mut codes = BTreeSet::new();
        let mut seen = BTreeSet::new();
        for _ in 0..10_000 {
            let code = TypedRecoveryCode::random(CodeLength::Chars16, &mut rng);
            let text = code.grouped().to_string();
            assert_eq!(symbols(&text).map(|s| s.len()), Ok(16));
            seen.extend(text.bytes().filter(|byte| *byte != b'-'));
            codes.insert(text);
        }
        assert_eq!((codes.len(), seen.len()), (10_000, 32));
        let strict = TypedRecoveryCode::random(CodeLength::Chars24, &mut rng).grouped();
        assert_eq!(strict.len(), 29);
    }

    #[test]
    fn debug_shows_no_code() {
        let code = TypedRecoveryCode::parse("7KQ2-M0RX-9HDT-1VZC").unwrap();
        let text = alloc::format!(
            "{code:?} {:?} {:?}",
            RecoveryCodes::of(core::slice::from_ref(&code)),
            ResetTicket::of(&code, UnixTime::from_secs(60)),
        );
        assert!(!text.contains("7KQ2"), "{text}");
    }
}
