//! Files that are not the database they ought to be: each with its own error.

use std::fs;
use std::path::Path;
use std::time::Duration;

use mfakit_sqlite::{OpenError, Options, SqliteStore};
use mfakit_store::{Put, StoreErrorKind};
use rusqlite::Connection;

use crate::support::{created, files, from_outside, get_now, number, place, put_now, user};

fn refused(path: &Path) -> OpenError {
    SqliteStore::open(path).map(drop).unwrap_err()
}

/// Makes a database with something in it, and closes it.
fn filled() -> (tempfile::TempDir, std::path::PathBuf) {
    let (folder, path, store) = created();
    for number in 0..100 {
        assert_eq!(put_now(&store, user(number), 1), Ok(Put::Written));
    }
    (folder, path)
}

#[test]
fn a_missing_file_is_not_created() {
    let (folder, path) = place();
    assert!(matches!(refused(&path), OpenError::NotFound));
    assert!(matches!(
        refused(&folder.path().join("no/such/folder.db")),
        OpenError::NotFound
    ));
    assert!(files(folder.path()).is_empty());
}

#[test]
fn an_empty_file_is_not_taken_for_a_new_database() {
    let (_folder, path) = place();
    fs::write(&path, b"").unwrap();
    assert!(matches!(refused(&path), OpenError::Empty));
    assert!(matches!(
        SqliteStore::create_or_open(&path),
        Err(OpenError::Empty)
    ));
    assert_eq!(fs::read(&path).unwrap(), b"");
}

#[test]
fn whatever_is_there_is_not_overwritten() {
    let (folder, path) = place();
    for content in [b"".as_slice(), b"text"] {
        fs::write(&path, content).unwrap();
        assert!(matches!(
            SqliteStore::create(&path),
            Err(OpenError::AlreadyExists)
        ));
        assert_eq!(fs::read(&path).unwrap(), content);
    }
    assert!(matches!(
        SqliteStore::create(folder.path()),
        Err(OpenError::AlreadyExists)
    ));
    assert_eq!(files(folder.path()), ["mfa.db"]);

    let (_folder, path) = filled();
    assert!(matches!(
        SqliteStore::create(&path),
        Err(OpenError::AlreadyExists)
    ));
    assert_eq!(number(&SqliteStore::open(&path).unwrap(), user(7)), 1);
}

#[test]
fn a_file_that_is_no_database_is_left_alone() {
    let (folder, path) = place();
    let text = "no database, but long enough to look like one at first sight".repeat(100);
    fs::write(&path, &text).unwrap();
    assert!(matches!(refused(&path), OpenError::NotADatabase));
    assert!(matches!(
        SqliteStore::create_or_open(&path),
        Err(OpenError::NotADatabase)
    ));
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
    assert_eq!(files(folder.path()), ["mfa.db"]);
}

#[test]
fn another_applications_database_is_left_alone() {
    for (mode, id) in [("delete", 0), ("wal", 0), ("delete", 42), ("wal", -7)] {
        let (folder, path) = place();
        let other = Connection::open(&path).unwrap();
        other
            .pragma_update_and_check(None, "journal_mode", mode, |_| Ok(()))
            .unwrap();
        other.pragma_update(None, "application_id", id).unwrap();
        // Even if it looks like ours.
        other.pragma_update(None, "user_version", 1).unwrap();
        other.execute("CREATE TABLE record (key BLOB)", []).unwrap();
        drop(other);

        let before = fs::read(&path).unwrap();
        let OpenError::Foreign { application_id } = refused(&path) else {
            panic!("not recognized as foreign")
        };
        assert_eq!(application_id, id);
        assert_eq!(fs::read(&path).unwrap(), before);
        assert_eq!(files(folder.path()), ["mfa.db"]);
    }
}

#[test]
fn a_newer_schema_is_refused() {
    let (_folder, path) = filled();
    from_outside(&path)
        .pragma_update(None, "user_version", 2)
        .unwrap();
    let error = refused(&path);
    assert!(
        matches!(
            error,
            OpenError::NewerSchema {
                found: 2,
                supported: 1
            }
        ),
        "{error:?}"
    );
    assert_eq!(
        error.to_string(),
        "the database has schema 2, which is newer than 1"
    );

    from_outside(&path)
        .pragma_update(None, "user_version", 1)
        .unwrap();
    assert_eq!(number(&SqliteStore::open(&path).unwrap(), user(7)), 1);
}

#[test]
fn a_database_without_a_part_of_the_schema_is_damaged() {
    for damage in [
        "PRAGMA user_version = 0",
        "PRAGMA user_version = -1",
        "DROP TABLE counter",
        "DROP TABLE record",
        "DROP INDEX record_due",
        "ALTER TABLE record ADD COLUMN more TEXT",
    ] {
        let (_folder, path) = filled();
        from_outside(&path).execute_batch(damage).unwrap();
        let error = refused(&path);
        assert!(
            matches!(error, OpenError::Damaged { source: None }),
            "{damage}: {error:?}"
        );
    }
}

#[test]
fn what_others_add_for_themselves_is_ignored() {
    let (_folder, path) = filled();
    from_outside(&path)
        .execute_batch("ANALYZE; CREATE TABLE theirs (a)")
        .unwrap();
    assert_eq!(number(&SqliteStore::open(&path).unwrap(), user(7)), 1);
}

#[test]
fn a_truncated_or_overwritten_file_is_damaged() {
    let (_folder, path) = filled();
    let whole = fs::read(&path).unwrap();
    let overwritten = |from: usize, to: usize| {
        let mut bytes = whole.clone();
        bytes[from..to].fill(0xA5);
        bytes
    };
    let cases = [
        ("half of it is missing", whole[..whole.len() / 2].to_vec()),
        ("only one page is left", whole[..4096].to_vec()),
        ("the list of tables is overwritten", overwritten(100, 4096)),
    ];
    for (what, bytes) in cases {
        fs::write(&path, bytes).unwrap();
        let error = refused(&path);
        assert!(
            matches!(error, OpenError::Damaged { source: Some(_) }),
            "{what}: {error:?}"
        );
    }
    let cases = [
        ("only a part of the header is left", whole[..50].to_vec()),
        ("the header is overwritten", overwritten(0, 100)),
    ];
    for (what, bytes) in cases {
        fs::write(&path, bytes).unwrap();
        let error = refused(&path);
        assert!(
            matches!(error, OpenError::NotADatabase),
            "{what}: {error:?}"
        );
    }
    fs::write(&path, &whole).unwrap();
    assert_eq!(number(&SqliteStore::open(&path).unwrap(), user(7)), 1);
}

#[test]
fn damage_behind_the_schema_is_reported_by_what_meets_it() {
    let (_folder, path) = filled();
    let mut bytes = fs::read(&path).unwrap();
    // The schema is on the first page, the tables and indexes are on the others.
    bytes[4096..].fill(0xA5);
    fs::write(&path, bytes).unwrap();
    let store = SqliteStore::open(&path).unwrap();
    assert_eq!(get_now(&store, user(7)), Err(StoreErrorKind::Corrupt));
    assert_eq!(put_now(&store, user(7), 2), Err(StoreErrorKind::Corrupt));
}

#[test]
fn a_row_that_we_never_wrote_is_damage_not_absence() {
    let (_folder, path) = filled();
    let store = SqliteStore::open(&path).unwrap();
    let other = from_outside(&path);
    let edit = "UPDATE record SET version = x'00' WHERE key = ?1";
    assert_eq!(other.execute(edit, [user(7).to_bytes()]).unwrap(), 1);
    assert_eq!(get_now(&store, user(7)), Err(StoreErrorKind::Corrupt));
    assert_eq!(number(&store, user(8)), 1);
}

#[test]
fn a_locked_database_is_reported_after_the_busy_timeout() {
    let (_folder, path) = filled();
    let other = from_outside(&path);
    other
        .execute_batch("PRAGMA locking_mode = EXCLUSIVE; DELETE FROM counter")
        .unwrap();
    let at_once = Options::default().with_busy_timeout(Duration::ZERO);
    let error = at_once.open(&path).map(drop).unwrap_err();
    assert!(matches!(error, OpenError::Locked { .. }), "{error:?}");
    drop(other);
    assert_eq!(number(&at_once.open(&path).unwrap(), user(7)), 1);
}

#[test]
fn what_cannot_be_a_file_is_an_io_error() {
    let (folder, path) = place();
    for error in [
        refused(folder.path()),
        refused(Path::new("")),
        SqliteStore::create(path.join("below/a.db"))
            .map(drop)
            .unwrap_err(),
        SqliteStore::create(folder.path().join("no-such-folder/a.db"))
            .map(drop)
            .unwrap_err(),
    ] {
        assert!(matches!(error, OpenError::Io { .. }), "{error:?}");
    }
}

/// SQLite takes these names for something else than files.
#[test]
fn every_name_is_that_of_a_file() {
    let (folder, _) = place();
    for name in [
        ":memory:",
        "file:a.db?mode=memory",
        "a.db?mode=ro",
        "a b%20c#d.db",
        "é.db",
    ] {
        let path = folder.path().join(name);
        drop(SqliteStore::create(&path).unwrap());
        assert_eq!(files(folder.path()), [name]);
        let store = SqliteStore::open(&path).unwrap();
        assert_eq!(put_now(&store, user(1), 1), Ok(Put::Written));
        drop(store);
        fs::remove_file(path).unwrap();
    }
}

/// As documented: nothing in an older copy tells that it is one. What is in it is consistent, and
/// whoever has read the newer state gets a conflict.
#[test]
fn an_older_copy_opens_with_the_older_state() {
    let (folder, path) = filled();
    let copy = folder.path().join("copy.db");
    fs::copy(&path, &copy).unwrap();
    let store = SqliteStore::open(&path).unwrap();
    assert_eq!(put_now(&store, user(7), 2), Ok(Put::Written));
    drop(store);

    fs::rename(&copy, &path).unwrap();
    let store = SqliteStore::open(&path).unwrap();
    assert_eq!(number(&store, user(7)), 1);
    assert_eq!(put_now(&store, user(7), 3), Ok(Put::Conflict));
}

/// `VACUUM INTO`, the backup that needs no stopping, leaves WAL mode behind.
#[test]
fn a_backup_made_by_sqlite_opens() {
    let (folder, path) = filled();
    let backup = folder.path().join("backup.db");
    let store = SqliteStore::open(&path).unwrap();
    from_outside(&path)
        .execute("VACUUM INTO ?1", [backup.to_str().unwrap()])
        .unwrap();
    drop(store);
    let store = SqliteStore::open(&backup).unwrap();
    assert_eq!(number(&store, user(7)), 1);
    assert_eq!(put_now(&store, user(7), 2), Ok(Put::Written));
    assert!(files(folder.path()).contains(&"backup.db-wal".to_owned()));
}
