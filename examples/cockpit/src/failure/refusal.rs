//! What the library's refusals mean for a request, where a handler has nothing better to say.

use std::error::Error as StdError;

use mfakit::{
    AddressRefusal, CodeRefusal, CreateRefusal, EnrollRefusal, Error, GrantRefusal, ManageRefusal,
    Never, RecordFull, SignInRefusal, StepUpRefusal,
};

use super::Failure;
use crate::notice::Notice;
use crate::place::Place;

/// What a refusal means that a handler did not expect.
pub(crate) trait Refusal: StdError + Clone + 'static {
    fn failure(&self) -> Failure;
}

impl<R: Refusal> From<Error<R>> for Failure {
    fn from(error: Error<R>) -> Self {
        match &error {
            Error::Refused(refusal) => refusal.failure(),
            Error::MalformedCode(_) | Error::MalformedResponse(_) => Self::BadForm,
            Error::Throttled { retry_after } => Self::Throttled(*retry_after),
            Error::Token(_) => Self::SignInEnded,
            Error::Contended => Self::Busy,
            Error::Store(cause) if cause.is_retryable() => Self::Busy,
            _ => Self::internal(&error),
        }
    }
}

impl Refusal for Never {
    fn failure(&self) -> Failure {
        match *self {}
    }
}

impl Refusal for GrantRefusal {
    fn failure(&self) -> Failure {
        match self {
            Self::StepUpRequired => Failure::StepUp(Place::Parameters),
            Self::Ended => Failure::SessionEnded(Place::Parameters),
            Self::SetUpFirst => Failure::Elsewhere(Place::SetUpFirst),
            Self::ReviewFirst => Failure::Elsewhere(Place::Review),
            _ => Failure::internal(self),
        }
    }
}

impl Refusal for CodeRefusal {
    fn failure(&self) -> Failure {
        match self {
            Self::Throttled { retry_after } => Failure::Locked(Some(*retry_after)),
            Self::Stopped => Failure::Locked(None),
            _ => Failure::internal(self),
        }
    }
}

impl Refusal for SignInRefusal {
    fn failure(&self) -> Failure {
        match self {
            Self::Code(refusal) => refusal.failure(),
            Self::Ended => Failure::SignInEnded,
            Self::TooMany => Failure::Busy,
            _ => Failure::internal(self),
        }
    }
}

impl Refusal for StepUpRefusal {
    fn failure(&self) -> Failure {
        match self {
            Self::Code(refusal) => refusal.failure(),
            Self::Grant(refusal) => refusal.failure(),
            Self::TooMany => Failure::Busy,
            _ => Failure::internal(self),
        }
    }
}

impl Refusal for EnrollRefusal {
    fn failure(&self) -> Failure {
        match self {
            Self::Code(refusal) => refusal.failure(),
            Self::Grant(refusal) => refusal.failure(),
            Self::LimitReached { max } => Failure::TooManyDevices(*max),
            Self::NothingPending => Failure::Redirect(Place::Parameters, Notice::SetUpEnded),
            Self::Full(refusal) => refusal.failure(),
            Self::TooLarge => Failure::RecordFull,
            Self::TooMany => Failure::Busy,
            _ => Failure::internal(self),
        }
    }
}

impl Refusal for ManageRefusal {
    fn failure(&self) -> Failure {
        match self {
            Self::Grant(refusal) => refusal.failure(),
            Self::NothingToReview => Failure::Redirect(Place::Parameters, Notice::Reviewed),
            Self::MustKeep => Failure::Redirect(Place::Parameters, Notice::MustKeep),
            Self::NotEnrolled => Failure::Redirect(Place::Parameters, Notice::NothingToDisable),
            Self::Suspended => Failure::Redirect(Place::Parameters, Notice::DeviceUnused),
            Self::NotSuspended => Failure::Redirect(Place::Parameters, Notice::DeviceInUse),
            Self::UnknownDevice => Failure::Redirect(Place::Parameters, Notice::DeviceGone),
            Self::Full(refusal) => refusal.failure(),
            _ => Failure::internal(self),
        }
    }
}

impl Refusal for AddressRefusal {
    fn failure(&self) -> Failure {
        match self {
            Self::Grant(refusal) => refusal.failure(),
            Self::Full(refusal) => refusal.failure(),
            Self::Throttled { retry_after } => Failure::Throttled(*retry_after),
            Self::NothingPending => Failure::Redirect(Place::Parameters, Notice::NoAddressPending),
            Self::Unknown => Failure::Redirect(Place::Parameters, Notice::AddressRemoved),
            _ => Failure::internal(self),
        }
    }
}

impl Refusal for RecordFull {
    fn failure(&self) -> Failure {
        Failure::Busy
    }
}

impl Refusal for CreateRefusal {
    fn failure(&self) -> Failure {
        // The id was drawn at random.
        Failure::internal(self)
    }
}
