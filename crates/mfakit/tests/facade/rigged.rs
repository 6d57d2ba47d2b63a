//! Stores that work, but not as one would like, and futures that are polled by hand.

use std::pin::Pin;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use mfakit::store::{
    Count, Expect, Key, Put, Space, Store, StoreError, StoreErrorKind, Version, Versioned, Write,
};
use mfakit::{OsRng, UnixTime};

/// Polls a future so many times at most; `None` if it is not done by then.
pub(crate) fn poll_times<F: Future>(future: F, times: u32) -> Option<F::Output> {
    let mut future = std::pin::pin!(future);
    (0..times).find_map(|_| poll_once(future.as_mut()))
}

pub(crate) fn poll_once<F: Future>(future: Pin<&mut F>) -> Option<F::Output> {
    match future.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
}

/// Waits once, as an engine does that has a disk or a network: before each operation and after.
#[derive(Clone)]
pub(crate) struct Paced<S>(pub(crate) S);

async fn pause() {
    let mut paused = false;
    std::future::poll_fn(|context| {
        if paused {
            return Poll::Ready(());
        }
        paused = true;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

async fn paced<T>(work: impl Future<Output = T>) -> T {
    pause().await;
    let done = work.await;
    pause().await;
    done
}

impl<S: Store> Store for Paced<S> {
    async fn get(&self, key: &Key, now: UnixTime) -> Result<Option<Versioned>, StoreError> {
        paced(self.0.get(key, now)).await
    }

    async fn put(&self, write: Write<'_>, now: UnixTime) -> Result<Put, StoreError> {
        paced(self.0.put(write, now)).await
    }

    async fn delete(&self, key: &Key, expect: Version, now: UnixTime) -> Result<bool, StoreError> {
        paced(self.0.delete(key, expect, now)).await
    }

    async fn count(&self, key: &Key, window: Duration, now: UnixTime) -> Result<Count, StoreError> {
        paced(self.0.count(key, window, now)).await
    }

    async fn due(&self, now: UnixTime, limit: u32) -> Result<Vec<Key>, StoreError> {
        paced(self.0.due(now, limit)).await
    }

    async fn page(
        &self,
        after: Option<Key>,
        limit: u32,
    ) -> Result<Vec<(Key, Versioned)>, StoreError> {
        paced(self.0.page(after, limit)).await
    }

    async fn purge(&self, now: UnixTime, limit: u32) -> Result<u32, StoreError> {
        paced(self.0.purge(now, limit)).await
    }
}

/// A store that does what happens rarely, when it is told to.
#[derive(Clone)]
pub(crate) struct Rigged<S> {
    inner: S,
    /// How often somebody else writes the same user's record just before our write.
    rivals: Arc<AtomicU32>,
    late: Arc<Mutex<Late>>,
}

/// A write whose answer is lost, and which is done later than that.
#[derive(Default)]
enum Late {
    #[default]
    No,
    Next,
    Waiting {
        key: Key,
        value: Vec<u8>,
        expect: Expect,
        new: Version,
        due: Option<UnixTime>,
    },
    Done,
}

impl<S: Store> Rigged<S> {
    pub(crate) fn new(inner: S) -> Self {
        Self {
            inner,
            rivals: Arc::default(),
            late: Arc::default(),
        }
    }

    /// Lets a rival win so many times from now on.
    pub(crate) fn lose(&self, times: u32) {
        self.rivals.store(times, Ordering::SeqCst);
    }

    /// How often the rival has yet to win.
    pub(crate) fn left(&self) -> u32 {
        self.rivals.load(Ordering::SeqCst)
    }

    /// Lets the answer of the next write be lost, and the write be done just after the next read.
    pub(crate) fn delay_the_next_write(&self) {
        *self.late.lock().unwrap() = Late::Next;
    }

    /// Whether that has happened.
    pub(crate) fn was_late(&self) -> bool {
        matches!(*self.late.lock().unwrap(), Late::Done)
    }

    /// Whether the write was to be delayed, and is kept now.
    fn delayed(&self, write: &Write<'_>) -> bool {
        let mut late = self.late.lock().unwrap();
        let is_next = matches!(*late, Late::Next);
        if is_next {
            *late = Late::Waiting {
                key: *write.key(),
                value: write.value().to_vec(),
                expect: write.expect(),
                new: write.new_version(),
                due: write.due(),
            };
        }
        is_next
    }

    async fn catch_up(&self, now: UnixTime) -> Result<(), StoreError> {
        let late = {
            let mut late = self.late.lock().unwrap();
            if !matches!(*late, Late::Waiting { .. }) {
                return Ok(());
            }
            std::mem::replace(&mut *late, Late::Done)
        };
        if let Late::Waiting {
            key,
            value,
            expect,
            new,
            due,
        } = late
        {
            let write = Write::new(&key, &value, expect, new).with_due(due);
            assert_eq!(self.inner.put(write, now).await?, Put::Written);
        }
        Ok(())
    }

    async fn rival(&self, key: &Key, now: UnixTime) -> Result<(), StoreError> {
        let Some(found) = self.inner.get(key, now).await? else {
            return Ok(());
        };
        self.rivals.fetch_sub(1, Ordering::SeqCst);
        let expect = Expect::Version(found.version());
        let new = Version::random(&mut OsRng::new().unwrap());
        let write = Write::new(key, found.value(), expect, new);
        assert_eq!(self.inner.put(write, now).await?, Put::Written);
        Ok(())
    }
}

impl<S: Store> Store for Rigged<S> {
    async fn get(&self, key: &Key, now: UnixTime) -> Result<Option<Versioned>, StoreError> {
        let found = self.inner.get(key, now).await;
        self.catch_up(now).await?;
        found
    }

    async fn put(&self, write: Write<'_>, now: UnixTime) -> Result<Put, StoreError> {
        if write.key().space() == Space::User && self.left() > 0 {
            self.rival(write.key(), now).await?;
        }
        if self.delayed(&write) {
            return Err(StoreErrorKind::OutcomeUnknown.into());
        }
        self.inner.put(write, now).await
    }

    async fn delete(&self, key: &Key, expect: Version, now: UnixTime) -> Result<bool, StoreError> {
        if self.left() > 0 {
            self.rival(key, now).await?;
        }
        self.inner.delete(key, expect, now).await
    }

    async fn count(&self, key: &Key, window: Duration, now: UnixTime) -> Result<Count, StoreError> {
        self.inner.count(key, window, now).await
    }

    async fn due(&self, now: UnixTime, limit: u32) -> Result<Vec<Key>, StoreError> {
        self.inner.due(now, limit).await
    }

    async fn page(
        &self,
        after: Option<Key>,
        limit: u32,
    ) -> Result<Vec<(Key, Versioned)>, StoreError> {
        self.inner.page(after, limit).await
    }

    async fn purge(&self, now: UnixTime, limit: u32) -> Result<u32, StoreError> {
        self.inner.purge(now, limit).await
    }
}
