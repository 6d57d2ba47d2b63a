//! What a session must have proven to add a device, or to touch a key of the highest level.

use super::UserRecord;
use crate::device::Device;
use crate::error::{EnrollRefusal, GrantRefusal};
use crate::{Context, Kind, Level, Met, Requirement, Scope, SessionGrant};

/// How large the record may become by a new device, in bytes. A store takes 256 KiB: the rest is for
/// events, tombstones, addresses and longer names.
const MAX_BYTES: usize = 144 * 1024;
/// As much in a review, so that a lost device can be replaced in a full record, too.
const MAX_BYTES_IN_REVIEW: usize = 160 * 1024;

impl UserRecord {
    /// As [`UserRecord::require_fresh`], of a session of any scope: setting a method up is what the
    /// narrow ones are for.
    pub(super) fn require_fresh_to_add(
        &self,
        grant: &SessionGrant,
        context: &Context<'_>,
    ) -> Result<Met, GrantRefusal> {
        if self.is_reset_by(grant, context) {
            // The code from support stands in for the second factor, which is lost.
            return self.hold(grant, Requirement::level(Level::Aal1), context);
        }
        if grant.scope() == Scope::Review {
            return self.hold_review(grant, context);
        }
        let requirement = self.second_factor(context).within(context.profile.fresh);
        self.hold(grant, requirement, context)
    }

    /// Whether a session may finish a set-up that it began: it may have proven its factor a while
    /// ago, but it must have proven one that counts now. Since it began the user may have been
    /// switched on, and a reset may have been canceled, granted anew, or timed out.
    pub(super) fn may_finish_adding(
        &self,
        grant: &SessionGrant,
        context: &Context<'_>,
    ) -> Result<Met, GrantRefusal> {
        if self.is_reset_by(grant, context) || grant.scope() == Scope::Review {
            return self.require_fresh_to_add(grant, context);
        }
        self.hold(grant, self.second_factor(context), context)
    }

    /// What the user's second factor gives, and the first one while there is no second.
    pub(super) fn second_factor(&self, context: &Context<'_>) -> Requirement {
        Requirement::level(self.reachable_level(context).min(Level::Aal2))
    }

    /// Demands a review that is not over. It lasts from the recovery code on: a device that is set
    /// up within it does not prolong it.
    pub(super) fn hold_review(
        &self,
        grant: &SessionGrant,
        context: &Context<'_>,
    ) -> Result<Met, GrantRefusal> {
        let met = self.hold(grant, Requirement::level(Level::Aal2), context)?;
        match grant.recovery_age(context.now) {
            Some(age) if age <= context.profile.review => Ok(met),
            // There is no stepping up within a review.
            Some(_) | None => Err(GrantRefusal::Ended),
        }
    }

    /// Whether the record has become so large by a new device that what is written at every sign-in
    /// might not fit any more.
    pub(super) fn is_too_large(&self, review: bool) -> bool {
        let most = if review {
            MAX_BYTES_IN_REVIEW
        } else {
            MAX_BYTES
        };
        minicbor::len(&self.0) > most
    }

    /// Whether a session may set up one more device of a kind.
    pub(super) fn may_add(
        &self,
        kind: Kind,
        grant: &SessionGrant,
        context: &Context<'_>,
    ) -> Result<(), EnrollRefusal> {
        let _met = self.require_fresh_to_add(grant, context)?;
        let max = match kind {
            Kind::Totp => context.profile.max_totp_devices,
            Kind::WebAuthn => context.profile.max_webauthn_devices,
        };
        let devices = self.staying(grant, context).iter();
        let of_kind = devices.filter(|device| device.kind() == kind).count();
        if u32::try_from(of_kind).is_ok_and(|count| count < max) {
            Ok(())
        } else {
            Err(EnrollRefusal::LimitReached { max })
        }
    }

    /// Demands the highest level of whoever adds, removes or resumes a key that gives it, or makes
    /// codes that stand in for one, if the user has such a key: in use or suspended, or the way
    /// around would be to suspend it first (NIST SP 800-63B-4 section 4.1.2.1).
    ///
    /// A reset and a review are for those who have lost it.
    pub(super) fn require_highest(
        &self,
        grant: &SessionGrant,
        context: &Context<'_>,
    ) -> Result<(), GrantRefusal> {
        let recovers = grant.scope() == Scope::Review || self.is_reset_by(grant, context);
        // One of a review that was left is none of the user's yet.
        let mut devices = self.0.devices.iter().filter(|d| d.review.is_none());
        let highest = |device: &Device| device.key().is_some_and(|key| key.can_give_aal3(context));
        if recovers || !devices.any(highest) {
            return Ok(());
        }
        let highest = Requirement::level(Level::Aal3).within(context.profile.fresh);
        self.hold(grant, highest, context).map(drop)
    }

    /// As [`UserRecord::require_highest`], if the device is such a key.
    pub(super) fn require_highest_for(
        &self,
        device: &Device,
        grant: &SessionGrant,
        context: &Context<'_>,
    ) -> Result<(), GrantRefusal> {
        if device.key().is_some_and(|key| key.can_give_aal3(context)) {
            self.require_highest(grant, context)
        } else {
            Ok(())
        }
    }
}
