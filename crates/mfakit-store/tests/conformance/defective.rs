//! An engine that is right but for one thing.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "tests"
)]

use std::sync::Mutex;
use std::task::Poll;
use std::time::Duration;

use mfakit_core::UnixTime;
use mfakit_store::{
    Count, Expect, Expiry, Key, MAX_VALUE_BYTES, Put, Store, StoreError, StoreErrorKind, Version,
    Versioned, Write,
};

/// What is wrong.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Defect {
    ChecksThenWrites,
    ChecksThenDeletes,
    ReadsThenCounts,
    IgnoresExpectation,
    DeletesAnyVersion,
    NumbersVersions,
    ComparesHalfTheVersion,
    KeepsHalfTheKey,
    CutsAtZero,
    CutsAt64Kib,
    CutsAtTheLimit,
    NeverExpires,
    ExpiresASecondLate,
    KeepsTheExpiry,
    ForgetsLateExpiry,
    ListsDueByKey,
    ListsDueTooEarly,
    ListsDueWithoutLimit,
    ForgetsDueOnUpdate,
    LimitsBeforeFiltering,
    RepeatsTheLastOfAPage,
    SkipsOneAfterAPage,
    PagesByNumber,
    PurgesWithoutLimit,
    PurgesNothing,
    PurgesTooEarly,
    SlidesTheWindow,
    LocksAfterClockWentBack,
    ResetsAfterClockWentBack,
    CountsInRecords,
    ReadsAnOldCopy,
    WritesInTwoSteps,
    CountsInTwoSteps,
    Fails,
}

/// A simple engine that is right but for one thing.
pub(crate) struct Defective {
    defect: Defect,
    contents: Mutex<Contents>,
}

#[derive(Default)]
struct Contents {
    records: Vec<(Key, Record)>,
    counts: Vec<(Key, Count)>,
    /// What [`Defect::ReadsAnOldCopy`] reads.
    old: Vec<(Key, Record)>,
    /// How many records were shown to the pages so far, for [`Defect::PagesByNumber`].
    shown: usize,
    puts: u8,
}

#[derive(Clone)]
struct Record {
    versioned: Versioned,
    expires: Expiry,
    due: Option<UnixTime>,
}

impl Defective {
    pub(crate) fn new(defect: Defect) -> Self {
        Self {
            defect,
            contents: Mutex::default(),
        }
    }

    fn is(&self, defect: Defect) -> bool {
        self.defect == defect
    }

    fn key(&self, key: &Key) -> Key {
        let mut hash = *key.hash();
        if self.is(Defect::KeepsHalfTheKey) {
            hash[16..].fill(0);
        }
        Key::new(key.space(), hash)
    }

    fn value(&self, value: &[u8]) -> Vec<u8> {
        let cut = match self.defect {
            Defect::CutsAtZero => value.iter().position(|byte| *byte == 0),
            Defect::CutsAt64Kib => Some(65536),
            Defect::CutsAtTheLimit => Some(MAX_VALUE_BYTES),
            _ => None,
        };
        value[..cut.unwrap_or(value.len()).min(value.len())].to_vec()
    }

    fn is_past(&self, record: &Record, now: UnixTime) -> bool {
        let late = Duration::from_secs(u64::from(self.is(Defect::ExpiresASecondLate)));
        !self.is(Defect::NeverExpires) && record.expires.is_past(now.saturating_sub(late))
    }

    fn as_expected(&self, contents: &Contents, write: &Write<'_>, now: UnixTime) -> bool {
        let stored = self
            .live(&contents.records, write.key(), now)
            .map(|r| r.versioned.version());
        let half = |version: Version| {
            let kept = if self.is(Defect::ComparesHalfTheVersion) {
                8
            } else {
                16
            };
            version.as_bytes()[..kept].to_vec()
        };
        self.is(Defect::IgnoresExpectation)
            || match write.expect() {
                Expect::Absent => stored.is_none(),
                Expect::Version(version) => stored.map(half) == Some(half(version)),
            }
    }

    fn live<'c>(
        &self,
        records: &'c [(Key, Record)],
        key: &Key,
        now: UnixTime,
    ) -> Option<&'c Record> {
        let found = records.iter().find(|(stored, _)| *stored == self.key(key));
        found
            .map(|(_, record)| record)
            .filter(|record| !self.is_past(record, now))
    }

    fn write(&self, contents: &mut Contents, write: &Write<'_>, value: &[u8]) {
        contents.old.clone_from(&contents.records);
        contents.puts = contents.puts.wrapping_add(1);
        let version = if self.is(Defect::NumbersVersions) {
            Version::from_bytes([contents.puts; 16])
        } else {
            write.new_version()
        };
        let mut record = Record {
            versioned: Versioned::new(version, self.value(value)),
            expires: write.expires(),
            due: write.due(),
        };
        if self.is(Defect::ForgetsLateExpiry) && record.expires == Expiry::At(UnixTime::MAX) {
            record.expires = Expiry::Never;
        }
        if let Some(at) = contents
            .records
            .iter()
            .position(|(k, _)| *k == self.key(write.key()))
        {
            let (_, old) = contents.records.remove(at);
            if self.is(Defect::KeepsTheExpiry) {
                record.expires = old.expires;
            }
            if self.is(Defect::ForgetsDueOnUpdate) {
                record.due = None;
            }
        }
        contents.records.push((self.key(write.key()), record));
        contents.records.sort_by_key(|(key, _)| *key);
    }

    fn next_count(&self, previous: Option<Count>, window: Duration, now: UnixTime) -> Count {
        let right = Count::next(previous, window, now);
        let end = now.saturating_add(window);
        match (self.defect, previous) {
            (Defect::SlidesTheWindow, Some(_)) => Count::new(right.count, end),
            (Defect::LocksAfterClockWentBack, Some(running)) if now < running.until => {
                Count::new(right.count, running.until)
            }
            (Defect::ResetsAfterClockWentBack, Some(running)) if end < running.until => {
                Count::new(1, end)
            }
            _ => right,
        }
    }

    fn fails(&self) -> Result<(), StoreError> {
        match self.defect {
            Defect::Fails => Err(StoreErrorKind::Unavailable.into()),
            _ => Ok(()),
        }
    }
}

impl Store for Defective {
    async fn get(&self, key: &Key, now: UnixTime) -> Result<Option<Versioned>, StoreError> {
        self.fails()?;
        let contents = self.contents.lock().unwrap();
        let records = match self.defect {
            Defect::ReadsAnOldCopy => &contents.old,
            _ => &contents.records,
        };
        Ok(self
            .live(records, key, now)
            .map(|record| record.versioned.clone()))
    }

    async fn put(&self, write: Write<'_>, now: UnixTime) -> Result<Put, StoreError> {
        if !self.is(Defect::CutsAtTheLimit) {
            write.refuse_too_large()?;
        }
        if !self.as_expected(&self.contents.lock().unwrap(), &write, now) {
            return Ok(Put::Conflict);
        }
        if self.is(Defect::ChecksThenWrites) {
            let_others_in().await;
        } else if self.is(Defect::WritesInTwoSteps) {
            let half = &write.value()[..write.value().len() / 2];
            self.write(&mut self.contents.lock().unwrap(), &write, half);
            let_others_in().await;
        }
        let mut contents = self.contents.lock().unwrap();
        let checked = self.is(Defect::ChecksThenWrites) || self.is(Defect::WritesInTwoSteps);
        if !checked && !self.as_expected(&contents, &write, now) {
            return Ok(Put::Conflict);
        }
        self.write(&mut contents, &write, write.value());
        Ok(Put::Written)
    }

    async fn delete(&self, key: &Key, expect: Version, now: UnixTime) -> Result<bool, StoreError> {
        let found = |contents: &Contents| {
            let stored = self
                .live(&contents.records, key, now)
                .map(|r| r.versioned.version());
            stored == Some(expect) || stored.is_some() && self.is(Defect::DeletesAnyVersion)
        };
        let mut deletes = found(&self.contents.lock().unwrap());
        let_others_in().await;
        let mut contents = self.contents.lock().unwrap();
        if !self.is(Defect::ChecksThenDeletes) {
            deletes = found(&contents);
        }
        contents
            .records
            .retain(|(stored, _)| !(deletes && *stored == self.key(key)));
        Ok(deletes)
    }

    async fn count(&self, key: &Key, window: Duration, now: UnixTime) -> Result<Count, StoreError> {
        let previous = |contents: &Contents| {
            contents
                .counts
                .iter()
                .find(|(stored, _)| stored == key)
                .map(|(_, count)| *count)
        };
        let mut running = previous(&self.contents.lock().unwrap());
        let_others_in().await;
        let store = |contents: &mut Contents, count: Count| {
            contents.counts.retain(|(stored, _)| stored != key);
            contents.counts.push((*key, count));
        };
        if self.is(Defect::CountsInTwoSteps) {
            {
                let mut contents = self.contents.lock().unwrap();
                running = Some(self.next_count(previous(&contents), window, now));
                store(&mut contents, Count::new(u64::MAX, now));
            }
            let_others_in().await;
        }
        let mut contents = self.contents.lock().unwrap();
        let count = match self.defect {
            Defect::CountsInTwoSteps => running.unwrap(),
            Defect::ReadsThenCounts => self.next_count(running, window, now),
            _ => self.next_count(previous(&contents), window, now),
        };
        store(&mut contents, count);
        if self.is(Defect::CountsInRecords) {
            let write = Write::new(key, b"", Expect::Absent, Version::from_bytes([0xCC; 16]));
            self.write(&mut contents, &write, b"");
        }
        Ok(count)
    }

    async fn due(&self, now: UnixTime, limit: u32) -> Result<Vec<Key>, StoreError> {
        let now = match self.defect {
            Defect::ListsDueTooEarly => now.saturating_add(Duration::from_secs(1)),
            _ => now,
        };
        let contents = self.contents.lock().unwrap();
        let due = contents.records.iter().filter_map(|(key, record)| {
            let at = record.due.filter(|due| *due <= now)?;
            Some((at, *key, self.is_past(record, now)))
        });
        let mut due: Vec<_> = due.collect();
        if !self.is(Defect::ListsDueByKey) {
            due.sort();
        }
        if self.is(Defect::LimitsBeforeFiltering) {
            due.truncate(limit as usize);
        }
        due.retain(|(_, _, past)| !past);
        if !self.is(Defect::ListsDueWithoutLimit) {
            due.truncate(limit as usize);
        }
        Ok(due.into_iter().map(|(_, key, _)| key).collect())
    }

    async fn page(
        &self,
        after: Option<Key>,
        limit: u32,
    ) -> Result<Vec<(Key, Versioned)>, StoreError> {
        let mut contents = self.contents.lock().unwrap();
        let keys = contents.records.iter().map(|(key, _)| *key);
        let mut start = keys.filter(|key| Some(*key) <= after).count();
        match (self.defect, after) {
            (_, None) => contents.shown = 0,
            (Defect::RepeatsTheLastOfAPage, Some(_)) => start -= 1,
            (Defect::SkipsOneAfterAPage, Some(_)) => start += 1,
            (Defect::PagesByNumber, Some(_)) => start = contents.shown,
            _ => {}
        }
        let rest = contents.records.iter().skip(start).take(limit as usize);
        let page: Vec<_> = rest.map(|(key, r)| (*key, r.versioned.clone())).collect();
        contents.shown += page.len();
        Ok(page)
    }

    async fn purge(&self, now: UnixTime, limit: u32) -> Result<u32, StoreError> {
        let mut left = match self.defect {
            Defect::PurgesNothing => 0,
            Defect::PurgesWithoutLimit => u32::MAX,
            _ => limit,
        };
        let now = match self.defect {
            Defect::PurgesTooEarly => now.saturating_add(Duration::from_secs(1)),
            _ => now,
        };
        let mut contents = self.contents.lock().unwrap();
        let mut purged = 0;
        let mut keep = |past: bool| {
            let purge = past && left > 0;
            left -= u32::from(purge);
            purged += u32::from(purge);
            !purge
        };
        contents
            .records
            .retain(|(_, record)| keep(record.expires.is_past(now)));
        contents
            .counts
            .retain(|(_, count)| keep(count.until <= now));
        Ok(purged)
    }
}

/// Lets other tasks run between two steps that ought to be one.
async fn let_others_in() {
    let mut waited = false;
    std::future::poll_fn(|context| {
        if std::mem::replace(&mut waited, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        std::thread::yield_now();
        Poll::Pending
    })
    .await;
}
