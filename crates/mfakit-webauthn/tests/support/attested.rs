//! Registrations whose statements are signed with the key of a device of the maker.

#![allow(dead_code, reason = "each test file uses its part")]

use mfakit_webauthn::{Reason, Trust};
use sha2::{Digest as _, Sha256};

use crate::authenticator::{CREDENTIAL_ID, Registration, cbor_bytes, cbor_text, cose_key, head};
use crate::blob::device;
use crate::certificates::sign;

fn registration(aaguid: [u8; 16], trust: Trust, format: &str) -> Registration {
    Registration {
        aaguid,
        trust,
        format: format.into(),
        ..Registration::default()
    }
}

/// The signature of the device, and its certificate.
fn signed(message: &[u8]) -> Vec<u8> {
    let signature = sign(11, message).to_der();
    [
        cbor_text("sig"),
        cbor_bytes(signature.as_bytes()),
        cbor_text("x5c"),
        head(4, 1),
        cbor_bytes(&device().make()),
    ]
    .concat()
}

/// A packed statement.
pub(crate) fn packed(aaguid: [u8; 16], trust: Trust) -> Registration {
    let mut registration = registration(aaguid, trust, "packed");
    let hash = Sha256::digest(&registration.client_data);
    let message = [registration.authenticator_data().as_slice(), &hash].concat();
    let members = [head(5, 3), cbor_text("alg"), vec![0x26], signed(&message)];
    registration.statement = Some(members.concat());
    registration
}

/// A statement of U2F, which covers no AAGUID.
pub(crate) fn u2f(aaguid: [u8; 16], trust: Trust) -> Registration {
    let mut registration = registration(aaguid, trust, "fido-u2f");
    let key = cose_key();
    let message = [
        &[0],
        &registration.authenticator_data()[..32],
        &Sha256::digest(&registration.client_data),
        CREDENTIAL_ID,
        &[4],
        &key[10..42],
        &key[45..],
    ]
    .concat();
    registration.statement = Some([head(5, 2), signed(&message)].concat());
    registration
}

pub(crate) fn finished(registration: &Registration) -> Result<bool, Reason> {
    let credential = registration.finish().map_err(|error| error.reason())?;
    Ok(credential.attestation().is_trusted())
}
