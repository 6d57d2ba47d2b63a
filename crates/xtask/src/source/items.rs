//! Walks over the items of a token stream: what is defined where, and what is a test.

use super::lexer::{Token, TokenKind, tokens};

/// Something that a source file defines.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Item {
    /// The inline modules around it.
    pub(crate) modules: Vec<String>,
    /// The type or trait it belongs to: a method, associated item, variant or field.
    pub(crate) owner: Option<String>,
    pub(crate) name: String,
    pub(crate) kind: Kind,
    /// Whether it exists in tests only.
    pub(crate) in_tests: bool,
}

/// What an item is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    /// A function that is a test.
    Test,
    /// A module written in place.
    Module,
    /// A module in another file.
    FileModule,
    /// A name that `pub use` passes on.
    Export,
    /// Anything else: a function, type, trait, constant, macro, variant or field.
    Other,
}

/// Returns the items that a source file defines, those inside function bodies left out.
pub(crate) fn items(text: &str) -> Vec<Item> {
    let tokens = tokens(text);
    let mut walker = Walker {
        rest: &tokens,
        found: Vec::new(),
        modules: Vec::new(),
    };
    walker.items(None, false);
    walker.found
}

/// Returns the tokens of everything that is not under `#[cfg(test)]`.
pub(crate) fn without_tests<'t, 'a>(all: &'t [Token<'a>]) -> Vec<Token<'a>> {
    let mut kept: Vec<&'t [Token<'a>]> = Vec::new();
    let mut walker = Walker {
        rest: all,
        found: Vec::new(),
        modules: Vec::new(),
    };
    while !walker.rest.is_empty() {
        let before = walker.rest;
        let attributes = walker.attributes();
        walker.item(None, &attributes);
        let length = before.len().saturating_sub(walker.rest.len());
        if !attributes.only_in_tests {
            kept.extend(before.get(..length));
        }
    }
    kept.concat()
}

#[derive(Clone, Copy, Debug, Default)]
struct Attributes {
    is_test: bool,
    only_in_tests: bool,
}

struct Walker<'t, 'a> {
    rest: &'t [Token<'a>],
    found: Vec<Item>,
    modules: Vec<String>,
}

impl<'t, 'a> Walker<'t, 'a> {
    /// Reads items to the end, or past the brace that closes their block.
    fn items(&mut self, owner: Option<&str>, in_tests: bool) {
        while let Some(first) = self.rest.first() {
            if first.is_mark('}') {
                self.skip(1);
                return;
            }
            let mut attributes = self.attributes();
            attributes.only_in_tests |= in_tests;
            self.item(owner, &attributes);
        }
    }

    fn attributes(&mut self) -> Attributes {
        let mut attributes = Attributes::default();
        while self.rest.first().is_some_and(|first| first.is_mark('#')) {
            self.skip(1);
            if self.rest.first().is_some_and(|next| next.is_mark('!')) {
                self.skip(1);
            }
            let words: Vec<&str> = self.group().iter().filter_map(word).collect();
            match words.as_slice() {
                ["test"] | ["tokio", "test", ..] => attributes.is_test = true,
                ["cfg", rest @ ..] => {
                    let ships = rest.contains(&"not") || rest.contains(&"any");
                    attributes.only_in_tests |= rest.contains(&"test") && !ships;
                }
                _ => {}
            }
        }
        attributes
    }

    fn item(&mut self, owner: Option<&str>, attributes: &Attributes) {
        let exported = self.visibility();
        self.qualifiers();
        let Some(first) = self.rest.first().copied() else {
            return;
        };
        let TokenKind::Word(keyword) = first.kind else {
            self.tree();
            return;
        };
        self.skip(1);
        match keyword {
            "fn" => {
                let kind = if attributes.is_test {
                    Kind::Test
                } else {
                    Kind::Other
                };
                self.named(owner, kind, attributes);
                self.header();
                self.body_or_end();
            }
            "struct" | "union" => self.structure(attributes),
            "enum" => self.enumeration(attributes),
            "trait" => {
                let name = self.named(owner, Kind::Other, attributes);
                self.header();
                self.block(Some(&name), attributes);
            }
            "impl" => {
                let header = self.header();
                let name = implementing_type(header);
                self.block(name.or(Some("")), attributes);
            }
            "mod" => self.module(attributes),
            "const" | "static" | "type" => {
                self.named(owner, Kind::Other, attributes);
                self.statement();
            }
            "use" => {
                let tree = self.statement();
                if exported {
                    for name in exports(tree) {
                        self.record(None, name, Kind::Export, attributes);
                    }
                }
            }
            "macro_rules" => {
                self.skip(1);
                self.named(owner, Kind::Other, attributes);
                self.tree();
            }
            _ => self.invocation(owner, attributes),
        }
    }

    /// A macro's braces may hold items (`proptest! { .. }`); anything else is passed over.
    fn invocation(&mut self, owner: Option<&str>, attributes: &Attributes) {
        let [mark, open, ..] = self.rest else {
            return;
        };
        if mark.is_mark('!') {
            let has_items = open.is_mark('{');
            self.skip(1);
            if has_items {
                self.skip(1);
                self.items(owner, attributes.only_in_tests);
            } else {
                self.tree();
            }
        }
    }

    fn module(&mut self, attributes: &Attributes) {
        let inline = self.rest.get(1).is_some_and(|next| next.is_mark('{'));
        let kind = if inline {
            Kind::Module
        } else {
            Kind::FileModule
        };
        let name = self.named(None, kind, attributes);
        self.modules.push(name);
        self.block(None, attributes);
        self.modules.pop();
    }

    fn structure(&mut self, attributes: &Attributes) {
        let name = self.named(None, Kind::Other, attributes);
        self.header();
        if self.rest.first().is_some_and(|next| next.is_mark('{')) {
            for member in self.members() {
                self.record(Some(&name), member, Kind::Other, attributes);
            }
        } else {
            self.statement();
        }
    }

    fn enumeration(&mut self, attributes: &Attributes) {
        let name = self.named(None, Kind::Other, attributes);
        self.header();
        for member in self.members() {
            self.record(Some(&name), member, Kind::Other, attributes);
        }
    }

    /// The fields or variants inside the braces that open here: the first word between commas.
    fn members(&mut self) -> Vec<&'a str> {
        let group = self.group();
        let mut inside = Walker {
            rest: group,
            found: Vec::new(),
            modules: Vec::new(),
        };
        let mut members = Vec::new();
        while !inside.rest.is_empty() {
            inside.attributes();
            inside.visibility();
            members.extend(inside.rest.first().and_then(word));
            let mut angles = Angles::default();
            while let Some(next) = inside.rest.first() {
                let ends = next.is_mark(',') && angles.depth == 0;
                angles.pass(next);
                inside.tree();
                if ends {
                    break;
                }
            }
        }
        members
    }

    /// Whether the next item is `pub` to the world.
    fn visibility(&mut self) -> bool {
        if !self.rest.first().is_some_and(|next| next.is_word("pub")) {
            return false;
        }
        self.skip(1);
        if self.rest.first().is_some_and(|next| next.is_mark('(')) {
            self.tree();
            return false;
        }
        true
    }

    fn qualifiers(&mut self) {
        while let [first, second, ..] = self.rest {
            let qualifies = match word(first) {
                Some("const") => word(second).is_some_and(|next| {
                    matches!(
                        next,
                        "fn" | "unsafe" | "async" | "extern" | "trait" | "impl"
                    )
                }),
                Some("async" | "unsafe" | "default" | "auto") => word(second).is_some(),
                Some("extern") => second.kind == TokenKind::Literal || second.is_word("fn"),
                _ => first.kind == TokenKind::Literal && second.is_word("fn"),
            };
            if !qualifies {
                return;
            }
            self.skip(1);
        }
    }

    /// Reads and records a name; `static mut` and `const _` included.
    fn named(&mut self, owner: Option<&str>, kind: Kind, attributes: &Attributes) -> String {
        if self.rest.first().is_some_and(|next| next.is_word("mut")) {
            self.skip(1);
        }
        let Some(name) = self.rest.first().and_then(word) else {
            return String::new();
        };
        self.skip(1);
        self.record(owner, name, kind, attributes);
        name.to_owned()
    }

    fn record(&mut self, owner: Option<&str>, name: &str, kind: Kind, attributes: &Attributes) {
        self.found.push(Item {
            modules: self.modules.clone(),
            owner: owner.map(str::to_owned),
            name: name.to_owned(),
            kind,
            in_tests: attributes.only_in_tests || attributes.is_test,
        });
    }

    /// Passes over what stands before the braces or the semicolon of an item.
    fn header(&mut self) -> &'t [Token<'a>] {
        let before = self.rest;
        while let Some(next) = self.rest.first() {
            if next.is_mark('{') || next.is_mark(';') || next.is_mark('}') {
                break;
            }
            self.tree();
        }
        passed(before, self.rest)
    }

    /// Reads items in the braces that open here, or passes a semicolon.
    fn block(&mut self, owner: Option<&str>, attributes: &Attributes) {
        let opens = self.rest.first().is_some_and(|next| next.is_mark('{'));
        if opens || self.rest.first().is_some_and(|next| next.is_mark(';')) {
            self.skip(1);
        }
        if opens {
            self.items(owner, attributes.only_in_tests);
        }
    }

    fn body_or_end(&mut self) {
        if !self.rest.first().is_some_and(|next| next.is_mark('}')) {
            self.tree();
        }
    }

    /// Passes over everything to the semicolon.
    fn statement(&mut self) -> &'t [Token<'a>] {
        let before = self.rest;
        while let Some(next) = self.rest.first() {
            let ends = next.is_mark(';');
            if next.is_mark('}') {
                break;
            }
            self.tree();
            if ends {
                break;
            }
        }
        passed(before, self.rest)
    }

    /// Passes over the brackets that open here and returns what is inside.
    fn group(&mut self) -> &'t [Token<'a>] {
        let before = self.rest;
        self.tree();
        let all = passed(before, self.rest);
        all.get(1..all.len().saturating_sub(1)).unwrap_or_default()
    }

    /// Passes over one token, or over everything between brackets that open here.
    fn tree(&mut self) {
        let mut depth = 0_usize;
        while let Some(next) = self.rest.first() {
            match next.kind {
                TokenKind::Mark('(' | '[' | '{') => depth = depth.saturating_add(1),
                TokenKind::Mark(')' | ']' | '}') => depth = depth.saturating_sub(1),
                _ => {}
            }
            self.skip(1);
            if depth == 0 {
                return;
            }
        }
    }

    fn skip(&mut self, count: usize) {
        self.rest = self.rest.get(count..).unwrap_or_default();
    }
}

fn passed<'t, 'a>(before: &'t [Token<'a>], after: &[Token<'a>]) -> &'t [Token<'a>] {
    before
        .get(..before.len().saturating_sub(after.len()))
        .unwrap_or_default()
}

fn word<'a>(token: &Token<'a>) -> Option<&'a str> {
    match token.kind {
        TokenKind::Word(word) => Some(word),
        _ => None,
    }
}

/// Depth inside `<..>`; the arrow of a function type closes nothing.
#[derive(Default)]
struct Angles {
    depth: usize,
    after_dash: bool,
}

impl Angles {
    fn pass(&mut self, token: &Token<'_>) {
        match token.kind {
            TokenKind::Mark('<') => self.depth = self.depth.saturating_add(1),
            TokenKind::Mark('>') if !self.after_dash => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        self.after_dash = token.is_mark('-') || token.is_mark('=');
    }
}

/// `<T> Trait<T> for module::Type<T> where ..` implements for `Type`.
fn implementing_type<'a>(header: &[Token<'a>]) -> Option<&'a str> {
    let mut angles = Angles::default();
    let mut name = None;
    for token in header {
        if angles.depth == 0 {
            match word(token) {
                Some("where") => break,
                Some("for") => name = None,
                Some("dyn" | "mut" | "const" | "unsafe") | None => {}
                Some(word) => name = Some(word),
            }
        }
        angles.pass(token);
    }
    name
}

/// The names that a use tree brings in: the last word of each path, or its new name.
fn exports<'a>(tree: &[Token<'a>]) -> Vec<&'a str> {
    let mut names = Vec::new();
    let mut last = None;
    for token in tree {
        match token.kind {
            TokenKind::Word("as") => last = None,
            TokenKind::Word(word) => last = Some(word),
            TokenKind::Mark(',' | '}' | ';') => names.extend(last.take()),
            TokenKind::Mark('{') => last = None,
            _ => {}
        }
    }
    names.retain(|name| *name != "_" && *name != "self");
    names
}

#[cfg(test)]
mod tests;
