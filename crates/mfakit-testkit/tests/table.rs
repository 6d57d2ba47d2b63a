//! The whole table: every format, with credentials of every algorithm, under every policy; and
//! every algorithm that attestations are signed with.

#![allow(clippy::expect_used, clippy::panic, reason = "tests")]

#[path = "support/service.rs"]
mod service;

use std::sync::LazyLock;

use mfakit_testkit::certificate::{Authority, Certificate, Hierarchy};
use mfakit_testkit::statement::{
    AndroidKey, Apple, Attest, AttestationKey, Compound, FidoU2f, NoAttestation, Packed, SafetyNet,
    Tpm,
};
use mfakit_testkit::{Authenticator, Conveyance, SeededRng, Settings, SigningKey};
use mfakit_webauthn::provider::RUSTCRYPTO;
use mfakit_webauthn::{
    Algorithm, AttestationConveyance, AttestationRules, AttestationType, Counter, Curve, Policy,
    Reason, RelyingParty, SafetyNetRule, Scheme, Trust,
};
use service::{NOW, ORIGIN, Service};

fn key(algorithm: Algorithm, seed: u64) -> SigningKey {
    SigningKey::generate(algorithm, &mut SeededRng::new(seed)).expect("the algorithm is on")
}

fn hierarchy() -> Hierarchy {
    static HIERARCHY: LazyLock<Hierarchy> =
        LazyLock::new(|| Hierarchy::new(key(Algorithm::Es256, 101), key(Algorithm::Es256, 102)));
    HIERARCHY.clone()
}

fn settings() -> Settings {
    let mut settings = Settings::default();
    settings.conveyance = Conveyance::Always;
    settings
}

/// Every algorithm of the table that the features leave on, but RS1, which is never offered.
fn algorithms() -> impl Iterator<Item = Algorithm> {
    Algorithm::ALL
        .iter()
        .copied()
        .filter(|algorithm| RUSTCRYPTO.supports(algorithm.scheme()))
        .filter(|algorithm| *algorithm != Algorithm::Rs1)
}

/// An attestation key of an algorithm, with the certificate that a format asks for.
fn certified(algorithm: Algorithm, format: Format) -> AttestationKey {
    let key = key(algorithm, 103);
    let certificate = match format {
        Format::Tpm => Certificate::tpm(&key),
        Format::FidoU2f => Certificate::fido_u2f(&key),
        Format::SafetyNet => Certificate::safetynet(&key),
        _ => Certificate::packed(&key, settings().aaguid),
    };
    let hierarchy = hierarchy();
    let certificates = match format {
        // U2F has one certificate, so the root itself issues it.
        Format::FidoU2f => vec![hierarchy.root.issue(&certificate)],
        _ => hierarchy.chain(&certificate),
    };
    AttestationKey::new(key, certificates)
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Format {
    None,
    PackedSelf,
    Packed,
    Tpm,
    AndroidKey,
    SafetyNet,
    FidoU2f,
    Apple,
    Compound,
}

impl Format {
    const ALL: [Self; 9] = [
        Self::None,
        Self::PackedSelf,
        Self::Packed,
        Self::Tpm,
        Self::AndroidKey,
        Self::SafetyNet,
        Self::FidoU2f,
        Self::Apple,
        Self::Compound,
    ];

    fn authenticator(self, attested_by: Algorithm) -> Authenticator {
        let by = || certified(attested_by, self);
        let authenticator = Authenticator::new(104);
        let attested = |attest: Box<dyn Attest>| {
            authenticator
                .clone()
                .with_attestation(attest)
                .with_settings(settings())
        };
        attested(match self {
            Self::None => Box::new(NoAttestation),
            Self::PackedSelf => Box::new(Packed::by_itself()),
            Self::Packed => Box::new(Packed::by(by())),
            Self::Tpm => Box::new(Tpm::by(by())),
            Self::AndroidKey => Box::new(AndroidKey::by(hierarchy())),
            Self::SafetyNet => Box::new(SafetyNet::by(by(), NOW)),
            Self::FidoU2f => Box::new(FidoU2f::by(by())),
            Self::Apple => Box::new(Apple::by(hierarchy())),
            Self::Compound => {
                let both = Compound::new().with(Packed::by(by()));
                Box::new(both.with(Packed::by_itself()))
            }
        })
    }

    const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::PackedSelf | Self::Packed => "packed",
            Self::Tpm => "tpm",
            Self::AndroidKey => "android-key",
            Self::SafetyNet => "android-safetynet",
            Self::FidoU2f => "fido-u2f",
            Self::Apple => "apple",
            Self::Compound => "compound",
        }
    }

    const fn kind(self) -> AttestationType {
        match self {
            Self::None => AttestationType::None,
            Self::PackedSelf => AttestationType::SelfAttestation,
            Self::Tpm => AttestationType::AttestationCa,
            Self::Apple => AttestationType::AnonymizationCa,
            Self::Packed | Self::AndroidKey | Self::SafetyNet | Self::FidoU2f | Self::Compound => {
                AttestationType::Basic
            }
        }
    }

    /// Whether certificates come with it.
    fn is_certified(self) -> bool {
        !matches!(self, Self::None | Self::PackedSelf)
    }

    /// Why it cannot attest credentials of a scheme, if so.
    fn refusal(self, credential: Scheme) -> Option<Reason> {
        let of_nist = matches!(
            credential,
            Scheme::Ecdsa(Curve::P256 | Curve::P384 | Curve::P521, _)
        );
        let of_rsa = matches!(credential, Scheme::RsaPkcs1(_) | Scheme::RsaPss(_));
        let of_koblitz = matches!(credential, Scheme::Ecdsa(Curve::Secp256k1, _));
        match self {
            // TPMs have keys of RSA and on the curves of NIST.
            Self::Tpm if !of_nist && !of_rsa => Some(Reason::StatementKey),
            // No certificate that is read has a key on secp256k1.
            Self::AndroidKey if of_koblitz => Some(Reason::StatementAlgorithm),
            Self::Apple if of_koblitz => Some(Reason::StatementKey),
            // U2F has one algorithm.
            Self::FidoU2f if !matches!(credential, Scheme::Ecdsa(Curve::P256, _)) => {
                Some(Reason::StatementKey)
            }
            _ => None,
        }
    }
}

const POLICIES: [(&str, Policy); 3] = [
    ("second factor", Policy::second_factor()),
    ("passkey", Policy::passkey()),
    ("attested", Policy::attested()),
];

fn trust(anchor: &[u8]) -> Trust {
    let rules = {
        let mut rules = AttestationRules::DEFAULT;
        rules.safetynet = SafetyNetRule::On {
            require_cts: true,
            require_fresh: true,
        };
        rules
    };
    Trust::anchors(&[anchor])
        .expect("the anchor is a certificate")
        .with_rules(rules)
}

/// A service that trusts the right root.
fn service(policy: Policy) -> Service {
    let mut service =
        Service::new().with_policy(policy.with_attestation(AttestationConveyance::Direct));
    service.trust = trust(&hierarchy().anchor());
    service
}

#[test]
fn every_format_algorithm_and_policy() {
    let mut accepted = 0;
    for format in Format::ALL {
        for algorithm in algorithms() {
            for (name, policy) in POLICIES {
                let case = format!("{format:?}, {algorithm}, {name}");
                let expected = match format.refusal(algorithm.scheme()) {
                    None if policy.require_attestation && !format.is_certified() => {
                        Some(Reason::AttestationRequired)
                    }
                    refusal => refusal,
                };
                let refused = registers_and_signs_in(format, algorithm, policy, &case);
                assert_eq!(refused, expected, "{case}");
                accepted += usize::from(refused.is_none());
            }
        }
    }
    let ed448 = usize::from(cfg!(feature = "ed448"));
    let ml_dsa = usize::from(cfg!(feature = "ml-dsa"));
    // Counted by hand: 15 algorithms without features. None and self do without an anchor, so one
    // policy refuses them; packed, SafetyNet and compound take all, TPM 12, Android and Apple 14,
    // U2F 2.
    let plain = 2 * 15 * 2 + (3 * 15 + 12 + 2 * 14 + 2) * 3;
    // One more algorithm: none and self, and five formats.
    let more = 2 * 2 + 5 * 3;
    assert_eq!(accepted, plain + (ed448 + 3 * ml_dsa) * more);
}

/// Registers and signs in; the reason of the first refusal, if registering is refused.
fn registers_and_signs_in(
    format: Format,
    algorithm: Algorithm,
    policy: Policy,
    case: &str,
) -> Option<Reason> {
    let mut service = service(policy);
    let mut authenticator = format.authenticator(Algorithm::Es256);
    authenticator.settings.algorithms = vec![algorithm];
    let credential = match service.register_as(&mut authenticator, |_| {}) {
        Ok(credential) => credential,
        Err(error) => return Some(error.reason()),
    };
    let attestation = credential.attestation();
    assert_eq!(attestation.format(), format.name(), "{case}");
    assert_eq!(attestation.kind(), format.kind(), "{case}");
    assert_eq!(attestation.is_trusted(), format.is_certified(), "{case}");
    let record = credential.into_record();
    assert_eq!(record.public_key.algorithm(), algorithm, "{case}");
    let proof = service
        .sign_in_as(&mut authenticator, &record, |_| {})
        .unwrap_or_else(|error| panic!("{case}: {error:?}"));
    assert_eq!(*proof.user(), service.user, "{case}");
    assert_eq!(proof.counter(), Counter::Ok, "{case}");
    None
}

#[test]
fn a_wrong_anchor_is_refused_under_every_policy() {
    let stranger = Authority::new("another root", key(Algorithm::Es256, 105)).root();
    for format in Format::ALL {
        for (name, policy) in POLICIES {
            let mut service = service(policy);
            service.trust = trust(&stranger);
            let mut authenticator = format.authenticator(Algorithm::Es256);
            let verdict = service.register_as(&mut authenticator, |_| {});
            let expected = match (format.is_certified(), policy.require_attestation) {
                (true, _) => Some(Reason::Untrusted),
                (false, true) => Some(Reason::AttestationRequired),
                (false, false) => None,
            };
            let refused = verdict.err().map(|error| error.reason());
            assert_eq!(refused, expected, "{format:?}, {name}");
        }
    }
}

#[test]
fn every_algorithm_signs_statements() {
    for algorithm in algorithms() {
        for format in [Format::Packed, Format::Tpm, Format::Compound] {
            let mut authenticator = format.authenticator(algorithm);
            let verdict = service(Policy::attested()).register_as(&mut authenticator, |_| {});
            let refused = verdict.err().map(|error| error.reason());
            let has_hash = matches!(
                algorithm.scheme(),
                Scheme::Ecdsa(..) | Scheme::RsaPkcs1(_) | Scheme::RsaPss(_)
            );
            let is_koblitz = matches!(algorithm.scheme(), Scheme::Ecdsa(Curve::Secp256k1, _));
            // `extraData` of a TPM is a digest by the algorithm's hash, so it must have one.
            let refuses = is_koblitz || (format == Format::Tpm && !has_hash);
            let expected = refuses.then_some(Reason::StatementAlgorithm);
            assert_eq!(refused, expected, "{format:?} signed by {algorithm}");
        }
    }
}

/// "RS1 only in TPM statements and only by policy": a signature by RS1 elsewhere is none.
#[test]
fn rs1_is_for_tpm_statements_and_by_policy() {
    let mut allowing = AttestationRules::DEFAULT;
    allowing.allow_sha1 = true;
    let cases = [
        (Format::Tpm, AttestationRules::DEFAULT, Some(Reason::Sha1)),
        (Format::Tpm, allowing, None),
        (
            Format::Packed,
            AttestationRules::DEFAULT,
            Some(Reason::StatementAlgorithm),
        ),
        (Format::Packed, allowing, Some(Reason::StatementAlgorithm)),
        (Format::Compound, allowing, Some(Reason::StatementAlgorithm)),
    ];
    for (format, rules, expected) in cases {
        let mut service = service(Policy::attested());
        service.trust = service.trust.with_rules(rules);
        let mut authenticator = format.authenticator(Algorithm::Rs1);
        let verdict = service.register_as(&mut authenticator, |_| {});
        let refused = verdict.err().map(|error| error.reason());
        assert_eq!(refused, expected, "{format:?}, {}", rules.allow_sha1);
    }
}

/// A service that names RS1 itself gets credentials of RS1 from TPMs, and they sign in there alone.
#[test]
fn rs1_credentials_are_for_services_that_name_it() {
    let mut allowing = AttestationRules::DEFAULT;
    allowing.allow_sha1 = true;
    for (format, expected) in [
        (Format::Tpm, None),
        (Format::None, Some(Reason::Sha1)),
        (Format::PackedSelf, Some(Reason::Sha1)),
        (Format::AndroidKey, Some(Reason::Sha1)),
    ] {
        let rp = RelyingParty::builder("example.com")
            .origin(ORIGIN)
            .algorithms(&[Algorithm::Rs1]);
        let mut service = Service::of(rp.build().expect("the relying party is good"));
        service.trust = trust(&hierarchy().anchor()).with_rules(allowing);
        service.policy = Policy::passkey().with_attestation(AttestationConveyance::Direct);
        let mut authenticator = format.authenticator(Algorithm::Es256);
        authenticator.settings.algorithms = vec![Algorithm::Rs1];
        match service.register_as(&mut authenticator, |_| {}) {
            Err(error) => assert_eq!(Some(error.reason()), expected, "{format:?}"),
            Ok(credential) => {
                assert_eq!(expected, None, "{format:?}");
                let record = credential.into_record();
                let proof = service.sign_in_as(&mut authenticator, &record, |_| {});
                assert_eq!(proof.err(), None, "{format:?}");
                service.rp = Service::new().rp;
                let refused = service.sign_in_as(&mut authenticator, &record, |_| {});
                let reason = refused.err().map(|error| error.reason());
                assert_eq!(reason, Some(Reason::AlgorithmNotOffered), "{format:?}");
            }
        }
    }
}
