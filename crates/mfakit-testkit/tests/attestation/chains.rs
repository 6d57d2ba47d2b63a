//! Chains of certificates: the shapes that must lead to an anchor, and those that must not.

use mfakit_testkit::certificate::{
    Authority, Certificate, Extension, Name, SignatureFault, key_usage, oid,
};
use mfakit_testkit::statement::{Attest, AttestationKey, Packed};
use mfakit_webauthn::{AttestationType, Trust};

use super::harness::{
    AAGUID, ATTESTATION, CHAIN_INVALID, CHAIN_TOO_LONG, REQUIREMENTS, Refusal, Registration,
    STATEMENT, STRAY, TOMORROW, UNTRUSTED, YESTERDAY, authority, key, trust,
};

fn root() -> Authority {
    authority("root", 10)
}

fn intermediate() -> Authority {
    authority("intermediate", 11)
}

fn leaf() -> Certificate {
    Certificate::packed(&key(ATTESTATION), AAGUID)
}

/// The leaf as the intermediate issues it.
fn issued_leaf() -> Vec<u8> {
    intermediate().issue(&leaf())
}

/// The intermediate as the root issues it.
fn issued_intermediate() -> Vec<u8> {
    root().issue(&intermediate().certificate())
}

fn statement(chain: Vec<Vec<u8>>) -> impl Attest {
    Packed::by(AttestationKey::new(key(ATTESTATION), chain))
}

fn registration(anchors: &[Vec<u8>]) -> Registration {
    Registration {
        trust: trust(anchors),
        ..Registration::default()
    }
}

#[track_caller]
fn assert_trusted(chain: Vec<Vec<u8>>, anchors: &[Vec<u8>]) {
    let attestation = registration(anchors).accepted(&statement(chain.clone()));
    assert!(attestation.is_trusted());
    assert_eq!(attestation.kind(), AttestationType::Basic);
    assert_eq!(attestation.certificates(), chain);
}

#[track_caller]
fn assert_refused(chain: Vec<Vec<u8>>, anchors: &[Vec<u8>], want: Refusal) {
    assert_eq!(registration(anchors).refusal(&statement(chain)), want);
}

#[test]
fn leaf_and_intermediate_lead_to_the_root() {
    assert_trusted(vec![issued_leaf(), issued_intermediate()], &[root().root()]);
}

#[test]
fn the_leaf_alone_leads_to_the_intermediate() {
    assert_trusted(vec![issued_leaf()], &[issued_intermediate()]);
}

#[test]
fn the_root_may_be_sent_along() {
    let (leaf, middle, root) = (issued_leaf(), issued_intermediate(), root().root());
    let anchors = [root.clone()];
    assert_trusted(vec![leaf.clone(), middle.clone(), root.clone()], &anchors);
    assert_trusted(vec![leaf, root, middle], &anchors);
}

#[test]
fn the_intermediate_may_be_the_only_anchor() {
    assert_trusted(
        vec![issued_leaf(), issued_intermediate()],
        &[issued_intermediate()],
    );
}

#[test]
fn the_leaf_itself_may_be_the_anchor() {
    assert_trusted(vec![issued_leaf()], &[issued_leaf()]);
    let alone = Authority::new("leaf", key(ATTESTATION)).issue(&leaf());
    assert_trusted(vec![alone.clone()], &[alone]);
}

#[test]
fn the_root_may_have_no_key_usage() {
    let plain = root().certificate().without(oid::KEY_USAGE);
    assert_trusted(
        vec![issued_leaf(), issued_intermediate()],
        &[root().issue(&plain)],
    );
}

#[test]
fn a_root_with_a_path_length_of_its_own_may_be_sent_along() {
    let limited = Extension::basic_constraints(true, Some(1));
    let limited = root().issue(&root().certificate().with(limited));
    let chain = vec![issued_leaf(), issued_intermediate(), limited.clone()];
    assert_trusted(chain.clone(), &[limited]);
    assert_trusted(chain, &[root().root()]);
}

#[test]
fn two_anchors_may_have_one_subject() {
    let other = authority("root", 12).root();
    let chain = vec![issued_leaf(), issued_intermediate()];
    assert_trusted(chain.clone(), &[other.clone(), root().root()]);
    assert_trusted(chain.clone(), &[root().root(), other.clone()]);
    assert_refused(chain, &[other], UNTRUSTED);
}

#[test]
fn certificates_out_of_their_time_are_refused_wherever_they_are() {
    let early = |mut certificate: Certificate| {
        certificate.not_before = TOMORROW;
        certificate
    };
    let changes: [&dyn Fn(Certificate) -> Certificate; 2] =
        [&|certificate| certificate.until(YESTERDAY), &early];
    for change in changes {
        let leaf = intermediate().issue(&change(leaf()));
        let middle = root().issue(&change(intermediate().certificate()));
        let top = root().issue(&change(root().certificate()));
        let anchors = [root().root()];
        assert_refused(
            vec![leaf.clone(), issued_intermediate()],
            &anchors,
            CHAIN_INVALID,
        );
        assert_refused(vec![issued_leaf(), middle.clone()], &anchors, CHAIN_INVALID);
        assert_refused(
            vec![issued_leaf(), issued_intermediate()],
            &[top],
            CHAIN_INVALID,
        );
        assert_refused(vec![issued_leaf()], &[middle], CHAIN_INVALID);
        assert_refused(vec![leaf.clone()], &[leaf], CHAIN_INVALID);
    }
}

#[test]
fn issuers_must_be_authorities() {
    let good = intermediate().certificate();
    let signs_data = Extension::key_usage(key_usage::DIGITAL_SIGNATURE);
    let malformed = Extension::new(oid::BASIC_CONSTRAINTS, true, &[0x30]);
    let cases = [
        good.clone().with(Extension::basic_constraints(false, None)),
        good.clone()
            .with(Extension::basic_constraints_with_default()),
        good.clone().without(oid::BASIC_CONSTRAINTS),
        good.clone().with(malformed),
        good.with(signs_data),
    ];
    for bad in cases {
        let bad = root().issue(&bad);
        assert_refused(
            vec![issued_leaf(), bad.clone()],
            &[root().root()],
            CHAIN_INVALID,
        );
        assert_refused(vec![issued_leaf()], &[bad], CHAIN_INVALID);
    }
}

#[test]
fn only_roots_may_be_of_the_first_version() {
    let of_version_1 = |authority: &Authority| {
        let mut certificate = authority.certificate().with_version(1);
        certificate.extensions.clear();
        certificate
    };
    let old_root = root().issue(&of_version_1(&root()));
    assert_trusted(vec![issued_leaf(), issued_intermediate()], &[old_root]);
    let old = root().issue(&of_version_1(&intermediate()));
    assert_refused(vec![issued_leaf(), old], &[root().root()], CHAIN_INVALID);
}

#[test]
fn path_lengths_are_kept() {
    let upper = authority("upper", 13);
    let limited = |authority: &Authority, most| {
        let constraints = Extension::basic_constraints(true, Some(most));
        authority.certificate().with(constraints)
    };
    let chain = |most| {
        vec![
            issued_leaf(),
            upper.issue(&limited(&intermediate(), 0)),
            root().issue(&limited(&upper, most)),
        ]
    };
    let short_root = root().issue(&limited(&root(), 1));
    assert_trusted(chain(1), &[root().root()]);
    assert_refused(chain(0), &[root().root()], CHAIN_INVALID);
    assert_refused(chain(1), &[short_root], CHAIN_INVALID);
}

#[test]
fn unknown_critical_extensions_are_refused_wherever_they_are() {
    let odd = |certificate: Certificate| certificate.with(Extension::unknown_critical());
    let leaf = intermediate().issue(&odd(leaf()));
    let middle = root().issue(&odd(intermediate().certificate()));
    let top = root().issue(&odd(root().certificate()));
    let anchors = [root().root()];
    assert_refused(vec![leaf, issued_intermediate()], &anchors, CHAIN_INVALID);
    assert_refused(vec![issued_leaf(), middle], &anchors, CHAIN_INVALID);
    assert_refused(
        vec![issued_leaf(), issued_intermediate()],
        &[top],
        CHAIN_INVALID,
    );
    // Known, but not enforced: who cannot keep it must refuse it.
    let constraints = Extension::new(oid::NAME_CONSTRAINTS, true, &[0x30, 0x00]);
    let limited = root().issue(&intermediate().certificate().with(constraints));
    assert_refused(vec![issued_leaf(), limited], &anchors, CHAIN_INVALID);
}

#[test]
fn a_leaf_forged_under_another_leaf_is_refused() {
    // An attacker has the key of a real authenticator, and makes a model of their own.
    let stolen = authority("stolen", 14);
    let forged = stolen.issue(&leaf());
    let anchors = [root().root()];
    let old_and_no_authority = stolen
        .certificate()
        .with(Extension::basic_constraints(false, None))
        .until(YESTERDAY);
    let no_authority = stolen
        .certificate()
        .with(Extension::basic_constraints(false, None));
    let old = stolen.certificate().until(YESTERDAY);
    for real in [old_and_no_authority, no_authority, old] {
        let chain = vec![
            forged.clone(),
            intermediate().issue(&real),
            issued_intermediate(),
        ];
        assert_refused(chain, &anchors, CHAIN_INVALID);
    }
}

#[test]
fn forged_signatures_are_refused() {
    let anchors = [root().root()];
    for fault in [SignatureFault::Flipped, SignatureFault::Empty] {
        let bad_leaf = intermediate().issue(&leaf().with_fault(fault));
        assert_refused(vec![bad_leaf, issued_intermediate()], &anchors, UNTRUSTED);
        let bad = root().issue(&intermediate().certificate().with_fault(fault));
        assert_refused(vec![issued_leaf(), bad], &anchors, UNTRUSTED);
    }
    let impostor = authority("intermediate", 15).issue(&leaf());
    assert_refused(vec![impostor, issued_intermediate()], &anchors, UNTRUSTED);
}

#[test]
fn loops_end() {
    let (one, two) = (authority("one", 16), authority("two", 17));
    let chain = vec![
        one.issue(&leaf()),
        two.issue(&one.certificate()),
        one.issue(&two.certificate()),
    ];
    assert_refused(chain, &[root().root()], CHAIN_INVALID);
    // A certificate that issued itself leads to itself only.
    let alone = vec![one.issue(&leaf()), one.root()];
    assert_refused(alone, &[root().root()], UNTRUSTED);
}

#[test]
fn searches_are_bounded() {
    // Every signature is good and every certificate may follow every other of the other name:
    // more ways than anybody can go, and none of them leads to the anchor.
    let (one, two) = (authority("one", 16), authority("two", 17));
    let mut chain = vec![one.issue(&leaf())];
    for serial in 1..=7_u8 {
        let (issuer, subject) = if serial % 2 == 0 {
            (&one, &two)
        } else {
            (&two, &one)
        };
        let mut certificate = subject.certificate();
        certificate.serial = vec![serial];
        chain.push(issuer.issue(&certificate));
    }
    assert_refused(chain, &[root().root()], CHAIN_INVALID);
}

#[test]
fn chains_of_more_than_eight_certificates_are_refused() {
    /// A chain of so many certificates, and its anchor above them.
    fn chain(certificates: u64) -> (Vec<Vec<u8>>, Vec<u8>) {
        let level = |number: u64| authority(&format!("level {number}"), 20 + number);
        let mut chain = vec![level(1).issue(&leaf())];
        chain.extend((1..certificates).map(|below| {
            let certificate = level(below).certificate();
            level(below + 1).issue(&certificate)
        }));
        (chain, level(certificates).root())
    }
    let (seven, anchor) = chain(7);
    assert_trusted(seven, &[anchor]);
    let (eight, anchor) = chain(8);
    assert_refused(eight, &[anchor], CHAIN_INVALID);
    let (nine, anchor) = chain(9);
    assert_refused(nine, &[anchor], CHAIN_TOO_LONG);
}

#[test]
fn certificates_of_another_chain_are_refused() {
    let stray = authority("stray", 18).root();
    let chain = vec![issued_leaf(), issued_intermediate(), stray];
    assert_refused(chain, &[root().root()], STRAY);
}

#[test]
fn an_empty_chain_is_no_chain() {
    assert_refused(vec![], &[root().root()], STATEMENT);
}

#[test]
fn nothing_is_trusted_without_an_anchor() {
    let chain = vec![issued_leaf(), issued_intermediate(), root().root()];
    assert_refused(chain.clone(), &[], UNTRUSTED);
    // Where chains are not judged, nothing is trusted, and nothing refused.
    let unverified = Registration {
        trust: Trust::unverified(),
        ..Registration::default()
    };
    assert!(!unverified.accepted(&statement(chain)).is_trusted());
}

#[test]
fn a_root_that_is_sent_along_is_refused_by_policy() {
    let strict = registration(&[root().root()]).with_rules(|rules| rules.x5c_without_root = true);
    let chain = vec![issued_leaf(), issued_intermediate()];
    assert!(strict.accepted(&statement(chain.clone())).is_trusted());
    let chain = [chain, vec![root().root()]].concat();
    assert_eq!(strict.refusal(&statement(chain)), REQUIREMENTS);
}

#[test]
fn names_are_compared_as_they_are_encoded() {
    let reversed = Name::empty()
        .with(oid::COMMON_NAME, "intermediate")
        .with(oid::COUNTRY, "SE");
    let mut other = leaf();
    other.issuer = Some(reversed);
    let chain = vec![intermediate().issue(&other), issued_intermediate()];
    assert_refused(chain, &[root().root()], UNTRUSTED);
}
