//! The bodies of the fuzz targets: one function each, one module per area.
//!
//! A body takes any bytes and panics if a law does not hold. `targets/` hands it to libFuzzer,
//! `tests/replay.rs` runs it on the committed seeds.

#![forbid(unsafe_code)]

mod activation;
mod flows;
mod otp;
mod pin;
mod webauthn;

pub use activation::{activation_state, activation_text};
pub use flows::{key_text, sealed_token, user_record};
pub use otp::{base32_secret, otpauth_uri, typed_code};
pub use pin::pin;
pub use webauthn::{
    attestation_android_key, attestation_apple, attestation_compound, attestation_fido_u2f,
    attestation_none, attestation_packed, attestation_safetynet, attestation_tpm,
    authenticator_data, cbor, certificate, certificate_chain, client_data, cose_key,
    credential_record, ctap2_get_assertion, ctap2_make_credential, metadata_blob, registration,
    response_json, rsa_verify, sign_in,
};
