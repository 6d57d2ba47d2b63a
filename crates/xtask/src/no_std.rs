//! `cargo xtask no-std`: the crates that say `#![no_std]` must not bring `std` in by a dependency.
//!
//! A crate with a panic handler of its own cannot be compiled together with `std`, which has one
//! too. So a generated crate of that kind that uses ours proves the claim on any machine, without
//! a bare-metal toolchain.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::{Result, files};

const PROBE: &str = "#![no_std]

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {}
}
";

/// Compiles all crates that say `#![no_std]`, without their default features, into a probe.
pub(crate) fn run(root: &Path) -> Result<()> {
    let crates = claiming(root)?;
    if crates.is_empty() {
        return Err("no crate says `#![no_std]`".into());
    }
    let folder = root.join("target/no-std");
    fs::create_dir_all(folder.join("src"))?;
    fs::write(folder.join("Cargo.toml"), manifest(root, &crates))?;
    fs::write(folder.join("src/lib.rs"), source(&crates))?;
    // The versions that are tested, not newer ones.
    fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock"))?;
    let status = Command::new("cargo")
        .args(["check", "--quiet"])
        .current_dir(&folder)
        .stdin(Stdio::null())
        .status()?;
    if !status.success() {
        return Err("not without std".into());
    }
    println!("no-std: {} do without std", crates.join(", "));
    Ok(())
}

/// The names of the members whose library starts with `#![no_std]`, whatever their features.
fn claiming(root: &Path) -> Result<Vec<String>> {
    let mut crates = Vec::new();
    for member in files::members(root)? {
        let library = member.join("src/lib.rs");
        let claims = library.is_file()
            && files::read(&library)?
                .lines()
                .any(|line| line.trim() == "#![no_std]");
        if claims && let Some(name) = member.file_name().and_then(|name| name.to_str()) {
            crates.push(name.to_owned());
        }
    }
    Ok(crates)
}

fn manifest(root: &Path, crates: &[String]) -> String {
    let mut text = "[package]\nname = \"no-std-probe\"\nedition = \"2024\"\n\n[workspace]\n\n\
                    [dependencies]\n"
        .to_owned();
    for name in crates {
        let path = root.join("crates").join(name);
        text.push_str(&format!(
            "{name} = {{ path = {path:?}, default-features = false }}\n"
        ));
    }
    text
}

/// Only a crate that is named is loaded.
fn source(crates: &[String]) -> String {
    let mut text = PROBE.to_owned();
    for name in crates {
        text.push_str(&format!("use {} as _;\n", name.replace('-', "_")));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::fake;

    /// Whether the compiler accepts a library.
    fn compiles(source: &str) -> bool {
        let tree = fake::tree(&[("probe.rs", source)]);
        Command::new("rustc")
            .args([
                "--edition=2024",
                "--crate-type=lib",
                "--emit=metadata",
                "probe.rs",
            ])
            .current_dir(tree.path())
            .stderr(Stdio::null())
            .status()
            .unwrap()
            .success()
    }

    #[test]
    fn the_probe_notices_std() {
        assert!(compiles(PROBE));
        assert!(compiles(&format!("{PROBE}extern crate alloc;")));
        assert!(!compiles(&format!("{PROBE}extern crate std;")));
    }

    #[test]
    fn crates_that_claim_it_are_probed() {
        let tree = fake::tree(&[
            ("crates/mfakit-a/Cargo.toml", ""),
            ("crates/mfakit-a/src/lib.rs", "//! Docs.\n#![no_std]\n"),
            ("crates/mfakit-b/Cargo.toml", ""),
            ("crates/mfakit-b/src/lib.rs", "//! #![no_std] in prose\n"),
            ("examples/c/Cargo.toml", ""),
            ("examples/c/src/main.rs", "fn main() {}"),
        ]);
        let crates = claiming(tree.path()).unwrap();
        assert_eq!(crates, ["mfakit-a"]);
        assert!(source(&crates).ends_with("use mfakit_a as _;\n"));
        let manifest = manifest(Path::new("/r"), &crates);
        assert!(
            manifest.ends_with(
                "mfakit-a = { path = \"/r/crates/mfakit-a\", default-features = false }\n"
            )
        );
    }
}
