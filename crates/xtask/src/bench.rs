//! `cargo xtask bench NAME`: the benchmarks live in a workspace of their own.

use std::path::Path;
use std::process::Command;

use crate::Result;

/// Runs `benches/` in release mode with the name of the benchmark and what follows it.
pub(crate) fn run(root: &Path, arguments: &[&str]) -> Result<()> {
    let folder = root.join("benches");
    if !folder.is_dir() {
        return Err("there is no folder benches".into());
    }
    let status = Command::new("cargo")
        .args(["run", "--release", "--quiet", "--"])
        .args(arguments)
        .current_dir(folder)
        .status()?;
    if status.success() {
        Ok(())
    } else {
        Err("the benchmark failed".into())
    }
}
