//! Android's key description.

use super::der;

/// Where a key came from: `KM_ORIGIN_*`.
pub mod origin {
    /// Made inside of the device.
    pub const GENERATED: u8 = 0;
    /// Derived inside of the device.
    pub const DERIVED: u8 = 1;
    /// Brought in from outside.
    pub const IMPORTED: u8 = 2;
}

/// What a key is for: `KM_PURPOSE_*`.
pub mod purpose {
    /// Encryption.
    pub const ENCRYPT: u8 = 0;
    /// Decryption.
    pub const DECRYPT: u8 = 1;
    /// Making signatures.
    pub const SIGN: u8 = 2;
    /// Verifying signatures.
    pub const VERIFY: u8 = 3;
}

/// Who vouches for a list of authorizations.
pub mod security_level {
    /// The operating system.
    pub const SOFTWARE: u8 = 0;
    /// A trusted environment beside it.
    pub const TRUSTED_ENVIRONMENT: u8 = 1;
    /// A chip of its own.
    pub const STRONG_BOX: u8 = 2;
}

/// The [key description] in the attestation certificate of an Android key.
///
/// [key description]: https://source.android.com/docs/security/features/keystore/attestation#schema
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct KeyDescription {
    /// Version of the schema.
    pub attestation_version: u8,
    /// One of [`security_level`].
    pub attestation_security_level: u8,
    /// Version of the key master.
    pub keymaster_version: u8,
    /// One of [`security_level`].
    pub keymaster_security_level: u8,
    /// What the key was attested for: the hash of the client data.
    pub challenge: Vec<u8>,
    /// An id of the device, mostly empty.
    pub unique_id: Vec<u8>,
    /// What the operating system enforces.
    pub software: AuthorizationList,
    /// What the trusted environment enforces.
    pub trusted_environment: AuthorizationList,
}

/// One of the two lists of authorizations. Fields that are `None` are left out.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct AuthorizationList {
    /// A set of [`purpose`]s.
    pub purposes: Option<Vec<u8>>,
    /// Whether every application may use the key.
    pub all_applications: bool,
    /// One of [`origin`].
    pub origin: Option<u8>,
    /// When the key was made, in milliseconds since the Unix epoch.
    pub creation_millis: Option<u64>,
}

impl KeyDescription {
    /// Describes a key as phones do: made in the trusted environment, for signing.
    #[must_use]
    pub fn new(challenge: &[u8]) -> Self {
        Self {
            attestation_version: 3,
            attestation_security_level: security_level::TRUSTED_ENVIRONMENT,
            keymaster_version: 4,
            keymaster_security_level: security_level::TRUSTED_ENVIRONMENT,
            challenge: challenge.to_vec(),
            unique_id: Vec::new(),
            software: AuthorizationList {
                creation_millis: Some(1_767_225_600_000),
                ..AuthorizationList::default()
            },
            trusted_environment: AuthorizationList::signing(),
        }
    }

    /// Returns the description in DER.
    #[must_use]
    pub fn to_der(&self) -> Vec<u8> {
        der::sequence(&[
            &der::integer(self.attestation_version.into()),
            &der::enumerated(self.attestation_security_level),
            &der::integer(self.keymaster_version.into()),
            &der::enumerated(self.keymaster_security_level),
            &der::octet_string(&self.challenge),
            &der::octet_string(&self.unique_id),
            &self.software.to_der(),
            &self.trusted_environment.to_der(),
        ])
    }
}

impl AuthorizationList {
    /// A key made in the device, for signing.
    #[must_use]
    pub fn signing() -> Self {
        Self {
            purposes: Some(vec![purpose::SIGN]),
            origin: Some(origin::GENERATED),
            ..Self::default()
        }
    }

    fn to_der(&self) -> Vec<u8> {
        let mut fields = Vec::new();
        if let Some(purposes) = &self.purposes {
            let purposes: Vec<Vec<u8>> = purposes
                .iter()
                .map(|purpose| der::integer((*purpose).into()))
                .collect();
            let purposes: Vec<&[u8]> = purposes.iter().map(Vec::as_slice).collect();
            fields.extend(der::context(1, &[&der::set(&purposes)]));
        }
        if self.all_applications {
            fields.extend(der::context(600, &[&der::null()]));
        }
        if let Some(created) = self.creation_millis {
            fields.extend(der::context(701, &[&der::integer(created)]));
        }
        if let Some(origin) = self.origin {
            fields.extend(der::context(702, &[&der::integer(origin.into())]));
        }
        der::sequence(&[&fields])
    }
}
