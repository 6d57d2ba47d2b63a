//! Recovery codes: how they are made and used up, and the review that follows.

use std::net::IpAddr;
use std::time::Duration;

use mfakit_core::UnixTime;
use mfakit_flows::{
    Advice, Class, CodeRefusal, Context, DeviceId, EnrollRefusal, EventKind, GrantRefusal, Level,
    ManageRefusal, Method, Next, PendingSignIn, Profile, RecoveryCodes, RecoveryRefusal, Refused,
    Requirement, Reviewed, Scope, SessionGrant, SignInRefusal, Source, Stage, StoredGrant,
    TypedRecoveryCode, UserRecord,
};

use crate::world::{App, World, code_of};

/// A code as its owner reads it off the paper.
pub(crate) fn typed(text: &str) -> TypedRecoveryCode {
    TypedRecoveryCode::parse(text).unwrap()
}

pub(crate) fn texts(codes: &RecoveryCodes) -> Vec<String> {
    codes.iter().map(str::to_owned).collect()
}

pub(crate) const WRONG: &str = "0000-0000-0000-0000";

pub(crate) fn from(ip: &str) -> Source {
    Source::unknown().with_ip(ip.parse::<IpAddr>().unwrap())
}

fn recovery(refusal: RecoveryRefusal) -> SignInRefusal {
    SignInRefusal::Recovery(refusal)
}

impl World {
    pub(crate) fn make_codes(
        &mut self,
        grant: &SessionGrant,
    ) -> Result<RecoveryCodes, ManageRefusal> {
        let keys = self.keys_again();
        self.decide(|record, context, rng| record.make_recovery_codes(grant, &keys, context, rng))
    }

    pub(crate) fn recover_by(
        &mut self,
        pending: &PendingSignIn,
        code: &str,
    ) -> Result<SessionGrant, SignInRefusal> {
        let (keys, code) = (self.keys_again(), typed(code));
        self.decide(|record, context, rng| {
            record.verify_recovery_code(pending, &code, &keys, context, rng)
        })
    }

    /// First factor and recovery code.
    pub(crate) fn recover(&mut self, code: &str) -> Result<SessionGrant, SignInRefusal> {
        let pending = self.pending();
        self.recover_by(&pending, code)
    }

    pub(crate) fn finish(
        &mut self,
        grant: &SessionGrant,
        lost: &[DeviceId],
    ) -> Result<Reviewed, ManageRefusal> {
        let keys = self.keys_again();
        self.decide(|record, context, rng| record.finish_review(grant, lost, &keys, context, rng))
    }

    fn left(&self) -> u32 {
        self.record().recovery().unwrap().left
    }

    /// The same keys once more, as the facade has them beside the record.
    pub(crate) fn keys_again(&self) -> mfakit_core::Keys {
        mfakit_core::Keys::parse(&self.keys.to_text()).unwrap()
    }

    pub(crate) fn kinds(&self) -> Vec<EventKind> {
        let events = self.record().events();
        events.into_iter().map(|event| event.kind).collect()
    }
}

/// A user with one app and ten codes.
pub(crate) fn with_codes() -> (World, App, SessionGrant, Vec<String>) {
    let (mut world, app, grant) = World::with_app();
    let codes = texts(&world.make_codes(&grant).unwrap());
    (world, app, grant, codes)
}

#[test]
fn ten_codes_of_80_bits_are_shown_and_strictly_of_120() {
    let (world, _, _, codes) = with_codes();
    assert_eq!(codes.len(), 10);
    assert!(codes.iter().all(|code| code.len() == 19), "{codes:?}");
    let view = world.record().recovery().unwrap();
    assert_eq!((view.left, view.total, view.acknowledged), (10, 10, false));
    assert!(
        world
            .kinds()
            .contains(&EventKind::RecoveryCodesMade { count: 10 })
    );

    let mut strict = World::with(Profile::strict());
    let grant = strict.signed_in();
    let (_, grant) = strict.enroll(&grant, "phone");
    let codes = texts(&strict.make_codes(&grant).unwrap());
    assert!(codes.iter().all(|code| code.len() == 29), "{codes:?}");
    assert_eq!(strict.recover(&codes[0]).unwrap().scope(), Scope::Review);
}

/// rec-once.
#[test]
fn a_code_counts_once() {
    let (mut world, _, _, codes) = with_codes();
    let grant = world.recover(&codes[3]).unwrap();
    assert_eq!(grant.scope(), Scope::Review);
    assert_eq!(
        grant.amr(mfakit_flows::FirstFactor::Password),
        ["pwd", "mfa"]
    );
    assert!(
        grant
            .proofs()
            .iter()
            .any(|proof| proof.method() == Method::RecoveryCode)
    );
    assert_eq!(world.left(), 9);
    assert!(
        world
            .kinds()
            .contains(&EventKind::RecoveryCodeUsed { left: 9 })
    );

    let again = world.recover(&codes[3]).map(drop);
    assert_eq!(again, Err(recovery(RecoveryRefusal::Used)));
    assert_eq!(world.left(), 9);
    let refused = EventKind::Refused {
        class: Class::Recovery,
        stage: Stage::SignIn,
        why: Refused::Replayed,
    };
    assert!(world.kinds().contains(&refused));
    assert!(world.recover(&codes[4]).is_ok());
}

#[test]
fn a_token_works_once_and_stays_good_after_a_wrong_code() {
    let (mut world, _, _, codes) = with_codes();
    let pending = world.pending();
    let wrong = world.recover_by(&pending, WRONG).map(drop);
    assert_eq!(wrong, Err(recovery(RecoveryRefusal::Mismatch)));
    assert!(world.recover_by(&pending, &codes[0]).is_ok());
    let again = world.recover_by(&pending, &codes[1]).map(drop);
    assert_eq!(again, Err(SignInRefusal::Ended));
    assert_eq!(world.left(), 9);
}

#[test]
fn a_sign_in_of_another_user_or_of_yesterday_takes_no_code() {
    let (mut world, _, _, codes) = with_codes();
    let mut other = World::stranger(world.now, world.profile.clone());
    let grant = other.signed_in();
    let _app = other.enroll(&grant, "phone");
    let foreign = other.pending();
    let refused = world.recover_by(&foreign, &codes[0]).map(drop);
    assert_eq!(refused, Err(SignInRefusal::WrongUser));

    let pending = world.pending();
    world.pass(600);
    let refused = world.recover_by(&pending, &codes[0]).map(drop);
    assert_eq!(refused, Err(SignInRefusal::Ended));
    assert_eq!(world.left(), 10);
    // And a code of one user is none of another's.
    let foreign = other.recover(&codes[0]).map(drop);
    assert_eq!(foreign, Err(recovery(RecoveryRefusal::NoneOpen)));
}

/// rec-regenerate.
#[test]
fn new_codes_void_the_old_ones() {
    let (mut world, _, grant, old) = with_codes();
    let new = texts(&world.make_codes(&grant).unwrap());
    let refused = world.recover(&old[0]).map(drop);
    assert_eq!(refused, Err(recovery(RecoveryRefusal::Mismatch)));
    assert!(world.recover(&new[0]).is_ok());
}

/// rec-generate-pre-mfa.
#[test]
fn making_codes_takes_a_fresh_second_factor_of_a_user_who_is_on() {
    let mut world = World::new();
    world.profile.end_other_sessions_on_enable = false;
    let password_only = world.signed_in();
    let refused = world.make_codes(&password_only).map(drop);
    assert_eq!(refused, Err(ManageRefusal::NotEnrolled));

    let (_, grant) = world.enroll(&password_only, "phone");
    let step_up = Err(ManageRefusal::Grant(GrantRefusal::StepUpRequired));
    assert_eq!(world.make_codes(&password_only).map(drop), step_up);
    world.pass(300);
    assert!(world.make_codes(&grant).is_ok());
    world.pass(1);
    assert_eq!(world.make_codes(&grant).map(drop), step_up);
    let mut other = World::stranger(world.now, world.profile.clone());
    let foreign = other.signed_in();
    let refused = world.make_codes(&foreign).map(drop);
    assert_eq!(refused, Err(ManageRefusal::Grant(GrantRefusal::WrongUser)));
}

#[test]
fn the_owner_is_advised_to_make_save_and_replace_codes() {
    let (mut world, _, grant) = World::with_app();
    let advice = |world: &World| world.ask(|record, context| record.advice(context));
    assert!(advice(&world).contains(&Advice::MakeRecoveryCodes));
    let acknowledge = |world: &mut World| {
        world.decide(|record, context, rng| record.acknowledge_recovery_codes(&grant, context, rng))
    };
    assert_eq!(acknowledge(&mut world), Err(ManageRefusal::NotEnrolled));

    let codes = texts(&world.make_codes(&grant).unwrap());
    assert!(advice(&world).contains(&Advice::SaveRecoveryCodes));
    acknowledge(&mut world).unwrap();
    assert!(world.record().recovery().unwrap().acknowledged);
    assert!(world.kinds().contains(&EventKind::RecoveryCodesSaved));
    let writes = world.writes;
    acknowledge(&mut world).unwrap();
    assert_eq!(world.writes, writes, "nothing to write twice");

    for (used, code) in codes.iter().enumerate() {
        let left = 10 - u32::try_from(used).unwrap();
        let few = advice(&world).contains(&Advice::FewRecoveryCodes { left });
        assert_eq!(few, left <= 3, "{left}");
        assert!(world.recover(code).is_ok());
    }
    assert!(advice(&world).contains(&Advice::FewRecoveryCodes { left: 0 }));
    let offers = match world.first_factor() {
        Next::SecondFactor { offers, .. } => offers,
        other => panic!("{other:?}"),
    };
    assert!(!offers.recovery, "none is left");
}

#[test]
fn wrong_codes_make_their_network_wait_and_nobody_else() {
    let (mut world, _, _, codes) = with_codes();
    world.source = from("192.0.2.1");
    let pending = world.pending();
    for _ in 0..4 {
        let wrong = world.recover_by(&pending, WRONG).map(drop);
        assert_eq!(wrong, Err(recovery(RecoveryRefusal::Mismatch)));
    }
    assert_eq!(world.record().failures(Class::Recovery), 4);
    let locked = EventKind::Locked {
        class: Class::Recovery,
        secs: 60,
    };
    assert!(world.kinds().contains(&locked));
    let writes = world.writes;
    let throttled = |secs| {
        Err(recovery(RecoveryRefusal::Throttled {
            retry_after: Duration::from_secs(secs),
        }))
    };
    assert_eq!(
        world.recover_by(&pending, &codes[0]).map(drop),
        throttled(60)
    );
    assert_eq!(world.writes, writes, "a wait is not written");

    world.source = from("198.51.100.7");
    assert!(world.recover_by(&pending, &codes[0]).is_ok());
    assert_eq!(world.record().failures(Class::Recovery), 0);
    world.source = from("192.0.2.1");
    assert!(
        world.recover(&codes[1]).is_ok(),
        "a right code ends the waits"
    );
}

#[test]
fn the_waits_grow_as_those_of_other_codes_and_never_stop() {
    let (mut world, _, _, codes) = with_codes();
    world.source = from("2001:db8::1");
    let mut waits = Vec::new();
    for _ in 0..150 {
        let pending = world.pending();
        match world.recover_by(&pending, WRONG).unwrap_err() {
            SignInRefusal::Recovery(RecoveryRefusal::Mismatch) => {}
            SignInRefusal::Recovery(RecoveryRefusal::Throttled { retry_after }) => {
                waits.push(retry_after.as_secs());
                world.pass(retry_after.as_secs());
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(waits[..5], [60, 60, 60, 60, 120]);
    assert_eq!(waits.last(), Some(&600));
    assert!(
        !world
            .kinds()
            .iter()
            .any(|kind| matches!(kind, EventKind::Stopped { .. }))
    );
    world.pass(600);
    assert!(world.recover(&codes[0]).is_ok());
}

/// NIST SP 800-63B-4 section 3.2.2: a stop takes another authenticator to end.
#[test]
fn a_right_code_opens_a_stopped_class_and_no_waiting_one() {
    let (mut world, app, _, codes) = with_codes();
    let wrong = app.wrong_code(world.now);
    loop {
        let Next::SecondFactor { pending, offers } = world.first_factor() else {
            panic!("a recovery code is left")
        };
        match offers.codes {
            Some(mfakit_flows::Codes::Stopped) => break,
            Some(mfakit_flows::Codes::Later(wait)) => world.pass(wait.as_secs()),
            _ => assert!(world.verify(&pending, &wrong).is_err()),
        }
    }
    world.pass(86_400);
    let code = app.code(world.now);
    let stopped = world.sign_in(&code).map(drop);
    assert_eq!(stopped, Err(SignInRefusal::Code(CodeRefusal::Stopped)));

    assert!(world.recover(&codes[0]).is_ok());
    assert_eq!(world.record().failures(Class::Totp), 0);
    assert!(world.sign_in(&code).is_ok());

    // A wait of another class goes on.
    world.pass(30);
    let pending = world.pending();
    let wrong = app.wrong_code(world.now);
    for _ in 0..4 {
        assert!(world.verify(&pending, &wrong).is_err());
    }
    assert!(world.recover(&codes[1]).is_ok());
    assert_eq!(world.record().failures(Class::Totp), 4);
}

#[test]
fn a_review_opens_nothing_but_itself() {
    let (mut world, app, _, codes) = with_codes();
    let review = world.recover(&codes[0]).unwrap();
    let first = Err(GrantRefusal::ReviewFirst);
    let aal1 = Requirement::level(Level::Aal1);
    let required = world.ask(|record, context| record.require(&review, aal1, context).map(drop));
    assert_eq!(required, first);
    let stored = |world: &mut World| {
        let sealed = review.seal(&world.keys, &mut world.rng);
        StoredGrant::open(&sealed, &world.keys).unwrap()
    };
    let resumed = stored(&mut world);
    assert_eq!(world.record().resume(resumed).map(drop), first);
    let resumed = stored(&mut world);
    assert!(world.record().resume_limited(resumed).is_ok());

    let first = Err(ManageRefusal::Grant(GrantRefusal::ReviewFirst));
    assert_eq!(world.make_codes(&review).map(drop), first);
    let removed =
        world.decide(|record, context, rng| record.remove_device(&review, app.id, context, rng));
    assert_eq!(removed.map(drop), first);
    let disabled = world.decide(|record, context, rng| record.disable(&review, context, rng));
    assert_eq!(disabled.map(drop), first);
    let mut other = World::stranger(world.now, world.profile.clone());
    let grant = other.signed_in();
    let _app = other.enroll(&grant, "phone");
    let reopened = other.decide(|record, context, rng| {
        record.reopen(Class::Totp, &review, "no operator", context, rng)
    });
    assert_eq!(reopened, first);
}

#[test]
fn a_lost_only_device_is_replaced_within_the_review() {
    let (mut world, lost, before, codes) = with_codes();
    let review = world.recover(&codes[0]).unwrap();
    let last = world.finish(&review, &[lost.id]).map(drop);
    assert_eq!(last, Err(ManageRefusal::LastDevice));

    let (new, review) = world.enroll(&review, "new phone");
    assert_eq!(review.scope(), Scope::Review);
    let reviewed = world.finish(&review, &[lost.id]).unwrap();
    let grant = reviewed.grant.unwrap();
    assert_eq!((reviewed.removed, grant.scope()), (1, Scope::Full));
    assert_eq!(reviewed.codes.count(), 10);
    let ids: Vec<_> = world
        .record()
        .devices()
        .iter()
        .map(|device| device.id)
        .collect();
    assert_eq!(ids, [new.id]);
    assert!(world.kinds().contains(&EventKind::Reviewed { removed: 1 }));

    // Generations and codes change with the commit: nothing of before holds.
    let ended = Err(ManageRefusal::Grant(GrantRefusal::Ended));
    assert_eq!(world.make_codes(&before).map(drop), ended);
    assert_eq!(world.finish(&review, &[]).map(drop), ended);
    let old = world.recover(&codes[1]).map(drop);
    assert_eq!(old, Err(recovery(RecoveryRefusal::Mismatch)));
    let codes = texts(&reviewed.codes);
    assert!(world.recover(&codes[0]).is_ok());
    let aal2 = Requirement::level(Level::Aal2).within(Duration::from_secs(300));
    let met = world.ask(|record, context| record.require(&grant, aal2, context).map(drop));
    assert_eq!(met, Ok(()));
}

#[test]
fn a_review_may_leave_everything_as_it_is() {
    let (mut world, app, _, codes) = with_codes();
    let review = world.recover(&codes[0]).unwrap();
    let unknown = DeviceId::from_bytes([9; 16]);
    let refused = world.finish(&review, &[app.id, unknown]).map(drop);
    assert_eq!(refused, Err(ManageRefusal::UnknownDevice));
    let reviewed = world.finish(&review, &[]).unwrap();
    assert_eq!(reviewed.removed, 0);
    assert_eq!(world.left(), 10);
    let again = world.finish(&reviewed.grant.unwrap(), &[]).map(drop);
    assert_eq!(again, Err(ManageRefusal::NothingToReview));
}

#[test]
fn a_review_takes_an_hour_at_most_and_a_new_device_does_not_prolong_it() {
    let (mut world, _, _, codes) = with_codes();
    let review = world.recover(&codes[0]).unwrap();
    world.pass(3599);
    let (_, prolonged) = world.enroll(&review, "new phone");
    world.pass(1);
    let review_two = world.recover(&codes[1]).unwrap();
    assert!(world.begin(&review).is_ok());
    assert!(
        world
            .ask(|record, context| record.status(&review, context))
            .is_ok()
    );
    world.pass(1);
    let ended = EnrollRefusal::Grant(GrantRefusal::Ended);
    for grant in [&review, &prolonged] {
        assert_eq!(world.begin(grant).map(drop), Err(ended));
        let late = world.finish(grant, &[]).map(drop);
        assert_eq!(late, Err(ManageRefusal::Grant(GrantRefusal::Ended)));
    }
    assert!(world.finish(&review_two, &[]).is_ok());
}

/// A set-up that was begun in the review ends with it.
#[test]
fn a_set_up_of_a_review_is_not_confirmed_after_it() {
    let (mut world, _, _, codes) = with_codes();
    let review = world.recover(&codes[0]).unwrap();
    world.pass(3600);
    let setup = world.begin(&review).unwrap();
    world.pass(1);
    let code = code_of(&App::of(&setup), world.now);
    let late = world.confirm(&review, &code, None).map(drop);
    let ended = EnrollRefusal::Grant(GrantRefusal::Ended);
    assert_eq!(late, Err(ended));
}

/// A review that is left midway leaves nothing behind that opens anything.
#[test]
fn a_device_of_a_review_opens_nothing_before_its_end() {
    let (mut world, app, _, codes) = with_codes();
    let review = world.recover(&codes[0]).unwrap();
    let (new, review) = world.enroll(&review, "new phone");
    let suspended = |world: &World| {
        let devices = world.record().devices();
        let found = devices.into_iter().find(|device| device.id == new.id);
        found.unwrap().suspended
    };
    assert_eq!(suspended(&world), Some(world.now));
    world.pass(30);
    let code = new.code(world.now);
    let refused = world.sign_in(&code).map(drop);
    assert_eq!(refused, Err(SignInRefusal::Code(CodeRefusal::Mismatch)));

    // Another review does not put it in use, and does not count it.
    let other = world.recover(&codes[1]).unwrap();
    let last = world.finish(&other, &[app.id]).map(drop);
    assert_eq!(last, Err(ManageRefusal::LastDevice));
    let reviewed = world.finish(&review, &[app.id]).unwrap();
    assert_eq!((reviewed.removed, suspended(&world)), (1, None));
    assert!(world.sign_in(&code).is_ok());
}

#[test]
fn only_a_session_of_everything_says_that_the_codes_are_saved() {
    let (mut world, _, _, codes) = with_codes();
    let review = world.recover(&codes[0]).unwrap();
    let saved = world
        .decide(|record, context, rng| record.acknowledge_recovery_codes(&review, context, rng));
    let first = ManageRefusal::Grant(GrantRefusal::ReviewFirst);
    assert_eq!(saved, Err(first));
}

#[test]
fn disabling_takes_the_codes_away() {
    let (mut world, _, grant, _) = with_codes();
    let grant = world
        .decide(|record, context, rng| record.disable(&grant, context, rng))
        .unwrap();
    assert_eq!(world.record().recovery(), None);
    let (_, _) = world.enroll(&grant, "another phone");
    assert_eq!(world.record().recovery(), None);
}

/// rec-race and rec-race-different, as a store sees them: whoever decides on a stale record decides
/// again.
#[test]
fn of_two_at_once_the_same_code_counts_once_and_different_ones_both() {
    let (mut world, _, _, codes) = with_codes();
    let keys = world.keys_again();
    let (one, other) = (world.pending(), world.pending());
    let stale = world.record();
    assert!(world.recover_by(&one, &codes[0]).is_ok());
    let profile = world.profile.clone();
    let source = Source::unknown();
    let context = Context::new(world.now, &source, &profile);
    // On the stale record it would be right; the compare-and-set refuses that write.
    let lost =
        stale.verify_recovery_code(&other, &typed(&codes[0]), &keys, &context, &mut world.rng);
    assert!(lost.record().is_some());
    let anew = world.recover_by(&other, &codes[0]).map(drop);
    assert_eq!(anew, Err(recovery(RecoveryRefusal::Used)));
    assert!(world.recover_by(&other, &codes[1]).is_ok());
    assert_eq!(world.left(), 8);
}

#[test]
fn neither_the_record_nor_any_debug_holds_a_code() {
    let (mut world, _, grant, codes) = with_codes();
    let record = world.record();
    let shown = world.make_codes(&grant).unwrap();
    let view = record.recovery();
    let text = format!("{record:?} {shown:?} {view:?} {:?}", world.kinds());
    let plain = world.keys.open(
        mfakit_core::Ring::Seal,
        &mfakit_core::SealContext::new("mfakit user record")
            .with(&UserRecord::storage_key(world.user, &world.keys)),
        world.sealed(),
    );
    let plain = plain.unwrap();
    for code in codes.iter().cloned().chain(texts(&shown)) {
        let bare = code.replace('-', "");
        assert!(!text.contains(&code) && !text.contains(&bare));
        let in_record = |part: &str| {
            plain
                .windows(part.len())
                .any(|window| window == part.as_bytes())
        };
        assert!(
            !in_record(&code) && !in_record(&bare),
            "only marks are kept"
        );
    }
}

/// A device added in the review is proven with the review's own freshness; an app's code after it
/// signs in as always.
#[test]
fn the_new_device_of_a_review_signs_in() {
    let (mut world, _, _, codes) = with_codes();
    let review = world.recover(&codes[0]).unwrap();
    let setup = world.begin(&review).unwrap();
    let totp = App::of(&setup);
    let code = code_of(&totp, world.now);
    let enrolled = world.confirm(&review, &code, None).unwrap();
    assert!(!enrolled.first);
    let _reviewed = world.finish(&enrolled.grant, &[]).unwrap();
    world.pass(30);
    let now: UnixTime = world.now;
    assert!(world.sign_in(&code_of(&totp, now)).is_ok());
}
