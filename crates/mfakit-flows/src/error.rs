//! Why the flows refuse.
//!
//! `Display` is for logs. A user who gives a code is shown one sentence whatever the reason
//! ([`CodeRefusal::user_text`]); the other refusals concern somebody who is signed in.

use core::time::Duration;

use mfakit_core::OpenError;

/// Why a record from the store is not usable. None of these means "no second factor".
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RecordError {
    /// The seal opened, and what is in it is no record of this user.
    #[error("user record is malformed")]
    Malformed,
    /// A later version of this crate wrote it.
    #[error("user record has format {format}, which is newer than this program")]
    Newer {
        /// Its format.
        format: u8,
    },
    /// The seal does not open.
    #[error("user record does not open")]
    Sealed {
        /// Why.
        source: OpenError,
    },
}

/// So many notifications wait for delivery that another change would lose one: deliver first.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("too many notifications wait for delivery")]
#[non_exhaustive]
pub struct RecordFull;

/// Why a session is not enough.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum GrantRefusal {
    /// The session was ended: by a removal, a disabling, another first factor.
    #[error("session has ended")]
    Ended,
    /// The session was granted for the review after a recovery only: that comes first.
    #[error("devices must be reviewed first")]
    ReviewFirst,
    /// The session was granted for the set-up of a required method only: that comes first.
    #[error("the required method must be set up first")]
    SetUpFirst,
    /// The level asked for cannot be reached before another factor is set up.
    #[error("another factor must be set up first")]
    SetUpRequired,
    /// The proof is missing, or too old for this.
    #[error("a fresh proof is needed")]
    StepUpRequired,
    /// The session is another user's.
    #[error("session belongs to another user")]
    WrongUser,
}

/// Why a code was not accepted.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CodeRefusal {
    /// The last used code lies in the future: the server's clock went back. Counted.
    #[error("the clock went back before the last used code")]
    ClockWentBack,
    /// The code has another number of digits than any of the devices shows. Nothing was compared.
    #[error("code has the wrong number of digits")]
    Malformed,
    /// The code is of none of the devices. Counted.
    #[error("code does not match")]
    Mismatch,
    /// The user has no device of this kind. Nothing was compared.
    #[error("no such factor is enrolled")]
    NotEnrolled,
    /// The code, or a later one, was used before. Counted.
    #[error("code was used before")]
    Replayed,
    /// Too many failures, ever: another proof must reopen the class. Nothing was compared.
    #[error("stopped after too many failures")]
    Stopped,
    /// Too many failures in a row. Nothing was compared.
    #[error("throttled for {} s", retry_after.as_secs())]
    Throttled {
        /// When to try again.
        retry_after: Duration,
    },
    /// The server's clock shows a time before the first code of the devices. Nothing was compared.
    #[error("the time is before the first code")]
    TooEarly,
}

impl CodeRefusal {
    /// Returns whether the refusal was counted against the user's budget.
    #[must_use]
    pub const fn counts_as_attempt(&self) -> bool {
        match self {
            Self::ClockWentBack | Self::Mismatch | Self::Replayed => true,
            Self::Malformed
            | Self::NotEnrolled
            | Self::Stopped
            | Self::Throttled { .. }
            | Self::TooEarly => false,
        }
    }

    /// Returns what to show the user: the same for every refusal that was compared, and for those
    /// that were not, so that nobody learns which.
    #[must_use]
    pub const fn user_text(&self) -> &'static str {
        "This code was not accepted. Wait for the next code in your application and try again."
    }
}

/// Why a key was not accepted, or not set up. The record was not changed by it, but by a counter that
/// went back.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyRefusal {
    /// The counter of the key did not grow: there may be a copy of it. Its owner is told, and the
    /// sign-in or step-up is used up.
    #[error("signature counter did not grow")]
    CounterWentBack,
    /// The ceremony took too long: begin it anew.
    #[error("ceremony took too long")]
    Expired,
    /// The user has no key that is in use.
    #[error("no key is enrolled")]
    NotEnrolled,
    /// A step of the verification refused.
    #[error("answer refused")]
    Refused(#[source] mfakit_webauthn::Error),
    /// The key is suspended.
    #[error("key is suspended")]
    Suspended,
    /// The key is none of the user's, or of nobody: it was removed, or is another service's.
    #[error("key is not registered")]
    Unknown,
}

impl KeyRefusal {
    /// Returns what to show the user. None of it helps somebody who guesses: there is nothing to
    /// guess about a key.
    #[must_use]
    pub const fn user_text(&self) -> &'static str {
        match self {
            Self::CounterWentBack => {
                "This security key was not accepted: it may have been copied. Use another method \
                 and remove this one."
            }
            Self::Expired => "That took too long. Please try again.",
            Self::NotEnrolled => "There is no security key to sign in with. Use another method.",
            Self::Refused(_) => {
                "The security key was not accepted. Please try again, or use another method."
            }
            Self::Suspended => {
                "This security key is suspended. Use another method; you can resume it afterwards."
            }
            Self::Unknown => {
                "This security key is not registered here, or was removed. Use another one."
            }
        }
    }
}

/// Why a code on paper was not accepted: a recovery code, or one from support.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RecoveryRefusal {
    /// It is none of the user's. Counted.
    #[error("code does not match")]
    Mismatch,
    /// The user has no code of this sort: no recovery codes, or no open reset. Nothing was compared.
    #[error("no code of this sort is open")]
    NoneOpen,
    /// Too many wrong codes came from this network. Nothing was compared.
    #[error("throttled for {} s", retry_after.as_secs())]
    Throttled {
        /// When to try again.
        retry_after: Duration,
    },
    /// It was used before. Counted.
    #[error("code was used before")]
    Used,
}

impl RecoveryRefusal {
    /// Returns whether the refusal was counted.
    #[must_use]
    pub const fn counts_as_attempt(&self) -> bool {
        match self {
            Self::Mismatch | Self::Used => true,
            Self::NoneOpen | Self::Throttled { .. } => false,
        }
    }

    /// Returns what to show the user: the same for every refusal, so that nobody learns which.
    #[must_use]
    pub const fn user_text(&self) -> &'static str {
        "This code was not accepted. Check it for typing errors, or use another one."
    }
}

/// Why an address was not added or removed.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum AddressRefusal {
    /// The session is not enough.
    #[error("session refused")]
    Grant(#[from] GrantRefusal),
    /// Events must be delivered first.
    #[error("record is full")]
    Full(#[from] RecordFull),
    /// The address is confirmed already.
    #[error("address is confirmed")]
    Known,
    /// It is not the code that was sent last. Counted.
    #[error("code does not match")]
    Mismatch,
    /// No address waits for a code, or its time is over.
    #[error("no address waits for a code")]
    NothingPending,
    /// Too many codes were sent, or wrong ones given.
    #[error("throttled for {} s", retry_after.as_secs())]
    Throttled {
        /// When to try again.
        retry_after: Duration,
    },
    /// The user has as many as there may be.
    #[error("too many addresses")]
    TooMany,
    /// The user has no such address.
    #[error("no such address")]
    Unknown,
}

/// Why the second step of a sign-in failed.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SignInRefusal {
    /// The code was not accepted; the user may try again while the sign-in lasts.
    #[error("code refused")]
    Code(#[source] CodeRefusal),
    /// The sign-in was used up, timed out, or voided: begin again with the first factor.
    #[error("sign-in has ended")]
    Ended,
    /// The key was not accepted; the user may try again, or another method.
    #[error("key refused")]
    Key(#[source] KeyRefusal),
    /// The user has a key, and the profile has it used: a code does not do.
    #[error("a key is required")]
    KeyRequired,
    /// The code on paper was not accepted; the user may try again, or another method.
    #[error("code refused")]
    Recovery(#[source] RecoveryRefusal),
    /// Too many sign-ins within its lifetime. Nothing was compared.
    #[error("too many sign-ins")]
    TooMany,
    /// The token belongs to another user's sign-in.
    #[error("sign-in belongs to another user")]
    WrongUser,
}

/// Why a device was not set up.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum EnrollRefusal {
    /// The code was not accepted; the set-up goes on.
    #[error("code refused")]
    Code(#[source] CodeRefusal),
    /// The session is not enough.
    #[error("session refused")]
    Grant(#[from] GrantRefusal),
    /// The new key was not accepted: begin again.
    #[error("key refused")]
    Key(#[source] KeyRefusal),
    /// The user has as many devices of this kind as the profile allows.
    #[error("limit of {max} devices reached")]
    LimitReached {
        /// The profile's limit.
        max: u32,
    },
    /// Another device of the user has this name.
    #[error("another device has this name")]
    NameTaken,
    /// No set-up of this session is under way, or it timed out.
    #[error("no set-up is under way")]
    NothingPending,
    /// The key is registered already: by this user, or by another one.
    #[error("key is registered already")]
    Taken,
    /// The device does not fit into the record any more.
    #[error("device is too large for the record")]
    TooLarge,
    /// Too many set-ups and sign-ins within their lifetime.
    #[error("too many ceremonies")]
    TooMany,
    /// Events must be delivered first.
    #[error("record is full")]
    Full(#[from] RecordFull),
}

/// Why a change of devices was refused.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ManageRefusal {
    /// The session is not enough.
    #[error("session refused")]
    Grant(#[from] GrantRefusal),
    /// It is the only device in use: disable the second factor instead.
    #[error("it is the last device")]
    LastDevice,
    /// The profile requires the second factor, or a key, of this user.
    #[error("the method is required")]
    MustKeep,
    /// Another device of the user has this name.
    #[error("another device has this name")]
    NameTaken,
    /// The device is not suspended.
    #[error("device is not suspended")]
    NotSuspended,
    /// The device is suspended already.
    #[error("device is suspended")]
    Suspended,
    /// There is no second factor, so there is nothing of this sort either.
    #[error("no second factor is enrolled")]
    NotEnrolled,
    /// The session is not the review after a recovery.
    #[error("nothing is to be reviewed")]
    NothingToReview,
    /// Events must be delivered first.
    #[error("record is full")]
    Full(#[from] RecordFull),
    /// The user has no such device.
    #[error("no such device")]
    UnknownDevice,
    /// An operator may not do this to their own record.
    #[error("operators cannot change their own record")]
    OwnRecord,
}

/// Why a fresh proof was not accepted.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum StepUpRefusal {
    /// The code was not accepted.
    #[error("code refused")]
    Code(#[source] CodeRefusal),
    /// The token was used up, timed out, or was voided: begin again.
    #[error("step-up has ended")]
    Ended,
    /// The session does not hold.
    #[error("session refused")]
    Grant(#[from] GrantRefusal),
    /// The key was not accepted.
    #[error("key refused")]
    Key(#[source] KeyRefusal),
    /// Too many proofs within the lifetime of one. Nothing was compared.
    #[error("too many proofs")]
    TooMany,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Requirement 9: nobody learns from the page why a code was refused.
    #[test]
    fn one_text_for_every_refused_code() {
        let retry_after = Duration::from_secs(60);
        let texts = [
            CodeRefusal::ClockWentBack,
            CodeRefusal::Malformed,
            CodeRefusal::Mismatch,
            CodeRefusal::NotEnrolled,
            CodeRefusal::Replayed,
            CodeRefusal::Stopped,
            CodeRefusal::Throttled { retry_after },
            CodeRefusal::TooEarly,
        ]
        .map(|refusal| refusal.user_text());
        assert_eq!(texts, [texts[0]; 8]);
        let texts = [
            RecoveryRefusal::Mismatch,
            RecoveryRefusal::NoneOpen,
            RecoveryRefusal::Throttled { retry_after },
            RecoveryRefusal::Used,
        ]
        .map(|refusal| refusal.user_text());
        assert_eq!(texts, [texts[0]; 4]);
    }
}
