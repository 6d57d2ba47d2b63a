//! What goes wrong within a vault, before it is the caller's error.

use mfakit_core::RandomnessUnavailable;
use mfakit_flows::RecordError;

use super::{Failure, NoSuchUser};
use crate::{Contention, StoreError};

#[derive(Debug, thiserror::Error)]
pub(super) enum Fault {
    #[error(transparent)]
    Contention(#[from] Contention),
    #[error(transparent)]
    NoSuchUser(#[from] NoSuchUser),
    #[error(transparent)]
    Randomness(#[from] RandomnessUnavailable),
    #[error(transparent)]
    Record(#[from] RecordError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault {
    pub(super) fn tell<E: Failure>(self) -> E {
        match self {
            Self::Contention(error) => error.into(),
            Self::NoSuchUser(error) => error.into(),
            Self::Randomness(error) => error.into(),
            Self::Record(error) => error.into(),
            Self::Store(error) => error.into(),
        }
    }
}
