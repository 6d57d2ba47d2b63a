//! The rules of the house for dependencies between its crates.

use super::metadata::{Dependency, Package};

/// Lower layers know nothing of higher ones: architecture, section 3.
const LAYERS: [(&str, u8); 13] = [
    ("mfakit-core", 0),
    ("mfakit-totp", 1),
    ("mfakit-webauthn", 1),
    ("mfakit-pin", 1),
    ("mfakit-activation", 1),
    ("mfakit-flows", 2),
    ("mfakit-store", 3),
    ("mfakit-sqlite", 4),
    ("mfakit-postgres", 4),
    ("mfakit-redis", 4),
    ("mfakit-testkit", 4),
    ("mfakit", 5),
    ("mfakit-axum", 6),
];

/// What the facade may depend on beside our crates; each is for a job that decides nothing.
///
/// No cryptography, no CBOR, no mail, no database driver: those belong below.
const FACADE_MAY_USE: [&str; 4] = [
    // The generator traits of its methods.
    "rand_core",
    // `Display` and `source` of its errors.
    "thiserror",
    // Locks and channels for the queue per user, and the pool for slow work.
    "tokio",
    // Spans, behind a feature.
    "tracing",
];

/// Returns what is wrong with the dependencies of these packages.
pub(super) fn check(packages: &[Package]) -> Vec<String> {
    let mut problems = Vec::new();
    for package in packages {
        if package.published && layer(&package.name).is_none() {
            problems.push(format!("{}: has no layer; give it one", package.name));
        }
        for dependency in &package.dependencies {
            let is_ours = packages.iter().find(|other| other.name == dependency.name);
            let why = match is_ours {
                Some(ours) if dependency.for_tests => tests_only(package, dependency, ours),
                Some(ours) => ours_below(package, dependency, ours),
                None => foreign(package, dependency),
            };
            if let Some(why) = why {
                problems.push(format!("{} -> {}: {why}", package.name, dependency.name));
            }
        }
    }
    problems
}

fn layer(name: &str) -> Option<u8> {
    LAYERS
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, layer)| *layer)
}

fn is_below(lower: &Package, upper: &Package) -> bool {
    match (layer(&lower.name), layer(&upper.name)) {
        (Some(lower), Some(upper)) => lower < upper,
        _ => false,
    }
}

/// A dependency of the product on one of our crates.
fn ours_below(package: &Package, dependency: &Dependency, ours: &Package) -> Option<&'static str> {
    if !package.published {
        // Examples and tools stand on top of everything, and nothing stands on them.
        return (!ours.published && ours.name != "xtask").then_some("examples share no code");
    }
    if !ours.published {
        return Some("a published crate needs one that is not published");
    }
    if !is_below(ours, package) {
        return Some("dependencies point from the higher layer to the lower");
    }
    let is_engine = layer(&ours.name) == Some(4);
    (package.name == "mfakit" && is_engine && !dependency.optional)
        .then_some("the facade has engines as optional features only")
}

/// A dependency of tests on one of our crates. Publishing keeps it if it has a version, and then
/// needs that crate to be there first.
fn tests_only(package: &Package, dependency: &Dependency, ours: &Package) -> Option<&'static str> {
    let blocks = package.published && !dependency.path_only && !is_below(ours, package);
    blocks.then_some("tests need it before it can be published; leave its version out")
}

fn foreign(package: &Package, dependency: &Dependency) -> Option<&'static str> {
    let allowed = dependency.for_tests || FACADE_MAY_USE.contains(&dependency.name.as_str());
    (package.name == "mfakit" && !allowed).then_some("the facade has no business with it")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, published: bool, dependencies: Vec<Dependency>) -> Package {
        Package {
            name: name.to_owned(),
            published,
            dependencies,
        }
    }

    fn on(name: &str) -> Dependency {
        Dependency {
            name: name.to_owned(),
            for_tests: false,
            optional: false,
            path_only: false,
        }
    }

    fn optional(name: &str) -> Dependency {
        Dependency {
            optional: true,
            ..on(name)
        }
    }

    fn test(name: &str) -> Dependency {
        Dependency {
            for_tests: true,
            ..on(name)
        }
    }

    fn test_by_path(name: &str) -> Dependency {
        Dependency {
            path_only: true,
            ..test(name)
        }
    }

    #[test]
    fn the_house_as_drawn_passes() {
        let packages = [
            package(
                "mfakit-core",
                true,
                vec![on("zeroize"), test_by_path("xtask")],
            ),
            package(
                "mfakit-totp",
                true,
                vec![on("mfakit-core"), on("sha1"), test("proptest")],
            ),
            package(
                "mfakit-flows",
                true,
                vec![on("mfakit-core"), on("mfakit-totp")],
            ),
            package("mfakit-store", true, vec![on("mfakit-flows")]),
            package(
                "mfakit-sqlite",
                true,
                vec![on("mfakit-store"), on("rusqlite")],
            ),
            package(
                "mfakit",
                true,
                vec![
                    on("mfakit-flows"),
                    on("mfakit-store"),
                    optional("mfakit-sqlite"),
                    on("tokio"),
                    test("rusqlite"),
                ],
            ),
            package("cockpit", false, vec![on("mfakit"), on("argon2")]),
            package("xtask", false, vec![on("serde_json")]),
        ];
        assert_eq!(check(&packages), [""; 0]);
    }

    #[test]
    fn upward_and_sideways_dependencies_are_refused() {
        let packages = [
            package("mfakit-core", true, vec![on("mfakit-totp")]),
            package(
                "mfakit-totp",
                true,
                vec![on("mfakit-pin"), optional("mfakit-store")],
            ),
            package("mfakit-pin", true, vec![]),
            package("mfakit-store", true, vec![]),
        ];
        let why = "dependencies point from the higher layer to the lower";
        assert_eq!(
            check(&packages),
            [
                format!("mfakit-core -> mfakit-totp: {why}"),
                format!("mfakit-totp -> mfakit-pin: {why}"),
                format!("mfakit-totp -> mfakit-store: {why}"),
            ]
        );
    }

    #[test]
    fn the_facade_has_no_cryptography_and_no_engine_by_default() {
        let packages = [
            package("mfakit-sqlite", true, vec![]),
            package(
                "mfakit",
                true,
                vec![on("sha2"), optional("lettre"), on("mfakit-sqlite")],
            ),
        ];
        assert_eq!(
            check(&packages),
            [
                "mfakit -> sha2: the facade has no business with it",
                "mfakit -> lettre: the facade has no business with it",
                "mfakit -> mfakit-sqlite: the facade has engines as optional features only",
            ]
        );
    }

    #[test]
    fn tests_may_look_up_only_where_publishing_does_not_see_it() {
        let packages = [
            package(
                "mfakit-flows",
                true,
                vec![test("mfakit"), test_by_path("mfakit-store")],
            ),
            package(
                "mfakit-store",
                true,
                vec![test("mfakit-flows"), test("xtask")],
            ),
            package("mfakit", true, vec![]),
            package("xtask", false, vec![]),
        ];
        let why = "tests need it before it can be published; leave its version out";
        assert_eq!(
            check(&packages),
            [
                format!("mfakit-flows -> mfakit: {why}"),
                format!("mfakit-store -> xtask: {why}")
            ]
        );
    }

    #[test]
    fn nothing_published_stands_on_an_example() {
        let packages = [
            package("mfakit-flows", true, vec![on("xtask")]),
            package("xtask", false, vec![]),
            package("cockpit", false, vec![on("quickstart"), on("xtask")]),
            package("quickstart", false, vec![]),
        ];
        assert_eq!(
            check(&packages),
            [
                "mfakit-flows -> xtask: a published crate needs one that is not published",
                "cockpit -> quickstart: examples share no code",
            ]
        );
    }

    #[test]
    fn a_new_crate_needs_a_layer() {
        let packages = [package("mfakit-sms", true, vec![])];
        assert_eq!(check(&packages), ["mfakit-sms: has no layer; give it one"]);
    }
}
