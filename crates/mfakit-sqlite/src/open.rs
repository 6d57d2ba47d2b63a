//! Connections that keep what they acknowledge.

use std::fs;
use std::io;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, MAIN_DB, OpenFlags};

use crate::{OpenError, schema};

/// The value of `PRAGMA synchronous` that flushes the log before a commit returns.
const FULL: i64 = 2;

/// The length of the header that every SQLite database begins with:
/// <https://www.sqlite.org/fileformat.html#the_database_header>.
const HEADER_BYTES: u64 = 100;

/// What a connection is for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Role {
    /// The one that writes.
    Writer,
    /// One that cannot write even by mistake.
    Reader,
}

/// Refuses what is no file, or has nothing in it, before SQLite sees it.
///
/// The file is not opened here: closing a file releases all locks of the process on it, those of
/// SQLite's other connections included.
pub(crate) fn require_content(path: &Path) -> Result<(), OpenError> {
    match fs::metadata(path) {
        Ok(file) if file.len() == 0 && file.is_file() => Err(OpenError::Empty),
        // SQLite would complete the header with zeros, and not recognize it.
        Ok(file) if file.len() < HEADER_BYTES && file.is_file() => Err(OpenError::NotADatabase),
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(OpenError::NotFound),
        Err(error) => Err(OpenError::io(error)),
    }
}

/// Opens a database of ours; reads from it only, as long as it may be somebody else's.
pub(crate) fn connect(path: &Path, busy: Duration, role: Role) -> Result<Connection, OpenError> {
    let connection = plain(path, busy)?;
    if connection.is_readonly(MAIN_DB)? {
        return Err(OpenError::ReadOnly);
    }
    schema::recognize(&connection)?;
    make_durable(&connection)?;
    if role == Role::Reader {
        connection.pragma_update(None, "query_only", true)?;
    }
    Ok(connection)
}

/// Opens a file that exists, distrusting what is in it.
pub(crate) fn plain(path: &Path, busy: Duration) -> Result<Connection, OpenError> {
    // Each connection belongs to one thread, so SQLite need not lock it.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(busy)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    Ok(connection)
}

/// Turns on what makes a commit survive a power failure, and makes sure that it is on.
pub(crate) fn make_durable(connection: &Connection) -> Result<(), OpenError> {
    let wal = |mode: String| mode.eq_ignore_ascii_case("wal");
    let mode = connection.pragma_query_value(None, "journal_mode", |row| row.get(0))?;
    if !wal(mode) {
        // A backup by `VACUUM INTO` comes back in another mode.
        let mode =
            connection.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0))?;
        if !wal(mode) {
            return Err(OpenError::NotDurable {
                setting: "journal_mode=WAL",
            });
        }
    }
    connection.pragma_update(None, "synchronous", "FULL")?;
    // Apple's `fsync` does not reach the medium; elsewhere these two change nothing.
    connection.pragma_update(None, "fullfsync", true)?;
    connection.pragma_update(None, "checkpoint_fullfsync", true)?;
    let synchronous: i64 = connection.pragma_query_value(None, "synchronous", |row| row.get(0))?;
    if synchronous != FULL {
        return Err(OpenError::NotDurable {
            setting: "synchronous=FULL",
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::create;

    #[test]
    fn every_connection_is_durable_and_distrusts_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mfa.db");
        create::database(&path, Duration::ZERO).unwrap();
        for (role, query_only) in [(Role::Writer, 0), (Role::Reader, 1)] {
            let connection = connect(&path, Duration::from_millis(1234), role).unwrap();
            let setting = |name: &str| -> i64 {
                connection
                    .pragma_query_value(None, name, |row| row.get(0))
                    .unwrap()
            };
            assert_eq!(setting("synchronous"), FULL);
            assert_eq!(setting("fullfsync"), 1);
            assert_eq!(setting("checkpoint_fullfsync"), 1);
            assert_eq!(setting("trusted_schema"), 0);
            assert_eq!(setting("cell_size_check"), 1);
            assert_eq!(setting("busy_timeout"), 1234);
            assert_eq!(setting("query_only"), query_only);
            let mode: String = connection
                .pragma_query_value(None, "journal_mode", |row| row.get(0))
                .unwrap();
            assert_eq!(mode, "wal");
        }
    }

    #[test]
    fn a_database_in_memory_cannot_be_made_durable() {
        let refused = make_durable(&Connection::open_in_memory().unwrap()).unwrap_err();
        assert!(
            matches!(
                refused,
                OpenError::NotDurable {
                    setting: "journal_mode=WAL"
                }
            ),
            "{refused:?}"
        );
    }
}
