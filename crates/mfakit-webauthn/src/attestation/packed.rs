//! [Packed attestation](https://www.w3.org/TR/webauthn-3/#sctn-packed-attestation).

use der::asn1::ObjectIdentifier;
use der::{AnyRef, Decode as _, Reader as _, SliceReader};

use super::{AttestationType, Statement, Verified, leaf_and_path, verify_aaguid};
use crate::certificate::{Certificate, oid};
use crate::error::Reason;

pub(super) fn verify(statement: &Statement<'_, '_>) -> Result<Verified, Reason> {
    let algorithm = statement.algorithm()?;
    let signature = statement.bytes("sig")?;
    let message = [statement.data.bytes, statement.client_data_hash.as_slice()];
    // ECDAA was dropped after Level 1; nothing verifies it.
    if statement.member("ecdaaKeyId")?.is_some() {
        return Err(Reason::Statement);
    }
    if statement.member("x5c")?.is_none() {
        // "Validate that alg matches the algorithm of the credentialPublicKey in
        // authenticatorData", then "Verify that sig is a valid signature … using the credential
        // public key with alg."
        if algorithm != statement.public_key.algorithm() {
            return Err(Reason::StatementAlgorithm);
        }
        statement
            .prepared
            .verify(&message, signature)
            .map_err(|_| Reason::StatementSignature)?;
        return Ok(Verified::without_path(AttestationType::SelfAttestation));
    }
    let (certificate, path) = leaf_and_path(&statement.certificates()?)?;
    // "Verify that sig is a valid signature over the concatenation of authenticatorData and
    // clientDataHash using the attestation public key in attestnCert with the algorithm in alg."
    statement.verify_by_certificate(&certificate, algorithm, &message, signature)?;
    verify_requirements(&certificate)?;
    verify_aaguid(&certificate, &statement.attested.aaguid)?;
    Ok(Verified {
        kind: AttestationType::Basic,
        path,
        trusted: false,
    })
}

/// [L3 section 8.2.1]: version 3, four attributes of the subject, not a CA.
///
/// [L3 section 8.2.1]: https://www.w3.org/TR/webauthn-3/#sctn-packed-attestation-cert-requirements
fn verify_requirements(certificate: &Certificate<'_>) -> Result<(), Reason> {
    let subject = Subject::parse(certificate.subject).ok_or(Reason::CertificateMalformed)?;
    let is_ca = certificate
        .basic_constraints()?
        .is_some_and(|constraints| constraints.ca);
    if certificate.version == 3 && !is_ca && subject.is_complete() {
        Ok(())
    } else {
        Err(Reason::CertificateRequirements)
    }
}

/// The attributes that the subject of a packed attestation certificate has.
#[derive(Default)]
struct Subject<'a> {
    country: &'a [u8],
    organization: &'a [u8],
    unit: &'a [u8],
    common_name: &'a [u8],
}

impl<'a> Subject<'a> {
    fn parse(name: &'a [u8]) -> Option<Self> {
        let mut subject = Self::default();
        let mut sets = SliceReader::new(AnyRef::from_der(name).ok()?.value()).ok()?;
        while !sets.is_finished() {
            let mut set = SliceReader::new(AnyRef::decode(&mut sets).ok()?.value()).ok()?;
            while !set.is_finished() {
                let attribute = AnyRef::decode(&mut set).ok()?;
                let mut fields = SliceReader::new(attribute.value()).ok()?;
                let id = ObjectIdentifier::decode(&mut fields).ok()?;
                let value = AnyRef::decode(&mut fields).ok()?.value();
                match id {
                    oid::COUNTRY => subject.country = value,
                    oid::ORGANIZATION => subject.organization = value,
                    oid::ORGANIZATIONAL_UNIT => subject.unit = value,
                    oid::COMMON_NAME => subject.common_name = value,
                    _ => {}
                }
            }
        }
        Some(subject)
    }

    fn is_complete(&self) -> bool {
        // ISO 3166 codes have two letters.
        self.country.len() == 2
            && !self.organization.is_empty()
            && self.unit == b"Authenticator Attestation"
            && !self.common_name.is_empty()
    }
}
