//! The crates that decide reach no clock, no file, no network and no environment.
//!
//! Clippy forbids the clock everywhere; this forbids the rest where verdicts are made.

use std::path::Path;

use crate::source::{Token, tokens, without_tests};
use crate::{Result, files};

/// The crates that hold nothing but decisions.
const PURE: [&str; 5] = [
    "mfakit-totp",
    "mfakit-webauthn",
    "mfakit-pin",
    "mfakit-activation",
    "mfakit-flows",
];

/// The parts of `std` that reach out of the process.
const OUTSIDE: [&str; 6] = ["env", "fs", "net", "process", "thread", "time"];

/// Returns each mention of such a part in the source of a pure crate.
pub(super) fn check(root: &Path) -> Result<Vec<String>> {
    let mut problems = Vec::new();
    for name in PURE {
        let source = root.join("crates").join(name).join("src");
        for file in files::with_extension(&source, "rs")? {
            let place = files::relative(root, &file);
            let text = files::read(&file)?;
            let tokens = without_tests(&tokens(&text));
            let found = tokens.windows(4).filter_map(mention);
            problems.extend(found.map(|(line, part)| {
                format!("{place}:{line}: `std::{part}` in a crate that only decides")
            }));
        }
    }
    Ok(problems)
}

/// `std::part`, where the part reaches out.
fn mention(window: &[Token<'_>]) -> Option<(usize, &'static str)> {
    let [first, colon, second_colon, part] = window else {
        return None;
    };
    let is_path = first.is_word("std") && colon.is_mark(':') && second_colon.is_mark(':');
    let reaches = OUTSIDE.into_iter().find(|outside| part.is_word(outside))?;
    is_path.then_some((first.first_line, reaches))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::fake;

    #[test]
    fn only_pure_crates_are_held_to_it_and_only_outside_their_tests() {
        let reaching = "//! std::fs in prose\nuse std::fs;\nfn a() { std::env::var(\"x\"); }
use std::fmt;\n#[cfg(test)]\nmod tests { use std::fs; }";
        let tree = fake::tree(&[
            ("crates/mfakit-totp/src/lib.rs", reaching),
            ("crates/mfakit-sqlite/src/lib.rs", reaching),
        ]);
        assert_eq!(
            check(tree.path()).unwrap(),
            [
                "crates/mfakit-totp/src/lib.rs:2: `std::fs` in a crate that only decides",
                "crates/mfakit-totp/src/lib.rs:3: `std::env` in a crate that only decides",
            ]
        );
    }
}
