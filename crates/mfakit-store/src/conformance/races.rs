//! Many tasks, one key.

use std::time::Duration;

use super::report::{Broken, Verdict, same};
use super::subject::{Client, NOW, RACERS, Subject, at, numbered, user};
use crate::{Expect, Expiry, Put, Space, Store as _, StoreError, Version, Write};

/// How often each race is run, each time on another key.
const ROUNDS: u64 = 10;

/// How many updates each racer makes when none may be lost.
const UPDATES: u64 = 4;

pub(super) async fn one_of_many_creates(subject: &Subject<'_>) -> Verdict {
    for round in 0..ROUNDS {
        writers_race(subject, round, Expect::Absent).await?;
    }
    Ok(())
}

pub(super) async fn one_of_many_succeeds(subject: &Subject<'_>) -> Verdict {
    for round in 0..ROUNDS {
        let first = subject.client.create(&user(round), b"first").await?;
        writers_race(subject, round, Expect::Version(first)).await?;
    }
    Ok(())
}

/// All racers write with the same expectation; one writes, and its state is the one stored.
async fn writers_race(subject: &Subject<'_>, round: u64, expect: Expect) -> Verdict {
    let outcomes = subject.race(|racer, client: Client| async move {
        client.put(&user(round), &racer.to_be_bytes(), expect).await
    });
    let mut written = Vec::new();
    for (racer, outcome) in (0_u64..).zip(outcomes.await?) {
        match outcome? {
            (Put::Written, version) => written.push((racer, version)),
            (Put::Conflict, _) => {}
        }
    }
    match written.as_slice() {
        [(racer, version)] => {
            subject
                .client
                .stores(&user(round), *version, &racer.to_be_bytes())
                .await
        }
        others => same("writers of one state that wrote", others.len(), 1),
    }
}

pub(super) async fn one_of_many_deletes(subject: &Subject<'_>) -> Verdict {
    for round in 0..ROUNDS {
        let key = user(round);
        let version = subject.client.create(&key, b"once").await?;
        let outcomes = subject
            .race(|_, client: Client| async move { client.store.delete(&key, version, NOW).await });
        let deleted: Result<Vec<bool>, StoreError> = outcomes.await?.into_iter().collect();
        let deleted = deleted?.into_iter().filter(|deleted| *deleted).count();
        same("deletes of one state that deleted", deleted, 1)?;
        subject.client.stores_nothing(&key).await?;
    }
    Ok(())
}

pub(super) async fn a_write_and_a_delete_exclude_each_other(subject: &Subject<'_>) -> Verdict {
    for round in 0..ROUNDS {
        let key = user(round);
        let version = subject.client.create(&key, b"old").await?;
        let outcomes = subject.race(|racer, client: Client| async move {
            // Schedulers tend to start racers in the same order: writers and deleters take turns.
            if racer % 2 == round % 2 {
                return client
                    .store
                    .delete(&key, version, NOW)
                    .await
                    .map(|done| (done, false));
            }
            let (put, _) = client.put(&key, b"new", Expect::Version(version)).await?;
            Ok((put == Put::Written, true))
        });
        let outcomes: Result<Vec<_>, StoreError> = outcomes.await?.into_iter().collect();
        let done = outcomes?.into_iter().filter(|(done, _)| *done);
        let done: Vec<bool> = done.map(|(_, exists)| exists).collect();
        same(
            "writes and deletes of one state that were done",
            done.len(),
            1,
        )?;
        let exists = subject.client.get(&key).await?.is_some();
        same(
            "whether the record exists, after each that was done",
            done,
            vec![exists],
        )?;
    }
    Ok(())
}

pub(super) async fn no_update_is_lost(subject: &Subject<'_>) -> Verdict {
    subject
        .client
        .create(&user(1), &0_u64.to_be_bytes())
        .await?;
    let outcomes = subject.race(|_, client: Client| async move {
        for _ in 0..UPDATES {
            increment(&client).await?;
        }
        Ok::<(), Broken>(())
    });
    outcomes.await?.into_iter().collect::<Verdict>()?;
    let sum = RACERS.saturating_mul(UPDATES);
    same(
        "the sum of all increments",
        number(&subject.client).await?.0,
        sum,
    )
}

/// Adds one to the number in the record, deciding anew after each conflict.
async fn increment(client: &Client) -> Verdict {
    // Each conflict of one racer is a success of another, so there are not more than that.
    for _ in 0..RACERS.saturating_mul(UPDATES) {
        let (number, version) = number(client).await?;
        let next = number.saturating_add(1).to_be_bytes();
        let (put, _) = client
            .put(&user(1), &next, Expect::Version(version))
            .await?;
        if put == Put::Written {
            return Ok(());
        }
    }
    Err(Broken::new("more conflicts than there were writes"))
}

async fn number(client: &Client) -> Result<(u64, Version), Broken> {
    let found = client
        .get(&user(1))
        .await?
        .ok_or_else(|| Broken::new("the record is gone"))?;
    let bytes = found
        .value()
        .try_into()
        .map_err(|_| Broken::new("the value is no number"))?;
    Ok((u64::from_be_bytes(bytes), found.version()))
}

pub(super) async fn every_event_is_counted_once(subject: &Subject<'_>) -> Verdict {
    let key = numbered(Space::Limit, 1);
    let counts = subject.race(|_, client: Client| async move {
        let mut counts = Vec::new();
        for _ in 0..UPDATES {
            counts.push(
                client
                    .store
                    .count(&key, Duration::from_secs(60), NOW)
                    .await?
                    .count,
            );
        }
        Ok::<_, StoreError>(counts)
    });
    let mut all = Vec::new();
    for counts in counts.await? {
        all.extend(counts?);
    }
    all.sort_unstable();
    same(
        "all counts",
        all,
        (1..=RACERS.saturating_mul(UPDATES)).collect(),
    )
}

pub(super) async fn answers_are_not_mixed_up(subject: &Subject<'_>) -> Verdict {
    for racer in (0..RACERS).step_by(2) {
        subject.client.create(&user(racer), b"in the way").await?;
    }
    let outcomes = subject.race(|racer, client: Client| async move {
        let (put, version) = client.put(&user(racer), b"mine", Expect::Absent).await?;
        let found = client.get(&user(racer)).await?;
        Ok::<_, StoreError>((put, found.map(|found| found.version() == version)))
    });
    for (racer, outcome) in (0_u64..).zip(outcomes.await?) {
        let free = racer % 2 == 1;
        let want = if free { Put::Written } else { Put::Conflict };
        same("outcome and own version", outcome?, (want, Some(free)))?;
    }
    Ok(())
}

pub(super) async fn a_purge_spares_what_replaced_the_expired(subject: &Subject<'_>) -> Verdict {
    let (client, key) = (&subject.client, user(1));
    for _ in 0..ROUNDS {
        let old = Write::new(&key, b"old", Expect::Absent, client.fresh_version())
            .with_expiry(Expiry::At(at(100)));
        same(
            "creating",
            client.store.put(old, at(50)).await?,
            Put::Written,
        )?;
        let new = client.fresh_version();
        let outcomes = subject.race(|racer, client: Client| async move {
            if racer != RACERS / 2 {
                return client.store.purge(at(100), 10).await.map(|_| Put::Conflict);
            }
            client
                .store
                .put(Write::new(&key, b"new", Expect::Absent, new), at(100))
                .await
        });
        let outcomes: Result<Vec<Put>, StoreError> = outcomes.await?.into_iter().collect();
        let written = outcomes?
            .into_iter()
            .filter(|put| *put == Put::Written)
            .count();
        same("writers over an expired record that wrote", written, 1)?;
        client.stores(&key, new, b"new").await?;
        same("deleting", client.store.delete(&key, new, NOW).await?, true)?;
    }
    Ok(())
}

pub(super) async fn an_answered_write_is_seen_by_all(subject: &Subject<'_>) -> Verdict {
    let mut expect = Expect::Absent;
    for round in 0..ROUNDS {
        let (put, version) = subject
            .client
            .put(&user(1), &round.to_be_bytes(), expect)
            .await?;
        same("writing", put, Put::Written)?;
        let seen = subject.race(|_, client: Client| async move { client.get(&user(1)).await });
        for found in seen.await? {
            let found = found?.map(|found| found.version());
            same("the version read after the answer", found, Some(version))?;
        }
        expect = Expect::Version(version);
    }
    Ok(())
}
