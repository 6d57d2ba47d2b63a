//! The default provider: the RustCrypto crates, ed25519-dalek, and our own RSA verification.

pub(super) mod ecdsa;
pub(super) mod ed25519;
#[cfg(feature = "ed448")]
pub(super) mod ed448;
#[cfg(feature = "ml-dsa")]
mod ml_dsa;

use super::CryptoProvider;
use super::rsa::Rsa;

/// Pure Rust, for every platform.
pub const RUSTCRYPTO: CryptoProvider = CryptoProvider::new(
    "rustcrypto",
    &[
        &ecdsa::Ecdsa,
        &ed25519::Ed25519,
        &Rsa,
        #[cfg(feature = "ml-dsa")]
        &ml_dsa::MlDsa,
        #[cfg(feature = "ed448")]
        &ed448::Ed448,
    ],
);
