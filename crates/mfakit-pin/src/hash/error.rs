//! What can go wrong with a hash.

/// Why a PIN was not verified.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// It is not the PIN of this user.
    #[error("PIN does not match")]
    PinMismatch,
    /// The memory that the hash costs is not to be had. Nothing was compared.
    #[error("not enough memory to hash a PIN")]
    OutOfMemory,
}

impl VerifyError {
    /// Returns whether the attempt counts against the user's budget: only if a PIN was compared.
    #[must_use]
    pub const fn counts_as_attempt(self) -> bool {
        match self {
            Self::PinMismatch => true,
            Self::OutOfMemory => false,
        }
    }
}

impl From<OutOfMemory> for VerifyError {
    fn from(OutOfMemory: OutOfMemory) -> Self {
        Self::OutOfMemory
    }
}

/// Why a PIN was not set.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SetError {
    /// It is the PIN that the user has already.
    #[error("new PIN is the current one")]
    PinReused,
    /// The memory that the hash costs is not to be had. The current PIN stays.
    #[error("not enough memory to hash a PIN")]
    OutOfMemory,
}

impl SetError {
    /// Returns whether it counts as an attempt at the current PIN, as it tells that a guess of it
    /// was right.
    #[must_use]
    pub const fn counts_as_attempt(self) -> bool {
        match self {
            Self::PinReused => true,
            Self::OutOfMemory => false,
        }
    }
}

impl From<OutOfMemory> for SetError {
    fn from(OutOfMemory: OutOfMemory) -> Self {
        Self::OutOfMemory
    }
}

/// The memory that a hash costs is not to be had.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[expect(
    clippy::exhaustive_structs,
    reason = "there is nothing more to say about it"
)]
#[error("not enough memory to hash a PIN")]
pub struct OutOfMemory;

/// The pepper has another number than the one that the hash was made with.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
#[error("hash was made with pepper {needed}, not with pepper {given}")]
pub struct WrongPepper {
    /// The number of the pepper that the hash was made with.
    pub needed: u32,
    /// The number of the pepper that was given.
    pub given: u32,
}
