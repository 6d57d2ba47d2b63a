#![allow(clippy::arithmetic_side_effects, reason = "tests")]

extern crate std;

use std::vec::Vec;
use std::{format, fs};

use hmac::{Hmac, KeyInit as _, Mac as _};
use proptest::prelude::*;
use serde_json::Value;

use super::*;

/// HMAC of any message, from the parts that the codes are made of.
fn mac<H: Hash<Block = [u8; N]>, const N: usize>(key: &[u8], message: &[u8]) -> H::State {
    let [mut inner, mut outer] = H::after_key_blocks(key);

    let length_bytes = N / 8;
    let bits = u128::try_from((N + message.len()) * 8)
        .unwrap()
        .to_be_bytes();
    let mut padded = message.to_vec();
    padded.push(0x80);
    while padded.len() % N != N - length_bytes {
        padded.push(0);
    }
    padded.extend_from_slice(&bits[16 - length_bytes..]);

    for block in padded.chunks_exact(N) {
        H::compress(&mut inner, block.try_into().unwrap());
    }
    H::compress(&mut outer, &H::digest_block(&inner));
    outer
}

fn hex(text: &Value) -> Vec<u8> {
    let text = text.as_str().unwrap();
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
        .collect()
}

/// Runs a file of Wycheproof's, and returns how many vectors it has.
fn wycheproof(test: &str, file: &str, mac: impl Fn(&[u8], &[u8]) -> Vec<u8>) -> Option<usize> {
    let Some(vectors) = xtask::vectors() else {
        xtask::skip(test, "the shared vectors are absent");
        return None;
    };
    let text = fs::read_to_string(vectors.join("wycheproof").join(file)).unwrap();
    let file: Value = serde_json::from_str(&text).unwrap();
    let mut count = 0;
    let mut failed = Vec::new();
    for group in file["testGroups"].as_array().unwrap() {
        for vector in group["tests"].as_array().unwrap() {
            let computed = mac(&hex(&vector["key"]), &hex(&vector["msg"]));
            let valid = computed.starts_with(&hex(&vector["tag"]));
            if valid != (vector["result"] == "valid") {
                failed.push(vector["tcId"].clone());
            }
            count += 1;
        }
    }
    assert!(failed.is_empty(), "{failed:?}");
    Some(count)
}

#[test]
fn wycheproof_hmac_sha1() {
    let count = wycheproof(
        "wycheproof_hmac_sha1",
        "hmac_sha1_test.json",
        |key, message| {
            mac::<Sha1, 64>(key, message)
                .into_iter()
                .flat_map(u32::to_be_bytes)
                .collect()
        },
    );
    assert!(matches!(count, None | Some(170)), "{count:?}");
}

#[test]
fn wycheproof_hmac_sha256() {
    let count = wycheproof(
        "wycheproof_hmac_sha256",
        "hmac_sha256_test.json",
        |key, message| {
            mac::<Sha256, 64>(key, message)
                .into_iter()
                .flat_map(u32::to_be_bytes)
                .collect()
        },
    );
    assert!(matches!(count, None | Some(174)), "{count:?}");
}

/// RFC 4231 section 4.2 to 4.8 of SHA-512, for which Wycheproof has no file there: a short key, and
/// one longer than a block.
#[test]
fn rfc4231_hmac_sha512() {
    for (key, message, mac_begins) in [
        (&[0x0b; 20][..], "Hi There", 0x87aa_7cde_a5ef_619d),
        (
            b"Jefe",
            "what do ya want for nothing?",
            0x164b_7a7b_fcf8_19e2,
        ),
        (
            &[0xaa; 131],
            "Test Using Larger Than Block-Size Key - Hash Key First",
            0x80b2_4263_c7c1_a3eb,
        ),
    ] {
        let [first, ..] = mac::<Sha512, 128>(key, message.as_bytes());
        assert_eq!(first, mac_begins, "{message}");
    }
}

/// RFC 4226 section 5.3, as its words have it, on the MAC of the `hmac` crate.
fn reference(algorithm: Algorithm, key: &[u8], counter: u64) -> u32 {
    let message = counter.to_be_bytes();
    let mac = match algorithm {
        Algorithm::Sha1 => Hmac::<Sha1>::new_from_slice(key)
            .unwrap()
            .chain_update(message)
            .finalize()
            .into_bytes()
            .to_vec(),
        Algorithm::Sha256 => Hmac::<Sha256>::new_from_slice(key)
            .unwrap()
            .chain_update(message)
            .finalize()
            .into_bytes()
            .to_vec(),
        Algorithm::Sha512 => Hmac::<Sha512>::new_from_slice(key)
            .unwrap()
            .chain_update(message)
            .finalize()
            .into_bytes()
            .to_vec(),
    };
    let offset = usize::from(mac.last().unwrap() & 0xf);
    let bytes = mac[offset..offset + 4].try_into().unwrap();
    u32::from_be_bytes(bytes) & 0x7fff_ffff
}

proptest! {
    /// Whatever the key's length and the counter, the truncated MAC is that of the `hmac` crate.
    #[test]
    fn agrees_with_the_hmac_crate(
        algorithm in prop::sample::select(&[Algorithm::Sha1, Algorithm::Sha256, Algorithm::Sha512]),
        key in prop::collection::vec(any::<u8>(), 0..=200),
        counters in any::<[u64; 3]>(),
    ) {
        let prepared = Key::new(algorithm, &key);
        let side_by_side = prepared.truncated(counters);
        prop_assert_eq!(side_by_side, counters.map(|counter| reference(algorithm, &key, counter)));
        prop_assert_eq!(side_by_side, counters.map(|counter| {
            let [alone] = prepared.truncated([counter]);
            alone
        }));
    }
}

/// RFC 4226 section 5.4: the MAC 1f869869 .. 945b555a, its bytes from the tenth on, six digits.
#[test]
fn rfc4226_truncation_example() {
    let mac = [
        0x1f86_9869,
        0x0e02_ca16,
        0x6185_50ef,
        0x7f19_da8e,
        0x945b_555a,
    ];
    assert_eq!(Sha1::truncate(&mac), 0x50ef_7f19);
    assert_eq!(Digits::Six.reduce(0x50ef_7f19), 872_921);
}

/// Every place at which the truncation can begin occurs among a few hundred counters.
#[test]
fn truncates_at_every_offset() {
    for algorithm in [Algorithm::Sha1, Algorithm::Sha256, Algorithm::Sha512] {
        let prepared = Key::new(algorithm, b"12345678901234567890");
        for counter in 0..400 {
            assert_eq!(
                prepared.truncated([counter]),
                [reference(algorithm, b"12345678901234567890", counter)],
                "{algorithm} {counter}"
            );
        }
    }
}

/// The key of RFC 4226 appendix D.
fn generator() -> Generator {
    Generator::new(Algorithm::Sha1, b"12345678901234567890", Digits::Six)
}

fn typed(generator: &Generator, counter: u64) -> TypedCode {
    TypedCode::parse(generator.code(counter).expose()).unwrap()
}

#[test]
fn a_hit_is_found_at_every_place_and_nowhere_else() {
    let generator = generator();
    for first in [0, 1, 1000, u64::MAX - 60] {
        for count in 1..=51 {
            let counters = first..=(first + (count - 1));
            for place in 0..count {
                let hits = generator.compare(&typed(&generator, first + place), &counters);
                assert_eq!(hits.bits, 1 << place, "{counters:?} {place}");
            }
            let outside = generator.compare(&typed(&generator, first + count), &counters);
            assert_eq!(outside.bits, 0, "{counters:?}");
        }
    }
}

#[test]
fn one_counter_is_compared_alone() {
    let generator = generator();
    for counter in [0, 1, 7, u64::MAX] {
        assert!(generator.is_code_of(&typed(&generator, counter), counter));
        assert!(!generator.is_code_of(&typed(&generator, counter ^ 2), counter));
    }
}

/// With this key, the counters 4 and 6 have one code: no comparison stops at the first hit.
#[test]
fn all_hits_are_found() {
    let generator = Generator::new(Algorithm::Sha1, b"collision 0001333541", Digits::Six);
    let code = typed(&generator, 4);
    assert_eq!(generator.compare(&code, &(4..=6)).bits, 0b101);
    assert_eq!(
        generator.compare(&code, &(0..=20)).bits,
        (1 << 4) | (1 << 6)
    );
}

#[test]
fn the_smallest_unused_hit_and_the_largest() {
    let hits = Hits {
        first: 10,
        bits: (1 << 2) | (1 << 5) | (1 << 63),
    };
    for (last_used, want) in [
        (None, Some(12)),
        (Some(0), Some(12)),
        (Some(11), Some(12)),
        (Some(12), Some(15)),
        (Some(14), Some(15)),
        (Some(15), Some(73)),
        (Some(72), Some(73)),
        (Some(73), None),
        (Some(74), None),
        (Some(10 + (1 << 32)), None),
        (Some(u64::MAX), None),
    ] {
        assert_eq!(hits.smallest_unused(last_used), want, "{last_used:?}");
    }
    assert_eq!(hits.largest(), Some(73));

    let none = Hits { first: 10, bits: 0 };
    assert_eq!((none.smallest_unused(None), none.largest()), (None, None));
}

/// Their `zeroize` features are on, and ours goes all the way down.
#[test]
fn key_state_is_wiped() {
    fn wiped<T: ZeroizeOnDrop>() -> &'static str {
        core::any::type_name::<T>()
    }
    for name in [
        wiped::<Sha1>(),
        wiped::<Sha256>(),
        wiped::<Sha512>(),
        wiped::<Prepared<Sha1>>(),
        wiped::<Prepared<Sha256>>(),
        wiped::<Prepared<Sha512>>(),
    ] {
        assert!(!name.is_empty());
    }
}

#[test]
fn a_code_has_the_digits_asked_for() {
    for (digits, want) in [
        (Digits::Six, "755224"),
        (Digits::Seven, "4755224"),
        (Digits::Eight, "84755224"),
    ] {
        let generator = Generator::new(Algorithm::Sha1, b"12345678901234567890", digits);
        assert_eq!(format!("{}", generator.code(0).expose()), want);
    }
}
