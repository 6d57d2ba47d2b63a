//! Ceremonies as sealed tokens, which the browser keeps between the two halves.
//!
//! What is sealed is versioned and says what it is for, whose it is and when it ends. A token can
//! be copied: to accept each once, remember its challenge ([`Registration::challenge_hash`]) until
//! it expires.

use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use mfakit_core::{Keys, OpenError, Ring, SealContext, Sealed, UnixTime};
use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};
use rand_core::CryptoRng;

use crate::authentication::Authentication;
use crate::ceremony::Begun;
use crate::policy::{
    Attachment, AttestationConveyance, BackupRule, CounterRule, Policy, ResidentKey,
    UserVerification,
};
use crate::provider::sha256;
use crate::registration::Registration;
use crate::relying_party::RelyingParty;
use crate::user::UserHandle;

const VERSION: u8 = 1;
const REGISTRATION: &str = "webauthn registration";
const AUTHENTICATION: &str = "webauthn authentication";

/// What is inside of a token. Fields are numbered: new ones get new numbers.
#[derive(Decode, Encode)]
struct Plain {
    #[n(0)]
    version: u8,
    #[n(1)]
    challenge: ByteVec,
    #[n(2)]
    started: u64,
    #[n(3)]
    lifetime: u64,
    /// The rules of the policy, one number each; see [`rules`].
    #[n(4)]
    rules: [u8; 8],
    #[n(5)]
    user: Option<ByteVec>,
    /// The credentials to exclude, or those to allow.
    #[n(6)]
    ids: Vec<ByteVec>,
}

/// A token does not open.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum OpenCeremonyError {
    /// The ceremony took too long.
    Expired,
    /// It is of another release, and cannot be read by this one.
    Version,
    /// It was changed, is for another purpose or relying party, or its key is gone.
    Sealed(OpenError),
}

impl fmt::Display for OpenCeremonyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Expired => "ceremony expired",
            Self::Version => "ceremony of another release",
            Self::Sealed(_) => "sealed ceremony does not open",
        })
    }
}

impl core::error::Error for OpenCeremonyError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Sealed(source) => Some(source),
            Self::Expired | Self::Version => None,
        }
    }
}

impl Registration {
    /// Seals the ceremony into a token that only [`Registration::open`] reads.
    #[must_use]
    pub fn seal(self, keys: &Keys, rng: &mut impl CryptoRng) -> Sealed<Self> {
        let plain = plain(&self.begun, Some(&self.user), &self.exclude);
        seal(REGISTRATION, &self.begun, &plain, keys, rng)
    }

    /// Opens a token, for the relying party that began the ceremony.
    ///
    /// # Errors
    ///
    /// - [`OpenCeremonyError::Sealed`] if it was changed, or sealed for another purpose or relying
    ///   party.
    /// - [`OpenCeremonyError::Version`] if this release cannot read it.
    /// - [`OpenCeremonyError::Expired`] if the ceremony took too long.
    pub fn open(
        token: &Sealed<Self>,
        rp: &RelyingParty,
        keys: &Keys,
        now: UnixTime,
    ) -> Result<Self, OpenCeremonyError> {
        let plain = open(REGISTRATION, token, rp, keys)?;
        let begun = begun(&plain, rp, now)?;
        Ok(Self {
            begun,
            user: user(&plain)?.ok_or(OpenCeremonyError::Version)?,
            exclude: ids(plain),
        })
    }

    /// Returns 16 bytes that stand for the challenge, to be remembered until
    /// [`Registration::expires`] so that the ceremony is not finished twice.
    #[must_use]
    pub fn challenge_hash(&self) -> [u8; 16] {
        challenge_hash(&self.begun)
    }
}

impl Authentication {
    /// Seals the ceremony into a token that only [`Authentication::open`] reads.
    #[must_use]
    pub fn seal(self, keys: &Keys, rng: &mut impl CryptoRng) -> Sealed<Self> {
        let plain = plain(&self.begun, self.user.as_ref(), &self.allow);
        seal(AUTHENTICATION, &self.begun, &plain, keys, rng)
    }

    /// Opens a token, for the relying party that began the ceremony.
    ///
    /// # Errors
    ///
    /// As [`Registration::open`].
    pub fn open(
        token: &Sealed<Self>,
        rp: &RelyingParty,
        keys: &Keys,
        now: UnixTime,
    ) -> Result<Self, OpenCeremonyError> {
        let plain = open(AUTHENTICATION, token, rp, keys)?;
        Ok(Self {
            begun: begun(&plain, rp, now)?,
            user: user(&plain)?,
            allow: ids(plain),
        })
    }

    /// Returns 16 bytes that stand for the challenge, to be remembered until
    /// [`Authentication::expires`] so that the ceremony is not finished twice.
    #[must_use]
    pub fn challenge_hash(&self) -> [u8; 16] {
        challenge_hash(&self.begun)
    }
}

fn challenge_hash(begun: &Begun) -> [u8; 16] {
    let mut short = [0; 16];
    for (to, from) in short.iter_mut().zip(sha256(&begun.challenge)) {
        *to = from;
    }
    short
}

fn plain(begun: &Begun, user: Option<&UserHandle>, ids: &[Vec<u8>]) -> Plain {
    Plain {
        version: VERSION,
        challenge: begun.challenge.clone().into(),
        started: begun.started.as_secs(),
        lifetime: begun.policy.lifetime.as_secs(),
        rules: rules(&begun.policy),
        user: user.map(|user| user.as_bytes().to_vec().into()),
        ids: ids.iter().map(|id| id.clone().into()).collect(),
    }
}

fn seal<T>(
    purpose: &str,
    begun: &Begun,
    plain: &Plain,
    keys: &Keys,
    rng: &mut impl CryptoRng,
) -> Sealed<T> {
    let context = SealContext::new(purpose).with(&begun.rp_id_hash);
    let mut bytes = Vec::new();
    match minicbor::encode(plain, &mut bytes) {
        Ok(()) => {}
        // Writing to a vector cannot fail: its error type has no value, and no member of the plain
        // text refuses to be written. If one did, the token would be empty, and never open.
        Err(error) => match error.into_write() {
            Some(never) => match never {},
            None => bytes.clear(),
        },
    }
    Sealed::from_bytes(keys.seal(Ring::Token, &context, &bytes, rng))
}

fn open<T>(
    purpose: &str,
    token: &Sealed<T>,
    rp: &RelyingParty,
    keys: &Keys,
) -> Result<Plain, OpenCeremonyError> {
    let context = SealContext::new(purpose).with(&rp.id_hash);
    let bytes = keys
        .open(Ring::Token, &context, token.as_bytes())
        .map_err(OpenCeremonyError::Sealed)?;
    let plain: Plain = minicbor::decode(&bytes).map_err(|_| OpenCeremonyError::Version)?;
    if plain.version != VERSION {
        return Err(OpenCeremonyError::Version);
    }
    Ok(plain)
}

fn begun(plain: &Plain, rp: &RelyingParty, now: UnixTime) -> Result<Begun, OpenCeremonyError> {
    let begun = Begun {
        challenge: plain.challenge.to_vec(),
        rp_id_hash: rp.id_hash,
        started: UnixTime::from_secs(plain.started),
        policy: policy(plain).ok_or(OpenCeremonyError::Version)?,
    };
    if now >= begun.expires() {
        return Err(OpenCeremonyError::Expired);
    }
    Ok(begun)
}

fn user(plain: &Plain) -> Result<Option<UserHandle>, OpenCeremonyError> {
    plain
        .user
        .as_ref()
        .map(|user| UserHandle::from_bytes(user).map_err(|_| OpenCeremonyError::Version))
        .transpose()
}

fn ids(plain: Plain) -> Vec<Vec<u8>> {
    plain.ids.into_iter().map(Vec::from).collect()
}

/// The rules as numbers, in the order of [`Policy`]'s fields.
fn rules(policy: &Policy) -> [u8; 8] {
    [
        match policy.user_verification {
            UserVerification::Required => 0,
            UserVerification::Preferred => 1,
            UserVerification::Discouraged => 2,
        },
        match policy.resident_key {
            ResidentKey::Required => 0,
            ResidentKey::Preferred => 1,
            ResidentKey::Discouraged => 2,
        },
        match policy.attachment {
            None => 0,
            Some(Attachment::Platform) => 1,
            Some(Attachment::CrossPlatform) => 2,
        },
        match policy.attestation {
            AttestationConveyance::None => 0,
            AttestationConveyance::Indirect => 1,
            AttestationConveyance::Direct => 2,
            AttestationConveyance::Enterprise => 3,
        },
        policy.require_attestation.into(),
        policy.conditional.into(),
        match policy.counter {
            CounterRule::Refuse => 0,
            CounterRule::AcceptAndReport => 1,
        },
        match policy.backup {
            BackupRule::Refuse => 0,
            BackupRule::AcceptAndReport => 1,
        },
    ]
}

fn policy(plain: &Plain) -> Option<Policy> {
    let [
        user_verification,
        resident_key,
        attachment,
        attestation,
        require_attestation,
        conditional,
        counter,
        backup,
    ] = plain.rules;
    Some(Policy {
        user_verification: match user_verification {
            0 => UserVerification::Required,
            1 => UserVerification::Preferred,
            2 => UserVerification::Discouraged,
            _ => return None,
        },
        resident_key: match resident_key {
            0 => ResidentKey::Required,
            1 => ResidentKey::Preferred,
            2 => ResidentKey::Discouraged,
            _ => return None,
        },
        attachment: match attachment {
            0 => None,
            1 => Some(Attachment::Platform),
            2 => Some(Attachment::CrossPlatform),
            _ => return None,
        },
        attestation: match attestation {
            0 => AttestationConveyance::None,
            1 => AttestationConveyance::Indirect,
            2 => AttestationConveyance::Direct,
            3 => AttestationConveyance::Enterprise,
            _ => return None,
        },
        require_attestation: flag(require_attestation)?,
        conditional: flag(conditional)?,
        counter: if flag(counter)? {
            CounterRule::AcceptAndReport
        } else {
            CounterRule::Refuse
        },
        backup: if flag(backup)? {
            BackupRule::AcceptAndReport
        } else {
            BackupRule::Refuse
        },
        lifetime: Duration::from_secs(plain.lifetime),
    })
}

const fn flag(number: u8) -> Option<bool> {
    match number {
        0 => Some(false),
        1 => Some(true),
        _ => None,
    }
}
