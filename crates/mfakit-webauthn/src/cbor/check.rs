//! The pass that decides whether bytes are acceptable CBOR at all.

use alloc::vec::Vec;

use super::head::{self, Head, Malformed};
use super::item::{Item, KeyValue, MapIter};

/// The order in which the keys of a map must stand.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Order {
    /// Any, as real authenticators write attestation objects.
    Any,
    /// That of [CTAP2 section 8]: by major type, then by length, then byte by byte.
    ///
    /// [CTAP2 section 8]: https://fidoalliance.org/specs/fido-v2.2-ps-20250714/fido-client-to-authenticator-protocol-v2.2-ps-20250714.html#ctap2-canonical-cbor-encoding-form
    Canonical,
}

/// What to refuse beyond what is no CBOR at all.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Rules {
    pub(crate) order: Order,
    /// Whether maps and arrays may be of indefinite length. Strings never are.
    pub(crate) indefinite: bool,
    /// Whether integers and lengths may be longer than they have to be.
    pub(crate) non_minimal: bool,
    /// How many maps and arrays may be within each other.
    pub(crate) depth: u8,
}

impl Rules {
    /// CTAP2 canonical CBOR: clients, platforms and servers "MUST NOT use more than 4 levels".
    pub(crate) const CANONICAL: Self = Self {
        order: Order::Canonical,
        indefinite: false,
        non_minimal: false,
        depth: 4,
    };

    /// Attestation objects and extension outputs: any order of keys.
    pub(crate) const ANY_ORDER: Self = Self {
        order: Order::Any,
        indefinite: false,
        non_minimal: false,
        depth: MAX_DEPTH,
    };
}

/// CTAP2 allows four levels; a compound statement adds two, an array of certificates one.
pub(crate) const MAX_DEPTH: u8 = 10;

/// The largest real message, a compound statement with two chains, has less than a hundred items.
const MAX_ITEMS: u32 = 1_024;

/// Checks the item at the front of `input`, and returns it with the bytes after it.
pub(crate) fn check<'a>(input: &'a [u8], rules: Rules) -> Result<(Item<'a>, &'a [u8]), Malformed> {
    let mut checker = Checker {
        rules,
        items_left: MAX_ITEMS,
        rest: input,
    };
    checker.item(rules.depth)?;
    let rest = checker.rest;
    Ok((Item::between(input, rest), rest))
}

struct Checker<'a> {
    rules: Rules,
    items_left: u32,
    rest: &'a [u8],
}

impl<'a> Checker<'a> {
    fn head(&mut self) -> Result<Head, Malformed> {
        self.items_left = self
            .items_left
            .checked_sub(1)
            .ok_or(Malformed::TooManyItems)?;
        let read = head::read(&mut self.rest)?;
        if !read.minimal && !self.rules.non_minimal {
            return Err(Malformed::NotMinimal);
        }
        Ok(read.head)
    }

    fn item(&mut self, depth: u8) -> Result<(), Malformed> {
        match self.head()? {
            Head::Unsigned(_) | Head::Negative(_) | Head::Simple(_) | Head::Float => Ok(()),
            Head::Bytes(Some(length)) => head::take(&mut self.rest, length).map(drop),
            Head::Text(Some(length)) => {
                let text = head::take(&mut self.rest, length)?;
                core::str::from_utf8(text)
                    .map(drop)
                    .map_err(|_| Malformed::NotUtf8)
            }
            Head::Bytes(None) | Head::Text(None) => Err(Malformed::Indefinite),
            Head::Array(length) => self.array(length, self.inner(depth)?),
            Head::Map(length) => self.map(length, self.inner(depth)?),
            // No message of WebAuthn or CTAP2 has one, and tags are a cheap way to nest.
            Head::Tag(_) => Err(Malformed::Tag),
            Head::Break => Err(Malformed::Reserved),
        }
    }

    fn inner(&self, depth: u8) -> Result<u8, Malformed> {
        depth.checked_sub(1).ok_or(Malformed::TooDeep)
    }

    fn array(&mut self, length: Option<u64>, depth: u8) -> Result<(), Malformed> {
        let mut members = Members::new(length, self.rules)?;
        while members.next(&mut self.rest)? {
            self.item(depth)?;
        }
        Ok(())
    }

    fn map(&mut self, length: Option<u64>, depth: u8) -> Result<(), Malformed> {
        let start = self.rest;
        let mut members = Members::new(length, self.rules)?;
        let mut last: Option<&[u8]> = None;
        let mut ascending = true;
        while members.next(&mut self.rest)? {
            let before = self.rest;
            self.item(depth)?;
            let key = Item::between(before, self.rest).encoded();
            ascending = ascending && last.is_none_or(|last| sort_key(last) < sort_key(key));
            last = Some(key);
            self.item(depth)?;
        }
        // Keys that ascend do not repeat, unless one value has several encodings.
        if ascending && !self.rules.non_minimal {
            return Ok(());
        }
        refuse_duplicates(MapIter::new(start, length))?;
        match self.rules.order {
            Order::Canonical if !ascending => Err(Malformed::KeyOrder),
            Order::Canonical | Order::Any => Ok(()),
        }
    }
}

/// Major type, then length, then the bytes.
fn sort_key(key: &[u8]) -> (Option<u8>, usize, &[u8]) {
    (key.first().map(|first| first >> 5), key.len(), key)
}

fn refuse_duplicates(members: MapIter<'_>) -> Result<(), Malformed> {
    let mut keys: Vec<KeyValue<'_>> = members.map(|(key, _)| key.key_value()).collect();
    keys.sort_unstable();
    let repeats = keys.windows(2).any(|pair| match pair {
        [first, second] => first == second,
        _ => false,
    });
    if repeats {
        return Err(Malformed::DuplicateKey);
    }
    Ok(())
}

/// How many members are still to come.
enum Members {
    Left(u64),
    UntilBreak,
}

impl Members {
    fn new(length: Option<u64>, rules: Rules) -> Result<Self, Malformed> {
        match length {
            Some(length) => Ok(Self::Left(length)),
            None if rules.indefinite => Ok(Self::UntilBreak),
            None => Err(Malformed::Indefinite),
        }
    }

    fn next(&mut self, rest: &mut &[u8]) -> Result<bool, Malformed> {
        match self {
            Self::Left(left) => match left.checked_sub(1) {
                Some(fewer) => {
                    *left = fewer;
                    Ok(true)
                }
                None => Ok(false),
            },
            Self::UntilBreak => match rest.split_first() {
                Some((0xff, after)) => {
                    *rest = after;
                    Ok(false)
                }
                Some(_) => Ok(true),
                None => Err(Malformed::Truncated),
            },
        }
    }
}
