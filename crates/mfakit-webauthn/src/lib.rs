#![doc = include_str!("../README.md")]
#![no_std]
#![cfg_attr(docsrs, feature(doc_cfg))]

extern crate alloc;

mod aaguid;
mod algorithm;
mod attestation;
mod authentication;
mod authenticator_data;
mod base64url;
mod cbor;
mod ceremony;
mod certificate;
mod client_data;
pub mod ctap2;
pub mod danger;
mod error;
mod extensions;
mod json;
mod jws;
#[cfg(feature = "metadata")]
pub mod metadata;
mod options;
mod origin;
mod policy;
pub mod provider;
mod public_key;
mod record;
mod registration;
mod relying_party;
mod response;
#[cfg(feature = "seal")]
mod seal;
mod signal;
mod user;

pub use aaguid::{Aaguid, InvalidAaguid};
pub use algorithm::{Algorithm, Curve, Hash, Scheme};
pub use attestation::{
    Attestation, AttestationRules, AttestationType, InvalidAnchor, InvalidRevocationList,
    SafetyNetRule, TpmManufacturers, Trust,
};
pub use authentication::{Authentication, Claim, Counter, RecordUpdate, VerifiedAssertion, Who};
pub use authenticator_data::Flags;
pub use error::{Category, Ceremony, Error, Kind, Reason};
pub use extensions::{
    AuthenticatorExtensions, ClientExtensions, CredentialProtection, MalformedOutput,
    UserVerificationEntry,
};
pub use options::{CreationOptions, RequestOptions};
pub use origin::Embedding;
pub use policy::{
    Attachment, AttestationConveyance, BackupRule, CounterRule, Policy, ResidentKey,
    UserVerification,
};
pub use public_key::PublicKey;
pub use record::CredentialRecord;
pub use registration::{NewCredential, Registration};
pub use relying_party::{
    AppIdRule, HasOrigin, InvalidRelyingParty, NoOrigin, RelyingParty, RelyingPartyBuilder,
};
pub use response::{AuthenticationResponse, MAX_RESPONSE_BYTES, RegistrationResponse};
#[cfg(feature = "seal")]
pub use seal::OpenCeremonyError;
pub use signal::Signal;
pub use user::{CredentialDescriptor, User, UserHandle};
