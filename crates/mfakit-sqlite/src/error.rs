//! What SQLite reports, in terms of what to do about it.

use std::io;

use mfakit_store::{StoreError, StoreErrorKind};
use rusqlite::{Error, ErrorCode};

/// Why a database was not opened or created. Nothing was changed in the file that is there.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// There is a file already where a database was to be created.
    #[error("there is a file already")]
    AlreadyExists,
    /// It is a database of ours, but damaged: restore a backup.
    #[error("the database is damaged")]
    Damaged {
        /// What SQLite found, unless something of ours is missing.
        source: Option<Error>,
    },
    /// The file has no content: its database was truncated, or never written.
    ///
    /// If it is known to be no loss, delete the file and create a database.
    #[error("the database file is empty")]
    Empty,
    /// It is an SQLite database of another application.
    #[error("the database belongs to another application, id {application_id}")]
    Foreign {
        /// The other application's id in the file's header; 0 if it has set none.
        application_id: i32,
    },
    /// There is no room to create the database.
    #[error("there is no room for the database")]
    Full {
        /// What SQLite or the operating system reported.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The file, or its folder, cannot be used.
    #[error("the database file cannot be used")]
    Io {
        /// What SQLite or the operating system reported.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Another process keeps the database locked for longer than the busy timeout.
    #[error("the database is locked by another process")]
    Locked {
        /// What SQLite reported.
        source: Error,
    },
    /// A newer release of this crate has written the database.
    #[error("the database has schema {found}, which is newer than {supported}")]
    NewerSchema {
        /// The version of the schema in the file.
        found: u32,
        /// The newest version that this release knows.
        supported: u32,
    },
    /// The file is no SQLite database.
    #[error("the file is not a database")]
    NotADatabase,
    /// SQLite does not keep to the settings that make a commit survive a power failure.
    ///
    /// File systems without shared memory, such as those of a network, cannot do WAL.
    #[error("the database cannot be made durable: {setting} is not in effect")]
    NotDurable {
        /// The setting that was refused.
        setting: &'static str,
    },
    /// There is no such file. Opening never creates one.
    #[error("there is no such database")]
    NotFound,
    /// The file, or its file system, is read-only.
    #[error("the database is read-only")]
    ReadOnly,
}

impl OpenError {
    pub(crate) fn io(source: io::Error) -> Self {
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full {
                source: source.into(),
            },
            io::ErrorKind::ReadOnlyFilesystem => Self::ReadOnly,
            _ => Self::Io {
                source: source.into(),
            },
        }
    }
}

impl From<Error> for OpenError {
    fn from(source: Error) -> Self {
        match source.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Locked { source },
            Some(ErrorCode::DatabaseCorrupt) => Self::Damaged {
                source: Some(source),
            },
            Some(ErrorCode::DiskFull) => Self::Full {
                source: source.into(),
            },
            Some(ErrorCode::NotADatabase) => Self::NotADatabase,
            Some(ErrorCode::ReadOnly) => Self::ReadOnly,
            Some(_) => Self::Io {
                source: source.into(),
            },
            // Not an answer of SQLite, but one that made no sense.
            None => Self::Damaged {
                source: Some(source),
            },
        }
    }
}

/// What a failure means when nothing was committed.
pub(crate) fn not_done(error: Error) -> StoreError {
    let kind = match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreErrorKind::Busy,
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => StoreErrorKind::Corrupt,
        Some(ErrorCode::DiskFull) => StoreErrorKind::Full,
        Some(ErrorCode::ReadOnly) => StoreErrorKind::ReadOnly,
        Some(ErrorCode::TooBig) => StoreErrorKind::TooLarge,
        Some(_) => StoreErrorKind::Unavailable,
        // A column holds what we never write.
        None => StoreErrorKind::Corrupt,
    };
    StoreError::new(kind, error)
}

/// What a failing COMMIT means.
///
/// In WAL mode a transaction is committed when its last frame is in the log, and answered when the
/// log has reached the disk. So SQLite's error says for certain that nothing was committed only if
/// it comes before the last frame is whole: no lock (busy), or no room or no permission to write
/// it. Otherwise, above all if the flush failed, the frame may be found by the recovery after a
/// crash.
pub(crate) fn commit_failed(error: Error) -> StoreError {
    match error.sqlite_error_code() {
        Some(
            ErrorCode::DatabaseBusy
            | ErrorCode::DatabaseLocked
            | ErrorCode::DiskFull
            | ErrorCode::ReadOnly,
        ) => not_done(error),
        Some(_) | None => StoreError::new(StoreErrorKind::OutcomeUnknown, error),
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::ffi;

    use super::*;

    #[test]
    fn a_failing_commit_is_unknown_unless_it_cannot_have_happened() {
        let kinds = |code| {
            let error = || Error::SqliteFailure(ffi::Error::new(code), None);
            (not_done(error()).kind(), commit_failed(error()).kind())
        };
        use StoreErrorKind::{Busy, Corrupt, Full, OutcomeUnknown, ReadOnly, Unavailable};
        for (code, before, at_commit) in [
            (ffi::SQLITE_BUSY, Busy, Busy),
            (ffi::SQLITE_BUSY_SNAPSHOT, Busy, Busy),
            (ffi::SQLITE_FULL, Full, Full),
            (ffi::SQLITE_READONLY, ReadOnly, ReadOnly),
            (ffi::SQLITE_IOERR_WRITE, Unavailable, OutcomeUnknown),
            (ffi::SQLITE_IOERR_FSYNC, Unavailable, OutcomeUnknown),
            (ffi::SQLITE_NOMEM, Unavailable, OutcomeUnknown),
            (ffi::SQLITE_CORRUPT, Corrupt, OutcomeUnknown),
            (ffi::SQLITE_NOTADB, Corrupt, OutcomeUnknown),
        ] {
            assert_eq!(kinds(code), (before, at_commit), "code {code}");
        }
    }
}
