//! L3 section 8.8.

use mfakit_testkit::certificate::{Certificate, Extension, Name, der, oid};
use mfakit_testkit::statement::{Apple, AppleDraft, Attest, from_fn};
use mfakit_webauthn::{Algorithm, AttestationType};

use super::harness::{
    CHAIN_INVALID, DATA, KEY, REQUIREMENTS, Registration, YESTERDAY, assert_members, hierarchy,
    key, key_of, refusal,
};

fn phone() -> Apple {
    Apple::by(hierarchy())
}

fn redrafted(change: impl Fn(&mut AppleDraft) + Send + Sync) -> impl Attest {
    from_fn(move |about| {
        let mut draft = phone().draft(about);
        change(&mut draft);
        draft.sign()
    })
}

/// The nonce of a certificate that is good.
fn nonce_of(certificate: &Certificate) -> Vec<u8> {
    let extension = certificate
        .extensions
        .iter()
        .find(|extension| extension.id == oid::APPLE_NONCE)
        .expect("it has one");
    let (_, nonce) = extension.value.split_at(6);
    nonce.to_vec()
}

#[test]
fn a_phone_is_accepted() {
    let attestation = Registration::default().accepted(&phone());
    assert_eq!(attestation.format(), "apple");
    assert_eq!(attestation.kind(), AttestationType::AnonymizationCa);
    assert!(attestation.is_trusted());
}

#[test]
fn the_members_are_there_and_of_their_types() {
    assert_members(&Registration::default(), &phone(), &["x5c"]);
}

#[test]
fn the_nonce_is_that_of_the_registration() {
    let other = redrafted(|draft| {
        let mut nonce = nonce_of(&draft.certificate);
        *nonce.last_mut().expect("it has 32 bytes") ^= 1;
        let changed = draft
            .certificate
            .clone()
            .with(Extension::apple_nonce(&nonce));
        draft.certificate = changed;
    });
    assert_eq!(refusal(&other), DATA);
    let shorter = redrafted(|draft| {
        let nonce = nonce_of(&draft.certificate);
        let (_, nonce) = nonce.split_at(1);
        let changed = draft
            .certificate
            .clone()
            .with(Extension::apple_nonce(nonce));
        draft.certificate = changed;
    });
    assert_eq!(refusal(&shorter), DATA);
    let missing = redrafted(|draft| {
        draft.certificate = draft.certificate.clone().without(oid::APPLE_NONCE);
    });
    assert_eq!(refusal(&missing), REQUIREMENTS);
}

#[test]
fn the_nonce_is_within_its_tag() {
    let untagged = redrafted(|draft| {
        let nonce = nonce_of(&draft.certificate);
        let value = der::sequence(&[&der::octet_string(&nonce)]);
        let bare = Extension::new(oid::APPLE_NONCE, false, &value);
        draft.certificate = draft.certificate.clone().with(bare);
    });
    assert_eq!(refusal(&untagged), DATA);
}

#[test]
fn the_certificate_is_of_the_credential_s_key() {
    for other in [key(99), key_of(Algorithm::Es384, 99)] {
        let other = redrafted(move |draft| {
            draft.certificate.public_key = other.subject_public_key_info();
        });
        assert_eq!(refusal(&other), KEY);
    }
}

#[test]
fn every_kind_of_key_is_compared() {
    for algorithm in [Algorithm::Es384, Algorithm::EdDsa, Algorithm::Rs256] {
        let registration = Registration::default().with_key(key_of(algorithm, 1));
        registration.accepted(&phone());
        let other = key_of(algorithm, 98);
        let other = redrafted(move |draft| {
            draft.certificate = Certificate::leaf(Name::common("other"), &other)
                .with(Extension::apple_nonce(&nonce_of(&draft.certificate)));
        });
        assert_eq!(registration.refusal(&other), KEY, "{algorithm}");
    }
}

#[test]
fn the_certificate_is_judged_like_any_other() {
    let old = redrafted(|draft| draft.certificate.not_after = YESTERDAY);
    assert_eq!(refusal(&old), CHAIN_INVALID);
}
