//! Requirements 8, 14, 15, 18, 20, 24, 57; cases totp-* of the record.

use std::time::Duration;

use mfakit_core::{OpenError, UnixTime};
use mfakit_flows::{CodeRefusal, Level, Method, Next, PendingSignIn, Profile, SignInRefusal};

use crate::world::{World, name, refused};

#[test]
fn off_means_the_first_factor_alone() {
    let mut world = World::new();
    let grant = world.signed_in();
    assert_eq!(grant.level(), Level::Aal1);
    assert_eq!(grant.user(), world.user);
    assert!(!world.record().is_on());
}

#[test]
fn on_means_a_code_and_gives_the_second_level() {
    let (mut world, app, _) = World::with_app();
    let grant = world.sign_in(&app.code(world.now)).unwrap();
    assert_eq!(grant.level(), Level::Aal2);
    let methods: Vec<_> = grant.proofs().iter().map(|proof| proof.method()).collect();
    assert_eq!(methods, [Method::FirstFactor, Method::Totp]);
    assert_eq!(grant.proofs()[1].device(), Some(app.id));
    assert_eq!(grant.authenticated_at(), Some(world.now));
}

#[test]
fn asking_for_the_second_factor_writes_nothing() {
    let (mut world, _, _) = World::with_app();
    let before = world.writes;
    for _ in 0..100 {
        let _ = world.pending();
    }
    assert_eq!(world.writes, before);
}

#[test]
fn a_code_counts_once() {
    let (mut world, app, _) = World::with_app();
    let code = app.code(world.now);
    let _ = world.sign_in(&code).unwrap();
    assert_eq!(
        world.sign_in(&code).map(drop),
        Err(refused(CodeRefusal::Replayed))
    );
}

#[test]
fn an_older_code_than_the_last_used_one_is_a_replay() {
    let (mut world, app, _) = World::with_app();
    world.pass(60);
    let older = app.code(UnixTime::from_secs(world.now.as_secs() - 30));
    let _ = world.sign_in(&app.code(world.now)).unwrap();
    assert_eq!(
        world.sign_in(&older).map(drop),
        Err(refused(CodeRefusal::Replayed))
    );
}

#[test]
fn the_enrollments_own_code_is_spent() {
    let mut world = World::new();
    let grant = world.signed_in();
    let (app, _) = world.enroll(&grant, "phone");
    let code = app.code(world.now);
    assert_eq!(
        world.sign_in(&code).map(drop),
        Err(refused(CodeRefusal::Replayed))
    );
}

#[test]
fn one_step_before_and_after_are_accepted_and_no_more() {
    for (offset, accepted) in [
        (-60_i64, false),
        (-30, true),
        (0, true),
        (30, true),
        (60, false),
    ] {
        let (mut world, app, _) = World::with_app();
        world.pass(300);
        let shown = UnixTime::from_secs(world.now.as_secs().saturating_add_signed(offset));
        let result = world.sign_in(&app.code(shown)).map(drop);
        let want = if accepted {
            Ok(())
        } else {
            Err(refused(CodeRefusal::Mismatch))
        };
        assert_eq!(result, want, "{offset} s");
    }
}

#[test]
fn strict_accepts_no_code_of_the_future() {
    let mut world = World::with(Profile::strict());
    let grant = world.signed_in();
    let (app, _) = world.enroll(&grant, "phone");
    world.pass(300);
    let shown = UnixTime::from_secs(world.now.as_secs() + 30);
    assert_eq!(
        world.sign_in(&app.code(shown)).map(drop),
        Err(refused(CodeRefusal::Mismatch))
    );
}

#[test]
fn any_device_will_do_and_each_has_its_own_last_step() {
    let (mut world, phone, grant) = World::with_app();
    let (tablet, _) = world.enroll(&grant, "tablet");
    world.pass(60);
    let _ = world.sign_in(&phone.code(world.now)).unwrap();
    let grant = world.sign_in(&tablet.code(world.now)).unwrap();
    assert_eq!(grant.proofs()[1].device(), Some(tablet.id));
}

#[test]
fn another_users_code_is_a_mismatch() {
    let (mut world, _, _) = World::with_app();
    let mut other = World::stranger(world.now, Profile::cockpit());
    let grant = other.signed_in();
    let (theirs, _) = other.enroll(&grant, "phone");
    world.pass(300);
    let code = theirs.code(world.now);
    assert_eq!(
        world.sign_in(&code).map(drop),
        Err(refused(CodeRefusal::Mismatch))
    );
}

#[test]
fn a_sign_in_works_once() {
    let (mut world, app, _) = World::with_app();
    let pending = world.pending();
    let _ = world.verify(&pending, &app.code(world.now)).unwrap();
    world.pass(30);
    let code = app.code(world.now);
    assert_eq!(
        world.verify(&pending, &code).map(drop),
        Err(SignInRefusal::Ended)
    );
    assert_eq!(
        world.record().failures(mfakit_flows::Class::Totp),
        0,
        "nothing was compared"
    );
}

#[test]
fn a_sign_in_ends_after_ten_minutes() {
    let (mut world, app, _) = World::with_app();
    let pending = world.pending();
    world.pass(599);
    assert!(
        world
            .ask(|record, context| record.offers(&pending, context))
            .is_ok()
    );
    world.pass(1);
    let code = app.code(world.now);
    assert_eq!(
        world.verify(&pending, &code).map(drop),
        Err(SignInRefusal::Ended)
    );
}

#[test]
fn a_clock_that_went_back_does_not_prolong_a_sign_in() {
    let (mut world, app, _) = World::with_app();
    let pending = world.pending();
    world.now = UnixTime::from_secs(world.now.as_secs() - 3600);
    let code = app.code(world.now);
    assert_eq!(
        world.verify(&pending, &code).map(drop),
        Err(SignInRefusal::Ended)
    );
}

#[test]
fn a_sign_in_of_another_user_is_refused() {
    let (mut world, app, _) = World::with_app();
    let mut other = World::stranger(world.now, Profile::cockpit());
    let pending = world.pending();
    let code = app.code(world.now);
    assert_eq!(
        other.verify(&pending, &code).map(drop),
        Err(SignInRefusal::WrongUser)
    );
    assert_eq!(other.writes, 0);
}

#[test]
fn a_token_opens_for_its_browser_only() {
    let (mut world, _, _) = World::with_app();
    let pending = world.pending();
    let sealed = pending.seal(&world.keys, b"this browser", &mut world.rng);
    let opened = PendingSignIn::open(&sealed, &world.keys, b"this browser").unwrap();
    assert_eq!(opened.user(), world.user);
    assert_eq!(
        PendingSignIn::open(&sealed, &world.keys, b"that browser").map(drop),
        Err(OpenError::Forged)
    );
}

#[test]
fn the_clock_a_day_ahead_for_one_sign_in_is_told_afterwards() {
    let (mut world, app, _) = World::with_app();
    let right = world.now;
    world.pass(86_400);
    let _ = world.sign_in(&app.code(world.now)).unwrap();
    world.now = UnixTime::from_secs(right.as_secs() + 60);
    let code = app.code(world.now);
    assert_eq!(
        world.sign_in(&code).map(drop),
        Err(refused(CodeRefusal::ClockWentBack))
    );
}

#[test]
fn a_used_code_stays_used_when_the_clock_goes_back() {
    let (mut world, app, _) = World::with_app();
    world.pass(300);
    let code = app.code(world.now);
    let _ = world.sign_in(&code).unwrap();
    world.now = UnixTime::from_secs(world.now.as_secs() - 90);
    assert_eq!(
        world.sign_in(&code).map(drop),
        Err(refused(CodeRefusal::Replayed))
    );
}

#[test]
fn a_code_of_another_length_is_not_an_attempt() {
    let (mut world, _, _) = World::with_app();
    let writes = world.writes;
    let eight = mfakit_totp::TypedCode::parse("12345678").unwrap();
    assert_eq!(
        world.sign_in(&eight).map(drop),
        Err(refused(CodeRefusal::Malformed))
    );
    assert_eq!(world.writes, writes);
}

#[test]
fn sixty_four_sign_ins_in_ten_minutes_are_remembered_and_no_more() {
    let mut world = World::new();
    world.profile.pending_sign_in = Duration::from_secs(3600);
    let grant = world.signed_in();
    let (app, _) = world.enroll(&grant, "phone");
    for _ in 0..64 {
        world.pass(30);
        let _ = world.sign_in(&app.code(world.now)).unwrap();
    }
    world.pass(30);
    assert_eq!(
        world.sign_in(&app.code(world.now)).map(drop),
        Err(SignInRefusal::TooMany)
    );
    world.pass(3600);
    assert!(world.sign_in(&app.code(world.now)).is_ok());
}

#[test]
fn old_devices_keep_their_parameters_when_the_defaults_change() {
    let (mut world, app, grant) = World::with_app();
    let eight = mfakit_totp::Digits::new(8).unwrap();
    world.profile.totp = world.profile.totp.with_digits(eight);
    let (new, _) = world.enroll(&grant, "new phone");
    world.pass(30);
    assert!(world.sign_in(&app.code(world.now)).is_ok());
    assert!(world.sign_in(&new.code(world.now)).is_ok());
}

#[test]
fn the_offers_name_the_devices() {
    let (mut world, _, grant) = World::with_app();
    let _ = world.enroll(&grant, "tablet");
    match world.first_factor() {
        Next::SecondFactor { offers, .. } => {
            let names: Vec<_> = offers
                .devices
                .iter()
                .map(|device| device.name.clone())
                .collect();
            assert_eq!(names, [name("phone"), name("tablet")]);
        }
        other => panic!("{other:?}"),
    }
}
