//! Who is there, and who is not: absent is not "no second factor".

use mfakit::{
    Adopted, Class, CreateRefusal, Error, GrantRefusal, Level, Mfa, OsRng, Request, Requirement,
    SessionGrant, SignInRefusal, UserId,
};

use crate::browser::Browser;
use crate::why::{Why, why};
use crate::world::{App, World, name};

fn id(text: &str) -> UserId {
    UserId::from_bytes(text.as_bytes()).unwrap()
}

#[tokio::test]
async fn a_user_is_created_once() {
    let world = World::new().await;
    let before = world.stored().await;
    let again = world.mfa.create_user(world.user, &world.request()).await;
    assert_eq!(why(again), Err(Why::Refused(CreateRefusal::Exists)));
    assert_eq!(world.stored().await, before, "and left alone");
}

#[tokio::test]
async fn adopting_makes_a_record_where_there_is_none() {
    let (world, _, _) = World::with_app().await;
    let adopt = async |user| world.mfa.adopt_user(user, &world.request()).await.unwrap();
    assert_eq!(adopt(world.user).await, Adopted::Known);
    assert_eq!(world.record().await.devices().len(), 1);

    let old = id("old user");
    assert_eq!(adopt(old).await, Adopted::Created);
    assert_eq!(adopt(old).await, Adopted::Known);
}

#[tokio::test]
async fn another_spelling_is_another_user() {
    let world = World::new().await;
    let request = world.request();
    world.mfa.create_user(id("alice"), &request).await.unwrap();
    for text in ["Alice", "ALICE", "alice ", "alic", "alic\u{435}"] {
        let next = world.mfa.after_first_factor(id(text), &request).await;
        assert_eq!(why(next), Err(Why::UnknownUser), "{text}");
    }
    let next = world.mfa.after_first_factor(id("alice"), &request).await;
    assert_eq!(why(next), Ok(()));
}

/// Every operation on a user, by name, and how it ends.
async fn every_operation(
    mfa: &Mfa,
    grant: &SessionGrant,
    browser: &Browser,
    app: &App,
    request: &Request,
) -> Vec<(&'static str, String)> {
    fn end<T, R: std::error::Error + 'static>(result: Result<T, Error<R>>) -> String {
        match result {
            Ok(_) => "done".to_owned(),
            Err(error) => error.to_string(),
        }
    }
    let user = grant.user();
    let token = browser.token();
    let sealed = mfa.seal(grant).unwrap();
    let code = app.code(mfakit::UnixTime::from_secs(0));
    let requirement = Requirement::level(Level::Aal1);
    vec![
        (
            "after_first_factor",
            end(mfa.after_first_factor(user, request).await),
        ),
        (
            "pending_sign_in",
            end(mfa.pending_sign_in(&token, request).await),
        ),
        (
            "verify_totp",
            end(mfa.verify_totp(&token, &code, request).await),
        ),
        (
            "step_up_totp",
            end(mfa.step_up_totp(grant, &code, request).await),
        ),
        ("resume", end(mfa.resume(&sealed, request).await)),
        (
            "require",
            end(mfa.require(grant, requirement, request).await),
        ),
        ("begin_totp", end(mfa.begin_totp(grant, request).await)),
        ("totp_setup", end(mfa.totp_setup(grant, request).await)),
        ("cancel_totp", end(mfa.cancel_totp(grant, request).await)),
        (
            "confirm_totp",
            end(mfa.confirm_totp(grant, &code, None, request).await),
        ),
        ("status", end(mfa.status(grant, request).await)),
        (
            "rename_device",
            end(mfa.rename_device(grant, app.id, name("x"), request).await),
        ),
        (
            "remove_device",
            end(mfa.remove_device(grant, app.id, request).await),
        ),
        ("disable", end(mfa.disable(grant, request).await)),
        (
            "first_factor_changed",
            end(mfa.first_factor_changed(user, None, request).await),
        ),
    ]
}

#[tokio::test]
async fn a_deleted_user_is_unknown_to_every_operation() {
    let (world, app, grant) = World::with_app().await;
    let browser = world.pending().await;
    let request = browser.request(world.now);
    let deleted = world.mfa.delete_user(world.user, &request).await;
    assert!(deleted.unwrap());

    let ends = every_operation(&world.mfa, &grant, &browser, &app, &request).await;
    let known: Vec<_> = ends
        .iter()
        .filter(|(_, end)| end != "unknown user")
        .collect();
    assert!(known.is_empty(), "{known:?}");
    assert_eq!(world.stored().await, None, "and stays so");
}

#[tokio::test]
async fn an_operator_cannot_reopen_who_is_not_there() {
    let (world, app, _) = World::with_app().await;
    let grant = world.sign_in(&app.code(world.now)).await.unwrap();
    let nobody = UserId::random(&mut OsRng::new().unwrap());
    let reopened = world
        .mfa
        .reopen(&grant, nobody, Class::Totp, "asked", &world.request())
        .await;
    assert_eq!(why(reopened), Err(Why::UnknownUser));
}

#[tokio::test]
async fn who_comes_back_under_the_same_id_is_somebody_else() {
    let (world, app, grant) = World::with_app().await;
    let browser = world.pending().await;
    let sealed = world.mfa.seal(&grant).unwrap();
    let request = world.request();
    assert!(world.mfa.delete_user(world.user, &request).await.unwrap());
    world.mfa.create_user(world.user, &request).await.unwrap();

    assert_eq!(
        why(world.mfa.resume(&sealed, &request).await),
        Err(Why::Refused(GrantRefusal::Ended))
    );
    assert_eq!(
        why(world.submit(&browser, &app.code(world.now)).await),
        Err(Why::Refused(SignInRefusal::Ended))
    );
    assert_eq!(world.signed_in().await.level(), Level::Aal1);
}
