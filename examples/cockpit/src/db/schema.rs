//! What is in the database, and whether a file is one of ours.

use std::time::Duration;

use rusqlite::{Connection, TransactionBehavior};

use super::DbError;

/// Tells the file from those of other programs: "ckpt".
const APPLICATION_ID: i64 = 0x636b_7074;
const VERSION: i64 = 1;
/// How long a statement waits for another process.
const PATIENCE: Duration = Duration::from_secs(5);

const SCHEMA: &str = "
CREATE TABLE users (
    id       BLOB PRIMARY KEY,
    name     TEXT NOT NULL,
    -- the name without the differences that people do not see
    folded   TEXT NOT NULL UNIQUE,
    password TEXT NOT NULL,
    created  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE sessions (
    -- SHA-256 of what the browser has
    id          BLOB PRIMARY KEY,
    user        BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- the same for all ids that a session had; form tokens are bound to it
    login       BLOB NOT NULL,
    -- a mfakit::SessionGrant, sealed
    grant_token BLOB NOT NULL,
    opened      INTEGER NOT NULL,
    seen        INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_by_age ON sessions (opened);

CREATE TABLE limits (
    -- a keyed hash: people type passwords into the field of the name
    key   BLOB PRIMARY KEY,
    count INTEGER NOT NULL,
    until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX limits_by_end ON limits (until);

CREATE TABLE activity (
    event    BLOB PRIMARY KEY,
    user     BLOB NOT NULL,
    first_at INTEGER NOT NULL,
    last_at  INTEGER NOT NULL,
    count    INTEGER NOT NULL,
    sentence TEXT NOT NULL,
    device   BLOB,
    alert    INTEGER NOT NULL,
    address  TEXT,
    agent    TEXT
) STRICT;
CREATE INDEX activity_by_user ON activity (user, last_at);
";

/// Makes the tables of a new file, and makes sure that an old one is ours.
pub(super) fn prepare(connection: &mut Connection) -> Result<(), DbError> {
    connection.busy_timeout(PATIENCE)?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let pragma = |name| transaction.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let (id, version) = (pragma("application_id")?, pragma("user_version")?);
    let tables: i64 =
        transaction.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if id == 0 && tables == 0 {
        transaction.execute_batch(SCHEMA)?;
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.pragma_update(None, "user_version", VERSION)?;
    } else if id != APPLICATION_ID {
        return Err(DbError::Foreign);
    } else if version > VERSION {
        return Err(DbError::Newer { version });
    }
    transaction.commit()?;
    // Only now that the file is known to be ours: this writes to it.
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // What was deleted is overwritten, not just unlinked.
    connection.pragma_update(None, "secure_delete", true)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::Db;
    use super::*;

    #[test]
    fn a_file_is_made_once_and_opened_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cockpit.db");
        assert!(Db::open(&path).is_ok());
        assert!(Db::open(&path).is_ok());
    }

    #[test]
    fn other_files_are_refused_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("other.db");
        Connection::open(&path)
            .unwrap()
            .execute_batch("CREATE TABLE theirs (x)")
            .unwrap();
        let before = std::fs::read(&path).unwrap();
        assert!(matches!(Db::open(&path), Err(DbError::Foreign)));
        assert_eq!(std::fs::read(&path).unwrap(), before);

        let path = folder.path().join("text");
        std::fs::write(
            &path,
            "not a database, but long enough to look like one".repeat(20),
        )
        .unwrap();
        assert!(matches!(Db::open(&path), Err(DbError::Sqlite(_))));
    }

    #[test]
    fn a_newer_schema_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cockpit.db");
        drop(Db::open(&path).unwrap());
        let newer = Connection::open(&path).unwrap();
        newer
            .pragma_update(None, "user_version", VERSION + 1)
            .unwrap();
        assert!(
            matches!(Db::open(&path), Err(DbError::Newer { version }) if version == VERSION + 1)
        );
    }
}
