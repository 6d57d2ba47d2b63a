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

#[test]
fn attestation_android_key() {
    replay(
        "attestation_android_key",
        mfakit_fuzz::attestation_android_key,
    );
}

#[test]
fn attestation_apple() {
    replay("attestation_apple", mfakit_fuzz::attestation_apple);
}

#[test]
fn attestation_compound() {
    replay("attestation_compound", mfakit_fuzz::attestation_compound);
}

#[test]
fn attestation_fido_u2f() {
    replay("attestation_fido_u2f", mfakit_fuzz::attestation_fido_u2f);
}

#[test]
fn attestation_none() {
    replay("attestation_none", mfakit_fuzz::attestation_none);
}

#[test]
fn attestation_packed() {
    replay("attestation_packed", mfakit_fuzz::attestation_packed);
}

#[test]
fn attestation_safetynet() {
    replay("attestation_safetynet", mfakit_fuzz::attestation_safetynet);
}

#[test]
fn attestation_tpm() {
    replay("attestation_tpm", mfakit_fuzz::attestation_tpm);
}

#[test]
fn authenticator_data() {
    replay("authenticator_data", mfakit_fuzz::authenticator_data);
}

#[test]
fn cbor() {
    replay("cbor", mfakit_fuzz::cbor);
}

#[test]
fn certificate() {
    replay("certificate", mfakit_fuzz::certificate);
}

#[test]
fn certificate_chain() {
    replay("certificate_chain", mfakit_fuzz::certificate_chain);
}

#[test]
fn client_data() {
    replay("client_data", mfakit_fuzz::client_data);
}

#[test]
fn cose_key() {
    replay("cose_key", mfakit_fuzz::cose_key);
}

#[test]
fn credential_record() {
    replay("credential_record", mfakit_fuzz::credential_record);
}

#[test]
fn ctap2_get_assertion() {
    replay("ctap2_get_assertion", mfakit_fuzz::ctap2_get_assertion);
}

#[test]
fn ctap2_make_credential() {
    replay("ctap2_make_credential", mfakit_fuzz::ctap2_make_credential);
}

#[test]
fn metadata_blob() {
    replay("metadata_blob", mfakit_fuzz::metadata_blob);
}

#[test]
fn registration() {
    replay("registration", mfakit_fuzz::registration);
}

#[test]
fn response_json() {
    replay("response_json", mfakit_fuzz::response_json);
}

#[test]
fn rsa_verify() {
    replay("rsa_verify", mfakit_fuzz::rsa_verify);
}

#[test]
fn sign_in() {
    replay("sign_in", mfakit_fuzz::sign_in);
}
