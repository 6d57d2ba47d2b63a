//! The threads that read.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use rusqlite::Connection;
use tokio::sync::mpsc;

use crate::error::not_done;
use crate::file::WatchedFile;
use crate::job::BoxedJob;
use crate::statements::Statements;

/// How many reads wait at most.
const QUEUE: usize = 256;

/// Starts a reader for each connection. They end when all senders are dropped and the queue is
/// empty, and give their connections back.
pub(crate) fn start(
    connections: Vec<Connection>,
    file: &WatchedFile,
) -> io::Result<(mpsc::Sender<BoxedJob>, Vec<JoinHandle<Connection>>)> {
    let (queue, jobs) = mpsc::channel(QUEUE);
    let jobs = Arc::new(Mutex::new(jobs));
    let threads = connections.into_iter().map(|connection| {
        let (jobs, file) = (Arc::clone(&jobs), file.clone());
        let thread = thread::Builder::new().name("mfakit-sqlite-reader".into());
        thread.spawn(move || {
            let mut sql = Statements::of(&connection);
            while let Some(job) = next(&jobs) {
                read(&mut sql, &file, job);
            }
            drop(sql);
            connection
        })
    });
    let threads: io::Result<_> = threads.collect();
    Ok((queue, threads?))
}

/// One reader waits for the queue, the others wait for that reader.
fn next(jobs: &Mutex<mpsc::Receiver<BoxedJob>>) -> Option<BoxedJob> {
    jobs.lock()
        .unwrap_or_else(PoisonError::into_inner)
        .blocking_recv()
}

fn read(sql: &mut Statements<'_>, file: &WatchedFile, mut job: BoxedJob) {
    let read = file
        .require_unmoved()
        .and_then(|()| job.run(sql).map_err(not_done));
    match read {
        Ok(()) => job.answer(),
        Err(error) => job.fail(error),
    }
}
