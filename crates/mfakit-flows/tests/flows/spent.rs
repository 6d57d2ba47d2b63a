//! Tokens work once, whatever the clock does.

use mfakit_core::UnixTime;
use mfakit_flows::{KeyRefusal, Level, Requirement, SignInRefusal, StepUpRefusal};

use crate::house::ORIGIN;
use crate::world::World;

#[test]
fn sixty_four_are_remembered_and_more_must_wait() {
    let (mut world, mut key, _, grant) = World::with_key();
    // The set-up has used one up.
    world.pass(270);
    for _ in 0..64 {
        assert!(world.sign_in_by_passkey(&mut key).is_ok());
    }
    assert_eq!(
        world.sign_in_by_passkey(&mut key).map(drop),
        Err(SignInRefusal::TooMany)
    );
    assert_eq!(
        world.sign_in_by(&mut key).map(drop),
        Err(SignInRefusal::TooMany)
    );
    let second = Requirement::level(Level::Aal2);
    let stepped = world.step_up_by(&grant, second, &mut key);
    assert_eq!(stepped.map(drop), Err(StepUpRefusal::TooMany));
    let refused = world.try_register(&grant, &mut mfakit_testkit::Authenticator::new(2), None);
    assert_eq!(refused.map(drop), Err(mfakit_flows::EnrollRefusal::TooMany));
    world.pass(300);
    assert!(world.sign_in_by_passkey(&mut key).is_ok());
}

#[test]
fn a_token_that_was_forgotten_does_not_live_again_when_the_clock_goes_back() {
    let (mut world, mut key, _, _) = World::with_key();
    let mut synced = mfakit_testkit::Authenticator::new(5);
    synced.settings.counter = mfakit_testkit::CounterBehavior::Zero;
    let grant = world.sign_in_by(&mut key).unwrap();
    let _ = world.register(&grant, &mut synced, "no counter");
    let (options, ceremony) = world.begin_passkey();
    let begun = world.now.as_secs();
    let answer = synced.get_assertion(&options, ORIGIN).unwrap().json();
    assert!(world.verify_key(&ceremony, &answer).is_ok());

    world.now = UnixTime::from_secs(begun + 301);
    assert!(
        world.sign_in_by_passkey(&mut synced).is_ok(),
        "which forgets the first"
    );
    world.now = UnixTime::from_secs(begun + 100);
    let replayed = world.verify_key(&ceremony, &answer);
    assert_eq!(replayed.map(drop), Err(SignInRefusal::Ended));
}

#[test]
fn a_clock_that_jumped_ahead_and_back_locks_nobody_out() {
    let (mut world, mut key, _, _) = World::with_key();
    let now = world.now.as_secs();
    for years in [1, 2] {
        world.now = UnixTime::from_secs(now + years * 31_536_000);
        assert!(world.sign_in_by_passkey(&mut key).is_ok());
    }
    world.now = UnixTime::from_secs(now + 60);
    assert!(world.sign_in_by_passkey(&mut key).is_ok());
    assert!(world.sign_in_by(&mut key).is_ok());
}

/// Tokens that a clock a year ahead has used up do not hold the places of those of today.
#[test]
fn sixty_four_of_a_clock_that_ran_ahead_are_forgotten() {
    let (mut world, mut key, _, _) = World::with_key();
    let now = world.now.as_secs();
    world.now = UnixTime::from_secs(now + 31_536_000);
    let (options, ceremony) = world.begin_passkey();
    let mut synced = mfakit_testkit::Authenticator::new(5);
    synced.settings.counter = mfakit_testkit::CounterBehavior::Zero;
    let session = world.sign_in_by(&mut key).unwrap();
    let _ = world.register(&session, &mut synced, "no counter");
    let answer = synced.get_assertion(&options, ORIGIN).unwrap().json();
    assert!(world.verify_key(&ceremony, &answer).is_ok());
    while world.sign_in_by_passkey(&mut key).is_ok() {}
    world.now = UnixTime::from_secs(now + 60);
    assert!(world.sign_in_by_passkey(&mut key).is_ok());
    // None of them lives again when the clock is wrong once more.
    world.now = UnixTime::from_secs(now + 31_536_000);
    let replayed = world.verify_key(&ceremony, &answer);
    assert_eq!(replayed.map(drop), Err(SignInRefusal::Ended));
}

#[test]
fn a_ceremony_from_far_ahead_was_begun_before_the_clock_went_back() {
    let (mut world, mut key, _, _) = World::with_key();
    let (options, ceremony) = world.begin_passkey();
    let answer = key.get_assertion(&options, ORIGIN).unwrap().json();
    world.now = UnixTime::from_secs(world.now.as_secs() - 3600);
    let expired = Err(SignInRefusal::Key(KeyRefusal::Expired));
    assert_eq!(world.verify_key(&ceremony, &answer).map(drop), expired);
}
