//! Splits Rust source into tokens, without comments and without the insides of literals.

/// A token and the lines it stands on, counted from 1.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Token<'a> {
    pub(crate) kind: TokenKind<'a>,
    pub(crate) first_line: usize,
    pub(crate) last_line: usize,
}

/// What a token is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum TokenKind<'a> {
    /// A keyword or a name; a raw identifier without its `r#`.
    Word(&'a str),
    /// One character of punctuation.
    Mark(char),
    /// A string, character or number.
    Literal,
    /// A lifetime or label.
    Lifetime,
}

impl Token<'_> {
    /// Whether this is the word `word`.
    pub(crate) fn is_word(&self, word: &str) -> bool {
        self.kind == TokenKind::Word(word)
    }

    /// Whether this is the punctuation `mark`.
    pub(crate) fn is_mark(&self, mark: char) -> bool {
        self.kind == TokenKind::Mark(mark)
    }
}

/// Returns the tokens of a source file.
pub(crate) fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut cursor = Cursor {
        rest: text,
        line: 1,
    };
    let mut tokens = Vec::new();
    while let Some(token) = cursor.token() {
        tokens.push(token);
    }
    tokens
}

struct Cursor<'a> {
    rest: &'a str,
    line: usize,
}

impl<'a> Cursor<'a> {
    fn token(&mut self) -> Option<Token<'a>> {
        self.skip_blanks();
        let first_line = self.line;
        let kind = self.kind()?;
        Some(Token {
            kind,
            first_line,
            last_line: self.line,
        })
    }

    fn kind(&mut self) -> Option<TokenKind<'a>> {
        let first = self.rest.chars().next()?;
        if self.literal() {
            return Some(TokenKind::Literal);
        }
        if first == '\'' {
            self.advance(1);
            self.word();
            return Some(TokenKind::Lifetime);
        }
        if self.rest.starts_with("r#") {
            self.advance(2);
        }
        if first == '_' || first.is_alphabetic() {
            return Some(TokenKind::Word(self.word()));
        }
        if first.is_ascii_digit() {
            self.word();
            return Some(TokenKind::Literal);
        }
        self.advance(first.len_utf8());
        Some(TokenKind::Mark(first))
    }

    fn skip_blanks(&mut self) {
        loop {
            let blanks = self.rest.len().saturating_sub(self.rest.trim_start().len());
            self.advance(blanks);
            if self.rest.starts_with("//") {
                self.advance(self.rest.find('\n').unwrap_or(self.rest.len()));
            } else if self.rest.starts_with("/*") {
                self.block_comment();
            } else {
                return;
            }
        }
    }

    /// Block comments nest.
    fn block_comment(&mut self) {
        let mut depth = 0_usize;
        loop {
            if self.rest.starts_with("/*") {
                depth = depth.saturating_add(1);
                self.advance(2);
            } else if self.rest.starts_with("*/") {
                depth = depth.saturating_sub(1);
                self.advance(2);
            } else if let Some(next) = self.rest.chars().next() {
                self.advance(next.len_utf8());
            } else {
                return;
            }
            if depth == 0 {
                return;
            }
        }
    }

    /// Consumes a string, byte string, C string or character literal, if one starts here.
    fn literal(&mut self) -> bool {
        let prefix = ["br", "cr", "b", "c", "r"].into_iter().find(|prefix| {
            let rest = self.rest.strip_prefix(prefix).unwrap_or_default();
            let quoted = if prefix.ends_with('r') {
                rest.trim_start_matches('#')
            } else {
                rest
            };
            quoted.starts_with('"') || (*prefix == "b" && rest.starts_with('\''))
        });
        let prefix = prefix.unwrap_or_default();
        let body = self.rest.strip_prefix(prefix).unwrap_or_default();
        if prefix.ends_with('r') {
            let hashes = body
                .len()
                .saturating_sub(body.trim_start_matches('#').len());
            let end = format!("\"{}", "#".repeat(hashes));
            self.advance(prefix.len().saturating_add(end.len()));
            let length = self.rest.find(&end).unwrap_or(self.rest.len());
            self.advance(length.saturating_add(end.len()));
            return true;
        }
        if body.starts_with('"') {
            self.advance(prefix.len().saturating_add(1));
            self.escaped_until('"');
            return true;
        }
        if is_character(body) {
            self.advance(prefix.len().saturating_add(1));
            self.escaped_until('\'');
            return true;
        }
        false
    }

    fn escaped_until(&mut self, end: char) {
        let mut escaped = false;
        let length = self.rest.find(|next| {
            let ends = next == end && !escaped;
            escaped = next == '\\' && !escaped;
            ends
        });
        self.advance(length.unwrap_or(self.rest.len()).saturating_add(1));
    }

    fn word(&mut self) -> &'a str {
        let inside = |next: char| next == '_' || next.is_alphanumeric();
        let length = self
            .rest
            .find(|next| !inside(next))
            .unwrap_or(self.rest.len());
        self.advance(length)
    }

    /// Moves on by `bytes`, or to the end, and returns what was passed.
    fn advance(&mut self, bytes: usize) -> &'a str {
        let (passed, rest) = self.rest.split_at_checked(bytes).unwrap_or((self.rest, ""));
        self.line = self.line.saturating_add(passed.matches('\n').count());
        self.rest = rest;
        passed
    }
}

/// Whether a quoted character starts here, as opposed to a lifetime.
fn is_character(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next() == Some('\'') && (chars.next() == Some('\\') || chars.next() == Some('\''))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<&str> {
        let word = |token: Token<'static>| match token.kind {
            TokenKind::Word(word) => Some(word),
            _ => None,
        };
        let text: &'static str = Box::leak(text.to_owned().into_boxed_str());
        tokens(text).into_iter().filter_map(word).collect()
    }

    #[test]
    fn comments_hide_their_words() {
        assert_eq!(words("a // b\n/* c /* d */ e */ f /// g"), ["a", "f"]);
    }

    #[test]
    fn strings_hide_their_words() {
        let text = r####"a "b \" c" r"d\" e r#"f " g"# b"h" br##"i"# j"## c"k" l"####;
        assert_eq!(words(text), ["a", "e", "l"]);
    }

    #[test]
    fn characters_are_not_lifetimes() {
        assert_eq!(
            words(r"a 'b' '\'' 'c d b'e' '(' f 'static"),
            ["a", "d", "f"]
        );
    }

    #[test]
    fn raw_identifiers_lose_their_prefix() {
        assert_eq!(words("r#type r"), ["type", "r"]);
    }

    #[test]
    fn lines_are_counted_through_literals_and_comments() {
        let lines: Vec<(usize, usize)> = tokens("a\n/*\n*/ \"x\ny\" b\n")
            .iter()
            .map(|token| (token.first_line, token.last_line))
            .collect();
        assert_eq!(lines, [(1, 1), (3, 4), (4, 4)]);
    }

    #[test]
    fn unfinished_input_ends() {
        for text in ["\"a", "/* a", "r#\"a", "'", "b'", "r#", "'\\"] {
            tokens(text);
        }
    }
}
