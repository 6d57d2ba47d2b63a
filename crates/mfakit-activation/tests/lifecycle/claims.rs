//! A code between its entry and its use.

use mfakit_activation::{ClaimError, Purpose, RedeemError};

use crate::support::{Service, at, secs, wrong};

/// act-reuse: the second use is refused, whoever it is and whatever they enter.
#[test]
fn a_code_is_redeemed_once() {
    let mut service = Service::new();
    let code = service.issue(0);
    assert_eq!(service.claim(&code, "browser", 1), Ok(601));
    assert_eq!(service.redeem("browser", 2), Ok(service.address.clone()));

    for who in ["browser", "other"] {
        assert_eq!(service.redeem(who, 2), Err(RedeemError::CodeConsumed));
        assert_eq!(service.claim(&code, who, 3), Err(ClaimError::CodeConsumed));
        let other = wrong(&code);
        assert_eq!(service.claim(&other, who, 3), Err(ClaimError::CodeConsumed));
    }
    assert!(!ClaimError::CodeConsumed.counts_as_attempt());
    assert_eq!(service.writes, 3, "the refusals wrote nothing");
}

#[test]
fn nobody_redeems_what_they_have_not_claimed() {
    let mut service = Service::new();
    assert_eq!(
        service.redeem("browser", 0),
        Err(RedeemError::NoPendingCode)
    );
    let code = service.issue(0);
    assert_eq!(service.redeem("browser", 1), Err(RedeemError::NotClaimed));
    assert_eq!(service.claim(&code, "browser", 1), Ok(601));
    assert_eq!(service.redeem("other", 1), Err(RedeemError::NotClaimed));
    assert_eq!(service.redeem("browser", 1).map(drop), Ok(()));
}

#[test]
fn one_browser_holds_a_code_at_a_time() {
    let mut service = Service::new();
    let code = service.issue(0);
    assert_eq!(service.claim(&code, "browser", 100), Ok(700));
    for (now, retry_after) in [(100, 601), (101, 600), (700, 1)] {
        assert_eq!(
            service.claim(&code, "other", now),
            Err(ClaimError::ClaimedElsewhere {
                retry_after: secs(retry_after)
            })
        );
    }
    // Only the right code tells that it is in use.
    assert_eq!(
        service.claim(&wrong(&code), "other", 200),
        Err(ClaimError::CodeMismatch { tries_left: 4 })
    );
    assert_eq!(service.redeem("browser", 700).map(drop), Ok(()));
}

/// Requirement 42: who leaves the set-up and comes back within the code's life may go on.
#[test]
fn a_set_up_that_was_left_can_be_gone_on_with() {
    let mut service = Service::new();
    let code = service.issue(0);
    assert_eq!(service.claim(&code, "browser", 10), Ok(610));
    // Back before the claim is over: it is renewed.
    assert_eq!(service.claim(&code, "browser", 300), Ok(900));
    assert_eq!(
        service.redeem("browser", 901),
        Err(RedeemError::ClaimExpired)
    );
    assert!(service.state().pending(Purpose::Enable, at(900)).is_some());
    // After it is over: by entering the code again, as long as that is valid.
    assert_eq!(service.claim(&code, "browser", 900), Ok(1_500));
    assert_eq!(service.redeem("browser", 1_500).map(drop), Ok(()));
}

#[test]
fn a_claim_that_is_over_is_free_for_another_browser() {
    let mut service = Service::new();
    let code = service.issue(0);
    assert_eq!(service.claim(&code, "browser", 100), Ok(700));
    assert_eq!(service.claim(&code, "other", 701), Ok(1_301));
    assert_eq!(service.redeem("browser", 701), Err(RedeemError::NotClaimed));
    assert_eq!(service.redeem("other", 701).map(drop), Ok(()));
}

#[test]
fn claiming_and_redeeming_may_be_one_write() {
    let mut service = Service::new();
    let code = service.issue(0);
    let (claimed, verdict) = service.decide_claim(&code, "browser", 5).into_parts();
    assert_eq!(verdict.expect("right code").until(), at(605));
    let issued = service.stored.clone();
    service.store(&claimed);
    let (redeemed, verdict) = service.decide_redeem("browser", 5).into_parts();
    assert_eq!(verdict.expect("claimed").purpose(), Purpose::Enable);
    // Had the first state never been written, the second would still say all of it.
    service.stored = issued;
    service.store(&redeemed);
    assert_eq!(
        service.claim(&code, "browser", 5),
        Err(ClaimError::CodeConsumed)
    );
}

/// act-lower-case: one documented form, however it is typed.
#[test]
fn lower_case_and_missing_dashes_are_accepted() {
    let mut service = Service::new();
    let code = service.issue(0);
    let bare = code.replace('-', "");
    for typed in [
        bare.to_lowercase(),
        bare.clone(),
        code.to_lowercase(),
        format!(" {} ", code.replace('-', " - ")),
        bare.chars().map(|c| format!("{c} ")).collect(),
    ] {
        assert!(service.claim(&typed, "browser", 1).is_ok(), "{typed:?}");
    }
}
