//! A registration with any statement, and what it is refused for.

use base64ct::{Base64UrlUnpadded, Encoding as _};
use mfakit_core::UnixTime;
use mfakit_testkit::certificate::{Authority, Certificate, Hierarchy};
use mfakit_testkit::statement::{Attest, AttestationKey, Attested, Statement, from_fn};
use mfakit_testkit::{Cbor, SeededRng, SigningKey};
use mfakit_webauthn::{
    Algorithm, Attestation, AttestationRules, Category, Error, Policy, Reason,
    RegistrationResponse, RelyingParty, Trust, UserHandle, danger,
};
use serde_json::json;
use sha2::{Digest as _, Sha256};

/// 2026-01-01.
pub(crate) const NOW: UnixTime = UnixTime::from_secs(1_767_225_600);
pub(crate) const YESTERDAY: UnixTime = UnixTime::from_secs(NOW.as_secs() - 86_400);
pub(crate) const TOMORROW: UnixTime = UnixTime::from_secs(NOW.as_secs() + 86_400);
pub(crate) const AAGUID: [u8; 16] = [0xaa; 16];
const CHALLENGE: &[u8] = &[0xc4; 32];
const CREDENTIAL_ID: &[u8] = &[0x1d; 20];

/// The credential's key, the attestation key, and those of authorities.
pub(crate) const CREDENTIAL: u64 = 1;
pub(crate) const ATTESTATION: u64 = 2;
const ROOT: u64 = 3;
const ISSUING: u64 = 4;

/// Reason, code, category and step of a refusal.
pub(crate) type Refusal = (Reason, &'static str, Category, &'static str);

const VERIFY: &str = "reg-ceremony-verify-attestation";
const ASSESS: &str = "reg-ceremony-assess-trust";
const FORMAT_STEP: &str = "Determine the attestation statement format";

macro_rules! refusals {
    ($($name:ident = $reason:ident, $code:literal, $category:ident, $step:expr;)*) => {
        $(pub(crate) const $name: Refusal =
            (Reason::$reason, $code, Category::$category, $step);)*
    };
}

refusals! {
    FORMAT = Format, "W070", UnknownAttestationFormat, FORMAT_STEP;
    FORMAT_OFF = FormatOff, "W071", UnknownAttestationFormat, FORMAT_STEP;
    STATEMENT = Statement, "W072", AttestationMalformed, VERIFY;
    NONE_NOT_EMPTY = NoneNotEmpty, "W073", AttestationMalformed, VERIFY;
    ALGORITHM = StatementAlgorithm, "W074", AttestationMalformed, VERIFY;
    SIGNATURE = StatementSignature, "W075", AttestationSignatureInvalid, VERIFY;
    KEY = StatementKey, "W076", AttestationMalformed, VERIFY;
    DATA = StatementData, "W077", AttestationMalformed, VERIFY;
    TPM_STRUCTURE = TpmStructure, "W078", AttestationMalformed, VERIFY;
    KEY_DESCRIPTION = KeyDescription, "W079", AttestationMalformed, VERIFY;
    KEY_AUTHORIZATION = KeyAuthorization, "W080", AttestationMalformed, VERIFY;
    SAFETYNET = SafetyNet, "W081", AttestationMalformed, VERIFY;
    SHA1 = Sha1, "W082", AttestationPolicy, VERIFY;
    U2F_AAGUID = U2fAaguid, "W083", AttestationMalformed, VERIFY;
    CERTIFICATE_MALFORMED = CertificateMalformed, "W090", AttestationCertificateInvalid, VERIFY;
    REQUIREMENTS = CertificateRequirements, "W091", AttestationCertificateInvalid, VERIFY;
    CERTIFICATE_AAGUID = CertificateAaguid, "W092", AttestationCertificateInvalid, VERIFY;
    CHAIN_TOO_LONG = ChainTooLong, "W093", AttestationCertificateInvalid, VERIFY;
    CHAIN_INVALID = ChainInvalid, "W094", AttestationCertificateInvalid, ASSESS;
    UNTRUSTED = Untrusted, "W095", AttestationPolicy, ASSESS;
    REQUIRED = AttestationRequired, "W096", AttestationPolicy,
        "reg-ceremony-attestation-trust-anchors";
    MODEL = ModelNotAllowed, "W097", AttestationPolicy, ASSESS;
    SERIAL_NUMBER = SerialNumber, "W084", AttestationCertificateInvalid, VERIFY;
    STRAY = StrayCertificate, "W098", AttestationPolicy, ASSESS;
}

/// The key of this number.
pub(crate) fn key_of(algorithm: Algorithm, number: u64) -> SigningKey {
    SigningKey::generate(algorithm, &mut SeededRng::new(number)).expect("the algorithm is there")
}

/// The ES256 key of this number.
pub(crate) fn key(number: u64) -> SigningKey {
    key_of(Algorithm::Es256, number)
}

/// A root and an authority below it.
pub(crate) fn hierarchy() -> Hierarchy {
    Hierarchy::new(key(ROOT), key(ISSUING))
}

/// The attestation key, with this certificate from the hierarchy.
pub(crate) fn certified(certificate: &Certificate) -> AttestationKey {
    certified_key(key(ATTESTATION), certificate)
}

/// Another attestation key, with this certificate from the hierarchy.
pub(crate) fn certified_key(key: SigningKey, certificate: &Certificate) -> AttestationKey {
    AttestationKey::new(key, hierarchy().chain(certificate))
}

/// An authority with the ES256 key of this number.
pub(crate) fn authority(common_name: &str, number: u64) -> Authority {
    Authority::new(common_name, key(number))
}

/// A registration whose statement is up to the test.
pub(crate) struct Registration {
    pub(crate) policy: Policy,
    pub(crate) trust: Trust,
    pub(crate) key: SigningKey,
    pub(crate) aaguid: [u8; 16],
}

impl Default for Registration {
    /// Trusts the root of [`hierarchy`].
    fn default() -> Self {
        Self {
            policy: Policy::passkey(),
            trust: trust(&[hierarchy().anchor()]),
            key: key(CREDENTIAL),
            aaguid: AAGUID,
        }
    }
}

pub(crate) fn trust(anchors: &[Vec<u8>]) -> Trust {
    let anchors: Vec<&[u8]> = anchors.iter().map(Vec::as_slice).collect();
    Trust::anchors(&anchors).expect("the anchors are certificates")
}

impl Registration {
    /// Changes how statements are read.
    pub(crate) fn with_rules(mut self, change: impl FnOnce(&mut AttestationRules)) -> Self {
        let mut rules = AttestationRules::DEFAULT;
        change(&mut rules);
        self.trust = self.trust.with_rules(rules);
        self
    }

    pub(crate) fn with_key(self, key: SigningKey) -> Self {
        Self { key, ..self }
    }

    fn authenticator_data(&self) -> Vec<u8> {
        let length = u16::try_from(CREDENTIAL_ID.len()).expect("the id is short");
        let cose_key = serde_cbor::to_vec(&self.key.cose()).expect("a key is CBOR");
        [
            Sha256::digest("example.com").as_slice(),
            &[0x45, 0, 0, 0, 9],
            &self.aaguid,
            &length.to_be_bytes(),
            CREDENTIAL_ID,
            &cose_key,
        ]
        .concat()
    }

    /// The verdict about a statement.
    pub(crate) fn judge(&self, attest: &dyn Attest) -> Result<Attestation, Error> {
        let client_data = json!({
            "type": "webauthn.create",
            "challenge": base64url(CHALLENGE),
            "origin": "https://example.com",
            "crossOrigin": false,
        })
        .to_string();
        let hash = Sha256::digest(&client_data).into();
        let authenticator_data = self.authenticator_data();
        let statement = attest.attest(&Attested::new(&authenticator_data, hash, &self.key));
        let object = Statement::new(
            "",
            [
                ("fmt", Cbor::Text(statement.format)),
                ("attStmt", statement.value),
                ("authData", Cbor::Bytes(authenticator_data)),
            ],
        );
        let object = serde_cbor::to_vec(&object.value).expect("it is CBOR");
        let id = base64url(CREDENTIAL_ID);
        let response = json!({
            "id": id,
            "rawId": id,
            "type": "public-key",
            "response": {
                "clientDataJSON": base64url(client_data.as_bytes()),
                "attestationObject": base64url(&object),
            },
            "clientExtensionResults": {},
        })
        .to_string();
        self.finish(&response)
    }

    fn finish(&self, response: &str) -> Result<Attestation, Error> {
        let rp = RelyingParty::builder("example.com")
            .origin("https://example.com")
            .build()
            .expect("the relying party is good");
        let user = UserHandle::from_bytes(b"ada").expect("the handle is short");
        let ceremony =
            danger::registration_with_challenge(&rp, &user, &[], self.policy, CHALLENGE, NOW);
        let response = RegistrationResponse::from_json(response)?;
        ceremony
            .finish(&rp, &response, NOW, &self.trust)
            .map(|credential| credential.attestation().clone())
    }

    /// What a statement is refused for.
    pub(crate) fn refusal(&self, attest: &dyn Attest) -> Refusal {
        match self.judge(attest) {
            Ok(attestation) => panic!("accepted: {attestation:?}"),
            Err(error) => (error.reason(), error.code(), error.category(), error.step()),
        }
    }

    /// The attestation of a statement that must pass.
    pub(crate) fn accepted(&self, attest: &dyn Attest) -> Attestation {
        match self.judge(attest) {
            Ok(attestation) => attestation,
            Err(error) => panic!("refused: {error:?}"),
        }
    }
}

/// What a statement is refused for, by a relying party with the default rules.
pub(crate) fn refusal(attest: &dyn Attest) -> Refusal {
    Registration::default().refusal(attest)
}

/// Asserts that each member of a statement must be there, and must be of its type.
pub(crate) fn assert_members(registration: &Registration, good: &dyn Attest, members: &[&str]) {
    for member in members {
        let missing = |about: &Attested<'_>| {
            let mut statement = good.attest(about);
            statement.remove(member).expect("the member is there");
            statement
        };
        assert_eq!(
            registration.refusal(&from_fn(missing)),
            STATEMENT,
            "without {member}"
        );
        let wrong = changed(good, |statement| statement.set(member, Cbor::Bool(true)));
        assert_eq!(registration.refusal(&wrong), STATEMENT, "{member} is true");
    }
    let no_map = changed(good, |statement| statement.value = Cbor::Text("x".into()));
    assert_eq!(registration.refusal(&no_map), STATEMENT);
}

/// A statement with something changed, and its old signature.
pub(crate) fn changed<'a>(
    good: &'a dyn Attest,
    change: impl Fn(&mut Statement) + Send + Sync + 'a,
) -> impl Attest + 'a {
    from_fn(move |about| {
        let mut statement = good.attest(about);
        change(&mut statement);
        statement
    })
}

fn base64url(bytes: &[u8]) -> String {
    Base64UrlUnpadded::encode_string(bytes)
}
