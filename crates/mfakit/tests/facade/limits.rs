//! Who tries too often is turned away unseen.

use std::net::IpAddr;
use std::pin::Pin;

use mfakit::store::{Faulty, MemoryStore, Operation, Step};
use mfakit::{Class, CodeRefusal, OpenError, OsRng, Profile, Request, SignInRefusal, UserId};
use tokio::task::JoinSet;

use crate::browser::Browser;
use crate::rigged::{Paced, Rigged, poll_once};
use crate::why::{Why, why};
use crate::world::{App, World, name};

const MISMATCH: Why<SignInRefusal> = Why::Refused(SignInRefusal::Code(CodeRefusal::Mismatch));

fn three_a_minute() -> Profile {
    let mut profile = Profile::cockpit();
    profile.max_attempts_per_source = 3;
    profile
}

async fn limited() -> World {
    World::configured(MemoryStore::new(), |builder| {
        builder.profile(three_a_minute())
    })
    .await
}

fn from(request: Request, ip: &str) -> Request {
    request.source(ip.parse::<IpAddr>().unwrap())
}

const ENDED: Result<(), Why<SignInRefusal>> = Err(Why::Refused(SignInRefusal::Ended));

/// A user with an app, and a sign-in that was used up: to try it again costs a place in the window
/// and nothing else.
async fn scene() -> (World, App, Browser) {
    let (mut world, app, _) = limited().await.equipped().await;
    let used_up = world.pending().await;
    _ = world.submit(&used_up, &app.code(world.now)).await.unwrap();
    world.pass(30);
    (world, app, used_up)
}

async fn attempt(world: &World, browser: &Browser, ip: &str) -> Result<(), Why<SignInRefusal>> {
    give(world, browser, "123456", ip).await
}

async fn give(
    world: &World,
    browser: &Browser,
    code: &str,
    ip: &str,
) -> Result<(), Why<SignInRefusal>> {
    let request = from(browser.request(world.now), ip);
    why(world
        .mfa
        .verify_totp(&browser.token(), code, &request)
        .await)
}

#[tokio::test]
async fn a_network_has_so_many_attempts_a_minute() {
    let (mut world, app, used_up) = scene().await;
    let browser = world.pending().await;
    let stored = world.stored().await;
    for _ in 0..3 {
        assert_eq!(attempt(&world, &used_up, "192.0.2.1").await, ENDED);
    }
    let fourth = attempt(&world, &used_up, "192.0.2.1").await;
    assert_eq!(fourth, Err(Why::Throttled(60)));
    let elsewhere = attempt(&world, &used_up, "192.0.2.2").await;
    assert_eq!(elsewhere, ENDED, "another network");

    world.pass(59);
    let code = app.code(world.now);
    assert_eq!(
        give(&world, &browser, &code, "192.0.2.1").await,
        Err(Why::Throttled(1)),
        "a right code too, and the window does not slide"
    );
    assert_eq!(world.stored().await, stored, "nothing was looked at");
    world.pass(1);
    let after = give(&world, &browser, &code, "192.0.2.1").await;
    assert_eq!(after, Ok(()), "the window has ended");
}

#[tokio::test]
async fn an_ipv6_network_of_64_bits_counts_as_one() {
    let (world, _, used_up) = scene().await;
    for ip in [
        "2001:db8:0:7::1",
        "2001:db8:0:7:ffff::2",
        "2001:db8:0:7:a:b:c:d",
    ] {
        assert_eq!(attempt(&world, &used_up, ip).await, ENDED, "{ip}");
    }
    let fourth = attempt(&world, &used_up, "2001:db8:0:7::4").await;
    assert_eq!(fourth, Err(Why::Throttled(60)));
    let beside = attempt(&world, &used_up, "2001:db8:0:8::1").await;
    assert_eq!(beside, ENDED);

    // An IPv4 address is the same in either notation.
    for ip in ["192.0.2.1", "::ffff:192.0.2.1", "192.0.2.1"] {
        assert_eq!(attempt(&world, &used_up, ip).await, ENDED, "{ip}");
    }
    let fourth = attempt(&world, &used_up, "::ffff:192.0.2.1").await;
    assert_eq!(fourth, Err(Why::Throttled(60)));
}

#[tokio::test]
async fn every_way_to_give_a_code_counts() {
    let (world, app, grant) = limited().await.equipped().await;
    let browser = world.pending().await;
    let request = from(browser.request(world.now), "192.0.2.1");
    let (mfa, wrong) = (&world.mfa, app.wrong_code(world.now));
    let confirm = async || {
        let confirmed = mfa
            .confirm_totp(&grant, &wrong, Some(name("x")), &request)
            .await;
        why(confirmed)
    };
    let step_up = async || why(mfa.step_up_totp(&grant, &wrong, &request).await);
    let verify = async || why(mfa.verify_totp(&browser.token(), &wrong, &request).await);

    let pending = mfakit::EnrollRefusal::NothingPending;
    assert_eq!(confirm().await, Err(Why::Refused(pending)));
    let mismatch = mfakit::StepUpRefusal::Code(CodeRefusal::Mismatch);
    assert_eq!(step_up().await, Err(Why::Refused(mismatch)));
    assert_eq!(verify().await, Err(MISMATCH));

    assert_eq!(confirm().await, Err(Why::Throttled(60)));
    assert_eq!(step_up().await, Err(Why::Throttled(60)));
    assert_eq!(verify().await, Err(Why::Throttled(60)));
    assert_eq!(world.record().await.failures(Class::Totp), 2);

    // Who has the password, or is signed in, is not turned away from the rest.
    assert_eq!(
        why(mfa.after_first_factor(world.user, &request).await),
        Ok(())
    );
    assert_eq!(why(mfa.status(&grant, &request).await), Ok(()));
}

/// Codes on paper and those that confirm an address count for the network as well.
#[tokio::test]
async fn every_other_code_counts_too() {
    let (world, _, grant) = limited().await.equipped().await;
    let browser = world.pending().await;
    let request = from(browser.request(world.now), "192.0.2.1");
    let (mfa, token, paper) = (&world.mfa, browser.token(), "0000-0000-0000-0000");
    let recover = async || why(mfa.verify_recovery_code(&token, paper, &request).await);
    let reset = async || why(mfa.verify_reset_code(&token, paper, &request).await);
    let confirm = async || why(mfa.confirm_address(&grant, "222-222-222", &request).await);

    let none = SignInRefusal::Recovery(mfakit::RecoveryRefusal::NoneOpen);
    assert_eq!(recover().await, Err(Why::Refused(none)));
    assert_eq!(reset().await, Err(Why::Refused(none)));
    let pending = mfakit::AddressRefusal::NothingPending;
    assert_eq!(confirm().await, Err(Why::Refused(pending)));

    assert_eq!(recover().await, Err(Why::Throttled(60)));
    assert_eq!(reset().await, Err(Why::Throttled(60)));
    assert_eq!(confirm().await, Err(Why::Throttled(60)));
}

#[tokio::test]
async fn where_no_address_is_known_no_network_is_limited() {
    let (world, _, used_up) = scene().await;
    for _ in 0..10 {
        assert_eq!(why(world.submit(&used_up, "123456").await), ENDED);
    }
}

/// How many requests of one user may be under way in a process.
const PLACES: usize = 32;

#[tokio::test]
async fn a_full_line_is_throttled_unseen() {
    let faulty = Faulty::new(MemoryStore::new());
    let (world, app, _) = World::over(faulty.clone()).await.equipped().await;
    let bob = UserId::random(&mut OsRng::new().unwrap());
    world.mfa.create_user(bob, &world.request()).await.unwrap();
    let browser = world.pending().await;
    let (code, wrong) = (app.code(world.now), app.wrong_code(world.now));

    // The first hangs at the store, the others wait for it.
    faulty.script(Operation::Get, [Step::StallBefore]);
    let mut line: Vec<Pin<Box<_>>> = (0..PLACES)
        .map(|_| Box::pin(world.submit(&browser, &wrong)))
        .collect();
    for waiting in &mut line {
        assert!(poll_once(waiting.as_mut()).is_none());
    }
    let reads = faulty.calls(Operation::Get);
    for code in [&wrong, &code] {
        let got = why(world.submit(&browser, code).await);
        assert_eq!(got, Err(Why::Throttled(1)), "the same for right and wrong");
    }
    assert_eq!(faulty.calls(Operation::Get), reads, "unseen");

    // Another user has another line; and reading needs no turn.
    let next = world.mfa.after_first_factor(bob, &world.request()).await;
    assert_eq!(why(next), Ok(()));
    let page = world
        .mfa
        .pending_sign_in(&browser.token(), &browser.request(world.now))
        .await;
    assert_eq!(why(page), Ok(()));

    // Who gives up leaves a place; when the first does, the next one's turn comes.
    drop(line.pop());
    drop(line.remove(0));
    let second = line[0].as_mut().await;
    assert_eq!(why(second), Err(MISMATCH));
    drop(line);
    assert_eq!(why(world.submit(&browser, &code).await), Ok(()));
}

#[tokio::test]
async fn who_loses_a_race_decides_anew_and_not_for_ever() {
    let rigged = Rigged::new(MemoryStore::new());
    let (mut world, app, _) = World::over(rigged.clone()).await.equipped().await;
    let code = app.code(world.now);
    let browser = world.pending().await;
    for code in [&app.wrong_code(world.now), &code] {
        rigged.lose(32);
        let got = world.submit(&browser, code).await;
        assert_eq!(
            why(got),
            Err(Why::Contended),
            "the same for right and wrong"
        );
        assert_eq!(rigged.left(), 0, "so often it was tried");
    }
    assert_eq!(world.record().await.failures(Class::Totp), 0);

    rigged.lose(31);
    assert_eq!(why(world.submit(&browser, &code).await), Ok(()));
    world.pass(30);
    let again = world.sign_in(&code).await;
    let replayed = SignInRefusal::Code(CodeRefusal::Replayed);
    assert_eq!(why(again), Err(Why::Refused(replayed)));

    // Deleting gives up in the same way.
    rigged.lose(32);
    let deleted = world.mfa.delete_user(world.user, &world.request()).await;
    assert_eq!(why(deleted), Err(Why::Contended));
    rigged.lose(31);
    let deleted = world.mfa.delete_user(world.user, &world.request()).await;
    assert!(deleted.unwrap());
}

#[tokio::test]
async fn two_processes_on_one_store_each_with_a_line_of_its_own() {
    let store = Paced(MemoryStore::new());
    let (world, app, _) = World::over(store).await.equipped().await;
    let other = world.other_process().await;
    let mut browsers = Vec::new();
    for _ in 0..2 * PLACES {
        browsers.push(world.pending().await);
    }

    let mut tasks = JoinSet::new();
    let services = [&world.mfa, &other.mfa].into_iter().cycle();
    for (mfa, browser) in services.zip(browsers) {
        let (mfa, code, now) = (mfa.clone(), app.code(world.now), world.now);
        tasks.spawn(async move { why(browser.submit(&mfa, &code, now).await) });
    }
    let ends = tasks.join_all().await;
    crate::races::assert_one_winner_with_sign_ins_of_their_own(&ends);
}

/// Requirement 7: whoever has not proven the first factor has no token, and takes away neither the
/// owner's tries nor the attempts of a network.
#[tokio::test]
async fn a_stranger_without_a_token_counts_nowhere() {
    let (mut world, app, _) = limited().await.equipped().await;
    let owner = world.pending().await;
    let (stored, code) = (world.stored().await, app.code(world.now));
    let strangers = [
        from(world.request(), "192.0.2.1"),
        from(world.request().cookies("__Host-mfa-s=x"), "192.0.2.1"),
    ];
    for request in &strangers {
        for text in [code.as_str(), &app.wrong_code(world.now)] {
            for _ in 0..100 {
                let verify = world.mfa.verify_totp(&owner.token(), text, request).await;
                assert_eq!(why(verify), Err(Why::Token(OpenError::Forged)));
            }
        }
    }
    assert_eq!(world.stored().await, stored);
    assert_eq!(world.record().await.failures(Class::Totp), 0);
    let request = from(owner.request(world.now), "192.0.2.1");
    let verify = world.mfa.verify_totp(&owner.token(), &code, &request).await;
    assert_eq!(why(verify), Ok(()), "of the same network");
    world.pass(1);
}

/// Requirement 5: a success clears the user's own failures, not what the network has used up.
#[tokio::test]
async fn a_success_gives_the_network_no_attempts_back() {
    let (mut world, app, _) = limited().await.equipped().await;
    let browser = world.pending().await;
    let request = from(browser.request(world.now), "192.0.2.1");
    for _ in 0..2 {
        let wrong = app.wrong_code(world.now);
        let verify = world
            .mfa
            .verify_totp(&browser.token(), &wrong, &request)
            .await;
        assert_eq!(why(verify), Err(MISMATCH));
    }
    let code = app.code(world.now);
    let verify = world
        .mfa
        .verify_totp(&browser.token(), &code, &request)
        .await;
    assert_eq!(why(verify), Ok(()));
    assert_eq!(world.record().await.failures(Class::Totp), 0);

    let browser = world.pending().await;
    assert_eq!(
        attempt(&world, &browser, "192.0.2.1").await,
        Err(Why::Throttled(60))
    );
    world.pass(60);
    assert_eq!(
        give(&world, &browser, "x", "192.0.2.1").await,
        Err(Why::MalformedCode)
    );
}
