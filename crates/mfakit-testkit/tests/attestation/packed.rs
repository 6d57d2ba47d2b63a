//! L3 section 8.2.

use mfakit_testkit::Cbor;
use mfakit_testkit::certificate::{Certificate, Extension, Name, der, oid};
use mfakit_testkit::statement::{Attest, Packed, PackedDraft, from_fn};
use mfakit_webauthn::{Algorithm, AttestationConveyance, AttestationType, Policy};

use super::harness::{
    AAGUID, ALGORITHM, ATTESTATION, CERTIFICATE_AAGUID, CERTIFICATE_MALFORMED, CHAIN_TOO_LONG,
    REQUIRED, REQUIREMENTS, Refusal, Registration, SERIAL_NUMBER, SIGNATURE, STATEMENT,
    assert_members, certified, certified_key, changed, key, key_of, refusal,
};

fn leaf() -> Certificate {
    Certificate::packed(&key(ATTESTATION), AAGUID)
}

fn full() -> Packed {
    Packed::by(certified(&leaf()))
}

/// Signed anew after a change.
fn redrafted(packed: Packed, change: impl Fn(&mut PackedDraft) + Send + Sync) -> impl Attest {
    from_fn(move |about| {
        let mut draft = packed.draft(about);
        change(&mut draft);
        draft.sign()
    })
}

fn of(certificate: &Certificate) -> Refusal {
    refusal(&Packed::by(certified(certificate)))
}

fn named(subject: Name) -> Certificate {
    let mut certificate = leaf();
    certificate.subject = subject;
    certificate
}

#[test]
fn both_kinds_are_accepted() {
    let attestation = Registration::default().accepted(&full());
    assert_eq!(attestation.format(), "packed");
    assert_eq!(attestation.kind(), AttestationType::Basic);
    assert!(attestation.is_trusted());
    let attestation = Registration::default().accepted(&Packed::by_itself());
    assert_eq!(attestation.kind(), AttestationType::SelfAttestation);
    assert!(!attestation.is_trusted());
    assert!(attestation.certificates().is_empty());
}

#[test]
fn a_self_attestation_is_not_enough_where_trust_is_required() {
    let attested = Registration {
        policy: Policy::attested(),
        ..Registration::default()
    };
    assert!(attested.accepted(&full()).is_trusted());
    assert_eq!(attested.refusal(&Packed::by_itself()), REQUIRED);
}

#[test]
fn the_members_are_there_and_of_their_types() {
    let registration = Registration::default();
    assert_members(&registration, &full(), &["alg", "sig"]);
    assert_members(&registration, &Packed::by_itself(), &["alg", "sig"]);
    let full = full();
    for x5c in [
        Cbor::Null,
        Cbor::Bytes(vec![0x30]),
        Cbor::Array(vec![]),
        Cbor::Array(vec![Cbor::Text(String::new())]),
    ] {
        let odd = changed(&full, |statement| statement.set("x5c", x5c.clone()));
        assert_eq!(refusal(&odd), STATEMENT, "{x5c:?}");
    }
    let no_certificate = changed(&full, |statement| {
        statement.set("x5c", Cbor::Array(vec![Cbor::Bytes(vec![0x30])]));
    });
    assert_eq!(refusal(&no_certificate), CERTIFICATE_MALFORMED);
    let too_many = changed(&full, |statement| {
        statement.set("x5c", Cbor::Array(vec![Cbor::Bytes(vec![0x30]); 9]));
    });
    assert_eq!(refusal(&too_many), CHAIN_TOO_LONG);
}

#[test]
fn ecdaa_is_refused() {
    let itself = Packed::by_itself();
    let ecdaa = changed(&itself, |statement| {
        statement.set("ecdaaKeyId", Cbor::Bytes(vec![1]));
    });
    assert_eq!(refusal(&ecdaa), STATEMENT);
}

#[test]
fn the_signature_covers_both_the_data_and_the_client_data() {
    for packed in [full(), Packed::by_itself()] {
        for position in [0, 32, 60, usize::MAX] {
            let other_data = redrafted(packed.clone(), move |draft| {
                let last = draft.message.len() - 1;
                *draft
                    .message
                    .get_mut(position.min(last))
                    .expect("it is within") ^= 1;
            });
            assert_eq!(refusal(&other_data), SIGNATURE, "{position}");
        }
        let other_key = redrafted(packed.clone(), |draft| draft.key = key(99));
        assert_eq!(refusal(&other_key), SIGNATURE);
        let empty = changed(&packed, |statement| {
            statement.set("sig", Cbor::Bytes(vec![]));
        });
        assert_eq!(refusal(&empty), SIGNATURE);
    }
}

#[test]
fn a_self_attestation_names_the_algorithm_of_the_credential() {
    // The same scheme under another number is another algorithm.
    let fully_specified = redrafted(Packed::by_itself(), |draft| {
        draft.algorithm = Algorithm::Esp256;
    });
    assert_eq!(refusal(&fully_specified), ALGORITHM);
    let other = redrafted(Packed::by_itself(), |draft| {
        draft.algorithm = Algorithm::EdDsa;
    });
    assert_eq!(refusal(&other), ALGORITHM);
}

#[test]
fn the_algorithm_fits_the_key_of_the_certificate() {
    for algorithm in [Algorithm::EdDsa, Algorithm::Rs256, Algorithm::Es384] {
        let other = redrafted(full(), move |draft| draft.algorithm = algorithm);
        assert_eq!(refusal(&other), ALGORITHM, "{algorithm}");
    }
    // It need not be the credential's.
    let fully_specified = redrafted(full(), |draft| draft.algorithm = Algorithm::Esp256);
    Registration::default().accepted(&fully_specified);
    let ed25519 = Registration::default().with_key(key_of(Algorithm::EdDsa, 1));
    ed25519.accepted(&full());
    let full = full();
    let unknown = changed(&full, |statement| statement.set("alg", Cbor::Integer(-1)));
    assert_eq!(refusal(&unknown), ALGORITHM);
}

#[test]
fn sha1_is_refused_whatever_the_policy() {
    let rsa = key_of(Algorithm::Rs256, ATTESTATION);
    let by = certified_key(rsa.clone(), &Certificate::packed(&rsa, AAGUID));
    let rs1 = redrafted(Packed::by(by), |draft| draft.algorithm = Algorithm::Rs1);
    let lenient = Registration::default().with_rules(|rules| rules.allow_sha1 = true);
    for registration in [Registration::default(), lenient] {
        assert_eq!(registration.refusal(&rs1), ALGORITHM);
    }
}

#[test]
fn the_subject_has_its_four_attributes() {
    let good = || Name::packed("model");
    Registration::default().accepted(&Packed::by(certified(&named(good()))));
    for attribute in [
        oid::COUNTRY,
        oid::ORGANIZATION,
        oid::ORGANIZATIONAL_UNIT,
        oid::COMMON_NAME,
    ] {
        let missing = good().without(attribute);
        assert_eq!(of(&named(missing)), REQUIREMENTS, "{attribute:?}");
        let empty = good().with(attribute, "");
        assert_eq!(of(&named(empty)), REQUIREMENTS, "{attribute:?}");
    }
    let country = good().with(oid::COUNTRY, "SWE");
    assert_eq!(of(&named(country)), REQUIREMENTS);
    for unit in ["Authenticator Attestation ", "authenticator attestation"] {
        let unit = good().with(oid::ORGANIZATIONAL_UNIT, unit);
        assert_eq!(of(&named(unit)), REQUIREMENTS);
    }
    assert_eq!(of(&named(Name::empty())), REQUIREMENTS);
}

#[test]
fn the_subject_has_none_of_its_attributes_twice() {
    for (attribute, value) in [
        (oid::COUNTRY, "SE"),
        (oid::ORGANIZATION, "other"),
        (oid::ORGANIZATIONAL_UNIT, "Authenticator Attestation"),
        (oid::COMMON_NAME, "other"),
    ] {
        let twice = Name::packed("model").with_another(attribute, value);
        assert_eq!(of(&named(twice)), REQUIREMENTS, "{attribute:?}");
    }
}

#[test]
fn serial_numbers_are_for_enterprises() {
    let numbered = |critical, value: &[u8]| {
        let extension = Extension::new(oid::FIDO_SERIAL_NUMBER, critical, value);
        Packed::by(certified(&leaf().with(extension)))
    };
    let enterprise = Registration {
        policy: Policy::attested().with_attestation(AttestationConveyance::Enterprise),
        ..Registration::default()
    };
    let number = der::octet_string(b"4711");
    let attestation = enterprise.accepted(&numbered(false, &number));
    assert_eq!(attestation.serial_number(), Some(b"4711".as_slice()));
    assert_eq!(enterprise.accepted(&full()).serial_number(), None);
    assert_eq!(refusal(&numbered(false, &number)), SERIAL_NUMBER);
    assert_eq!(enterprise.refusal(&numbered(true, &number)), REQUIREMENTS);
    assert_eq!(enterprise.refusal(&numbered(false, b"4711")), REQUIREMENTS);
}

#[test]
fn the_version_is_3() {
    for version in [1, 2] {
        assert_eq!(of(&leaf().with_version(version)), REQUIREMENTS);
    }
}

#[test]
fn the_certificate_is_no_authority_s() {
    let authority = leaf().with(Extension::basic_constraints(true, None));
    assert_eq!(of(&authority), REQUIREMENTS);
    assert_eq!(of(&leaf().without(oid::BASIC_CONSTRAINTS)), REQUIREMENTS);
}

#[test]
fn the_certificate_is_for_the_model() {
    let other = leaf().with(Extension::aaguid([0xab; 16]));
    assert_eq!(of(&other), CERTIFICATE_AAGUID);
    // The 16 bytes without the OCTET STRING around them.
    let bare = leaf().with(Extension::new(oid::FIDO_AAGUID, false, &AAGUID));
    assert_eq!(of(&bare), CERTIFICATE_AAGUID);
    let longer = der::octet_string(&[AAGUID.as_slice(), &[0]].concat());
    let longer = leaf().with(Extension::new(oid::FIDO_AAGUID, false, &longer));
    assert_eq!(of(&longer), CERTIFICATE_AAGUID);
    let mut critical = Extension::aaguid(AAGUID);
    critical.critical = true;
    assert_eq!(of(&leaf().with(critical)), REQUIREMENTS);
    // Who has one model only need not say which.
    let silent = leaf().without(oid::FIDO_AAGUID);
    Registration::default().accepted(&Packed::by(certified(&silent)));
}
