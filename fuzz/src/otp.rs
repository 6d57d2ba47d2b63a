//! What people type and programs write about one-time passwords.

use mfakit_core::UnixTime;
use mfakit_totp::{
    Digits, KeyUri, LastStep, MalformedCode, MinBits, Params, Secret, TerminalStyle, Totp,
    TypedCode, Window,
};

/// A manual key that is read is written as text that is read as the same key, and means nothing
/// else.
pub fn base32_secret(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else {
        return;
    };
    let Ok(secret) = Secret::import_base32(text, MinBits::Bits80) else {
        return;
    };

    let written = secret.to_base32();
    let bare: String = text.chars().filter(|c| !" -=".contains(*c)).collect();
    assert_eq!(
        *written,
        bare.to_ascii_uppercase(),
        "the text form is canonical"
    );
    for text in [written, secret.manual_key()] {
        let read = Secret::import_base32(&text, MinBits::Bits80).expect("we wrote it");
        assert_eq!(read.expose(), secret.expose());
    }

    let strong = Secret::from_base32(text).is_ok();
    assert_eq!(strong, secret.expose().len() >= Secret::MIN_BYTES);
}

/// A key URI that is read is written as one that is read the same, and a strict one strictly.
pub fn otpauth_uri(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else {
        return;
    };
    let strict = KeyUri::parse_strict(text);
    let Ok(uri) = KeyUri::import(text, MinBits::Bits80) else {
        assert!(strict.is_err(), "strict is not more tolerant");
        return;
    };

    let written = uri.to_uri();
    assert!(written.is_ascii());
    // Escaping may make it longer than what is read; such a text was not written by a builder.
    if written.len() <= KeyUri::MAX_BYTES {
        let again = KeyUri::import(&written, MinBits::Bits80).expect("we wrote it");
        assert_same(&uri, &again);
        assert_eq!(*again.to_uri(), *written);
        if strict.is_ok() {
            KeyUri::parse_strict(&written).expect("it was strict before");
        }
    }

    for warning in uri.warnings() {
        assert!(!warning.apps().is_empty());
    }
    assert_eq!(uri.manual_entry().key(), *uri.secret().manual_key());
    if let Ok(strict) = strict {
        assert_same(&uri, &strict);
        strict.params().expect("strict parameters can be verified");
    }
    if let Ok(qr) = uri.qr() {
        let side = usize::from(qr.size()) + 8;
        for style in [TerminalStyle::DarkOnLight, TerminalStyle::LightOnDark] {
            let drawn = qr.terminal(style);
            assert!(drawn.lines().all(|line| line.chars().count() == side));
        }
        assert!(qr.svg(uri.account()).ends_with("\"/></svg>"));
    }
}

fn assert_same(one: &KeyUri, other: &KeyUri) {
    assert_eq!(one.otp_type(), other.otp_type());
    assert_eq!(one.issuer(), other.issuer());
    assert_eq!(one.label_issuer(), other.label_issuer());
    assert_eq!(one.account(), other.account());
    assert_eq!(one.secret().expose(), other.secret().expose());
    assert_eq!(one.algorithm(), other.algorithm());
    assert_eq!(one.digits(), other.digits());
    assert_eq!(one.image(), other.image());
    assert!(one.other_parameters().eq(other.other_parameters()));
}

/// What is read as a code consists of 6 to 8 digits and separators, and is the code of its digits.
pub fn typed_code(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else {
        return;
    };
    let digits: String = text.chars().filter_map(ascii_digit).collect();
    match TypedCode::parse(text) {
        Ok(code) => {
            assert!(text.len() <= TypedCode::MAX_INPUT_BYTES);
            assert_eq!(digits.len(), usize::from(code.digits().as_u8()));
            assert!(
                text.chars()
                    .all(|c| c == ' ' || c == '-' || ascii_digit(c).is_some())
            );
            assert!(text.matches('-').count() <= 1);
            TypedCode::parse(&digits).expect("its digits alone are a code");
        }
        Err(MalformedCode::TooLong) => assert!(text.len() > TypedCode::MAX_INPUT_BYTES),
        Err(_) => assert!(text.len() <= TypedCode::MAX_INPUT_BYTES),
    }
    decorated(text);
}

/// A right code, written with the separators and widths that the input chooses, is right.
fn decorated(choices: &str) {
    let secret = Secret::from_bytes(b"12345678901234567890").expect("20 bytes");
    let params = Params::default().with_digits(Digits::Eight);
    let totp = Totp::new(&secret, params);
    let minute = u64::try_from(choices.len()).expect("at most 64 bits");
    let now = UnixTime::from_secs(minute * 60);
    let mut choices = choices.chars();
    let mut dashes = 0..1;
    let mut typed = String::new();
    for (at, digit) in totp.code_at(now).expose().chars().enumerate() {
        match choices.next() {
            Some(' ') => typed.push(' '),
            Some('-') if at != 0 => typed.extend(dashes.next().map(|_| '-')),
            Some(wide) if !wide.is_ascii() => {
                typed.extend(char::from_u32(u32::from(digit) - 0x30 + 0xff10));
                continue;
            }
            _ => {}
        }
        typed.push(digit);
    }
    let accepted = totp.verify_text(&typed, now, LastStep::Never, Window::NONE);
    assert_eq!(accepted.map(|accepted| accepted.offset()), Ok(0), "{typed}");
}

fn ascii_digit(character: char) -> Option<char> {
    match character {
        '0'..='9' => Some(character),
        '０'..='９' => char::from_u32(u32::from(character) - 0xff10 + 0x30),
        _ => None,
    }
}
