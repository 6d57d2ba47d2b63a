use alloc::vec;
use alloc::vec::Vec;

use super::*;

fn verdict(input: &[u8], rules: Rules) -> Result<usize, Malformed> {
    check(input, rules).map(|(_, rest)| rest.len())
}

#[test]
fn refusals_of_the_canonical_form() {
    let cases: [(&[u8], Malformed); 19] = [
        (&[], Malformed::Truncated),
        (&[0x18], Malformed::Truncated),
        (&[0x42, 1], Malformed::Truncated),
        (&[0x82, 1], Malformed::Truncated),
        (
            &[0x5b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
            Malformed::Truncated,
        ),
        (&[0x1c], Malformed::Reserved),
        (&[0xff], Malformed::Reserved),
        (&[0x1f], Malformed::Reserved),
        (&[0x18, 23], Malformed::NotMinimal),
        (&[0x19, 0, 0xff], Malformed::NotMinimal),
        (&[0x58, 1, 0], Malformed::NotMinimal),
        (&[0xf8, 20], Malformed::NotMinimal),
        (&[0x5f, 0xff], Malformed::Indefinite),
        (&[0xbf, 0xff], Malformed::Indefinite),
        (&[0x62, 0xc3, 0x28], Malformed::NotUtf8),
        (&[0xa2, 1, 1, 1, 2], Malformed::DuplicateKey),
        (&[0xa2, 2, 1, 1, 2], Malformed::KeyOrder),
        (&[0xa2, 0x61, 0x61, 1, 0x20, 2], Malformed::KeyOrder),
        (&[0xc0, 1], Malformed::Tag),
    ];
    for (input, want) in cases {
        assert_eq!(verdict(input, Rules::CANONICAL), Err(want), "{input:02x?}");
    }
}

#[test]
fn any_order_still_refuses_duplicates() {
    assert_eq!(verdict(&[0xa2, 2, 1, 1, 2], Rules::ANY_ORDER), Ok(0));
    assert_eq!(
        verdict(&[0xa3, 2, 1, 1, 2, 2, 3], Rules::ANY_ORDER),
        Err(Malformed::DuplicateKey)
    );
    let lax = Rules {
        non_minimal: true,
        ..Rules::ANY_ORDER
    };
    assert_eq!(verdict(&[0xa1, 0x18, 1, 1], lax), Ok(0));
    assert_eq!(
        verdict(&[0xa2, 1, 1, 0x18, 1, 2], lax),
        Err(Malformed::DuplicateKey)
    );
}

#[test]
fn options_allow_what_they_name() {
    let lax = Rules {
        indefinite: true,
        ..Rules::ANY_ORDER
    };
    let input = [0xbf, 1, 0x9f, 1, 2, 0xff, 2, 3, 0xff, 0];
    let (item, rest) = check(&input, lax).unwrap();
    assert_eq!(rest, [0]);
    let members: Vec<_> = item.map().unwrap().map(|(key, _)| key.integer()).collect();
    assert_eq!(members, [Ok(1), Ok(2)]);
    assert_eq!(
        verdict(&[0x5f, 0x41, 1, 0xff], lax),
        Err(Malformed::Indefinite)
    );
    assert_eq!(verdict(&[0xbf, 1, 0xff], lax), Err(Malformed::Reserved));
}

#[test]
fn budgets_stop_the_walk() {
    for (rules, most) in [(Rules::CANONICAL, 4), (Rules::ANY_ORDER, 10)] {
        let mut deep = vec![0x81; most];
        deep.push(0);
        assert_eq!(verdict(&deep, rules), Ok(0));
        deep.insert(0, 0x81);
        assert_eq!(verdict(&deep, rules), Err(Malformed::TooDeep));
    }

    let mut many = vec![0x99, 0x03, 0xff];
    many.resize(many.len() + 1023, 0);
    assert_eq!(verdict(&many, Rules::CANONICAL), Ok(0));
    many[1..3].copy_from_slice(&[0x04, 0x00]);
    many.push(0);
    assert_eq!(
        verdict(&many, Rules::CANONICAL),
        Err(Malformed::TooManyItems)
    );

    let tags = vec![0xc6; 100_000];
    assert_eq!(verdict(&tags, Rules::CANONICAL), Err(Malformed::Tag));
}

#[test]
fn values_are_read_as_they_are() {
    let (item, _) = check(&[0x39, 0xff, 0xfe], Rules::CANONICAL).unwrap();
    assert_eq!(item.integer(), Ok(-65_535));
    let (item, _) = check(&[0x1b, 0xff, 0, 0, 0, 0, 0, 0, 0], Rules::CANONICAL).unwrap();
    assert_eq!(item.integer(), Err(Malformed::Type));
    // Floats of 16, 32 and 64 bits are no Booleans, whatever their bits.
    for float in [
        [0xf9, 0, 21].as_slice(),
        &[0xfa, 0, 0, 0, 20],
        &[0xfb, 0, 0, 0, 0, 0, 0, 0, 21],
    ] {
        let (item, rest) = check(float, Rules::CANONICAL).unwrap();
        assert_eq!(item.boolean(), Err(Malformed::Type), "{float:02x?}");
        assert_eq!((item.encoded(), rest), (float, [].as_slice()));
    }
    let (item, _) = check(&[0x82, 0xf5, 0x62, 0x68, 0x69], Rules::CANONICAL).unwrap();
    let parts: Vec<_> = item.array().unwrap().collect();
    assert_eq!(parts[0].boolean(), Ok(true));
    assert_eq!(parts[1].text(), Ok("hi"));
    assert_eq!(parts[1].bytes(), Err(Malformed::Type));
    assert_eq!(parts[1].encoded(), [0x62, 0x68, 0x69]);
}
