//! [TPM attestation](https://www.w3.org/TR/webauthn-3/#sctn-tpm-attestation).

mod aik;
mod structures;

use super::{AttestationType, Statement, Verified, leaf_and_path, number, verify_aaguid};
use crate::algorithm::{Hash, Scheme};
use crate::error::Reason;
use crate::provider::{KeyMaterial, hash};
use structures::{Attest, PublicArea, TpmKey};

pub(super) fn verify(statement: &Statement<'_, '_>) -> Result<Verified, Reason> {
    // "Verify that attStmt is valid CBOR conforming to the syntax defined above"
    let version = statement
        .required("ver")?
        .text()
        .map_err(|_| Reason::Statement)?;
    if version != "2.0" {
        return Err(Reason::Statement);
    }
    let algorithm = statement.tpm_algorithm()?;
    let signature = statement.bytes("sig")?;
    let cert_info = statement.bytes("certInfo")?;
    let pub_area = statement.bytes("pubArea")?;

    // "Verify that the public key specified by the parameters and unique fields of pubArea is
    // identical to the credentialPublicKey in the attestedCredentialData in authenticatorData."
    let area = PublicArea::parse(pub_area).ok_or(Reason::TpmStructure)?;
    if !is_same_key(&area.key, &statement.public_key.material()) {
        return Err(Reason::StatementKey);
    }

    // "Validate that certInfo is valid": magic, type, extraData and the attested name.
    let attest = Attest::parse(cert_info).ok_or(Reason::TpmStructure)?;
    let message = [statement.data.bytes, statement.client_data_hash.as_slice()];
    let digest = hash(
        hash_of(algorithm.scheme()).ok_or(Reason::StatementAlgorithm)?,
        &message,
    );
    if attest.extra_data != digest.as_bytes() {
        return Err(Reason::StatementData);
    }
    verify_name(statement, &area, pub_area, attest.name)?;

    // "Verify the sig is a valid signature over certInfo using the attestation public key in
    // aikCert with the algorithm specified in alg."
    let (certificate, path) = leaf_and_path(&statement.certificates()?)?;
    statement.verify_by_certificate(&certificate, algorithm, &[cert_info], signature)?;
    aik::verify_requirements(&certificate, statement.trust.rules().tpm_manufacturers)?;
    verify_aaguid(&certificate, &statement.attested.aaguid)?;
    Ok(Verified::new(
        AttestationType::AttestationCa,
        path,
        statement,
    ))
}

/// The name of a TPM object is its hash algorithm, and the hash of its public area.
fn verify_name(
    statement: &Statement<'_, '_>,
    area: &PublicArea<'_>,
    pub_area: &[u8],
    name: &[u8],
) -> Result<(), Reason> {
    if area.name_hash == Hash::Sha1 && !statement.trust.rules().allow_sha1 {
        return Err(Reason::Sha1);
    }
    let digest = hash(area.name_hash, &[pub_area]);
    match name.split_first_chunk::<2>() {
        Some((id, rest))
            if structures::name_hash(*id) == Some(area.name_hash) && rest == digest.as_bytes() =>
        {
            Ok(())
        }
        _ => Err(Reason::StatementData),
    }
}

const fn hash_of(scheme: Scheme) -> Option<Hash> {
    match scheme {
        Scheme::Ecdsa(_, hash) | Scheme::RsaPkcs1(hash) | Scheme::RsaPss(hash) => Some(hash),
        Scheme::Ed25519 | Scheme::Ed448 | Scheme::MlDsa44 | Scheme::MlDsa65 | Scheme::MlDsa87 => {
            None
        }
    }
}

/// TPMs leave out leading zeros, so numbers are compared and not their encodings.
fn is_same_key(tpm: &TpmKey<'_>, credential: &KeyMaterial<'_>) -> bool {
    match (tpm, credential) {
        (
            TpmKey::Ecc { curve, x, y },
            KeyMaterial::Ec {
                curve: credential_curve,
                x: credential_x,
                y: credential_y,
            },
        ) => {
            curve == credential_curve
                && number(x) == number(credential_x)
                && number(y) == number(credential_y)
        }
        (
            TpmKey::Rsa { n, e },
            KeyMaterial::Rsa {
                n: modulus,
                e: exponent,
            },
        ) => number(n) == number(modulus) && number(&e.to_be_bytes()) == number(exponent),
        _ => false,
    }
}
