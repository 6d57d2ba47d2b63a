//! [Android `SafetyNet` attestation](https://www.w3.org/TR/webauthn-3/#sctn-android-safetynet-attestation),
//! which Google shut down in 2025: off by default, for registrations that were kept.

use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

use der::{AnyRef, Decode as _, Reader as _, SliceReader, Tag, TagNumber};
use mfakit_core::UnixTime;
use serde::Deserialize;

use super::{AttestationType, SafetyNetRule, Statement, Verified, leaf_and_path};
use crate::algorithm::{Algorithm, Hash};
use crate::base64url;
use crate::certificate::{Certificate, MAX_CHAIN, oid};
use crate::error::Reason;
use crate::json::Object;
use crate::provider::hash;

#[derive(Deserialize)]
struct Header {
    alg: String,
    x5c: Vec<String>,
}

#[derive(Deserialize)]
struct Payload {
    nonce: String,
    #[serde(rename = "timestampMs", default)]
    timestamp_millis: Option<u64>,
    #[serde(rename = "ctsProfileMatch", default)]
    cts_profile_match: bool,
}

pub(super) fn verify(statement: &Statement<'_, '_>) -> Result<Verified, Reason> {
    let SafetyNetRule::On {
        require_cts,
        require_fresh,
    } = statement.trust.rules().safetynet
    else {
        return Err(Reason::FormatOff);
    };
    let version = statement
        .required("ver")?
        .text()
        .map_err(|_| Reason::Statement)?;
    if version.is_empty() {
        return Err(Reason::Statement);
    }
    // "Verify that response is a valid SafetyNet response of version ver"
    let jws = core::str::from_utf8(statement.bytes("response")?).map_err(|_| Reason::SafetyNet)?;
    let (signed, signature) = jws.rsplit_once('.').ok_or(Reason::SafetyNet)?;
    let (header, payload) = signed.split_once('.').ok_or(Reason::SafetyNet)?;
    let header: Header = json(header)?;
    let payload: Payload = json(payload)?;

    // "Verify that the nonce attribute in the payload of response is identical to the Base64
    // encoding of the SHA-256 hash of the concatenation of authenticatorData and clientDataHash."
    let message = [statement.data.bytes, statement.client_data_hash.as_slice()];
    if from_base64(&payload.nonce)? != hash(Hash::Sha256, &message).as_bytes() {
        return Err(Reason::StatementData);
    }

    // "Verify that the SafetyNet response actually came from the SafetyNet service"
    if header.x5c.len() > MAX_CHAIN {
        return Err(Reason::ChainTooLong);
    }
    let x5c: Vec<Vec<u8>> = header
        .x5c
        .iter()
        .map(|text| from_base64(text))
        .collect::<Result<_, _>>()?;
    let x5c: Vec<&[u8]> = x5c.iter().map(Vec::as_slice).collect();
    let (certificate, path) = leaf_and_path(&x5c)?;
    if !is_google(&certificate) {
        return Err(Reason::CertificateRequirements);
    }
    let signature = base64url::decode(signature).map_err(|_| Reason::SafetyNet)?;
    let (algorithm, signature) = match header.alg.as_str() {
        "RS256" => (Algorithm::Rs256, signature),
        "ES256" => (
            Algorithm::Es256,
            ecdsa_der(&signature).ok_or(Reason::StatementSignature)?,
        ),
        _ => return Err(Reason::StatementAlgorithm),
    };
    statement.verify_by_certificate(&certificate, algorithm, &[signed.as_bytes()], &signature)?;

    if require_cts && !payload.cts_profile_match {
        return Err(Reason::SafetyNet);
    }
    if require_fresh && !is_fresh(payload.timestamp_millis, statement.now) {
        return Err(Reason::SafetyNet);
    }
    Ok(Verified {
        kind: AttestationType::Basic,
        path,
        trusted: false,
    })
}

fn json<T: for<'de> Deserialize<'de>>(part: &str) -> Result<T, Reason> {
    let bytes = base64url::decode(part).map_err(|_| Reason::SafetyNet)?;
    serde_json::from_slice(&bytes)
        .map(|Object(value)| value)
        .map_err(|_| Reason::SafetyNet)
}

/// base64 with padding (RFC 4648 section 4).
fn from_base64(text: &str) -> Result<Vec<u8>, Reason> {
    let digits: String = text
        .trim_end_matches('=')
        .chars()
        .map(|digit| match digit {
            '+' => '-',
            '/' => '_',
            other => other,
        })
        .collect();
    base64url::decode(&digits).map_err(|_| Reason::SafetyNet)
}

/// A JWS has r and s side by side ([RFC 7518 section 3.4]); the provider takes DER.
///
/// [RFC 7518 section 3.4]: https://www.rfc-editor.org/rfc/rfc7518#section-3.4
fn ecdsa_der(signature: &[u8]) -> Option<Vec<u8>> {
    if signature.len() != 64 {
        return None;
    }
    let (r, s) = signature.split_at(32);
    let integers = [integer(r)?, integer(s)?].concat();
    let mut der = Vec::from([0x30, u8::try_from(integers.len()).ok()?]);
    der.extend_from_slice(&integers);
    Some(der)
}

/// An INTEGER that is not negative.
fn integer(bytes: &[u8]) -> Option<Vec<u8>> {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    let (_, number) = bytes.split_at(zeros);
    let sign: &[u8] = match number.first() {
        Some(first) if first & 0x80 == 0 => &[],
        _ => &[0],
    };
    let number = [sign, number].concat();
    let mut der = Vec::from([0x02, u8::try_from(number.len()).ok()?]);
    der.extend_from_slice(&number);
    Some(der)
}

/// Not later than now, and not more than a minute before ([SafetyNet's documentation]).
///
/// [SafetyNet's documentation]: https://developer.android.com/privacy-and-security/safetynet/attestation
fn is_fresh(timestamp_millis: Option<u64>, now: UnixTime) -> bool {
    timestamp_millis
        .map(|millis| UnixTime::from_secs(millis / 1000))
        .and_then(|then| now.since(then))
        .is_some_and(|age| age <= Duration::from_secs(60))
}

/// Whether the certificate is for the host name `attest.android.com`.
fn is_google(certificate: &Certificate<'_>) -> bool {
    let dns_name = Tag::ContextSpecific {
        constructed: false,
        number: TagNumber(2),
    };
    let Some(extension) = certificate.extension(oid::SUBJECT_ALT_NAME) else {
        return false;
    };
    let names = AnyRef::from_der(extension.value).map(AnyRef::value);
    let Ok(Ok(mut names)) = names.map(SliceReader::new) else {
        return false;
    };
    while !names.is_finished() {
        match AnyRef::decode(&mut names) {
            Ok(name) if name.header().tag() == dns_name => {
                if name.value() == b"attest.android.com" {
                    return true;
                }
            }
            Ok(_) => {}
            Err(_) => return false,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    #[test]
    fn side_by_side_becomes_der() {
        let mut signature = vec![0; 64];
        signature[31] = 1;
        signature[63] = 0x80;
        let der = [0x30, 7, 2, 1, 1, 2, 2, 0, 0x80];
        assert_eq!(ecdsa_der(&signature).as_deref(), Some(der.as_slice()));
        assert_eq!(ecdsa_der(&[0; 63]), None);
        let zero = [0x30, 6, 2, 1, 0, 2, 1, 0];
        assert_eq!(ecdsa_der(&[0; 64]).as_deref(), Some(zero.as_slice()));
    }

    #[test]
    fn fresh_is_within_the_last_minute() {
        let now = UnixTime::from_secs(1_000);
        let fresh = |millis| is_fresh(Some(millis), now);
        assert!(fresh(1_000_000) && fresh(940_000));
        assert!(!fresh(939_000) && !fresh(1_001_000));
        assert!(!is_fresh(None, now));
    }

    #[test]
    fn base64_with_padding_is_read() {
        assert_eq!(from_base64("+/8="), Ok(vec![0xfb, 0xff]));
        assert_eq!(from_base64("+/9="), Err(Reason::SafetyNet));
    }
}
