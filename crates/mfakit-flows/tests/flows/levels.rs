//! What proofs with keys add up to, and what a session must prove again.

use std::time::Duration;

use mfakit_flows::{
    EnrollRefusal, FirstFactor, GrantRefusal, KeyRefusal, Level, Profile, Requirement,
    SessionGrant, StepUpRefusal,
};
use mfakit_testkit::Authenticator;

use crate::house::{ORIGIN, attested, synced};
use crate::world::World;

/// A strict service that knows the maker of some keys, and a user with an app.
fn strict() -> (World, SessionGrant) {
    let mut world = World::with(Profile::strict()).attesting();
    let grant = world.signed_in();
    let (_, grant) = world.enroll(&grant, "app");
    (world, grant)
}

fn require(world: &World, grant: &SessionGrant, what: Requirement) -> Result<(), GrantRefusal> {
    world
        .ask(|record, context| record.require(grant, what, context))
        .map(drop)
}

type Kind = fn(u64) -> Authenticator;
/// Kind of key, whether it verifies its user, whether it is used alone, level of the strict profile,
/// level of the cockpit's, `amr`.
type Row = (Kind, bool, bool, Level, Level, &'static [&'static str]);

/// Requirements 56, 58 and 59: every kind of key, with and without its user's verification, alone
/// and after a password.
#[test]
fn levels_and_amr_of_every_kind_of_key() {
    let hardware: Kind = attested;
    let plain: Kind = Authenticator::new;
    let both = |seed| {
        let mut key = attested(seed);
        key.settings.backup_eligible = true;
        key
    };
    let copied_hardware: Kind = both;
    let table: [Row; 10] = [
        (
            hardware,
            true,
            false,
            Level::Aal3,
            Level::Aal2,
            &["pwd", "hwk", "user", "mfa"],
        ),
        (
            hardware,
            false,
            false,
            Level::Aal2,
            Level::Aal2,
            &["pwd", "hwk", "user", "mfa"],
        ),
        (
            hardware,
            true,
            true,
            Level::Aal3,
            Level::Aal2,
            &["hwk", "user", "mfa"],
        ),
        (
            plain,
            true,
            false,
            Level::Aal2,
            Level::Aal2,
            &["pwd", "swk", "user", "mfa"],
        ),
        (
            plain,
            false,
            false,
            Level::Aal2,
            Level::Aal2,
            &["pwd", "swk", "user", "mfa"],
        ),
        (
            plain,
            true,
            true,
            Level::Aal2,
            Level::Aal2,
            &["swk", "user", "mfa"],
        ),
        (
            synced,
            true,
            false,
            Level::Aal2,
            Level::Aal2,
            &["pwd", "swk", "user", "mfa"],
        ),
        (
            synced,
            true,
            true,
            Level::Aal2,
            Level::Aal2,
            &["swk", "user", "mfa"],
        ),
        (
            copied_hardware,
            true,
            false,
            Level::Aal2,
            Level::Aal2,
            &["pwd", "swk", "user", "mfa"],
        ),
        (
            copied_hardware,
            true,
            true,
            Level::Aal2,
            Level::Aal2,
            &["swk", "user", "mfa"],
        ),
    ];
    for (row, (kind, verified, alone, in_strict, in_cockpit, amr)) in table.into_iter().enumerate()
    {
        for (aal3, level) in [(true, in_strict), (false, in_cockpit)] {
            let (mut world, grant) = strict();
            world.profile.aal3 = aal3;
            let mut key = kind(5);
            let _ = world.register(&grant, &mut key, "key");
            key.settings.user_verification = verified;
            let session = if alone {
                world.sign_in_by_passkey(&mut key)
            } else {
                world.sign_in_by(&mut key)
            };
            let session = session.unwrap();
            assert_eq!(session.level(), level, "row {row}, {aal3}");
            assert_eq!(session.amr(FirstFactor::Password), amr, "row {row}");
            assert_eq!(
                session
                    .proofs()
                    .last()
                    .unwrap()
                    .key()
                    .unwrap()
                    .user_verified,
                verified
            );
        }
    }
}

#[test]
fn the_third_level_takes_a_key_that_gives_it() {
    let (mut world, grant) = strict();
    let third = Requirement::level(Level::Aal3);
    assert_eq!(
        require(&world, &grant, third),
        Err(GrantRefusal::SetUpRequired)
    );
    let mut hardware = attested(1);
    let mut soft = synced(2);
    let (_, grant) = world.register(&grant, &mut hardware, "hardware");
    assert_eq!(grant.level(), Level::Aal2, "a registration is no assertion");
    assert_eq!(
        require(&world, &grant, third),
        Err(GrantRefusal::StepUpRequired)
    );
    let (_, grant) = world.register(&grant, &mut soft, "soft");
    let still = world.step_up_by(&grant, third, &mut soft).unwrap();
    assert_eq!(
        require(&world, &still, third),
        Err(GrantRefusal::StepUpRequired)
    );
    let stepped = world.step_up_by(&still, third, &mut hardware).unwrap();
    assert_eq!(
        require(&world, &stepped, third.within(Duration::from_secs(60))),
        Ok(())
    );
    world.pass(61);
    let stale = require(&world, &stepped, third.within(Duration::from_secs(60)));
    assert_eq!(stale, Err(GrantRefusal::StepUpRequired));
    // A lesser proof does not freshen it, and takes nothing away.
    let lesser = world
        .step_up_by(&stepped, Requirement::level(Level::Aal2), &mut soft)
        .unwrap();
    assert_eq!(lesser.level(), Level::Aal3);
    let stale = require(&world, &lesser, third.within(Duration::from_secs(60)));
    assert_eq!(stale, Err(GrantRefusal::StepUpRequired));
}

#[test]
fn the_third_level_asks_the_key_to_verify_its_user() {
    let (mut world, grant) = strict();
    let mut key = attested(1);
    let (_, grant) = world.register(&grant, &mut key, "hardware");
    let (options, _) = world
        .begin_step_up(&grant, Requirement::level(Level::Aal3))
        .unwrap();
    assert!(
        options.contains(r#""userVerification":"required""#),
        "{options}"
    );
    let (options, _) = world
        .begin_step_up(&grant, Requirement::level(Level::Aal2))
        .unwrap();
    assert!(
        options.contains(r#""userVerification":"preferred""#),
        "{options}"
    );
}

#[test]
fn a_key_of_the_highest_level_is_added_at_that_level() {
    let (mut world, grant) = strict();
    let mut first = attested(1);
    let (_, grant) = world.register(&grant, &mut first, "first");
    let refused = world.try_register(&grant, &mut attested(2), None);
    let step_up = EnrollRefusal::Grant(GrantRefusal::StepUpRequired);
    assert_eq!(refused.map(drop), Err(step_up));
    assert!(
        world.try_register(&grant, &mut synced(3), None).is_ok(),
        "this one gives less"
    );
    let third = Requirement::level(Level::Aal3);
    let grant = world.step_up_by(&grant, third, &mut first).unwrap();
    assert!(world.try_register(&grant, &mut attested(2), None).is_ok());
}

#[test]
fn a_code_resists_no_imitation() {
    let mut world = World::new();
    let grant = world.signed_in();
    let (app, grant) = world.enroll(&grant, "app");
    let resistant = Requirement::level(Level::Aal2).phishing_resistant();
    assert_eq!(
        require(&world, &grant, resistant),
        Err(GrantRefusal::SetUpRequired)
    );
    let mut key = Authenticator::new(1);
    let _ = world.register(&grant, &mut key, "key");
    world.pass(30);
    let session = world.sign_in(&app.code(world.now)).unwrap();
    assert_eq!(
        require(&world, &session, resistant),
        Err(GrantRefusal::StepUpRequired)
    );
    let session = world.step_up_by(&session, resistant, &mut key).unwrap();
    let fresh = resistant.within(Duration::from_secs(60));
    assert_eq!(require(&world, &session, fresh), Ok(()));
    world.pass(61);
    let code = app.code(world.now);
    let session = world
        .decide(|record, context, rng| record.step_up_totp(&session, &code, context, rng))
        .unwrap();
    assert_eq!(require(&world, &session, resistant), Ok(()));
    assert_eq!(
        require(&world, &session, fresh),
        Err(GrantRefusal::StepUpRequired)
    );
}

#[test]
fn a_step_up_is_of_its_session_and_counts_once() {
    let (mut world, mut key, _, grant) = World::with_key();
    let other = world.sign_in_by(&mut key).unwrap();
    let second = Requirement::level(Level::Aal2);
    let (options, ceremony) = world.begin_step_up(&grant, second).unwrap();
    let answer = key.get_assertion(&options, ORIGIN).unwrap().json();
    let ended = Err(StepUpRefusal::Ended);
    assert_eq!(
        world.finish_step_up(&other, &ceremony, &answer).map(drop),
        ended
    );
    let writes = world.writes;
    let renewed = world.finish_step_up(&grant, &ceremony, &answer).unwrap();
    assert_eq!(renewed.session(), grant.session());
    assert_eq!(world.writes, writes + 1);
    assert_eq!(
        world.finish_step_up(&grant, &ceremony, &answer).map(drop),
        ended
    );
    let (options, ceremony) = world.begin_step_up(&grant, second).unwrap();
    let answer = key.get_assertion(&options, ORIGIN).unwrap().json();
    let as_sign_in = world.verify_key(&ceremony, &answer).map(drop);
    assert_eq!(
        as_sign_in,
        Err(mfakit_flows::SignInRefusal::Ended),
        "a step-up is no sign-in"
    );
}

#[test]
fn without_a_key_there_is_nothing_to_step_up_with() {
    let (mut world, _, grant) = World::with_app();
    let refused = world.begin_step_up(&grant, Requirement::level(Level::Aal2));
    assert_eq!(
        refused.map(drop),
        Err(StepUpRefusal::Key(KeyRefusal::NotEnrolled))
    );
}

#[test]
fn after_disabling_a_passkeys_session_has_one_factor() {
    let (mut world, mut key, _, _) = World::with_key();
    let grant = world.sign_in_by_passkey(&mut key).unwrap();
    let off = world
        .decide(|record, context, rng| record.disable(&grant, context, rng))
        .unwrap();
    assert_eq!((off.level(), off.proofs().len()), (Level::Aal1, 1));
    assert_eq!(off.amr(FirstFactor::Password), ["swk", "user"]);
    assert!(!world.record().is_on());
    let again = world.sign_in_by_passkey(&mut key).map(drop);
    let gone = mfakit_flows::SignInRefusal::Key(KeyRefusal::NotEnrolled);
    assert_eq!(again, Err(gone));
}
