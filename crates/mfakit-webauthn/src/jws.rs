//! JSON Web Signatures in their compact form ([RFC 7515]), whose header brings the certificates.
//!
//! [RFC 7515]: https://www.rfc-editor.org/rfc/rfc7515

use alloc::string::String;
use alloc::vec::Vec;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::algorithm::{Algorithm, Curve, Scheme};
use crate::base64url;
use crate::json::Object;

/// A signature that was read and not verified.
pub(crate) struct Jws<'a> {
    /// The name of the algorithm ([RFC 7518 section 3.1]).
    ///
    /// [RFC 7518 section 3.1]: https://www.rfc-editor.org/rfc/rfc7518#section-3.1
    pub(crate) algorithm: String,
    /// The certificates in DER, the signer's first.
    pub(crate) certificates: Vec<Vec<u8>>,
    pub(crate) payload: Vec<u8>,
    /// What was signed: header and payload, as they were sent.
    pub(crate) signed: &'a str,
    pub(crate) signature: Vec<u8>,
}

/// It is not of the compact form, or its header does not have the members it must have.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Malformed;

#[derive(Deserialize)]
struct Header<'a> {
    alg: String,
    x5c: Vec<String>,
    #[serde(borrow, default)]
    crit: Option<&'a RawValue>,
}

impl<'a> Jws<'a> {
    pub(crate) fn parse(text: &'a str) -> Result<Self, Malformed> {
        let (signed, signature) = text.rsplit_once('.').ok_or(Malformed)?;
        let (header, payload) = signed.split_once('.').ok_or(Malformed)?;
        let header = decode(header)?;
        let Object(header) =
            serde_json::from_slice::<Object<Header<'_>>>(&header).map_err(|_| Malformed)?;
        // RFC 7515 section 4.1.11: what is critical and not understood refuses the whole.
        if header.crit.is_some() {
            return Err(Malformed);
        }
        Ok(Self {
            certificates: header
                .x5c
                .iter()
                .map(|text| from_base64(text))
                .collect::<Result<_, _>>()?,
            algorithm: header.alg,
            payload: decode(payload)?,
            signed,
            signature: decode(signature)?,
        })
    }

    /// The algorithm of the table, and the signature as its verifier takes it; `None` if there is
    /// no such algorithm, or the signature cannot be one of it.
    pub(crate) fn algorithm_and_signature(&self) -> Option<(Algorithm, Vec<u8>)> {
        let algorithm = match self.algorithm.as_str() {
            "ES256" => Algorithm::Es256,
            "ES384" => Algorithm::Es384,
            "ES512" => Algorithm::Es512,
            "RS256" => Algorithm::Rs256,
            "RS384" => Algorithm::Rs384,
            "RS512" => Algorithm::Rs512,
            "PS256" => Algorithm::Ps256,
            "PS384" => Algorithm::Ps384,
            "PS512" => Algorithm::Ps512,
            "EdDSA" | "Ed25519" => Algorithm::EdDsa,
            _ => return None,
        };
        let signature = match algorithm.scheme() {
            Scheme::Ecdsa(curve, _) => ecdsa_der(curve, &self.signature)?,
            _ => self.signature.clone(),
        };
        Some((algorithm, signature))
    }
}

fn decode(part: &str) -> Result<Vec<u8>, Malformed> {
    base64url::decode(part).map_err(|_| Malformed)
}

/// base64 with padding (RFC 4648 section 4).
pub(crate) fn from_base64(text: &str) -> Result<Vec<u8>, Malformed> {
    let digits: String = text
        .trim_end_matches('=')
        .chars()
        .map(|digit| match digit {
            '+' => '-',
            '/' => '_',
            // Of the other alphabet, which this text does not have.
            '-' | '_' => ' ',
            other => other,
        })
        .collect();
    decode(&digits)
}

/// A JWS has r and s side by side ([RFC 7518 section 3.4]); the provider takes DER.
///
/// [RFC 7518 section 3.4]: https://www.rfc-editor.org/rfc/rfc7518#section-3.4
fn ecdsa_der(curve: Curve, signature: &[u8]) -> Option<Vec<u8>> {
    let (r, s) = signature.split_at_checked(curve.coordinate_bytes())?;
    if r.len() != s.len() {
        return None;
    }
    let integers = [integer(r)?, integer(s)?].concat();
    let mut der = Vec::from([0x30]);
    // P-521 needs the longer form: two integers of up to 69 bytes.
    match u8::try_from(integers.len()).ok()? {
        short @ 0..128 => der.push(short),
        long => der.extend([0x81, long]),
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    #[test]
    fn side_by_side_becomes_der() {
        let p256 = |signature: &[u8]| ecdsa_der(Curve::P256, signature);
        let mut signature = vec![0; 64];
        signature[31] = 1;
        signature[63] = 0x80;
        let der = [0x30, 7, 2, 1, 1, 2, 2, 0, 0x80];
        assert_eq!(p256(&signature).as_deref(), Some(der.as_slice()));
        assert_eq!(p256(&[0; 63]), None);
        assert_eq!(p256(&[0; 65]), None);
        assert_eq!(p256(&[0; 31]), None);
        let zero = [0x30, 6, 2, 1, 0, 2, 1, 0];
        assert_eq!(p256(&[0; 64]).as_deref(), Some(zero.as_slice()));
    }

    #[test]
    fn long_signatures_have_long_lengths() {
        let der = ecdsa_der(Curve::P521, &[1; 132]).unwrap();
        assert_eq!(der[..5], [0x30, 0x81, 136, 2, 66]);
        assert_eq!(der.len(), 3 + 136);
    }

    #[test]
    fn base64_with_padding_is_read() {
        assert_eq!(from_base64("+/8="), Ok(vec![0xfb, 0xff]));
        assert_eq!(from_base64("+/9="), Err(Malformed));
        assert_eq!(from_base64("-_8="), Err(Malformed));
    }

    #[test]
    fn the_compact_form_is_three_parts() {
        let header = base64url::encode(br#"{"alg":"ES256","x5c":["AQID"],"typ":"JWT"}"#);
        let text = alloc::format!("{header}.e30.AQ");
        let jws = Jws::parse(&text).ok().unwrap();
        assert_eq!(jws.certificates, [vec![1, 2, 3]]);
        assert_eq!(jws.payload, b"{}");
        assert_eq!(jws.signed.len(), text.len() - 3);
        assert_eq!(
            jws.algorithm_and_signature(),
            None,
            "one byte is no signature"
        );
        let critical = base64url::encode(br#"{"alg":"ES256","x5c":[],"crit":["b64"]}"#);
        for text in [
            "".into(),
            "e30.e30".into(),
            alloc::format!("{critical}.e30.AQ"),
            alloc::format!("{header}.e30.A"),
            alloc::format!("{header}.e30.e30.AQ"),
        ] {
            assert_eq!(Jws::parse(&text).err(), Some(Malformed), "{text}");
        }
    }
}
