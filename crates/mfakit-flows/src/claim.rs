//! Whose a credential is: one credential id belongs to one user.

use core::time::Duration;

use mfakit_core::{Keys, UnixTime};

use crate::{RecordError, UserRecord};

/// The entry of a credential in the index: it names the record of its owner.
///
/// It is written before the record that holds the credential, if nobody else's is there. So there
/// may be one without a credential: a registration that was given up, a device that is gone. Such
/// an orphan hinders nobody: its owner may claim again, and others may once [`UNDER_WAY`] is over.
///
/// [`UNDER_WAY`]: CredentialClaim::UNDER_WAY
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct CredentialClaim {
    owner: [u8; 32],
    at: UnixTime,
}

impl CredentialClaim {
    /// How long the registration may be under way that a claim was made for.
    pub const UNDER_WAY: Duration = Duration::from_hours(1);

    /// Claims a credential for the owner of a record.
    ///
    /// # Inputs
    ///
    /// - `owner`: the storage key of the user's record.
    #[must_use]
    pub const fn new(owner: [u8; 32], now: UnixTime) -> Self {
        Self { owner, at: now }
    }

    /// Returns the key that a credential's claim is stored under: a keyed hash of the RP ID and the
    /// credential id.
    #[must_use]
    pub fn storage_key(rp_id: &str, credential: &[u8], keys: &Keys) -> [u8; 32] {
        // An RP ID is a domain name, so the first zero ends it.
        let name = [rp_id.as_bytes(), &[0], credential].concat();
        keys.index("mfakit credential", &name)
    }

    /// Returns the storage key of the owner's record.
    #[must_use]
    pub const fn owner(&self) -> &[u8; 32] {
        &self.owner
    }

    /// Returns from when on the owner's record decides whether the claim is an orphan.
    #[must_use]
    pub const fn due(&self) -> UnixTime {
        self.at.saturating_add(Self::UNDER_WAY)
    }

    /// Returns whether the registration may still be under way. After a clock that went back by
    /// more than that it may not.
    #[must_use]
    pub fn is_under_way(&self, now: UnixTime) -> bool {
        let until = now.saturating_add(Self::UNDER_WAY);
        now < self.due() && self.at <= until
    }

    /// Returns the bytes to store: nothing in them is secret, and they carry a tag.
    #[must_use]
    pub fn to_bytes(self, storage_key: &[u8; 32], keys: &Keys) -> [u8; 72] {
        let mut bytes = [0; 72];
        let (owner, rest) = bytes.split_at_mut(32);
        let (at, tag) = rest.split_at_mut(8);
        owner.copy_from_slice(&self.owner);
        at.copy_from_slice(&self.at.as_secs().to_be_bytes());
        tag.copy_from_slice(&self.tag(storage_key, keys));
        bytes
    }

    /// Reads what [`CredentialClaim::to_bytes`] made.
    ///
    /// # Errors
    ///
    /// [`RecordError::Malformed`] if it was changed, or stored under another key.
    pub fn from_bytes(
        bytes: &[u8],
        storage_key: &[u8; 32],
        keys: &Keys,
    ) -> Result<Self, RecordError> {
        let claim = Self::read(bytes).ok_or(RecordError::Malformed)?;
        if claim.to_bytes(storage_key, keys) == *bytes {
            Ok(claim)
        } else {
            Err(RecordError::Malformed)
        }
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (owner, rest) = bytes.split_first_chunk()?;
        let (at, _) = rest.split_first_chunk()?;
        Some(Self {
            owner: *owner,
            at: UnixTime::from_secs(u64::from_be_bytes(*at)),
        })
    }

    fn tag(self, storage_key: &[u8; 32], keys: &Keys) -> [u8; 32] {
        let at = self.at.as_secs().to_be_bytes();
        let all = [storage_key.as_slice(), &self.owner, &at].concat();
        keys.index("mfakit credential claim", &all)
    }
}

impl UserRecord {
    /// Returns the storage keys of the claims on the user's credentials.
    #[must_use]
    pub fn claims(&self, rp_id: &str, keys: &Keys) -> alloc::vec::Vec<[u8; 32]> {
        self.credential_ids()
            .map(|id| CredentialClaim::storage_key(rp_id, id, keys))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::rng;

    #[test]
    fn a_claim_is_read_under_its_own_key_and_unchanged_only() {
        let keys = Keys::generate(&mut rng(1));
        let key = CredentialClaim::storage_key("example.com", &[7; 20], &keys);
        let claim = CredentialClaim::new([9; 32], UnixTime::from_secs(1_700_000_000));
        let bytes = claim.to_bytes(&key, &keys);
        assert_eq!(CredentialClaim::from_bytes(&bytes, &key, &keys), Ok(claim));

        let refused = Err(RecordError::Malformed);
        let other = CredentialClaim::storage_key("example.com", &[7; 21], &keys);
        assert_eq!(CredentialClaim::from_bytes(&bytes, &other, &keys), refused);
        assert_eq!(
            CredentialClaim::from_bytes(&bytes[..71], &key, &keys),
            refused
        );
        for at in 0..bytes.len() {
            let mut edited = bytes;
            edited[at] ^= 1;
            assert_eq!(CredentialClaim::from_bytes(&edited, &key, &keys), refused);
        }
    }

    #[test]
    fn relying_parties_do_not_share_claims() {
        let keys = Keys::generate(&mut rng(1));
        let key = |rp| CredentialClaim::storage_key(rp, &[7; 20], &keys);
        assert_ne!(key("a.example"), key("b.example"));
    }

    #[test]
    fn a_claim_is_under_way_for_an_hour() {
        let at = UnixTime::from_secs;
        let claim = CredentialClaim::new([9; 32], at(10_000));
        assert!(claim.is_under_way(at(10_000)) && claim.is_under_way(at(13_599)));
        assert!(!claim.is_under_way(at(13_600)));
        assert!(claim.is_under_way(at(6_400)));
        assert!(!claim.is_under_way(at(6_399)), "the clock went back");
    }
}
