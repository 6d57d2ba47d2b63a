//! The scripted faults of [`Faulty`].

#![allow(clippy::unwrap_used, reason = "tests")]

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use mfakit_core::UnixTime;
use mfakit_store::StoreErrorKind::{Full, OutcomeUnknown, Unavailable};
use mfakit_store::{
    Expect, Faulty, Key, MAX_VALUE_BYTES, MemoryStore, Operation, Put, Step, Store, StoreErrorKind,
    Version, Write,
};

const NOW: UnixTime = UnixTime::from_secs(1000);

/// What one poll of a future on a [`MemoryStore`] gives; `None` if it waits.
fn once<F: Future>(future: F) -> Option<F::Output> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
}

fn put(store: &impl Store, number: u8) -> Option<Result<Put, StoreErrorKind>> {
    let write = Write::new(
        &Key::META,
        b"",
        Expect::Absent,
        Version::from_bytes([number; 16]),
    );
    once(store.put(write, NOW)).map(|put| put.map_err(|error| error.kind()))
}

fn stored(store: &impl Store) -> Option<Version> {
    once(store.get(&Key::META, NOW))
        .unwrap()
        .unwrap()
        .map(|found| found.version())
}

#[test]
fn each_step_fails_on_its_side_of_the_write() {
    let cases = [
        (Step::Pass, Some(Ok(Put::Written)), true),
        (Step::FailBefore(Unavailable), Some(Err(Unavailable)), false),
        (
            Step::FailBefore(OutcomeUnknown),
            Some(Err(OutcomeUnknown)),
            false,
        ),
        (
            Step::FailAfter(OutcomeUnknown),
            Some(Err(OutcomeUnknown)),
            true,
        ),
        (Step::StallBefore, None, false),
        (Step::StallAfter, None, true),
    ];
    for (step, answer, written) in cases {
        let store = Faulty::new(MemoryStore::new());
        store.script(Operation::Put, [step]);
        assert_eq!(put(&store, 1), answer, "{step:?}");
        assert_eq!(stored(store.inner()).is_some(), written, "{step:?}");
    }
}

#[test]
fn a_script_is_followed_once_and_by_its_operation_only() {
    let store = Faulty::new(MemoryStore::new());
    let given_away = store.clone();
    store.script(Operation::Put, [Step::FailBefore(Full)]);
    store.script(Operation::Put, [Step::Pass, Step::FailAfter(Unavailable)]);

    assert_eq!(stored(&given_away), None);
    assert_eq!(put(&given_away, 1), Some(Err(Full)));
    assert_eq!(put(&given_away, 2), Some(Ok(Put::Written)));
    assert_eq!(put(&given_away, 3), Some(Err(Unavailable)));
    assert_eq!(put(&given_away, 4), Some(Ok(Put::Conflict)));
    assert_eq!(stored(&given_away), Some(Version::from_bytes([2; 16])));
    assert_eq!(store.calls(Operation::Put), 4);
    assert_eq!(store.calls(Operation::Get), 2);
    assert_eq!(store.calls(Operation::Count), 0);
}

#[test]
fn the_inner_failure_comes_first() {
    let store = Faulty::new(MemoryStore::new());
    store.script(
        Operation::Put,
        [Step::FailAfter(OutcomeUnknown), Step::StallAfter],
    );
    let value = vec![0; MAX_VALUE_BYTES + 1];
    for _ in 0..2 {
        let write = Write::new(
            &Key::META,
            &value,
            Expect::Absent,
            Version::from_bytes([1; 16]),
        );
        let failed = once(store.put(write, NOW)).unwrap().unwrap_err();
        assert_eq!(failed.kind(), StoreErrorKind::TooLarge);
    }
}
