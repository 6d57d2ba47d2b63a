#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod addresses;
mod builder;
mod devices;
mod enroll;
mod error;
mod maintenance;
mod mfa;
mod observer;
mod outbox;
mod recovery;
mod request;
mod reset;
mod sign_in;
mod users;
mod webauthn_devices;
mod webauthn_sign_in;

#[cfg(doctest)]
mod guide;

pub use builder::{BuildError, MfaBuilder};
pub use error::{CreateRefusal, Error};
pub use mfa::Mfa;
pub use observer::{Observer, Operation, Outcome};
pub use outbox::{EventSink, Mailer, SinkError};
pub use request::Request;
pub use sign_in::Next;
pub use users::Adopted;

pub use mfakit_core::{
    InvalidKeys, InvalidUserId, KeyFileError, Keys, OpenError, OsRng, RandomnessUnavailable, Ring,
    Sealed, SealedTextError, StoreId, UnixTime, UserId,
};
pub use mfakit_flows::{
    AddressRefusal, AddressView, Advice, BackOff, BudgetRule, Class, CodeLength, CodeRefusal,
    Codes, CookieMode, DeviceId, DeviceName, DeviceView, EnrollRefusal, Enrolled, Event, EventId,
    EventKind, FirstFactor, GrantRefusal, InvalidName, KeyAssertion, KeyChoice, KeyProof,
    KeyRefusal, KeyRegistration, KeyRequest, KeySetup, KeyView, Kind, KnownAddress, Level, Mail,
    MalformedRecoveryCode, ManageRefusal, Mediation, Met, Method, Never, PendingSignIn, Profile,
    Proof, RecordError, RecordFull, RecoveryCodes, RecoveryRefusal, RecoveryView, Refused,
    Required, Requirement, ResetCancellation, ResetTicket, ResetView, Reviewed, Rule, Scope,
    SecondFactor, SessionGrant, SessionId, SetCookie, SignInRefusal, Source, Stage, Status,
    StepUpRefusal, TicketId, Tombstone, TotpSetup, WebAuthn,
};

pub use mfakit_store::vault::{Delivered, Resealed};

/// Activation codes by e-mail: the lifecycle alone.
pub use mfakit_activation as activation;
/// Digit PINs: the policy and the hashing alone.
pub use mfakit_pin as pin;
/// The SQLite engine.
#[cfg(feature = "sqlite")]
pub use mfakit_sqlite as sqlite;
/// The storage trait, a store in memory, and the conformance suite for other engines.
pub use mfakit_store as store;
/// One-time passwords, key URIs and QR codes.
pub use mfakit_totp as totp;
/// Security keys and passkeys: the relying party, its policies and its errors.
pub use mfakit_webauthn as webauthn;
