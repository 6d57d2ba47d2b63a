//! Counts what the test harness reports.

use std::fmt::Write as _;

/// What ran, what failed, and what did not run.
#[derive(Debug, Default)]
pub(super) struct Tally {
    ran: Vec<String>,
    pub(super) passed: usize,
    pub(super) failed: usize,
    pub(super) failures: Vec<String>,
    pub(super) skipped: Vec<Skip>,
}

/// A test that did not run.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct Skip {
    test: String,
    why: String,
}

impl Skip {
    /// Reads the line that `xtask::skip` writes.
    pub(super) fn parse(line: &str) -> Option<Self> {
        let (test, why) = line.strip_prefix("skipped: ")?.split_once(": ")?;
        Some(Self {
            test: test.to_owned(),
            why: why.to_owned(),
        })
    }

    /// The shared vectors are no part of the repository, so a fresh clone has none.
    pub(super) fn is_for_lack_of_vectors(&self) -> bool {
        self.why.contains("vectors") && self.why.contains("absent")
    }
}

impl Tally {
    /// Starts the account of a suite.
    pub(super) fn of(suite: &str) -> Self {
        Self {
            ran: vec![suite.to_owned()],
            ..Self::default()
        }
    }

    /// Reads a line of the harness' output.
    pub(super) fn read(&mut self, line: &str) {
        if let Some(result) = line.strip_prefix("test result: ") {
            self.passed = self.passed.saturating_add(count(result, " passed"));
            self.failed = self.failed.saturating_add(count(result, " failed"));
        } else if let Some((name, outcome)) = line
            .strip_prefix("test ")
            .and_then(|line| line.split_once(" ... "))
        {
            if outcome == "FAILED" {
                self.failures.push(name.to_owned());
            } else if let Some(reason) = outcome.strip_prefix("ignored") {
                self.ignored(name, reason.trim_start_matches(", "));
            }
        }
    }

    /// `#[ignore = "run by X"]` marks a part of test X, which starts it as a process of its own.
    fn ignored(&mut self, name: &str, reason: &str) {
        if !reason.starts_with("run by ") {
            let why = if reason.is_empty() {
                "ignored without a reason"
            } else {
                reason
            };
            self.skipped.push(Skip {
                test: name.to_owned(),
                why: why.to_owned(),
            });
        }
    }

    /// A suite that did not build, or died, is a failure too.
    pub(super) fn did_not_finish(&mut self) {
        self.failed = self.failed.saturating_add(1);
        self.failures
            .push(format!("{} did not finish", self.ran.join(", ")));
    }

    pub(super) fn add(&mut self, other: Self) {
        self.ran.extend(other.ran);
        self.passed = self.passed.saturating_add(other.passed);
        self.failed = self.failed.saturating_add(other.failed);
        self.failures.extend(other.failures);
        self.skipped.extend(other.skipped);
    }

    /// What a person wants to know at the end.
    pub(super) fn account(&self) -> String {
        let mut text = String::new();
        for suite in &self.ran {
            _ = writeln!(text, "ran: {suite}");
        }
        for name in &self.failures {
            _ = writeln!(text, "failed: {name}");
        }
        for skip in &self.skipped {
            _ = writeln!(text, "skipped: {}: {}", skip.test, skip.why);
        }
        let without = self
            .skipped
            .iter()
            .filter(|skip| skip.is_for_lack_of_vectors())
            .count();
        if without > 0 {
            _ = writeln!(
                text,
                "{without} of the skipped tests need the shared vectors"
            );
        }
        text
    }

    /// What a script wants to know at the end.
    pub(super) fn last_line(&self) -> String {
        let skipped = self.skipped.len();
        format!(
            "{} passed, {} failed, {skipped} skipped",
            self.passed, self.failed
        )
    }
}

/// The number before `what` in `ok. 3 passed; 0 failed; ..`.
fn count(result: &str, what: &str) -> usize {
    result
        .split_once(what)
        .and_then(|(before, _)| before.rsplit(' ').next()?.parse().ok())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(lines: &[&str]) -> Tally {
        let mut tally = Tally::default();
        lines.iter().for_each(|line| tally.read(line));
        tally
    }

    #[test]
    fn results_are_added_up() {
        let tally = tally(&[
            "running 3 tests",
            "test a::b ... ok",
            "test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s",
            "test c ... FAILED",
            "test result: FAILED. 12 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s",
        ]);
        assert_eq!(tally.last_line(), "15 passed, 1 failed, 0 skipped");
        assert_eq!(tally.account(), "failed: c\n");
    }

    #[test]
    fn ignored_tests_are_skipped_ones() {
        let tally = tally(&[
            "test a ... ignored, needs a server",
            "test b ... ignored",
            "test c ... ignored, run by kill_nine",
            "test src/lib.rs - f (line 3) ... ignored",
        ]);
        assert_eq!(tally.last_line(), "0 passed, 0 failed, 3 skipped");
        assert_eq!(
            tally.account(),
            "skipped: a: needs a server\n\
             skipped: b: ignored without a reason\n\
             skipped: src/lib.rs - f (line 3): ignored without a reason\n"
        );
    }

    #[test]
    fn absent_vectors_are_excused_and_counted() {
        let lines = [
            "skipped: rsa: the shared vectors are absent",
            "skipped: oathtool_agrees: oathtool is not installed",
        ];
        let tally = Tally {
            skipped: lines.iter().filter_map(|line| Skip::parse(line)).collect(),
            ..Tally::default()
        };
        let excused: Vec<bool> = tally
            .skipped
            .iter()
            .map(Skip::is_for_lack_of_vectors)
            .collect();
        assert_eq!(excused, [true, false]);
        assert_eq!(
            tally.account(),
            format!(
                "{}\n1 of the skipped tests need the shared vectors\n",
                lines.join("\n")
            )
        );
    }

    #[test]
    fn a_suite_that_does_not_build_is_a_failure() {
        let mut total = tally(&["test result: ok. 2 passed; 0 failed; 0 ignored"]);
        let mut broken = Tally::of("cargo test in ./fuzz");
        broken.did_not_finish();
        total.add(broken);
        assert_eq!(total.last_line(), "2 passed, 1 failed, 0 skipped");
        assert_eq!(
            total.account(),
            "ran: cargo test in ./fuzz\nfailed: cargo test in ./fuzz did not finish\n"
        );
    }
}
