//! A writing process that is killed at any moment.

use std::collections::BTreeMap;
use std::hint::spin_loop;

use mfakit_sqlite::SqliteStore;
use mfakit_store::Put;

use crate::child::{self, KEYS, Role, Running};
use crate::support::{Numbers, assert_integrity, created, number, put_now, user};

const ROUNDS: u64 = 50;
const SEED: u64 = 0x6D66_616B_6974;

/// Signal 9, after a random number of acknowledged writes and a random while. What was
/// acknowledged is there; what was not is there whole or not at all; and no state that was
/// replaced can be replaced a second time.
#[test]
fn every_acknowledged_write_survives_kill_9() {
    let (_folder, path, store) = created();
    drop(store);
    let mut numbers = Numbers::seeded(SEED);
    let mut acknowledged: BTreeMap<u64, u64> = (0..KEYS).map(|key| (key, 0)).collect();
    for round in 0..ROUNDS {
        let before: u64 = acknowledged.values().sum();
        let mut writer = Running::start(child::command(Role::WriteForever, &path)).unwrap();
        let first = numbers.below(200);
        for _ in 0..first {
            acknowledge(
                &mut acknowledged,
                &writer.next("ack").expect("it runs until killed"),
            );
        }
        for _ in 0..numbers.below(50_000) {
            spin_loop();
        }
        writer.kill();
        // What it said before it died was read too late, but said in time.
        for ack in writer.all("ack") {
            acknowledge(&mut acknowledged, &ack);
        }
        writer.end();

        let store = SqliteStore::open(&path).unwrap();
        for (key, acknowledged) in &mut acknowledged {
            let stored = number(&store, user(*key));
            let possible = *acknowledged..=*acknowledged + 1;
            assert!(
                possible.contains(&stored),
                "round {round}: {stored} not in {possible:?}"
            );
            if stored > 0 {
                assert_eq!(put_now(&store, user(*key), stored), Ok(Put::Conflict));
            }
            *acknowledged = stored;
        }
        drop(store);
        assert_integrity(&path);
        assert!(acknowledged.values().sum::<u64>() >= before + first);
    }
}

fn acknowledge(acknowledged: &mut BTreeMap<u64, u64>, ack: &str) {
    let (key, number) = ack.split_once(' ').unwrap();
    acknowledged.insert(key.parse().unwrap(), number.parse().unwrap());
}
