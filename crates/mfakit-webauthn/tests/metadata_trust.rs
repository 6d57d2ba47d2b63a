//! Attestations judged by metadata.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
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

use std::sync::Arc;
use std::time::Duration;

use attested::{finished, packed, u2f};
use authenticator::Registration;
use blob::{Blob, DAY, MODEL, base64, device, entry, hex, maker, payload, read, signer};
use certificates::{root, secret};
use mfakit_webauthn::metadata::{AuthenticatorStatus, CertificationLevel, Metadata, StatusRules};
use mfakit_webauthn::{Aaguid, Policy, Reason, Trust};
use serde_json::{Value, json};
use sha2::Digest as _;

/// The SHA-1 of the device's public key.
fn device_key_identifier() -> String {
    let point = secret(11).verifying_key().to_sec1_point(false);
    hex(&sha1::Sha1::digest(point.as_bytes()))
}

fn metadata(entries: Value) -> Arc<Metadata> {
    Arc::new(read(&Blob::new(payload(entries))).expect("it is good"))
}

/// The verdict about an attested registration of the model, given reports about it.
fn judged(reports: Value, rules: StatusRules) -> Result<bool, Reason> {
    let metadata = metadata(json!([entry(MODEL, reports)]));
    finished(&packed([0xaa; 16], Trust::metadata(metadata, rules)))
}

#[test]
fn attestations_stand_under_the_roots_of_their_model() {
    assert_eq!(judged(json!([]), StatusRules::new()), Ok(true));
    let mut other = entry(MODEL, json!([]));
    let root = base64(&root().make());
    other["metadataStatement"]["attestationRootCertificates"] = json!([root]);
    let others_root = Trust::metadata(metadata(json!([other])), StatusRules::new());
    assert_eq!(
        finished(&packed([0xaa; 16], others_root)),
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
        finished(&packed([0xaa; 16], trust.clone())),
        Err(Reason::NoMetadata)
    );
    let trust = trust
        .with_other_anchors(&[&maker().make()])
        .expect("it is a certificate");
    assert_eq!(finished(&packed([0xaa; 16], trust)), Ok(true));
    let mut policy = packed(
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
    assert_eq!(finished(&packed([0xaa; 16], trust)), Ok(true));
}

#[test]
fn devices_without_model_are_found_by_their_key() {
    let mut device_entry = entry(MODEL, json!([]));
    device_entry.as_object_mut().unwrap().remove("aaguid");
    device_entry["attestationCertificateKeyIdentifiers"] = json!([device_key_identifier()]);
    let metadata = metadata(json!([device_entry]));
    assert!(metadata.by_certificate(&device().make()).is_some());
    assert!(metadata.by_certificate(&maker().make()).is_none());
    assert!(metadata.by_certificate(&[0x30]).is_none());
    let trust = Trust::metadata(metadata, StatusRules::new());
    assert_eq!(finished(&u2f([0; 16], trust.clone())), Ok(true));
    assert_eq!(
        finished(&packed([0xaa; 16], trust)),
        Err(Reason::NoMetadata),
        "it has a model"
    );
}

#[test]
fn devices_of_u2f_cannot_claim_a_model() {
    let trust = |entries| Trust::metadata(metadata(entries), StatusRules::new());
    let model = || entry(MODEL, json!([]));
    let claiming = u2f([0xaa; 16], trust(json!([model()])));
    assert_eq!(finished(&claiming), Err(Reason::NoMetadata));
    let mut own = entry(MODEL, json!([{"status": "REVOKED"}]));
    own.as_object_mut().unwrap().remove("aaguid");
    own["attestationCertificateKeyIdentifiers"] = json!([device_key_identifier()]);
    let claiming = u2f([0xaa; 16], trust(json!([model(), own.clone()])));
    assert_eq!(finished(&claiming), Err(Reason::AuthenticatorStatus));
    own["statusReports"] = json!([]);
    let claiming = u2f([0xaa; 16], trust(json!([model(), own])));
    assert_eq!(finished(&claiming), Ok(true), "by its own entry");
}

#[test]
fn a_certificate_under_a_shared_root_says_its_model() {
    let others = "bbbbbbbb-bbbb-bbbb-bbbb-bbbbbbbbbbbb";
    let entries = json!([entry(MODEL, json!([])), entry(others, json!([]))]);
    let trust = Trust::metadata(metadata(entries), StatusRules::new());
    let unsaid = packed([0xaa; 16], trust.clone());
    assert_eq!(finished(&unsaid), Err(Reason::CertificateAaguid));
    let own = trust.with_anchors_for(Aaguid([0xaa; 16]), &[&maker().make()]);
    let own = packed([0xaa; 16], own.expect("it is a certificate"));
    assert_eq!(finished(&own), Ok(true));
}

#[test]
fn a_model_with_a_damaged_entry_is_refused() {
    let entries = json!([{"aaguid": MODEL}]);
    let trust = Trust::metadata(metadata(entries), StatusRules::new())
        .with_other_anchors(&[&maker().make()])
        .expect("it is a certificate");
    assert_eq!(
        finished(&packed([0xaa; 16], trust)),
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
    let undated = |day: &str| json!([{"status": "FIDO_CERTIFIED_L1", "effectiveDate": day}]);
    let l1 = least(CertificationLevel::L1);
    assert_eq!(judged(undated("2025-06-01"), l1.clone()), Ok(true));
    assert_eq!(judged(undated("soon"), l1), low, "nobody knows from when");
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
    let mut registration = packed([0xaa; 16], Trust::metadata(metadata, StatusRules::new()));
    registration.policy = registration.policy.with_lifetime(90 * DAY);
    registration.now = too_late;
    assert_eq!(finished(&registration), Err(Reason::MetadataOverdue));
}
