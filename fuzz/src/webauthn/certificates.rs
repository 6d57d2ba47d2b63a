//! Certificates and chains of them, in the statements that carry them.

use std::sync::LazyLock;

use mfakit_core::UnixTime;
use mfakit_testkit::certificate::{Authority, Certificate, Extension, SignatureFault, oid};
use mfakit_testkit::statement::{Attest as _, AttestationKey, FidoU2f, Packed, Statement, Tpm};
use mfakit_testkit::{Cbor, SigningKey};
use mfakit_webauthn::{Algorithm, AttestationType, Error, NewCredential, Trust};

use super::attestation::{CREDENTIAL_ID, about};
use super::{
    AAGUID, CLIENT_DATA, Kept, NOW, attestation_object, canonical, key, registered, rules,
};

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

/// Trusts nobody but the stranger.
static ELSEWHERE: LazyLock<Trust> = LazyLock::new(|| {
    let trust = Trust::anchors(&[&STRANGER.root()]);
    trust.expect("it is a certificate").with_rules(rules())
});

/// Trusts the root of all levels.
static ROOTED: LazyLock<Trust> =
    LazyLock::new(|| Trust::anchors(&[&AUTHORITIES[0].root()]).expect("the root is a certificate"));

/// The authority under the root.
static LEVEL_ONE: LazyLock<Vec<u8>> =
    LazyLock::new(|| AUTHORITIES[0].issue(&AUTHORITIES[1].certificate()));

fn judged(statement: &Statement, trust: &Trust) -> Result<NewCredential, Error> {
    let statement_bytes = canonical(&statement.value);
    let data = &about(0).authenticator_data;
    let object = attestation_object(&statement.format, &statement_bytes, data);
    registered(CREDENTIAL_ID, &CLIENT_DATA, &object, trust)
}

/// The input is the certificate of an attestation key: what is read has a good anchor in itself
/// and in no other; whatever it says, no format panics at it.
pub fn certificate(data: &[u8]) {
    static STATEMENTS: LazyLock<[Statement; 6]> = LazyLock::new(statements);
    let one = Cbor::Array(vec![Cbor::Bytes(data.to_vec())]);
    let two = [data, &LEVEL_ONE].map(|der| Cbor::Bytes(der.to_vec()));
    let two = Cbor::Array(two.to_vec());
    let itself = Trust::anchors(&[data]).map(|trust| trust.with_rules(rules()));
    let unverified = Trust::unverified().with_rules(rules());
    let mut x5c = vec![one; STATEMENTS.len()];
    x5c[1] = two;
    for (statement, x5c) in STATEMENTS.iter().zip(x5c) {
        let mut statement = statement.clone();
        statement.set("x5c", x5c);
        let Ok(made) = judged(&statement, &unverified) else {
            continue;
        };
        assert!(!made.attestation().is_trusted());
        assert_eq!(made.attestation().certificates()[0], data);
        assert!(itself.is_ok(), "a certificate can be an anchor");
        assert!(judged(&statement, &ELSEWHERE).is_err(), "from elsewhere");
        if let Ok(made) = itself.as_ref().map(|itself| judged(&statement, itself)) {
            assert!(made.is_err() || made.is_ok_and(|made| made.attestation().is_trusted()));
        }
    }
}

/// A statement of each format with certificates, which are left out; that of `packed` twice.
fn statements() -> [Statement; 6] {
    let about = about(0);
    let attested = about.attested();
    let by = || AttestationKey::new(ATTESTATION_KEY.clone(), Vec::new());
    let signature = about.key.sign(&attested.message());
    [
        Packed::by(by()).attest(&attested),
        Packed::by(by()).attest(&attested),
        Tpm::by(by()).attest(&attested),
        FidoU2f::by(by()).attest(&attested),
        Statement::new(
            "android-key",
            [("alg", Cbor::Integer(-7)), ("sig", Cbor::Bytes(signature))],
        ),
        Statement::new("apple", []),
    ]
}

/// What is wrong with a certificate of a chain.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
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
    static STATEMENT: LazyLock<Statement> = LazyLock::new(|| {
        let by = AttestationKey::new(ATTESTATION_KEY.clone(), Vec::new());
        Packed::by(by).attest(&about(0).attested())
    });
    let mut choices = data.iter().copied();
    let mut choose = |among: usize| usize::from(choices.next().unwrap_or(0)) % among;
    let levels = choose(9);
    let mut changes = vec![Change::None; levels + 1];
    for _ in 0..choose(3) {
        let place = choose(changes.len());
        changes[place] = Change::ALL[choose(Change::ALL.len())];
    }
    let mut harmful = levels > MAX_LEVELS;
    let mut chain = Vec::new();
    for (place, change) in changes.iter().enumerate() {
        let below = place
            .checked_sub(1)
            .and_then(|below| u8::try_from(below).ok());
        harmful |= change.is_harmful(below);
        chain.push(issued(levels, place, *change, below));
    }
    let mut others = chain.split_off(1);
    match choose(5) {
        1 => others.push(issued(levels, ROOT, Change::None, None)),
        2 => {
            others.push(issued(levels, STRAY, Change::None, None));
            harmful = true;
        }
        3 => others.extend(others.first().cloned()),
        4 if levels > 0 => others.push(issued(levels, IMPOSTOR, Change::None, None)),
        _ => {}
    }
    let turns = choose(others.len() + 1);
    others.rotate_left(turns);
    harmful |= others.len() > 7;

    chain.append(&mut others);
    let chain = chain.into_iter().map(Cbor::Bytes).collect();
    let mut statement = STATEMENT.clone();
    statement.set("x5c", Cbor::Array(chain));
    match judged(&statement, &ROOTED) {
        Ok(made) => {
            assert!(!harmful, "accepted: {levels} levels, {changes:?}");
            assert!(made.attestation().is_trusted());
            assert_eq!(made.attestation().kind(), AttestationType::Basic);
        }
        Err(error) => assert!(harmful, "{error:?}: {levels} levels, {changes:?}"),
    }
}

/// Places beside the chain.
const ROOT: usize = 100;
const STRAY: usize = 101;
const IMPOSTOR: usize = 102;

/// A certificate of a chain with so many levels between root and leaf. The leaf has place 0, and is
/// issued by the authority with the highest number; the root has number 0.
fn issued(levels: usize, place: usize, change: Change, below: Option<u8>) -> Vec<u8> {
    static CERTIFICATES: Kept<(usize, usize, Change), Vec<u8>> = Kept::new();
    CERTIFICATES.get((levels, place, change), || {
        let certificate = |number: usize| AUTHORITIES[number].certificate();
        let (certificate, by) = match place {
            0 => (Certificate::packed(&ATTESTATION_KEY, AAGUID), levels),
            ROOT => (certificate(0), 0),
            STRAY => (STRANGER.certificate(), 0),
            // Another key under the name of the lowest authority.
            IMPOSTOR => {
                let name = AUTHORITIES[levels].name.clone();
                (Certificate::ca(name, &STRANGER.key), levels - 1)
            }
            place => (certificate(levels + 1 - place), levels - place),
        };
        AUTHORITIES[by].issue(&change.apply(certificate, below))
    })
}
