//! A store that lives as long as the process.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Bound;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use mfakit_core::UnixTime;

use crate::{Count, Expect, Expiry, Key, Put, Store, StoreError, Version, Versioned, Write};

/// A store in memory, for tests and trials; clones are further handles on the same one.
///
/// It keeps every promise of [`Store`] but outliving its process: with it in production, every
/// restart would forget which codes were used and every device that was enrolled.
#[derive(Clone, Default)]
pub struct MemoryStore(Arc<Mutex<Contents>>);

impl MemoryStore {
    /// Makes an empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A poisoned lock is taken over: each change below is a single insertion or removal, so a
    /// panic while the lock was held has left the contents whole.
    fn contents(&self) -> MutexGuard<'_, Contents> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How much it holds, and nothing of it.
impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let contents = self.contents();
        f.debug_struct("MemoryStore")
            .field("records", &contents.records.len())
            .field("counts", &contents.counts.len())
            .finish()
    }
}

impl Store for MemoryStore {
    async fn get(&self, key: &Key, now: UnixTime) -> Result<Option<Versioned>, StoreError> {
        Ok(self
            .contents()
            .live(key, now)
            .map(|record| record.versioned.clone()))
    }

    async fn put(&self, write: Write<'_>, now: UnixTime) -> Result<Put, StoreError> {
        write.refuse_too_large()?;
        let mut contents = self.contents();
        let stored = contents
            .live(write.key(), now)
            .map(|record| record.versioned.version());
        let as_expected = match write.expect() {
            Expect::Absent => stored.is_none(),
            Expect::Version(version) => stored == Some(version),
        };
        if !as_expected {
            return Ok(Put::Conflict);
        }
        let record = Record {
            versioned: Versioned::new(write.new_version(), write.value().to_vec()),
            expires: write.expires(),
            due: write.due(),
        };
        contents.records.insert(*write.key(), record);
        Ok(Put::Written)
    }

    async fn delete(&self, key: &Key, expect: Version, now: UnixTime) -> Result<bool, StoreError> {
        let mut contents = self.contents();
        let found = contents
            .live(key, now)
            .is_some_and(|r| r.versioned.version() == expect);
        if found {
            contents.records.remove(key);
        }
        Ok(found)
    }

    async fn count(&self, key: &Key, window: Duration, now: UnixTime) -> Result<Count, StoreError> {
        let mut contents = self.contents();
        let count = Count::next(contents.counts.get(key).copied(), window, now);
        contents.counts.insert(*key, count);
        Ok(count)
    }

    async fn due(&self, now: UnixTime, limit: u32) -> Result<Vec<Key>, StoreError> {
        let contents = self.contents();
        let mut due: Vec<_> = contents
            .records
            .iter()
            .filter(|(_, record)| !record.expires.is_past(now))
            .filter_map(|(key, record)| record.due.map(|at| (at, *key)))
            .filter(|(at, _)| *at <= now)
            .collect();
        due.sort_unstable();
        due.truncate(in_memory(limit));
        Ok(due.into_iter().map(|(_, key)| key).collect())
    }

    async fn page(
        &self,
        after: Option<Key>,
        limit: u32,
    ) -> Result<Vec<(Key, Versioned)>, StoreError> {
        let start = after.map_or(Bound::Unbounded, Bound::Excluded);
        let contents = self.contents();
        let rest = contents.records.range((start, Bound::Unbounded));
        let page = rest.take(in_memory(limit));
        Ok(page
            .map(|(key, record)| (*key, record.versioned.clone()))
            .collect())
    }

    async fn purge(&self, now: UnixTime, limit: u32) -> Result<u32, StoreError> {
        let mut contents = self.contents();
        let mut purged: u32 = 0;
        let Contents { records, counts } = &mut *contents;
        let mut expired = |is_past: bool| {
            let purge = is_past && purged < limit;
            purged = purged.saturating_add(u32::from(purge));
            purge
        };
        records.retain(|_, record| !expired(record.expires.is_past(now)));
        counts.retain(|_, count| !expired(count.until <= now));
        Ok(purged)
    }
}

#[derive(Default)]
struct Contents {
    records: BTreeMap<Key, Record>,
    counts: BTreeMap<Key, Count>,
}

impl Contents {
    fn live(&self, key: &Key, now: UnixTime) -> Option<&Record> {
        self.records
            .get(key)
            .filter(|record| !record.expires.is_past(now))
    }
}

struct Record {
    versioned: Versioned,
    expires: Expiry,
    due: Option<UnixTime>,
}

/// A limit that memory cannot reach is no limit.
fn in_memory(limit: u32) -> usize {
    usize::try_from(limit).unwrap_or(usize::MAX)
}
