//! Names that people sign in with.

use unicase::UniCase;
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// The name of a user: 1 to 32 letters, digits and `. _ - @`, in any script.
///
/// Compatibility forms (full-width letters, ligatures) are brought to the usual ones, so that what
/// looks the same is mostly the same. Letters of different scripts that look alike stay different:
/// a service where names stand for something should restrict them further (UTS #39).
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct UserName(String);

impl UserName {
    pub(crate) const MAX_CHARS: usize = 32;
    /// Nothing that fits is longer before normalization.
    const MAX_INPUT_BYTES: usize = 512;

    pub(crate) fn parse(text: &str) -> Result<Self, InvalidUserName> {
        if text.len() > Self::MAX_INPUT_BYTES {
            return Err(InvalidUserName::TooLong);
        }
        let name: String = text.trim().nfkc().collect();
        if name.is_empty() {
            return Err(InvalidUserName::Empty);
        }
        if name.chars().count() > Self::MAX_CHARS {
            return Err(InvalidUserName::TooLong);
        }
        let is_allowed =
            |c: char| c.is_alphanumeric() || is_combining_mark(c) || ".-_@".contains(c);
        // A mark needs a letter before it, and a name something to read.
        let begins_well = name.chars().next().is_some_and(char::is_alphanumeric);
        if begins_well && name.chars().all(is_allowed) {
            Ok(Self(name))
        } else {
            Err(InvalidUserName::Forbidden)
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// What two names have in common that differ in case only (Unicode 3.13, compatibility
    /// caseless matching): no two users may.
    pub(crate) fn folded(&self) -> String {
        UniCase::unicode(self.0.as_str())
            .to_folded_case()
            .nfkc()
            .collect()
    }
}

/// Why a text is no user name, for the person who typed it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum InvalidUserName {
    Empty,
    Forbidden,
    TooLong,
}

impl InvalidUserName {
    pub(crate) const fn text(self) -> &'static str {
        match self {
            Self::Empty => "Enter a user name.",
            Self::Forbidden => {
                "Use letters, digits and the characters . - _ @ only, and begin with a letter or digit."
            }
            Self::TooLong => "Use at most 32 characters.",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> UserName {
        UserName::parse(text).unwrap()
    }

    #[test]
    fn names_of_the_world() {
        for text in [
            "alice",
            "Ælfric",
            "josé.garcía",
            "अमिताभ",
            "王小明",
            "a@example.com",
            "x",
        ] {
            assert_eq!(name(text).as_str(), text);
        }
        assert_eq!(name("  alice ").as_str(), "alice");
        assert_eq!(name("ａｌｉｃｅ").as_str(), "alice");
        assert_eq!(name(&"x".repeat(32)).as_str().len(), 32);
    }

    #[test]
    fn what_hides_or_breaks_something_is_refused() {
        for text in [
            "al ice",
            "al\nice",
            "al\0ice",
            "al\u{202e}ice",
            "al\u{200b}ice",
            "al:ice",
            "<b>",
            "a/b",
            "-alice",
            ".alice",
            "\u{301}a",
            "a'--",
            "👩",
        ] {
            assert_eq!(
                UserName::parse(text),
                Err(InvalidUserName::Forbidden),
                "{text:?}"
            );
        }
        assert_eq!(UserName::parse(" \t"), Err(InvalidUserName::Empty));
        assert_eq!(
            UserName::parse(&"x".repeat(33)),
            Err(InvalidUserName::TooLong)
        );
        assert_eq!(
            UserName::parse(&"x".repeat(1 << 20)),
            Err(InvalidUserName::TooLong)
        );
    }

    #[test]
    fn spellings_of_one_name_are_the_same() {
        assert_eq!(name("ALICE").folded(), name("alice").folded());
        assert_eq!(name("Straße").folded(), name("STRASSE").folded());
        assert_eq!(name("jose\u{301}").folded(), name("JOSÉ").folded());
        assert_ne!(name("alice1").folded(), name("alice").folded());
    }
}
