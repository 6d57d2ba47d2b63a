//! Keys from two processes on one SQLite file.

use mfakit::sqlite::SqliteStore;
use mfakit::{EnrollRefusal, Keys, SignInRefusal};
use mfakit_testkit::Authenticator;
use tempfile::TempDir;

use crate::child::{Order, at_once, database, key_file, service};
use crate::house::{KeyPage, ORIGIN};
use crate::races::count;
use crate::why::{Why, why};
use crate::world::World;

/// Requests of each process.
const EACH: usize = 32;

async fn shared() -> (World, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let keys = Keys::load_or_create(key_file(folder.path())).unwrap();
    let store = SqliteStore::create(database(folder.path())).unwrap();
    let world = World::with_keys(keys, store, |builder| builder).await;
    // It was built with a copy of the keys; this ties those in the file, too.
    _ = service(folder.path()).await;
    (world, folder)
}

fn given(world: &World, page: &KeyPage, answer: &str, passkey: bool) -> Order {
    Order::Assert {
        times: EACH,
        passkey,
        browser: page.browser.clone(),
        answer: answer.to_owned(),
        now: world.now,
    }
}

fn assert_granted_once(ends: &[String]) {
    let won: Result<(), Why<SignInRefusal>> = Ok(());
    let ended: Result<(), _> = Err(Why::Refused(SignInRefusal::Ended));
    assert_eq!(ends.len(), 2 * EACH);
    assert_eq!(count(ends, &format!("{won:?}")), 1, "{ends:?}");
    assert_eq!(count(ends, &format!("{ended:?}")), 2 * EACH - 1, "{ends:?}");
}

#[tokio::test]
async fn one_assertion_submitted_64_times_is_granted_once() {
    let (world, folder) = shared().await;
    let (world, mut key, _, _) = world.keyed().await;
    for passkey in [false, true] {
        let page = if passkey {
            world.passkey_page().await
        } else {
            world.key_page().await
        };
        let answer = page.answer(&mut key);
        let order = || given(&world, &page, &answer, passkey);
        assert_granted_once(&at_once(folder.path(), &[order(), order()]));
    }
}

#[tokio::test]
async fn a_ceremony_begun_at_one_process_is_finished_at_the_other_once() {
    let (world, folder) = shared().await;
    let (world, mut key, _, _) = world.keyed().await;
    let page = world.key_page().await;
    let answer = page.answer(&mut key);
    let mut order = given(&world, &page, &answer, false);
    if let Order::Assert { times, .. } = &mut order {
        *times = 1;
    }
    let won: Result<(), Why<SignInRefusal>> = Ok(());
    assert_eq!(at_once(folder.path(), &[order]), [format!("{won:?}")]);
    let here = why(world.give(&page, &answer, false).await);
    assert_eq!(here, Err(Why::Refused(SignInRefusal::Ended)));
}

#[tokio::test]
async fn one_credential_registered_by_two_users_at_once_belongs_to_one() {
    for round in 0..4 {
        let (world, folder) = shared().await;
        let other = world.another_user().await;
        let mut orders = Vec::new();
        let mut id = None;
        for (seed, user) in [(10 + round, &world), (20 + round, &other)] {
            let grant = user.signed_in().await;
            let page = user.setup_page(&grant).await.unwrap();
            let mut key = Authenticator::new(seed);
            let mut answer = key.make_credential(&page.options, ORIGIN).unwrap();
            let id = id.get_or_insert_with(|| answer.id.clone());
            answer.id.clone_from(id);
            answer
                .authenticator_data
                .attested
                .as_mut()
                .unwrap()
                .id
                .clone_from(id);
            orders.push(Order::Register {
                sessions: vec![(user.mfa.seal(&grant).unwrap().to_text(), page.browser)],
                answer: answer.json(),
                now: world.now,
            });
        }
        let mut ends = at_once(folder.path(), &orders);
        ends.sort();
        let taken: Result<(), _> = Err(Why::Refused(EnrollRefusal::Taken));
        let won: Result<(), Why<EnrollRefusal>> = Ok(());
        assert_eq!(ends, [format!("{taken:?}"), format!("{won:?}")]);
        let owners = [&world, &other];
        let mut holders = 0;
        for owner in owners {
            holders += owner.record().await.devices().len();
        }
        assert_eq!(holders, 1);
    }
}

#[tokio::test]
async fn one_set_up_confirmed_many_times_is_one_device() {
    let (world, folder) = shared().await;
    let grant = world.signed_in().await;
    let page = world.setup_page(&grant).await.unwrap();
    let answer = page.registration(&mut Authenticator::new(1));
    let session = world.mfa.seal(&grant).unwrap().to_text();
    let order = || Order::Register {
        sessions: vec![(session.clone(), page.browser.clone()); 8],
        answer: answer.clone(),
        now: world.now,
    };
    let ends = at_once(folder.path(), &[order(), order()]);
    let won: Result<(), Why<EnrollRefusal>> = Ok(());
    assert_eq!(count(&ends, &format!("{won:?}")), 1, "{ends:?}");
    assert_eq!(world.record().await.devices().len(), 1);
}
