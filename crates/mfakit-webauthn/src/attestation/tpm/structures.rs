//! `TPMT_PUBLIC` and `TPMS_ATTEST` ([TPM 2.0 library, part 2], sections 10.12 and 12.2).
//!
//! [TPM 2.0 library, part 2]: https://trustedcomputinggroup.org/resource/tpm-library-specification/

use crate::algorithm::{Curve, Hash};

/// The parts of a public area that attestation looks at.
pub(super) struct PublicArea<'a> {
    pub(super) name_hash: Hash,
    pub(super) key: TpmKey<'a>,
}

pub(super) enum TpmKey<'a> {
    Rsa {
        n: &'a [u8],
        e: u32,
    },
    Ecc {
        curve: Curve,
        x: &'a [u8],
        y: &'a [u8],
    },
}

/// The parts of an attestation structure that attestation looks at.
pub(super) struct Attest<'a> {
    pub(super) extra_data: &'a [u8],
    pub(super) name: &'a [u8],
}

/// `TPM_ALG_ID`: algorithms that appear in public areas.
mod alg {
    pub(super) const RSA: u16 = 0x0001;
    pub(super) const NULL: u16 = 0x0010;
    pub(super) const ECC: u16 = 0x0023;
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (array, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*array)
    }

    fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_be_bytes)
    }

    fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_be_bytes)
    }

    /// A `TPM2B` structure: its length in two bytes, then its bytes.
    fn sized(&mut self) -> Option<&'a [u8]> {
        let length = self.u16()?;
        let (bytes, rest) = self.0.split_at_checked(length.into())?;
        self.0 = rest;
        Some(bytes)
    }

    fn finish(self) -> Option<()> {
        self.0.is_empty().then_some(())
    }
}

/// The hash with this `TPM_ALG_ID`.
pub(super) const fn name_hash(id: [u8; 2]) -> Option<Hash> {
    match u16::from_be_bytes(id) {
        0x0004 => Some(Hash::Sha1),
        0x000b => Some(Hash::Sha256),
        0x000c => Some(Hash::Sha384),
        0x000d => Some(Hash::Sha512),
        _ => None,
    }
}

/// Whether a scheme other than NULL names its hash. It should, but there are authenticators that
/// leave it out; only one of the two readings ends at the end of the structure.
#[derive(Clone, Copy)]
enum SchemeHash {
    Present,
    LeftOut,
}

impl<'a> PublicArea<'a> {
    pub(super) fn parse(bytes: &'a [u8]) -> Option<Self> {
        Self::read(bytes, SchemeHash::Present).or_else(|| Self::read(bytes, SchemeHash::LeftOut))
    }

    fn read(bytes: &'a [u8], scheme_hash: SchemeHash) -> Option<Self> {
        let mut reader = Reader(bytes);
        let kind = reader.u16()?;
        let name_hash = name_hash(reader.array()?)?;
        let _object_attributes = reader.u32()?;
        let _auth_policy = reader.sized()?;
        let key = match kind {
            alg::RSA => rsa(&mut reader, scheme_hash)?,
            alg::ECC => ecc(&mut reader, scheme_hash)?,
            _ => return None,
        };
        reader.finish()?;
        Some(Self { name_hash, key })
    }
}

/// `TPMT_SYM_DEF_OBJECT`: key bits and mode follow unless it is NULL.
fn symmetric(reader: &mut Reader<'_>) -> Option<()> {
    if reader.u16()? != alg::NULL {
        let (_key_bits, _mode) = (reader.u16()?, reader.u16()?);
    }
    Some(())
}

/// `TPMT_RSA_SCHEME`, `TPMT_ECC_SCHEME`, `TPMT_KDF_SCHEME`: a hash follows unless it is NULL.
fn scheme(reader: &mut Reader<'_>, hash: SchemeHash) -> Option<()> {
    match (reader.u16()?, hash) {
        (alg::NULL, _) | (_, SchemeHash::LeftOut) => Some(()),
        (_, SchemeHash::Present) => reader.u16().map(drop),
    }
}

fn rsa<'a>(reader: &mut Reader<'a>, scheme_hash: SchemeHash) -> Option<TpmKey<'a>> {
    symmetric(reader)?;
    scheme(reader, scheme_hash)?;
    let _key_bits = reader.u16()?;
    let e = match reader.u32()? {
        // "When zero, indicates that the exponent is the default of 2^16 + 1."
        0 => 65_537,
        e => e,
    };
    let n = reader.sized()?;
    Some(TpmKey::Rsa { n, e })
}

fn ecc<'a>(reader: &mut Reader<'a>, scheme_hash: SchemeHash) -> Option<TpmKey<'a>> {
    symmetric(reader)?;
    scheme(reader, scheme_hash)?;
    let curve = match reader.u16()? {
        0x0003 => Curve::P256,
        0x0004 => Curve::P384,
        0x0005 => Curve::P521,
        _ => return None,
    };
    scheme(reader, scheme_hash)?;
    let (x, y) = (reader.sized()?, reader.sized()?);
    Some(TpmKey::Ecc { curve, x, y })
}

impl<'a> Attest<'a> {
    /// "Verify that magic is set to `TPM_GENERATED_VALUE`", "Verify that type is set to
    /// `TPM_ST_ATTEST_CERTIFY`", and the whole structure with nothing after it.
    pub(super) fn parse(bytes: &'a [u8]) -> Option<Self> {
        let mut reader = Reader(bytes);
        if reader.u32()? != 0xff54_4347 || reader.u16()? != 0x8017 {
            return None;
        }
        let _qualified_signer = reader.sized()?;
        let extra_data = reader.sized()?;
        // Clock, reset count, restart count, the "safe" byte (whatever it is), firmware version.
        let _clock_info: [u8; 17] = reader.array()?;
        let _firmware_version: [u8; 8] = reader.array()?;
        let name = reader.sized()?;
        let _qualified_name = reader.sized()?;
        reader.finish()?;
        Some(Self { extra_data, name })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    const ECC_HEAD: &[u8] = &[0, 0x23, 0, 0x0b, 0, 4, 0, 0x72, 0, 1, 0xaa];
    const RSA_HEAD: &[u8] = &[0, 1, 0, 0x0b, 0, 4, 0, 0x72, 0, 0];

    #[test]
    fn elliptic_curve_keys() {
        // Symmetric and scheme NULL, P-256, key derivation NULL, x of one byte, y of two.
        let tail = [0, 0x10, 0, 0x10, 0, 3, 0, 0x10, 0, 1, 7, 0, 2, 8, 9];
        let bytes = [ECC_HEAD, &tail].concat();
        let area = PublicArea::parse(&bytes).unwrap();
        assert_eq!(area.name_hash, Hash::Sha256);
        match area.key {
            TpmKey::Ecc { curve, x, y } => {
                assert_eq!(
                    (curve, x, y),
                    (Curve::P256, [7].as_slice(), [8, 9].as_slice())
                );
            }
            TpmKey::Rsa { .. } => panic!("not an RSA key"),
        }
        for length in 0..bytes.len() {
            assert!(PublicArea::parse(&bytes[..length]).is_none(), "{length}");
        }
        assert!(PublicArea::parse(&[bytes.as_slice(), &[0]].concat()).is_none());
    }

    #[test]
    fn schemes_with_and_without_their_hash() {
        let with = [0, 0x10, 0, 0x14, 0, 0x0b, 8, 0, 0, 0, 0, 0, 0, 2, 5, 6];
        let without = [0, 0x10, 0, 0x14, 8, 0, 0, 0, 0, 0, 0, 2, 5, 6];
        let null = [0, 0x10, 0, 0x10, 8, 0, 0, 0, 0, 0, 0, 2, 5, 6];
        for tail in [with.as_slice(), &without, &null] {
            let bytes = [RSA_HEAD, tail].concat();
            match PublicArea::parse(&bytes).unwrap().key {
                TpmKey::Rsa { n, e } => assert_eq!((n, e), ([5, 6].as_slice(), 65_537)),
                TpmKey::Ecc { .. } => panic!("not a key on a curve"),
            }
        }
    }

    /// Magic, type, signer, extra data, clock and firmware, name, qualified name.
    fn attest(magic: u32, kind: u16, safe: u8) -> Vec<u8> {
        let mut clock = [0; 25];
        clock[16] = safe;
        [
            magic.to_be_bytes().as_slice(),
            &kind.to_be_bytes(),
            &[0, 1, 1],
            &[0, 2, 0xee, 0xee],
            &clock,
            &[0, 3, 0, 0x0b, 9],
            &[0, 0],
        ]
        .concat()
    }

    #[test]
    fn attestation_structures() {
        for safe in [0, 1, 2] {
            let bytes = attest(0xff54_4347, 0x8017, safe);
            let attest = Attest::parse(&bytes).unwrap();
            assert_eq!(attest.extra_data, [0xee, 0xee]);
            assert_eq!(attest.name, [0, 0x0b, 9]);
            for length in 0..bytes.len() {
                assert!(Attest::parse(&bytes[..length]).is_none(), "{length}");
            }
            assert!(Attest::parse(&[bytes.as_slice(), &[0]].concat()).is_none());
        }
        assert!(Attest::parse(&attest(0xff54_4348, 0x8017, 1)).is_none());
        assert!(Attest::parse(&attest(0xff54_4347, 0x8018, 1)).is_none());
    }
}
