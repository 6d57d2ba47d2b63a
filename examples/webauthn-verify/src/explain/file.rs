//! What a file may hold: a case of the format, several of them on lines, or a browser's capture.

use anyhow::{Context as _, bail};
use base64ct::{Base64UrlUnpadded, Encoding as _};
use mfakit_core::UnixTime;
use serde_json::{Map, Value, json};

use super::response;
use crate::time;

/// Returns the cases of a file, in the format that is judged.
pub(super) fn cases(text: &str, id: Option<&str>, now: UnixTime) -> anyhow::Result<Vec<Value>> {
    let found = match serde_json::from_str::<Value>(text) {
        Ok(value) if is_case(&value) => vec![value],
        Ok(value) if is_capture(&value) => of_capture(&value, now)?,
        Ok(_) => bail!("neither a case nor a browser's capture"),
        Err(error) => of_lines(text).ok_or(error).context("not JSON")?,
    };
    let Some(id) = id else {
        return only(found);
    };
    let named: Vec<_> = found
        .into_iter()
        .filter(|case| response::text(case, "/id") == Some(id))
        .collect();
    if named.is_empty() {
        bail!("no case has the id {id:?}");
    }
    Ok(named)
}

/// All ceremonies of a capture belong together, many cases on lines do not.
fn only(cases: Vec<Value>) -> anyhow::Result<Vec<Value>> {
    let is_capture = cases.iter().all(|case| case.get("capture").is_some());
    if cases.len() > 1 && !is_capture {
        let ids: Vec<_> = cases
            .iter()
            .filter_map(|case| response::text(case, "/id"))
            .collect();
        bail!("{} cases, name one of\n  {}", cases.len(), ids.join("\n  "));
    }
    Ok(cases)
}

fn is_case(value: &Value) -> bool {
    value.get("ceremony").is_some() && value.get("response").is_some()
}

fn is_capture(value: &Value) -> bool {
    let has = |name| value.get(name).is_some();
    has("rp_id")
        && has("origin")
        && (has("registration") || has("registration_error") || has("authentications"))
}

/// One case a line, and nothing else.
fn of_lines(text: &str) -> Option<Vec<Value>> {
    let cases: Vec<Value> = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| serde_json::from_str(line).ok().filter(is_case))
        .collect::<Option<_>>()?;
    (!cases.is_empty()).then_some(cases)
}

fn of_capture(capture: &Value, now: UnixTime) -> anyhow::Result<Vec<Value>> {
    let name = response::text(capture, "/name").unwrap_or("capture");
    let mut cases = Vec::new();
    let mut credential = credential_of_key(capture);
    if let Some(registration) = present(capture, "/registration") {
        let challenge = response::text(capture, "/challenge").context("no challenge")?;
        let mut case = base(capture, name, challenge, now);
        case.insert("ceremony".into(), "registration".into());
        case.insert("response".into(), registration.clone());
        insert_some(
            &mut case,
            "user_verification",
            capture.pointer("/creation_options/authenticatorSelection/userVerification"),
        );
        cases.push(Value::Object(case));
        credential = credential_of_registration(registration);
    }
    let sign_ins = capture.get("authentications").and_then(Value::as_array);
    for sign_in in sign_ins.into_iter().flatten() {
        let Some(response) = present(sign_in, "/credential") else {
            continue;
        };
        let label = response::text(sign_in, "/label").unwrap_or("sign-in");
        let challenge = response::text(sign_in, "/challenge").context("no challenge")?;
        let mut case = base(capture, &format!("{name}: {label}"), challenge, now);
        case.insert("ceremony".into(), "authentication".into());
        case.insert("response".into(), response.clone());
        insert_some(
            &mut case,
            "user_verification",
            sign_in.pointer("/request_options/userVerification"),
        );
        insert_some(&mut case, "credential", credential.as_ref());
        cases.push(Value::Object(case));
        count(&mut credential, response);
    }
    if cases.is_empty() {
        let error = response::text(capture, "/registration_error/name").unwrap_or("no ceremony");
        bail!("nothing to explain: the browser answered {error}");
    }
    Ok(cases)
}

fn present<'a>(value: &'a Value, pointer: &str) -> Option<&'a Value> {
    value.pointer(pointer).filter(|found| !found.is_null())
}

fn insert_some(case: &mut Map<String, Value>, name: &str, value: Option<&Value>) {
    if let Some(value) = value {
        case.insert(name.into(), value.clone());
    }
}

/// What all ceremonies of a capture share.
fn base(capture: &Value, id: &str, challenge: &str, now: UnixTime) -> Map<String, Value> {
    let origins: Vec<_> = ["origin", "frame_origin", "iframe_origin", "ceremony_origin"]
        .iter()
        .filter_map(|name| capture.get(*name))
        .collect();
    let mut policy = Map::new();
    if let Some(cross_origin) = capture.get("cross_origin") {
        policy.insert("allow_cross_origin".into(), cross_origin.clone());
    }
    if let Some(app_id) = capture.get("app_id") {
        policy.insert("appid".into(), app_id.clone());
    }
    let case = json!({
        "capture": capture.get("browser"),
        "id": id,
        "rp_id": capture.get("rp_id"),
        "origins": origins,
        "challenge": challenge,
        "time": time::format(now),
        "policy": policy,
    });
    match case {
        Value::Object(case) => case,
        _ => Map::new(),
    }
}

/// The record that the registration leads to.
fn credential_of_registration(registration: &Value) -> Option<Value> {
    let data = response::read_authenticator_data(registration)?;
    let attested = data.attested.as_ref()?;
    Some(json!({
        "id": response::text(registration, "/id")?,
        "public_key_cose": Base64UrlUnpadded::encode_string(attested.public_key.as_deref()?),
        "sign_count": data.sign_count,
        "backup_eligible": data.flags & 0x08 != 0,
    }))
}

/// The record of a capture that names the public key (a U2F credential from before WebAuthn).
fn credential_of_key(capture: &Value) -> Option<Value> {
    /// What stands before the coordinates in the `SubjectPublicKeyInfo` of a point on P-256.
    const P256_PREFIX: usize = 27;
    let id = response::text(
        capture,
        "/authentications/0/request_options/allowCredentials/0/id",
    )?;
    let spki = response::bytes(response::text(capture, "/public_key_spki")?)?;
    let (_, coordinates) = spki.split_at_checked(P256_PREFIX)?;
    let (x, y) = coordinates.split_at_checked(32)?;
    let head = [0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32];
    let cose = [head.as_slice(), x, &[0x22, 0x58, 32], y].concat();
    Some(json!({"id": id, "public_key_cose": Base64UrlUnpadded::encode_string(&cose)}))
}

/// A counter that grew is the one to compare with from then on.
fn count(credential: &mut Option<Value>, response: &Value) {
    let sent = response::read_authenticator_data(response).map(|data| data.sign_count);
    let stored = credential
        .as_mut()
        .and_then(|credential| credential.get_mut("sign_count"));
    if let (Some(sent), Some(stored)) = (sent, stored)
        && stored.as_u64().is_some_and(|number| number < sent.into())
    {
        *stored = sent.into();
    }
}
