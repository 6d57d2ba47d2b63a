//! Setting up security keys, and the second step with them.

use std::time::Duration;

use mfakit_core::{OpenError, UnixTime};
use mfakit_flows::{
    Codes, EnrollRefusal, EventKind, GrantRefusal, KeyAssertion, KeyChoice, KeyRefusal,
    KeyRegistration, Kind, Level, Next, SignInRefusal,
};
use mfakit_testkit::{Authenticator, Refusal, flags};
use mfakit_webauthn::{Category, RelyingParty};

use crate::house::{ORIGIN, Step, attested, synced, trust};
use crate::world::{World, name};

fn refused_as(result: Result<impl Sized, SignInRefusal>) -> Category {
    match result.map(drop).unwrap_err() {
        SignInRefusal::Key(KeyRefusal::Refused(error)) => error.category(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_key_turns_the_second_factor_on_and_opens_sessions() {
    let mut world = World::new();
    let grant = world.signed_in();
    let mut key = Authenticator::new(1);
    let (options, registration) = world.begin_key(&grant).unwrap();
    assert_eq!(world.writes, 1, "the sign-in; beginning writes nothing");
    assert!(!world.record().is_on());
    let answer = key.make_credential(&options, ORIGIN).unwrap().json();
    let enrolled = world
        .confirm_key(&grant, &registration, &answer, Some("blue"))
        .unwrap();
    assert!(enrolled.first && world.record().is_on());
    let views = world.record().devices();
    let view = views[0].key.as_ref().unwrap();
    assert_eq!(
        (views[0].kind, views[0].name.as_str()),
        (Kind::WebAuthn, "blue")
    );
    assert_eq!(view.transports, ["nfc", "usb"]);
    assert!(!view.synced && !view.can_sync && !view.hardware && view.user_verified);
    assert_eq!(view.passkey, Some(true));

    let session = world.sign_in_by(&mut key).unwrap();
    assert_eq!(session.level(), Level::Aal2);
    assert_eq!(session.proofs()[1].device(), Some(enrolled.device));
    assert_eq!(world.record().devices()[0].last_used, Some(world.now));
}

#[test]
fn handles_have_32_bytes_and_stay() {
    let (mut world, _, _, grant) = World::with_key();
    let handle = world.record().user_handle().unwrap();
    assert_eq!(handle.as_bytes().len(), 32);
    let _ = world.register(&grant, &mut Authenticator::new(2), "other");
    assert_eq!(world.record().user_handle(), Some(handle));
    let stranger = World::stranger(world.now, world.profile.clone());
    assert_ne!(stranger.record().user_handle(), Some(handle));
}

#[test]
fn any_of_several_keys_will_do() {
    let (mut world, mut first, _, grant) = World::with_key();
    let mut second = synced(2);
    let _ = world.register(&grant, &mut second, "phone");
    assert!(world.sign_in_by(&mut first).is_ok());
    assert!(world.sign_in_by(&mut second).is_ok());
    assert!(world.sign_in_by(&mut first).is_ok());
}

#[test]
fn a_key_that_is_registered_is_excluded_by_the_browser_and_refused_here() {
    let (mut world, mut key, _, grant) = World::with_key();
    let (options, registration) = world.begin_key(&grant).unwrap();
    assert_eq!(
        key.make_credential(&options, ORIGIN).unwrap_err(),
        Refusal::Excluded
    );
    // A browser that does not look at the list.
    let known = key.credentials()[0].clone();
    let mut answer = Authenticator::new(7)
        .make_credential(&options, ORIGIN)
        .unwrap();
    answer.id.clone_from(&known.id);
    answer.authenticator_data.attested.as_mut().unwrap().id = known.id;
    let refused = world.confirm_key(&grant, &registration, &answer.json(), None);
    assert_eq!(refused.map(drop), Err(EnrollRefusal::Taken));
}

#[test]
fn a_set_up_needs_a_fresh_proof_of_the_second_factor() {
    let (mut world, _, _, grant) = World::with_key();
    world.pass(271);
    let refused = Err(EnrollRefusal::Grant(GrantRefusal::StepUpRequired));
    assert_eq!(world.begin_key(&grant).map(drop), refused);
}

#[test]
fn a_set_up_that_takes_too_long_is_refused_when_it_ends() {
    let (mut world, _, _, grant) = World::with_key();
    world.profile.fresh = Duration::from_secs(3600);
    let (options, registration) = world.begin_key(&grant).unwrap();
    let mut other = Authenticator::new(2);
    let answer = other.make_credential(&options, ORIGIN).unwrap().json();
    world.pass(299);
    let mut late = Authenticator::new(3);
    let (options, second) = world.begin_key(&grant).unwrap();
    let late = late.make_credential(&options, ORIGIN).unwrap().json();
    assert!(
        world
            .confirm_key(&grant, &registration, &answer, None)
            .is_ok()
    );
    world.pass(300);
    let refused = world.confirm_key(&grant, &second, &late, None);
    let expired = Err(EnrollRefusal::Key(KeyRefusal::Expired));
    assert_eq!(refused.map(drop), expired);
}

#[test]
fn a_set_up_is_of_one_session_and_works_once() {
    let (mut world, mut key, _, grant) = World::with_key();
    let other = world.sign_in_by(&mut key).unwrap();
    let (options, registration) = world.begin_key(&grant).unwrap();
    let answer = Authenticator::new(2)
        .make_credential(&options, ORIGIN)
        .unwrap()
        .json();
    let nothing = Err(EnrollRefusal::NothingPending);
    let by_other = world.confirm_key(&other, &registration, &answer, None);
    assert_eq!(by_other.map(drop), nothing);
    assert!(
        world
            .confirm_key(&grant, &registration, &answer, None)
            .is_ok()
    );
    let again = world.confirm_key(&grant, &registration, &answer, None);
    assert_eq!(again.map(drop), nothing);
}

#[test]
fn a_set_up_of_another_user_is_refused() {
    let (mut world, _, _, grant) = World::with_key();
    let mut stranger = World::stranger(world.now, world.profile.clone());
    let theirs = stranger.signed_in();
    let (options, registration) = stranger.begin_key(&theirs).unwrap();
    let answer = Authenticator::new(2)
        .make_credential(&options, ORIGIN)
        .unwrap()
        .json();
    let refused = world.confirm_key(&grant, &registration, &answer, None);
    assert_eq!(refused.map(drop), Err(EnrollRefusal::NothingPending));
}

#[test]
fn another_first_factor_voids_set_ups_and_ceremonies() {
    let (mut world, mut key, _, grant) = World::with_key();
    let (options, registration) = world.begin_key(&grant).unwrap();
    let answer = Authenticator::new(2)
        .make_credential(&options, ORIGIN)
        .unwrap()
        .json();
    let step = world.step();
    let changed = world
        .decide(|record, context, rng| record.first_factor_changed(Some(&grant), context, rng));
    let grant = changed.unwrap_or_else(|never| match never {}).unwrap();
    let refused = world.confirm_key(&grant, &registration, &answer, None);
    assert_eq!(refused.map(drop), Err(EnrollRefusal::NothingPending));
    let answer = step.answer(&mut key);
    let refused = world.verify_key(&step.ceremony, &answer);
    assert_eq!(refused.map(drop), Err(SignInRefusal::Ended));
}

#[test]
fn names_are_the_models_or_numbered_and_unique() {
    let (mut world, _, _, grant) = World::with_key();
    let mut named = |authenticator: &mut Authenticator, called| {
        let enrolled = world.try_register(&grant, authenticator, called)?;
        let devices = world.record().devices();
        let device = devices.iter().find(|device| device.id == enrolled.device);
        Ok::<_, EnrollRefusal>(device.unwrap().name.clone())
    };
    let bitwarden = |seed| {
        let mut authenticator = synced(seed);
        authenticator.settings.aaguid = 0xd548826e_79b4_db40_a3d8_11116f7e8349_u128.to_be_bytes();
        authenticator
    };
    assert_eq!(
        named(&mut Authenticator::new(2), None),
        Ok(name("Security key"))
    );
    assert_eq!(
        named(&mut Authenticator::new(3), None),
        Ok(name("Security key 2"))
    );
    assert_eq!(named(&mut bitwarden(4), None), Ok(name("Bitwarden")));
    assert_eq!(named(&mut bitwarden(5), None), Ok(name("Bitwarden 2")));
    let taken = Err(EnrollRefusal::NameTaken);
    assert_eq!(named(&mut Authenticator::new(6), Some("KEY")), taken);
}

#[test]
fn the_limit_is_the_profiles() {
    let (mut world, _, _, grant) = World::with_key();
    world.profile.max_webauthn_devices = 2;
    let _ = world.register(&grant, &mut Authenticator::new(2), "second");
    let refused = world.begin_key(&grant).map(drop);
    assert_eq!(refused, Err(EnrollRefusal::LimitReached { max: 2 }));
    // Apps have a limit of their own.
    assert!(world.begin(&grant).is_ok());
}

#[test]
fn keys_that_do_not_fit_into_the_record_are_refused() {
    let (mut world, _, _, mut grant) = World::with_key();
    let refused = (2..100).find_map(|seed| {
        let mut huge = Authenticator::new(seed);
        huge.settings.credential_id_bytes = 1023;
        match world.try_register(&grant, &mut huge, None) {
            Ok(enrolled) => {
                grant = enrolled.grant;
                let done = world.record().events();
                let done: Vec<_> = done.iter().map(|event| (event.id, event.count)).collect();
                world.rewrite(|record| record.mark_delivered(&done));
                world.pass(10);
                None
            }
            Err(refusal) => Some(refusal),
        }
    });
    assert_eq!(refused, Some(EnrollRefusal::TooLarge));
    assert!(world.record().devices().len() > 50);
    assert!(world.sealed().len() < 128 * 1024);
}

#[test]
fn choices_are_hints_with_the_attachment_for_older_browsers() {
    let (mut world, _, _, grant) = World::with_key();
    let expected = [
        (KeyChoice::Any, None),
        (
            KeyChoice::SecurityKey,
            Some(("security-key", "cross-platform")),
        ),
        (KeyChoice::Phone, Some(("hybrid", "cross-platform"))),
        (KeyChoice::ThisDevice, Some(("client-device", "platform"))),
    ];
    for (choice, expected) in expected {
        let mut rng = world.draw();
        let (options, _) = world
            .ask(|record, context| {
                let relying = world.relying();
                record.begin_webauthn(&grant, "ada", choice, relying, context, &mut rng)
            })
            .unwrap();
        let json = options.to_json();
        match expected {
            None => assert!(
                !json.contains("hints") && !json.contains("Attachment"),
                "{json}"
            ),
            Some((hint, attachment)) => {
                assert!(json.contains(&format!(r#""hints":["{hint}"]"#)), "{json}");
                let attachment = format!(r#""authenticatorAttachment":"{attachment}""#);
                assert!(json.contains(&attachment), "{json}");
            }
        }
    }
}

#[test]
fn attestation_is_asked_for_and_required_only_where_the_service_says_so() {
    let mut world = World::new();
    let grant = world.signed_in();
    let (options, _) = world.begin_key(&grant).unwrap();
    assert!(options.contains(r#""attestation":"none""#), "{options}");

    world.webauthn = world.webauthn.clone().want_attestation(trust());
    let (options, _) = world.begin_key(&grant).unwrap();
    assert!(options.contains(r#""attestation":"direct""#), "{options}");
    let (plain, grant) = world.register(&grant, &mut Authenticator::new(1), "plain");
    let (hardware, grant) = world.register(&grant, &mut attested(2), "hardware");
    let hardware_of = |id| {
        let devices = world.record().devices();
        let device = devices.iter().find(|device| device.id == id).unwrap();
        device.key.as_ref().unwrap().hardware
    };
    assert_eq!((hardware_of(plain), hardware_of(hardware)), (false, true));

    world.webauthn = world.webauthn.clone().require_attestation(trust());
    assert!(world.try_register(&grant, &mut attested(3), None).is_ok());
    match world.try_register(&grant, &mut Authenticator::new(4), None) {
        Err(EnrollRefusal::Key(KeyRefusal::Refused(error))) => {
            assert_eq!(error.category(), Category::AttestationPolicy);
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_assertion_counts_once() {
    let (mut world, mut key, _, _) = World::with_key();
    let step = world.step();
    let answer = step.answer(&mut key);
    assert!(world.verify_key(&step.ceremony, &answer).is_ok());
    let again = world.verify_key(&step.ceremony, &answer);
    assert_eq!(again.map(drop), Err(SignInRefusal::Ended));
    // Nor does the sign-in open anything to the key's next word.
    let next = step.answer(&mut key);
    let refused = world.verify_key(&step.ceremony, &next);
    assert_eq!(refused.map(drop), Err(SignInRefusal::Ended));
}

#[test]
fn a_sign_in_ends_with_a_code_or_a_key_and_not_with_both() {
    let (mut world, mut key, _, grant) = World::with_key();
    let (app, _) = world.enroll(&grant, "app");
    world.pass(30);
    let step = world.step();
    let answer = step.answer(&mut key);
    assert!(world.verify(&step.pending, &app.code(world.now)).is_ok());
    let refused = world.verify_key(&step.ceremony, &answer);
    assert_eq!(refused.map(drop), Err(SignInRefusal::Ended));

    world.pass(30);
    let step = world.step();
    let answer = step.answer(&mut key);
    assert!(world.verify_key(&step.ceremony, &answer).is_ok());
    let refused = world.verify(&step.pending, &app.code(world.now));
    assert_eq!(refused.map(drop), Err(SignInRefusal::Ended));
}

#[test]
fn a_refused_assertion_changes_nothing() {
    let (mut world, mut key, _, _) = World::with_key();
    let step = world.step();
    let before = world.writes;
    let mut try_with = |change: fn(&mut mfakit_testkit::Assertion)| {
        let mut assertion = key.get_assertion(&step.options, ORIGIN).unwrap();
        change(&mut assertion);
        refused_as(world.verify_key(&step.ceremony, &assertion.json()))
    };
    let bad_signature = try_with(|assertion| assertion.sign()[10] ^= 1);
    assert_eq!(bad_signature, Category::SignatureInvalid);
    let absent = try_with(|assertion| assertion.authenticator_data.flags &= !flags::UP);
    assert_eq!(absent, Category::UserNotPresent);
    let elsewhere = try_with(|assertion| {
        assertion.client_data.origin = "https://examp1e.com".into();
    });
    assert_eq!(elsewhere, Category::OriginMismatch);
    assert_eq!(world.writes, before, "there is nothing to count");
    let answer = step.answer(&mut key);
    assert!(world.verify_key(&step.ceremony, &answer).is_ok());
}

#[test]
fn another_users_key_is_refused() {
    let (mut world, _, _, _) = World::with_key();
    let mut stranger = World::stranger(world.now, world.profile.clone());
    let theirs = stranger.signed_in();
    let mut key = Authenticator::new(9);
    let _ = stranger.register(&theirs, &mut key, "theirs");
    let step = world.step();
    let their_step = stranger.step();
    let answer = their_step.answer(&mut key);
    let refused = world.verify_key(&step.ceremony, &answer);
    assert_eq!(
        refused.map(drop),
        Err(SignInRefusal::Key(KeyRefusal::Unknown))
    );
    let refused = world.verify_key(&their_step.ceremony, &answer);
    assert_eq!(refused.map(drop), Err(SignInRefusal::WrongUser));
}

#[test]
fn a_removed_key_is_refused_and_the_others_work() {
    let (mut world, mut lost, id, grant) = World::with_key();
    let mut other = Authenticator::new(2);
    let (_, grant) = world.register(&grant, &mut other, "other");
    world.pass(1);
    let step = world.step();
    let removed =
        world.decide(|record, context, rng| record.remove_device(&grant, id, context, rng));
    assert!(removed.is_ok());
    let answer = step.answer(&mut lost);
    let refused = world.verify_key(&step.ceremony, &answer);
    assert_eq!(
        refused.map(drop),
        Err(SignInRefusal::Ended),
        "the removal ended the sign-in"
    );
    let step = world.step();
    assert_eq!(
        lost.get_assertion(&step.options, ORIGIN).unwrap_err(),
        Refusal::NoCredential,
        "it is not asked for"
    );
    assert!(world.sign_in_by(&mut other).is_ok());
}

#[test]
fn a_counter_that_went_back_is_refused_and_told() {
    let (mut world, mut key, device, _) = World::with_key();
    assert!(world.sign_in_by(&mut key).is_ok());
    let mut copy = key.clone();
    assert!(world.sign_in_by(&mut key).is_ok());
    let step = world.step();
    let before = world.writes;
    let answer = step.answer(&mut copy);
    let went_back = Err(SignInRefusal::Key(KeyRefusal::CounterWentBack));
    assert_eq!(
        world.verify_key(&step.ceremony, &answer).map(drop),
        went_back
    );
    assert_eq!(world.writes, before + 1);
    let events = world.record().events();
    let told = |event: &mfakit_flows::Event| event.kind == EventKind::CounterWentBack { device };
    assert!(events.iter().any(told) && EventKind::CounterWentBack { device }.notifies_owner());
    let again = world.verify_key(&step.ceremony, &answer);
    assert_eq!(
        again.map(drop),
        Err(SignInRefusal::Ended),
        "and its sign-in is over"
    );
    assert!(world.sign_in_by(&mut key).is_ok());
}

#[test]
fn a_passkey_that_is_copied_or_not_any_more_is_told() {
    let (mut world, _, _, grant) = World::with_key();
    let mut key = synced(2);
    key.settings.backed_up = false;
    let (device, _) = world.register(&grant, &mut key, "phone");
    let told = |world: &World, synced| {
        let kind = EventKind::BackupChanged { device, synced };
        world
            .record()
            .events()
            .iter()
            .any(|event| event.kind == kind)
    };
    key.credentials_mut()[0].backed_up = true;
    assert!(world.sign_in_by(&mut key).is_ok());
    assert!(told(&world, true) && !told(&world, false));
    let view = world.record().devices()[1].key.clone().unwrap();
    assert!(view.synced && view.can_sync);
    key.credentials_mut()[0].backed_up = false;
    assert!(world.sign_in_by(&mut key).is_ok());
    assert!(told(&world, false));
}

#[test]
fn a_ceremony_lives_for_five_minutes_and_its_sign_in_for_ten() {
    let (mut world, mut key, _, _) = World::with_key();
    let step = world.step();
    let answer = step.answer(&mut key);
    world.pass(300);
    let expired = Err(SignInRefusal::Key(KeyRefusal::Expired));
    assert_eq!(world.verify_key(&step.ceremony, &answer).map(drop), expired);
    assert!(
        world
            .ask(|record, context| record.offers(&step.pending, context))
            .is_ok()
    );
}

#[test]
fn another_machines_clock_may_be_a_little_behind() {
    let (mut world, mut key, _, _) = World::with_key();
    let (at, step) = (world.now.as_secs(), world.step());
    let answer = step.answer(&mut key);
    world.now = UnixTime::from_secs(at - 61);
    let ended = Err(SignInRefusal::Ended);
    assert_eq!(world.verify_key(&step.ceremony, &answer).map(drop), ended);
    world.now = UnixTime::from_secs(at - 60);
    assert!(world.verify_key(&step.ceremony, &answer).is_ok());
}

#[test]
fn keys_work_while_codes_wait_and_reopen_codes_that_stopped() {
    let (mut world, mut key, device, grant) = World::with_key();
    let (app, _) = world.enroll(&grant, "app");
    world.profile.fresh = Duration::from_secs(86_400);
    for failures in 1..=100_u32 {
        world.pass(601);
        let pending = world.pending();
        let refused = world.verify(&pending, &app.wrong_code(world.now));
        assert!(
            matches!(refused, Err(SignInRefusal::Code(_))),
            "{failures}: {refused:?}"
        );
        let offers = match world.first_factor() {
            Next::SecondFactor { offers, .. } => offers,
            other => panic!("keys are there: {other:?}"),
        };
        let codes = offers.codes.unwrap();
        match failures {
            100 => assert_eq!(codes, Codes::Stopped),
            _ if failures % 4 == 0 => assert!(matches!(codes, Codes::Later(_))),
            _ => {}
        }
        if failures == 50 {
            assert!(world.sign_in_by(&mut key).is_ok());
            let class = mfakit_flows::Class::Totp;
            assert_eq!(
                world.record().failures(class),
                50,
                "a success resets its own class only"
            );
        }
    }
    assert!(world.sign_in_by(&mut key).is_ok());
    let class = mfakit_flows::Class::Totp;
    let reopened = EventKind::ReopenedByProof { class, device };
    assert!(
        world
            .record()
            .events()
            .iter()
            .any(|event| event.kind == reopened)
    );
    world.pass(601);
    assert!(world.sign_in(&app.code(world.now)).is_ok());
}

#[test]
fn tokens_open_in_their_browser_only_and_unchanged() {
    let (mut world, _, _, grant) = World::with_key();
    let (_, registration) = world.begin_key(&grant).unwrap();
    let Step { ceremony, .. } = world.step();
    let sealed = ceremony.seal(&world.keys, b"browser", &mut world.rng);
    assert_eq!(
        KeyAssertion::open(&sealed, &world.keys, b"other").map(drop),
        Err(OpenError::Forged)
    );
    assert!(KeyAssertion::open(&sealed, &world.keys, b"browser").is_ok());
    let sealed = registration.seal(&world.keys, b"browser", &mut world.rng);
    let other = KeyRegistration::open(&sealed, &world.keys, b"other").map(drop);
    assert_eq!(other, Err(OpenError::Forged));
    let registration = mfakit_core::Sealed::from_bytes(sealed.as_bytes().to_vec());
    let as_assertion = KeyAssertion::open(&registration, &world.keys, b"browser").map(drop);
    assert_eq!(
        as_assertion,
        Err(OpenError::Forged),
        "a set-up is no sign-in"
    );
}

#[test]
fn a_ceremony_survives_the_way_through_the_browser() {
    let (mut world, mut key, _, _) = World::with_key();
    let step = world.step();
    let answer = step.answer(&mut key);
    let ceremony = world.resealed(&step.ceremony);
    assert_eq!(World::user_of(&ceremony), Some(world.user));
    assert!(world.verify_key(&ceremony, &answer).is_ok());
}

#[test]
fn a_ceremony_of_another_relying_party_has_ended() {
    let (mut world, mut key, _, _) = World::with_key();
    let step = world.step();
    let answer = step.answer(&mut key);
    let rp = RelyingParty::builder("www.example.com").origin("https://www.example.com");
    world.webauthn = rp.build().unwrap().into();
    let expired = Err(SignInRefusal::Key(KeyRefusal::Expired));
    assert_eq!(world.verify_key(&step.ceremony, &answer).map(drop), expired);
}
