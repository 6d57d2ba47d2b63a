//! Nobody comes to a level from below it.

use mfakit_flows::{
    DeviceId, EnrollRefusal, GrantRefusal, Level, ManageRefusal, Profile, Required, Requirement,
    Scope, SessionGrant, SignInRefusal,
};
use mfakit_testkit::Authenticator;

use crate::house::{attested, synced};
use crate::recovery::texts;
use crate::world::{App, World, code_of};

const STEP_UP: GrantRefusal = GrantRefusal::StepUpRequired;

/// A strict service that knows the maker of some keys, and a user with an app and a hardware key.
struct Strict {
    world: World,
    app: App,
    key: Authenticator,
    id: DeviceId,
    codes: Vec<String>,
}

impl Strict {
    fn new() -> Self {
        let mut world = World::with(Profile::strict()).attesting();
        let grant = world.signed_in();
        let (app, grant) = world.enroll(&grant, "app");
        let codes = texts(&world.make_codes(&grant).unwrap());
        let mut key = attested(1);
        let (id, _) = world.register(&grant, &mut key, "hardware");
        world.pass(60);
        Self {
            world,
            app,
            key,
            id,
            codes,
        }
    }

    /// A session of AAL2, which whoever has the password and the app can get.
    fn by_app(&mut self) -> SessionGrant {
        self.world.pass(30);
        let code = self.app.code(self.world.now);
        let grant = self.world.sign_in(&code).unwrap();
        assert_eq!(grant.level(), Level::Aal2);
        grant
    }

    fn suspend(&mut self, grant: &SessionGrant) -> SessionGrant {
        let id = self.id;
        let suspended = self
            .world
            .decide(|record, context, rng| record.suspend_device(grant, id, context, rng));
        suspended.unwrap()
    }

    fn resume(&mut self, grant: &SessionGrant) -> Result<(), ManageRefusal> {
        let id = self.id;
        self.world
            .decide(|record, context, rng| record.resume_device(grant, id, context, rng))
    }

    fn remove(&mut self, grant: &SessionGrant) -> Result<(), ManageRefusal> {
        let id = self.id;
        let removed = self
            .world
            .decide(|record, context, rng| record.remove_device(grant, id, context, rng));
        removed.map(drop)
    }

    fn disable(&mut self, grant: &SessionGrant) -> Result<(), ManageRefusal> {
        let disabled = self
            .world
            .decide(|record, context, rng| record.disable(grant, context, rng));
        disabled.map(drop)
    }
}

#[test]
fn the_highest_level_is_not_reached_by_suspending_or_removing_its_key() {
    let mut strict = Strict::new();
    let grant = strict.by_app();
    let step_up = ManageRefusal::Grant(STEP_UP);
    assert_eq!(strict.remove(&grant), Err(step_up));
    assert_eq!(strict.disable(&grant), Err(step_up));
    let codes = strict.world.make_codes(&grant).map(drop);
    assert_eq!(codes, Err(step_up), "a review replaces the key");

    let grant = strict.suspend(&grant);
    let out_of_reach = ManageRefusal::Grant(GrantRefusal::SetUpRequired);
    assert_eq!(strict.remove(&grant), Err(out_of_reach));
    assert_eq!(strict.resume(&grant), Err(out_of_reach));
    assert_eq!(strict.disable(&grant), Err(out_of_reach));
    let codes = strict.world.make_codes(&grant).map(drop);
    assert_eq!(codes, Err(out_of_reach));
    let added = strict.world.try_register(&grant, &mut attested(2), None);
    let refused = EnrollRefusal::Grant(GrantRefusal::SetUpRequired);
    assert_eq!(added.map(drop), Err(refused));
    // One that gives less is added as always.
    let added = strict.world.try_register(&grant, &mut synced(3), None);
    assert!(added.is_ok());
}

#[test]
fn another_key_of_the_level_resumes_and_removes_it() {
    let mut strict = Strict::new();
    let grant = strict.world.sign_in_by(&mut strict.key).unwrap();
    assert_eq!(grant.level(), Level::Aal3);
    let mut second = attested(2);
    let (_, _) = strict.world.register(&grant, &mut second, "second");
    let grant = strict.world.sign_in_by(&mut second).unwrap();
    let grant = strict.suspend(&grant);
    assert_eq!(strict.resume(&grant), Ok(()));
    assert_eq!(strict.remove(&grant), Ok(()));
}

#[test]
fn a_review_replaces_the_only_key_of_the_level() {
    let mut strict = Strict::new();
    let code = strict.codes[0].clone();
    let review = strict.world.recover(&code).unwrap();
    assert_eq!(review.level(), Level::Aal2);
    let mut new = attested(2);
    let (_, review) = strict.world.register(&review, &mut new, "new");
    let reviewed = strict.world.finish(&review, &[strict.id]).unwrap();
    assert_eq!(reviewed.grant.unwrap().level(), Level::Aal2);
    let grant = strict.world.sign_in_by(&mut new).unwrap();
    assert_eq!((grant.level(), grant.scope()), (Level::Aal3, Scope::Full));
}

#[test]
fn a_key_of_a_review_that_was_left_guards_nothing() {
    let mut world = World::with(Profile::strict()).attesting();
    let grant = world.signed_in();
    let (app, grant) = world.enroll(&grant, "app");
    let codes = texts(&world.make_codes(&grant).unwrap());
    let review = world.recover(&codes[0]).unwrap();
    let (_, _) = world.register(&review, &mut attested(1), "left");
    world.pass(30);
    let grant = world.sign_in(&app.code(world.now)).unwrap();
    assert!(world.try_register(&grant, &mut attested(2), None).is_ok());
}

#[test]
fn a_session_of_before_the_second_factor_suspends_nothing() {
    let mut world = World::new();
    world.profile.end_other_sessions_on_enable = false;
    let old = world.signed_in();
    let owner = world.signed_in();
    let (app, owner) = world.enroll(&owner, "app");
    let (_, _) = world.register(&owner, &mut Authenticator::new(1), "key");
    let suspended =
        world.decide(|record, context, rng| record.suspend_device(&old, app.id, context, rng));
    assert_eq!(suspended.map(drop), Err(ManageRefusal::Grant(STEP_UP)));
}

/// The owner's key leaves the other set-up as it is; the session that began it counts no more.
#[test]
fn a_set_up_from_before_the_second_factor_is_not_confirmed_after_it() {
    let mut world = World::new();
    world.profile.end_other_sessions_on_enable = false;
    let old = world.signed_in();
    let setup = world.begin(&old).unwrap();
    let owner = world.signed_in();
    let (_, _) = world.register(&owner, &mut Authenticator::new(1), "key");
    let code = code_of(&App::of(&setup), world.now);
    let late = world.confirm(&old, &code, None).map(drop);
    assert_eq!(late, Err(EnrollRefusal::Grant(STEP_UP)));
    assert_eq!(world.record().devices().len(), 1);
}

#[test]
fn a_registration_resists_no_imitation() {
    let mut world = World::new();
    let grant = world.signed_in();
    let (_, grant) = world.enroll(&grant, "app");
    let mut key = Authenticator::new(1);
    let (_, grant) = world.register(&grant, &mut key, "key");
    let resistant = Requirement::level(Level::Aal2).phishing_resistant();
    let require = |world: &World, grant: &SessionGrant| {
        world.ask(|record, context| record.require(grant, resistant, context).map(drop))
    };
    assert_eq!(require(&world, &grant), Err(STEP_UP));
    let grant = world.step_up_by(&grant, resistant, &mut key).unwrap();
    assert_eq!(require(&world, &grant), Ok(()));
}

#[test]
fn a_recovery_does_not_go_around_the_key_that_the_profile_has_used() {
    let mut world = World::new();
    let grant = world.signed_in();
    let (_, grant) = world.enroll(&grant, "app");
    let mut key = Authenticator::new(1);
    let (id, grant) = world.register(&grant, &mut key, "key");
    let codes = texts(&world.make_codes(&grant).unwrap());
    world.profile.required = Required::SecurityKey;
    world.pass(20 * 86_400);

    let review = world.recover(&codes[0]).unwrap();
    let reviewed = world.finish(&review, &[]).unwrap();
    assert!(reviewed.grant.is_none(), "the key was not shown");
    let codes = texts(&reviewed.codes);
    assert!(world.sign_in_by(&mut key).is_ok());

    // Who has lost the key sets up another one within the review.
    let review = world.recover(&codes[0]).unwrap();
    let (_, review) = world.register(&review, &mut Authenticator::new(2), "new");
    let reviewed = world.finish(&review, &[id]).unwrap();
    let grant = reviewed.grant.unwrap();
    assert_eq!(grant.scope(), Scope::Full);
    let again = world.recover(&codes[1]).map(drop);
    assert!(
        matches!(again, Err(SignInRefusal::Recovery(_))),
        "{again:?}"
    );
}
