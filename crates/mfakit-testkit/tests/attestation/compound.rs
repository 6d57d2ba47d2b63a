//! L3 section 8.9.

use mfakit_testkit::Cbor;
use mfakit_testkit::certificate::Certificate;
use mfakit_testkit::statement::{
    AndroidKey, Apple, Attest, AttestationKey, Compound, FidoU2f, NoAttestation, Packed, Statement,
    from_fn,
};
use mfakit_webauthn::{AttestationType, Policy};

use super::harness::{
    AAGUID, ATTESTATION, FORMAT, NONE_NOT_EMPTY, REQUIRED, Registration, SIGNATURE, STATEMENT,
    UNTRUSTED, authority, certified, changed, hierarchy, key, refusal,
};

fn packed() -> Packed {
    Packed::by(certified(&Certificate::packed(&key(ATTESTATION), AAGUID)))
}

/// By somebody whom nobody knows.
fn unknown() -> Packed {
    let leaf = Certificate::packed(&key(ATTESTATION), AAGUID);
    let chain = vec![authority("unknown", 50).issue(&leaf)];
    Packed::by(AttestationKey::new(key(ATTESTATION), chain))
}

fn two() -> Compound {
    Compound::new().with(packed()).with(Packed::by_itself())
}

#[test]
fn several_statements_are_accepted() {
    let attestation = Registration::default().accepted(&two());
    assert_eq!(attestation.format(), "compound");
    assert_eq!(attestation.kind(), AttestationType::Basic);
    assert!(attestation.is_trusted());
    let three = two().with(Apple::by(hierarchy()));
    Registration::default().accepted(&three.with(AndroidKey::by(hierarchy())));
}

#[test]
fn the_type_is_that_of_the_best_statement_in_either_order() {
    let anonymous = || Apple::by(hierarchy());
    let cases: [(Compound, AttestationType); 6] = [
        (
            Compound::new().with(NoAttestation).with(NoAttestation),
            AttestationType::None,
        ),
        (
            Compound::new()
                .with(NoAttestation)
                .with(Packed::by_itself()),
            AttestationType::SelfAttestation,
        ),
        (
            Compound::new()
                .with(Packed::by_itself())
                .with(NoAttestation),
            AttestationType::SelfAttestation,
        ),
        (
            Compound::new().with(NoAttestation).with(anonymous()),
            AttestationType::AnonymizationCa,
        ),
        (
            Compound::new().with(anonymous()).with(NoAttestation),
            AttestationType::AnonymizationCa,
        ),
        (
            Compound::new().with(unknown()).with(anonymous()),
            AttestationType::AnonymizationCa,
        ),
    ];
    for (compound, want) in cases {
        let attestation = Registration::default().accepted(&compound);
        assert_eq!(attestation.kind(), want, "{compound:?}");
    }
}

#[test]
fn there_are_two_statements_at_least_and_not_too_many() {
    assert_eq!(refusal(&Compound::new()), STATEMENT);
    assert_eq!(refusal(&Compound::new().with(packed())), STATEMENT);
    let five = (0..3).fold(two(), |compound, _| compound.with(NoAttestation));
    assert_eq!(refusal(&five), STATEMENT);
}

#[test]
fn compounds_are_not_nested() {
    let nested = Compound::new().with(packed()).with(two());
    assert_eq!(refusal(&nested), FORMAT);
}

#[test]
fn every_statement_must_verify() {
    let bad_signature = from_fn(|about| {
        let mut draft = packed().draft(about);
        draft.message.push(0);
        draft.sign()
    });
    let last = Compound::new().with(packed()).with(bad_signature);
    assert_eq!(refusal(&last), SIGNATURE);
    let first = Compound::new().with(bad_signature).with(packed());
    assert_eq!(refusal(&first), SIGNATURE);
    let full_of_nothing = from_fn(|_| Statement::new("none", [("a", Cbor::Null)]));
    assert_eq!(refusal(&two().with(full_of_nothing)), NONE_NOT_EMPTY);
    let unknown_format = from_fn(|_| Statement::new("new", []));
    assert_eq!(refusal(&two().with(unknown_format)), FORMAT);
    let u2f = FidoU2f::by(certified(&Certificate::fido_u2f(&key(ATTESTATION))));
    assert_eq!(refusal(&two().with(u2f)), STATEMENT, "two certificates");
}

#[test]
fn one_trusted_statement_is_enough() {
    for both in [
        Compound::new().with(packed()).with(unknown()),
        Compound::new().with(unknown()).with(packed()),
        Compound::new().with(NoAttestation).with(packed()),
    ] {
        let attested = Registration {
            policy: Policy::attested(),
            ..Registration::default()
        };
        assert!(attested.accepted(&both).is_trusted());
    }
    let neither = Compound::new().with(unknown()).with(Packed::by_itself());
    assert_eq!(refusal(&neither), UNTRUSTED);
    let nobody = Compound::new()
        .with(Packed::by_itself())
        .with(NoAttestation);
    assert!(!Registration::default().accepted(&nobody).is_trusted());
    let attested = Registration {
        policy: Policy::attested(),
        ..Registration::default()
    };
    assert_eq!(attested.refusal(&nobody), REQUIRED);
}

#[test]
fn the_form_is_an_array_of_maps_with_two_members() {
    let good = two();
    let no_array = changed(&good, |statement| statement.value = Cbor::Null);
    assert_eq!(refusal(&no_array), STATEMENT);
    let part = |members: &[(&str, Cbor)]| Statement::new("", members.iter().cloned()).value;
    let format = || ("fmt", Cbor::Text("none".into()));
    let statement = || ("attStmt", part(&[]));
    for odd in [
        Cbor::Null,
        part(&[format()]),
        part(&[statement()]),
        part(&[("fmt", Cbor::Bytes(b"none".to_vec())), statement()]),
        part(&[format(), statement(), ("authData", Cbor::Bytes(vec![]))]),
    ] {
        let with_odd = changed(&good, |statement| {
            if let Cbor::Array(parts) = &mut statement.value {
                parts.push(odd.clone());
            }
        });
        assert_eq!(refusal(&with_odd), STATEMENT, "{odd:?}");
    }
}

#[test]
fn a_statement_is_not_taken_from_another_registration() {
    let stolen = from_fn(|about| {
        let mut about = *about;
        about.client_data_hash = [7; 32];
        packed().attest(&about)
    });
    assert_eq!(refusal(&two().with(stolen)), SIGNATURE);
}
