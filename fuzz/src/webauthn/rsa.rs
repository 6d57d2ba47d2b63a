//! RSA verification against the `rsa` crate.

use std::sync::LazyLock;

use chacha20::ChaCha20Rng;
use mfakit_webauthn::provider::{KeyMaterial, RUSTCRYPTO};
use mfakit_webauthn::{Hash, Scheme};
use rsa::hazmat::rsa_decrypt;
use rsa::traits::PublicKeyParts as _;
use rsa::{BoxedUint, Pkcs1v15Sign, PrivateKey, Pss};
use sha1::Sha1;
use sha2::digest::FixedOutputReset;
use sha2::digest::const_oid::AssociatedOid;
use sha2::{Digest, Sha256, Sha384, Sha512};

use super::Edits;

/// Public, and for this test only: by `openssl prime -generate`. Each less one has a factor of
/// neither exponent.
const PRIMES: [&str; 5] = [
    "f2fa3f26f0473d5e1634d7e5d00c81f62cd8d04ea2d22c5f86efc856e13f0b0a52ec4afa596d1737\
     6696042ffee91d640c82279aceba61481de8008ca497b44c0432c8f2556f6d6cb913ce8654e26b67\
     8f1278566f0b3c58980785e7eebcdfabfa32b8741d78a6b70570b35e4e11697a6b097f8a07bc6ed9\
     34d8504835de4f23",
    "d7c5e670d3d8e7183e718196dcd271c7b643c20e910efcb2c1de8a8755a21c5288106e0ac92baa4d\
     f4a5f36d6ff8d03eb3e0c76ff044f745f98f7c93a2b83d0d54a32955792a1108f35b50f8540e5d63\
     08198f9c0785a15b62f49499440897d38ba10fce818ccee4a8c312bca3052859fbc60cb618478ae5\
     1e95933e2b843a99",
    "0000000000000001841c03ff38686ac787ce6513b7b12e3ba29acaf950c76dd32e74bd627d6a415e\
     d3a820ff59f5c9e180b14e2e4db049c07956e1ede3204f40c4c3403167ebd4dd4b7eb7c895e43842\
     cf3f2b76ad46b9280bf2f614094df12369b15d701f5a53eb0769d3636ff599a658c897223999b736\
     6dd261ca6589ac8cd1cebca58b1e4f93",
    "c4298c85d6e26ea58e70eae0b1de11e92dc45b1209c96b445728e5a1fac24286d6579cbcb22cac5d\
     2630cbde273858dfcc0df3036027e5bcb291c5601c79fcf1f9dd8acffe72b7567d613523af2d4e46\
     6776b6b1998cfb75326bdaaa29cba5fd5b1471385a7bd259022e462c52ae0a723a0ee211fe9a46b6\
     f0495c764bfe1711",
    "c28b5d0f7af5edf4b6f3bd81c56ecae17b7ecce278e32b960fd44de8391652be3403edc3c223a369\
     ba381a4826959eeae0798c5a185bebaddee5f59c96c2d788dc76a7588e5897e882733dfdc333fc74\
     1bd87c75c35808faccceda1261da36f5c2fcf707f65b465d85657367b12f22df32fcd7f7f88a4c2f\
     1ccf1083c90f631f",
];

/// Whole bytes of modulus; one bit more, so that the encoded message of PSS is a byte shorter; and
/// the longest, or next to it.
const KEYS: [&[usize]; 3] = [&[0, 1], &[0, 2], &[0, 1, 3, 4]];

const EXPONENTS: [u64; 2] = [3, 65_537];

static PRIVATE_KEYS: LazyLock<Vec<PrivateKey>> = LazyLock::new(|| {
    let number = |at: &usize| {
        let bits = u32::try_from(PRIMES[*at].len() * 4).expect("a prime is short");
        BoxedUint::from_be_hex(PRIMES[*at], bits).expect("it is hexadecimal")
    };
    let key = |(primes, exponent): (&[usize], u64)| {
        let primes = primes.iter().map(number).collect();
        PrivateKey::from_primes(primes, exponent.into()).expect("the primes are good")
    };
    let exponents = |primes| EXPONENTS.map(|exponent| key((primes, exponent)));
    KEYS.into_iter().flat_map(exponents).collect()
});

const SCHEMES: [Scheme; 7] = [
    Scheme::RsaPkcs1(Hash::Sha1),
    Scheme::RsaPkcs1(Hash::Sha256),
    Scheme::RsaPkcs1(Hash::Sha384),
    Scheme::RsaPkcs1(Hash::Sha512),
    Scheme::RsaPss(Hash::Sha256),
    Scheme::RsaPss(Hash::Sha384),
    Scheme::RsaPss(Hash::Sha512),
];

/// What is edited: the message, the salt of PSS, the padded block before the private key is
/// applied to it, and the signature.
const PARTS: u8 = 4;

/// Both accept the same blocks and signatures, and an unedited one.
pub fn rsa_verify(data: &[u8]) {
    let Some((&[key, scheme], rest)) = data.split_first_chunk() else {
        return;
    };
    let key = &PRIVATE_KEYS[usize::from(key) % PRIVATE_KEYS.len()];
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

fn compare<D: Digest + AssociatedOid + FixedOutputReset>(
    key: &PrivateKey,
    scheme: Scheme,
    edits: &Edits<'_>,
) {
    let mut message = b"message".to_vec();
    edits.apply(0, PARTS, &mut message);
    let digest = D::digest(&message);
    let good = match scheme {
        Scheme::RsaPss(_) => pss::<D>(key, &digest, edits),
        _ => pkcs1::<D>(key, &digest),
    };
    let mut block = good.clone();
    edits.apply(2, PARTS, &mut block);
    let signed = apply_private_key(key, &block);
    let mut signature = signed.clone();
    edits.apply(3, PARTS, &mut signature);

    let public = key.to_public_key();
    let theirs = match scheme {
        Scheme::RsaPss(_) => public.verify(Pss::<D>::new(), &digest, &signature),
        _ => public.verify(Pkcs1v15Sign::new::<D>(), &digest, &signature),
    };
    let (n, e) = (public.n_bytes(), public.e_bytes());
    let ours = RUSTCRYPTO
        .prepare(scheme, KeyMaterial::Rsa { n: &n, e: &e })
        .expect("the scheme is known")
        .expect("the key is good")
        .verify(&[&message], &signature);
    assert_eq!(ours.is_ok(), theirs.is_ok(), "{scheme:?}");
    let has_its_salt = edits.is_none_of(1, PARTS);
    if block == good && signature == signed && has_its_salt {
        assert_eq!(ours, Ok(()), "{scheme:?}");
    }
}

/// `EMSA-PKCS1-v1_5` (RFC 8017 section 9.2).
fn pkcs1<D: Digest + AssociatedOid>(key: &PrivateKey, digest: &[u8]) -> Vec<u8> {
    let info = Pkcs1v15Sign::new::<D>().prefix;
    let filler = key.size() - 3 - info.len() - digest.len();
    let filler = vec![0xff; filler];
    [&[0, 1], filler.as_slice(), &[0], &info, digest].concat()
}

/// EMSA-PSS (RFC 8017 section 9.1.1), filled up to the length of the modulus.
fn pss<D: Digest>(key: &PrivateKey, digest: &[u8], edits: &Edits<'_>) -> Vec<u8> {
    let mut salt = vec![0x5a; digest.len()];
    edits.apply(1, PARTS, &mut salt);
    let bits = usize::try_from(key.n().bit_width()).expect("a modulus is short") - 1;
    let length = bits.div_ceil(8);
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
        *first &= 0xff >> (8 * length - bits);
    }
    let before = vec![0; key.size() - length];
    [before.as_slice(), &masked, &hash, &[0xbc]].concat()
}

/// A block that is no number below the modulus is its own signature.
fn apply_private_key(key: &PrivateKey, block: &[u8]) -> Vec<u8> {
    let width = key.n().bits_precision();
    let Ok(number) = BoxedUint::from_be_slice(block, width) else {
        return block.to_vec();
    };
    match rsa_decrypt(None::<&mut ChaCha20Rng>, key, &number) {
        Ok(signature) => {
            let bytes = signature.to_be_bytes();
            bytes[bytes.len() - key.size()..].to_vec()
        }
        Err(_) => block.to_vec(),
    }
}
