//! The printed text of several formats, and of everything in the shared vectors.

use std::path::{Path, PathBuf};

use mfakit_webauthn::provider::RUSTCRYPTO;

use super::*;
use crate::judge;

/// 2026-11-22, the day of the captures.
const NOW: UnixTime = UnixTime::from_secs(1_795_305_600);

fn printed(text: &str, id: Option<&str>) -> anyhow::Result<String> {
    explain(text, id, NOW, RUSTCRYPTO)
}

macro_rules! snapshots {
    ($($test:ident = $file:literal;)*) => { $(
        #[test]
        fn $test() {
            let capture = include_str!(concat!("../../tests/data/", $file, ".json"));
            let want = include_str!(concat!("../../tests/data/", $file, ".txt"));
            let printed = printed(capture, None).unwrap();
            for (line, (printed, want)) in printed.lines().zip(want.lines()).enumerate() {
                assert_eq!(printed, want, "line {}", line + 1);
            }
            assert_eq!(printed, want);
        }
    )* };
}

snapshots! {
    a_packed_attestation_and_a_sign_in = "ext-credprops-hmaccreate-uvm-all";
    a_u2f_attestation = "ext-appidexclude-u2f";
    a_registration_without_attestation_that_is_refused = "backup-be0-bs1";
    an_extension_output = "ext-minpinlength";
    a_sign_in_with_bytes_left_over = "firefox-prf";
}

fn vectors(test: &str) -> Option<PathBuf> {
    let folder = xtask::vectors().map(|vectors| vectors.join("webauthn"));
    if folder.is_none() {
        xtask::skip(test, "the shared vectors are absent");
    }
    folder
}

fn file(folder: &Path, name: &str) -> String {
    std::fs::read_to_string(folder.join(name)).unwrap()
}

fn lines_are_good(text: &str, id: &str) {
    for line in text.lines() {
        assert!(
            line.chars().count() <= 100 || !line.contains("  "),
            "{id}: {line}"
        );
        assert!(!line.chars().any(char::is_control), "{id}: {line}");
        assert_eq!(line.trim_end(), line, "{id}");
    }
}

#[test]
fn every_case_is_explained_with_the_verdict_that_it_gets() {
    let test = "every_case_is_explained_with_the_verdict_that_it_gets";
    let Some(folder) = vectors(test) else {
        return;
    };
    let mut count = 0;
    for name in ["w3c-l3", "py_webauthn", "go_webauthn", "negative-sample"] {
        for line in file(&folder, &format!("{name}.jsonl")).lines() {
            let text = printed(line, None).unwrap();
            let verdict = judge::line(line.as_bytes(), RUSTCRYPTO);
            let id = verdict.id.unwrap_or_default();
            let said = if verdict.verdict == "accept" {
                "accepted"
            } else {
                "REFUSED"
            };
            let lines: Vec<_> = text.lines().take(5).collect();
            assert!(lines[4].ends_with(said), "{id}: {lines:?}");
            lines_are_good(&text, &id);
            count += 1;
        }
    }
    assert_eq!(count, 256);
}

#[test]
fn every_capture_is_explained() {
    let Some(folder) = vectors("every_capture_is_explained") else {
        return;
    };
    let mut pages = 0;
    for entry in std::fs::read_dir(folder.join("browser")).unwrap() {
        let path = entry.unwrap().path();
        if path
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            let name = path.display().to_string();
            match printed(&std::fs::read_to_string(&path).unwrap(), None) {
                Ok(text) => {
                    lines_are_good(&text, &name);
                    pages += text.matches("\nVerdict\n").count();
                }
                Err(error) => {
                    let error = error.to_string();
                    assert!(error.starts_with("nothing to explain"), "{name}: {error}");
                }
            }
        }
    }
    assert!(pages > 150, "{pages} ceremonies");
}

#[test]
fn formats_show_what_is_theirs() {
    let Some(folder) = vectors("formats_show_what_is_theirs") else {
        return;
    };
    let (py, go) = ("py_webauthn.jsonl", "go_webauthn.jsonl");
    let cases = [
        (
            py,
            "py_webauthn/registration_response_tpm/verify-attestation-dell-xps-13",
            [
                "Attestation statement of format tpm",
                "  magic             0xff544347  TPM_GENERATED_VALUE",
                "  AAGUID         08987058-cadc-4b81-b6e1-30de50dcbe96  Windows Hello",
                "  exponent           0x00000000  65537",
                "  public key                     RSA, 4096 bits",
            ],
        ),
        (
            "w3c-l3.jsonl",
            "w3c/android-key.ES256/reg",
            [
                "Attestation statement of format android-key",
                "  alg  -7  ES256",
                "    Android key description      attestation version 300 (software), keymaster version 0 (software),",
                "                                 software enforces nothing, hardware enforces tags 1 702",
                "Trust anchor 1",
            ],
        ),
        (
            py,
            "py_webauthn/registration_response_apple/verify-attestation-apple-passkey",
            [
                "Attestation statement of format apple",
                "  x5c  2 certificates, below",
                "  issuer                         CN=Apple WebAuthn CA 1, O=Apple Inc., ST=California",
                "    basicConstraints (critical)  certificate authority, path length 0",
                "  signed with                    ecdsa-with-SHA384",
            ],
        ),
        (
            go,
            "go_webauthn/attestation-safetynet-1",
            [
                "  verdict   REFUSED",
                "  reason    W075 attestation signature does not verify",
                "  step      WebAuthn Level 3, section 7.1, #reg-ceremony-verify-attestation",
                "  ctsProfileMatch             true",
                "    subjectAltName               host attest.android.com",
            ],
        ),
    ];
    for (name, id, wanted) in cases {
        let text = printed(&file(&folder, name), Some(id)).unwrap();
        for line in wanted {
            assert!(
                text.lines().any(|printed| printed == line),
                "{id}: {line}\n{text}"
            );
        }
    }
}

#[test]
fn what_cannot_be_decoded_is_said_to_be_so() {
    let case = serde_json::json!({
        "id": "\u{1b}[31mred",
        "ceremony": "registration",
        "rp_id": "example.com",
        "origins": ["https://example.com"],
        "challenge": "AAAA",
        "time": "2026-11-22T00:00:00Z",
        "response": {"id": "!", "type": "public-key", "response": {"clientDataJSON": "AA"}},
    });
    let text = printed(&case.to_string(), None).unwrap();
    lines_are_good(&text, "malformed");
    for line in [
        "Registration \\u{1b}[31mred",
        "  verdict   REFUSED",
        "  id     not base64url: !",
        "  rawId  missing",
        "Attestation object",
        "  (unreadable)  missing, not base64url, or not CBOR",
        "  (no JSON object)  \\u{0}",
    ] {
        assert!(
            text.lines().any(|printed| printed == line),
            "{line}\n{text}"
        );
    }
}

#[test]
fn bad_input_is_an_error() {
    let error = |text: &str, id| format!("{:#}", printed(text, id).unwrap_err());
    assert!(error("", None).starts_with("not JSON: "));
    assert_eq!(error("{}", None), "neither a case nor a browser's capture");
    assert_eq!(error("[1]", None), "neither a case nor a browser's capture");
    let line = |id| format!(r#"{{"id":"{id}","ceremony":"registration","response":{{}}}}"#);
    let two = format!("{}\n{}\n", line("a"), line("b"));
    assert_eq!(error(&two, None), "2 cases, name one of\n  a\n  b");
    assert_eq!(error(&two, Some("c")), "no case has the id \"c\"");
    assert!(printed(&two, Some("b")).is_ok());
    let refused = r#"{"rp_id":"a","origin":"b","registration_error":{"name":"AbortError"}}"#;
    let why = "nothing to explain: the browser answered AbortError";
    assert_eq!(error(refused, None), why);
}
