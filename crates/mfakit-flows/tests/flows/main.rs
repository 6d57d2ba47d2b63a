//! The flows over one record, each step written and read back as a store would.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests"
)]

mod addresses;
mod budget;
mod devices;
mod enroll;
mod events;
mod first_factor;
mod from_below;
mod grants;
mod house;
mod keys;
mod last_way_in;
mod levels;
mod model;
mod passkeys;
mod record;
mod recovery;
mod required;
mod reset;
mod sign_in;
mod spent;
mod suspend;
mod world;
