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

/// The shortest modulus, in bytes: 2048 bits (NIST SP 800-131A).
const MIN_BYTES: usize = 256;

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
        let numbers = Numbers::accept(n, e)?;
        let key = Prepared {
            modulus: Modulus::new(numbers.n).ok_or(InvalidKey)?,
            modulus_bytes: numbers.n.len(),
            exponent: numbers.exponent,
            padding,
        };
        Ok(PreparedKey::new(scheme, key))
    }
}

/// The numbers of a key, of sizes that are accepted; the modulus without leading zeros.
pub(super) struct Numbers<'a> {
    pub(super) n: &'a [u8],
    pub(super) exponent: u32,
}

impl<'a> Numbers<'a> {
    /// Accepts an odd modulus of 2048 to 4096 bits, with an odd exponent and `3 <= e < 2^32`: 1
    /// would verify everything, an even one is no exponent.
    pub(super) fn accept(n: &'a [u8], e: &[u8]) -> Result<Self, InvalidKey> {
        let n = without_leading_zeros(n);
        let e = without_leading_zeros(e);
        let is_odd = |number: &[u8]| number.last().is_some_and(|byte| byte & 1 == 1);
        let is_long_enough = match n {
            [first, ..] => n.len() > MIN_BYTES || (n.len() == MIN_BYTES && first & 0x80 != 0),
            [] => false,
        };
        if !is_long_enough || n.len() > MAX_BYTES || !is_odd(n) || e.len() > 4 || !is_odd(e) {
            return Err(InvalidKey);
        }
        let exponent = e
            .iter()
            .fold(0_u32, |value, byte| (value << 8) | u32::from(*byte));
        if exponent < 3 {
            return Err(InvalidKey);
        }
        Ok(Self { n, exponent })
    }
}

pub(super) fn without_leading_zeros(bytes: &[u8]) -> &[u8] {
    let mut rest = bytes;
    while let [0, after @ ..] = rest {
        rest = after;
    }
    rest
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
            let got = Numbers::accept(&[0xff; 256], bytes).map(|numbers| numbers.exponent);
            assert_eq!(got, want, "{bytes:?}");
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
