//! Answers that never come, and callers that do not wait for them.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use super::report::{Broken, Verdict, same};
use super::subject::{Client, NOW, RACERS, Subject, numbered, user};
use crate::{
    AnyStore, Expect, Faulty, Key, Operation, Put, Space, Step, Store as _, StoreErrorKind,
    Version, Versioned, Write,
};

/// How many entries each racer appends.
const ENTRIES: u64 = 4;

/// How often a future is polled at most before it is dropped; more than an engine needs.
const POLLS: u32 = 8;

/// Each racer appends entries to one record. Of its writes some happen although the answer is
/// lost, some do not happen: it finds out which, and in the end each entry is there once.
pub(super) async fn unknown_outcomes_are_found_out(subject: &Subject<'_>) -> Verdict {
    subject.client.create(&user(1), b"").await?;
    let outcomes = subject.race(|racer, client: Client| async move {
        let faulty = Faulty::new(client.store.clone());
        // Each racer begins elsewhere in the same script.
        let steps = (racer..).take(1000).map(|call| match call % 5 {
            0 => Step::FailAfter(StoreErrorKind::OutcomeUnknown),
            2 => Step::FailBefore(StoreErrorKind::OutcomeUnknown),
            3 => Step::FailBefore(StoreErrorKind::Unavailable),
            _ => Step::Pass,
        });
        faulty.script(Operation::Put, steps);
        let client = client.on(AnyStore::new(faulty));
        for entry in (racer.saturating_mul(ENTRIES)..).take(per_racer()) {
            append(&client, entry).await?;
        }
        Ok::<(), Broken>(())
    });
    outcomes.await?.into_iter().collect::<Verdict>()?;

    let mut entries = entries(&current(&subject.client).await?);
    entries.sort_unstable();
    let all = 0..RACERS.saturating_mul(ENTRIES);
    same("all entries", entries, all.map(u64::to_be_bytes).collect())
}

fn per_racer() -> usize {
    usize::try_from(ENTRIES).unwrap_or_default()
}

/// Appends one entry exactly once, whatever becomes of the answers.
async fn append(client: &Client, entry: u64) -> Verdict {
    let entry = entry.to_be_bytes();
    // Each try either fails by the script, every other time at most, or loses against a success.
    for _ in 0..1000 {
        let found = current(client).await?;
        if entries(&found).contains(&entry) {
            return Ok(());
        }
        let value = [found.value(), &entry].concat();
        match client
            .put(&user(1), &value, Expect::Version(found.version()))
            .await
        {
            Ok((Put::Written, _)) => return Ok(()),
            Ok((Put::Conflict, _)) => {}
            Err(error) if error.outcome_unknown() || error.is_retryable() => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Broken::new("more conflicts than there were writes"))
}

async fn current(client: &Client) -> Result<Versioned, Broken> {
    client
        .get(&user(1))
        .await?
        .ok_or_else(|| Broken::new("the record is gone"))
}

fn entries(found: &Versioned) -> Vec<[u8; 8]> {
    found
        .value()
        .chunks(8)
        .filter_map(|entry| entry.try_into().ok())
        .collect()
}

pub(super) async fn a_dropped_write_is_whole_or_not_there(subject: &Subject<'_>) -> Verdict {
    let client = &subject.client;
    let (old_value, new_value) = (vec![1; 50_000], vec![2; 60_000]);
    for polls in 0..=POLLS {
        let key = user(polls.into());
        let old = client.create(&key, &old_value).await?;
        let new = client.fresh_version();
        let write = Write::new(&key, &new_value, Expect::Version(old), new);
        poll_at_most(polls, client.store.put(write, NOW)).await;

        let states = [
            Versioned::new(old, old_value.clone()),
            Versioned::new(new, new_value.clone()),
        ];
        let found = client.get(&key).await?;
        if !found.as_ref().is_some_and(|found| states.contains(found)) {
            return Err(Broken::new(format!(
                "after {polls} polls of a write {found:?} is stored"
            )));
        }
        // The dropped write may be on its way still: once this one is done, it is not.
        let last = settle(client, &key, &[old, new].map(Expect::Version)).await?;
        client.stores(&key, last, b"last").await?;
    }
    Ok(())
}

pub(super) async fn a_dropped_delete_is_whole_or_not_there(subject: &Subject<'_>) -> Verdict {
    let client = &subject.client;
    for polls in 0..=POLLS {
        let key = user(polls.into());
        let old = client.create(&key, b"old").await?;
        poll_at_most(polls, client.store.delete(&key, old, NOW)).await;
        let last = settle(client, &key, &[Expect::Version(old), Expect::Absent]).await?;
        client.stores(&key, last, b"last").await?;
    }
    Ok(())
}

pub(super) async fn a_dropped_count_counts_at_most_once(subject: &Subject<'_>) -> Verdict {
    let store = &subject.client.store;
    let minute = Duration::from_secs(60);
    for polls in 0..=POLLS {
        let key = numbered(Space::Limit, polls.into());
        same(
            "the first count",
            store.count(&key, minute, NOW).await?.count,
            1,
        )?;
        poll_at_most(polls, store.count(&key, minute, NOW)).await;
        let mut counts = Vec::new();
        for _ in 0..3 {
            counts.push(store.count(&key, minute, NOW).await?.count);
        }
        // The dropped event was counted before these, among them, or never.
        let possible = [[3, 4, 5], [2, 4, 5], [2, 3, 5], [2, 3, 4]];
        if !possible.iter().any(|possible| counts == possible) {
            let what = format!("after {polls} polls of a second count, the next are {counts:?}");
            return Err(Broken::new(what));
        }
    }
    Ok(())
}

/// Writes over whichever of the possible states is stored, in the order in which they come to be.
async fn settle(client: &Client, key: &Key, states: &[Expect]) -> Result<Version, Broken> {
    for state in states {
        if let (Put::Written, version) = client.put(key, b"last", *state).await? {
            return Ok(version);
        }
    }
    Err(Broken::new(format!("neither of {states:?} is stored")))
}

/// Polls a future a number of times at most, each time it asks for it, and drops it.
async fn poll_at_most<F: Future>(polls: u32, future: F) {
    let mut future = pin!(future);
    let mut left = polls;
    poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(());
        }
        left = left.saturating_sub(1);
        match future.as_mut().poll(context) {
            Poll::Pending if left > 0 => Poll::Pending,
            Poll::Pending | Poll::Ready(_) => Poll::Ready(()),
        }
    })
    .await;
}
