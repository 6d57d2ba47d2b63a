//! The two paddings, checked by making what must be there and comparing it.

use super::{MAX_BYTES, hash};
use crate::algorithm::Hash;

/// `DigestInfo` of [RFC 8017 section 9.2], note 1, up to the hash itself.
///
/// [RFC 8017 section 9.2]: https://www.rfc-editor.org/rfc/rfc8017#section-9.2
fn digest_info(algorithm: Hash) -> &'static [u8] {
    match algorithm {
        Hash::Sha1 => &[
            0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a, 0x05, 0x00, 0x04,
            0x14,
        ],
        Hash::Sha256 => &[
            0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02,
            0x01, 0x05, 0x00, 0x04, 0x20,
        ],
        Hash::Sha384 => &[
            0x30, 0x41, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02,
            0x02, 0x05, 0x00, 0x04, 0x30,
        ],
        Hash::Sha512 => &[
            0x30, 0x51, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02,
            0x03, 0x05, 0x00, 0x04, 0x40,
        ],
    }
}

/// Whether `block` is `00 01 ff.. 00 DigestInfo hash`: the encoding is unique, so it is compared
/// whole and never parsed (CVE-2006-4339 and its many successors).
pub(super) fn is_pkcs1(block: &[u8], algorithm: Hash, digest: &[u8]) -> bool {
    let info = digest_info(algorithm);
    let Some(filler) = block
        .len()
        .checked_sub(info.len())
        .and_then(|left| left.checked_sub(digest.len()))
        .and_then(|left| left.checked_sub(3))
    else {
        return false;
    };
    let expected = [0x00, 0x01]
        .into_iter()
        .chain(core::iter::repeat_n(0xff, filler))
        .chain([0x00])
        .chain(info.iter().copied())
        .chain(digest.iter().copied());
    block.iter().copied().eq(expected)
}

/// [RFC 8017 section 9.1.2], with a salt as long as the hash. `None` where a length does not fit.
///
/// [RFC 8017 section 9.1.2]: https://www.rfc-editor.org/rfc/rfc8017#section-9.1.2
pub(super) fn is_pss(
    block: &[u8],
    modulus_bits: usize,
    algorithm: Hash,
    digest: &[u8],
) -> Option<bool> {
    // The encoded message has one bit less than the modulus, so it may be a byte shorter.
    let bits = modulus_bits.checked_sub(1)?;
    let unused = block.len().checked_mul(8)?.checked_sub(bits)?;
    let (block, unused) = match unused.checked_sub(8) {
        Some(unused) => {
            let (first, rest) = block.split_first()?;
            if *first != 0 {
                return Some(false);
            }
            (rest, unused)
        }
        None => (block, unused),
    };
    let (0xbc, block) = block.split_last().map(|(last, rest)| (*last, rest))? else {
        return Some(false);
    };
    let (masked, check) = block.split_at_checked(block.len().checked_sub(digest.len())?)?;

    let mut db = [0; MAX_BYTES];
    let (db, _) = db.split_at_mut_checked(masked.len())?;
    db.copy_from_slice(masked);
    let top = 0xff_u8.checked_shr(u32::try_from(unused).ok()?)?;
    let first = db.first_mut()?;
    if *first & !top != 0 {
        return Some(false);
    }
    unmask(db, algorithm, check);
    *db.first_mut()? &= top;

    let (zeros, rest) = db.split_at_checked(db.len().checked_sub(digest.len())?.checked_sub(1)?)?;
    let (marker, salt) = rest.split_first()?;
    if *marker != 1 || zeros.iter().any(|byte| *byte != 0) {
        return Some(false);
    }
    Some(hash(algorithm, &[&[0; 8], digest, salt]).as_bytes() == check)
}

/// XORs the mask that MGF1 makes of a seed.
fn unmask(db: &mut [u8], algorithm: Hash, seed: &[u8]) {
    for (counter, chunk) in (0_u32..).zip(db.chunks_mut(seed.len().max(1))) {
        let mask = hash(algorithm, &[seed, &counter.to_be_bytes()]);
        for (byte, mask) in chunk.iter_mut().zip(mask.as_bytes()) {
            *byte ^= mask;
        }
    }
}
