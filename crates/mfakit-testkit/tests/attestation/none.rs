//! L3 section 8.7, and formats that are none.

use mfakit_testkit::Cbor;
use mfakit_testkit::statement::{NoAttestation, Statement, from_fn};
use mfakit_webauthn::{AttestationType, Policy};

use super::harness::{FORMAT, NONE_NOT_EMPTY, REQUIRED, Registration, changed, refusal};

#[test]
fn an_empty_statement_is_accepted() {
    let attestation = Registration::default().accepted(&NoAttestation);
    assert_eq!(attestation.format(), "none");
    assert_eq!(attestation.kind(), AttestationType::None);
    assert!(!attestation.is_trusted());
}

#[test]
fn it_is_not_enough_where_trust_is_required() {
    let attested = Registration {
        policy: Policy::attested(),
        ..Registration::default()
    };
    assert_eq!(attested.refusal(&NoAttestation), REQUIRED);
}

#[test]
fn a_statement_of_no_format_says_nothing() {
    let with_member = changed(&NoAttestation, |statement| {
        statement.set("sig", Cbor::Bytes(vec![]));
    });
    assert_eq!(refusal(&with_member), NONE_NOT_EMPTY);
    for value in [Cbor::Array(vec![]), Cbor::Null, Cbor::Text(String::new())] {
        let no_map = changed(&NoAttestation, |statement| statement.value = value.clone());
        assert_eq!(refusal(&no_map), NONE_NOT_EMPTY, "{value:?}");
    }
}

#[test]
fn formats_are_compared_to_the_letter() {
    for format in [
        "None",
        "none ",
        "",
        "packed\0",
        "fido_u2f",
        "android-safety-net",
    ] {
        let other = from_fn(move |_| Statement::new(format, []));
        assert_eq!(refusal(&other), FORMAT, "{format:?}");
    }
}
