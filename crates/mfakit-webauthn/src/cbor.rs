//! A strict reader of CBOR ([RFC 8949]) that borrows from its input.
//!
//! It works in two passes. [`check`] walks over one item once, iteratively in breadth and with a
//! bound in depth, and refuses whatever the rules refuse; it allocates only to look for duplicate
//! keys in a map that is not in order. What it passed is an [`Item`], whose parts can then be
//! visited without repeating those rules.
//!
//! [RFC 8949]: https://www.rfc-editor.org/rfc/rfc8949

mod check;
mod head;
mod item;
#[cfg(test)]
mod tests;

pub(crate) use check::{MAX_DEPTH, Order, Rules, check};
#[cfg(test)]
pub(crate) use head::Malformed;
pub(crate) use item::Item;
