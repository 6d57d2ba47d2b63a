//! RSA verification against the `rsa` crate.

use std::sync::LazyLock;

use chacha20::ChaCha20Rng;
use mfakit_webauthn::provider::{KeyMaterial, RUSTCRYPTO};
use mfakit_webauthn::{Hash, Scheme};
use rsa::hazmat::rsa_decrypt;
use rsa::traits::PublicKeyParts as _;
use rsa::{BoxedUint, Pkcs1v15Sign, PrivateKey, Pss, PublicKey};
use sha1::Sha1;
use sha2::digest::FixedOutputReset;
use sha2::digest::const_oid::AssociatedOid;
use sha2::{Digest, Sha256, Sha384, Sha512};

use super::{Edits, Kept};

const SCHEMES: [Scheme; 7] = [
    Scheme::RsaPkcs1(Hash::Sha1),
    Scheme::RsaPkcs1(Hash::Sha256),
    Scheme::RsaPkcs1(Hash::Sha384),
    Scheme::RsaPkcs1(Hash::Sha512),
    Scheme::RsaPss(Hash::Sha256),
    Scheme::RsaPss(Hash::Sha384),
    Scheme::RsaPss(Hash::Sha512),
];

/// The lengths of moduli, in bits: whole bytes, one bit more, so that the encoded message of PSS is
/// a byte shorter, and the longest and shortest ones. We take 2048 to 4096.
const LENGTHS: [u32; 10] = [2048, 2049, 2050, 2055, 2056, 3072, 4095, 4096, 2047, 4097];

/// What is edited: the message, the salt of PSS, the padded block, the signature, and what the
/// signature is made of.
const PARTS: u8 = 5;

/// Both accept the same blocks and signatures, and an unedited one.
pub fn rsa_verify(data: &[u8]) {
    let Some((&[key, scheme], rest)) = data.split_first_chunk() else {
        return;
    };
    let edits = Edits::read(rest);
    match SCHEMES[usize::from(scheme) % SCHEMES.len()] {
        scheme @ Scheme::RsaPkcs1(Hash::Sha1) => compare::<Sha1>(key, scheme, &edits),
        scheme @ Scheme::RsaPkcs1(Hash::Sha256) => compare::<Sha256>(key, scheme, &edits),
        scheme @ Scheme::RsaPkcs1(Hash::Sha384) => compare::<Sha384>(key, scheme, &edits),
        scheme @ Scheme::RsaPkcs1(_) => compare::<Sha512>(key, scheme, &edits),
        scheme @ Scheme::RsaPss(Hash::Sha256) => compare::<Sha256>(key, scheme, &edits),
        scheme @ Scheme::RsaPss(Hash::Sha384) => compare::<Sha384>(key, scheme, &edits),
        scheme => compare::<Sha512>(key, scheme, &edits),
    }
}

/// A modulus, an exponent, and a signature whose power is the block.
struct Signed {
    n: Vec<u8>,
    e: Vec<u8>,
    signature: Vec<u8>,
}

fn compare<D: Digest + AssociatedOid + FixedOutputReset>(
    key: u8,
    scheme: Scheme,
    edits: &Edits<'_>,
) {
    let by_private_key = key == PRIVATE_KEY;
    let bits = if by_private_key {
        PRIVATE_KEY_BITS
    } else {
        LENGTHS[usize::from(key) % LENGTHS.len()]
    };
    let mut message = b"message".to_vec();
    edits.apply(0, PARTS, &mut message);
    let digest = D::digest(&message);
    let mut block = match scheme {
        Scheme::RsaPss(_) => pss::<D>(bits, &digest, edits),
        _ => pkcs1::<D>(bits, &digest),
    };
    edits.apply(2, PARTS, &mut block);
    let signed = if by_private_key {
        sign(&block)
    } else {
        fit_modulus(bits, &block, edits)
    };
    let Some(Signed {
        n,
        e,
        mut signature,
    }) = signed
    else {
        return;
    };
    edits.apply(3, PARTS, &mut signature);

    let number = |bytes: &[u8]| {
        let bits = u32::try_from(bytes.len() * 8).expect("a key is short");
        BoxedUint::from_be_slice(bytes, bits).expect("it is as long as it is")
    };
    let public = PublicKey::new_with_size_limits(number(&n), number(&e), 2047..=4097);
    let public = public.expect("the modulus is odd");
    let theirs = match scheme {
        Scheme::RsaPss(_) => public.verify(Pss::<D>::new(), &digest, &signature),
        _ => public.verify(Pkcs1v15Sign::new::<D>(), &digest, &signature),
    };
    let ours = RUSTCRYPTO.prepare(scheme, KeyMaterial::Rsa { n: &n, e: &e });
    let Ok(ours) = ours.expect("the scheme is known") else {
        assert!(!(2048..=4096).contains(&public.n().bit_width()));
        return;
    };
    assert!((2048..=4096).contains(&public.n().bit_width()));
    let ours = ours.verify(&[&message], &signature);
    assert_eq!(ours.is_ok(), theirs.is_ok(), "{scheme:?}, {bits} bits");
    if (1..4).all(|part| edits.is_none_of(part, PARTS)) {
        assert_eq!(ours, Ok(()), "{scheme:?}, {bits} bits");
    }
}

/// Chooses a number `s` near the cube root of what is wanted, and makes the modulus `s^3 - block`:
/// then `s` is the signature of the block, for the exponent 3, and nobody needs a private key.
/// `None` if the block does not leave room for it.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "an approximation, which need not be good"
)]
fn fit_modulus(bits: u32, block: &[u8], edits: &Edits<'_>) -> Option<Signed> {
    let width = bits + 64;
    let block = BoxedUint::from_be_slice(block, width).ok()?;
    if block.bit_width() >= bits {
        return None;
    }
    // The block over 2^bits; the cube is to be three quarters of that more.
    let top = block.shr(bits - 63).to_be_bytes();
    let top = u64::from_be_bytes(*top.last_chunk::<8>()?);
    let cube = (top as f64 / (1_u64 << 63) as f64 + 0.75) * f64::from(1 << (bits % 3));
    let root = (cube.cbrt() * (1_u64 << 52) as f64) as u64;

    let mut low = vec![0x6b; usize::try_from(bits / 24).ok()? - 7];
    edits.apply(4, PARTS, &mut low);
    low.truncate(usize::try_from(bits / 24).ok()? - 7);
    // The modulus is to be odd.
    if let Some(last) = low.last_mut() {
        *last = (*last & 0xfe) | u8::from(!block.bit_vartime(0));
    }
    let low = BoxedUint::from_be_slice(&low, width).ok()?;
    let root = BoxedUint::from_be_slice(&root.to_be_bytes(), width).ok()?;
    let root = root.shl(bits / 3 - 52).bitor(&low);
    let cube = root.wrapping_mul(&root).wrapping_mul(&root);
    let n = cube.wrapping_sub(&block);
    assert_eq!(n.bit_width(), bits, "the cube root is near enough");
    let trimmed = n.to_be_bytes_trimmed_vartime().to_vec();
    let signature = root.to_be_bytes();
    Some(Signed {
        signature: signature[signature.len() - trimmed.len()..].to_vec(),
        n: trimmed,
        e: vec![3],
    })
}

/// `EMSA-PKCS1-v1_5` (RFC 8017 section 9.2).
fn pkcs1<D: Digest + AssociatedOid>(bits: u32, digest: &[u8]) -> Vec<u8> {
    let info = Pkcs1v15Sign::new::<D>().prefix;
    let filler = bytes(bits) - 3 - info.len() - digest.len();
    let filler = vec![0xff; filler];
    [&[0, 1], filler.as_slice(), &[0], &info, digest].concat()
}

/// EMSA-PSS (RFC 8017 section 9.1.1), filled up to the length of the modulus.
fn pss<D: Digest>(bits: u32, digest: &[u8], edits: &Edits<'_>) -> Vec<u8> {
    let mut salt = vec![0x5a; digest.len()];
    edits.apply(1, PARTS, &mut salt);
    let length = bytes(bits - 1);
    salt.truncate(length - digest.len() - 2);
    let hash = D::new()
        .chain_update([0; 8])
        .chain_update(digest)
        .chain_update(&salt)
        .finalize();
    let zeros = vec![0; length - digest.len() - salt.len() - 2];
    let mut masked = [zeros.as_slice(), &[1], &salt].concat();
    for (counter, chunk) in (0_u32..).zip(masked.chunks_mut(digest.len())) {
        let mask = D::new()
            .chain_update(&hash)
            .chain_update(counter.to_be_bytes())
            .finalize();
        for (byte, mask) in chunk.iter_mut().zip(mask) {
            *byte ^= mask;
        }
    }
    if let Some(first) = masked.first_mut() {
        *first &= 0xff >> (7 - (bits - 2) % 8);
    }
    let before = vec![0; bytes(bits) - length];
    [before.as_slice(), &masked, &hash, &[0xbc]].concat()
}

/// The bytes that so many bits take.
fn bytes(bits: u32) -> usize {
    usize::try_from(bits.div_ceil(8)).expect("a key is short")
}

/// Public, and for this test only: by `openssl prime -generate`. None less one is a
/// multiple of the exponent.
const PRIMES: [&str; 2] = [
    "f2fa3f26f0473d5e1634d7e5d00c81f62cd8d04ea2d22c5f86efc856e13f0b0a52ec4afa596d1737\
     6696042ffee91d640c82279aceba61481de8008ca497b44c0432c8f2556f6d6cb913ce8654e26b67\
     8f1278566f0b3c58980785e7eebcdfabfa32b8741d78a6b70570b35e4e11697a6b097f8a07bc6ed9\
     34d8504835de4f23",
    "d7c5e670d3d8e7183e718196dcd271c7b643c20e910efcb2c1de8a8755a21c5288106e0ac92baa4d\
     f4a5f36d6ff8d03eb3e0c76ff044f745f98f7c93a2b83d0d54a32955792a1108f35b50f8540e5d63\
     08198f9c0785a15b62f49499440897d38ba10fce818ccee4a8c312bca3052859fbc60cb618478ae5\
     1e95933e2b843a99",
];

/// The choice of a real key, which signs slowly.
const PRIVATE_KEY: u8 = 0xff;

const PRIVATE_KEY_BITS: u32 = 2048;

/// Signs with the exponent that most keys have. A block that is no number below the modulus is its
/// own signature.
fn sign(block: &[u8]) -> Option<Signed> {
    static KEY: LazyLock<PrivateKey> = LazyLock::new(|| {
        let number = |hex| BoxedUint::from_be_hex(hex, 1024).expect("it is hexadecimal");
        let primes = PRIMES.map(number).to_vec();
        PrivateKey::from_primes(primes, 65_537_u64.into()).expect("the primes are good")
    });
    static SIGNATURES: Kept<Vec<u8>, Vec<u8>> = Kept::new();
    let signature = SIGNATURES.get(block.to_vec(), || {
        BoxedUint::from_be_slice(block, PRIVATE_KEY_BITS)
            .ok()
            .and_then(|number| rsa_decrypt(None::<&mut ChaCha20Rng>, &*KEY, &number).ok())
            .map_or_else(|| block.to_vec(), |number| number.to_be_bytes().to_vec())
    });
    Some(Signed {
        n: KEY.n_bytes().to_vec(),
        e: KEY.e_bytes().to_vec(),
        signature,
    })
}
