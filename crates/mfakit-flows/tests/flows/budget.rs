//! Requirements 1 to 8, 10, 11; cases throttle-*.

use std::time::Duration;

use mfakit_core::UnixTime;
use mfakit_flows::{
    Class, CodeRefusal, EnrollRefusal, GrantRefusal, ManageRefusal, Next, Profile, SessionGrant,
    SignInRefusal, StepUpRefusal,
};

use crate::world::{App, World, refused, wrong_code_of};

/// Fails until the budget is spent.
fn spend(world: &mut World, app: &App) {
    for _ in 0..4 {
        let wrong = app.wrong_code(world.now);
        assert_eq!(
            world.sign_in(&wrong).map(drop),
            Err(refused(CodeRefusal::Mismatch))
        );
    }
}

fn throttled(secs: u64) -> CodeRefusal {
    CodeRefusal::Throttled {
        retry_after: Duration::from_secs(secs),
    }
}

#[test]
fn after_four_failures_the_right_code_is_refused_for_a_minute() {
    let (mut world, app, _) = World::with_app();
    spend(&mut world, &app);
    assert_eq!(world.record().failures(Class::Totp), 4);

    match world.first_factor() {
        Next::Locked { retry_after } => assert_eq!(retry_after, Some(Duration::from_secs(60))),
        other => panic!("{other:?}"),
    }
    world.pass(59);
    assert!(matches!(
        world.first_factor(),
        Next::Locked { retry_after: Some(wait) } if wait == Duration::from_secs(1)
    ));
    world.pass(1);
    assert!(world.sign_in(&app.code(world.now)).is_ok());
    assert_eq!(world.record().failures(Class::Totp), 0);
}

#[test]
fn while_locked_nothing_is_compared_and_nothing_is_written() {
    let (mut world, app, grant) = World::with_app();
    spend(&mut world, &app);
    let (writes, sealed) = (world.writes, world.sealed().to_vec());
    for code in [app.code(world.now), app.wrong_code(world.now)] {
        let stepped =
            world.decide(|record, context, rng| record.step_up_totp(&grant, &code, context, rng));
        assert_eq!(stepped.map(drop), Err(StepUpRefusal::Code(throttled(60))));
    }
    assert_eq!((world.writes, world.sealed()), (writes, sealed.as_slice()));
}

#[test]
fn a_spent_budget_ends_the_sign_ins_under_way() {
    let (mut world, app, _) = World::with_app();
    let pending = world.pending();
    spend(&mut world, &app);
    world.pass(60);
    let code = app.code(world.now);
    assert_eq!(
        world.verify(&pending, &code).map(drop),
        Err(SignInRefusal::Ended)
    );
}

#[test]
fn ten_devices_share_one_budget() {
    let (mut world, _, mut grant) = World::with_app();
    let mut apps = Vec::new();
    for number in 0..9 {
        let (app, renewed) = world.enroll(&grant, &format!("device {number}"));
        grant = renewed;
        apps.push(app);
    }
    for app in apps.iter().take(4) {
        let wrong = app.wrong_code(world.now);
        assert_eq!(
            world.sign_in(&wrong).map(drop),
            Err(refused(CodeRefusal::Mismatch))
        );
    }
    assert!(matches!(world.first_factor(), Next::Locked { .. }));
}

#[test]
fn waits_follow_the_failures_and_are_capped() {
    let (mut world, app, _) = World::with_app();
    let mut waits = Vec::new();
    for _ in 0..48 {
        let wrong = app.wrong_code(world.now);
        assert_eq!(
            world.sign_in(&wrong).map(drop),
            Err(refused(CodeRefusal::Mismatch))
        );
        if let Next::Locked { retry_after } = world.first_factor() {
            let wait = retry_after.unwrap();
            waits.push(wait.as_secs());
            world.pass(wait.as_secs());
        }
    }
    let want: Vec<u64> = (4..=48)
        .map(|failures| (failures / 4 * 60).min(600))
        .collect();
    assert_eq!(waits, want);
}

#[test]
fn at_a_hundred_failures_the_class_stops_and_the_right_code_is_refused() {
    let (mut world, app, grant) = World::with_app();
    world.profile.pending_sign_in = Duration::from_secs(2 * 365 * 86_400);
    let pending = world.pending();
    for _ in 0..100 {
        let wrong = app.wrong_code(world.now);
        assert_eq!(
            world.sign_in(&wrong).map(drop),
            Err(refused(CodeRefusal::Mismatch))
        );
        world.pass(12 * 3600);
    }
    assert_eq!(world.record().failures(Class::Totp), 100);
    assert!(matches!(
        world.first_factor(),
        Next::Locked { retry_after: None }
    ));

    // The right code is refused, too, and not even compared.
    let (code, writes) = (app.code(world.now), world.writes);
    let stepped =
        world.decide(|record, context, rng| record.step_up_totp(&grant, &code, context, rng));
    let stopped = StepUpRefusal::Code(CodeRefusal::Stopped);
    assert_eq!(stepped.map(drop), Err(stopped));
    assert_eq!(
        world.verify(&pending, &code).map(drop),
        Err(SignInRefusal::Ended)
    );
    assert_eq!(world.writes, writes);
    world.pass(365 * 86_400);
    assert!(matches!(
        world.first_factor(),
        Next::Locked { retry_after: None }
    ));
}

#[test]
fn an_operator_reopens_a_class_that_stopped() {
    let (mut world, app, own) = World::with_app();
    world.profile.totp_budget.stop_at = 3.try_into().unwrap();
    for _ in 0..3 {
        let wrong = app.wrong_code(world.now);
        let _ = world.sign_in(&wrong);
    }
    assert!(matches!(
        world.first_factor(),
        Next::Locked { retry_after: None }
    ));

    let mut office = World::stranger(world.now, Profile::cockpit());
    let operator = office.signed_in();
    let (operator_app, operator) = office.enroll(&operator, "phone");
    let reopen = |world: &mut World, grant: &SessionGrant| {
        world.decide(|record, context, rng| {
            record.reopen(Class::Totp, grant, "called the help desk", context, rng)
        })
    };
    assert_eq!(reopen(&mut world, &own), Err(ManageRefusal::OwnRecord));
    world.pass(301);
    let stale = ManageRefusal::Grant(GrantRefusal::StepUpRequired);
    assert_eq!(reopen(&mut world, &operator), Err(stale));

    office.now = world.now;
    let code = operator_app.code(office.now);
    let fresh = office
        .decide(|record, context, rng| record.step_up_totp(&operator, &code, context, rng))
        .unwrap();
    assert_eq!(reopen(&mut world, &fresh), Ok(()));
    assert_eq!(world.record().failures(Class::Totp), 0);
    assert!(world.sign_in(&app.code(world.now)).is_ok());
}

#[test]
fn confirming_and_stepping_up_spend_the_same_budget() {
    let (mut world, app, grant) = World::with_app();
    let setup = world.begin(&grant).unwrap();
    let wrong = wrong_code_of(&App::of(&setup), world.now);
    for _ in 0..2 {
        assert_eq!(
            world.confirm(&grant, &wrong, None).map(drop),
            Err(EnrollRefusal::Code(CodeRefusal::Mismatch))
        );
        let wrong = app.wrong_code(world.now);
        let stepped =
            world.decide(|record, context, rng| record.step_up_totp(&grant, &wrong, context, rng));
        assert_eq!(
            stepped.map(drop),
            Err(StepUpRefusal::Code(CodeRefusal::Mismatch))
        );
    }
    assert_eq!(
        world.confirm(&grant, &wrong, None).map(drop),
        Err(EnrollRefusal::Code(throttled(60)))
    );
}

#[test]
fn a_new_sign_in_does_not_reset_the_failures() {
    let (mut world, app, _) = World::with_app();
    for failures in 1..=4 {
        let wrong = app.wrong_code(world.now);
        let _ = world.sign_in(&wrong);
        assert_eq!(world.record().failures(Class::Totp), failures);
        let _ = world.first_factor();
    }
}

#[test]
fn a_clock_that_went_back_neither_unlocks_nor_locks_for_ever() {
    let (mut world, app, _) = World::with_app();
    spend(&mut world, &app);
    world.now = UnixTime::from_secs(world.now.as_secs() - 3600);
    assert!(matches!(
        world.first_factor(),
        Next::Locked { retry_after: Some(wait) } if wait == Duration::from_secs(60)
    ));
    world.pass(60);
    assert!(matches!(world.first_factor(), Next::SecondFactor { .. }));
}

#[test]
fn strict_waits_double() {
    let mut world = World::with(Profile::strict());
    let grant = world.signed_in();
    let (app, _) = world.enroll(&grant, "phone");
    let mut waits = Vec::new();
    for _ in 0..14 {
        let wrong = app.wrong_code(world.now);
        let _ = world.sign_in(&wrong);
        if let Next::Locked { retry_after } = world.first_factor() {
            waits.push(retry_after.unwrap().as_secs());
            world.pass(retry_after.unwrap().as_secs());
        }
    }
    assert_eq!(waits, [30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]);
}
