//! Many at once, in one process with two services on one SQLite file.

use mfakit::{
    Class, CodeRefusal, EnrollRefusal, GrantRefusal, Mfa, Next, SignInRefusal, StepUpRefusal,
};
use tokio::task::JoinSet;

use crate::browser::Browser;
use crate::why::{Why, why};
use crate::world::{World, code_of, name};

/// How many requests of one user may be under way in a process.
const PLACES: usize = 32;
/// How many wrong codes are compared before the first wait.
pub(crate) const BUDGET: usize = 4;

pub(crate) type End = Result<(), Why<SignInRefusal>>;
pub(crate) const MISMATCH: End = refused(CodeRefusal::Mismatch);
pub(crate) const REPLAYED: End = refused(CodeRefusal::Replayed);
pub(crate) const ENDED: End = Err(Why::Refused(SignInRefusal::Ended));
pub(crate) const TURNED_AWAY: End = Err(Why::Throttled(1));

const fn refused(refusal: CodeRefusal) -> End {
    Err(Why::Refused(SignInRefusal::Code(refusal)))
}

pub(crate) fn count<T: PartialEq>(ends: &[T], end: &T) -> usize {
    ends.iter().filter(|other| *other == end).count()
}

/// A replay counts as a failure, so of the losers as many are told so as the budget allows; then
/// all sign-ins that are under way have ended.
pub(crate) fn assert_one_winner_with_sign_ins_of_their_own(ends: &[End]) {
    assert_eq!(ends.len(), 2 * PLACES);
    assert_eq!(count(ends, &Ok(())), 1, "{ends:?}");
    assert_eq!(count(ends, &REPLAYED), BUDGET, "{ends:?}");
    assert_eq!(count(ends, &ENDED), 2 * PLACES - 1 - BUDGET, "{ends:?}");
}

/// The winner has spent the sign-in that all of them share.
pub(crate) fn assert_one_winner_with_a_sign_in_that_is_shared(ends: &[End]) {
    assert_eq!(ends.len(), 2 * PLACES);
    assert_eq!(count(ends, &Ok(())), 1, "{ends:?}");
    assert_eq!(count(ends, &ENDED), 2 * PLACES - 1, "{ends:?}");
}

/// Exactly the budget is compared. The others find their sign-in ended with the budget, or were
/// turned away at the line of their process.
pub(crate) fn assert_the_budget_was_compared(ends: &[End]) {
    assert_eq!(ends.len(), 200);
    assert_eq!(count(ends, &MISMATCH), BUDGET, "{ends:?}");
    let unseen = count(ends, &ENDED) + count(ends, &TURNED_AWAY);
    assert_eq!(unseen, ends.len() - BUDGET, "{ends:?}");
}

/// After the budget was spent: no code is compared during the lock, and the right one is good
/// after it.
pub(crate) async fn assert_locked_for_a_minute(world: &mut World, code: impl Fn(&World) -> String) {
    assert_eq!(world.record().await.failures(Class::Totp), 4);
    world.pass(59);
    match world.first_factor().await {
        Next::Locked {
            retry_after: Some(left),
        } => assert_eq!(left.as_secs(), 1),
        other => panic!("{other:?}"),
    }
    world.pass(1);
    assert_eq!(why(world.sign_in(&code(world)).await), Ok(()));
    assert_eq!(world.record().await.failures(Class::Totp), 0);
}

/// The service in two processes, as far as one process can.
struct Two {
    world: World,
    other: World,
}

impl Two {
    async fn of(world: World) -> Self {
        let other = world.other_process().await;
        Self { world, other }
    }

    fn services(&self) -> impl Iterator<Item = Mfa> {
        let services = [&self.world.mfa, &self.other.mfa];
        services.into_iter().cycle().cloned()
    }

    async fn browsers(&self, number: usize) -> Vec<Browser> {
        let mut browsers = Vec::new();
        for _ in 0..number {
            browsers.push(self.world.pending().await);
        }
        browsers
    }

    /// All of them at once give one code, by turns to one service and the other.
    async fn submit(&self, browsers: Vec<Browser>, code: &str) -> Vec<End> {
        let mut tasks = JoinSet::new();
        for (mfa, browser) in self.services().zip(browsers) {
            let (code, now) = (code.to_owned(), self.world.now);
            tasks.spawn(async move { why(browser.submit(&mfa, &code, now).await) });
        }
        tasks.join_all().await
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_right_code_many_times_with_sign_ins_of_their_own() {
    let (world, app, _) = World::on_sqlite().await.equipped().await;
    let two = Two::of(world).await;
    let browsers = two.browsers(2 * PLACES).await;
    let ends = two.submit(browsers, &app.code(two.world.now)).await;
    assert_one_winner_with_sign_ins_of_their_own(&ends);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_right_code_many_times_with_one_sign_in() {
    let (world, app, _) = World::on_sqlite().await.equipped().await;
    let two = Two::of(world).await;
    let browser = two.world.pending().await;
    let browsers = vec![browser; 2 * PLACES];
    let ends = two.submit(browsers, &app.code(two.world.now)).await;
    assert_one_winner_with_a_sign_in_that_is_shared(&ends);
    let failures = two.world.record().await.failures(Class::Totp);
    assert_eq!(failures, 0, "the losers were not compared");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_wrong_codes_the_budget_is_compared() {
    let (world, app, _) = World::on_sqlite().await.equipped().await;
    let mut two = Two::of(world).await;
    let browsers = two.browsers(200).await;
    let late = two.world.pending().await;
    let wrong = app.wrong_code(two.world.now);
    assert_the_budget_was_compared(&two.submit(browsers, &wrong).await);

    let right = app.code(two.world.now);
    let during = two.world.submit(&late, &right).await;
    assert_eq!(why(during), ENDED);
    assert_locked_for_a_minute(&mut two.world, |world| app.code(world.now)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn within_a_session_the_same_budget_holds() {
    let (world, app, grant) = World::on_sqlite().await.equipped().await;
    let two = Two::of(world).await;
    let wrong = app.wrong_code(two.world.now);
    let sealed = two.world.mfa.seal(&grant).unwrap();
    let request = two.world.request();
    let mut tasks = JoinSet::new();
    for mfa in two.services().take(200) {
        let grant = mfa.resume(&sealed, &request).await.unwrap();
        let (wrong, request) = (wrong.clone(), request.clone());
        tasks.spawn(async move { why(mfa.step_up_totp(&grant, &wrong, &request).await) });
    }
    let ends = tasks.join_all().await;

    let refused = |refusal| Err(Why::Refused(StepUpRefusal::Code(refusal)));
    let locked = |secs| {
        let retry_after = std::time::Duration::from_secs(secs);
        refused(CodeRefusal::Throttled { retry_after })
    };
    assert_eq!(count(&ends, &refused(CodeRefusal::Mismatch)), BUDGET);
    let unseen = count(&ends, &locked(60)) + count(&ends, &Err(Why::Throttled(1)));
    assert_eq!(unseen, 200 - BUDGET, "{ends:?}");
    let right = app.code(two.world.now);
    let during = two.world.mfa.step_up_totp(&grant, &right, &request).await;
    assert_eq!(why(during), locked(60));
}

/// Everybody confirms the same set-up at once.
async fn confirm_at_once(
    two: &Two,
    grant: &mfakit::SessionGrant,
) -> Vec<Result<(), Why<EnrollRefusal>>> {
    let totp = two.world.begin(grant).await;
    let code = code_of(&totp, two.world.now);
    let sealed = two.world.mfa.seal(grant).unwrap();
    let request = two.world.request();
    let mut sessions = Vec::new();
    for mfa in two.services().take(PLACES) {
        let grant = mfa.resume(&sealed, &request).await.unwrap();
        sessions.push((mfa, grant));
    }
    let mut tasks = JoinSet::new();
    for (mfa, grant) in sessions {
        let (code, request) = (code.clone(), request.clone());
        tasks.spawn(async move {
            let confirmed = mfa.confirm_totp(&grant, &code, None, &request).await;
            why(confirmed)
        });
    }
    tasks.join_all().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_set_up_is_confirmed_once() {
    let world = World::on_sqlite().await;
    let grant = world.signed_in().await;
    let two = Two::of(world).await;
    let ends = confirm_at_once(&two, &grant).await;
    assert_eq!(count(&ends, &Ok(())), 1, "{ends:?}");
    // The first device ends all other sessions, the losers' too.
    let ended = Err(Why::Refused(EnrollRefusal::Grant(GrantRefusal::Ended)));
    assert_eq!(count(&ends, &ended), PLACES - 1, "{ends:?}");
    assert_eq!(two.world.record().await.devices().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_further_set_up_is_confirmed_once() {
    let (world, _, grant) = World::on_sqlite().await.equipped().await;
    let two = Two::of(world).await;
    let ends = confirm_at_once(&two, &grant).await;
    assert_eq!(count(&ends, &Ok(())), 1, "{ends:?}");
    let nothing = Err(Why::Refused(EnrollRefusal::NothingPending));
    assert_eq!(count(&ends, &nothing), PLACES - 1, "{ends:?}");
    assert_eq!(two.world.record().await.devices().len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_lost_device_opens_nothing_once_it_is_removed() {
    for _ in 0..16 {
        let (mut world, lost, grant) = World::on_sqlite().await.equipped().await;
        let (_, grant) = world.enroll(&grant, "tablet").await;
        world.pass(30);
        let two = Two::of(world).await;
        let (world, request) = (&two.world, two.world.request());
        let browser = world.pending().await;
        let (thief, owner, code) = (
            two.other.mfa.clone(),
            world.mfa.clone(),
            lost.code(world.now),
        );
        let (now, id) = (world.now, lost.id);
        let signed_in = tokio::spawn(async move { browser.submit(&thief, &code, now).await }).await;
        let removed =
            tokio::spawn(async move { owner.remove_device(&grant, id, &request).await }).await;
        let signed_in = signed_in.unwrap();
        let renewed = removed.unwrap().unwrap();

        let request = world.request();
        match signed_in {
            // It came first, and was ended.
            Ok(grant) => {
                let sealed = world.mfa.seal(&grant).unwrap();
                let resumed = world.mfa.resume(&sealed, &request).await;
                assert_eq!(why(resumed), Err(Why::Refused(GrantRefusal::Ended)));
            }
            Err(error) => assert_eq!(Err(Why::from(error)), ENDED),
        }
        let status = world.mfa.status(&renewed, &request).await.unwrap();
        let left: Vec<_> = status
            .devices
            .into_iter()
            .map(|device| device.name)
            .collect();
        assert_eq!(left, [name("tablet")]);
    }
}
