//! Distinguished names.

use super::{der, oid};

/// A name: attributes in their order, each in a set of its own or all in one.
///
/// Names are compared as they are encoded, so two that read the same but differ in the order of
/// their attributes are two names.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Name {
    attributes: Vec<(Vec<u32>, String)>,
    one_set: bool,
}

impl Name {
    /// Makes the empty name, which TPM attestation certificates have as their subject.
    #[must_use]
    pub const fn empty() -> Self {
        Self {
            attributes: Vec::new(),
            one_set: false,
        }
    }

    /// Makes a name of a common name alone.
    #[must_use]
    pub fn common(name: &str) -> Self {
        Self::empty().with(oid::COMMON_NAME, name)
    }

    /// Makes the subject of a packed attestation certificate ([L3 section 8.2.1]).
    ///
    /// [L3 section 8.2.1]: https://www.w3.org/TR/webauthn-3/#sctn-packed-attestation-cert-requirements
    #[must_use]
    pub fn packed(common_name: &str) -> Self {
        Self::empty()
            .with(oid::COUNTRY, "SE")
            .with(oid::ORGANIZATION, "mfakit test kit")
            .with(oid::ORGANIZATIONAL_UNIT, "Authenticator Attestation")
            .with(oid::COMMON_NAME, common_name)
    }

    /// Makes the alternative name of a TPM: its maker, model and version, as in
    /// `id:49465800`, `SLB 9672`, `id:000F`.
    #[must_use]
    pub fn tpm(manufacturer: &str, model: &str, version: &str) -> Self {
        Self::empty()
            .with(oid::TPM_MANUFACTURER, manufacturer)
            .with(oid::TPM_MODEL, model)
            .with(oid::TPM_VERSION, version)
    }

    /// Sets an attribute: the first one of this type, or a new one at the end.
    #[must_use]
    pub fn with(mut self, attribute: &[u32], value: &str) -> Self {
        let existing = self.attributes.iter_mut().find(|(id, _)| id == attribute);
        match existing {
            Some((_, old)) => value.clone_into(old),
            None => self.attributes.push((attribute.to_vec(), value.to_owned())),
        }
        self
    }

    /// Adds an attribute at the end, whether there is one of this type or not.
    #[must_use]
    pub fn with_another(mut self, attribute: &[u32], value: &str) -> Self {
        self.attributes.push((attribute.to_vec(), value.to_owned()));
        self
    }

    /// Takes every attribute of this type away.
    #[must_use]
    pub fn without(mut self, attribute: &[u32]) -> Self {
        self.attributes.retain(|(id, _)| id != attribute);
        self
    }

    /// Puts all attributes in one set, as some TPMs have theirs.
    #[must_use]
    pub const fn in_one_set(mut self) -> Self {
        self.one_set = true;
        self
    }

    /// Returns the name in DER: an `RDNSequence`.
    #[must_use]
    pub fn to_der(&self) -> Vec<u8> {
        let attributes: Vec<Vec<u8>> = self
            .attributes
            .iter()
            .map(|(id, value)| {
                // RFC 5280 appendix A.1: countries are PrintableStrings, and nothing else.
                let value = if id == oid::COUNTRY {
                    der::printable_string(value)
                } else {
                    der::utf8_string(value)
                };
                der::sequence(&[&der::object_identifier(id), &value])
            })
            .collect();
        let sets: Vec<Vec<u8>> = if self.one_set {
            let attributes: Vec<&[u8]> = attributes.iter().map(Vec::as_slice).collect();
            vec![der::set(&attributes)]
        } else {
            attributes.iter().map(|one| der::set(&[one])).collect()
        };
        let sets: Vec<&[u8]> = sets.iter().map(Vec::as_slice).collect();
        der::sequence(&sets)
    }
}
