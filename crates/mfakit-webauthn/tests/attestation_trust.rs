//! Attestations judged by anchors: which model they are for, and what was revoked.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "tests"
)]

#[path = "support/attested.rs"]
mod attested;
#[path = "support/authenticator.rs"]
mod authenticator;
#[path = "support/blob.rs"]
mod blob;
#[path = "support/certificates.rs"]
mod certificates;

use attested::{finished, packed, u2f};
use blob::{authority, maker};
use certificates::{ListTemplate, extension, root};
use mfakit_webauthn::{Aaguid, InvalidAnchor, InvalidRevocationList, Reason, Trust};

const MODEL: [u8; 16] = [0xaa; 16];

fn anchors() -> Trust {
    Trust::anchors(&[&root().make(), &maker().make()]).expect("they are certificates")
}

#[test]
fn pooled_anchors_attest_several_models_only_where_certificates_say_which() {
    let one = anchors().with_models(&[Aaguid(MODEL)]);
    assert_eq!(finished(&packed(MODEL, one)), Ok(true));
    let two = anchors().with_models(&[Aaguid(MODEL), Aaguid([0xbb; 16])]);
    let unsaid = finished(&packed(MODEL, two.clone()));
    assert_eq!(unsaid, Err(Reason::CertificateAaguid));
    let own = two.with_anchors_for(Aaguid(MODEL), &[&maker().make()]);
    let own = own.expect("it is a certificate");
    assert_eq!(finished(&packed(MODEL, own.clone())), Ok(true));
    let other = finished(&packed([0xbb; 16], own));
    assert_eq!(other, Err(Reason::CertificateAaguid), "the pool is for it");
}

#[test]
fn the_anchors_of_a_model_are_for_it_alone() {
    let trust = Trust::unverified()
        .with_anchors_for(Aaguid(MODEL), &[&maker().make()])
        .and_then(|trust| trust.with_anchors_for(Aaguid([0xbb; 16]), &[&root().make()]))
        .expect("they are certificates");
    assert_eq!(finished(&packed(MODEL, trust.clone())), Ok(true));
    for other in [[0xbb; 16], [0xcc; 16]] {
        let verdict = finished(&packed(other, trust.clone()));
        assert_eq!(verdict, Err(Reason::Untrusted));
    }
    assert_eq!(finished(&u2f(MODEL, trust.clone())), Err(Reason::Untrusted));
    let trust = trust.with_anchors_for(Aaguid::ZERO, &[&maker().make()]);
    let trust = trust.expect("it is a certificate");
    assert_eq!(finished(&u2f(MODEL, trust)), Ok(true));
    let bad = Trust::unverified().with_anchors_for(Aaguid(MODEL), &[&[0x30]]);
    assert_eq!(bad.err(), Some(InvalidAnchor));
}

/// The maker's list; the device's serial number is 11.
fn list(revoked: &[u8]) -> ListTemplate {
    ListTemplate {
        issuer: "maker",
        issuer_key: 12,
        from: "20251201000000Z",
        until: "20260201000000Z",
        revoked: revoked.into(),
        extensions: Vec::new(),
    }
}

fn with_list(list: &ListTemplate) -> Trust {
    let maker = maker().with(authority());
    Trust::anchors(&[&maker.make()])
        .expect("it is a certificate")
        .with_revocation_lists(&[&list.make()])
        .expect("it is a list")
}

#[test]
fn revoked_certificates_are_refused() {
    let verdict = |list| finished(&packed(MODEL, with_list(&list)));
    assert_eq!(verdict(list(&[])), Ok(true));
    assert_eq!(verdict(list(&[10, 12])), Ok(true));
    assert_eq!(verdict(list(&[10, 11])), Err(Reason::Revoked));
    let forged = ListTemplate {
        issuer_key: 13,
        ..list(&[])
    };
    assert_eq!(verdict(forged), Err(Reason::RevocationList));
    let outdated = ListTemplate {
        until: "20251231235959Z",
        ..list(&[])
    };
    assert_eq!(verdict(outdated), Err(Reason::RevocationList));
    let of_others = || ListTemplate {
        issuer: "other",
        ..list(&[11])
    };
    assert_eq!(verdict(of_others()), Ok(true));
    let required = |list| {
        let trust = with_list(&list).requiring_revocation_lists();
        finished(&packed(MODEL, trust))
    };
    assert_eq!(required(list(&[])), Ok(true));
    assert_eq!(required(of_others()), Err(Reason::RevocationUnknown));
}

#[test]
fn lists_that_cannot_be_read_are_not_taken() {
    let odd = ListTemplate {
        extensions: vec![extension(30, true, &[0x30, 0x00])],
        ..list(&[])
    };
    for bad in [vec![0x30], odd.make()] {
        let trust = Trust::unverified().with_revocation_lists(&[&bad]);
        assert_eq!(trust.err(), Some(InvalidRevocationList));
    }
}
