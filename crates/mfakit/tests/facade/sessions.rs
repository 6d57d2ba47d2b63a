//! What ends sessions, what does not, and what a session must have proven.

use std::time::Duration;

use mfakit::store::MemoryStore;
use mfakit::{
    Class, CodeRefusal, EnrollRefusal, EventKind, GrantRefusal, Level, ManageRefusal, Next, OsRng,
    Profile, Requirement, Sealed, SessionGrant, SignInRefusal, StepUpRefusal, UserId,
};

use crate::why::{Why, why};
use crate::world::{App, World, code_of, name};

const ENDED: Result<(), Why<GrantRefusal>> = Err(Why::Refused(GrantRefusal::Ended));

/// A session as the host keeps it.
fn kept(world: &World, grant: &SessionGrant) -> Sealed<SessionGrant> {
    let text = world.mfa.seal(grant).unwrap().to_text();
    Sealed::from_text(&text).unwrap()
}

async fn resume(world: &World, kept: &Sealed<SessionGrant>) -> Result<(), Why<GrantRefusal>> {
    why(world.mfa.resume(kept, &world.request()).await)
}

/// A user in two browsers, whose next code is fresh.
struct TwoSessions {
    world: World,
    app: App,
    acting: SessionGrant,
    other: Sealed<SessionGrant>,
}

async fn two_sessions() -> TwoSessions {
    let (mut world, app, acting) = World::with_app().await;
    let other = world.sign_in(&app.code(world.now)).await.unwrap();
    let other = kept(&world, &other);
    world.pass(30);
    TwoSessions {
        world,
        app,
        acting,
        other,
    }
}

#[tokio::test]
async fn a_session_comes_back_as_it_was() {
    let (mut world, _, grant) = World::with_app().await;
    let kept = kept(&world, &grant);
    world.pass(24 * 3600);
    let back = world.mfa.resume(&kept, &world.request()).await.unwrap();
    assert_eq!(
        (back.user(), back.session(), back.proofs(), back.level()),
        (grant.user(), grant.session(), grant.proofs(), grant.level())
    );
    // In another process too, and as often as it is asked for.
    let other = world.other_process().await;
    assert_eq!(resume(&other, &kept).await, Ok(()));
    assert_eq!(resume(&other, &kept).await, Ok(()));
}

#[tokio::test]
async fn enabling_ends_all_other_sessions() {
    let world = World::new().await;
    let (acting, other) = (world.signed_in().await, world.signed_in().await);
    let (before, other) = (kept(&world, &acting), kept(&world, &other));
    let (_, acting) = world.enroll(&acting, "phone").await;
    assert_eq!(resume(&world, &other).await, ENDED);
    assert_eq!(resume(&world, &before).await, ENDED, "its old grant");
    assert_eq!(resume(&world, &kept(&world, &acting)).await, Ok(()));
}

#[tokio::test]
async fn another_device_or_name_ends_no_session() {
    let two = two_sessions().await;
    let world = &two.world;
    let (tablet, acting) = world.enroll(&two.acting, "tablet").await;
    let renamed = world
        .mfa
        .rename_device(&acting, tablet.id, name("slate"), &world.request())
        .await;
    assert_eq!(why(renamed), Ok(()));
    assert_eq!(resume(world, &two.other).await, Ok(()));
}

#[tokio::test]
async fn removing_a_device_ends_all_other_sessions() {
    let two = two_sessions().await;
    let world = &two.world;
    let (tablet, acting) = world.enroll(&two.acting, "tablet").await;
    let before = kept(world, &acting);
    let pending = world.pending().await;
    let removed = world
        .mfa
        .remove_device(&acting, tablet.id, &world.request())
        .await;
    let renewed = removed.unwrap();

    assert_eq!(resume(world, &two.other).await, ENDED);
    assert_eq!(resume(world, &before).await, ENDED, "its old grant");
    assert_eq!(resume(world, &kept(world, &renewed)).await, Ok(()));
    assert_eq!(renewed.session(), acting.session());
    let finished = world.submit(&pending, &two.app.code(world.now)).await;
    assert_eq!(why(finished), Err(Why::Refused(SignInRefusal::Ended)));
    // A session that has ended cannot look or act either.
    let status = world.mfa.status(&acting, &world.request()).await;
    assert_eq!(why(status), ENDED);
    let again = world
        .mfa
        .remove_device(&acting, two.app.id, &world.request())
        .await;
    let ended = ManageRefusal::Grant(GrantRefusal::Ended);
    assert_eq!(why(again), Err(Why::Refused(ended)));
}

#[tokio::test]
async fn another_first_factor_ends_every_session() {
    let two = two_sessions().await;
    let world = &two.world;
    let totp = world.begin(&two.acting).await;
    let pending = world.pending().await;
    let changed = world
        .mfa
        .first_factor_changed(world.user, None, &world.request())
        .await;
    assert_eq!(why(changed), Ok(()));

    assert_eq!(resume(world, &two.other).await, ENDED);
    assert_eq!(resume(world, &kept(world, &two.acting)).await, ENDED);
    let code = two.app.code(world.now);
    let finished = world.submit(&pending, &code).await;
    assert_eq!(why(finished), Err(Why::Refused(SignInRefusal::Ended)));
    // The devices stay, the set-up is gone.
    let grant = world.sign_in(&code).await.unwrap();
    let request = world.request();
    let confirmed = world
        .mfa
        .confirm_totp(&grant, &code_of(&totp, world.now), None, &request)
        .await;
    let nothing = Err(Why::Refused(EnrollRefusal::NothingPending));
    assert_eq!(why(confirmed), nothing);
}

#[tokio::test]
async fn the_session_that_changed_the_first_factor_goes_on() {
    let two = two_sessions().await;
    let (world, request) = (&two.world, two.world.request());
    let before = kept(world, &two.acting);
    let change = async |acting| {
        let changed = world.mfa.first_factor_changed(world.user, acting, &request);
        changed.await.unwrap()
    };
    let renewed = change(Some(&two.acting)).await.expect("it goes on");
    assert_eq!(renewed.session(), two.acting.session());
    assert_eq!(renewed.level(), Level::Aal2);
    assert_eq!(resume(world, &kept(world, &renewed)).await, Ok(()));
    assert_eq!(resume(world, &before).await, ENDED, "its old grant");
    assert_eq!(resume(world, &two.other).await, ENDED);

    // One that has ended does not come back by it, but the others end all the same.
    assert!(change(Some(&two.acting)).await.is_none());
    assert_eq!(resume(world, &kept(world, &renewed)).await, ENDED);
}

#[tokio::test]
async fn disabling_leaves_one_session_with_one_factor() {
    let two = two_sessions().await;
    let world = &two.world;
    let pending = world.pending().await;
    let disabled = world.mfa.disable(&two.acting, &world.request()).await;
    let grant = disabled.unwrap();
    assert_eq!(grant.level(), Level::Aal1);
    assert_eq!(grant.session(), two.acting.session());
    assert_eq!(resume(world, &two.other).await, ENDED);
    assert_eq!(resume(world, &kept(world, &grant)).await, Ok(()));
    let finished = world.submit(&pending, &two.app.code(world.now)).await;
    assert_eq!(why(finished), Err(Why::Refused(SignInRefusal::Ended)));
    assert!(matches!(world.first_factor().await, Next::Granted(_)));
}

async fn require(
    world: &World,
    grant: &SessionGrant,
    requirement: Requirement,
) -> Result<(), Why<GrantRefusal>> {
    let required = world
        .mfa
        .require(grant, requirement, &world.request())
        .await;
    why(required)
}

#[tokio::test]
async fn an_action_can_demand_a_level_and_its_age() {
    let mut world = World::new().await;
    let off = world.signed_in().await;
    let (one, two, three) = (
        Requirement::level(Level::Aal1),
        Requirement::level(Level::Aal2),
        Requirement::level(Level::Aal3),
    );
    let set_up = Err(Why::Refused(GrantRefusal::SetUpRequired));
    assert_eq!(require(&world, &off, one).await, Ok(()));
    assert_eq!(require(&world, &off, two).await, set_up);

    let (app, on) = world.enroll(&off, "phone").await;
    assert_eq!(require(&world, &on, two).await, Ok(()));
    assert_eq!(require(&world, &on, three).await, set_up);
    assert_eq!(require(&world, &off, one).await, ENDED);

    // Fresh for a minute, to the second; then a code makes it fresh again.
    let fresh = two.within(Duration::from_secs(60));
    let step_up = Err(Why::Refused(GrantRefusal::StepUpRequired));
    world.pass(60);
    assert_eq!(require(&world, &on, fresh).await, Ok(()));
    world.pass(1);
    assert_eq!(require(&world, &on, fresh).await, step_up);
    assert_eq!(require(&world, &on, two).await, Ok(()));
    let code = app.code(world.now);
    let stepped = world.mfa.step_up_totp(&on, &code, &world.request()).await;
    let stepped = stepped.unwrap();
    assert_eq!(require(&world, &stepped, fresh).await, Ok(()));
    assert_eq!(require(&world, &on, fresh).await, step_up, "the old grant");

    // Deleted users have no sessions.
    let deleted = world.mfa.delete_user(world.user, &world.request()).await;
    assert!(deleted.unwrap());
    assert_eq!(require(&world, &stepped, one).await, Err(Why::UnknownUser));
}

#[tokio::test]
async fn a_change_of_devices_needs_a_fresh_code() {
    let (mut world, app, grant) = World::with_app().await;
    world.pass(300);
    let request = world.request();
    let mfa = &world.mfa;
    let stale = GrantRefusal::StepUpRequired;
    let begun = mfa.begin_totp(&grant, &request).await;
    assert_eq!(why(begun), Err(Why::Refused(EnrollRefusal::Grant(stale))));
    let managing = Err(Why::Refused(ManageRefusal::Grant(stale)));
    let renamed = mfa.rename_device(&grant, app.id, name("x"), &request).await;
    assert_eq!(why(renamed), managing);
    let removed = mfa.remove_device(&grant, app.id, &request).await;
    assert_eq!(why(removed), managing);
    assert_eq!(why(mfa.disable(&grant, &request).await), managing);
    // Looking is not changing.
    assert_eq!(why(mfa.status(&grant, &request).await), Ok(()));

    let code = app.code(world.now);
    let stepped = mfa.step_up_totp(&grant, &code, &request).await.unwrap();
    assert_eq!(stepped.session(), grant.session());
    assert_eq!(stepped.authenticated_at(), Some(world.now));
    assert_eq!(why(mfa.begin_totp(&stepped, &request).await), Ok(()));
    let again = mfa.step_up_totp(&grant, &code, &request).await;
    let replayed = StepUpRefusal::Code(CodeRefusal::Replayed);
    assert_eq!(why(again), Err(Why::Refused(replayed)));
    // Nor is a code that has stepped up good for signing in.
    let signed_in = world.sign_in(&code).await;
    let replayed = SignInRefusal::Code(CodeRefusal::Replayed);
    assert_eq!(why(signed_in), Err(Why::Refused(replayed)));
}

#[tokio::test]
async fn a_step_up_needs_a_session_and_a_factor() {
    let world = World::new().await;
    let off = world.signed_in().await;
    let request = world.request();
    let stepped = world.mfa.step_up_totp(&off, "123456", &request).await;
    let none = StepUpRefusal::Code(CodeRefusal::NotEnrolled);
    assert_eq!(why(stepped), Err(Why::Refused(none)));
    let stepped = world.mfa.step_up_totp(&off, "12345", &request).await;
    assert_eq!(why(stepped), Err(Why::MalformedCode));

    let (app, _) = world.enroll(&off, "phone").await;
    let code = app.code(world.now);
    let stepped = world.mfa.step_up_totp(&off, &code, &request).await;
    let ended = StepUpRefusal::Grant(GrantRefusal::Ended);
    assert_eq!(why(stepped), Err(Why::Refused(ended)));
}

/// A user whose class has stopped, and an operator who is signed in.
async fn stopped() -> (World, App, App, SessionGrant) {
    let mut profile = Profile::cockpit();
    profile.totp_budget.stop_at = 2.try_into().unwrap();
    let store = MemoryStore::new();
    let (mut world, app, _) = World::configured(store, |builder| builder.profile(profile))
        .await
        .equipped()
        .await;
    for _ in 0..2 {
        let wrong = app.wrong_code(world.now);
        _ = world.sign_in(&wrong).await;
    }

    let owner = world.user;
    world.user = UserId::random(&mut OsRng::new().unwrap());
    let request = world.request();
    world.mfa.create_user(world.user, &request).await.unwrap();
    let grant = world.signed_in().await;
    let (operators_app, operator) = world.enroll(&grant, "operator's phone").await;
    world.user = owner;
    (world, app, operators_app, operator)
}

#[tokio::test]
async fn an_operator_reopens_what_has_stopped() {
    let (mut world, app, operators_app, operator) = stopped().await;
    world.pass(24 * 3600);
    assert!(matches!(
        world.first_factor().await,
        Next::Locked { retry_after: None }
    ));
    let mfa = world.mfa.clone();
    let reopen = async |by: &SessionGrant, whose, now| {
        let request = mfakit::Request::new(now);
        why(mfa
            .reopen(by, whose, Class::Totp, "called us", &request)
            .await)
    };
    let refused = |refusal| Err(Why::Refused(refusal));
    let (owner, now) = (world.user, world.now);
    let stale = ManageRefusal::Grant(GrantRefusal::StepUpRequired);
    assert_eq!(reopen(&operator, owner, now).await, refused(stale));
    let code = operators_app.code(now);
    let fresh = mfa.step_up_totp(&operator, &code, &world.request()).await;
    let fresh = fresh.unwrap();
    let own = reopen(&fresh, fresh.user(), now).await;
    assert_eq!(own, refused(ManageRefusal::OwnRecord));
    assert_eq!(reopen(&fresh, owner, now).await, Ok(()));
    assert_eq!(why(world.sign_in(&app.code(now)).await), Ok(()));

    // An operator's session may have ended since it was resumed.
    let changed = mfa
        .first_factor_changed(fresh.user(), None, &world.request())
        .await;
    changed.unwrap();
    let ended = ManageRefusal::Grant(GrantRefusal::Ended);
    assert_eq!(reopen(&fresh, owner, now).await, refused(ended));
}

#[tokio::test]
async fn the_reason_of_an_operator_is_in_the_events() {
    let (mut world, _, operators_app, operator) = stopped().await;
    world.pass(30);
    // Without a sink events are not kept; this service has one.
    let keys = crate::world::copy_of(&world.keys);
    let builder = mfakit::Mfa::builder("Example").keys(keys);
    let builder = builder.store(world.store.clone()).events(NoSink);
    let mfa = builder.build().await.unwrap();
    let code = operators_app.code(world.now);
    let fresh = mfa.step_up_totp(&operator, &code, &world.request()).await;
    let fresh = fresh.unwrap();
    let reopened = mfa
        .reopen(&fresh, world.user, Class::Totp, "called", &world.request())
        .await;
    reopened.unwrap();
    let event = world.record().await.events().pop().unwrap();
    let EventKind::Reopened { class, by, reason } = event.kind else {
        panic!("{event:?}");
    };
    assert_eq!(
        (class, by.user(), reason.as_str()),
        (Class::Totp, operator.user(), "called")
    );
}

struct NoSink;

impl mfakit::EventSink for NoSink {
    async fn deliver(&self, _: &mfakit::Event) -> Result<(), mfakit::SinkError> {
        Err(mfakit::SinkError::new("there is none"))
    }
}
