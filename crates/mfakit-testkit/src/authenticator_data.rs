//! Authenticator data: what an authenticator signs.

use serde_cbor::Value;
use sha2::{Digest as _, Sha256};

use crate::encoding::Encoding;

/// The bits of [`AuthenticatorData::flags`].
pub mod flags {
    /// UP: the user did something with the authenticator.
    pub const UP: u8 = 0x01;
    /// UV: the authenticator verified its user.
    pub const UV: u8 = 0x04;
    /// BE: the credential may be copied to other devices.
    pub const BE: u8 = 0x08;
    /// BS: the credential has been copied to other devices.
    pub const BS: u8 = 0x10;
    /// AT: attested credential data follows.
    pub const AT: u8 = 0x40;
    /// ED: extension outputs follow.
    pub const ED: u8 = 0x80;
}

/// [Authenticator data], to be changed before it is written.
///
/// The flags are what they are set to: those of AT and ED need not agree with what follows.
///
/// [Authenticator data]: https://www.w3.org/TR/webauthn-3/#sctn-authenticator-data
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct AuthenticatorData {
    /// The SHA-256 digest of the RP ID, or of an AppID. Another length is a fault.
    pub rp_id_hash: Vec<u8>,
    /// See [`flags`].
    pub flags: u8,
    /// The signature counter.
    pub sign_count: u32,
    /// The new credential.
    pub attested: Option<AttestedCredential>,
    /// The outputs of extensions, a map.
    pub extensions: Option<Value>,
    /// How the outputs are written.
    pub extensions_encoding: Encoding,
    /// What follows after all of it; nothing should.
    pub trailing: Vec<u8>,
}

/// Attested credential data: a new credential.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct AttestedCredential {
    /// The model of the authenticator.
    pub aaguid: [u8; 16],
    /// The credential's id.
    pub id: Vec<u8>,
    /// The length that is written before the id; the id's own, if `None`.
    pub id_length: Option<u16>,
    /// The credential's public key.
    pub cose_key: Value,
    /// How the key is written.
    pub cose_encoding: Encoding,
}

impl AuthenticatorData {
    /// Makes the data of an RP ID with these flags, no credential and no extensions.
    #[must_use]
    pub fn new(rp_id: &str, flags: u8, sign_count: u32) -> Self {
        Self {
            rp_id_hash: Sha256::digest(rp_id).to_vec(),
            flags,
            sign_count,
            attested: None,
            extensions: None,
            extensions_encoding: Encoding::Canonical,
            trailing: Vec::new(),
        }
    }

    /// Hashes another RP ID, or an AppID.
    pub fn set_rp_id(&mut self, rp_id: &str) {
        self.rp_id_hash = Sha256::digest(rp_id).to_vec();
    }

    /// Writes it.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.rp_id_hash.clone();
        bytes.push(self.flags);
        bytes.extend(self.sign_count.to_be_bytes());
        if let Some(attested) = &self.attested {
            bytes.extend(attested.to_bytes());
        }
        if let Some(extensions) = &self.extensions {
            bytes.extend(self.extensions_encoding.encode(extensions));
        }
        bytes.extend(&self.trailing);
        bytes
    }
}

impl AttestedCredential {
    /// Makes the data of a credential.
    #[must_use]
    pub fn new(aaguid: [u8; 16], id: &[u8], cose_key: Value) -> Self {
        Self {
            aaguid,
            id: id.to_vec(),
            id_length: None,
            cose_key,
            cose_encoding: Encoding::Canonical,
        }
    }

    fn to_bytes(&self) -> Vec<u8> {
        // An id that is too long for its length cannot be written truly.
        let length = self
            .id_length
            .unwrap_or_else(|| u16::try_from(self.id.len()).unwrap_or(u16::MAX));
        [
            self.aaguid.as_slice(),
            &length.to_be_bytes(),
            &self.id,
            &self.cose_encoding.encode(&self.cose_key),
        ]
        .concat()
    }
}
