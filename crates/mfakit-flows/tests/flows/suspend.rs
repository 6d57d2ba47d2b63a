//! A lost device: out of use at once, on the word of one factor.

use mfakit_flows::{
    CodeRefusal, EventKind, GrantRefusal, KeyRefusal, ManageRefusal, Next, SessionGrant,
    SignInRefusal, StoredGrant,
};
use mfakit_testkit::{Authenticator, Refusal};

use crate::house::ORIGIN;
use crate::world::World;

fn suspend(
    world: &mut World,
    grant: &SessionGrant,
    device: mfakit_flows::DeviceId,
) -> Result<SessionGrant, ManageRefusal> {
    world.decide(|record, context, rng| record.suspend_device(grant, device, context, rng))
}

fn resume(
    world: &mut World,
    grant: &SessionGrant,
    device: mfakit_flows::DeviceId,
) -> Result<(), ManageRefusal> {
    world.decide(|record, context, rng| record.resume_device(grant, device, context, rng))
}

#[test]
fn a_suspended_key_opens_nothing_until_it_is_resumed() {
    let (mut world, mut lost, id, grant) = World::with_key();
    let (app, grant) = world.enroll(&grant, "app");
    world.pass(30);
    let step = world.step();
    let (passkey, ceremony) = world.begin_passkey();
    let grant = suspend(&mut world, &grant, id).unwrap();
    let since = Some(world.now);
    assert_eq!(world.record().devices()[0].suspended, since);

    let answer = step.answer(&mut lost);
    let refused = world.verify_key(&step.ceremony, &answer);
    assert_eq!(refused.map(drop), Err(SignInRefusal::Ended));
    let answer = lost.get_assertion(&passkey, ORIGIN).unwrap().json();
    let refused = world.verify_key(&ceremony, &answer);
    assert_eq!(
        refused.map(drop),
        Err(SignInRefusal::Key(KeyRefusal::Suspended))
    );
    match world.first_factor() {
        Next::SecondFactor { offers, .. } => {
            assert_eq!(offers.devices.len(), 1);
            assert!(!offers.has_keys());
        }
        other => panic!("{other:?}"),
    }

    let session = world.sign_in(&app.code(world.now)).unwrap();
    assert_eq!(resume(&mut world, &session, id), Ok(()));
    assert!(world.sign_in_by(&mut lost).is_ok());
    assert!(world.sign_in_by_passkey(&mut lost).is_ok());
    drop(grant);
    let kinds: Vec<_> = world
        .record()
        .events()
        .into_iter()
        .map(|event| event.kind)
        .collect();
    let suspended = |kind: &EventKind| matches!(kind, EventKind::DeviceSuspended { device, .. } if *device == id);
    let resumed =
        |kind: &EventKind| matches!(kind, EventKind::DeviceResumed { device, .. } if *device == id);
    assert!(kinds.iter().any(suspended) && kinds.iter().any(resumed));
}

#[test]
fn a_suspended_app_is_not_compared_with() {
    let (mut world, app, grant) = World::with_app();
    let mut key = Authenticator::new(1);
    let (_, grant) = world.register(&grant, &mut key, "key");
    let _ = suspend(&mut world, &grant, app.id).unwrap();
    let pending = world.pending();
    let refused = world.verify(&pending, &app.code(world.now));
    let none = Err(SignInRefusal::Code(CodeRefusal::NotEnrolled));
    assert_eq!(refused.map(drop), none);
}

#[test]
fn other_sessions_end_and_this_one_goes_on() {
    let (mut world, mut key, id, grant) = World::with_key();
    let (_, grant) = world.enroll(&grant, "app");
    let thief = world.sign_in_by(&mut key).unwrap();
    let grant = suspend(&mut world, &grant, id).unwrap();
    let mut resumed = |grant: &SessionGrant| {
        let sealed = grant.seal(&world.keys, &mut world.rng);
        let stored = StoredGrant::open(&sealed, &world.keys).unwrap();
        world.record().resume(stored).map(drop)
    };
    assert_eq!(resumed(&thief), Err(GrantRefusal::Ended));
    assert_eq!(resumed(&grant), Ok(()));
}

#[test]
fn one_fresh_factor_suffices_to_suspend_and_not_to_resume() {
    let (mut world, mut key, id, grant) = World::with_key();
    let (_, _) = world.enroll(&grant, "app");
    let session = world.sign_in_by(&mut key).unwrap();
    world.pass(301);
    let stale = Err(ManageRefusal::Grant(GrantRefusal::StepUpRequired));
    assert_eq!(suspend(&mut world, &session, id).map(drop), stale);
    // The password of just now, and a code of before.
    let step = world.step();
    world.pass(200);
    let answer = step.answer(&mut key);
    let session = world.verify_key(&step.ceremony, &answer).unwrap();
    let session = suspend(&mut world, &session, id).unwrap();
    world.pass(301);
    assert_eq!(resume(&mut world, &session, id), stale);
}

#[test]
fn nobody_is_locked_out_by_it() {
    let (mut world, mut key, id, grant) = World::with_key();
    assert_eq!(
        suspend(&mut world, &grant, id).map(drop),
        Err(ManageRefusal::LastDevice)
    );
    let mut other = Authenticator::new(2);
    let (second, grant) = world.register(&grant, &mut other, "other");
    let grant = suspend(&mut world, &grant, id).unwrap();
    assert_eq!(
        suspend(&mut world, &grant, id).map(drop),
        Err(ManageRefusal::Suspended)
    );
    assert_eq!(
        suspend(&mut world, &grant, second).map(drop),
        Err(ManageRefusal::LastDevice)
    );
    let removed =
        world.decide(|record, context, rng| record.remove_device(&grant, second, context, rng));
    assert_eq!(removed.map(drop), Err(ManageRefusal::LastDevice));
    assert_eq!(
        resume(&mut world, &grant, second),
        Err(ManageRefusal::NotSuspended)
    );
    let nobody = mfakit_flows::DeviceId::from_bytes([1; 16]);
    assert_eq!(
        resume(&mut world, &grant, nobody),
        Err(ManageRefusal::UnknownDevice)
    );
    assert_eq!(
        suspend(&mut world, &grant, nobody).map(drop),
        Err(ManageRefusal::UnknownDevice)
    );
    // The suspended one may go for good.
    let removed =
        world.decide(|record, context, rng| record.remove_device(&grant, id, context, rng));
    assert!(removed.is_ok());
    let step = world.step();
    let gone = key.get_assertion(&step.options, ORIGIN).unwrap_err();
    assert_eq!(gone, Refusal::NoCredential);
}
