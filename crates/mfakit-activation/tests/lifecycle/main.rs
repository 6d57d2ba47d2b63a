//! The life of a code, step by step, with the exact outcome on both sides of every limit.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod binding;
mod claims;
mod issuing;
mod races;
mod support;
mod tries;
mod validity;
