//! The same races from two processes on one SQLite file.

use mfakit::sqlite::SqliteStore;
use mfakit::{Class, EnrollRefusal, Keys};
use tempfile::TempDir;

use crate::browser::Browser;
use crate::child::{Order, at_once, database, key_file, service};
use crate::races::{BUDGET, ENDED, End, MISMATCH, REPLAYED, TURNED_AWAY, count};
use crate::races::{
    assert_locked_for_a_minute, assert_one_winner_with_a_sign_in_that_is_shared,
    assert_one_winner_with_sign_ins_of_their_own, assert_the_budget_was_compared,
};
use crate::why::{Why, why};
use crate::world::{App, START, World, code_of};

/// Requests of each process, for one code.
const EACH: usize = 32;

/// A service in a folder, with one user who has one app.
struct Shared {
    world: World,
    app: App,
    folder: TempDir,
}

impl Shared {
    async fn new() -> Self {
        let world = Self::before_the_app().await;
        let (world, folder) = world;
        let (world, app, _) = world.equipped().await;
        Self { world, app, folder }
    }

    async fn before_the_app() -> (World, TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let keys = Keys::load_or_create(key_file(folder.path())).unwrap();
        let store = SqliteStore::create(database(folder.path())).unwrap();
        let world = World::with_keys(keys, store, |builder| builder).await;
        // It was built with a copy of the keys; this ties those in the file, too.
        _ = service(folder.path()).await;
        (world, folder)
    }

    async fn browsers(&self, number: usize) -> Vec<Browser> {
        let mut browsers = Vec::new();
        for _ in 0..number {
            browsers.push(self.world.pending().await);
        }
        browsers
    }

    /// Gives a code in all browsers at once, half of them in each of two processes.
    fn submit(&self, browsers: &[Browser], code: &str) -> Vec<End> {
        let orders: Vec<_> = browsers
            .chunks(browsers.len() / 2)
            .map(|half| Order::Submit {
                browsers: half.to_vec(),
                code: code.to_owned(),
                now: self.world.now,
            })
            .collect();
        assert_eq!(orders.len(), 2);
        at_once(self.folder.path(), &orders)
            .iter()
            .map(|text| read(text))
            .collect()
    }
}

/// Reads an end that a process has printed: one of those that may be, or the test fails.
fn read(text: &str) -> End {
    let ends = [Ok(()), MISMATCH, REPLAYED, ENDED, TURNED_AWAY];
    let known = ends.into_iter().find(|end| format!("{end:?}") == text);
    known.unwrap_or_else(|| panic!("undecided: {text}"))
}

#[tokio::test]
async fn two_first_starts_end_with_one_id() {
    for _ in 0..4 {
        let folder = tempfile::tempdir().unwrap();
        let ends = at_once(folder.path(), &[Order::Build, Order::Build]);
        let keys = Keys::load(key_file(folder.path())).unwrap();
        let id = keys.store_id().expect("the key file names the store");
        assert_eq!(ends, [format!("{id:?}"), format!("{id:?}")]);
        let mfa = service(folder.path()).await;
        assert_eq!(mfa.store_id(), id);
    }
}

#[tokio::test]
async fn one_right_code_many_times_with_sign_ins_of_their_own() {
    let shared = Shared::new().await;
    let browsers = shared.browsers(2 * EACH).await;
    let code = shared.app.code(shared.world.now);
    let ends = shared.submit(&browsers, &code);
    assert_one_winner_with_sign_ins_of_their_own(&ends);
}

#[tokio::test]
async fn one_right_code_many_times_with_one_sign_in() {
    let shared = Shared::new().await;
    let browsers = vec![shared.world.pending().await; 2 * EACH];
    let code = shared.app.code(shared.world.now);
    let ends = shared.submit(&browsers, &code);
    assert_one_winner_with_a_sign_in_that_is_shared(&ends);
    assert_eq!(shared.world.record().await.failures(Class::Totp), 0);
}

#[tokio::test]
async fn of_many_wrong_codes_the_budget_is_compared() {
    let mut shared = Shared::new().await;
    let browsers = shared.browsers(200).await;
    let late = shared.world.pending().await;
    let wrong = shared.app.wrong_code(shared.world.now);
    assert_the_budget_was_compared(&shared.submit(&browsers, &wrong));

    let right = shared.app.code(shared.world.now);
    let during = shared.world.submit(&late, &right).await;
    assert_eq!(why(during), ENDED);
    let app = &shared.app;
    assert_locked_for_a_minute(&mut shared.world, |world| app.code(world.now)).await;
}

#[tokio::test]
async fn a_set_up_is_confirmed_once() {
    let (world, folder) = Shared::before_the_app().await;
    assert_eq!(world.now, START);
    let grant = world.signed_in().await;
    let totp = world.begin(&grant).await;
    let order = || Order::Confirm {
        times: EACH / 2,
        session: world.mfa.seal(&grant).unwrap().to_text(),
        code: code_of(&totp, world.now),
        now: world.now,
    };
    let ends = at_once(folder.path(), &[order(), order()]);
    assert_eq!(ends.len(), EACH);
    let won: Result<(), Why<EnrollRefusal>> = Ok(());
    assert_eq!(count(&ends, &format!("{won:?}")), 1, "{ends:?}");
    let ended = EnrollRefusal::Grant(mfakit::GrantRefusal::Ended);
    let lost: Result<(), _> = Err(Why::Refused(ended));
    assert_eq!(count(&ends, &format!("{lost:?}")), EACH - 1, "{ends:?}");
    assert_eq!(world.record().await.devices().len(), 1);
}

#[tokio::test]
async fn a_lost_device_opens_nothing_once_it_is_removed() {
    for _ in 0..4 {
        let (world, folder) = Shared::before_the_app().await;
        let (mut world, lost, grant) = world.equipped().await;
        let (tablet, grant) = world.enroll(&grant, "tablet").await;
        world.pass(30);
        let owner = Order::Remove {
            device: lost.id,
            session: world.mfa.seal(&grant).unwrap().to_text(),
            now: world.now,
        };
        let browser = world.pending().await;
        let thief = Order::Submit {
            browsers: vec![browser.clone()],
            code: lost.code(world.now),
            now: world.now,
        };
        let ends = at_once(folder.path(), &[owner, thief]);
        let [owners, thiefs] = ends.as_slice() else {
            panic!("{ends:?}");
        };
        assert_eq!(read(owners), Ok(()));
        // Before the removal, and then the session has ended with it, or after it.
        let thiefs = read(thiefs);
        assert!(thiefs == Ok(()) || thiefs == ENDED, "{thiefs:?}");
        assert_eq!(
            why(world.submit(&browser, &tablet.code(world.now)).await),
            ENDED
        );
        let devices = world.record().await.devices();
        assert_eq!(devices.len(), 1);
        assert_eq!(devices[0].id, tablet.id);
    }
}

#[test]
fn the_budget_is_that_of_the_cockpit() {
    let guesses = mfakit::Profile::cockpit().totp_budget.back_off.guesses();
    assert_eq!(usize::try_from(guesses), Ok(BUDGET));
}
