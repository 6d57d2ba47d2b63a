//! A copy of the tree to break.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::Result;

/// Copies the files that git knows, as they are in the working tree, below `target/`.
///
/// Files that did not change keep their time, so that a second run builds little.
pub(super) fn tree(root: &Path) -> Result<PathBuf> {
    let listed = Command::new("git")
        .args([
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ])
        .current_dir(root)
        .stderr(Stdio::inherit())
        .output()?;
    if !listed.status.success() {
        return Err("the tree to copy is listed by git, which failed".into());
    }
    let names = String::from_utf8(listed.stdout)?;
    let copy = root.join("target/mutants");
    let mut kept = Vec::new();
    for name in names.split_terminator('\0') {
        let from = root.join(name);
        if from.is_file() {
            place(&from, &copy.join(name))?;
            kept.push(copy.join(name));
        }
    }
    remove_others(&copy, &kept)?;
    Ok(copy)
}

fn place(from: &Path, to: &Path) -> Result<()> {
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    let bytes = fs::read(from)?;
    if fs::read(to).ok().as_ref() != Some(&bytes) {
        fs::write(to, bytes)?;
    }
    Ok(())
}

/// What was deleted in the tree must not stay in the copy: cargo would find it.
fn remove_others(folder: &Path, kept: &[PathBuf]) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            remove_others(&path, kept)?;
        } else if !kept.contains(&path) {
            fs::remove_file(&path)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::{fake, read};

    #[test]
    fn the_copy_follows_the_tree() {
        let tree = fake::tree(&[
            ("a.rs", "one"),
            ("b/c.rs", "two"),
            (".gitignore", "target\n"),
        ]);
        let made = Command::new("git")
            .args(["init", "--quiet"])
            .current_dir(tree.path())
            .status();
        if !made.is_ok_and(|status| status.success()) {
            xtask::skip("the_copy_follows_the_tree", "git is not installed");
            return;
        }
        let copy = super::tree(tree.path()).unwrap();
        assert_eq!(read(&copy.join("b/c.rs")).unwrap(), "two");

        fs::write(tree.path().join("a.rs"), "three").unwrap();
        fs::remove_file(tree.path().join("b/c.rs")).unwrap();
        super::tree(tree.path()).unwrap();
        assert_eq!(read(&copy.join("a.rs")).unwrap(), "three");
        assert!(!copy.join("b/c.rs").exists());
    }
}
