//! Drives the application over HTTP, as a browser without JavaScript does.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests"
)]

mod browser;
mod codes;
mod deployed;
mod forms;
mod headers;
mod leaks;
mod locks;
mod pages;
mod passwords;
mod pending;
mod records;
mod sessions;
mod site;
mod start;
mod story;
