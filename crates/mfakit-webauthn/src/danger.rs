//! Ways around the protections, for tests, vectors and replays of captured ceremonies.
//!
//! Nothing here belongs into a service.

use mfakit_core::UnixTime;

use crate::authentication::{Authentication, Who};
use crate::ceremony::Begun;
use crate::policy::Policy;
use crate::registration::Registration;
use crate::relying_party::RelyingParty;
use crate::user::{CredentialDescriptor, UserHandle};

/// A registration that began with a challenge which was known before.
pub fn registration_with_challenge(
    rp: &RelyingParty,
    user: &UserHandle,
    exclude: &[CredentialDescriptor],
    policy: Policy,
    challenge: &[u8],
    started: UnixTime,
) -> Registration {
    Registration {
        begun: begun(rp, policy, challenge, started),
        user: *user,
        exclude: exclude.iter().map(|known| known.id.clone()).collect(),
    }
}

/// A sign-in that began with a challenge which was known before.
pub fn authentication_with_challenge(
    rp: &RelyingParty,
    who: Who<'_>,
    policy: Policy,
    challenge: &[u8],
    started: UnixTime,
) -> Authentication {
    let (user, allow) = match who {
        Who::Known(user, credentials) => (Some(*user), credentials),
        Who::Discoverable => (None, [].as_slice()),
    };
    Authentication {
        begun: begun(rp, policy, challenge, started),
        user,
        allow: allow.iter().map(|known| known.id.clone()).collect(),
    }
}

fn begun(rp: &RelyingParty, policy: Policy, challenge: &[u8], started: UnixTime) -> Begun {
    Begun {
        challenge: challenge.into(),
        rp_id_hash: rp.id_hash,
        started,
        policy,
    }
}
