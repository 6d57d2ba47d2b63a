//! `cargo xtask`: the project's own commands.
//!
//! ```text
//! cargo xtask test [--install]   every test of the repository, and a list of what was skipped
//! cargo xtask conformance        the tables of docs/spec, links, and the house rules for files
//! cargo xtask layering           which crate may depend on which
//! cargo xtask no-std             the crates that say so do without `std`, dependencies included
//! cargo xtask mutants [FILTER]   breaks the deciding code on purpose; a test must notice each time
//! cargo xtask bench NAME         runs a benchmark of benches/
//! ```

mod bench;
mod conformance;
mod files;
mod layering;
mod mutants;
mod no_std;
mod source;
mod test;

use std::env;
use std::process::ExitCode;

/// What a command ends with; the error is shown to the person who ran it.
type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

const USAGE: &str = "\
usage: cargo xtask <command>

  test [--install]   every test of the repository; with --install (or CI=true) missing programs are
                     installed with apt-get first
  conformance        the tables of docs/spec, links, and the house rules for files
  layering           which crate may depend on which
  no-std             the crates that say so do without `std`, dependencies included
  mutants [FILTER]   breaks the deciding code on purpose; a test must notice each time
  bench NAME         runs a benchmark of benches/";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let root = xtask::workspace_root();
    let outcome = match arguments.as_slice() {
        ["test"] => return ended(test::run(&root, false)),
        ["test", "--install"] => return ended(test::run(&root, true)),
        ["conformance"] => conformance::run(&root),
        ["layering"] => layering::run(&root),
        ["no-std"] => no_std::run(&root),
        ["mutants"] => mutants::run(&root, ""),
        ["mutants", filter] => mutants::run(&root, filter),
        ["bench", rest @ ..] if !rest.is_empty() => bench::run(&root, rest),
        _ => Err(USAGE.into()),
    };
    ended(outcome.map(|()| ExitCode::SUCCESS))
}

fn ended(outcome: Result<ExitCode>) -> ExitCode {
    outcome.unwrap_or_else(|error| {
        eprintln!("{error}");
        ExitCode::FAILURE
    })
}

/// Prints what a checker found; any finding is a failure.
fn report(command: &str, problems: &[String], checked: &str) -> Result<()> {
    for problem in problems {
        println!("{problem}");
    }
    match problems.len() {
        0 => {
            println!("{command}: {checked}, no problems");
            Ok(())
        }
        1 => Err(format!("{command}: 1 problem").into()),
        n => Err(format!("{command}: {n} problems").into()),
    }
}
