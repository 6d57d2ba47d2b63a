//! Keys and store belong together, or the service does not start.

use std::path::Path;

use mfakit::store::{Key, MemoryStore, Store};
use mfakit::{BuildError, Keys, Mfa, OsRng, StoreId};

use crate::rigged::{Paced, poll_times};
use crate::world::{START, World, copy_of};

fn new_keys() -> Keys {
    Keys::generate(&mut OsRng::new().unwrap())
}

async fn build(store: impl Store, keys: Keys) -> Result<Mfa, BuildError> {
    Mfa::builder("Example")
        .store(store)
        .keys(keys)
        .build()
        .await
}

/// How a build ended, in a form that compares.
fn end(built: Result<Mfa, BuildError>) -> String {
    match built {
        Ok(_) => "built".to_owned(),
        Err(error) => format!("{error:?}"),
    }
}

fn bound_id(path: &Path) -> Option<StoreId> {
    Keys::load(path).unwrap().store_id()
}

#[tokio::test]
async fn absent_parts_are_named() {
    let without_store = Mfa::builder("Example").keys(new_keys()).build().await;
    assert_eq!(end(without_store), r#"NotConfigured { part: "store" }"#);
    let store = MemoryStore::new();
    let without_keys = Mfa::builder("Example").store(store.clone()).build().await;
    assert_eq!(end(without_keys), r#"NotConfigured { part: "keys" }"#);
    let untouched = store.page(None, 1).await.unwrap();
    assert!(untouched.is_empty(), "{untouched:?}");
}

#[tokio::test]
async fn a_profile_out_of_bounds_is_refused() {
    let mut profile = mfakit::Profile::cockpit();
    profile.fresh = std::time::Duration::ZERO;
    let store = MemoryStore::new();
    let builder = Mfa::builder("Example").store(store.clone());
    let built = builder.keys(new_keys()).profile(profile).build().await;
    let Err(BuildError::Profile { rule }) = built else {
        panic!("{built:?}");
    };
    assert!(!rule.is_empty());
    assert!(store.page(None, 1).await.unwrap().is_empty());
}

#[tokio::test]
async fn the_first_build_ties_keys_and_store() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mfa.keys");
    let store = MemoryStore::new();
    let keys = Keys::load_or_create(&path).unwrap();
    assert_eq!(keys.store_id(), None);

    let mfa = build(store.clone(), keys).await.unwrap();
    let id = bound_id(&path).expect("the key file names the store");
    assert_eq!(mfa.store_id(), id);
    let described = store.get(&Key::META, START).await.unwrap();

    // From then on both stay as they are.
    for _ in 0..2 {
        let keys = Keys::load_or_create(&path).unwrap();
        assert_eq!(end(build(store.clone(), keys).await), "built");
    }
    assert_eq!(bound_id(&path), Some(id));
    assert_eq!(store.get(&Key::META, START).await.unwrap(), described);
}

#[tokio::test]
async fn keys_without_their_store_do_not_start() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mfa.keys");
    let keys = || Keys::load_or_create(&path).unwrap();
    build(MemoryStore::new(), keys()).await.unwrap();
    let empty = MemoryStore::new();
    assert_eq!(end(build(empty.clone(), keys()).await), "StoreMissing");
    assert!(empty.page(None, 1).await.unwrap().is_empty());
}

#[tokio::test]
async fn other_keys_do_not_open_a_store() {
    let world = World::new().await;
    let users = world.store.page(None, 10).await.unwrap();
    let built = build(world.store.clone(), new_keys()).await;
    assert_eq!(end(built), "StoreForeign");
    assert_eq!(world.store.page(None, 10).await.unwrap(), users);
    let built = build(world.store.clone(), copy_of(&world.keys)).await;
    assert_eq!(end(built), "built");
}

#[tokio::test]
async fn swapped_stores_do_not_start() {
    let folder = tempfile::tempdir().unwrap();
    let keys = |name: &str| Keys::load_or_create(folder.path().join(name)).unwrap();
    let (one, other) = (MemoryStore::new(), MemoryStore::new());
    build(one.clone(), keys("one")).await.unwrap();
    build(other.clone(), keys("other")).await.unwrap();
    assert_eq!(end(build(one, keys("other")).await), "StoreForeign");
    assert_eq!(end(build(other, keys("one")).await), "StoreForeign");
}

#[tokio::test]
async fn a_second_store_of_the_same_keys_is_foreign_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mfa.keys");
    let mut unbound = Keys::load_or_create(&path).unwrap().to_text();
    unbound.push('\n');
    build(MemoryStore::new(), Keys::load(&path).unwrap())
        .await
        .unwrap();
    let second = MemoryStore::new();
    build(second.clone(), Keys::parse(&unbound).unwrap())
        .await
        .unwrap();
    let built = build(second, Keys::load(&path).unwrap()).await;
    assert_eq!(end(built), "StoreForeign");
}

#[tokio::test]
async fn a_damaged_description_is_foreign() {
    use mfakit::store::{Expect, Version, Write};
    let whole = {
        let world = World::new().await;
        let found = world.store.get(&Key::META, START).await.unwrap();
        (world.keys, found.unwrap().into_value())
    };
    let (keys, whole) = whole;
    for damaged in [
        &[][..],
        &whole[..16],
        &whole[..47],
        &[whole.as_slice(), &[0]].concat(),
    ] {
        let store = MemoryStore::new();
        let new = Version::from_bytes([1; 16]);
        let write = Write::new(&Key::META, damaged, Expect::Absent, new);
        _ = store.put(write, START).await.unwrap();
        let built = build(store, copy_of(&keys)).await;
        assert_eq!(end(built), "StoreForeign", "{} bytes", damaged.len());
    }
}

#[tokio::test]
async fn of_two_first_builds_one_makes_the_id_and_the_other_takes_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mfa.keys");
    let keys = || Keys::load_or_create(&path).unwrap();
    // Both find the store empty before one of them writes.
    let store = Paced(MemoryStore::new());
    let (one, other) = tokio::join!(build(store.clone(), keys()), build(store.clone(), keys()));
    let (one, other) = (one.unwrap(), other.unwrap());
    assert_eq!(one.store_id(), other.store_id());
    assert_eq!(bound_id(&path), Some(one.store_id()));
    assert_eq!(store.0.page(None, 10).await.unwrap().len(), 1);
}

#[test]
fn a_build_that_was_given_up_can_be_done_again() {
    for times in 0.. {
        assert!(times < 100, "it never ends");
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mfa.keys");
        let keys = || Keys::load_or_create(&path).unwrap();
        let store = Paced(MemoryStore::new());
        let done = poll_times(build(store.clone(), keys()), times).is_some();
        let again = poll_times(build(store, keys()), 100).expect("few operations");
        assert_eq!(end(again), "built", "given up after {times} polls");
        if done {
            assert!(times > 4, "both operations were interrupted");
            break;
        }
    }
}
