//! The metadata BLOB: what proves it, and what is read from it.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "tests"
)]

#[path = "support/authenticator.rs"]
mod authenticator;
#[path = "support/blob.rs"]
mod blob;
#[path = "support/certificates.rs"]
mod certificates;

use std::time::Duration;

use authenticator::START;
use blob::{
    Blob, DAY, MODEL, authority, entry, good_blob, hex, intermediate, maker, payload, read, signer,
    verifier,
};
use certificates::{ListTemplate, constraints, der, extension, host_names, issued, root};
use mfakit_core::UnixTime;
use mfakit_webauthn::metadata::{
    CertificationLevel, EntryProblemKind, GLOBALSIGN_ROOT_R3, GLOBALSIGN_ROOT_R46, MetadataError,
    Verifier,
};
use mfakit_webauthn::{Aaguid, InvalidAnchor, Trust};
use serde_json::json;
use sha2::{Digest as _, Sha256};

fn error(change: impl FnOnce(&mut Blob)) -> Option<MetadataError> {
    let mut blob = good_blob();
    change(&mut blob);
    read(&blob).err()
}

#[test]
fn a_blob_is_read() {
    let metadata = read(&good_blob()).expect("it is good");
    assert_eq!(metadata.number(), 7);
    assert_eq!(metadata.legal_header(), "Terms apply");
    assert_eq!(metadata.next_update(), UnixTime::from_secs(1_768_435_200));
    assert!(metadata.problems().is_empty());
    let entry = metadata
        .by_aaguid(MODEL.parse().unwrap())
        .expect("it is there");
    assert_eq!(entry.description(), Some("A key"));
    assert_eq!(entry.protocol_family(), Some("fido2"));
    assert_eq!(entry.attestation_roots(), [maker().make()]);
    assert_eq!(entry.certification(START), Some(CertificationLevel::L1));
    assert!(entry.statement_json().unwrap().contains("\"icon\""));
    assert_eq!(
        entry.last_status_change(),
        Some(UnixTime::from_secs(1_764_460_800))
    );
    assert!(metadata.by_aaguid(Aaguid::ZERO).is_none());
    // White space around the file does not matter, and the root may be sent along.
    let mut blob = good_blob();
    blob.chain.push(root());
    let text = format!("\n{}\n", blob.make());
    assert!(verifier().verify(text.as_bytes(), START).is_ok());
}

#[test]
fn the_roots_are_those_that_the_readme_names() {
    let digests = [GLOBALSIGN_ROOT_R3, GLOBALSIGN_ROOT_R46].map(|der| hex(&Sha256::digest(der)));
    assert_eq!(
        digests,
        [
            "cbb522d7b7f127ad6a0113865bdf1cd4102e7d0759af635a7cf4720dc963c53b",
            "4fa3126d8d3a11d1c4855a4f807cbad6cf919d3a5a88b03bea2c6372d93c40c9",
        ]
    );
    assert!(Trust::anchors(&[GLOBALSIGN_ROOT_R3, GLOBALSIGN_ROOT_R46]).is_ok());
    let blob = good_blob().make();
    let verdict = Verifier::new().verify(blob.as_bytes(), START);
    assert_eq!(
        verdict.err(),
        Some(MetadataError::Untrusted),
        "not one of theirs"
    );
}

#[test]
fn the_form_of_the_signature() {
    let malformed = Some(MetadataError::Signature);
    for text in ["", "e30.e30", "e30.e30.", "é.e30.AA", "{}"] {
        assert_eq!(
            verifier().verify(text.as_bytes(), START).err(),
            malformed,
            "{text}"
        );
    }
    assert_eq!(verifier().verify(&[0xff], START).err(), malformed);
    assert_eq!(
        error(|blob| blob.header["crit"] = json!(["exp"])),
        malformed
    );
    assert_eq!(error(|blob| blob.header["x5c"] = json!("x")), malformed);
    assert_eq!(error(|blob| blob.header["alg"] = json!(1)), malformed);
    let long = vec![b'a'; mfakit_webauthn::metadata::MAX_BLOB_BYTES + 1];
    let verdict = verifier().verify(&long, START);
    assert_eq!(verdict.err(), Some(MetadataError::TooLarge));
}

#[test]
fn the_signature() {
    let bad = Some(MetadataError::SignatureInvalid);
    assert_eq!(error(|blob| blob.key = 2), bad);
    let algorithm = Some(MetadataError::Algorithm);
    assert_eq!(error(|blob| blob.header["alg"] = json!("none")), algorithm);
    assert_eq!(error(|blob| blob.header["alg"] = json!("HS256")), algorithm);
    assert_eq!(
        error(|blob| blob.header["alg"] = json!("RS256")),
        algorithm,
        "another key"
    );
    let text = good_blob().make();
    let other = Blob::new(payload(json!([]))).make();
    let payload_of_other = other.split('.').nth(1).unwrap();
    let parts: Vec<_> = text.split('.').collect();
    let forged = format!("{}.{payload_of_other}.{}", parts[0], parts[2]);
    assert_eq!(verifier().verify(forged.as_bytes(), START).err(), bad);
}

#[test]
fn the_chain_of_the_signer() {
    let certificates = Some(MetadataError::Certificates);
    assert_eq!(error(|blob| blob.chain.clear()), certificates);
    assert_eq!(
        error(|blob| blob.header["x5c"] = json!(["AAAA"])),
        certificates
    );
    assert_eq!(error(|blob| blob.chain = vec![signer(); 9]), certificates);
    let untrusted = Some(MetadataError::Untrusted);
    assert_eq!(error(|blob| blob.chain.truncate(1)), untrusted);
    let forged = issued("intermediate", 2, "root", 9).with(authority());
    assert_eq!(error(|blob| blob.chain[1] = forged), untrusted);
    let invalid = Some(MetadataError::ChainInvalid);
    let old = "20251231235959Z";
    assert_eq!(error(|blob| blob.chain[0] = signer().until(old)), invalid);
    assert_eq!(
        error(|blob| blob.chain[1] = intermediate().until(old)),
        invalid
    );
    let no_authority = issued("intermediate", 2, "root", 3);
    assert_eq!(error(|blob| blob.chain[1] = no_authority), invalid);
    let anchors = Verifier::new().with_anchors(&[&[0x30]]);
    assert_eq!(anchors.err(), Some(InvalidAnchor));
}

#[test]
fn the_name_of_the_signer() {
    let name = Some(MetadataError::SignerName);
    let named = |hosts: &[&str]| signer().with(vec![constraints(false, None), host_names(hosts)]);
    assert_eq!(error(|blob| blob.chain[0] = named(&["evil.example"])), name);
    assert_eq!(
        error(|blob| blob.chain[0] = named(&["*.fidoalliance.org"])),
        name
    );
    assert_eq!(
        error(|blob| blob.chain[0] = named(&["xmds.fidoalliance.org"])),
        name
    );
    assert_eq!(error(|blob| blob.chain[0] = signer().with(vec![])), name);
    assert_eq!(
        error(|blob| blob.chain[0] = named(&["MDS.fidoalliance.ORG"])),
        None
    );
    let other = verifier().with_signer("other.example");
    assert!(other.verify(good_blob().make().as_bytes(), START).is_ok());
}

fn list(issuer: &'static str, issuer_key: u8) -> ListTemplate {
    ListTemplate {
        issuer,
        issuer_key,
        from: "20251231000000Z",
        until: "20260131000000Z",
        revoked: vec![77],
        extensions: Vec::new(),
    }
}

fn with_lists(lists: &[ListTemplate]) -> Option<MetadataError> {
    let verifier = lists
        .iter()
        .fold(verifier().requiring_revocation_lists(), |verifier, list| {
            verifier.with_revocation_list(&list.make())
        });
    verifier.verify(good_blob().make().as_bytes(), START).err()
}

#[test]
fn revocation_lists() {
    let (of_root, of_intermediate) = (list("root", 3), list("intermediate", 2));
    let both = |of_intermediate| with_lists(&[of_root.clone(), of_intermediate]);
    assert_eq!(both(of_intermediate.clone()), None);
    let none = ListTemplate {
        revoked: vec![],
        ..of_intermediate.clone()
    };
    assert_eq!(both(none), None);
    let unrelated = ListTemplate {
        until: "20200101000000Z",
        ..list("maker", 12)
    };
    let three = [of_root.clone(), of_intermediate.clone(), unrelated];
    assert_eq!(with_lists(&three), None, "a list of nobody here is ignored");

    let revoked = ListTemplate {
        revoked: vec![77, 1],
        ..of_intermediate.clone()
    };
    assert_eq!(both(revoked), Some(MetadataError::Revoked));
    let revoked = ListTemplate {
        revoked: vec![2],
        ..of_root.clone()
    };
    let verdict = with_lists(&[revoked, of_intermediate.clone()]);
    assert_eq!(verdict, Some(MetadataError::Revoked), "the intermediate");
    let unsigned = ListTemplate {
        issuer_key: 9,
        ..of_intermediate.clone()
    };
    assert_eq!(both(unsigned), Some(MetadataError::RevocationListSignature));
    let outdated = Some(MetadataError::RevocationListOutdated);
    let old = ListTemplate {
        until: "20251231235959Z",
        ..of_intermediate.clone()
    };
    assert_eq!(both(old), outdated);
    let early = ListTemplate {
        from: "20260101000001Z",
        ..of_intermediate.clone()
    };
    assert_eq!(both(early), outdated);
    let unknown = Some(MetadataError::RevocationUnknown);
    assert_eq!(with_lists(&[]), unknown);
    assert_eq!(with_lists(std::slice::from_ref(&of_root)), unknown);
    assert_eq!(with_lists(std::slice::from_ref(&of_intermediate)), unknown);

    let malformed = verifier().with_revocation_list(&[0x30, 0x00]);
    let verdict = malformed.verify(good_blob().make().as_bytes(), START);
    assert_eq!(verdict.err(), Some(MetadataError::RevocationList));
}

#[test]
fn revocation_lists_of_a_part() {
    let point = |flags: &[u8]| extension(28, true, &der(0x30, &[flags]));
    let scoped = |extensions| ListTemplate {
        extensions,
        ..list("intermediate", 2)
    };
    let judge = |extensions| with_lists(&[list("root", 3), scoped(extensions)]);
    let malformed = Some(MetadataError::RevocationList);
    assert_eq!(judge(vec![point(&[])]), None);
    assert_eq!(
        judge(vec![point(&[0x81, 0x01, 0xff])]),
        None,
        "leaves alone"
    );
    let unknown = Some(MetadataError::RevocationUnknown);
    assert_eq!(
        judge(vec![point(&[0x82, 0x01, 0xff])]),
        unknown,
        "authorities alone"
    );
    assert_eq!(
        judge(vec![point(&[0x84, 0x01, 0xff])]),
        malformed,
        "of other issuers"
    );
    assert_eq!(
        judge(vec![extension(27, true, &[2, 1, 1])]),
        malformed,
        "a difference"
    );
    assert_eq!(
        judge(vec![extension(20, false, &[2, 1, 1])]),
        None,
        "its number"
    );
}

#[test]
fn authorities_without_the_usage_sign_no_lists() {
    let mut blob = good_blob();
    blob.chain[1] = certificates::intermediate();
    let verifier = verifier().with_revocation_list(&list("intermediate", 2).make());
    let verdict = verifier.verify(blob.make().as_bytes(), START);
    assert_eq!(verdict.err(), Some(MetadataError::RevocationListSignature));
}

#[test]
fn the_payload() {
    let malformed = Some(MetadataError::Payload);
    for payload in [
        json!([]),
        json!({"no": 7, "nextUpdate": "2026-01-15"}),
        json!({"no": -1, "nextUpdate": "2026-01-15", "entries": []}),
        json!({"no": 7, "nextUpdate": "soon", "entries": []}),
        json!({"no": 7, "nextUpdate": "2026-01-15", "entries": {}}),
    ] {
        let text = payload.to_string();
        assert_eq!(error(|blob| blob.payload = payload), malformed, "{text}");
    }
}

#[test]
fn numbers_never_go_back() {
    let after = |number| {
        let verifier = verifier().with_previous(Some(number));
        verifier.verify(good_blob().make().as_bytes(), START).err()
    };
    assert_eq!(after(6), None);
    assert_eq!(after(7), None, "the same one, after a restart");
    assert_eq!(after(8), Some(MetadataError::RolledBack));
}

#[test]
fn old_metadata_is_reported_and_refused() {
    let metadata = read(&good_blob()).expect("it is good");
    let end_of_the_day = metadata.next_update().saturating_add(DAY);
    assert_eq!(metadata.overdue(end_of_the_day), None);
    let late = end_of_the_day.saturating_add(DAY);
    assert_eq!(metadata.overdue(late), Some(DAY));
    let at = |verifier: Verifier, now| verifier.verify(good_blob().make().as_bytes(), now).err();
    let overdue = Some(MetadataError::Overdue);
    let month = end_of_the_day.saturating_add(30 * DAY);
    let second = Duration::from_secs(1);
    assert_eq!(at(verifier(), month), None);
    assert_eq!(at(verifier(), month.saturating_add(second)), overdue);
    assert_eq!(
        at(
            verifier().with_max_overdue(None),
            month.saturating_add(second)
        ),
        None
    );
    let strict = || verifier().with_max_overdue(Some(Duration::ZERO));
    assert_eq!(at(strict(), end_of_the_day), None);
    assert_eq!(at(strict(), end_of_the_day.saturating_add(second)), overdue);
}

#[test]
fn what_is_not_known_yet_refuses_nothing() {
    let mut new = entry(MODEL, json!([{"status": "MOON_CERTIFIED", "phase": 3}]));
    new["newMember"] = json!({"deep": [[[[1]]]]});
    new["metadataStatement"]["upv"] = json!("of another type than ever");
    let mut blob = Blob::new(payload(json!([new])));
    blob.payload["newMember"] = json!(true);
    let metadata = read(&blob).expect("it is good");
    let entry = metadata
        .by_aaguid(MODEL.parse().unwrap())
        .expect("it is there");
    let [report] = entry.status_reports() else {
        unreachable!("there is one");
    };
    assert_eq!((report.name(), report.status()), ("MOON_CERTIFIED", None));
}

#[test]
fn a_bad_entry_is_its_own_problem() {
    let mut bad_root = entry("00000000-0000-0000-0000-000000000002", json!([]));
    bad_root["metadataStatement"]["attestationRootCertificates"] = json!(["AAAA"]);
    let mut bad_identifier = entry("00000000-0000-0000-0000-000000000004", json!([]));
    bad_identifier["attestationCertificateKeyIdentifiers"] = json!(["00"]);
    let entries = json!([
        {"aaguid": "00000000-0000-0000-0000-000000000001"},
        bad_root,
        entry("nonsense", json!([])),
        bad_identifier,
        entry(MODEL, json!([])),
        entry(MODEL, json!([])),
        5,
        {"aaid": "1234#5678", "statusReports": []},
    ]);
    let metadata = read(&Blob::new(payload(entries))).expect("the others are good");
    let problems: Vec<_> = metadata
        .problems()
        .iter()
        .map(|problem| (problem.position, problem.kind, problem.aaguid.is_some()))
        .collect();
    assert_eq!(
        problems,
        [
            (0, EntryProblemKind::Json, true),
            (1, EntryProblemKind::RootCertificate, true),
            (2, EntryProblemKind::Aaguid, false),
            (3, EntryProblemKind::KeyIdentifier, true),
            (5, EntryProblemKind::Duplicate, true),
            (6, EntryProblemKind::Json, false),
        ]
    );
    assert_eq!(metadata.entries().len(), 2);
    assert_eq!(metadata.entries()[1].aaid(), Some("1234#5678"));
    let said = metadata.problems()[0].to_string();
    assert_eq!(said, "metadata entry 0: malformed JSON");
}
