//! American spelling, so that a name is written one way everywhere: `Enrollment` is a type.

use std::path::Path;

use crate::{Result, files};

/// What British words contain and American ones do not.
const BRITISH: [(&str, &str); 11] = [
    ("analyse", "analyze"),
    ("authoris", "authoriz"),
    ("behaviour", "behavior"),
    ("colour", "color"),
    ("enrolment", "enrollment"),
    ("favour", "favor"),
    ("honour", "honor"),
    ("initialis", "initializ"),
    ("licence", "license"),
    ("normalis", "normaliz"),
    ("recognis", "recogniz"),
];

/// Returns each line of source and prose with such a word.
pub(super) fn check(root: &Path) -> Result<Vec<String>> {
    let mut problems = Vec::new();
    let mut pages = files::with_extension(root, "md")?;
    pages.extend(files::with_extension(root, "rs")?);
    pages.retain(|page| !page.ends_with("conformance/spelling.rs"));
    for page in pages {
        let name = files::relative(root, &page);
        for (index, line) in files::read(&page)?.lines().enumerate() {
            let line = line.to_lowercase();
            for (british, american) in BRITISH.iter().filter(|(word, _)| line.contains(word)) {
                let number = index.saturating_add(1);
                problems.push(format!(
                    "{name}:{number}: `{british}..` is `{american}..` here"
                ));
            }
        }
    }
    Ok(problems)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::fake;

    #[test]
    fn one_spelling_everywhere() {
        let tree = fake::tree(&[
            (
                "README.md",
                "The enrollment of a license.\nEnrolments of any colour.",
            ),
            ("crates/a/src/lib.rs", "/// Normalizes.\nfn normalise() {}"),
        ]);
        assert_eq!(
            check(tree.path()).unwrap(),
            [
                "README.md:2: `colour..` is `color..` here",
                "README.md:2: `enrolment..` is `enrollment..` here",
                "crates/a/src/lib.rs:2: `normalis..` is `normaliz..` here",
            ]
        );
    }
}
