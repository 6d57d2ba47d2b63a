//! [FIDO U2F attestation](https://www.w3.org/TR/webauthn-3/#sctn-fido-u2f-attestation).

use super::{AttestationType, Statement, Verified};
use crate::aaguid::Aaguid;
use crate::algorithm::{Algorithm, Curve};
use crate::certificate::Certificate;
use crate::error::Reason;
use crate::provider::KeyMaterial;

pub(super) fn verify(statement: &Statement<'_, '_>) -> Result<Verified, Reason> {
    let signature = statement.bytes("sig")?;
    // "Check that x5c has exactly one element and let attCert be that element."
    let x5c = statement.certificates()?;
    let [der] = x5c.as_slice() else {
        return Err(Reason::Statement);
    };
    let certificate = Certificate::parse(der)?;
    // "If certificate public key is not an Elliptic Curve (EC) public key over the P-256 curve,
    // terminate this algorithm and return an appropriate error."
    if certificate.public_key.curve() != Some(Curve::P256) {
        return Err(Reason::CertificateRequirements);
    }
    // U2F knows no models, so the AAGUID is zero; some authenticators write another.
    let rules = statement.trust.rules();
    if rules.u2f_zero_aaguid && statement.attested.aaguid != [0; 16] {
        return Err(Reason::U2fAaguid);
    }
    // "Convert the COSE_KEY formatted credentialPublicKey to Raw ANSI X9.62 public key format"
    let KeyMaterial::Ec {
        curve: Curve::P256,
        x,
        y,
    } = statement.public_key.material()
    else {
        return Err(Reason::StatementKey);
    };
    // "Let verificationData be the concatenation of (0x00 || rpIdHash || clientDataHash ||
    // credentialId || publicKeyU2F)"
    let message = [
        [0x00].as_slice(),
        statement.data.rp_id_hash,
        statement.client_data_hash,
        statement.attested.id,
        &[0x04],
        x,
        y,
    ];
    statement.verify_by_certificate(&certificate, Algorithm::Es256, &message, signature)?;
    // The signature does not cover the AAGUID, so that whoever sits between can write any: the
    // device is judged as one without a model.
    Ok(Verified {
        model: Aaguid::ZERO,
        ..Verified::new(AttestationType::Basic, [der.to_vec()].into(), statement)
    })
}
