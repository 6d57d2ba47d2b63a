#![doc = include_str!("../README.md")]
#![no_std]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod clock;
mod rng;

pub use clock::FixedClock;
pub use rng::SeededRng;
