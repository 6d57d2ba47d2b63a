//! What a certificate may look like, and how it may be signed.

use mfakit_testkit::certificate::{Authority, Certificate, Extension, oid};
use mfakit_testkit::statement::{AttestationKey, Packed};
use mfakit_webauthn::{Algorithm, Curve, Hash, Scheme};

use super::harness::{
    AAGUID, ATTESTATION, CERTIFICATE_MALFORMED, Refusal, Registration, SHA1, UNTRUSTED, certified,
    hierarchy, key, key_of, refusal, trust,
};

fn leaf() -> Certificate {
    Certificate::packed(&key(ATTESTATION), AAGUID)
}

#[track_caller]
fn assert_trusted(certificate: &Certificate) {
    let statement = Packed::by(certified(certificate));
    assert!(Registration::default().accepted(&statement).is_trusted());
}

#[track_caller]
fn assert_refused(certificate: &Certificate, want: Refusal) {
    assert_eq!(refusal(&Packed::by(certified(certificate))), want);
}

#[test]
fn what_is_odd_and_harmless_is_tolerated() {
    let mut unused_bits = leaf();
    unused_bits.unused_bits = 3;
    assert_trusted(&unused_bits);
    assert_trusted(&leaf().with(Extension::basic_constraints_with_default()));
    assert_trusted(&leaf().with(Extension::malformed_policies()));
    assert_trusted(&leaf().with(Extension::wrong_authority_key_id()));
    assert_trusted(&leaf().with(Extension::u2f_transports(0x30)));
    let mut long_serial = leaf();
    long_serial.serial = vec![0x7f; 40];
    assert_trusted(&long_serial);
    let mut negative_serial = leaf();
    negative_serial.serial = vec![0xff];
    assert_trusted(&negative_serial);
}

#[test]
fn what_is_no_certificate_is_refused() {
    let mut two_schemes = leaf();
    two_schemes.inner_scheme = Some(Scheme::Ecdsa(Curve::P256, Hash::Sha384));
    assert_refused(&two_schemes, CERTIFICATE_MALFORMED);
    assert_refused(&leaf().with_version(4), CERTIFICATE_MALFORMED);
    let mut twice = leaf();
    twice
        .extensions
        .push(Extension::basic_constraints(true, None));
    assert_refused(&twice, CERTIFICATE_MALFORMED);
    let malformed = Extension::new(oid::BASIC_CONSTRAINTS, true, &[0x30]);
    assert_refused(&leaf().with(malformed), CERTIFICATE_MALFORMED);
    let mut no_key = leaf();
    no_key.public_key = vec![0x05, 0x00];
    assert_refused(&no_key, CERTIFICATE_MALFORMED);

    let good = hierarchy().issuing.issue(&leaf());
    let longer = [good.as_slice(), &[0]].concat();
    let shorter = good.split_last().expect("it has bytes").1.to_vec();
    for der in [longer, shorter, vec![]] {
        let by = AttestationKey::new(key(ATTESTATION), vec![der]);
        assert_eq!(refusal(&Packed::by(by)), CERTIFICATE_MALFORMED);
    }
}

#[test]
fn the_key_of_an_authority_may_be_off_its_curve() {
    let mut off_the_curve = hierarchy().issuing.certificate();
    *off_the_curve
        .public_key
        .last_mut()
        .expect("the key has bytes") ^= 1;
    let above = hierarchy().root.issue(&off_the_curve);
    let chain = vec![hierarchy().issuing.issue(&leaf()), above];
    let by = AttestationKey::new(key(ATTESTATION), chain);
    assert_eq!(refusal(&Packed::by(by)), UNTRUSTED);
}

/// A leaf by an authority that signs in this way, judged with and without SHA-1.
fn signed_by(algorithm: Algorithm, scheme: Scheme) -> [Result<bool, Refusal>; 2] {
    let mut root = Authority::new("root", key_of(algorithm, 30));
    root.scheme = scheme;
    let by = AttestationKey::new(key(ATTESTATION), vec![root.issue(&leaf())]);
    let statement = Packed::by(by);
    [true, false].map(|allow_sha1| {
        let registration = Registration {
            trust: trust(&[root.root()]),
            ..Registration::default()
        }
        .with_rules(|rules| rules.allow_sha1 = allow_sha1);
        match registration.judge(&statement) {
            Ok(attestation) => Ok(attestation.is_trusted()),
            Err(_) => Err(registration.refusal(&statement)),
        }
    })
}

const SHA2: [Hash; 3] = [Hash::Sha256, Hash::Sha384, Hash::Sha512];

#[test]
fn authorities_sign_with_any_curve_and_any_hash() {
    let curves = [
        (Algorithm::Es256, Curve::P256),
        (Algorithm::Es384, Curve::P384),
        (Algorithm::Es512, Curve::P521),
    ];
    for (algorithm, curve) in curves {
        for hash in SHA2 {
            let outcome = signed_by(algorithm, Scheme::Ecdsa(curve, hash));
            assert_eq!(outcome, [Ok(true), Ok(true)], "{curve:?} {hash:?}");
        }
        let outcome = signed_by(algorithm, Scheme::Ecdsa(curve, Hash::Sha1));
        assert_eq!(outcome, [Ok(true), Err(SHA1)], "{curve:?} SHA-1");
    }
}

#[test]
fn authorities_sign_with_rsa_in_both_paddings() {
    for hash in SHA2 {
        for scheme in [Scheme::RsaPkcs1(hash), Scheme::RsaPss(hash)] {
            let outcome = signed_by(Algorithm::Rs256, scheme);
            assert_eq!(outcome, [Ok(true), Ok(true)], "{scheme:?}");
        }
    }
    let outcome = signed_by(Algorithm::Rs256, Scheme::RsaPkcs1(Hash::Sha1));
    assert_eq!(outcome, [Ok(true), Err(SHA1)]);
    // PSS with SHA-1 is what parameters that say nothing mean: never meant, and never accepted.
    let outcome = signed_by(Algorithm::Rs256, Scheme::RsaPss(Hash::Sha1));
    assert_eq!(outcome, [Err(UNTRUSTED), Err(UNTRUSTED)]);
}

#[test]
fn authorities_sign_with_ed25519() {
    let outcome = signed_by(Algorithm::EdDsa, Scheme::Ed25519);
    assert_eq!(outcome, [Ok(true), Ok(true)]);
}

#[cfg(feature = "ed448")]
#[test]
fn authorities_sign_with_ed448() {
    let outcome = signed_by(Algorithm::Ed448, Scheme::Ed448);
    assert_eq!(outcome, [Ok(true), Ok(true)]);
}

#[cfg(feature = "ml-dsa")]
#[test]
fn authorities_sign_with_ml_dsa() {
    for algorithm in [Algorithm::MlDsa44, Algorithm::MlDsa65, Algorithm::MlDsa87] {
        let outcome = signed_by(algorithm, algorithm.scheme());
        assert_eq!(outcome, [Ok(true), Ok(true)], "{algorithm}");
    }
}

#[test]
fn a_scheme_of_another_kind_of_key_verifies_nothing() {
    let outcome = signed_by(Algorithm::Es256, Scheme::RsaPkcs1(Hash::Sha256));
    assert_eq!(outcome, [Err(UNTRUSTED), Err(UNTRUSTED)]);
    let outcome = signed_by(Algorithm::Rs256, Scheme::Ed25519);
    assert_eq!(outcome, [Err(UNTRUSTED), Err(UNTRUSTED)]);
}
