//! The flows over one record, each step written and read back as a store would.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests"
)]

mod budget;
mod devices;
mod enroll;
mod events;
mod grants;
mod model;
mod record;
mod sign_in;
mod world;
