#![doc = include_str!("../README.md")]
#![no_std]
#![cfg_attr(docsrs, feature(doc_cfg))]

extern crate alloc;

mod budget;
mod ceremony;
mod claim;
mod codec;
mod context;
mod cookie;
mod decision;
mod device;
mod error;
mod event;
mod grant;
mod ids;
mod mail;
mod name;
mod outbox;
mod page;
mod pending;
mod plain;
mod profile;
mod record;
mod recovery;
mod source;
mod webauthn;

#[cfg(test)]
mod test_support;
#[cfg(doctest)]
mod unforgeable;

pub use budget::{BackOff, BudgetRule, Class};
pub use ceremony::{KeyAssertion, KeyRegistration, KeyRequest, KeySetup};
pub use claim::CredentialClaim;
pub use context::Context;
pub use cookie::{BrowserBinding, CookieMode, SetCookie};
pub use decision::Decision;
pub use device::{DeviceView, KeyView, Tombstone};
pub use error::{
    AddressRefusal, CodeRefusal, EnrollRefusal, GrantRefusal, KeyRefusal, ManageRefusal,
    RecordError, RecordFull, RecoveryRefusal, SignInRefusal, StepUpRefusal,
};
pub use event::{ByUser, Event, EventKind, Kind, Refused, Stage};
pub use grant::{KeyProof, Level, Method, Proof, Requirement, Scope, SessionGrant, StoredGrant};
pub use ids::{DeviceId, EventId, InvalidId, SessionId, TicketId};
pub use mail::Mail;
pub use name::{DeviceName, InvalidName};
pub use page::SecondFactor;
pub use pending::PendingSignIn;
pub use profile::{FirstFactor, Profile, Required, Rule};
pub use record::{
    AddressView, Advice, Codes, Enrolled, KnownAddress, Met, Never, Next, Offers,
    ResetCancellation, ResetView, Reviewed, Status, TotpSetup, UserRecord, VerifiedKey,
};
pub use recovery::{
    CodeLength, MalformedRecoveryCode, RecoveryCodes, RecoveryView, ResetTicket, TypedRecoveryCode,
};
pub use source::Source;
pub use webauthn::{KeyChoice, Mediation, Relying, WebAuthn};
