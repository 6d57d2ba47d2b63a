//! Futures that are dropped at each of their waits: the old state or the new one, never another.

use mfakit::store::MemoryStore;
use mfakit::{Class, CodeRefusal, GrantRefusal, Level, SessionGrant, SignInRefusal, UserId};

use crate::rigged::{Paced, poll_times};
use crate::why::{Why, why};
use crate::world::{App, World, code_of};

const REPLAYED: Result<(), Why<SignInRefusal>> =
    Err(Why::Refused(SignInRefusal::Code(CodeRefusal::Replayed)));

/// A user with an app, on a store that waits, seen through one that does not.
struct Scene {
    /// What is given up.
    slow: World,
    /// What looks at it afterwards.
    world: World,
    app: App,
    grant: SessionGrant,
}

impl Scene {
    async fn new() -> Self {
        let (world, app, grant) = World::with_app().await;
        let slow = world.elsewhere(Paced(world.store.clone())).await;
        Self {
            slow,
            world,
            app,
            grant,
        }
    }
}

/// What an operation left behind.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Left {
    Old,
    New,
}

/// Gives an operation up after 0, 1, 2, .. polls, each time in a new scene, until it is done.
/// `operation` says whether it was done, and what it left.
async fn at_every_wait(operation: impl AsyncFn(Scene, u32) -> (bool, Left)) {
    let mut left = Vec::new();
    for times in 0..100 {
        let (done, found) = operation(Scene::new().await, times).await;
        left.push(found);
        if done {
            assert!(times > 4, "it waits for at least a read and a write");
            assert_eq!(found, Left::New);
            assert!(left.is_sorted_by_key(|left| *left == Left::New), "{left:?}");
            // Given up after the write, but before the answer.
            let unheard = left.iter().filter(|left| **left == Left::New).count() - 1;
            assert!(unheard > 0, "{left:?}");
            assert!(left.contains(&Left::Old));
            return;
        }
    }
    panic!("it never ends");
}

#[tokio::test]
async fn a_code_is_accepted_once_whenever_its_sign_in_is_given_up() {
    at_every_wait(async |scene: Scene, times| {
        let Scene {
            slow, world, app, ..
        } = scene;
        let before = world.stored().await;
        let browser = world.pending().await;
        let code = app.code(world.now);
        let done = poll_times(slow.submit(&browser, &code), times).map(why);
        assert!(done.is_none() || done == Some(Ok(())), "{done:?}");

        let left = world.stored().await;
        let again = why(slow.sign_in(&code).await);
        if left == before {
            assert_eq!(again, Ok(()), "the old state");
            return (done.is_some(), Left::Old);
        }
        assert_eq!(again, REPLAYED, "the new state");
        (done.is_some(), Left::New)
    })
    .await;
}

#[tokio::test]
async fn a_wrong_code_is_counted_once_or_was_not_compared() {
    at_every_wait(async |scene: Scene, times| {
        let Scene {
            slow, world, app, ..
        } = scene;
        let browser = world.pending().await;
        let wrong = app.wrong_code(world.now);
        let done = poll_times(slow.submit(&browser, &wrong), times).is_some();
        let left = match world.record().await.failures(Class::Totp) {
            0 => Left::Old,
            1 => Left::New,
            other => panic!("{other} failures"),
        };
        assert_eq!(why(slow.sign_in(&app.code(world.now)).await), Ok(()));
        (done, left)
    })
    .await;
}

#[tokio::test]
async fn a_set_up_goes_on_or_is_finished() {
    at_every_wait(async |scene: Scene, times| {
        let Scene {
            slow, world, grant, ..
        } = scene;
        let totp = world.begin(&grant).await;
        let code = code_of(&totp, world.now);
        let request = world.request();
        let confirm = || slow.mfa.confirm_totp(&grant, &code, None, &request);
        let done = poll_times(confirm(), times).is_some();
        let left = match world.record().await.devices().len() {
            1 => {
                assert_eq!(why(confirm().await), Ok(()));
                Left::Old
            }
            2 => Left::New,
            other => panic!("{other} devices"),
        };
        assert_eq!(world.record().await.devices().len(), 2);
        assert_eq!(why(slow.sign_in(&code).await), REPLAYED);
        (done, left)
    })
    .await;
}

#[tokio::test]
async fn a_removal_ends_the_other_sessions_or_nothing_has_happened() {
    at_every_wait(async |scene: Scene, times| {
        let Scene {
            slow,
            world,
            app,
            grant,
        } = scene;
        let (tablet, grant) = world.enroll(&grant, "tablet").await;
        let other = world.sign_in(&app.code(world.now)).await.unwrap();
        let other = world.mfa.seal(&other).unwrap();
        let request = world.request();
        let remove = || slow.mfa.remove_device(&grant, tablet.id, &request);
        let done = poll_times(remove(), times).is_some();

        let ended = why(world.mfa.resume(&other, &request).await);
        let left = match world.record().await.devices().len() {
            2 => {
                assert_eq!(ended, Ok(()));
                assert_eq!(why(remove().await), Ok(()));
                Left::Old
            }
            1 => {
                assert_eq!(ended, Err(Why::Refused(GrantRefusal::Ended)));
                Left::New
            }
            other => panic!("{other} devices"),
        };
        (done, left)
    })
    .await;
}

#[tokio::test]
async fn a_fresh_proof_is_spent_or_was_not_looked_at() {
    at_every_wait(async |scene: Scene, times| {
        let Scene {
            slow,
            world,
            app,
            grant,
        } = scene;
        let code = app.code(world.now);
        let request = world.request();
        let before = world.stored().await;
        let step_up = || slow.mfa.step_up_totp(&grant, &code, &request);
        let done = poll_times(step_up(), times).is_some();
        if world.stored().await == before {
            assert_eq!(why(step_up().await), Ok(()));
            return (done, Left::Old);
        }
        let replayed = mfakit::StepUpRefusal::Code(CodeRefusal::Replayed);
        assert_eq!(why(step_up().await), Err(Why::Refused(replayed)));
        (done, Left::New)
    })
    .await;
}

#[tokio::test]
async fn a_user_is_there_or_not() {
    for times in 0.. {
        assert!(times < 100, "it never ends");
        let store = MemoryStore::new();
        let world = World::over(store.clone()).await;
        let slow = world.elsewhere(Paced(store)).await;
        let bob = UserId::from_bytes(b"bob").unwrap();
        let request = world.request();
        let created = poll_times(slow.mfa.create_user(bob, &request), times);
        let next = why(world.mfa.after_first_factor(bob, &request).await);
        match (times, &created) {
            (0..=1, None) => assert_eq!(next, Err(Why::UnknownUser)),
            _ => assert_eq!(next, Ok(())),
        }

        let deleted = poll_times(slow.mfa.delete_user(world.user, &request), times);
        let next = why(world.mfa.after_first_factor(world.user, &request).await);
        match (times, &deleted) {
            (0..=5, None) => assert_eq!(next, Ok(())),
            _ => assert_eq!(next, Err(Why::UnknownUser)),
        }
        if deleted.is_some() {
            assert!(created.is_some());
            break;
        }
    }
}

#[tokio::test]
async fn whoever_gives_up_leaves_the_line() {
    let Scene {
        slow, world, app, ..
    } = Scene::new().await;
    let browser = world.pending().await;
    let wrong = app.wrong_code(world.now);
    // More than the line has places, each given up while it has its turn.
    for _ in 0..100 {
        assert!(poll_times(slow.submit(&browser, &wrong), 1).is_none());
    }
    let grant = slow.submit(&browser, &app.code(world.now)).await;
    assert_eq!(grant.unwrap().level(), Level::Aal2);
}
