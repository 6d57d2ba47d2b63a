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
