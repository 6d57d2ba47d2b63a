//! The packages of the workspace, as `cargo metadata` tells them.

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::Result;

/// A member of the workspace.
#[derive(Debug)]
pub(super) struct Package {
    pub(super) name: String,
    /// Whether it can go to a registry.
    pub(super) published: bool,
    pub(super) dependencies: Vec<Dependency>,
}

/// A line in a manifest.
#[derive(Debug)]
pub(super) struct Dependency {
    pub(super) name: String,
    pub(super) for_tests: bool,
    pub(super) optional: bool,
    /// Whether the line has no version, so that publishing leaves it out.
    pub(super) path_only: bool,
}

/// Asks cargo.
pub(super) fn packages(root: &Path) -> Result<Vec<Package>> {
    let output = Command::new("cargo")
        .args(["metadata", "--format-version=1", "--no-deps"])
        .current_dir(root)
        .stderr(Stdio::inherit())
        .output()?;
    if !output.status.success() {
        return Err("cargo metadata failed".into());
    }
    parse(&serde_json::from_slice(&output.stdout)?)
}

fn parse(metadata: &Value) -> Result<Vec<Package>> {
    list(metadata, "packages")?.iter().map(package).collect()
}

fn package(value: &Value) -> Result<Package> {
    Ok(Package {
        name: text(value, "name")?,
        // `null` is "anywhere", an empty list is `publish = false`.
        published: value["publish"]
            .as_array()
            .is_none_or(|registries| !registries.is_empty()),
        dependencies: list(value, "dependencies")?
            .iter()
            .map(dependency)
            .collect::<Result<_>>()?,
    })
}

fn dependency(value: &Value) -> Result<Dependency> {
    Ok(Dependency {
        name: text(value, "name")?,
        for_tests: value["kind"] == "dev",
        optional: value["optional"] == true,
        path_only: value["path"].is_string() && value["req"] == "*",
    })
}

fn list<'a>(value: &'a Value, key: &str) -> Result<&'a Vec<Value>> {
    value[key]
        .as_array()
        .ok_or_else(|| format!("cargo metadata has no list `{key}`").into())
}

fn text(value: &Value, key: &str) -> Result<String> {
    let text = value[key]
        .as_str()
        .ok_or_else(|| format!("cargo metadata has no text `{key}`"))?;
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn packages_are_read() {
        let metadata = json!({ "packages": [
            { "name": "a", "publish": null, "dependencies": [
                { "name": "b", "kind": null, "optional": true, "req": "^0.1", "path": "/b" },
                { "name": "c", "kind": "dev", "optional": false, "req": "*", "path": "/c" },
                { "name": "d", "kind": "build", "optional": false, "req": "*" },
            ] },
            { "name": "c", "publish": [], "dependencies": [] },
        ] });
        let packages = parse(&metadata).unwrap();
        let [a, c] = packages.as_slice() else {
            panic!("{packages:?}")
        };
        assert!(a.published && !c.published);
        let seen: Vec<_> = a
            .dependencies
            .iter()
            .map(|line| {
                (
                    line.name.as_str(),
                    line.for_tests,
                    line.optional,
                    line.path_only,
                )
            })
            .collect();
        assert_eq!(
            seen,
            [
                ("b", false, true, false),
                ("c", true, false, true),
                ("d", false, false, false)
            ]
        );
    }

    #[test]
    fn other_output_is_an_error() {
        assert_eq!(
            parse(&json!({})).unwrap_err().to_string(),
            "cargo metadata has no list `packages`"
        );
    }
}
