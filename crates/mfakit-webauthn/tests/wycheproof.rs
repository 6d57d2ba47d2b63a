//! Project Wycheproof's signature vectors, for every scheme of every provider.

#![allow(clippy::expect_used, clippy::panic, reason = "tests")]

use mfakit_webauthn::provider::{self, CryptoProvider, KeyMaterial};
use mfakit_webauthn::{Curve, Hash, Scheme};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct File {
    number_of_tests: usize,
    test_groups: Vec<Group>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Group {
    public_key: PublicKey,
    tests: Vec<Test>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum PublicKey {
    Ec {
        wx: String,
        wy: String,
    },
    Rsa {
        modulus: String,
        #[serde(rename = "publicExponent")]
        public_exponent: String,
    },
    Edwards {
        pk: String,
    },
    Bytes(String),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Test {
    tc_id: u32,
    msg: String,
    sig: String,
    /// Of ML-DSA; it is empty in WebAuthn, so a signature made with another must not verify.
    #[serde(default)]
    ctx: String,
    result: Expected,
}

#[derive(Clone, Copy, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Expected {
    Valid,
    Invalid,
    /// A choice of the implementation: here, PKCS#1 without the NULL parameters.
    Acceptable,
}

const PROVIDERS: &[CryptoProvider] = &[
    provider::RUSTCRYPTO,
    #[cfg(feature = "aws-lc-rs")]
    provider::AWS_LC_RS,
];

fn hex(text: &str) -> Vec<u8> {
    assert!(text.len().is_multiple_of(2));
    text.as_bytes()
        .chunks(2)
        .map(|pair| {
            let pair = core::str::from_utf8(pair).expect("vectors are ASCII");
            u8::from_str_radix(pair, 16).expect("vectors are hexadecimal")
        })
        .collect()
}

/// A coordinate as long as the curve says: the files have the sign byte of an INTEGER, or lack
/// leading zeros.
fn coordinate(text: &str, curve: Curve) -> Vec<u8> {
    let bytes = hex(text);
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    let number = bytes.split_at(zeros).1;
    let mut padded = vec![0; curve.coordinate_bytes().saturating_sub(number.len())];
    padded.extend_from_slice(number);
    padded
}

fn verifies(provider: &CryptoProvider, scheme: Scheme, key: &PublicKey, test: &Test) -> bool {
    let (first, second) = match (key, scheme) {
        (PublicKey::Ec { wx, wy }, Scheme::Ecdsa(curve, _)) => {
            (coordinate(wx, curve), coordinate(wy, curve))
        }
        (
            PublicKey::Rsa {
                modulus,
                public_exponent,
            },
            _,
        ) => (hex(modulus), hex(public_exponent)),
        (PublicKey::Edwards { pk } | PublicKey::Bytes(pk), _) => (hex(pk), Vec::new()),
        (PublicKey::Ec { .. }, _) => panic!("a key of another scheme"),
    };
    let material = match scheme {
        Scheme::Ecdsa(curve, _) => KeyMaterial::Ec {
            curve,
            x: &first,
            y: &second,
        },
        Scheme::RsaPkcs1(_) | Scheme::RsaPss(_) => KeyMaterial::Rsa {
            n: &first,
            e: &second,
        },
        Scheme::Ed25519 | Scheme::Ed448 => KeyMaterial::Okp(&first),
        _ => KeyMaterial::Akp(&first),
    };
    let message = hex(&test.msg);
    let signature = hex(&test.sig);
    let Ok(key) = provider
        .prepare(scheme, material)
        .expect("the provider has the scheme")
    else {
        return false;
    };
    let whole = key.verify(&[&message], &signature).is_ok();
    let (head, tail) = message.split_at(message.len() / 2);
    let parts = key.verify(&[head, tail], &signature).is_ok();
    assert_eq!(whole, parts, "a message in parts, case {}", test.tc_id);
    whole
}

fn judge(name: &str, file: &str, count: usize, scheme: Scheme) {
    let Some(vectors) = xtask::vectors() else {
        xtask::skip(name, "the shared vectors are absent");
        return;
    };
    let text = std::fs::read_to_string(vectors.join("wycheproof").join(file))
        .expect("the vectors are readable");
    let file: File = serde_json::from_str(&text).expect("the vectors are JSON");
    assert_eq!(file.number_of_tests, count);
    let mut wrong = Vec::new();
    let mut offering = PROVIDERS
        .iter()
        .filter(|provider| provider.supports(scheme))
        .peekable();
    assert!(offering.peek().is_some(), "no provider has the scheme");
    for provider in offering {
        let mut judged = 0_usize;
        for group in &file.test_groups {
            for test in &group.tests {
                judged = judged.saturating_add(1);
                let valid = verifies(provider, scheme, &group.public_key, test);
                let should_be = test.result == Expected::Valid && test.ctx.is_empty();
                if test.result != Expected::Acceptable && valid != should_be {
                    wrong.push((provider.name, test.tc_id));
                }
            }
        }
        assert_eq!(judged, count);
    }
    assert!(wrong.is_empty(), "wrong verdicts: {wrong:?}");
}

#[test]
fn es256() {
    judge(
        "es256",
        "ecdsa_secp256r1_sha256_test.json",
        484,
        Scheme::Ecdsa(Curve::P256, Hash::Sha256),
    );
}

#[test]
fn es384() {
    judge(
        "es384",
        "ecdsa_secp384r1_sha384_test.json",
        504,
        Scheme::Ecdsa(Curve::P384, Hash::Sha384),
    );
}

#[test]
fn es512() {
    judge(
        "es512",
        "ecdsa_secp521r1_sha512_test.json",
        542,
        Scheme::Ecdsa(Curve::P521, Hash::Sha512),
    );
}

#[test]
fn es256k() {
    judge(
        "es256k",
        "ecdsa_secp256k1_sha256_test.json",
        476,
        Scheme::Ecdsa(Curve::Secp256k1, Hash::Sha256),
    );
}

#[test]
fn ed25519() {
    judge("ed25519", "ed25519_test.json", 151, Scheme::Ed25519);
}

#[cfg(feature = "ed448")]
#[test]
fn ed448() {
    judge("ed448", "ed448_test.json", 87, Scheme::Ed448);
}

#[cfg(any(feature = "ml-dsa", feature = "aws-lc-rs"))]
#[test]
fn ml_dsa_44() {
    judge(
        "ml_dsa_44",
        "mldsa_44_verify_test.json",
        180,
        Scheme::MlDsa44,
    );
}

#[cfg(any(feature = "ml-dsa", feature = "aws-lc-rs"))]
#[test]
fn ml_dsa_65() {
    judge(
        "ml_dsa_65",
        "mldsa_65_verify_test.json",
        210,
        Scheme::MlDsa65,
    );
}

#[test]
fn ps256() {
    judge(
        "ps256",
        "rsa_pss_2048_sha256_mgf1_32_test.json",
        108,
        Scheme::RsaPss(Hash::Sha256),
    );
}

#[test]
fn ps512() {
    judge(
        "ps512",
        "rsa_pss_4096_sha512_mgf1_64_test.json",
        179,
        Scheme::RsaPss(Hash::Sha512),
    );
}

#[test]
fn rs256() {
    judge(
        "rs256",
        "rsa_signature_2048_sha256_test.json",
        259,
        Scheme::RsaPkcs1(Hash::Sha256),
    );
}

#[test]
fn rs384() {
    judge(
        "rs384",
        "rsa_signature_2048_sha384_test.json",
        258,
        Scheme::RsaPkcs1(Hash::Sha384),
    );
}

#[test]
fn rs512() {
    judge(
        "rs512",
        "rsa_signature_2048_sha512_test.json",
        259,
        Scheme::RsaPkcs1(Hash::Sha512),
    );
}

#[test]
fn rs256_of_4096_bits() {
    judge(
        "rs256_of_4096_bits",
        "rsa_signature_4096_sha256_test.json",
        258,
        Scheme::RsaPkcs1(Hash::Sha256),
    );
}
