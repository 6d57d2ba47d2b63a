//! `cargo xtask conformance`: what is written about the code must be true of the code.

mod decisions;
mod fuzz_targets;
mod links;
mod spelling;
mod symbols;
mod table;
mod test_names;
mod tidy;

use std::path::Path;

use crate::{Result, files, mutants, report};

/// Runs every check and prints what is wrong.
pub(crate) fn run(root: &Path) -> Result<()> {
    let mut problems = Vec::new();
    let rows = specification_rows(root, &mut problems)?;
    problems.extend(links::check(root)?);
    problems.extend(tidy::check(root)?);
    problems.extend(spelling::check(root)?);
    problems.extend(decisions::check(root)?);
    problems.extend(fuzz_targets::check(root)?);
    problems.extend(mutants::check(root)?);
    report("conformance", &problems, &format!("{rows} requirements"))
}

/// The page whose table of threats is held to the same: a row is a threat and what is done about it.
const THREATS: &str = "docs/threat-model.md";

/// Checks the tables of `docs/spec/*.md` and of the threat model, and returns how many rows they
/// have.
fn specification_rows(root: &Path, problems: &mut Vec<String>) -> Result<usize> {
    let mut pages = files::with_extension(&root.join("docs/spec"), "md")?;
    if pages.is_empty() {
        problems.push("docs/spec: there is no conformance table".to_owned());
    }
    pages.extend(Some(root.join(THREATS)).filter(|page| page.is_file()));
    let mut symbols = symbols::Symbols::new(root);
    let mut tests = test_names::TestNames::new(root);
    let mut count = 0_usize;
    for page in pages {
        let name = files::relative(root, &page);
        let found = table::rows(&files::read(&page)?);
        problems.extend(
            found
                .problems
                .iter()
                .map(|problem| format!("{name}:{problem}")),
        );
        for row in found.rows {
            count = count.saturating_add(1);
            let place = format!("{name}:{}", row.line);
            for symbol in &row.code {
                problems.extend(
                    symbols
                        .problem(symbol)?
                        .map(|why| format!("{place}: {why}")),
                );
            }
            for test in &row.tests {
                problems.extend(tests.problem(test)?.map(|why| format!("{place}: {why}")));
            }
        }
    }
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::fake;

    #[test]
    fn a_page_is_checked_against_code_and_tests() {
        let tree = fake::tree(&[
            ("crates/mfakit-x/src/lib.rs", "pub struct X; impl X { pub fn verify(&self) {} }"),
            ("crates/mfakit-x/tests/spec.rs", "#[test] fn holds() {}"),
            (
                "docs/spec/x.md",
                "| requirement | status | code | tests |
                 |---|---|---|---|
                 | right | done | `mfakit_x::X::verify` | `crates/mfakit-x/tests/spec.rs::holds` |
                 | misspelt | done | `mfakit_x::X::verfy` | `crates/mfakit-x/tests/spec.rs::hold` |",
            ),
            (
                "docs/threat-model.md",
                "| id | threat | requirement | status | code | tests |
                 |---|---|---|---|---|---|
                 | T1 | x | y | done | `mfakit_x::Y` | `crates/mfakit-x/tests/spec.rs::holds` |",
            ),
        ]);
        let mut problems = Vec::new();
        assert_eq!(specification_rows(tree.path(), &mut problems).unwrap(), 3);
        assert_eq!(
            problems,
            [
                "docs/spec/x.md:4: `mfakit_x::X::verfy` is not defined",
                "docs/spec/x.md:4: `crates/mfakit-x/tests/spec.rs::hold` is no test",
                "docs/threat-model.md:3: `mfakit_x::Y` is not defined",
            ]
        );
    }

    #[test]
    fn no_page_is_a_problem() {
        let tree = fake::tree(&[]);
        let mut problems = Vec::new();
        specification_rows(tree.path(), &mut problems).unwrap();
        assert_eq!(problems, ["docs/spec: there is no conformance table"]);
    }
}
