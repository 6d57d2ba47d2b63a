//! What a statement is about.

use mfakit_webauthn::Hash;

use crate::key::{SigningKey, digest};

/// A new credential, as its authenticator data describes it, and the ceremony it is made in.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Attested<'a> {
    /// The authenticator data, as it will be sent.
    pub authenticator_data: &'a [u8],
    /// The SHA-256 digest of the client data.
    pub client_data_hash: [u8; 32],
    /// The credential's key.
    pub key: &'a SigningKey,
}

/// Where the attested credential data begins: after the hash, the flags and the counter.
const AAGUID_AT: usize = 37;

impl<'a> Attested<'a> {
    /// Puts together what a statement is about.
    #[must_use]
    pub const fn new(
        authenticator_data: &'a [u8],
        client_data_hash: [u8; 32],
        key: &'a SigningKey,
    ) -> Self {
        Self {
            authenticator_data,
            client_data_hash,
            key,
        }
    }

    /// Returns what most formats sign: the authenticator data and the hash of the client data.
    #[must_use]
    pub fn message(&self) -> Vec<u8> {
        [self.authenticator_data, &self.client_data_hash].concat()
    }

    /// Returns the SHA-256 digest of [`Attested::message`]: the nonce of Apple and SafetyNet.
    #[must_use]
    pub fn nonce(&self) -> Vec<u8> {
        digest(Hash::Sha256, &self.message())
    }

    /// Returns the hash of the RP ID: the first 32 bytes, or fewer where there are not as many.
    #[must_use]
    pub fn rp_id_hash(&self) -> &'a [u8] {
        self.authenticator_data
            .get(..32)
            .unwrap_or(self.authenticator_data)
    }

    /// Returns the credential id; nothing where there is none.
    #[must_use]
    pub fn credential_id(&self) -> &'a [u8] {
        self.find_credential_id().unwrap_or_default()
    }

    fn find_credential_id(&self) -> Option<&'a [u8]> {
        let (_, attested) = self.authenticator_data.split_at_checked(AAGUID_AT)?;
        let (_aaguid, rest) = attested.split_at_checked(16)?;
        let (length, rest) = rest.split_first_chunk::<2>()?;
        rest.get(..u16::from_be_bytes(*length).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SeededRng;
    use mfakit_webauthn::Algorithm;

    #[test]
    fn the_parts_of_authenticator_data() {
        let key = SigningKey::generate(Algorithm::Es256, &mut SeededRng::new(1)).unwrap();
        let data = [
            [7; 32].as_slice(),
            &[0x41, 0, 0, 0, 0],
            &[9; 16],
            &[0, 2, 5, 6, 8],
        ]
        .concat();
        let about = Attested::new(&data, [3; 32], &key);
        assert_eq!(about.rp_id_hash(), [7; 32]);
        assert_eq!(about.credential_id(), [5, 6]);
        assert_eq!(about.message().len(), data.len() + 32);
        let short = Attested::new(&data[..20], [3; 32], &key);
        assert_eq!(short.rp_id_hash(), [7; 20]);
        assert_eq!(short.credential_id(), [0; 0]);
    }
}
