//! ECDSA over the curves of the table.

use mfakit_webauthn::Curve;
use p256::ecdsa::signature::hazmat::PrehashSigner as _;
use p256::elliptic_curve::Generate as _;
use rand_core::CryptoRng;

/// The number of a curve in the COSE registry.
pub(super) const fn cose_curve(curve: Curve) -> i128 {
    match curve {
        Curve::P256 => 1,
        Curve::P384 => 2,
        Curve::P521 => 3,
        _ => 8,
    }
}

/// The private keys of the curves, and what is the same for all of them but for its types.
macro_rules! curves {
    ($($name:ident, $module:ident;)*) => {
        #[derive(Clone)]
        pub(super) enum EcKey {
            $($name(Box<$module::ecdsa::SigningKey>),)*
        }

        impl EcKey {
            /// A random key; `None` for a curve that is not known here.
            pub(super) fn generate(curve: Curve, rng: &mut impl CryptoRng) -> Option<Self> {
                match curve {
                    $(Curve::$name => Some(Self::$name(Box::new(
                        $module::ecdsa::SigningKey::generate_from_rng(rng),
                    ))),)*
                    _ => None,
                }
            }

            pub(super) const fn curve(&self) -> Curve {
                match self {
                    $(Self::$name(_) => Curve::$name,)*
                }
            }

            /// The signature of a digest, in DER.
            pub(super) fn sign(&self, digest: &[u8]) -> Vec<u8> {
                match self {
                    $(Self::$name(key) => {
                        let signature: $module::ecdsa::Signature = key
                            .sign_prehash(digest)
                            .expect("digests of any length are signed");
                        signature.to_der().as_bytes().to_vec()
                    })*
                }
            }

            /// The point as `04 ‖ x ‖ y`.
            fn point(&self) -> Vec<u8> {
                match self {
                    $(Self::$name(key) => {
                        key.verifying_key().to_sec1_point(false).as_bytes().to_vec()
                    })*
                }
            }
        }
    };
}

curves! {
    P256, p256;
    P384, p384;
    P521, p521;
    Secp256k1, k256;
}

impl EcKey {
    /// Both coordinates, in their full width.
    pub(super) fn coordinates(&self) -> (Vec<u8>, Vec<u8>) {
        let point = self.point();
        let (_, both) = point.split_first().expect("a point has a tag");
        let (x, y) = both.split_at(self.curve().coordinate_bytes());
        (x.to_vec(), y.to_vec())
    }
}
