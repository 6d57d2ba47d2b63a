//! PINs that are guessed first.

use alloc::vec::Vec;

use super::WeakPin;

/// The most used PINs that none of the other rules catches.
///
/// Of 4 digits: from the 100 most used in the frequency list in `SecLists`
/// (`four-digit-pin-codes-sorted-by-frequency-withcount.csv`). Of 5 to 8: from the 1,800 most used
/// passwords in the list of the UK's National Cyber Security Centre (2019).
const COMMON: &[&str] = &[
    "0001", "0007", "0070", "0907", "1000", "1001", "1004", "1011", "1020", "1023", "1024", "1029",
    "1112", "1121", "1122", "1123", "1124", "1211", "1213", "1221", "1223", "1224", "1225", "1230",
    "1231", "1233", "1235", "1245", "1318", "1324", "2112", "2580", "4200", "5150", "7410", "8520",
    "12413", "100000", "123321", "123451", "123457", "123654", "123789", "123987", "124578",
    "134679", "135790", "142536", "147258", "147852", "159357", "159753", "159951", "223344",
    "246810", "258456", "321654", "445566", "456123", "456852", "555666", "654123", "666999",
    "753951", "778899", "789456", "852456", "951753", "963852", "1234321", "1234560", "1234561",
    "1314520", "1478963", "5201314", "7758521", "7895123", "8675309", "9111961", "9379992",
    "11223344", "12344321", "12369874", "14789632", "31415926",
];

/// The first rule that refuses the PIN, if one does.
pub(super) fn reason(digits: &[u8], own: &[&str]) -> Option<WeakPin> {
    if is_sequence(digits) {
        Some(WeakPin::Sequence)
    } else if is_repetition(digits) {
        Some(WeakPin::Repetition)
    } else if is_date(digits) {
        Some(WeakPin::Date)
    } else if COMMON.iter().any(|common| common.as_bytes() == digits) {
        Some(WeakPin::Common)
    } else if own.iter().any(|text| has_digits(text, digits)) {
        Some(WeakPin::OwnDigits)
    } else {
        None
    }
}

/// Whether each digit is the one before it plus the same number, modulo ten.
fn is_sequence(digits: &[u8]) -> bool {
    let mut steps = digits
        .iter()
        .zip(digits.iter().skip(1))
        .map(|(one, next)| next.wrapping_add(10).wrapping_sub(*one) % 10);
    let first = steps.next();
    steps.all(|step| Some(step) == first)
}

/// Whether it is a shorter piece two or more times over.
fn is_repetition(digits: &[u8]) -> bool {
    // The pieces that go into 4 to 8 digits more than once have 1 to 4 themselves.
    [1, 2, 3, 4].into_iter().any(|piece| {
        digits.len() > piece
            && digits.len().is_multiple_of(piece)
            && digits
                .iter()
                .zip(digits.iter().skip(piece))
                .all(|(one, again)| one == again)
    })
}

/// Whether it is a year, or a date with a year of two or four digits in any order in use.
fn is_date(digits: &[u8]) -> bool {
    match *digits {
        [a, b, c, d] => is_year([a, b, c, d]),
        [a, b, c, d, e, f] => {
            is_day_and_month([a, b], [c, d])
                || is_day_and_month([c, d], [a, b])
                || is_day_and_month([e, f], [c, d])
        }
        [a, b, c, d, e, f, g, h] => {
            let year_last = is_year([e, f, g, h])
                && (is_day_and_month([a, b], [c, d]) || is_day_and_month([c, d], [a, b]));
            let year_first = is_year([a, b, c, d]) && is_day_and_month([g, h], [e, f]);
            year_last || year_first
        }
        _ => false,
    }
}

/// ASCII digits are in the order of their numbers.
fn is_year(year: [u8; 4]) -> bool {
    (*b"1900"..=*b"2099").contains(&year)
}

fn is_day_and_month(day: [u8; 2], month: [u8; 2]) -> bool {
    (*b"01"..=*b"31").contains(&day) && (*b"01"..=*b"12").contains(&month)
}

/// Whether the digits of the text, whatever stands between them, contain those of the PIN.
fn has_digits(text: &str, digits: &[u8]) -> bool {
    let of_text: Vec<u8> = text.bytes().filter(u8::is_ascii_digit).collect();
    of_text.windows(digits.len()).any(|window| window == digits)
}

#[cfg(test)]
mod tests {
    extern crate std;

    use std::collections::BTreeMap;
    use std::format;

    use super::*;
    use crate::{Pin, PinPolicy};

    fn outcome(text: &str, own: &[&str]) -> Result<(), WeakPin> {
        PinPolicy::manual()
            .with_block_list()
            .admit(Pin::parse(text).unwrap(), own)
            .map(drop)
    }

    #[test]
    fn each_rule_at_its_edges() {
        use WeakPin::{Common, Date, Repetition, Sequence};
        for (text, want) in [
            ("1234", Err(Sequence)),
            ("4321", Err(Sequence)),
            ("8901", Err(Sequence)),
            ("0987", Err(Sequence)),
            ("1357", Err(Sequence)),
            ("1616", Err(Sequence)), // five up, modulo ten, before it is a repetition
            ("12345670", Ok(())),
            ("12345678", Err(Sequence)),
            ("1212", Err(Repetition)),
            ("123123", Err(Repetition)),
            ("48214821", Err(Repetition)),
            ("121212", Err(Repetition)),
            ("12121", Ok(())), // no whole number of pieces
            ("48214820", Ok(())),
            ("1899", Ok(())),
            ("1900", Err(Date)),
            ("2099", Err(Date)),
            ("2100", Ok(())),
            ("310187", Err(Date)), // day, month, year
            ("013187", Err(Date)), // month, day, year
            ("871231", Err(Date)), // year, month, day
            ("871331", Ok(())),
            ("871200", Ok(())),
            ("320187", Ok(())),
            ("31121987", Err(Date)),
            ("12311987", Err(Date)),
            ("19871231", Err(Date)),
            ("19871232", Ok(())),
            ("31131987", Ok(())),
            ("31121899", Ok(())),
            ("2580", Err(Common)),
            ("12413", Err(Common)),
            ("159753", Err(Common)),
            ("5201314", Err(Common)),
            ("14789632", Err(Common)),
            ("4821", Ok(())),
            ("8068", Ok(())),
        ] {
            assert_eq!(outcome(text, &[]), want, "{text}");
        }
    }

    #[test]
    fn the_accounts_own_digits_are_refused_wherever_they_stand() {
        let own = ["alice48@example.com", "+49 170 5930-217", "born 7.6.83"];
        for (text, want) in [
            ("7059", Err(WeakPin::OwnDigits)),
            ("0217", Err(WeakPin::OwnDigits)),
            ("4917", Err(WeakPin::OwnDigits)),
            ("5930217", Err(WeakPin::OwnDigits)),
            ("7683", Err(WeakPin::OwnDigits)),
            ("4849", Ok(())), // across two texts
            ("0218", Ok(())),
            ("2170", Ok(())),
        ] {
            assert_eq!(outcome(text, &own), want, "{text}");
        }
        assert_eq!(outcome("7059", &["", "no digits", "１７０５９"]), Ok(()));
    }

    #[test]
    fn no_own_digits_without_the_block_list() {
        let pin = Pin::parse("7059").unwrap();
        assert!(PinPolicy::manual().admit(pin, &["+49 170 59"]).is_ok());
    }

    /// The totals come from a program of its own (Python) that counts by the same rules.
    #[test]
    fn refuses_402_of_the_9990_four_digit_pins() {
        let mut counts = BTreeMap::new();
        for number in 0..10_000 {
            let Ok(pin) = Pin::parse(&format!("{number:04}")) else {
                continue;
            };
            let outcome = PinPolicy::manual().with_block_list().admit(pin, &[]);
            *counts.entry(format!("{:?}", outcome.err())).or_insert(0) += 1;
        }
        let want = [
            ("None", 9_588),
            ("Some(Common)", 36),
            ("Some(Date)", 196),
            ("Some(Repetition)", 80),
            ("Some(Sequence)", 90),
        ];
        assert_eq!(
            counts,
            want.map(|(name, count)| (name.into(), count)).into()
        );
    }

    #[test]
    fn every_common_pin_is_needed_in_the_list() {
        for text in COMMON {
            assert_eq!(outcome(text, &[]), Err(WeakPin::Common), "{text}");
        }
        let mut sorted = COMMON.to_vec();
        sorted.sort_by_key(|text| (text.len(), *text));
        sorted.dedup();
        assert_eq!(sorted, COMMON);
    }
}
