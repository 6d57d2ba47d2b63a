//! A generator that draws the same bytes in every run.

use core::{convert::Infallible, fmt};

use chacha20::ChaCha20Rng;
use rand_core::{SeedableRng, TryCryptoRng, TryRng};

/// A generator whose bytes follow from its seed: a failing test fails again.
///
/// # Security
///
/// Whoever knows the seed knows every byte. For tests only.
pub struct SeededRng(ChaCha20Rng);

impl SeededRng {
    /// Creates the generator of `seed`.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(ChaCha20Rng::seed_from_u64(seed))
    }
}

impl Clone for SeededRng {
    /// Copies the generator: both draw the same bytes from here on.
    fn clone(&self) -> Self {
        Self(ChaCha20Rng::deserialize_state(&self.0.serialize_state()))
    }
}

impl TryRng for SeededRng {
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

impl TryCryptoRng for SeededRng {}

impl fmt::Debug for SeededRng {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SeededRng(..)")
    }
}

#[cfg(test)]
mod tests {
    use rand_core::Rng;

    use super::*;

    fn draw(seed: u64) -> [u8; 32] {
        let mut bytes = [0; 32];
        SeededRng::new(seed).fill_bytes(&mut bytes);
        bytes
    }

    #[test]
    fn a_copy_draws_the_same() {
        let mut rng = SeededRng::new(1);
        rng.fill_bytes(&mut [0; 7]);
        let mut copy = rng.clone();
        assert_eq!(copy.next_u64(), rng.next_u64());
    }

    #[test]
    fn bytes_follow_from_the_seed() {
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
    }
}
