//! Attestation: what a new credential's authenticator says about itself ([L3 section 6.5], with
//! the formats of section 8).
//!
//! [L3 section 6.5]: https://www.w3.org/TR/webauthn-3/#sctn-attestation

mod android_key;
mod android_safetynet;
mod apple;
mod compound;
mod fido_u2f;
mod none;
mod object;
mod packed;
mod tpm;
mod trust;

use alloc::string::String;
use alloc::vec::Vec;

use mfakit_core::UnixTime;

use crate::aaguid::Aaguid;
use crate::algorithm::Algorithm;
use crate::authenticator_data::{AttestedCredential, AuthenticatorData};
use crate::cbor::Item;
use crate::certificate::{Certificate, MAX_CHAIN};
use crate::error::Reason;
use crate::provider::{CryptoProvider, KeyMaterial, PreparedKey};
use crate::public_key::PublicKey;

pub(crate) use object::AttestationObject;
#[cfg(feature = "metadata")]
pub(crate) use trust::Chain;
pub use trust::{
    AttestationRules, InvalidAnchor, InvalidRevocationList, SafetyNetRule, TpmManufacturers, Trust,
};

/// What kind of key signed the attestation ([L3 section 6.5.3]).
///
/// [L3 section 6.5.3]: https://www.w3.org/TR/webauthn-3/#sctn-attestation-types
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum AttestationType {
    /// Nothing was attested.
    None,
    /// The credential's own key.
    SelfAttestation,
    /// A key that many authenticators of the model share.
    Basic,
    /// A key that an attestation CA certified for this authenticator.
    AttestationCa,
    /// A key that an anonymization CA certified for this credential.
    AnonymizationCa,
}

impl AttestationType {
    /// Returns the short name that tools use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::SelfAttestation => "self",
            Self::Basic => "basic",
            Self::AttestationCa => "attca",
            Self::AnonymizationCa => "anonca",
        }
    }
}

/// What an attestation proved.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Attestation {
    format: String,
    kind: AttestationType,
    trusted: bool,
    chain: Vec<Vec<u8>>,
    serial_number: Option<Vec<u8>>,
}

impl Attestation {
    /// Returns the format's identifier, such as `packed`.
    #[must_use]
    pub fn format(&self) -> &str {
        &self.format
    }

    /// Returns the type.
    #[must_use]
    pub const fn kind(&self) -> AttestationType {
        self.kind
    }

    /// Returns whether a chain leads to one of the anchors that were given.
    #[must_use]
    pub const fn is_trusted(&self) -> bool {
        self.trusted
    }

    /// Returns the certificates in DER, the attestation certificate first.
    #[must_use]
    pub fn certificates(&self) -> &[Vec<u8>] {
        &self.chain
    }

    /// Returns the number that tells the device from all others of its model, which enterprise
    /// attestations have ([L3 section 8.2.2]).
    ///
    /// # Security
    ///
    /// It is its maker's word only where [`Attestation::is_trusted`].
    ///
    /// [L3 section 8.2.2]: https://www.w3.org/TR/webauthn-3/#sctn-enterprise-packed-attestation-cert-requirements
    #[must_use]
    pub fn serial_number(&self) -> Option<&[u8]> {
        self.serial_number.as_deref()
    }
}

/// What the verification procedures of section 8 start from.
#[derive(Clone, Copy)]
pub(crate) struct Statement<'s, 'a> {
    pub(crate) statement: Item<'a>,
    pub(crate) data: &'s AuthenticatorData<'a>,
    pub(crate) client_data_hash: &'s [u8; 32],
    pub(crate) attested: AttestedCredential<'a>,
    pub(crate) public_key: &'s PublicKey,
    pub(crate) prepared: &'s PreparedKey,
    pub(crate) provider: &'s CryptoProvider,
    pub(crate) trust: &'s Trust,
    pub(crate) now: UnixTime,
    /// Whether the authenticator may say which one it is.
    pub(crate) enterprise: bool,
}

/// What a verification procedure returns: the type, the trust path, and what they are about.
pub(crate) struct Verified {
    pub(crate) kind: AttestationType,
    /// Certificates in DER, the attestation certificate first.
    pub(crate) path: Vec<Vec<u8>>,
    /// The model that is judged: what the statement covers, and not always what is claimed.
    pub(crate) model: Aaguid,
    /// Whether the certificate of a packed statement leaves the model unsaid.
    pub(crate) model_unsaid: bool,
    pub(crate) serial_number: Option<Vec<u8>>,
    /// Where the certificates were judged by a sub-statement already.
    pub(crate) trusted: bool,
}

impl Verified {
    const fn new(kind: AttestationType, path: Vec<Vec<u8>>, statement: &Statement<'_, '_>) -> Self {
        Self {
            kind,
            path,
            model: Aaguid(statement.attested.aaguid),
            model_unsaid: false,
            serial_number: None,
            trusted: false,
        }
    }

    const fn without_path(kind: AttestationType, statement: &Statement<'_, '_>) -> Self {
        Self::new(kind, Vec::new(), statement)
    }
}

/// Determines the format, verifies the statement and assesses how far it can be trusted.
pub(crate) fn judge(
    format: &str,
    statement: &Statement<'_, '_>,
    required: bool,
) -> Result<Attestation, Reason> {
    let verified = verify(format, statement)?;
    let trust = statement.trust;
    let trusted = verified.trusted || trust.judge(&verified, statement)?;
    if required && !trusted {
        return Err(Reason::AttestationRequired);
    }
    if !trust.allows_model(verified.model) {
        return Err(Reason::ModelNotAllowed);
    }
    Ok(Attestation {
        format: format.into(),
        kind: verified.kind,
        trusted,
        chain: verified.path,
        serial_number: verified.serial_number,
    })
}

/// "Determine the attestation statement format by performing a USASCII case-sensitive match on
/// fmt against the set of supported WebAuthn Attestation Statement Format Identifier values."
fn verify(format: &str, statement: &Statement<'_, '_>) -> Result<Verified, Reason> {
    match format {
        "compound" => compound::verify(statement),
        format => verify_simple(format, statement),
    }
}

/// Every format but `compound`, which cannot contain itself.
fn verify_simple(format: &str, statement: &Statement<'_, '_>) -> Result<Verified, Reason> {
    match format {
        "none" => none::verify(statement),
        "packed" => packed::verify(statement),
        "fido-u2f" => fido_u2f::verify(statement),
        "tpm" => tpm::verify(statement),
        "android-key" => android_key::verify(statement),
        "android-safetynet" => android_safetynet::verify(statement),
        "apple" => apple::verify(statement),
        _ => Err(Reason::Format),
    }
}

impl<'a> Statement<'_, 'a> {
    /// A member of the statement's map.
    fn member(&self, name: &str) -> Result<Option<Item<'a>>, Reason> {
        let mut members = self.statement.map().map_err(|_| Reason::Statement)?;
        Ok(members
            .find(|(key, _)| key.text() == Ok(name))
            .map(|(_, value)| value))
    }

    fn required(&self, name: &str) -> Result<Item<'a>, Reason> {
        self.member(name)?.ok_or(Reason::Statement)
    }

    fn bytes(&self, name: &str) -> Result<&'a [u8], Reason> {
        self.required(name)?.bytes().map_err(|_| Reason::Statement)
    }

    /// `alg`: an algorithm that the table has, and none of SHA-1.
    fn algorithm(&self) -> Result<Algorithm, Reason> {
        let algorithm = self.any_algorithm()?;
        if algorithm.scheme().uses_sha1() {
            return Err(Reason::StatementAlgorithm);
        }
        Ok(algorithm)
    }

    /// `alg` of a TPM: old ones know nothing better than RS1.
    fn tpm_algorithm(&self) -> Result<Algorithm, Reason> {
        let algorithm = self.any_algorithm()?;
        if algorithm.scheme().uses_sha1() && !self.trust.rules().allow_sha1 {
            return Err(Reason::Sha1);
        }
        Ok(algorithm)
    }

    fn any_algorithm(&self) -> Result<Algorithm, Reason> {
        let number = self
            .required("alg")?
            .integer()
            .map_err(|_| Reason::Statement)?;
        Algorithm::from_cose_id(number).ok_or(Reason::StatementAlgorithm)
    }

    /// `x5c`: at least one certificate, and no more than a chain can have.
    fn certificates(&self) -> Result<Vec<&'a [u8]>, Reason> {
        let list = self
            .required("x5c")?
            .array()
            .map_err(|_| Reason::Statement)?;
        let mut certificates = Vec::new();
        for item in list {
            if certificates.len() >= MAX_CHAIN {
                return Err(Reason::ChainTooLong);
            }
            certificates.push(item.bytes().map_err(|_| Reason::Statement)?);
        }
        if certificates.is_empty() {
            return Err(Reason::Statement);
        }
        Ok(certificates)
    }

    /// Verifies a signature with the key of a certificate.
    fn verify_by_certificate(
        &self,
        certificate: &Certificate<'_>,
        algorithm: Algorithm,
        message: &[&[u8]],
        signature: &[u8],
    ) -> Result<(), Reason> {
        certificate
            .public_key
            .prepare(algorithm.scheme(), self.provider)?
            .verify(message, signature)
            .map_err(|_| Reason::StatementSignature)
    }

    /// Whether a certificate's key is the credential's.
    fn is_credential_key(&self, certificate: &Certificate<'_>) -> bool {
        let scheme = self.public_key.algorithm().scheme();
        match (
            certificate.public_key.material(scheme),
            self.public_key.material(),
        ) {
            // DER has a zero before most moduli, and COSE has none.
            (
                Some(KeyMaterial::Rsa { n, e }),
                KeyMaterial::Rsa {
                    n: modulus,
                    e: exponent,
                },
            ) => number(n) == number(modulus) && number(e) == number(exponent),
            (certified, credential) => certified == Some(credential),
        }
    }
}

/// A big-endian number without the zeros before it.
fn number(bytes: &[u8]) -> &[u8] {
    let mut rest = bytes;
    while let [0, after @ ..] = rest {
        rest = after;
    }
    rest
}

/// The first certificate of a list that is not empty, and all of them for the trust path.
fn leaf_and_path<'a>(x5c: &[&'a [u8]]) -> Result<(Certificate<'a>, Vec<Vec<u8>>), Reason> {
    let leaf = Certificate::parse(x5c.first().ok_or(Reason::Statement)?)?;
    Ok((leaf, x5c.iter().map(|der| der.to_vec()).collect()))
}

/// Whether a certificate says that it is no authority's, as the requirements of the formats demand:
/// "The Basic Constraints extension MUST have the CA component set to false."
fn is_end_entity(certificate: &Certificate<'_>) -> Result<bool, Reason> {
    let constraints = certificate.basic_constraints()?;
    Ok(constraints.is_some_and(|constraints| !constraints.ca))
}

/// The FIDO extension with the model's AAGUID: an OCTET STRING within the extension's, and not
/// critical ([L3 section 8.2.1]). Returns whether it is there.
///
/// [L3 section 8.2.1]: https://www.w3.org/TR/webauthn-3/#sctn-packed-attestation-cert-requirements
fn verify_aaguid(certificate: &Certificate<'_>, aaguid: &[u8; 16]) -> Result<bool, Reason> {
    let Some(extension) = certificate.extension(crate::certificate::oid::FIDO_AAGUID) else {
        return Ok(false);
    };
    if extension.critical {
        return Err(Reason::CertificateRequirements);
    }
    match extension.value {
        [0x04, 0x10, value @ ..] if value == aaguid => Ok(true),
        _ => Err(Reason::CertificateAaguid),
    }
}
