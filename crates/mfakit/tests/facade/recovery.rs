//! Recovery codes through the facade: a story, and races from two processes on one SQLite file.

use mfakit::sqlite::SqliteStore;
use mfakit::{
    DeviceId, GrantRefusal, Keys, ManageRefusal, Next, RecoveryCodes, RecoveryRefusal, Scope,
    SessionGrant, SignInRefusal,
};
use tempfile::TempDir;

use crate::browser::Browser;
use crate::child::{Order, at_once, database, key_file, service};
use crate::races::count;
use crate::why::{Why, why};
use crate::world::World;

type End = Result<(), Why<SignInRefusal>>;

const USED: End = refused(RecoveryRefusal::Used);
const MISMATCH: End = refused(RecoveryRefusal::Mismatch);

const fn refused(refusal: RecoveryRefusal) -> End {
    Err(Why::Refused(SignInRefusal::Recovery(refusal)))
}

pub(crate) fn texts(codes: &RecoveryCodes) -> Vec<String> {
    codes.iter().map(str::to_owned).collect()
}

impl World {
    pub(crate) async fn make_codes(&self, grant: &SessionGrant) -> Vec<String> {
        let made = self.mfa.make_recovery_codes(grant, &self.request()).await;
        texts(&made.unwrap())
    }

    pub(crate) async fn recover(
        &self,
        browser: &Browser,
        code: &str,
    ) -> Result<SessionGrant, mfakit::Error<SignInRefusal>> {
        let request = browser.request(self.now);
        let token = browser.token();
        self.mfa.verify_recovery_code(&token, code, &request).await
    }

    async fn left(&self) -> u32 {
        self.record().await.recovery().unwrap().left
    }
}

#[tokio::test]
async fn a_person_loses_the_only_phone_and_goes_on() {
    let (mut world, lost, grant) = World::on_sqlite().await.equipped().await;
    let codes = world.make_codes(&grant).await;
    let request = world.request();
    let saved = world.mfa.acknowledge_recovery_codes(&grant, &request);
    saved.await.unwrap();
    let status = world.mfa.status(&grant, &request).await.unwrap();
    let recovery = status.recovery.unwrap();
    assert!(recovery.acknowledged);
    assert_eq!((recovery.left, recovery.total), (10, 10));

    world.pass(86_400);
    let Next::SecondFactor(page) = world.first_factor().await else {
        panic!("on")
    };
    assert!(page.recovery() && !page.reset());
    let browser = Browser::at(&page);
    let typing_error = world.recover(&browser, "7KQ2-M0RX").await;
    assert_eq!(why(typing_error), Err(Why::MalformedRecoveryCode));
    let typed = codes[0].to_lowercase().replace('-', " ").replace('0', "o");
    let review = world.recover(&browser, &typed).await.unwrap();
    assert_eq!(review.scope(), Scope::Review);

    // The host's session store keeps it; only the page of the review takes it.
    let (sealed, request) = (world.mfa.seal(&review).unwrap(), world.request());
    let resumed = world.mfa.resume(&sealed, &request).await;
    let first = Err(Why::Refused(GrantRefusal::ReviewFirst));
    assert_eq!(why(resumed), first);
    let limited = world.mfa.resume_limited(&sealed, &request).await;
    let review = limited.unwrap();

    let ids: &[DeviceId] = &[lost.id];
    let last = world.mfa.finish_review(&review, ids, &request).await;
    assert_eq!(why(last), Err(Why::Refused(ManageRefusal::LastDevice)));
    let (new, review) = world.enroll(&review, "new phone").await;
    let request = world.request();
    let done = world.mfa.finish_review(&review, ids, &request).await;
    let done = done.unwrap();
    let grant = done.grant.unwrap();
    assert_eq!((done.removed, grant.scope()), (1, Scope::Full));

    let (sealed, request) = (world.mfa.seal(&grant).unwrap(), world.request());
    assert!(world.mfa.resume(&sealed, &request).await.is_ok());
    let browser = world.pending().await;
    let old = world.recover(&browser, &codes[1]).await;
    assert_eq!(why(old), MISMATCH);
    world.pass(30);
    assert!(world.sign_in(&new.code(world.now)).await.is_ok());
    assert!(world.sign_in(&lost.code(world.now)).await.is_err());
}

#[tokio::test]
async fn a_token_of_another_browser_takes_no_code() {
    let (world, _, grant) = World::with_app().await;
    let codes = world.make_codes(&grant).await;
    let (one, other) = (world.pending().await, world.pending().await);
    let mixed = Browser {
        cookies: other.cookies,
        ..one
    };
    let refused = why(world.recover(&mixed, &codes[0]).await);
    assert_eq!(refused, Err(Why::Token(mfakit::OpenError::Forged)));
    assert_eq!(world.left().await, 10);
}

/// A user with an app and codes, in a folder that two processes share.
async fn shared() -> (World, Vec<String>, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let keys = Keys::load_or_create(key_file(folder.path())).unwrap();
    let store = SqliteStore::create(database(folder.path())).unwrap();
    let world = World::with_keys(keys, store, |builder| builder).await;
    // It was built with a copy of the keys; this ties those in the file, too.
    _ = service(folder.path()).await;
    let (world, _, grant) = world.equipped().await;
    let codes = world.make_codes(&grant).await;
    (world, codes, folder)
}

async fn browsers(world: &World, codes: impl IntoIterator<Item = &String>) -> Order {
    let mut browsers = Vec::new();
    for code in codes {
        browsers.push((code.clone(), world.pending().await));
    }
    Order::Recover {
        browsers,
        now: world.now,
    }
}

/// rec-race: one code 32 times at once, from two processes, each with a sign-in of its own.
#[tokio::test]
async fn one_code_used_32_times_at_once_counts_once() {
    let (world, codes, folder) = shared().await;
    let half = vec![codes[0].clone(); 16];
    let orders = [browsers(&world, &half).await, browsers(&world, &half).await];
    let ends = at_once(folder.path(), &orders);
    assert_eq!(ends.len(), 32);
    let won: End = Ok(());
    assert_eq!(count(&ends, &format!("{won:?}")), 1, "{ends:?}");
    assert_eq!(count(&ends, &format!("{USED:?}")), 31, "{ends:?}");
    assert_eq!(world.left().await, 9);
}

/// rec-race-different: two codes at once, from two processes: both count, none is lost.
#[tokio::test]
async fn two_different_codes_at_once_both_count() {
    for round in 0..4 {
        let (world, codes, folder) = shared().await;
        let pair = [&codes[round], &codes[round + 1]];
        let orders = [
            browsers(&world, [pair[0]]).await,
            browsers(&world, [pair[1]]).await,
        ];
        let ends = at_once(folder.path(), &orders);
        let won: End = Ok(());
        assert_eq!(ends, [format!("{won:?}"), format!("{won:?}")]);
        assert_eq!(world.left().await, 8);
    }
}

/// All ten at once, by turns in two processes.
#[tokio::test]
async fn of_ten_codes_at_once_none_is_lost() {
    let (world, codes, folder) = shared().await;
    let (one, other) = codes.split_at(5);
    let orders = [browsers(&world, one).await, browsers(&world, other).await];
    let ends = at_once(folder.path(), &orders);
    let won: End = Ok(());
    assert_eq!(count(&ends, &format!("{won:?}")), 10, "{ends:?}");
    assert_eq!(world.left().await, 0);
}
