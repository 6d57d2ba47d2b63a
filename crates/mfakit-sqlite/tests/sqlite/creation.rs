//! A database is there whole or not at all.

use std::fs;
use std::path::Path;

use mfakit_sqlite::{OpenError, SqliteStore};
use mfakit_store::Put;

use crate::child::{self, Role, Running};
use crate::support::{assert_integrity, files, place, put_now, user};
use crate::tracing;

#[cfg(unix)]
#[test]
fn only_the_owner_can_read_it() {
    use std::os::unix::fs::PermissionsExt as _;

    let (folder, path) = place();
    let store = SqliteStore::create(&path).unwrap();
    assert_eq!(put_now(&store, user(1), 1), Ok(Put::Written));
    for name in files(folder.path()) {
        let mode = fs::metadata(folder.path().join(&name))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}

#[test]
fn many_processes_may_create_it_at_once() {
    let (folder, path) = place();
    let mut processes: Vec<_> = (0..6)
        .map(|_| Running::start(child::command(Role::CreateOrOpen, &path)).unwrap())
        .collect();
    for process in &mut processes {
        assert_eq!(process.next("ready").as_deref(), Some("now"));
    }
    for process in &mut processes {
        process.let_go();
    }
    for mut process in processes {
        assert_eq!(process.all("outcome"), ["Ok"]);
        process.end_well();
    }
    assert_eq!(files(folder.path()), ["mfa.db"]);
    let rows = "SELECT count(*) FROM record";
    let rows = crate::support::from_outside(&path).query_row(rows, [], |row| row.get(0));
    assert_eq!(rows, Ok(6));
}

#[test]
fn remainders_of_others_are_in_nobodys_way() {
    let (folder, path) = place();
    let remainder = format!(".mfa.db.{}-0.tmp", std::process::id());
    fs::write(folder.path().join(&remainder), b"half a database").unwrap();
    drop(SqliteStore::create(&path).unwrap());
    assert_eq!(files(folder.path()), [remainder.as_str(), "mfa.db"]);
    assert_eq!(
        fs::read(folder.path().join(remainder)).unwrap(),
        b"half a database"
    );
}

/// Kills the creating process at each of its system calls that change files, one after the other.
#[test]
fn a_creation_that_is_interrupted_leaves_all_or_nothing() {
    if !tracing::is_possible("a_creation_that_is_interrupted_leaves_all_or_nothing") {
        return;
    }
    // Those that the test harness makes are not among them.
    let calls = "pwrite64,fsync,fdatasync,ftruncate,unlink,linkat,link";
    let (mut absent, mut whole) = (0, 0);
    for nth in 1.. {
        let (_folder, path) = place();
        let kill = format!("inject={calls}:signal=SIGKILL:when={nth}");
        let (_, status) = tracing::run(&kill, Role::Create, &path);
        if status.success() {
            break;
        }
        match SqliteStore::open(&path) {
            Ok(_) => whole += 1,
            Err(OpenError::NotFound) => absent += 1,
            Err(error) => panic!("after call {nth}: {error:?}"),
        }
        can_be_used(&path);
    }
    assert!(
        absent > 0 && whole > 0,
        "{absent} interruptions before, {whole} after the link"
    );
}

fn can_be_used(path: &Path) {
    let store = SqliteStore::create_or_open(path).unwrap();
    assert_eq!(put_now(&store, user(1), 1), Ok(Put::Written));
    drop(store);
    assert_integrity(path);
}
