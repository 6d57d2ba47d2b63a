//! What an operator runs now and then.

use mfakit_core::{OsRng, Ring, UnixTime};
use mfakit_flows::{Never, UserRecord};
use mfakit_store::{Expect, Key, Put, Space, Store as _, Version, Versioned, Write};

use crate::{Error, Mfa, Operation};

/// How many records are read at once.
const PAGE: u32 = 64;
/// How many entries one call of [`Mfa::purge`] removes.
const PURGE: u32 = 1024;

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

impl Mfa {
    /// Seals every record anew that an older key has sealed, after [`Keys::rotate`].
    ///
    /// Give the new keys to every process first. Then run it until nothing is left but `current`;
    /// then the old key may be retired. Safe beside normal work, and to interrupt.
    ///
    /// # Errors
    ///
    /// - [`Error::Store`] if the store failed. What was done stays done.
    /// - [`Error::Randomness`] if the system gives no random bytes.
    ///
    /// [`Keys::rotate`]: mfakit_core::Keys::rotate
    pub async fn reseal(&self, now: UnixTime) -> Result<Resealed, Error<Never>> {
        let run = async {
            let mut done = Resealed::default();
            let mut after = None;
            loop {
                let page = self.parts().records.store().page(after, PAGE).await?;
                let Some((last, _)) = page.last() else {
                    return Ok(done);
                };
                after = Some(*last);
                for (key, found) in page {
                    if key.space() == Space::User {
                        self.reseal_one(&key, &found, now, &mut done).await?;
                    }
                }
            }
        };
        self.observed(Operation::Maintain, run).await
    }

    async fn reseal_one(
        &self,
        key: &Key,
        found: &Versioned,
        now: UnixTime,
        done: &mut Resealed,
    ) -> Result<(), Error<Never>> {
        let keys = &self.parts().keys;
        if keys.is_current(Ring::Seal, found.value()) == Ok(true) {
            done.current = done.current.saturating_add(1);
            return Ok(());
        }
        let Ok(record) = UserRecord::open(found.value(), key.hash(), keys) else {
            done.unreadable = done.unreadable.saturating_add(1);
            return Ok(());
        };
        let mut rng = OsRng::new()?;
        // The same record, whatever waits for delivery included: this service may have no sink.
        let sealed = record.seal(keys, &mut rng);
        let expect = Expect::Version(found.version());
        let write = Write::new(key, &sealed, expect, Version::random(&mut rng));
        let write = write.with_due(record.due());
        if self.parts().records.put(write, now).await? == Put::Written {
            done.resealed = done.resealed.saturating_add(1);
        } else {
            done.contended = done.contended.saturating_add(1);
        }
        Ok(())
    }

    /// Removes what has expired by itself, and entries of credentials that nobody has, at most 1,024
    /// of each a call; returns how many had expired.
    /// Call it every minute or so. Nothing depends on it but the size of the store.
    ///
    /// # Errors
    ///
    /// [`Error::Store`] if the store failed.
    pub async fn purge(&self, now: UnixTime) -> Result<u32, Error<Never>> {
        let purged = async {
            self.sweep_due(now, PURGE).await?;
            Ok(self.parts().records.store().purge(now, PURGE).await?)
        };
        self.observed(Operation::Maintain, purged).await
    }
}
