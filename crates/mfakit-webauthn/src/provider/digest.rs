//! Hashes of messages that come in parts.

use sha2::Digest as _;

use crate::algorithm::Hash;

/// The output of a hash function of at most 64 bytes.
#[derive(Clone, Copy)]
pub(crate) struct Digest {
    bytes: [u8; 64],
    length: usize,
}

impl Digest {
    fn new(output: &[u8]) -> Self {
        let mut bytes = [0; 64];
        let mut length = 0_usize;
        for (to, from) in bytes.iter_mut().zip(output) {
            *to = *from;
            length = length.saturating_add(1);
        }
        Self { bytes, length }
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.bytes.split_at(self.length).0
    }
}

/// Hashes the concatenation of the parts.
pub(crate) fn hash(hash: Hash, message: &[&[u8]]) -> Digest {
    match hash {
        Hash::Sha1 => run::<sha1::Sha1>(message),
        Hash::Sha256 => run::<sha2::Sha256>(message),
        Hash::Sha384 => run::<sha2::Sha384>(message),
        Hash::Sha512 => run::<sha2::Sha512>(message),
    }
}

fn run<D: sha2::Digest>(message: &[&[u8]]) -> Digest {
    let mut digest = D::new();
    for part in message {
        digest.update(part);
    }
    Digest::new(&digest.finalize())
}

/// SHA-256 of one part.
pub(crate) fn sha256(message: &[u8]) -> [u8; 32] {
    sha2::Sha256::digest(message).into()
}
