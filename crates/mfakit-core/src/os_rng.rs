//! The operating system's randomness, read once.

use core::{convert::Infallible, fmt};

use chacha20::ChaCha20Rng;
use rand_core::{SeedableRng, TryCryptoRng, TryRng};

/// A cryptographic generator seeded from the operating system.
///
/// Reading the system's randomness can fail (early boot, a sandbox without the call); here that is
/// an error of [`OsRng::new`], and nothing afterwards can fail or panic. Make one per request: it
/// costs one system call.
pub struct OsRng(ChaCha20Rng);

impl OsRng {
    /// Reads a seed from the operating system.
    ///
    /// # Errors
    ///
    /// [`RandomnessUnavailable`] if the system has none to give.
    pub fn new() -> Result<Self, RandomnessUnavailable> {
        ChaCha20Rng::try_from_rng(&mut getrandom::SysRng)
            .map(Self)
            .map_err(|_| RandomnessUnavailable)
    }
}

impl TryRng for OsRng {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        self.0.try_next_u32()
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        self.0.try_next_u64()
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.0.try_fill_bytes(bytes)
    }
}

impl TryCryptoRng for OsRng {}

impl fmt::Debug for OsRng {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OsRng(..)")
    }
}

/// The operating system gave no random bytes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct RandomnessUnavailable;

impl fmt::Display for RandomnessUnavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the operating system gave no random bytes")
    }
}

impl core::error::Error for RandomnessUnavailable {}

#[cfg(test)]
mod tests {
    use rand_core::Rng;

    use super::*;

    #[test]
    fn two_generators_differ() {
        let draw = || {
            let mut bytes = [0_u8; 32];
            OsRng::new().unwrap().fill_bytes(&mut bytes);
            bytes
        };
        assert_ne!(draw(), draw());
    }
}
