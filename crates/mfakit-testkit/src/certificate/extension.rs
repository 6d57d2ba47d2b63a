//! Extensions of certificates, good and bad.

use super::{KeyDescription, Name, der, oid};

/// The bits of [`Extension::key_usage`] ([RFC 5280 section 4.2.1.3]), in the order of the first
/// byte.
///
/// [RFC 5280 section 4.2.1.3]: https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.3
pub mod key_usage {
    /// `digitalSignature`.
    pub const DIGITAL_SIGNATURE: u8 = 0x80;
    /// `keyCertSign`.
    pub const KEY_CERT_SIGN: u8 = 0x04;
    /// `cRLSign`.
    pub const CRL_SIGN: u8 = 0x02;
}

/// An extension, written as it is.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Extension {
    /// The numbers of its object identifier.
    pub id: Vec<u32>,
    /// Whether who does not understand it must refuse the certificate.
    pub critical: bool,
    /// What is inside of the OCTET STRING.
    pub value: Vec<u8>,
}

impl Extension {
    /// Makes an extension of any kind.
    #[must_use]
    pub fn new(id: &[u32], critical: bool, value: &[u8]) -> Self {
        Self {
            id: id.to_vec(),
            critical,
            value: value.to_vec(),
        }
    }

    /// Makes basic constraints: of a CA, if there may be certificates below.
    #[must_use]
    pub fn basic_constraints(ca: bool, path_length: Option<u8>) -> Self {
        let ca = if ca { der::boolean(true) } else { Vec::new() };
        let path_length = path_length.map_or_else(Vec::new, |most| der::integer(most.into()));
        let value = der::sequence(&[&ca, &path_length]);
        Self::new(oid::BASIC_CONSTRAINTS, true, &value)
    }

    /// Makes basic constraints whose default, `cA FALSE`, is written out: DER forbids it, and
    /// there are authenticators that do it.
    #[must_use]
    pub fn basic_constraints_with_default() -> Self {
        let value = der::sequence(&[&der::boolean(false)]);
        Self::new(oid::BASIC_CONSTRAINTS, true, &value)
    }

    /// Makes a key usage of the bits of [`key_usage`].
    #[must_use]
    pub fn key_usage(bits: u8) -> Self {
        let unused = u8::try_from(bits.trailing_zeros().min(7)).unwrap_or_default();
        Self::new(oid::KEY_USAGE, true, &der::bit_string(unused, &[bits]))
    }

    /// Makes an extended key usage.
    #[must_use]
    pub fn extended_key_usage(usages: &[&[u32]]) -> Self {
        let usages: Vec<Vec<u8>> = usages.iter().map(|id| der::object_identifier(id)).collect();
        let usages: Vec<&[u8]> = usages.iter().map(Vec::as_slice).collect();
        Self::new(oid::EXTENDED_KEY_USAGE, false, &der::sequence(&usages))
    }

    /// Makes a subject alternative name that is a `directoryName`, as TPMs have.
    #[must_use]
    pub fn alternative_directory_name(name: &Name) -> Self {
        let value = der::sequence(&[&der::context(4, &[&name.to_der()])]);
        Self::new(oid::SUBJECT_ALT_NAME, true, &value)
    }

    /// Makes a subject alternative name of DNS names.
    #[must_use]
    pub fn alternative_dns_names(names: &[&str]) -> Self {
        let names: Vec<Vec<u8>> = names
            .iter()
            .map(|name| der::context_primitive(2, name.as_bytes()))
            .collect();
        let names: Vec<&[u8]> = names.iter().map(Vec::as_slice).collect();
        Self::new(oid::SUBJECT_ALT_NAME, false, &der::sequence(&names))
    }

    /// Makes the FIDO extension with the AAGUID of a model.
    #[must_use]
    pub fn aaguid(aaguid: [u8; 16]) -> Self {
        Self::new(oid::FIDO_AAGUID, false, &der::octet_string(&aaguid))
    }

    /// Makes the FIDO extension with the transports of a U2F device, as the bits of its first
    /// byte: 0x80 Bluetooth classic, 0x40 Bluetooth low energy, 0x20 USB, 0x10 NFC.
    #[must_use]
    pub fn u2f_transports(bits: u8) -> Self {
        Self::new(
            oid::FIDO_U2F_TRANSPORTS,
            false,
            &der::bit_string(4, &[bits]),
        )
    }

    /// Makes Apple's extension with a nonce.
    #[must_use]
    pub fn apple_nonce(nonce: &[u8]) -> Self {
        let value = der::sequence(&[&der::context(1, &[&der::octet_string(nonce)])]);
        Self::new(oid::APPLE_NONCE, false, &value)
    }

    /// Makes Android's key description.
    #[must_use]
    pub fn key_description(description: &KeyDescription) -> Self {
        Self::new(oid::ANDROID_KEY_DESCRIPTION, false, &description.to_der())
    }

    /// Makes a critical extension that nobody knows.
    #[must_use]
    pub fn unknown_critical() -> Self {
        // An arc that RFC 5612 keeps for documentation.
        Self::new(&[1, 3, 6, 1, 4, 1, 32473, 1], true, &der::null())
    }

    /// Makes certificate policies that are no DER, as Intel's have been.
    #[must_use]
    pub fn malformed_policies() -> Self {
        Self::new(oid::CERTIFICATE_POLICIES, false, &[0xff])
    }

    /// Makes the identifier of an issuer's key that is none of anybody's.
    #[must_use]
    pub fn wrong_authority_key_id() -> Self {
        let value = der::sequence(&[&der::context_primitive(0, &[0xee; 20])]);
        Self::new(oid::AUTHORITY_KEY_ID, false, &value)
    }

    /// Returns the extension in DER.
    #[must_use]
    pub fn to_der(&self) -> Vec<u8> {
        let critical = if self.critical {
            der::boolean(true)
        } else {
            Vec::new()
        };
        der::sequence(&[
            &der::object_identifier(&self.id),
            &critical,
            &der::octet_string(&self.value),
        ])
    }
}
