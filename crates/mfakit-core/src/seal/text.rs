//! The text form of keys: one secret a line, for a file of mode 0600 or a secret manager.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::fmt::Write as _;

use base64ct::{Base64UrlUnpadded, Encoding};
use zeroize::Zeroizing;

use super::Keys;
use super::keys::{IndexKey, KeyRing, StoreId};
use crate::SecretArray;

const FIRST_LINE: &str = "mfakit-keys 1";
/// A ring grows by one secret a rotation; this is a rotation a day for eleven years.
const MAX_LINES: usize = 4096;

impl Keys {
    /// Writes the keys as text that [`Keys::parse`] reads.
    #[must_use]
    pub fn to_text(&self) -> Zeroizing<String> {
        // Longer than any line: memory that grows would leave copies of secrets behind.
        const LINE: usize = 80;
        let rings = [&self.seal, &self.token, &self.pepper];
        let lines = rings.iter().map(|ring| ring.all().count()).sum::<usize>();
        let capacity = lines.saturating_add(3).saturating_mul(LINE);
        let mut text = Zeroizing::new(String::with_capacity(capacity));
        text.push_str(FIRST_LINE);
        text.push('\n');
        if let Some(store) = &self.store {
            push_line(&mut text, format_args!("store"), store.as_bytes());
        }
        push_line(&mut text, format_args!("index"), self.index.0.expose());
        for (name, ring) in [
            ("seal", &self.seal),
            ("token", &self.token),
            ("pepper", &self.pepper),
        ] {
            for (id, secret) in ring.all() {
                push_line(&mut text, format_args!("{name} {id}"), secret.expose());
            }
        }
        text
    }

    /// Reads keys from their text form.
    ///
    /// Empty lines and lines that begin with `#` are passed over.
    ///
    /// # Errors
    ///
    /// - [`InvalidKeys::NotKeys`] if the first line is not `mfakit-keys 1`.
    /// - [`InvalidKeys::Line`] if a line is no secret, is one twice, or there are too many.
    /// - [`InvalidKeys::Missing`] if one of the four secrets is not there.
    pub fn parse(text: &str) -> Result<Self, InvalidKeys> {
        let mut lines = text
            .lines()
            .enumerate()
            .map(|(at, line)| (at.saturating_add(1), line.trim()))
            .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
            .take(MAX_LINES);
        if lines.next().is_none_or(|(_, first)| first != FIRST_LINE) {
            return Err(InvalidKeys::NotKeys);
        }

        let mut read = Read::default();
        for (number, line) in lines {
            read.line(line).ok_or(InvalidKeys::Line { number })?;
        }
        read.finish()
    }
}

fn push_line(text: &mut String, name: fmt::Arguments<'_>, secret: &[u8]) {
    let mut encoded = Zeroizing::new([0; 64]);
    // 32 bytes become 43 characters, and a `String` takes all that is written to it.
    if let Ok(encoded) = Base64UrlUnpadded::encode(secret, &mut *encoded) {
        _ = writeln!(text, "{name} {encoded}");
    }
}

#[derive(Default)]
struct Read {
    store: Option<StoreId>,
    index: Option<SecretArray<32>>,
    seal: Vec<(u32, SecretArray<32>)>,
    token: Vec<(u32, SecretArray<32>)>,
    pepper: Vec<(u32, SecretArray<32>)>,
}

impl Read {
    fn line(&mut self, line: &str) -> Option<()> {
        let mut words = line.split_ascii_whitespace();
        let (name, second, third) = (words.next()?, words.next()?, words.next());
        if words.next().is_some() {
            return None;
        }
        match (name, third) {
            ("store", None) => set_once(&mut self.store, decode_id(second)?),
            ("index", None) => set_once(&mut self.index, decode_secret(second)?),
            ("seal", Some(secret)) => push(&mut self.seal, second, secret),
            ("token", Some(secret)) => push(&mut self.token, second, secret),
            ("pepper", Some(secret)) => push(&mut self.pepper, second, secret),
            _ => None,
        }
    }

    fn finish(self) -> Result<Keys, InvalidKeys> {
        let missing = |name| InvalidKeys::Missing { name };
        Ok(Keys {
            store: self.store,
            seal: ring(self.seal).ok_or_else(|| missing("seal"))?,
            token: ring(self.token).ok_or_else(|| missing("token"))?,
            pepper: ring(self.pepper).ok_or_else(|| missing("pepper"))?,
            index: IndexKey(self.index.ok_or_else(|| missing("index"))?),
            #[cfg(feature = "key-file")]
            file: None,
        })
    }
}

fn set_once<T>(slot: &mut Option<T>, value: T) -> Option<()> {
    slot.replace(value).is_none().then_some(())
}

/// Ids must rise from line to line: the last one seals.
fn push(ring: &mut Vec<(u32, SecretArray<32>)>, id: &str, secret: &str) -> Option<()> {
    let id = id.parse().ok()?;
    if ring.last().is_some_and(|(last, _)| *last >= id) {
        return None;
    }
    ring.push((id, decode_secret(secret)?));
    Some(())
}

fn ring(mut secrets: Vec<(u32, SecretArray<32>)>) -> Option<KeyRing> {
    let newest = secrets.pop()?;
    Some(KeyRing {
        older: secrets,
        newest,
    })
}

fn decode_secret(text: &str) -> Option<SecretArray<32>> {
    let mut bytes = Zeroizing::new([0; 32]);
    decode(text, &mut bytes)?;
    Some(SecretArray::new(*bytes))
}

fn decode_id(text: &str) -> Option<StoreId> {
    let mut bytes = [0; 16];
    decode(text, &mut bytes)?;
    Some(StoreId::from_bytes(bytes))
}

fn decode<const N: usize>(text: &str, bytes: &mut [u8; N]) -> Option<()> {
    let len = Base64UrlUnpadded::decode(text, bytes).ok()?.len();
    (len == N).then_some(())
}

/// Why a text is no set of keys. Never carries any of the text.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum InvalidKeys {
    /// The first line is not that of a key file of this version.
    NotKeys,
    /// A line is no secret, or names one that was there already.
    Line {
        /// Which one, counted from 1.
        number: usize,
    },
    /// One of the four secrets is not there.
    Missing {
        /// Its name.
        name: &'static str,
    },
}

impl fmt::Display for InvalidKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotKeys => f.write_str("not a set of mfakit keys"),
            Self::Line { number } => {
                write!(f, "line {number} of the keys is malformed or a repetition")
            }
            Self::Missing { name } => write!(f, "the keys lack the secret `{name}`"),
        }
    }
}

impl core::error::Error for InvalidKeys {}

#[cfg(test)]
pub(super) mod tests {
    use rand_core::SeedableRng;

    use super::*;
    use crate::seal::Ring;

    pub(in crate::seal) fn rng() -> chacha20::ChaCha20Rng {
        chacha20::ChaCha20Rng::from_seed([7; 32])
    }

    pub(in crate::seal) fn keys() -> Keys {
        Keys::generate(&mut rng())
    }

    #[test]
    fn what_is_written_is_read_back() {
        let mut keys = keys();
        keys.rotate(Ring::Token, &mut rng());
        keys.store = Some(StoreId::from_bytes([9; 16]));
        let text = keys.to_text();

        let again = Keys::parse(&text).unwrap();
        assert_eq!(*again.to_text(), *text);
        assert_eq!(again.store_id(), keys.store_id());
    }

    #[test]
    fn each_secret_is_missed_by_name() {
        let text = keys().to_text();
        for name in ["seal", "token", "index", "pepper"] {
            let cut: Vec<_> = text
                .lines()
                .filter(|line| !line.starts_with(name))
                .collect();
            assert_eq!(
                Keys::parse(&cut.join("\n")).map(drop),
                Err(InvalidKeys::Missing { name })
            );
        }
    }

    #[test]
    fn damaged_lines_are_named() {
        let text = keys().to_text();
        let first = "mfakit-keys 1\n";
        assert_eq!(Keys::parse("").map(drop), Err(InvalidKeys::NotKeys));
        assert_eq!(
            Keys::parse("mfakit-keys 2\n").map(drop),
            Err(InvalidKeys::NotKeys)
        );
        for line in [
            "seal 1",
            "seal x AAAA",
            "seal 1 AAAA",
            "index AA AA",
            "store AAAA",
            "what 1 A",
            "a b c d",
        ] {
            assert_eq!(
                Keys::parse(&(String::from(first) + line)).map(drop),
                Err(InvalidKeys::Line { number: 2 }),
                "{line}"
            );
        }
        let twice = alloc::format!("{}{}", *text, text.lines().nth(1).unwrap());
        assert_eq!(
            Keys::parse(&twice).map(drop),
            Err(InvalidKeys::Line { number: 6 })
        );
    }

    #[test]
    fn neither_debug_nor_errors_show_a_secret() {
        let keys = keys();
        let shown = alloc::format!("{keys:?}");
        assert_eq!(
            shown,
            "Keys { store: None, seal: 1, token: 1, pepper: 1, .. }"
        );
    }
}
