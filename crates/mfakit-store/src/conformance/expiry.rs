//! Records that end by themselves.

use mfakit_core::UnixTime;

use super::report::{Verdict, same};
use super::subject::{Subject, at, user};
use crate::{Expect, Expiry, Put, Store as _, StoreError, Version, Write};

pub(super) async fn an_expired_record_is_absent(subject: &Subject<'_>) -> Verdict {
    let (store, key) = (&subject.client.store, user(1));
    let first = subject.client.fresh_version();
    let write = Write::new(&key, b"first", Expect::Absent, first).with_expiry(Expiry::At(at(100)));
    same("creating", store.put(write, at(50)).await?, Put::Written)?;

    let stored = async |secs| -> Result<Option<Version>, StoreError> {
        Ok(store
            .get(&key, at(secs))
            .await?
            .map(|found| found.version()))
    };
    same("read in its last second", stored(99).await?, Some(first))?;
    same("read when it has expired", stored(100).await?, None)?;

    let new = subject.client.fresh_version();
    let create = Write::new(&key, b"second", Expect::Absent, new);
    let update = Write::new(&key, b"second", Expect::Version(first), new);
    same(
        "creating in its last second",
        store.put(create, at(99)).await?,
        Put::Conflict,
    )?;
    same(
        "updating when expired",
        store.put(update, at(100)).await?,
        Put::Conflict,
    )?;
    same(
        "deleting when expired",
        store.delete(&key, first, at(100)).await?,
        false,
    )?;
    same(
        "creating when expired",
        store.put(create, at(100)).await?,
        Put::Written,
    )?;
    same("read after it was replaced", stored(100).await?, Some(new))
}

pub(super) async fn a_write_replaces_the_expiry(subject: &Subject<'_>) -> Verdict {
    let (store, key) = (&subject.client.store, user(1));
    let mut expect = Expect::Absent;
    // Each write is read at 1000: does it exist then?
    for (expires, exists) in [
        (Expiry::At(at(2000)), true),
        (Expiry::Never, true),
        (Expiry::At(at(1001)), true),
        (Expiry::At(at(1000)), false),
    ] {
        let new = subject.client.fresh_version();
        let write = Write::new(&key, b"value", expect, new).with_expiry(expires);
        same("writing", store.put(write, at(500)).await?, Put::Written)?;
        let found = store.get(&key, at(1000)).await?.is_some();
        same(
            &format!("whether a record with expiry {expires:?} exists at 1000"),
            found,
            exists,
        )?;
        expect = Expect::Version(new);
    }
    Ok(())
}

pub(super) async fn times_reach_to_the_end(subject: &Subject<'_>) -> Verdict {
    let (store, key) = (&subject.client.store, user(1));
    let new = subject.client.fresh_version();
    let write = Write::new(&key, b"value", Expect::Absent, new)
        .with_expiry(Expiry::At(UnixTime::MAX))
        .with_due(Some(UnixTime::EPOCH));
    same(
        "writing at the epoch",
        store.put(write, UnixTime::EPOCH).await?,
        Put::Written,
    )?;

    let last = at(UnixTime::MAX.as_secs().saturating_sub(1));
    same(
        "read in the last second",
        store.get(&key, last).await?.is_some(),
        true,
    )?;
    same(
        "due at the epoch",
        store.due(UnixTime::EPOCH, 1).await?,
        vec![key],
    )?;
    same(
        "read at the end",
        store.get(&key, UnixTime::MAX).await?,
        None,
    )?;
    same("purged at the end", store.purge(UnixTime::MAX, 1).await?, 1)
}
