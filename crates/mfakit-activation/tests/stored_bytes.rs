//! The byte form of a state: one for each, readable by others, and no damage goes unnoticed.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "tests"
)]

use mfakit_activation::{
    Activation, ActivationCodes, Address, AddressRule, Claimant, CorruptState, Purpose, Subject,
    TypedCode,
};
use mfakit_core::{SecretArray, UnixTime, UserId};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

#[test]
fn states_made_elsewhere_are_read_and_their_code_matches() {
    let file = file();
    assert_eq!(file.states.len(), 4, "states of {}", file.source);

    let key = SecretArray::new(bytes(&file.key).try_into().expect("32 bytes"));
    let code = TypedCode::parse(&file.code).expect("well formed");
    let claimant = Claimant::from_bytes(&bytes(&file.claimant)).expect("16 bytes");
    let mut failed = Vec::new();
    for stored in file.states {
        let state = Activation::from_bytes(&bytes(&stored.bytes)).expect("intact");
        assert_eq!(state.to_bytes(), bytes(&stored.bytes), "{}", stored.id);
        let user = UserId::from_bytes(&bytes(&stored.user)).expect("1 to 64 bytes");
        let address = Address::parse(&stored.address, AddressRule::Rfc).expect("an address");
        let subject = Subject::new(&user, Purpose::Enable, &address);
        let (_, verdict) = ActivationCodes::new(&key)
            .claim(
                &state,
                &subject,
                &claimant,
                &code,
                UnixTime::from_secs(stored.now),
            )
            .into_parts();
        let outcome = match verdict {
            Ok(_) => "Ok".to_owned(),
            Err(refused) => format!("{refused:?}"),
        };
        if outcome != stored.claims {
            failed.push((stored.id, outcome));
        }
    }
    assert!(failed.is_empty(), "{failed:#?}");
}

#[test]
fn a_claim_made_elsewhere_is_redeemed() {
    let file = file();
    let key = SecretArray::new(bytes(&file.key).try_into().expect("32 bytes"));
    let claimant = Claimant::from_bytes(&bytes(&file.claimant)).expect("16 bytes");
    let stored = &file.states[2];
    let state = Activation::from_bytes(&bytes(&stored.bytes)).expect("intact");
    let user = UserId::from_bytes(&bytes(&stored.user)).expect("1 to 64 bytes");
    let address = Address::parse(&stored.address, AddressRule::Rfc).expect("an address");
    let subject = Subject::new(&user, Purpose::Enable, &address);
    let (_, verdict) = ActivationCodes::new(&key)
        .redeem(&state, &subject, &claimant, UnixTime::from_secs(stored.now))
        .into_parts();
    assert_eq!(verdict.expect("claimed until 1800").address(), &address);
}

#[test]
fn the_longest_state_is_as_long_as_is_said() {
    let user = UserId::from_bytes(&[b'u'; 64]).expect("64 bytes");
    let long = format!("{}@{}a", "a".repeat(64), "a.".repeat(94));
    let address = Address::parse(&long, AddressRule::Rfc).expect("254 bytes");
    let one_more = |byte| {
        [byte, 2]
            .into_iter()
            .chain(claimed(address.as_str(), 1_000, 1_900))
    };
    let mut longest = head(&user, Some((4, 1_500)), &[1_000; 5]);
    longest.push(4);
    longest.extend((1..=4).flat_map(one_more));
    let longest = with_check(longest);
    assert_eq!(longest.len(), Activation::MAX_BYTES);
    let state = Activation::from_bytes(&longest).expect("all at their upper bounds");
    assert_eq!(state.to_bytes(), longest);
}

/// A damaged row is no new user without limits.
#[test]
fn every_cut_and_every_changed_byte_is_corrupt() {
    let intact = bytes(&file().states[2].bytes);
    for end in 0..intact.len() {
        assert_eq!(
            Activation::from_bytes(&intact[..end]),
            Err(CorruptState::Malformed),
            "cut after {end}"
        );
    }
    for at in 0..intact.len() {
        for flip in [0x01, 0x80, 0xff] {
            let mut damaged = intact.clone();
            damaged[at] ^= flip;
            let want = if at == 0 {
                CorruptState::UnknownVersion
            } else {
                CorruptState::Malformed
            };
            assert_eq!(Activation::from_bytes(&damaged), Err(want), "byte {at}");
        }
    }
    for more in [vec![0], vec![0; 1_000_000]] {
        let longer = [intact.clone(), more].concat();
        assert_eq!(
            Activation::from_bytes(&longer),
            Err(CorruptState::Malformed)
        );
    }
}

/// With a right check: what no state can come to be is not read as one.
#[test]
fn counts_and_times_that_no_state_has_are_corrupt() {
    let user = UserId::from_bytes(b"ann").expect("3 bytes");
    let mail = "ann@example.com";
    let state = |failures, issued: &[u64], codes: &[&[u8]]| {
        let mut out = head(&user, failures, issued);
        out.push(u8::try_from(codes.len()).expect("few"));
        out.extend(codes.concat());
        Activation::from_bytes(&with_check(out)).map(drop)
    };
    let code = |purpose: u8, kind: u8, rest: Vec<u8>| [vec![purpose, kind], rest].concat();
    let enable = code(1, 1, pending(mail, 1_000, 1_900));
    let corrupt = Err(CorruptState::Malformed);

    assert_eq!(state(None, &[], &[]), Ok(()));
    assert_eq!(state(Some((5, 9)), &[1, 2, 3, 4, 5], &[]), Ok(()));
    assert_eq!(state(Some((6, 9)), &[], &[]), corrupt);
    assert_eq!(state(None, &[1, 2, 3, 4, 5, 6], &[]), corrupt);
    assert_eq!(state(None, &[2, 1], &[]), corrupt);
    assert_eq!(state(None, &[u64::MAX], &[]), corrupt);
    assert_eq!(state(None, &[i64::MAX.unsigned_abs()], &[]), Ok(()));

    assert_eq!(state(Some((4, 9)), &[], &[&enable]), Ok(()));
    assert_eq!(state(Some((5, 9)), &[], &[&enable]), corrupt);
    assert_eq!(state(None, &[], &[&enable, &enable]), corrupt);
    let reset = code(4, 1, pending(mail, 1_000, 1_900));
    assert_eq!(state(None, &[], &[&enable, &reset]), Ok(()));
    assert_eq!(state(None, &[], &[&reset, &enable]), corrupt);
    for purpose in [0, 5, 255] {
        let unknown = code(purpose, 1, pending(mail, 1_000, 1_900));
        assert_eq!(state(None, &[], &[&unknown]), corrupt, "purpose {purpose}");
    }
    for kind in [0, 4, 255] {
        let unknown = code(1, kind, pending(mail, 1_000, 1_900));
        assert_eq!(state(None, &[], &[&unknown]), corrupt, "kind {kind}");
    }
    for (expires, want) in [
        (999, corrupt),
        (1_000, Ok(())),
        (1_900, Ok(())),
        (1_901, corrupt),
    ] {
        let code = code(1, 1, pending(mail, 1_000, expires));
        assert_eq!(state(None, &[], &[&code]), want, "expires {expires}");
    }
    for (at, until, want) in [
        (999, 1_599, corrupt),
        (1_000, 1_600, Ok(())),
        (1_900, 2_500, Ok(())),
        (1_901, 2_501, corrupt),
        (1_500, 2_099, corrupt),
        (1_500, 2_101, corrupt),
    ] {
        let mut rest = pending(mail, 1_000, 1_900);
        rest.extend(claim(at, until));
        assert_eq!(
            state(None, &[], &[&code(1, 2, rest)]),
            want,
            "{at} to {until}"
        );
    }
    for not_canonical in ["ann", "ann@EXAMPLE.com", "ann@example.com\n", ""] {
        let code = code(1, 1, pending(not_canonical, 1_000, 1_900));
        assert_eq!(state(None, &[], &[&code]), corrupt, "{not_canonical:?}");
    }
}

#[test]
fn a_newer_version_says_so_and_an_empty_user_id_is_corrupt() {
    let newer = with_check(vec![2, 1, 2, 3]);
    assert_eq!(
        Activation::from_bytes(&newer),
        Err(CorruptState::UnknownVersion)
    );
    let nobody = with_check(vec![1, 0, 0, 0, 0]);
    assert_eq!(
        Activation::from_bytes(&nobody),
        Err(CorruptState::Malformed)
    );
    let too_long = with_check([vec![1, 65], vec![7; 65], vec![0, 0, 0]].concat());
    assert_eq!(
        Activation::from_bytes(&too_long),
        Err(CorruptState::Malformed)
    );
}

fn head(user: &UserId, failures: Option<(u8, u64)>, issued: &[u64]) -> Vec<u8> {
    let len = |len: usize| u8::try_from(len).expect("short");
    let mut out = vec![1, len(user.as_bytes().len())];
    out.extend(user.as_bytes());
    match failures {
        None => out.push(0),
        Some((count, last)) => {
            out.push(count);
            out.extend(last.to_be_bytes());
        }
    }
    out.push(len(issued.len()));
    out.extend(issued.iter().flat_map(|at| at.to_be_bytes()));
    out
}

fn pending(address: &str, issued_at: u64, expires_at: u64) -> Vec<u8> {
    let mut out = vec![u8::try_from(address.len()).expect("short")];
    out.extend(address.as_bytes());
    out.extend([0xaa; 32]);
    out.extend(issued_at.to_be_bytes());
    out.extend(expires_at.to_be_bytes());
    out
}

fn claim(at: u64, until: u64) -> Vec<u8> {
    [
        vec![0xbb; 16],
        at.to_be_bytes().into(),
        until.to_be_bytes().into(),
    ]
    .concat()
}

fn claimed(address: &str, issued_at: u64, expires_at: u64) -> Vec<u8> {
    [
        pending(address, issued_at, expires_at),
        claim(expires_at, expires_at + 600),
    ]
    .concat()
}

fn with_check(mut bytes: Vec<u8>) -> Vec<u8> {
    let check = Sha256::digest(&bytes);
    bytes.extend(&check[..4]);
    bytes
}

fn file() -> File {
    serde_json::from_str(include_str!("data/states.json")).expect("vector file is valid JSON")
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    source: String,
    key: String,
    code: String,
    claimant: String,
    states: Vec<Stored>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    id: String,
    user: String,
    address: String,
    now: u64,
    claims: String,
    bytes: String,
}

fn bytes(hex: &str) -> Vec<u8> {
    let (pairs, rest) = hex.as_bytes().as_chunks::<2>();
    assert!(rest.is_empty(), "{hex}");
    pairs
        .iter()
        .map(|pair| {
            let pair = str::from_utf8(pair).expect("ASCII");
            u8::from_str_radix(pair, 16).expect("hexadecimal")
        })
        .collect()
}
