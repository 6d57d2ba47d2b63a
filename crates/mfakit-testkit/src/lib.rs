#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![allow(
    clippy::expect_used,
    reason = "each says why it cannot fail; and were it to, a test would fail and nothing else"
)]

mod base64url;
pub mod certificate;
mod clock;
mod key;
mod rng;
pub mod statement;

pub use clock::FixedClock;
pub use key::{RsaBits, SigningKey, UnsupportedAlgorithm, WrongKey};
pub use rng::SeededRng;
/// CBOR that can be edited before it is written.
pub use serde_cbor::Value as Cbor;
