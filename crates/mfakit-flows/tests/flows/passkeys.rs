//! Signing in with a passkey alone.

use mfakit_flows::{FirstFactor, KeyAssertion, KeyRefusal, Level, Mediation, SignInRefusal};
use mfakit_testkit::{Authenticator, Refusal, flags};
use mfakit_webauthn::Category;

use crate::house::{ORIGIN, synced};
use crate::world::World;

#[test]
fn a_passkey_that_verified_its_user_is_two_factors_in_one() {
    let (mut world, mut key, device, _) = World::with_key();
    let grant = world.sign_in_by_passkey(&mut key).unwrap();
    assert_eq!((grant.user(), grant.level()), (world.user, Level::Aal2));
    assert_eq!(grant.proofs().len(), 1);
    assert_eq!(grant.proofs()[0].device(), Some(device));
    assert!(grant.proofs()[0].key().unwrap().user_verified);
    assert_eq!(grant.amr(FirstFactor::Password), ["swk", "user", "mfa"]);
}

#[test]
fn beginning_names_nobody_and_nothing() {
    let (mut world, _, _, _) = World::with_key();
    let (options, ceremony) = world.begin_passkey();
    assert!(options.contains(r#""allowCredentials":[]"#), "{options}");
    assert!(
        options.contains(r#""userVerification":"required""#),
        "{options}"
    );
    assert_eq!(World::user_of(&ceremony), None);
}

#[test]
fn suggestions_in_a_field_are_asked_for_as_such() {
    let (mut world, _, _, _) = World::with_key();
    let mut rng = world.draw();
    for (mediation, expected) in [
        (Mediation::Button, None),
        (Mediation::Conditional, Some("conditional")),
    ] {
        let (options, _) = world
            .ask(|_, context| KeyAssertion::passkey(mediation, world.relying(), context, &mut rng));
        assert_eq!(options.mediation(), expected);
    }
}

#[test]
fn without_user_verification_it_is_refused() {
    let (mut world, mut key, _, _) = World::with_key();
    let (options, ceremony) = world.begin_passkey();
    let mut assertion = key.get_assertion(&options, ORIGIN).unwrap();
    assertion.authenticator_data.flags &= !flags::UV;
    match world.verify_key(&ceremony, &assertion.json()) {
        Err(SignInRefusal::Key(KeyRefusal::Refused(error))) => {
            assert_eq!(error.category(), Category::UserNotVerified);
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn it_counts_once() {
    let (mut world, mut key, _, _) = World::with_key();
    let (options, ceremony) = world.begin_passkey();
    let answer = key.get_assertion(&options, ORIGIN).unwrap().json();
    assert!(world.verify_key(&ceremony, &answer).is_ok());
    let again = world.verify_key(&ceremony, &answer);
    assert_eq!(again.map(drop), Err(SignInRefusal::Ended));
    // Not even for another passkey of the same user.
    let mut other = synced(2);
    let grant = world.sign_in_by(&mut key).unwrap();
    let _ = world.register(&grant, &mut other, "phone");
    let answer = other.get_assertion(&options, ORIGIN).unwrap().json();
    let refused = world.verify_key(&ceremony, &answer);
    assert_eq!(refused.map(drop), Err(SignInRefusal::Ended));
}

#[test]
fn another_users_passkey_opens_nothing_here() {
    let (mut world, _, _, _) = World::with_key();
    let mut stranger = World::stranger(world.now, world.profile.clone());
    let theirs = stranger.signed_in();
    let mut key = Authenticator::new(9);
    let _ = stranger.register(&theirs, &mut key, "theirs");
    let refused = world.sign_in_by_passkey(&mut key);
    assert_eq!(
        refused.map(drop),
        Err(SignInRefusal::Key(KeyRefusal::Unknown))
    );
}

#[test]
fn a_handle_of_another_user_is_refused() {
    let (mut world, mut key, _, _) = World::with_key();
    let (options, ceremony) = world.begin_passkey();
    let mut assertion = key.get_assertion(&options, ORIGIN).unwrap();
    assertion.user_handle = Some(vec![7; 32]);
    let refused = world.verify_key(&ceremony, &assertion.json());
    match refused {
        Err(SignInRefusal::Key(KeyRefusal::Refused(error))) => {
            assert_eq!(error.category(), Category::UserHandleMismatch);
        }
        other => panic!("{other:?}"),
    }
    assertion.user_handle = None;
    let refused = world.verify_key(&ceremony, &assertion.json());
    assert!(matches!(
        refused,
        Err(SignInRefusal::Key(KeyRefusal::Refused(_)))
    ));
}

#[test]
fn a_key_that_keeps_nothing_cannot_sign_in_alone() {
    let mut world = World::new();
    let grant = world.signed_in();
    let mut key = Authenticator::new(1);
    key.settings.resident_keys = false;
    let _ = world.register(&grant, &mut key, "old");
    let view = world.record().devices()[0].key.clone().unwrap();
    assert_eq!(view.passkey, Some(false));
    let (options, _) = world.begin_passkey();
    assert_eq!(
        key.get_assertion(&options, ORIGIN).unwrap_err(),
        Refusal::NoCredential
    );
    assert!(world.sign_in_by(&mut key).is_ok());
}

#[test]
fn a_passkeys_ceremony_is_no_second_step_of_anybody() {
    let (mut world, mut key, _, grant) = World::with_key();
    let (options, ceremony) = world.begin_passkey();
    let answer = key.get_assertion(&options, ORIGIN).unwrap().json();
    let refused = world.finish_step_up(&grant, &ceremony, &answer);
    assert_eq!(refused.map(drop), Err(mfakit_flows::StepUpRefusal::Ended));
}
