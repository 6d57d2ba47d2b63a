//! The hash functions of the table.

use mfakit_webauthn::Hash;
use sha1::Sha1;
use sha2::{Digest as _, Sha256, Sha384, Sha512};

/// The digest of a message.
///
/// # Panics
///
/// On a hash function that this crate does not know yet.
pub(crate) fn digest(hash: Hash, message: &[u8]) -> Vec<u8> {
    match hash {
        Hash::Sha1 => Sha1::digest(message).to_vec(),
        Hash::Sha256 => Sha256::digest(message).to_vec(),
        Hash::Sha384 => Sha384::digest(message).to_vec(),
        Hash::Sha512 => Sha512::digest(message).to_vec(),
        other => unreachable!("the table has no {other:?}"),
    }
}
