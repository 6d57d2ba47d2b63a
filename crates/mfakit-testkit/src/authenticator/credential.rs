//! What an authenticator keeps.

use crate::key::SigningKey;

/// A credential that an authenticator holds.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Credential {
    /// The RP ID that it is for.
    pub rp_id: String,
    /// The AppID that it was registered under in place of the RP ID, with U2F.
    pub app_id: Option<String>,
    /// Its id.
    pub id: Vec<u8>,
    /// The user it is of.
    pub user_handle: Vec<u8>,
    /// Its private key.
    pub key: SigningKey,
    /// Its signature counter.
    pub sign_count: u32,
    /// Whether it is found without its id.
    pub discoverable: bool,
    /// The BE flag.
    pub backup_eligible: bool,
    /// The BS flag.
    pub backed_up: bool,
    /// What `credBlob` stored.
    pub blob: Option<Vec<u8>>,
    /// What `largeBlob` stored, and the site wrote.
    pub large_blob: Option<Vec<u8>>,
    /// What `prf` and `hmac-secret` make their outputs of, if the credential has them.
    pub hmac_secret: Option<[u8; 32]>,
}

impl Credential {
    /// Makes a discoverable credential that was never used and never copied: put it among
    /// [`Authenticator::credentials_mut`](crate::Authenticator::credentials_mut).
    #[must_use]
    pub fn new(rp_id: &str, id: &[u8], user_handle: &[u8], key: SigningKey) -> Self {
        Self {
            rp_id: rp_id.to_owned(),
            app_id: None,
            id: id.to_vec(),
            user_handle: user_handle.to_vec(),
            key,
            sign_count: 0,
            discoverable: true,
            backup_eligible: false,
            backed_up: false,
            blob: None,
            large_blob: None,
            hmac_secret: None,
        }
    }
}
