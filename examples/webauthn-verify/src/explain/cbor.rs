//! CBOR as far as it can be read, and in the notation of RFC 8949 section 8.

use minicbor::Decoder;
use minicbor::data::Type;

use super::page;

/// Deeper than anything in WebAuthn.
const DEPTH: u8 = 16;

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Item {
    Integer(i128),
    Bytes(Vec<u8>),
    Text(String),
    List(Vec<Self>),
    Map(Vec<(Self, Self)>),
    Other(String),
}

/// Reads one item, and does not look at what follows.
pub(crate) fn read(bytes: &[u8]) -> Option<Item> {
    read_prefix(bytes).map(|(item, _)| item)
}

/// Reads one item, and returns how many bytes it takes.
pub(crate) fn read_prefix(bytes: &[u8]) -> Option<(Item, usize)> {
    let mut decoder = Decoder::new(bytes);
    let item = item(&mut decoder, DEPTH)?;
    Some((item, decoder.position()))
}

fn item(decoder: &mut Decoder<'_>, depth: u8) -> Option<Item> {
    let depth = depth.checked_sub(1)?;
    Some(match decoder.datatype().ok()? {
        Type::U8
        | Type::U16
        | Type::U32
        | Type::U64
        | Type::I8
        | Type::I16
        | Type::I32
        | Type::I64
        | Type::Int => Item::Integer(decoder.int().ok()?.into()),
        Type::Bytes | Type::BytesIndef => {
            let parts = decoder.bytes_iter().ok()?;
            Item::Bytes(parts.collect::<Result<Vec<_>, _>>().ok()?.concat())
        }
        Type::String | Type::StringIndef => {
            let parts = decoder.str_iter().ok()?;
            Item::Text(parts.collect::<Result<Vec<_>, _>>().ok()?.concat())
        }
        Type::Array | Type::ArrayIndef => {
            let length = decoder.array().ok()?;
            let mut list = Vec::new();
            while more(decoder, length, list.len())? {
                list.push(item(decoder, depth)?);
            }
            Item::List(list)
        }
        Type::Map | Type::MapIndef => {
            let length = decoder.map().ok()?;
            let mut map = Vec::new();
            while more(decoder, length, map.len())? {
                map.push((item(decoder, depth)?, item(decoder, depth)?));
            }
            Item::Map(map)
        }
        Type::Tag => {
            let tag = decoder.tag().ok()?.as_u64();
            Item::Other(format!("{tag}({})", item(decoder, depth)?.notation()))
        }
        Type::Bool => Item::Other(decoder.bool().ok()?.to_string()),
        Type::Break => return None,
        Type::Null => {
            decoder.null().ok()?;
            Item::Other("null".to_owned())
        }
        // Floating-point numbers and what nobody has given a meaning yet: as they were sent.
        _ => {
            let start = decoder.position();
            decoder.skip().ok()?;
            let sent = decoder.input().get(start..decoder.position())?;
            Item::Other(format!("cbor'{}'", page::hex(sent)))
        }
    })
}

/// Whether a container has another member; the break of an endless one is taken off.
fn more(decoder: &mut Decoder<'_>, length: Option<u64>, read: usize) -> Option<bool> {
    match length {
        Some(length) => Some(u64::try_from(read).ok()? < length),
        None if decoder.datatype().ok()? == Type::Break => {
            decoder.set_position(decoder.position().checked_add(1)?);
            Some(false)
        }
        None => Some(true),
    }
}

impl Item {
    /// The member of a map under a text.
    pub(crate) fn member(&self, name: &str) -> Option<&Self> {
        let Self::Map(members) = self else {
            return None;
        };
        members
            .iter()
            .find(|(key, _)| matches!(key, Self::Text(text) if text == name))
            .map(|(_, value)| value)
    }

    /// The member of a map under a number.
    pub(crate) fn at(&self, number: i128) -> Option<&Self> {
        let Self::Map(members) = self else {
            return None;
        };
        members
            .iter()
            .find(|(key, _)| *key == Self::Integer(number))
            .map(|(_, value)| value)
    }

    pub(crate) fn bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn integer(&self) -> Option<i128> {
        match self {
            Self::Integer(number) => Some(*number),
            _ => None,
        }
    }

    /// The item on one line, byte strings shortened.
    pub(crate) fn notation(&self) -> String {
        match self {
            Self::Integer(number) => number.to_string(),
            Self::Bytes(bytes) => format!("h'{}'", page::hex(bytes)),
            Self::Text(text) => format!("{text:?}"),
            Self::List(list) => {
                let list: Vec<_> = list.iter().map(Self::notation).collect();
                format!("[{}]", list.join(", "))
            }
            Self::Map(members) => {
                let members: Vec<_> = members
                    .iter()
                    .map(|(key, value)| format!("{}: {}", key.notation(), value.notation()))
                    .collect();
                format!("{{{}}}", members.join(", "))
            }
            Self::Other(text) => text.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_are_read_and_noted() {
        let bytes = [
            0xa2, 0x63, b'a', b'l', b'g', 0x26, 0x01, 0x9f, 0x42, 1, 2, 0xf5, 0xff, 0x00,
        ];
        let (item, length) = read_prefix(&bytes).unwrap();
        assert_eq!(length, 13);
        assert_eq!(item.notation(), "{\"alg\": -7, 1: [h'0102', true]}");
        assert_eq!(item.member("alg").and_then(Item::integer), Some(-7));
        assert!(item.at(1).is_some() && item.at(2).is_none());
    }

    #[test]
    fn what_ends_early_is_nothing() {
        let early: [&[u8]; 5] = [&[], &[0x42, 1], &[0x82, 1], &[0x81; 40], &[0xff]];
        for bytes in early {
            assert_eq!(read(bytes), None, "{bytes:?}");
        }
    }
}
