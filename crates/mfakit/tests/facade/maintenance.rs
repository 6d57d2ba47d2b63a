//! What an operator runs: sealing anew after a rotation, and purging.

use mfakit::store::{Count, Key, MemoryStore, Space, Store as _};
use mfakit::{Event, EventSink, Keys, OpenError, OsRng, RecordError, Resealed, Ring, SinkError};

use crate::rigged::Rigged;
use crate::why::{Why, why};
use crate::world::World;

/// How many records were sealed anew, were so already, do not open, or were overtaken.
fn counts(done: Resealed) -> (u64, u64, u64, u64) {
    let Resealed {
        resealed,
        current,
        unreadable,
        contended,
        ..
    } = done;
    (resealed, current, unreadable, contended)
}

async fn reseal(world: &World) -> (u64, u64, u64, u64) {
    counts(world.mfa.reseal(world.now).await.unwrap())
}

/// The same service with one more key to seal records with.
async fn rotated(mut world: World) -> World {
    world.keys.rotate(Ring::Seal, &mut OsRng::new().unwrap());
    world.other_process().await
}

async fn add_users(world: &World, number: u8) {
    for id in 0..number {
        let user = mfakit::UserId::from_bytes(&[id]).unwrap();
        world.mfa.create_user(user, &world.request()).await.unwrap();
    }
}

#[tokio::test]
async fn after_sealing_anew_the_old_key_is_not_needed() {
    let (world, app, _) = World::with_app().await;
    // More than a page of them.
    add_users(&world, 150).await;
    assert_eq!(reseal(&world).await, (0, 151, 0, 0));

    let mut world = rotated(world).await;
    assert_eq!(reseal(&world).await, (151, 0, 0, 0));
    assert_eq!(reseal(&world).await, (0, 151, 0, 0));
    world.keys.retire_older(Ring::Seal);
    let world = world.other_process().await;
    assert_eq!(why(world.sign_in(&app.code(world.now)).await), Ok(()));
}

#[tokio::test]
async fn what_users_do_seals_anew_too() {
    let (world, app, _) = World::with_app().await;
    let world = rotated(world).await;
    let before = world.stored().await.unwrap();
    assert_eq!(world.keys.is_current(Ring::Seal, &before), Ok(false));
    assert_eq!(why(world.sign_in(&app.code(world.now)).await), Ok(()));
    assert_eq!(reseal(&world).await, (0, 1, 0, 0));
}

#[tokio::test]
async fn a_record_that_does_not_open_is_counted_and_left() {
    let (world, _, _) = World::with_app().await;
    add_users(&world, 2).await;
    let mut edited = world.stored().await.unwrap();
    edited[40] ^= 1;
    world.overwrite(world.user, &edited).await;
    let world = rotated(world).await;
    assert_eq!(reseal(&world).await, (2, 0, 1, 0));
    assert_eq!(reseal(&world).await, (0, 2, 1, 0));
    assert_eq!(world.stored().await, Some(edited));
    let next = world
        .mfa
        .after_first_factor(world.user, &world.request())
        .await;
    let source = OpenError::Forged;
    assert_eq!(why(next), Err(Why::Record(RecordError::Sealed { source })));
}

#[tokio::test]
async fn a_record_that_changes_meanwhile_is_left_for_the_next_run() {
    let rigged = Rigged::new(MemoryStore::new());
    let (world, app, _) = World::over(rigged.clone()).await.equipped().await;
    let world = rotated(world).await;
    rigged.lose(1);
    assert_eq!(reseal(&world).await, (0, 0, 0, 1));
    assert_eq!(reseal(&world).await, (1, 0, 0, 0));
    assert_eq!(why(world.sign_in(&app.code(world.now)).await), Ok(()));
}

struct Sink;

impl EventSink for Sink {
    async fn deliver(&self, _: &Event) -> Result<(), SinkError> {
        Ok(())
    }
}

#[tokio::test]
async fn events_that_wait_outlive_it_whoever_runs_it() {
    let world = World::configured(MemoryStore::new(), |builder| builder.events(Sink)).await;
    let (world, _, _) = world.equipped().await;
    let waiting = world.record().await.events();
    assert_eq!(waiting.len(), 5);

    // An operator's tool has no sink.
    let tool = rotated(world).await;
    assert_eq!(reseal(&tool).await, (1, 0, 0, 0));
    assert_eq!(tool.record().await.events(), waiting);
    let due = tool.store.due(tool.now, 1).await.unwrap();
    assert_eq!(due, [tool.key_of(tool.user)]);
}

#[tokio::test]
async fn purging_removes_what_has_expired_and_nothing_else() {
    let (world, app, _) = World::with_app().await;
    let minute = std::time::Duration::from_secs(60);
    for network in 0..=255_u8 {
        for host in 0..5 {
            let key = Key::new(
                Space::Limit,
                [[network; 16], [host; 16]].concat().try_into().unwrap(),
            );
            let counted = world.store.count(&key, minute, world.now).await.unwrap();
            assert_eq!(counted, Count::new(1, world.now.saturating_add(minute)));
        }
    }
    let purge = async |now| world.mfa.purge(now).await.unwrap();
    assert_eq!(purge(world.now).await, 0);
    let later = world.now.saturating_add(minute);
    assert_eq!(purge(later).await, 1024, "a call ends");
    assert_eq!(purge(later).await, 5 * 256 - 1024);
    assert_eq!(purge(later).await, 0);
    assert_eq!(why(world.sign_in(&app.code(world.now)).await), Ok(()));
}

#[tokio::test]
async fn an_outage_is_an_error() {
    use mfakit::store::{Faulty, Operation, Step, StoreErrorKind::Unavailable};
    let faulty = Faulty::new(MemoryStore::new());
    let world = rotated(World::over(faulty.clone()).await).await;
    for operation in [Operation::Page, Operation::Put] {
        faulty.script(operation, [Step::FailBefore(Unavailable)]);
        let run = world.mfa.reseal(world.now).await;
        assert_eq!(why(run), Err(Why::Store(Unavailable)));
    }
    faulty.script(Operation::Purge, [Step::FailBefore(Unavailable)]);
    let run = world.mfa.purge(world.now).await;
    assert_eq!(why(run), Err(Why::Store(Unavailable)));
    assert_eq!(reseal(&world).await, (1, 0, 0, 0));
}

/// Rotating is done to the key file, and every process is started anew with it.
#[tokio::test]
async fn a_rotation_goes_by_the_key_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mfa.keys");
    let store = MemoryStore::new();
    let build = async || {
        let keys = Keys::load_or_create(&path).unwrap();
        let builder = mfakit::Mfa::builder("Example").store(store.clone());
        builder.keys(keys).build().await.unwrap()
    };
    let now = crate::world::START;
    let user = mfakit::UserId::from_bytes(b"alice").unwrap();
    let request = mfakit::Request::new(now);
    build().await.create_user(user, &request).await.unwrap();

    let mut keys = Keys::load(&path).unwrap();
    keys.rotate(Ring::Seal, &mut OsRng::new().unwrap());
    keys.save().unwrap();
    let mfa = build().await;
    assert_eq!(counts(mfa.reseal(now).await.unwrap()), (1, 0, 0, 0));
    keys.retire_older(Ring::Seal);
    keys.save().unwrap();
    let next = build().await.after_first_factor(user, &request).await;
    assert_eq!(why(next), Ok(()));
}
