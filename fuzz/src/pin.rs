//! Digit PINs as people type them, and their hashes as they are stored.

use base64ct::{Base64Unpadded, Encoding as _};
use mfakit_pin::{Cost, InvalidPin, Pin, PinHash, PinPolicy, WeakPin};
use sha2::{Digest as _, Sha256};

/// What is read as a PIN is 4 to 8 digits, and what is read as a hash is written the same and asks
/// for no more than a server can give.
pub fn pin(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else {
        return;
    };
    typed(text);
    stored(text);
    // Chance does not hit upon a right check.
    stored(&with_check(text));
}

fn typed(text: &str) {
    let all_digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let pin = match Pin::parse(text) {
        Ok(pin) => pin,
        Err(InvalidPin::NotDigits) => return assert!(!all_digits),
        Err(InvalidPin::Length) => return assert!(!(4..=8).contains(&text.len())),
        Err(InvalidPin::OneDigitRepeated) => {
            return assert!(text.bytes().all(|byte| text.starts_with(char::from(byte))));
        }
        Err(unknown) => panic!("{unknown}"),
    };
    assert!(all_digits && (4..=8).contains(&text.len()));
    assert_eq!(format!("{pin:?}"), "Pin { .. }");

    // Without the block list every PIN is admitted; with it, none that the user's own data holds.
    assert!(PinPolicy::manual().admit(pin, &[text]).is_ok());
    let blocked = PinPolicy::manual().with_block_list();
    let pin = || Pin::parse(text).expect("as before");
    if blocked.admit(pin(), &[]).is_ok() {
        let own = blocked.admit(pin(), &["+49 170", text]);
        assert_eq!(own.unwrap_err(), WeakPin::OwnDigits);
    }
}

fn stored(text: &str) {
    let Ok(hash) = PinHash::parse(text) else {
        return;
    };
    assert_eq!(hash.to_text(), text);
    assert!(text.len() <= PinHash::MAX_TEXT_BYTES);
    let cost = hash.cost();
    assert!(cost.memory_kib() <= Cost::MAX_MEMORY_KIB);
    assert!(cost.memory_kib() >= 8 * cost.lanes());
    assert!((1..=Cost::MAX_PASSES).contains(&cost.passes()));
    assert!((1..=Cost::MAX_LANES).contains(&cost.lanes()));
}

/// The text with the check of all that stands before it.
fn with_check(text: &str) -> String {
    let digest: [u8; 32] = Sha256::digest(text).into();
    let check = Base64Unpadded::encode_string(&digest[..4]);
    format!("{text}{check}")
}
