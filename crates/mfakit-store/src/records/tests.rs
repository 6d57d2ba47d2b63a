use mfakit_core::OsRng;

use super::*;
use crate::{Faulty, MemoryStore, Operation, Space, Step};

const KEY: Key = Key::new(Space::User, [1; 32]);
const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);

#[derive(Debug)]
enum Failure {
    Contention(Contention),
    Refused,
    Store(#[expect(dead_code, reason = "shown when a test fails")] StoreErrorKind),
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Store(error.kind())
    }
}

impl From<Contention> for Failure {
    fn from(contention: Contention) -> Self {
        Self::Contention(contention)
    }
}

/// Adds one to a record of one byte.
#[expect(clippy::unnecessary_wraps, reason = "the shape of a decision")]
fn add_one(found: Option<&Versioned>) -> Result<Change<u8>, Failure> {
    let before = found.and_then(|found| found.value().first().copied());
    let after = before.unwrap_or(0).wrapping_add(1);
    Ok(Change::Write {
        value: vec![after],
        due: None,
        then: after,
    })
}

async fn added(records: &Records) -> Result<u8, Failure> {
    let mut rng = OsRng::new().unwrap();
    records
        .change(&KEY, NOW, &mut rng, |found, _| add_one(found))
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn no_change_is_lost_however_many_decide_at_once() {
    let store = MemoryStore::new();
    let processes =
        [(); 4].map(|()| std::sync::Arc::new(Records::new(AnyStore::new(store.clone()))));
    let tasks: Vec<_> = (0..100)
        .map(|at| {
            let records = std::sync::Arc::clone(&processes[at % 4]);
            tokio::spawn(async move { added(&records).await })
        })
        .collect();
    let mut answers = Vec::new();
    for task in tasks {
        answers.push(task.await.unwrap().unwrap());
    }
    answers.sort_unstable();
    assert_eq!(answers, (1..=100).collect::<Vec<u8>>());
}

#[tokio::test]
async fn a_refusal_and_a_mere_answer_write_nothing() {
    let records = Records::new(AnyStore::new(MemoryStore::new()));
    let mut rng = OsRng::new().unwrap();
    let refused: Result<(), Failure> = records
        .change(&KEY, NOW, &mut rng, |_, _| Err(Failure::Refused))
        .await;
    assert!(matches!(refused, Err(Failure::Refused)), "{refused:?}");
    let kept: Result<bool, Failure> = records
        .change(&KEY, NOW, &mut rng, |found, _| {
            Ok(Change::Keep(found.is_none()))
        })
        .await;
    assert!(matches!(kept, Ok(true)), "{kept:?}");
    assert!(records.store().get(&KEY, NOW).await.unwrap().is_none());
}

#[tokio::test]
async fn a_write_of_unknown_outcome_counts_once() {
    let unknown = StoreErrorKind::OutcomeUnknown;
    for step in [Step::FailBefore(unknown), Step::FailAfter(unknown)] {
        let faulty = Faulty::new(MemoryStore::new());
        faulty.script(Operation::Put, [step]);
        let records = Records::new(AnyStore::new(faulty));
        assert!(matches!(added(&records).await, Ok(1)));
        assert!(matches!(added(&records).await, Ok(2)));
    }
}

#[tokio::test]
async fn who_loses_without_an_end_is_told_so() {
    let records = Records::new(AnyStore::new(MemoryStore::new()));
    let mut rng = OsRng::new().unwrap();
    let mut decisions = 0_u32;
    let lost: Result<(), Failure> = records
        .change(&KEY, NOW, &mut rng, |_, rng| {
            decisions += 1;
            let rival = Write::new(&KEY, b"rival", Expect::Absent, Version::random(rng));
            let store = records.store().clone();
            let written = crate::conformance::block_on(async move {
                if let Some(found) = store.get(&KEY, NOW).await? {
                    store.delete(&KEY, found.version(), NOW).await?;
                }
                store.put(rival, NOW).await
            });
            assert!(matches!(written, Ok(Put::Written)));
            Ok(Change::Write {
                value: Vec::new(),
                due: None,
                then: (),
            })
        })
        .await;
    assert!(
        matches!(lost, Err(Failure::Contention(Contention::Decisions))),
        "{lost:?}"
    );
    assert_eq!(decisions, MAX_DECISIONS);
}

#[tokio::test]
async fn a_record_is_deleted_whatever_it_is() {
    let records = Records::new(AnyStore::new(MemoryStore::new()));
    assert!(matches!(added(&records).await, Ok(1)));
    let deleted: Result<bool, Failure> = records.delete(&KEY, NOW).await;
    assert!(matches!(deleted, Ok(true)), "{deleted:?}");
    let deleted: Result<bool, Failure> = records.delete(&KEY, NOW).await;
    assert!(matches!(deleted, Ok(false)), "{deleted:?}");
}

#[tokio::test]
async fn what_happens_too_often_is_refused_until_its_window_ends() {
    let records = Records::new(AnyStore::new(MemoryStore::new()));
    let window = Duration::from_secs(60);
    let limit = async |secs| -> Result<(), Failure> {
        let now = NOW.saturating_add(Duration::from_secs(secs));
        records.limit(&KEY, 2, window, now).await
    };
    assert!(limit(0).await.is_ok());
    assert!(limit(10).await.is_ok());
    let retry_after = Duration::from_secs(40);
    let refused = limit(20).await;
    assert!(
        matches!(refused, Err(Failure::Contention(c)) if c == Contention::TooMany { retry_after }),
        "{refused:?}"
    );
    assert!(limit(60).await.is_ok());
}
