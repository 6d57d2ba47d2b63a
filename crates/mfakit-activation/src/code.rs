//! The codes themselves: issued, typed, claimed, redeemed.

use alloc::string::String;
use core::fmt;

use mfakit_core::{SecretBytes, UnixTime, UserId};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::tag::CodeTag;
use crate::{Address, Purpose};

/// The digits and capital letters without those taken for one another: no `0` and `O`, no `1`, `I`
/// and `L`.
const ALPHABET: &[u8; 31] = b"23456789ABCDEFGHJKMNPQRSTUVWXYZ";
/// Nine symbols of 31 are 44 bits.
const SYMBOLS: usize = 9;
/// Shown as `XXX-XXX-XXX`.
const GROUP: usize = 3;

/// A code as a user types it, in the one form that is compared.
///
/// Letters may be in lower case; spaces and dashes (U+0020 and U+002D), wherever they are and
/// however many, are left out. What remains is nine symbols of the alphabet
/// `23456789ABCDEFGHJKMNPQRSTUVWXYZ`. Nothing else is put right: a zero is not taken for a letter.
///
/// ```
/// use mfakit_activation::{MalformedCode, TypedCode};
///
/// assert!(TypedCode::parse("K7M-2QX-9HD").is_ok());
/// assert!(TypedCode::parse(" k7m2qx 9hd").is_ok());
/// assert_eq!(TypedCode::parse("K7M-2QX-9H").unwrap_err(), MalformedCode);
/// assert_eq!(TypedCode::parse("K7M-2QX-9H0").unwrap_err(), MalformedCode);
/// assert_eq!(TypedCode::parse("").unwrap_err(), MalformedCode);
/// ```
pub struct TypedCode(SecretBytes);

impl TypedCode {
    /// The longest text that is looked at, in bytes: room for a space or a dash after each symbol,
    /// and some.
    pub const MAX_TEXT_BYTES: usize = 32;

    /// Returns the code that the text stands for.
    ///
    /// # Inputs
    ///
    /// - `text`: what the user typed, of any length and content.
    ///
    /// # Errors
    ///
    /// [`MalformedCode`] if no code is written so. It cannot be a right guess, and counts as none.
    pub fn parse(text: &str) -> Result<Self, MalformedCode> {
        if text.len() > Self::MAX_TEXT_BYTES {
            return Err(MalformedCode);
        }
        let mut symbols = Zeroizing::new([0; SYMBOLS]);
        let mut free = symbols.iter_mut();
        for byte in text.bytes().filter(|byte| !matches!(byte, b' ' | b'-')) {
            let symbol = byte.to_ascii_uppercase();
            if !ALPHABET.contains(&symbol) {
                return Err(MalformedCode);
            }
            *free.next().ok_or(MalformedCode)? = symbol;
        }
        if free.next().is_some() {
            return Err(MalformedCode);
        }
        Ok(Self(SecretBytes::new(&*symbols)))
    }

    /// Draws a code, each as likely as any other.
    pub(crate) fn random(rng: &mut impl CryptoRng) -> Self {
        let mut symbols = Zeroizing::new([0; SYMBOLS]);
        for symbol in symbols.iter_mut() {
            *symbol = random_symbol(rng);
        }
        Self(SecretBytes::new(&*symbols))
    }

    pub(crate) fn symbols(&self) -> &[u8] {
        self.0.expose()
    }

    /// The code in its groups.
    pub(crate) fn grouped(&self) -> Zeroizing<String> {
        // Never more than twice the symbols, so nothing is left behind by growing.
        let mut text = Zeroizing::new(String::with_capacity(SYMBOLS.saturating_mul(2)));
        for group in self.symbols().chunks(GROUP) {
            if !text.is_empty() {
                text.push('-');
            }
            text.extend(group.iter().copied().map(char::from));
        }
        text
    }
}

/// Five random bits name one of 32 symbols; the one that is not there is drawn again.
fn random_symbol(rng: &mut impl CryptoRng) -> u8 {
    loop {
        let mut byte = [0];
        rng.fill_bytes(&mut byte);
        let [byte] = byte;
        if let Some(&symbol) = ALPHABET.get(usize::from(byte & 0b1_1111)) {
            return symbol;
        }
    }
}

impl zeroize::ZeroizeOnDrop for TypedCode {}

impl fmt::Debug for TypedCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TypedCode").finish_non_exhaustive()
    }
}

/// A text that is not how a code is written.
///
/// An error of the form: show it to the user as it is. It is a property of the text alone, says
/// nothing about any code, and counts against no limit.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[expect(
    clippy::exhaustive_structs,
    reason = "there is nothing more to say about it"
)]
#[error("text is no activation code")]
pub struct MalformedCode;

/// A code on its way into a mail: the only place where its text is.
///
/// It cannot be copied or formatted, and is wiped on drop. Send [`IssuedCode::expose`] to
/// [`IssuedCode::address`] and nowhere else, after the state has been written; if the mail cannot be
/// handed over, give the code to [`Activation::withdraw`](crate::Activation::withdraw).
#[must_use = "send it, or withdraw it"]
pub struct IssuedCode {
    pub(crate) text: Zeroizing<String>,
    pub(crate) tag: CodeTag,
    pub(crate) purpose: Purpose,
    pub(crate) address: Address,
    pub(crate) issued_at: UnixTime,
    pub(crate) expires_at: UnixTime,
}

impl IssuedCode {
    /// Returns the text for the mail, in groups: `XXX-XXX-XXX`.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.text
    }

    /// Returns the only address that the code may be sent to.
    #[must_use]
    pub const fn address(&self) -> &Address {
        &self.address
    }

    /// Returns what the code is for.
    #[must_use]
    pub const fn purpose(&self) -> Purpose {
        self.purpose
    }

    /// Returns the last second at which the code is right.
    #[must_use]
    pub const fn expires_at(&self) -> UnixTime {
        self.expires_at
    }
}

impl zeroize::ZeroizeOnDrop for IssuedCode {}

impl fmt::Debug for IssuedCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IssuedCode")
            .field("purpose", &self.purpose)
            .field("issued_at", &self.issued_at)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

/// Proof that the right code was entered in time, and that one browser holds it now.
///
/// Only [`ActivationCodes::claim`](crate::ActivationCodes::claim) makes one. It is not the end: the
/// set-up that the code was for is done by
/// [`ActivationCodes::redeem`](crate::ActivationCodes::redeem), together with everything it sets up.
#[derive(Debug)]
#[must_use = "show the set-up, and redeem the code when that is committed"]
pub struct ClaimedCode {
    pub(crate) user: UserId,
    pub(crate) purpose: Purpose,
    pub(crate) until: UnixTime,
}

impl ClaimedCode {
    /// Returns whose code it is.
    #[must_use]
    pub const fn user(&self) -> &UserId {
        &self.user
    }

    /// Returns what it is for.
    #[must_use]
    pub const fn purpose(&self) -> Purpose {
        self.purpose
    }

    /// Returns the last second at which it can be redeemed without being entered again.
    #[must_use]
    pub const fn until(&self) -> UnixTime {
        self.until
    }
}

/// Proof that a user reads the mail of an address, used up for one purpose.
///
/// Only [`ActivationCodes::redeem`](crate::ActivationCodes::redeem) makes one, once for each code.
///
/// It is no second factor and raises no assurance level: NIST SP 800-63B-4 section 3.1.3.1 rules
/// e-mail out as an authenticator. What may be done with it is for the session that asked.
#[derive(Debug)]
#[must_use = "commit what the code was for in the same write as the state that made it"]
pub struct RedeemedCode {
    pub(crate) user: UserId,
    pub(crate) purpose: Purpose,
    pub(crate) address: Address,
}

impl RedeemedCode {
    /// Returns whose code it was.
    #[must_use]
    pub const fn user(&self) -> &UserId {
        &self.user
    }

    /// Returns what it was for.
    #[must_use]
    pub const fn purpose(&self) -> Purpose {
        self.purpose
    }

    /// Returns the address that the code was sent to: the one that is proven.
    #[must_use]
    pub const fn address(&self) -> &Address {
        &self.address
    }
}

#[cfg(test)]
mod tests;
