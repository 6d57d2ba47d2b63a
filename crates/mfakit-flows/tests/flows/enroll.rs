//! Requirements 16, 17, 24, 25, 46 and 57: setting up an app.

use mfakit_core::UnixTime;
use mfakit_flows::{CodeRefusal, EnrollRefusal, GrantRefusal, Level, Next, Profile, SignInRefusal};

use crate::world::{App, World, code_of, name, refused, wrong_code_of};

#[test]
fn an_app_counts_only_once_it_has_proven_itself() {
    let mut world = World::new();
    let grant = world.signed_in();
    let setup = world.begin(&grant).unwrap();
    assert!(!world.record().is_on());
    assert!(matches!(world.first_factor(), Next::Granted(_)));

    let totp = App::of(&setup);
    let wrong = wrong_code_of(&totp, world.now);
    assert_eq!(
        world.confirm(&grant, &wrong, None).map(drop),
        Err(EnrollRefusal::Code(CodeRefusal::Mismatch))
    );
    assert!(!world.record().is_on());

    let code = code_of(&totp, world.now);
    let enrolled = world.confirm(&grant, &code, Some("phone")).unwrap();
    assert!(enrolled.first);
    assert!(world.record().is_on());
    assert_eq!(enrolled.grant.level(), Level::Aal2);
}

#[test]
fn a_secret_has_160_bits_and_the_profiles_parameters() {
    let mut world = World::new();
    let grant = world.signed_in();
    let setup = world.begin(&grant).unwrap();
    assert_eq!(setup.secret().expose().len(), 20);
    assert_eq!(setup.params(), Profile::cockpit().totp);
    let uri = setup.key_uri("Cockpit", "alice@example.com").unwrap();
    assert_eq!(
        (uri.issuer(), uri.account()),
        (Some("Cockpit"), "alice@example.com")
    );
}

#[test]
fn a_set_up_ends_after_ten_minutes() {
    let mut world = World::new();
    let grant = world.signed_in();
    let setup = world.begin(&grant).unwrap();
    let totp = App::of(&setup);
    assert_eq!(setup.expires().as_secs(), world.now.as_secs() + 600);

    world.pass(599);
    assert!(
        world
            .ask(|record, context| record.totp_setup(&grant, context))
            .is_ok()
    );
    world.pass(1);
    let code = code_of(&totp, world.now);
    assert_eq!(
        world.confirm(&grant, &code, None).map(drop),
        Err(EnrollRefusal::NothingPending)
    );
}

#[test]
fn a_new_set_up_replaces_the_old_one() {
    let mut world = World::new();
    let grant = world.signed_in();
    let old = App::of(&world.begin(&grant).unwrap());
    let new = App::of(&world.begin(&grant).unwrap());
    let code = code_of(&old, world.now);
    assert_eq!(
        world.confirm(&grant, &code, None).map(drop),
        Err(EnrollRefusal::Code(CodeRefusal::Mismatch))
    );
    let code = code_of(&new, world.now);
    assert!(world.confirm(&grant, &code, None).is_ok());
}

#[test]
fn a_set_up_that_was_given_up_is_gone() {
    let mut world = World::new();
    let grant = world.signed_in();
    let totp = App::of(&world.begin(&grant).unwrap());
    let canceled = world.decide(|record, context, rng| record.cancel_totp(&grant, context, rng));
    assert_eq!(canceled, Ok(()));
    let code = code_of(&totp, world.now);
    assert_eq!(
        world.confirm(&grant, &code, None).map(drop),
        Err(EnrollRefusal::NothingPending)
    );
    // Once more changes nothing.
    let writes = world.writes;
    let again = world.decide(|record, context, rng| record.cancel_totp(&grant, context, rng));
    assert_eq!((again, world.writes), (Ok(()), writes));
}

#[test]
fn the_secret_is_shown_to_the_session_that_began_and_not_after_it_counts() {
    let mut world = World::new();
    let grant = world.signed_in();
    let other = world.signed_in();
    let setup = world.begin(&grant).unwrap();
    let again = world
        .ask(|record, context| record.totp_setup(&grant, context))
        .unwrap();
    assert_eq!(*again.secret().to_base32(), *setup.secret().to_base32());
    assert_eq!(
        world
            .ask(|record, context| record.totp_setup(&other, context))
            .map(drop),
        Err(EnrollRefusal::NothingPending)
    );

    let code = code_of(&App::of(&setup), world.now);
    assert_eq!(
        world.confirm(&other, &code, None).map(drop),
        Err(EnrollRefusal::NothingPending)
    );
    let grant = world.confirm(&grant, &code, None).unwrap().grant;
    assert_eq!(
        world
            .ask(|record, context| record.totp_setup(&grant, context))
            .map(drop),
        Err(EnrollRefusal::NothingPending)
    );
}

#[test]
fn the_old_device_stays_until_the_new_one_is_proven() {
    let (mut world, phone, grant) = World::with_app();
    let _ = world.begin(&grant).unwrap();
    assert!(world.sign_in(&phone.code(world.now)).is_ok());
}

#[test]
fn adding_needs_a_fresh_proof_of_the_second_factor() {
    let (mut world, phone, grant) = World::with_app();
    world.pass(270);
    assert!(world.begin(&grant).is_ok(), "300 s after the proof");
    world.pass(1);
    let stale = EnrollRefusal::Grant(GrantRefusal::StepUpRequired);
    assert_eq!(world.begin(&grant).map(drop), Err(stale));

    let code = phone.code(world.now);
    let fresh =
        world.decide(|record, context, rng| record.step_up_totp(&grant, &code, context, rng));
    assert!(world.begin(&fresh.unwrap()).is_ok());
}

#[test]
fn while_off_adding_needs_a_fresh_first_factor() {
    let mut world = World::new();
    let grant = world.signed_in();
    world.pass(301);
    let stale = EnrollRefusal::Grant(GrantRefusal::StepUpRequired);
    assert_eq!(world.begin(&grant).map(drop), Err(stale));
    let grant = world.signed_in();
    assert!(world.begin(&grant).is_ok());
}

#[test]
fn a_session_of_the_first_factor_alone_ends_when_the_user_goes_on() {
    let mut world = World::new();
    let other = world.signed_in();
    let grant = world.signed_in();
    let _ = world.enroll(&grant, "phone");
    let ended = EnrollRefusal::Grant(GrantRefusal::Ended);
    assert_eq!(world.begin(&other).map(drop), Err(ended));
    assert_eq!(
        world.begin(&grant).map(drop),
        Err(ended),
        "the old grant of the acting session, too"
    );
}

#[test]
fn other_sessions_may_be_kept_and_are_still_not_enough_to_add() {
    let mut world = World::new();
    world.profile.end_other_sessions_on_enable = false;
    let other = world.signed_in();
    let grant = world.signed_in();
    let _ = world.enroll(&grant, "phone");
    let step_up = EnrollRefusal::Grant(GrantRefusal::StepUpRequired);
    assert_eq!(world.begin(&other).map(drop), Err(step_up));
}

#[test]
fn names_are_unique_and_given_where_none_was() {
    let mut world = World::new();
    let grant = world.signed_in();
    let (_, grant) = world.enroll(&grant, "Phone");
    let totp = App::of(&world.begin(&grant).unwrap());
    let code = code_of(&totp, world.now);
    let writes = world.writes;
    assert_eq!(
        world.confirm(&grant, &code, Some("PHONE")).map(drop),
        Err(EnrollRefusal::NameTaken)
    );
    assert_eq!(world.writes, writes, "the code is not spent");
    let grant = world.confirm(&grant, &code, None).unwrap().grant;
    let totp = App::of(&world.begin(&grant).unwrap());
    let code = code_of(&totp, world.now);
    let _ = world.confirm(&grant, &code, None).unwrap();

    let names: Vec<_> = world
        .record()
        .devices()
        .into_iter()
        .map(|device| device.name)
        .collect();
    assert_eq!(
        names,
        [
            name("Phone"),
            name("Authentication application"),
            name("Authentication application 2")
        ]
    );
}

#[test]
fn the_limit_is_the_profiles() {
    let mut world = World::new();
    world.profile.max_totp_devices = 2;
    let grant = world.signed_in();
    let (_, grant) = world.enroll(&grant, "one");
    let (_, grant) = world.enroll(&grant, "two");
    assert_eq!(
        world.begin(&grant).map(drop),
        Err(EnrollRefusal::LimitReached { max: 2 })
    );
}

#[test]
fn two_confirmations_of_one_set_up_make_one_device() {
    let mut world = World::new();
    let grant = world.signed_in();
    let totp = App::of(&world.begin(&grant).unwrap());
    let code = code_of(&totp, world.now);
    let grant = world.confirm(&grant, &code, None).unwrap().grant;
    assert_eq!(
        world.confirm(&grant, &code, None).map(drop),
        Err(EnrollRefusal::NothingPending)
    );
    assert_eq!(world.record().devices().len(), 1);
}

#[test]
fn a_clock_that_went_back_does_not_prolong_a_set_up() {
    let mut world = World::new();
    let grant = world.signed_in();
    let _ = world.begin(&grant).unwrap();
    world.now = UnixTime::from_secs(world.now.as_secs() - 3600);
    assert_eq!(
        world
            .ask(|record, context| record.totp_setup(&grant, context))
            .map(drop),
        Err(EnrollRefusal::NothingPending)
    );
}

#[test]
fn an_unconfirmed_app_is_no_factor_at_sign_in() {
    let (mut world, _, grant) = World::with_app();
    let pending_app = App::of(&world.begin(&grant).unwrap());
    let code = code_of(&pending_app, world.now);
    let result: Result<(), SignInRefusal> = world.sign_in(&code).map(drop);
    assert_eq!(result, Err(refused(CodeRefusal::Mismatch)));
}
