//! A whole ceremony: what was expected, what came, and the verdict.

use base64ct::{Base64, Encoding as _};
use mfakit_webauthn::Reason;
use mfakit_webauthn::provider::CryptoProvider;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::page::{Page, Section, count, hex};
use super::statement::{self, plain};
use super::{authenticator_data, cbor, certificate, response};
use crate::judge;

/// Returns the page about a case.
pub(super) fn page(case: &Value, provider: CryptoProvider) -> String {
    let mut page = Page::default();
    let is_registration = response::text(case, "/ceremony") == Some("registration");
    let ceremony = if is_registration {
        "Registration"
    } else {
        "Sign-in"
    };
    let id = response::text(case, "/id").map_or_else(String::new, |id| format!(" {id}"));
    page.title(&format!("{ceremony}{id}"));
    verdict(&mut page, case, provider, is_registration);
    expected(&mut page, case);
    let answer = case.get("response").unwrap_or(&Value::Null);
    outer(&mut page, answer);
    client_data(&mut page, answer, response::text(case, "/challenge"));
    client_extensions(&mut page, answer);
    match response::authenticator_data(answer) {
        Some(bytes) => data(&mut page, case, &bytes),
        None => unreadable(&mut page, "Authenticator data"),
    }
    if is_registration {
        match response::attestation_object(answer) {
            Some(object) => statement::explain(&mut page, &object),
            None => unreadable(&mut page, "Attestation object"),
        }
        anchors(&mut page, case);
    } else {
        sign_in(&mut page, case, answer);
    }
    page.into_text()
}

fn unreadable(page: &mut Page, heading: &str) {
    let mut section = Section::default();
    section.line("(unreadable)", "missing, not base64url, or not CBOR");
    page.section(heading, section);
}

/// First, because it is what most readers want to know.
fn verdict(page: &mut Page, case: &Value, provider: CryptoProvider, is_registration: bool) {
    let verdict = judge::line(case.to_string().as_bytes(), provider);
    let mut section = Section::default();
    if verdict.verdict == "accept" {
        section.line("verdict", "accepted");
        section.optional("attestation", verdict.attestation.map(attestation));
    } else {
        let unsupported = verdict.verdict == "unsupported";
        section.line(
            "verdict",
            if unsupported {
                "NOT SUPPORTED"
            } else {
                "REFUSED"
            },
        );
        section.optional("category", verdict.kind);
        let reason = Reason::ALL
            .iter()
            .find(|reason| Some(reason.code()) == verdict.code);
        if let Some(reason) = reason {
            section.line("reason", &format!("{} {reason}", reason.code()));
            let chapter = if is_registration { "7.1" } else { "7.2" };
            let step = verdict.step.unwrap_or_default();
            // Some steps have an id, others are named by their opening words.
            let step = if step.contains(' ') {
                format!("WebAuthn Level 3, section {chapter}: \"{step} ...\"")
            } else {
                format!("WebAuthn Level 3, section {chapter}, #{step}")
            };
            section.line("step", &step);
        } else {
            section.optional("reason", verdict.step);
        }
    }
    page.section("Verdict", section);
}

fn attestation(kind: &str) -> &str {
    match kind {
        "none" => "none: nothing is proven about the authenticator",
        "self" => "self: signed with the credential's own key",
        "basic" => "basic: signed with a key that the model's authenticators share",
        "attca" => "attca: an attestation CA certified the authenticator's key",
        "anonca" => "anonca: an anonymization CA certified the credential",
        other => other,
    }
}

fn expected(page: &mut Page, case: &Value) {
    let mut section = Section::default();
    let text = |pointer| response::text(case, pointer);
    section.optional("RP ID", text("/rp_id"));
    for origin in case
        .get("origins")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        section.line("origin", &plain(origin));
    }
    section.optional("challenge", text("/challenge"));
    section.line(
        "user verification",
        text("/user_verification").unwrap_or("preferred (not said)"),
    );
    section.optional("judged at", text("/time"));
    let trust = match case.get("trust_anchors").and_then(Value::as_array) {
        None => "any: chains are not judged".to_owned(),
        Some(anchors) if anchors.is_empty() => "none: no attestation is trusted".to_owned(),
        Some(anchors) => count(anchors.len(), "certificate, below", "certificates, below"),
    };
    section.line("trust anchors", &trust);
    for (name, value) in case
        .get("policy")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
    {
        section.line(name, &plain(value));
    }
    page.section("Expected", section);
}

fn outer(page: &mut Page, answer: &Value) {
    let mut section = Section::default();
    let bytes = |section: &mut Section, name: &str, text: Option<&str>| match text {
        Some(text) => match response::bytes(text) {
            Some(bytes) => section.line(name, &hex(&bytes)),
            None => section.line(name, &format!("not base64url: {text}")),
        },
        None => section.line(name, "missing"),
    };
    bytes(&mut section, "id", response::text(answer, "/id"));
    if answer.get("rawId") == answer.get("id") {
        section.line("rawId", "the same");
    } else {
        bytes(&mut section, "rawId", response::text(answer, "/rawId"));
    }
    for name in ["type", "authenticatorAttachment"] {
        section.optional(name, answer.get(name).map(plain).as_deref());
    }
    if let Some(transports) = answer
        .pointer("/response/transports")
        .and_then(Value::as_array)
    {
        let transports: Vec<_> = transports.iter().map(plain).collect();
        section.line("transports", &transports.join(", "));
    }
    page.section("Response", section);
}

fn client_data(page: &mut Page, answer: &Value, challenge: Option<&str>) {
    let Some(bytes) = response::client_data(answer) else {
        unreadable(page, "Client data");
        return;
    };
    let mut section = Section::default();
    match serde_json::from_slice::<Value>(&bytes) {
        Ok(Value::Object(members)) => {
            for (name, value) in &members {
                section.line(name, &plain(value));
                if name == "challenge" {
                    let is_expected = value.as_str() == challenge;
                    section.line(
                        "",
                        if is_expected {
                            "as expected"
                        } else {
                            "NOT as expected"
                        },
                    );
                }
            }
        }
        _ => section.line("(no JSON object)", &String::from_utf8_lossy(&bytes)),
    }
    section.line("SHA-256", &hex(&Sha256::digest(&bytes)));
    page.section(&format!("Client data ({} bytes)", bytes.len()), section);
}

fn client_extensions(page: &mut Page, answer: &Value) {
    let outputs = answer
        .get("clientExtensionResults")
        .and_then(Value::as_object);
    let mut section = Section::default();
    for (name, value) in outputs.into_iter().flatten() {
        // The results of `prf` are the user's secrets.
        if name == "prf" && value.get("results").is_some() {
            section.line(name, "results, which a server should never see; not shown");
        } else {
            section.line(name, &plain(value));
        }
    }
    if !section.is_empty() {
        page.section("Client extension outputs (nobody signed them)", section);
    }
}

fn data(page: &mut Page, case: &Value, bytes: &[u8]) {
    let Some(data) = authenticator_data::AuthenticatorData::read(bytes) else {
        let mut section = Section::default();
        section.line("(too short)", &hex(bytes));
        page.section("Authenticator data", section);
        return;
    };
    let known = |hash: &[u8]| {
        ["/rp_id", "/policy/appid"]
            .iter()
            .filter_map(|pointer| response::text(case, pointer))
            .find(|text| Sha256::digest(text.as_bytes()).as_slice() == hash)
            .map(|text| format!("SHA-256 of {text}"))
    };
    data.explain(page, known);
}

fn anchors(page: &mut Page, case: &Value) {
    let anchors = case.get("trust_anchors").and_then(Value::as_array);
    for (position, anchor) in anchors.into_iter().flatten().enumerate() {
        let der = anchor
            .as_str()
            .and_then(|text| Base64::decode_vec(text).ok());
        let heading = format!("Trust anchor {}", position.saturating_add(1));
        certificate::explain(page, &heading, &der.unwrap_or_default());
    }
}

fn sign_in(page: &mut Page, case: &Value, answer: &Value) {
    let mut section = Section::default();
    match response::signature(answer) {
        Some(signature) => section.line("signature", &hex(&signature)),
        None => section.line("signature", "missing, or not base64url"),
    }
    let handle = response::text(answer, "/response/userHandle").and_then(response::bytes);
    section.line(
        "user handle",
        &handle.map_or_else(|| "none".to_owned(), |handle| hex(&handle)),
    );
    page.section("Assertion", section);

    let mut section = Section::default();
    let Some(record) = case.get("credential").filter(|record| !record.is_null()) else {
        section.line("(none)", "without a record, nobody can sign in");
        page.section("Record of the credential", section);
        return;
    };
    let bytes = |pointer| response::text(record, pointer).and_then(response::bytes);
    section.optional("id", bytes("/id").map(|id| hex(&id)).as_deref());
    for name in ["sign_count", "backup_eligible"] {
        section.optional(
            &name.replace('_', " "),
            record.get(name).map(plain).as_deref(),
        );
    }
    section.optional("user id", bytes("/user_id").map(|id| hex(&id)).as_deref());
    match bytes("/public_key_cose").as_deref().and_then(cbor::read) {
        Some(key) => authenticator_data::explain_cose(&key, &mut section),
        None => section.line("public key", "missing, or no CBOR"),
    }
    page.section("Record of the credential", section);
}
