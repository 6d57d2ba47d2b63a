//! The attestation statement, and the certificates in it.

use base64ct::{Base64, Base64UrlUnpadded, Encoding as _};
use serde_json::Value;

use super::cbor::Item;
use super::page::{Page, Section, count, hex};
use super::{certificate, names, tpm};

/// Writes the sections about an attestation object's statement.
pub(super) fn explain(page: &mut Page, object: &Item) {
    let format = object.member("fmt").and_then(Item::text);
    let heading = format!(
        "Attestation statement of format {}",
        format.unwrap_or("(none)")
    );
    let Some(statement) = object.member("attStmt") else {
        let mut section = Section::default();
        section.line("attStmt", "missing");
        page.section(&heading, section);
        return;
    };
    if let (Some("compound"), Item::List(list)) = (format, statement) {
        for (position, member) in list.iter().enumerate() {
            let place = position.saturating_add(1);
            let format = member
                .member("fmt")
                .and_then(Item::text)
                .unwrap_or("(none)");
            let heading = format!("Statement {place} of {}, of format {format}", list.len());
            explain_one(page, &heading, member.member("attStmt").unwrap_or(member));
        }
        return;
    }
    explain_one(page, &heading, statement);
}

fn explain_one(page: &mut Page, heading: &str, statement: &Item) {
    let mut section = Section::default();
    match statement {
        Item::Map(members) if members.is_empty() => section.line("(empty)", "nothing is attested"),
        Item::Map(members) => {
            for (key, value) in members {
                let name = key.text().map_or_else(|| key.notation(), str::to_owned);
                section.line(&name, &shown(&name, value));
            }
        }
        other => section.line("attStmt", &other.notation()),
    }
    page.section(heading, section);
    let structure = |name| statement.member(name).and_then(Item::bytes);
    if let Some(bytes) = structure("certInfo") {
        page.section("certInfo", tpm::certified(bytes));
    }
    if let Some(bytes) = structure("pubArea") {
        page.section("pubArea", tpm::public_area(bytes));
    }
    let x5c = match statement.member("x5c") {
        Some(Item::List(list)) => list.iter().filter_map(Item::bytes).map(Vec::from).collect(),
        _ => statement
            .member("response")
            .and_then(Item::bytes)
            .map(|jws| safetynet(page, jws))
            .unwrap_or_default(),
    };
    certificates(page, &x5c);
}

fn certificates(page: &mut Page, x5c: &[Vec<u8>]) {
    for (position, der) in x5c.iter().enumerate() {
        let place = position.saturating_add(1);
        let role = if position == 0 {
            ", the one that attests"
        } else {
            ""
        };
        let heading = format!("Certificate {place} of {}{role}", x5c.len());
        certificate::explain(page, &heading, der);
    }
}

fn shown(name: &str, value: &Item) -> String {
    match (name, value) {
        ("alg", Item::Integer(number)) => {
            let name = names::algorithm(*number).unwrap_or("unknown");
            format!("{number}  {name}")
        }
        ("x5c", Item::List(list)) => count(list.len(), "certificate, below", "certificates, below"),
        (_, Item::Bytes(bytes)) => hex(bytes),
        (_, Item::Text(text)) => text.clone(),
        (_, other) => other.notation(),
    }
}

/// Writes the payload of a SafetyNet response, and returns its certificates.
fn safetynet(page: &mut Page, jws: &[u8]) -> Vec<Vec<u8>> {
    let parts: Vec<Option<Value>> = jws
        .split(|byte| *byte == b'.')
        .take(2)
        .map(|part| {
            let text = std::str::from_utf8(part).ok()?;
            serde_json::from_slice(&Base64UrlUnpadded::decode_vec(text).ok()?).ok()
        })
        .collect();
    let [Some(header), Some(payload)] = parts.as_slice() else {
        return Vec::new();
    };
    let mut section = Section::default();
    section.line("alg", &header.get("alg").map_or_else(String::new, plain));
    for (name, value) in payload.as_object().into_iter().flatten() {
        section.line(name, &plain(value));
    }
    page.section("SafetyNet response", section);
    header
        .get("x5c")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|text| Base64::decode_vec(text.as_str()?).ok())
        .collect()
}

/// A JSON value, text without quotes.
pub(super) fn plain(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}
