//! The second process.

use std::env;
use std::ffi::OsStr;
use std::io::{self, BufRead as _, BufReader, Lines, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};

use mfakit_sqlite::SqliteStore;
use mfakit_store::conformance::block_on;
use mfakit_store::{Put, Store as _, StoreError};
use tokio::task::JoinSet;

use crate::support::{NOW, expect, number, number_of, put, put_now, user, version};

const ROLE: &str = "MFAKIT_SQLITE_TEST_ROLE";
const PATH: &str = "MFAKIT_SQLITE_TEST_PATH";

/// Tasks in a process that races.
pub(crate) const TASKS: u64 = 32;
/// Races for a key, a key each.
pub(crate) const ROUNDS: u64 = 50;
/// Increments of each task.
pub(crate) const INCREMENTS: u64 = 4;
/// Writes of the roles that write and end.
pub(crate) const WRITES: u64 = 12;
/// Keys of the role that writes until it is killed.
pub(crate) const KEYS: u64 = 16;

/// What a second process does with the database.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Role {
    /// Creates it, and says so.
    Create,
    /// Creates or opens it when told to start.
    CreateOrOpen,
    /// Adds to one number when told to start.
    Increment,
    /// Opens it, and says why it cannot.
    Open,
    /// Competes for keys when told to start.
    Race,
    /// Writes to many keys at once, and acknowledges each write, until it is killed.
    WriteForever,
    /// Writes one after the other, and acknowledges each write.
    WriteSome,
    /// The same without this crate, with another setting of `synchronous`.
    WriteWithNormal,
    /// And with yet another.
    WriteWithOff,
    /// As `WriteSome`, but tries again where a write fails.
    WriteStubbornly,
}

const ROLES: [Role; 10] = [
    Role::Create,
    Role::CreateOrOpen,
    Role::Increment,
    Role::Open,
    Role::Race,
    Role::WriteForever,
    Role::WriteSome,
    Role::WriteWithNormal,
    Role::WriteWithOff,
    Role::WriteStubbornly,
];

/// Not a test, but what the second process is.
#[test]
#[ignore = "run by the tests that need a second process"]
fn process() {
    let (Ok(name), Some(path)) = (env::var(ROLE), env::var_os(PATH).map(PathBuf::from)) else {
        return;
    };
    let role = ROLES
        .into_iter()
        .find(|role| format!("{role:?}") == name)
        .expect("a role");
    // The test harness has begun a line.
    say("");
    match role {
        Role::Create => say(outcome(SqliteStore::create(path))),
        Role::CreateOrOpen => create_or_open(&path),
        Role::Increment => increment(&path),
        Role::Open => say(outcome(SqliteStore::open(path))),
        Role::Race => race(&path),
        Role::WriteForever => write_forever(&path),
        Role::WriteSome => write_some(&path),
        Role::WriteWithNormal => write_past_the_store(&path, "NORMAL"),
        Role::WriteWithOff => write_past_the_store(&path, "OFF"),
        Role::WriteStubbornly => write_stubbornly(&path),
    }
}

/// A second process that was started.
pub(crate) struct Running {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    // Closing it would tell a waiting process to start.
    stdin: Option<ChildStdin>,
}

/// The command line of a second process.
pub(crate) fn command(role: Role, path: &Path) -> Command {
    command_under::<&str>(&[], role, path)
}

/// The same, started by another program.
pub(crate) fn command_under<S: AsRef<OsStr>>(program: &[S], role: Role, path: &Path) -> Command {
    let this = env::current_exe().unwrap();
    let mut words = program.iter().map(AsRef::as_ref).chain([this.as_os_str()]);
    let mut command = Command::new(words.next().unwrap());
    command
        .args(words)
        .args([
            "--ignored",
            "--exact",
            "child::process",
            "--nocapture",
            "--test-threads=1",
        ])
        .env(ROLE, format!("{role:?}"))
        .env(PATH, path)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

impl Running {
    pub(crate) fn start(mut command: Command) -> io::Result<Self> {
        let mut child = command.spawn()?;
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let stdin = child.stdin.take();
        Ok(Self {
            child,
            lines,
            stdin,
        })
    }

    /// Lets a process go on that waits in [`wait_for_start`].
    pub(crate) fn let_go(&mut self) {
        drop(self.stdin.take());
    }

    /// What it says next that begins with one of these words: the word, and what follows it;
    /// `None` when it has ended.
    pub(crate) fn next_of<'w>(&mut self, words: &[&'w str]) -> Option<(&'w str, String)> {
        loop {
            let line = self.lines.next()?.expect("text");
            let (word, rest) = line.split_once(' ').unwrap_or_default();
            if let Some(word) = words.iter().find(|known| **known == word) {
                return Some((*word, rest.to_owned()));
            }
        }
    }

    /// What follows a word when it says it next.
    pub(crate) fn next(&mut self, word: &str) -> Option<String> {
        self.next_of(&[word]).map(|(_, rest)| rest)
    }

    /// Everything that it says from now on that begins with a word.
    pub(crate) fn all(&mut self, word: &str) -> Vec<String> {
        std::iter::from_fn(|| self.next(word)).collect()
    }

    /// Ends it with signal 9.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
    }

    /// How it ended, and what it had to complain.
    pub(crate) fn end(self) -> (ExitStatus, String) {
        let output = self.child.wait_with_output().unwrap();
        (
            output.status,
            String::from_utf8_lossy(&output.stderr).into_owned(),
        )
    }

    /// Fails unless it ended well.
    pub(crate) fn end_well(self) {
        let (status, complaints) = self.end();
        assert!(status.success(), "{status}: {complaints}");
    }
}

/// Writes a line, in one piece.
fn say(line: impl AsRef<str>) {
    let line = format!("{}\n", line.as_ref());
    io::stdout()
        .lock()
        .write_all(line.as_bytes())
        .expect("standard output is open");
}

fn wait_for_start() {
    say("ready now");
    io::stdin()
        .read_line(&mut String::new())
        .expect("standard input is open");
}

fn outcome(opened: Result<SqliteStore, mfakit_sqlite::OpenError>) -> String {
    match opened {
        Ok(_) => "outcome Ok".to_owned(),
        Err(error) => format!("outcome {error:?}"),
    }
}

fn create_or_open(path: &Path) {
    wait_for_start();
    let store = SqliteStore::create_or_open(path).expect("created or opened");
    assert_eq!(
        put_now(&store, user(std::process::id().into()), 1),
        Ok(Put::Written)
    );
    say("outcome Ok");
}

/// Runs a task for each number below [`TASKS`], on several threads.
fn on_many_tasks<F>(task: impl Fn(u64) -> F)
where
    F: Future<Output = Result<(), StoreError>> + Send + 'static,
{
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(4)
        .build()
        .unwrap();
    runtime.block_on(async {
        let mut tasks: JoinSet<_> = (0..TASKS).map(task).collect();
        while let Some(ended) = tasks.join_next().await {
            ended.expect("no panic").expect("no error");
        }
    });
}

fn race(path: &Path) {
    let store = SqliteStore::open(path).expect("opened");
    wait_for_start();
    for round in 0..ROUNDS {
        on_many_tasks(|_| {
            let store = store.clone();
            async move {
                if put(&store, user(round), 1).await? == Put::Written {
                    say(format!("won {round}"));
                }
                Ok(())
            }
        });
    }
}

fn increment(path: &Path) {
    let store = SqliteStore::open(path).expect("opened");
    wait_for_start();
    on_many_tasks(|_| {
        let store = store.clone();
        async move {
            let mut done = 0;
            while done < INCREMENTS {
                let before = number_of(store.get(&user(1), NOW).await?);
                if put(&store, user(1), before + 1).await? == Put::Written {
                    done += 1;
                    let window = std::time::Duration::from_secs(60);
                    let count = store.count(&user(1), window, NOW).await?.count;
                    say(format!("counted {count}"));
                }
            }
            Ok(())
        }
    });
}

fn write_forever(path: &Path) {
    let store = SqliteStore::open(path).expect("opened");
    on_many_tasks(|task| {
        let store = store.clone();
        async move {
            let key = user(task % KEYS);
            if task >= KEYS {
                return Ok(());
            }
            let mut number = number_of(store.get(&key, NOW).await?);
            loop {
                number += 1;
                assert_eq!(put(&store, key, number).await?, Put::Written);
                say(format!("ack {task} {number}"));
            }
        }
    });
}

fn write_some(path: &Path) {
    let store = SqliteStore::open(path).expect("opened");
    for number in 1..=WRITES {
        assert_eq!(put_now(&store, user(1), number), Ok(Put::Written));
        say(format!("ack {number}"));
    }
}

fn write_past_the_store(path: &Path, synchronous: &str) {
    let connection = crate::support::from_outside(path);
    connection
        .pragma_update(None, "synchronous", synchronous)
        .unwrap();
    for number in 1..=WRITES {
        let insert = "INSERT INTO record (key, version, value) VALUES (?1, ?2, ?3)";
        let row = (
            user(number).to_bytes(),
            *version(1).as_bytes(),
            1_u64.to_be_bytes(),
        );
        connection.execute(insert, row).unwrap();
        say(format!("ack {number}"));
    }
}

/// Finds out after each failure whether the write was done, and tries again if it was not.
fn write_stubbornly(path: &Path) {
    let store = match SqliteStore::open(path) {
        Ok(store) => store,
        Err(error) => return say(format!("outcome {error:?}")),
    };
    for number in 1..=WRITES {
        write_until_done(&store, number);
        say(format!("ack {number}"));
    }
    say("outcome Ok");
}

fn write_until_done(store: &SqliteStore, done: u64) {
    loop {
        match block_on(put(store, user(1), done)) {
            Ok(put) => {
                assert_eq!(put, Put::Written);
                return;
            }
            Err(error) => say(format!("failed {:?}", error.kind())),
        }
        let found = number(store, user(1));
        assert!(
            found == done || expect(found) == expect(done - 1),
            "{found} beside {done}"
        );
        if found == done {
            return;
        }
    }
}
