//! Keyed hashes of codes and claimants: what a stored state holds in their place.

use hmac::{Hmac, KeyInit as _, Mac as _};
use mfakit_core::{SecretArray, UnixTime, UserId};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use crate::{Claimant, Purpose, Subject, TypedCode};

/// Keep the two uses of the key apart, and from every other use of it.
const CODE_DOMAIN: &[u8] = b"mfakit-activation 1 code\0";
const CLAIMANT_DOMAIN: &[u8] = b"mfakit-activation 1 claimant\0";

/// HMAC-SHA-256 of a code, bound to its subject and its life.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(crate) struct CodeTag(pub(crate) [u8; 32]);

impl CodeTag {
    pub(crate) fn new(
        key: &SecretArray<32>,
        subject: &Subject<'_>,
        issued_at: UnixTime,
        expires_at: UnixTime,
        code: &TypedCode,
    ) -> Self {
        let hmac = bound_hmac(key, CODE_DOMAIN, subject.user, subject.purpose)
            .chain_update(issued_at.as_secs().to_be_bytes())
            .chain_update(expires_at.as_secs().to_be_bytes())
            // Of fixed length, so what is left is the address.
            .chain_update(code.symbols())
            .chain_update(subject.address.as_str());
        Self(hmac.finalize().into_bytes().into())
    }

    /// In constant time.
    pub(crate) fn matches(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

/// The first half of an HMAC-SHA-256 of a claimant's secret, which has 128 bits or more itself.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(crate) struct ClaimantTag(pub(crate) [u8; 16]);

impl ClaimantTag {
    pub(crate) fn new(
        key: &SecretArray<32>,
        user: &UserId,
        purpose: Purpose,
        claimant: &Claimant,
    ) -> Self {
        let hmac = bound_hmac(key, CLAIMANT_DOMAIN, user, purpose).chain_update(claimant.expose());
        let full: [u8; 32] = hmac.finalize().into_bytes().into();
        let mut half = [0; 16];
        for (byte, of_full) in half.iter_mut().zip(full) {
            *byte = of_full;
        }
        Self(half)
    }

    /// In constant time.
    pub(crate) fn matches(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

fn bound_hmac(
    key: &SecretArray<32>,
    domain: &[u8],
    user: &UserId,
    purpose: Purpose,
) -> Hmac<Sha256> {
    // RFC 2104 section 2: a key shorter than the hash's block is padded with zeros.
    let mut block = Zeroizing::new([0; 64]);
    let (padded, _) = block.split_at_mut(32);
    padded.copy_from_slice(key.expose());
    // A user id has at most 64 bytes, so the lowest byte is all of its length.
    let [user_len, ..] = user.as_bytes().len().to_le_bytes();
    Hmac::<Sha256>::new((&*block).into())
        .chain_update(domain)
        .chain_update([purpose.number(), user_len])
        .chain_update(user.as_bytes())
}
