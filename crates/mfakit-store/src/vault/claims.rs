//! The index of credentials: one credential id belongs to one user, whose record it names.

use mfakit_core::{OsRng, UnixTime, UserId};
use mfakit_flows::CredentialClaim;

use super::fault::Fault;
use super::{Failure, Vault};
use crate::{Change, Expect, Key, Put, Space, Store as _, Version, Versioned, Write};

impl Vault {
    fn claim_key(&self, credential: &[u8]) -> Option<Key> {
        let rp_id = self.rp_id.as_deref()?;
        let hash = CredentialClaim::storage_key(rp_id, credential, &self.keys);
        Some(Key::new(Space::Credential, hash))
    }

    fn read_claim(&self, key: &Key, found: &Versioned) -> Result<CredentialClaim, Fault> {
        let claim = CredentialClaim::from_bytes(found.value(), key.hash(), &self.keys);
        Ok(claim?)
    }

    /// Claims a credential for a user, before it is written into the record; returns `false` if it
    /// is another user's. An orphan of another user's does not count.
    ///
    /// # Errors
    ///
    /// What [`Vault::transact`] fails with.
    pub async fn claim<E: Failure>(
        &self,
        credential: &[u8],
        user: UserId,
        now: UnixTime,
    ) -> Result<bool, E> {
        let Some(key) = self.claim_key(credential) else {
            return Ok(false);
        };
        let claimed = async {
            self.sweep(&key, now, true).await?;
            let owner = self.key_of(user);
            let mine = CredentialClaim::new(*owner.hash(), now);
            let claim = |found: Option<&Versioned>, _: &mut OsRng| {
                let found = found
                    .map(|found| self.read_claim(&key, found))
                    .transpose()?;
                Ok::<_, Fault>(match found {
                    Some(other) if other.owner() != owner.hash() => Change::Keep(false),
                    // One's own is made anew, so that nobody sweeps it away meanwhile.
                    Some(_) | None => Change::Write {
                        value: mine.to_bytes(key.hash(), &self.keys).to_vec(),
                        due: Some(mine.due()),
                        then: true,
                    },
                })
            };
            let mut rng = OsRng::new()?;
            self.records.change(&key, now, &mut rng, claim).await
        };
        claimed.await.map_err(Fault::tell)
    }

    /// Returns the user who has a credential, as far as the index knows.
    ///
    /// # Errors
    ///
    /// A [`RecordError`](mfakit_flows::RecordError) or a [`StoreError`](crate::StoreError).
    pub async fn owner_of<E: Failure>(
        &self,
        credential: &[u8],
        now: UnixTime,
    ) -> Result<Option<UserId>, E> {
        let owner = async {
            let Some(key) = self.claim_key(credential) else {
                return Ok(None);
            };
            let Some(found) = self.store().get(&key, now).await? else {
                return Ok(None);
            };
            let claim = self.read_claim(&key, &found)?;
            let owner = Key::new(Space::User, *claim.owner());
            let Some(found) = self.store().get(&owner, now).await? else {
                return Ok(None);
            };
            let record = self.open::<Fault>(&owner, Some(&found))?;
            Ok(Some(record.user()))
        };
        owner.await.map_err(Fault::tell)
    }

    /// Looks at a claim whose registration cannot be under way any more: one whose owner has the
    /// credential stays for good, an orphan goes. With `only_orphans`, the former is left alone.
    pub(super) async fn sweep(
        &self,
        key: &Key,
        now: UnixTime,
        only_orphans: bool,
    ) -> Result<(), Fault> {
        let (Some(found), Some(rp_id)) = (self.store().get(key, now).await?, &self.rp_id) else {
            return Ok(());
        };
        let claim = self.read_claim(key, &found)?;
        if claim.is_under_way(now) {
            return Ok(());
        }
        let owner = Key::new(Space::User, *claim.owner());
        let record = self.store().get(&owner, now).await?;
        let record = record.map(|record| self.open::<Fault>(&owner, Some(&record)));
        let claims = record
            .transpose()?
            .map(|record| record.claims(rp_id, &self.keys));
        if !claims.unwrap_or_default().contains(key.hash()) {
            // If somebody has made it anew meanwhile, it stays.
            self.store().delete(key, found.version(), now).await?;
        } else if !only_orphans {
            let new = Version::random(&mut OsRng::new()?);
            let write = Write::new(key, found.value(), Expect::Version(found.version()), new);
            let _: Put = self.records.put(write, now).await?;
        }
        Ok(())
    }

    /// Does something that may take credentials from a user, and releases the claims on those that
    /// are gone. What remains of them if that fails is an orphan, and hinders nobody.
    ///
    /// # Errors
    ///
    /// Those of `work`, and a [`StoreError`](crate::StoreError) before it.
    pub async fn releasing<T: Send, E: Failure>(
        &self,
        user: UserId,
        now: UnixTime,
        work: impl Future<Output = Result<T, E>> + Send,
    ) -> Result<T, E> {
        let before = self.claims_of(user, now).await.map_err(Fault::tell::<E>)?;
        let done = work.await?;
        let Ok(after) = self.claims_of(user, now).await else {
            return Ok(done);
        };
        for gone in before.into_iter().filter(|claim| !after.contains(claim)) {
            let key = Key::new(Space::Credential, gone);
            _ = self.sweep(&key, now, true).await;
        }
        Ok(done)
    }

    /// A record that is absent or does not open has none that anybody could name.
    async fn claims_of(&self, user: UserId, now: UnixTime) -> Result<Vec<[u8; 32]>, Fault> {
        let key = self.key_of(user);
        let found = self.store().get(&key, now).await?;
        let record = self.open::<Fault>(&key, found.as_ref());
        Ok(match (record, &self.rp_id) {
            (Ok(record), Some(rp_id)) => record.claims(rp_id, &self.keys),
            _ => Vec::new(),
        })
    }

    /// Sweeps the claims that are due.
    pub(super) async fn sweep_due(&self, now: UnixTime, limit: u32) -> Result<(), Fault> {
        let mut failed = None;
        for key in self.store().due(now, limit).await? {
            if key.space() == Space::Credential {
                let swept = self.sweep(&key, now, false).await;
                failed = failed.or_else(|| swept.err());
            }
        }
        failed.map_or(Ok(()), Err)
    }
}
