//! Section 8 of WebAuthn Level 3: each rule of each attestation format broken alone, with the exact
//! refusal, and the policies around them.

#![allow(clippy::expect_used, clippy::panic, reason = "tests")]

mod android_key;
mod apple;
mod certificates;
mod chains;
mod compound;
mod fido_u2f;
mod harness;
mod none;
mod packed;
mod safetynet;
mod tpm;
