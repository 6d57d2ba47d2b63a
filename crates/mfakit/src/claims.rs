//! The index of credentials: one credential id belongs to one user, whose record it names.

use mfakit_core::{OsRng, UnixTime, UserId};
use mfakit_flows::{CredentialClaim, EnrollRefusal, Never};
use mfakit_store::{Change, Expect, Key, Put, Space, Store as _, Version, Versioned, Write};

use crate::{Error, Mfa};

impl Mfa {
    fn claim_key(&self, rp_id: &str, credential: &[u8]) -> Key {
        let hash = CredentialClaim::storage_key(rp_id, credential, &self.parts().keys);
        Key::new(Space::Credential, hash)
    }

    fn read_claim<R: std::error::Error + 'static>(
        &self,
        key: &Key,
        found: &Versioned,
    ) -> Result<CredentialClaim, Error<R>> {
        let claim = CredentialClaim::from_bytes(found.value(), key.hash(), &self.parts().keys);
        Ok(claim?)
    }

    /// Claims a credential for the owner of a record, before it is written there. An orphan of
    /// another user's does not count.
    pub(crate) async fn claim(
        &self,
        rp_id: &str,
        credential: &[u8],
        owner: &Key,
        now: UnixTime,
    ) -> Result<(), Error<EnrollRefusal>> {
        let key = self.claim_key(rp_id, credential);
        self.sweep(&key, now, true).await?;
        let mine = CredentialClaim::new(*owner.hash(), now);
        let claim = |found: Option<&Versioned>, _: &mut OsRng| {
            let found = found
                .map(|found| self.read_claim(&key, found))
                .transpose()?;
            Ok(match found {
                Some(other) if other.owner() != owner.hash() => Change::Keep(false),
                // One's own is made anew, so that nobody sweeps it away meanwhile.
                Some(_) | None => Change::Write {
                    value: mine.to_bytes(key.hash(), &self.parts().keys).to_vec(),
                    due: Some(mine.due()),
                    then: true,
                },
            })
        };
        let records = &self.parts().records;
        let claimed: Result<bool, Error<EnrollRefusal>> =
            records.change(&key, now, &mut OsRng::new()?, claim).await;
        if claimed? {
            Ok(())
        } else {
            Err(Error::Refused(EnrollRefusal::Taken))
        }
    }

    /// Returns the key of the record that a credential is in, as far as the index knows.
    pub(crate) async fn owner_of<R: std::error::Error + 'static>(
        &self,
        rp_id: &str,
        credential: &[u8],
        now: UnixTime,
    ) -> Result<Option<Key>, Error<R>> {
        let key = self.claim_key(rp_id, credential);
        let Some(found) = self.parts().records.store().get(&key, now).await? else {
            return Ok(None);
        };
        let claim = self.read_claim(&key, &found)?;
        Ok(Some(Key::new(Space::User, *claim.owner())))
    }

    /// Looks at a claim whose registration cannot be under way any more: one whose owner has the
    /// credential stays for good, an orphan goes. With `only_orphans`, the former is left alone.
    pub(crate) async fn sweep<R: std::error::Error + 'static>(
        &self,
        key: &Key,
        now: UnixTime,
        only_orphans: bool,
    ) -> Result<(), Error<R>> {
        let (store, keys) = (self.parts().records.store(), &self.parts().keys);
        let (Some(found), Some(webauthn)) = (store.get(key, now).await?, self.webauthn()) else {
            return Ok(());
        };
        let claim = self.read_claim(key, &found)?;
        if claim.is_under_way(now) {
            return Ok(());
        }
        let owner = Key::new(Space::User, *claim.owner());
        let record = store.get(&owner, now).await?;
        let record = record.map(|record| self.open(&owner, Some(&record)));
        let rp_id = webauthn.relying_party().id();
        let claims = record.transpose()?.map(|record| record.claims(rp_id, keys));
        if !claims.unwrap_or_default().contains(key.hash()) {
            // If somebody has made it anew meanwhile, it stays.
            store.delete(key, found.version(), now).await?;
        } else if !only_orphans {
            let new = Version::random(&mut OsRng::new()?);
            let write = Write::new(key, found.value(), Expect::Version(found.version()), new);
            let _: Put = self.parts().records.put(write, now).await?;
        }
        Ok(())
    }

    /// Does something that may take credentials from a user, and releases the claims on those that
    /// are gone. What remains of them if that fails is an orphan, and hinders nobody.
    pub(crate) async fn releasing<T: Send, R: std::error::Error + Send + 'static>(
        &self,
        user: UserId,
        now: UnixTime,
        work: impl Future<Output = Result<T, Error<R>>> + Send,
    ) -> Result<T, Error<R>> {
        let before = self.claims_of(user, now).await;
        let done = work.await?;
        let after = self.claims_of(user, now).await;
        for gone in before.into_iter().filter(|claim| !after.contains(claim)) {
            let key = Key::new(Space::Credential, gone);
            _ = self.sweep::<Never>(&key, now, true).await;
        }
        Ok(done)
    }

    async fn claims_of(&self, user: UserId, now: UnixTime) -> Vec<[u8; 32]> {
        let key = self.user_key(user);
        let found = self.parts().records.store().get(&key, now).await;
        let record = self.open::<Never>(&key, found.ok().flatten().as_ref());
        match (record, self.relying()) {
            (Ok(record), Some(relying)) => {
                record.claims(relying.webauthn.relying_party().id(), relying.keys)
            }
            _ => Vec::new(),
        }
    }

    /// Sweeps the claims that are due.
    pub(crate) async fn sweep_due(&self, now: UnixTime, limit: u32) -> Result<(), Error<Never>> {
        let mut failed = None;
        for key in self.parts().records.store().due(now, limit).await? {
            if key.space() == Space::Credential {
                let swept = self.sweep::<Never>(&key, now, false).await;
                failed = failed.or_else(|| swept.err());
            }
        }
        failed.map_or(Ok(()), Err)
    }
}
