//! The store: a handle on the threads that have the connections.

use std::fmt;
use std::path::{self, Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use mfakit_core::UnixTime;
use mfakit_store::{Count, Key, Put, Store, StoreError, StoreErrorKind, Version, Versioned, Write};
use rusqlite::Connection;
use tokio::sync::mpsc;

use crate::file::WatchedFile;
use crate::job::{BoxedJob, Operation, submit};
use crate::open::{Role, connect, require_content};
use crate::operations::{CountEvent, DeleteRecord, GetRecord, ListDue, ListPage, Purge, PutRecord};
use crate::writer::Tally;
use crate::{OpenError, Options, create, reader, writer};

/// Second-factor state in an SQLite file; clones are further handles on the same connections.
///
/// Any number of processes of one machine may have the file open. It must stay where it is: once
/// it was moved, deleted or replaced, every operation fails as
/// [`Unavailable`](StoreErrorKind::Unavailable). To restore a backup, stop all processes, put it
/// in place and remove the files with `-wal` and `-shm` after the name. An older copy opens like
/// any other: what happened since then is forgotten, used codes included, so let users in only
/// when the codes of that time have run out.
///
/// Dropping the last handle waits until the writes in the queue are committed.
#[derive(Clone)]
pub struct SqliteStore {
    shared: Arc<Shared>,
}

impl SqliteStore {
    /// Opens a database that exists. Blocks: call it when the service starts.
    ///
    /// # Errors
    ///
    /// - [`OpenError::NotFound`] if there is no file; opening never creates one.
    /// - [`OpenError::Empty`], [`OpenError::NotADatabase`], [`OpenError::Foreign`] or
    ///   [`OpenError::NewerSchema`] if the file is not one that this release has written.
    /// - [`OpenError::Damaged`] if it once was.
    /// - [`OpenError::Locked`] or [`OpenError::ReadOnly`] if it cannot be written to.
    /// - [`OpenError::NotDurable`], [`OpenError::Full`] or [`OpenError::Io`] if the file system
    ///   does not do what is asked of it.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, OpenError> {
        Options::default().open(path)
    }

    /// Creates a database where there is no file, and opens it. Blocks, as [`SqliteStore::open`].
    ///
    /// The file appears with everything in it or not at all, and only its owner can read it.
    ///
    /// # Errors
    ///
    /// - [`OpenError::AlreadyExists`] if there is a file, whatever is in it.
    /// - [`OpenError::Full`], [`OpenError::ReadOnly`] or [`OpenError::Io`] if the folder takes no
    ///   file.
    /// - Those of [`SqliteStore::open`].
    pub fn create(path: impl AsRef<Path>) -> Result<Self, OpenError> {
        Options::default().create(path)
    }

    /// Opens a database, which is created if there is no file. Blocks, as [`SqliteStore::open`].
    ///
    /// Several processes may call it at once. Prefer [`SqliteStore::open`] where the database is
    /// known to exist: a wrong path is then an error, not a store in which nobody has a second
    /// factor.
    ///
    /// # Errors
    ///
    /// Those of [`SqliteStore::create`], but for [`OpenError::AlreadyExists`].
    pub fn create_or_open(path: impl AsRef<Path>) -> Result<Self, OpenError> {
        Options::default().create_or_open(path)
    }

    /// Returns how much this handle and its clones have written.
    #[must_use]
    pub fn statistics(&self) -> Statistics {
        Statistics {
            commits: self.shared.tally.commits.load(Ordering::Relaxed),
            writes: self.shared.tally.writes.load(Ordering::Relaxed),
        }
    }

    pub(crate) fn open_with(path: &Path, options: &Options) -> Result<Self, OpenError> {
        let path = absolute(path)?;
        require_content(&path)?;
        let file = WatchedFile::new(&path).map_err(OpenError::io)?;
        let connect = |role| connect(&path, options.busy_timeout, role);
        let writer = connect(Role::Writer)?;
        let readers = (0..options.readers.get()).map(|_| connect(Role::Reader));
        let readers: Result<_, OpenError> = readers.collect();
        let readers = readers?;
        // The same file before and after: so this is the one that was opened.
        file.require_unmoved().map_err(|error| OpenError::Io {
            source: error.into(),
        })?;

        let tally = Arc::new(Tally::default());
        let (read, mut threads) = reader::start(readers, &file).map_err(OpenError::io)?;
        let (write, thread) =
            writer::start(writer, file, Arc::clone(&tally)).map_err(OpenError::io)?;
        threads.push(thread);
        let shared = Shared {
            read,
            write,
            tally,
            path,
            _threads: Threads(threads),
        };
        Ok(Self {
            shared: Arc::new(shared),
        })
    }

    pub(crate) fn create_with(path: &Path, options: &Options) -> Result<Self, OpenError> {
        create::database(&absolute(path)?, options.busy_timeout)?;
        Self::open_with(path, options)
    }

    pub(crate) fn create_or_open_with(path: &Path, options: &Options) -> Result<Self, OpenError> {
        match Self::open_with(path, options) {
            Err(OpenError::NotFound) => {}
            opened => return opened,
        }
        match Self::create_with(path, options) {
            // Another process was faster.
            Err(OpenError::AlreadyExists) => Self::open_with(path, options),
            created => created,
        }
    }

    /// A read that got no answer was not done, whatever became of its thread.
    async fn read<O: Operation>(&self, operation: O) -> Result<O::Answer, StoreError> {
        submit(&self.shared.read, operation, StoreErrorKind::Closed).await
    }

    /// A write that got no answer may have been committed.
    async fn write<O: Operation>(&self, operation: O) -> Result<O::Answer, StoreError> {
        submit(
            &self.shared.write,
            operation,
            StoreErrorKind::OutcomeUnknown,
        )
        .await
    }
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore")
            .field("path", &self.shared.path)
            .finish_non_exhaustive()
    }
}

impl Store for SqliteStore {
    async fn get(&self, key: &Key, now: UnixTime) -> Result<Option<Versioned>, StoreError> {
        self.read(GetRecord { key: *key, now }).await
    }

    async fn put(&self, write: Write<'_>, now: UnixTime) -> Result<Put, StoreError> {
        write.refuse_too_large()?;
        self.write(PutRecord::new(&write, now)).await
    }

    async fn delete(&self, key: &Key, expect: Version, now: UnixTime) -> Result<bool, StoreError> {
        self.write(DeleteRecord {
            key: *key,
            expect,
            now,
        })
        .await
    }

    async fn count(&self, key: &Key, window: Duration, now: UnixTime) -> Result<Count, StoreError> {
        self.write(CountEvent {
            key: *key,
            window,
            now,
        })
        .await
    }

    async fn due(&self, now: UnixTime, limit: u32) -> Result<Vec<Key>, StoreError> {
        self.read(ListDue { now, limit }).await
    }

    async fn page(
        &self,
        after: Option<Key>,
        limit: u32,
    ) -> Result<Vec<(Key, Versioned)>, StoreError> {
        self.read(ListPage { after, limit }).await
    }

    async fn purge(&self, now: UnixTime, limit: u32) -> Result<u32, StoreError> {
        self.write(Purge { now, limit }).await
    }
}

/// How much a store has written since it was opened.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Statistics {
    /// Transactions, each with one flush to the disk.
    pub commits: u64,
    /// Writes, deletes, counts and purges in them.
    pub writes: u64,
}

struct Shared {
    read: mpsc::Sender<BoxedJob>,
    write: mpsc::Sender<BoxedJob>,
    tally: Arc<Tally>,
    path: PathBuf,
    // Dropped last, when the senders are gone and the threads know that nothing more will come.
    _threads: Threads,
}

/// Waits for the threads on drop.
struct Threads(Vec<JoinHandle<Connection>>);

impl Drop for Threads {
    fn drop(&mut self) {
        for thread in self.0.drain(..) {
            // The last handle may be dropped with a caller that one of the threads has just woken.
            if thread.thread().id() != thread::current().id() {
                // The connections are closed here one by one, so that the last one knows that it
                // is the last and removes the log. A panic there was reported when it happened,
                // and to the callers it concerned.
                drop(thread.join());
            }
        }
    }
}

/// SQLite gives some relative names a meaning of their own, and the working folder may change.
fn absolute(path: &Path) -> Result<PathBuf, OpenError> {
    path::absolute(path).map_err(OpenError::io)
}
