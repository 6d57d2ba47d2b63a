//! The form in which records are stored: named members, a version, bytes as base64url.

use alloc::string::String;
use alloc::vec::Vec;

use mfakit_core::UnixTime;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::CredentialRecord;
use crate::aaguid::Aaguid;
use crate::base64url;
use crate::public_key::PublicKey;
use crate::user::UserHandle;

/// Readers refuse versions above theirs: what they do not know may matter.
const VERSION: u8 = 1;

#[derive(Deserialize, Serialize)]
struct Stored {
    /// Read first of all that may be missing or of another type in another version.
    #[serde(deserialize_with = "version")]
    version: u8,
    id: String,
    user: String,
    public_key: String,
    sign_count: u32,
    transports: Vec<String>,
    uv_initialized: bool,
    backup_eligible: Option<bool>,
    backup_state: bool,
    aaguid: String,
    created: u64,
    last_used: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    attestation_object: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    attestation_client_data_json: Option<String>,
}

impl Serialize for CredentialRecord {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Stored {
            version: VERSION,
            id: base64url::encode(&self.id),
            user: base64url::encode(self.user.as_bytes()),
            public_key: base64url::encode(self.public_key.as_cose()),
            sign_count: self.sign_count,
            transports: self.transports.clone(),
            uv_initialized: self.uv_initialized,
            backup_eligible: self.backup_eligible,
            backup_state: self.backup_state,
            aaguid: base64url::encode(&self.aaguid.0),
            created: self.created.as_secs(),
            last_used: self.last_used.map(UnixTime::as_secs),
            attestation_object: self.attestation_object.as_deref().map(base64url::encode),
            attestation_client_data_json: self
                .attestation_client_data_json
                .as_deref()
                .map(base64url::encode),
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for CredentialRecord {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let stored = Stored::deserialize(deserializer)?;
        read(&stored).ok_or_else(|| D::Error::custom("malformed credential record"))
    }
}

fn version<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u8, D::Error> {
    let version = u8::deserialize(deserializer)?;
    if version == VERSION {
        Ok(version)
    } else {
        Err(D::Error::custom("credential record of another version"))
    }
}

fn read(stored: &Stored) -> Option<CredentialRecord> {
    let bytes = |text: &str| base64url::decode(text).ok();
    // A member that is there must be readable; one that is not is none.
    let kept = |text: &Option<String>| text.as_deref().map(base64url::decode).transpose().ok();
    Some(CredentialRecord {
        id: bytes(&stored.id)?,
        user: UserHandle::from_bytes(&bytes(&stored.user)?).ok()?,
        public_key: PublicKey::from_cose(&bytes(&stored.public_key)?).ok()?,
        sign_count: stored.sign_count,
        transports: stored.transports.clone(),
        uv_initialized: stored.uv_initialized,
        backup_eligible: stored.backup_eligible,
        backup_state: stored.backup_state,
        aaguid: Aaguid(bytes(&stored.aaguid)?.try_into().ok()?),
        created: UnixTime::from_secs(stored.created),
        last_used: stored.last_used.map(UnixTime::from_secs),
        attestation_object: kept(&stored.attestation_object)?,
        attestation_client_data_json: kept(&stored.attestation_client_data_json)?,
    })
}
