//! Errors in a form that compares.

use mfakit::store::StoreErrorKind;
use mfakit::{Error, OpenError, RecordError};

/// Why an operation gave no result.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Why<R> {
    Contended,
    MalformedCode,
    MalformedRecoveryCode,
    MalformedResponse,
    NotConfigured(&'static str),
    Randomness,
    Record(RecordError),
    Refused(R),
    Store(StoreErrorKind),
    /// For so many seconds.
    Throttled(u64),
    Token(OpenError),
    UnknownUser,
}

impl<R: std::error::Error + 'static> From<Error<R>> for Why<R> {
    fn from(error: Error<R>) -> Self {
        match error {
            Error::Contended => Self::Contended,
            Error::MalformedCode(_) => Self::MalformedCode,
            Error::MalformedRecoveryCode(_) => Self::MalformedRecoveryCode,
            Error::MalformedResponse(_) => Self::MalformedResponse,
            Error::NotConfigured { part } => Self::NotConfigured(part),
            Error::Randomness(_) => Self::Randomness,
            Error::Record(error) => Self::Record(error),
            Error::Refused(refusal) => Self::Refused(refusal),
            Error::Store(error) => Self::Store(error.kind()),
            Error::Throttled { retry_after } => Self::Throttled(retry_after.as_secs()),
            Error::Token(error) => Self::Token(error),
            Error::UnknownUser => Self::UnknownUser,
            other => panic!("an error that these tests do not know: {other:?}"),
        }
    }
}

/// How an operation ended, whatever it would have given.
pub(crate) fn why<T, R: std::error::Error + 'static>(
    result: Result<T, Error<R>>,
) -> Result<(), Why<R>> {
    result.map(drop).map_err(Why::from)
}
