//! The bytes inside a seal.

use alloc::vec::Vec;

use minicbor::{CborLen, Decode, Encode};
use zeroize::Zeroizing;

/// Encodes a value into memory of just the right size, so that no copy of a secret is left behind
/// by a vector that grew.
pub(crate) fn encode<T: Encode<()> + CborLen<()>>(value: &T) -> Zeroizing<Vec<u8>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(minicbor::len(value)));
    #[expect(
        clippy::expect_used,
        reason = "a vector takes all that is written to it"
    )]
    minicbor::encode(value, &mut *bytes).expect("our own types encode");
    bytes
}

/// Decodes a value that fills the bytes exactly.
pub(crate) fn decode<'b, T: Decode<'b, ()>>(bytes: &'b [u8]) -> Option<T> {
    let mut decoder = minicbor::Decoder::new(bytes);
    let value = decoder.decode().ok()?;
    (decoder.position() == bytes.len()).then_some(value)
}

/// Reads the first field of a structure, whatever else is in it.
pub(crate) fn first_field<'b, T: Decode<'b, ()>>(bytes: &'b [u8]) -> Option<T> {
    let mut decoder = minicbor::Decoder::new(bytes);
    decoder.array().ok()?;
    decoder.decode().ok()
}
