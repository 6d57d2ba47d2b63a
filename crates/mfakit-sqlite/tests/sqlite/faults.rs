//! Disks and files in trouble while the store is open.

use std::fs;

use mfakit_sqlite::SqliteStore;
use mfakit_store::{Put, StoreErrorKind};

use crate::child::{self, Role, Running, WRITES};
use crate::support::{assert_integrity, created, files, get_now, number, place, put_now, user};
use crate::tracing;

#[test]
fn a_file_that_was_moved_takes_nothing_until_it_is_back() {
    let (folder, path, store) = created();
    assert_eq!(put_now(&store, user(1), 1), Ok(Put::Written));
    let elsewhere = folder.path().join("elsewhere.db");
    fs::rename(&path, &elsewhere).unwrap();
    assert_eq!(
        put_now(&store, user(1), 2),
        Err(StoreErrorKind::Unavailable)
    );
    assert_eq!(get_now(&store, user(1)), Err(StoreErrorKind::Unavailable));
    fs::rename(&elsewhere, &path).unwrap();
    assert_eq!(number(&store, user(1)), 1);
    assert_eq!(put_now(&store, user(1), 2), Ok(Put::Written));
}

#[test]
fn a_file_that_was_deleted_or_replaced_takes_nothing_more() {
    for replaced in [false, true] {
        let (folder, path, store) = created();
        assert_eq!(put_now(&store, user(1), 1), Ok(Put::Written));
        if replaced {
            let other = folder.path().join("other.db");
            drop(SqliteStore::create(&other).unwrap());
            fs::rename(&other, &path).unwrap();
        } else {
            fs::remove_file(&path).unwrap();
        }
        assert_eq!(
            put_now(&store, user(1), 2),
            Err(StoreErrorKind::Unavailable)
        );
        assert_eq!(get_now(&store, user(1)), Err(StoreErrorKind::Unavailable));
    }
}

/// Lets the n-th of some system calls on one file fail while a stubborn writer writes, for many n;
/// returns the failures that it noticed. It always gets done, whatever it acknowledged is there and
/// nothing else, and it never panics.
fn with_failing(calls: &str, errno: &str, suffix: &str) -> Vec<String> {
    let mut failures = Vec::new();
    for nth in 1..=20 {
        let (_folder, path, store) = created();
        drop(store);
        let file = format!("{}{suffix}", path.to_str().unwrap());
        let inject = format!("inject={calls}:error={errno}:when={nth}");
        let mut process =
            tracing::start(&["-P", &file, "-e", &inject], Role::WriteStubbornly, &path);
        let mut acknowledged = 0;
        while let Some((word, rest)) = process.next_of(&["failed", "ack"]) {
            match word {
                "failed" => failures.push(rest),
                _ => acknowledged += 1,
            }
        }
        process.end_well();
        assert_eq!(acknowledged, WRITES, "{nth}");
        let store = SqliteStore::open(&path).unwrap();
        assert_eq!(number(&store, user(1)), WRITES, "{nth}");
        drop(store);
        assert_integrity(&path);
    }
    failures
}

#[test]
fn after_a_failed_write_to_the_log_the_outcome_is_unknown() {
    if tracing::is_possible("after_a_failed_write_to_the_log_the_outcome_is_unknown") {
        let failures = with_failing("pwrite64", "EIO", "-wal");
        assert_eq!(failures, ["OutcomeUnknown"; 20]);
    }
}

#[test]
fn after_a_failed_flush_of_the_log_the_outcome_is_unknown() {
    if tracing::is_possible("after_a_failed_flush_of_the_log_the_outcome_is_unknown") {
        let failures = with_failing("fdatasync,fsync", "EIO", "-wal");
        // Each write is flushed; the header of a new log is another flush.
        assert!(
            failures.len() >= usize::try_from(WRITES).unwrap(),
            "{failures:?}"
        );
        assert!(
            failures.iter().all(|failure| failure == "OutcomeUnknown"),
            "{failures:?}"
        );
    }
}

#[test]
fn on_a_full_disk_nothing_is_written() {
    if tracing::is_possible("on_a_full_disk_nothing_is_written") {
        let failures = with_failing("pwrite64", "ENOSPC", "-wal");
        assert_eq!(failures, ["Full"; 20]);
    }
}

/// What is committed is copied from the log to the database later on, and again if that fails.
#[test]
fn a_failing_checkpoint_is_nobodys_failure() {
    if tracing::is_possible("a_failing_checkpoint_is_nobodys_failure") {
        let failures = with_failing("pwrite64,fdatasync,fsync", "EIO", "");
        assert!(failures.is_empty(), "{failures:?}");
    }
}

#[test]
fn a_database_that_has_no_room_is_not_created() {
    if !tracing::is_possible("a_database_that_has_no_room_is_not_created") {
        return;
    }
    let (folder, path) = place();
    let no_room = "inject=pwrite64:error=ENOSPC:when=2+";
    let (outcomes, status) = tracing::run(no_room, Role::Create, &path);
    assert!(status.success());
    assert_eq!(outcomes.len(), 1);
    assert!(outcomes[0].starts_with("Full {"), "{outcomes:?}");
    assert!(files(folder.path()).is_empty());
    drop(SqliteStore::create(&path).unwrap());
}

/// The owner of all files may write even to those that are read-only, so somebody else tries:
/// while nobody has it open, and while its log and shared memory are there to be used.
#[cfg(unix)]
#[test]
fn a_read_only_database_is_reported_when_it_is_opened() {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt};
    use std::os::unix::process::CommandExt as _;

    const TEST: &str = "a_read_only_database_is_reported_when_it_is_opened";
    const NOBODY: u32 = 65_534;

    for is_open in [false, true] {
        let (folder, path, store) = created();
        assert_eq!(put_now(&store, user(1), 1), Ok(Put::Written));
        let store = is_open.then_some(store);
        for name in files(folder.path()) {
            let mode = if name == "mfa.db" { 0o444 } else { 0o666 };
            let file = folder.path().join(name);
            fs::set_permissions(file, PermissionsExt::from_mode(mode)).unwrap();
        }
        fs::set_permissions(folder.path(), PermissionsExt::from_mode(0o755)).unwrap();

        let mut command = child::command(Role::Open, &path);
        if fs::metadata(&path).unwrap().uid() == 0 {
            command.uid(NOBODY);
        }
        let mut process = match Running::start(command) {
            Ok(process) => process,
            Err(error) => {
                return xtask::skip(TEST, &format!("no process as another user: {error}"));
            }
        };
        assert_eq!(
            process.all("outcome"),
            ["ReadOnly"],
            "open elsewhere: {is_open}"
        );
        process.end_well();
        drop(store);
    }
}
