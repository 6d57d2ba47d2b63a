//! Names that people give to their devices.

use alloc::string::String;
use core::fmt;

use unicase::UniCase;
use unicode_normalization::UnicodeNormalization as _;

use crate::codec::via;

/// The name of a device: 1 to 64 characters, without any that hide or reorder text.
///
/// Surrounding white space is dropped and the rest brought to normalization form C, so that what
/// looks the same is the same. It is still text from a person: escape it for where it is shown.
#[derive(Clone, Eq, PartialEq)]
pub struct DeviceName(String);

impl DeviceName {
    /// The longest name, in characters (Unicode scalar values) after normalization.
    pub const MAX_CHARS: usize = 64;
    /// No 64 characters are longer than this before normalization: longest input that is read.
    const MAX_INPUT_BYTES: usize = 1024;

    /// Reads a name.
    ///
    /// # Errors
    ///
    /// - [`InvalidName::Empty`] if there is nothing to see.
    /// - [`InvalidName::TooLong`] if it has more than 64 characters.
    /// - [`InvalidName::Forbidden`] if it holds a control character, one that changes the
    ///   direction of text, or an invisible one.
    pub fn parse(text: &str) -> Result<Self, InvalidName> {
        if text.len() > Self::MAX_INPUT_BYTES {
            return Err(InvalidName::TooLong);
        }
        let name: String = text.trim().nfc().collect();
        if name.chars().count() > Self::MAX_CHARS {
            return Err(InvalidName::TooLong);
        }
        if name.is_empty() {
            return Err(InvalidName::Empty);
        }
        if name.chars().any(is_forbidden) {
            return Err(InvalidName::Forbidden);
        }
        if name.chars().all(|c| c.is_whitespace() || is_joining(c)) {
            return Err(InvalidName::Empty);
        }
        Ok(Self(name))
    }

    /// Takes a name of the crate's own making.
    pub(crate) const fn trusted(name: String) -> Self {
        Self(name)
    }

    /// Returns the name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns whether two names differ in case only: two devices of a user may not.
    #[must_use]
    pub fn is_same_as(&self, other: &Self) -> bool {
        self.folded() == other.folded()
    }

    /// What two names are compared by: without case, and without what only joins or styles emoji.
    /// Folding can undo normalization, so it is done again (Unicode 3.13, canonical caseless
    /// matching).
    fn folded(&self) -> String {
        let seen: String = self.0.chars().filter(|c| !is_joining(*c)).collect();
        UniCase::unicode(seen).to_folded_case().nfc().collect()
    }
}

/// Joins emoji into one or chooses how they are drawn: the only invisible characters that names
/// have a use for.
const fn is_joining(c: char) -> bool {
    matches!(c, '\u{200D}' | '\u{FE00}'..='\u{FE0F}')
}

/// Control characters, and those that hide or reorder text.
pub(crate) fn is_forbidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
            | '\u{180B}'..='\u{180F}' | '\u{200B}' | '\u{200C}' | '\u{200E}' | '\u{200F}'
            | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{2800}' | '\u{3164}' | '\u{FEFF}'
            | '\u{1D173}'..='\u{1D17A}'
            | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFB}' | '\u{E0000}'..='\u{E0FFF}')
}

via!(
    DeviceName,
    String,
    |name| name.0.clone(),
    // What was accepted once stays readable, whatever the rules of the day are.
    |text| Some(DeviceName(text))
);

impl fmt::Display for DeviceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for DeviceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl core::str::FromStr for DeviceName {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        Self::parse(text)
    }
}

/// Why a text is no name for a device. This may be shown to the person who typed it.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidName {
    /// There is nothing to see in it.
    #[error("name is empty")]
    Empty,
    /// It holds a control character, one that changes the direction of text, or an invisible one.
    #[error("name holds a control or invisible character")]
    Forbidden,
    /// It has more than 64 characters.
    #[error("name has more than 64 characters")]
    TooLong,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> DeviceName {
        DeviceName::parse(text).unwrap()
    }

    #[test]
    fn length_boundaries() {
        assert_eq!(DeviceName::parse(""), Err(InvalidName::Empty));
        assert_eq!(DeviceName::parse(" \t "), Err(InvalidName::Empty));
        assert_eq!(DeviceName::parse("\u{200D}"), Err(InvalidName::Empty));
        assert_eq!(DeviceName::parse("\u{FE0F}"), Err(InvalidName::Empty));
        assert_eq!(name(&"x".repeat(64)).as_str().len(), 64);
        assert_eq!(
            DeviceName::parse(&"x".repeat(65)),
            Err(InvalidName::TooLong)
        );
        assert_eq!(
            DeviceName::parse(&"\u{10348}".repeat(64))
                .unwrap()
                .as_str()
                .len(),
            256
        );
        assert_eq!(
            DeviceName::parse(&"x".repeat(1_000_000)),
            Err(InvalidName::TooLong)
        );
    }

    #[test]
    fn characters_that_hide_or_reorder_are_refused() {
        for c in [
            '\0',
            '\n',
            '\u{7F}',
            '\u{85}',
            '\u{202E}',
            '\u{2066}',
            '\u{200B}',
            '\u{FEFF}',
            '\u{E0041}',
        ] {
            let text = alloc::format!("a{c}b");
            assert_eq!(
                DeviceName::parse(&text),
                Err(InvalidName::Forbidden),
                "{c:?}"
            );
        }
    }

    #[test]
    fn what_people_type_is_kept() {
        for text in [
            "Alice's phone",
            "<script>alert(1)</script>",
            "'; DROP TABLE",
            "電話",
            "👩‍💻",
            "a&b",
        ] {
            assert_eq!(name(text).as_str(), text);
        }
        assert_eq!(name("  phone ").as_str(), "phone");
    }

    #[test]
    fn equal_after_normalization_and_folding() {
        assert!(name("Cafe\u{301}").is_same_as(&name("caf\u{e9}")));
        assert!(name("PHONE").is_same_as(&name("phone")));
        assert!(name("Straße").is_same_as(&name("STRASSE")));
        assert!(name("phone\u{FE0F}").is_same_as(&name("pho\u{200D}ne")));
        assert!(!name("phone 1").is_same_as(&name("phone 2")));
    }
}
