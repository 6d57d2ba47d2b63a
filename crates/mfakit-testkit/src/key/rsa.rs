//! RSA signatures: PKCS#1 v1.5 and PSS ([RFC 8017]), with keys that everybody knows.
//!
//! [RFC 8017]: https://www.rfc-editor.org/rfc/rfc8017

use core::num::NonZeroU32;

use crypto_bigint::modular::{BoxedMontyForm, BoxedMontyParams};
use crypto_bigint::{BoxedUint, ConcatenatingMul as _, NonZero, Odd};
use mfakit_webauthn::Hash;
use rand_core::CryptoRng;

use super::hash::digest;
use super::rsa_primes;

/// How long the modulus of an RSA key is.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum RsaBits {
    /// 1024 bits, which mfakit-webauthn refuses as too short.
    B1024,
    /// 2048 bits.
    B2048,
    /// 3072 bits.
    B3072,
    /// 4096 bits.
    B4096,
}

/// The public exponent, 65537: what every TPM and every certificate has.
const EXPONENT: [u8; 3] = [1, 0, 1];

#[derive(Clone)]
pub(super) struct RsaKey {
    modulus: Odd<BoxedUint>,
    private_exponent: BoxedUint,
}

impl RsaKey {
    /// Makes a key of two of the primes of this size, picked at random.
    pub(super) fn pick(bits: RsaBits, rng: &mut impl CryptoRng) -> Self {
        let mut primes = rsa_primes::of(bits).to_vec();
        let p = take(&mut primes, rng);
        let q = take(&mut primes, rng);
        Self::of_primes(p, q)
    }

    fn of_primes(p: &str, q: &str) -> Self {
        let [p, q] = [p, q].map(number);
        let one = BoxedUint::one_with_precision(p.bits_precision());
        let modulus = p.concatenating_mul(&q);
        let order = p
            .wrapping_sub(&one)
            .concatenating_mul(&q.wrapping_sub(&one));
        let order = NonZero::new(order).expect("no prime is one");
        let exponent = BoxedUint::from_be_slice(&EXPONENT, modulus.bits_precision())
            .expect("the exponent is shorter than the modulus");
        Self {
            private_exponent: exponent
                .invert_mod(&order)
                .expect("the primes were chosen so that 65537 does not divide the order"),
            modulus: Odd::new(modulus).expect("a product of odd primes is odd"),
        }
    }

    /// The modulus, big endian. It has no leading zeros: the primes have their two top bits set.
    pub(super) fn modulus(&self) -> Vec<u8> {
        self.modulus.to_be_bytes().into()
    }

    pub(super) fn exponent() -> Vec<u8> {
        EXPONENT.into()
    }

    /// RFC 8017 section 8.2.1.
    pub(super) fn sign_pkcs1(&self, hash: Hash, message: &[u8]) -> Vec<u8> {
        let tail = [digest_info(hash), &digest(hash, message)].concat();
        let filler = self.modulus().len().saturating_sub(tail.len());
        let filler = vec![0xff; filler.saturating_sub(3)];
        let block = [&[0x00, 0x01], filler.as_slice(), &[0x00], &tail].concat();
        self.power(&block)
    }

    /// RFC 8017 section 8.1.1, with a salt that follows from the message and is as long as the
    /// hash.
    pub(super) fn sign_pss(&self, hash: Hash, message: &[u8]) -> Vec<u8> {
        let message = digest(hash, message);
        let salt = digest(hash, &[b"salt", message.as_slice()].concat());
        let check = digest(hash, &[&[0; 8], message.as_slice(), &salt].concat());
        let masked = self.modulus().len().saturating_sub(check.len());
        let zeros = masked.saturating_sub(salt.len()).saturating_sub(2);
        let mut db = [vec![0; zeros].as_slice(), &[0x01], &salt].concat();
        mask(&mut db, hash, &check);
        // The encoded message has one bit less than the modulus.
        if let Some(first) = db.first_mut() {
            *first &= 0x7f;
        }
        self.power(&[db.as_slice(), &check, &[0xbc]].concat())
    }

    /// `block^d mod n`.
    fn power(&self, block: &[u8]) -> Vec<u8> {
        let parameters = BoxedMontyParams::new(self.modulus.clone());
        let base = BoxedUint::from_be_slice(block, self.modulus.bits_precision())
            .expect("the block is as long as the modulus");
        BoxedMontyForm::new(base, &parameters)
            .pow(&self.private_exponent)
            .retrieve()
            .to_be_bytes()
            .into()
    }
}

fn take<'a>(primes: &mut Vec<&'a str>, rng: &mut impl CryptoRng) -> &'a str {
    let count = u32::try_from(primes.len())
        .ok()
        .and_then(NonZeroU32::new)
        .expect("every size has at least two primes");
    let index = usize::try_from(rng.next_u32() % count).expect("there are few primes");
    primes.swap_remove(index)
}

fn number(hex: &str) -> BoxedUint {
    let bits = u32::try_from(hex.len())
        .ok()
        .and_then(|digits| digits.checked_mul(4))
        .expect("a prime is short");
    BoxedUint::from_be_hex(hex, bits).expect("primes are written in hexadecimal")
}

/// `DigestInfo` up to the hash itself (RFC 8017 section 9.2, note 1).
const fn digest_info(hash: Hash) -> &'static [u8] {
    match hash {
        Hash::Sha1 => b"\x30\x21\x30\x09\x06\x05\x2b\x0e\x03\x02\x1a\x05\x00\x04\x14",
        Hash::Sha384 => {
            b"\x30\x41\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x02\x05\x00\x04\x30"
        }
        Hash::Sha512 => {
            b"\x30\x51\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x03\x05\x00\x04\x40"
        }
        _ => b"\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20",
    }
}

/// XORs the mask that MGF1 makes of a seed (RFC 8017 appendix B.2.1).
fn mask(db: &mut [u8], hash: Hash, seed: &[u8]) {
    for (counter, chunk) in (0_u32..).zip(db.chunks_mut(seed.len())) {
        let mask = digest(hash, &[seed, &counter.to_be_bytes()].concat());
        for (byte, mask) in chunk.iter_mut().zip(mask) {
            *byte ^= mask;
        }
    }
}
