//! The application in a real browser. README.md lists what is covered.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests"
)]

mod applications;
mod authenticator;
mod firefox;
mod gateway;
mod keys;
mod look;
mod person;
mod playground;
mod recovery;
mod site;
mod tools;
mod webdriver;
mod which;
