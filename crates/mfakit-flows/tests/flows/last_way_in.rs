//! Whatever somebody does who knows the password: the owner's paper works.

use mfakit_flows::Next;
use proptest::prelude::*;

use crate::recovery::{WRONG, from, texts, typed, with_codes};
use crate::world::World;

/// What somebody does who knows the password and nothing else.
#[derive(Clone, Copy, Debug)]
enum Act {
    Sign(u8),
    Guess,
    Recover,
    Reset,
    Wait(u32),
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        2 => any::<u8>().prop_map(Act::Sign),
        6 => Just(Act::Guess),
        4 => Just(Act::Recover),
        1 => Just(Act::Reset),
        4 => prop_oneof![Just(60), Just(601), 1..700_u32].prop_map(Act::Wait),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// With the first factor alone nobody can make all of a user's methods unusable: whatever was
    /// done before, the owner's recovery code works, at once and from another network.
    #[test]
    fn the_first_factor_alone_never_shuts_the_last_way_in(
        acts in prop::collection::vec(act(), 1..200),
    ) {
        let (mut world, app, _, codes) = with_codes();
        let keys = world.keys_again();
        let mut pending = None;
        for act in acts {
            match act {
                Act::Sign(network) => {
                    world.source = from(&format!("203.0.113.{network}"));
                    match world.first_factor() {
                        Next::SecondFactor { pending: new, .. } => pending = Some(new),
                        other => prop_assert!(false, "{other:?}"),
                    }
                }
                Act::Wait(secs) => world.pass(secs.into()),
                Act::Guess => {
                    if let Some(pending) = &pending {
                        let wrong = app.wrong_code(world.now);
                        prop_assert!(world.verify(pending, &wrong).is_err());
                    }
                }
                Act::Recover => {
                    if let Some(pending) = &pending {
                        prop_assert!(world.recover_by(pending, WRONG).is_err());
                    }
                }
                Act::Reset => {
                    if let Some(pending) = &pending {
                        let reset = world.decide(|record, context, rng| {
                            record.verify_reset_code(pending, &typed(WRONG), &keys, context, rng)
                        });
                        prop_assert!(reset.is_err());
                    }
                }
            }
            let done: Vec<_> = world.record().events().iter().map(|e| (e.id, e.count)).collect();
            world.rewrite(|record| record.mark_delivered(&done));
        }
        world.source = from("198.51.100.1");
        let own = world.recover(&codes[0]);
        prop_assert!(own.is_ok(), "{own:?}");
        let record = world.sealed().len();
        prop_assert!(record < 128 * 1024, "{record} bytes");
    }

    /// However a code is typed, it is the same code.
    #[test]
    fn a_code_survives_its_way_over_paper(
        seed in any::<u64>(),
        style in prop::collection::vec(0..6_u8, 24),
    ) {
        let mut world = World::new();
        world.rng = rand_core::SeedableRng::seed_from_u64(seed);
        let grant = world.signed_in();
        let (_, grant) = world.enroll(&grant, "phone");
        let codes = texts(&world.make_codes(&grant).unwrap());
        let mut written = String::new();
        for (c, style) in codes[0].chars().zip(style.into_iter().cycle()) {
            match (c, style) {
                ('-', 0..=2) => written.push(' '),
                ('-', 3) => {}
                ('0', 0..=2) => written.push('o'),
                ('1', 0..=1) => written.push('l'),
                ('1', 2) => written.push('I'),
                (c, 4) => written.extend(c.to_lowercase()),
                (c, 5) if c != '-' => {
                    written.push(char::from_u32(u32::from(c) + 0xFEE0).unwrap());
                }
                (c, _) => written.push(c),
            }
        }
        prop_assert!(world.recover(&written).is_ok(), "{written}");
    }
}
