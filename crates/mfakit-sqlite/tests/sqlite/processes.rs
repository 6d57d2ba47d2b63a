//! Races of two processes with many tasks each.

use std::collections::BTreeMap;

use mfakit_sqlite::SqliteStore;

use crate::child::{self, INCREMENTS, ROUNDS, Role, Running, TASKS};
use crate::support::{assert_integrity, created, number, user};

/// Runs two processes in the same role at once; returns what they said that begins with a word.
fn two(role: Role, path: &std::path::Path, word: &str) -> Vec<String> {
    let mut processes = [(); 2].map(|()| Running::start(child::command(role, path)).unwrap());
    for process in &mut processes {
        assert_eq!(process.next("ready").as_deref(), Some("now"));
    }
    for process in &mut processes {
        process.let_go();
    }
    let mut said = Vec::new();
    for mut process in processes {
        said.extend(process.all(word));
        process.end_well();
    }
    said
}

#[test]
fn of_the_tasks_of_two_processes_one_wins_each_race() {
    let (_folder, path, store) = created();
    drop(store);
    let mut winners: BTreeMap<u64, u64> = (0..ROUNDS).map(|round| (round, 0)).collect();
    for round in two(Role::Race, &path, "won") {
        *winners.get_mut(&round.parse().unwrap()).unwrap() += 1;
    }
    assert!(winners.values().all(|winners| *winners == 1), "{winners:?}");
    assert_integrity(&path);
}

#[test]
fn two_processes_lose_no_update_and_no_count() {
    let (_folder, path, store) = created();
    drop(store);
    let counted = two(Role::Increment, &path, "counted");
    let sum = 2 * TASKS * INCREMENTS;
    let store = SqliteStore::open(&path).unwrap();
    assert_eq!(number(&store, user(1)), sum);
    let mut counted: Vec<u64> = counted.iter().map(|count| count.parse().unwrap()).collect();
    counted.sort_unstable();
    assert_eq!(counted, (1..=sum).collect::<Vec<_>>());
}
