#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod create;
mod error;
mod file;
mod job;
mod open;
mod operations;
mod options;
mod reader;
mod schema;
mod statements;
mod store;
mod writer;

pub use error::OpenError;
pub use options::Options;
pub use store::{SqliteStore, Statistics};
