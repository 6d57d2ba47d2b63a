//! Confirmed addresses, and the mails to them.

use mfakit_activation::{Address, AddressRule, IssuedCode, TypedCode};
use mfakit_flows::{AddressRefusal, Event, EventKind, GrantRefusal, Mail, SessionGrant, Source};

use crate::world::World;

fn address(text: &str) -> Address {
    Address::parse(text, AddressRule::Rfc).unwrap()
}

impl World {
    fn adopt(&mut self, text: &str) -> Result<(), AddressRefusal> {
        let address = address(text);
        self.decide(|record, context, rng| record.adopt_address(&address, context, rng))
    }

    fn add(&mut self, grant: &SessionGrant, text: &str) -> Result<IssuedCode, AddressRefusal> {
        let (address, keys) = (address(text), self.keys_again());
        self.decide(|record, context, rng| record.add_address(grant, &address, &keys, context, rng))
    }

    fn give(&mut self, grant: &SessionGrant, code: &str) -> Result<(), AddressRefusal> {
        let (code, keys) = (TypedCode::parse(code).unwrap(), self.keys_again());
        self.decide(|record, context, rng| {
            record.confirm_address(grant, &code, &keys, context, rng)
        })
    }

    fn drop_address(&mut self, grant: &SessionGrant, text: &str) -> Result<(), AddressRefusal> {
        let address = address(text);
        self.decide(|record, context, rng| record.remove_address(grant, &address, context, rng))
    }

    fn known(&self) -> Vec<String> {
        let addresses = self.record().addresses();
        addresses
            .iter()
            .map(|known| known.address.as_str().to_owned())
            .collect()
    }

    fn mails(&mut self, event: &Event) -> Vec<Mail> {
        let (record, keys) = (self.record(), self.keys_again());
        record.mails(event, "Example", &keys, &mut self.rng)
    }

    fn last(&self, is: impl Fn(&EventKind) -> bool) -> Event {
        let events = self.record().events();
        events.into_iter().rfind(|event| is(&event.kind)).unwrap()
    }
}

#[test]
fn an_address_counts_once_its_code_came_back() {
    let (mut world, _, grant) = World::with_app();
    let code = world.add(&grant, "owner+mfa@example.com").unwrap();
    assert_eq!(world.known(), [""; 0]);
    let waiting = world.ask(|record, context| record.pending_address(context));
    assert_eq!(waiting, Some(address("owner+mfa@example.com")));

    let wrong = world.give(&grant, "222-222-222");
    assert_eq!(wrong, Err(AddressRefusal::Mismatch));
    world.give(&grant, code.expose()).unwrap();
    assert_eq!(world.known(), ["owner+mfa@example.com"]);
    let added = |kind: &EventKind| matches!(kind, EventKind::AddressAdded { .. });
    assert_eq!(world.last(added).count, 1);
    let again = world.give(&grant, code.expose());
    assert_eq!(again, Err(AddressRefusal::NothingPending));
    let known = world.add(&grant, "owner+mfa@example.com").map(drop);
    assert_eq!(known, Err(AddressRefusal::Known));
}

#[test]
fn codes_end_after_15_minutes_and_come_a_minute_apart() {
    let (mut world, app, grant) = World::with_app();
    let code = world.add(&grant, "owner@example.com").unwrap();
    let throttled = world.add(&grant, "owner@example.com").map(drop);
    assert!(
        matches!(throttled, Err(AddressRefusal::Throttled { .. })),
        "{throttled:?}"
    );
    world.pass(901);
    let waiting = world.ask(|record, context| record.pending_address(context));
    assert_eq!(waiting, None);
    let code_now = app.code(world.now);
    let grant = world.sign_in(&code_now).unwrap();
    let late = world.give(&grant, code.expose());
    assert_eq!(late, Err(AddressRefusal::NothingPending));
    assert!(world.add(&grant, "owner@example.com").is_ok());
}

#[test]
fn the_tries_of_a_code_are_counted_over_new_codes() {
    let (mut world, _, grant) = World::with_app();
    let code = world.add(&grant, "owner@example.com").unwrap();
    for _ in 0..5 {
        let wrong = world.give(&grant, "222-222-222");
        assert_eq!(wrong, Err(AddressRefusal::Mismatch));
    }
    let right = world.give(&grant, code.expose());
    assert!(
        matches!(right, Err(AddressRefusal::Throttled { .. })),
        "{right:?}"
    );
}

/// First factor and mailbox: an address that was begun while the user was off is not confirmed
/// without the second factor once the user is on.
#[test]
fn every_change_of_addresses_needs_a_fresh_proof() {
    let mut world = World::new();
    world.profile.end_other_sessions_on_enable = false;
    let password_only = world.signed_in();
    let code = world.add(&password_only, "intruder@example.com").unwrap();
    let (_, grant) = world.enroll(&password_only, "phone");
    world.adopt("owner@example.com").unwrap();

    let step_up = Err(AddressRefusal::Grant(GrantRefusal::StepUpRequired));
    assert_eq!(world.give(&password_only, code.expose()), step_up);
    assert_eq!(
        world.add(&password_only, "b@example.com").map(drop),
        step_up
    );
    assert_eq!(
        world.drop_address(&password_only, "owner@example.com"),
        step_up
    );
    assert_eq!(world.known(), ["owner@example.com"]);

    let unknown = world.drop_address(&grant, "other@example.com");
    assert_eq!(unknown, Err(AddressRefusal::Unknown));
    world.drop_address(&grant, "owner@example.com").unwrap();
    assert_eq!(world.known(), [""; 0]);
}

#[test]
fn there_are_four_at_most() {
    let (mut world, _, grant) = World::with_app();
    for at in 0..4 {
        world.adopt(&format!("owner{at}@example.com")).unwrap();
    }
    let writes = world.writes;
    world.adopt("owner0@example.com").unwrap();
    assert_eq!(world.writes, writes, "known already");
    let fifth = world.adopt("owner4@example.com");
    assert_eq!(fifth, Err(AddressRefusal::TooMany));
    let fifth = world.add(&grant, "owner4@example.com").map(drop);
    assert_eq!(fifth, Err(AddressRefusal::TooMany));
}

#[test]
fn a_change_is_told_at_every_address_in_words() {
    let (mut world, app, grant) = World::with_app();
    world.adopt("a@example.com").unwrap();
    world.adopt("b@example.com").unwrap();
    world.source = Source::unknown()
        .with_ip("192.0.2.7".parse().unwrap())
        .with_user_agent("Firefox/150");
    let renamed = world.decide(|record, context, rng| {
        record.rename_device(&grant, app.id, crate::world::name("pocket"), context, rng)
    });
    renamed.unwrap();
    let event = world.last(|kind| matches!(kind, EventKind::DeviceRenamed { .. }));
    let mails = world.mails(&event);
    let to: Vec<_> = mails.iter().map(|mail| mail.to().as_str()).collect();
    assert_eq!(to, ["a@example.com", "b@example.com"]);
    let mail = &mails[0];
    assert_eq!(mail.subject(), "Example: a device was renamed");
    for part in [
        "from \"phone\" to \"pocket\"",
        "2023-11-14 22:13 UTC",
        "192.0.2.7",
        "Browser: Firefox",
        "If it was not",
    ] {
        assert!(
            mail.text().contains(part),
            "{part} is not in\n{}",
            mail.text()
        );
    }
    assert!(mail.cancel_reset().is_none());
    assert_ne!(mails[0].id(), mails[1].id());
    // Sent again it is the same mail.
    assert_eq!(world.mails(&event)[0].id(), mail.id());
    assert!(!format!("{mail:?}").contains("a@example.com"));
}

#[test]
fn an_address_that_was_removed_is_told_so_itself() {
    let (mut world, _, grant) = World::with_app();
    world.adopt("a@example.com").unwrap();
    world.adopt("b@example.com").unwrap();
    world.drop_address(&grant, "a@example.com").unwrap();
    let event = world.last(|kind| matches!(kind, EventKind::AddressRemoved { .. }));
    let mails = world.mails(&event);
    let to: Vec<_> = mails.iter().map(|mail| mail.to().as_str()).collect();
    assert_eq!(to, ["b@example.com", "a@example.com"]);
}

#[test]
fn a_reset_is_told_with_its_reason_and_how_to_cancel() {
    let (mut world, ..) = World::with_app();
    world.adopt("a@example.com").unwrap();
    let operator = world.operator();
    let ticket = world.issue(&operator, "lost the phone").unwrap();
    let event = world.last(|kind| matches!(kind, EventKind::ResetIssued { .. }));
    let mails = world.mails(&event);
    let mail = &mails[0];
    assert!(mail.cancel_reset().is_some());
    assert!(mail.text().contains("lost the phone"));
    assert!(mail.text().contains("cancel it at once"));
    assert!(
        !mail.text().contains(ticket.code()),
        "the code goes by the operator"
    );
}

/// Requirement 48: whatever notifies has words, and whatever has words notifies.
#[test]
fn every_notification_has_a_mail_and_nothing_else() {
    let (mut world, _, grant, codes) = crate::recovery::with_codes();
    world.adopt("a@example.com").unwrap();
    let operator = world.operator();
    let _ticket = world.issue(&operator, "lost").unwrap();
    let _review = world.recover(&codes[0]).unwrap();
    assert!(world.recover(crate::recovery::WRONG).is_err());
    let (_, grant) = world.enroll(&grant, "tablet");
    let _off = world
        .decide(|record, context, rng| record.disable(&grant, context, rng))
        .unwrap();
    let events = world.record().events();
    // Before it was confirmed the address was nobody's.
    let added = |event: &Event| matches!(event.kind, EventKind::AddressAdded { .. });
    let events: Vec<_> = events
        .into_iter()
        .skip_while(|event| !added(event))
        .collect();
    assert!(events.len() > 5, "{}", events.len());
    for event in events {
        let mails = world.mails(&event).len();
        assert_eq!(mails, usize::from(event.kind.notifies_owner()), "{event:?}");
    }
}

/// Who is told of an event is not decided by what is done to the addresses after it.
#[test]
fn who_is_told_is_who_had_an_address_when_it_happened() {
    let (mut world, app, grant) = World::with_app();
    world.adopt("owner@example.com").unwrap();
    let renamed = world.decide(|record, context, rng| {
        record.rename_device(&grant, app.id, crate::world::name("pocket"), context, rng)
    });
    renamed.unwrap();
    world.adopt("intruder@example.com").unwrap();
    world.drop_address(&grant, "owner@example.com").unwrap();
    let event = world.last(|kind| matches!(kind, EventKind::DeviceRenamed { .. }));
    let mails = world.mails(&event);
    let to: Vec<_> = mails.iter().map(|mail| mail.to().as_str()).collect();
    assert_eq!(to, ["owner@example.com"]);
}
