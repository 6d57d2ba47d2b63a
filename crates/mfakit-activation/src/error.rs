//! Why a code was not issued, claimed or redeemed.

use core::time::Duration;

/// Why no code was issued.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum IssueError {
    /// The last one was issued less than a minute ago, or five were within the hour, or too many
    /// wrong ones were entered.
    #[error("too many activation codes; again in {} s", retry_after.as_secs())]
    Throttled {
        /// When to ask again.
        retry_after: Duration,
    },
    /// The state is that of another user: the caller mixed two up, or somebody moved a row.
    #[error("activation state is of another user")]
    UserMismatch,
}

/// Why a code was not claimed.
///
/// Log it. Show the user one message for [`Expired`](Self::Expired),
/// [`CodeMismatch`](Self::CodeMismatch), [`NoPendingCode`](Self::NoPendingCode) and
/// [`CodeConsumed`](Self::CodeConsumed), and the way to a new code.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ClaimError {
    /// The code is right, but another browser is in the middle of the set-up with it.
    #[error("activation code is in use elsewhere; again in {} s", retry_after.as_secs())]
    ClaimedElsewhere {
        /// When its claim ends.
        retry_after: Duration,
    },
    /// The clock stands before the issue of the code. Nothing was compared.
    #[error("clock went back behind the issue of the activation code")]
    ClockWentBack,
    /// The code of this purpose has been used. Nothing was compared.
    #[error("activation code has been used")]
    CodeConsumed,
    /// It is not the newest code of this purpose. Counted.
    #[error("activation code does not match; tries left: {tries_left}")]
    CodeMismatch {
        /// How many wrong codes may still follow; with none left, all codes of the user are dead.
        tries_left: u8,
    },
    /// The code's time is over. Nothing was compared.
    #[error("activation code has expired")]
    Expired,
    /// No code of this purpose was issued, or it is void: replaced, cancelled, withdrawn, or sent to
    /// an address that is no longer the user's. Nothing was compared.
    #[error("no activation code is pending")]
    NoPendingCode,
    /// Too many wrong codes were entered. Nothing was compared.
    #[error("too many wrong activation codes; again in {} s", retry_after.as_secs())]
    Throttled {
        /// When a new code may be asked for.
        retry_after: Duration,
    },
    /// The state is that of another user: the caller mixed two up, or somebody moved a row.
    #[error("activation state is of another user")]
    UserMismatch,
}

impl ClaimError {
    /// Returns whether it counts as a failed attempt of the user: only if a code was compared and
    /// was wrong. The state has counted it already.
    #[must_use]
    pub const fn counts_as_attempt(self) -> bool {
        match self {
            Self::CodeMismatch { .. } => true,
            Self::ClaimedElsewhere { .. }
            | Self::ClockWentBack
            | Self::CodeConsumed
            | Self::Expired
            | Self::NoPendingCode
            | Self::Throttled { .. }
            | Self::UserMismatch => false,
        }
    }
}

/// Why a claimed code was not redeemed.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RedeemError {
    /// The claim's time is over. While the code is valid, it can be entered again.
    #[error("claim of the activation code has expired")]
    ClaimExpired,
    /// The clock stands before the claim.
    #[error("clock went back behind the claim of the activation code")]
    ClockWentBack,
    /// The code has been used.
    #[error("activation code has been used")]
    CodeConsumed,
    /// No code of this purpose was issued, or it is void: replaced, cancelled, withdrawn, or sent to
    /// an address that is no longer the user's.
    #[error("no activation code is pending")]
    NoPendingCode,
    /// The code was not entered, or by another browser.
    #[error("activation code is not claimed by this browser")]
    NotClaimed,
    /// The state is that of another user: the caller mixed two up, or somebody moved a row.
    #[error("activation state is of another user")]
    UserMismatch,
}
