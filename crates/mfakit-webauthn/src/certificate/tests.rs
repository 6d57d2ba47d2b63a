//! Chains of every shape that attestation has, and those that must not pass.

#![allow(clippy::arithmetic_side_effects, reason = "tests")]

use alloc::vec;
use alloc::vec::Vec;

use p256::ecdsa::signature::hazmat::PrehashSigner as _;
use p256::ecdsa::{Signature, SigningKey};
use sha2::{Digest as _, Sha256};

use super::*;
use crate::provider::RUSTCRYPTO;

/// 2026-01-01.
const NOW: i64 = 1_767_225_600;

const ECDSA_SHA256: &[u8] = &[
    0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02,
];
const P256_KEY: &[u8] = &[
    0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48,
    0xce, 0x3d, 0x03, 0x01, 0x07,
];

fn der(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let contents = parts.concat();
    let mut whole = vec![tag];
    match u16::try_from(contents.len()).unwrap() {
        length @ 0..128 => whole.push(u8::try_from(length).unwrap()),
        length @ 128..256 => whole.extend([0x81, u8::try_from(length).unwrap()]),
        length => {
            whole.push(0x82);
            whole.extend_from_slice(&length.to_be_bytes());
        }
    }
    whole.extend_from_slice(&contents);
    whole
}

fn name(common_name: &str) -> Vec<u8> {
    let value = der(0x0c, &[common_name.as_bytes()]);
    let attribute = der(0x30, &[&[0x06, 0x03, 0x55, 0x04, 0x03], &value]);
    der(0x30, &[&der(0x31, &[&attribute])])
}

/// What a certificate is made of. The number of a key is its secret.
#[derive(Clone)]
struct Template {
    subject: &'static str,
    key: u8,
    issuer: &'static str,
    issuer_key: u8,
    not_after: &'static str,
    extensions: Vec<Vec<u8>>,
    unused_bits: u8,
}

fn extension(id: u8, critical: bool, value: &[u8]) -> Vec<u8> {
    let critical: &[u8] = if critical { &[0x01, 0x01, 0xff] } else { &[] };
    let value = der(0x04, &[value]);
    der(0x30, &[&[0x06, 0x03, 0x55, 0x1d, id], critical, &value])
}

fn constraints(ca: bool, path_length: Option<u8>) -> Vec<u8> {
    let ca: &[u8] = if ca { &[0x01, 0x01, 0xff] } else { &[] };
    let path_length = path_length.map_or_else(Vec::new, |most| vec![0x02, 0x01, most]);
    extension(19, true, &der(0x30, &[ca, &path_length]))
}

/// Certificate signing, or digital signatures only.
fn key_usage(signs_certificates: bool) -> Vec<u8> {
    let bits = if signs_certificates {
        [0x02, 0x04]
    } else {
        [0x07, 0x80]
    };
    extension(15, true, &der(0x03, &[&bits]))
}

fn issued(subject: &'static str, key: u8, issuer: &'static str, issuer_key: u8) -> Template {
    Template {
        subject,
        key,
        issuer,
        issuer_key,
        not_after: "20991231235959Z",
        extensions: vec![constraints(false, None)],
        unused_bits: 0,
    }
}

fn leaf() -> Template {
    issued("leaf", 1, "intermediate", 2)
}

fn intermediate() -> Template {
    issued("intermediate", 2, "root", 3).with(vec![constraints(true, None), key_usage(true)])
}

fn root() -> Template {
    issued("root", 3, "root", 3).with(vec![constraints(true, None)])
}

impl Template {
    fn with(mut self, extensions: Vec<Vec<u8>>) -> Self {
        self.extensions = extensions;
        self
    }

    fn until(mut self, not_after: &'static str) -> Self {
        self.not_after = not_after;
        self
    }

    fn make(&self) -> Vec<u8> {
        let secret = |number| SigningKey::from_slice(&[number; 32]).unwrap();
        let point = secret(self.key).verifying_key().to_sec1_point(false);
        let validity = der(
            0x30,
            &[
                &der(0x17, &[b"200101000000Z"]),
                &der(0x18, &[self.not_after.as_bytes()]),
            ],
        );
        let key = der(0x30, &[P256_KEY, &der(0x03, &[&[0], point.as_bytes()])]);
        let extensions: Vec<&[u8]> = self.extensions.iter().map(Vec::as_slice).collect();
        let extensions = der(0xa3, &[&der(0x30, &extensions)]);
        let tbs = der(
            0x30,
            &[
                &[0xa0, 0x03, 0x02, 0x01, 0x02],
                &[0x02, 0x01, self.key],
                ECDSA_SHA256,
                &name(self.issuer),
                &validity,
                &name(self.subject),
                &key,
                &extensions,
            ],
        );
        let signature: Signature = secret(self.issuer_key)
            .sign_prehash(&Sha256::digest(&tbs))
            .unwrap();
        let bits = der(0x03, &[&[self.unused_bits], signature.to_der().as_bytes()]);
        der(0x30, &[&tbs, ECDSA_SHA256, &bits])
    }
}

fn verdict(chain: &[Template], anchors: &[Template]) -> Result<(), ChainError> {
    let chain: Vec<_> = chain.iter().map(Template::make).collect();
    let anchors: Vec<_> = anchors.iter().map(Template::make).collect();
    let chain: Vec<_> = chain
        .iter()
        .map(|der| Certificate::parse(der).unwrap())
        .collect();
    let anchors: Vec<_> = anchors
        .iter()
        .map(|der| Certificate::parse(der).unwrap())
        .collect();
    build(&chain, &anchors, NOW, &RUSTCRYPTO, false)
}

#[test]
fn leaf_and_intermediate_lead_to_the_root() {
    assert_eq!(verdict(&[leaf(), intermediate()], &[root()]), Ok(()));
}

#[test]
fn leaf_alone_leads_to_the_intermediate() {
    assert_eq!(verdict(&[leaf()], &[intermediate()]), Ok(()));
}

#[test]
fn the_root_may_be_sent_along() {
    assert_eq!(
        verdict(&[leaf(), intermediate(), root()], &[root()]),
        Ok(())
    );
    assert_eq!(
        verdict(&[leaf(), root(), intermediate()], &[root()]),
        Ok(())
    );
}

#[test]
fn an_intermediate_may_be_the_only_anchor() {
    assert_eq!(
        verdict(&[leaf(), intermediate()], &[intermediate()]),
        Ok(())
    );
}

#[test]
fn what_is_above_an_anchor_may_be_sent_along() {
    assert_eq!(
        verdict(&[leaf(), intermediate(), root()], &[intermediate()]),
        Ok(())
    );
    assert_eq!(
        verdict(&[leaf(), intermediate(), root()], &[leaf()]),
        Ok(())
    );
}

#[test]
fn the_leaf_itself_may_be_the_anchor() {
    assert_eq!(verdict(&[leaf()], &[leaf()]), Ok(()));
}

#[test]
fn a_renewed_root_with_a_path_length_may_be_sent_along() {
    let renewed = root().with(vec![constraints(true, Some(1))]);
    assert_eq!(
        verdict(
            &[leaf(), intermediate(), renewed.clone()],
            core::slice::from_ref(&renewed)
        ),
        Ok(())
    );
    assert_eq!(
        verdict(&[leaf(), intermediate(), renewed], &[root()]),
        Ok(())
    );
}

#[test]
fn two_anchors_may_have_one_subject() {
    let other = issued("root", 4, "root", 4).with(vec![constraints(true, None)]);
    let chain = [leaf(), intermediate()];
    assert_eq!(verdict(&chain, &[other.clone(), root()]), Ok(()));
    assert_eq!(verdict(&chain, &[root(), other.clone()]), Ok(()));
    assert_eq!(verdict(&chain, &[other]), Err(ChainError::Untrusted));
}

#[test]
fn unused_bits_of_a_signature_are_tolerated() {
    let mut old = issued("leaf", 1, "root", 3);
    old.unused_bits = 3;
    assert_eq!(verdict(&[old], &[root()]), Ok(()));
}

#[test]
fn nothing_is_trusted_without_anchors() {
    assert_eq!(
        verdict(&[leaf(), intermediate()], &[]),
        Err(ChainError::Untrusted)
    );
    assert_eq!(
        verdict(&[leaf(), intermediate(), root()], &[]),
        Err(ChainError::Untrusted)
    );
}

#[test]
fn expired_certificates_are_refused_wherever_they_are() {
    let old = "20251231235959Z";
    let invalid = Err(ChainError::Invalid);
    assert_eq!(
        verdict(&[leaf().until(old), intermediate()], &[root()]),
        invalid
    );
    assert_eq!(
        verdict(&[leaf(), intermediate().until(old)], &[root()]),
        invalid
    );
    assert_eq!(
        verdict(&[leaf(), intermediate()], &[root().until(old)]),
        invalid
    );
    assert_eq!(verdict(&[leaf().until(old)], &[leaf().until(old)]), invalid);
}

#[test]
fn issuers_must_be_allowed_to_issue() {
    let cases = [
        vec![constraints(false, None), key_usage(true)],
        vec![key_usage(true)],
        vec![constraints(true, None), key_usage(false)],
        vec![],
    ];
    for extensions in cases {
        let bad = intermediate().with(extensions);
        assert_eq!(
            verdict(&[leaf(), bad.clone()], &[root()]),
            Err(ChainError::Invalid)
        );
        assert_eq!(verdict(&[leaf()], &[bad]), Err(ChainError::Invalid));
    }
}

#[test]
fn path_lengths_are_kept() {
    let upper = |most| issued("upper", 5, "root", 3).with(vec![constraints(true, Some(most))]);
    let lower = issued("intermediate", 2, "upper", 5).with(vec![constraints(true, Some(0))]);
    let chain = |most| [leaf(), lower.clone(), upper(most)];
    assert_eq!(verdict(&chain(1), &[root()]), Ok(()));
    assert_eq!(verdict(&chain(0), &[root()]), Err(ChainError::Invalid));
    let short_root = root().with(vec![constraints(true, Some(1))]);
    assert_eq!(verdict(&chain(1), &[short_root]), Err(ChainError::Invalid));
}

#[test]
fn unknown_critical_extensions_are_refused() {
    let name_constraints = extension(30, true, &[0x30, 0x00]);
    let bad_leaf = leaf().with(vec![constraints(false, None), name_constraints.clone()]);
    assert_eq!(
        verdict(&[bad_leaf, intermediate()], &[root()]),
        Err(ChainError::Invalid)
    );
    let bad = intermediate().with(vec![constraints(true, None), name_constraints]);
    assert_eq!(verdict(&[leaf(), bad], &[root()]), Err(ChainError::Invalid));
    let malformed_but_unused = extension(32, false, &[0xff]);
    let odd = leaf().with(vec![constraints(false, None), malformed_but_unused]);
    assert_eq!(verdict(&[odd, intermediate()], &[root()]), Ok(()));
}

#[test]
fn a_leaf_forged_under_an_expired_leaf_is_refused() {
    let forged = issued("forged", 6, "leaf", 1);
    let expired = leaf().until("20251231235959Z");
    assert_eq!(
        verdict(&[forged.clone(), expired, intermediate()], &[root()]),
        Err(ChainError::Invalid)
    );
    assert_eq!(
        verdict(&[forged, leaf(), intermediate()], &[root()]),
        Err(ChainError::Invalid)
    );
}

#[test]
fn a_forged_signature_is_refused() {
    let forged = issued("leaf", 1, "intermediate", 9);
    assert_eq!(
        verdict(&[forged, intermediate()], &[root()]),
        Err(ChainError::Untrusted)
    );
}

#[test]
fn strays_are_refused() {
    let stray = issued("evil root", 7, "evil root", 7).with(vec![constraints(true, None)]);
    assert_eq!(
        verdict(&[leaf(), intermediate(), stray], &[root()]),
        Err(ChainError::Stray)
    );
}

#[test]
fn loops_end() {
    let ca = || vec![constraints(true, None)];
    let one = issued("one", 1, "two", 2).with(ca());
    let two = issued("two", 2, "one", 1).with(ca());
    assert_eq!(
        verdict(&[issued("leaf", 9, "one", 1), one, two], &[root()]),
        Err(ChainError::Invalid)
    );
}

#[test]
fn chains_over_eight_certificates_are_refused() {
    const NAMES: [&str; 9] = ["0", "1", "2", "3", "4", "5", "6", "7", "8"];
    let chain = |certificates: usize| -> Vec<Template> {
        (0..certificates)
            .map(|position| {
                let key = u8::try_from(position).unwrap() + 1;
                let is_leaf = position == 0;
                issued(NAMES[position], key, NAMES[position + 1], key + 1)
                    .with(vec![constraints(!is_leaf, None)])
            })
            .collect()
    };
    let anchor = |certificates: usize| {
        let key = u8::try_from(certificates).unwrap() + 1;
        issued(NAMES[certificates], key, NAMES[certificates], key)
            .with(vec![constraints(true, None)])
    };
    assert_eq!(
        verdict(&chain(7), &[anchor(7)]),
        Ok(()),
        "eight with the anchor"
    );
    assert_eq!(verdict(&chain(8), &[anchor(8)]), Err(ChainError::Invalid));
}

#[test]
fn certificates_are_read_whole() {
    let der = leaf().make();
    assert!(Certificate::parse(&der).is_ok());
    let longer = [der.as_slice(), &[0]].concat();
    assert_eq!(
        Certificate::parse(&longer).err(),
        Some(Reason::CertificateMalformed)
    );
    for length in 0..der.len() {
        assert!(Certificate::parse(&der[..length]).is_err(), "{length}");
    }
    let twice = leaf()
        .with(vec![constraints(false, None), constraints(true, None)])
        .make();
    assert_eq!(
        Certificate::parse(&twice).err(),
        Some(Reason::CertificateMalformed)
    );
    // DEFAULT FALSE, written out.
    let explicit = extension(19, false, &[0x30, 0x03, 0x01, 0x01, 0x00]);
    let der = leaf().with(vec![explicit]).make();
    let certificate = Certificate::parse(&der).unwrap();
    assert_eq!(
        certificate.basic_constraints(),
        Ok(Some(BasicConstraints::default()))
    );
}
