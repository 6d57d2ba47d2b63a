//! How to open a database.

use std::num::NonZeroU8;
use std::path::Path;
use std::time::Duration;

use crate::{OpenError, SqliteStore};

/// How to open a database, where the defaults do not suit.
#[derive(Clone, Debug)]
#[must_use = "call `open`, `create` or `create_or_open`"]
pub struct Options {
    pub(crate) busy_timeout: Duration,
    pub(crate) readers: NonZeroU8,
}

impl Default for Options {
    /// Waits five seconds for another process, and reads on two threads.
    fn default() -> Self {
        const TWO: NonZeroU8 = NonZeroU8::new(2).unwrap();
        Self {
            busy_timeout: Duration::from_secs(5),
            readers: TWO,
        }
    }
}

impl Options {
    /// Sets how long to wait while another process writes, before an operation fails as
    /// [`Busy`](mfakit_store::StoreErrorKind::Busy).
    pub const fn with_busy_timeout(self, timeout: Duration) -> Self {
        Self {
            busy_timeout: timeout,
            ..self
        }
    }

    /// Sets how many threads read.
    pub const fn with_readers(self, readers: NonZeroU8) -> Self {
        Self { readers, ..self }
    }

    /// Opens a database that exists, as [`SqliteStore::open`].
    ///
    /// # Errors
    ///
    /// Those of [`SqliteStore::open`].
    pub fn open(&self, path: impl AsRef<Path>) -> Result<SqliteStore, OpenError> {
        SqliteStore::open_with(path.as_ref(), self)
    }

    /// Creates a database where there is no file, as [`SqliteStore::create`].
    ///
    /// # Errors
    ///
    /// Those of [`SqliteStore::create`].
    pub fn create(&self, path: impl AsRef<Path>) -> Result<SqliteStore, OpenError> {
        SqliteStore::create_with(path.as_ref(), self)
    }

    /// Opens a database, which is created if there is no file, as [`SqliteStore::create_or_open`].
    ///
    /// # Errors
    ///
    /// Those of [`SqliteStore::create_or_open`].
    pub fn create_or_open(&self, path: impl AsRef<Path>) -> Result<SqliteStore, OpenError> {
        SqliteStore::create_or_open_with(path.as_ref(), self)
    }
}
