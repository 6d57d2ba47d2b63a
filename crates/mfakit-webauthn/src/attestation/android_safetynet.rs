//! [Android `SafetyNet` attestation](https://www.w3.org/TR/webauthn-3/#sctn-android-safetynet-attestation),
//! which Google shut down in 2025: off by default, for registrations that were kept.

use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

use mfakit_core::UnixTime;
use serde::Deserialize;

use super::{AttestationType, SafetyNetRule, Statement, Verified, leaf_and_path};
use crate::algorithm::Hash;
use crate::certificate::MAX_CHAIN;
use crate::error::Reason;
use crate::json::Object;
use crate::jws::{Jws, from_base64};
use crate::provider::hash;

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
    let jws = Jws::parse(jws).map_err(|_| Reason::SafetyNet)?;
    let Object(payload) =
        serde_json::from_slice::<Object<Payload>>(&jws.payload).map_err(|_| Reason::SafetyNet)?;

    // "Verify that the nonce attribute in the payload of response is identical to the Base64
    // encoding of the SHA-256 hash of the concatenation of authenticatorData and clientDataHash."
    let message = [statement.data.bytes, statement.client_data_hash.as_slice()];
    let nonce = from_base64(&payload.nonce).map_err(|_| Reason::SafetyNet)?;
    if nonce != hash(Hash::Sha256, &message).as_bytes() {
        return Err(Reason::StatementData);
    }

    // "Verify that the SafetyNet response actually came from the SafetyNet service"
    if jws.certificates.len() > MAX_CHAIN {
        return Err(Reason::ChainTooLong);
    }
    let x5c: Vec<&[u8]> = jws.certificates.iter().map(Vec::as_slice).collect();
    let (certificate, path) = leaf_and_path(&x5c)?;
    if !certificate.is_for_host("attest.android.com") {
        return Err(Reason::CertificateRequirements);
    }
    if !["RS256", "ES256"].contains(&jws.algorithm.as_str()) {
        return Err(Reason::StatementAlgorithm);
    }
    let (algorithm, signature) = jws
        .algorithm_and_signature()
        .ok_or(Reason::StatementSignature)?;
    statement.verify_by_certificate(
        &certificate,
        algorithm,
        &[jws.signed.as_bytes()],
        &signature,
    )?;

    if require_cts && !payload.cts_profile_match {
        return Err(Reason::SafetyNet);
    }
    if require_fresh && !is_fresh(payload.timestamp_millis, statement.now) {
        return Err(Reason::SafetyNet);
    }
    Ok(Verified::new(AttestationType::Basic, path, statement))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fresh_is_within_the_last_minute() {
        let now = UnixTime::from_secs(1_000);
        let fresh = |millis| is_fresh(Some(millis), now);
        assert!(fresh(1_000_000) && fresh(940_000));
        assert!(!fresh(939_000) && !fresh(1_001_000));
        assert!(!is_fresh(None, now));
    }
}
