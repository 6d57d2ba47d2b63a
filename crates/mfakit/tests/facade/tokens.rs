//! What a browser brings back: its own token, whole and in time, or nothing.

use mfakit::{GrantRefusal, OpenError, PendingSignIn, Sealed, SessionGrant, SignInRefusal};

use crate::browser::Browser;
use crate::why::{Why, why};
use crate::world::World;

const FORGED: Why<SignInRefusal> = Why::Token(OpenError::Forged);

/// Tries a browser at both pages of the second step, with a code that is right.
async fn tried(
    world: &World,
    browser: &Browser,
    code: &str,
) -> [Result<(), Why<SignInRefusal>>; 2] {
    let request = browser.request(world.now);
    let shown = world.mfa.pending_sign_in(&browser.token(), &request).await;
    [why(shown), why(world.submit(browser, code).await)]
}

#[tokio::test]
async fn a_token_is_of_one_browser() {
    let (world, app, _) = World::with_app().await;
    let code = app.code(world.now);
    let (mine, other) = (world.pending().await, world.pending().await);
    for cookies in [
        other.cookies.clone(),
        String::new(),
        mine.cookies.to_lowercase().replace("__host", "__Host"),
        mine.cookies.replace("__Host-", ""),
        format!("{}A", mine.cookies),
        mine.cookies.split_at(mine.cookies.len() - 1).0.to_owned(),
    ] {
        let token = mine.token.clone();
        let stolen = Browser { token, cookies };
        let got = tried(&world, &stolen, &code).await;
        assert_eq!(got, [Err(FORGED); 2], "{}", stolen.cookies);
    }
    assert_eq!(tried(&world, &mine, &code).await, [Ok(()); 2]);
}

#[tokio::test]
async fn a_cookie_that_is_none_of_ours_is_replaced() {
    let (world, app, _) = World::with_app().await;
    for cookies in ["", "__Host-mfa-s=", "__Host-mfa-s=1234", "mfa-s=1234"] {
        let request = world.request().cookies(cookies);
        let next = world.mfa.after_first_factor(world.user, &request).await;
        let mfakit::Next::SecondFactor(page) = next.unwrap() else {
            panic!("a second factor is asked for");
        };
        assert!(page.cookie().is_some(), "{cookies}");
    }
    // Nor would a token open with one.
    let browser = Browser {
        cookies: "__Host-mfa-s=".to_owned(),
        ..world.pending().await
    };
    let got = tried(&world, &browser, &app.code(world.now)).await;
    assert_eq!(got, [Err(FORGED); 2]);
}

#[tokio::test]
async fn two_tabs_of_a_browser_share_its_cookie() {
    let (mut world, app, _) = World::with_app().await;
    let first = world.pending().await;
    let next = world
        .mfa
        .after_first_factor(world.user, &first.request(world.now))
        .await;
    let mfakit::Next::SecondFactor(page) = next.unwrap() else {
        panic!("a second factor is asked for");
    };
    assert_eq!(page.cookie(), None);
    let second = Browser {
        token: page.token().to_text(),
        ..first.clone()
    };
    assert_ne!(second.token, first.token);
    let grant = world.submit(&second, &app.code(world.now)).await;
    assert_eq!(why(grant), Ok(()));
    world.pass(30);
    let grant = world.submit(&first, &app.code(world.now)).await;
    assert_eq!(why(grant), Ok(()));
}

#[tokio::test]
async fn every_changed_byte_is_noticed() {
    let (world, app, _) = World::with_app().await;
    let code = app.code(world.now);
    let mine = world.pending().await;
    let whole = mine.token().as_bytes().to_vec();
    for at in 0..whole.len() {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        let changed = Browser {
            token: Sealed::<()>::from_bytes(bytes).to_text(),
            ..mine.clone()
        };
        // A byte of the format, four of the key's id, then what is sealed.
        let want = match at {
            0 => OpenError::Malformed,
            1..=4 => OpenError::UnknownKey {
                id: 1 ^ (1 << (8 * (4 - at))),
            },
            _ => OpenError::Forged,
        };
        let got = tried(&world, &changed, &code).await;
        assert_eq!(got, [Err(Why::Token(want)); 2], "byte {at}");
    }
    assert_eq!(tried(&world, &mine, &code).await, [Ok(()); 2]);
}

#[tokio::test]
async fn neither_token_passes_for_the_other() {
    let (world, app, _) = World::with_app().await;
    let browser = world.pending().await;
    let grant = world.submit(&browser, &app.code(world.now)).await.unwrap();
    let sealed = world.mfa.seal(&grant).unwrap();

    let disguised = Browser {
        token: Sealed::<PendingSignIn>::from_bytes(sealed.as_bytes().to_vec()).to_text(),
        ..browser.clone()
    };
    let got = tried(&world, &disguised, &app.code(world.now)).await;
    assert_eq!(got, [Err(FORGED); 2]);

    let disguised = Sealed::<SessionGrant>::from_bytes(browser.token().as_bytes().to_vec());
    assert_eq!(
        why(world.mfa.resume(&disguised, &world.request()).await),
        Err(Why::Token(OpenError::Forged))
    );
}

#[tokio::test]
async fn another_service_has_other_tokens() {
    let (world, app, grant) = World::with_app().await;
    let (other, _, _) = World::with_app().await;
    // Even a user of the same id.
    let request = world.request();
    other.mfa.create_user(world.user, &request).await.unwrap();

    let got = tried(&other, &world.pending().await, &app.code(world.now)).await;
    assert_eq!(got, [Err(FORGED); 2]);
    let sealed = world.mfa.seal(&grant).unwrap();
    assert_eq!(
        why(other.mfa.resume(&sealed, &request).await),
        Err(Why::Token(OpenError::Forged))
    );
    assert_eq!(
        why(world
            .mfa
            .resume(&Sealed::from_bytes(Vec::new()), &request)
            .await),
        Err(Why::<GrantRefusal>::Token(OpenError::Malformed))
    );
}

#[tokio::test]
async fn a_token_ends_after_ten_minutes() {
    let (mut world, app, _) = World::with_app().await;
    let browser = world.pending().await;
    world.pass(600);
    let ended = Err(Why::Refused(SignInRefusal::Ended));
    let got = tried(&world, &browser, &app.code(world.now)).await;
    assert_eq!(got, [ended; 2]);
    world.now = mfakit::UnixTime::from_secs(world.now.as_secs() - 1);
    let got = tried(&world, &browser, &app.code(world.now)).await;
    assert_eq!(got, [Ok(()); 2]);
}

#[tokio::test]
async fn a_token_is_spent_by_a_sign_in() {
    let (mut world, app, _) = World::with_app().await;
    let browser = world.pending().await;
    assert_eq!(
        why(world.submit(&browser, &app.code(world.now)).await),
        Ok(())
    );
    world.pass(30);
    let got = tried(&world, &browser, &app.code(world.now)).await;
    assert_eq!(got, [Err(Why::Refused(SignInRefusal::Ended)); 2]);
}
