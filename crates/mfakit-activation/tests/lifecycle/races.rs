//! Several requests decide on one state, and each writes only if it is still there.

use std::sync::{Arc, Mutex};

use mfakit_activation::{Activation, ClaimError, RedeemError};

use crate::support::{Service, wrong};

/// A store with compare-and-set: the bytes of a state and how often they were written.
#[derive(Clone)]
struct Store(Arc<Mutex<(u64, Vec<u8>)>>);

impl Store {
    fn new(service: &Service) -> Self {
        Self(Arc::new(Mutex::new((0, service.stored.clone()))))
    }

    fn load(&self) -> (u64, Vec<u8>) {
        self.0.lock().expect("no panic while locked").clone()
    }

    /// Fails if the version is no longer the one that was loaded.
    fn swap(&self, version: u64, state: &Activation) -> Result<(), Conflict> {
        let mut stored = self.0.lock().expect("no panic while locked");
        if stored.0 != version {
            return Err(Conflict);
        }
        *stored = (version + 1, state.to_bytes());
        Ok(())
    }
}

#[derive(Debug, Eq, PartialEq)]
struct Conflict;

/// Decides anew on the fresh state until a write succeeds or there is nothing to write.
fn settle<V>(
    store: &Store,
    service: &mut Service,
    mut decide: impl FnMut(&Service) -> mfakit_activation::Transition<V>,
) -> V {
    loop {
        let (version, bytes) = store.load();
        service.stored = bytes;
        let outcome = decide(service).commit(|state| store.swap(version, state));
        if let Ok(verdict) = outcome {
            return verdict;
        }
    }
}

/// act-race: of many simultaneous redemptions one is granted, and all others are told why not.
#[test]
fn of_64_simultaneous_redemptions_one_is_granted() {
    let mut service = Service::new();
    let code = service.issue(0);
    assert_eq!(service.claim(&code, "browser", 1), Ok(601));
    let store = Store::new(&service);

    let outcomes = in_threads(64, |_| {
        let mut service = Service::new();
        settle(&store, &mut service, |service| {
            service.decide_redeem("browser", 2)
        })
        .map(drop)
    });
    let granted = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    let consumed = outcomes
        .iter()
        .filter(|outcome| **outcome == Err(RedeemError::CodeConsumed))
        .count();
    assert_eq!((granted, consumed), (1, 63));
}

#[test]
fn of_64_browsers_one_claims() {
    let mut service = Service::new();
    let code = service.issue(0);
    let store = Store::new(&service);

    let outcomes = in_threads(64, |number| {
        let mut service = Service::new();
        let who = number.to_string();
        settle(&store, &mut service, |service| {
            service.decide_claim(&code, &who, 1)
        })
        .map(drop)
    });
    let claimed = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    let elsewhere = outcomes
        .iter()
        .filter(|outcome| matches!(outcome, Err(ClaimError::ClaimedElsewhere { .. })))
        .count();
    assert_eq!((claimed, elsewhere), (1, 63));
}

/// Requirement 2: never more verdicts than tries, however many ask at once.
#[test]
fn of_200_simultaneous_wrong_codes_five_are_compared() {
    let mut service = Service::new();
    let code = service.issue(0);
    let store = Store::new(&service);

    let other = wrong(&code);
    let mut outcomes = in_threads(200, |_| {
        let mut service = Service::new();
        settle(&store, &mut service, |service| {
            service.decide_claim(&other, "browser", 1)
        })
        .map(drop)
    });
    outcomes.retain(|outcome| !matches!(outcome, Err(ClaimError::Throttled { .. })));
    let mut left: Vec<_> = outcomes
        .into_iter()
        .map(|outcome| match outcome {
            Err(ClaimError::CodeMismatch { tries_left }) => tries_left,
            unexpected => unreachable!("{unexpected:?}"),
        })
        .collect();
    left.sort_unstable();
    assert_eq!(left, [0, 1, 2, 3, 4]);
    service.stored = store.load().1;
    assert!(matches!(
        service.claim(&code, "browser", 1),
        Err(ClaimError::Throttled { .. })
    ));
}

/// act-reissue-race: entering the old code and issuing a new one at once, either is first.
#[test]
fn a_claim_and_a_new_code_at_once_are_one_after_the_other() {
    for claim_is_written_first in [true, false] {
        let mut service = Service::new();
        let old = service.issue(0);
        let before = service.stored.clone();
        let claim = service.decide_claim(&old, "browser", 60);
        let new = service.issue(60);
        let issue = service.stored.clone();

        let store = Store(Arc::new(Mutex::new((0, before))));
        if claim_is_written_first {
            let claimed = claim.commit(|state| store.swap(0, state)).expect("first");
            assert!(claimed.is_ok());
            // The issue was decided on the old state, so it is decided anew, and voids the claim.
            let issued = Activation::from_bytes(&issue).expect("it was stored");
            assert_eq!(store.swap(0, &issued), Err(Conflict));
            service.stored = store.load().1;
            service.issue(60);
            assert_eq!(service.redeem("browser", 61), Err(RedeemError::NotClaimed));
        } else {
            let issued = Activation::from_bytes(&issue).expect("it was stored");
            assert_eq!(store.swap(0, &issued), Ok(()));
            let refused = claim.commit(|state| store.swap(0, state)).map(drop);
            assert_eq!(refused, Err(Conflict), "no verdict without the write");
            service.stored = store.load().1;
            assert_eq!(
                service.claim(&old, "browser", 60),
                Err(ClaimError::CodeMismatch { tries_left: 4 })
            );
            assert_eq!(service.claim(&new, "browser", 60), Ok(660));
        }
    }
}

#[test]
fn a_verdict_is_gone_if_its_state_was_not_written() {
    let mut service = Service::new();
    let code = service.issue(0);
    assert_eq!(service.claim(&code, "browser", 1), Ok(601));
    let transition = service.decide_redeem("browser", 2);
    assert!(transition.is_changed());
    let outcome = transition.commit(|_| Err(Conflict));
    assert_eq!(outcome.map(drop), Err(Conflict));
    assert_eq!(
        service.redeem("browser", 2).map(drop),
        Ok(()),
        "nothing was used up"
    );
}

#[test]
fn a_refusal_that_changes_nothing_is_not_written() {
    let service = Service::new();
    let transition = service.decide_redeem("browser", 2);
    assert!(!transition.is_changed());
    let outcome = transition.commit(|_| Err(Conflict)).expect("not called");
    assert_eq!(outcome.map(drop), Err(RedeemError::NoPendingCode));
}

fn in_threads<T: Send>(count: usize, run: impl Fn(usize) -> T + Sync) -> Vec<T> {
    std::thread::scope(|scope| {
        let run = &run;
        let threads: Vec<_> = (0..count)
            .map(|number| scope.spawn(move || run(number)))
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().expect("no panic"))
            .collect()
    })
}
