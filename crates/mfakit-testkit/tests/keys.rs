//! Keys of the kit, read and used by the code that they are for.

#![allow(clippy::expect_used, reason = "tests")]

use mfakit_testkit::{RsaBits, SeededRng, SigningKey, UnsupportedAlgorithm, WrongKey};
use mfakit_webauthn::provider::{PreparedKey, RUSTCRYPTO};
use mfakit_webauthn::{Algorithm, Curve, Hash, PublicKey, Reason, Scheme};

fn written(key: &SigningKey) -> Vec<u8> {
    serde_cbor::to_vec(&key.cose()).expect("a COSE key is CBOR")
}

fn prepared(key: &SigningKey) -> PreparedKey {
    let public = PublicKey::from_cose(&written(key)).expect("the key is canonical");
    assert_eq!(public.algorithm(), key.algorithm());
    public.prepare(&RUSTCRYPTO).expect("the key is good")
}

#[test]
fn every_algorithm_signs_what_its_public_key_verifies() {
    let mut rng = SeededRng::new(1);
    for &algorithm in Algorithm::ALL {
        let key = SigningKey::generate(algorithm, &mut rng);
        assert_eq!(
            key.is_ok(),
            RUSTCRYPTO.supports(algorithm.scheme()),
            "{algorithm}: what the features leave out is the same for both"
        );
        let Ok(key) = key else { continue };
        let public = prepared(&key);
        let signature = key.sign(b"message");
        assert_eq!(
            public.verify(&[b"message"], &signature),
            Ok(()),
            "{algorithm}"
        );
        assert!(
            public.verify(&[b"another"], &signature).is_err(),
            "{algorithm}"
        );
        assert_eq!(
            key.sign(b"message"),
            signature,
            "{algorithm}: deterministic"
        );
    }
}

#[test]
fn rsa_of_every_size() {
    let mut rng = SeededRng::new(2);
    for (bits, bytes) in [
        (RsaBits::B2048, 256),
        (RsaBits::B3072, 384),
        (RsaBits::B4096, 512),
    ] {
        for algorithm in [Algorithm::Rs256, Algorithm::Ps512] {
            let key = SigningKey::rsa(algorithm, bits, &mut rng).expect("it is of RSA");
            let (n, e) = key.rsa_parts().expect("it is of RSA");
            assert_eq!((n.len(), e), (bytes, vec![1, 0, 1]));
            let signature = key.sign(b"message");
            assert_eq!(
                prepared(&key).verify(&[b"message"], &signature),
                Ok(()),
                "{bits:?}"
            );
        }
    }
    let short = SigningKey::rsa(Algorithm::Rs256, RsaBits::B1024, &mut rng).expect("it is of RSA");
    let public = PublicKey::from_cose(&written(&short)).expect("the form is good");
    assert_eq!(public.prepare(&RUSTCRYPTO).err(), Some(Reason::InvalidKey));
    let of_another_kind = SigningKey::rsa(Algorithm::Es256, RsaBits::B2048, &mut rng);
    assert_eq!(of_another_kind.err(), Some(UnsupportedAlgorithm));
}

/// As certificates sign: a P-256 key with SHA-1 or SHA-384, an RSA key with any padding.
#[test]
fn other_schemes_of_the_same_key() {
    let mut rng = SeededRng::new(3);
    for (algorithm, curve) in [
        (Algorithm::Es256, Curve::P256),
        (Algorithm::Es384, Curve::P384),
        (Algorithm::Es512, Curve::P521),
    ] {
        let key = SigningKey::generate(algorithm, &mut rng).expect("it has no feature");
        let public = PublicKey::from_cose(&written(&key)).expect("the key is canonical");
        for hash in [Hash::Sha1, Hash::Sha256, Hash::Sha384, Hash::Sha512] {
            let scheme = Scheme::Ecdsa(curve, hash);
            let signature = key
                .sign_as(scheme, b"message")
                .expect("the curve is the key's");
            let public = RUSTCRYPTO
                .prepare(scheme, public.material())
                .expect("it is supported")
                .expect("the key is good");
            assert_eq!(
                public.verify(&[b"message"], &signature),
                Ok(()),
                "{scheme:?}"
            );
        }
        let other = Scheme::Ecdsa(Curve::Secp256k1, Hash::Sha256);
        assert_eq!(key.sign_as(other, b"message"), Err(WrongKey));
    }
}
