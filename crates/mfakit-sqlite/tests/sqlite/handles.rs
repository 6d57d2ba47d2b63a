//! The life of a store in a process: its threads, its queue, its handles.

use std::num::NonZeroU8;
use std::pin::Pin;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use mfakit_sqlite::{Options, SqliteStore};
use mfakit_store::conformance::block_on;
use mfakit_store::{Put, Store, StoreErrorKind};

use crate::support::{
    NOW, created, files, from_outside, get_now, number, place, poll_once, put, put_now, user,
};

/// Longer than any test: a lock is always released by the test that holds it.
const PATIENT: Duration = Duration::from_secs(600);

#[test]
fn waiting_writes_share_a_commit() {
    let (_folder, path) = place();
    let store = Options::default()
        .with_busy_timeout(PATIENT)
        .create(&path)
        .unwrap();
    let other = from_outside(&path);
    other.execute_batch("BEGIN IMMEDIATE").unwrap();

    // The writer waits for the lock with the first ones it got, the others wait in the queue.
    let mut writes: Vec<_> = (0..64)
        .map(|number| Box::pin(put(&store, user(number), 1)))
        .collect();
    for write in &mut writes {
        assert!(poll_once(write.as_mut()).is_pending());
    }
    other.execute_batch("COMMIT").unwrap();
    for write in writes {
        assert_eq!(block_on(write).unwrap(), Put::Written);
    }

    let statistics = store.statistics();
    assert_eq!(statistics.writes, 64);
    assert!(statistics.commits <= 2, "{statistics:?}");
}

/// Whatever is wrong with one row, and even if SQLite gives up the whole transaction for it.
#[test]
fn a_write_that_fails_does_not_take_the_others_with_it() {
    for how in ["FAIL", "ABORT", "ROLLBACK"] {
        let (_folder, path) = place();
        let store = Options::default()
            .with_busy_timeout(PATIENT)
            .create(&path)
            .unwrap();
        let other = from_outside(&path);
        let when = "BEFORE INSERT ON record WHEN substr(NEW.key, 9, 1) = x'09'";
        let refuse = format!("SELECT RAISE({how}, 'refused by a test');");
        let trigger = format!("CREATE TRIGGER refuse {when} BEGIN {refuse} END");
        other
            .execute_batch(&format!("{trigger}; BEGIN IMMEDIATE"))
            .unwrap();

        let mut writes: Vec<_> = (0..10)
            .map(|number| Box::pin(put(&store, user(number), 1)))
            .collect();
        for write in &mut writes {
            assert!(poll_once(write.as_mut()).is_pending());
        }
        other.execute_batch("COMMIT").unwrap();
        for (number, write) in writes.into_iter().enumerate() {
            let want = if number == 9 {
                Err(StoreErrorKind::Unavailable)
            } else {
                Ok(Put::Written)
            };
            assert_eq!(
                block_on(write).map_err(|error| error.kind()),
                want,
                "{how} {number}"
            );
        }
        assert_eq!(store.statistics().writes, 9);
        // Nor does it leave a transaction open.
        other.busy_timeout(Duration::ZERO).unwrap();
        other.execute_batch("DELETE FROM counter").unwrap();
    }
}

#[test]
fn a_write_alone_is_a_commit_alone() {
    let (_folder, _path, store) = created();
    for number in 1..=5 {
        assert_eq!(put_now(&store, user(1), number), Ok(Put::Written));
    }
    let statistics = store.statistics();
    assert_eq!((statistics.commits, statistics.writes), (5, 5));
}

#[test]
fn reads_go_on_while_a_write_waits() {
    let (_folder, path) = place();
    let store = Options::default()
        .with_busy_timeout(PATIENT)
        .create(&path)
        .unwrap();
    assert_eq!(put_now(&store, user(1), 1), Ok(Put::Written));
    let other = from_outside(&path);
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let mut write = Box::pin(put(&store, user(1), 2));
    assert!(poll_once(write.as_mut()).is_pending());
    assert_eq!(number(&store, user(1)), 1);
    other.execute_batch("COMMIT").unwrap();
    assert_eq!(block_on(write).unwrap(), Put::Written);
    assert_eq!(number(&store, user(1)), 2);
}

#[test]
fn a_database_that_another_process_writes_to_is_busy_in_the_end() {
    let (_folder, path) = place();
    let store = Options::default()
        .with_busy_timeout(Duration::ZERO)
        .create(&path)
        .unwrap();
    assert_eq!(put_now(&store, user(1), 1), Ok(Put::Written));
    let other = from_outside(&path);
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert_eq!(put_now(&store, user(1), 2), Err(StoreErrorKind::Busy));
    assert_eq!(number(&store, user(1)), 1);
    other.execute_batch("COMMIT").unwrap();
    assert_eq!(put_now(&store, user(1), 2), Ok(Put::Written));
}

#[test]
fn two_stores_on_one_file_are_one() {
    let (_folder, path, store) = created();
    let second = SqliteStore::open(&path).unwrap();
    assert_eq!(put_now(&store, user(1), 1), Ok(Put::Written));
    assert_eq!(put_now(&second, user(1), 2), Ok(Put::Written));
    assert_eq!(put_now(&store, user(1), 2), Ok(Put::Conflict));
    drop(second);
    assert_eq!(number(&store, user(1)), 2);
    assert_eq!(put_now(&store, user(1), 3), Ok(Put::Written));
}

/// The log is removed by the last connection that is closed, so its absence shows that all are.
#[test]
fn dropping_the_last_handle_finishes_and_closes() {
    let (folder, path) = place();
    let store = Options::default()
        .with_busy_timeout(PATIENT)
        .with_readers(NonZeroU8::new(3).unwrap())
        .create(&path)
        .unwrap();
    let other = from_outside(&path);
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    {
        let mut writes: Vec<_> = (0..100)
            .map(|number| Box::pin(put(&store, user(number), 1)))
            .collect();
        for write in &mut writes {
            assert!(poll_once(write.as_mut()).is_pending());
        }
        // Nobody waits for the answers any more.
    }
    let clone = store.clone();
    drop(store);
    assert_eq!(number(&clone, user(0)), 0);
    other.execute_batch("COMMIT").unwrap();
    drop(other);
    drop(clone);

    assert_eq!(files(folder.path()), ["mfa.db"]);
    let store = SqliteStore::open(&path).unwrap();
    assert_eq!(block_on(store.page(None, 1000)).unwrap().len(), 100);
}

/// The waker of an operation may own the caller, and the caller the last handle: then the store is
/// dropped by one of its own threads, which must not wait for itself.
#[test]
fn the_last_handle_may_be_dropped_by_a_thread_of_the_store() {
    let (folder, _path, store) = created();
    let (dropped, is_dropped) = channel();
    for write in [false, true] {
        let store = store.clone();
        let caller: Caller = Box::pin(async move {
            if write {
                let _ = put(&store, user(1), 1).await;
            } else {
                let _ = store.get(&user(1), NOW).await;
            }
        });
        let owner = Arc::new(Owner {
            caller: Mutex::new(None),
            dropped: dropped.clone(),
        });
        let waker = Waker::from(Arc::clone(&owner));
        let mut caller = caller;
        // The answer may come before the caller is where the waker looks for it.
        let mut place = owner.caller.lock().unwrap();
        if caller.as_mut().poll(&mut Context::from_waker(&waker)) == Poll::Pending {
            *place = Some(caller);
        } else {
            dropped.send(()).unwrap();
        }
        drop(place);
    }
    drop(store);
    is_dropped.recv().unwrap();
    is_dropped.recv().unwrap();
    drop(folder);
}

type Caller = Pin<Box<dyn Future<Output = ()> + Send>>;

struct Owner {
    caller: Mutex<Option<Caller>>,
    dropped: Sender<()>,
}

impl Wake for Owner {
    fn wake(self: Arc<Self>) {
        let caller = self.caller.lock().unwrap().take();
        drop(caller);
        self.dropped.send(()).unwrap();
    }
}

#[test]
fn debug_shows_the_place_and_nothing_of_the_content() {
    let (_folder, path, store) = created();
    assert_eq!(put_now(&store, user(1), 1), Ok(Put::Written));
    assert!(get_now(&store, user(1)).unwrap().is_some());
    assert_eq!(
        format!("{store:?}"),
        format!("SqliteStore {{ path: {path:?}, .. }}")
    );
}
