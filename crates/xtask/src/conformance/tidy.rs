//! The house rules for files: lengths, names, and what each manifest inherits.

use std::path::Path;

use crate::{Result, files};

/// A file longer than this is two files.
const SOURCE_LINES: usize = 600;
/// What a person reads in the first minute.
const README_TOO_LONG: usize = 150;
/// What every member takes from the workspace.
const INHERITED: [&str; 4] = ["version", "edition", "rust-version", "license"];

/// Checks source files, READMEs and manifests.
pub(super) fn check(root: &Path) -> Result<Vec<String>> {
    let mut problems = Vec::new();
    for file in files::with_extension(root, "rs")? {
        let name = files::relative(root, &file);
        let lines = files::read(&file)?.lines().count();
        if lines > SOURCE_LINES {
            problems.push(format!("{name}: {lines} lines, more than {SOURCE_LINES}"));
        }
        if name.ends_with("/mod.rs") {
            problems.push(format!(
                "{name}: modules are `foo.rs` and `foo/`, never `mod.rs`"
            ));
        }
    }
    let workspace = files::read(&root.join("Cargo.toml"))?;
    problems.extend(readmes(root, &workspace)?);
    for member in files::members(root)? {
        let name = files::relative(root, &member.join("Cargo.toml"));
        let manifest = files::read(&member.join("Cargo.toml"))?;
        if !section(&manifest, "lints").any(|line| line == "workspace = true") {
            problems.push(format!("{name}: `[lints] workspace = true` is missing"));
        }
        for key in INHERITED {
            let inherited = format!("{key}.workspace = true");
            if !section(&manifest, "package").any(|line| line == inherited) {
                problems.push(format!("{name}: `{inherited}` is missing"));
            }
        }
    }
    Ok(problems)
}

/// The first README is short, and none repeats a number that the manifest holds: it would go stale.
fn readmes(root: &Path, workspace: &str) -> Result<Vec<String>> {
    let mut problems = Vec::new();
    let first = root.join("README.md");
    if !first.is_file() {
        problems.push("README.md: there is none".to_owned());
    } else if let lines @ README_TOO_LONG.. = files::read(&first)?.lines().count() {
        problems.push(format!(
            "README.md: {lines} lines, {README_TOO_LONG} is too long"
        ));
    }
    let minimum = section(workspace, "workspace.package")
        .find_map(|line| line.strip_prefix("rust-version = "))
        .map(|value| value.trim_matches('"'));
    let mut pages = vec![first];
    pages.extend(
        files::members(root)?
            .iter()
            .map(|member| member.join("README.md")),
    );
    for page in pages.iter().filter(|page| page.is_file()) {
        let text = files::read(page)?;
        if minimum.is_some_and(|version| text.contains(&format!("Rust {version}"))) {
            let name = files::relative(root, page);
            problems.push(format!("{name}: repeats the Rust version of the manifest"));
        }
    }
    Ok(problems)
}

/// The lines of `[name]` in a manifest.
fn section<'a>(manifest: &'a str, name: &str) -> impl Iterator<Item = &'a str> {
    let header = format!("[{name}]");
    let mut inside = false;
    manifest.lines().map(str::trim).filter(move |line| {
        if line.starts_with('[') {
            inside = *line == header;
        }
        inside
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::fake;

    const WORKSPACE: &str = "[workspace.package]\nrust-version = \"1.95\"\n";
    const MEMBER: &str = "[package]
name = \"a\"
version.workspace = true
edition.workspace = true
rust-version.workspace = true
license.workspace = true

[lints]
workspace = true
";

    #[test]
    fn a_tidy_tree_passes() {
        let tree = fake::tree(&[
            ("Cargo.toml", WORKSPACE),
            ("README.md", &"line\n".repeat(149)),
            ("crates/a/Cargo.toml", MEMBER),
            ("crates/a/src/lib.rs", &"\n".repeat(600)),
        ]);
        assert_eq!(check(tree.path()).unwrap(), [""; 0]);
    }

    #[test]
    fn the_first_page_is_there() {
        let tree = fake::tree(&[("Cargo.toml", WORKSPACE)]);
        assert_eq!(check(tree.path()).unwrap(), ["README.md: there is none"]);
    }

    #[test]
    fn each_rule_is_enforced() {
        let tree = fake::tree(&[
            ("Cargo.toml", WORKSPACE),
            ("README.md", &"line\n".repeat(150)),
            (
                "crates/a/Cargo.toml",
                "[package]\nversion = \"1\"\n[dependencies]\nworkspace = true\n",
            ),
            ("crates/a/README.md", "Needs Rust 1.95."),
            ("crates/a/src/long.rs", &"\n".repeat(601)),
            ("crates/a/src/x/mod.rs", ""),
        ]);
        assert_eq!(
            check(tree.path()).unwrap(),
            [
                "crates/a/src/long.rs: 601 lines, more than 600",
                "crates/a/src/x/mod.rs: modules are `foo.rs` and `foo/`, never `mod.rs`",
                "README.md: 150 lines, 150 is too long",
                "crates/a/README.md: repeats the Rust version of the manifest",
                "crates/a/Cargo.toml: `[lints] workspace = true` is missing",
                "crates/a/Cargo.toml: `version.workspace = true` is missing",
                "crates/a/Cargo.toml: `edition.workspace = true` is missing",
                "crates/a/Cargo.toml: `rust-version.workspace = true` is missing",
                "crates/a/Cargo.toml: `license.workspace = true` is missing",
            ]
        );
    }
}
