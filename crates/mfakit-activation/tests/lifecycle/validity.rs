//! How long a code is right, to the second.

use mfakit_activation::{ClaimError, Purpose, RedeemError};

use crate::support::{Service, at};

const MINUTE: u64 = 60;

/// act-ok, and the manual's "valid during 15 minutes".
#[test]
fn right_until_15_00_and_expired_at_15_01() {
    for (now, want) in [
        (0, Ok(10 * MINUTE)),
        (14 * MINUTE + 59, Ok(24 * MINUTE + 59)),
        (15 * MINUTE, Ok(25 * MINUTE)),
        (15 * MINUTE + 1, Err(ClaimError::Expired)),
        (1_000_000_000, Err(ClaimError::Expired)),
    ] {
        let mut service = Service::new();
        let code = service.issue(0);
        assert_eq!(service.claim(&code, "browser", now), want, "{now} s");
    }
}

#[test]
fn strictly_right_until_10_00_and_expired_at_10_01() {
    for (now, want) in [
        (9 * MINUTE + 59, Ok(19 * MINUTE + 59)),
        (10 * MINUTE, Ok(20 * MINUTE)),
        (10 * MINUTE + 1, Err(ClaimError::Expired)),
    ] {
        let mut service = Service::strict();
        let code = service.issue(0);
        assert_eq!(service.claim(&code, "browser", now), want, "{now} s");
    }
}

#[test]
fn the_page_knows_whether_a_code_can_be_entered() {
    let mut service = Service::new();
    assert!(service.state().pending(Purpose::Enable, at(0)).is_none());
    service.issue(0);
    let state = service.state();
    for (now, there) in [(0, true), (900, true), (901, false)] {
        let pending = state.pending(Purpose::Enable, at(now));
        assert_eq!(pending.is_some(), there, "{now} s");
    }
    let pending = state.pending(Purpose::Enable, at(900)).expect("in time");
    assert_eq!(pending.address(), &service.address);
    assert_eq!(
        (pending.issued_at(), pending.expires_at()),
        (at(0), at(900))
    );
    let before = mfakit_core::UnixTime::from_secs(at(0).as_secs() - 1);
    assert!(state.pending(Purpose::Enable, before).is_none());
    assert!(state.pending(Purpose::ResetPin, at(0)).is_none());
}

/// What was entered in time may be finished within the ten minutes of the claim, and no later.
#[test]
fn a_claim_made_at_the_last_second_may_be_redeemed_until_25_00() {
    for (now, want) in [
        (25 * MINUTE, Ok(())),
        (25 * MINUTE + 1, Err(RedeemError::ClaimExpired)),
    ] {
        let mut service = Service::new();
        let code = service.issue(0);
        assert_eq!(
            service.claim(&code, "browser", 15 * MINUTE),
            Ok(25 * MINUTE)
        );
        assert_eq!(service.redeem("browser", now).map(drop), want, "{now} s");
    }
}

/// act-clock-back: a code from the future is refused, so that turning the clock back after its
/// issue does not make it live longer.
#[test]
fn a_clock_that_went_back_behind_the_issue_is_an_error_of_its_own() {
    let mut service = Service::new();
    let code = service.issue(10 * MINUTE);
    let stored = service.stored.clone();
    for now in [0, 10 * MINUTE - 1] {
        assert_eq!(
            service.claim(&code, "browser", now),
            Err(ClaimError::ClockWentBack),
            "{now} s"
        );
    }
    assert!(!ClaimError::ClockWentBack.counts_as_attempt());
    assert_eq!(service.stored, stored, "nothing is written");
    assert_eq!(
        service.claim(&code, "browser", 10 * MINUTE),
        Ok(20 * MINUTE)
    );
    assert_eq!(
        service.redeem("browser", 10 * MINUTE - 1),
        Err(RedeemError::ClockWentBack)
    );
    assert_eq!(service.redeem("browser", 10 * MINUTE).map(drop), Ok(()));
}

#[test]
fn the_end_of_time_is_no_overflow() {
    let mut service = Service::new();
    let end = i64::MAX.unsigned_abs() - crate::support::START;
    let code = service.issue(end);
    assert_eq!(service.claim(&code, "browser", end), Ok(end));
    assert_eq!(service.redeem("browser", end).map(drop), Ok(()));
}
