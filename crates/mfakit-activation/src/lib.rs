#![doc = include_str!("../README.md")]
#![no_std]
#![cfg_attr(docsrs, feature(doc_cfg))]

extern crate alloc;

mod address;
mod code;
mod codes;
mod error;
mod limits;
mod state;
mod subject;
mod tag;
mod transition;

pub use address::{Address, AddressRule, InvalidAddress};
pub use code::{ClaimedCode, IssuedCode, MalformedCode, RedeemedCode, TypedCode};
pub use codes::ActivationCodes;
pub use error::{ClaimError, IssueError, RedeemError};
pub use limits::{CLAIM_TTL, FAILURE_LOCK, ISSUE_PAUSE, ISSUES_PER_HOUR, TRIES_PER_CODE, Validity};
pub use state::{Activation, CorruptState, PendingCode};
pub use subject::{Claimant, InvalidClaimant, Purpose, Subject};
pub use transition::Transition;
