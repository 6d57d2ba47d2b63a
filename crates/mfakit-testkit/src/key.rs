//! Keys that sign: those of credentials, and those of attestation certificates.

mod ecdsa;
mod hash;
#[cfg(feature = "ml-dsa")]
mod ml_dsa;
mod rsa;
mod rsa_primes;
mod spki;

use core::fmt;
use std::collections::BTreeMap;

use ed25519_dalek::Signer as _;
use mfakit_webauthn::{Algorithm, Curve, Scheme};
use rand_core::CryptoRng;
use serde_cbor::Value;

use ecdsa::EcKey;
pub(crate) use hash::digest;
pub use rsa::RsaBits;
use rsa::RsaKey;

/// A private key of one of the algorithms of mfakit-webauthn's table.
///
/// Signatures are deterministic: the same key, scheme and message give the same bytes.
///
/// # Security
///
/// For tests only. RSA keys are made of primes that stand in this crate's source, and nothing here
/// is constant in time or wiped.
#[derive(Clone)]
pub struct SigningKey {
    algorithm: Algorithm,
    secret: Secret,
}

#[derive(Clone)]
enum Secret {
    Ec(EcKey),
    Ed25519(ed25519_dalek::SigningKey),
    #[cfg(feature = "ed448")]
    Ed448(Box<ed448_goldilocks::SigningKey>),
    #[cfg(feature = "ml-dsa")]
    MlDsa(ml_dsa::MlDsaKey),
    Rsa(RsaKey),
}

impl SigningKey {
    /// Makes a key for an algorithm; an RSA key has 2048 bits.
    ///
    /// # Errors
    ///
    /// [`UnsupportedAlgorithm`] if the algorithm is behind a feature that is off.
    pub fn generate(
        algorithm: Algorithm,
        rng: &mut impl CryptoRng,
    ) -> Result<Self, UnsupportedAlgorithm> {
        let secret = match algorithm.scheme() {
            Scheme::Ecdsa(curve, _) => {
                Secret::Ec(EcKey::generate(curve, rng).ok_or(UnsupportedAlgorithm)?)
            }
            Scheme::Ed25519 => {
                let mut seed = [0; 32];
                rng.fill_bytes(&mut seed);
                Secret::Ed25519(ed25519_dalek::SigningKey::from_bytes(&seed))
            }
            #[cfg(feature = "ed448")]
            Scheme::Ed448 => {
                let mut seed = ed448_goldilocks::SecretKey::default();
                rng.fill_bytes(&mut seed);
                Secret::Ed448(Box::new((&seed).into()))
            }
            #[cfg(feature = "ml-dsa")]
            Scheme::MlDsa44 | Scheme::MlDsa65 | Scheme::MlDsa87 => {
                let key = ml_dsa::MlDsaKey::generate(algorithm.scheme(), rng);
                Secret::MlDsa(key.ok_or(UnsupportedAlgorithm)?)
            }
            Scheme::RsaPkcs1(_) | Scheme::RsaPss(_) => {
                Secret::Rsa(RsaKey::pick(RsaBits::B2048, rng))
            }
            _ => return Err(UnsupportedAlgorithm),
        };
        Ok(Self { algorithm, secret })
    }

    /// Makes an RSA key of another size, for one of the RS and PS algorithms.
    ///
    /// # Errors
    ///
    /// [`UnsupportedAlgorithm`] if the algorithm is none of RSA.
    pub fn rsa(
        algorithm: Algorithm,
        bits: RsaBits,
        rng: &mut impl CryptoRng,
    ) -> Result<Self, UnsupportedAlgorithm> {
        match algorithm.scheme() {
            Scheme::RsaPkcs1(_) | Scheme::RsaPss(_) => Ok(Self {
                algorithm,
                secret: Secret::Rsa(RsaKey::pick(bits, rng)),
            }),
            _ => Err(UnsupportedAlgorithm),
        }
    }

    /// Returns the algorithm that the key was made for.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Returns the signature scheme of that algorithm.
    #[must_use]
    pub const fn scheme(&self) -> Scheme {
        self.algorithm.scheme()
    }

    /// Signs a message by the key's own algorithm, in the form that WebAuthn gives signatures:
    /// ECDSA in DER, everything else as it is.
    ///
    /// # Panics
    ///
    /// Never: a key is only made for a scheme that it can sign by.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.sign_as(self.scheme(), message)
            .expect("the key was made for the scheme")
    }

    /// Signs a message by another scheme of the same key type, such as another hash or padding.
    ///
    /// # Errors
    ///
    /// [`WrongKey`] if the scheme needs a key of another type or curve.
    pub fn sign_as(&self, scheme: Scheme, message: &[u8]) -> Result<Vec<u8>, WrongKey> {
        match (&self.secret, scheme) {
            (Secret::Ec(key), Scheme::Ecdsa(curve, hash)) if key.curve() == curve => {
                Ok(key.sign(&digest(hash, message)))
            }
            (Secret::Ed25519(key), Scheme::Ed25519) => Ok(key.sign(message).to_bytes().to_vec()),
            #[cfg(feature = "ed448")]
            (Secret::Ed448(key), Scheme::Ed448) => Ok(key.sign_raw(message).to_bytes().to_vec()),
            #[cfg(feature = "ml-dsa")]
            (Secret::MlDsa(key), scheme) if scheme == key.scheme() => Ok(key.sign(message)),
            (Secret::Rsa(key), Scheme::RsaPkcs1(hash)) => Ok(key.sign_pkcs1(hash, message)),
            (Secret::Rsa(key), Scheme::RsaPss(hash)) => Ok(key.sign_pss(hash, message)),
            _ => Err(WrongKey),
        }
    }

    /// Returns the public key as a COSE key ([RFC 9052], [RFC 8230]), to be edited or written.
    ///
    /// [RFC 9052]: https://www.rfc-editor.org/rfc/rfc9052#section-7
    /// [RFC 8230]: https://www.rfc-editor.org/rfc/rfc8230#section-4
    #[must_use]
    pub fn cose(&self) -> Value {
        let bytes = Value::Bytes;
        let (kty, parameters) = match self.public() {
            Public::Ec { curve, x, y } => {
                let curve = Value::Integer(ecdsa::cose_curve(curve));
                (2, vec![curve, bytes(x), bytes(y)])
            }
            Public::Ed25519(point) => (1, vec![Value::Integer(6), bytes(point)]),
            #[cfg(feature = "ed448")]
            Public::Ed448(point) => (1, vec![Value::Integer(7), bytes(point)]),
            #[cfg(feature = "ml-dsa")]
            Public::MlDsa(_, public) => (7, vec![bytes(public)]),
            Public::Rsa { n, e } => (3, vec![bytes(n), bytes(e)]),
        };
        let head = [(1, kty), (3, self.algorithm.cose_id().into())]
            .map(|(label, value)| (Value::Integer(label), Value::Integer(value)));
        let tail = (1_i128..)
            .zip(parameters)
            .map(|(number, value)| (Value::Integer(number.wrapping_neg()), value));
        Value::Map(BTreeMap::from_iter(head.into_iter().chain(tail)))
    }

    /// Returns the public key as a `SubjectPublicKeyInfo` in DER, as certificates have it.
    #[must_use]
    pub fn subject_public_key_info(&self) -> Vec<u8> {
        spki::of(&self.public())
    }

    /// Returns both coordinates of an elliptic curve key, in their full width.
    #[must_use]
    pub fn coordinates(&self) -> Option<(Vec<u8>, Vec<u8>)> {
        match self.public() {
            Public::Ec { x, y, .. } => Some((x, y)),
            _ => None,
        }
    }

    /// Returns modulus and exponent of an RSA key, big endian, without leading zeros.
    #[must_use]
    pub fn rsa_parts(&self) -> Option<(Vec<u8>, Vec<u8>)> {
        match self.public() {
            Public::Rsa { n, e } => Some((n, e)),
            _ => None,
        }
    }

    fn public(&self) -> Public {
        match &self.secret {
            Secret::Ec(key) => {
                let (x, y) = key.coordinates();
                Public::Ec {
                    curve: key.curve(),
                    x,
                    y,
                }
            }
            Secret::Ed25519(key) => Public::Ed25519(key.verifying_key().to_bytes().to_vec()),
            #[cfg(feature = "ed448")]
            Secret::Ed448(key) => Public::Ed448(key.verifying_key().to_bytes().to_vec()),
            #[cfg(feature = "ml-dsa")]
            Secret::MlDsa(key) => Public::MlDsa(key.scheme(), key.public()),
            Secret::Rsa(key) => Public::Rsa {
                n: key.modulus(),
                e: RsaKey::exponent(),
            },
        }
    }
}

/// A public key in its parts.
enum Public {
    Ec {
        curve: Curve,
        x: Vec<u8>,
        y: Vec<u8>,
    },
    Ed25519(Vec<u8>),
    #[cfg(feature = "ed448")]
    Ed448(Vec<u8>),
    #[cfg(feature = "ml-dsa")]
    MlDsa(Scheme, Vec<u8>),
    Rsa {
        n: Vec<u8>,
        e: Vec<u8>,
    },
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey")
            .field("algorithm", &self.algorithm)
            .finish_non_exhaustive()
    }
}

/// The algorithm is behind a feature of this crate that is off, or is not of the kind asked for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "says all there is to say")]
pub struct UnsupportedAlgorithm;

impl fmt::Display for UnsupportedAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("algorithm of another kind, or behind a feature that is off")
    }
}

impl core::error::Error for UnsupportedAlgorithm {}

/// The signature scheme needs a key of another type or curve.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "says all there is to say")]
pub struct WrongKey;

impl fmt::Display for WrongKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("scheme of another type of key")
    }
}

impl core::error::Error for WrongKey {}
