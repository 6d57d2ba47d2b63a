//! What both ceremonies have in common: a challenge that lives for a while.

use alloc::vec::Vec;
use core::fmt;

use mfakit_core::UnixTime;
use rand_core::CryptoRng;

use crate::error::Reason;
use crate::policy::Policy;

/// 32 random bytes; the specification asks for 16 at least ([L3 section 13.4.3]).
///
/// [L3 section 13.4.3]: https://www.w3.org/TR/webauthn-3/#sctn-cryptographic-challenges
pub(crate) const CHALLENGE_BYTES: usize = 32;

/// A begun ceremony: what the answer is compared with.
pub(crate) struct Begun {
    pub(crate) challenge: Vec<u8>,
    /// A ceremony does not move between relying parties.
    pub(crate) rp_id_hash: [u8; 32],
    pub(crate) started: UnixTime,
    pub(crate) policy: Policy,
}

impl Begun {
    pub(crate) fn new(
        rp_id_hash: [u8; 32],
        policy: Policy,
        now: UnixTime,
        rng: &mut impl CryptoRng,
    ) -> Self {
        let mut challenge = [0; CHALLENGE_BYTES];
        rng.fill_bytes(&mut challenge);
        Self {
            challenge: challenge.into(),
            rp_id_hash,
            started: now,
            policy,
        }
    }

    pub(crate) fn expires(&self) -> UnixTime {
        self.started.saturating_add(self.policy.lifetime)
    }

    /// In time, and at the relying party that began it.
    pub(crate) fn verify(&self, rp_id_hash: &[u8; 32], now: UnixTime) -> Result<(), Reason> {
        if self.rp_id_hash != *rp_id_hash {
            return Err(Reason::OtherRelyingParty);
        }
        if now < self.started {
            return Err(Reason::ClockWentBack);
        }
        if now >= self.expires() {
            return Err(Reason::Expired);
        }
        Ok(())
    }

    pub(crate) fn timeout_millis(&self) -> u64 {
        self.policy.lifetime.as_secs().saturating_mul(1000)
    }
}

impl fmt::Debug for Begun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Begun")
            .field("started", &self.started)
            .field("policy", &self.policy)
            .finish_non_exhaustive()
    }
}
