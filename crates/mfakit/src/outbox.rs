//! Delivering what the records keep: audit events to the trail, mails to the owner.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use mfakit_core::{OsRng, UnixTime};
use mfakit_flows::{Event, Mail, Never, UserRecord};
use mfakit_store::vault::{Courier, Delivered};

use crate::{Error, Mfa, Operation};

/// Where audit events go: a table, a log, a queue.
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

/// Sends mail to the owners of accounts: by SMTP, by a service, to a folder while developing.
///
/// A mail comes at least once, to each confirmed address of the user one by one. [`Mail::id`] is the
/// same when it comes again.
pub trait Mailer: Send + Sync + 'static {
    /// Sends a mail, or puts it where it will be sent from.
    ///
    /// # Errors
    ///
    /// [`SinkError`] if it could not. The mail, and later events of the user, come a minute later,
    /// for ever: an address that refuses mail for good is no error, but something to log. While too
    /// many events wait, changes of devices are refused as [`RecordFull`](crate::RecordFull).
    fn send(&self, mail: &Mail) -> impl Future<Output = Result<(), SinkError>> + Send;
}

/// An event or a mail could not be taken over.
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

/// A sink or mailer without its type.
pub(crate) type Any<T> = Box<dyn for<'a> Fn(&'a T) -> Delivery<'a> + Send + Sync>;

pub(crate) fn any_sink(sink: impl EventSink) -> Any<Event> {
    let sink = Arc::new(sink);
    Box::new(move |event| {
        let sink = Arc::clone(&sink);
        Box::pin(async move { sink.deliver(event).await })
    })
}

pub(crate) fn any_mailer(mailer: impl Mailer) -> Any<Mail> {
    let mailer = Arc::new(mailer);
    Box::new(move |mail| {
        let mailer = Arc::clone(&mailer);
        Box::pin(async move { mailer.send(mail).await })
    })
}

impl Mfa {
    /// Delivers the events that wait, and the mails about them, of up to 256 users, those who wait
    /// longest first.
    ///
    /// Call it every few seconds, from one task of any number of processes, and again at once while
    /// it has that many to serve. An event may come twice, never not at all; those of one user come
    /// in order. Without a sink and a mailer it does nothing.
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
            match (&self.parts().sink, &self.parts().mailer) {
                (None, None) => Ok(Delivered::default()),
                _ => self.parts().vault.deliver_due(now, self).await,
            }
        };
        self.observed(Operation::Outbox, run).await
    }
}

impl Courier for Mfa {
    async fn deliver(&self, record: &UserRecord, event: &Event) -> bool {
        let sent = async {
            if let Some(sink) = &self.parts().sink {
                sink(event).await?;
            }
            if let Some(mailer) = &self.parts().mailer {
                let mut rng = OsRng::new().map_err(SinkError::new)?;
                for mail in record.mails(event, self.name(), self.keys(), &mut rng) {
                    mailer(&mail).await?;
                }
            }
            Ok::<_, SinkError>(())
        };
        sent.await.is_ok()
    }
}
