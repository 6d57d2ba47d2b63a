//! Relative links in Markdown must lead somewhere, headings included.

use std::path::Path;

use crate::{Result, files};

/// Checks all Markdown files of the repository.
pub(super) fn check(root: &Path) -> Result<Vec<String>> {
    let mut problems = Vec::new();
    for page in files::with_extension(root, "md")? {
        let text = files::read(&page)?;
        for (line, target) in links(&text) {
            if let Some(why) = problem(&page, &text, &target)? {
                let name = files::relative(root, &page);
                problems.push(format!("{name}:{line}: the link `{target}` {why}"));
            }
        }
    }
    Ok(problems)
}

fn problem(page: &Path, text: &str, target: &str) -> Result<Option<&'static str>> {
    // Rustdoc checks paths of items; other schemes lead out of the repository.
    if target.contains("::") || target.contains("://") || target.starts_with("mailto:") {
        return Ok(None);
    }
    let (file, heading) = target.split_once('#').unwrap_or((target, ""));
    if file.is_empty() {
        return Ok(missing_heading(text, heading));
    }
    let path = page.parent().unwrap_or(page).join(file);
    if !path.exists() {
        return Ok(Some("leads nowhere"));
    }
    if heading.is_empty() || path.extension().is_none_or(|extension| extension != "md") {
        return Ok(None);
    }
    Ok(missing_heading(&files::read(&path)?, heading))
}

fn missing_heading(text: &str, heading: &str) -> Option<&'static str> {
    let found = prose(text)
        .filter_map(|(_, line)| {
            line.strip_prefix('#')
                .map(|rest| slug(rest.trim_matches('#')))
        })
        .any(|slug| slug == heading);
    (!found).then_some("names no heading")
}

/// A heading as the anchor that Markdown viewers make of it.
fn slug(heading: &str) -> String {
    let kept = |next: char| match next {
        ' ' => Some('-'),
        '-' | '_' => Some(next),
        _ => next.is_alphanumeric().then(|| next.to_ascii_lowercase()),
    };
    heading.trim().chars().filter_map(kept).collect()
}

/// The targets of `[text](target)` and `[name]: target`, with their lines.
fn links(text: &str) -> Vec<(usize, String)> {
    let mut links = Vec::new();
    for (number, line) in prose(text) {
        let line = without_code(line);
        let mut targets: Vec<&str> = line
            .split("](")
            .skip(1)
            .filter_map(|rest| Some(rest.split_once(')')?.0))
            .collect();
        if let Some(definition) = line.trim_start().strip_prefix('[')
            && let Some((name, target)) = definition.split_once("]: ")
            && !name.contains(']')
        {
            targets.push(target);
        }
        // What follows the target is a title.
        let first_word = |target: &&str| target.split_whitespace().next().map(str::to_owned);
        links.extend(
            targets
                .iter()
                .filter_map(first_word)
                .map(|target| (number, target.trim_matches(['<', '>']).to_owned())),
        );
    }
    links
}

/// The lines outside code fences, counted from 1.
fn prose(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut fenced = false;
    text.lines().enumerate().filter_map(move |(index, line)| {
        let is_fence = line.trim_start().starts_with("```");
        fenced ^= is_fence;
        (!fenced && !is_fence).then_some((index.saturating_add(1), line))
    })
}

/// A line without what stands in backticks.
fn without_code(line: &str) -> String {
    line.split('`').step_by(2).collect::<Vec<_>>().join("`")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::fake;

    #[test]
    fn links_that_lead_somewhere_pass() {
        let tree = fake::tree(&[
            (
                "README.md",
                "[a](docs/guide.md) [b](docs/guide.md#the-first-60-seconds \"title\") [c](#run-it)
[d](https://example.com/x) [`Totp`](crate::Totp) [e](mailto:a@example.com) [folder](docs)
`[f](nowhere)` [`g`](<docs/guide.md>)
```text
[h](nowhere)
```
# Run it

[i]: docs/guide.md",
            ),
            (
                "docs/guide.md",
                "## The first 60 seconds!\n[up](../README.md#run-it)",
            ),
        ]);
        assert_eq!(check(tree.path()).unwrap(), [""; 0]);
    }

    #[test]
    fn links_that_lead_nowhere_are_named() {
        let tree = fake::tree(&[
            (
                "README.md",
                "[a](docs/gide.md), [b](docs/guide.md#firts)\n\n[c]: LICENSE\n[d](#no)",
            ),
            ("docs/guide.md", "# First"),
        ]);
        assert_eq!(
            check(tree.path()).unwrap(),
            [
                "README.md:1: the link `docs/gide.md` leads nowhere",
                "README.md:1: the link `docs/guide.md#firts` names no heading",
                "README.md:3: the link `LICENSE` leads nowhere",
                "README.md:4: the link `#no` names no heading",
            ]
        );
    }
}
