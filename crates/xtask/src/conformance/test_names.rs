//! Whether `crates/mfakit-totp/tests/rfc6238.rs::appendix_b` is a test.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::source::{Kind, items};
use crate::{Result, files};

/// The test files read so far, each with the paths of its tests.
pub(super) struct TestNames {
    root: PathBuf,
    files: BTreeMap<String, Option<Vec<String>>>,
}

impl TestNames {
    pub(super) fn new(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
            files: BTreeMap::new(),
        }
    }

    /// What is wrong with `test`, if anything.
    ///
    /// A test in a module is written with it (`src/pin.rs::tests::policy`) or without.
    pub(super) fn problem(&mut self, test: &str) -> Result<Option<String>> {
        let Some((stem, name)) = test.split_once(".rs::") else {
            return Ok(Some(format!(
                "`{test}` is not of the form `path/file.rs::test`"
            )));
        };
        let file = format!("{stem}.rs");
        if !self.files.contains_key(&file) {
            let path = self.root.join(&file);
            let tests = if path.is_file() {
                Some(tests_of(&path)?)
            } else {
                None
            };
            self.files.insert(file.clone(), tests);
        }
        let Some(Some(tests)) = self.files.get(&file) else {
            return Ok(Some(format!("`{test}`: there is no file `{file}`")));
        };
        let ending = format!("::{name}");
        let exists = tests
            .iter()
            .any(|known| known == name || known.ends_with(&ending));
        Ok((!exists).then(|| format!("`{test}` is no test")))
    }
}

fn tests_of(path: &Path) -> Result<Vec<String>> {
    let mut tests = items(&files::read(path)?);
    tests.retain(|item| item.kind == Kind::Test);
    let full_name = |item: crate::source::Item| {
        let mut path = item.modules;
        path.push(item.name);
        path.join("::")
    };
    Ok(tests.into_iter().map(full_name).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::fake;

    #[test]
    fn only_tests_are_tests() {
        let tree = fake::tree(&[(
            "crates/a/tests/b.rs",
            "#[test] fn plain() {} fn helper() {}
             proptest! { #[test] fn law(x in 0..3) {} }
             #[tokio::test] async fn waits() {}
             mod inner { #[test] fn deep() {} }",
        )]);
        let mut names = TestNames::new(tree.path());
        for test in ["plain", "law", "waits", "inner::deep", "deep"] {
            let path = format!("crates/a/tests/b.rs::{test}");
            assert_eq!(names.problem(&path).unwrap(), None, "{path}");
        }
        for test in ["helper", "plai", "lain", "outer::deep", "", "eep"] {
            let path = format!("crates/a/tests/b.rs::{test}");
            assert_eq!(
                names.problem(&path).unwrap(),
                Some(format!("`{path}` is no test"))
            );
        }
        assert_eq!(
            names
                .problem("crates/a/tests/c.rs::plain")
                .unwrap()
                .unwrap(),
            "`crates/a/tests/c.rs::plain`: there is no file `crates/a/tests/c.rs`"
        );
        assert_eq!(
            names.problem("plain").unwrap().unwrap(),
            "`plain` is not of the form `path/file.rs::test`"
        );
    }
}
