//! Security keys and passkeys through the facade.

use std::time::Duration;

use mfakit::store::{MemoryStore, Store as _};
use mfakit::{
    EnrollRefusal, GrantRefusal, KeyRefusal, Level, ManageRefusal, Mediation, Mfa, Next, OpenError,
    Profile, Request, Required, Requirement, Scope, Sealed, SessionGrant, SignInRefusal,
    StepUpRefusal,
};
use mfakit_testkit::Authenticator;

use crate::house::{KeyPage, ORIGIN};
use crate::why::{Why, why};
use crate::world::World;

async fn resume(world: &World, grant: &SessionGrant) -> Result<(), Why<GrantRefusal>> {
    let sealed = world.mfa.seal(grant).unwrap();
    why(world.mfa.resume(&sealed, &world.request()).await)
}

const ENDED: Result<(), Why<SignInRefusal>> = Err(Why::Refused(SignInRefusal::Ended));

#[tokio::test]
async fn a_key_is_set_up_and_opens_sessions_with_a_password_and_alone() {
    let (world, mut key, device, _) = World::on_sqlite().await.keyed().await;
    let session = world.sign_in_by(&mut key).await.unwrap();
    assert_eq!((session.level(), session.proofs().len()), (Level::Aal2, 2));
    let session = world.sign_in_by_passkey(&mut key).await.unwrap();
    assert_eq!((session.user(), session.level()), (world.user, Level::Aal2));
    let status = world.mfa.status(&session, &world.request()).await.unwrap();
    assert_eq!(status.devices[0].id, device);
    let rp = world.mfa.webauthn().unwrap().relying_party();
    let signal = status.accepted_credentials(rp).unwrap().to_json();
    assert!(signal.contains(r#""rpId":"example.com""#), "{signal}");
    let signal = status.user_details(rp, "Ada").unwrap().to_json();
    assert!(signal.contains(r#""name":"Ada""#), "{signal}");
}

#[tokio::test]
async fn nothing_is_written_when_a_ceremony_begins() {
    let (world, _, _, grant) = World::new().await.keyed().await;
    let before = world.stored().await;
    let page = world.store.page(None, 100).await.unwrap().len();
    _ = world.setup_page(&grant).await.unwrap();
    _ = world.key_page().await;
    _ = world.passkey_page().await;
    let second = Requirement::level(Level::Aal2);
    let request = world.request();
    let begun = world
        .mfa
        .begin_step_up_webauthn(&grant, second, &request)
        .await;
    assert!(begun.is_ok());
    assert_eq!(world.stored().await, before);
    assert_eq!(world.store.page(None, 100).await.unwrap().len(), page);
}

#[tokio::test]
async fn a_fresh_proof_comes_from_a_key() {
    let (mut world, mut key, _, grant) = World::new().await.keyed().await;
    world.pass(600);
    let second = Requirement::level(Level::Aal2).phishing_resistant();
    let fresh = second.within(Duration::from_secs(60));
    let stale = world.mfa.require(&grant, fresh, &world.request()).await;
    assert_eq!(why(stale), Err(Why::Refused(GrantRefusal::StepUpRequired)));
    let request = world.request();
    let begun = world
        .mfa
        .begin_step_up_webauthn(&grant, fresh, &request)
        .await;
    let page = KeyPage::request(&begun.unwrap());
    let answer = page.answer(&mut key);
    let token = Sealed::from_text(&page.browser.token).unwrap();
    let request = page.browser.request(world.now);
    let stepped = world
        .mfa
        .step_up_webauthn(&grant, &token, &answer, &request)
        .await;
    let met = world
        .mfa
        .require(&stepped.unwrap(), fresh, &world.request())
        .await;
    assert!(met.is_ok());
    let again = world
        .mfa
        .step_up_webauthn(&grant, &token, &answer, &request)
        .await;
    assert_eq!(why(again), Err(Why::Refused(StepUpRefusal::Ended)));
}

#[tokio::test]
async fn tokens_are_of_one_browser() {
    let (world, mut key, _, grant) = World::new().await.keyed().await;
    let page = world.key_page().await;
    let other = world.key_page().await;
    let answer = page.answer(&mut key);
    let forged = Err(Why::Token(OpenError::Forged));
    for cookies in ["", other.browser.cookies.as_str()] {
        let mut stolen = page.clone();
        stolen.browser.cookies = cookies.to_owned();
        assert_eq!(why(world.give(&stolen, &answer, false).await), forged);
    }
    let setup = world.setup_page(&grant).await.unwrap();
    let registration = setup.registration(&mut Authenticator::new(2));
    let mut stolen = setup.clone();
    stolen.browser.cookies.clone_from(&other.browser.cookies);
    let refused = world
        .confirm_key(&grant, &stolen, &registration, None)
        .await;
    assert_eq!(why(refused), Err(Why::Token(OpenError::Forged)));
    // Nothing was lost by any of it.
    assert_eq!(why(world.give(&page, &answer, false).await), Ok(()));
    assert!(
        world
            .confirm_key(&grant, &setup, &registration, None)
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn a_second_step_is_no_passkey_and_the_other_way_round() {
    let (world, mut key, _, _) = World::new().await.keyed().await;
    let page = world.key_page().await;
    let answer = page.answer(&mut key);
    assert_eq!(why(world.give(&page, &answer, true).await), ENDED);
    let page = world.passkey_page().await;
    let answer = page.answer(&mut key);
    assert_eq!(why(world.give(&page, &answer, false).await), ENDED);
}

#[tokio::test]
async fn what_is_no_answer_is_said_to_be_none() {
    let (world, mut key, _, grant) = World::new().await.keyed().await;
    let page = world.key_page().await;
    let right = page.answer(&mut key);
    let setup = world.setup_page(&grant).await.unwrap();
    let twice = right.replacen('{', r#"{"id":"AQ","#, 1);
    let deep = "[".repeat(100_000);
    for answer in ["", "null", "{}", "[]", twice.as_str(), deep.as_str()] {
        let malformed = why(world.give(&page, answer, false).await);
        assert_eq!(malformed, Err(Why::MalformedResponse), "{:.20}", answer);
        let malformed = why(world.confirm_key(&grant, &setup, answer, None).await);
        assert_eq!(malformed, Err(Why::MalformedResponse), "{:.20}", answer);
    }
    assert_eq!(why(world.give(&page, &right, false).await), Ok(()));
}

#[tokio::test]
async fn a_service_without_a_relying_party_says_so() {
    let (world, _, grant) = World::with_app().await;
    let builder = Mfa::builder("Example").keys(crate::world::copy_of(&world.keys));
    let mfa = builder.store(world.store.clone()).build().await.unwrap();
    let request = Request::new(world.now);
    let begun = mfa
        .begin_webauthn(&grant, "ada", mfakit::KeyChoice::Any, &request)
        .await;
    assert_eq!(why(begun), Err(Why::NotConfigured("webauthn")));
    let begun = mfa.begin_passkey(Mediation::Conditional, &request).await;
    assert_eq!(why(begun), Err(Why::NotConfigured("webauthn")));
    assert!(mfa.webauthn().is_none());
    match mfa.after_first_factor(world.user, &request).await.unwrap() {
        Next::SecondFactor(page) => assert!(page.key().is_none()),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn attempts_with_keys_count_for_their_network_and_not_for_the_user() {
    let mut profile = Profile::cockpit();
    profile.max_attempts_per_source = 5;
    let world = World::configured(MemoryStore::new(), |builder| builder.profile(profile)).await;
    let (world, mut key, _, _) = world.keyed().await;
    let page = world.key_page().await;
    let mut bad = key.get_assertion(&page.options, ORIGIN).unwrap();
    bad.sign()[9] ^= 1;
    let bad = bad.json();
    let token = Sealed::from_text(&page.browser.token).unwrap();
    let request = page
        .browser
        .request(world.now)
        .source("192.0.2.1".parse().unwrap());
    let stored = world.stored().await;
    for _ in 0..5 {
        let refused = world.mfa.verify_webauthn(&token, &bad, &request).await;
        match why(refused) {
            Err(Why::Refused(SignInRefusal::Key(KeyRefusal::Refused(error)))) => {
                assert_eq!(error.code(), "W060");
            }
            other => panic!("{other:?}"),
        }
    }
    let refused = world.mfa.verify_webauthn(&token, &bad, &request).await;
    assert!(matches!(why(refused), Err(Why::Throttled(_))));
    assert_eq!(
        world.stored().await,
        stored,
        "a stranger's answers write nothing"
    );
    let elsewhere = page
        .browser
        .request(world.now)
        .source("192.0.2.2".parse().unwrap());
    let answer = page.answer(&mut key);
    assert!(
        world
            .mfa
            .verify_webauthn(&token, &answer, &elsewhere)
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn another_users_assertion_is_refused() {
    let (world, _, _, _) = World::new().await.keyed().await;
    let other = world.another_user().await;
    let theirs = other.signed_in().await;
    let mut key = Authenticator::new(2);
    let _ = other.register(&theirs, &mut key, "theirs").await;
    let (page, their_page) = (world.key_page().await, other.key_page().await);
    let answer = their_page.answer(&mut key);
    let refused = why(world.give(&page, &answer, false).await);
    assert_eq!(
        refused,
        Err(Why::Refused(SignInRefusal::Key(KeyRefusal::Unknown)))
    );
    // Nor does the victim's token help with the challenge of it.
    let mut mixed = key.get_assertion(&their_page.options, ORIGIN).unwrap();
    mixed.client_data = key
        .get_assertion(&their_page.options, ORIGIN)
        .unwrap()
        .client_data;
    assert!(world.give(&page, &mixed.json(), false).await.is_err());
    assert_eq!(why(other.give(&their_page, &answer, false).await), Ok(()));
}

#[tokio::test]
async fn of_two_phones_one_is_deleted_and_this_session_alone_goes_on() {
    let (world, mut lost, device, grant) = World::on_sqlite().await.keyed().await;
    let mut phone = Authenticator::new(2);
    let (_, grant) = world.register(&grant, &mut phone, "phone").await;
    let elsewhere = world.sign_in_by(&mut lost).await.unwrap();
    let deleted = world
        .mfa
        .remove_device(&grant, device, &world.request())
        .await;
    let this = deleted.unwrap();
    assert_eq!(resume(&world, &this).await, Ok(()));
    let ended = Err(Why::Refused(GrantRefusal::Ended));
    assert_eq!(resume(&world, &elsewhere).await, ended);
    assert_eq!(resume(&world, &grant).await, ended);
    let unknown = Err(Why::Refused(SignInRefusal::Key(KeyRefusal::Unknown)));
    assert_eq!(why(world.sign_in_by_passkey(&mut lost).await), unknown);
    assert_eq!(why(world.sign_in_by(&mut phone).await), Ok(()));
}

#[tokio::test]
async fn a_lost_key_is_suspended_and_resumed() {
    let (world, mut lost, device, grant) = World::new().await.keyed().await;
    let (_, grant) = world
        .register(&grant, &mut Authenticator::new(2), "phone")
        .await;
    let suspended = world
        .mfa
        .suspend_device(&grant, device, &world.request())
        .await;
    let grant = suspended.unwrap();
    let refused = Err(Why::Refused(SignInRefusal::Key(KeyRefusal::Suspended)));
    assert_eq!(why(world.sign_in_by_passkey(&mut lost).await), refused);
    let again = world
        .mfa
        .suspend_device(&grant, device, &world.request())
        .await;
    assert_eq!(why(again), Err(Why::Refused(ManageRefusal::Suspended)));
    let resumed = world
        .mfa
        .resume_device(&grant, device, &world.request())
        .await;
    assert_eq!(why(resumed), Ok(()));
    assert_eq!(why(world.sign_in_by_passkey(&mut lost).await), Ok(()));
}

#[tokio::test]
async fn a_required_key_is_set_up_before_anything_else() {
    let mut profile = Profile::cockpit();
    profile.required = Required::SecurityKey;
    let mut world = World::configured(MemoryStore::new(), |builder| builder.profile(profile)).await;
    world.pass(14 * 86_400);
    let narrow = match world.first_factor().await {
        Next::Enroll(grant) => grant,
        other => panic!("{other:?}"),
    };
    let sealed = world.mfa.seal(&narrow).unwrap();
    let refused = world.mfa.resume(&sealed, &world.request()).await;
    assert_eq!(why(refused), Err(Why::Refused(GrantRefusal::SetUpFirst)));
    let narrow = world
        .mfa
        .resume_limited(&sealed, &world.request())
        .await
        .unwrap();
    let (_, full) = world
        .register(&narrow, &mut Authenticator::new(1), "key")
        .await;
    assert_eq!(full.scope(), Scope::Full);
    assert_eq!(resume(&world, &full).await, Ok(()));
}

#[tokio::test]
async fn a_name_that_is_taken_costs_another_name_only() {
    let (world, _, _, grant) = World::new().await.keyed().await;
    let page = world.setup_page(&grant).await.unwrap();
    let answer = page.registration(&mut Authenticator::new(2));
    let taken = world.confirm_key(&grant, &page, &answer, Some("key")).await;
    assert_eq!(why(taken), Err(Why::Refused(EnrollRefusal::NameTaken)));
    assert!(
        world
            .confirm_key(&grant, &page, &answer, Some("phone"))
            .await
            .is_ok()
    );
}
