//! What a code is for, and who is using it.

use core::fmt;

use mfakit_core::{SecretBytes, UserId};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::Address;

/// What a code lets its reader do. A code for one purpose is worth nothing for another.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Purpose {
    /// Switch two-factor authentication on.
    Enable,
    /// Trust one more browser.
    AddBrowser,
    /// Use an address for notifications and codes from now on.
    ConfirmAddress,
    /// Set a new PIN.
    ResetPin,
}

impl Purpose {
    /// All of them, in the order of their numbers.
    pub(crate) const ALL: [Self; 4] = [
        Self::Enable,
        Self::AddBrowser,
        Self::ConfirmAddress,
        Self::ResetPin,
    ];

    /// The number in stored states and in keyed hashes; never used again for another purpose.
    pub(crate) const fn number(self) -> u8 {
        match self {
            Self::Enable => 1,
            Self::AddBrowser => 2,
            Self::ConfirmAddress => 3,
            Self::ResetPin => 4,
        }
    }

    pub(crate) fn from_number(number: u8) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|purpose| purpose.number() == number)
    }
}

/// Whose code it is, what for, and by which address: all that a code is bound to.
///
/// All three come from the service's own records and from the sign-in under way. None comes from
/// the form that brings the code: a request that could choose the address could confirm one that
/// its sender does not read.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    pub(crate) user: &'a UserId,
    pub(crate) purpose: Purpose,
    pub(crate) address: &'a Address,
}

impl<'a> Subject<'a> {
    /// Names the three.
    ///
    /// # Inputs
    ///
    /// - `user`: whose sign-in this is.
    /// - `purpose`: what is being done.
    /// - `address`: the one that the record has *now*: the user's confirmed address or, for
    ///   [`Purpose::ConfirmAddress`], the one to be confirmed. If it is no longer the one that the
    ///   code was sent to, the code is void.
    #[must_use]
    pub const fn new(user: &'a UserId, purpose: Purpose, address: &'a Address) -> Self {
        Self {
            user,
            purpose,
            address,
        }
    }
}

/// The browser, or the sign-in under way, that holds a code between its entry and its use.
///
/// Made of a secret that only it can present again: the value of its cookie, or the id in its
/// sealed token. Whoever presents the same one is the same claimant. Of a cookie that outlives the
/// sign-in, a user who comes back may go on where the set-up was left.
pub struct Claimant(SecretBytes);

impl Claimant {
    /// The shortest, in bytes: 128 random bits (OWASP ASVS 5.0, 7.2.3).
    pub const MIN_BYTES: usize = 16;
    /// The longest, in bytes: enough for every token and for a hash of anything longer.
    pub const MAX_BYTES: usize = 64;

    /// Makes a claimant of its secret.
    ///
    /// # Inputs
    ///
    /// - `secret`: 16 to 64 bytes, of which at least 128 bits were drawn at random.
    ///
    /// # Errors
    ///
    /// [`InvalidClaimant`] if there are fewer or more.
    pub fn from_bytes(secret: &[u8]) -> Result<Self, InvalidClaimant> {
        if (Self::MIN_BYTES..=Self::MAX_BYTES).contains(&secret.len()) {
            Ok(Self(SecretBytes::new(secret)))
        } else {
            Err(InvalidClaimant)
        }
    }

    /// Draws a new claimant of 32 random bytes; [`Claimant::expose`] is what its browser must keep.
    pub fn random(rng: &mut impl CryptoRng) -> Self {
        let mut secret = Zeroizing::new([0; 32]);
        rng.fill_bytes(&mut *secret);
        Self(SecretBytes::new(&*secret))
    }

    /// Returns the secret, for the claimant's own cookie or sealed token and nothing else.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        self.0.expose()
    }
}

impl zeroize::ZeroizeOnDrop for Claimant {}

impl fmt::Debug for Claimant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Claimant").finish_non_exhaustive()
    }
}

/// A claimant's secret that is shorter than 16 bytes or longer than 64.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[expect(
    clippy::exhaustive_structs,
    reason = "there is nothing more to say about it"
)]
#[error("claimant's secret is not of 16 to 64 bytes")]
pub struct InvalidClaimant;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claimant_has_16_to_64_bytes() {
        let outcome = |bytes: usize| Claimant::from_bytes([7; 100].get(..bytes).unwrap()).map(drop);
        assert_eq!(outcome(15), Err(InvalidClaimant));
        assert_eq!(outcome(16), Ok(()));
        assert_eq!(outcome(64), Ok(()));
        assert_eq!(outcome(65), Err(InvalidClaimant));
        assert_eq!(outcome(0), Err(InvalidClaimant));
    }

    #[test]
    fn purposes_are_told_by_their_numbers() {
        for (number, purpose) in (1..).zip(Purpose::ALL) {
            assert_eq!(purpose.number(), number);
            assert_eq!(Purpose::from_number(number), Some(purpose));
        }
        assert_eq!(Purpose::from_number(0), None);
        assert_eq!(Purpose::from_number(5), None);
        assert!(Purpose::ALL.is_sorted());
    }
}
