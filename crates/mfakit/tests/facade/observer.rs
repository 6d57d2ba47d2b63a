//! The hook for counters is told of every operation once, with its outcome.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use mfakit::store::{Faulty, MemoryStore, StoreErrorKind};
use mfakit::{Class, Level, Operation, Outcome, Profile, Requirement, Sealed, UserId};

use crate::rigged::Rigged;
use crate::world::{App, World, code_of, name};

/// What the observer was told.
#[derive(Clone, Default)]
struct Told(Arc<Mutex<Vec<(Operation, Outcome)>>>);

impl Told {
    /// What was told since the last time.
    fn take(&self) -> Vec<(Operation, Outcome)> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

async fn observed(store: impl mfakit::store::Store) -> (World, App, mfakit::SessionGrant, Told) {
    let told = Told::default();
    let list = told.clone();
    let observer = move |operation, outcome| list.0.lock().unwrap().push((operation, outcome));
    let mut profile = Profile::cockpit();
    profile.max_attempts_per_source = 1;
    let world = World::configured(store, |builder| builder.observer(observer).profile(profile));
    let (world, app, grant) = world.await.equipped().await;
    assert_eq!(
        told.take(),
        [
            (Operation::CreateUser, Outcome::Done),
            (Operation::FirstFactor, Outcome::Done),
            (Operation::Enroll, Outcome::Done),
            (Operation::Enroll, Outcome::Done),
        ]
    );
    (world, app, grant, told)
}

#[tokio::test]
async fn each_operation_is_told_once() {
    let (mut world, app, grant, told) = observed(MemoryStore::new()).await;
    let done = |operation| [(operation, Outcome::Done)];
    let request = world.request();
    let mfa = world.mfa.clone();

    let browser = world.pending().await;
    assert_eq!(told.take(), done(Operation::FirstFactor));
    let page = mfa
        .pending_sign_in(&browser.token(), &browser.request(world.now))
        .await;
    _ = page.unwrap();
    assert_eq!(told.take(), done(Operation::SecondFactor));
    let grant_of_code = world.submit(&browser, &app.code(world.now)).await.unwrap();
    assert_eq!(told.take(), done(Operation::SecondFactor));

    let sealed = mfa.seal(&grant_of_code).unwrap();
    assert_eq!(told.take(), []);
    _ = mfa.resume(&sealed, &request).await.unwrap();
    assert_eq!(told.take(), done(Operation::Resume));
    let required = mfa
        .require(&grant, Requirement::level(Level::Aal2), &request)
        .await;
    _ = required.unwrap();
    assert_eq!(told.take(), done(Operation::Require));

    let totp = world.begin(&grant).await;
    _ = mfa.totp_setup(&grant, &request).await.unwrap();
    mfa.cancel_totp(&grant, &request).await.unwrap();
    assert_eq!(told.take(), [(Operation::Enroll, Outcome::Done); 3]);
    let code = code_of(&totp, world.now);
    _ = mfa.confirm_totp(&grant, &code, None, &request).await;
    assert_eq!(told.take(), [(Operation::Enroll, Outcome::Refused)]);

    world.pass(30);
    let request = world.request();
    let code = app.code(world.now);
    let grant = mfa.step_up_totp(&grant, &code, &request).await.unwrap();
    assert_eq!(told.take(), done(Operation::StepUp));
    let (tablet, grant) = world.enroll(&grant, "tablet").await;
    _ = told.take();
    let renamed = mfa
        .rename_device(&grant, tablet.id, name("slate"), &request)
        .await;
    renamed.unwrap();
    _ = mfa.status(&grant, &request).await.unwrap();
    let removed = mfa.remove_device(&grant, tablet.id, &request).await;
    let grant = removed.unwrap();
    _ = mfa
        .reopen(&grant, world.user, Class::Totp, "", &request)
        .await;
    let _off = mfa.disable(&grant, &request).await.unwrap();
    let changed = mfa.first_factor_changed(world.user, None, &request).await;
    changed.unwrap();
    let manage = |outcome| (Operation::Manage, outcome);
    assert_eq!(
        told.take(),
        [
            manage(Outcome::Done),
            manage(Outcome::Done),
            manage(Outcome::Done),
            manage(Outcome::Refused),
            manage(Outcome::Done),
            manage(Outcome::Done)
        ]
    );

    _ = mfa.run_outbox(world.now).await.unwrap();
    assert_eq!(told.take(), done(Operation::Outbox));
    _ = mfa.reseal(world.now).await.unwrap();
    _ = mfa.purge(world.now).await.unwrap();
    assert_eq!(told.take(), [(Operation::Maintain, Outcome::Done); 2]);
    _ = mfa.adopt_user(world.user, &request).await.unwrap();
    assert_eq!(told.take(), done(Operation::CreateUser));
    _ = mfa.delete_user(world.user, &request).await.unwrap();
    assert_eq!(told.take(), done(Operation::DeleteUser));
}

#[tokio::test]
async fn each_outcome_has_its_name() {
    let faulty = Faulty::new(Rigged::new(MemoryStore::new()));
    let (world, app, _, told) = observed(faulty.clone()).await;
    let browser = world.pending().await;
    _ = told.take();
    let (right, wrong) = (app.code(world.now), app.wrong_code(world.now));
    let second = |outcome| vec![(Operation::SecondFactor, outcome)];

    _ = world.submit(&browser, &wrong).await;
    assert_eq!(told.take(), second(Outcome::Refused));
    _ = world.submit(&browser, "no code").await;
    assert_eq!(told.take(), second(Outcome::Malformed));
    let request = browser.request(world.now).source([192, 0, 2, 1].into());
    for outcome in [Outcome::Refused, Outcome::Throttled] {
        _ = world
            .mfa
            .verify_totp(&browser.token(), &wrong, &request)
            .await;
        assert_eq!(told.take(), second(outcome));
    }
    faulty.inner().lose(32);
    _ = world.submit(&browser, &right).await;
    assert_eq!(told.take(), second(Outcome::Contended));
    let forged = Sealed::from_bytes(vec![0; 99]);
    let request = browser.request(world.now);
    _ = world.mfa.verify_totp(&forged, &right, &request).await;
    assert_eq!(told.take(), second(Outcome::BadToken));
    let outage = mfakit::store::Step::FailBefore(StoreErrorKind::Unavailable);
    faulty.script(mfakit::store::Operation::Get, [outage]);
    _ = world.submit(&browser, &right).await;
    assert_eq!(told.take(), second(Outcome::Failed));

    world.overwrite(world.user, b"damaged").await;
    _ = world.submit(&browser, &right).await;
    assert_eq!(told.take(), second(Outcome::BadRecord));
    let nobody = UserId::from_bytes(b"nobody").unwrap();
    _ = world.mfa.after_first_factor(nobody, &request).await;
    let unknown = (Operation::FirstFactor, Outcome::UnknownUser);
    assert_eq!(told.take(), [unknown]);
}

#[test]
fn names_are_labels() {
    let operations = [
        Operation::CreateUser,
        Operation::DeleteUser,
        Operation::FirstFactor,
        Operation::SecondFactor,
        Operation::StepUp,
        Operation::Resume,
        Operation::Require,
        Operation::Enroll,
        Operation::Manage,
        Operation::Outbox,
        Operation::Maintain,
    ];
    let outcomes = [
        Outcome::Done,
        Outcome::Refused,
        Outcome::Malformed,
        Outcome::Throttled,
        Outcome::Contended,
        Outcome::BadToken,
        Outcome::UnknownUser,
        Outcome::BadRecord,
        Outcome::Failed,
    ];
    let names: Vec<_> = (operations.iter().map(ToString::to_string))
        .chain(outcomes.iter().map(ToString::to_string))
        .collect();
    let different: BTreeSet<_> = names.iter().collect();
    assert_eq!(different.len(), names.len());
    let is_label = |name: &String| name.bytes().all(|b| b == b'_' || b.is_ascii_lowercase());
    assert!(names.iter().all(is_label), "{names:?}");
}
