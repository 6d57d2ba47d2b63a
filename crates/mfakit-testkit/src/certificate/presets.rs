//! The certificates that the attestation formats ask for.

use super::{Certificate, Extension, Name, oid};
use crate::key::SigningKey;

impl Certificate {
    /// Makes the certificate of a packed attestation key ([L3 section 8.2.1]).
    ///
    /// [L3 section 8.2.1]: https://www.w3.org/TR/webauthn-3/#sctn-packed-attestation-cert-requirements
    #[must_use]
    pub fn packed(key: &SigningKey, aaguid: [u8; 16]) -> Self {
        Self::leaf(Name::packed("mfakit test kit authenticator"), key)
            .with(Extension::aaguid(aaguid))
    }

    /// Makes the certificate of a TPM's attestation identity key ([L3 section 8.3.1]).
    ///
    /// [L3 section 8.3.1]: https://www.w3.org/TR/webauthn-3/#sctn-tpm-cert-requirements
    #[must_use]
    pub fn tpm(key: &SigningKey) -> Self {
        // Infineon's number in the registry of the TCG.
        let name = Name::tpm("id:49465800", "SLB 9672", "id:000F");
        Self::leaf(Name::empty(), key)
            .with(Extension::alternative_directory_name(&name))
            .with(Extension::extended_key_usage(&[oid::TCG_AIK]))
    }

    /// Makes the certificate of a U2F device, whose transports are USB.
    #[must_use]
    pub fn fido_u2f(key: &SigningKey) -> Self {
        Self::leaf(Name::common("mfakit test kit U2F"), key).with(Extension::u2f_transports(0x20))
    }

    /// Makes the certificate of Google's SafetyNet service ([L3 section 8.5]).
    ///
    /// [L3 section 8.5]: https://www.w3.org/TR/webauthn-3/#sctn-android-safetynet-attestation
    #[must_use]
    pub fn safetynet(key: &SigningKey) -> Self {
        let host = "attest.android.com";
        Self::leaf(Name::common(host), key).with(Extension::alternative_dns_names(&[host]))
    }
}
