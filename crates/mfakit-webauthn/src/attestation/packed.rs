//! [Packed attestation](https://www.w3.org/TR/webauthn-3/#sctn-packed-attestation).

use der::asn1::ObjectIdentifier;
use der::{AnyRef, Decode as _, Reader as _, SliceReader, Tag};

use super::{AttestationType, Statement, Verified, is_end_entity, leaf_and_path, verify_aaguid};
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
        let kind = AttestationType::SelfAttestation;
        return Ok(Verified::without_path(kind, statement));
    }
    let (certificate, path) = leaf_and_path(&statement.certificates()?)?;
    // "Verify that sig is a valid signature over the concatenation of authenticatorData and
    // clientDataHash using the attestation public key in attestnCert with the algorithm in alg."
    statement.verify_by_certificate(&certificate, algorithm, &message, signature)?;
    verify_requirements(&certificate)?;
    let model_is_said = verify_aaguid(&certificate, &statement.attested.aaguid)?;
    let serial_number = serial_number(&certificate)?;
    if serial_number.is_some() && !statement.enterprise {
        return Err(Reason::SerialNumber);
    }
    Ok(Verified {
        model_unsaid: !model_is_said,
        serial_number: serial_number.map(<[u8]>::to_vec),
        ..Verified::new(AttestationType::Basic, path, statement)
    })
}

/// The FIDO extension with the device's number ([L3 section 8.2.2]): an OCTET STRING within the
/// extension's, and not critical.
///
/// [L3 section 8.2.2]: https://www.w3.org/TR/webauthn-3/#sctn-enterprise-packed-attestation-cert-requirements
fn serial_number<'a>(certificate: &Certificate<'a>) -> Result<Option<&'a [u8]>, Reason> {
    let Some(extension) = certificate.extension(oid::FIDO_SERIAL_NUMBER) else {
        return Ok(None);
    };
    match AnyRef::from_der(extension.value) {
        Ok(any) if !extension.critical && any.header().tag() == Tag::OctetString => {
            Ok(Some(any.value()))
        }
        _ => Err(Reason::CertificateRequirements),
    }
}

/// [L3 section 8.2.1]: version 3, four attributes of the subject, not a CA.
///
/// [L3 section 8.2.1]: https://www.w3.org/TR/webauthn-3/#sctn-packed-attestation-cert-requirements
fn verify_requirements(certificate: &Certificate<'_>) -> Result<(), Reason> {
    let subject = Subject::parse(certificate.subject).ok_or(Reason::CertificateMalformed)?;
    let is_end_entity = is_end_entity(certificate)?;
    if certificate.version == 3 && is_end_entity && subject.is_complete() {
        Ok(())
    } else {
        Err(Reason::CertificateRequirements)
    }
}

/// The attributes that the subject of a packed attestation certificate has.
#[derive(Default)]
struct Subject<'a> {
    country: Option<&'a [u8]>,
    organization: Option<&'a [u8]>,
    unit: Option<&'a [u8]>,
    common_name: Option<&'a [u8]>,
    /// Whether one of them is there twice, so that nobody could say which counts.
    repeats: bool,
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
                let member = match id {
                    oid::COUNTRY => &mut subject.country,
                    oid::ORGANIZATION => &mut subject.organization,
                    oid::ORGANIZATIONAL_UNIT => &mut subject.unit,
                    oid::COMMON_NAME => &mut subject.common_name,
                    _ => continue,
                };
                subject.repeats |= member.replace(value).is_some();
            }
        }
        Some(subject)
    }

    fn is_complete(&self) -> bool {
        // ISO 3166 codes have two letters.
        let is_text = |value: Option<&[u8]>| value.is_some_and(|value| !value.is_empty());
        !self.repeats
            && self.country.is_some_and(|country| country.len() == 2)
            && is_text(self.organization)
            && self.unit == Some(b"Authenticator Attestation")
            && is_text(self.common_name)
    }
}
