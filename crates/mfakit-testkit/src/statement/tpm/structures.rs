//! `TPMT_PUBLIC` and `TPMS_ATTEST` ([TPM 2.0 library, part 2], sections 12.2.4 and 10.12.12).
//!
//! [TPM 2.0 library, part 2]: https://trustedcomputinggroup.org/resource/tpm-library-specification/

use mfakit_webauthn::{Curve, Hash, Scheme};

use crate::key::{SigningKey, digest};

/// `TPM_ALG_ID`s.
mod alg {
    pub(super) const RSA: u16 = 0x0001;
    pub(super) const SHA1: u16 = 0x0004;
    pub(super) const SHA256: u16 = 0x000b;
    pub(super) const SHA384: u16 = 0x000c;
    pub(super) const SHA512: u16 = 0x000d;
    pub(super) const NULL: u16 = 0x0010;
    pub(super) const ECC: u16 = 0x0023;
}

/// A public area: a key inside of the TPM.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct PublicArea {
    /// The hash that names it, as a `TPM_ALG_ID`.
    pub name_algorithm: u16,
    /// `TPMA_OBJECT`.
    pub object_attributes: u32,
    /// `authPolicy`.
    pub auth_policy: Vec<u8>,
    /// `TPM_ALG_ID`, and `TPM_ALG_HASH` after it unless `None`, of the signature scheme: RSASSA
    /// is 0x0014, ECDSA 0x0018, none 0x0010.
    pub scheme: (u16, Option<u16>),
    /// The key.
    pub key: PublicKeyArea,
}

/// The part of a public area that depends on its kind of key.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum PublicKeyArea {
    /// An RSA key.
    Rsa {
        /// The length of the modulus.
        bits: u16,
        /// The exponent, zero for 65537.
        exponent: u32,
        /// The modulus.
        modulus: Vec<u8>,
    },
    /// A key on an elliptic curve.
    Ecc {
        /// `TPM_ECC_CURVE`: P-256 is 3, P-384 4, P-521 5.
        curve: u16,
        /// The first coordinate.
        x: Vec<u8>,
        /// The second one.
        y: Vec<u8>,
    },
}

impl PublicArea {
    /// Makes the public area of a key, which has SHA-256 for its name. Keys that are neither of RSA
    /// nor on a curve come out as a point without coordinates.
    #[must_use]
    pub fn of(key: &SigningKey) -> Self {
        let key = match key.rsa_parts() {
            Some((modulus, _)) => PublicKeyArea::Rsa {
                bits: u16::try_from(modulus.len().saturating_mul(8)).unwrap_or(u16::MAX),
                exponent: 0,
                modulus,
            },
            None => {
                let (x, y) = key.coordinates().unwrap_or_default();
                let curve = match key.scheme() {
                    Scheme::Ecdsa(Curve::P384, _) => 4,
                    Scheme::Ecdsa(Curve::P521, _) => 5,
                    _ => 3,
                };
                PublicKeyArea::Ecc { curve, x, y }
            }
        };
        Self {
            name_algorithm: alg::SHA256,
            // fixedTPM, fixedParent, sensitiveDataOrigin, userWithAuth, sign.
            object_attributes: 0x0004_0072,
            auth_policy: vec![0x9d; 32],
            scheme: (alg::NULL, None),
            key,
        }
    }

    /// Returns the name: the hash algorithm and the hash of all of it. With an algorithm that is
    /// unknown it is that alone.
    #[must_use]
    pub fn name(&self) -> Vec<u8> {
        let hash = match self.name_algorithm {
            alg::SHA1 => Some(Hash::Sha1),
            alg::SHA256 => Some(Hash::Sha256),
            alg::SHA384 => Some(Hash::Sha384),
            alg::SHA512 => Some(Hash::Sha512),
            _ => None,
        };
        let digest = hash.map(|hash| digest(hash, &self.to_bytes()));
        let algorithm = self.name_algorithm.to_be_bytes();
        [algorithm.as_slice(), &digest.unwrap_or_default()].concat()
    }

    /// Returns it as the TPM writes it.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let kind = match self.key {
            PublicKeyArea::Rsa { .. } => alg::RSA,
            PublicKeyArea::Ecc { .. } => alg::ECC,
        };
        let null = alg::NULL.to_be_bytes();
        let (scheme, hash) = self.scheme;
        let hash = hash.map_or_else(Vec::new, |hash| hash.to_be_bytes().to_vec());
        let head = [
            kind.to_be_bytes().as_slice(),
            &self.name_algorithm.to_be_bytes(),
            &self.object_attributes.to_be_bytes(),
            &sized(&self.auth_policy),
            // Symmetric cipher: none.
            &null,
            &scheme.to_be_bytes(),
            &hash,
        ]
        .concat();
        let tail = match &self.key {
            PublicKeyArea::Rsa {
                bits,
                exponent,
                modulus,
            } => [
                bits.to_be_bytes().as_slice(),
                &exponent.to_be_bytes(),
                &sized(modulus),
            ]
            .concat(),
            PublicKeyArea::Ecc { curve, x, y } => [
                curve.to_be_bytes().as_slice(),
                // Key derivation: none.
                &null,
                &sized(x),
                &sized(y),
            ]
            .concat(),
        };
        [head, tail].concat()
    }
}

/// An attestation structure: what a TPM signs.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct CertInfo {
    /// `TPM_GENERATED_VALUE`.
    pub magic: u32,
    /// `TPM_ST_ATTEST_CERTIFY`.
    pub kind: u16,
    /// `qualifiedSigner`.
    pub qualified_signer: Vec<u8>,
    /// `extraData`; `None`: the digest of what is attested.
    pub extra_data: Option<Vec<u8>>,
    /// `clock`, in milliseconds.
    pub clock: u64,
    /// How often the TPM was reset.
    pub reset_count: u32,
    /// How often it was restarted.
    pub restart_count: u32,
    /// Whether the clock never went back: 0 or 1, but other values have been seen.
    pub safe: u8,
    /// `firmwareVersion`.
    pub firmware_version: u64,
    /// The name of the key that is certified; `None`: that of the public area.
    pub name: Option<Vec<u8>>,
    /// Its qualified name.
    pub qualified_name: Vec<u8>,
}

impl Default for CertInfo {
    fn default() -> Self {
        Self {
            magic: 0xff54_4347,
            kind: 0x8017,
            qualified_signer: [&[0x00, 0x0b], [0x51; 32].as_slice()].concat(),
            extra_data: None,
            clock: 86_400_000,
            reset_count: 7,
            restart_count: 0,
            safe: 1,
            firmware_version: 0x0007_0002_0000_0000,
            name: None,
            qualified_name: [&[0x00, 0x0b], [0x52; 32].as_slice()].concat(),
        }
    }
}

impl CertInfo {
    /// Returns it as the TPM writes it; what is `None` is empty.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        [
            self.magic.to_be_bytes().as_slice(),
            &self.kind.to_be_bytes(),
            &sized(&self.qualified_signer),
            &sized(self.extra_data.as_deref().unwrap_or_default()),
            &self.clock.to_be_bytes(),
            &self.reset_count.to_be_bytes(),
            &self.restart_count.to_be_bytes(),
            &[self.safe],
            &self.firmware_version.to_be_bytes(),
            &sized(self.name.as_deref().unwrap_or_default()),
            &sized(&self.qualified_name),
        ]
        .concat()
    }
}

/// A `TPM2B` structure: its length in two bytes, then its bytes. Longer ones lose their end.
fn sized(bytes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(bytes.len()).unwrap_or(u16::MAX);
    let bytes = bytes.get(..usize::from(length)).unwrap_or(bytes);
    [length.to_be_bytes().as_slice(), bytes].concat()
}
