#![doc = include_str!("../README.md")]
#![no_std]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

mod secret;
mod time;
mod user;

#[cfg(feature = "os-rng")]
mod os_rng;
#[cfg(feature = "seal")]
mod seal;

pub use secret::SecretArray;
#[cfg(feature = "alloc")]
pub use secret::SecretBytes;
pub use time::UnixTime;
pub use user::{InvalidUserId, UserId};

#[cfg(feature = "os-rng")]
pub use os_rng::{OsRng, RandomnessUnavailable};
#[cfg(feature = "key-file")]
pub use seal::KeyFileError;
#[cfg(feature = "seal")]
pub use seal::{
    InvalidKeys, Keys, OpenError, Pepper, Ring, SealContext, Sealed, SealedTextError, StoreId,
};
