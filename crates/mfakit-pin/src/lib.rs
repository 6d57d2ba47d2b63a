#![doc = include_str!("../README.md")]
#![no_std]
#![cfg_attr(docsrs, feature(doc_cfg))]

extern crate alloc;

mod cost;
mod hash;
mod pepper;
mod pin;
mod policy;

pub mod danger;

pub use cost::{Cost, InvalidCost};
pub use hash::{
    CorruptHash, OutOfMemory, PepperedHash, PinHash, PinHasher, SetError, VerifiedPin, VerifyError,
    WrongPepper,
};
pub use pepper::Pepper;
pub use pin::{InvalidPin, Pin};
pub use policy::{MinDigits, NewPin, PinPolicy, WeakPin};
