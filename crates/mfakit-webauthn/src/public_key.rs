//! Credential public keys in their COSE form ([RFC 9052], [RFC 9053], [RFC 8230]).
//!
//! [RFC 9052]: https://www.rfc-editor.org/rfc/rfc9052#section-7
//! [RFC 9053]: https://www.rfc-editor.org/rfc/rfc9053#section-7
//! [RFC 8230]: https://www.rfc-editor.org/rfc/rfc8230#section-4

use alloc::vec::Vec;
use core::fmt;

use coset::cbor::value::Value;
use coset::iana::{self, EnumI64 as _};
use coset::{CborSerializable as _, CoseKey, KeyType, Label};

use crate::algorithm::{Algorithm, Curve, Scheme};
use crate::cbor::{self, Rules};
use crate::error::Reason;
use crate::provider::{CryptoProvider, KeyMaterial, PreparedKey};

/// A credential's public key, with the one algorithm that it is for.
///
/// Store [`PublicKey::as_cose`]; parse it when the record is loaded, not at each sign-in.
#[derive(Clone, Eq, PartialEq)]
pub struct PublicKey {
    algorithm: Algorithm,
    cose: Vec<u8>,
    parts: Parts,
}

#[derive(Clone, Eq, PartialEq)]
enum Parts {
    Ec {
        curve: Curve,
        x: Vec<u8>,
        y: Vec<u8>,
    },
    Okp(Vec<u8>),
    Rsa {
        n: Vec<u8>,
        e: Vec<u8>,
    },
    Akp(Vec<u8>),
}

/// The label of the algorithm in [RFC 9052 section 7.1].
///
/// [RFC 9052 section 7.1]: https://www.rfc-editor.org/rfc/rfc9052#section-7.1
const LABEL_ALG: i64 = 3;

impl PublicKey {
    /// Reads a key: CTAP2 canonical CBOR with exactly the parameters of its type.
    ///
    /// Whether the key is a good one is seen when a provider prepares it.
    ///
    /// # Errors
    ///
    /// - [`Reason::CoseKey`] if it is malformed, or not of the type and curve of its algorithm.
    /// - [`Reason::UnknownAlgorithm`] if the table has no such algorithm.
    pub fn from_cose(bytes: &[u8]) -> Result<Self, Reason> {
        let (item, rest) = cbor::check(bytes, Rules::CANONICAL).map_err(|_| Reason::CoseKey)?;
        if !rest.is_empty() {
            return Err(Reason::CoseKey);
        }
        let algorithm = algorithm_of(item)?;
        let key = CoseKey::from_slice(bytes).map_err(|_| Reason::CoseKey)?;
        let parts = parts(&key, algorithm.scheme()).ok_or(Reason::CoseKey)?;
        Ok(Self {
            algorithm,
            cose: bytes.into(),
            parts,
        })
    }

    /// Returns the algorithm.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Returns the key as it was sent.
    #[must_use]
    pub fn as_cose(&self) -> &[u8] {
        &self.cose
    }

    /// Returns the parts of the key, for a provider.
    #[must_use]
    pub fn material(&self) -> KeyMaterial<'_> {
        match &self.parts {
            Parts::Ec { curve, x, y } => KeyMaterial::Ec {
                curve: *curve,
                x,
                y,
            },
            Parts::Okp(bytes) => KeyMaterial::Okp(bytes),
            Parts::Rsa { n, e } => KeyMaterial::Rsa { n, e },
            Parts::Akp(bytes) => KeyMaterial::Akp(bytes),
        }
    }

    /// Checks the key and makes it ready for its algorithm: for the sign-ins of this key alone.
    ///
    /// # Errors
    ///
    /// - [`Reason::AlgorithmOfProvider`] if the provider does not verify the algorithm.
    /// - [`Reason::InvalidKey`] if it is no good key.
    pub fn prepare(&self, provider: &CryptoProvider) -> Result<PreparedKey, Reason> {
        match provider.prepare(self.algorithm.scheme(), self.material()) {
            None => Err(Reason::AlgorithmOfProvider),
            Some(prepared) => prepared
                .map(|prepared| prepared.of_cose(&self.cose))
                .map_err(|_| Reason::InvalidKey),
        }
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PublicKey")
            .field("algorithm", &self.algorithm)
            .finish_non_exhaustive()
    }
}

/// The algorithm, read before coset refuses a number that it does not know.
fn algorithm_of(item: cbor::Item<'_>) -> Result<Algorithm, Reason> {
    let mut algorithm = None;
    for (label, value) in item.map().map_err(|_| Reason::CoseKey)? {
        if label.integer() == Ok(LABEL_ALG) {
            algorithm = Some(value.integer().map_err(|_| Reason::CoseKey)?);
        }
    }
    let number = algorithm.ok_or(Reason::CoseKey)?;
    Algorithm::from_cose_id(number).ok_or(Reason::UnknownAlgorithm)
}

/// The parameters of the scheme's key type: all of them, and none besides. L3 section 6.5.1.1
/// forbids optional parameters, and a private key must never be stored by accident.
fn parts(key: &CoseKey, scheme: Scheme) -> Option<Parts> {
    if !key.key_id.is_empty() || !key.key_ops.is_empty() || !key.base_iv.is_empty() {
        return None;
    }
    match scheme {
        Scheme::Ecdsa(curve, _) => {
            of_type(key, iana::KeyType::EC2)?;
            let [crv, x, y] = parameters(key, [-1, -2, -3])?;
            is_curve(crv, curve.cose_id())?;
            Some(Parts::Ec {
                curve,
                x: sized(x, curve.coordinate_bytes())?,
                y: sized(y, curve.coordinate_bytes())?,
            })
        }
        Scheme::Ed25519 | Scheme::Ed448 => {
            of_type(key, iana::KeyType::OKP)?;
            let [crv, x] = parameters(key, [-1, -2])?;
            let (curve, length) = match scheme {
                Scheme::Ed448 => (iana::EllipticCurve::Ed448, 57),
                _ => (iana::EllipticCurve::Ed25519, 32),
            };
            is_curve(crv, curve.to_i64())?;
            Some(Parts::Okp(sized(x, length)?))
        }
        Scheme::RsaPkcs1(_) | Scheme::RsaPss(_) => {
            of_type(key, iana::KeyType::RSA)?;
            let [n, e] = parameters(key, [-1, -2])?;
            Some(Parts::Rsa {
                n: n.as_bytes()?.clone(),
                e: e.as_bytes()?.clone(),
            })
        }
        Scheme::MlDsa44 | Scheme::MlDsa65 | Scheme::MlDsa87 => {
            of_type(key, iana::KeyType::AKP)?;
            let [public] = parameters(key, [-1])?;
            Some(Parts::Akp(public.as_bytes()?.clone()))
        }
    }
}

fn of_type(key: &CoseKey, kty: iana::KeyType) -> Option<()> {
    (key.kty == KeyType::Assigned(kty)).then_some(())
}

/// The values of exactly these labels; the reader before has refused duplicates.
fn parameters<const N: usize>(key: &CoseKey, labels: [i64; N]) -> Option<[&Value; N]> {
    if key.params.len() != N {
        return None;
    }
    let value = |wanted| {
        key.params
            .iter()
            .find(|(label, _)| *label == Label::Int(wanted))
            .map(|(_, value)| value)
    };
    let mut values = [&Value::Null; N];
    for (to, label) in values.iter_mut().zip(labels) {
        *to = value(label)?;
    }
    Some(values)
}

fn is_curve(value: &Value, curve: i64) -> Option<()> {
    (i64::try_from(value.as_integer()?).ok()? == curve).then_some(())
}

fn sized(value: &Value, length: usize) -> Option<Vec<u8>> {
    let bytes = value.as_bytes()?;
    (bytes.len() == length).then(|| bytes.clone())
}
