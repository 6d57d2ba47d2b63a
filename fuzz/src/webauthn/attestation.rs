//! Attestation objects of each format, with edits before and after they are signed.

use std::sync::LazyLock;

use base64ct::{Base64UrlUnpadded, Encoding as _};
use mfakit_testkit::certificate::{Certificate, Extension, KeyDescription, oid};
use mfakit_testkit::statement::{
    Attest as _, AttestationKey, Attested, CertInfo, Compound, FidoU2f, NoAttestation, Packed,
    PublicArea, SafetyNet, Statement, Tpm,
};
use mfakit_testkit::{AttestedCredential, AuthenticatorData, Cbor, SigningKey, flags};
use mfakit_webauthn::{Algorithm, AttestationType, NewCredential, Trust};
use sha2::{Digest as _, Sha256, Sha384, Sha512};

use super::json::{members, text};
use super::{
    AAGUID, ANCHORED, CLIENT_DATA, Edits, HIERARCHY, Kept, NOW, RP_ID, attestation_object,
    base64url, canonical, cbor_map, cbor_text, contains, kept, key, registered, rules, sha256,
};

pub(super) const CREDENTIAL_ID: &[u8] = &[0x1d; 20];

/// The credential that is attested.
pub(super) struct About {
    pub(super) key: SigningKey,
    pub(super) authenticator_data: Vec<u8>,
    client_data_hash: [u8; 32],
    cose_key: Vec<u8>,
    public_area: Vec<u8>,
}

impl About {
    fn new(algorithm: Algorithm) -> Self {
        let key = key(algorithm, 10);
        let mut data = AuthenticatorData::new(RP_ID, flags::UP | flags::UV | flags::AT, 9);
        data.attested = Some(AttestedCredential::new(AAGUID, CREDENTIAL_ID, key.cose()));
        Self {
            cose_key: canonical(&key.cose()),
            public_area: PublicArea::of(&key).to_bytes(),
            key,
            authenticator_data: data.to_bytes(),
            client_data_hash: sha256(&CLIENT_DATA),
        }
    }

    pub(super) fn attested(&self) -> Attested<'_> {
        Attested::new(&self.authenticator_data, self.client_data_hash, &self.key)
    }
}

/// The credentials, of which the first is of ES256.
pub(super) fn about(number: usize) -> &'static About {
    static ABOUT: LazyLock<[About; 3]> =
        LazyLock::new(|| [Algorithm::Es256, Algorithm::Rs256, Algorithm::Es384].map(About::new));
    &ABOUT[number % ABOUT.len()]
}

/// What is edited. An extension is that of the attestation certificate, which is then issued by the
/// right authority. Most formats sign nothing more; SafetyNet has its header and its payload, the
/// TPM its public area and its attestation structure.
mod part {
    /// All of the statement, when it is signed.
    pub(super) const STATEMENT: u8 = 0;
    /// All of the attestation certificate, when it is issued.
    pub(super) const CERTIFICATE: u8 = 1;
    pub(super) const EXTENSION: u8 = 2;
    pub(super) const EXTENSIONS: u8 = 3;
    pub(super) const SUBJECT_PUBLIC_KEY: u8 = 5;
    pub(super) const FIRST: u8 = 6;
    pub(super) const SECOND: u8 = 7;
    pub(super) const COUNT: u8 = 8;
}

#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
enum Format {
    AndroidKey,
    Apple,
    Compound,
    FidoU2f,
    None,
    Packed,
    PackedSelf,
    SafetyNet,
    Tpm,
}

/// Certificates, or the parts of one.
type Parts = Vec<Vec<u8>>;

/// A statement, and the part of its certificate that the authority has signed.
struct Made {
    statement: Statement,
    signed_by_authority: Option<Vec<u8>>,
}

fn attestation_key() -> &'static SigningKey {
    static KEY: LazyLock<SigningKey> = LazyLock::new(|| key(Algorithm::Es256, 11));
    &KEY
}

impl Format {
    const fn name(self) -> &'static str {
        match self {
            Self::AndroidKey => "android-key",
            Self::Apple => "apple",
            Self::Compound => "compound",
            Self::FidoU2f => "fido-u2f",
            Self::None => "none",
            Self::Packed | Self::PackedSelf => "packed",
            Self::SafetyNet => "android-safetynet",
            Self::Tpm => "tpm",
        }
    }

    const fn kind(self) -> AttestationType {
        match self {
            Self::None => AttestationType::None,
            Self::PackedSelf => AttestationType::SelfAttestation,
            Self::Tpm => AttestationType::AttestationCa,
            Self::Apple => AttestationType::AnonymizationCa,
            Self::AndroidKey | Self::Compound | Self::FidoU2f | Self::Packed | Self::SafetyNet => {
                AttestationType::Basic
            }
        }
    }

    const fn is_certified(self) -> bool {
        !matches!(self, Self::None | Self::PackedSelf)
    }

    /// The certificate of the format, as it should be.
    fn certificate(self, about: &About) -> Certificate {
        let attested = about.attested();
        match self {
            Self::Tpm => Certificate::tpm(attestation_key()),
            Self::FidoU2f => Certificate::fido_u2f(attestation_key()),
            Self::SafetyNet => Certificate::safetynet(attestation_key()),
            Self::AndroidKey => {
                let description = KeyDescription::new(&attested.client_data_hash);
                Certificate::packed(&about.key, AAGUID)
                    .without(oid::FIDO_AAGUID)
                    .with(Extension::key_description(&description))
            }
            Self::Apple => Certificate::packed(&about.key, AAGUID)
                .without(oid::FIDO_AAGUID)
                .with(Extension::apple_nonce(&attested.nonce())),
            Self::Compound | Self::None | Self::Packed | Self::PackedSelf => {
                Certificate::packed(attestation_key(), AAGUID)
            }
        }
    }

    /// The certificates of the format, of which the first is the attestation certificate.
    fn chain(self, about: &About, edits: &Edits<'_>) -> Parts {
        static CERTIFICATES: Kept<(Format, Algorithm), Certificate> = Kept::new();
        static CHAINS: Kept<(Format, Parts), Parts> = Kept::new();
        let named = (self, about.key.algorithm());
        let mut certificate = CERTIFICATES.get(named, || self.certificate(about));
        for (number, extension) in (0..part::EXTENSIONS).zip(&mut certificate.extensions) {
            edits.apply(part::EXTENSION + number, part::COUNT, &mut extension.value);
        }
        let key = &mut certificate.public_key;
        edits.apply(part::SUBJECT_PUBLIC_KEY, part::COUNT, key);
        let extensions = certificate.extensions.iter();
        let edited = extensions.map(|extension| &extension.value);
        let edited = edited.chain([&certificate.public_key]).cloned().collect();
        CHAINS.get((self, edited), || {
            match self {
                // U2F has one certificate, so the root itself issues it.
                Self::FidoU2f => vec![HIERARCHY.root.issue(&certificate)],
                _ => HIERARCHY.chain(&certificate),
            }
        })
    }

    /// The statement of the format, as it should be, but for its certificates.
    fn statement(self, about: &About) -> Statement {
        let by = AttestationKey::new(attestation_key().clone(), Vec::new());
        let attested = about.attested();
        match self {
            Self::None => NoAttestation.attest(&attested),
            Self::PackedSelf => Packed::by_itself().attest(&attested),
            Self::Packed => Packed::by(by).attest(&attested),
            Self::FidoU2f => FidoU2f::by(by).attest(&attested),
            Self::Tpm => Tpm::by(by).attest(&attested),
            Self::SafetyNet => SafetyNet::by(by, NOW).attest(&attested),
            Self::Apple => Statement::new("apple", []),
            Self::AndroidKey => Statement::new(
                "android-key",
                [
                    ("alg", Cbor::Integer(about.key.algorithm().cose_id().into())),
                    ("sig", Cbor::Bytes(about.key.sign(&attested.message()))),
                ],
            ),
            Self::Compound => Compound::new()
                .with(Packed::by(by))
                .with(Packed::by_itself())
                .attest(&attested),
        }
    }

    fn make(self, about: &About, edits: &Edits<'_>) -> Made {
        static STATEMENTS: Kept<(Format, Algorithm), Statement> = Kept::new();
        let named = (self, about.key.algorithm());
        let mut statement = STATEMENTS.get(named, || self.statement(about));
        if !self.is_certified() {
            return Made {
                statement,
                signed_by_authority: None,
            };
        }
        let mut chain = self.chain(about, edits);
        let signed_by_authority = Some(to_be_signed(&chain[0]).to_vec());
        edits.apply(part::CERTIFICATE, part::COUNT, &mut chain[0]);
        let attested = about.attested();
        match self {
            Self::SafetyNet => safetynet(&mut statement, &attested, chain, edits),
            Self::Compound => set_x5c_of_first(&mut statement, chain),
            _ => statement.set("x5c", x5c(chain)),
        }
        if self == Self::Tpm {
            tpm(&mut statement, about, edits);
        }
        Made {
            statement,
            signed_by_authority,
        }
    }
}

/// Sets the certificates of a compound statement's first part.
fn set_x5c_of_first(compound: &mut Statement, chain: Vec<Vec<u8>>) {
    let Cbor::Array(parts) = &mut compound.value else {
        panic!("a compound statement is a list");
    };
    let Some(Cbor::Map(first)) = parts.first_mut() else {
        panic!("of maps");
    };
    let Some(Cbor::Map(inner)) = first.get_mut(&cbor_text("attStmt")) else {
        panic!("of statements");
    };
    inner.insert(cbor_text("x5c"), x5c(chain));
}

fn x5c(chain: Vec<Vec<u8>>) -> Cbor {
    Cbor::Array(chain.into_iter().map(Cbor::Bytes).collect())
}

/// The first element of a certificate.
fn to_be_signed(certificate: &[u8]) -> &[u8] {
    let contents = &certificate[head_bytes(certificate)..];
    let (head, length) = (head_bytes(contents), content_bytes(contents));
    &contents[..head + length]
}

/// How long the tag and the length of an element are.
fn head_bytes(element: &[u8]) -> usize {
    match element[1] {
        length @ 0x80.. => 2 + usize::from(length & 0x7f),
        _ => 2,
    }
}

fn content_bytes(element: &[u8]) -> usize {
    match element[1] {
        0x80.. => element[2..head_bytes(element)]
            .iter()
            .fold(0, |length, byte| (length << 8) | usize::from(*byte)),
        length => length.into(),
    }
}

/// The attestation structure is about the public area as it is edited.
fn tpm(statement: &mut Statement, about: &About, edits: &Edits<'_>) {
    let mut public_area = about.public_area.clone();
    edits.apply(part::FIRST, part::COUNT, &mut public_area);
    let mut cert_info = CertInfo::default();
    cert_info.extra_data = Some(about.attested().nonce());
    cert_info.name = Some(name(&public_area));
    let mut cert_info = cert_info.to_bytes();
    edits.apply(part::SECOND, part::COUNT, &mut cert_info);
    let signature = kept::sign("attestation", attestation_key(), &cert_info);
    statement.set("sig", Cbor::Bytes(signature));
    statement.set("certInfo", Cbor::Bytes(cert_info));
    statement.set("pubArea", Cbor::Bytes(public_area));
}

/// The name of a public area: its own choice of hash, and that hash.
fn name(public_area: &[u8]) -> Vec<u8> {
    let algorithm = public_area.get(2..4).unwrap_or_default();
    let digest = match algorithm {
        [0, 0x0c] => Sha384::digest(public_area).to_vec(),
        [0, 0x0d] => Sha512::digest(public_area).to_vec(),
        _ => Sha256::digest(public_area).to_vec(),
    };
    [algorithm, &digest].concat()
}

/// Header and payload are signed as they are edited.
fn safetynet(
    statement: &mut Statement,
    attested: &Attested<'_>,
    chain: Vec<Vec<u8>>,
    edits: &Edits<'_>,
) {
    let by = AttestationKey::new(attestation_key().clone(), chain);
    let draft = SafetyNet::by(by, NOW).draft(attested);
    let mut header = draft.header.to_string().into_bytes();
    edits.apply(part::FIRST, part::COUNT, &mut header);
    let mut payload = draft.payload.to_string().into_bytes();
    edits.apply(part::SECOND, part::COUNT, &mut payload);
    let signed = [base64url(&header), base64url(&payload)].join(".");
    let signature = kept::sign("attestation", attestation_key(), signed.as_bytes());
    let response = [signed, base64url(&side_by_side(&signature))].join(".");
    statement.set("response", Cbor::Bytes(response.into_bytes()));
}

/// The two numbers of a signature of P-256, as a JWS has them: in 32 bytes each.
pub(super) fn side_by_side(der: &[u8]) -> Vec<u8> {
    let (r, s) = der[4..].split_at(der[3].into());
    let number = |bytes: &[u8]| {
        let padded = [[0; 32].as_slice(), bytes].concat();
        padded[padded.len() - 32..].to_vec()
    };
    [number(r), number(&s[2..])].concat()
}

/// An unedited statement is accepted; an edited one is refused, or proves the same about the same
/// credential by the same signatures.
fn attestation(format: Format, credential: usize, data: &[u8]) {
    let about = about(credential);
    let edits = Edits::read(data);
    let made = format.make(about, &edits);
    let mut statement = canonical(&made.statement.value);
    edits.apply(part::STATEMENT, part::COUNT, &mut statement);
    let object = attestation_object(format.name(), &statement, &about.authenticator_data);
    let judge = |trust: &Trust| registered(CREDENTIAL_ID, &CLIENT_DATA, &object, trust);

    let unverified = judge(&Trust::unverified().with_rules(rules()));
    let anchored = judge(&ANCHORED);
    if edits.is_empty() {
        assert!(unverified.is_ok() && anchored.is_ok(), "{anchored:?}");
    }
    assert!(anchored.is_err() || unverified.is_ok(), "trust adds checks");
    let signed = signed_members(&made.statement.value);
    let is_whole = signed.iter().all(|signed| contains(&statement, signed));
    if format == Format::Compound && !is_whole {
        // Nobody signs the list: a statement can be taken out of it, and then proves nothing.
        let verdicts = [unverified, anchored].into_iter().flatten();
        verdicts.for_each(|made| proves_less(&made, &statement, &signed));
        return;
    }
    for verdict in [&unverified, &anchored].into_iter().flatten() {
        assert!(is_whole, "a signature of somebody else's");
        proves(format, about, &statement, verdict);
    }
    if let Ok(anchored) = anchored {
        assert_eq!(anchored.attestation().is_trusted(), format.is_certified());
        if let Some(signed) = made.signed_by_authority {
            let certificate = &anchored.attestation().certificates()[0];
            assert!(contains(certificate, &signed), "not as it was issued");
        }
    }
}

/// Signatures and what they are over, where that is in the statement too.
pub(super) fn signed_members(statement: &Cbor) -> Vec<Vec<u8>> {
    match statement {
        Cbor::Map(members) => ["attStmt", "certInfo", "pubArea", "response", "sig"]
            .iter()
            .filter_map(|name| members.get(&cbor_text(name)))
            .flat_map(|member| match member {
                Cbor::Bytes(bytes) => vec![bytes.clone()],
                inner => signed_members(inner),
            })
            .collect(),
        Cbor::Array(parts) => parts.iter().flat_map(signed_members).collect(),
        _ => Vec::new(),
    }
}

/// Of a compound statement without one of its two parts, of which the first has certificates.
fn proves_less(made: &NewCredential, statement: &[u8], signed: &[Vec<u8>]) {
    let [by_maker, by_itself] = [0, 1].map(|number| contains(statement, &signed[number]));
    let kind = made.attestation().kind();
    assert!(by_maker || !made.attestation().is_trusted());
    assert!(by_maker || kind != AttestationType::Basic);
    assert!(by_maker || by_itself || kind == AttestationType::None);
}

fn proves(format: Format, about: &About, statement: &[u8], made: &NewCredential) {
    let record = made.record();
    assert_eq!(record.id, CREDENTIAL_ID);
    assert_eq!(record.public_key.as_cose(), about.cose_key);
    assert_eq!((record.aaguid.0, record.sign_count), (AAGUID, 9));
    assert!(made.user_verified());
    assert_eq!(made.attestation().format(), format.name());
    assert_eq!(made.attestation().kind(), format.kind());

    let nonce = about.attested().nonce();
    let certificate = made.attestation().certificates().first();
    match format {
        Format::None => assert_eq!(statement, [0xa0], "it says nothing"),
        Format::Apple => assert!(certificate.is_some_and(|der| contains(der, &nonce))),
        Format::AndroidKey => {
            let hash = about.client_data_hash;
            assert!(certificate.is_some_and(|der| contains(der, &hash)));
        }
        Format::Tpm => {
            let cert_info = member(statement, "certInfo");
            assert!(contains(&cert_info, &nonce));
            let name = name(&member(statement, "pubArea"));
            assert!(contains(&cert_info, &name));
        }
        Format::SafetyNet => {
            let response = member(statement, "response");
            let response = String::from_utf8(response).expect("it is text");
            let payload = response.split('.').nth(1).expect("it has three parts");
            let payload = Base64UrlUnpadded::decode_vec(payload).expect("it is base64url");
            let payload = String::from_utf8(payload).expect("it is text");
            let payload = members(&payload).expect("it is an object");
            let sent = text(&payload, "nonce").expect("there is a nonce");
            // Either alphabet, with or without the padding.
            let sent = sent
                .trim_end_matches('=')
                .replace('+', "-")
                .replace('/', "_");
            assert_eq!(sent, base64url(&nonce));
        }
        _ => {}
    }
}

/// A member of a statement that was accepted, whatever else is in it.
fn member(statement: &[u8], name: &str) -> Vec<u8> {
    let map = cbor_map(statement).expect("an accepted statement is a map");
    match map.get(&cbor_text(name)) {
        Some(Cbor::Bytes(bytes)) => bytes.clone(),
        other => panic!("{name} is {other:?}"),
    }
}

fn choose(format: impl Fn(u8) -> Format, data: &[u8]) {
    let Some((choice, edits)) = data.split_first() else {
        return;
    };
    attestation(format(choice % 2), usize::from(choice / 2), edits);
}

/// Format `android-key`: the key description is edited, too.
pub fn attestation_android_key(data: &[u8]) {
    choose(|_| Format::AndroidKey, data);
}

/// Format `apple`.
pub fn attestation_apple(data: &[u8]) {
    choose(|_| Format::Apple, data);
}

/// Format `compound`, of two statements of format `packed`.
pub fn attestation_compound(data: &[u8]) {
    choose(|_| Format::Compound, data);
}

/// Format `fido-u2f`, which has one algorithm.
pub fn attestation_fido_u2f(data: &[u8]) {
    attestation(Format::FidoU2f, 0, data);
}

/// Format `none`.
pub fn attestation_none(data: &[u8]) {
    choose(|_| Format::None, data);
}

/// Format `packed`, by an attestation key or by the credential's.
pub fn attestation_packed(data: &[u8]) {
    let formats = [Format::Packed, Format::PackedSelf];
    choose(|choice| formats[usize::from(choice)], data);
}

/// Format `android-safetynet`: header and payload are edited, too.
pub fn attestation_safetynet(data: &[u8]) {
    choose(|_| Format::SafetyNet, data);
}

/// Format `tpm`: both structures are edited, too.
pub fn attestation_tpm(data: &[u8]) {
    choose(|_| Format::Tpm, data);
}
