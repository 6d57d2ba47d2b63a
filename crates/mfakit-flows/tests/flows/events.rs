//! Requirements 48 (events), 50, 68: no change and no attempt without an event.

use std::net::IpAddr;

use mfakit_flows::{Class, EventKind, Kind, Level, ManageRefusal, Refused, Source, Stage};

use crate::world::{World, name};

fn kinds(world: &World) -> Vec<EventKind> {
    world
        .record()
        .events()
        .into_iter()
        .map(|event| event.kind)
        .collect()
}

#[test]
fn the_life_of_a_user_in_events() {
    let mut world = World::new();
    let grant = world.signed_in();
    let (phone, grant) = world.enroll(&grant, "phone");
    let (tablet, grant) = world.enroll(&grant, "tablet");
    world.pass(30);
    let wrong = phone.wrong_code(world.now);
    let _ = world.sign_in(&wrong);
    let code = phone.code(world.now);
    let _ = world.sign_in(&code).unwrap();
    let _ = world.sign_in(&code);
    world.pass(30);
    let code = tablet.code(world.now);
    let grant = world
        .decide(|record, context, rng| record.step_up_totp(&grant, &code, context, rng))
        .unwrap();
    world
        .decide(|record, context, rng| {
            record.rename_device(&grant, tablet.id, name("slate"), context, rng)
        })
        .unwrap();
    let grant = world
        .decide(|record, context, rng| record.remove_device(&grant, phone.id, context, rng))
        .unwrap();
    let _ = world
        .decide(|record, context, rng| record.disable(&grant, context, rng))
        .unwrap();
    world
        .decide(|record, context, rng| record.first_factor_changed(None, context, rng))
        .unwrap();

    let class = Class::Totp;
    let refused = |why| EventKind::Refused {
        class,
        stage: Stage::SignIn,
        why,
    };
    let (kind, level) = (Kind::Totp, Level::Aal2);
    let added = |device, text| EventKind::DeviceAdded {
        device,
        kind,
        name: name(text),
    };
    assert_eq!(
        kinds(&world),
        [
            EventKind::UserCreated,
            EventKind::SignedIn {
                level: Level::Aal1,
                device: None
            },
            EventKind::EnrollmentStarted { kind },
            EventKind::Enabled,
            added(phone.id, "phone"),
            EventKind::EnrollmentStarted { kind },
            added(tablet.id, "tablet"),
            refused(Refused::Mismatch),
            EventKind::SignedIn {
                level,
                device: Some(phone.id)
            },
            refused(Refused::Replayed),
            EventKind::SteppedUp { device: tablet.id },
            EventKind::DeviceRenamed {
                device: tablet.id,
                from: name("tablet"),
                to: name("slate")
            },
            EventKind::DeviceRemoved {
                device: phone.id,
                kind,
                name: name("phone")
            },
            EventKind::Disabled { devices: 1 },
            EventKind::FirstFactorChanged,
        ]
    );
}

#[test]
fn an_event_says_when_and_from_where() {
    let (mut world, app, _) = World::with_app();
    let ip: IpAddr = "192.0.2.7".parse().unwrap();
    world.source = Source::unknown().with_ip(ip).with_user_agent("Browser/1");
    let _ = world.sign_in(&app.code(world.now)).unwrap();
    let event = world.record().events().pop().unwrap();
    assert_eq!(
        (event.user, event.first_at, event.last_at),
        (world.user, world.now, world.now)
    );
    assert_eq!(
        (event.source.ip(), event.source.user_agent()),
        (Some(ip), Some("Browser/1"))
    );
}

#[test]
fn a_lock_and_a_stop_are_events_that_notify() {
    let (mut world, app, _) = World::with_app();
    world.profile.totp_budget.stop_at = 5.try_into().unwrap();
    for _ in 0..5 {
        let wrong = app.wrong_code(world.now);
        let _ = world.sign_in(&wrong);
        world.pass(60);
    }
    let notified: Vec<_> = kinds(&world)
        .into_iter()
        .filter(EventKind::notifies_owner)
        .collect();
    assert!(notified.contains(&EventKind::Locked {
        class: Class::Totp,
        secs: 60
    }));
    assert!(notified.contains(&EventKind::Stopped { class: Class::Totp }));
}

#[test]
fn no_change_without_room_for_its_notification() {
    let (mut world, app, grant) = World::with_app();
    let rename = |world: &mut World, number: u32| {
        world.decide(|record, context, rng| {
            let name = name(&format!("phone {number}"));
            record.rename_device(&grant, app.id, name, context, rng)
        })
    };
    let full = (0..)
        .find_map(|number| rename(&mut world, number).err())
        .unwrap();
    assert!(matches!(full, ManageRefusal::Full(_)));
    let before = world.record().devices();
    let writes = world.writes;
    assert!(matches!(
        rename(&mut world, 1000),
        Err(ManageRefusal::Full(_))
    ));
    assert_eq!((world.record().devices(), world.writes), (before, writes));

    // What ends a compromise has room left: sessions end, and the device goes.
    let changed = world
        .decide(|record, context, rng| record.first_factor_changed(Some(&grant), context, rng));
    assert!(matches!(changed, Ok(Some(_))));

    // Signing in goes on, and so does the counting of failures.
    let _ = world.sign_in(&app.code(world.now)).unwrap();
    world.pass(30);
    let wrong = app.wrong_code(world.now);
    let _ = world.sign_in(&wrong);
    assert_eq!(world.record().failures(Class::Totp), 1);

    let done: Vec<_> = world
        .record()
        .events()
        .iter()
        .map(|event| (event.id, event.count))
        .collect();
    world.rewrite(|record| record.mark_delivered(&done));
    let grant = changed.unwrap().unwrap();
    let disabled = world.decide(|record, context, rng| record.disable(&grant, context, rng));
    assert!(disabled.is_ok());
}

#[test]
fn a_device_is_removed_although_renames_have_filled_the_record() {
    let (mut world, app, grant) = World::with_app();
    let (tablet, grant) = world.enroll(&grant, "tablet");
    for number in 0.. {
        let renamed = world.decide(|record, context, rng| {
            record.rename_device(
                &grant,
                app.id,
                name(&format!("phone {number}")),
                context,
                rng,
            )
        });
        if renamed.is_err() {
            break;
        }
    }
    let removed =
        world.decide(|record, context, rng| record.remove_device(&grant, tablet.id, context, rng));
    assert!(removed.is_ok());
}

#[test]
fn a_delivery_that_failed_is_put_off() {
    let (mut world, _, _) = World::with_app();
    let created = world.record().events()[0].first_at;
    assert_eq!(world.record().due(), Some(created));
    let later = world.now.saturating_add(std::time::Duration::from_secs(60));
    world.rewrite(|record| record.postpone_delivery(later));
    assert_eq!(world.record().due(), Some(later));
    world.rewrite(mfakit_flows::UserRecord::discard_events);
    assert_eq!(world.record().due(), None);
}
