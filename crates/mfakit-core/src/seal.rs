//! The keys of a service, and what they seal: records in the store and tokens in the browser.
//!
//! The construction is XChaCha20-Poly1305 with a random 192-bit nonce ([draft-irtf-cfrg-xchacha]),
//! so that neither a counter nor a limit on the number of values has to be kept. The associated
//! data is everything that says what a value is and where it belongs: a value copied to another
//! row, another user or another purpose does not open.
//!
//! [draft-irtf-cfrg-xchacha]: https://datatracker.ietf.org/doc/html/draft-irtf-cfrg-xchacha-03

mod context;
#[cfg(feature = "key-file")]
mod file;
mod keys;
mod sealed;
mod text;

pub use context::SealContext;
#[cfg(feature = "key-file")]
pub use file::KeyFileError;
pub use keys::{Keys, OpenError, Pepper, Ring, StoreId};
pub use sealed::{Sealed, SealedTextError};
pub use text::InvalidKeys;
