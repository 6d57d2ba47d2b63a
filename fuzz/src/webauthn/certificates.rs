//! Certificates and chains of them, in the statements that carry them.

use std::sync::LazyLock;

use mfakit_core::UnixTime;
use mfakit_testkit::certificate::{Authority, Certificate, Extension, SignatureFault, oid};
use mfakit_testkit::statement::{Attest as _, AttestationKey, FidoU2f, Packed, Statement, Tpm};
use mfakit_testkit::{Cbor, SigningKey};
use mfakit_webauthn::{Algorithm, AttestationType, Error, NewCredential, Trust};

use super::attestation::{CREDENTIAL_ID, about};
use super::{AAGUID, CLIENT_DATA, NOW, attestation_object, canonical, key, registered, rules};

/// Longer ones have no place to go: the leaf, five levels and the root are real.
const MAX_LEVELS: usize = 6;

static ATTESTATION_KEY: LazyLock<SigningKey> = LazyLock::new(|| key(Algorithm::Es256, 20));

/// The root, and an authority for each level below it.
static AUTHORITIES: LazyLock<Vec<Authority>> = LazyLock::new(|| {
    let name = |level: u64| format!("level {level}");
    let authority = |level| Authority::new(&name(level), key(Algorithm::Es256, 30 + level));
    (0..10).map(authority).collect()
});

static STRANGER: LazyLock<Authority> =
    LazyLock::new(|| Authority::new("stranger", key(Algorithm::Es256, 50)));

fn judged(statement: &Statement, trust: &Trust) -> Result<NewCredential, Error> {
    let statement_bytes = canonical(&statement.value);
    let data = &about(0).authenticator_data;
    let object = attestation_object(&statement.format, &statement_bytes, data);
    registered(CREDENTIAL_ID, &CLIENT_DATA, &object, trust)
}

/// The input is the certificate of an attestation key: what is read has a good anchor in itself
/// and in no other; whatever it says, no format panics at it.
pub fn certificate(data: &[u8]) {
    let about = about(0);
    let attested = about.attested();
    let by = || AttestationKey::new(ATTESTATION_KEY.clone(), vec![data.to_vec()]);
    let chained = [
        data.to_vec(),
        AUTHORITIES[1].issue(&AUTHORITIES[0].certificate()),
    ];
    let chained = AttestationKey::new(ATTESTATION_KEY.clone(), chained.to_vec());
    let x5c = Cbor::Array(vec![Cbor::Bytes(data.to_vec())]);
    let signature = about.key.sign(&attested.message());
    let android = Statement::new(
        "android-key",
        [
            ("alg", Cbor::Integer(-7)),
            ("sig", Cbor::Bytes(signature)),
            ("x5c", x5c.clone()),
        ],
    );
    let statements = [
        Packed::by(by()).attest(&attested),
        Packed::by(chained).attest(&attested),
        Tpm::by(by()).attest(&attested),
        FidoU2f::by(by()).attest(&attested),
        android,
        Statement::new("apple", [("x5c", x5c)]),
    ];
    let itself = Trust::anchors(&[data]).map(|trust| trust.with_rules(rules()));
    let stranger = STRANGER.root();
    let another = Trust::anchors(&[&stranger]).expect("it is a certificate");
    for statement in statements {
        let unverified = Trust::unverified().with_rules(rules());
        let Ok(made) = judged(&statement, &unverified) else {
            continue;
        };
        assert!(!made.attestation().is_trusted());
        assert_eq!(made.attestation().certificates()[0], data);
        assert!(itself.is_ok(), "a certificate can be an anchor");
        assert!(judged(&statement, &another).is_err(), "from elsewhere");
    }
    if let Ok(itself) = itself {
        let statement = Packed::by(by()).attest(&attested);
        if let Ok(made) = judged(&statement, &itself) {
            assert!(made.attestation().is_trusted());
        }
    }
}

/// What is wrong with a certificate of a chain.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Change {
    None,
    // These do no harm.
    WrongAuthorityKeyId,
    MalformedPolicies,
    UnusedBits,
    SharpPathLength,
    NoKeyUsage,
    // These do.
    Flipped,
    Unsigned,
    Expired,
    NotYetValid,
    UnknownCritical,
    OtherIssuer,
    Sha1,
    InnerScheme,
    // And these, in a certificate that is above another.
    NoAuthority,
    ShortPathLength,
    NoCertificateSigning,
    FirstVersion,
}

impl Change {
    const ALL: [Self; 18] = [
        Self::None,
        Self::WrongAuthorityKeyId,
        Self::MalformedPolicies,
        Self::UnusedBits,
        Self::SharpPathLength,
        Self::NoKeyUsage,
        Self::Flipped,
        Self::Unsigned,
        Self::Expired,
        Self::NotYetValid,
        Self::UnknownCritical,
        Self::OtherIssuer,
        Self::Sha1,
        Self::InnerScheme,
        Self::NoAuthority,
        Self::ShortPathLength,
        Self::NoCertificateSigning,
        Self::FirstVersion,
    ];

    /// Whether a chain with it must be refused: with `below` authorities under the certificate, or
    /// as the leaf.
    fn is_harmful(self, below: Option<u8>) -> bool {
        match self {
            Self::None
            | Self::WrongAuthorityKeyId
            | Self::MalformedPolicies
            | Self::UnusedBits
            | Self::SharpPathLength
            | Self::NoKeyUsage => false,
            // There is nothing under the lowest authority to be too long for it.
            Self::ShortPathLength => below.is_some_and(|below| below > 0),
            Self::NoAuthority | Self::NoCertificateSigning => below.is_some(),
            _ => true,
        }
    }

    fn apply(self, certificate: Certificate, below: Option<u8>) -> Certificate {
        let mut changed = certificate;
        match self {
            Self::None => changed,
            Self::WrongAuthorityKeyId => changed.with(Extension::wrong_authority_key_id()),
            Self::MalformedPolicies => changed.with(Extension::malformed_policies()),
            Self::UnusedBits => {
                changed.unused_bits = 3;
                changed
            }
            Self::SharpPathLength => path_length(changed, below),
            Self::ShortPathLength => {
                path_length(changed, below.and_then(|below| below.checked_sub(1)))
            }
            Self::NoKeyUsage => changed.without(oid::KEY_USAGE),
            Self::Flipped => changed.with_fault(SignatureFault::Flipped),
            Self::Unsigned => changed.with_fault(SignatureFault::Empty),
            Self::Expired => changed.until(UnixTime::from_secs(NOW.as_secs() - 1)),
            Self::NotYetValid => {
                changed.not_before = UnixTime::from_secs(NOW.as_secs() + 1);
                changed
            }
            Self::UnknownCritical => changed.with(Extension::unknown_critical()),
            Self::OtherIssuer => {
                changed.issuer = Some(STRANGER.name.clone());
                changed
            }
            Self::Sha1 => changed.signed_with(Algorithm::Rs1.scheme()),
            Self::InnerScheme => {
                changed.inner_scheme = Some(Algorithm::Es384.scheme());
                changed
            }
            Self::NoAuthority => changed.with(Extension::basic_constraints(false, None)),
            Self::NoCertificateSigning => changed.with(Extension::key_usage(0x80)),
            Self::FirstVersion => {
                changed.version = 1;
                changed.extensions.clear();
                changed
            }
        }
    }
}

fn path_length(certificate: Certificate, length: Option<u8>) -> Certificate {
    match length {
        Some(length) => certificate.with(Extension::basic_constraints(true, Some(length))),
        None => certificate,
    }
}

/// Chains of every length with changes in every place, in any order, with copies and strangers: a
/// chain is accepted if no change is harmful, and otherwise refused.
pub fn certificate_chain(data: &[u8]) {
    let mut choices = data.iter().copied();
    let mut choose = |among: usize| usize::from(choices.next().unwrap_or(0)) % among;
    let levels = choose(9);
    let mut changes = vec![Change::None; levels + 1];
    for _ in 0..choose(3) {
        let place = choose(changes.len());
        changes[place] = Change::ALL[choose(Change::ALL.len())];
    }
    let mut harmful = levels > MAX_LEVELS;
    let mut issue = |certificate, place: usize, by: &Authority| {
        let below = place
            .checked_sub(1)
            .and_then(|below| u8::try_from(below).ok());
        harmful |= changes[place].is_harmful(below);
        by.issue(&changes[place].apply(certificate, below))
    };

    // The lowest level is signed by the one with the highest number; the root has number zero.
    let leaf = Certificate::packed(&ATTESTATION_KEY, AAGUID);
    let leaf = issue(leaf, 0, &AUTHORITIES[levels]);
    let mut others: Vec<Vec<u8>> = (1..=levels)
        .map(|place| {
            let level = levels + 1 - place;
            issue(
                AUTHORITIES[level].certificate(),
                place,
                &AUTHORITIES[level - 1],
            )
        })
        .collect();
    match choose(5) {
        1 => others.push(AUTHORITIES[0].root()),
        2 => {
            others.push(AUTHORITIES[0].issue(&STRANGER.certificate()));
            harmful = true;
        }
        3 => others.extend(others.first().cloned()),
        // Another key under the name of the lowest authority.
        4 if levels > 0 => {
            let impostor = Certificate::ca(AUTHORITIES[levels].name.clone(), &STRANGER.key);
            others.push(AUTHORITIES[levels - 1].issue(&impostor));
        }
        _ => {}
    }
    let turns = choose(others.len() + 1);
    others.rotate_left(turns);
    harmful |= others.len() > 7;

    let certificates = [vec![leaf], others].concat();
    let statement = Packed::by(AttestationKey::new(ATTESTATION_KEY.clone(), certificates));
    let statement = statement.attest(&about(0).attested());
    let trust = Trust::anchors(&[&AUTHORITIES[0].root()]).expect("the root is a certificate");
    match judged(&statement, &trust) {
        Ok(made) => {
            assert!(!harmful, "accepted: {levels} levels, {changes:?}");
            assert!(made.attestation().is_trusted());
            assert_eq!(made.attestation().kind(), AttestationType::Basic);
        }
        Err(error) => assert!(harmful, "{error:?}: {levels} levels, {changes:?}"),
    }
}
