//! Heads of data items: the major type and its argument.

/// Why bytes are not the CBOR that the rules ask for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Malformed {
    /// The input ends inside an item.
    Truncated,
    /// A reserved additional information value, or a break where none can be.
    Reserved,
    /// An argument is not in its shortest form.
    NotMinimal,
    /// A length is indefinite.
    Indefinite,
    /// Text is not UTF-8.
    NotUtf8,
    /// A map has the same key twice.
    DuplicateKey,
    /// The keys of a map are not in the canonical order of CTAP2.
    KeyOrder,
    /// A tag, where CTAP2 has none.
    Tag,
    /// Items are nested deeper than any real message.
    TooDeep,
    /// There are more items than in any real message.
    TooManyItems,
    /// An item is of another type than expected there.
    Type,
}

/// The eight major types, with the argument that each carries.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Head {
    Unsigned(u64),
    /// The value is `-1 - argument`.
    Negative(u64),
    /// `None`: of indefinite length, as in the three below.
    Bytes(Option<u64>),
    Text(Option<u64>),
    Array(Option<u64>),
    Map(Option<u64>),
    Tag(u64),
    Simple(u64),
    /// The argument is its value, which nobody asks for.
    Float,
    Break,
}

/// A head, and whether its argument was in the shortest form.
#[derive(Clone, Copy, Debug)]
pub(super) struct Read {
    pub(super) head: Head,
    pub(super) minimal: bool,
}

/// Splits the head off the front of `input`.
pub(super) fn read(input: &mut &[u8]) -> Result<Read, Malformed> {
    let (&first, rest) = input.split_first().ok_or(Malformed::Truncated)?;
    *input = rest;
    let major = first >> 5;
    let info = first & 0x1f;
    let (argument, minimal) = match info {
        0..=23 => (Some(u64::from(info)), true),
        24 => {
            let [value] = take_array(input)?;
            // A simple value below 32 must not use the long form (RFC 8949 section 3.3).
            let least = if major == 7 { 32 } else { 24 };
            (Some(u64::from(value)), value >= least)
        }
        25 => {
            let value = u16::from_be_bytes(take_array(input)?);
            (Some(u64::from(value)), value > 0xff)
        }
        26 => {
            let value = u32::from_be_bytes(take_array(input)?);
            (Some(u64::from(value)), value > 0xffff)
        }
        27 => {
            let value = u64::from_be_bytes(take_array(input)?);
            (Some(value), value > 0xffff_ffff)
        }
        31 => (None, true),
        _ => return Err(Malformed::Reserved),
    };
    let head = match (major, argument) {
        (0, Some(value)) => Head::Unsigned(value),
        (1, Some(value)) => Head::Negative(value),
        (2, length) => Head::Bytes(length),
        (3, length) => Head::Text(length),
        (4, length) => Head::Array(length),
        (5, length) => Head::Map(length),
        (6, Some(value)) => Head::Tag(value),
        (7, None) => Head::Break,
        (7, Some(_)) if info > 24 => Head::Float,
        (7, Some(value)) => Head::Simple(value),
        _ => return Err(Malformed::Reserved),
    };
    // The argument of a float is its value: the shortest form of a number is not asked for.
    let minimal = minimal || (major == 7 && info > 24);
    Ok(Read { head, minimal })
}

fn take_array<const N: usize>(input: &mut &[u8]) -> Result<[u8; N], Malformed> {
    let (array, rest) = input.split_first_chunk().ok_or(Malformed::Truncated)?;
    *input = rest;
    Ok(*array)
}

/// Splits `length` bytes off the front of `input`.
pub(super) fn take<'a>(input: &mut &'a [u8], length: u64) -> Result<&'a [u8], Malformed> {
    let length = usize::try_from(length).map_err(|_| Malformed::Truncated)?;
    let (taken, rest) = input.split_at_checked(length).ok_or(Malformed::Truncated)?;
    *input = rest;
    Ok(taken)
}
