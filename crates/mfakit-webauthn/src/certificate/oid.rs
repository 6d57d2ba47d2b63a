//! Object identifiers, each with the document that assigns it.

use der::asn1::ObjectIdentifier;

macro_rules! oids {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        $($(#[$doc])* pub(crate) const $name: ObjectIdentifier = ObjectIdentifier::new_unwrap($text);)*
    };
}

oids! {
    // RFC 5280, extensions.
    KEY_USAGE = "2.5.29.15";
    SUBJECT_ALT_NAME = "2.5.29.17";
    BASIC_CONSTRAINTS = "2.5.29.19";
    CRL_DISTRIBUTION_POINTS = "2.5.29.31";
    CERTIFICATE_POLICIES = "2.5.29.32";
    EXTENDED_KEY_USAGE = "2.5.29.37";

    // X.520, attributes of names.
    COMMON_NAME = "2.5.4.3";
    COUNTRY = "2.5.4.6";
    ORGANIZATION = "2.5.4.10";
    ORGANIZATIONAL_UNIT = "2.5.4.11";

    // RFC 5480 and RFC 8410, keys.
    EC_PUBLIC_KEY = "1.2.840.10045.2.1";
    P256 = "1.2.840.10045.3.1.7";
    P384 = "1.3.132.0.34";
    P521 = "1.3.132.0.35";
    ED25519 = "1.3.101.112";
    ED448 = "1.3.101.113";

    // RFC 9881, ML-DSA keys.
    ML_DSA_44 = "2.16.840.1.101.3.4.3.17";
    ML_DSA_65 = "2.16.840.1.101.3.4.3.18";
    ML_DSA_87 = "2.16.840.1.101.3.4.3.19";

    // RFC 5758, signatures with ECDSA.
    ECDSA_SHA1 = "1.2.840.10045.4.1";
    ECDSA_SHA256 = "1.2.840.10045.4.3.2";
    ECDSA_SHA384 = "1.2.840.10045.4.3.3";
    ECDSA_SHA512 = "1.2.840.10045.4.3.4";

    // RFC 8017, RSA keys and signatures.
    RSA_ENCRYPTION = "1.2.840.113549.1.1.1";
    SHA1_RSA = "1.2.840.113549.1.1.5";
    MGF1 = "1.2.840.113549.1.1.8";
    RSASSA_PSS = "1.2.840.113549.1.1.10";
    SHA256_RSA = "1.2.840.113549.1.1.11";
    SHA384_RSA = "1.2.840.113549.1.1.12";
    SHA512_RSA = "1.2.840.113549.1.1.13";

    // RFC 8017 appendix B.1, hash functions.
    SHA256 = "2.16.840.1.101.3.4.2.1";
    SHA384 = "2.16.840.1.101.3.4.2.2";
    SHA512 = "2.16.840.1.101.3.4.2.3";

    /// The model of an authenticator (L3 section 8.2.1).
    FIDO_AAGUID = "1.3.6.1.4.1.45724.1.1.4";
    /// id-fido-gen-ce-sernum, the device itself (L3 section 8.2.2).
    FIDO_SERIAL_NUMBER = "1.3.6.1.4.1.45724.1.1.2";
    /// The nonce of Apple's attestation (L3 section 8.8).
    APPLE_NONCE = "1.2.840.113635.100.8.2";
    /// The Android key description (L3 section 8.4.1).
    ANDROID_KEY_DESCRIPTION = "1.3.6.1.4.1.11129.2.1.17";
    /// tcg-kp-AIKCertificate (L3 section 8.3.1).
    TCG_AIK = "2.23.133.8.3";
    /// The attributes of a TPM in its subject alternative name (TPMv2-EK-Profile section 3.2.9).
    TPM_MANUFACTURER = "2.23.133.2.1";
    TPM_MODEL = "2.23.133.2.2";
    TPM_VERSION = "2.23.133.2.3";
}
