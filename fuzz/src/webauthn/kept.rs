//! Signatures and verdicts about them, kept: both follow from what goes into them, and the fuzzer's
//! time is for what surrounds them.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};

use mfakit_testkit::SigningKey;
use mfakit_webauthn::Scheme;
use mfakit_webauthn::provider::{
    BadSignature, CryptoProvider, InvalidKey, KeyMaterial, PreparedKey, RUSTCRYPTO,
    SignatureVerifier, VerifyingKey,
};

/// Values by what they follow from; all are dropped when there are too many.
pub(super) struct Kept<K, V>(Mutex<Option<HashMap<K, V>>>);

const MAX: usize = 2_000;

impl<K: Eq + Hash, V: Clone> Kept<K, V> {
    pub(super) const fn new() -> Self {
        Self(Mutex::new(None))
    }

    /// The value of a key, made the first time. The map is free while it is made.
    pub(super) fn get(&self, key: K, make: impl FnOnce() -> V) -> V {
        let lock = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(value) = lock().as_ref().and_then(|kept| kept.get(&key)) {
            return value.clone();
        }
        let value = make();
        let mut kept = lock();
        let kept = kept.get_or_insert_default();
        if kept.len() >= MAX {
            kept.clear();
        }
        kept.insert(key, value.clone());
        value
    }
}

/// Signs by the key of this name.
pub(super) fn sign(name: &'static str, key: &SigningKey, message: &[u8]) -> Vec<u8> {
    static SIGNATURES: Kept<(&str, Vec<u8>), Vec<u8>> = Kept::new();
    SIGNATURES.get((name, message.to_vec()), || key.sign(message))
}

/// [`RUSTCRYPTO`], asked once about each key and each signature.
pub(super) const KEEPING: CryptoProvider = CryptoProvider::new("keeping", &[&Verifier]);

struct Verifier;

impl SignatureVerifier for Verifier {
    fn supports(&self, scheme: Scheme) -> bool {
        RUSTCRYPTO.supports(scheme)
    }

    fn prepare(&self, scheme: Scheme, key: KeyMaterial<'_>) -> Result<PreparedKey, InvalidKey> {
        static KEYS: Kept<(Scheme, Vec<u8>), Result<PreparedKey, InvalidKey>> = Kept::new();
        let parts = match key {
            KeyMaterial::Ec { x, y, .. } => [b"ec", x, y].concat(),
            KeyMaterial::Rsa { n, e } => [&n.len().to_be_bytes(), n, e].concat(),
            KeyMaterial::Okp(bytes) | KeyMaterial::Akp(bytes) => bytes.to_vec(),
            _ => panic!("a kind of key without a row here"),
        };
        KEYS.get((scheme, parts), || {
            let prepared = RUSTCRYPTO.prepare(scheme, key);
            let prepared = prepared.expect("the scheme is known")?;
            let verdicts = Kept::new();
            Ok(PreparedKey::new(scheme, Key { prepared, verdicts }))
        })
    }
}

struct Key {
    prepared: PreparedKey,
    verdicts: Kept<(Vec<u8>, Vec<u8>), Result<(), BadSignature>>,
}

impl VerifyingKey for Key {
    fn verify(&self, message: &[&[u8]], signature: &[u8]) -> Result<(), BadSignature> {
        let inputs = (message.concat(), signature.to_vec());
        self.verdicts
            .get(inputs, || self.prepared.verify(message, signature))
    }

    fn size_bytes(&self) -> usize {
        self.prepared.size_bytes()
    }
}
