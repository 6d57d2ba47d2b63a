//! Records come back from the store as they went in, or not at all.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "tests"
)]

#[path = "support/authenticator.rs"]
mod authenticator;

use authenticator::{Registration, SignIn};
use mfakit_webauthn::CredentialRecord;
use serde_json::{Value, json};

fn stored() -> Value {
    let credential = Registration::default().finish().expect("it is valid");
    serde_json::to_value(credential.record()).expect("records serialize")
}

#[test]
fn a_record_reads_back_and_signs_in() {
    let mut record = Registration::default()
        .finish()
        .expect("it is valid")
        .into_record();
    record.last_used = Some(authenticator::START);
    let text = serde_json::to_string(&record).expect("records serialize");
    let again: CredentialRecord = serde_json::from_str(&text).expect("a record reads back");
    assert!(again == record);
    let sign_in = SignIn {
        record: again,
        ..SignIn::default()
    };
    assert!(sign_in.finish().is_ok());
}

#[test]
fn damaged_records_do_not_read_back() {
    let cases = [
        ("version", json!(2)),
        ("id", json!("a")),
        ("user", json!("")),
        ("public_key", json!("oA")),
        ("aaguid", json!("AAAA")),
        ("sign_count", json!(-1)),
    ];
    for (member, value) in cases {
        let mut damaged = stored();
        damaged[member] = value;
        let read = serde_json::from_value::<CredentialRecord>(damaged);
        assert!(read.is_err(), "{member}");
    }
}

#[test]
fn attestations_are_kept_on_request() {
    let kept = Registration {
        trust: mfakit_webauthn::Trust::unverified().keeping_attestations(),
        ..Registration::default()
    };
    let record = kept.finish().expect("it is valid").into_record();
    let client_data = record.attestation_client_data_json.as_deref();
    assert_eq!(client_data, Some(kept.client_data.as_slice()));
    let object = record.attestation_object.as_deref().expect("it is kept");
    assert!(object.ends_with(&kept.authenticator_data()));
    let text = serde_json::to_string(&record).expect("records serialize");
    let again: CredentialRecord = serde_json::from_str(&text).expect("a record reads back");
    assert!(again == record);

    let stored = stored();
    assert_eq!(stored.get("attestation_object"), None, "not by default");
    let mut damaged = stored;
    damaged["attestation_object"] = json!("a");
    assert!(serde_json::from_value::<CredentialRecord>(damaged).is_err());
}

#[test]
fn records_make_the_lists_of_credentials() {
    let record = Registration::default()
        .finish()
        .expect("it is valid")
        .into_record();
    let list = CredentialRecord::descriptors([&record, &record]);
    assert_eq!(list, [record.descriptor(), record.descriptor()]);
}
