#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![allow(
    clippy::expect_used,
    reason = "each says why it cannot fail; and were it to, a test would fail and nothing else"
)]

mod assertion;
mod authenticator;
mod authenticator_data;
mod base64url;
pub mod certificate;
mod client_data;
mod clock;
mod encoding;
mod key;
mod registration;
mod rng;
pub mod statement;

pub use assertion::Assertion;
pub use authenticator::{
    Authenticator, Conveyance, CounterBehavior, Credential, Refusal, Settings,
};
pub use authenticator_data::{AttestedCredential, AuthenticatorData, flags};
pub use client_data::ClientData;
pub use clock::FixedClock;
pub use encoding::Encoding;
pub use key::{RsaBits, SigningKey, UnsupportedAlgorithm, WrongKey};
pub use registration::Registration;
pub use rng::SeededRng;
/// CBOR that can be changed before it is written.
pub use serde_cbor::Value as Cbor;
