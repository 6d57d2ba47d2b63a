#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod any;
mod count;
mod error;
mod faulty;
mod key;
mod memory;
mod records;
mod store;
mod turns;
mod version;
mod write;

#[cfg(feature = "conformance")]
pub mod conformance;
#[cfg(feature = "flows")]
pub mod vault;

pub use any::AnyStore;
pub use count::Count;
pub use error::{StoreError, StoreErrorKind};
pub use faulty::{Faulty, Operation, Step};
pub use key::{InvalidKey, Key, Space};
pub use memory::MemoryStore;
pub use records::{Change, Contention, Records};
pub use store::Store;
pub use version::{Version, Versioned};
pub use write::{Expect, Expiry, MAX_VALUE_BYTES, Put, Write};
