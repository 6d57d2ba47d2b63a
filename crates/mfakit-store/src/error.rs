//! Why a store could not do what it was asked.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

/// Why a store could not answer.
///
/// "Not there" and "not as expected" are answers, not errors. Neither this type nor its sources
/// contain stored values.
#[derive(Clone, Debug)]
pub struct StoreError {
    kind: StoreErrorKind,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

impl StoreError {
    /// Makes an error with the engine's own error as its source.
    pub fn new(
        kind: StoreErrorKind,
        source: impl Into<Box<dyn StdError + Send + Sync + 'static>>,
    ) -> Self {
        Self {
            kind,
            source: Some(Arc::from(source.into())),
        }
    }

    /// Returns what went wrong, as far as it changes what to do next.
    #[must_use]
    pub const fn kind(&self) -> StoreErrorKind {
        self.kind
    }

    /// Whether the write may have happened: read, and look for its version.
    #[must_use]
    pub const fn outcome_unknown(&self) -> bool {
        self.kind.outcome_unknown()
    }

    /// Whether nothing was done and the same call may succeed later.
    #[must_use]
    pub const fn is_retryable(&self) -> bool {
        self.kind.is_retryable()
    }
}

impl From<StoreErrorKind> for StoreError {
    fn from(kind: StoreErrorKind) -> Self {
        Self { kind, source: None }
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.fmt(f)
    }
}

impl StdError for StoreError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        let source: &(dyn StdError + 'static) = self.source.as_deref()?;
        Some(source)
    }
}

/// What went wrong, as far as it changes what to do next.
///
/// After every kind but [`OutcomeUnknown`](Self::OutcomeUnknown) nothing was changed.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum StoreErrorKind {
    /// Another process kept the store locked for too long.
    #[error("the store is busy")]
    Busy,
    /// The store was closed, or its engine has stopped.
    #[error("the store is closed")]
    Closed,
    /// What is stored cannot be read: restore a backup.
    #[error("the store is damaged")]
    Corrupt,
    /// There is no room for the write.
    #[error("the store is full")]
    Full,
    /// The write may have happened, or not, or may happen yet: the answer never came.
    #[error("the outcome of the write is unknown")]
    OutcomeUnknown,
    /// The store takes no writes.
    #[error("the store is read-only")]
    ReadOnly,
    /// The value is longer than [`MAX_VALUE_BYTES`](crate::MAX_VALUE_BYTES).
    #[error("the value is too large")]
    TooLarge,
    /// The store cannot be reached, or failed.
    #[error("the store is unavailable")]
    Unavailable,
}

impl StoreErrorKind {
    /// Whether the write may have happened: read, and look for its version.
    #[must_use]
    pub const fn outcome_unknown(self) -> bool {
        match self {
            Self::OutcomeUnknown => true,
            Self::Busy
            | Self::Closed
            | Self::Corrupt
            | Self::Full
            | Self::ReadOnly
            | Self::TooLarge
            | Self::Unavailable => false,
        }
    }

    /// Whether nothing was done and the same call may succeed later.
    #[must_use]
    pub const fn is_retryable(self) -> bool {
        match self {
            Self::Busy | Self::Unavailable => true,
            Self::Closed
            | Self::Corrupt
            | Self::Full
            | Self::OutcomeUnknown
            | Self::ReadOnly
            | Self::TooLarge => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_source_is_not_repeated_in_the_text() {
        let error = StoreError::new(StoreErrorKind::Unavailable, "connection refused");
        assert_eq!(error.to_string(), "the store is unavailable");
        assert_eq!(error.source().unwrap().to_string(), "connection refused");
        assert!(StoreError::from(StoreErrorKind::Full).source().is_none());
    }

    #[test]
    fn an_unknown_outcome_is_never_blindly_retried() {
        let unknown = StoreError::from(StoreErrorKind::OutcomeUnknown);
        assert!(unknown.outcome_unknown());
        assert!(!unknown.is_retryable());
    }
}
