//! Events that wait for delivery, within the record, in the same write as the change.

use alloc::vec::Vec;

use minicbor::{CborLen, Decode, Encode};
use rand_core::CryptoRng;

use crate::codec::Time;
use crate::event::Entry;
use crate::{Context, EventId, EventKind};

/// The longest outbox; the record must stay small.
pub(crate) const MAX_ENTRIES: usize = 64;
/// How many entries may be of the sort that never merges. The rest is room for one of each sort
/// that does, so that a refusal can always be counted.
const MAX_KEPT: usize = 48;
/// How many of them may be about anything but a removal: what ends a compromise has room left.
const MAX_KEPT_OF_OTHERS: usize = 36;
const _: () = assert!(
    MAX_ENTRIES - MAX_KEPT > EventKind::MERGING_SORTS,
    "a full outbox has a pair"
);

/// At most [`MAX_ENTRIES`] events, oldest first.
#[derive(CborLen, Clone, Debug, Decode, Default, Encode)]
pub(crate) struct Outbox {
    #[n(0)]
    entries: Vec<Entry>,
    /// Not before this time; set when a delivery failed.
    #[n(1)]
    not_before: Option<Time>,
}

/// So many notifications wait that another one of its sort has no room.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Full;

impl Outbox {
    pub(crate) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    pub(crate) fn clear(&mut self) {
        self.entries.clear();
        self.not_before = None;
    }

    pub(crate) fn retain(&mut self, keep: impl Fn(&EventKind) -> bool) {
        self.entries.retain(|entry| keep(&entry.kind));
        if self.entries.is_empty() {
            self.not_before = None;
        }
    }

    /// When a delivery is due, if anything waits.
    pub(crate) fn due(&self) -> Option<Time> {
        let oldest = self.entries.iter().map(|entry| entry.first_at).min()?;
        Some(
            self.not_before
                .map_or(oldest, |not_before| not_before.max(oldest)),
        )
    }

    pub(crate) const fn postpone(&mut self, until: Time) {
        self.not_before = Some(until);
    }

    /// Removes what was delivered. An entry that has grown since is kept, to be delivered again.
    pub(crate) fn delivered(&mut self, done: &[(EventId, u32)]) {
        self.entries
            .retain(|entry| !done.contains(&(entry.id, entry.count)));
        if self.entries.is_empty() {
            self.not_before = None;
        }
    }

    /// Counts an event of a sort that merges: there is always room for it.
    pub(crate) fn tally(
        &mut self,
        kind: EventKind,
        context: &Context<'_>,
        rng: &mut impl CryptoRng,
    ) {
        let entry = Entry::new(kind, context, rng);
        if entry.kind.is_a_failure() {
            let same =
                |other: &&mut Entry| other.kind == entry.kind && other.source == entry.source;
            if let Some(same) = self.entries.iter_mut().rev().find(same) {
                return absorb(same, entry);
            }
        }
        if self.entries.len() >= MAX_ENTRIES {
            let sort = entry.kind.merges_as();
            let of_sort = |other: &&mut Entry| other.kind.merges_as() == sort;
            if let Some(other) = self.entries.iter_mut().rev().find(of_sort) {
                return absorb(other, entry);
            }
            self.make_room();
        }
        self.entries.push(entry);
    }

    /// Adds an event that must stay as it is until it is delivered.
    pub(crate) fn keep(
        &mut self,
        kind: EventKind,
        context: &Context<'_>,
        rng: &mut impl CryptoRng,
    ) -> Result<(), Full> {
        if kind.is_a_removal() {
            return self.keep_in_reserve(kind, context, rng);
        }
        if self.kept() >= MAX_KEPT_OF_OTHERS {
            return Err(Full);
        }
        self.push(kind, context, rng);
        Ok(())
    }

    /// As [`Outbox::keep`], with the room that is left for what ends a compromise or a loss.
    pub(crate) fn keep_in_reserve(
        &mut self,
        kind: EventKind,
        context: &Context<'_>,
        rng: &mut impl CryptoRng,
    ) -> Result<(), Full> {
        if self.kept() >= MAX_KEPT {
            return Err(Full);
        }
        self.push(kind, context, rng);
        Ok(())
    }

    /// How many must stay as they are.
    fn kept(&self) -> usize {
        let stays = |entry: &&Entry| entry.kind.merges_as().is_none();
        self.entries.iter().filter(stays).count()
    }

    fn push(&mut self, kind: EventKind, context: &Context<'_>, rng: &mut impl CryptoRng) {
        if self.entries.len() >= MAX_ENTRIES {
            self.make_room();
        }
        self.entries.push(Entry::new(kind, context, rng));
    }

    /// Merges two entries of one sort. In a full outbox there always are two: those that merge are
    /// more than there are sorts of them.
    fn make_room(&mut self) {
        let pair = self.entries.iter().enumerate().find_map(|(at, older)| {
            let sort = older.kind.merges_as()?;
            let mut later = self.entries.iter().skip(at.saturating_add(1));
            later
                .any(|newer| newer.kind.merges_as() == Some(sort))
                .then_some((at, sort))
        });
        if let Some((at, sort)) = pair {
            let older = self.entries.remove(at);
            let same = |entry: &&mut Entry| entry.kind.merges_as() == Some(sort);
            if let Some(newer) = self.entries.iter_mut().find(same) {
                newer.first_at = newer.first_at.min(older.first_at);
                newer.count = newer.count.saturating_add(older.count);
            }
        }
    }
}

/// The newer one's particulars replace the older one's; the count says that there were more.
fn absorb(older: &mut Entry, newer: Entry) {
    older.count = older.count.saturating_add(newer.count);
    older.last_at = older.last_at.max(newer.last_at);
    older.kind = newer.kind;
    older.source = newer.source;
}

#[cfg(test)]
mod tests {
    use core::net::IpAddr;

    use super::*;
    use crate::test_support::{rng, world};
    use crate::{Class, Kind, Level, Refused, Source, Stage};

    const REFUSED: EventKind = EventKind::Refused {
        class: Class::Totp,
        stage: Stage::SignIn,
        why: Refused::Mismatch,
    };
    const SIGNED_IN: EventKind = EventKind::SignedIn {
        level: Level::Aal2,
        device: None,
    };

    fn from(ip: u8) -> crate::test_support::World {
        world().from(Source::unknown().with_ip(IpAddr::from([192, 0, 2, ip])))
    }

    fn tally(outbox: &mut Outbox, kind: EventKind, ip: u8) {
        outbox.tally(kind, &from(ip).context(), &mut rng(u64::from(ip)));
    }

    fn keep(outbox: &mut Outbox, kind: EventKind) -> Result<(), Full> {
        outbox.keep(kind, &world().context(), &mut rng(0))
    }

    #[test]
    fn repeated_failures_of_one_source_are_one_entry() {
        let mut outbox = Outbox::default();
        for _ in 0..1000 {
            tally(&mut outbox, REFUSED, 1);
        }
        tally(&mut outbox, REFUSED, 2);
        let counts: Vec<u32> = outbox.entries().iter().map(|entry| entry.count).collect();
        assert_eq!(counts, [1000, 1]);
    }

    #[test]
    fn notifications_are_never_dropped_and_refusals_always_counted() {
        let mut outbox = Outbox::default();
        for ip in 0..=255 {
            tally(&mut outbox, SIGNED_IN, ip);
        }
        for _ in 0..MAX_KEPT_OF_OTHERS {
            keep(&mut outbox, EventKind::Enabled).unwrap();
        }
        assert_eq!(keep(&mut outbox, EventKind::Enabled), Err(Full));
        for _ in MAX_KEPT_OF_OTHERS..MAX_KEPT {
            keep(&mut outbox, EventKind::Disabled { devices: 1 }).unwrap();
        }
        assert_eq!(
            keep(&mut outbox, EventKind::Disabled { devices: 1 }),
            Err(Full)
        );

        let every_sort = [
            SIGNED_IN,
            REFUSED,
            EventKind::Locked {
                class: Class::Totp,
                secs: 60,
            },
            EventKind::Stopped { class: Class::Totp },
            EventKind::FirstFactorChanged,
            EventKind::Reopened {
                class: Class::Totp,
                by: crate::ByUser::new(mfakit_core::UserId::from_bytes(b"operator").unwrap()),
                reason: alloc::string::String::from("lost"),
            },
            EventKind::EnrollmentStarted { kind: Kind::Totp },
            EventKind::EnrollmentCanceled { kind: Kind::Totp },
            EventKind::SteppedUp {
                device: crate::DeviceId::from_bytes([1; 16]),
            },
            EventKind::CounterWentBack {
                device: crate::DeviceId::from_bytes([1; 16]),
            },
            EventKind::BackupChanged {
                device: crate::DeviceId::from_bytes([1; 16]),
                synced: true,
            },
            EventKind::RecoveryCodeUsed { left: 3 },
            EventKind::ResetCanceled,
            EventKind::RecoveryCodesSaved,
        ];
        for ip in 0..=255 {
            for kind in every_sort.clone() {
                tally(&mut outbox, kind, ip);
            }
        }
        assert!(outbox.entries().len() <= MAX_ENTRIES);
        let total = |sort| -> u32 {
            let of_sort = outbox
                .entries()
                .iter()
                .filter(|e| e.kind.merges_as() == sort);
            of_sort.map(|entry| entry.count).sum()
        };
        assert_eq!(total(None), 48);
        assert_eq!(total(Some(0)), 512);
        for sort in 1..14 {
            assert_eq!(total(Some(sort)), 256, "sort {sort}");
        }
    }

    #[test]
    fn an_entry_that_grew_during_its_delivery_is_delivered_again() {
        let mut outbox = Outbox::default();
        tally(&mut outbox, REFUSED, 1);
        let delivered = [(outbox.entries()[0].id, 1)];
        tally(&mut outbox, REFUSED, 1);

        outbox.delivered(&delivered);
        assert_eq!(outbox.entries()[0].count, 2);

        outbox.delivered(&[(delivered[0].0, 2)]);
        assert_eq!(outbox.due(), None);
    }
}
