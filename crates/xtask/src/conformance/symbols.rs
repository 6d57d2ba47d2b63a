//! Whether a path such as `mfakit_totp::Totp::verify` names something in our source.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::source::{Item, Kind, items};
use crate::{Result, files};

/// The crates read so far.
pub(super) struct Symbols {
    root: PathBuf,
    crates: BTreeMap<String, Option<Crate>>,
}

/// What a crate defines outside its tests.
struct Crate {
    items: Vec<Defined>,
}

struct Defined {
    /// Modules from the crate's root, those of the file's place included.
    modules: Vec<String>,
    owner: Option<String>,
    name: String,
}

impl Symbols {
    pub(super) fn new(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
            crates: BTreeMap::new(),
        }
    }

    /// What is wrong with `symbol`, if anything.
    pub(super) fn problem(&mut self, symbol: &str) -> Result<Option<String>> {
        let Some((krate, path)) = symbol.split_once("::") else {
            return Ok(Some(format!(
                "`{symbol}` is not a path that starts with a crate"
            )));
        };
        if !self.crates.contains_key(krate) {
            let read = Crate::read(&self.root, krate)?;
            self.crates.insert(krate.to_owned(), read);
        }
        let path: Vec<&str> = path.split("::").collect();
        Ok(match self.crates.get(krate) {
            Some(Some(found)) if found.defines(&path) => None,
            Some(Some(_)) => Some(format!("`{symbol}` is not defined")),
            _ => Some(format!("`{symbol}`: there is no crate `{krate}`")),
        })
    }
}

impl Crate {
    /// Reads `crates/NAME` or `examples/NAME`.
    fn read(root: &Path, name: &str) -> Result<Option<Self>> {
        let folder = name.replace('_', "-");
        let source = ["crates", "examples"]
            .map(|group| root.join(group).join(&folder).join("src"))
            .into_iter()
            .find(|source| source.is_dir());
        let Some(source) = source else {
            return Ok(None);
        };
        let mut found = Vec::new();
        let mut test_modules = Vec::new();
        for file in files::with_extension(&source, "rs")? {
            let place = module_of(&files::relative(&source, &file));
            for item in items(&files::read(&file)?) {
                let mut modules = place.clone();
                modules.extend(item.modules.iter().cloned());
                if item.in_tests && item.kind == Kind::FileModule {
                    modules.push(item.name);
                    test_modules.push(modules);
                } else if !item.in_tests {
                    found.push(Defined::new(modules, item));
                }
            }
        }
        found.retain(|item| {
            !test_modules
                .iter()
                .any(|tests| item.modules.starts_with(tests))
        });
        Ok(Some(Self { items: found }))
    }

    /// Types are known by their public path, which may leave modules out, so a path fits if its
    /// last name is defined in the type or module before it, and all names before are modules.
    fn defines(&self, path: &[&str]) -> bool {
        let Some((name, before)) = path.split_last() else {
            return false;
        };
        let Some((parent, modules)) = before.split_last() else {
            return self
                .items
                .iter()
                .any(|item| item.owner.is_none() && item.name == *name);
        };
        let in_parent = |item: &Defined| {
            item.name == *name
                && match &item.owner {
                    Some(owner) => owner == parent,
                    None => item.modules.last().is_some_and(|last| last == parent),
                }
        };
        self.items.iter().any(in_parent) && modules.iter().all(|module| self.has_module(module))
    }

    fn has_module(&self, name: &str) -> bool {
        self.items
            .iter()
            .any(|item| item.modules.iter().any(|module| module == name))
    }
}

impl Defined {
    fn new(modules: Vec<String>, item: Item) -> Self {
        Self {
            modules,
            owner: item.owner,
            name: item.name,
        }
    }
}

/// `a/b.rs` is the module `a::b`; `lib.rs` and `main.rs` are the root.
fn module_of(file: &str) -> Vec<String> {
    let stem = file.strip_suffix(".rs").unwrap_or(file);
    let parts: Vec<String> = stem.split('/').map(str::to_owned).collect();
    match parts.as_slice() {
        [root] if root == "lib" || root == "main" => Vec::new(),
        _ => parts,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::fake;

    #[test]
    fn only_what_is_written_in_the_crate_is_defined() {
        let tree = fake::tree(&[
            (
                "crates/mfakit-totp/src/lib.rs",
                "mod totp; pub mod uri; #[cfg(test)] mod checks; pub use totp::Totp;
                 pub fn verify_any() {}",
            ),
            (
                "crates/mfakit-totp/src/totp.rs",
                "pub struct Totp; impl Totp { pub const MAX: u8 = 1; pub fn verify(&self) {} }
                 pub enum Rejected { Replayed }
                 #[cfg(test)] mod tests { fn helper() {} }",
            ),
            ("crates/mfakit-totp/src/uri/parse.rs", "pub fn label() {}"),
            (
                "crates/mfakit-totp/src/checks.rs",
                "pub fn only_in_tests() {}",
            ),
            ("examples/cockpit/src/main.rs", "fn main() {}"),
        ]);
        let mut symbols = Symbols::new(tree.path());
        for symbol in [
            "mfakit_totp::Totp",
            "mfakit_totp::Totp::verify",
            "mfakit_totp::totp::Totp::verify",
            "mfakit_totp::Totp::MAX",
            "mfakit_totp::Rejected::Replayed",
            "mfakit_totp::verify_any",
            "mfakit_totp::uri::parse::label",
            "cockpit::main",
        ] {
            assert_eq!(symbols.problem(symbol).unwrap(), None, "{symbol}");
        }
        for symbol in [
            "mfakit_totp::verify",
            "mfakit_totp::Totp::Replayed",
            "mfakit_totp::Rejected::verify",
            "mfakit_totp::Totp::verify_any",
            "mfakit_totp::otp::Totp::verify",
            "mfakit_totp::tests::helper",
            "mfakit_totp::checks::only_in_tests",
            "mfakit_totp::only_in_tests",
            "mfakit_totp::Totp::",
            "mfakit_totp::",
        ] {
            let why = symbols.problem(symbol).unwrap();
            assert_eq!(why, Some(format!("`{symbol}` is not defined")));
        }
    }

    #[test]
    fn a_crate_that_is_not_there_is_said_to_be_missing() {
        let tree = fake::tree(&[]);
        let mut symbols = Symbols::new(tree.path());
        assert_eq!(
            symbols.problem("mfakit_otp::Totp").unwrap().unwrap(),
            "`mfakit_otp::Totp`: there is no crate `mfakit_otp`"
        );
        assert_eq!(
            symbols.problem("Totp").unwrap().unwrap(),
            "`Totp` is not a path that starts with a crate"
        );
    }
}
