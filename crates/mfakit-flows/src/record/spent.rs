//! Tokens that were used up: each works once.

use core::time::Duration;

use minicbor::{CborLen, Decode, Encode};

use super::UserRecord;
use crate::Context;
use crate::codec::Time;
use crate::context::is_live;
use crate::pending::Nonce;

/// A token that was used up, until it expires by itself.
#[derive(CborLen, Decode, Encode)]
pub(super) struct Spent {
    #[n(0)]
    nonce: Nonce,
    #[n(1)]
    expires: Time,
}

/// So many were used up that another one must wait.
pub(super) struct TooMany;

impl UserRecord {
    /// How many used-up tokens are remembered at once; more sign-ins within ten minutes must wait.
    const MAX_SPENT: usize = 64;

    /// Whether a token was not used up yet.
    ///
    /// One that was may be forgotten, and come to life when the clock goes back: so those are
    /// spent, too, that ended no later than the last one forgotten. Unless the clock went back so
    /// far that this would refuse every token there can be.
    pub(super) fn is_unspent(&self, nonce: Nonce, expires: Time, context: &Context<'_>) -> bool {
        let longest = Self::longest_token(context);
        let forgotten = self.0.forgotten_until.is_some_and(|until| {
            expires <= until && (until.0 <= context.now || is_live(until.0, longest, context.now))
        });
        !forgotten && self.0.spent.iter().all(|spent| spent.nonce != nonce)
    }

    /// Forgets tokens that have ended, and makes sure that there is room for one more: without it,
    /// those go that a clock has used up which ran ahead.
    pub(super) fn make_room_to_spend(&mut self, context: &Context<'_>) -> Result<(), TooMany> {
        self.forget(|spent| spent.expires.0 <= context.now);
        if self.0.spent.len() >= Self::MAX_SPENT {
            let longest = Self::longest_token(context);
            self.forget(|spent| !is_live(spent.expires.0, longest, context.now));
        }
        if self.0.spent.len() >= Self::MAX_SPENT {
            return Err(TooMany);
        }
        Ok(())
    }

    fn forget(&mut self, ended: impl Fn(&Spent) -> bool) {
        let last = self.0.spent.iter().filter(|spent| ended(spent));
        let last = last.map(|spent| spent.expires).max();
        self.0.forgotten_until = self.0.forgotten_until.max(last);
        self.0.spent.retain(|spent| !ended(spent));
    }

    fn longest_token(context: &Context<'_>) -> Duration {
        let profile = context.profile;
        profile.pending_sign_in.max(profile.webauthn_ceremony)
    }

    /// Uses a token up. There must be room.
    pub(super) fn spend(&mut self, nonce: Nonce, expires: Time) {
        self.0.spent.push(Spent { nonce, expires });
    }
}
