//! A reading of an answer for eyes. Nothing is decided by it.

use base64ct::{Base64UrlUnpadded, Encoding as _};
use serde_json::Value;

/// A name and what it is, in words.
pub(crate) type Fact = (&'static str, String);

pub(super) fn base64url(bytes: &[u8]) -> String {
    Base64UrlUnpadded::encode_string(bytes)
}

/// JSON with line breaks; what is none stays as it is.
pub(super) fn pretty(json: &str) -> String {
    serde_json::from_str::<Value>(json)
        .and_then(|value| serde_json::to_string_pretty(&value))
        .unwrap_or_else(|_| json.to_owned())
}

fn bytes(answer: &Value, member: &str) -> Option<Vec<u8>> {
    let text = answer.get("response")?.get(member)?.as_str()?;
    Base64UrlUnpadded::decode_vec(text).ok()
}

/// The client data of an answer.
pub(super) fn client_data(answer: &str) -> Option<String> {
    let answer = serde_json::from_str(answer).ok()?;
    let text = String::from_utf8(bytes(&answer, "clientDataJSON")?).ok()?;
    Some(pretty(&text))
}

/// The authenticator data of an answer, as far as it can be read. Browsers repeat those of a
/// registration beside the attestation object.
pub(super) fn authenticator_data(answer: &str) -> Vec<Fact> {
    let Ok(answer) = serde_json::from_str(answer) else {
        return Vec::new();
    };
    let data = bytes(&answer, "authenticatorData").unwrap_or_default();
    let mut facts = Vec::new();
    _ = read(&data, &mut facts);
    facts
}

/// Section 6.1 of the specification; `None` where the data ends early.
fn read(data: &[u8], facts: &mut Vec<Fact>) -> Option<()> {
    let (rp_id_hash, rest) = data.split_first_chunk::<32>()?;
    facts.push(("RP ID hash", hex(rp_id_hash)));
    let (flags, rest) = rest.split_first()?;
    facts.push(("Flags", format!("{flags:#010b}: {}", names(*flags))));
    let (counter, rest) = rest.split_first_chunk::<4>()?;
    facts.push((
        "Signature counter",
        u32::from_be_bytes(*counter).to_string(),
    ));
    if flags & 0x40 != 0 {
        let (aaguid, rest) = rest.split_first_chunk::<16>()?;
        facts.push(("AAGUID", mfakit_webauthn::Aaguid(*aaguid).to_string()));
        let (length, rest) = rest.split_first_chunk::<2>()?;
        let id = rest.get(..usize::from(u16::from_be_bytes(*length)))?;
        facts.push(("Credential id", base64url(id)));
    }
    Some(())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn names(flags: u8) -> String {
    const NAMES: [(u8, &str); 6] = [
        (0x01, "user present"),
        (0x04, "user verified"),
        (0x08, "backup eligible"),
        (0x10, "backed up"),
        (0x40, "has a credential"),
        (0x80, "has extensions"),
    ];
    let set: Vec<_> = NAMES
        .iter()
        .filter_map(|(bit, name)| (flags & bit != 0).then_some(*name))
        .collect();
    if set.is_empty() {
        "none".to_owned()
    } else {
        set.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn authenticator_data_is_read_as_far_as_it_goes() {
        let mut data = vec![7; 32];
        data.extend([0b0100_0101, 0, 0, 1, 2]);
        data.extend([9; 16]);
        data.extend([0, 3, 1, 2, 3]);
        let answer = |data: &[u8]| {
            format!(
                r#"{{"response":{{"authenticatorData":"{}"}}}}"#,
                base64url(data)
            )
        };
        let facts = authenticator_data(&answer(&data));
        let names: Vec<_> = facts.iter().map(|(name, _)| *name).collect();
        let all = [
            "RP ID hash",
            "Flags",
            "Signature counter",
            "AAGUID",
            "Credential id",
        ];
        assert_eq!(names, all);
        assert_eq!(
            facts[1].1,
            "0b01000101: user present, user verified, has a credential"
        );
        assert_eq!(facts[2].1, "258");
        assert_eq!(facts[4].1, "AQID");

        assert_eq!(authenticator_data(&answer(&data[..55])).len(), 4);
        assert_eq!(authenticator_data(&answer(&data[..36])).len(), 2);
        assert_eq!(authenticator_data("no JSON"), []);
    }
}
