//! The associated data of a sealed value.

use alloc::vec::Vec;

/// What a sealed value is, and where it belongs.
///
/// A value opens only under the context it was sealed with. The encoding is injective: every part
/// is preceded by its length, so that no two contexts share their bytes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SealContext(Vec<u8>);

impl SealContext {
    /// Starts a context with the kind of value, such as `"user record"`.
    #[must_use]
    pub fn new(kind: &str) -> Self {
        Self(Vec::new()).with(kind.as_bytes())
    }

    /// Adds a fact that must be the same when the value is opened.
    #[must_use]
    pub fn with(mut self, part: &[u8]) -> Self {
        #[expect(clippy::as_conversions, reason = "`usize` has at most 64 bits")]
        let len = part.len() as u64;
        self.0.extend_from_slice(&len.to_be_bytes());
        self.0.extend_from_slice(part);
        self
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moving_a_boundary_makes_another_context() {
        let one = SealContext::new("kind").with(b"ab").with(b"c");
        let other = SealContext::new("kind").with(b"a").with(b"bc");
        assert_ne!(one, other);
        assert_ne!(SealContext::new("kind"), SealContext::new("kind").with(b""));
    }
}
