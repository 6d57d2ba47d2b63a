//! Codes one after another.

use mfakit_activation::{ClaimError, ISSUES_PER_HOUR, IssueError, Purpose, RedeemError};

use crate::support::{Service, secs, wrong};

fn throttled(retry_after: u64) -> Result<(), IssueError> {
    Err(IssueError::Throttled {
        retry_after: secs(retry_after),
    })
}

/// act-old-after-reissue: only the newest code works.
#[test]
fn a_new_code_voids_the_old_one() {
    let mut service = Service::new();
    let old = service.issue(0);
    let new = service.issue(60);
    assert_ne!(old, new);
    assert_eq!(
        service.claim(&old, "browser", 61),
        Err(ClaimError::CodeMismatch { tries_left: 4 })
    );
    assert_eq!(service.claim(&new, "browser", 61), Ok(661));
}

#[test]
fn a_new_code_voids_the_claim_on_the_old_one() {
    let mut service = Service::new();
    let old = service.issue(0);
    assert_eq!(service.claim(&old, "browser", 1), Ok(601));
    let new = service.issue(60);
    assert_eq!(service.redeem("browser", 61), Err(RedeemError::NotClaimed));
    assert_eq!(service.claim(&new, "other", 61), Ok(661));
}

#[test]
fn a_code_for_one_purpose_leaves_those_for_others_alone() {
    let mut service = Service::new();
    let enable = service.issue(0);
    service.purpose = Purpose::ConfirmAddress;
    let confirm = service.issue(60);
    assert_eq!(service.claim(&confirm, "browser", 61), Ok(661));
    service.purpose = Purpose::Enable;
    assert_eq!(service.claim(&enable, "browser", 62), Ok(662));
}

/// act-flood: at least a minute from one code to the next, whatever they are for.
#[test]
fn a_minute_passes_between_two_codes() {
    let mut service = Service::new();
    let code = service.issue(0);
    service.purpose = Purpose::ResetPin;
    for (now, retry_after) in [(0, 60), (1, 59), (59, 1)] {
        assert_eq!(
            service.try_issue(now).map(drop),
            throttled(retry_after),
            "{now} s"
        );
    }
    assert!(service.try_issue(60).is_ok());
    service.purpose = Purpose::Enable;
    assert_eq!(
        service.claim(&code, "browser", 60),
        Ok(660),
        "still pending"
    );
}

/// act-flood: and no more than five within any hour.
#[test]
fn five_codes_within_an_hour() {
    let mut service = Service::new();
    for number in 0..u64::try_from(ISSUES_PER_HOUR).expect("few") {
        service.issue(number * 100);
    }
    for (now, retry_after) in [(400, 3_200), (500, 3_100), (3_599, 1)] {
        assert_eq!(
            service.try_issue(now).map(drop),
            throttled(retry_after),
            "{now} s"
        );
    }
    service.issue(3_600);
    // The second of the five is now the oldest within the hour.
    assert_eq!(service.try_issue(3_660).map(drop), throttled(40));
    service.issue(3_700);
}

#[test]
fn the_longest_wait_is_told() {
    let mut service = Service::new();
    for number in 0..4 {
        service.issue(number * 60);
    }
    let code = service.issue(3_500);
    assert_eq!(
        service.try_issue(3_501).map(drop),
        throttled(99),
        "an hour after the first"
    );
    for _ in 0..5 {
        _ = service.claim(&wrong(&code), "browser", 3_550);
    }
    assert_eq!(
        service.try_issue(3_551).map(drop),
        throttled(900),
        "locked by wrong codes"
    );
}

#[test]
fn a_refusal_writes_nothing_unless_the_clock_was_put_right() {
    let mut service = Service::new();
    service.issue(1_000);
    let writes = service.writes;
    assert_eq!(service.try_issue(1_001).map(drop), throttled(59));
    assert_eq!(service.writes, writes);
    // Ahead by a quarter of an hour at the issue, then put right.
    assert_eq!(service.try_issue(100).map(drop), throttled(60));
    assert_eq!(service.writes, writes + 1);
    assert_eq!(service.try_issue(101).map(drop), throttled(59));
    assert_eq!(service.writes, writes + 1);
    service.issue(160);
}

#[test]
fn a_code_of_another_purpose_outlives_an_issue_as_long_as_it_is_claimed() {
    for (issued, want) in [(1_499, Ok(())), (1_500, Err(RedeemError::NoPendingCode))] {
        let mut service = Service::new();
        let code = service.issue(0);
        assert_eq!(service.claim(&code, "browser", 899), Ok(1_499));
        service.purpose = Purpose::ResetPin;
        service.issue(issued);
        service.purpose = Purpose::Enable;
        assert_eq!(
            service.redeem("browser", 1_499).map(drop),
            want,
            "{issued} s"
        );
    }
}

#[test]
fn a_code_from_a_future_that_was_put_right_is_void() {
    let mut service = Service::new();
    let code = service.issue(1_000);
    service.purpose = Purpose::ResetPin;
    assert_eq!(service.try_issue(100).map(drop), throttled(60));
    service.purpose = Purpose::Enable;
    assert_eq!(
        service.claim(&code, "browser", 1_000),
        Err(ClaimError::NoPendingCode)
    );
}

/// F16: a code that nobody got is void and costs nothing.
#[test]
fn a_code_that_could_not_be_sent_is_withdrawn() {
    let mut service = Service::new();
    let issued = service.try_issue(0).expect("first");
    let text = issued.expose().to_owned();
    let withdrawn = service.state().withdraw(issued);
    service.store(&withdrawn);
    assert_eq!(
        service.claim(&text, "browser", 0),
        Err(ClaimError::NoPendingCode)
    );
    // Five more, and a minute apart, from this very second.
    for number in 0..5 {
        service.issue(number * 60);
    }
    assert_eq!(service.try_issue(300).map(drop), throttled(3_300));
}

#[test]
fn withdrawing_a_code_that_was_replaced_changes_nothing() {
    let mut service = Service::new();
    let late = service.try_issue(0).expect("first");
    let code = service.issue(60);
    let stored = service.stored.clone();
    let after = service.state().withdraw(late);
    assert_eq!(after.to_bytes(), stored);
    assert_eq!(service.claim(&code, "browser", 61), Ok(661));
}

#[test]
fn cancelling_voids_the_code_and_keeps_the_limits() {
    let mut service = Service::new();
    let code = service.issue(0);
    assert_eq!(
        service.claim(&wrong(&code), "browser", 1),
        Err(ClaimError::CodeMismatch { tries_left: 4 })
    );
    let cancelled = service.state().cancel(Purpose::Enable);
    service.store(&cancelled);
    assert_eq!(
        service.claim(&code, "browser", 2),
        Err(ClaimError::NoPendingCode)
    );
    assert_eq!(service.try_issue(3).map(drop), throttled(57));
    let code = service.issue(60);
    assert_eq!(
        service.claim(&wrong(&code), "browser", 61),
        Err(ClaimError::CodeMismatch { tries_left: 3 })
    );
}

#[test]
fn a_code_can_be_issued_after_one_was_redeemed() {
    let mut service = Service::new();
    let first = service.issue(0);
    assert_eq!(service.claim(&first, "browser", 1), Ok(601));
    assert_eq!(service.redeem("browser", 2).map(drop), Ok(()));
    let second = service.issue(60);
    assert_eq!(service.claim(&second, "browser", 61), Ok(661));
    assert_eq!(service.redeem("browser", 62).map(drop), Ok(()));
}

#[test]
fn the_mail_gets_all_it_needs_from_the_code() {
    let mut service = Service::new();
    let issued = service.try_issue(0).expect("first");
    assert_eq!(issued.address(), &service.address);
    assert_eq!(issued.purpose(), Purpose::Enable);
    assert_eq!(issued.expires_at(), crate::support::at(900));
    let groups: Vec<usize> = issued.expose().split('-').map(str::len).collect();
    assert_eq!(groups, [3, 3, 3]);
}
