//! What users see.

pub(crate) mod account;
pub(crate) mod activity;
pub(crate) mod addresses;
pub(crate) mod confirm;
pub(crate) mod devices;
pub(crate) mod keys;
mod layout;
pub(crate) mod operator;
pub(crate) mod outbox;
pub(crate) mod overview;
pub(crate) mod parameters;
mod parts;
pub(crate) mod password;
pub(crate) mod playground;
pub(crate) mod problem;
pub(crate) mod recovery;
pub(crate) mod reset;
pub(crate) mod review;
pub(crate) mod second_step;
pub(crate) mod setup;
pub(crate) mod sign_in;
mod time;

pub(crate) use layout::View;
