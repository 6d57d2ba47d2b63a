//! The shared ceremonies, judged by the program as it is run.

#![allow(clippy::expect_used, clippy::panic, reason = "tests")]

use std::collections::BTreeMap;
use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::Value;

/// Fields that a relying party does not have.
const NOT_OURS: [&str; 14] = [
    "expect",
    "reject_class",
    "rejects_with",
    "also_ok",
    "tier",
    "why",
    "source",
    "commit",
    "file",
    "spec",
    "attestation",
    "alg",
    "keys",
    "derived",
];

fn run(provider: &str, lines: &[String]) -> BTreeMap<String, Value> {
    let mut child = Command::new(env!("CARGO_BIN_EXE_webauthn-verify"))
        .args(["--provider", provider])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut input = child.stdin.take().expect("stdin is piped");
    let text = lines.join("\n");
    let writer = std::thread::spawn(move || input.write_all(text.as_bytes()));
    let output = child.wait_with_output().expect("the program ends");
    writer
        .join()
        .expect("the writer ends")
        .expect("the program reads its input");
    assert!(output.status.success());
    let output = String::from_utf8(output.stdout).expect("output is UTF-8");
    let verdicts: Vec<Value> = output
        .lines()
        .map(|line| serde_json::from_str(line).expect("a verdict is JSON"))
        .collect();
    assert_eq!(verdicts.len(), lines.len(), "one verdict a line");
    let id = |value: &Value| value.get("id").and_then(Value::as_str).map(String::from);
    for (line, verdict) in lines.iter().zip(&verdicts) {
        let case: Value = serde_json::from_str(line).expect("a case is JSON");
        assert_eq!(id(&case), id(verdict), "verdicts are in order");
    }
    verdicts
        .into_iter()
        .map(|verdict| (id(&verdict).expect("a verdict has an id"), verdict))
        .collect()
}

fn text<'a>(value: &'a Value, field: &str) -> Option<&'a str> {
    value.get(field).and_then(Value::as_str)
}

/// The categories by which a refusal of a class may be made: every source has words of its own.
fn categories(class: &str) -> &[&str] {
    match class {
        "alg_not_allowed" => &["algorithm_not_allowed"],
        "attestation_extension" => &["attestation_certificate_invalid", "attestation_malformed"],
        "attestation_format" => &["unknown_attestation_format"],
        "attestation_untrusted" => &["attestation_policy"],
        "bad_attestation_signature" => &["attestation_signature_invalid"],
        "bad_signature" => &["signature_invalid"],
        "cross_origin" => &["cross_origin_not_allowed", "top_origin_mismatch"],
        "malformed_cbor" => &["malformed_attestation_object"],
        "malformed_cose_key" => &["malformed_public_key"],
        // Of ids that are missing, not base64url, or not the same.
        "malformed_id" => &[
            "credential_id_mismatch",
            "malformed_base64url",
            "malformed_json",
        ],
        "rp_id_mismatch" => &["rp_id_hash_mismatch"],
        "token_binding" => &["malformed_client_data"],
        "uv_missing" => &["user_not_verified"],
        // This one's own words.
        "attestation_malformed" => &["attestation_malformed"],
        "challenge_mismatch" => &["challenge_mismatch"],
        "malformed_client_data" => &["malformed_client_data"],
        other => panic!("no categories for {other}"),
    }
}

/// Whether a refusal is for the reason that the case gives.
fn reason_fits(case: &Value, kind: &str, own_words: bool) -> bool {
    let class = text(case, "reject_class").expect("a refusal has a class");
    if !own_words {
        return categories(class).contains(&kind);
    }
    let also = case.get("also_ok").and_then(Value::as_array);
    let also = also.into_iter().flatten();
    class == kind || also.into_iter().any(|other| other.as_str() == Some(kind))
}

/// What is wrong with a verdict, if anything.
fn mistake(case: &Value, verdict: &Value, own_words: bool) -> Option<String> {
    // Ceremonies that the sources themselves leave open.
    if matches!(text(case, "tier"), Some("either" | "optional")) {
        return None;
    }
    let expect = text(case, "expect");
    let got = text(verdict, "verdict");
    let attestation = case
        .get("attestation")
        .and_then(|attestation| text(attestation, "expected_type"));
    let good = got == expect
        && match expect {
            Some("reject") => {
                text(verdict, "kind").is_some_and(|kind| reason_fits(case, kind, own_words))
            }
            _ => attestation.is_none() || attestation == text(verdict, "attestation"),
        };
    (!good).then(|| format!("{:?}: {verdict}", text(case, "id")))
}

fn judge(name: &str, file: &str, count: usize, own_words: bool) {
    let Some(vectors) = xtask::vectors() else {
        xtask::skip(name, "the shared vectors are absent");
        return;
    };
    let path = vectors.join("webauthn").join(file);
    let lines: Vec<String> = std::fs::read_to_string(&path)
        .expect("the vectors are readable")
        .lines()
        .map(String::from)
        .collect();
    assert_eq!(lines.len(), count, "cases of {file}");
    let cases: Vec<Value> = lines
        .iter()
        .map(|line| serde_json::from_str(line).expect("a case is JSON"))
        .collect();
    let verdicts = run("rustcrypto", &lines);
    let mistakes: Vec<String> = cases
        .iter()
        .filter_map(|case| mistake(case, verdicts.get(text(case, "id")?)?, own_words))
        .collect();
    assert!(mistakes.is_empty(), "{mistakes:#?}");

    // In another order, without what a relying party does not have, and with another provider,
    // nothing changes.
    let stripped: Vec<String> = cases
        .into_iter()
        .rev()
        .map(|mut case| {
            let fields = case.as_object_mut().expect("a case is an object");
            for field in NOT_OURS {
                fields.remove(field);
            }
            case.to_string()
        })
        .collect();
    for provider in ["rustcrypto", "aws-lc-rs"] {
        assert_eq!(run(provider, &stripped), verdicts, "{provider}");
    }
}

#[test]
fn w3c_level_3() {
    judge("w3c_level_3", "w3c-l3.jsonl", 32, false);
}

#[test]
fn py_webauthn() {
    judge("py_webauthn", "py_webauthn.jsonl", 29, false);
}

#[test]
fn go_webauthn() {
    judge("go_webauthn", "go_webauthn.jsonl", 43, false);
}

#[test]
fn negative_sample() {
    judge("negative_sample", "negative-sample.jsonl", 152, true);
}

#[test]
fn a_line_that_is_no_case_gets_a_verdict_too() {
    let lines = [r#"{"id":"a"}"#, r#"{"id":"b","ceremony":1}"#].map(String::from);
    let verdicts = run("rustcrypto", &lines);
    for verdict in verdicts.values() {
        assert_eq!(text(verdict, "verdict"), Some("reject"));
        assert_eq!(text(verdict, "kind"), Some("malformed"));
    }
}
