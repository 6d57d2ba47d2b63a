//! The committed seeds, and whatever the fuzzer once found, run on the stable toolchain.

use std::fs;
use std::path::Path;

/// Runs a target's body on every file in its folder.
fn replay(target: &str, body: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("seeds")
        .join(target);
    let mut count = 0;
    for entry in fs::read_dir(&folder).expect("the target has seeds") {
        let path = entry.expect("the folder can be read").path();
        let data = fs::read(&path).expect("the seed can be read");
        println!("{}", path.display());
        body(&data);
        count += 1;
    }
    assert!(count > 0, "{} is empty", folder.display());
}

#[test]
fn activation_state() {
    replay("activation_state", mfakit_fuzz::activation_state);
}

#[test]
fn activation_text() {
    replay("activation_text", mfakit_fuzz::activation_text);
}

#[test]
fn base32_secret() {
    replay("base32_secret", mfakit_fuzz::base32_secret);
}

#[test]
fn otpauth_uri() {
    replay("otpauth_uri", mfakit_fuzz::otpauth_uri);
}

#[test]
fn pin() {
    replay("pin", mfakit_fuzz::pin);
}

#[test]
fn typed_code() {
    replay("typed_code", mfakit_fuzz::typed_code);
}

#[test]
fn key_text() {
    replay("key_text", mfakit_fuzz::key_text);
}

#[test]
fn sealed_token() {
    replay("sealed_token", mfakit_fuzz::sealed_token);
}

#[test]
fn user_record() {
    replay("user_record", mfakit_fuzz::user_record);
}
