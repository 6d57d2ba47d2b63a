//! `cargo xtask layering`: which crate may depend on which, and how thin the facade is.

mod metadata;
mod purity;
mod rules;

use std::path::Path;

use crate::{Result, files, report, source};

/// The facade decides nothing: architecture, section 3.
const FACADE_LINES: usize = 1_500;

/// Runs every check and prints what is wrong.
pub(crate) fn run(root: &Path) -> Result<()> {
    let packages = metadata::packages(root)?;
    let mut problems = rules::check(&packages);
    problems.extend(purity::check(root)?);
    let lines = facade_lines(root)?;
    if lines > FACADE_LINES {
        problems.push(format!(
            "mfakit: {lines} lines of code, more than {FACADE_LINES}"
        ));
    }
    let checked = format!(
        "{} packages, {lines} lines of code in the facade",
        packages.len()
    );
    report("layering", &problems, &checked)
}

/// How many lines of code the facade has; its tests do not count.
fn facade_lines(root: &Path) -> Result<usize> {
    let mut lines = 0_usize;
    for file in files::with_extension(&root.join("crates/mfakit/src"), "rs")? {
        if !files::relative(root, &file).ends_with("/tests.rs") {
            lines = lines.saturating_add(source::code_lines(&files::read(&file)?));
        }
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::fake;

    #[test]
    fn tests_of_the_facade_do_not_count() {
        let tree = fake::tree(&[
            (
                "crates/mfakit/src/lib.rs",
                "//! Docs.\nmod a;\n#[cfg(test)]\nmod tests;\n",
            ),
            ("crates/mfakit/src/tests.rs", "fn a() {}\n"),
            ("crates/mfakit/src/a.rs", "fn a() {\n}\n"),
            ("crates/mfakit/tests/b.rs", "fn b() {}\n"),
        ]);
        assert_eq!(facade_lines(tree.path()).unwrap(), 3);
    }
}
