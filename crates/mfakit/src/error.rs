//! Why an operation gave no result.

use std::time::Duration;

use mfakit_core::{OpenError, RandomnessUnavailable};
use mfakit_flows::{MalformedRecoveryCode, RecordError};
use mfakit_store::vault::NoSuchUser;
use mfakit_store::{Contention, StoreError};
use mfakit_totp::MalformedCode;

/// Why an operation gave no result. `R` says why the flow itself refused.
///
/// None of them ever means that a user may go on. What to answer depends on who is to blame:
///
/// - the user: [`MalformedCode`], [`MalformedRecoveryCode`] and [`Refused`]. The form again, or the page that the refusal
///   asks for; of a refused code one text whatever the reason ([`CodeRefusal::user_text`]).
/// - whoever sends too much: [`Throttled`], as 429 with `Retry-After`.
/// - the browser, or a token that got old: [`Token`]. The page that signs in.
/// - nobody, for once: [`Contended`], as 503. The same request may succeed.
/// - the page: [`MalformedResponse`]. The page again.
/// - the operator: [`UnknownUser`], [`Record`], [`Store`], [`Randomness`] and [`NotConfigured`], as
///   500 or 503, with an alarm.
///
/// Every operation that reads a user's record may fail with those of the operator, and one that
/// writes it with [`Contended`] and [`Throttled`] too; the methods name only what is particular to
/// them.
///
/// [`MalformedCode`]: Error::MalformedCode
/// [`MalformedRecoveryCode`]: Error::MalformedRecoveryCode
/// [`MalformedResponse`]: Error::MalformedResponse
/// [`NotConfigured`]: Error::NotConfigured
/// [`Refused`]: Error::Refused
/// [`Throttled`]: Error::Throttled
/// [`Token`]: Error::Token
/// [`Contended`]: Error::Contended
/// [`UnknownUser`]: Error::UnknownUser
/// [`Record`]: Error::Record
/// [`Store`]: Error::Store
/// [`Randomness`]: Error::Randomness
/// [`CodeRefusal::user_text`]: mfakit_flows::CodeRefusal::user_text
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error<R: std::error::Error + 'static> {
    /// Too many others were changing the same record: nothing was decided. The same for right and
    /// wrong input. Try again.
    #[error("record is contended")]
    Contended,
    /// What the user typed is no code: nothing was compared or counted. Say so beside the field.
    #[error("code is malformed")]
    MalformedCode(#[from] MalformedCode),
    /// What the user typed is neither a recovery code nor one from support: nothing was compared or
    /// counted. Say so beside the field.
    #[error("recovery code is malformed")]
    MalformedRecoveryCode(#[from] MalformedRecoveryCode),
    /// What came is not the answer of a browser to a request for a key: a bug of the page, or
    /// somebody's play. Nothing was compared or changed.
    #[error("answer is malformed")]
    MalformedResponse(#[from] mfakit_webauthn::Error),
    /// The service was built without a part that this needs.
    #[error("{part} is not configured")]
    NotConfigured {
        /// Which one, as the builder's method is called.
        part: &'static str,
    },
    /// The operating system gave no random bytes.
    #[error("no randomness")]
    Randomness(#[from] RandomnessUnavailable),
    /// The user's record does not open. The user cannot sign in until it does.
    #[error("record is unusable")]
    Record(#[from] RecordError),
    /// The flow refused.
    #[error("refused")]
    Refused(#[source] R),
    /// The store failed, and no verdict was given. Nothing was written, unless the store's
    /// [`outcome_unknown`](StoreError::outcome_unknown) says so; then a code may be spent, or a
    /// failure counted, without anybody having been told.
    #[error("store failed")]
    Store(#[from] StoreError),
    /// Too many requests of this user are under way in this process, or too many attempts came
    /// from this network in its window. Nothing was read or compared.
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

impl<R: std::error::Error + 'static> From<Contention> for Error<R> {
    fn from(contention: Contention) -> Self {
        match contention {
            Contention::LineFull { retry_after } | Contention::TooMany { retry_after } => {
                Self::Throttled { retry_after }
            }
            _ => Self::Contended,
        }
    }
}

impl<R: std::error::Error + 'static> From<NoSuchUser> for Error<R> {
    fn from(_: NoSuchUser) -> Self {
        Self::UnknownUser
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
