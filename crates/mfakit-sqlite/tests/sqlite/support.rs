//! What the tests of this program share.

use std::fs;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use mfakit_core::UnixTime;
use mfakit_sqlite::SqliteStore;
use mfakit_store::conformance::block_on;
use mfakit_store::{
    Expect, Key, Put, Space, Store, StoreError, StoreErrorKind, Version, Versioned, Write,
};
use rusqlite::Connection;
use tempfile::TempDir;

pub(crate) const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);

/// A folder for one test, and the place of its database.
pub(crate) fn place() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mfa.db");
    (folder, path)
}

/// A folder with a database.
pub(crate) fn created() -> (TempDir, PathBuf, SqliteStore) {
    let (folder, path) = place();
    let store = SqliteStore::create(&path).unwrap();
    (folder, path, store)
}

pub(crate) fn user(number: u64) -> Key {
    let mut hash = [0; 32];
    hash[..8].copy_from_slice(&number.to_be_bytes());
    Key::new(Space::User, hash)
}

/// The version of the state `number` of a record; 0 is "absent".
pub(crate) fn version(number: u64) -> Version {
    Version::from_bytes(u128::from(number).to_be_bytes())
}

/// What to expect when the state `number` is to be replaced.
pub(crate) fn expect(number: u64) -> Expect {
    if number == 0 {
        Expect::Absent
    } else {
        Expect::Version(version(number))
    }
}

/// Writes the state `number` over the one before it; the value is the number.
pub(crate) async fn put(store: &impl Store, key: Key, number: u64) -> Result<Put, StoreError> {
    let value = number.to_be_bytes();
    store
        .put(
            Write::new(&key, &value, expect(number - 1), version(number)),
            NOW,
        )
        .await
}

/// Writes, on this thread.
pub(crate) fn put_now(store: &impl Store, key: Key, number: u64) -> Result<Put, StoreErrorKind> {
    block_on(put(store, key, number)).map_err(|error| error.kind())
}

/// Reads, on this thread.
pub(crate) fn get_now(store: &impl Store, key: Key) -> Result<Option<Versioned>, StoreErrorKind> {
    block_on(store.get(&key, NOW)).map_err(|error| error.kind())
}

/// The number of the state that is stored; fails unless version and value say the same.
pub(crate) fn number(store: &impl Store, key: Key) -> u64 {
    number_of(get_now(store, key).unwrap())
}

pub(crate) fn number_of(found: Option<Versioned>) -> u64 {
    let Some(found) = found else { return 0 };
    let number = u64::from_be_bytes(found.value().try_into().unwrap());
    assert_eq!(found.version(), version(number));
    number
}

/// Polls once, without waiting for anything.
pub(crate) fn poll_once<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// A connection past the store, as of another program.
pub(crate) fn from_outside(path: &Path) -> Connection {
    Connection::open_with_flags(path, rusqlite::OpenFlags::SQLITE_OPEN_READ_WRITE).unwrap()
}

pub(crate) fn assert_integrity(path: &Path) {
    let check = "PRAGMA integrity_check";
    let found: String = from_outside(path)
        .query_row(check, [], |row| row.get(0))
        .unwrap();
    assert_eq!(found, "ok");
}

/// The names of the files in a folder, in order.
pub(crate) fn files(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// Numbers that are the same in every run: xorshift64.
pub(crate) struct Numbers(u64);

impl Numbers {
    pub(crate) fn seeded(seed: u64) -> Self {
        assert_ne!(seed, 0);
        Self(seed)
    }

    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }
}
