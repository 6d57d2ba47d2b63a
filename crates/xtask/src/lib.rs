//! What the tests of this workspace share: reporting a skip by name, and finding the vectors.
//!
//! A test that needs a program or a file that is not there must not pass silently. It calls
//! [`skip`] and returns; `cargo xtask test` lists what was skipped, and fails on it in CI.
//!
//! ```no_run
//! let Some(vectors) = xtask::vectors() else {
//!     xtask::skip("rsa_pkcs1", "the shared vectors are absent");
//!     return;
//! };
//! println!("reading {}", vectors.display());
//! ```

use std::env;
use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// Reports that `test` did not run, and why.
///
/// Prints `skipped: <test>: <why>` to standard error, past the test harness' capture, and appends
/// the line to the file named by the environment variable `MFAKIT_SKIPPED`, if set.
///
/// # Panics
///
/// If that file cannot be written: a skip that nobody hears of would count as a pass.
#[expect(
    clippy::expect_used,
    reason = "fails the calling test, which is the point"
)]
pub fn skip(test: &str, why: &str) {
    let line = skip_line(test, why);
    io::stderr()
        .write_all(line.as_bytes())
        .expect("standard error is writable");
    if let Some(path) = env::var_os("MFAKIT_SKIPPED") {
        append(Path::new(&path), &line).expect("the file named by MFAKIT_SKIPPED is writable");
    }
}

/// Returns the folder of the shared test vectors, or `None` where it is absent.
///
/// Its place is the environment variable `MFAKIT_VECTORS`, by default `../shared/vectors`;
/// relative paths start at the workspace root.
#[must_use]
pub fn vectors() -> Option<PathBuf> {
    let named = env::var_os("MFAKIT_VECTORS").unwrap_or_else(|| "../shared/vectors".into());
    let folder = workspace_root().join(named);
    folder.is_dir().then_some(folder)
}

/// Returns the root folder of this workspace, as it was when this crate was compiled.
#[must_use]
pub fn workspace_root() -> PathBuf {
    let mut root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    root.pop();
    root.pop();
    root
}

/// One line, whatever the reason contains.
fn skip_line(test: &str, why: &str) -> String {
    let why: Vec<&str> = why.split_whitespace().collect();
    format!("skipped: {test}: {}\n", why.join(" "))
}

/// One write call in append mode, so that lines of tests that run at once do not mix.
fn append(path: &Path, line: &str) -> io::Result<()> {
    OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)?
        .write_all(line.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_skip_is_one_line_with_name_and_reason() {
        assert_eq!(
            skip_line("oathtool_agrees", "oathtool is\n not installed"),
            "skipped: oathtool_agrees: oathtool is not installed\n"
        );
    }

    #[test]
    fn skips_are_appended_in_order() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("skipped");
        append(&path, &skip_line("a", "one")).expect("writable");
        append(&path, &skip_line("b", "two")).expect("writable");
        assert_eq!(
            fs::read_to_string(&path).expect("readable"),
            "skipped: a: one\nskipped: b: two\n"
        );
    }

    #[test]
    fn the_root_holds_the_workspace_manifest() {
        let manifest = fs::read_to_string(workspace_root().join("Cargo.toml")).expect("readable");
        assert!(manifest.contains("[workspace]"));
    }
}
