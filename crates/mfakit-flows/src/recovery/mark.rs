//! What is kept of a code.

use core::fmt;

use mfakit_core::Keys;
use rand_core::CryptoRng;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use super::TypedRecoveryCode;

/// What tells one set of codes from another: 128 random bits (OWASP ASVS 11.4.2).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Salt([u8; 16]);
crate::codec::via_bytes!(Salt, |salt| &salt.0, |bytes| bytes
    .try_into()
    .ok()
    .map(Salt));

impl Salt {
    pub(crate) fn random(rng: &mut impl CryptoRng) -> Self {
        let mut salt = [0; 16];
        rng.fill_bytes(&mut salt);
        Self(salt)
    }

    pub(crate) const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

/// A keyed hash of a code (HMAC-SHA-256 under the `index` secret, which is not in the store), bound
/// to what the code is for and to the set that it is of. Whoever has the store alone can try nothing
/// on it; a code of 80 bits needs no slower hash (OWASP ASVS 6.5.2).
#[derive(Clone, Copy)]
pub(crate) struct Mark([u8; 32]);
crate::codec::via_bytes!(Mark, |mark| &mark.0, |bytes| bytes
    .try_into()
    .ok()
    .map(Mark));

impl Mark {
    /// Marks a code of the set `of`.
    pub(crate) fn new(label: &str, of: &[u8; 16], code: &TypedRecoveryCode, keys: &Keys) -> Self {
        let bound = Zeroizing::new([of.as_slice(), code.symbols()].concat());
        Self(keys.index(label, &bound))
    }

    /// Compares in constant time.
    pub(crate) fn is(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl fmt::Debug for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mark(..)")
    }
}
