//! What the certificate of an attestation identity key must be ([L3 section 8.3.1]).
//!
//! [L3 section 8.3.1]: https://www.w3.org/TR/webauthn-3/#sctn-tpm-cert-requirements

use der::asn1::ObjectIdentifier;
use der::{AnyRef, Decode as _, Reader as _, SliceReader, Tag, TagNumber};

use crate::attestation::{TpmManufacturers, is_end_entity};
use crate::certificate::{Certificate, oid};
use crate::error::Reason;

/// The [TCG registry] of vendors, with the number of the FIDO conformance tool (`FFFFF1D0`).
///
/// [TCG registry]: https://trustedcomputinggroup.org/resource/vendor-id-registry/
const REGISTERED: &[&[u8; 8]] = &[
    b"414D4400",
    b"414E5400",
    b"41544D4C",
    b"4252434D",
    b"4353434F",
    b"464C5953",
    b"474F4F47",
    b"48495349",
    b"48504500",
    b"48504900",
    b"49424D00",
    b"49465800",
    b"494E5443",
    b"4C454E00",
    b"4D534654",
    b"4E534700",
    b"4E534D20",
    b"4E544300",
    b"4E545A00",
    b"51434F4D",
    b"524F4343",
    b"5345414C",
    b"53454345",
    b"534D534E",
    b"534D5343",
    b"534E5300",
    b"53544D20",
    b"54584E00",
    b"57454300",
    // Not of the registry: that of simulated TPMs in the conformance tools of the FIDO Alliance.
    b"FFFFF1D0",
];

/// An empty `Name`.
const EMPTY_NAME: &[u8] = &[0x30, 0x00];

pub(super) fn verify_requirements(
    certificate: &Certificate<'_>,
    manufacturers: TpmManufacturers,
) -> Result<(), Reason> {
    // "Version MUST be set to 3.", "Subject field MUST be set to empty."
    if certificate.version != 3 || certificate.subject != EMPTY_NAME {
        return Err(Reason::CertificateRequirements);
    }
    // "The Extended Key Usage extension MUST contain the OID 2.23.133.8.3"
    if !certificate.has_extended_key_usage(oid::TCG_AIK) {
        return Err(Reason::CertificateRequirements);
    }
    // "The Basic Constraints extension MUST have the CA component set to false."
    if !is_end_entity(certificate)? {
        return Err(Reason::CertificateRequirements);
    }
    // "The Subject Alternative Name extension MUST be set as defined in [TPMv2-EK-Profile]"
    let name = certificate
        .extension(oid::SUBJECT_ALT_NAME)
        .and_then(|extension| TpmName::parse(extension.value))
        .ok_or(Reason::CertificateRequirements)?;
    let manufacturer = name
        .manufacturer
        .and_then(|value| value.strip_prefix(b"id:"));
    let is_registered = || {
        manufacturer.is_some_and(|id| {
            REGISTERED
                .iter()
                .any(|registered| id.eq_ignore_ascii_case(*registered))
        })
    };
    match manufacturers {
        TpmManufacturers::Registered if !is_registered() => Err(Reason::CertificateRequirements),
        TpmManufacturers::Registered | TpmManufacturers::Any => Ok(()),
    }
}

/// The three attributes that the alternative name of a TPM has.
#[derive(Default)]
struct TpmName<'a> {
    manufacturer: Option<&'a [u8]>,
    model: Option<&'a [u8]>,
    version: Option<&'a [u8]>,
}

impl<'a> TpmName<'a> {
    /// The attributes may be in one set or in several; all three are there, once.
    fn parse(general_names: &'a [u8]) -> Option<Self> {
        let directory_name = Tag::ContextSpecific {
            constructed: true,
            number: TagNumber(4),
        };
        let mut name = Self::default();
        let mut names = SliceReader::new(AnyRef::from_der(general_names).ok()?.value()).ok()?;
        while !names.is_finished() {
            let general_name = AnyRef::decode(&mut names).ok()?;
            if general_name.header().tag() == directory_name {
                name.read(general_name.value())?;
            }
        }
        let complete = [name.manufacturer, name.model, name.version]
            .iter()
            .all(|value| value.is_some_and(|value| !value.is_empty()));
        complete.then_some(name)
    }

    fn read(&mut self, directory_name: &'a [u8]) -> Option<()> {
        let mut sets = SliceReader::new(AnyRef::from_der(directory_name).ok()?.value()).ok()?;
        while !sets.is_finished() {
            let mut set = SliceReader::new(AnyRef::decode(&mut sets).ok()?.value()).ok()?;
            while !set.is_finished() {
                let attribute = AnyRef::decode(&mut set).ok()?;
                let mut fields = SliceReader::new(attribute.value()).ok()?;
                let id = ObjectIdentifier::decode(&mut fields).ok()?;
                let value = AnyRef::decode(&mut fields).ok()?.value();
                let member = match id {
                    oid::TPM_MANUFACTURER => &mut self.manufacturer,
                    oid::TPM_MODEL => &mut self.model,
                    oid::TPM_VERSION => &mut self.version,
                    _ => continue,
                };
                if member.replace(value).is_some() {
                    return None;
                }
            }
        }
        Some(())
    }
}
