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
mod keys;
mod leaks;
mod letters;
mod locks;
mod outbox;
mod pages;
mod password_change;
mod passwords;
mod pending;
mod playground;
mod records;
mod recovery;
mod script;
mod sessions;
#[path = "../../src/mail/sink.rs"]
mod sink;
mod site;
mod start;
mod story;
mod support;
