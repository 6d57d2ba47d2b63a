//! Working off what the records keep for delivery.

use std::time::Duration;

use mfakit_core::{OsRng, UnixTime};
use mfakit_flows::{Event, EventId, UserRecord};

use super::fault::Fault;
use super::{Failure, Vault};
use crate::{Change, Key, Space, Store as _, Versioned};

/// Takes events over, for good.
pub trait Courier: Send + Sync {
    /// Delivers one event of a record, wherever it goes; returns whether all of them have it.
    fn deliver(&self, record: &UserRecord, event: &Event) -> impl Future<Output = bool> + Send;
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
pub(super) const RETRY: Duration = Duration::from_secs(60);

impl Vault {
    /// Delivers the events that wait, of up to 256 users, those who wait longest first; those of
    /// one user in order, until one fails. An event may be delivered twice, never not at all.
    ///
    /// # Errors
    ///
    /// What [`Vault::transact`] fails with, for one of the users; the others were served.
    pub async fn deliver_due<E: Failure>(
        &self,
        now: UnixTime,
        courier: &impl Courier,
    ) -> Result<Delivered, E> {
        let mut done = Delivered::default();
        let mut failed = None;
        for key in self.store().due(now, USERS_PER_RUN).await? {
            let served = match key.space() {
                Space::User => self.deliver(&key, courier, now, &mut done).await,
                Space::Credential => self.sweep(&key, now, false).await,
                _ => Ok(()),
            };
            // One row that cannot be read does not hold up the others.
            failed = failed.or_else(|| served.err());
        }
        failed.map_or(Ok(done), |fault| Err(fault.tell()))
    }

    async fn deliver(
        &self,
        key: &Key,
        courier: &impl Courier,
        now: UnixTime,
        done: &mut Delivered,
    ) -> Result<(), Fault> {
        let found = self.store().get(key, now).await?;
        let mut delivered: Vec<(EventId, u32)> = Vec::new();
        let mut failed = false;
        match self.open::<Fault>(key, found.as_ref()) {
            Ok(record) => {
                for event in record.events() {
                    if !courier.deliver(&record, &event).await {
                        failed = true;
                        break;
                    }
                    delivered.push((event.id, event.count));
                }
            }
            // Deleted meanwhile.
            Err(Fault::NoSuchUser(_)) => return Ok(()),
            Err(_) => done.unreadable = done.unreadable.saturating_add(1),
        }
        let count = u32::try_from(delivered.len()).unwrap_or(u32::MAX);
        done.delivered = done.delivered.saturating_add(count);
        done.postponed = done.postponed.saturating_add(u32::from(failed));
        match self.note_delivered(key, &delivered, failed, now).await {
            // Delivered again by a later run: at least once is what is promised.
            Err(Fault::Contention(_)) => Ok(()),
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
    ) -> Result<(), Fault> {
        let mut rng = OsRng::new()?;
        let later = now.saturating_add(RETRY);
        let note = |found: Option<&Versioned>, rng: &mut OsRng| {
            let Some(found) = found else {
                return Ok(Change::Keep(()));
            };
            let (value, due) = match self.open::<Fault>(key, Some(found)) {
                Ok(mut record) => {
                    record.mark_delivered(delivered);
                    if failed {
                        record.postpone_delivery(later);
                    }
                    self.seal(&mut record, now, rng)
                }
                Err(_) => (found.value().to_vec(), Some(later)),
            };
            let then = ();
            Ok(Change::Write { value, due, then })
        };
        // Out of turn: who fills a user's line does not hold up what the owner is told.
        self.records
            .change_out_of_turn(key, now, &mut rng, note)
            .await
    }
}
