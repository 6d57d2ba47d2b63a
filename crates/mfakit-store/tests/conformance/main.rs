//! The suite passes a store that conforms, and catches each of a list of defects.

#![allow(clippy::unwrap_used, reason = "tests")]

mod defective;

use std::sync::Arc;

use defective::{Defect, Defective};
use mfakit_store::conformance::{self, Violations, block_on, on_a_thread};
use mfakit_store::{AnyStore, Faulty, MemoryStore, Store};

#[test]
fn the_memory_store_conforms() {
    let passed = block_on(conformance::run(on_a_thread, async || MemoryStore::new()));
    assert_eq!(passed, Ok(conformance::names()));
}

#[test]
fn wrappers_without_faults_conform() {
    let wrapped = async || AnyStore::new(Arc::new(Faulty::new(MemoryStore::new())));
    assert_eq!(
        block_on(conformance::run(on_a_thread, wrapped)),
        Ok(conformance::names())
    );
}

#[test]
fn the_suite_runs_on_an_async_runtime() {
    assert_eq!(
        on_tokio(async || MemoryStore::new()),
        Ok(conformance::names())
    );
}

fn on_tokio<S: Store>(empty_store: impl AsyncFn() -> S) -> Result<Vec<&'static str>, Violations> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .build()
        .unwrap();
    let spawn = |task| {
        tokio::spawn(task);
    };
    runtime.block_on(conformance::run(spawn, empty_store))
}

/// Each defect, and the checks that must notice it (others may as well).
const DEFECTS: &[(Defect, &[&str])] = &[
    (
        Defect::ChecksThenWrites,
        &[
            "races::one_of_many_succeeds",
            "races::one_of_many_creates",
            "races::no_update_is_lost",
            "faults::unknown_outcomes_are_found_out",
        ],
    ),
    (
        Defect::ChecksThenDeletes,
        &[
            "races::one_of_many_deletes",
            "races::a_write_and_a_delete_exclude_each_other",
        ],
    ),
    (
        Defect::ReadsThenCounts,
        &["races::every_event_is_counted_once"],
    ),
    (
        Defect::IgnoresExpectation,
        &[
            "records::a_write_needs_the_current_version",
            "records::an_absent_record_is_created_once",
        ],
    ),
    (
        Defect::DeletesAnyVersion,
        &["records::a_delete_needs_the_current_version"],
    ),
    (
        Defect::NumbersVersions,
        &["records::an_absent_record_is_created_once"],
    ),
    (
        Defect::ComparesHalfTheVersion,
        &["records::a_write_needs_the_current_version"],
    ),
    (
        Defect::KeepsHalfTheKey,
        &["records::every_byte_of_a_key_counts"],
    ),
    (Defect::CutsAtZero, &["records::values_are_any_bytes"]),
    (
        Defect::CutsAt64Kib,
        &["records::values_up_to_the_limit_are_kept"],
    ),
    (
        Defect::CutsAtTheLimit,
        &["records::a_longer_value_is_refused"],
    ),
    (
        Defect::NeverExpires,
        &["expiry::an_expired_record_is_absent"],
    ),
    (
        Defect::ExpiresASecondLate,
        &["expiry::an_expired_record_is_absent"],
    ),
    (
        Defect::KeepsTheExpiry,
        &["expiry::a_write_replaces_the_expiry"],
    ),
    (
        Defect::ForgetsLateExpiry,
        &["expiry::times_reach_to_the_end"],
    ),
    (
        Defect::ListsDueByKey,
        &["listing::due_records_are_listed_oldest_first"],
    ),
    (
        Defect::ListsDueTooEarly,
        &["listing::due_records_are_listed_oldest_first"],
    ),
    (
        Defect::ListsDueWithoutLimit,
        &["listing::due_records_are_listed_oldest_first"],
    ),
    (
        Defect::ForgetsDueOnUpdate,
        &["listing::a_write_replaces_the_due_time"],
    ),
    (
        Defect::LimitsBeforeFiltering,
        &["listing::expired_records_are_not_due"],
    ),
    (
        Defect::RepeatsTheLastOfAPage,
        &["listing::pages_show_everything_once"],
    ),
    (
        Defect::SkipsOneAfterAPage,
        &["listing::pages_show_everything_once"],
    ),
    (
        Defect::PagesByNumber,
        &["listing::pages_stay_whole_under_writes"],
    ),
    (
        Defect::PurgesWithoutLimit,
        &["listing::a_purge_removes_what_has_expired"],
    ),
    (
        Defect::PurgesNothing,
        &["listing::a_purge_removes_what_has_expired"],
    ),
    (
        Defect::PurgesTooEarly,
        &["listing::a_purge_removes_what_has_expired"],
    ),
    (
        Defect::SlidesTheWindow,
        &["counting::events_are_counted_in_fixed_windows"],
    ),
    (
        Defect::LocksAfterClockWentBack,
        &["counting::a_clock_that_went_back_keeps_the_count"],
    ),
    (
        Defect::ResetsAfterClockWentBack,
        &["counting::a_clock_that_went_back_keeps_the_count"],
    ),
    (
        Defect::CountsInRecords,
        &["counting::counts_and_records_are_apart"],
    ),
    (
        Defect::ReadsAnOldCopy,
        &["races::an_answered_write_is_seen_by_all"],
    ),
    (
        Defect::WritesInTwoSteps,
        &["faults::a_dropped_write_is_whole_or_not_there"],
    ),
    (
        Defect::CountsInTwoSteps,
        &["faults::a_dropped_count_counts_at_most_once"],
    ),
    (Defect::Fails, &["records::nothing_is_there_at_first"]),
];

#[test]
fn each_defect_is_caught() {
    let mut missed = Vec::new();
    for (defect, checks) in DEFECTS {
        let found = on_tokio(async || Defective::new(*defect)).err();
        for check in *checks {
            if !found
                .iter()
                .flat_map(Violations::iter)
                .any(|found| found.check == *check)
            {
                missed.push((defect, *check, found.clone()));
            }
        }
    }
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn tasks_that_do_not_end_are_reported() {
    let found = block_on(conformance::run(drop, async || MemoryStore::new())).unwrap_err();
    assert!(found.iter().count() > 5, "{found}");
    for violation in found.iter() {
        assert_eq!(
            violation.what, "a task panicked or was dropped",
            "{}",
            violation.check
        );
    }
}

#[test]
fn violations_name_the_check_and_the_difference() {
    let store = async || Defective::new(Defect::NeverExpires);
    let violations: Violations = block_on(conformance::run(on_a_thread, store)).unwrap_err();
    let text = violations.to_string();
    assert!(text.starts_with("the store does not conform\n"), "{text}");
    let line = "expiry::an_expired_record_is_absent: read when it has expired: \
                got Some(Version(00000000000000000000000000000001)), must be None";
    assert!(text.lines().any(|found| found == line), "{text}");
}
