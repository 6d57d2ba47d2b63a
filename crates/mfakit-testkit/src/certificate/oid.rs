//! Object identifiers of certificates, each with the document that assigns it.

/// The AAGUID of a model, in an attestation certificate (L3 section 8.2.1).
pub const FIDO_AAGUID: &[u32] = &[1, 3, 6, 1, 4, 1, 45724, 1, 1, 4];
/// The number of the device itself, in the certificate of an enterprise attestation (L3 section
/// 8.2.2).
pub const FIDO_SERIAL_NUMBER: &[u32] = &[1, 3, 6, 1, 4, 1, 45724, 1, 1, 2];
/// The transports of a U2F device (FIDO U2F Authenticator Transports Extension, section 3).
pub const FIDO_U2F_TRANSPORTS: &[u32] = &[1, 3, 6, 1, 4, 1, 45724, 2, 1, 1];
/// The Android key description (L3 section 8.4.1).
pub const ANDROID_KEY_DESCRIPTION: &[u32] = &[1, 3, 6, 1, 4, 1, 11129, 2, 1, 17];
/// The nonce of Apple's attestation (L3 section 8.8).
pub const APPLE_NONCE: &[u32] = &[1, 2, 840, 113_635, 100, 8, 2];
/// tcg-kp-AIKCertificate, an extended key usage (L3 section 8.3.1).
pub const TCG_AIK: &[u32] = &[2, 23, 133, 8, 3];
/// The maker of a TPM, in a name (TPMv2-EK-Profile section 3.2.9).
pub const TPM_MANUFACTURER: &[u32] = &[2, 23, 133, 2, 1];
/// The model of a TPM, in a name (TPMv2-EK-Profile section 3.2.9).
pub const TPM_MODEL: &[u32] = &[2, 23, 133, 2, 2];
/// The firmware version of a TPM, in a name (TPMv2-EK-Profile section 3.2.9).
pub const TPM_VERSION: &[u32] = &[2, 23, 133, 2, 3];

/// `subjectKeyIdentifier` (RFC 5280 section 4.2.1.2).
pub const SUBJECT_KEY_ID: &[u32] = &[2, 5, 29, 14];
/// `keyUsage` (RFC 5280 section 4.2.1.3).
pub const KEY_USAGE: &[u32] = &[2, 5, 29, 15];
/// `subjectAltName` (RFC 5280 section 4.2.1.6).
pub const SUBJECT_ALT_NAME: &[u32] = &[2, 5, 29, 17];
/// `basicConstraints` (RFC 5280 section 4.2.1.9).
pub const BASIC_CONSTRAINTS: &[u32] = &[2, 5, 29, 19];
/// `nameConstraints` (RFC 5280 section 4.2.1.10).
pub const NAME_CONSTRAINTS: &[u32] = &[2, 5, 29, 30];
/// `certificatePolicies` (RFC 5280 section 4.2.1.4).
pub const CERTIFICATE_POLICIES: &[u32] = &[2, 5, 29, 32];
/// `authorityKeyIdentifier` (RFC 5280 section 4.2.1.1).
pub const AUTHORITY_KEY_ID: &[u32] = &[2, 5, 29, 35];
/// `extKeyUsage` (RFC 5280 section 4.2.1.12).
pub const EXTENDED_KEY_USAGE: &[u32] = &[2, 5, 29, 37];

/// `countryName` (X.520 section 6.3.1).
pub const COUNTRY: &[u32] = &[2, 5, 4, 6];
/// `organizationName` (X.520 section 6.4.1).
pub const ORGANIZATION: &[u32] = &[2, 5, 4, 10];
/// `organizationalUnitName` (X.520 section 6.4.2).
pub const ORGANIZATIONAL_UNIT: &[u32] = &[2, 5, 4, 11];
/// `commonName` (X.520 section 6.2.2).
pub const COMMON_NAME: &[u32] = &[2, 5, 4, 3];

/// `id-RSASSA-PSS` (RFC 8017 appendix A.2.3).
pub(super) const RSASSA_PSS: &[u32] = &[1, 2, 840, 113_549, 1, 1, 10];
/// `id-mgf1` (RFC 8017 appendix A.2.1).
pub(super) const MGF1: &[u32] = &[1, 2, 840, 113_549, 1, 1, 8];
