//! What is due, what is there, and what can go.

use std::time::Duration;

use super::report::{Broken, Verdict, same};
use super::subject::{NOW, Subject, at, numbered, user};
use crate::{Expect, Expiry, Key, Put, Space, Store as _, Version, Versioned, Write};

pub(super) async fn due_records_are_listed_oldest_first(subject: &Subject<'_>) -> Verdict {
    let store = &subject.client.store;
    // The order of the keys is neither that of writing nor that of the due times.
    let due = [
        (3, Some(300)),
        (5, Some(100)),
        (1, Some(200)),
        (4, None),
        (2, Some(200)),
    ];
    for (number, secs) in due {
        let key = user(number);
        let write = Write::new(&key, b"", Expect::Absent, subject.client.fresh_version())
            .with_due(secs.map(at));
        same("writing", store.put(write, at(50)).await?, Put::Written)?;
    }
    same(
        "before the first is due",
        store.due(at(99), 10).await?,
        vec![],
    )?;
    same(
        "when the first is due",
        store.due(at(100), 10).await?,
        vec![user(5)],
    )?;
    let three = vec![user(5), user(1), user(2)];
    same(
        "before the last is due",
        store.due(at(299), 10).await?,
        three.clone(),
    )?;
    same(
        "when all are due",
        store.due(at(300), 10).await?,
        [three, vec![user(3)]].concat(),
    )?;
    same(
        "the first two",
        store.due(at(300), 2).await?,
        vec![user(5), user(1)],
    )?;
    same("none at all", store.due(at(300), 0).await?, vec![])
}

pub(super) async fn a_write_replaces_the_due_time(subject: &Subject<'_>) -> Verdict {
    let (store, key) = (&subject.client.store, user(1));
    let mut expect = Expect::Absent;
    // Each write is listed at 1000: is it due then?
    for (due, listed) in [
        (Some(500), true),
        (Some(1001), false),
        (Some(1000), true),
        (None, false),
    ] {
        let new = subject.client.fresh_version();
        let write = Write::new(&key, b"", expect, new).with_due(due.map(at));
        same("writing", store.put(write, at(50)).await?, Put::Written)?;
        let want = if listed { vec![key] } else { vec![] };
        same(
            &format!("listed at 1000, due {due:?}"),
            store.due(at(1000), 10).await?,
            want,
        )?;
        expect = Expect::Version(new);
    }

    let new = subject.client.fresh_version();
    let write = Write::new(&key, b"", expect, new).with_due(Some(at(500)));
    same("writing", store.put(write, at(50)).await?, Put::Written)?;
    same("deleting", store.delete(&key, new, at(50)).await?, true)?;
    same(
        "listed after it was deleted",
        store.due(at(1000), 10).await?,
        vec![],
    )
}

pub(super) async fn expired_records_are_not_due(subject: &Subject<'_>) -> Verdict {
    let store = &subject.client.store;
    for (number, expires) in [(1, 1000), (2, 1001)] {
        let key = user(number);
        let write = Write::new(&key, b"", Expect::Absent, subject.client.fresh_version())
            .with_due(Some(at(500)))
            .with_expiry(Expiry::At(at(expires)));
        same("writing", store.put(write, at(50)).await?, Put::Written)?;
    }
    // The limit counts what is listed, not what is passed over.
    same(
        "listed at 1000",
        store.due(at(1000), 1).await?,
        vec![user(2)],
    )
}

pub(super) async fn pages_show_everything_once(subject: &Subject<'_>) -> Verdict {
    let client = &subject.client;
    let mut want = Vec::new();
    // 17 and 60 have no common factor: every number once, in no particular order.
    for number in (0..60).map(|i: u64| i.wrapping_mul(17) % 60) {
        let space = if number % 2 == 0 {
            Space::User
        } else {
            Space::Credential
        };
        let key = numbered(space, number);
        let value = number.to_be_bytes().to_vec();
        let version = client.create(&key, &value).await?;
        want.push((key, Versioned::new(version, value)));
    }
    let value = b"expired, but not purged".to_vec();
    let version = client.fresh_version();
    let write =
        Write::new(&Key::META, &value, Expect::Absent, version).with_expiry(Expiry::At(NOW));
    same("writing", client.store.put(write, NOW).await?, Put::Written)?;
    want.push((Key::META, Versioned::new(version, value)));
    want.sort_by_key(|(key, _)| *key);

    for limit in [1, 7, 60, 61, 62, u32::MAX] {
        let got = all_pages(subject, limit, async |_| Ok(())).await?;
        same(&format!("all pages of {limit}"), &got, &want)?;
    }
    same("a page of none", client.store.page(None, 0).await?, vec![])
}

pub(super) async fn pages_stay_whole_under_writes(subject: &Subject<'_>) -> Verdict {
    let client = &subject.client;
    let mut kept = Vec::new();
    for number in 1..=20_u64 {
        let key = user(number.saturating_mul(10));
        kept.push((key, client.create(&key, b"kept").await?));
    }
    let passing = client
        .create(&user(205), b"removed before it is reached")
        .await?;

    // One number at the beginning and one at the end; none is that of a kept record.
    let mut numbers = (1..10).zip(206..);
    let got = all_pages(subject, 3, async |last: Key| {
        // A record appears before the place, one appears after it, one goes, and the last one
        // that was shown is written anew.
        if let Some((before, behind)) = numbers.next() {
            client.create(&user(before), b"created").await?;
            client.create(&user(behind), b"created").await?;
        }
        client.store.delete(&user(205), passing, NOW).await?;
        if let Some((_, version)) = kept.iter_mut().find(|(key, _)| *key == last) {
            let (put, new) = client
                .put(&last, b"kept", Expect::Version(*version))
                .await?;
            same("updating", put, Put::Written)?;
            *version = new;
        }
        Ok(())
    })
    .await?;

    let shown: Vec<Key> = got.iter().map(|(key, _)| *key).collect();
    same(
        "whether keys are in order, each once",
        shown.is_sorted_by(|a, b| a < b),
        true,
    )?;
    let shown_kept = shown
        .iter()
        .filter(|key| kept.iter().any(|(kept, _)| kept == *key))
        .count();
    same(
        "how many of the kept records were shown",
        shown_kept,
        kept.len(),
    )?;
    same(
        "whether a deleted record was shown",
        shown.contains(&user(205)),
        false,
    )
}

pub(super) async fn a_purge_removes_what_has_expired(subject: &Subject<'_>) -> Verdict {
    let client = &subject.client;
    let store = &client.store;
    let ends = [Expiry::At(at(100)), Expiry::At(at(101)), Expiry::Never];
    let mut kept: Vec<(Key, Version)> = Vec::new();
    for (number, expires) in (0..30).zip(ends.into_iter().cycle()) {
        let (key, version) = (user(number), client.fresh_version());
        let write = Write::new(&key, b"", Expect::Absent, version).with_expiry(expires);
        same("writing", store.put(write, at(50)).await?, Put::Written)?;
        if !expires.is_past(at(100)) {
            kept.push((key, version));
        }
    }
    for (number, window) in [(1, 50), (2, 51)] {
        let key = numbered(Space::Limit, number);
        let _ = store
            .count(&key, Duration::from_secs(window), at(50))
            .await?;
    }

    same("purged with limit 0", store.purge(at(100), 0).await?, 0)?;
    same(
        "purged before anything expired",
        store.purge(at(99), 100).await?,
        0,
    )?;
    // Ten records and one count have expired.
    for (purged, limit) in [(4, 4), (4, 4), (3, 4), (0, 4)] {
        same("purged", store.purge(at(100), limit).await?, purged)?;
    }
    let left = store.page(None, 100).await?;
    let left: Vec<_> = left
        .into_iter()
        .map(|(key, found)| (key, found.version()))
        .collect();
    same("records left", left, kept)?;
    for (number, count) in [(1, 1), (2, 2)] {
        let key = numbered(Space::Limit, number);
        let counted = store.count(&key, Duration::from_secs(50), at(100)).await?;
        same("counted after the purge", counted.count, count)?;
    }
    Ok(())
}

/// Goes through all pages, with `between` called after each, with the last key of the page.
async fn all_pages(
    subject: &Subject<'_>,
    limit: u32,
    mut between: impl AsyncFnMut(Key) -> Verdict,
) -> Result<Vec<(Key, Versioned)>, Broken> {
    let mut shown = Vec::new();
    let mut after = None;
    loop {
        let page = subject.client.store.page(after, limit).await?;
        let Some((last, _)) = page.last() else {
            return Ok(shown);
        };
        if after.is_some_and(|after| *last <= after) {
            return Err(Broken::new(format!(
                "a page after {after:?} ends with {last:?}"
            )));
        }
        if usize::try_from(limit).is_ok_and(|limit| page.len() > limit) {
            return Err(Broken::new(format!(
                "a page of {limit} has {} records",
                page.len()
            )));
        }
        after = Some(*last);
        shown.extend(page.iter().cloned());
        between(*last).await?;
    }
}
