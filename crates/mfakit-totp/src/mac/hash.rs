//! What HMAC needs of a hash function, block by block.

use core::slice;

use sha1::{Digest as _, Sha1};
use sha2::{Sha256, Sha512};
use subtle::{Choice, ConditionallySelectable as _};
use zeroize::{Zeroize, Zeroizing};

/// A hash function whose blocks can be fed one by one.
pub(super) trait Hash {
    type State: Copy + Zeroize;
    type Block: Copy;

    /// Feeds one block.
    fn compress(state: &mut Self::State, block: &Self::Block);

    /// The states after the first block of the inner and of the outer hash: the key, padded. A key
    /// longer than a block is hashed first.
    fn after_key_blocks(key: &[u8]) -> [Self::State; 2];

    /// The second and last block of the inner hash: a counter, big-endian, and the padding.
    fn counter_block(counter: u64) -> Self::Block;

    /// The second and last block of the outer hash: the inner digest and the padding.
    fn digest_block(inner: &Self::State) -> Self::Block;

    /// Dynamic truncation of the MAC: 31 bits.
    fn truncate(mac: &Self::State) -> u32;
}

/// The padding of FIPS 180-4 section 5.1 begins with a 1 bit. It ends with the length in bits: here
/// that of a key block and the message behind it.
const END_32: u32 = 1 << 31;
const END_64: u64 = 1 << 63;

impl Hash for Sha1 {
    type State = [u32; 5];
    type Block = [u8; 64];

    fn compress(state: &mut Self::State, block: &Self::Block) {
        sha1::block_api::compress(state, slice::from_ref(block));
    }

    fn after_key_blocks(key: &[u8]) -> [Self::State; 2] {
        // FIPS 180-4 section 5.3.1.
        let mut states = [[
            0x6745_2301,
            0xefcd_ab89,
            0x98ba_dcfe,
            0x1032_5476,
            0xc3d2_e1f0,
        ]; 2];
        if key.len() > size_of::<Self::Block>() {
            let hashed = Zeroizing::new(<[u8; 20]>::from(Self::digest(key)));
            feed_key_blocks::<Self, 64>(&mut states, &*hashed);
        } else {
            feed_key_blocks::<Self, 64>(&mut states, key);
        }
        states
    }

    fn counter_block(counter: u64) -> Self::Block {
        const BITS: u32 = (64 + 8) * 8;
        let (high, low) = halves(counter);
        bytes_32([high, low, END_32, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, BITS])
    }

    fn digest_block(inner: &Self::State) -> Self::Block {
        const BITS: u32 = (64 + 20) * 8;
        let [a, b, c, d, e] = *inner;
        bytes_32([a, b, c, d, e, END_32, 0, 0, 0, 0, 0, 0, 0, 0, 0, BITS])
    }

    fn truncate(mac: &Self::State) -> u32 {
        let [.., last] = *mac;
        truncate(*mac, last)
    }
}

impl Hash for Sha256 {
    type State = [u32; 8];
    type Block = [u8; 64];

    fn compress(state: &mut Self::State, block: &Self::Block) {
        sha2::block_api::compress256(state, slice::from_ref(block));
    }

    fn after_key_blocks(key: &[u8]) -> [Self::State; 2] {
        // FIPS 180-4 section 5.3.3.
        let mut states = [[
            0x6a09_e667,
            0xbb67_ae85,
            0x3c6e_f372,
            0xa54f_f53a,
            0x510e_527f,
            0x9b05_688c,
            0x1f83_d9ab,
            0x5be0_cd19,
        ]; 2];
        if key.len() > size_of::<Self::Block>() {
            let hashed = Zeroizing::new(<[u8; 32]>::from(Self::digest(key)));
            feed_key_blocks::<Self, 64>(&mut states, &*hashed);
        } else {
            feed_key_blocks::<Self, 64>(&mut states, key);
        }
        states
    }

    fn counter_block(counter: u64) -> Self::Block {
        Sha1::counter_block(counter)
    }

    fn digest_block(inner: &Self::State) -> Self::Block {
        const BITS: u32 = (64 + 32) * 8;
        let [a, b, c, d, e, f, g, h] = *inner;
        bytes_32([a, b, c, d, e, f, g, h, END_32, 0, 0, 0, 0, 0, 0, BITS])
    }

    fn truncate(mac: &Self::State) -> u32 {
        let [a, b, c, d, e, .., last] = *mac;
        truncate([a, b, c, d, e], last)
    }
}

impl Hash for Sha512 {
    type State = [u64; 8];
    type Block = [u8; 128];

    fn compress(state: &mut Self::State, block: &Self::Block) {
        sha2::block_api::compress512(state, slice::from_ref(block));
    }

    fn after_key_blocks(key: &[u8]) -> [Self::State; 2] {
        // FIPS 180-4 section 5.3.5.
        let mut states = [[
            0x6a09_e667_f3bc_c908,
            0xbb67_ae85_84ca_a73b,
            0x3c6e_f372_fe94_f82b,
            0xa54f_f53a_5f1d_36f1,
            0x510e_527f_ade6_82d1,
            0x9b05_688c_2b3e_6c1f,
            0x1f83_d9ab_fb41_bd6b,
            0x5be0_cd19_137e_2179,
        ]; 2];
        if key.len() > size_of::<Self::Block>() {
            let hashed = Zeroizing::new(<[u8; 64]>::from(Self::digest(key)));
            feed_key_blocks::<Self, 128>(&mut states, &*hashed);
        } else {
            feed_key_blocks::<Self, 128>(&mut states, key);
        }
        states
    }

    fn counter_block(counter: u64) -> Self::Block {
        const BITS: u64 = (128 + 8) * 8;
        bytes_64([counter, END_64, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, BITS])
    }

    fn digest_block(inner: &Self::State) -> Self::Block {
        const BITS: u64 = (128 + 64) * 8;
        let [a, b, c, d, e, f, g, h] = *inner;
        bytes_64([a, b, c, d, e, f, g, h, END_64, 0, 0, 0, 0, 0, 0, BITS])
    }

    fn truncate(mac: &Self::State) -> u32 {
        let [ab, cd, e, .., last] = *mac;
        let ((a, b), (c, d), (e, _), (_, last)) = (halves(ab), halves(cd), halves(e), halves(last));
        truncate([a, b, c, d, e], last)
    }
}

/// [RFC 2104 section 2], steps 1 to 4 and 5 to 7 up to their first block: the key, filled up with
/// zeros, XOR ipad for the one state and opad for the other. It is not longer than a block.
///
/// [RFC 2104 section 2]: https://www.rfc-editor.org/rfc/rfc2104#section-2
fn feed_key_blocks<H: Hash<Block = [u8; N]>, const N: usize>(
    [inner, outer]: &mut [H::State; 2],
    key: &[u8],
) {
    const IPAD: u8 = 0x36;
    const OPAD: u8 = 0x5c;
    let mut block = Zeroizing::new([IPAD; N]);
    for (byte, key) in block.iter_mut().zip(key) {
        *byte ^= key;
    }
    H::compress(inner, &block);
    for byte in block.iter_mut() {
        *byte ^= IPAD ^ OPAD;
    }
    H::compress(outer, &block);
}

/// [RFC 4226 section 5.3]: the low four bits of the last byte say where the four bytes begin,
/// always within the first five words. The top bit is dropped.
///
/// [RFC 4226 section 5.3]: https://www.rfc-editor.org/rfc/rfc4226#section-5.3
fn truncate(words: [u32; 5], last: u32) -> u32 {
    let [.., last] = last.to_be_bytes();
    let offset = last & 0xf;
    // Without a branch or an address that depends on the MAC: bit 3 of the offset moves by two
    // words, bit 2 by one, the rest by bytes.
    let [a, b, c, d, e] = words;
    let two = Choice::from(offset >> 3);
    let select = u32::conditional_select;
    let [a, b, c] = [
        select(&a, &c, two),
        select(&b, &d, two),
        select(&c, &e, two),
    ];
    let one = Choice::from((offset >> 2) & 1);
    let pair = joined(select(&a, &b, one), select(&b, &c, one));
    let (number, _) = halves(pair.wrapping_shl(u32::from(offset & 3) << 3));
    number & 0x7fff_ffff
}

fn joined(high: u32, low: u32) -> u64 {
    (u64::from(high) << 32) | u64::from(low)
}

fn halves(number: u64) -> (u32, u32) {
    let [a, b, c, d, e, f, g, h] = number.to_be_bytes();
    (
        u32::from_be_bytes([a, b, c, d]),
        u32::from_be_bytes([e, f, g, h]),
    )
}

fn bytes_32(words: [u32; 16]) -> [u8; 64] {
    let mut block = [0; 64];
    let (bytes, _) = block.as_chunks_mut();
    for (bytes, word) in bytes.iter_mut().zip(words) {
        *bytes = word.to_be_bytes();
    }
    block
}

fn bytes_64(words: [u64; 16]) -> [u8; 128] {
    let mut block = [0; 128];
    let (bytes, _) = block.as_chunks_mut();
    for (bytes, word) in bytes.iter_mut().zip(words) {
        *bytes = word.to_be_bytes();
    }
    block
}
