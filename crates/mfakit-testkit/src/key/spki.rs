//! `SubjectPublicKeyInfo` ([RFC 5280 section 4.1.2.7]) in DER.
//!
//! [RFC 5280 section 4.1.2.7]: https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.7

use mfakit_webauthn::Curve;
#[cfg(feature = "ml-dsa")]
use mfakit_webauthn::Scheme;

use super::Public;

const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const SEQUENCE: u8 = 0x30;

/// OBJECT IDENTIFIERs, whole.
mod oid {
    /// id-ecPublicKey ([RFC 5480](https://www.rfc-editor.org/rfc/rfc5480#section-2.1.1)).
    pub(super) const EC: &[u8] = b"\x06\x07\x2a\x86\x48\xce\x3d\x02\x01";
    pub(super) const P256: &[u8] = b"\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07";
    pub(super) const P384: &[u8] = b"\x06\x05\x2b\x81\x04\x00\x22";
    pub(super) const P521: &[u8] = b"\x06\x05\x2b\x81\x04\x00\x23";
    pub(super) const SECP256K1: &[u8] = b"\x06\x05\x2b\x81\x04\x00\x0a";
    /// rsaEncryption ([RFC 8017](https://www.rfc-editor.org/rfc/rfc8017#appendix-A.1)), with the
    /// NULL that it must have.
    pub(super) const RSA: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00";
    /// [RFC 8410](https://www.rfc-editor.org/rfc/rfc8410#section-3).
    pub(super) const ED25519: &[u8] = b"\x06\x03\x2b\x65\x70";
    #[cfg(feature = "ed448")]
    pub(super) const ED448: &[u8] = b"\x06\x03\x2b\x65\x71";
    /// [RFC 9881](https://www.rfc-editor.org/rfc/rfc9881#section-2).
    #[cfg(feature = "ml-dsa")]
    pub(super) const ML_DSA_44: &[u8] = b"\x06\x09\x60\x86\x48\x01\x65\x03\x04\x03\x11";
    #[cfg(feature = "ml-dsa")]
    pub(super) const ML_DSA_65: &[u8] = b"\x06\x09\x60\x86\x48\x01\x65\x03\x04\x03\x12";
    #[cfg(feature = "ml-dsa")]
    pub(super) const ML_DSA_87: &[u8] = b"\x06\x09\x60\x86\x48\x01\x65\x03\x04\x03\x13";
}

pub(super) fn of(public: &Public) -> Vec<u8> {
    match public {
        Public::Ec { curve, x, y } => {
            let curve = match curve {
                Curve::P256 => oid::P256,
                Curve::P384 => oid::P384,
                Curve::P521 => oid::P521,
                _ => oid::SECP256K1,
            };
            whole(&[oid::EC, curve], &[&[0x04], x, y])
        }
        Public::Ed25519(point) => whole(&[oid::ED25519], &[point]),
        #[cfg(feature = "ed448")]
        Public::Ed448(point) => whole(&[oid::ED448], &[point]),
        #[cfg(feature = "ml-dsa")]
        Public::MlDsa(scheme, key) => {
            let id = match scheme {
                Scheme::MlDsa44 => oid::ML_DSA_44,
                Scheme::MlDsa65 => oid::ML_DSA_65,
                _ => oid::ML_DSA_87,
            };
            whole(&[id], &[key])
        }
        Public::Rsa { n, e } => {
            let key = tlv(SEQUENCE, &[&unsigned(n), &unsigned(e)]);
            whole(&[oid::RSA], &[&key])
        }
    }
}

fn whole(algorithm: &[&[u8]], key: &[&[u8]]) -> Vec<u8> {
    let algorithm = tlv(SEQUENCE, algorithm);
    let key = tlv(BIT_STRING, &[&[0], key.concat().as_slice()]);
    tlv(SEQUENCE, &[&algorithm, &key])
}

/// An INTEGER that is not negative.
fn unsigned(number: &[u8]) -> Vec<u8> {
    match number.first() {
        Some(0x80..) => tlv(INTEGER, &[&[0], number]),
        _ => tlv(INTEGER, &[number]),
    }
}

/// Tag, length, and the value in its parts.
fn tlv(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let value = parts.concat();
    let length = value.len().to_be_bytes();
    let zeros = length.iter().take_while(|byte| **byte == 0).count();
    let (_, length) = length.split_at(zeros);
    let head = match length {
        [] => vec![tag, 0],
        [short @ ..0x80] => vec![tag, *short],
        _ => {
            let count = u8::try_from(length.len()).expect("a length has at most eight bytes");
            [&[tag, 0x80 | count], length].concat()
        }
    };
    [head, value].concat()
}
