//! A store in trouble: nothing is granted twice, nothing is lost, and no outage is a verdict.

use mfakit::store::StoreErrorKind::{self, Busy, Full, OutcomeUnknown, ReadOnly, Unavailable};
use mfakit::store::{Faulty, MemoryStore, Operation, Step};
use mfakit::{
    Adopted, Class, CodeRefusal, GrantRefusal, Never, OsRng, Request, Requirement, SessionGrant,
    SignInRefusal, UserId,
};

use crate::rigged::{Paced, Rigged, poll_once};
use crate::why::{Why, why};
use crate::world::{App, World, code_of, name};

const MISMATCH: Why<SignInRefusal> = Why::Refused(SignInRefusal::Code(CodeRefusal::Mismatch));
const REPLAYED: Why<SignInRefusal> = Why::Refused(SignInRefusal::Code(CodeRefusal::Replayed));

/// A user with one app on a store that does as it is told.
struct Trouble {
    world: World,
    app: App,
    grant: SessionGrant,
    faulty: Faulty<MemoryStore>,
}

impl Trouble {
    async fn new() -> Self {
        let faulty = Faulty::new(MemoryStore::new());
        let (world, app, grant) = World::over(faulty.clone()).await.equipped().await;
        Self {
            world,
            app,
            grant,
            faulty,
        }
    }

    fn puts(&self) -> u64 {
        self.faulty.calls(Operation::Put)
    }

    async fn failures(&self) -> u32 {
        self.world.record().await.failures(Class::Totp)
    }

    /// A sign-in whose writes and looks go as scripted.
    async fn sign_in(
        &self,
        code: &str,
        puts: &[Step],
        looks: &[Step],
    ) -> Result<(), Why<SignInRefusal>> {
        let browser = self.world.pending().await;
        self.faulty.script(Operation::Put, puts.iter().copied());
        let load = [Step::Pass];
        let gets = load.iter().chain(looks).copied();
        self.faulty.script(Operation::Get, gets);
        why(self.world.submit(&browser, code).await)
    }
}

#[tokio::test]
async fn a_write_that_happened_unheard_is_granted_once() {
    let trouble = Trouble::new().await;
    let code = trouble.app.code(trouble.world.now);
    let before = trouble.puts();
    let unheard = [Step::FailAfter(OutcomeUnknown)];
    assert_eq!(trouble.sign_in(&code, &unheard, &[]).await, Ok(()));
    assert_eq!(trouble.puts() - before, 1, "it was found, not repeated");
    assert_eq!(trouble.sign_in(&code, &[], &[]).await, Err(REPLAYED));
}

#[tokio::test]
async fn a_write_that_got_lost_is_repeated() {
    for lost in 1..=3 {
        let trouble = Trouble::new().await;
        let code = trouble.app.code(trouble.world.now);
        let before = trouble.puts();
        let steps = vec![Step::FailBefore(OutcomeUnknown); lost];
        assert_eq!(trouble.sign_in(&code, &steps, &[]).await, Ok(()));
        assert_eq!(trouble.puts() - before, u64::try_from(lost).unwrap() + 1);
        assert_eq!(trouble.sign_in(&code, &[], &[]).await, Err(REPLAYED));
    }
}

#[tokio::test]
async fn a_repeated_write_that_happened_unheard_is_found() {
    let trouble = Trouble::new().await;
    let code = trouble.app.code(trouble.world.now);
    let steps = [
        Step::FailBefore(OutcomeUnknown),
        Step::FailAfter(OutcomeUnknown),
    ];
    assert_eq!(trouble.sign_in(&code, &steps, &[]).await, Ok(()));
    assert_eq!(trouble.sign_in(&code, &[], &[]).await, Err(REPLAYED));
}

#[tokio::test]
async fn what_stays_unknown_is_no_verdict() {
    let trouble = Trouble::new().await;
    let code = trouble.app.code(trouble.world.now);
    let lost = [Step::FailBefore(OutcomeUnknown); 4];
    let got = trouble.sign_in(&code, &lost, &[]).await;
    assert_eq!(got, Err(Why::Store(OutcomeUnknown)));
    assert_eq!(trouble.failures().await, 0);
    assert_eq!(trouble.sign_in(&code, &[], &[]).await, Ok(()));
}

#[tokio::test]
async fn an_outage_after_a_write_is_no_verdict_and_no_second_chance() {
    let trouble = Trouble::new().await;
    let code = trouble.app.code(trouble.world.now);
    let unheard = [Step::FailAfter(OutcomeUnknown)];
    let outage = [Step::FailBefore(Unavailable)];
    let got = trouble.sign_in(&code, &unheard, &outage).await;
    assert_eq!(
        got,
        Err(Why::Store(OutcomeUnknown)),
        "not \"nothing was written\""
    );
    assert_eq!(trouble.sign_in(&code, &[], &[]).await, Err(REPLAYED));
}

#[tokio::test]
async fn a_write_of_unknown_outcome_stays_so_when_the_next_attempt_fails() {
    for first in [
        Step::FailAfter(OutcomeUnknown),
        Step::FailBefore(OutcomeUnknown),
    ] {
        let trouble = Trouble::new().await;
        let code = trouble.app.code(trouble.world.now);
        let happened = matches!(first, Step::FailAfter(_));
        let mut steps = vec![first];
        steps.extend([Step::FailBefore(Unavailable); 3]);
        let got = trouble.sign_in(&code, &steps, &[]).await;
        let want = if happened {
            Ok(())
        } else {
            Err(Why::Store(OutcomeUnknown))
        };
        assert_eq!(got, want, "{first:?}");
    }
}

#[tokio::test]
async fn a_wrong_code_counts_once_whatever_its_write_does() {
    for step in [
        Step::FailAfter(OutcomeUnknown),
        Step::FailBefore(OutcomeUnknown),
    ] {
        let trouble = Trouble::new().await;
        let wrong = trouble.app.wrong_code(trouble.world.now);
        assert_eq!(trouble.sign_in(&wrong, &[step], &[]).await, Err(MISMATCH));
        assert_eq!(trouble.failures().await, 1, "{step:?}");
    }
}

#[tokio::test]
async fn a_write_that_failed_counts_nothing_and_loses_nothing() {
    for kind in [Busy, Full, ReadOnly, Unavailable] {
        let trouble = Trouble::new().await;
        let now = trouble.world.now;
        let before = trouble.world.stored().await;
        let failed = [Step::FailBefore(kind)];
        for code in [trouble.app.wrong_code(now), trouble.app.code(now)] {
            let got = trouble.sign_in(&code, &failed, &[]).await;
            assert_eq!(got, Err(Why::Store(kind)), "the same for right and wrong");
            assert_eq!(trouble.world.stored().await, before);
        }
        let code = trouble.app.code(now);
        assert_eq!(trouble.sign_in(&code, &[], &[]).await, Ok(()));
    }
}

/// Every operation that reads first, during an outage.
async fn read_operations(trouble: &Trouble, kind: StoreErrorKind) {
    let Trouble {
        world, app, grant, ..
    } = trouble;
    let (mfa, request) = (&world.mfa, world.request());
    let browser = world.pending().await;
    let sealed = mfa.seal(grant).unwrap();
    let code = app.code(world.now);
    let fail = || {
        trouble
            .faulty
            .script(Operation::Get, [Step::FailBefore(kind)]);
    };

    fail();
    let first = mfa.after_first_factor(world.user, &request).await;
    assert_eq!(why(first), Err(Why::<Never>::Store(kind)));
    fail();
    let page = mfa
        .pending_sign_in(&browser.token(), &browser.request(world.now))
        .await;
    assert_eq!(why(page), Err(Why::Store(kind)));
    fail();
    let second = world.submit(&browser, &code).await;
    assert_eq!(why(second), Err(Why::Store(kind)));
    fail();
    let resumed = mfa.resume(&sealed, &request).await;
    assert_eq!(why(resumed), Err(Why::<GrantRefusal>::Store(kind)));
    fail();
    let required = mfa
        .require(grant, Requirement::level(mfakit::Level::Aal1), &request)
        .await;
    assert_eq!(why(required), Err(Why::Store(kind)));
    fail();
    assert_eq!(
        why(mfa.status(grant, &request).await),
        Err(Why::Store(kind))
    );
    fail();
    let removed = mfa.remove_device(grant, app.id, &request).await;
    assert_eq!(why(removed), Err(Why::Store(kind)));
    fail();
    let deleted = mfa.delete_user(world.user, &request).await;
    assert_eq!(why(deleted), Err(Why::Store(kind)));
}

#[tokio::test]
async fn an_outage_while_reading_is_an_error_and_never_a_grant() {
    let trouble = Trouble::new().await;
    let before = trouble.world.stored().await;
    for kind in [Unavailable, StoreErrorKind::Corrupt, StoreErrorKind::Closed] {
        read_operations(&trouble, kind).await;
    }
    assert_eq!(trouble.world.stored().await, before);
    let code = trouble.app.code(trouble.world.now);
    assert_eq!(trouble.sign_in(&code, &[], &[]).await, Ok(()));
}

#[tokio::test]
async fn an_outage_of_the_limits_is_an_error_and_never_a_grant() {
    let trouble = Trouble::new().await;
    let code = trouble.app.code(trouble.world.now);
    let browser = trouble.world.pending().await;
    let request = browser
        .request(trouble.world.now)
        .source("192.0.2.1".parse().unwrap());
    let verify = async |request: &Request| {
        let verified = trouble
            .world
            .mfa
            .verify_totp(&browser.token(), &code, request)
            .await;
        why(verified)
    };
    let outage = [Step::FailBefore(Unavailable)];
    trouble.faulty.script(Operation::Count, outage);
    assert_eq!(verify(&request).await, Err(Why::Store(Unavailable)));
    assert_eq!(trouble.failures().await, 0);
    assert_eq!(verify(&request).await, Ok(()));
}

#[tokio::test]
async fn a_device_is_set_up_once_whatever_its_write_does() {
    for step in [
        Step::FailAfter(OutcomeUnknown),
        Step::FailBefore(OutcomeUnknown),
    ] {
        let trouble = Trouble::new().await;
        let world = &trouble.world;
        let totp = world.begin(&trouble.grant).await;
        let code = code_of(&totp, world.now);
        trouble.faulty.script(Operation::Put, [step]);
        let request = world.request();
        let confirmed = world
            .mfa
            .confirm_totp(&trouble.grant, &code, Some(name("tablet")), &request)
            .await;
        let enrolled = confirmed.unwrap();
        let devices = world.record().await.devices();
        assert_eq!(devices.len(), 2, "{step:?}");
        assert_eq!(devices[1].id, enrolled.device);
        assert_eq!(why(world.sign_in(&code).await), Err(REPLAYED));
    }
}

#[tokio::test]
async fn a_user_who_was_created_or_deleted_unheard_is_no_error() {
    let trouble = Trouble::new().await;
    let (world, faulty) = (&trouble.world, &trouble.faulty);
    let request = world.request();
    let unheard = [Step::FailAfter(OutcomeUnknown)];
    let bob = UserId::random(&mut OsRng::new().unwrap());
    faulty.script(Operation::Put, unheard);
    assert_eq!(why(world.mfa.create_user(bob, &request).await), Ok(()));
    faulty.script(Operation::Delete, unheard);
    assert!(world.mfa.delete_user(bob, &request).await.unwrap());
    assert!(!world.mfa.delete_user(bob, &request).await.unwrap());
    faulty.script(Operation::Put, unheard);
    let adopted = world.mfa.adopt_user(bob, &request).await;
    assert_eq!(adopted.unwrap(), Adopted::Created);

    // Not done at all, and nobody knows.
    let lost = [Step::FailBefore(OutcomeUnknown); 32];
    faulty.script(Operation::Delete, lost);
    let deleted = world.mfa.delete_user(bob, &request).await;
    assert_eq!(why(deleted), Err(Why::Store(OutcomeUnknown)));
    // Not done at first, and then it is.
    faulty.script(Operation::Delete, [Step::FailBefore(OutcomeUnknown)]);
    assert!(world.mfa.delete_user(bob, &request).await.unwrap());
    let gone = world.mfa.after_first_factor(bob, &request).await;
    assert_eq!(why(gone), Err(Why::UnknownUser));
}

/// A write's answer is lost, and before the look another process changes the record.
async fn overtaken(step: Step) -> Result<(), Why<SignInRefusal>> {
    let memory = MemoryStore::new();
    let faulty = Faulty::new(Paced(memory.clone()));
    let (world, app, _) = World::over(faulty.clone()).await.equipped().await;
    let other = world.elsewhere(memory).await;
    let browser = world.pending().await;
    let (code, wrong) = (app.code(world.now), app.wrong_code(world.now));
    let looks = faulty.calls(Operation::Get) + 2;
    faulty.script(Operation::Put, [step]);
    let mut submitted = std::pin::pin!(world.submit(&browser, &code));
    for _ in 0..100 {
        if faulty.calls(Operation::Get) < looks {
            assert!(poll_once(submitted.as_mut()).is_none());
        }
    }
    assert_eq!(faulty.calls(Operation::Get), looks);
    // The look waits before it reads.
    assert_eq!(why(other.sign_in(&wrong).await), Err(MISMATCH));
    why(submitted.await)
}

#[tokio::test]
async fn after_an_overtaken_write_it_is_decided_anew() {
    // Nothing was written: the code is still good.
    let lost = Step::FailBefore(OutcomeUnknown);
    assert_eq!(overtaken(lost).await, Ok(()));
    // It was written, and nobody can tell any more by whom: never a second grant.
    let unheard = Step::FailAfter(OutcomeUnknown);
    let ended = Err(Why::Refused(SignInRefusal::Ended));
    assert_eq!(overtaken(unheard).await, ended);
}

#[tokio::test]
async fn a_late_write_is_recognized_as_our_own() {
    let store = Rigged::new(MemoryStore::new());
    let (world, app, _) = World::over(store.clone()).await.equipped().await;
    let (code, wrong) = (app.code(world.now), app.wrong_code(world.now));
    let browser = world.pending().await;
    // The look comes too early, and the second write too late.
    store.delay_the_next_write();
    assert_eq!(why(world.submit(&browser, &wrong).await), Err(MISMATCH));
    assert!(store.was_late());
    assert_eq!(
        world.record().await.failures(Class::Totp),
        1,
        "counted once"
    );
    store.delay_the_next_write();
    assert_eq!(why(world.submit(&browser, &code).await), Ok(()));
    assert!(store.was_late());
    assert_eq!(why(world.sign_in(&code).await), Err(REPLAYED));
}

#[tokio::test]
async fn somebody_elses_write_is_not_taken_for_our_own() {
    let rigged = Rigged::new(MemoryStore::new());
    let faulty = Faulty::new(rigged.clone());
    let (world, app, _) = World::over(faulty.clone()).await.equipped().await;
    let code = app.code(world.now);
    let browser = world.pending().await;
    // The first write got lost, and somebody is faster than the second.
    faulty.script(Operation::Put, [Step::FailBefore(OutcomeUnknown)]);
    rigged.lose(1);
    assert_eq!(why(world.submit(&browser, &code).await), Ok(()));
    assert_eq!(rigged.left(), 0);
    assert_eq!(
        why(world.sign_in(&code).await),
        Err(REPLAYED),
        "it was written"
    );
}
