//! Support reset through the facade, with its mail.

use mfakit::store::{Space, Store as _};
use mfakit::{
    Error, GrantRefusal, ManageRefusal, Next, Scope, SessionGrant, SignInRefusal, UserId,
};

use crate::browser::Browser;
use crate::mail::{Postman, service};
use crate::why::{Why, why};
use crate::world::{App, World};

/// Somebody else of the same service, who has just proven a second factor.
async fn operator(world: &World) -> SessionGrant {
    let (request, user) = (world.request(), UserId::from_bytes(b"operator").unwrap());
    _ = world.mfa.adopt_user(user, &request).await.unwrap();
    let grant = match world.mfa.after_first_factor(user, &request).await.unwrap() {
        Next::Granted(grant) => grant,
        other => panic!("{other:?}"),
    };
    world.enroll(&grant, "operator's phone").await.1
}

async fn scene() -> (World, App, SessionGrant, Postman) {
    let (world, post) = service().await;
    let (world, app, grant) = world.equipped().await;
    world.adopt("owner@example.com").await;
    (world, app, grant, post)
}

async fn give(
    world: &World,
    browser: &Browser,
    code: &str,
) -> Result<SessionGrant, Error<SignInRefusal>> {
    let request = browser.request(world.now);
    let token = browser.token();
    world.mfa.verify_reset_code(&token, code, &request).await
}

#[tokio::test]
async fn who_has_lost_everything_is_helped_and_the_password_alone_is_not_enough() {
    let (mut world, lost, before, _post) = scene().await;
    let operator = operator(&world).await;
    let request = world.request();
    let issued = world
        .mfa
        .issue_reset(&operator, world.user, "lost the phone", &request);
    let ticket = issued.await.unwrap();

    world.pass(1800);
    let Next::SecondFactor(page) = world.first_factor().await else {
        panic!("the password alone gives nothing")
    };
    assert!(page.reset());
    let browser = Browser::at(&page);
    assert!(give(&world, &browser, "0000-0000-0000-0000").await.is_err());
    let setting_up = give(&world, &browser, ticket.code()).await.unwrap();
    assert_eq!(setting_up.scope(), Scope::SetUp);
    let (sealed, request) = (world.mfa.seal(&setting_up).unwrap(), world.request());
    let resumed = world.mfa.resume(&sealed, &request).await;
    assert_eq!(why(resumed), Err(Why::Refused(GrantRefusal::SetUpFirst)));

    let limited = world.mfa.resume_limited(&sealed, &request).await.unwrap();
    let (new, grant) = world.enroll(&limited, "new phone").await;
    let status = world.mfa.status(&grant, &world.request()).await.unwrap();
    let ids: Vec<_> = status.devices.iter().map(|device| device.id).collect();
    assert_eq!(ids, [new.id]);
    assert_eq!((status.recovery, status.reset), (None, None));
    let sealed = world.mfa.seal(&before).unwrap();
    let ended = world.mfa.resume(&sealed, &world.request()).await;
    assert_eq!(why(ended), Err(Why::Refused(GrantRefusal::Ended)));
    world.pass(30);
    assert!(world.sign_in(&lost.code(world.now)).await.is_err());
    assert!(world.sign_in(&new.code(world.now)).await.is_ok());
}

#[tokio::test]
async fn the_owner_is_told_and_cancels_by_mail() {
    let (world, _, _, post) = scene().await;
    let operator = operator(&world).await;
    let request = world.request();
    let issued = world
        .mfa
        .issue_reset(&operator, world.user, "a caller said so", &request);
    let ticket = issued.await.unwrap();
    _ = world.mfa.run_outbox(world.now).await.unwrap();
    let mails = post.take();
    let told = mails.iter().find(|mail| mail.cancel.is_some()).unwrap();
    assert_eq!(told.to, "owner@example.com");
    assert!(told.text.contains("a caller said so"));
    assert!(!told.text.contains(ticket.code()));

    let token = mfakit::Sealed::from_text(told.cancel.as_deref().unwrap()).unwrap();
    let canceled = world.mfa.cancel_reset(&token, &request).await;
    assert!(canceled.unwrap());
    let again = world.mfa.cancel_reset(&token, &request).await;
    assert!(!again.unwrap());
    let browser = world.pending().await;
    let refused = why(give(&world, &browser, ticket.code()).await);
    let none = SignInRefusal::Recovery(mfakit::RecoveryRefusal::NoneOpen);
    assert_eq!(refused, Err(Why::Refused(none)));

    let forged = mfakit::Sealed::from_bytes(vec![1; 60]);
    let refused = world.mfa.cancel_reset(&forged, &request).await;
    assert!(matches!(why(refused), Err(Why::Token(_))));
}

#[tokio::test]
async fn an_operator_whose_session_has_ended_grants_nothing() {
    let (world, _, own, _post) = scene().await;
    let operator = operator(&world).await;
    let request = world.request();
    let changed = world
        .mfa
        .first_factor_changed(operator.user(), None, &request);
    changed.await.unwrap();
    let refused = world
        .mfa
        .issue_reset(&operator, world.user, "late", &request)
        .await;
    let ended = ManageRefusal::Grant(GrantRefusal::Ended);
    assert_eq!(why(refused), Err(Why::Refused(ended)));
    let refused = world
        .mfa
        .issue_reset(&own, world.user, "myself", &request)
        .await;
    assert_eq!(why(refused), Err(Why::Refused(ManageRefusal::OwnRecord)));
    let request = world.request();
    assert!(!world.mfa.withdraw_reset(&own, &request).await.unwrap());
}

#[tokio::test]
async fn the_keys_of_before_are_free_for_others_once_the_new_device_is_there() {
    let (world, _post) = service().await;
    let (mut world, _, _, _) = world.keyed().await;
    let credentials = async |world: &World| {
        let page = world.store.page(None, 100).await.unwrap();
        page.iter()
            .filter(|(key, _)| key.space() == Space::Credential)
            .count()
    };
    assert_eq!(credentials(&world).await, 1);
    world.pass(7200);
    let operator = operator(&world).await;
    let request = world.request();
    let issued = world
        .mfa
        .issue_reset(&operator, world.user, "lost", &request);
    let ticket = issued.await.unwrap();
    let browser = world.pending().await;
    let setting_up = give(&world, &browser, ticket.code()).await.unwrap();
    assert_eq!(credentials(&world).await, 1, "nothing goes before its time");
    let (_, grant) = world.enroll(&setting_up, "new phone").await;
    assert_eq!((grant.scope(), credentials(&world).await), (Scope::Full, 0));
}
