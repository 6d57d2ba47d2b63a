//! How codes are drawn, shown and read.

extern crate std;

use std::borrow::ToOwned as _;
use std::collections::BTreeSet;
use std::format;

use chacha20::ChaCha20Rng;
use chacha20::rand_core::SeedableRng as _;

use super::*;

fn outcome(text: &str) -> Result<(), MalformedCode> {
    TypedCode::parse(text).map(drop)
}

#[test]
fn the_alphabet_has_31_symbols_that_nobody_takes_for_one_another() {
    let symbols: BTreeSet<char> = ALPHABET.iter().copied().map(char::from).collect();
    assert_eq!(symbols.len(), 31);
    assert!(!symbols.iter().any(|&symbol| "01OIL".contains(symbol)));
    // 9 symbols of 31 are 44 bits and a little.
    assert!(31_u64.pow(9) > 1 << 44);
}

#[test]
fn one_form_is_compared_however_it_is_typed() {
    for text in [
        "K7M-2QX-9HD",
        "K7M2QX9HD",
        "k7m2qx9hd",
        "k7M-2qX-9hD",
        "K7M 2QX 9HD",
        "  K7M-2QX-9HD  ",
        "K-7-M-2-Q-X-9-H-D",
        "---K7M2QX9HD",
    ] {
        let code = TypedCode::parse(text).unwrap();
        assert_eq!(code.symbols(), b"K7M2QX9HD", "{text:?}");
        assert_eq!(*code.grouped(), "K7M-2QX-9HD");
    }
}

#[test]
fn refuses_what_is_not_written_by_anybody_who_read_a_code() {
    for text in [
        "",
        "-",
        "         ",
        "K7M-2QX-9H",
        "K7M-2QX-9HDD",
        "K7M-2QX-9H0",
        "K7M-2QX-9HO",
        "K7M-2QX-9H1",
        "K7M-2QX-9HI",
        "K7M-2QX-9HL",
        "K7M_2QX_9HD",
        "K7M\u{2013}2QX\u{2013}9HD", // en dash
        "K7M-2QX-9HD\n",
        "K7M-2QX-9HD\t",
        "K7M-2QX-9HD\0",
        "K7M-2QX-9H\u{200b}D", // zero-width space
        "Ｋ７Ｍ２ＱＸ９ＨＤ",  // full-width
        "К7М2QX9HD",           // Cyrillic К and М
        "null",
    ] {
        assert_eq!(outcome(text), Err(MalformedCode), "{text:?}");
    }
}

#[test]
fn the_text_may_have_32_bytes_and_no_more() {
    let padded = |spaces| format!("K7M2QX9HD{}", " ".repeat(spaces));
    assert_eq!(outcome(&padded(23)), Ok(()));
    assert_eq!(outcome(&padded(24)), Err(MalformedCode));
    assert_eq!(outcome(&padded(1_000_000)), Err(MalformedCode));
}

/// Each symbol comes up about as often as any other. With 31,000 of each expected, five times
/// the standard deviation is 870; a generator that takes the remainder of a byte by 31 would be
/// off by 3,600.
#[test]
fn all_symbols_are_equally_likely() {
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let mut counts = [0_u32; 31];
    for _ in 0..31 * 31_000 {
        let symbol = random_symbol(&mut rng);
        let at = ALPHABET.iter().position(|&known| known == symbol).unwrap();
        counts[at] += 1;
    }
    for count in counts {
        assert!(count.abs_diff(31_000) < 870, "{counts:?}");
    }
}

#[test]
fn ten_thousand_codes_are_distinct_and_typed_as_they_are_shown() {
    let mut rng = ChaCha20Rng::seed_from_u64(2);
    let mut seen = BTreeSet::new();
    for _ in 0..10_000 {
        let code = TypedCode::random(&mut rng);
        let shown = code.grouped();
        assert_eq!(TypedCode::parse(&shown).unwrap().symbols(), code.symbols());
        assert!(seen.insert(shown.as_str().to_owned()));
    }
}
