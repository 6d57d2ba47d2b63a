//! Metadata BLOBs signed with every algorithm that a JSON Web Signature may have: the real one is
//! signed with RS256.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "tests"
)]

use base64ct::{Base64, Base64UrlUnpadded, Encoding as _};
use mfakit_core::UnixTime;
use mfakit_testkit::certificate::{Certificate, Extension, Hierarchy, Name};
use mfakit_testkit::{SeededRng, SigningKey};
use mfakit_webauthn::metadata::{MetadataError, Verifier};
use mfakit_webauthn::{Algorithm, Scheme};
use serde_json::json;

const NOW: UnixTime = UnixTime::from_secs(1_767_225_600);

/// r and s side by side, of an ECDSA signature in DER.
fn side_by_side(der: &[u8], bytes: usize) -> Vec<u8> {
    let mut rest = if der[1] & 0x80 == 0 {
        &der[2..]
    } else {
        &der[3..]
    };
    let mut whole = Vec::new();
    while let [2, length, after @ ..] = rest {
        let (number, next) = after.split_at(usize::from(*length));
        let zeros = number.iter().take_while(|byte| **byte == 0).count();
        let number = &number[zeros..];
        whole.extend(vec![0; bytes - number.len()]);
        whole.extend_from_slice(number);
        rest = next;
    }
    whole
}

fn signature(key: &SigningKey, message: &[u8]) -> Vec<u8> {
    let signature = key.sign(message);
    match key.scheme() {
        Scheme::Ecdsa(curve, _) => side_by_side(&signature, curve.coordinate_bytes()),
        _ => signature,
    }
}

#[test]
fn every_algorithm_of_json_web_signatures() {
    let mut rng = SeededRng::new(3);
    for (name, algorithm) in [
        ("RS256", Algorithm::Rs256),
        ("RS384", Algorithm::Rs384),
        ("RS512", Algorithm::Rs512),
        ("PS256", Algorithm::Ps256),
        ("PS384", Algorithm::Ps384),
        ("PS512", Algorithm::Ps512),
        ("ES256", Algorithm::Es256),
        ("ES384", Algorithm::Es384),
        ("ES512", Algorithm::Es512),
        ("EdDSA", Algorithm::EdDsa),
        ("Ed25519", Algorithm::EdDsa),
    ] {
        let mut key = |algorithm| {
            SigningKey::generate(algorithm, &mut rng).expect("the kit has the algorithm")
        };
        let signer = key(algorithm);
        let hierarchy = Hierarchy::new(key(Algorithm::Es384), key(Algorithm::Rs256));
        let certificate = Certificate::leaf(Name::common("signer"), &signer)
            .with(Extension::alternative_dns_names(&["mds.fidoalliance.org"]));
        let x5c: Vec<_> = hierarchy
            .chain(&certificate)
            .iter()
            .map(|der| Base64::encode_string(der))
            .collect();
        let parts = [
            json!({"alg": name, "typ": "JWT", "x5c": x5c}),
            json!({"no": 1, "nextUpdate": "2026-02-01", "entries": []}),
        ];
        let parts = parts.map(|part| Base64UrlUnpadded::encode_string(part.to_string().as_bytes()));
        let signed = parts.join(".");
        let blob = |message: &str| {
            let signature = signature(&signer, message.as_bytes());
            format!("{signed}.{}", Base64UrlUnpadded::encode_string(&signature))
        };
        let verifier = Verifier::new()
            .with_anchors(&[&hierarchy.anchor()])
            .expect("the root is a certificate");
        let metadata = verifier.verify(blob(&signed).as_bytes(), NOW);
        assert_eq!(metadata.map(|metadata| metadata.number()), Ok(1), "{name}");
        let forged = verifier.verify(blob("another").as_bytes(), NOW);
        assert_eq!(
            forged.err(),
            Some(MetadataError::SignatureInvalid),
            "{name}"
        );
    }
}
