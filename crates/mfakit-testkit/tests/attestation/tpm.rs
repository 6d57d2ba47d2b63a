//! L3 section 8.3.

use mfakit_testkit::certificate::{Certificate, Extension, Name, oid};
use mfakit_testkit::statement::{Attest, PublicKeyArea, Tpm, TpmDraft, from_fn};
use mfakit_testkit::{Cbor, SigningKey};
use mfakit_webauthn::{Algorithm, AttestationType, TpmManufacturers};

use super::harness::{
    AAGUID, ALGORITHM, ATTESTATION, CERTIFICATE_AAGUID, DATA, KEY, REQUIREMENTS, Refusal,
    Registration, SHA1, SIGNATURE, STATEMENT, TPM_STRUCTURE, assert_members, certified,
    certified_key, changed, key, key_of, refusal,
};

fn identity() -> Certificate {
    Certificate::tpm(&key(ATTESTATION))
}

fn tpm() -> Tpm {
    Tpm::by(certified(&identity()))
}

/// A TPM whose identity key is of RSA.
fn rsa_tpm() -> Tpm {
    let rsa = key_of(Algorithm::Rs256, ATTESTATION);
    Tpm::by(certified_key(rsa.clone(), &Certificate::tpm(&rsa)))
}

fn rsa_credential() -> Registration {
    Registration::default().with_key(key_of(Algorithm::Rs256, 1))
}

fn redrafted(change: impl Fn(&mut TpmDraft) + Send + Sync) -> impl Attest {
    from_fn(move |about| {
        let mut draft = tpm().draft(about);
        change(&mut draft);
        draft.sign()
    })
}

fn of(certificate: &Certificate) -> Refusal {
    refusal(&Tpm::by(certified(certificate)))
}

#[test]
fn both_kinds_of_key_are_accepted() {
    for registration in [Registration::default(), rsa_credential()] {
        for tpm in [tpm(), rsa_tpm()] {
            let attestation = registration.accepted(&tpm);
            assert_eq!(attestation.format(), "tpm");
            assert_eq!(attestation.kind(), AttestationType::AttestationCa);
            assert!(attestation.is_trusted());
        }
    }
}

#[test]
fn every_curve_of_a_credential_is_accepted() {
    for algorithm in [Algorithm::Es384, Algorithm::Es512] {
        let registration = Registration::default().with_key(key_of(algorithm, 1));
        registration.accepted(&tpm());
    }
}

#[test]
fn the_members_are_there_and_of_their_types() {
    let members = ["ver", "alg", "x5c", "sig", "certInfo", "pubArea"];
    assert_members(&Registration::default(), &tpm(), &members);
    for version in ["1.2", "2", "2.0 ", ""] {
        let other = redrafted(move |draft| draft.version = version.into());
        assert_eq!(refusal(&other), STATEMENT, "{version}");
    }
}

#[test]
fn the_public_area_is_the_credential_s_key() {
    let other = redrafted(|draft| {
        let PublicKeyArea::Ecc { x, .. } = &mut draft.public_area.key else {
            panic!("it is a key on a curve");
        };
        *x.last_mut().expect("it has bytes") ^= 1;
    });
    assert_eq!(refusal(&other), KEY);
    for curve in [4, 5] {
        let other = redrafted(move |draft| {
            let PublicKeyArea::Ecc { curve: old, .. } = &mut draft.public_area.key else {
                panic!("it is a key on a curve");
            };
            *old = curve;
        });
        assert_eq!(refusal(&other), KEY, "{curve}");
    }
    let modulus = redrafted(|draft| {
        let PublicKeyArea::Rsa { modulus, .. } = &mut draft.public_area.key else {
            panic!("it is an RSA key");
        };
        *modulus.last_mut().expect("it has bytes") ^= 2;
    });
    assert_eq!(rsa_credential().refusal(&modulus), KEY);
    let rsa_for_ecc = redrafted(|draft| {
        draft.public_area.key = PublicKeyArea::Rsa {
            bits: 2048,
            exponent: 0,
            modulus: vec![0xff; 256],
        };
    });
    assert_eq!(refusal(&rsa_for_ecc), KEY);
}

fn with_exponent(wanted: u32) -> impl Attest {
    redrafted(move |draft| {
        let PublicKeyArea::Rsa { exponent, .. } = &mut draft.public_area.key else {
            panic!("it is an RSA key");
        };
        *exponent = wanted;
    })
}

#[test]
fn an_exponent_of_zero_is_65537() {
    for exponent in [0, 65_537] {
        rsa_credential().accepted(&with_exponent(exponent));
    }
    for exponent in [3, 65_539] {
        let other = with_exponent(exponent);
        assert_eq!(rsa_credential().refusal(&other), KEY, "{exponent}");
    }
}

/// The first key, by number, whose coordinate begins with a zero.
fn key_with_a_leading_zero() -> SigningKey {
    (1_000..)
        .map(key)
        .find(|key| {
            let (x, _) = key.coordinates().expect("it is on a curve");
            x.first() == Some(&0)
        })
        .expect("one in 256 is such a key")
}

#[test]
fn leading_zeros_of_coordinates_may_be_left_out() {
    let registration = Registration::default().with_key(key_with_a_leading_zero());
    registration.accepted(&tpm());
    let stripped = redrafted(|draft| {
        let PublicKeyArea::Ecc { x, .. } = &mut draft.public_area.key else {
            panic!("it is a key on a curve");
        };
        assert_eq!(x.remove(0), 0);
    });
    registration.accepted(&stripped);
}

#[test]
fn schemes_may_leave_out_their_hash() {
    for scheme in [
        (0x0014, Some(0x000b)),
        (0x0014, None),
        (0x0016, Some(0x000b)),
        (0x0010, None),
    ] {
        let with_scheme = redrafted(move |draft| draft.public_area.scheme = scheme);
        rsa_credential().accepted(&with_scheme);
    }
    let ecdsa = redrafted(|draft| draft.public_area.scheme = (0x0018, Some(0x000b)));
    Registration::default().accepted(&ecdsa);
}

#[test]
fn the_structures_are_whole_and_nothing_follows() {
    let tpm = tpm();
    for member in ["certInfo", "pubArea"] {
        let longer = changed(&tpm, |statement| {
            let Some(Cbor::Bytes(bytes)) = statement.get(member) else {
                panic!("it is bytes");
            };
            let longer = [bytes.as_slice(), &[0]].concat();
            statement.set(member, Cbor::Bytes(longer));
        });
        assert_eq!(refusal(&longer), TPM_STRUCTURE, "{member}");
        let empty = changed(&tpm, |statement| {
            statement.set(member, Cbor::Bytes(vec![]));
        });
        assert_eq!(refusal(&empty), TPM_STRUCTURE, "{member}");
    }
    let unknown_hash = redrafted(|draft| draft.public_area.name_algorithm = 0x0012);
    assert_eq!(refusal(&unknown_hash), TPM_STRUCTURE);
    let unknown_curve = redrafted(|draft| {
        let PublicKeyArea::Ecc { curve, .. } = &mut draft.public_area.key else {
            panic!("it is a key on a curve");
        };
        *curve = 0x0010;
    });
    assert_eq!(refusal(&unknown_curve), TPM_STRUCTURE);
}

#[test]
fn magic_and_type_are_those_of_a_certification() {
    let magic = redrafted(|draft| draft.cert_info.magic ^= 1);
    assert_eq!(refusal(&magic), TPM_STRUCTURE);
    // A quote, a time stamp, a certified creation.
    for kind in [0x8018, 0x8019, 0x801a, 0] {
        let other = redrafted(move |draft| draft.cert_info.kind = kind);
        assert_eq!(refusal(&other), TPM_STRUCTURE, "{kind:04x}");
    }
}

#[test]
fn the_extra_data_is_the_hash_of_the_registration() {
    let other = redrafted(|draft| draft.message.push(0));
    assert_eq!(refusal(&other), DATA);
    let empty = redrafted(|draft| draft.cert_info.extra_data = Some(vec![]));
    assert_eq!(refusal(&empty), DATA);
    // The hash is that of the algorithm.
    let sha256 = from_fn(|about| {
        let mut draft = rsa_tpm().draft(about);
        draft.algorithm = Algorithm::Rs384;
        draft.cert_info.extra_data = Some(about.nonce());
        draft.sign()
    });
    assert_eq!(refusal(&sha256), DATA);
    let sha384 = from_fn(|about| {
        let mut draft = rsa_tpm().draft(about);
        draft.algorithm = Algorithm::Rs384;
        draft.sign()
    });
    Registration::default().accepted(&sha384);
}

#[test]
fn the_name_is_that_of_the_public_area() {
    let cases: [fn(&mut Vec<u8>); 4] = [
        |name| *name.last_mut().expect("it has bytes") ^= 1,
        // SHA-384 for a name of SHA-256.
        |name| *name.get_mut(1).expect("it has bytes") = 0x0c,
        |name| name.truncate(2),
        Vec::clear,
    ];
    for case in cases {
        let other = redrafted(move |draft| {
            let mut name = draft.public_area.name();
            case(&mut name);
            draft.cert_info.name = Some(name);
        });
        assert_eq!(refusal(&other), DATA);
    }
    // Another object of the same TPM, properly certified.
    let other_object = redrafted(|draft| {
        let name = draft.public_area.name();
        draft.cert_info.name = Some(name);
        draft.public_area.object_attributes ^= 1;
    });
    assert_eq!(refusal(&other_object), DATA);
    for name_algorithm in [0x000c, 0x000d] {
        let other_hash = redrafted(move |draft| draft.public_area.name_algorithm = name_algorithm);
        Registration::default().accepted(&other_hash);
    }
}

#[test]
fn clocks_are_not_judged() {
    for safe in [0, 1, 2, 0xff] {
        let odd = redrafted(move |draft| {
            draft.cert_info.safe = safe;
            draft.cert_info.clock = u64::MAX;
            draft.cert_info.reset_count = u32::MAX;
            draft.cert_info.qualified_signer.clear();
            draft.cert_info.qualified_name.clear();
        });
        Registration::default().accepted(&odd);
    }
}

#[test]
fn the_signature_is_over_the_certification() {
    let other_key = redrafted(|draft| draft.key = key(99));
    assert_eq!(refusal(&other_key), SIGNATURE);
    // A part of the certification that nothing else depends on.
    let tpm = tpm();
    let other_clock = changed(&tpm, |statement| {
        let Some(Cbor::Bytes(bytes)) = statement.get("certInfo") else {
            panic!("it is bytes");
        };
        let mut bytes = bytes.clone();
        // The last byte is of the qualified name.
        *bytes.last_mut().expect("it has bytes") ^= 1;
        statement.set("certInfo", Cbor::Bytes(bytes));
    });
    assert_eq!(refusal(&other_clock), SIGNATURE);
    let other_algorithm = redrafted(|draft| draft.algorithm = Algorithm::Rs256);
    assert_eq!(refusal(&other_algorithm), ALGORITHM);
    let without_hash = redrafted(|draft| draft.algorithm = Algorithm::EdDsa);
    assert_eq!(refusal(&without_hash), ALGORITHM);
}

#[test]
fn sha1_is_accepted_by_policy_only() {
    let old_algorithm = from_fn(|about| {
        let mut draft = rsa_tpm().draft(about);
        draft.algorithm = Algorithm::Rs1;
        draft.sign()
    });
    let old_name = redrafted(|draft| draft.public_area.name_algorithm = 0x0004);
    let lenient = Registration::default().with_rules(|rules| rules.allow_sha1 = true);
    let both: [&dyn Attest; 2] = [&old_algorithm, &old_name];
    for old in both {
        assert_eq!(refusal(old), SHA1);
        lenient.accepted(old);
    }
}

#[test]
fn the_identity_certificate_meets_its_requirements() {
    let mut named = identity();
    named.subject = Name::common("TPM");
    let no_usage = identity().without(oid::EXTENDED_KEY_USAGE);
    let server = [1, 3, 6, 1, 5, 5, 7, 3, 1];
    let other_usage = identity().with(Extension::extended_key_usage(&[&server]));
    let authority = identity().with(Extension::basic_constraints(true, None));
    let no_name = identity().without(oid::SUBJECT_ALT_NAME);
    let dns_name = identity().with(Extension::alternative_dns_names(&["tpm.example"]));
    let cases = [
        ("version 1", identity().with_version(1)),
        ("version 2", identity().with_version(2)),
        ("a subject", named),
        ("no extended key usage", no_usage),
        ("another extended key usage", other_usage),
        ("an authority", authority),
        (
            "no basic constraints",
            identity().without(oid::BASIC_CONSTRAINTS),
        ),
        ("no alternative name", no_name),
        ("another kind of alternative name", dns_name),
    ];
    for (what, certificate) in cases {
        assert_eq!(of(&certificate), REQUIREMENTS, "{what}");
    }
    let among_others = Extension::extended_key_usage(&[&server, oid::TCG_AIK]);
    let among_others = identity().with(among_others);
    Registration::default().accepted(&Tpm::by(certified(&among_others)));
}

#[test]
fn the_alternative_name_is_complete() {
    let good = Name::tpm("id:49465800", "SLB 9672", "id:000F");
    for attribute in [oid::TPM_MANUFACTURER, oid::TPM_MODEL, oid::TPM_VERSION] {
        for name in [
            good.clone().without(attribute),
            good.clone().with(attribute, ""),
            good.clone().with_another(attribute, "id:49465800"),
        ] {
            let certificate = identity().with(Extension::alternative_directory_name(&name));
            assert_eq!(of(&certificate), REQUIREMENTS, "{attribute:?}");
        }
    }
    let one_set = Extension::alternative_directory_name(&good.in_one_set());
    let one_set = identity().with(one_set);
    Registration::default().accepted(&Tpm::by(certified(&one_set)));
}

#[test]
fn the_maker_is_registered_unless_any_will_do() {
    let any = || {
        Registration::default().with_rules(|rules| rules.tpm_manufacturers = TpmManufacturers::Any)
    };
    for maker in ["id:00000000", "id:4946580", "49465800", "id:"] {
        let name = Name::tpm(maker, "SLB 9672", "id:000F");
        let certificate = identity().with(Extension::alternative_directory_name(&name));
        assert_eq!(of(&certificate), REQUIREMENTS, "{maker}");
        any().accepted(&Tpm::by(certified(&certificate)));
    }
    for maker in ["id:414D4400", "id:414d4400", "id:FFFFF1D0"] {
        let name = Name::tpm(maker, "SLB 9672", "id:000F");
        let certificate = identity().with(Extension::alternative_directory_name(&name));
        Registration::default().accepted(&Tpm::by(certified(&certificate)));
    }
}

#[test]
fn the_certificate_is_for_the_model() {
    let same = identity().with(Extension::aaguid(AAGUID));
    Registration::default().accepted(&Tpm::by(certified(&same)));
    let other = identity().with(Extension::aaguid([0xab; 16]));
    assert_eq!(of(&other), CERTIFICATE_AAGUID);
}
