//! The operations of a store, in SQL.

use std::time::Duration;

use mfakit_core::UnixTime;
use mfakit_store::{Count, Expect, Expiry, Key, Put, Version, Versioned, Write};
use rusqlite::types::Type;
use rusqlite::{Error, OptionalExtension as _, Result, Row};

use crate::job::Operation;
use crate::statements::Statements;

const GET: &str = "SELECT version, value FROM record \
     WHERE key = ?1 AND (expires IS NULL OR expires > ?2)";
const CREATE: &str = "INSERT INTO record (key, version, value, expires, due) \
     VALUES (?1, ?2, ?3, ?4, ?5) \
     ON CONFLICT (key) DO UPDATE SET version = excluded.version, \
     value = excluded.value, expires = excluded.expires, due = excluded.due \
     WHERE record.expires <= ?6";
const UPDATE: &str = "UPDATE record SET version = ?2, value = ?3, expires = ?4, due = ?5 \
     WHERE key = ?1 AND version = ?7 AND (expires IS NULL OR expires > ?6)";
const DELETE: &str = "DELETE FROM record \
     WHERE key = ?1 AND version = ?2 AND (expires IS NULL OR expires > ?3)";
const READ_COUNT: &str = "SELECT count, until FROM counter WHERE key = ?1";
const WRITE_COUNT: &str = "INSERT INTO counter (key, count, until) VALUES (?1, ?2, ?3) \
     ON CONFLICT (key) DO UPDATE SET count = excluded.count, until = excluded.until";
const DUE: &str = "SELECT key FROM record WHERE due <= ?1 AND (expires IS NULL OR expires > ?1) \
     ORDER BY due, key LIMIT ?2";
const PAGE: &str = "SELECT key, version, value FROM record WHERE key > ?1 ORDER BY key LIMIT ?2";
const PURGE_RECORDS: &str = "DELETE FROM record WHERE rowid IN \
     (SELECT rowid FROM record WHERE expires <= ?1 ORDER BY expires LIMIT ?2)";
const PURGE_COUNTS: &str = "DELETE FROM counter WHERE key IN \
     (SELECT key FROM counter WHERE until <= ?1 ORDER BY until LIMIT ?2)";

/// Reads one record.
pub(crate) struct GetRecord {
    pub(crate) key: Key,
    pub(crate) now: UnixTime,
}

impl Operation for GetRecord {
    type Answer = Option<Versioned>;

    fn run(&self, sql: &mut Statements<'_>) -> Result<Self::Answer> {
        sql.get(GET)?
            .query_row((self.key.to_bytes(), self.now.as_i64()), |row| {
                versioned(row, 0)
            })
            .optional()
    }
}

/// Writes one record by compare-and-set.
pub(crate) struct PutRecord {
    key: Key,
    value: Vec<u8>,
    expect: Expect,
    new: Version,
    expires: Option<i64>,
    due: Option<i64>,
    now: UnixTime,
}

impl PutRecord {
    pub(crate) fn new(write: &Write<'_>, now: UnixTime) -> Self {
        let expires = match write.expires() {
            Expiry::Never => None,
            Expiry::At(end) => Some(end.as_i64()),
        };
        Self {
            key: *write.key(),
            value: write.value().to_vec(),
            expect: write.expect(),
            new: write.new_version(),
            expires,
            due: write.due().map(UnixTime::as_i64),
            now,
        }
    }
}

impl Operation for PutRecord {
    type Answer = Put;

    fn run(&self, sql: &mut Statements<'_>) -> Result<Self::Answer> {
        let (key, new, now) = (self.key.to_bytes(), self.new.as_bytes(), self.now.as_i64());
        let (expires, due) = (self.expires, self.due);
        let written = match self.expect {
            Expect::Absent => {
                sql.get(CREATE)?
                    .execute((key, new, &self.value, expires, due, now))?
            }
            Expect::Version(old) => sql.get(UPDATE)?.execute((
                key,
                new,
                &self.value,
                expires,
                due,
                now,
                old.as_bytes(),
            ))?,
        };
        Ok(if written == 0 {
            Put::Conflict
        } else {
            Put::Written
        })
    }
}

/// Removes one record by compare-and-set.
pub(crate) struct DeleteRecord {
    pub(crate) key: Key,
    pub(crate) expect: Version,
    pub(crate) now: UnixTime,
}

impl Operation for DeleteRecord {
    type Answer = bool;

    fn run(&self, sql: &mut Statements<'_>) -> Result<Self::Answer> {
        let deleted = sql.get(DELETE)?.execute((
            self.key.to_bytes(),
            self.expect.as_bytes(),
            self.now.as_i64(),
        ))?;
        Ok(deleted > 0)
    }
}

/// Counts one event.
pub(crate) struct CountEvent {
    pub(crate) key: Key,
    pub(crate) window: Duration,
    pub(crate) now: UnixTime,
}

impl Operation for CountEvent {
    type Answer = Count;

    fn run(&self, sql: &mut Statements<'_>) -> Result<Self::Answer> {
        let key = self.key.to_bytes();
        let previous = sql
            .get(READ_COUNT)?
            .query_row([key], |row| {
                Ok(Count::new(
                    unsigned(row, 0)?,
                    UnixTime::from_secs(unsigned(row, 1)?),
                ))
            })
            .optional()?;
        let count = Count::next(previous, self.window, self.now);
        sql.get(WRITE_COUNT)?.execute((
            key,
            0_i64.saturating_add_unsigned(count.count),
            count.until.as_i64(),
        ))?;
        Ok(count)
    }
}

/// Lists what is due.
pub(crate) struct ListDue {
    pub(crate) now: UnixTime,
    pub(crate) limit: u32,
}

impl Operation for ListDue {
    type Answer = Vec<Key>;

    fn run(&self, sql: &mut Statements<'_>) -> Result<Self::Answer> {
        sql.get(DUE)?
            .query_map((self.now.as_i64(), self.limit), |row| key(row, 0))?
            .collect()
    }
}

/// Lists records in the order of their keys.
pub(crate) struct ListPage {
    pub(crate) after: Option<Key>,
    pub(crate) limit: u32,
}

impl Operation for ListPage {
    type Answer = Vec<(Key, Versioned)>;

    fn run(&self, sql: &mut Statements<'_>) -> Result<Self::Answer> {
        // No bytes at all are before every key.
        let after = self
            .after
            .map(|key| key.to_bytes().to_vec())
            .unwrap_or_default();
        sql.get(PAGE)?
            .query_map((after, self.limit), |row| {
                Ok((key(row, 0)?, versioned(row, 1)?))
            })?
            .collect()
    }
}

/// Removes what has expired.
pub(crate) struct Purge {
    pub(crate) now: UnixTime,
    pub(crate) limit: u32,
}

impl Operation for Purge {
    type Answer = u32;

    fn run(&self, sql: &mut Statements<'_>) -> Result<Self::Answer> {
        let mut purged = 0;
        for statement in [PURGE_RECORDS, PURGE_COUNTS] {
            let left = self.limit.saturating_sub(purged);
            let rows = sql.get(statement)?.execute((self.now.as_i64(), left))?;
            purged = purged.saturating_add(u32::try_from(rows).unwrap_or(left));
        }
        Ok(purged)
    }
}

fn key(row: &Row<'_>, column: usize) -> Result<Key> {
    let bytes = row.get_ref(column)?.as_blob()?;
    Key::from_bytes(bytes)
        .map_err(|error| Error::FromSqlConversionFailure(column, Type::Blob, error.into()))
}

/// A version in the column, and a value in the next.
fn versioned(row: &Row<'_>, column: usize) -> Result<Versioned> {
    let version = Version::from_bytes(row.get(column)?);
    Ok(Versioned::new(version, row.get(column.saturating_add(1))?))
}

/// A number that we never write negative.
fn unsigned(row: &Row<'_>, column: usize) -> Result<u64> {
    let number: i64 = row.get(column)?;
    u64::try_from(number).map_err(|_| Error::IntegralValueOutOfRange(column, number))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema;

    /// Every statement is served by an index, in the order that it asks for.
    #[test]
    fn no_statement_reads_or_sorts_a_whole_table() {
        let mut connection = rusqlite::Connection::open_in_memory().unwrap();
        schema::create(&mut connection).unwrap();
        for sql in [
            GET,
            CREATE,
            UPDATE,
            DELETE,
            READ_COUNT,
            WRITE_COUNT,
            DUE,
            PAGE,
            PURGE_RECORDS,
            PURGE_COUNTS,
        ] {
            let mut explained = connection
                .prepare(&format!("EXPLAIN QUERY PLAN {sql}"))
                .unwrap();
            let nulls = vec![rusqlite::types::Null; explained.parameter_count()];
            let steps = explained.query_map(rusqlite::params_from_iter(nulls), |row| row.get(3));
            let steps: Vec<String> = steps.unwrap().map(Result::unwrap).collect();
            let is_slow = |step: &String| step.starts_with("SCAN") || step.contains("TEMP B-TREE");
            assert!(!steps.iter().any(is_slow), "{sql}: {steps:?}");
        }
    }
}
