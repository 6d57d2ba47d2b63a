//! RSA signature verification: PKCS#1 v1.5 and PSS ([RFC 8017]).
//!
//! Only public keys are handled, so nothing here needs to be constant in time.
//!
//! [RFC 8017]: https://www.rfc-editor.org/rfc/rfc8017

mod montgomery;
mod padding;

use super::{
    BadSignature, InvalidKey, KeyMaterial, PreparedKey, SignatureVerifier, VerifyingKey, hash,
};
use crate::algorithm::{Hash, Scheme};
use montgomery::{Limbs, MAX_LIMBS, Modulus};

/// The longest modulus, in bytes: 4096 bits.
const MAX_BYTES: usize = 512;

/// The shortest modulus, in bits (NIST SP 800-131A).
const MIN_BITS: usize = 2048;

pub(super) struct Rsa;

impl SignatureVerifier for Rsa {
    fn supports(&self, scheme: Scheme) -> bool {
        matches!(scheme, Scheme::RsaPkcs1(_) | Scheme::RsaPss(_))
    }

    fn prepare(&self, scheme: Scheme, key: KeyMaterial<'_>) -> Result<PreparedKey, InvalidKey> {
        let KeyMaterial::Rsa { n, e } = key else {
            return Err(InvalidKey);
        };
        let padding = match scheme {
            Scheme::RsaPkcs1(hash) => Padding::Pkcs1(hash),
            Scheme::RsaPss(hash) => Padding::Pss(hash),
            _ => return Err(InvalidKey),
        };
        let n = without_leading_zeros(n);
        if n.len() > MAX_BYTES {
            return Err(InvalidKey);
        }
        let modulus = Modulus::new(n).ok_or(InvalidKey)?;
        if modulus.bits() < MIN_BITS {
            return Err(InvalidKey);
        }
        let key = Prepared {
            modulus,
            modulus_bytes: n.len(),
            exponent: exponent(e)?,
            padding,
        };
        Ok(PreparedKey::new(scheme, key))
    }
}

fn without_leading_zeros(bytes: &[u8]) -> &[u8] {
    let mut rest = bytes;
    while let [0, after @ ..] = rest {
        rest = after;
    }
    rest
}

/// Odd, and `3 <= e < 2^32`: 1 would verify everything, an even one is no exponent.
fn exponent(bytes: &[u8]) -> Result<u32, InvalidKey> {
    let bytes = without_leading_zeros(bytes);
    if bytes.len() > 4 {
        return Err(InvalidKey);
    }
    let exponent = bytes
        .iter()
        .fold(0_u32, |value, byte| (value << 8) | u32::from(*byte));
    if exponent < 3 || exponent & 1 == 0 {
        return Err(InvalidKey);
    }
    Ok(exponent)
}

#[derive(Clone, Copy)]
enum Padding {
    Pkcs1(Hash),
    Pss(Hash),
}

struct Prepared {
    modulus: Modulus,
    modulus_bytes: usize,
    exponent: u32,
    padding: Padding,
}

impl VerifyingKey for Prepared {
    fn verify(&self, message: &[&[u8]], signature: &[u8]) -> Result<(), BadSignature> {
        // RFC 8017 sections 8.1.2 and 8.2.2, step 1: exactly as long as the modulus.
        if signature.len() != self.modulus_bytes {
            return Err(BadSignature);
        }
        let mut number: Limbs = [0; MAX_LIMBS];
        montgomery::from_be_bytes(signature, &mut number).ok_or(BadSignature)?;
        let opened = self
            .modulus
            .power(&number, self.exponent)
            .ok_or(BadSignature)?;
        let mut block = [0; MAX_BYTES];
        let block =
            montgomery::to_be_bytes(&opened, &mut block, self.modulus_bytes).ok_or(BadSignature)?;
        let good = match self.padding {
            Padding::Pkcs1(algorithm) => {
                padding::is_pkcs1(block, algorithm, hash(algorithm, message).as_bytes())
            }
            Padding::Pss(algorithm) => {
                let digest = hash(algorithm, message);
                padding::is_pss(block, self.modulus.bits(), algorithm, digest.as_bytes())
                    .unwrap_or(false)
            }
        };
        if good { Ok(()) } else { Err(BadSignature) }
    }

    fn size_bytes(&self) -> usize {
        size_of::<Self>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exponents() {
        let cases: [(&[u8], Result<u32, InvalidKey>); 9] = [
            (&[], Err(InvalidKey)),
            (&[0], Err(InvalidKey)),
            (&[1], Err(InvalidKey)),
            (&[2], Err(InvalidKey)),
            (&[3], Ok(3)),
            (&[0, 3], Ok(3)),
            (&[1, 0, 1], Ok(65_537)),
            (&[0xff, 0xff, 0xff, 0xff], Ok(u32::MAX)),
            (&[1, 0, 0, 0, 1], Err(InvalidKey)),
        ];
        for (bytes, want) in cases {
            assert_eq!(exponent(bytes), want, "{bytes:?}");
        }
    }

    #[test]
    fn sizes_of_keys() {
        let e = &[1, 0, 1];
        let scheme = Scheme::RsaPkcs1(Hash::Sha256);
        let mut n = [0xff; 513];
        let prepare = |n: &[u8]| Rsa.prepare(scheme, KeyMaterial::Rsa { n, e }).map(drop);
        assert_eq!(prepare(&n[..256]), Ok(()));
        assert_eq!(prepare(&n[..255]), Err(InvalidKey));
        assert_eq!(prepare(&n[..512]), Ok(()));
        assert_eq!(prepare(&n), Err(InvalidKey));
        n[0] = 0;
        assert_eq!(prepare(&n), Ok(()), "a leading zero");
        n[1] = 0x7f;
        assert_eq!(prepare(&n[..257]), Err(InvalidKey), "2047 bits");
        n[255] = 0xfe;
        assert_eq!(prepare(&n[1..256]), Err(InvalidKey));
    }
}
