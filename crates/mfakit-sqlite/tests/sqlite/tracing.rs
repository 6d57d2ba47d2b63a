//! The second process, watched and disturbed by `strace`.

use std::fs;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};

use crate::child::{self, Role, Running};

/// Whether system calls can be traced here; reports the test as skipped if not.
pub(crate) fn is_possible(test: &str) -> bool {
    let mut command = Command::new("strace");
    command
        .args(["-f", "-o", "/dev/null", "true"])
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let why = match command.status() {
        Ok(status) if status.success() => return true,
        Ok(status) => format!("strace cannot trace here: {status}"),
        Err(error) => format!("strace cannot be started: {error}"),
    };
    xtask::skip(test, &why);
    false
}

/// Runs a second process under `strace` with one `-e` expression; returns its outcomes and how it
/// ended.
pub(crate) fn run(expression: &str, role: Role, path: &Path) -> (Vec<String>, ExitStatus) {
    let mut process = start(&["-e", expression], role, path);
    let outcomes = process.all("outcome");
    (outcomes, process.end().0)
}

/// Starts a second process under `strace`, which says nothing itself.
pub(crate) fn start(options: &[&str], role: Role, path: &Path) -> Running {
    let strace = [&["strace", "-f", "-qq", "-o", "/dev/null"], options].concat();
    Running::start(child::command_under(&strace, role, path)).unwrap()
}

/// What the log of a trace shows, in the order in which it was completed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Event {
    /// Something was written to the write-ahead log of the database.
    LogWritten,
    /// The write-ahead log has reached the disk.
    LogFlushed,
    /// A write was acknowledged.
    Acknowledged,
}

/// Runs a second process, and returns what it did to the log and when it acknowledged.
pub(crate) fn events(role: Role, path: &Path) -> Vec<Event> {
    let (trace, acknowledged) = calls("pwrite64,write,fsync,fdatasync", role, path);
    let events = parse(&trace);
    let seen = events
        .iter()
        .filter(|event| **event == Event::Acknowledged)
        .count();
    assert_eq!(seen, acknowledged, "acknowledgements in the trace");
    events
}

/// Runs a second process; returns the log of some of its system calls, and how often it
/// acknowledged.
pub(crate) fn calls(names: &str, role: Role, path: &Path) -> (String, usize) {
    let log = path.with_extension("trace");
    let trace = format!("trace={names}");
    let strace = [
        "strace",
        "-f",
        "-qq",
        "-y",
        "-o",
        log.to_str().unwrap(),
        "-e",
        &trace,
    ];
    let mut process = Running::start(child::command_under(&strace, role, path)).unwrap();
    let acknowledged = process.all("ack").len();
    process.end_well();
    (fs::read_to_string(&log).unwrap(), acknowledged)
}

/// Reads the log of `strace -f -y`. A call that another thread interrupts is shown on two lines:
/// writes count from the first of them, flushes from the second.
fn parse(trace: &str) -> Vec<Event> {
    let mut flushing = Vec::new();
    let mut events = Vec::new();
    for line in trace.lines() {
        let (thread, call) = line.split_once(' ').unwrap();
        let call = call.trim_start();
        let is_flush = call.starts_with("fsync(") || call.starts_with("fdatasync(");
        let on_log = call
            .split_once('>')
            .is_some_and(|(start, _)| start.ends_with("-wal"));
        if call.starts_with("pwrite64(") && on_log {
            events.push(Event::LogWritten);
        } else if call.starts_with("write(1<") && call.contains("\"ack ") {
            events.push(Event::Acknowledged);
        } else if is_flush && on_log && call.ends_with("<unfinished ...>") {
            flushing.push(thread.to_owned());
        } else if is_flush && on_log && call.ends_with("= 0") {
            events.push(Event::LogFlushed);
        } else if call.starts_with("<... f") && flushing.iter().any(|other| other == thread) {
            flushing.retain(|other| other != thread);
            assert!(call.ends_with("= 0"), "{line}");
            events.push(Event::LogFlushed);
        }
    }
    events
}

#[test]
fn the_log_of_a_trace_is_read() {
    let trace = "\
        11 write(1<pipe:[7]>, \"\\n\", 1)       = 1\n\
        12 pwrite64(5</tmp/mfa.db-wal>, \"\"..., 24, 0) = 24\n\
        12 pwrite64(4</tmp/mfa.db>, \"\"..., 24, 0) = 24\n\
        12 fdatasync(4</tmp/mfa.db>)           = 0\n\
        12 fdatasync(5</tmp/mfa.db-wal> <unfinished ...>\n\
        11 fsync(6</tmp>)                      = 0\n\
        12 <... fdatasync resumed>)            = 0\n\
        12 fdatasync(5</tmp/mfa.db-wal>)       = -1 EIO (Input/output error)\n\
        11 write(1<pipe:[7]>, \"ack 1\\n\", 6)  = 6\n\
        12 fsync(5</tmp/mfa.db-wal>)           = 0\n";
    assert_eq!(
        parse(trace),
        [
            Event::LogWritten,
            Event::LogFlushed,
            Event::Acknowledged,
            Event::LogFlushed
        ]
    );
}
