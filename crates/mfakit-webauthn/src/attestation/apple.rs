//! [Apple anonymous attestation](https://www.w3.org/TR/webauthn-3/#sctn-apple-anonymous-attestation).

use super::{AttestationType, Statement, Verified, leaf_and_path};
use crate::algorithm::Hash;
use crate::certificate::oid;
use crate::error::Reason;
use crate::provider::hash;

pub(super) fn verify(statement: &Statement<'_, '_>) -> Result<Verified, Reason> {
    let (certificate, path) = leaf_and_path(&statement.certificates()?)?;
    // "Concatenate authenticatorData and clientDataHash to form nonceToHash." and hash it.
    let message = [statement.data.bytes, statement.client_data_hash.as_slice()];
    let nonce = hash(Hash::Sha256, &message);
    // "Verify that nonce equals the value of the extension with OID 1.2.840.113635.100.8.2"
    let extension = certificate
        .extension(oid::APPLE_NONCE)
        .ok_or(Reason::CertificateRequirements)?;
    // SEQUENCE { [1] EXPLICIT OCTET STRING (32 bytes) }: all lengths are fixed.
    match extension.value {
        [0x30, 0x24, 0xa1, 0x22, 0x04, 0x20, value @ ..] if value == nonce.as_bytes() => {}
        _ => return Err(Reason::StatementData),
    }
    // "Verify that the credential public key equals the Subject Public Key of credCert."
    if !statement.is_credential_key(&certificate) {
        return Err(Reason::StatementKey);
    }
    Ok(Verified::new(
        AttestationType::AnonymizationCa,
        path,
        statement,
    ))
}
