//! Events in windows.

use std::time::Duration;

use mfakit_core::UnixTime;

use super::report::{Verdict, same};
use super::subject::{NOW, Subject, at, numbered};
use crate::{Count, Expect, Put, Space, Store as _, Write};

const MINUTE: Duration = Duration::from_secs(60);

pub(super) async fn events_are_counted_in_fixed_windows(subject: &Subject<'_>) -> Verdict {
    let events = [
        (1000, Count::new(1, at(1060))),
        (1000, Count::new(2, at(1060))),
        (1059, Count::new(3, at(1060))),
        (1060, Count::new(1, at(1120))),
        (1119, Count::new(2, at(1120))),
        (5000, Count::new(1, at(5060))),
    ];
    counts_as(subject, MINUTE, &events).await?;
    // Of two lengths the shorter one holds, and no window is empty.
    counts_as(
        subject,
        Duration::from_secs(10),
        &[(5001, Count::new(2, at(5011)))],
    )
    .await?;
    counts_as(subject, Duration::ZERO, &[(5002, Count::new(3, at(5003)))]).await?;
    counts_as(
        subject,
        Duration::MAX,
        &[(5003, Count::new(1, UnixTime::MAX))],
    )
    .await
}

pub(super) async fn a_clock_that_went_back_keeps_the_count(subject: &Subject<'_>) -> Verdict {
    let events = [
        (100_000, Count::new(1, at(100_060))),
        (100_001, Count::new(2, at(100_060))),
        // A day back: the count stays, but the window ends within its length.
        (13_600, Count::new(3, at(13_660))),
        (13_601, Count::new(4, at(13_660))),
        (13_660, Count::new(1, at(13_720))),
    ];
    counts_as(subject, MINUTE, &events).await
}

pub(super) async fn counts_and_records_are_apart(subject: &Subject<'_>) -> Verdict {
    let (client, store) = (&subject.client, &subject.client.store);
    let (one, other) = (numbered(Space::Limit, 1), numbered(Space::Limit, 2));
    let first = store.count(&one, MINUTE, NOW).await?;
    same("the first count of a key", first.count, 1)?;
    same(
        "the first count of another",
        store.count(&other, MINUTE, NOW).await?.count,
        1,
    )?;

    client.stores_nothing(&one).await?;
    same("page with counts only", store.page(None, 10).await?, vec![])?;
    let version = client.create(&one, b"record").await?;
    same(
        "count beside a record",
        store.count(&one, MINUTE, NOW).await?.count,
        2,
    )?;
    client.stores(&one, version, b"record").await?;

    let update = Write::new(&one, b"", Expect::Version(version), client.fresh_version());
    same(
        "writing beside a count",
        store.put(update, NOW).await?,
        Put::Written,
    )?;
    let deleted = store.delete(&one, update.new_version(), NOW).await?;
    same("deleting beside a count", deleted, true)?;
    same(
        "count after the record is gone",
        store.count(&one, MINUTE, NOW).await?.count,
        3,
    )
}

/// Counts one event after the other.
async fn counts_as(subject: &Subject<'_>, window: Duration, events: &[(u64, Count)]) -> Verdict {
    for (secs, want) in events {
        let got = subject
            .client
            .store
            .count(&numbered(Space::Limit, 1), window, at(*secs))
            .await?;
        same(&format!("counted at {secs}"), got, *want)?;
    }
    Ok(())
}
