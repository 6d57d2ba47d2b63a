//! The bodies of the fuzz targets: one function each, one module per area.
//!
//! A body takes any bytes and panics if a law does not hold. `targets/` hands it to libFuzzer,
//! `tests/replay.rs` runs it on the committed seeds.

#![forbid(unsafe_code)]

mod activation;
mod flows;
mod otp;
mod pin;

pub use activation::{activation_state, activation_text};
pub use flows::{key_text, sealed_token, user_record};
pub use otp::{base32_secret, otpauth_uri, typed_code};
pub use pin::pin;
