//! No acknowledgement before the flush, seen from outside the process.

use mfakit_sqlite::SqliteStore;

use crate::child::{Role, WRITES};
use crate::support::place;
use crate::tracing::{self, Event};

/// Fails at the first acknowledgement that has no flush of its own before it, or that comes while
/// a part of the log is not on the disk; returns how many there are.
fn acknowledged_after_a_flush(events: &[Event]) -> Result<u64, &'static str> {
    let (mut acknowledged, mut flushed, mut dirty) = (0, false, false);
    for event in events {
        match event {
            Event::LogWritten => dirty = true,
            Event::LogFlushed => (flushed, dirty) = (true, false),
            Event::Acknowledged if dirty => return Err("acknowledged before the flush"),
            Event::Acknowledged if !flushed => return Err("acknowledged without a flush"),
            Event::Acknowledged => {
                acknowledged += 1;
                flushed = false;
            }
        }
    }
    Ok(acknowledged)
}

fn traced(role: Role) -> Result<u64, &'static str> {
    let (_folder, path) = place();
    drop(SqliteStore::create(&path).unwrap());
    acknowledged_after_a_flush(&tracing::events(role, &path))
}

#[test]
fn each_acknowledged_commit_was_flushed_before() {
    if tracing::is_possible("each_acknowledged_commit_was_flushed_before") {
        assert_eq!(traced(Role::WriteSome), Ok(WRITES));
    }
}

/// The same check of the same writes, made with the settings that are not good enough.
#[test]
fn the_check_notices_a_missing_flush() {
    if tracing::is_possible("the_check_notices_a_missing_flush") {
        assert_eq!(
            traced(Role::WriteWithNormal),
            Err("acknowledged before the flush")
        );
        assert_eq!(
            traced(Role::WriteWithOff),
            Err("acknowledged before the flush")
        );
    }
}

/// First the file, then its name, then the acknowledgement.
#[test]
fn a_created_database_was_flushed_and_so_was_its_folder() {
    if !tracing::is_possible("a_created_database_was_flushed_and_so_was_its_folder") {
        return;
    }
    let (folder, path) = place();
    let (trace, _) = tracing::calls("linkat,fsync,fdatasync,write", Role::Create, &path);
    let first = |found: &dyn Fn(&str) -> bool| trace.lines().position(found).expect("in the trace");
    let flushed = |line: &str, file: &str| line.contains("sync(") && line.contains(file);
    let of_folder = format!("<{}>", folder.path().display());

    let content = first(&|line| flushed(line, ".tmp>"));
    let linked = first(&|line| line.contains("linkat("));
    let created = first(&|line| line.contains("outcome Ok"));
    let entry = trace
        .lines()
        .skip(linked)
        .position(|line| flushed(line, &of_folder))
        .unwrap();
    assert!(content < linked && linked + entry < created, "{trace}");
}
