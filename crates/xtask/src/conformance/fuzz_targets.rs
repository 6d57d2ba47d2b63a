//! The list of fuzz targets is written in four places; they must agree.

use std::collections::BTreeSet;
use std::path::Path;

use crate::{Result, files};

/// Compares `fuzz/targets/*.rs` with the binaries of the manifest, the seeds and the README.
pub(super) fn check(root: &Path) -> Result<Vec<String>> {
    let fuzz = root.join("fuzz");
    if !fuzz.is_dir() {
        return Ok(Vec::new());
    }
    let targets: BTreeSet<String> = files::children(&fuzz.join("targets"))?
        .iter()
        .filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()))
        .collect();
    let mut problems = Vec::new();
    let mut compare = |place: &str, listed: &BTreeSet<String>| {
        for name in targets.difference(listed) {
            problems.push(format!("{place}: the target `{name}` is missing"));
        }
        for name in listed.difference(&targets) {
            problems.push(format!("{place}: `{name}` is no target in fuzz/targets"));
        }
    };
    compare(
        "fuzz/Cargo.toml",
        &binaries(&files::read(&fuzz.join("Cargo.toml"))?),
    );
    let seeds = files::children(&fuzz.join("seeds"))?;
    compare(
        "fuzz/seeds",
        &seeds.iter().filter_map(|path| folder_name(path)).collect(),
    );
    let readme = fuzz.join("README.md");
    if readme.is_file() {
        compare("fuzz/README.md", &listed(&files::read(&readme)?));
    }
    Ok(problems)
}

fn folder_name(path: &Path) -> Option<String> {
    if !path.is_dir() || files::children(path).ok()?.is_empty() {
        return None;
    }
    Some(path.file_name()?.to_str()?.to_owned())
}

/// The names of the manifest's `[[bin]]` sections.
fn binaries(manifest: &str) -> BTreeSet<String> {
    let mut in_binary = false;
    let mut names = BTreeSet::new();
    for line in manifest.lines().map(str::trim) {
        if line.starts_with('[') {
            in_binary = line == "[[bin]]";
        } else if in_binary && let Some(name) = line.strip_prefix("name") {
            names.insert(name.trim_matches([' ', '=', '"']).to_owned());
        }
    }
    names
}

/// The names in backticks that open a list item or a table row.
fn listed(readme: &str) -> BTreeSet<String> {
    let name = |line: &str| {
        let line = line.trim().trim_start_matches(['-', '*', '|']).trim_start();
        let (name, _) = line.strip_prefix('`')?.split_once('`')?;
        Some(name.to_owned())
    };
    let is_entry = |line: &&str| line.trim_start().starts_with(['-', '*', '|']);
    readme.lines().filter(is_entry).filter_map(name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::fake;

    const MANIFEST: &str = "
[package]
name = \"fuzz\"
[[bin]]
name = \"one\"
path = \"targets/one.rs\"
[[bin]]
name = \"two\"
";

    #[test]
    fn lists_that_agree_pass() {
        let tree = fake::tree(&[
            ("fuzz/targets/one.rs", ""),
            ("fuzz/targets/two.rs", ""),
            ("fuzz/seeds/one/a", ""),
            ("fuzz/seeds/two/a", ""),
            ("fuzz/Cargo.toml", MANIFEST),
            (
                "fuzz/README.md",
                "- `one`: first\n| `two` | second |\n`not_listed`",
            ),
        ]);
        assert_eq!(check(tree.path()).unwrap(), [""; 0]);
    }

    #[test]
    fn each_list_that_differs_is_named() {
        let tree = fake::tree(&[
            ("fuzz/targets/one.rs", ""),
            ("fuzz/targets/three.rs", ""),
            ("fuzz/seeds/one/a", ""),
            ("fuzz/Cargo.toml", MANIFEST),
            ("fuzz/README.md", "- `one`: first\n- `three`\n- `servert`"),
        ]);
        assert_eq!(
            check(tree.path()).unwrap(),
            [
                "fuzz/Cargo.toml: the target `three` is missing",
                "fuzz/Cargo.toml: `two` is no target in fuzz/targets",
                "fuzz/seeds: the target `three` is missing",
                "fuzz/README.md: `servert` is no target in fuzz/targets",
            ]
        );
    }

    #[test]
    fn without_fuzzing_there_is_nothing_to_compare() {
        assert_eq!(check(fake::tree(&[]).path()).unwrap(), [""; 0]);
    }
}
