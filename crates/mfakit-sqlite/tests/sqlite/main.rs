//! The engine on real files: one program, which is its own second process where a test needs one.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests"
)]

mod child;
mod conformance;
mod crash;
mod creation;
mod durability;
mod faults;
mod handles;
mod opening;
mod processes;
mod support;
mod tracing;
