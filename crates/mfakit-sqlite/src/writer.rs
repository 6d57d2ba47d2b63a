//! The thread that writes.

use std::io;
use std::mem;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::{self, JoinHandle};

use mfakit_store::StoreError;
use rusqlite::Connection;
use tokio::sync::mpsc;

use crate::error::{commit_failed, not_done};
use crate::file::WatchedFile;
use crate::job::BoxedJob;
use crate::statements::Statements;

/// How many writes wait at most, and are committed together at most.
const QUEUE: usize = 256;

/// What the writer has done since it was started.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) commits: AtomicU64,
    pub(crate) writes: AtomicU64,
}

/// Starts the writer. It ends when all senders are dropped and the queue is empty, and gives its
/// connection back.
pub(crate) fn start(
    connection: Connection,
    file: WatchedFile,
    tally: Arc<Tally>,
) -> io::Result<(mpsc::Sender<BoxedJob>, JoinHandle<Connection>)> {
    let (queue, mut jobs) = mpsc::channel(QUEUE);
    let thread = thread::Builder::new()
        .name("mfakit-sqlite-writer".into())
        .spawn(move || {
            let mut sql = Statements::of(&connection);
            let mut waiting = Vec::new();
            // While one batch is flushed to the disk, the next one gathers in the queue.
            while jobs.blocking_recv_many(&mut waiting, QUEUE) > 0 {
                commit_together(&mut sql, &file, &tally, mem::take(&mut waiting));
            }
            drop(sql);
            connection
        })?;
    Ok((queue, thread))
}

/// Commits the jobs in one transaction; if one of them fails, each in a transaction of its own, so
/// that a row that cannot be written is the trouble of its own caller only.
fn commit_together(
    sql: &mut Statements<'_>,
    file: &WatchedFile,
    tally: &Tally,
    mut jobs: Vec<BoxedJob>,
) {
    match attempt(sql, file, &mut jobs) {
        Ok(()) => {
            tally.commits.fetch_add(1, Ordering::Relaxed);
            for job in jobs {
                tally.writes.fetch_add(1, Ordering::Relaxed);
                job.answer();
            }
        }
        Err(Failure::OfOne(_)) if jobs.len() > 1 => {
            for job in jobs {
                commit_together(sql, file, tally, vec![job]);
            }
        }
        Err(Failure::OfOne(error) | Failure::OfAll(error)) => {
            for job in jobs {
                job.fail(error.clone());
            }
        }
    }
}

/// Why a transaction failed.
enum Failure {
    /// One job failed before the commit; without it the others may succeed.
    OfOne(StoreError),
    /// The transaction did not begin, or did not end well.
    OfAll(StoreError),
}

fn attempt(
    sql: &mut Statements<'_>,
    file: &WatchedFile,
    jobs: &mut [BoxedJob],
) -> Result<(), Failure> {
    file.require_unmoved().map_err(Failure::OfAll)?;
    roll_back(sql).map_err(|error| Failure::OfAll(not_done(error)))?;
    sql.run("BEGIN IMMEDIATE")
        .map_err(|error| Failure::OfAll(not_done(error)))?;
    let done = jobs
        .iter_mut()
        .try_for_each(|job| job.run(sql))
        .map_err(|error| Failure::OfOne(not_done(error)))
        .and_then(|()| {
            sql.run("COMMIT")
                .map_err(|error| Failure::OfAll(commit_failed(error)))
        });
    if done.is_err() {
        // If this fails as well, the next transaction begins with another attempt at it.
        let _ = roll_back(sql);
    }
    done
}

/// Ends a transaction that SQLite has not ended by itself.
fn roll_back(sql: &mut Statements<'_>) -> rusqlite::Result<()> {
    if sql.in_transaction() {
        sql.run("ROLLBACK")
    } else {
        Ok(())
    }
}
