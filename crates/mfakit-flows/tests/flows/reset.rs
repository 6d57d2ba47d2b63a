//! Support reset: a ticket, its code, and the set-up anew.

use mfakit_flows::{
    Advice, Class, EnrollRefusal, EventKind, GrantRefusal, Level, ManageRefusal, Next,
    PendingSignIn, RecoveryRefusal, Refused, Requirement, ResetCancellation, ResetTicket, Scope,
    SessionGrant, SignInRefusal, Stage, UserRecord,
};

use crate::recovery::{WRONG, from, typed, with_codes};
use crate::world::{App, World, code_of};

const NONE_OPEN: SignInRefusal = SignInRefusal::Recovery(RecoveryRefusal::NoneOpen);
const MISMATCH: SignInRefusal = SignInRefusal::Recovery(RecoveryRefusal::Mismatch);

impl World {
    pub(crate) fn issue(
        &mut self,
        operator: &SessionGrant,
        reason: &str,
    ) -> Result<ResetTicket, ManageRefusal> {
        let keys = self.keys_again();
        self.decide(|record, context, rng| {
            record.issue_reset(operator, reason, &keys, context, rng)
        })
    }

    pub(crate) fn reset_by(
        &mut self,
        pending: &PendingSignIn,
        code: &str,
    ) -> Result<SessionGrant, SignInRefusal> {
        let (keys, code) = (self.keys_again(), typed(code));
        self.decide(|record, context, rng| {
            record.verify_reset_code(pending, &code, &keys, context, rng)
        })
    }

    /// First factor and the code from support.
    fn reset(&mut self, code: &str) -> Result<SessionGrant, SignInRefusal> {
        let pending = self.pending();
        self.reset_by(&pending, code)
    }

    /// Somebody else of the same service, who has just proven a second factor.
    pub(crate) fn operator(&self) -> SessionGrant {
        let mut other = Self::stranger(self.now, self.profile.clone());
        let grant = other.signed_in();
        other.enroll(&grant, "operator's").1
    }

    /// The code of an app whose set-up was begun.
    fn confirm_begun(
        &mut self,
        grant: &SessionGrant,
        begun: &mfakit_flows::TotpSetup,
    ) -> Result<(), EnrollRefusal> {
        let code = code_of(&App::of(begun), self.now);
        self.confirm(grant, &code, None).map(drop)
    }

    /// What stands in the mail about the last reset.
    pub(crate) fn cancellation(&mut self) -> ResetCancellation {
        let (record, keys) = (self.record(), self.keys_again());
        let events = record.events();
        let issued = |kind: &EventKind| matches!(kind, EventKind::ResetIssued { .. });
        let event = events.iter().rfind(|event| issued(&event.kind)).unwrap();
        let mails = record.mails(event, "Example", &keys, &mut self.rng);
        let sealed = mails[0].cancel_reset().unwrap();
        ResetCancellation::open(sealed, &keys).unwrap()
    }

    fn is_open(&self) -> bool {
        self.ask(|record, context| record.reset(context).is_some())
    }
}

#[test]
fn the_owner_sets_up_a_new_device_and_everything_of_before_goes() {
    let (mut world, lost, before, codes) = with_codes();
    let operator = world.operator();
    let ticket = world.issue(&operator, "lost the phone").unwrap();
    assert_eq!(ticket.code().len(), 19);
    assert_eq!(ticket.expires().as_secs(), world.now.as_secs() + 3600);

    let setting_up = world.reset(ticket.code()).unwrap();
    assert_eq!(
        (setting_up.scope(), setting_up.level()),
        (Scope::SetUp, Level::Aal1)
    );
    // Nothing has gone yet: the old device still signs in.
    let code = lost.code(world.now);
    assert!(world.sign_in(&code).is_ok());

    // The same name is free, and so is the place of the old device.
    world.profile.max_totp_devices = 1;
    let (new, grant) = world.enroll(&setting_up, "phone");
    assert_eq!((grant.scope(), grant.level()), (Scope::Full, Level::Aal2));
    let record = world.record();
    let ids: Vec<_> = record.devices().iter().map(|device| device.id).collect();
    assert_eq!(ids, [new.id]);
    assert!(
        record
            .tombstones()
            .iter()
            .any(|tombstone| tombstone.id() == lost.id)
    );
    assert_eq!(record.recovery(), None);
    assert!(!world.is_open());
    assert!(world.kinds().contains(&EventKind::ResetUsed { devices: 1 }));

    let aal1 = Requirement::level(Level::Aal1);
    let ended = world.ask(|record, context| record.require(&before, aal1, context).map(drop));
    assert_eq!(ended, Err(GrantRefusal::Ended));
    world.pass(30);
    let old = lost.code(world.now);
    assert!(world.sign_in(&old).is_err());
    let refused = world.recover(&codes[0]).map(drop);
    assert_eq!(refused, Err(NONE_OPEN));
    let code = new.code(world.now);
    assert!(world.sign_in(&code).is_ok());
    let again = world.reset(ticket.code()).map(drop);
    assert_eq!(again, Err(NONE_OPEN), "the ticket went with it");
    let advice = world.ask(|record, context| record.advice(context));
    assert!(advice.contains(&Advice::MakeRecoveryCodes));
}

/// Within the hour, too, the password is no more than the first factor.
#[test]
fn the_password_without_the_code_is_refused() {
    let (mut world, _, _, _) = with_codes();
    let operator = world.operator();
    let ticket = world.issue(&operator, "lost").unwrap();
    for _ in 0..60 {
        match world.first_factor() {
            Next::SecondFactor { pending, offers } => {
                assert!(offers.reset);
                assert_eq!(world.reset_by(&pending, WRONG).map(drop), Err(MISMATCH));
            }
            other => panic!("{other:?}"),
        }
        world.pass(60);
    }
    let late = world.reset(ticket.code()).map(drop);
    assert_eq!(late, Err(NONE_OPEN));
}

#[test]
fn a_ticket_is_good_for_an_hour_to_the_second() {
    let (mut world, ..) = with_codes();
    let operator = world.operator();
    let ticket = world.issue(&operator, "lost").unwrap();
    world.pass(3599);
    let setting_up = world.reset(ticket.code()).unwrap();
    let begun = world.begin(&setting_up).unwrap();
    world.pass(1);
    let step_up = EnrollRefusal::Grant(GrantRefusal::StepUpRequired);
    assert_eq!(world.confirm_begun(&setting_up, &begun), Err(step_up));
    assert!(!world.is_open());
    let late = world.begin(&setting_up).map(drop);
    assert_eq!(
        late,
        Err(EnrollRefusal::Grant(GrantRefusal::StepUpRequired))
    );
    assert_eq!(world.reset(ticket.code()).map(drop), Err(NONE_OPEN));
}

#[test]
fn a_set_up_that_was_left_is_gone_on_with_and_the_earlier_session_is_not() {
    let (mut world, ..) = with_codes();
    let operator = world.operator();
    let ticket = world.issue(&operator, "lost").unwrap();
    let left = world.reset(ticket.code()).unwrap();
    let begun = world.begin(&left).unwrap();
    let again = world.reset(ticket.code()).unwrap();
    let step_up = EnrollRefusal::Grant(GrantRefusal::StepUpRequired);
    assert_eq!(world.confirm_begun(&left, &begun), Err(step_up));
    let refused = world.begin(&left).map(drop);
    assert_eq!(
        refused,
        Err(EnrollRefusal::Grant(GrantRefusal::StepUpRequired))
    );
    let (_, grant) = world.enroll(&again, "new phone");
    assert_eq!(grant.scope(), Scope::Full);
}

#[test]
fn the_session_of_a_reset_opens_the_set_up_only() {
    let (mut world, app, ..) = with_codes();
    let operator = world.operator();
    let ticket = world.issue(&operator, "lost").unwrap();
    let setting_up = world.reset(ticket.code()).unwrap();
    let refused = Err(ManageRefusal::Grant(GrantRefusal::SetUpFirst));
    assert_eq!(world.make_codes(&setting_up).map(drop), refused);
    let removed = world
        .decide(|record, context, rng| record.remove_device(&setting_up, app.id, context, rng));
    assert_eq!(removed.map(drop), refused);
    let disabled = world.decide(|record, context, rng| record.disable(&setting_up, context, rng));
    assert_eq!(disabled.map(drop), refused);
    let aal1 = Requirement::level(Level::Aal1);
    let required = world.ask(|r, context| r.require(&setting_up, aal1, context).map(drop));
    assert_eq!(required, Err(GrantRefusal::SetUpFirst));
}

#[test]
fn a_key_is_set_up_as_well_as_an_app() {
    let (mut world, ..) = with_codes();
    let operator = world.operator();
    let ticket = world.issue(&operator, "lost").unwrap();
    let setting_up = world.reset(ticket.code()).unwrap();
    let mut key = mfakit_testkit::Authenticator::new(5);
    let (id, grant) = world.register(&setting_up, &mut key, "key");
    assert_eq!(grant.scope(), Scope::Full);
    let ids: Vec<_> = world
        .record()
        .devices()
        .iter()
        .map(|device| device.id)
        .collect();
    assert_eq!(ids, [id]);
}

#[test]
fn an_operator_needs_a_fresh_second_factor_and_another_user() {
    let (mut world, app, own, _) = with_codes();
    let refused = world.issue(&own, "myself").map(drop);
    assert_eq!(refused, Err(ManageRefusal::OwnRecord));

    let operator = world.operator();
    world.pass(300);
    assert!(world.issue(&operator, "in time").is_ok());
    world.pass(1);
    let step_up = Err(ManageRefusal::Grant(GrantRefusal::StepUpRequired));
    assert_eq!(world.issue(&operator, "late").map(drop), step_up);

    let mut other = World::stranger(world.now, world.profile.clone());
    let password_only = other.signed_in();
    assert_eq!(world.issue(&password_only, "no factor").map(drop), step_up);

    let code = app.code(world.now);
    let grant = world.sign_in(&code).unwrap();
    let _off = world
        .decide(|record, context, rng| record.disable(&grant, context, rng))
        .unwrap();
    let operator = world.operator();
    let refused = world.issue(&operator, "off").map(drop);
    assert_eq!(refused, Err(ManageRefusal::NotEnrolled));
}

#[test]
fn the_reason_is_kept_and_cleaned() {
    let (mut world, ..) = with_codes();
    let operator = world.operator();
    let long = "é".repeat(200);
    let _ticket = world
        .issue(&operator, &format!("lost\u{202E}\n{long}"))
        .unwrap();
    let view = world.ask(|record, context| record.reset(context)).unwrap();
    assert_eq!(view.by, operator.user());
    assert!(view.reason.starts_with("lostéé"), "{}", view.reason);
    assert_eq!(view.reason.len(), 256);
    let told = world.kinds().iter().any(|kind| {
        matches!(kind, EventKind::ResetIssued { by, reason, .. }
            if by.user() == operator.user() && *reason == view.reason)
    });
    assert!(told);
}

#[test]
fn a_new_ticket_voids_the_old_one() {
    let (mut world, ..) = with_codes();
    let operator = world.operator();
    let old = world.issue(&operator, "lost").unwrap();
    let claimed = world.reset(old.code()).unwrap();
    let begun = world.begin(&claimed).unwrap();
    let new = world.issue(&operator, "lost").unwrap();
    assert_eq!(world.reset(old.code()).map(drop), Err(MISMATCH));
    let gone = Err(EnrollRefusal::NothingPending);
    assert_eq!(world.confirm_begun(&claimed, &begun), gone);
    assert!(world.begin(&claimed).is_err());
    assert!(world.reset(new.code()).is_ok());
}

#[test]
fn the_reader_of_the_mail_can_cancel_this_ticket_and_no_other() {
    let (mut world, ..) = with_codes();
    let address = mfakit_activation::Address::parse("owner@example.com", Default::default());
    world
        .decide(|r, context, rng| r.adopt_address(&address.unwrap(), context, rng))
        .unwrap();
    let operator = world.operator();
    let cancel = |world: &mut World, token: &ResetCancellation| {
        let canceled =
            world.decide(|record, context, rng| record.cancel_reset(token, context, rng));
        canceled.unwrap_or_else(|never| match never {})
    };
    let first = world.issue(&operator, "lost").unwrap();
    let first_token = world.cancellation();
    let claimed = world.reset(first.code()).unwrap();
    let begun = world.begin(&claimed).unwrap();
    assert!(cancel(&mut world, &first_token));
    assert!(world.kinds().contains(&EventKind::ResetCanceled));
    let gone = Err(EnrollRefusal::NothingPending);
    assert_eq!(world.confirm_begun(&claimed, &begun), gone);
    assert!(!world.is_open() && world.begin(&claimed).is_err());
    assert_eq!(world.reset(first.code()).map(drop), Err(NONE_OPEN));
    let writes = world.writes;
    assert!(!cancel(&mut world, &first_token), "once");
    assert_eq!(world.writes, writes);

    let second = world.issue(&operator, "lost").unwrap();
    assert!(!cancel(&mut world, &first_token), "another ticket's");
    assert!(world.reset(second.code()).is_ok());
}

#[test]
fn the_owner_who_is_signed_in_withdraws_it() {
    let (mut world, _, grant, _) = with_codes();
    let operator = world.operator();
    let withdraw = |world: &mut World| {
        world.decide(|record, context, rng| record.withdraw_reset(&grant, context, rng))
    };
    assert_eq!(withdraw(&mut world), Ok(false));
    let _ticket = world.issue(&operator, "not me").unwrap();
    assert_eq!(withdraw(&mut world), Ok(true));
    assert!(!world.is_open());
    world.pass(301);
    assert_eq!(withdraw(&mut world), Err(GrantRefusal::StepUpRequired));
}

#[test]
fn wrong_codes_are_counted_as_wrong_recovery_codes() {
    let (mut world, ..) = with_codes();
    world.source = from("192.0.2.9");
    let operator = world.operator();
    let ticket = world.issue(&operator, "lost").unwrap();
    let pending = world.pending();
    for _ in 0..4 {
        assert_eq!(world.reset_by(&pending, WRONG).map(drop), Err(MISMATCH));
    }
    let refused = EventKind::Refused {
        class: Class::Recovery,
        stage: Stage::Reset,
        why: Refused::Mismatch,
    };
    assert!(world.kinds().contains(&refused));
    let throttled = world.reset_by(&pending, ticket.code()).map(drop);
    assert!(
        matches!(
            throttled,
            Err(SignInRefusal::Recovery(RecoveryRefusal::Throttled { .. }))
        ),
        "{throttled:?}"
    );
    world.source = from("198.51.100.9");
    assert!(world.reset_by(&pending, ticket.code()).is_ok());
}

/// A recovery code is no ticket, and the other way round.
#[test]
fn codes_of_one_sort_are_nothing_of_the_other() {
    let (mut world, _, _, codes) = with_codes();
    let operator = world.operator();
    let ticket = world.issue(&operator, "lost").unwrap();
    assert_eq!(world.reset(&codes[0]).map(drop), Err(MISMATCH));
    assert_eq!(world.recover(ticket.code()).map(drop), Err(MISMATCH));
}

#[test]
fn a_review_ends_an_open_reset() {
    let (mut world, _, _, codes) = with_codes();
    let operator = world.operator();
    let _ticket = world.issue(&operator, "lost").unwrap();
    let review = world.recover(&codes[0]).unwrap();
    let keys = world.keys_again();
    let _reviewed = world
        .decide(|record, context, rng| record.finish_review(&review, &[], &keys, context, rng))
        .unwrap();
    assert!(!world.is_open());
}

#[test]
fn in_a_full_outbox_nothing_is_half_done() {
    let (mut world, ..) = with_codes();
    let operator = world.operator();
    let ticket = world.issue(&operator, "lost").unwrap();
    let setting_up = world.reset(ticket.code()).unwrap();
    while world.issue(&world.operator(), "again").is_ok() {}
    let full = world.issue(&world.operator(), "again").map(drop);
    assert!(matches!(full, Err(ManageRefusal::Full(_))), "{full:?}");
    // The last ticket that had room is the one that counts.
    assert!(world.begin(&setting_up).is_err());
    assert_eq!(world.record().devices().len(), 1);
}

/// Whoever has 36 events waiting can still set up anew.
#[test]
fn a_reset_and_a_review_have_room_for_their_events() {
    let (mut world, app, grant, codes) = with_codes();
    let operator = world.operator();
    let ticket = world.issue(&operator, "lost").unwrap();
    for number in 0.. {
        let called = crate::world::name(&format!("phone {number}"));
        let renamed = world.decide(|record, context, rng| {
            record.rename_device(&grant, app.id, called, context, rng)
        });
        if let Err(full) = renamed {
            assert!(matches!(full, ManageRefusal::Full(_)), "{full:?}");
            break;
        }
    }
    let review = world.recover(&codes[0]).unwrap();
    assert!(world.begin(&review).is_ok());
    let (_, _) = world.enroll(&review, "in the review");
    let setting_up = world.reset(ticket.code()).unwrap();
    let (_, grant) = world.enroll(&setting_up, "after the reset");
    assert_eq!(grant.scope(), Scope::Full);
}

#[test]
fn a_reset_that_finds_no_room_for_its_event_changes_nothing() {
    let (mut world, app, ..) = with_codes();
    let operator = world.operator();
    let mut ticket = world.issue(&operator, "lost").unwrap();
    while let Ok(next) = world.issue(&world.operator(), "again") {
        ticket = next;
    }
    let setting_up = world.reset(ticket.code()).unwrap();
    let setup = world.begin(&setting_up).unwrap();
    let totp = App::of(&setup);
    let code = code_of(&totp, world.now);
    let full = world.confirm(&setting_up, &code, None).map(drop);
    assert!(matches!(full, Err(EnrollRefusal::Full(_))), "{full:?}");
    let ids: Vec<_> = world
        .record()
        .devices()
        .iter()
        .map(|device| device.id)
        .collect();
    assert_eq!(ids, [app.id]);

    let done: Vec<_> = world
        .record()
        .events()
        .iter()
        .map(|e| (e.id, e.count))
        .collect();
    world.rewrite(|record| record.mark_delivered(&done));
    assert!(world.confirm(&setting_up, &code, None).is_ok());
}

#[test]
fn no_debug_and_no_record_holds_the_code() {
    let (mut world, ..) = with_codes();
    let operator = world.operator();
    let ticket = world.issue(&operator, "lost").unwrap();
    let text = format!("{ticket:?} {:?} {:?}", world.record(), world.kinds());
    let bare = ticket.code().replace('-', "");
    assert!(!text.contains(ticket.code()) && !text.contains(&bare));
    let context = mfakit_core::SealContext::new("mfakit user record")
        .with(&UserRecord::storage_key(world.user, &world.keys));
    let plain = world
        .keys
        .open(mfakit_core::Ring::Seal, &context, world.sealed());
    let plain = plain.unwrap();
    assert!(
        !plain
            .windows(bare.len())
            .any(|window| window == bare.as_bytes())
    );
}
