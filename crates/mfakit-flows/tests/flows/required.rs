//! "Require a security key": a time of grace, then the set-up before anything else.

use std::time::Duration;

use mfakit_core::UnixTime;
use mfakit_flows::{
    Advice, Codes, GrantRefusal, Level, ManageRefusal, Next, Profile, Required, Requirement, Scope,
    SessionGrant, SignInRefusal, StoredGrant,
};
use mfakit_testkit::Authenticator;

use crate::world::World;

const DAY: u64 = 86_400;

fn world(required: Required) -> World {
    let mut profile = Profile::cockpit();
    profile.required = required;
    World::with(profile)
}

fn resumed(world: &mut World, grant: &SessionGrant) -> [Result<(), GrantRefusal>; 2] {
    let mut stored = || {
        let sealed = grant.seal(&world.keys, &mut world.rng);
        StoredGrant::open(&sealed, &world.keys).unwrap()
    };
    let (full, limited) = (stored(), stored());
    let record = world.record();
    [
        record.resume(full).map(drop),
        record.resume_limited(limited).map(drop),
    ]
}

fn enroll_first(world: &mut World) -> SessionGrant {
    match world.first_factor() {
        Next::Enroll(grant) => grant,
        other => panic!("{other:?}"),
    }
}

#[test]
fn for_fourteen_days_users_are_told_and_then_set_up_first() {
    for required in [Required::AnyMethod, Required::SecurityKey] {
        let mut world = world(required);
        let created = world.now.as_secs();
        let deadline = UnixTime::from_secs(created + 14 * DAY);
        world.pass(14 * DAY - 1);
        let grant = world.signed_in();
        assert_eq!(grant.scope(), Scope::Full);
        let told = match required {
            Required::SecurityKey => Advice::SetUpAKey { deadline },
            _ => Advice::SetUpAMethodBy { deadline },
        };
        let advice = world.ask(|record, context| record.advice(context));
        assert_eq!(advice, [Advice::SetUpAMethod, told]);
        world.pass(1);
        let grant = enroll_first(&mut world);
        assert_eq!(grant.scope(), Scope::SetUp);
        assert_eq!(
            resumed(&mut world, &grant),
            [Err(GrantRefusal::SetUpFirst), Ok(())]
        );
        let refused = world.ask(|record, context| {
            record
                .require(&grant, Requirement::level(Level::Aal1), context)
                .map(drop)
        });
        assert_eq!(refused, Err(GrantRefusal::SetUpFirst));

        let (_, grant) = world.register(&grant, &mut Authenticator::new(1), "key");
        assert_eq!(grant.scope(), Scope::Full);
        assert_eq!(resumed(&mut world, &grant), [Ok(()), Ok(())]);
    }
}

#[test]
fn the_grace_begins_with_the_rule_for_users_of_before() {
    let mut world = world(Required::AnyMethod);
    world.profile.required_since = UnixTime::from_secs(world.now.as_secs() + 30 * DAY);
    world.pass(44 * DAY - 1);
    let _ = world.signed_in();
    world.pass(1);
    let _ = enroll_first(&mut world);
}

#[test]
fn an_app_is_enough_for_any_method_and_not_for_a_key() {
    for (required, scope) in [
        (Required::AnyMethod, Scope::Full),
        (Required::SecurityKey, Scope::SetUp),
    ] {
        let mut world = world(required);
        world.pass(20 * DAY);
        let grant = enroll_first(&mut world);
        let (app, grant) = world.enroll(&grant, "app");
        assert_eq!(grant.scope(), scope);
        world.pass(30);
        let session = world.sign_in(&app.code(world.now)).unwrap();
        assert_eq!((session.scope(), session.level()), (scope, Level::Aal2));
    }
}

#[test]
fn who_has_a_key_signs_in_with_it() {
    let mut world = world(Required::SecurityKey);
    let grant = world.signed_in();
    let (app, grant) = world.enroll(&grant, "app");
    let mut key = Authenticator::new(1);
    let (id, _) = world.register(&grant, &mut key, "key");
    world.pass(30);
    assert!(
        world.sign_in(&app.code(world.now)).is_ok(),
        "within the grace"
    );

    world.pass(20 * DAY);
    let pending = match world.first_factor() {
        Next::SecondFactor { pending, offers } => {
            assert_eq!((offers.devices.len(), offers.codes), (1, None::<Codes>));
            pending
        }
        other => panic!("{other:?}"),
    };
    let writes = world.writes;
    let refused = world.verify(&pending, &app.code(world.now));
    assert_eq!(refused.map(drop), Err(SignInRefusal::KeyRequired));
    assert_eq!(world.writes, writes, "nothing was compared");
    let session = world.sign_in_by(&mut key).unwrap();
    assert_eq!(session.scope(), Scope::Full);

    let remove = |world: &mut World, id| {
        world.decide(|record, context, rng| record.remove_device(&session, id, context, rng))
    };
    assert_eq!(
        remove(&mut world, id).map(drop),
        Err(ManageRefusal::MustKeep)
    );
    let disabled = world.decide(|record, context, rng| record.disable(&session, context, rng));
    assert_eq!(disabled.map(drop), Err(ManageRefusal::MustKeep));

    // Lost is lost: the code does again, for the set-up of another key and nothing else.
    let suspended =
        world.decide(|record, context, rng| record.suspend_device(&session, id, context, rng));
    assert!(suspended.is_ok());
    world.pass(30);
    let session = world.sign_in(&app.code(world.now)).unwrap();
    assert_eq!(session.scope(), Scope::SetUp);
    let (_, session) = world.register(&session, &mut Authenticator::new(2), "new key");
    assert_eq!(session.scope(), Scope::Full);
}

#[test]
fn a_narrow_session_sets_up_and_does_nothing_else() {
    let mut world = world(Required::SecurityKey);
    let grant = world.signed_in();
    let (app, _) = world.enroll(&grant, "app");
    world.pass(20 * DAY);
    let narrow = world.sign_in(&app.code(world.now)).unwrap();
    let first = Err(ManageRefusal::Grant(GrantRefusal::SetUpFirst));
    let renamed = world.decide(|record, context, rng| {
        record.rename_device(&narrow, app.id, crate::world::name("x"), context, rng)
    });
    assert_eq!(renamed, first);
    let disabled = world.decide(|record, context, rng| record.disable(&narrow, context, rng));
    assert_eq!(disabled.map(drop), first);
    let suspended =
        world.decide(|record, context, rng| record.suspend_device(&narrow, app.id, context, rng));
    assert_eq!(suspended.map(drop), first);
    let mut stranger = World::stranger(world.now, world.profile.clone());
    let class = mfakit_flows::Class::Totp;
    let reopened =
        stranger.decide(|record, context, rng| record.reopen(class, &narrow, "", context, rng));
    assert_eq!(reopened, first);
    assert!(
        world
            .ask(|record, context| record.status(&narrow, context))
            .is_ok()
    );
}

#[test]
fn nothing_is_required_unless_a_service_says_so() {
    for mut profile in [Profile::cockpit(), Profile::strict()] {
        profile.required_grace = Duration::ZERO;
        let mut world = World::with(profile);
        world.pass(1000 * DAY);
        assert_eq!(world.signed_in().scope(), Scope::Full);
    }
}
