//! Records that do not open: an error, never "no second factor".

use mfakit::{
    Adopted, GrantRefusal, Keys, Never, OpenError, OsRng, RecordError, Ring, SessionGrant,
    SignInRefusal, UserId,
};
use mfakit_core::SealContext;

use crate::browser::Browser;
use crate::why::{Why, why};
use crate::world::{App, World, copy_of};

const FORGED: RecordError = RecordError::Sealed {
    source: OpenError::Forged,
};

/// What somebody has who was signing in and is signed in, before the record went bad.
struct Before {
    browser: Browser,
    app: App,
    grant: SessionGrant,
}

async fn before() -> (World, Before) {
    let (world, app, grant) = World::with_app().await;
    let browser = world.pending().await;
    (
        world,
        Before {
            browser,
            app,
            grant,
        },
    )
}

/// Nobody gets in, and the record is left for whoever repairs it.
async fn assert_closed(world: &World, before: &Before, error: RecordError) {
    let stored = world.stored().await;
    let (mfa, request) = (&world.mfa, world.request());
    let first = mfa.after_first_factor(world.user, &request).await;
    assert_eq!(why(first), Err(Why::<Never>::Record(error)));

    let code = before.app.code(world.now);
    let second = world.submit(&before.browser, &code).await;
    assert_eq!(why(second), Err(Why::<SignInRefusal>::Record(error)));
    let request_of_browser = before.browser.request(world.now);
    let page = mfa
        .pending_sign_in(&before.browser.token(), &request_of_browser)
        .await;
    assert_eq!(why(page), Err(Why::<SignInRefusal>::Record(error)));

    let sealed = mfa.seal(&before.grant).unwrap();
    let closed = Err(Why::<GrantRefusal>::Record(error));
    assert_eq!(why(mfa.resume(&sealed, &request).await), closed);
    assert_eq!(why(mfa.status(&before.grant, &request).await), closed);
    let begun = mfa.begin_totp(&before.grant, &request).await;
    assert_eq!(why(begun), Err(Why::Record(error)));
    let disabled = mfa.disable(&before.grant, &request).await;
    assert_eq!(why(disabled), Err(Why::Record(error)));
    let changed = mfa.first_factor_changed(world.user, None, &request).await;
    assert_eq!(why(changed), Err(Why::Record(error)));

    // Nor does adopting the user make a new record.
    let adopted = mfa.adopt_user(world.user, &request).await;
    assert_eq!(adopted.unwrap(), Adopted::Known);
    assert_eq!(world.stored().await, stored);
}

#[tokio::test]
async fn an_edited_row_is_an_error() {
    let (world, before) = before().await;
    let whole = world.stored().await.unwrap();
    for at in [0, 1, 5, 29, whole.len() / 2, whole.len() - 1] {
        let mut edited = whole.clone();
        edited[at] ^= 1;
        world.overwrite(world.user, &edited).await;
        let source = match at {
            0 => OpenError::Malformed,
            1 => OpenError::UnknownKey { id: 1 ^ (1 << 24) },
            _ => OpenError::Forged,
        };
        assert_closed(&world, &before, RecordError::Sealed { source }).await;
    }
    for (len, source) in [
        (0, OpenError::Malformed),
        (28, OpenError::Malformed),
        (whole.len() - 1, OpenError::Forged),
    ] {
        world.overwrite(world.user, &whole[..len]).await;
        assert_closed(&world, &before, RecordError::Sealed { source }).await;
    }

    world.overwrite(world.user, &whole).await;
    let code = before.app.code(world.now);
    let grant = world.submit(&before.browser, &code).await;
    assert_eq!(why(grant), Ok(()), "and nothing is lost");
}

#[tokio::test]
async fn swapped_rows_are_an_error() {
    let (mut world, before) = before().await;
    let (alice, bob) = (world.user, UserId::random(&mut OsRng::new().unwrap()));
    world.mfa.create_user(bob, &world.request()).await.unwrap();
    let alices = world.stored().await.unwrap();
    world.user = bob;
    let bobs = world.stored().await.unwrap();

    world.overwrite(bob, &alices).await;
    let next = world.mfa.after_first_factor(bob, &world.request()).await;
    assert_eq!(why(next), Err(Why::Record(FORGED)));
    // Bob is off: with his row in place of hers, Alice would be too.
    world.user = alice;
    world.overwrite(alice, &bobs).await;
    assert_closed(&world, &before, FORGED).await;
}

#[tokio::test]
async fn a_row_under_another_key_is_an_error() {
    let (mut world, before) = before().await;
    // The same keys but for the one that seals records.
    let others = Keys::generate(&mut OsRng::new().unwrap()).to_text();
    let line = |text: &str| {
        let mut lines = text.lines().map(str::to_owned);
        lines.find(|line| line.starts_with("seal 1 ")).unwrap()
    };
    let text = world.keys.to_text();
    let mixed = text.replace(&line(&text), &line(&others));
    world.keys = Keys::parse(&mixed).unwrap();
    world.mfa = world.other_process().await.mfa;
    assert_closed(&world, &before, FORGED).await;
}

#[tokio::test]
async fn a_row_under_a_retired_key_is_an_error() {
    let (mut world, before) = before().await;
    world.keys.rotate(Ring::Seal, &mut OsRng::new().unwrap());
    world.mfa = world.other_process().await.mfa;
    let sealed = world.mfa.seal(&before.grant).unwrap();
    let resumed = world.mfa.resume(&sealed, &world.request()).await;
    assert_eq!(why(resumed), Ok(()), "old keys open until they are retired");

    world.keys.retire_older(Ring::Seal);
    world.mfa = world.other_process().await.mfa;
    let source = OpenError::UnknownKey { id: 1 };
    assert_closed(&world, &before, RecordError::Sealed { source }).await;
}

#[tokio::test]
async fn what_is_sealed_but_no_record_of_today_is_an_error() {
    let (world, before) = before().await;
    let key = world.key_of(world.user);
    let keys = copy_of(&world.keys);
    let seal = |plain: &[u8]| {
        let context = SealContext::new("mfakit user record").with(key.hash());
        keys.seal(Ring::Seal, &context, plain, &mut OsRng::new().unwrap())
    };
    // CBOR: a list whose first item, the format, is 3, then what format 3 may have.
    for newer in [&[0x81, 3][..], &[0x83, 3, 0xF5, 0xF6]] {
        world.overwrite(world.user, &seal(newer)).await;
        assert_closed(&world, &before, RecordError::Newer { format: 3 }).await;
    }
    for garbage in [&[][..], &[0x81, 1], &[0x81, 2], b"{}", &[0xFF; 64]] {
        world.overwrite(world.user, &seal(garbage)).await;
        assert_closed(&world, &before, RecordError::Malformed).await;
    }
}

#[tokio::test]
async fn a_record_that_does_not_open_can_be_deleted() {
    let (world, _) = before().await;
    world.overwrite(world.user, b"damaged").await;
    let request = world.request();
    assert!(world.mfa.delete_user(world.user, &request).await.unwrap());
    let next = world.mfa.after_first_factor(world.user, &request).await;
    assert_eq!(why(next), Err(Why::UnknownUser));
}
