//! Hashing PINs, and comparing with the hash.

use core::fmt;

use argon2::{Algorithm, Argon2, AssociatedData, ParamsBuilder, Version};
use mfakit_core::UserId;
use rand_core::CryptoRng;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use crate::{Cost, NewPin, Pepper, Pin};

mod error;
mod text;

pub use error::{OutOfMemory, SetError, VerifyError, WrongPepper};
pub use text::CorruptHash;

/// 128 bits, as in both recommended options of RFC 9106 section 4.
const SALT_BYTES: usize = 16;
/// 256 bits, as in both recommended options of RFC 9106 section 4.
const TAG_BYTES: usize = 32;
/// Keeps the digest of a user id apart from every other digest of one.
const USER_DOMAIN: &[u8] = b"mfakit-pin 1 user\0";

/// What a service stores of a PIN: the hash, with its salt, its cost and the number of its pepper.
///
/// It is bound to the user it was made for: copied into another user's row, it does not verify
/// there. [`PinHash::to_text`] is what to store; `Debug` shows neither salt nor hash.
#[derive(Clone)]
pub struct PinHash {
    pepper_id: u32,
    cost: Cost,
    salt: [u8; SALT_BYTES],
    tag: [u8; TAG_BYTES],
}

impl PinHash {
    /// Returns the number of the pepper that this hash was made with.
    #[must_use]
    pub const fn pepper_id(&self) -> u32 {
        self.pepper_id
    }

    /// Returns what comparing a PIN with this hash costs.
    #[must_use]
    pub const fn cost(&self) -> Cost {
        self.cost
    }

    /// Returns the hash together with its pepper: what PINs can be compared with.
    ///
    /// # Inputs
    ///
    /// - `pepper`: the one whose number is [`PinHash::pepper_id`].
    ///
    /// # Errors
    ///
    /// [`WrongPepper`] if its number is another one.
    pub const fn with_pepper<'a>(
        &'a self,
        pepper: Pepper<'a>,
    ) -> Result<PepperedHash<'a>, WrongPepper> {
        if pepper.id() == self.pepper_id {
            Ok(PepperedHash { hash: self, pepper })
        } else {
            Err(WrongPepper {
                needed: self.pepper_id,
                given: pepper.id(),
            })
        }
    }
}

impl fmt::Debug for PinHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PinHash")
            .field("pepper_id", &self.pepper_id)
            .field("cost", &self.cost)
            .finish_non_exhaustive()
    }
}

/// A stored hash together with its pepper, without which nothing can be compared with it.
#[derive(Clone, Copy, Debug)]
pub struct PepperedHash<'a> {
    hash: &'a PinHash,
    pepper: Pepper<'a>,
}

impl PepperedHash<'_> {
    /// Returns proof that the PIN is the user's.
    ///
    /// Uses the PIN up: a wrong one is wiped, a right one stays inside the [`VerifiedPin`], so that
    /// [`PinHasher::rehash`] cannot be given another than the one that was verified.
    ///
    /// # Inputs
    ///
    /// - `pin`: what the user typed.
    /// - `user`: whose PIN it must be. It comes from the sign-in under way, never from the form that
    ///   brings the PIN.
    ///
    /// # Errors
    ///
    /// - [`VerifyError::PinMismatch`] if it is not this user's PIN.
    /// - [`VerifyError::OutOfMemory`] if the memory for the hash is not to be had.
    ///
    /// # Timing
    ///
    /// Computes one Argon2id hash of [`PinHash::cost`] on the calling thread and compares in
    /// constant time, so right and wrong take equally long. That is tens of milliseconds at the
    /// default cost: call it on a bounded pool of blocking threads, never on those of an async
    /// runtime, and size the pool by [`Cost::memory_bytes`].
    ///
    /// # Security
    ///
    /// Count the attempt, and have the count stored, *before* the call; after 3 failures refuse
    /// without calling. A few thousand PINs are soon tried, and of many requests at once each would
    /// see the count of before. Where there is no hash to compare with, call
    /// [`PinHasher::verify_absent`] instead.
    pub fn verify(&self, pin: Pin, user: &UserId) -> Result<VerifiedPin, VerifyError> {
        if self.is_of(&pin, user)? {
            Ok(VerifiedPin { pin, user: *user })
        } else {
            Err(VerifyError::PinMismatch)
        }
    }

    fn is_of(&self, pin: &Pin, user: &UserId) -> Result<bool, OutOfMemory> {
        let tag = argon2id(pin, user, self.hash.cost, self.pepper, &self.hash.salt)?;
        Ok(tag.ct_eq(&self.hash.tag).into())
    }
}

/// Proof that a user's PIN was typed.
///
/// [`PepperedHash::verify`] is the only way to get one; it can be neither copied nor stored.
#[must_use = "settle the attempt, store it, and only then let the user go on"]
pub struct VerifiedPin {
    pin: Pin,
    user: UserId,
}

impl VerifiedPin {
    /// Returns the user whose PIN it was.
    #[must_use]
    pub const fn user(&self) -> &UserId {
        &self.user
    }
}

impl zeroize::ZeroizeOnDrop for VerifiedPin {}

impl fmt::Debug for VerifiedPin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifiedPin")
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}

/// How new hashes are made: with the current pepper, at the current cost.
#[derive(Clone, Copy, Debug)]
pub struct PinHasher<'k> {
    pepper: Pepper<'k>,
    cost: Cost,
}

impl<'k> PinHasher<'k> {
    /// Makes a hasher of the default cost, [`Cost::OWASP`].
    #[must_use]
    pub const fn new(pepper: Pepper<'k>) -> Self {
        Self {
            pepper,
            cost: Cost::OWASP,
        }
    }

    /// Hashes at another cost from now on.
    #[must_use]
    pub const fn with_cost(mut self, cost: Cost) -> Self {
        self.cost = cost;
        self
    }

    /// Returns the hash of a new PIN, which is not the one that the user has.
    ///
    /// # Inputs
    ///
    /// - `pin`: a PIN that a [`PinPolicy`](crate::PinPolicy) has admitted.
    /// - `user`: whose PIN it becomes.
    /// - `current`: the hash that this one replaces; `None` only if the user has none.
    /// - `rng`: draws the salt.
    ///
    /// # Errors
    ///
    /// - [`SetError::PinReused`] if it is the PIN of `current`.
    /// - [`SetError::OutOfMemory`] if the memory for a hash is not to be had.
    ///
    /// # Timing
    ///
    /// One Argon2id hash, or two with `current`; what [`PepperedHash::verify`] says of them holds
    /// here.
    ///
    /// # Security
    ///
    /// [`SetError::PinReused`] tells that a guess of the current PIN was right. Count it as an
    /// attempt at the PIN unless whoever asks has just proven to know it.
    pub fn hash(
        &self,
        pin: &NewPin,
        user: &UserId,
        current: Option<PepperedHash<'_>>,
        rng: &mut impl CryptoRng,
    ) -> Result<PinHash, SetError> {
        if let Some(current) = current
            && current.is_of(&pin.0, user)?
        {
            return Err(SetError::PinReused);
        }
        Ok(self.hash_with_new_salt(&pin.0, user, rng)?)
    }

    /// Returns whether a hash is of another pepper or another cost than new ones are.
    ///
    /// Ask after each success, and replace the stored hash by [`PinHasher::rehash`]: that is how a
    /// pepper or a cost is changed without asking anyone for a new PIN.
    #[must_use]
    pub fn needs_rehash(&self, hash: &PinHash) -> bool {
        hash.pepper_id != self.pepper.id() || hash.cost != self.cost
    }

    /// Returns a hash of the PIN that was just verified, for the same user.
    ///
    /// # Inputs
    ///
    /// - `verified`: what [`PepperedHash::verify`] returned.
    /// - `rng`: draws the salt.
    ///
    /// # Errors
    ///
    /// [`OutOfMemory`] if the memory for a hash is not to be had. The user is verified all the same:
    /// keep the old hash.
    pub fn rehash(
        &self,
        verified: &VerifiedPin,
        rng: &mut impl CryptoRng,
    ) -> Result<PinHash, OutOfMemory> {
        self.hash_with_new_salt(&verified.pin, &verified.user, rng)
    }

    /// Takes as long as verifying, and returns the refusal: for a user who is unknown or has no PIN.
    ///
    /// Otherwise a quick answer would tell who has one.
    ///
    /// # Timing
    ///
    /// The time of a hash at the current cost; one that still [needs to be
    /// rehashed](Self::needs_rehash) takes the time of its own.
    #[must_use = "this is the answer, and it is a refusal"]
    pub fn verify_absent(&self, pin: &Pin, user: &UserId) -> VerifyError {
        match argon2id(pin, user, self.cost, self.pepper, &[0; SALT_BYTES]) {
            Ok(_) => VerifyError::PinMismatch,
            Err(OutOfMemory) => VerifyError::OutOfMemory,
        }
    }

    fn hash_with_new_salt(
        &self,
        pin: &Pin,
        user: &UserId,
        rng: &mut impl CryptoRng,
    ) -> Result<PinHash, OutOfMemory> {
        let mut salt = [0; SALT_BYTES];
        rng.fill_bytes(&mut salt);
        let tag = argon2id(pin, user, self.cost, self.pepper, &salt)?;
        Ok(PinHash {
            pepper_id: self.pepper.id(),
            cost: self.cost,
            salt,
            tag: *tag,
        })
    }
}

/// Argon2id of the PIN, with the pepper as secret value and the user as associated data
/// ([RFC 9106 section 3.1]).
///
/// [RFC 9106 section 3.1]: https://www.rfc-editor.org/rfc/rfc9106#section-3.1
fn argon2id(
    pin: &Pin,
    user: &UserId,
    cost: Cost,
    pepper: Pepper<'_>,
    salt: &[u8; SALT_BYTES],
) -> Result<Zeroizing<[u8; TAG_BYTES]>, OutOfMemory> {
    // A user id may have 64 bytes and the `argon2` crate takes 32 of associated data: a digest.
    let user = Sha256::new()
        .chain_update(USER_DOMAIN)
        .chain_update(user.as_bytes())
        .finalize();
    let mut tag = Zeroizing::new([0; TAG_BYTES]);
    // The crate hands its working memory back unwiped. Nothing in it can be compared with a guess
    // without the pepper, which went into the very first block.
    //
    // Of its errors only the lack of memory is left: a `Cost` is within Argon2's bounds, and
    // the lengths of pepper, salt, associated data and tag are fixed.
    AssociatedData::new(&user)
        .and_then(|user| {
            ParamsBuilder::new()
                .m_cost(cost.memory_kib())
                .t_cost(cost.passes())
                .p_cost(cost.lanes())
                .data(user)
                .output_len(TAG_BYTES)
                .build()
        })
        .and_then(|params| {
            Argon2::new_with_secret(pepper.secret(), Algorithm::Argon2id, Version::V0x13, params)
        })
        .and_then(|argon2| argon2.hash_password_into(pin.digits(), salt, &mut *tag))
        .map_err(|_| OutOfMemory)?;
    Ok(tag)
}
