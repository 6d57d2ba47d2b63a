//! Which texts are addresses: the syntax of RFC 5321 and RFC 6531, and what is refused beyond it.

#![allow(clippy::expect_used, reason = "tests")]

use mfakit_activation::{Address, AddressRule, InvalidAddress};

fn rfc(text: &str) -> Result<String, InvalidAddress> {
    Address::parse(text, AddressRule::Rfc).map(|address| address.as_str().to_owned())
}

fn manual(text: &str) -> Result<(), InvalidAddress> {
    Address::parse(text, AddressRule::Manual).map(drop)
}

/// Requirement 45: no limit of characters beyond the syntax of the RFCs.
#[test]
fn every_mailbox_of_the_rfcs_is_an_address() {
    for text in [
        "a+b@x.y",
        "a@b",
        "user.name@example.com",
        "o'brien@example.com",
        "!#$%&'*+-/=?^_`{|}~@example.com",
        "-@example.com",
        "_@example.com",
        "1@example.com",
        "user@3com.example",
        "user@123.example",
        "user@xn--mnchen-3ya.example",
        "user@a-b.c--d.example",
        "root@localhost",
        "\"\"@example.com",
        "\"ann lee\"@example.com",
        "\"ann@home\"@example.com",
        "\"ann.\"@example.com",
        "\"ann\\\"quoted\\\"\"@example.com",
        "\"back\\\\slash\"@example.com",
        "用户@例子.广告",
        "θσερ@εχαμπλε.ψομ",
        "Dörte@Sörensen.example",
        "\"dörte sörensen\"@example.com",
        "संपर्क@डाटामेल.भारत",
    ] {
        let parsed = rfc(text).expect(text);
        assert_eq!(parsed.to_ascii_lowercase(), text.to_ascii_lowercase());
        assert_eq!(
            rfc(&parsed),
            Ok(parsed),
            "{text:?} is read as it is written"
        );
    }
}

#[test]
fn domains_are_lower_case_and_local_parts_as_typed() {
    assert_eq!(
        rfc("Ann.Lee@EXAMPLE.Com").as_deref(),
        Ok("Ann.Lee@example.com")
    );
    assert_eq!(rfc("\"A@B\"@C.D").as_deref(), Ok("\"A@B\"@c.d"));
}

#[test]
fn refuses_what_is_no_mailbox() {
    use InvalidAddress::{AddressLiteral, Domain, LocalPart};
    for (text, want) in [
        ("", Domain),
        ("example.com", Domain),
        ("ann", Domain),
        ("ann@", Domain),
        ("ann@.example.com", Domain),
        ("ann@example.com.", Domain),
        ("ann@example..com", Domain),
        ("ann@-example.com", Domain),
        ("ann@example-.com", Domain),
        ("ann@exam_ple.com", Domain),
        ("ann@exam ple.com", Domain),
        ("ann@example.com ", Domain),
        ("ann@example.com>", Domain),
        ("ann@example.com,bob@example.com,", Domain),
        ("ann@example。com", Domain),
        ("ann@example．com", Domain),
        ("ann@127.0.0.1", Domain),
        ("ann@1", Domain),
        ("ann@[127.0.0.1]", AddressLiteral),
        ("ann@[IPv6:::1]", AddressLiteral),
        ("@example.com", LocalPart),
        (".ann@example.com", LocalPart),
        ("ann.@example.com", LocalPart),
        ("ann..lee@example.com", LocalPart),
        ("ann lee@example.com", LocalPart),
        (" ann@example.com", LocalPart),
        ("ann@home@example.com", LocalPart),
        ("ann@example.com,bob@example.com", LocalPart),
        ("<ann@example.com", LocalPart),
        ("Ann <ann@example.com", LocalPart),
        ("\"@example.com", LocalPart),
        ("\"ann@example.com", LocalPart),
        ("\"ann\"lee@example.com", LocalPart),
        ("\"ann\"\"lee\"@example.com", LocalPart),
        ("\"ann\\\"@example.com", LocalPart),
        ("\"ann\\é\"@example.com", LocalPart),
        ("ann(work)@example.com", LocalPart),
    ] {
        assert_eq!(rfc(text), Err(want), "{text:?}");
    }
}

/// No second header line, nothing that cannot be seen, nothing that changes the direction.
#[test]
fn refuses_characters_that_have_no_place_in_an_address() {
    for forbidden in [
        '\0',
        '\t',
        '\n',
        '\r',
        '\u{b}',
        '\u{1b}',
        '\u{7f}',
        '\u{85}',
        '\u{9f}',
        '\u{a0}',
        '\u{ad}',
        '\u{61c}',
        '\u{180e}',
        '\u{2000}',
        '\u{200b}',
        '\u{200d}',
        '\u{200e}',
        '\u{2028}',
        '\u{2029}',
        '\u{202a}',
        '\u{202e}',
        '\u{202f}',
        '\u{2060}',
        '\u{2066}',
        '\u{2069}',
        '\u{3000}',
        '\u{feff}',
        '\u{fff9}',
        '\u{fffd}',
        '\u{e0001}',
        '\u{e007f}',
    ] {
        for text in [
            format!("an{forbidden}n@example.com"),
            format!("\"an{forbidden}n\"@example.com"),
            format!("ann@exam{forbidden}ple.com"),
            format!("ann@example.com{forbidden}"),
        ] {
            assert_eq!(
                rfc(&text),
                Err(InvalidAddress::ForbiddenCharacter),
                "{text:?}"
            );
        }
    }
    assert_eq!(
        rfc("ann@example.com\r\nBcc: bob@example.com"),
        Err(InvalidAddress::ForbiddenCharacter)
    );
}

#[test]
fn lengths_on_both_sides() {
    let local = |bytes: usize| format!("{}@example.com", "a".repeat(bytes));
    assert!(rfc(&local(64)).is_ok());
    assert_eq!(rfc(&local(65)), Err(InvalidAddress::TooLong));

    let label = |chars: usize| format!("ann@{}.com", "a".repeat(chars));
    assert!(rfc(&label(63)).is_ok());
    assert_eq!(rfc(&label(64)), Err(InvalidAddress::Domain));
    let label = |chars: usize| format!("ann@{}.com", "ü".repeat(chars));
    assert!(rfc(&label(63)).is_ok());
    assert_eq!(rfc(&label(64)), Err(InvalidAddress::Domain));

    let whole = |bytes: usize| {
        let head = format!("{}@{}", "a".repeat(64), "a.".repeat(94));
        format!("{head}{}", "a".repeat(bytes - head.len()))
    };
    assert_eq!(whole(254).len(), Address::MAX_BYTES);
    assert!(rfc(&whole(254)).is_ok());
    assert_eq!(rfc(&whole(255)), Err(InvalidAddress::TooLong));
    assert_eq!(rfc(&whole(1_000_000)), Err(InvalidAddress::TooLong));
}

#[test]
fn the_restricted_rule_takes_less() {
    for text in ["ann@example.com", "Ann_Lee-2.x@mail.example.com"] {
        assert_eq!(manual(text), Ok(()), "{text:?}");
    }
    for text in [
        "a+b@x.y",
        "o'brien@example.com",
        "\"ann\"@example.com",
        "用户@example.com",
        "ann@例子.广告",
        "root@localhost",
    ] {
        assert_eq!(manual(text), Err(InvalidAddress::Restricted), "{text:?}");
        assert!(rfc(text).is_ok(), "{text:?}");
    }
    for (text, want) in [
        ("ann@[127.0.0.1]", InvalidAddress::AddressLiteral),
        ("ann..lee@example.com", InvalidAddress::LocalPart),
        ("ann@example", InvalidAddress::Restricted),
        ("ann", InvalidAddress::Domain),
    ] {
        assert_eq!(manual(text), Err(want), "{text:?}");
    }
    assert_eq!(AddressRule::default(), AddressRule::Rfc);
}
