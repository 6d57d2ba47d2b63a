//! Wrong codes.

use mfakit_activation::{Activation, ClaimError, IssueError, Purpose, RedeemError, TRIES_PER_CODE};

use crate::support::{Service, secs, wrong};

fn mismatch(tries_left: u8) -> Result<u64, ClaimError> {
    Err(ClaimError::CodeMismatch { tries_left })
}

/// act-brute: five wrong codes kill the code; the right one is then refused too.
#[test]
fn five_wrong_codes_kill_the_code() {
    let mut service = Service::new();
    let code = service.issue(0);
    let other = wrong(&code);
    for left in (0..TRIES_PER_CODE).rev() {
        assert_eq!(service.claim(&other, "browser", 10), mismatch(left));
    }
    let writes = service.writes;
    for (now, retry_after) in [(10, 901), (11, 900), (909, 2), (910, 1)] {
        let throttled = Err(ClaimError::Throttled {
            retry_after: secs(retry_after),
        });
        assert_eq!(service.claim(&code, "browser", now), throttled, "{now} s");
    }
    assert_eq!(service.writes, writes, "nothing is written while locked");
    // The lock is over, the code stays dead.
    assert_eq!(
        service.claim(&code, "browser", 911),
        Err(ClaimError::NoPendingCode)
    );
}

#[test]
fn only_a_wrong_code_counts() {
    assert!(ClaimError::CodeMismatch { tries_left: 1 }.counts_as_attempt());
    for other in [
        ClaimError::ClaimedElsewhere {
            retry_after: secs(1),
        },
        ClaimError::ClockWentBack,
        ClaimError::CodeConsumed,
        ClaimError::Expired,
        ClaimError::NoPendingCode,
        ClaimError::Throttled {
            retry_after: secs(1),
        },
        ClaimError::UserMismatch,
    ] {
        assert!(!other.counts_as_attempt(), "{other:?}");
    }
}

/// Requirement 6, throttle-reissue-no-reset: a new code does not come with new tries.
#[test]
fn a_new_code_takes_the_failures_over() {
    let mut service = Service::new();
    let first = service.issue(0);
    for left in [4, 3, 2, 1] {
        assert_eq!(service.claim(&wrong(&first), "browser", 10), mismatch(left));
    }
    let second = service.issue(60);
    assert_eq!(service.claim(&wrong(&second), "browser", 61), mismatch(0));
    assert_eq!(
        service.claim(&second, "browser", 61),
        Err(ClaimError::Throttled {
            retry_after: secs(901)
        })
    );
}

#[test]
fn the_tries_are_the_users_over_all_purposes() {
    let mut service = Service::new();
    let enable = service.issue(0);
    service.purpose = Purpose::ResetPin;
    let reset = service.issue(60);
    for left in [4, 3] {
        assert_eq!(service.claim(&wrong(&reset), "browser", 61), mismatch(left));
    }
    service.purpose = Purpose::Enable;
    for left in [2, 1, 0] {
        assert_eq!(
            service.claim(&wrong(&enable), "browser", 62),
            mismatch(left)
        );
    }
    service.purpose = Purpose::ResetPin;
    assert_eq!(
        service.claim(&reset, "browser", 963),
        Err(ClaimError::NoPendingCode),
        "the last wrong code voids them all"
    );
}

#[test]
fn after_the_lock_there_is_a_new_code_with_new_tries() {
    let mut service = Service::new();
    let code = service.issue(0);
    for left in (0..TRIES_PER_CODE).rev() {
        assert_eq!(service.claim(&wrong(&code), "browser", 10), mismatch(left));
    }
    for (now, retry_after) in [(70, 841), (910, 1)] {
        let refused = service.try_issue(now).map(drop);
        assert_eq!(
            refused,
            Err(IssueError::Throttled {
                retry_after: secs(retry_after)
            }),
            "{now} s"
        );
    }
    let code = service.issue(911);
    assert_eq!(service.claim(&wrong(&code), "browser", 912), mismatch(4));
    assert_eq!(service.claim(&code, "browser", 912), Ok(1_512));
}

#[test]
fn failures_are_forgotten_a_quarter_of_an_hour_after_the_last() {
    for (issued, left) in [(1_000, 0), (1_001, 4)] {
        let mut service = Service::new();
        let first = service.issue(0);
        for left in [4, 3, 2, 1] {
            assert_eq!(
                service.claim(&wrong(&first), "browser", 100),
                mismatch(left)
            );
        }
        let second = service.issue(issued);
        assert_eq!(
            service.claim(&wrong(&second), "browser", issued),
            mismatch(left),
            "{issued} s"
        );
    }
}

#[test]
fn the_right_code_ends_the_count() {
    let mut service = Service::new();
    let code = service.issue(0);
    for left in [4, 3, 2, 1] {
        assert_eq!(service.claim(&wrong(&code), "browser", 1), mismatch(left));
    }
    assert_eq!(service.claim(&code, "browser", 2), Ok(602));
    assert_eq!(service.claim(&wrong(&code), "browser", 3), mismatch(4));
}

/// throttle-clock-back: it does not unlock, and does not lock for ever.
#[test]
fn a_clock_that_went_back_neither_unlocks_nor_locks_for_ever() {
    const YEARS: u64 = 1_000_000_000;
    let mut service = Service::new();
    let code = service.issue(YEARS);
    for left in (0..TRIES_PER_CODE).rev() {
        assert_eq!(
            service.claim(&wrong(&code), "browser", YEARS),
            mismatch(left)
        );
    }
    assert_eq!(
        service.claim(&code, "browser", 0),
        Err(ClaimError::Throttled {
            retry_after: secs(901)
        })
    );
    // Asking for a code with the clock put right is refused, and starts the wait from now.
    let refused = service.try_issue(100).map(drop);
    assert_eq!(
        refused,
        Err(IssueError::Throttled {
            retry_after: secs(901)
        })
    );
    let refused = service.try_issue(1_000).map(drop);
    assert_eq!(
        refused,
        Err(IssueError::Throttled {
            retry_after: secs(1)
        })
    );
    let code = service.issue(1_001);
    assert_eq!(service.claim(&code, "browser", 1_001), Ok(1_601));
}

/// Once its wrong tries are forgotten, a code is gone, or the clock could bring it back for more.
#[test]
fn a_clock_that_went_back_brings_no_tried_code_back() {
    let mut service = Service::new();
    let code = service.issue(0);
    for left in [4, 3, 2, 1] {
        assert_eq!(service.claim(&wrong(&code), "browser", 0), mismatch(left));
    }
    service.purpose = Purpose::ResetPin;
    let reset = service.issue(901);
    service.purpose = Purpose::Enable;
    assert_eq!(
        service.claim(&code, "browser", 100),
        Err(ClaimError::NoPendingCode)
    );
    service.purpose = Purpose::ResetPin;
    assert_eq!(service.claim(&wrong(&reset), "browser", 901), mismatch(4));
}

/// The wait runs from the latest time that was seen, not from the latest call.
#[test]
fn a_wrong_code_under_a_clock_that_went_back_counts_as_of_before() {
    let mut service = Service::new();
    let code = service.issue(400);
    assert_eq!(service.claim(&wrong(&code), "browser", 1_000), mismatch(4));
    assert_eq!(service.claim(&wrong(&code), "browser", 500), mismatch(3));
    service.purpose = Purpose::ResetPin;
    let reset = service.issue(1_401);
    assert_eq!(service.claim(&wrong(&reset), "browser", 1_401), mismatch(2));

    let mut service = Service::new();
    let code = service.issue(400);
    assert_eq!(service.claim(&code, "browser", 1_000), Ok(1_600));
    assert_eq!(service.claim(&wrong(&code), "browser", 500), mismatch(4));
    service.purpose = Purpose::ResetPin;
    let reset = service.issue(1_401);
    assert_eq!(service.claim(&wrong(&reset), "browser", 1_401), mismatch(3));
}

#[test]
fn the_last_wrong_code_leaves_used_codes_used() {
    let mut service = Service::new();
    let code = service.issue(0);
    assert_eq!(service.claim(&code, "browser", 1), Ok(601));
    assert_eq!(service.redeem("browser", 1).map(drop), Ok(()));
    service.purpose = Purpose::ResetPin;
    let reset = service.issue(60);
    for left in (0..TRIES_PER_CODE).rev() {
        assert_eq!(service.claim(&wrong(&reset), "browser", 60), mismatch(left));
    }
    service.purpose = Purpose::Enable;
    assert_eq!(
        service.redeem("browser", 61),
        Err(RedeemError::CodeConsumed)
    );
}

/// act-none-null: where nothing is pending, nothing matches.
#[test]
fn without_a_pending_code_no_code_is_right() {
    let mut service = Service::new();
    for text in ["222-222-222", "ZZZ-ZZZ-ZZZ"] {
        assert_eq!(
            service.claim(text, "browser", 0),
            Err(ClaimError::NoPendingCode)
        );
    }
    assert_eq!(service.state(), Activation::new(service.user));
}
