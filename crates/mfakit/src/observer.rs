//! A hook for counters and logs.

use std::fmt;

use crate::Error;

/// Is told of every operation and how it ended: for counters, alarms and logs.
///
/// It is called inline, once at the end of each operation; do not block in it. An operation that
/// was dropped before its end is not told. Closures implement it.
pub trait Observer: Send + Sync {
    /// One operation has ended.
    fn observe(&self, operation: Operation, outcome: Outcome);
}

impl<F: Fn(Operation, Outcome) + Send + Sync> Observer for F {
    fn observe(&self, operation: Operation, outcome: Outcome) {
        self(operation, outcome);
    }
}

macro_rules! names {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
        #[non_exhaustive]
        pub enum $name { $($(#[$variant_doc])* $variant,)* }

        impl $name {
            /// Returns its name, for labels of metrics and fields of logs.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

names! {
    /// What was asked for.
    Operation {
        /// A user's record was to be created or adopted.
        CreateUser = "create_user",
        /// A user's record was to be deleted.
        DeleteUser = "delete_user",
        /// The first factor was right.
        FirstFactor = "first_factor",
        /// The second step of a sign-in.
        SecondFactor = "second_factor",
        /// A fresh proof within a session.
        StepUp = "step_up",
        /// A session was to be resumed.
        Resume = "resume",
        /// A session was asked for a level.
        Require = "require",
        /// A device was to be set up: begin, show, cancel, confirm.
        Enroll = "enroll",
        /// Devices were to be listed, renamed, removed, disabled.
        Manage = "manage",
        /// Events were to be delivered.
        Outbox = "outbox",
        /// Records were to be sealed anew, or what has expired to be removed.
        Maintain = "maintain",
    }
}

names! {
    /// How it ended.
    Outcome {
        /// As asked.
        Done = "done",
        /// The flow refused.
        Refused = "refused",
        /// What the user typed was no code, or what came was no browser's answer.
        Malformed = "malformed",
        /// Turned away unseen.
        Throttled = "throttled",
        /// Too many changes of one record at once.
        Contended = "contended",
        /// A token did not open.
        BadToken = "bad_token",
        /// There is no such user.
        UnknownUser = "unknown_user",
        /// A record did not open: look into it.
        BadRecord = "bad_record",
        /// The store or the system failed: look into it.
        Failed = "failed",
    }
}

impl Outcome {
    pub(crate) const fn of<T, R: std::error::Error + 'static>(
        result: &Result<T, Error<R>>,
    ) -> Self {
        match result {
            Ok(_) => Self::Done,
            Err(Error::Refused(_)) => Self::Refused,
            Err(
                Error::MalformedRecoveryCode(_)
                | Error::MalformedCode(_)
                | Error::MalformedResponse(_),
            ) => Self::Malformed,
            Err(Error::Throttled { .. }) => Self::Throttled,
            Err(Error::Contended) => Self::Contended,
            Err(Error::Token(_)) => Self::BadToken,
            Err(Error::UnknownUser) => Self::UnknownUser,
            Err(Error::Record(_)) => Self::BadRecord,
            Err(Error::Store(_) | Error::Randomness(_) | Error::NotConfigured { .. }) => {
                Self::Failed
            }
        }
    }
}
