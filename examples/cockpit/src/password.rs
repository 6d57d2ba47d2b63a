//! Passwords: what is one.

mod hasher;

use unicode_normalization::UnicodeNormalization as _;
use zeroize::Zeroizing;

pub use hasher::HashError;
pub(crate) use hasher::{Hasher, Verdict};

/// A password as it was typed: not printed, wiped on drop.
pub(crate) struct Password(Zeroizing<String>);

impl Password {
    /// NIST SP 800-63B-4 section 3.1.1.2 asks for 15 where a password stands alone, and for 8
    /// where a second factor follows; this application invites to one and does not insist.
    pub(crate) const MIN_CHARS: usize = 8;
    /// Long enough for passphrases and managers; bounds the work of hashing.
    pub(crate) const MAX_CHARS: usize = 128;
    const MAX_INPUT_BYTES: usize = 1024;

    /// Takes a password over as it is, for comparing it.
    pub(crate) fn typed(text: Zeroizing<String>) -> Self {
        if text.len() > Self::MAX_INPUT_BYTES {
            // Nobody has one as long, so whatever it is compared with, it is wrong.
            return Self(text);
        }
        // Keyboards differ in how they send an accent; NIST section 3.1.1.2 asks for normalization.
        let mut normal = Zeroizing::new(String::with_capacity(text.len().saturating_mul(4)));
        normal.extend(text.nfkc());
        Self(normal)
    }

    /// Takes over a password that a user has chosen.
    pub(crate) fn chosen(text: Zeroizing<String>, user_name: &str) -> Result<Self, WeakPassword> {
        let password = Self::typed(text);
        let chars = password.0.chars().count();
        if chars < Self::MIN_CHARS {
            return Err(WeakPassword::TooShort);
        }
        if chars > Self::MAX_CHARS {
            return Err(WeakPassword::TooLong);
        }
        if password.chars_without(user_name) < Self::MIN_CHARS {
            return Err(WeakPassword::LikeTheName);
        }
        Ok(password)
    }

    /// How much of it is not the user's name.
    fn chars_without(&self, user_name: &str) -> usize {
        let (password, name) = (
            Zeroizing::new(self.0.to_lowercase()),
            user_name.to_lowercase(),
        );
        // A name of one or two letters is in every other word.
        if name.chars().count() < 3 {
            return password.chars().count();
        }
        password.split(&name).map(|part| part.chars().count()).sum()
    }
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(..)")
    }
}

/// Why a password cannot be chosen, for the person who chose it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum WeakPassword {
    LikeTheName,
    TooLong,
    TooShort,
}

impl WeakPassword {
    pub(crate) const fn text(self) -> &'static str {
        match self {
            Self::LikeTheName => "Choose a password that is more than your user name.",
            Self::TooLong => "Use at most 128 characters.",
            Self::TooShort => "Use at least 8 characters.",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(text: &str) -> Password {
        Password::typed(Zeroizing::new(text.to_owned()))
    }

    fn chosen(text: &str) -> Result<(), WeakPassword> {
        Password::chosen(Zeroizing::new(text.to_owned()), "alice").map(drop)
    }

    #[test]
    fn length_boundaries() {
        assert_eq!(chosen("1234567"), Err(WeakPassword::TooShort));
        assert_eq!(chosen("12345678"), Ok(()));
        assert_eq!(chosen("пароль"), Err(WeakPassword::TooShort));
        assert_eq!(chosen(&"é".repeat(128)), Ok(()));
        assert_eq!(chosen(&"é".repeat(129)), Err(WeakPassword::TooLong));
        assert_eq!(chosen(&"x".repeat(1 << 20)), Err(WeakPassword::TooLong));
    }

    #[test]
    fn the_name_is_no_password() {
        assert_eq!(chosen("Alice2026"), Err(WeakPassword::LikeTheName));
        assert_eq!(chosen("alicealice"), Err(WeakPassword::LikeTheName));
        assert_eq!(chosen("alice in wonderland"), Ok(()));
        let short = Password::chosen(Zeroizing::new("banana-a".to_owned()), "a");
        assert_eq!(short.map(drop), Ok(()));
    }

    #[test]
    fn debug_hides_the_password() {
        assert_eq!(format!("{:?}", typed("hunter2hunter2")), "Password(..)");
    }
}
