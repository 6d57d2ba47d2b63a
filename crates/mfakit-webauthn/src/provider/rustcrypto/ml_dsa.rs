//! ML-DSA ([FIPS 204]) in its pure form, with an empty context.
//!
//! [FIPS 204]: https://doi.org/10.6028/NIST.FIPS.204

use alloc::boxed::Box;

use ml_dsa::{MlDsa44, MlDsa65, MlDsa87, MlDsaParams, Signature, VerifyingKey as MlDsaKey};

use super::super::{
    BadSignature, InvalidKey, KeyMaterial, PreparedKey, SignatureVerifier, VerifyingKey,
};
use crate::algorithm::Scheme;

pub(super) struct MlDsa;

impl SignatureVerifier for MlDsa {
    fn supports(&self, scheme: Scheme) -> bool {
        matches!(scheme, Scheme::MlDsa44 | Scheme::MlDsa65 | Scheme::MlDsa87)
    }

    fn prepare(&self, scheme: Scheme, key: KeyMaterial<'_>) -> Result<PreparedKey, InvalidKey> {
        let KeyMaterial::Akp(bytes) = key else {
            return Err(InvalidKey);
        };
        match scheme {
            Scheme::MlDsa44 => prepare::<MlDsa44>(scheme, bytes),
            Scheme::MlDsa65 => prepare::<MlDsa65>(scheme, bytes),
            Scheme::MlDsa87 => prepare::<MlDsa87>(scheme, bytes),
            _ => Err(InvalidKey),
        }
    }
}

fn prepare<P>(scheme: Scheme, bytes: &[u8]) -> Result<PreparedKey, InvalidKey>
where
    P: MlDsaParams,
    Prepared<P>: VerifyingKey + 'static,
{
    let encoded = bytes.try_into().map_err(|_| InvalidKey)?;
    let key = Box::new(MlDsaKey::<P>::decode(encoded));
    Ok(PreparedKey::new(scheme, Prepared(key)))
}

struct Prepared<P: MlDsaParams>(Box<MlDsaKey<P>>);

impl<P: MlDsaParams> VerifyingKey for Prepared<P>
where
    MlDsaKey<P>: Send + Sync,
{
    fn verify(&self, message: &[&[u8]], signature: &[u8]) -> Result<(), BadSignature> {
        let signature = Signature::<P>::try_from(signature).map_err(|_| BadSignature)?;
        if self
            .0
            .verify_with_context(&message.concat(), &[], &signature)
        {
            Ok(())
        } else {
            Err(BadSignature)
        }
    }

    fn size_bytes(&self) -> usize {
        size_of::<Self>().saturating_add(size_of::<MlDsaKey<P>>())
    }
}
