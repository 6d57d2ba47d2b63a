//! The list of patches, and how one is applied.

use crate::Result;

/// A line of deciding code, and what it is broken to.
#[derive(Debug, Default, Eq, PartialEq)]
pub(super) struct Mutant {
    /// What goes wrong if nobody notices.
    pub(super) what: String,
    pub(super) file: String,
    /// The line is looked for after the first line that contains this.
    after: String,
    old: String,
    new: String,
    /// The packages of which one test must fail.
    pub(super) packages: Vec<String>,
}

/// Returns all patches.
pub(super) fn all() -> Result<Vec<Mutant>> {
    parse(include_str!("list.txt")).map_err(|why| format!("mutants/list.txt: {why}").into())
}

fn parse(text: &str) -> std::result::Result<Vec<Mutant>, String> {
    let mut mutants = Vec::new();
    for paragraph in text.split("\n\n") {
        let is_prose = |line: &&str| line.starts_with('#') || line.trim().is_empty();
        if paragraph.lines().all(|line| is_prose(&line)) {
            continue;
        }
        let mut mutant = Mutant::default();
        for line in paragraph.lines() {
            let (key, value) = line
                .split_once(' ')
                .ok_or_else(|| format!("`{line}` has no value"))?;
            let value = value.trim().to_owned();
            match key {
                "what:" => mutant.what = value,
                "file:" => mutant.file = value,
                "after:" => mutant.after = value,
                "-" => mutant.old = value,
                "+" => mutant.new = value,
                "test:" => mutant.packages = value.split(' ').map(str::to_owned).collect(),
                _ => return Err(format!("`{key}` is not known")),
            }
        }
        let required = [&mutant.what, &mutant.file, &mutant.old, &mutant.new];
        if required.iter().any(|field| field.is_empty()) || mutant.packages.is_empty() {
            return Err(format!("something is missing in `{paragraph}`"));
        }
        mutants.push(mutant);
    }
    Ok(mutants)
}

impl Mutant {
    /// Returns the source with the line replaced, or why that is impossible.
    ///
    /// Without `after`, the line must be there exactly once; with it, the first one counts.
    pub(super) fn apply(&self, source: &str) -> std::result::Result<String, String> {
        let mut lines: Vec<&str> = source.lines().collect();
        let start = lines
            .iter()
            .position(|line| line.contains(&self.after))
            .ok_or_else(|| format!("no line contains `{}`", self.after))?;
        let mut matching = lines
            .iter()
            .enumerate()
            .skip(start)
            .filter(|(_, line)| line.trim() == self.old);
        let found = matching.next().map(|(index, _)| index);
        if self.after.is_empty() && matching.next().is_some() {
            return Err(format!(
                "`{}` is there more than once; add `after:`",
                self.old
            ));
        }
        let place = found
            .and_then(|index| lines.get_mut(index))
            .ok_or_else(|| format!("`{}` is not there", self.old))?;
        *place = &self.new;
        let mut text = lines.join("\n");
        text.push('\n');
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENTRY: &str = "\
what: an old code is taken again
file: crates/a/src/lib.rs
- if step <= last {
+ if step < last {
test: a b
";

    fn entry() -> Mutant {
        let [entry] = parse(ENTRY).unwrap().try_into().unwrap();
        entry
    }

    #[test]
    fn the_list_can_be_read() {
        all().unwrap();
    }

    #[test]
    fn entries_are_paragraphs() {
        let text = format!("# How to\n# read this\n\n{ENTRY}\n# more\n\n{ENTRY}after: fn verify\n");
        let [first, second] = parse(&text).unwrap().try_into().unwrap();
        assert_eq!(first, entry());
        assert_eq!(first.packages, ["a", "b"]);
        assert_eq!(second.after, "fn verify");
    }

    #[test]
    fn incomplete_entries_are_refused() {
        for missing in ["what:", "file:", "- ", "+ ", "test:"] {
            let text: Vec<&str> = ENTRY
                .lines()
                .filter(|line| !line.starts_with(missing))
                .collect();
            assert!(
                parse(&text.join("\n"))
                    .unwrap_err()
                    .starts_with("something is missing")
            );
        }
        assert_eq!(parse("where: x").unwrap_err(), "`where:` is not known");
        assert_eq!(parse("what:").unwrap_err(), "`what:` has no value");
    }

    #[test]
    fn one_line_is_replaced() {
        assert_eq!(
            entry().apply("a\n    if step <= last {\nb\n").unwrap(),
            "a\nif step < last {\nb\n"
        );
    }

    #[test]
    fn a_line_that_is_not_there_once_is_refused() {
        assert_eq!(
            entry().apply("if step < last {").unwrap_err(),
            "`if step <= last {` is not there"
        );
        assert_eq!(
            entry()
                .apply("if step <= last {\n if step <= last {")
                .unwrap_err(),
            "`if step <= last {` is there more than once; add `after:`"
        );
    }

    #[test]
    fn an_anchor_picks_the_first_line_behind_it() {
        let mutant = Mutant {
            after: "fn b".to_owned(),
            ..entry()
        };
        assert_eq!(
            mutant
                .apply("if step <= last {\nfn b() {\nif step <= last {\nif step <= last {")
                .unwrap(),
            "if step <= last {\nfn b() {\nif step < last {\nif step <= last {\n"
        );
        assert_eq!(
            mutant.apply("fn a() {").unwrap_err(),
            "no line contains `fn b`"
        );
    }
}
