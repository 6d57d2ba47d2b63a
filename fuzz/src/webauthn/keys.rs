//! COSE keys.

use mfakit_testkit::Cbor;
use mfakit_webauthn::provider::{KeyMaterial, RUSTCRYPTO};
use mfakit_webauthn::{PublicKey, Scheme};

use super::{canonical, cbor_map};

/// A key that is read has the members that `serde_cbor` reads, all of them and no others; and no
/// key, however weak, verifies what nobody signed.
pub fn cose_key(data: &[u8]) {
    let Ok(key) = PublicKey::from_cose(data) else {
        return;
    };
    assert_eq!(key.as_cose(), data);
    let map = cbor_map(data).expect("a key has no simple values");
    assert_eq!(canonical(&Cbor::Map(map.clone())), data, "canonical");
    let member = |label| map.get(&Cbor::Integer(label));
    let bytes = |bytes: &[u8]| Cbor::Bytes(bytes.to_vec());
    let algorithm = Cbor::Integer(key.algorithm().cose_id().into());
    assert_eq!(member(3), Some(&algorithm));
    let (kty, members) = match key.material() {
        KeyMaterial::Ec { x, y, .. } => (2, vec![(-2, bytes(x)), (-3, bytes(y))]),
        KeyMaterial::Okp(point) => (1, vec![(-2, bytes(point))]),
        KeyMaterial::Rsa { n, e } => (3, vec![(-1, bytes(n)), (-2, bytes(e))]),
        KeyMaterial::Akp(public) => (7, vec![(-1, bytes(public))]),
        _ => panic!("a kind of key without a row here"),
    };
    assert_eq!(member(1), Some(&Cbor::Integer(kty)));
    let with_curve = usize::from(kty <= 2);
    assert_eq!(map.len(), 2 + with_curve + members.len());
    for (label, value) in &members {
        assert_eq!(member(*label), Some(value));
    }

    let Ok(prepared) = key.prepare(&RUSTCRYPTO) else {
        return;
    };
    assert_eq!(prepared.scheme(), key.algorithm().scheme());
    for filler in [0, 1, 0xff] {
        for signature in forgeries(prepared.scheme(), data.len(), filler) {
            assert!(prepared.verify(&[data], &signature).is_err());
        }
    }
}

/// What verifies under keys of small order or with an exponent of one, if nobody looks.
fn forgeries(scheme: Scheme, modulus_bytes: usize, filler: u8) -> Vec<Vec<u8>> {
    let length = match scheme {
        Scheme::Ed25519 => 64,
        Scheme::Ed448 => 114,
        Scheme::MlDsa44 => 2420,
        Scheme::MlDsa65 => 3309,
        Scheme::MlDsa87 => 4627,
        Scheme::Ecdsa(..) => return vec![vec![0x30, 6, 2, 1, filler & 0x7f, 2, 1, filler & 0x7f]],
        _ => modulus_bytes & !0x7f,
    };
    let mut neutral = vec![0; length];
    if let Some(first) = neutral.first_mut() {
        *first = filler;
    }
    vec![neutral, vec![filler; length]]
}
