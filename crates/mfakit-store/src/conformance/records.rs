//! Versions, keys and values.

use super::report::{Broken, Verdict, same};
use super::subject::{NOW, Subject, user};
use crate::{Expect, Key, MAX_VALUE_BYTES, Put, Space, Store as _, StoreErrorKind, Version, Write};

pub(super) async fn nothing_is_there_at_first(subject: &Subject<'_>) -> Verdict {
    let store = &subject.client.store;
    subject.client.stores_nothing(&user(1)).await?;
    subject.client.stores_nothing(&Key::META).await?;
    same("due", store.due(NOW, 10).await?, vec![])?;
    same("page", store.page(None, 10).await?, vec![])?;
    same("purge", store.purge(NOW, 10).await?, 0)
}

pub(super) async fn an_absent_record_is_created_once(subject: &Subject<'_>) -> Verdict {
    let client = &subject.client;
    let version = client.create(&user(1), b"first").await?;
    client.stores(&user(1), version, b"first").await?;

    let (put, _) = client.put(&user(1), b"second", Expect::Absent).await?;
    same("creating a record again", put, Put::Conflict)?;
    client.stores(&user(1), version, b"first").await
}

pub(super) async fn a_write_needs_the_current_version(subject: &Subject<'_>) -> Verdict {
    let client = &subject.client;
    let absent = Expect::Version(client.fresh_version());
    let (put, _) = client.put(&user(1), b"from nothing", absent).await?;
    same("updating an absent record", put, Put::Conflict)?;
    client.stores_nothing(&user(1)).await?;

    let first = client.create(&user(1), b"first").await?;
    let (put, second) = client
        .put(&user(1), b"second", Expect::Version(first))
        .await?;
    same("updating the current version", put, Put::Written)?;
    client.stores(&user(1), second, b"second").await?;

    let (put, _) = client
        .put(&user(1), b"third", Expect::Version(first))
        .await?;
    same("updating a former version", put, Put::Conflict)?;
    client.stores(&user(1), second, b"second").await?;

    for bit in [0, 127] {
        let near = Version::from_bytes(flipped(*second.as_bytes(), bit));
        let (put, _) = client
            .put(&user(1), b"third", Expect::Version(near))
            .await?;
        same(
            "updating a version that differs in one bit",
            put,
            Put::Conflict,
        )?;
    }
    client.stores(&user(1), second, b"second").await
}

pub(super) async fn a_delete_needs_the_current_version(subject: &Subject<'_>) -> Verdict {
    let client = &subject.client;
    let delete = async |version| client.store.delete(&user(1), version, NOW).await;
    same(
        "deleting nothing",
        delete(client.fresh_version()).await?,
        false,
    )?;

    let first = client.create(&user(1), b"first").await?;
    let (put, second) = client
        .put(&user(1), b"second", Expect::Version(first))
        .await?;
    same("updating the current version", put, Put::Written)?;
    same("deleting a former version", delete(first).await?, false)?;
    client.stores(&user(1), second, b"second").await?;

    same("deleting the current version", delete(second).await?, true)?;
    client.stores_nothing(&user(1)).await?;
    same("deleting again", delete(second).await?, false)?;

    let (put, _) = client
        .put(&user(1), b"third", Expect::Version(second))
        .await?;
    same("updating a deleted version", put, Put::Conflict)?;
    let third = client.create(&user(1), b"third").await?;
    client.stores(&user(1), third, b"third").await
}

pub(super) async fn every_byte_of_a_key_counts(subject: &Subject<'_>) -> Verdict {
    let client = &subject.client;
    let mut keys = vec![Key::META, Key::new(Space::User, [255; 32])];
    keys.extend([Space::User, Space::Credential, Space::Limit].map(|s| Key::new(s, [0; 32])));
    // At least one bit of each byte.
    let bits = (0..256).step_by(7);
    keys.extend(bits.map(|bit| Key::new(Space::Credential, flipped([0; 32], bit))));

    let mut versions = Vec::new();
    for key in &keys {
        versions.push(client.create(key, &key.to_bytes()).await?);
    }
    for (key, version) in keys.iter().zip(versions) {
        client.stores(key, version, &key.to_bytes()).await?;
    }
    Ok(())
}

pub(super) async fn values_are_any_bytes(subject: &Subject<'_>) -> Verdict {
    let client = &subject.client;
    let all: Vec<u8> = (0..=255).collect();
    let values: [&[u8]; 7] = [
        b"",
        b"\0",
        b"\0after",
        b"before\0after\0",
        &[0xFF, 0xFE, 0xC0, 0x80],
        b"'\"\\;--",
        &all,
    ];
    for (number, value) in (0..).zip(values) {
        let version = client.create(&user(number), value).await?;
        client.stores(&user(number), version, value).await?;
    }
    Ok(())
}

pub(super) async fn values_up_to_the_limit_are_kept(subject: &Subject<'_>) -> Verdict {
    let client = &subject.client;
    let mut expect = Expect::Absent;
    // Growing and shrinking: 128 KiB is the largest user record.
    for length in [
        128 * 1024,
        MAX_VALUE_BYTES,
        1,
        MAX_VALUE_BYTES,
        128 * 1024,
        0,
    ] {
        // No period of a power of two, so that exchanged pages show.
        let value: Vec<u8> = (0..=250).cycle().take(length).collect();
        let (put, version) = client.put(&user(1), &value, expect).await?;
        same("writing a large value", put, Put::Written)?;
        client.stores(&user(1), version, &value).await?;
        expect = Expect::Version(version);
    }
    Ok(())
}

pub(super) async fn a_longer_value_is_refused(subject: &Subject<'_>) -> Verdict {
    let client = &subject.client;
    let too_long = vec![1; MAX_VALUE_BYTES.saturating_add(1)];
    let version = client.create(&user(1), b"short").await?;
    for (key, expect) in [
        (user(1), Expect::Version(version)),
        (user(2), Expect::Absent),
    ] {
        let write = Write::new(&key, &too_long, expect, client.fresh_version());
        match client.store.put(write, NOW).await {
            Err(error) if error.kind() == StoreErrorKind::TooLarge => {}
            got => {
                return Err(Broken::new(format!(
                    "writing a too long value: got {got:?}"
                )));
            }
        }
    }
    client.stores(&user(1), version, b"short").await?;
    client.stores_nothing(&user(2)).await
}

/// The bytes with one bit turned over, counted from the first byte's lowest.
fn flipped<const N: usize>(mut bytes: [u8; N], bit: usize) -> [u8; N] {
    if let Some(byte) = bytes.get_mut(bit / 8) {
        *byte ^= 1 << (bit % 8);
    }
    bytes
}
