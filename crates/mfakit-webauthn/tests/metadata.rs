//! The metadata BLOB: what proves it, what is read from it, and attestations judged by it.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "tests"
)]

#[path = "support/authenticator.rs"]
mod authenticator;
#[path = "support/certificates.rs"]
mod certificates;

use std::sync::Arc;
use std::time::Duration;

use authenticator::{
    CREDENTIAL_ID, Registration, START, base64url, cbor_bytes, cbor_text, cose_key, head,
};
use certificates::{
    ListTemplate, Template, constraints, der, extension, host_names, issued, root, secret, sign,
};
use mfakit_core::UnixTime;
use mfakit_webauthn::metadata::{
    AuthenticatorStatus, CertificationLevel, EntryProblemKind, GLOBALSIGN_ROOT_R3,
    GLOBALSIGN_ROOT_R46, Metadata, MetadataError, StatusRules, Verifier,
};
use mfakit_webauthn::{Aaguid, InvalidAnchor, Policy, Reason, Trust};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

const MODEL: &str = "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa";
const DAY: Duration = Duration::from_secs(86_400);

/// Signing certificates and revocation lists.
fn authority() -> Vec<Vec<u8>> {
    let usage = extension(15, true, &der(0x03, &[&[0x01, 0x06]]));
    vec![constraints(true, None), usage]
}

fn signer() -> Template {
    issued("signer", 1, "intermediate", 2).with(vec![
        constraints(false, None),
        host_names(&["other.example", "mds.fidoalliance.org"]),
    ])
}

fn intermediate() -> Template {
    issued("intermediate", 2, "root", 3).with(authority())
}

/// The maker's root and one of its attestation certificates.
fn maker() -> Template {
    issued("maker", 12, "maker", 12).with(vec![constraints(true, None)])
}

fn device() -> Template {
    issued("device", 11, "maker", 12)
}

fn base64(bytes: &[u8]) -> String {
    let text = base64url(bytes).replace('-', "+").replace('_', "/");
    let padding = (4 - text.len() % 4) % 4;
    text + &"=".repeat(padding)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The SHA-1 of the device's public key.
fn device_key_identifier() -> String {
    let point = secret(11).verifying_key().to_sec1_point(false);
    hex(&sha1::Sha1::digest(point.as_bytes()))
}

fn entry(aaguid: &str, reports: Value) -> Value {
    json!({
        "aaguid": aaguid,
        "metadataStatement": {
            "description": "A key",
            "protocolFamily": "fido2",
            "attestationRootCertificates": [base64(&maker().make())],
            "icon": "data:image/png;base64,",
        },
        "statusReports": reports,
        "timeOfLastStatusChange": "2025-11-30",
    })
}

fn payload(entries: Value) -> Value {
    json!({
        "legalHeader": "Terms apply",
        "no": 7,
        "nextUpdate": "2026-01-15",
        "entries": entries,
    })
}

/// A BLOB, and how it is signed.
struct Blob {
    chain: Vec<Template>,
    header: Value,
    payload: Value,
    key: u8,
}

impl Blob {
    fn new(payload: Value) -> Self {
        Self {
            chain: vec![signer(), intermediate()],
            header: json!({"alg": "ES256", "typ": "JWT"}),
            payload,
            key: 1,
        }
    }

    fn make(&self) -> String {
        let mut header = self.header.clone();
        if header.get("x5c").is_none() {
            let x5c: Vec<_> = self.chain.iter().map(|one| base64(&one.make())).collect();
            header["x5c"] = json!(x5c);
        }
        let parts = [&header, &self.payload].map(|part| base64url(part.to_string().as_bytes()));
        let signed = parts.join(".");
        let signature = sign(self.key, signed.as_bytes()).to_bytes();
        format!("{signed}.{}", base64url(&signature))
    }
}

fn good_blob() -> Blob {
    let reports = json!([{"status": "FIDO_CERTIFIED_L1", "effectiveDate": "2024-05-01"}]);
    Blob::new(payload(json!([entry(MODEL, reports)])))
}

fn verifier() -> Verifier {
    Verifier::new()
        .with_anchors(&[&root().make()])
        .expect("the root is a certificate")
}

fn read(blob: &Blob) -> Result<Metadata, MetadataError> {
    verifier().verify(blob.make().as_bytes(), START)
}

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
    assert_eq!(with_lists(&[of_root.clone()]), unknown);
    assert_eq!(with_lists(&[of_intermediate.clone()]), unknown);

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

/// A U2F registration whose statement is signed with the device's key.
fn attested(aaguid: [u8; 16], trust: Trust) -> Registration {
    let mut registration = Registration {
        aaguid,
        trust,
        format: "fido-u2f".into(),
        ..Registration::default()
    };
    let key = cose_key();
    let message = [
        &[0],
        &registration.authenticator_data()[..32],
        &Sha256::digest(&registration.client_data),
        CREDENTIAL_ID,
        &[4],
        &key[10..42],
        &key[45..],
    ]
    .concat();
    let signature = sign(11, &message).to_der();
    let statement = [
        head(5, 2),
        cbor_text("sig"),
        cbor_bytes(signature.as_bytes()),
        cbor_text("x5c"),
        head(4, 1),
        cbor_bytes(&device().make()),
    ];
    registration.statement = Some(statement.concat());
    registration
}

fn metadata(entries: Value) -> Arc<Metadata> {
    Arc::new(read(&Blob::new(payload(entries))).expect("it is good"))
}

/// The verdict about an attested registration of the model, given reports about it.
fn judged(reports: Value, rules: StatusRules) -> Result<bool, Reason> {
    let metadata = metadata(json!([entry(MODEL, reports)]));
    finished(&attested([0xaa; 16], Trust::metadata(metadata, rules)))
}

fn finished(registration: &Registration) -> Result<bool, Reason> {
    let credential = registration.finish().map_err(|error| error.reason())?;
    Ok(credential.attestation().is_trusted())
}

#[test]
fn attestations_stand_under_the_roots_of_their_model() {
    assert_eq!(judged(json!([]), StatusRules::new()), Ok(true));
    let mut other = entry(MODEL, json!([]));
    let root = base64(&root().make());
    other["metadataStatement"]["attestationRootCertificates"] = json!([root]);
    let others_root = Trust::metadata(metadata(json!([other])), StatusRules::new());
    assert_eq!(
        finished(&attested([0xaa; 16], others_root)),
        Err(Reason::Untrusted)
    );
    // The same maker's root under another model is of no use.
    let trust = Trust::metadata(
        metadata(json!([entry(
            "bbbbbbbb-bbbb-bbbb-bbbb-bbbbbbbbbbbb",
            json!([])
        )])),
        StatusRules::new(),
    );
    assert_eq!(
        finished(&attested([0xaa; 16], trust.clone())),
        Err(Reason::NoMetadata)
    );
    let trust = trust
        .with_other_anchors(&[&maker().make()])
        .expect("it is a certificate");
    assert_eq!(finished(&attested([0xaa; 16], trust)), Ok(true));
    let mut policy = attested(
        [0xaa; 16],
        Trust::metadata(metadata(json!([])), StatusRules::new()),
    );
    policy.policy = Policy::attested();
    assert_eq!(finished(&policy), Err(Reason::NoMetadata));
}

#[test]
fn a_leaf_may_be_the_root_of_a_model() {
    let mut leaf = entry(MODEL, json!([]));
    leaf["metadataStatement"]["attestationRootCertificates"] = json!([base64(&device().make())]);
    let trust = Trust::metadata(metadata(json!([leaf])), StatusRules::new());
    assert_eq!(finished(&attested([0xaa; 16], trust)), Ok(true));
}

#[test]
fn devices_without_model_are_found_by_their_key() {
    let mut u2f = entry(MODEL, json!([]));
    u2f.as_object_mut().unwrap().remove("aaguid");
    u2f["attestationCertificateKeyIdentifiers"] = json!([device_key_identifier()]);
    let metadata = metadata(json!([u2f]));
    assert!(metadata.by_certificate(&device().make()).is_some());
    assert!(metadata.by_certificate(&maker().make()).is_none());
    assert!(metadata.by_certificate(&[0x30]).is_none());
    let trust = Trust::metadata(metadata, StatusRules::new());
    assert_eq!(finished(&attested([0; 16], trust.clone())), Ok(true));
    assert_eq!(
        finished(&attested([0xaa; 16], trust)),
        Err(Reason::NoMetadata),
        "it has a model"
    );
}

#[test]
fn a_model_with_a_damaged_entry_is_refused() {
    let entries = json!([{"aaguid": MODEL}]);
    let trust = Trust::metadata(metadata(entries), StatusRules::new())
        .with_other_anchors(&[&maker().make()])
        .expect("it is a certificate");
    assert_eq!(
        finished(&attested([0xaa; 16], trust)),
        Err(Reason::NoMetadata)
    );
}

#[test]
fn statuses_are_judged_by_policy() {
    let refused = Err(Reason::AuthenticatorStatus);
    let of = |status: &str| json!([{"status": status, "effectiveDate": "2025-01-01"}]);
    for status in AuthenticatorStatus::ALL {
        let verdict = judged(of(status.as_str()), StatusRules::new());
        let is_bad = status.as_str().contains("COMPROMISE")
            || matches!(
                status,
                AuthenticatorStatus::Revoked | AuthenticatorStatus::UserVerificationBypass
            );
        assert_eq!(
            verdict,
            if is_bad { refused } else { Ok(true) },
            "{status:?}"
        );
        let strict = StatusRules::new().refusing(*status);
        assert_eq!(judged(of(status.as_str()), strict), refused, "{status:?}");
        let lax = StatusRules::new().accepting(*status);
        assert_eq!(judged(of(status.as_str()), lax), Ok(true), "{status:?}");
    }
    assert_eq!(judged(of("MOON_CERTIFIED"), StatusRules::new()), Ok(true));
    let strict = StatusRules::new().refusing_unknown();
    assert_eq!(judged(of("MOON_CERTIFIED"), strict), refused);
    // What came before or after does not matter.
    let fixed = json!([
        {"status": "UPDATE_AVAILABLE", "effectiveDate": "2025-06-01"},
        {"status": "USER_VERIFICATION_BYPASS", "effectiveDate": "2025-05-01"},
        {"status": "FIDO_CERTIFIED_L1", "effectiveDate": "2025-04-01"},
    ]);
    assert_eq!(judged(fixed, StatusRules::new()), refused);
}

#[test]
fn reports_count_between_their_dates() {
    let refused = Err(Reason::AuthenticatorStatus);
    let revoked = |more: Value| {
        let mut report = json!({"status": "REVOKED"});
        report
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        judged(json!([report]), StatusRules::new())
    };
    assert_eq!(revoked(json!({})), refused);
    assert_eq!(revoked(json!({"effectiveDate": "2026-01-01"})), refused);
    assert_eq!(revoked(json!({"effectiveDate": "2026-01-02"})), Ok(true));
    assert_eq!(revoked(json!({"effectiveDate": "soon"})), refused);
    assert_eq!(revoked(json!({"sunsetDate": "2026-01-02"})), refused);
    assert_eq!(revoked(json!({"sunsetDate": "2026-01-01"})), Ok(true));
}

#[test]
fn a_compromise_may_be_of_some_certificates() {
    let compromised = |member: &str, certificate: String| {
        let mut report = json!({"status": "ATTESTATION_KEY_COMPROMISE"});
        report[member] = json!(certificate);
        judged(json!([report]), StatusRules::new())
    };
    let refused = Err(Reason::AuthenticatorStatus);
    for member in ["certificate", "batchCertificate"] {
        assert_eq!(compromised(member, base64(&device().make())), refused);
        assert_eq!(
            compromised(member, base64(&maker().make())),
            refused,
            "its issuer"
        );
        assert_eq!(
            compromised(member, base64(&signer().make())),
            Ok(true),
            "another"
        );
        assert_eq!(
            compromised(member, "unreadable".into()),
            refused,
            "so all are meant"
        );
    }
    let report = json!([{"status": "REVOKED", "certificate": base64(&signer().make())}]);
    assert_eq!(
        judged(report, StatusRules::new()),
        refused,
        "a model is revoked whole"
    );
}

#[test]
fn certification_is_the_latest() {
    let least = |level| StatusRules::new().requiring(level);
    let low = Err(Reason::Certification);
    assert_eq!(
        judged(json!([]), least(CertificationLevel::Functional)),
        low
    );
    let reports = json!([
        {"status": "FIDO_CERTIFIED_L2", "effectiveDate": "2025-06-01"},
        {"status": "FIDO_CERTIFIED_L3", "effectiveDate": "2026-06-01"},
        {"status": "FIDO_CERTIFIED_L1", "effectiveDate": "2024-06-01"},
    ]);
    assert_eq!(
        judged(reports.clone(), least(CertificationLevel::L2)),
        Ok(true)
    );
    assert_eq!(judged(reports, least(CertificationLevel::L2Plus)), low);
    let lost = json!([
        {"status": "FIDO_CERTIFIED_L2", "effectiveDate": "2024-06-01"},
        {"status": "NOT_FIDO_CERTIFIED", "effectiveDate": "2025-06-01"},
    ]);
    assert_eq!(judged(lost, least(CertificationLevel::L1)), low);
}

#[test]
fn claims_without_proof_are_judged_too() {
    let revoked = json!([entry(MODEL, json!([{"status": "REVOKED"}]))]);
    let claimed = |entries: Value| Registration {
        trust: Trust::metadata(metadata(entries), StatusRules::new()),
        ..Registration::default()
    };
    assert_eq!(
        finished(&claimed(revoked)),
        Err(Reason::AuthenticatorStatus)
    );
    assert_eq!(
        finished(&claimed(json!([entry(MODEL, json!([]))]))),
        Ok(false)
    );
    assert_eq!(
        finished(&claimed(json!([]))),
        Ok(false),
        "nobody knows the model"
    );
}

#[test]
fn nothing_is_judged_by_overdue_metadata() {
    let metadata = metadata(json!([entry(MODEL, json!([]))]));
    let too_late = metadata
        .next_update()
        .saturating_add(31 * DAY + Duration::from_secs(1));
    let mut registration = attested([0xaa; 16], Trust::metadata(metadata, StatusRules::new()));
    registration.policy = registration.policy.with_lifetime(90 * DAY);
    registration.now = too_late;
    assert_eq!(finished(&registration), Err(Reason::MetadataOverdue));
}
