//! All of a user's second-factor state, as one value that is changed by compare-and-set.

mod adding;
mod addresses;
mod admission;
mod assertion;
mod enroll;
mod keys;
mod manage;
mod recovery;
mod reset;
mod sign_in;
mod spent;
mod status;
mod suspend;

pub use addresses::{AddressView, KnownAddress};
pub use admission::{Codes, Offers};
pub use enroll::{Enrolled, TotpSetup};
pub use keys::VerifiedKey;
pub use recovery::Reviewed;
pub use reset::{ResetCancellation, ResetView};
pub use sign_in::{Never, Next};
pub use status::Status;

use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use mfakit_core::{Keys, OpenError, Ring, SealContext, UnixTime, UserId};
use minicbor::{CborLen, Decode, Encode};
use rand_core::CryptoRng;

use crate::budget::{Admission, Budget, Effect};
use crate::codec::{Time, User};
use crate::device::{Device, Handle, TotpKey};
use crate::error::{CodeRefusal, GrantRefusal, RecordError, RecordFull};
use crate::ids::Generation;
use crate::outbox::Outbox;
use crate::recovery::NetworkWaits;
use crate::{
    Class, Context, DeviceView, Event, EventId, EventKind, Kind, Level, Refused, Required,
    Requirement, Scope, SessionGrant, SessionId, Stage, StoredGrant, Tombstone, plain,
};

/// A user's second factors: devices, pending set-up, failures, and the events that wait.
///
/// Every flow is a method that takes the record by value and returns a [`Decision`]: the changed
/// record, to be written in a compare-and-set, and the verdict, which leaves after the write.
/// While no device is there the user is *off* and the first factor alone grants a session; from
/// the first confirmed device on the user is *on*, until the devices are disabled together.
///
/// [`Decision`]: crate::Decision
pub struct UserRecord(State);

/// The format that [`UserRecord::seal`] writes. Any field that a reader must not lose raises it.
const FORMAT: u8 = 2;

#[derive(CborLen, Decode, Encode)]
struct State {
    #[n(0)]
    format: u8,
    #[n(1)]
    user: User,
    #[n(2)]
    created_at: Time,
    /// In tokens of pending sign-ins: replaced to void them.
    #[n(3)]
    pending_generation: Generation,
    /// In grants: replaced to end sessions.
    #[n(4)]
    grant_generation: Generation,
    #[n(5)]
    devices: Vec<Device>,
    #[n(6)]
    totp_setup: Option<PendingTotp>,
    #[n(7)]
    totp_failures: Budget,
    #[n(8)]
    spent: Vec<spent::Spent>,
    #[n(9)]
    tombstones: Vec<Tombstone>,
    #[n(10)]
    outbox: Outbox,
    /// What authenticators know the user by; `None` in records of format 1.
    #[n(11)]
    handle: Option<Handle>,
    /// Used-up tokens that ended by then may have been forgotten.
    #[n(12)]
    forgotten_until: Option<Time>,
    #[n(16)]
    recovery: Option<recovery::RecoverySet>,
    #[n(17)]
    #[cbor(default)]
    recovery_waits: NetworkWaits,
    #[n(18)]
    reset: Option<reset::Ticket>,
    #[n(19)]
    #[cbor(default)]
    addresses: Vec<addresses::Confirmed>,
    #[n(20)]
    confirmation: Option<addresses::Confirmation>,
}

/// An authenticator app that has not proven itself yet. It is no factor.
#[derive(CborLen, Debug, Decode, Encode)]
struct PendingTotp {
    #[n(0)]
    key: TotpKey,
    /// The session that began it, and the only one that may see or finish it.
    #[n(1)]
    session: SessionId,
    #[n(2)]
    expires: Time,
}

impl UserRecord {
    /// Makes the record of a user who has no second factor yet.
    #[must_use]
    pub fn create(user: UserId, context: &Context<'_>, rng: &mut impl CryptoRng) -> Self {
        let mut record = Self(State {
            format: FORMAT,
            user: User(user),
            created_at: Time(context.now),
            pending_generation: Generation::random(rng),
            grant_generation: Generation::random(rng),
            devices: Vec::new(),
            totp_setup: None,
            totp_failures: Budget::default(),
            spent: Vec::new(),
            tombstones: Vec::new(),
            outbox: Outbox::default(),
            handle: Some(Handle::random(rng)),
            forgotten_until: None,
            recovery: None,
            recovery_waits: NetworkWaits::default(),
            reset: None,
            addresses: Vec::new(),
            confirmation: None,
        });
        // An empty outbox has room.
        _ = record.0.outbox.keep(EventKind::UserCreated, context, rng);
        record
    }

    /// Returns whose record it is.
    #[must_use]
    pub const fn user(&self) -> UserId {
        self.0.user.0
    }

    /// Returns whether a second factor is asked for at sign-in.
    #[must_use]
    pub const fn is_on(&self) -> bool {
        !self.0.devices.is_empty()
    }

    /// Returns the devices, oldest first.
    #[must_use]
    pub fn devices(&self) -> Vec<DeviceView> {
        self.0.devices.iter().map(Device::view).collect()
    }

    /// Returns the devices that are gone, oldest first, at most [`Tombstone::KEPT`].
    #[must_use]
    pub fn tombstones(&self) -> &[Tombstone] {
        &self.0.tombstones
    }

    /// Returns the failures of a class since its last success.
    #[must_use]
    pub const fn failures(&self, class: Class) -> u32 {
        match class {
            Class::Totp => self.0.totp_failures.consecutive(),
            Class::Recovery => self.0.recovery_waits.failures(),
        }
    }

    /// Returns advice for the owner.
    #[must_use]
    pub fn advice(&self, context: &Context<'_>) -> Vec<Advice> {
        let (apps, keys) = (self.usable_of(Kind::Totp), self.usable_of(Kind::WebAuthn));
        let mut advice = Vec::from_iter(match apps.saturating_add(keys) {
            0 => Some(Advice::SetUpAMethod),
            1 => Some(Advice::SetUpAnotherMethod),
            _ if apps == 0 || keys == 0 => Some(Advice::SetUpADifferentKind),
            _ => None,
        });
        if let Some(deadline) = self.deadline(context) {
            advice.push(match context.profile.required {
                Required::SecurityKey => Advice::SetUpAKey { deadline },
                Required::Nothing | Required::AnyMethod => Advice::SetUpAMethodBy { deadline },
            });
        }
        advice.extend(self.advice_on_recovery(context));
        advice
    }

    fn advice_on_recovery(&self, context: &Context<'_>) -> Option<Advice> {
        match self.recovery() {
            None => self.is_on().then_some(Advice::MakeRecoveryCodes),
            Some(codes) if !codes.acknowledged => Some(Advice::SaveRecoveryCodes),
            Some(codes) => (codes.left <= context.profile.few_recovery_codes)
                .then_some(Advice::FewRecoveryCodes { left: codes.left }),
        }
    }

    /// Returns when the outbox wants to be worked off, if anything is in it.
    #[must_use]
    pub fn due(&self) -> Option<UnixTime> {
        self.0.outbox.due().map(|time| time.0)
    }

    /// Returns the events that wait for delivery, oldest first.
    #[must_use]
    pub fn events(&self) -> Vec<Event> {
        let user = self.user();
        self.0
            .outbox
            .entries()
            .iter()
            .map(|entry| entry.event(user))
            .collect()
    }

    /// Removes events that were delivered, named by id and by the count they were delivered with:
    /// one that has grown since stays.
    pub fn mark_delivered(&mut self, done: &[(EventId, u32)]) {
        self.0.outbox.delivered(done);
    }

    /// Puts the next delivery off, after one that failed.
    pub const fn postpone_delivery(&mut self, until: UnixTime) {
        self.0.outbox.postpone(Time(until));
    }

    /// Drops the waiting events that the owner need not be told of, for a host that keeps none but
    /// sends mail.
    pub fn discard_events_but_notifications(&mut self) {
        self.0.outbox.retain(EventKind::notifies_owner);
    }

    /// Drops all waiting events, for a host that keeps none.
    pub fn discard_events(&mut self) {
        self.0.outbox.clear();
    }

    /// Returns the key that a user's record is stored under: a keyed hash, so that the store does
    /// not learn the user id.
    #[must_use]
    pub fn storage_key(user: UserId, keys: &Keys) -> [u8; 32] {
        keys.index("mfakit user record", user.as_bytes())
    }

    /// Seals the record for the store. Its storage key is bound in: a row copied to another user
    /// does not open.
    #[must_use]
    pub fn seal(&self, keys: &Keys, rng: &mut impl CryptoRng) -> Vec<u8> {
        let context = record_context(&Self::storage_key(self.user(), keys));
        keys.seal(Ring::Seal, &context, &plain::encode(&self.0), rng)
    }

    /// Opens a record from the store.
    ///
    /// # Inputs
    ///
    /// - `sealed`: what [`UserRecord::seal`] made.
    /// - `storage_key`: what it was stored under.
    ///
    /// # Errors
    ///
    /// A record that does not open is never "no second factor":
    /// - [`RecordError::Sealed`] if the seal does not open: another key, a changed or swapped row.
    /// - [`RecordError::Newer`] if a later version of this crate wrote it.
    /// - [`RecordError::Malformed`] if the seal opened and its content is no record of this user.
    pub fn open(sealed: &[u8], storage_key: &[u8; 32], keys: &Keys) -> Result<Self, RecordError> {
        let plain = keys
            .open(Ring::Seal, &record_context(storage_key), sealed)
            .map_err(|source: OpenError| RecordError::Sealed { source })?;
        let format = plain::first_field(&plain).ok_or(RecordError::Malformed)?;
        if format > FORMAT {
            return Err(RecordError::Newer { format });
        }
        let state: State = plain::decode(&plain).ok_or(RecordError::Malformed)?;
        if Self::storage_key(state.user.0, keys) == *storage_key {
            Ok(Self(state))
        } else {
            Err(RecordError::Malformed)
        }
    }

    /// Returns a session from the host's session store to life.
    ///
    /// # Errors
    ///
    /// - [`GrantRefusal::Ended`] if the session was ended by a removal, a disabling or the like.
    /// - [`GrantRefusal::SetUpFirst`], [`GrantRefusal::ReviewFirst`] if the session opens one page
    ///   only: see [`UserRecord::resume_limited`].
    /// - [`GrantRefusal::WrongUser`] if it is another user's.
    pub fn resume(&self, stored: StoredGrant) -> Result<SessionGrant, GrantRefusal> {
        let scope = stored.scope();
        let grant = self.resume_limited(stored)?;
        require_full(scope)?;
        Ok(grant)
    }

    /// Returns a session to life that may open one page only, for that page.
    ///
    /// # Errors
    ///
    /// [`GrantRefusal::Ended`], [`GrantRefusal::WrongUser`] as [`UserRecord::resume`].
    pub fn resume_limited(&self, stored: StoredGrant) -> Result<SessionGrant, GrantRefusal> {
        if stored.user() != self.user() {
            return Err(GrantRefusal::WrongUser);
        }
        if !stored.is_of(self.0.grant_generation) {
            return Err(GrantRefusal::Ended);
        }
        Ok(stored.into_grant())
    }

    /// Demands that a session has proven enough for an action of the host.
    ///
    /// # Errors
    ///
    /// - [`GrantRefusal::Ended`], [`GrantRefusal::WrongUser`], [`GrantRefusal::SetUpFirst`],
    ///   [`GrantRefusal::ReviewFirst`] as [`UserRecord::resume`].
    /// - [`GrantRefusal::SetUpRequired`] if the level cannot be reached with the devices there are.
    /// - [`GrantRefusal::StepUpRequired`] if a proof is missing or too old.
    pub fn require(
        &self,
        grant: &SessionGrant,
        requirement: Requirement,
        context: &Context<'_>,
    ) -> Result<Met, GrantRefusal> {
        let met = self.hold(grant, requirement, context)?;
        require_full(grant.scope())?;
        Ok(met)
    }

    /// As [`UserRecord::require`], of a session of any scope.
    fn hold(
        &self,
        grant: &SessionGrant,
        requirement: Requirement,
        context: &Context<'_>,
    ) -> Result<Met, GrantRefusal> {
        if grant.user() != self.user() {
            return Err(GrantRefusal::WrongUser);
        }
        if !grant.is_of(self.0.grant_generation) {
            return Err(GrantRefusal::Ended);
        }
        let out_of_reach = requirement.level > self.reachable_level(context)
            || (requirement.phishing_resistant && !self.has_usable_key());
        if out_of_reach {
            return Err(GrantRefusal::SetUpRequired);
        }
        let (level, now) = (requirement.level, context.now);
        let fresh = |age: Option<Duration>| match (requirement.max_age, age) {
            (None, _) => true,
            // A proof from the future is one of unknown age.
            (Some(_), None) => false,
            (Some(max), Some(age)) => age <= max,
        };
        let resists = !requirement.phishing_resistant
            || grant.is_phishing_resistant() && fresh(grant.phishing_resistant_age(now));
        if grant.level() >= level && fresh(grant.age(level, now)) && resists {
            Ok(Met {
                user: self.user(),
                requirement,
            })
        } else {
            Err(GrantRefusal::StepUpRequired)
        }
    }

    /// The highest level that the user's devices give.
    fn reachable_level(&self, context: &Context<'_>) -> Level {
        if self.keys_in_use().any(|key| key.can_give_aal3(context)) {
            Level::Aal3
        } else if self.is_on() {
            Level::Aal2
        } else {
            Level::Aal1
        }
    }

    /// Demands what every change of devices needs: a proof of the second factor within the last
    /// minutes, or of the first one while there is no second (NIST SP 800-63B-4 section 4.1.2.1).
    fn require_fresh(
        &self,
        grant: &SessionGrant,
        context: &Context<'_>,
    ) -> Result<Met, GrantRefusal> {
        let met = self.require_fresh_to_add(grant, context)?;
        require_full(grant.scope())?;
        Ok(met)
    }

    /// Notes a change: without its event there is no change.
    fn note_change(
        &mut self,
        kind: EventKind,
        context: &Context<'_>,
        rng: &mut impl CryptoRng,
    ) -> Result<(), RecordFull> {
        self.0
            .outbox
            .keep(kind, context, rng)
            .map_err(|_| RecordFull)
    }

    /// As [`UserRecord::note_change`], of what ends a compromise or a loss.
    fn note_recovery(
        &mut self,
        kind: EventKind,
        context: &Context<'_>,
        rng: &mut impl CryptoRng,
    ) -> Result<(), RecordFull> {
        let kept = self.0.outbox.keep_in_reserve(kind, context, rng);
        kept.map_err(|_| RecordFull)
    }

    /// Notes an attempt, right or wrong.
    fn note_attempt(&mut self, kind: EventKind, context: &Context<'_>, rng: &mut impl CryptoRng) {
        self.0.outbox.tally(kind, context, rng);
    }

    /// Ends all sessions and pending sign-ins.
    fn end_sessions(&mut self, rng: &mut impl CryptoRng) {
        self.0.grant_generation = Generation::random(rng);
        self.0.pending_generation = Generation::random(rng);
    }

    /// Whether a code may be compared now; if the clock went back, the lock is set anew first.
    fn admit_totp(&mut self, context: &Context<'_>) -> Result<(), RefusedCode> {
        let rule = &context.profile.totp_budget;
        match self.0.totp_failures.admission(rule, context.now) {
            Admission::Open => Ok(()),
            Admission::Stopped => Err(RefusedCode {
                refusal: CodeRefusal::Stopped,
                changed: false,
            }),
            Admission::Locked {
                retry_after,
                overlong,
            } => {
                if overlong {
                    self.0.totp_failures.relock(rule, context.now);
                }
                let refusal = CodeRefusal::Throttled { retry_after };
                Err(RefusedCode {
                    refusal,
                    changed: overlong,
                })
            }
        }
    }

    /// Counts a failed code, and what follows from it.
    fn fail_totp(
        &mut self,
        why: Refused,
        stage: Stage,
        context: &Context<'_>,
        rng: &mut impl CryptoRng,
    ) {
        let class = Class::Totp;
        self.note_attempt(EventKind::Refused { class, stage, why }, context, rng);
        let spent = match self
            .0
            .totp_failures
            .fail(&context.profile.totp_budget, context.now)
        {
            Effect::Counted => return,
            Effect::Locked { wait } => EventKind::locked(class, wait),
            Effect::Stopped => EventKind::Stopped { class },
        };
        self.note_attempt(spent, context, rng);
        // Sign-ins that are under way end with the budget: a right code comes too late for them.
        self.0.pending_generation = Generation::random(rng);
    }
}

/// Refuses a session that opens one page only.
const fn require_full(scope: Scope) -> Result<(), GrantRefusal> {
    match scope {
        Scope::Full => Ok(()),
        Scope::SetUp => Err(GrantRefusal::SetUpFirst),
        Scope::Review => Err(GrantRefusal::ReviewFirst),
    }
}

/// A code that was not accepted, and whether that changed the record.
struct RefusedCode {
    refusal: CodeRefusal,
    changed: bool,
}

fn record_context(storage_key: &[u8; 32]) -> SealContext {
    SealContext::new("mfakit user record").with(storage_key)
}

/// Says that a user's session has proven what was required of it, at the time it was asked.
///
/// A function that takes one should look at both: whose it is, and whether it is enough.
#[derive(Debug)]
#[must_use = "do what was asked for only with this in hand"]
pub struct Met {
    user: UserId,
    requirement: Requirement,
}

impl Met {
    /// Returns whose session it was.
    #[must_use]
    pub const fn user(&self) -> UserId {
        self.user
    }

    /// Returns what was met.
    #[must_use]
    pub const fn requirement(&self) -> Requirement {
        self.requirement
    }
}

/// What the owner of the record should do.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Advice {
    /// There is no second factor.
    SetUpAMethod,
    /// There is one only: losing it would lock the owner out.
    SetUpAnotherMethod,
    /// There are no recovery codes.
    MakeRecoveryCodes,
    /// The owner has not said that the recovery codes are saved.
    SaveRecoveryCodes,
    /// So few recovery codes are left that new ones should be made.
    FewRecoveryCodes {
        /// How many.
        left: u32,
    },
    /// All are of one kind: what breaks one may break them all.
    SetUpADifferentKind,
    /// The profile requires a security key, from that time on.
    SetUpAKey {
        /// When sign-ins begin to open the set-up only.
        deadline: UnixTime,
    },
    /// The profile requires a second factor, from that time on.
    SetUpAMethodBy {
        /// When sign-ins begin to open the set-up only.
        deadline: UnixTime,
    },
}

/// Shows whose it is and how many devices there are.
impl fmt::Debug for UserRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UserRecord")
            .field("user", &self.user())
            .field("devices", &self.0.devices.len())
            .finish_non_exhaustive()
    }
}
