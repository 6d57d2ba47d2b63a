//! RSA verification, ours and AWS-LC's, beside the `rsa` crate.

use std::sync::LazyLock;

use mfakit_core::OsRng;
use mfakit_webauthn::provider::{AWS_LC_RS, KeyMaterial, RUSTCRYPTO};
use mfakit_webauthn::{Hash, Scheme};
use proptest::prelude::*;
use rsa::sha2::{Digest, Sha256, Sha384, Sha512};
use rsa::traits::PublicKeyParts as _;
use rsa::{Pkcs1v15Sign, Pss, RsaPrivateKey, RsaPublicKey};

/// Keys whose lengths are a whole number of limbs, of bytes, and neither.
static KEYS: LazyLock<Vec<RsaPrivateKey>> = LazyLock::new(|| {
    let mut rng = OsRng::new().expect("the system has randomness");
    let key = |bits| RsaPrivateKey::new(&mut rng, bits).expect("a key can be made");
    [2048, 2056, 2051].map(key).into()
});

fn digest(hash: Hash, message: &[u8]) -> Vec<u8> {
    match hash {
        Hash::Sha256 => Sha256::digest(message).to_vec(),
        Hash::Sha384 => Sha384::digest(message).to_vec(),
        _ => Sha512::digest(message).to_vec(),
    }
}

fn pkcs1(hash: Hash) -> Pkcs1v15Sign {
    match hash {
        Hash::Sha256 => Pkcs1v15Sign::new::<Sha256>(),
        Hash::Sha384 => Pkcs1v15Sign::new::<Sha384>(),
        _ => Pkcs1v15Sign::new::<Sha512>(),
    }
}

fn sign_pss(key: &RsaPrivateKey, hash: Hash, salt: usize, digest: &[u8]) -> Vec<u8> {
    let mut rng = OsRng::new().expect("the system has randomness");
    let signature = match hash {
        Hash::Sha256 => key.sign_with_rng(&mut rng, Pss::<Sha256>::new_with_salt(salt), digest),
        Hash::Sha384 => key.sign_with_rng(&mut rng, Pss::<Sha384>::new_with_salt(salt), digest),
        _ => key.sign_with_rng(&mut rng, Pss::<Sha512>::new_with_salt(salt), digest),
    };
    signature.expect("it signs")
}

fn verify_pss(key: &RsaPublicKey, hash: Hash, digest: &[u8], signature: &[u8]) -> bool {
    let salt = digest.len();
    let verdict = match hash {
        Hash::Sha256 => key.verify(Pss::<Sha256>::new_with_salt(salt), digest, signature),
        Hash::Sha384 => key.verify(Pss::<Sha384>::new_with_salt(salt), digest, signature),
        _ => key.verify(Pss::<Sha512>::new_with_salt(salt), digest, signature),
    };
    verdict.is_ok()
}

/// Whether both of our providers accept; they must agree.
fn ours(scheme: Scheme, key: &RsaPublicKey, message: &[u8], signature: &[u8]) -> bool {
    let (n, e) = (key.n_bytes(), key.e_bytes());
    let verdicts = [RUSTCRYPTO, AWS_LC_RS].map(|provider| {
        let material = KeyMaterial::Rsa { n: &n, e: &e };
        let key = provider
            .prepare(scheme, material)
            .expect("it has the scheme")
            .expect("a good key");
        key.verify(&[message], signature).is_ok()
    });
    assert_eq!(verdicts[0], verdicts[1], "the providers differ");
    verdicts[0]
}

fn hashes() -> impl Strategy<Value = Hash> {
    prop_oneof![Just(Hash::Sha256), Just(Hash::Sha384), Just(Hash::Sha512)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// The same verdict on signatures, and on those with a changed bit.
    #[test]
    fn the_same_verdict(
        key in 0..3_usize,
        hash in hashes(),
        is_pss: bool,
        message in prop::collection::vec(any::<u8>(), 0..200),
        flip in prop::option::of(any::<usize>()),
    ) {
        let private = &KEYS[key];
        let public = RsaPublicKey::from(private);
        let digest = digest(hash, &message);
        let (scheme, mut signature) = if is_pss {
            let signature = sign_pss(private, hash, digest.len(), &digest);
            (Scheme::RsaPss(hash), signature)
        } else {
            let signature = private.sign(pkcs1(hash), &digest).expect("it signs");
            (Scheme::RsaPkcs1(hash), signature)
        };
        if let Some(place) = flip {
            let place = place % (8 * signature.len());
            signature[place / 8] ^= 1 << (place % 8);
        }
        let theirs = if is_pss {
            verify_pss(&public, hash, &digest, &signature)
        } else {
            public.verify(pkcs1(hash), &digest, &signature).is_ok()
        };
        prop_assert_eq!(theirs, flip.is_none());
        prop_assert_eq!(ours(scheme, &public, &message, &signature), theirs);
    }
}

/// COSE fixes the length of the salt (RFC 8230 section 2), and so do both providers.
#[test]
fn salts_of_other_lengths() {
    let private = &KEYS[0];
    let public = RsaPublicKey::from(private);
    let digest = digest(Hash::Sha256, b"message");
    let scheme = Scheme::RsaPss(Hash::Sha256);
    for (salt, good) in [(0, false), (31, false), (32, true), (33, false)] {
        let signature = sign_pss(private, Hash::Sha256, salt, &digest);
        assert_eq!(
            ours(scheme, &public, b"message", &signature),
            good,
            "{salt}"
        );
    }
}
