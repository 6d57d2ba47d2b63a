//! L3 section 8.6.

use mfakit_testkit::Cbor;
use mfakit_testkit::certificate::Certificate;
use mfakit_testkit::statement::{
    Attest, AttestationKey, Compound, FidoU2f, FidoU2fDraft, Packed, from_fn,
};
use mfakit_webauthn::{Aaguid, Algorithm, AttestationType, Policy};

use super::harness::{
    AAGUID, ATTESTATION, KEY, MODEL, REQUIREMENTS, Registration, SIGNATURE, STATEMENT, U2F_AAGUID,
    assert_members, certified, changed, hierarchy, key, key_of, refusal, trust,
};

/// U2F devices send their own certificate alone, and the root issued it.
fn device_with(device: mfakit_testkit::SigningKey) -> FidoU2f {
    let certificate = hierarchy().root.issue(&Certificate::fido_u2f(&device));
    FidoU2f::by(AttestationKey::new(device, vec![certificate]))
}

fn device() -> FidoU2f {
    device_with(key(ATTESTATION))
}

fn redrafted(change: impl Fn(&mut FidoU2fDraft) + Send + Sync) -> impl Attest {
    from_fn(move |about| {
        let mut draft = device().draft(about);
        change(&mut draft);
        draft.sign()
    })
}

#[test]
fn a_device_is_accepted() {
    let attestation = Registration::default().accepted(&device());
    assert_eq!(attestation.format(), "fido-u2f");
    assert_eq!(attestation.kind(), AttestationType::Basic);
    assert!(attestation.is_trusted());
}

#[test]
fn unused_bits_in_the_certificate_s_signature_are_tolerated() {
    let mut certificate = Certificate::fido_u2f(&key(ATTESTATION));
    certificate.unused_bits = 1;
    let old = vec![hierarchy().root.issue(&certificate)];
    let old = FidoU2f::by(AttestationKey::new(key(ATTESTATION), old));
    assert!(Registration::default().accepted(&old).is_trusted());
}

#[test]
fn the_members_are_there_and_of_their_types() {
    assert_members(&Registration::default(), &device(), &["sig", "x5c"]);
}

#[test]
fn there_is_exactly_one_certificate() {
    let two = redrafted(|draft| draft.certificates.push(hierarchy().anchor()));
    assert_eq!(refusal(&two), STATEMENT);
    let none = redrafted(|draft| draft.certificates.clear());
    assert_eq!(refusal(&none), STATEMENT);
}

#[test]
fn the_certificate_s_key_is_on_p256() {
    for algorithm in [
        Algorithm::Es384,
        Algorithm::Es256k,
        Algorithm::Rs256,
        Algorithm::EdDsa,
    ] {
        let other = device_with(key_of(algorithm, ATTESTATION));
        assert_eq!(refusal(&other), REQUIREMENTS, "{algorithm}");
    }
}

#[test]
fn the_credential_s_key_is_on_p256() {
    for algorithm in [Algorithm::Es384, Algorithm::EdDsa, Algorithm::Rs256] {
        let registration = Registration::default().with_key(key_of(algorithm, 1));
        assert_eq!(registration.refusal(&device()), KEY, "{algorithm}");
    }
}

#[test]
fn the_signature_covers_every_part() {
    // The zero byte, the hash of the RP ID, of the client data, the credential id, the point.
    for position in [0, 1, 33, 65, 85, 86, 117, 149] {
        let other = redrafted(move |draft| {
            let byte = draft.message.get_mut(position).expect("it is within");
            *byte ^= 1;
        });
        assert_eq!(refusal(&other), SIGNATURE, "{position}");
    }
    let other_key = redrafted(|draft| draft.key = key(99));
    assert_eq!(refusal(&other_key), SIGNATURE);
    let good = device();
    let empty = changed(&good, |statement| {
        statement.set("sig", Cbor::Bytes(vec![]));
    });
    assert_eq!(refusal(&empty), SIGNATURE);
}

/// Whoever sits between can write any AAGUID: the device's signature does not cover it.
#[test]
fn a_device_is_of_no_model() {
    let accepting = |models: &[Aaguid]| Registration {
        policy: Policy::attested(),
        trust: trust(&[hierarchy().anchor()]).with_models(models),
        ..Registration::default()
    };
    let (claimed, none) = (Aaguid(AAGUID), Aaguid::ZERO);
    assert_eq!(accepting(&[claimed]).refusal(&device()), MODEL);
    assert!(accepting(&[none]).accepted(&device()).is_trusted());
    // Neither does a statement beside it that nobody trusts prove the model.
    let itself = || Compound::new().with(device()).with(Packed::by_itself());
    assert_eq!(accepting(&[claimed]).refusal(&itself()), MODEL);
    let packed = || Packed::by(certified(&Certificate::packed(&key(ATTESTATION), AAGUID)));
    for both in [
        Compound::new().with(device()).with(packed()),
        Compound::new().with(packed()).with(device()),
    ] {
        assert!(accepting(&[claimed]).accepted(&both).is_trusted());
    }
}

#[test]
fn the_aaguid_is_zero_by_policy() {
    let strict = |aaguid| {
        Registration {
            aaguid,
            trust: trust(&[hierarchy().anchor()]),
            ..Registration::default()
        }
        .with_rules(|rules| rules.u2f_zero_aaguid = true)
    };
    strict([0; 16]).accepted(&device());
    assert_eq!(strict([0xaa; 16]).refusal(&device()), U2F_AAGUID);
}
