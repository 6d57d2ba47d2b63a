//! The pages of `docs/adr`: numbered without gaps, of one form, and all in the index.

use std::path::Path;

use crate::{Result, files};

/// What a page has, in this order.
const HEADINGS: [&str; 4] = [
    "## Context",
    "## Decision",
    "## Alternatives",
    "## Consequences",
];

/// Checks the form of each page, and the index.
pub(super) fn check(root: &Path) -> Result<Vec<String>> {
    let folder = root.join("docs/adr");
    let mut problems = Vec::new();
    let mut expected = 1_usize;
    let mut index = None;
    let mut names = Vec::new();
    for page in files::with_extension(&folder, "md")? {
        let name = files::relative(&folder, &page);
        let text = files::read(&page)?;
        if name == "README.md" {
            index = Some(text);
            continue;
        }
        if !name.starts_with(&format!("{expected:04}-")) {
            problems.push(format!("docs/adr/{name}: the next number is {expected}"));
        }
        if !text.starts_with(&format!("# {expected}. ")) {
            problems.push(format!(
                "docs/adr/{name}: the title does not begin with its number"
            ));
        }
        if !text.contains("\nStatus: ") {
            problems.push(format!("docs/adr/{name}: there is no status"));
        }
        let found: Vec<&str> = text
            .lines()
            .filter(|line| line.starts_with("## "))
            .collect();
        if found != HEADINGS {
            problems.push(format!(
                "docs/adr/{name}: the headings are not {}",
                HEADINGS.join(", ")
            ));
        }
        names.push(name);
        expected = expected.saturating_add(1);
    }
    let index = index.unwrap_or_default();
    let missing = names
        .iter()
        .filter(|name| !index.contains(&format!("({name})")));
    problems.extend(missing.map(|name| format!("docs/adr/README.md: {name} is missing")));
    Ok(problems)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::fake;

    const REST: &str = "\n\nStatus: accepted, 2026-11-24\n\n## Context\n\n## Decision\n\n\
                        ## Alternatives\n\n## Consequences\n";

    #[test]
    fn pages_of_the_form_pass() {
        let tree = fake::tree(&[
            ("docs/adr/0001-one.md", &format!("# 1. One{REST}")),
            ("docs/adr/0002-two.md", &format!("# 2. Two{REST}")),
            (
                "docs/adr/README.md",
                "1. [One](0001-one.md)\n2. [Two](0002-two.md)",
            ),
        ]);
        assert_eq!(check(tree.path()).unwrap(), [""; 0]);
    }

    #[test]
    fn each_departure_is_named() {
        let tree = fake::tree(&[
            ("docs/adr/0001-one.md", "# One\n\n## Context\n"),
            ("docs/adr/0003-three.md", &format!("# 3. Three{REST}")),
            ("docs/adr/README.md", "1. [One](0001-one.md)"),
        ]);
        assert_eq!(
            check(tree.path()).unwrap(),
            [
                "docs/adr/0001-one.md: the title does not begin with its number",
                "docs/adr/0001-one.md: there is no status",
                "docs/adr/0001-one.md: the headings are not ## Context, ## Decision, \
                 ## Alternatives, ## Consequences",
                "docs/adr/0003-three.md: the next number is 2",
                "docs/adr/0003-three.md: the title does not begin with its number",
                "docs/adr/README.md: 0003-three.md is missing",
            ]
        );
    }
}
