//! What sessions are worth: levels, ages, `amr`, and where they come from.

use std::time::Duration;

use mfakit_core::{OpenError, Sealed, UnixTime};
use mfakit_flows::{FirstFactor, GrantRefusal, Level, Requirement, SessionGrant, StoredGrant};

use crate::world::World;

fn require(
    world: &World,
    grant: &SessionGrant,
    requirement: Requirement,
) -> Result<(), GrantRefusal> {
    world
        .ask(|record, context| record.require(grant, requirement, context))
        .map(drop)
}

#[test]
fn a_level_is_met_by_what_was_proven_only() {
    let mut world = World::new();
    let off = world.signed_in();
    assert_eq!(
        require(&world, &off, Requirement::level(Level::Aal1)),
        Ok(())
    );
    let second = Requirement::level(Level::Aal2);
    assert_eq!(
        require(&world, &off, second),
        Err(GrantRefusal::SetUpRequired)
    );

    world.profile.end_other_sessions_on_enable = false;
    let (_, on) = world.enroll(&off, "phone");
    assert_eq!(
        require(&world, &off, second),
        Err(GrantRefusal::StepUpRequired)
    );
    assert_eq!(require(&world, &on, second), Ok(()));
    let third = Requirement::level(Level::Aal3);
    assert_eq!(
        require(&world, &on, third),
        Err(GrantRefusal::SetUpRequired)
    );
}

#[test]
fn ages_are_met_to_the_second() {
    let (mut world, app, _) = World::with_app();
    let grant = world.sign_in(&app.code(world.now)).unwrap();
    let fresh = Requirement::level(Level::Aal2).within(Duration::from_secs(300));
    world.pass(300);
    assert_eq!(require(&world, &grant, fresh), Ok(()));
    world.pass(1);
    assert_eq!(
        require(&world, &grant, fresh),
        Err(GrantRefusal::StepUpRequired)
    );
    assert_eq!(
        require(&world, &grant, Requirement::level(Level::Aal2)),
        Ok(())
    );
}

#[test]
fn a_fresh_first_factor_does_not_freshen_the_second() {
    let (mut world, app, _) = World::with_app();
    let pending = world.pending();
    let grant = world.verify(&pending, &app.code(world.now)).unwrap();
    world.pass(301);
    let fresh = Requirement::level(Level::Aal2).within(Duration::from_secs(300));
    let _ = world.first_factor();
    assert_eq!(
        require(&world, &grant, fresh),
        Err(GrantRefusal::StepUpRequired)
    );
}

#[test]
fn a_proof_from_beyond_the_clocks_skew_is_not_fresh() {
    let (mut world, app, _) = World::with_app();
    let grant = world.sign_in(&app.code(world.now)).unwrap();
    let fresh = Requirement::level(Level::Aal2).within(Duration::from_secs(300));
    world.now = UnixTime::from_secs(world.now.as_secs() - 60);
    assert_eq!(require(&world, &grant, fresh), Ok(()));
    world.now = UnixTime::from_secs(world.now.as_secs() - 1);
    assert_eq!(
        require(&world, &grant, fresh),
        Err(GrantRefusal::StepUpRequired)
    );
}

#[test]
fn amr_names_what_was_proven() {
    let mut world = World::new();
    let off = world.signed_in();
    assert_eq!(off.amr(FirstFactor::Password), ["pwd"]);
    assert!(off.amr(FirstFactor::Other).is_empty());
    let (app, _) = world.enroll(&off, "phone");
    world.pass(30);
    let on = world.sign_in(&app.code(world.now)).unwrap();
    assert_eq!(on.amr(FirstFactor::Password), ["pwd", "otp", "mfa"]);
    assert_eq!(on.amr(FirstFactor::Other), ["otp", "mfa"]);
}

#[test]
fn each_sign_in_is_another_session_and_a_step_up_is_not() {
    let (mut world, app, _) = World::with_app();
    let one = world.sign_in(&app.code(world.now)).unwrap();
    world.pass(30);
    let other = world.sign_in(&app.code(world.now)).unwrap();
    assert_ne!(one.session(), other.session());
    world.pass(30);
    let code = app.code(world.now);
    let stepped = world
        .decide(|record, context, rng| record.step_up_totp(&one, &code, context, rng))
        .unwrap();
    assert_eq!(stepped.session(), one.session());
    assert_eq!(stepped.authenticated_at(), Some(world.now));
}

#[test]
fn a_sealed_grant_comes_back_as_it_was() {
    let (mut world, app, _) = World::with_app();
    let grant = world.sign_in(&app.code(world.now)).unwrap();
    let text = grant.seal(&world.keys, &mut world.rng).to_text();
    let sealed = Sealed::from_text(&text).unwrap();
    let stored = StoredGrant::open(&sealed, &world.keys).unwrap();
    assert_eq!(stored.user(), world.user);
    let back = world.record().resume(stored).unwrap();
    assert_eq!(
        (back.session(), back.proofs()),
        (grant.session(), grant.proofs())
    );
}

#[test]
fn a_pending_sign_in_is_no_grant() {
    let (mut world, _, _) = World::with_app();
    let pending = world.pending();
    let sealed = pending.seal(&world.keys, b"", &mut world.rng);
    let disguised = Sealed::<SessionGrant>::from_bytes(sealed.as_bytes().to_vec());
    assert_eq!(
        StoredGrant::open(&disguised, &world.keys).map(drop),
        Err(OpenError::Forged)
    );
}

#[test]
fn neither_grants_nor_sign_ins_show_their_tokens() {
    let (mut world, app, _) = World::with_app();
    let pending = world.pending();
    let shown = format!("{pending:?}");
    let expires = pending.expires();
    assert_eq!(
        shown,
        format!(
            "PendingSignIn {{ user: {:?}, expires: {expires:?}, .. }}",
            world.user
        )
    );
    let grant = world.verify(&pending, &app.code(world.now)).unwrap();
    let shown = format!("{grant:?}");
    assert_eq!(
        shown,
        format!("SessionGrant {{ user: {:?}, level: Aal2, .. }}", world.user)
    );
}

#[test]
fn a_proof_from_the_future_does_not_hide_a_fresh_one() {
    let (mut world, phone, grant) = World::with_app();
    let (tablet, _) = world.enroll(&grant, "tablet");
    let right = world.now;
    world.pass(86_400);
    let grant = world.sign_in(&phone.code(world.now)).unwrap();
    world.now = UnixTime::from_secs(right.as_secs() + 60);
    let code = tablet.code(world.now);
    let grant = world
        .decide(|record, context, rng| record.step_up_totp(&grant, &code, context, rng))
        .unwrap();
    for level in [Level::Aal1, Level::Aal2] {
        let fresh = Requirement::level(level).within(Duration::from_secs(300));
        assert_eq!(require(&world, &grant, fresh), Ok(()), "{level:?}");
    }
}

#[test]
fn a_met_requirement_says_whose_and_which() {
    let (world, _, grant) = World::with_app();
    let requirement = Requirement::level(Level::Aal2);
    let met = world.ask(|record, context| record.require(&grant, requirement, context));
    let met = met.unwrap();
    assert_eq!((met.user(), met.requirement()), (world.user, requirement));
}
