//! Delivering what the records keep: audit events, for the trail and for notifications.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use mfakit_core::{OsRng, UnixTime};
use mfakit_flows::{Event, EventId, Never};
use mfakit_store::{Change, Key, Space, Store as _, Versioned};

use crate::{Error, Mfa, Operation};

/// Where audit events go: a table, a log, a queue; and the mails to the owner.
///
/// An event is delivered at least once. Take [`Event::id`] as its key, and replace what is there:
/// repeated failures come as the same event with a higher count.
pub trait EventSink: Send + Sync + 'static {
    /// Takes an event over, for good: it is not kept elsewhere once this has succeeded.
    ///
    /// # Errors
    ///
    /// [`SinkError`] if it could not. The event, and later ones of the user, come a minute later.
    fn deliver(&self, event: &Event) -> impl Future<Output = Result<(), SinkError>> + Send;
}

/// An event could not be taken over.
#[derive(Debug, thiserror::Error)]
#[error("event was not delivered")]
pub struct SinkError(#[source] Box<dyn std::error::Error + Send + Sync>);

impl SinkError {
    /// Wraps the cause.
    pub fn new(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self(cause.into())
    }
}

type Delivery<'a> = Pin<Box<dyn Future<Output = Result<(), SinkError>> + Send + 'a>>;

/// A sink without its type.
pub(crate) type AnySink = Box<dyn for<'a> Fn(&'a Event) -> Delivery<'a> + Send + Sync>;

pub(crate) fn any_sink(sink: impl EventSink) -> AnySink {
    let sink = Arc::new(sink);
    Box::new(move |event| {
        let sink = Arc::clone(&sink);
        Box::pin(async move { sink.deliver(event).await })
    })
}

/// What a run of the outbox did.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Delivered {
    /// Events that were taken over.
    pub delivered: u32,
    /// Users whose delivery failed and is put off by a minute.
    pub postponed: u32,
    /// Users whose record does not open: look into it. Nothing of theirs was delivered, nothing is
    /// lost; they are counted again a minute later.
    pub unreadable: u32,
}

/// How many users one run serves, so that a run ends.
const USERS_PER_RUN: u32 = 256;
/// How long a failed delivery waits.
pub(crate) const RETRY: Duration = Duration::from_secs(60);

impl Mfa {
    /// Delivers the events that wait, of up to 256 users, those who wait longest first.
    ///
    /// Call it every few seconds, from one task of any number of processes, and again at once while
    /// it has that many to serve. An event may come twice, never not at all; those of one user come
    /// in order. Without a sink it does nothing.
    ///
    /// # Inputs
    ///
    /// - `now`: the server's time. A delivery that failed is due again a minute later.
    ///
    /// # Errors
    ///
    /// - [`Error::Store`] if the store failed for one of the users; the others were served. What was
    ///   delivered may come again.
    /// - [`Error::Randomness`] if the system gives no random bytes.
    pub async fn run_outbox(&self, now: UnixTime) -> Result<Delivered, Error<Never>> {
        let run = async {
            let mut done = Delivered::default();
            let Some(sink) = &self.parts().sink else {
                return Ok(done);
            };
            let mut failed = None;
            for key in self.parts().records.store().due(now, USERS_PER_RUN).await? {
                let served = match key.space() {
                    Space::User => self.deliver(&key, sink, now, &mut done).await,
                    Space::Credential => self.sweep(&key, now, false).await,
                    _ => Ok(()),
                };
                // One row that cannot be read does not hold up the others.
                failed = failed.or_else(|| served.err());
            }
            failed.map_or(Ok(done), Err)
        };
        self.observed(Operation::Outbox, run).await
    }

    async fn deliver(
        &self,
        key: &Key,
        sink: &AnySink,
        now: UnixTime,
        done: &mut Delivered,
    ) -> Result<(), Error<Never>> {
        let found = self.parts().records.store().get(key, now).await?;
        let events = match self.open::<Never>(key, found.as_ref()) {
            Ok(record) => record.events(),
            // Deleted meanwhile.
            Err(Error::UnknownUser) => return Ok(()),
            Err(_) => {
                done.unreadable = done.unreadable.saturating_add(1);
                Vec::new()
            }
        };
        let mut delivered: Vec<(EventId, u32)> = Vec::new();
        let mut failed = false;
        for event in events {
            if sink(&event).await.is_err() {
                failed = true;
                break;
            }
            delivered.push((event.id, event.count));
        }
        let count = u32::try_from(delivered.len()).unwrap_or(u32::MAX);
        done.delivered = done.delivered.saturating_add(count);
        done.postponed = done.postponed.saturating_add(u32::from(failed));
        match self.note_delivered(key, &delivered, failed, now).await {
            // Delivered again by a later run: at least once is what is promised.
            Err(Error::Contended) => Ok(()),
            noted => noted,
        }
    }

    /// Takes what was delivered out of the record, as it is now. One that does not open is put off
    /// as it is, so that it does not hold up the others.
    async fn note_delivered(
        &self,
        key: &Key,
        delivered: &[(EventId, u32)],
        failed: bool,
        now: UnixTime,
    ) -> Result<(), Error<Never>> {
        let mut rng = OsRng::new()?;
        let later = now.saturating_add(RETRY);
        let note = |found: Option<&Versioned>, rng: &mut OsRng| {
            let Some(found) = found else {
                return Ok(Change::Keep(()));
            };
            let (value, due) = match self.open::<Never>(key, Some(found)) {
                Ok(mut record) => {
                    record.mark_delivered(delivered);
                    if failed {
                        record.postpone_delivery(later);
                    }
                    self.seal_record(&mut record, now, rng)
                }
                Err(_) => (found.value().to_vec(), Some(later)),
            };
            let then = ();
            Ok(Change::Write { value, due, then })
        };
        let records = &self.parts().records;
        // Out of turn: who fills a user's line does not hold up what the owner is told.
        let noted = records.change_out_of_turn(key, now, &mut rng, note);
        noted.await
    }
}
