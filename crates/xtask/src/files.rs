//! The files of the repository, as the checkers see them: sorted, without build products.

use std::fs;
use std::path::{Path, PathBuf};

use crate::Result;

/// Folders that hold no source of ours.
const SKIPPED: [&str; 4] = ["target", "artifacts", "coverage", "node_modules"];

/// Returns all files below `folder` whose name ends in `.extension`, sorted.
///
/// A folder that does not exist has no files.
pub(crate) fn with_extension(folder: &Path, extension: &str) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for path in children(&folder)? {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if path.is_dir() {
                if !name.starts_with('.') && !SKIPPED.contains(&name.as_ref()) {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|found| found == extension) {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Returns what is directly in `folder`, sorted; nothing if it does not exist.
pub(crate) fn children(folder: &Path) -> Result<Vec<PathBuf>> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(|error| named(folder, &error))? {
        paths.push(entry?.path());
    }
    paths.sort();
    Ok(paths)
}

/// Returns the folders of all workspace members: `crates/*` and `examples/*` with a manifest.
pub(crate) fn members(root: &Path) -> Result<Vec<PathBuf>> {
    let mut members = children(&root.join("crates"))?;
    members.extend(children(&root.join("examples"))?);
    members.retain(|folder| folder.join("Cargo.toml").is_file());
    Ok(members)
}

/// Reads a text file; the error names it.
pub(crate) fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).map_err(|error| named(path, &error).into())
}

/// Returns `path` as a person writes it: from the root, with slashes.
pub(crate) fn relative(root: &Path, path: &Path) -> String {
    path.strip_prefix(root)
        .unwrap_or(path)
        .display()
        .to_string()
}

fn named(path: &Path, error: &std::io::Error) -> String {
    format!("{}: {error}", path.display())
}

#[cfg(test)]
pub(crate) mod fake {
    //! Small trees for the tests of the checkers.

    use std::fs;

    /// Writes the files into a new temporary folder.
    pub(crate) fn tree(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        folder
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn build_products_and_hidden_folders_are_not_ours() {
        let tree = fake::tree(&[
            ("src/b.rs", ""),
            ("src/a.rs", ""),
            ("src/a.txt", ""),
            ("target/debug/c.rs", ""),
            (".git/d.rs", ""),
        ]);
        let found = with_extension(tree.path(), "rs").unwrap();
        let found: Vec<String> = found
            .iter()
            .map(|path| relative(tree.path(), path))
            .collect();
        assert_eq!(found, ["src/a.rs", "src/b.rs"]);
    }

    #[test]
    fn a_folder_that_is_not_there_has_no_files() {
        let tree = fake::tree(&[]);
        assert!(
            with_extension(&tree.path().join("nothing"), "rs")
                .unwrap()
                .is_empty()
        );
    }

    #[test]
    fn members_have_a_manifest() {
        let tree = fake::tree(&[
            ("crates/a/Cargo.toml", ""),
            ("crates/b/src/lib.rs", ""),
            ("examples/README.md", ""),
            ("examples/c/Cargo.toml", ""),
        ]);
        let members = members(tree.path()).unwrap();
        let members: Vec<String> = members
            .iter()
            .map(|path| relative(tree.path(), path))
            .collect();
        assert_eq!(members, ["crates/a", "examples/c"]);
    }

    #[test]
    fn an_unreadable_file_is_named() {
        let error = read(Path::new("/nowhere/at-all")).unwrap_err().to_string();
        assert!(error.starts_with("/nowhere/at-all: "), "{error}");
    }
}
