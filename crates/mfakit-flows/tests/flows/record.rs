//! Requirements 22, 23, 67, 69: the record at rest.

use mfakit_core::{Keys, OpenError, UserId};
use mfakit_flows::{RecordError, UserRecord};
use rand_core::SeedableRng as _;

use crate::world::World;

fn open(world: &World, sealed: &[u8], keys: &Keys) -> Result<(), RecordError> {
    let key = UserRecord::storage_key(world.user, keys);
    UserRecord::open(sealed, &key, keys).map(drop)
}

#[test]
fn another_services_keys_do_not_open_it() {
    let (world, _, _) = World::with_app();
    let other = Keys::generate(&mut chacha20::ChaCha20Rng::seed_from_u64(99));
    let sealed = RecordError::Sealed {
        source: OpenError::Forged,
    };
    assert_eq!(open(&world, world.sealed(), &other), Err(sealed));
}

#[test]
fn rows_of_two_users_cannot_be_swapped() {
    let (world, _, _) = World::with_app();
    let somebody = UserId::from_bytes(b"somebody else").unwrap();
    let key = UserRecord::storage_key(somebody, &world.keys);
    assert_eq!(
        UserRecord::open(world.sealed(), &key, &world.keys).map(drop),
        Err(RecordError::Sealed {
            source: OpenError::Forged
        })
    );
}

#[test]
fn an_edited_row_is_an_error_at_every_byte() {
    let (world, _, _) = World::with_app();
    for at in 0..world.sealed().len() {
        let mut edited = world.sealed().to_vec();
        edited[at] ^= 0x10;
        assert!(
            matches!(
                open(&world, &edited, &world.keys),
                Err(RecordError::Sealed { .. })
            ),
            "byte {at}"
        );
    }
}

#[test]
fn neither_the_user_id_nor_a_secret_stands_in_the_row() {
    let mut world = World::new();
    let grant = world.signed_in();
    let setup = world.begin(&grant).unwrap();
    let contains = |needle: &[u8]| world.sealed().windows(needle.len()).any(|at| at == needle);
    assert!(!contains(setup.secret().expose()));
    assert!(!contains(world.user.as_bytes()));
    assert!(
        !UserRecord::storage_key(world.user, &world.keys)
            .windows(16)
            .any(|at| at == world.user.as_bytes())
    );
}

#[test]
fn what_was_written_comes_back() {
    let mut world = World::new();
    let home = mfakit_flows::Source::unknown()
        .with_ip("192.0.2.7".parse().unwrap())
        .with_user_agent("Browser/1");
    world.source = home.clone();
    world.profile.totp = world
        .profile
        .totp
        .with_algorithm(mfakit_totp::Algorithm::Sha256);
    let begun = world.now;
    let grant = world.signed_in();
    let (phone, grant) = world.enroll(&grant, "phone");
    let (tablet, grant) = world.enroll(&grant, "tablet");
    world.pass(30);
    let used = world.now;
    let _ = world.sign_in(&phone.code(world.now)).unwrap();
    world.source = mfakit_flows::Source::unknown();
    let removed =
        world.decide(|record, context, rng| record.remove_device(&grant, tablet.id, context, rng));
    let grant = removed.unwrap();
    let setup = world.begin(&grant).unwrap();
    let wrong = phone.wrong_code(world.now);
    let _ = world.sign_in(&wrong);

    let record = world.record();
    let [device] = record.devices().try_into().unwrap();
    assert_eq!((device.id, device.name.as_str()), (phone.id, "phone"));
    assert_eq!((device.added, device.added_from), (begun, home.clone()));
    assert_eq!(device.last_used, Some(used));
    let [tombstone] = record.tombstones() else {
        panic!("one was removed")
    };
    assert_eq!(
        (tombstone.id(), tombstone.name().as_str()),
        (tablet.id, "tablet")
    );
    assert_eq!(
        (tombstone.bound_at(), tombstone.removed_at()),
        (begun, used)
    );
    assert_eq!(
        (tombstone.bound_from(), tombstone.removed_from()),
        (&home, &world.source)
    );
    assert_eq!(record.failures(mfakit_flows::Class::Totp), 1);
    let again = world
        .ask(|record, context| record.totp_setup(&grant, context))
        .unwrap();
    assert_eq!(again.secret().expose(), setup.secret().expose());
    assert_eq!(
        (again.params(), again.expires()),
        (setup.params(), setup.expires())
    );
    // Secret, parameters and last step of the device: its used code is a replay, its next one not.
    let code = phone.code(used);
    let replayed = mfakit_flows::SignInRefusal::Code(mfakit_flows::CodeRefusal::Replayed);
    assert_eq!(world.sign_in(&code).map(drop), Err(replayed));
    world.pass(30);
    assert!(world.sign_in(&phone.code(world.now)).is_ok());
}

/// The largest record that the cockpit's limits allow stays under 128 KiB.
#[test]
fn a_hundred_devices_with_the_longest_of_everything_stay_under_128_kib() {
    let mut world = World::new();
    world.source = mfakit_flows::Source::unknown()
        .with_ip("2001:db8:ffff:ffff:ffff:ffff:ffff:ffff".parse().unwrap())
        .with_user_agent(&"x".repeat(1000));
    world.profile.totp = world
        .profile
        .totp
        .with_algorithm(mfakit_totp::Algorithm::Sha512);
    let mut grant = world.signed_in();
    // 64 characters of four bytes each, numbered so that they differ.
    let long = |number: u32| {
        let digits = format!("{number:04}");
        let filler: String = std::iter::repeat_n('\u{10348}', 60).collect();
        digits + &filler
    };
    let deliver = |world: &mut World| {
        let done: Vec<_> = world
            .record()
            .events()
            .iter()
            .map(|event| (event.id, event.count))
            .collect();
        world.rewrite(|record| record.mark_delivered(&done));
    };
    let mut ids = Vec::new();
    for number in 0..100 {
        let (app, renewed) = world.enroll(&grant, &long(number));
        grant = renewed;
        ids.push(app.id);
        deliver(&mut world);
    }
    for (number, id) in (200..).zip(ids.iter().take(64)) {
        grant = world
            .decide(|record, context, rng| record.remove_device(&grant, *id, context, rng))
            .unwrap();
        let (_, renewed) = world.enroll(&grant, &long(number));
        grant = renewed;
        deliver(&mut world);
    }
    // An outbox full of the longest events there are.
    let last = *ids.last().unwrap();
    for number in 1000.. {
        let renamed = world.decide(|record, context, rng| {
            let name = mfakit_flows::DeviceName::parse(&long(number)).unwrap();
            record.rename_device(&grant, last, name, context, rng)
        });
        if renamed.is_err() {
            break;
        }
    }
    assert_eq!(world.record().devices().len(), 100);
    assert_eq!(world.record().tombstones().len(), 64);
    assert_eq!(world.record().events().len(), 36);
    let size = world.sealed().len();
    assert!(size < 128 * 1024, "{size} bytes");
    assert!(
        size > 64 * 1024,
        "{size} bytes: this is not the largest record"
    );
}
