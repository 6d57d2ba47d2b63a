//! What the numbers of the specifications mean.

use mfakit_webauthn::Algorithm;

use super::cbor::Item;

/// The flags of authenticator data, the lowest bit first.
pub(super) const FLAGS: [(u8, &str, &str); 8] = [
    (0x01, "UP", "user present"),
    (0x02, "RFU1", "reserved"),
    (0x04, "UV", "user verified"),
    (
        0x08,
        "BE",
        "eligible for backup: may be copied to other devices",
    ),
    (0x10, "BS", "backed up: has been copied"),
    (0x20, "RFU2", "reserved"),
    (0x40, "AT", "attested credential data follows"),
    (0x80, "ED", "extension outputs follow"),
];

/// A signature algorithm by its COSE number.
pub(super) fn algorithm(number: i128) -> Option<&'static str> {
    let number = i64::try_from(number).ok()?;
    Algorithm::from_cose_id(number).map(Algorithm::as_str)
}

/// The name of a parameter of a COSE key, given the key's type (RFC 9053 section 7).
pub(super) fn cose_label(kind: Option<i128>, label: i128) -> Option<&'static str> {
    Some(match (kind, label) {
        (_, 1) => "kty",
        (_, 2) => "kid",
        (_, 3) => "alg",
        (_, 4) => "key_ops",
        (Some(1 | 2), -1) => "crv",
        (Some(1 | 2), -2) => "x",
        (Some(2), -3) => "y",
        (Some(3), -1) => "n",
        (Some(3), -2) => "e",
        (Some(7), -1) => "pub",
        _ => return None,
    })
}

/// What the value of a parameter means.
pub(super) fn cose_value(label: i128, value: &Item) -> Option<String> {
    let number = value.integer()?;
    let name = match (label, number) {
        (1, 1) => "OKP",
        (1, 2) => "EC2",
        (1, 3) => "RSA",
        (1, 7) => "AKP",
        (3, number) => algorithm(number)?,
        (-1, 1) => "P-256",
        (-1, 2) => "P-384",
        (-1, 3) => "P-521",
        (-1, 6) => "Ed25519",
        (-1, 7) => "Ed448",
        (-1, 8) => "secp256k1",
        _ => return None,
    };
    Some(name.to_owned())
}

/// What the output of an authenticator extension means.
pub(super) fn extension_output(name: &str, value: &Item) -> Option<String> {
    match (name, value) {
        ("credProtect", Item::Integer(1)) => Some("user verification optional".to_owned()),
        ("credProtect", Item::Integer(2)) => {
            Some("user verification optional with the credential's id".to_owned())
        }
        ("credProtect", Item::Integer(3)) => Some("user verification required".to_owned()),
        ("uvm", Item::List(entries)) => {
            let ways: Option<Vec<_>> = entries.iter().map(verification_method).collect();
            ways.map(|ways| ways.join(", "))
        }
        _ => None,
    }
}

/// FIDO registry, section 3.1.
fn verification_method(entry: &Item) -> Option<String> {
    let Item::List(numbers) = entry else {
        return None;
    };
    let name = match numbers.first()?.integer()? {
        0x1 => "presence",
        0x2 => "fingerprint",
        0x4 => "passcode",
        0x8 => "voice",
        0x10 => "face",
        0x20 => "location",
        0x40 => "eye",
        0x80 => "pattern",
        0x100 => "hand",
        0x200 => "none",
        0x800 => "passcode outside of the authenticator",
        _ => "another method",
    };
    Some(name.to_owned())
}

/// Object identifiers of certificates, each with the name that its document gives it.
const OIDS: [(&str, &str); 66] = [
    ("0.9.2342.19200300.100.1.25", "DC"),
    ("1.2.840.10040.4.1", "DSA"),
    ("1.2.840.10045.2.1", "EC"),
    ("1.2.840.10045.3.1.7", "P-256"),
    ("1.2.840.10045.4.1", "ecdsa-with-SHA1"),
    ("1.2.840.10045.4.3.2", "ecdsa-with-SHA256"),
    ("1.2.840.10045.4.3.3", "ecdsa-with-SHA384"),
    ("1.2.840.10045.4.3.4", "ecdsa-with-SHA512"),
    ("1.2.840.113549.1.1.1", "RSA"),
    ("1.2.840.113549.1.1.10", "RSASSA-PSS"),
    ("1.2.840.113549.1.1.11", "sha256WithRSAEncryption"),
    ("1.2.840.113549.1.1.12", "sha384WithRSAEncryption"),
    ("1.2.840.113549.1.1.13", "sha512WithRSAEncryption"),
    ("1.2.840.113549.1.1.5", "sha1WithRSAEncryption"),
    ("1.2.840.113549.1.9.1", "emailAddress"),
    ("1.2.840.113635.100.8.2", "Apple attestation nonce"),
    ("1.2.840.113635.100.8.3", "Apple attestation properties"),
    ("1.2.840.113635.100.8.5", "Apple attestation properties"),
    ("1.2.840.113635.100.8.6", "Apple attestation properties"),
    (
        "1.2.840.113635.100.8.7",
        "Apple attestation operating system",
    ),
    ("1.3.101.112", "Ed25519"),
    ("1.3.101.113", "Ed448"),
    ("1.3.132.0.10", "secp256k1"),
    ("1.3.132.0.34", "P-384"),
    ("1.3.132.0.35", "P-521"),
    ("1.3.6.1.4.1.11129.2.1.17", "Android key description"),
    (
        "1.3.6.1.4.1.11129.2.1.30",
        "Android provisioning information",
    ),
    ("1.3.6.1.4.1.11129.2.4.2", "certificate timestamps"),
    ("1.3.6.1.4.1.311.20.2", "Microsoft certificate template"),
    ("1.3.6.1.4.1.311.21.10", "Microsoft application policies"),
    (
        "1.3.6.1.4.1.311.21.36",
        "Microsoft enhanced key storage provider",
    ),
    ("1.3.6.1.4.1.41482.1", "Yubico device type"),
    ("1.3.6.1.4.1.41482.2", "Yubico device"),
    ("1.3.6.1.4.1.41482.12", "Yubico certified product"),
    ("1.3.6.1.4.1.41482.13.1", "Yubico firmware version"),
    ("1.3.6.1.4.1.45724.1.1.2", "FIDO serial number"),
    ("1.3.6.1.4.1.45724.1.1.4", "FIDO AAGUID"),
    ("1.3.6.1.4.1.45724.2.1.1", "FIDO U2F transports"),
    ("1.3.6.1.5.5.7.1.1", "authorityInfoAccess"),
    ("1.3.6.1.5.5.7.3.1", "serverAuth"),
    ("1.3.6.1.5.5.7.3.2", "clientAuth"),
    ("2.16.840.1.101.3.4.3.17", "ML-DSA-44"),
    ("2.16.840.1.101.3.4.3.18", "ML-DSA-65"),
    ("2.16.840.1.101.3.4.3.19", "ML-DSA-87"),
    ("2.23.133.2.1", "tpmManufacturer"),
    ("2.23.133.2.2", "tpmModel"),
    ("2.23.133.2.3", "tpmVersion"),
    ("2.23.133.8.3", "TPM AIK certificate"),
    ("2.5.29.14", "subjectKeyIdentifier"),
    ("2.5.29.15", "keyUsage"),
    ("2.5.29.17", "subjectAltName"),
    ("2.5.29.18", "issuerAltName"),
    ("2.5.29.19", "basicConstraints"),
    ("2.5.29.31", "cRLDistributionPoints"),
    ("2.5.29.32", "certificatePolicies"),
    ("2.5.29.35", "authorityKeyIdentifier"),
    ("2.5.29.37", "extKeyUsage"),
    ("2.5.4.10", "O"),
    ("2.5.4.11", "OU"),
    ("2.5.4.12", "title"),
    ("2.5.4.3", "CN"),
    ("2.5.4.5", "serialNumber"),
    ("2.5.4.6", "C"),
    ("2.5.4.7", "L"),
    ("2.5.4.8", "ST"),
    ("2.5.4.97", "organizationIdentifier"),
];

/// The name of an object identifier.
pub(super) fn oid(text: &str) -> Option<&'static str> {
    OIDS.iter()
        .find(|(known, _)| *known == text)
        .map(|(_, name)| *name)
}

/// The bits of a key usage, the first one first (RFC 5280 section 4.2.1.3).
pub(super) const KEY_USAGES: [&str; 9] = [
    "digitalSignature",
    "contentCommitment",
    "keyEncipherment",
    "dataEncipherment",
    "keyAgreement",
    "keyCertSign",
    "cRLSign",
    "encipherOnly",
    "decipherOnly",
];

/// The bits of the FIDO U2F transports, the first one first.
pub(super) const U2F_TRANSPORTS: [&str; 5] = [
    "Bluetooth",
    "Bluetooth Low Energy",
    "USB",
    "NFC",
    "USB inside of the device",
];
