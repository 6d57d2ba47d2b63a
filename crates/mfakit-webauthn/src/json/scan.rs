//! Looks at many bytes at a time.

const LOW: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x8080_8080_8080_8080;

/// Whether there is neither a backslash nor a control character, so that every string ends at the
/// next quotation mark. Compilers make vectors of it.
pub(super) fn is_plain(bytes: &[u8]) -> bool {
    let other = |byte: &u8| u8::from(*byte < 0x20) | u8::from(*byte == b'\\');
    bytes.iter().fold(0, |others, byte| others | other(byte)) == 0
}

/// Returns how many bytes come before the next quotation mark.
#[inline]
pub(super) fn before_quote(bytes: &[u8]) -> Option<usize> {
    // Names are short.
    let (chunks, _) = bytes.as_chunks::<8>();
    let mut before = 0_usize;
    for chunk in chunks.iter().take(4) {
        if let Some(first) = first_quote(*chunk) {
            return Some(before.saturating_add(first));
        }
        before = before.saturating_add(8);
    }
    far_quote(bytes, before)
}

/// The same where there is none up to a position: many bytes at once, which compilers make vectors
/// of.
fn far_quote(bytes: &[u8], mut before: usize) -> Option<usize> {
    let (blocks, _) = bytes.get(before..)?.as_chunks::<32>();
    let quote = |byte: &u8| u8::from(*byte == b'"');
    let has_quote = |block: &[u8; 32]| block.iter().fold(0, |has, byte| has | quote(byte)) != 0;
    let skipped = blocks.iter().position(has_quote).unwrap_or(blocks.len());
    before = before.saturating_add(skipped.saturating_mul(32));
    let (chunks, rest) = bytes.get(before..)?.as_chunks::<8>();
    for chunk in chunks {
        if let Some(first) = first_quote(*chunk) {
            return Some(before.saturating_add(first));
        }
        before = before.saturating_add(8);
    }
    let last = rest.iter().position(|byte| *byte == b'"')?;
    Some(before.saturating_add(last))
}

/// The position of the first quotation mark.
///
/// A byte is zero where subtracting one borrows (Hacker's Delight, section 6-1). A borrow may spill
/// into the bytes after the first of them, which do not matter.
#[inline]
fn first_quote(chunk: [u8; 8]) -> Option<usize> {
    let bytes = u64::from_le_bytes(chunk) ^ LOW.wrapping_mul(0x22);
    let zeros = bytes.wrapping_sub(LOW) & !bytes & HIGH;
    if zeros == 0 {
        return None;
    }
    usize::try_from(zeros.trailing_zeros() / 8).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    #[test]
    fn plain_bytes() {
        for byte in 0..=u8::MAX {
            for place in 0..40 {
                let mut bytes = vec![b'a'; 40];
                bytes[place] = byte;
                let plain = byte >= b' ' && byte != b'\\';
                assert_eq!(is_plain(&bytes), plain, "{byte:#04x} at {place}");
            }
        }
        assert!(is_plain(&[]));
    }

    #[test]
    fn the_first_quotation_mark() {
        for place in 0..80 {
            for (before, after) in [(b'a', b'a'), (b'#', b'"'), (b'!', 0xff), (0xa2, b'#')] {
                let mut bytes = vec![before; 80];
                bytes[place..].fill(after);
                bytes[place] = b'"';
                assert_eq!(before_quote(&bytes), Some(place));
                bytes[place..].fill(before);
                assert_eq!(before_quote(&bytes), None);
            }
        }
        assert_eq!(before_quote(&[]), None);
    }
}
