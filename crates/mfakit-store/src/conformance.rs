//! What a storage engine must pass, its author's tests included.
//!
//! Each check gets a store of its own and looks at one promise of [`Store`]; together they cover
//! versions, expiry, listing, purging, counting, binary and large values, races of 64 tasks,
//! writes with an unknown outcome, and futures that are dropped. All violations are reported, not
//! the first. The suite needs no clock and sleeps nowhere.
//!
//! ```
//! use mfakit_store::{MemoryStore, conformance};
//!
//! let passed = conformance::block_on(conformance::run(
//!     conformance::on_a_thread,          // or `|task| { tokio::spawn(task); }`
//!     async || MemoryStore::new(),       // an empty store of the engine under test
//! ));
//! assert_eq!(passed.unwrap(), conformance::names());
//! ```

mod counting;
mod executor;
mod expiry;
mod faults;
mod listing;
mod races;
mod records;
mod report;
mod subject;

use std::pin::Pin;

use crate::{AnyStore, Store};
use subject::Subject;

pub use executor::{Task, block_on, on_a_thread};
pub use report::{Violation, Violations};

/// Runs every check, and returns the names of the checks.
///
/// # Inputs
///
/// - `spawn`: lets a task run to its end beside the others, as an async runtime's `spawn` does.
///   It decides whether the races are real: give it several threads. [`on_a_thread`] serves
///   engines that need no particular runtime.
/// - `empty_store`: makes an empty store for each check. Stores that are still in use must not
///   see each other's records.
///
/// # Errors
///
/// The [`Violations`] found, each with the name of its check.
pub async fn run<S: Store>(
    spawn: impl Fn(Task),
    empty_store: impl AsyncFn() -> S,
) -> Result<Vec<&'static str>, Violations> {
    let mut violations = Vec::new();
    for check in CHECKS {
        let subject = Subject::new(AnyStore::new(empty_store().await), &spawn);
        if let Err(broken) = (check.body)(&subject).await {
            violations.push(Violation::new(check.name, broken));
        }
    }
    Violations::or_none(violations).map(|()| names())
}

/// Returns the names of all checks, in the order in which they run.
#[must_use]
pub fn names() -> Vec<&'static str> {
    CHECKS.iter().map(|check| check.name).collect()
}

/// One promise, and the function that puts it to the test.
struct Check {
    name: &'static str,
    body: for<'a> fn(&'a Subject<'a>) -> Running<'a>,
}

type Running<'a> = Pin<Box<dyn Future<Output = report::Verdict> + 'a>>;

/// Names a check after its function.
macro_rules! check {
    ($module:ident :: $name:ident) => {
        Check {
            name: concat!(stringify!($module), "::", stringify!($name)),
            body: |subject| Box::pin($module::$name(subject)),
        }
    };
}

const CHECKS: &[Check] = &[
    check!(records::nothing_is_there_at_first),
    check!(records::an_absent_record_is_created_once),
    check!(records::a_write_needs_the_current_version),
    check!(records::a_delete_needs_the_current_version),
    check!(records::every_byte_of_a_key_counts),
    check!(records::values_are_any_bytes),
    check!(records::values_up_to_the_limit_are_kept),
    check!(records::a_longer_value_is_refused),
    check!(expiry::an_expired_record_is_absent),
    check!(expiry::a_write_replaces_the_expiry),
    check!(expiry::times_reach_to_the_end),
    check!(listing::due_records_are_listed_oldest_first),
    check!(listing::a_write_replaces_the_due_time),
    check!(listing::expired_records_are_not_due),
    check!(listing::pages_show_everything_once),
    check!(listing::pages_stay_whole_under_writes),
    check!(listing::a_purge_removes_what_has_expired),
    check!(counting::events_are_counted_in_fixed_windows),
    check!(counting::a_clock_that_went_back_keeps_the_count),
    check!(counting::counts_and_records_are_apart),
    check!(races::one_of_many_creates),
    check!(races::one_of_many_succeeds),
    check!(races::one_of_many_deletes),
    check!(races::a_write_and_a_delete_exclude_each_other),
    check!(races::no_update_is_lost),
    check!(races::every_event_is_counted_once),
    check!(races::answers_are_not_mixed_up),
    check!(races::a_purge_spares_what_replaced_the_expired),
    check!(races::an_answered_write_is_seen_by_all),
    check!(faults::unknown_outcomes_are_found_out),
    check!(faults::a_dropped_write_is_whole_or_not_there),
    check!(faults::a_dropped_delete_is_whole_or_not_there),
    check!(faults::a_dropped_count_counts_at_most_once),
];
