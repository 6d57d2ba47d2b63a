//! The programs that tests use as judges, and how to get them.

use std::env;
use std::process::{Command, Stdio};

use crate::Result;

/// A program and the Debian package that has it.
struct Tool {
    program: &'static str,
    package: &'static str,
}

/// Every program that a test starts. A test whose program is missing reports a skip.
const TOOLS: [Tool; 4] = [
    // A second opinion on one-time passwords.
    Tool {
        program: "oathtool",
        package: "oathtool",
    },
    // A real browser, and what drives it.
    Tool {
        program: "chromium",
        package: "chromium",
    },
    Tool {
        program: "chromedriver",
        package: "chromium-driver",
    },
    // Sees what reaches the disk, and makes system calls fail.
    Tool {
        program: "strace",
        package: "strace",
    },
];

/// Looks for the programs, and installs the missing ones or says how to.
pub(super) fn prepare(install: bool) -> Result<()> {
    let missing: Vec<&Tool> = TOOLS
        .iter()
        .filter(|tool| !is_installed(tool.program))
        .collect();
    if missing.is_empty() {
        println!("all {} programs that tests use are here", TOOLS.len());
        return Ok(());
    }
    let packages = packages(&missing);
    let names: Vec<&str> = missing.iter().map(|tool| tool.program).collect();
    println!("missing programs: {}", names.join(", "));
    if !install {
        println!(
            "their tests will be skipped; to install them: {}",
            line_to_run(&packages)
        );
        return Ok(());
    }
    apt_get(&["update"])?;
    let mut arguments = vec!["install", "--yes", "--no-install-recommends"];
    arguments.extend(packages);
    apt_get(&arguments)
}

fn packages(missing: &[&Tool]) -> Vec<&'static str> {
    let mut packages: Vec<&str> = missing.iter().map(|tool| tool.package).collect();
    packages.dedup();
    packages
}

fn line_to_run(packages: &[&str]) -> String {
    format!("sudo apt-get install {}", packages.join(" "))
}

fn is_installed(program: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

/// Runs `apt-get`, as root if this is root and through `sudo` otherwise; never asks anything.
fn apt_get(arguments: &[&str]) -> Result<()> {
    let identity = Command::new("id").arg("-u").output()?;
    let is_root = identity.stdout == b"0\n";
    let mut command = if is_root {
        Command::new("apt-get")
    } else {
        let mut command = Command::new("sudo");
        command.args(["--preserve-env=DEBIAN_FRONTEND", "apt-get"]);
        command
    };
    let status = command
        .args(arguments)
        .arg("--quiet=2")
        .env("DEBIAN_FRONTEND", "noninteractive")
        .stdin(Stdio::null())
        .status()?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("apt-get {} failed", arguments.join(" ")).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_to_run_names_each_package_once() {
        let missing = [
            &Tool {
                program: "a",
                package: "a",
            },
            &Tool {
                program: "b",
                package: "both",
            },
            &Tool {
                program: "c",
                package: "both",
            },
        ];
        assert_eq!(
            line_to_run(&packages(&missing)),
            "sudo apt-get install a both"
        );
    }

    #[test]
    fn programs_are_looked_for_in_the_path() {
        assert!(is_installed("cargo"));
        assert!(!is_installed("no-such-program-anywhere"));
    }
}
