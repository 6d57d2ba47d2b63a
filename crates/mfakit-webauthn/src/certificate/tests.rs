//! Chains of every shape that attestation has, and those that must not pass.

#![allow(clippy::arithmetic_side_effects, reason = "tests")]

#[path = "../../tests/support/certificates.rs"]
mod certificates;

use alloc::vec;
use alloc::vec::Vec;

use super::*;
use crate::provider::RUSTCRYPTO;
use certificates::{
    NOW, Template, constraints, extension, intermediate, issued, key_usage, leaf, root,
};

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
    build(&chain, &anchors, NOW, &RUSTCRYPTO, false).map(drop)
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
    // The anchor between need not be sent.
    assert_eq!(verdict(&[leaf(), root()], &[intermediate()]), Ok(()));
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
