//! Breaks a line in the copy, runs tests, and puts the line back.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use super::list::Mutant;
use crate::{Result, files};

/// A mutant may make a loop endless. The tests of one package take far less.
const LIMIT: &str = "900s";

/// What became of a mutant.
#[derive(Debug, Eq, PartialEq)]
pub(super) enum Verdict {
    /// These tests failed.
    Caught { by: Vec<String> },
    /// All tests passed: they do not test what the line decides.
    Missed,
    /// The patch does not apply or compile, or the tests did not end by failing: it shows nothing.
    Invalid { why: String },
}

impl Verdict {
    pub(super) fn word(&self) -> &'static str {
        match self {
            Self::Caught { .. } => "caught",
            Self::Missed => "MISSED",
            Self::Invalid { .. } => "INVALID",
        }
    }

    pub(super) fn detail(&self) -> String {
        match self {
            Self::Caught { by } => {
                let shown: Vec<&str> = by.iter().take(3).map(String::as_str).collect();
                let more = match by.len().saturating_sub(shown.len()) {
                    0 => String::new(),
                    more => format!(" and {more} more"),
                };
                format!("by {}{more}", shown.join(", "))
            }
            Self::Missed => "all tests passed".to_owned(),
            Self::Invalid { why } => why.clone(),
        }
    }
}

/// Runs the tests of all packages in question on the unbroken copy.
pub(super) fn baseline(tree: &Path, mutants: &[Mutant]) -> Result<()> {
    let packages: BTreeSet<&str> = mutants
        .iter()
        .flat_map(|mutant| &mutant.packages)
        .map(String::as_str)
        .collect();
    for package in packages {
        let output = cargo_test(tree, &[package.to_owned()], &[])?;
        if !output.status.success() {
            print!("{}", String::from_utf8_lossy(&output.stdout));
            print!("{}", String::from_utf8_lossy(&output.stderr));
            return Err(format!("the tests of {package} fail before anything is broken").into());
        }
        println!("     ok        {package}");
    }
    Ok(())
}

/// Tries one mutant.
pub(super) fn run(tree: &Path, mutant: &Mutant) -> Result<Verdict> {
    let path = tree.join(&mutant.file);
    let original = files::read(&path)?;
    let broken = match mutant.apply(&original) {
        Ok(broken) => broken,
        Err(why) => return Ok(Verdict::Invalid { why }),
    };
    fs::write(&path, broken)?;
    let verdict = judge(tree, mutant);
    fs::write(&path, original)?;
    verdict
}

fn judge(tree: &Path, mutant: &Mutant) -> Result<Verdict> {
    let build = cargo_test(tree, &mutant.packages, &["--no-run"])?;
    if !build.status.success() {
        let messages = String::from_utf8_lossy(&build.stderr);
        let first = messages.lines().find(|line| line.starts_with("error"));
        let why = format!(
            "does not compile: {}",
            first.unwrap_or("cargo says nothing")
        );
        return Ok(Verdict::Invalid { why });
    }
    let output = cargo_test(tree, &mutant.packages, &[])?;
    Ok(verdict(
        output.status.success(),
        &String::from_utf8_lossy(&output.stdout),
    ))
}

/// Only a test that ran and failed has noticed anything.
fn verdict(passed: bool, stdout: &str) -> Verdict {
    if passed {
        return Verdict::Missed;
    }
    let failed = |line: &str| {
        let (name, outcome) = line.strip_prefix("test ")?.split_once(" ... ")?;
        (outcome == "FAILED").then(|| name.to_owned())
    };
    let by: Vec<String> = stdout.lines().filter_map(failed).collect();
    if by.is_empty() {
        return Verdict::Invalid {
            why: "no test failed, the run did not end".to_owned(),
        };
    }
    Verdict::Caught { by }
}

fn cargo_test(tree: &Path, packages: &[String], arguments: &[&str]) -> Result<Output> {
    let mut command = Command::new("timeout");
    command.args(["--kill-after=10s", LIMIT, "cargo", "test", "--all-features"]);
    for package in packages {
        command.args(["--package", package]);
    }
    // A build folder of its own: cargo tells packages apart by their place in the workspace, so the
    // copy's broken builds would pass for the tree's.
    command
        .args(arguments)
        .env("CARGO_TARGET_DIR", tree.with_file_name("mutants-build"));
    if let Some(vectors) = xtask::vectors() {
        command.env("MFAKIT_VECTORS", vectors);
    }
    Ok(command.current_dir(tree).stdin(Stdio::null()).output()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_test_has_caught_it() {
        let stdout =
            "test a ... ok\ntest b::c ... FAILED\n\ntest result: FAILED. 1 passed; 1 failed";
        assert_eq!(
            verdict(false, stdout),
            Verdict::Caught {
                by: vec!["b::c".to_owned()]
            }
        );
    }

    #[test]
    fn a_run_that_only_died_has_not() {
        assert_eq!(verdict(false, "test a ... ok\n").word(), "INVALID");
    }

    #[test]
    fn tests_that_pass_have_missed_it() {
        assert_eq!(verdict(true, "test a ... ok\n"), Verdict::Missed);
    }
}
