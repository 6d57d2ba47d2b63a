//! `cargo xtask test`: every test of the repository, and an honest account of what did not run.

mod outcome;
mod tools;

use std::env;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

use crate::{Result, files};
use outcome::{Skip, Tally};

/// A folder with tests, and how to run them.
struct Suite {
    folder: &'static str,
    arguments: &'static [&'static str],
    /// Run only if this exists.
    needs: &'static str,
}

impl Suite {
    fn name(&self) -> String {
        format!("cargo {} in ./{}", self.arguments.join(" "), self.folder)
    }
}

const SUITES: [Suite; 3] = [
    Suite {
        folder: "",
        arguments: &["test", "--workspace", "--all-features", "--no-fail-fast"],
        needs: "Cargo.toml",
    },
    // Replays the committed seeds; needs neither nightly nor libFuzzer.
    Suite {
        folder: "fuzz",
        arguments: &["test", "--no-default-features", "--no-fail-fast"],
        needs: "fuzz/Cargo.toml",
    },
    // Differential tests against other libraries.
    Suite {
        folder: "benches",
        arguments: &["test", "--no-fail-fast"],
        needs: "benches/tests",
    },
];

/// Runs all tests; with `install`, or in CI, installs the programs that they use first.
///
/// Nothing is printed after the last line, which is for scripts.
pub(crate) fn run(root: &Path, install: bool) -> Result<ExitCode> {
    let in_ci = env::var_os("CI").is_some_and(|value| value == "true");
    tools::prepare(install || in_ci)?;

    let skipped = root.join("target/skipped-tests.txt");
    fs::create_dir_all(root.join("target"))?;
    fs::write(&skipped, "")?;
    let mut total = Tally::default();
    for suite in SUITES
        .iter()
        .filter(|suite| root.join(suite.needs).exists())
    {
        println!("\n== {}", suite.name());
        total.add(run_suite(root, suite, &skipped)?);
    }
    total
        .skipped
        .extend(files::read(&skipped)?.lines().filter_map(Skip::parse));

    print!("\n{}", total.account());
    let unexcused = total
        .skipped
        .iter()
        .filter(|skip| !skip.is_for_lack_of_vectors())
        .count();
    let refused = in_ci && unexcused > 0;
    if refused {
        println!("CI does not accept that tests are skipped");
    }
    println!("{}", total.last_line());
    Ok(if total.failed > 0 || refused {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

/// Runs one suite, shows its output as it comes, and counts.
fn run_suite(root: &Path, suite: &Suite, skipped: &Path) -> Result<Tally> {
    let mut child = Command::new("cargo")
        .args(suite.arguments)
        .current_dir(root.join(suite.folder))
        .env("MFAKIT_SKIPPED", skipped)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut tally = Tally::of(&suite.name());
    if let Some(stdout) = child.stdout.take() {
        for line in BufReader::new(stdout).lines() {
            let line = line?;
            println!("{line}");
            tally.read(&line);
        }
    }
    if !child.wait()?.success() && tally.failed == 0 {
        tally.did_not_finish();
    }
    Ok(tally)
}
