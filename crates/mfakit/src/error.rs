//! Why an operation gave no result.

use std::time::Duration;

use mfakit_core::{OpenError, RandomnessUnavailable};
use mfakit_flows::RecordError;
use mfakit_store::StoreError;
use mfakit_totp::MalformedCode;

/// Why an operation gave no result. `R` says why the flow itself refused.
///
/// Only [`Error::Refused`] and [`Error::MalformedCode`] are about what the user did; the others
/// are for the operator. None of them ever means that a user may go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error<R: std::error::Error + 'static> {
    /// Too many others were changing the same record: nothing was decided. The same for right and
    /// wrong input. Try again.
    #[error("record is contended")]
    Contended,
    /// What the user typed is no code: nothing was compared or counted. Say so beside the field.
    #[error("code is malformed")]
    MalformedCode(#[source] MalformedCode),
    /// The operating system gave no random bytes.
    #[error("no randomness")]
    Randomness(#[source] RandomnessUnavailable),
    /// The user's record does not open. The user cannot sign in until it does.
    #[error("record is unusable")]
    Record(#[source] RecordError),
    /// The flow refused.
    #[error("refused")]
    Refused(#[source] R),
    /// The store failed; whether a write happened is known to be "no", or the outcome is not
    /// known. No verdict was given.
    #[error("store failed")]
    Store(#[source] StoreError),
    /// Too many requests of this user are under way, or of this network in its window. Nothing
    /// was compared.
    #[error("throttled for {} s", retry_after.as_secs())]
    Throttled {
        /// When to try again.
        retry_after: Duration,
    },
    /// A token was changed, is of another browser or another service: begin again.
    #[error("token does not open")]
    Token(#[source] OpenError),
    /// There is no record of this user: create or adopt the user first. Never "no second factor".
    #[error("unknown user")]
    UnknownUser,
}

impl<R: std::error::Error + 'static> From<StoreError> for Error<R> {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl<R: std::error::Error + 'static> From<RandomnessUnavailable> for Error<R> {
    fn from(error: RandomnessUnavailable) -> Self {
        Self::Randomness(error)
    }
}

impl<R: std::error::Error + 'static> From<RecordError> for Error<R> {
    fn from(error: RecordError) -> Self {
        Self::Record(error)
    }
}

impl<R: std::error::Error + 'static> From<MalformedCode> for Error<R> {
    fn from(error: MalformedCode) -> Self {
        Self::MalformedCode(error)
    }
}

/// Why a user's record was not created.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CreateRefusal {
    /// There is one already. It was left alone.
    #[error("user exists")]
    Exists,
}
