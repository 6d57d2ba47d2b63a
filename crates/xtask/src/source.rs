//! Reads Rust source well enough to answer which items and tests a file defines, and which of its
//! lines are code.
//!
//! Not a parser: a lexer that knows comments and literals, and a walker over items that knows where
//! bodies end. What it does not understand it skips, so a name it reports is really written there.

mod items;
mod lexer;

pub(crate) use items::{Item, Kind, items, without_tests};
pub(crate) use lexer::{Token, tokens};

use std::collections::BTreeSet;

/// Returns how many lines hold code that is compiled into the product.
///
/// Blank lines, comments and everything under `#[cfg(test)]` do not count.
pub(crate) fn code_lines(text: &str) -> usize {
    let tokens = tokens(text);
    let mut lines = BTreeSet::new();
    for token in without_tests(&tokens) {
        lines.extend(token.first_line..=token.last_line);
    }
    lines.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_blank_lines_and_tests_are_not_code() {
        let text = "\
//! Docs.

/* a
   b */
use std::fmt; // one
const TEXT: &str = \"two
// three\";

#[cfg(test)]
mod tests {
    #[test]
    fn none() {}
}

#[cfg(not(test))]
fn five() {}
";
        assert_eq!(code_lines(text), 5);
    }
}
