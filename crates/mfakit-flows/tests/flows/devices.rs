//! Requirements 47, 50, 52; cases fac-*: renaming, removing, disabling.

use mfakit_flows::{
    Advice, CodeRefusal, DeviceId, GrantRefusal, ManageRefusal, Next, SessionGrant, StoredGrant,
};

use crate::world::{World, name, refused};

fn remove(
    world: &mut World,
    grant: &SessionGrant,
    device: DeviceId,
) -> Result<SessionGrant, ManageRefusal> {
    world.decide(|record, context, rng| record.remove_device(grant, device, context, rng))
}

fn rename(
    world: &mut World,
    grant: &SessionGrant,
    device: DeviceId,
    to: &str,
) -> Result<(), ManageRefusal> {
    world.decide(|record, context, rng| record.rename_device(grant, device, name(to), context, rng))
}

fn disable(world: &mut World, grant: &SessionGrant) -> Result<SessionGrant, ManageRefusal> {
    world.decide(|record, context, rng| record.disable(grant, context, rng))
}

fn resume(world: &mut World, grant: &SessionGrant) -> Result<(), GrantRefusal> {
    let sealed = grant.seal(&world.keys, &mut world.rng);
    let stored = StoredGrant::open(&sealed, &world.keys).unwrap();
    world.record().resume(stored).map(drop)
}

#[test]
fn a_lost_device_is_deleted_and_the_other_one_still_works() {
    let (mut world, lost, grant) = World::with_app();
    let (kept, grant) = world.enroll(&grant, "tablet");
    world.pass(30);
    let grant = remove(&mut world, &grant, lost.id).unwrap();

    let code = lost.code(world.now);
    assert_eq!(
        world.sign_in(&code).map(drop),
        Err(refused(CodeRefusal::Mismatch))
    );
    assert!(world.sign_in(&kept.code(world.now)).is_ok());
    assert_eq!(resume(&mut world, &grant), Ok(()));
}

#[test]
fn removal_ends_the_other_sessions_and_renews_the_acting_one() {
    let (mut world, lost, grant) = World::with_app();
    let (kept, grant) = world.enroll(&grant, "tablet");
    world.pass(30);
    let other = world.sign_in(&kept.code(world.now)).unwrap();
    let pending = world.pending();
    assert_eq!(resume(&mut world, &other), Ok(()));

    let renewed = remove(&mut world, &grant, lost.id).unwrap();
    assert_eq!(resume(&mut world, &other), Err(GrantRefusal::Ended));
    assert_eq!(resume(&mut world, &grant), Err(GrantRefusal::Ended));
    assert_eq!(resume(&mut world, &renewed), Ok(()));
    world.pass(30);
    let code = kept.code(world.now);
    assert_eq!(
        world.verify(&pending, &code).map(drop),
        Err(mfakit_flows::SignInRefusal::Ended),
        "sign-ins under way end, too"
    );
}

#[test]
fn a_removed_device_leaves_a_tombstone() {
    let (mut world, lost, grant) = World::with_app();
    let bound_at = world.record().devices()[0].added;
    let (_, grant) = world.enroll(&grant, "tablet");
    let _ = remove(&mut world, &grant, lost.id).unwrap();

    let record = world.record();
    let [tombstone] = record.tombstones() else {
        panic!("one device was removed")
    };
    assert_eq!(
        (tombstone.id(), tombstone.name()),
        (lost.id, &name("phone"))
    );
    assert_eq!(
        (tombstone.bound_at(), tombstone.removed_at()),
        (bound_at, world.now)
    );
}

#[test]
fn the_last_device_is_disabled_not_removed() {
    let (mut world, app, grant) = World::with_app();
    assert_eq!(
        remove(&mut world, &grant, app.id).map(drop),
        Err(ManageRefusal::LastDevice)
    );

    let grant = disable(&mut world, &grant).unwrap();
    assert!(!world.record().is_on());
    assert_eq!(grant.level(), mfakit_flows::Level::Aal1);
    assert_eq!(resume(&mut world, &grant), Ok(()));
    assert!(matches!(world.first_factor(), Next::Granted(_)));
    assert_eq!(
        disable(&mut world, &grant).map(drop),
        Err(ManageRefusal::NotEnrolled)
    );
}

#[test]
fn nothing_of_before_holds_after_disabling_and_enabling_again() {
    let (mut world, old, grant) = World::with_app();
    let pending = world.pending();
    let grant_before = world.sign_in(&old.code(world.now)).unwrap();
    let grant = disable(&mut world, &grant).unwrap();
    let (new, _) = world.enroll(&grant, "phone");
    world.pass(30);

    assert_eq!(resume(&mut world, &grant_before), Err(GrantRefusal::Ended));
    let code = old.code(world.now);
    assert_eq!(
        world.verify(&pending, &code).map(drop),
        Err(mfakit_flows::SignInRefusal::Ended)
    );
    assert_eq!(
        world.sign_in(&code).map(drop),
        Err(refused(CodeRefusal::Mismatch))
    );
    assert!(world.sign_in(&new.code(world.now)).is_ok());
}

#[test]
fn every_change_needs_a_fresh_proof() {
    let (mut world, app, grant) = World::with_app();
    let (_, grant) = world.enroll(&grant, "tablet");
    world.pass(301);
    let stale = ManageRefusal::Grant(GrantRefusal::StepUpRequired);
    let writes = world.writes;
    assert_eq!(remove(&mut world, &grant, app.id).map(drop), Err(stale));
    assert_eq!(rename(&mut world, &grant, app.id, "x"), Err(stale));
    assert_eq!(disable(&mut world, &grant).map(drop), Err(stale));
    assert_eq!(world.writes, writes);

    let code = app.code(world.now);
    let fresh = world
        .decide(|record, context, rng| record.step_up_totp(&grant, &code, context, rng))
        .unwrap();
    assert_eq!(fresh.session(), grant.session());
    assert_eq!(rename(&mut world, &fresh, app.id, "x"), Ok(()));
}

#[test]
fn another_users_session_changes_nothing() {
    let (mut world, app, _) = World::with_app();
    let mut other = World::stranger(world.now, mfakit_flows::Profile::cockpit());
    let theirs = other.signed_in();
    let (_, theirs) = other.enroll(&theirs, "phone");
    let wrong = ManageRefusal::Grant(GrantRefusal::WrongUser);
    assert_eq!(remove(&mut world, &theirs, app.id).map(drop), Err(wrong));
    assert_eq!(rename(&mut world, &theirs, app.id, "x"), Err(wrong));
    assert_eq!(disable(&mut world, &theirs).map(drop), Err(wrong));
    assert_eq!(resume(&mut world, &theirs), Err(GrantRefusal::WrongUser));
}

#[test]
fn an_unknown_device_is_refused() {
    let (mut world, _, grant) = World::with_app();
    let (_, grant) = world.enroll(&grant, "tablet");
    let nobodys = DeviceId::from_bytes([0; 16]);
    assert_eq!(
        remove(&mut world, &grant, nobodys).map(drop),
        Err(ManageRefusal::UnknownDevice)
    );
    assert_eq!(
        rename(&mut world, &grant, nobodys, "x"),
        Err(ManageRefusal::UnknownDevice)
    );
}

#[test]
fn a_device_may_change_the_case_of_its_name_but_not_take_anothers() {
    let (mut world, app, grant) = World::with_app();
    let (_, grant) = world.enroll(&grant, "tablet");
    assert_eq!(rename(&mut world, &grant, app.id, "Phone"), Ok(()));
    assert_eq!(
        rename(&mut world, &grant, app.id, "TABLET"),
        Err(ManageRefusal::NameTaken)
    );
    let names: Vec<_> = world
        .record()
        .devices()
        .into_iter()
        .map(|device| device.name)
        .collect();
    assert_eq!(names, [name("Phone"), name("tablet")]);
}

#[test]
fn text_with_quotes_and_markup_comes_back_unchanged() {
    let (mut world, app, grant) = World::with_app();
    for text in [
        "'; DROP TABLE record; --",
        "<img src=x onerror=alert(1)>",
        "\"a\" & 'b'",
    ] {
        assert_eq!(rename(&mut world, &grant, app.id, text), Ok(()));
        assert_eq!(world.record().devices()[0].name.as_str(), text);
    }
}

#[test]
fn a_single_method_earns_advice() {
    let advice = |world: &World| world.ask(|record, context| record.advice(context));
    let mut world = World::new();
    assert_eq!(advice(&world), [Advice::SetUpAMethod]);
    let grant = world.signed_in();
    let (_, grant) = world.enroll(&grant, "phone");
    assert_eq!(
        advice(&world),
        [Advice::SetUpAnotherMethod, Advice::MakeRecoveryCodes]
    );
    let _ = world.enroll(&grant, "tablet");
    assert_eq!(
        advice(&world),
        [Advice::SetUpADifferentKind, Advice::MakeRecoveryCodes]
    );
}

#[test]
fn use_is_noted_with_the_device() {
    let (mut world, app, _) = World::with_app();
    assert_eq!(world.record().devices()[0].last_used, None);
    let _ = world.sign_in(&app.code(world.now)).unwrap();
    assert_eq!(world.record().devices()[0].last_used, Some(world.now));
}

#[test]
fn another_first_factor_ends_everything() {
    let (mut world, app, grant) = World::with_app();
    let pending = world.pending();
    let setup = world.begin(&grant).unwrap();
    let changed =
        world.decide(|record, context, rng| record.first_factor_changed(None, context, rng));
    assert!(matches!(changed, Ok(None)));

    assert_eq!(resume(&mut world, &grant), Err(GrantRefusal::Ended));
    let code = app.code(world.now);
    assert_eq!(
        world.verify(&pending, &code).map(drop),
        Err(mfakit_flows::SignInRefusal::Ended)
    );
    let grant = world.sign_in(&code).unwrap();
    assert!(
        world
            .ask(|record, context| record.totp_setup(&grant, context))
            .is_err()
    );
    drop(setup);
}

#[test]
fn the_session_that_changed_the_first_factor_goes_on_even_while_codes_are_stopped() {
    let (mut world, app, grant) = World::with_app();
    let other = world.sign_in(&app.code(world.now)).unwrap();
    world.profile.totp_budget.stop_at = 3.try_into().unwrap();
    for _ in 0..3 {
        let wrong = app.wrong_code(world.now);
        let _ = world.sign_in(&wrong);
    }
    let changed = world
        .decide(|record, context, rng| record.first_factor_changed(Some(&grant), context, rng));
    let Ok(Some(renewed)) = changed else {
        panic!("the acting session goes on")
    };
    assert_eq!(resume(&mut world, &renewed), Ok(()));
    assert_eq!(renewed.session(), grant.session());
    assert_eq!(resume(&mut world, &grant), Err(GrantRefusal::Ended));
    assert_eq!(resume(&mut world, &other), Err(GrantRefusal::Ended));

    // A session that has ended is not brought back by it.
    let again = world
        .decide(|record, context, rng| record.first_factor_changed(Some(&other), context, rng));
    assert!(matches!(again, Ok(None)));
}

#[test]
fn a_name_that_stays_the_same_is_no_change() {
    let (mut world, app, grant) = World::with_app();
    let writes = world.writes;
    assert_eq!(rename(&mut world, &grant, app.id, "phone"), Ok(()));
    assert_eq!(world.writes, writes);
}
