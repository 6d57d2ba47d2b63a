//! ML-DSA ([FIPS 204]), in its pure and deterministic form, with an empty context.
//!
//! [FIPS 204]: https://doi.org/10.6028/NIST.FIPS.204

use mfakit_webauthn::Scheme;
use ml_dsa::{ExpandedSigningKey, MlDsa44, MlDsa65, MlDsa87, MlDsaParams};
use rand_core::CryptoRng;

/// A seed, and what is made of it. The seed is expanded at each use.
#[derive(Clone)]
pub(super) struct MlDsaKey {
    seed: [u8; 32],
    set: Set,
}

#[derive(Clone, Copy)]
enum Set {
    MlDsa44,
    MlDsa65,
    MlDsa87,
}

impl MlDsaKey {
    /// A random key; `None` if the scheme is another one.
    pub(super) fn generate(scheme: Scheme, rng: &mut impl CryptoRng) -> Option<Self> {
        let set = match scheme {
            Scheme::MlDsa44 => Set::MlDsa44,
            Scheme::MlDsa65 => Set::MlDsa65,
            Scheme::MlDsa87 => Set::MlDsa87,
            _ => return None,
        };
        let mut seed = [0; 32];
        rng.fill_bytes(&mut seed);
        Some(Self { seed, set })
    }

    pub(super) const fn scheme(&self) -> Scheme {
        match self.set {
            Set::MlDsa44 => Scheme::MlDsa44,
            Set::MlDsa65 => Scheme::MlDsa65,
            Set::MlDsa87 => Scheme::MlDsa87,
        }
    }

    pub(super) fn sign(&self, message: &[u8]) -> Vec<u8> {
        match self.set {
            Set::MlDsa44 => sign(&self.expanded::<MlDsa44>(), message),
            Set::MlDsa65 => sign(&self.expanded::<MlDsa65>(), message),
            Set::MlDsa87 => sign(&self.expanded::<MlDsa87>(), message),
        }
    }

    pub(super) fn public(&self) -> Vec<u8> {
        match self.set {
            Set::MlDsa44 => self.expanded::<MlDsa44>().verifying_key().encode().to_vec(),
            Set::MlDsa65 => self.expanded::<MlDsa65>().verifying_key().encode().to_vec(),
            Set::MlDsa87 => self.expanded::<MlDsa87>().verifying_key().encode().to_vec(),
        }
    }

    fn expanded<P: MlDsaParams>(&self) -> ExpandedSigningKey<P> {
        ExpandedSigningKey::from_seed(&self.seed.into())
    }
}

fn sign<P: MlDsaParams>(key: &ExpandedSigningKey<P>, message: &[u8]) -> Vec<u8> {
    key.sign_deterministic(message, &[])
        .expect("the empty context is short enough")
        .encode()
        .to_vec()
}
