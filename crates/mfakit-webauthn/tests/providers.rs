//! Every provider judges keys and signatures by the same rules.

#![allow(clippy::expect_used, clippy::panic, reason = "tests")]

use mfakit_webauthn::provider::{self, BadSignature, CryptoProvider, InvalidKey, KeyMaterial};
use mfakit_webauthn::{Algorithm, Curve, Hash, Scheme};

const PROVIDERS: &[CryptoProvider] = &[
    provider::RUSTCRYPTO,
    #[cfg(feature = "aws-lc-rs")]
    provider::AWS_LC_RS,
];

const ES256: Scheme = Scheme::Ecdsa(Curve::P256, Hash::Sha256);
const RS256: Scheme = Scheme::RsaPkcs1(Hash::Sha256);

fn bytes<const N: usize>(hex: &str) -> [u8; N] {
    let digits: Vec<u8> = hex
        .chars()
        .map(|digit| u8::try_from(digit.to_digit(16).expect("hexadecimal")).expect("a digit"))
        .collect();
    let pairs: Vec<u8> = digits
        .chunks(2)
        .map(|pair| pair.iter().fold(0, |byte, digit| (byte << 4) | digit))
        .collect();
    pairs.try_into().expect("as long as wanted")
}

/// Prepares a key with each provider, which must all say the same.
fn prepares(scheme: Scheme, key: KeyMaterial<'_>) -> Result<(), InvalidKey> {
    let verdicts: Vec<_> = PROVIDERS
        .iter()
        .map(|provider| {
            let prepared = provider.prepare(scheme, key).expect("it has the scheme");
            prepared.map(|key| assert_eq!(key.scheme(), scheme))
        })
        .collect();
    let first = *verdicts.first().expect("there is a provider");
    assert!(
        verdicts.iter().all(|verdict| *verdict == first),
        "{verdicts:?}"
    );
    first
}

/// The generator of P-256, a point like any other.
fn point() -> ([u8; 32], [u8; 32]) {
    (
        bytes("6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"),
        bytes("4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"),
    )
}

#[test]
fn every_scheme_of_the_default_provider_is_one_of_the_others() {
    let hashes = [Hash::Sha1, Hash::Sha256, Hash::Sha384, Hash::Sha512];
    let curves = [Curve::P256, Curve::P384, Curve::P521, Curve::Secp256k1];
    let of_certificates = hashes.into_iter().flat_map(|hash| {
        let ecdsa = curves.map(|curve| Scheme::Ecdsa(curve, hash));
        ecdsa
            .into_iter()
            .chain([Scheme::RsaPkcs1(hash), Scheme::RsaPss(hash)])
    });
    let of_credentials = Algorithm::ALL.iter().map(|algorithm| algorithm.scheme());
    for scheme in of_certificates.chain(of_credentials) {
        for other in PROVIDERS {
            assert!(
                !provider::RUSTCRYPTO.supports(scheme) || other.supports(scheme),
                "{scheme:?} of {other:?}"
            );
        }
    }
}

#[test]
fn points_are_on_their_curve_and_in_one_encoding() {
    let (x, y) = point();
    let key = |x, y| KeyMaterial::Ec {
        curve: Curve::P256,
        x,
        y,
    };
    assert_eq!(prepares(ES256, key(&x, &y)), Ok(()));
    assert_eq!(prepares(ES256, key(&y, &x)), Err(InvalidKey));
    assert_eq!(prepares(ES256, key(&[0; 32], &[0; 32])), Err(InvalidKey));
    assert_eq!(prepares(ES256, key(&x, &[])), Err(InvalidKey));
    // The prime itself, which stands for 0: there is a point with that x.
    let prime: [u8; 32] = bytes("ffffffff00000001000000000000000000000000ffffffffffffffffffffffff");
    let root: [u8; 32] = bytes("66485c780e2f83d72433bd5d84a06bb6541c2af31dae871728bf856a174f93f4");
    assert_eq!(prepares(ES256, key(&[0; 32], &root)), Ok(()));
    assert_eq!(prepares(ES256, key(&prime, &root)), Err(InvalidKey));
    let longer: Vec<u8> = [0].into_iter().chain(x).collect();
    assert_eq!(prepares(ES256, key(&longer, &y)), Err(InvalidKey));
    let other = Scheme::Ecdsa(Curve::Secp256k1, Hash::Sha256);
    assert_eq!(prepares(other, key(&x, &y)), Err(InvalidKey));
    assert_eq!(prepares(RS256, key(&x, &y)), Err(InvalidKey));
    assert_eq!(prepares(ES256, KeyMaterial::Okp(&x)), Err(InvalidKey));
}

#[test]
fn rsa_keys_have_2048_to_4096_bits_and_an_odd_exponent_from_3_to_32_bits() {
    let n = [0xff; 514];
    let prepares = |n: &[u8], e: &[u8]| prepares(RS256, KeyMaterial::Rsa { n, e });
    let part = |length| n.split_at(length).0;
    let below = |length| {
        let mut n = part(length).to_vec();
        *n.first_mut().expect("not empty") = 0x7f;
        n
    };
    let e = &[1, 0, 1];
    for (n, want) in [
        (part(256).to_vec(), Ok(())),
        (part(512).to_vec(), Ok(())),
        ([&[0], part(512)].concat(), Ok(())),
        (below(257), Ok(())),
        (below(256), Err(InvalidKey)),
        (part(255).to_vec(), Err(InvalidKey)),
        (part(513).to_vec(), Err(InvalidKey)),
        ([part(255), &[0xfe]].concat(), Err(InvalidKey)),
        (Vec::new(), Err(InvalidKey)),
    ] {
        assert_eq!(prepares(&n, e), want, "{} bytes", n.len());
    }
    let exponents: [(&[u8], _); 7] = [
        (&[3], Ok(())),
        (&[0, 3], Ok(())),
        (&[0xff; 4], Ok(())),
        (&[1], Err(InvalidKey)),
        (&[1, 0, 0], Err(InvalidKey)),
        (&[1, 0, 0, 0, 1], Err(InvalidKey)),
        (&[], Err(InvalidKey)),
    ];
    for (e, want) in exponents {
        assert_eq!(prepares(part(256), e), want, "{e:?}");
    }
}

#[test]
fn ed25519_keys_are_strong_and_in_one_encoding() {
    let prepares = |key: &[u8]| prepares(Scheme::Ed25519, KeyMaterial::Okp(key));
    let neutral: [u8; 32] =
        bytes("0100000000000000000000000000000000000000000000000000000000000000");
    let order_8: [u8; 32] =
        bytes("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05");
    // y = 3, and the same as y = 3 + 2^255 - 19.
    let once: [u8; 32] = bytes("0300000000000000000000000000000000000000000000000000000000000000");
    let twice: [u8; 32] = bytes("f0ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f");
    // No point has this y.
    let none: [u8; 32] = bytes("0200000000000000000000000000000000000000000000000000000000000000");
    assert_eq!(prepares(&once), Ok(()));
    for refused in [neutral, order_8, twice, none] {
        assert_eq!(prepares(&refused), Err(InvalidKey));
    }
    assert_eq!(prepares(&[]), Err(InvalidKey));
}

/// Its owner signed with R as the neutral point: S is then h times the secret. The equation holds,
/// and `verify_strict` refuses it.
#[test]
fn ed25519_signatures_with_a_point_of_low_order() {
    let key: [u8; 32] = bytes("ec6daa8844a784c2bd7c91c89b9061dc59ab7631354c65aece8d6b4ebd61584a");
    let signature: [u8; 64] = bytes(concat!(
        "0100000000000000000000000000000000000000000000000000000000000000",
        "7b232595aa2719ec37d953f15bae392868c93c945a46d40ec4a74bf94c9c270d",
    ));
    let message = b"low order";
    let lax = ed25519_dalek::VerifyingKey::from_bytes(&key).expect("a point");
    let holds = ed25519_dalek::Verifier::verify(&lax, message, &signature.into());
    assert!(holds.is_ok(), "the equation holds");
    for provider in PROVIDERS {
        let key = provider
            .prepare(Scheme::Ed25519, KeyMaterial::Okp(&key))
            .expect("it has the scheme")
            .expect("a strong key");
        assert_eq!(
            key.verify(&[message], &signature),
            Err(BadSignature),
            "{provider:?}"
        );
        assert_eq!(
            key.verify(&[message], &[]),
            Err(BadSignature),
            "{provider:?}"
        );
    }
}

#[cfg(feature = "aws-lc-rs")]
#[test]
fn ml_dsa_keys_have_one_length() {
    for (scheme, length) in [
        (Scheme::MlDsa44, 1312_usize),
        (Scheme::MlDsa65, 1952),
        (Scheme::MlDsa87, 2592),
    ] {
        for (length, want) in [
            (length, Ok(())),
            (length.saturating_sub(1), Err(InvalidKey)),
            (length.saturating_add(22), Err(InvalidKey)),
        ] {
            let key = vec![7; length];
            let prepared = provider::AWS_LC_RS
                .prepare(scheme, KeyMaterial::Akp(&key))
                .expect("it has the scheme");
            assert_eq!(prepared.map(drop), want, "{scheme:?}, {length} bytes");
        }
    }
}

#[test]
fn sizes_of_prepared_keys_are_known() {
    let (x, y) = point();
    let curve = Curve::P256;
    let n = &[0xff; 512];
    for provider in PROVIDERS {
        let size = |scheme, key| {
            let key = provider.prepare(scheme, key).expect("it has the scheme");
            key.expect("a good key").size_bytes()
        };
        let ec = size(
            ES256,
            KeyMaterial::Ec {
                curve,
                x: &x,
                y: &y,
            },
        );
        let rsa = size(RS256, KeyMaterial::Rsa { n, e: &[3] });
        assert!((64..4096).contains(&ec), "{provider:?}: {ec}");
        assert!((512..8192).contains(&rsa), "{provider:?}: {rsa}");
    }
}
