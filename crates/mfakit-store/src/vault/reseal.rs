//! Sealing all records anew, after a key was replaced.

use mfakit_core::{OsRng, Ring, UnixTime};
use mfakit_flows::UserRecord;

use super::{Failure, Vault};
use crate::{Expect, Key, Put, Space, Store as _, Version, Versioned, Write};

/// How many records are read at once.
const PAGE: u32 = 64;

/// What a run over all records did.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Resealed {
    /// Records that carry the newest key now.
    pub resealed: u64,
    /// Records that did already.
    pub current: u64,
    /// Records that do not open: look into them before a key is retired.
    pub unreadable: u64,
    /// Records that others kept changing: run it again. Each such change used the newest key.
    pub contended: u64,
}

impl Vault {
    /// Seals every record anew that an older key has sealed.
    ///
    /// # Errors
    ///
    /// A [`StoreError`](crate::StoreError) or [`RandomnessUnavailable`]. What was done stays done.
    ///
    /// [`RandomnessUnavailable`]: mfakit_core::RandomnessUnavailable
    pub async fn reseal<E: Failure>(&self, now: UnixTime) -> Result<Resealed, E> {
        let mut done = Resealed::default();
        let mut after = None;
        loop {
            let page = self.store().page(after, PAGE).await?;
            let Some((last, _)) = page.last() else {
                return Ok(done);
            };
            after = Some(*last);
            for (key, found) in page {
                if key.space() == Space::User {
                    self.reseal_one::<E>(&key, &found, now, &mut done).await?;
                }
            }
        }
    }

    async fn reseal_one<E: Failure>(
        &self,
        key: &Key,
        found: &Versioned,
        now: UnixTime,
        done: &mut Resealed,
    ) -> Result<(), E> {
        if self.keys.is_current(Ring::Seal, found.value()) == Ok(true) {
            done.current = done.current.saturating_add(1);
            return Ok(());
        }
        let Ok(record) = UserRecord::open(found.value(), key.hash(), &self.keys) else {
            done.unreadable = done.unreadable.saturating_add(1);
            return Ok(());
        };
        let mut rng = OsRng::new()?;
        // The same record, whatever waits for delivery included: this service may deliver nothing.
        let sealed = record.seal(&self.keys, &mut rng);
        let expect = Expect::Version(found.version());
        let write = Write::new(key, &sealed, expect, Version::random(&mut rng));
        let write = write.with_due(record.due());
        if self.records.put(write, now).await? == Put::Written {
            done.resealed = done.resealed.saturating_add(1);
        } else {
            done.contended = done.contended.saturating_add(1);
        }
        Ok(())
    }
}
