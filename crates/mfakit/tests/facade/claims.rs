//! One credential belongs to one user, and orphans of the index hinder nobody.

use mfakit::store::{Key, Space, Store as _};
use mfakit::{EnrollRefusal, KeyRefusal, RecordError, SignInRefusal};
use mfakit_testkit::Authenticator;

use crate::house::ORIGIN;
use crate::why::{Why, why};
use crate::world::World;

async fn claims(world: &World) -> Vec<Key> {
    let page = world.store.page(None, 1000).await.unwrap();
    let keys = page.into_iter().map(|(key, _)| key);
    keys.filter(|key| key.space() == Space::Credential)
        .collect()
}

/// An answer to another page that brings the credential of a key along, as no browser does.
fn forged(options: &str, seed: u64, of: &Authenticator) -> String {
    let id = &of.credentials()[0].id;
    let mut answer = Authenticator::new(seed)
        .make_credential(options, ORIGIN)
        .unwrap();
    answer.id.clone_from(id);
    answer
        .authenticator_data
        .attested
        .as_mut()
        .unwrap()
        .id
        .clone_from(id);
    answer.json()
}

const TAKEN: Result<(), Why<EnrollRefusal>> = Err(Why::Refused(EnrollRefusal::Taken));

#[tokio::test]
async fn a_credential_of_another_user_is_taken_for_good() {
    let (mut world, key, _, _) = World::new().await.keyed().await;
    for _ in 0..3 {
        let other = world.another_user().await;
        let grant = other.signed_in().await;
        let page = other.setup_page(&grant).await.unwrap();
        let answer = forged(&page.options, 9, &key);
        assert_eq!(
            why(other.confirm_key(&grant, &page, &answer, None).await),
            TAKEN
        );
        assert!(other.record().await.devices().is_empty());
        // Neither time nor a sweep changes that.
        world.pass(4000);
        world.mfa.purge(world.now).await.unwrap();
    }
    assert_eq!(claims(&world).await.len(), 1);
}

/// A registration that is claimed and not confirmed, because its name was taken.
async fn orphan(world: &World, key: &mut Authenticator) {
    let grant = world.signed_in().await;
    let (_, grant) = world.enroll(&grant, "name").await;
    let page = world.setup_page(&grant).await.unwrap();
    let answer = page.registration(key);
    let refused = world
        .confirm_key(&grant, &page, &answer, Some("name"))
        .await;
    assert_eq!(why(refused), Err(Why::Refused(EnrollRefusal::NameTaken)));
}

#[tokio::test]
async fn an_orphan_hinders_its_owner_never_and_others_for_an_hour() {
    let mut world = World::new().await;
    let mut key = Authenticator::new(1);
    orphan(&world, &mut key).await;
    assert_eq!(claims(&world).await.len(), 1);

    let mut other = world.another_user().await;
    let grant = other.signed_in().await;
    let page = other.setup_page(&grant).await.unwrap();
    let answer = forged(&page.options, 9, &key);
    assert_eq!(
        why(other.confirm_key(&grant, &page, &answer, None).await),
        TAKEN
    );

    world.pass(3600);
    other.pass(3600);
    let grant = other.signed_in().await;
    let page = other.setup_page(&grant).await.unwrap();
    let answer = forged(&page.options, 9, &key);
    assert_eq!(
        why(other.confirm_key(&grant, &page, &answer, None).await),
        Ok(())
    );
}

#[tokio::test]
async fn an_orphan_is_swept_away_and_a_claim_that_holds_is_not() {
    let mut world = World::new().await;
    let mut key = Authenticator::new(3);
    orphan(&world, &mut key).await;
    let (other, mut theirs, _, _) = world.another_user().await.keyed().await;
    assert_eq!(claims(&world).await.len(), 2);
    world.pass(3599);
    world.mfa.purge(world.now).await.unwrap();
    assert_eq!(claims(&world).await.len(), 2, "it may be under way");
    world.pass(61);
    world.mfa.purge(world.now).await.unwrap();
    assert_eq!(claims(&world).await.len(), 1);
    assert_eq!(why(other.sign_in_by_passkey(&mut theirs).await), Ok(()));
    let due = world.store.due(world.now, 100).await.unwrap();
    assert!(
        due.iter().all(|key| key.space() == Space::User),
        "it is settled for good"
    );
}

#[tokio::test]
async fn what_is_removed_is_released() {
    let (mut world, key, device, grant) = World::new().await.keyed().await;
    let (_, grant) = world
        .register(&grant, &mut Authenticator::new(2), "other")
        .await;
    let removed = world
        .mfa
        .remove_device(&grant, device, &world.request())
        .await;
    assert!(removed.is_ok());
    assert_eq!(
        claims(&world).await.len(),
        2,
        "within the hour it waits for the sweep"
    );
    world.pass(3600);
    world.mfa.purge(world.now).await.unwrap();
    assert_eq!(claims(&world).await.len(), 1);

    let other = world.another_user().await;
    let theirs = other.signed_in().await;
    let page = other.setup_page(&theirs).await.unwrap();
    let answer = forged(&page.options, 9, &key);
    assert_eq!(
        why(other.confirm_key(&theirs, &page, &answer, None).await),
        Ok(())
    );

    assert!(
        world
            .mfa
            .delete_user(world.user, &world.request())
            .await
            .unwrap()
    );
    assert_eq!(claims(&world).await.len(), 1, "that of the other user");
}

#[tokio::test]
async fn an_edited_claim_is_an_error() {
    let (world, mut key, _, _) = World::new().await.keyed().await;
    let claim = claims(&world).await[0];
    let found = world.store.get(&claim, world.now).await.unwrap().unwrap();
    let mut edited = found.value().to_vec();
    edited[0] ^= 1;
    let expect = mfakit::store::Expect::Version(found.version());
    let new = mfakit::store::Version::random(&mut mfakit::OsRng::new().unwrap());
    let write = mfakit::store::Write::new(&claim, &edited, expect, new);
    _ = world.store.put(write, world.now).await.unwrap();
    let refused = why(world.sign_in_by_passkey(&mut key).await);
    assert_eq!(refused, Err(Why::Record(RecordError::Malformed)));
    assert_eq!(
        why(world.sign_in_by(&mut key).await),
        Ok(()),
        "who is known needs no index"
    );
    world.store.delete(&claim, new, world.now).await.unwrap();
    let unknown = Err(Why::Refused(SignInRefusal::Key(KeyRefusal::Unknown)));
    assert_eq!(why(world.sign_in_by_passkey(&mut key).await), unknown);
}
