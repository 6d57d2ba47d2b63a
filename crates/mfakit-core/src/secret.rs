//! Secrets that are redacted in `Debug` and wiped on drop.

use core::fmt;

use zeroize::Zeroize;

/// A secret of fixed length: not printed, not cloned, not compared, wiped on drop.
pub struct SecretArray<const N: usize>([u8; N]);

impl<const N: usize> SecretArray<N> {
    /// Takes the secret over. Wipe the array it came from, if it stays around.
    #[must_use]
    pub const fn new(secret: [u8; N]) -> Self {
        Self(secret)
    }

    /// Returns the secret itself. Keep the borrow short and copy nothing out of it.
    #[must_use]
    pub const fn expose(&self) -> &[u8; N] {
        &self.0
    }
}

impl<const N: usize> Drop for SecretArray<N> {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl<const N: usize> zeroize::ZeroizeOnDrop for SecretArray<N> {}

impl<const N: usize> fmt::Debug for SecretArray<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretArray(..)")
    }
}

/// A secret of any length: not printed, not cloned, not compared, wiped on drop.
#[cfg(feature = "alloc")]
pub struct SecretBytes(alloc::boxed::Box<[u8]>);

#[cfg(feature = "alloc")]
impl SecretBytes {
    /// Copies the secret into memory of its own.
    #[must_use]
    pub fn new(secret: &[u8]) -> Self {
        Self(secret.into())
    }

    /// Returns the secret itself. Keep the borrow short and copy nothing out of it.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

#[cfg(feature = "alloc")]
impl Drop for SecretBytes {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

#[cfg(feature = "alloc")]
impl zeroize::ZeroizeOnDrop for SecretBytes {}

#[cfg(feature = "alloc")]
impl fmt::Debug for SecretBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretBytes(..)")
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;

    #[test]
    fn debug_hides_the_secret() {
        assert_eq!(
            std::format!("{:?}", SecretArray::new([65; 4])),
            "SecretArray(..)"
        );
        #[cfg(feature = "alloc")]
        assert_eq!(
            std::format!("{:?}", SecretBytes::new(b"AAAA")),
            "SecretBytes(..)"
        );
    }
}
