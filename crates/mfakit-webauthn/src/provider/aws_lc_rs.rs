//! AWS-LC through the crate `aws-lc-rs`: the same verdicts as the default provider's, sooner.
//!
//! Keys are judged by the rules of the default provider before AWS-LC sees them, which then judges
//! them by its own: `docs/adr/0029-a-provider-over-aws-lc.md`.

mod ecdsa;
mod ed25519;
mod ml_dsa;
mod rsa;

use aws_lc_rs::digest::{self, Digest};
use aws_lc_rs::signature::ParsedPublicKey;

#[cfg(feature = "ed448")]
use super::rustcrypto::ed448;
use super::{BadSignature, CryptoProvider, VerifyingKey, hash, rsa as own_rsa, rustcrypto};
use crate::algorithm::Hash;

/// C and assembly, for the platforms of AWS-LC, with the RustCrypto verifiers behind it for the
/// schemes that it does not have: Ed448, pairs of curve and hash that only certificates use, and
/// PSS with SHA-1.
pub const AWS_LC_RS: CryptoProvider = CryptoProvider::new(
    "aws-lc-rs",
    &[
        &ecdsa::Ecdsa,
        &ed25519::Ed25519,
        &rsa::Rsa,
        &ml_dsa::MlDsa,
        &rustcrypto::ecdsa::Ecdsa,
        &own_rsa::Rsa,
        #[cfg(feature = "ed448")]
        &ed448::Ed448,
    ],
);

/// The memory of a key that does not depend on its length.
const OPAQUE_BYTES: usize = 512;

/// A key whose scheme hashes the message first. It is hashed here, because AWS-LC would want it in
/// one piece.
struct Hashed {
    hash: Hash,
    key: ParsedPublicKey,
}

impl VerifyingKey for Hashed {
    fn verify(&self, message: &[&[u8]], signature: &[u8]) -> Result<(), BadSignature> {
        let algorithm = match self.hash {
            Hash::Sha1 => &digest::SHA1_FOR_LEGACY_USE_ONLY,
            Hash::Sha256 => &digest::SHA256,
            Hash::Sha384 => &digest::SHA384,
            Hash::Sha512 => &digest::SHA512,
        };
        let digest = hash(self.hash, message);
        let digest =
            Digest::import_less_safe(digest.as_bytes(), algorithm).map_err(|_| BadSignature)?;
        self.key
            .verify_digest_sig(&digest, signature)
            .map_err(|_| BadSignature)
    }

    fn size_bytes(&self) -> usize {
        // As bytes, as limbs, and prepared for Montgomery's multiplication.
        size_bytes(&self.key, 5)
    }
}

/// Rounded up: AWS-LC does not tell what it allocates for a key, so that was measured. Of the
/// key's encoding there are several copies in some form.
fn size_bytes(key: &ParsedPublicKey, copies: usize) -> usize {
    let encoding = key.as_ref().len();
    OPAQUE_BYTES.saturating_add(encoding.saturating_mul(copies))
}
