//! [Android SafetyNet attestation](https://www.w3.org/TR/webauthn-3/#sctn-android-safetynet-attestation).

use base64ct::{Base64, Encoding as _};
use mfakit_core::UnixTime;
use mfakit_webauthn::Scheme;
use serde_cbor::Value;
use serde_json::json;

use super::{Attest, AttestationKey, Attested, Statement};
use crate::base64url;
use crate::key::SigningKey;

/// Format `android-safetynet`: a service signs a JWS.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SafetyNet {
    /// What signs.
    pub by: AttestationKey,
    /// When.
    pub now: UnixTime,
}

/// A SafetyNet statement before it is signed.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SafetyNetDraft {
    /// What signs, in its own way.
    pub key: SigningKey,
    /// `ver`.
    pub version: String,
    /// The header of the JWS, with its `alg` and its `x5c`.
    pub header: serde_json::Value,
    /// What the JWS says.
    pub payload: serde_json::Value,
}

impl SafetyNet {
    /// Attests with the key of the service, at this time.
    #[must_use]
    pub const fn by(key: AttestationKey, now: UnixTime) -> Self {
        Self { by: key, now }
    }

    /// Makes what is to be signed.
    #[must_use]
    pub fn draft(&self, about: &Attested<'_>) -> SafetyNetDraft {
        let certificates = self.by.certificates.iter();
        let certificates: Vec<String> =
            certificates.map(|der| Base64::encode_string(der)).collect();
        SafetyNetDraft {
            key: self.by.key.clone(),
            version: "240913063".into(),
            header: json!({
                "alg": self.by.key.algorithm().as_str(),
                "x5c": certificates,
            }),
            payload: json!({
                "nonce": Base64::encode_string(&about.nonce()),
                "timestampMs": self.now.as_secs().saturating_mul(1_000),
                "apkPackageName": "com.google.android.gms",
                "ctsProfileMatch": true,
                "basicIntegrity": true,
            }),
        }
    }
}

impl SafetyNetDraft {
    /// Signs it.
    #[must_use]
    pub fn sign(&self) -> Statement {
        let [header, payload] = [&self.header, &self.payload]
            .map(|part| base64url::encode(part.to_string().as_bytes()));
        let signed = format!("{header}.{payload}");
        let signature = self.key.sign(signed.as_bytes());
        let signature = match self.key.scheme() {
            Scheme::Ecdsa(curve, _) => {
                side_by_side(&signature, curve.coordinate_bytes()).unwrap_or_default()
            }
            _ => signature,
        };
        let response = format!("{signed}.{}", base64url::encode(&signature));
        Statement::new(
            "android-safetynet",
            [
                ("ver", Value::Text(self.version.clone())),
                ("response", Value::Bytes(response.into_bytes())),
            ],
        )
    }
}

/// A JWS has the two numbers of an ECDSA signature side by side, in their full width (RFC 7518
/// section 3.4).
fn side_by_side(der: &[u8], width: usize) -> Option<Vec<u8>> {
    let (_sequence, mut rest) = der.split_at_checked(if width > 48 { 3 } else { 2 })?;
    let mut both = Vec::new();
    for _ in 0..2 {
        let ([_integer, length], numbers) = rest.split_first_chunk()?;
        let (number, after) = numbers.split_at_checked(usize::from(*length))?;
        rest = after;
        let zeros = number.iter().take_while(|byte| **byte == 0).count();
        let (_, significant) = number.split_at(zeros);
        both.resize(
            both.len()
                .saturating_add(width)
                .checked_sub(significant.len())?,
            0,
        );
        both.extend_from_slice(significant);
    }
    Some(both)
}

impl Attest for SafetyNet {
    fn attest(&self, about: &Attested<'_>) -> Statement {
        self.draft(about).sign()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_numbers_side_by_side() {
        let der = [0x30, 7, 2, 1, 5, 2, 2, 0, 0x80];
        assert_eq!(side_by_side(&der, 2), Some(vec![0, 5, 0, 0x80]));
        assert_eq!(side_by_side(&der[..6], 2), None);
    }
}
