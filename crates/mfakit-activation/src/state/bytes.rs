//! The byte form of a state, for a database column.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use mfakit_core::{UnixTime, UserId};
use sha2::{Digest as _, Sha256};

use super::{Activation, Claim, Code, Pending};
use crate::limits::{Failures, Limits};
use crate::tag::{ClaimantTag, CodeTag};
use crate::{Address, AddressRule, CLAIM_TTL, ISSUES_PER_HOUR, Purpose, TRIES_PER_CODE, Validity};

const VERSION: u8 = 1;
/// Of the digest that shows damage: one damaged state in four billion goes unnoticed.
const CHECK_BYTES: usize = 4;

const PENDING: u8 = 1;
const CLAIMED: u8 = 2;
const CONSUMED: u8 = 3;

impl Activation {
    /// The longest byte form: four claimed codes, each sent to an address of 254 bytes.
    pub const MAX_BYTES: usize = 1_469;

    /// Returns the bytes to store.
    ///
    /// A version, the fields in order with lengths before what varies, and the beginning of the
    /// SHA-256 of all before it, so that damage is noticed. There is one form of each state. It has
    /// the addresses in it, and no code; it need not be secret, but it is personal data.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(Self::MAX_BYTES);
        out.push(VERSION);
        put_short(&mut out, self.user.as_bytes());
        match self.limits.failures {
            None => out.push(0),
            Some(Failures { count, last }) => {
                out.push(count);
                put_time(&mut out, last);
            }
        }
        put_len(&mut out, self.limits.issued.len());
        for issued in &self.limits.issued {
            put_time(&mut out, *issued);
        }
        put_len(&mut out, self.codes.len());
        for (purpose, code) in &self.codes {
            out.push(purpose.number());
            put_code(&mut out, code);
        }
        let digest: [u8; 32] = Sha256::digest(&out).into();
        let (check, _) = digest.split_at(CHECK_BYTES);
        out.extend_from_slice(check);
        out
    }

    /// Returns the state that the bytes stand for, if [`Activation::to_bytes`] wrote them.
    ///
    /// # Inputs
    ///
    /// - `bytes`: of any length and content; more than [`Activation::MAX_BYTES`] are not looked at.
    ///
    /// # Errors
    ///
    /// - [`CorruptState::UnknownVersion`] if a newer version of this crate wrote it.
    /// - [`CorruptState::Malformed`] if it is anything else that `to_bytes` does not write: damaged,
    ///   cut off, added to, or of counts and times that no state has.
    ///
    /// # Security
    ///
    /// Refuse whatever needs a code on either. A new state in the place of one that cannot be read
    /// would forget the limits.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, CorruptState> {
        if bytes.len() > Self::MAX_BYTES {
            return Err(CorruptState::Malformed);
        }
        let mut reader = Reader(bytes);
        if reader.byte()? != VERSION {
            return Err(CorruptState::UnknownVersion);
        }
        let state = reader.state()?;
        // One form of each state: the check, lengths, order and anything that follows are all
        // compared with what would be written.
        if state.to_bytes() == bytes {
            Ok(state)
        } else {
            Err(CorruptState::Malformed)
        }
    }
}

fn put_len(out: &mut Vec<u8>, len: usize) {
    // All that is counted is bounded far below 256, so the lowest byte is all of it.
    let [len, ..] = len.to_le_bytes();
    out.push(len);
}

fn put_short(out: &mut Vec<u8>, bytes: &[u8]) {
    put_len(out, bytes.len());
    out.extend_from_slice(bytes);
}

fn put_time(out: &mut Vec<u8>, time: UnixTime) {
    out.extend_from_slice(&time.as_secs().to_be_bytes());
}

fn put_code(out: &mut Vec<u8>, code: &Code) {
    match code {
        Code::Consumed { at } => {
            out.push(CONSUMED);
            put_time(out, *at);
        }
        Code::Pending(pending) => {
            out.push(if pending.claim.is_some() {
                CLAIMED
            } else {
                PENDING
            });
            put_short(out, pending.address.as_str().as_bytes());
            out.extend_from_slice(&pending.tag.0);
            put_time(out, pending.issued_at);
            put_time(out, pending.expires_at);
            if let Some(claim) = &pending.claim {
                out.extend_from_slice(&claim.by.0);
                put_time(out, claim.at);
                put_time(out, claim.until);
            }
        }
    }
}

/// What is left to read.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn array<const N: usize>(&mut self) -> Result<[u8; N], CorruptState> {
        let (array, rest) = self.0.split_first_chunk().ok_or(CorruptState::Malformed)?;
        self.0 = rest;
        Ok(*array)
    }

    fn byte(&mut self) -> Result<u8, CorruptState> {
        let [byte] = self.array()?;
        Ok(byte)
    }

    fn short(&mut self) -> Result<&'a [u8], CorruptState> {
        let len = usize::from(self.byte()?);
        let (bytes, rest) = self
            .0
            .split_at_checked(len)
            .ok_or(CorruptState::Malformed)?;
        self.0 = rest;
        Ok(bytes)
    }

    fn time(&mut self) -> Result<UnixTime, CorruptState> {
        Ok(UnixTime::from_secs(u64::from_be_bytes(self.array()?)))
    }

    fn state(&mut self) -> Result<Activation, CorruptState> {
        let user = UserId::from_bytes(self.short()?).map_err(|_| CorruptState::Malformed)?;
        let limits = self.limits()?;
        let mut codes = BTreeMap::new();
        for _ in 0..self.byte()? {
            let purpose = Purpose::from_number(self.byte()?).ok_or(CorruptState::Malformed)?;
            codes.insert(purpose, self.code()?);
        }
        let state = Activation {
            user,
            codes,
            limits,
        };
        state
            .can_be()
            .then_some(state)
            .ok_or(CorruptState::Malformed)
    }

    fn limits(&mut self) -> Result<Limits, CorruptState> {
        let failures = match self.byte()? {
            0 => None,
            count => Some(Failures {
                count,
                last: self.time()?,
            }),
        };
        let issued = (0..self.byte()?)
            .map(|_| self.time())
            .collect::<Result<_, _>>()?;
        Ok(Limits { issued, failures })
    }

    fn code(&mut self) -> Result<Code, CorruptState> {
        let claimed = match self.byte()? {
            CONSUMED => return Ok(Code::Consumed { at: self.time()? }),
            CLAIMED => true,
            PENDING => false,
            _ => return Err(CorruptState::Malformed),
        };
        let address = str::from_utf8(self.short()?).map_err(|_| CorruptState::Malformed)?;
        Ok(Code::Pending(Pending {
            address: Address::parse(address, AddressRule::Rfc)
                .map_err(|_| CorruptState::Malformed)?,
            tag: CodeTag(self.array()?),
            issued_at: self.time()?,
            expires_at: self.time()?,
            claim: if claimed { Some(self.claim()?) } else { None },
        }))
    }

    fn claim(&mut self) -> Result<Claim, CorruptState> {
        Ok(Claim {
            by: ClaimantTag(self.array()?),
            at: self.time()?,
            until: self.time()?,
        })
    }
}

impl Activation {
    /// Whether the counts and times are some that a state can come to have.
    fn can_be(&self) -> bool {
        let Limits { issued, failures } = &self.limits;
        let tries = failures.map_or(0, |failures| failures.count);
        issued.len() <= ISSUES_PER_HOUR
            && issued.is_sorted()
            && tries <= TRIES_PER_CODE
            && self.codes.values().all(|code| match code {
                // The last wrong code voids them all.
                Code::Pending(pending) => tries < TRIES_PER_CODE && pending.can_be(),
                Code::Consumed { .. } => true,
            })
    }
}

impl Pending {
    fn can_be(&self) -> bool {
        let life = self.issued_at..=self.issued_at.saturating_add(Validity::MAX);
        life.contains(&self.expires_at)
            && self.claim.is_none_or(|claim| {
                (self.issued_at..=self.expires_at).contains(&claim.at)
                    && claim.until == claim.at.saturating_add(CLAIM_TTL)
            })
    }
}

/// Why stored bytes are no state. The user's limits and codes are unreadable, not absent.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CorruptState {
    /// It is not what was stored.
    #[error("stored activation state is damaged")]
    Malformed,
    /// A newer version of this crate wrote it.
    #[error("stored activation state is of an unknown version")]
    UnknownVersion,
}
