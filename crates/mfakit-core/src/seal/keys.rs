//! The four named secrets of a service.

use alloc::vec::Vec;
use core::fmt;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use rand_core::CryptoRng;
use sha2::Sha256;
use zeroize::Zeroizing;

use super::SealContext;
use crate::SecretArray;

/// First byte of everything sealed, so that another construction can follow this one.
const FORMAT: u8 = 1;
const KEY_ID_BYTES: usize = 4;
/// XChaCha20's nonce: long enough to be drawn at random for ever.
const NONCE_BYTES: usize = 24;

/// The secrets of a service: two to seal with, one to look things up by, one to season hashes with.
///
/// | name | what it does | when it is replaced |
/// |---|---|---|
/// | `seal` | seals records in the store | [`Keys::rotate`]; old ones keep opening until retired |
/// | `token` | seals what a browser or a session keeps | the same |
/// | `index` | hashes user ids and the like into storage keys | never, in the life of a store |
/// | `pepper` | Argon2's secret input for digit PINs | [`Keys::rotate`]; its id stands with each hash |
///
/// Keep them apart from the database and from its backups: whoever has both has every secret in
/// it, and a digit PIN cannot survive such a leak by hashing alone.
pub struct Keys {
    pub(super) store: Option<StoreId>,
    pub(super) seal: KeyRing,
    pub(super) token: KeyRing,
    pub(super) pepper: KeyRing,
    pub(super) index: IndexKey,
    #[cfg(feature = "key-file")]
    pub(super) file: Option<std::path::PathBuf>,
}

/// Names one of the secrets that can be replaced while old ones stay usable.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "the rings of a key file, fixed with its format"
)]
pub enum Ring {
    /// Seals records in the store.
    Seal,
    /// Seals tokens that browsers and sessions keep.
    Token,
    /// Seasons the hashes of digit PINs.
    Pepper,
}

/// The random id of a store, which its keys repeat.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct StoreId([u8; 16]);

impl StoreId {
    /// Draws a new id.
    pub fn random(rng: &mut impl CryptoRng) -> Self {
        let mut id = [0; 16];
        rng.fill_bytes(&mut id);
        Self(id)
    }

    /// Makes an id from its bytes.
    #[must_use]
    pub const fn from_bytes(id: [u8; 16]) -> Self {
        Self(id)
    }

    /// Returns the id's bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

/// A pepper and the number that stands with the hashes made with it.
#[derive(Clone, Copy, Debug)]
pub struct Pepper<'a> {
    id: u32,
    secret: &'a SecretArray<32>,
}

impl<'a> Pepper<'a> {
    /// Returns the number to store with a hash.
    #[must_use]
    pub const fn id(&self) -> u32 {
        self.id
    }

    /// Returns the secret input for the hash function.
    #[must_use]
    pub const fn secret(&self) -> &'a SecretArray<32> {
        self.secret
    }
}

/// The secret that turns identifiers into storage keys and tags.
#[derive(Debug)]
pub(super) struct IndexKey(pub(super) SecretArray<32>);

/// Secrets of one purpose, oldest first, with rising ids. Never empty.
#[derive(Debug)]
pub(super) struct KeyRing {
    pub(super) older: Vec<(u32, SecretArray<32>)>,
    pub(super) newest: (u32, SecretArray<32>),
}

impl KeyRing {
    fn generate(rng: &mut impl CryptoRng) -> Self {
        Self {
            older: Vec::new(),
            newest: (1, random_secret(rng)),
        }
    }

    fn by_id(&self, id: u32) -> Option<&SecretArray<32>> {
        self.all()
            .find_map(|(known, secret)| (*known == id).then_some(secret))
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &(u32, SecretArray<32>)> {
        self.older.iter().chain(core::iter::once(&self.newest))
    }
}

fn random_secret(rng: &mut impl CryptoRng) -> SecretArray<32> {
    let mut bytes = Zeroizing::new([0; 32]);
    rng.fill_bytes(&mut *bytes);
    SecretArray::new(*bytes)
}

impl Keys {
    /// Draws a fresh set, bound to no store yet.
    #[must_use]
    pub fn generate(rng: &mut impl CryptoRng) -> Self {
        Self {
            store: None,
            seal: KeyRing::generate(rng),
            token: KeyRing::generate(rng),
            pepper: KeyRing::generate(rng),
            index: IndexKey(random_secret(rng)),
            #[cfg(feature = "key-file")]
            file: None,
        }
    }

    /// Returns the id of the store that these keys belong to, once they have been used with one.
    #[must_use]
    pub const fn store_id(&self) -> Option<StoreId> {
        self.store
    }

    /// Adds a new secret to a ring: it is used from now on, the older ones still open.
    ///
    /// Does nothing if the ring has had 2³²-1 secrets. Save the keys before using them.
    pub fn rotate(&mut self, ring: Ring, rng: &mut impl CryptoRng) {
        let ring = self.ring_mut(ring);
        if let Some(id) = ring.newest.0.checked_add(1) {
            let old = core::mem::replace(&mut ring.newest, (id, random_secret(rng)));
            ring.older.push(old);
        }
    }

    /// Drops every secret of a ring but the newest: what the others sealed is lost for good.
    ///
    /// Do it after every record was sealed anew ([`Keys::is_current`] tells), or to void all
    /// tokens at once.
    pub fn retire_older(&mut self, ring: Ring) {
        self.ring_mut(ring).older.clear();
    }

    /// Seals a value: `format ‖ key id ‖ nonce ‖ ciphertext ‖ tag`.
    ///
    /// # Inputs
    ///
    /// - `ring`: [`Ring::Seal`] for what goes into the store, [`Ring::Token`] for what leaves the
    ///   service.
    /// - `context`: what the value is and whose; the same is needed to open it.
    ///
    /// # Panics
    ///
    /// If `plain` has more than 2³⁸ bytes, the cipher's limit.
    #[must_use]
    pub fn seal(
        &self,
        ring: Ring,
        context: &SealContext,
        plain: &[u8],
        rng: &mut impl CryptoRng,
    ) -> Vec<u8> {
        let (id, secret) = &self.ring(ring).newest;
        let mut nonce = [0; NONCE_BYTES];
        rng.fill_bytes(&mut nonce);

        let mut sealed = Vec::from([FORMAT]);
        sealed.extend_from_slice(&id.to_be_bytes());
        sealed.extend_from_slice(&nonce);
        let payload = Payload {
            msg: plain,
            aad: context.as_bytes(),
        };
        #[expect(
            clippy::expect_used,
            reason = "the cipher's limit of 2^38 bytes is above any memory"
        )]
        let ciphertext = cipher(secret)
            .encrypt(&XNonce::from(nonce), payload)
            .expect("a record or token is shorter than 2^38 bytes");
        sealed.extend_from_slice(&ciphertext);
        sealed
    }

    /// Opens what [`Keys::seal`] made under the same ring and context.
    ///
    /// # Errors
    ///
    /// - [`OpenError::Malformed`] if it is too short or of another format.
    /// - [`OpenError::UnknownKey`] if none of the ring's secrets has its key id.
    /// - [`OpenError::Forged`] if it was changed, or sealed under another context.
    pub fn open(
        &self,
        ring: Ring,
        context: &SealContext,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        let (id, rest) = split_header(sealed)?;
        let (nonce, ciphertext) = rest
            .split_first_chunk::<NONCE_BYTES>()
            .ok_or(OpenError::Malformed)?;
        let secret = self
            .ring(ring)
            .by_id(id)
            .ok_or(OpenError::UnknownKey { id })?;
        let payload = Payload {
            msg: ciphertext,
            aad: context.as_bytes(),
        };
        cipher(secret)
            .decrypt(&XNonce::from(*nonce), payload)
            .map(Zeroizing::new)
            .map_err(|_| OpenError::Forged)
    }

    /// Returns whether a value was sealed with the ring's newest secret.
    ///
    /// # Errors
    ///
    /// [`OpenError::Malformed`] if it is too short or of another format.
    pub fn is_current(&self, ring: Ring, sealed: &[u8]) -> Result<bool, OpenError> {
        let (id, _) = split_header(sealed)?;
        Ok(id == self.ring(ring).newest.0)
    }

    /// Hashes an identifier with the `index` secret (HMAC-SHA-256), so that the store does not
    /// learn it. Labels keep the hashes of different purposes apart.
    #[must_use]
    pub fn index(&self, label: &str, identifier: &[u8]) -> [u8; 32] {
        let context = SealContext::new(label).with(identifier);
        // RFC 2104 section 2: a key shorter than the hash's block is padded with zeros.
        let mut block = Zeroizing::new([0; 64]);
        let (key, _) = block.split_at_mut(32);
        key.copy_from_slice(self.index.0.expose());
        Hmac::<Sha256>::new((&*block).into())
            .chain_update(context.as_bytes())
            .finalize()
            .into_bytes()
            .into()
    }

    /// Returns what a store keeps to say which one it is: its id, and a tag that only these keys
    /// make.
    #[must_use]
    pub fn store_record(&self, id: StoreId) -> Vec<u8> {
        let tag = self.index("mfakit store id", id.as_bytes());
        [id.as_bytes().as_slice(), tag.as_slice()].concat()
    }

    /// Reads what [`Keys::store_record`] made; `None` if other keys made it.
    #[must_use]
    pub fn open_store_record(&self, record: &[u8]) -> Option<StoreId> {
        let id = StoreId::from_bytes(*record.first_chunk()?);
        (record == self.store_record(id)).then_some(id)
    }

    /// Returns the pepper for new hashes.
    #[must_use]
    pub const fn pepper(&self) -> Pepper<'_> {
        let (id, secret) = &self.pepper.newest;
        Pepper { id: *id, secret }
    }

    /// Returns the pepper that an older hash was made with, if it has not been retired.
    #[must_use]
    pub fn pepper_by_id(&self, id: u32) -> Option<Pepper<'_>> {
        self.pepper.by_id(id).map(|secret| Pepper { id, secret })
    }

    const fn ring(&self, ring: Ring) -> &KeyRing {
        match ring {
            Ring::Seal => &self.seal,
            Ring::Token => &self.token,
            Ring::Pepper => &self.pepper,
        }
    }

    const fn ring_mut(&mut self, ring: Ring) -> &mut KeyRing {
        match ring {
            Ring::Seal => &mut self.seal,
            Ring::Token => &mut self.token,
            Ring::Pepper => &mut self.pepper,
        }
    }
}

fn cipher(secret: &SecretArray<32>) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(secret.expose().into())
}

fn split_header(sealed: &[u8]) -> Result<(u32, &[u8]), OpenError> {
    let (&format, rest) = sealed.split_first().ok_or(OpenError::Malformed)?;
    let (id, rest) = rest
        .split_first_chunk::<KEY_ID_BYTES>()
        .ok_or(OpenError::Malformed)?;
    if format == FORMAT {
        Ok((u32::from_be_bytes(*id), rest))
    } else {
        Err(OpenError::Malformed)
    }
}

/// Shows which secrets there are, none of them.
impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys")
            .field("store", &self.store)
            .field("seal", &self.seal.newest.0)
            .field("token", &self.token.newest.0)
            .field("pepper", &self.pepper.newest.0)
            .finish_non_exhaustive()
    }
}

/// Why a sealed value did not open.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum OpenError {
    /// It is too short, or of a format that this version does not know.
    Malformed,
    /// It was sealed with a secret that these keys do not have: the wrong key file, or a retired one.
    UnknownKey {
        /// The id that the value names.
        id: u32,
    },
    /// It was changed, belongs elsewhere, or was sealed by somebody else.
    Forged,
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed => f.write_str("sealed value is malformed"),
            Self::UnknownKey { id } => {
                write!(f, "sealed value names key {id}, which is not at hand")
            }
            Self::Forged => f.write_str("sealed value was changed or belongs elsewhere"),
        }
    }
}

impl core::error::Error for OpenError {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seal::text::tests::{keys, rng};

    const PLAIN: &[u8] = b"the blue heron";

    fn context() -> SealContext {
        SealContext::new("test").with(b"alice")
    }

    #[test]
    fn a_store_is_known_to_its_own_keys_only() {
        let mut rng = rng();
        let [keys, others] = [(); 2].map(|()| Keys::generate(&mut rng));
        let id = StoreId::random(&mut rng);
        let mut record = keys.store_record(id);
        assert_eq!(keys.open_store_record(&record), Some(id));
        assert_eq!(others.open_store_record(&record), None);
        assert_eq!(keys.open_store_record(&record[..47]), None);
        assert_eq!(keys.open_store_record(&[]), None);
        record[0] ^= 1;
        assert_eq!(keys.open_store_record(&record), None);
    }

    #[test]
    fn opens_under_the_same_ring_and_context_only() {
        let keys = keys();
        let sealed = keys.seal(Ring::Seal, &context(), PLAIN, &mut rng());

        assert_eq!(
            **keys.open(Ring::Seal, &context(), &sealed).unwrap(),
            *PLAIN
        );
        let elsewhere = SealContext::new("test").with(b"bob");
        assert_eq!(
            keys.open(Ring::Seal, &elsewhere, &sealed),
            Err(OpenError::Forged)
        );
        assert_eq!(
            keys.open(Ring::Token, &context(), &sealed),
            Err(OpenError::Forged)
        );
    }

    #[test]
    fn every_changed_byte_is_noticed() {
        let keys = keys();
        let sealed = keys.seal(Ring::Token, &context(), PLAIN, &mut rng());
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            let want = match at {
                0 => OpenError::Malformed,
                1..=4 => OpenError::UnknownKey {
                    id: 1 ^ (1 << (8 * (4 - at))),
                },
                _ => OpenError::Forged,
            };
            assert_eq!(
                keys.open(Ring::Token, &context(), &changed),
                Err(want),
                "byte {at}"
            );
        }
    }

    #[test]
    fn a_value_cut_short_is_an_error() {
        let keys = keys();
        let sealed = keys.seal(Ring::Seal, &context(), PLAIN, &mut rng());
        for len in 0..sealed.len() {
            let want = if len < 1 + 4 + 24 {
                OpenError::Malformed
            } else {
                OpenError::Forged
            };
            assert_eq!(
                keys.open(Ring::Seal, &context(), &sealed[..len]),
                Err(want),
                "{len} bytes"
            );
        }
    }

    #[test]
    fn old_secrets_open_until_they_are_retired() {
        let mut keys = keys();
        let sealed = keys.seal(Ring::Seal, &context(), PLAIN, &mut rng());
        assert_eq!(keys.is_current(Ring::Seal, &sealed), Ok(true));

        keys.rotate(Ring::Seal, &mut rng());
        assert_eq!(keys.is_current(Ring::Seal, &sealed), Ok(false));
        assert!(keys.open(Ring::Seal, &context(), &sealed).is_ok());

        keys.retire_older(Ring::Seal);
        assert_eq!(
            keys.open(Ring::Seal, &context(), &sealed),
            Err(OpenError::UnknownKey { id: 1 })
        );
    }

    #[test]
    fn peppers_are_found_by_id() {
        let mut keys = keys();
        let first = *keys.pepper().secret().expose();
        keys.rotate(Ring::Pepper, &mut rng());
        assert_eq!(keys.pepper().id(), 2);
        assert_eq!(keys.pepper_by_id(1).unwrap().secret().expose(), &first);
        assert!(keys.pepper_by_id(3).is_none());
    }

    #[test]
    fn labels_keep_hashes_apart() {
        let keys = keys();
        assert_eq!(keys.index("user", b"a"), keys.index("user", b"a"));
        assert_ne!(keys.index("user", b"a"), keys.index("user", b"b"));
        assert_ne!(keys.index("user", b"a"), keys.index("credential", b"a"));
    }
}
