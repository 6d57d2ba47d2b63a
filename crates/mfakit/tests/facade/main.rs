//! The facade over stores that work, stores that fail, and SQLite files that are shared.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests"
)]

mod binding;
mod browser;
mod cancellation;
mod child;
mod claims;
mod delivery;
mod faults;
mod house;
mod keys;
mod keys_races;
mod leaks;
mod life;
mod limits;
mod mail;
mod maintenance;
mod observer;
mod processes;
mod races;
mod records;
mod recovery;
mod reset;
mod rigged;
mod sessions;
mod tokens;
mod users;
mod why;
mod world;
