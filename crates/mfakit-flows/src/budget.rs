//! How many guesses a class of factors allows.

use core::num::{NonZeroU32, NonZeroU64};
use core::time::Duration;

use mfakit_core::UnixTime;
use minicbor::{CborLen, Decode, Encode};

use crate::codec::Time;
use crate::context::CLOCK_SKEW;

/// A class of factors that can be guessed. Each has one budget per user, shared over all devices.
#[derive(CborLen, Clone, Copy, Debug, Decode, Encode, Eq, Hash, PartialEq)]
#[cbor(index_only)]
#[non_exhaustive]
pub enum Class {
    /// Codes of authenticator apps.
    #[n(0)]
    Totp,
    /// Codes on paper: recovery codes, and those of a support reset. They wait by network and never
    /// stop, so that whoever knows the password alone cannot shut the last way in.
    #[n(1)]
    Recovery,
}

/// How long a class waits after failures in a row.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum BackOff {
    /// After every `per` failures the wait grows by `step`, up to `max`.
    Linear {
        /// Failures to a step.
        per: NonZeroU32,
        /// What a step adds.
        step: Duration,
        /// The longest wait.
        max: Duration,
    },
    /// From the `per`-th failure on the wait doubles with each, from `first` up to `max`.
    Doubling {
        /// The first failure that costs a wait.
        per: NonZeroU32,
        /// The first wait.
        first: Duration,
        /// The longest wait.
        max: Duration,
    },
}

impl BackOff {
    /// Returns the wait after so many failures in a row; zero means none.
    #[must_use]
    pub fn wait_after(&self, failures: u32) -> Duration {
        match *self {
            Self::Linear { per, step, max } => step.saturating_mul(failures / per).min(max),
            Self::Doubling { per, first, max } => failures
                .checked_sub(per.get())
                .map_or(Duration::ZERO, |times| {
                    first.saturating_mul(2_u32.saturating_pow(times)).min(max)
                }),
        }
    }

    /// Returns how many guesses in a row are compared before the first wait.
    #[must_use]
    pub const fn guesses(&self) -> u32 {
        match self {
            Self::Linear { per, .. } | Self::Doubling { per, .. } => per.get(),
        }
    }
}

/// The rule of a budget.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct BudgetRule {
    /// The wait after failures in a row.
    pub back_off: BackOff,
    /// A pause this long ends a row. Never zero: a row that ends at once is no limit.
    pub forget_after_secs: NonZeroU64,
    /// At so many failures without a success in between, however slow, the class stops until
    /// another proof reopens it (NIST SP 800-63B-4 section 3.2.2: at most 100).
    pub stop_at: NonZeroU32,
}

/// The failures of one class.
#[derive(CborLen, Clone, Debug, Decode, Default, Encode, Eq, PartialEq)]
pub(crate) struct Budget {
    /// Failures in the running row.
    #[n(0)]
    row: u32,
    /// Failures since the last success.
    #[n(1)]
    consecutive: u32,
    #[n(2)]
    last_failure: Option<Time>,
    #[n(3)]
    locked_until: Option<Time>,
}

/// Whether a guess may be compared now.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Admission {
    Open,
    Locked {
        retry_after: Duration,
        /// The lock outlasts the longest wait that it can stand for: the clock went back.
        overlong: bool,
    },
    Stopped,
}

/// What a failure led to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Effect {
    Counted,
    Locked { wait: Duration },
    Stopped,
}

impl Budget {
    pub(crate) const fn consecutive(&self) -> u32 {
        self.consecutive
    }

    pub(crate) fn admission(&self, rule: &BudgetRule, now: UnixTime) -> Admission {
        if self.consecutive >= rule.stop_at.get() {
            return Admission::Stopped;
        }
        let left = self.locked_until.and_then(|until| until.0.since(now));
        match left.filter(|left| !left.is_zero()) {
            None => Admission::Open,
            Some(left) => {
                let wait = rule.back_off.wait_after(self.row);
                Admission::Locked {
                    retry_after: left.min(wait),
                    overlong: left > wait.saturating_add(CLOCK_SKEW),
                }
            }
        }
    }

    /// Sets the end of a lock anew after the clock went back, so that it is neither shorter nor
    /// longer than the wait.
    pub(crate) fn relock(&mut self, rule: &BudgetRule, now: UnixTime) {
        self.locked_until = Some(Time(now.saturating_add(rule.back_off.wait_after(self.row))));
        self.last_failure = Some(Time(now));
    }

    /// Counts a failure.
    pub(crate) fn fail(&mut self, rule: &BudgetRule, now: UnixTime) -> Effect {
        let pause = self.last_failure.and_then(|last| now.since(last.0));
        if pause.is_some_and(|pause| pause.as_secs() >= rule.forget_after_secs.get()) {
            self.row = 0;
        }
        self.row = self.row.saturating_add(1);
        self.consecutive = self.consecutive.saturating_add(1);
        self.last_failure = Some(Time(now));

        if self.consecutive >= rule.stop_at.get() {
            return Effect::Stopped;
        }
        let wait = rule.back_off.wait_after(self.row);
        if wait.is_zero() {
            return Effect::Counted;
        }
        self.locked_until = Some(Time(now.saturating_add(wait)));
        Effect::Locked { wait }
    }

    /// A success, or a proof of another class after a stop, opens the class again.
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Profile;

    fn at(secs: u64) -> UnixTime {
        UnixTime::from_secs(secs)
    }

    /// Keycloak's documentation, "by multiples": wait = increment x (count / maximum), here with
    /// an increment of 60 s and a maximum of 4, the console's numbers.
    #[test]
    fn waits_of_the_cockpit_grow_by_multiples() {
        let rule = Profile::cockpit().totp_budget;
        let waits: [u64; 12] = core::array::from_fn(|i| {
            rule.back_off
                .wait_after(u32::try_from(i).unwrap())
                .as_secs()
        });
        assert_eq!(waits, [0, 0, 0, 0, 60, 60, 60, 60, 120, 120, 120, 120]);
        assert_eq!(rule.back_off.wait_after(40).as_secs(), 600);
        assert_eq!(rule.back_off.wait_after(44).as_secs(), 600);
        assert_eq!(rule.back_off.wait_after(u32::MAX).as_secs(), 600);
    }

    #[test]
    fn waits_of_the_strict_profile_double() {
        let rule = Profile::strict().totp_budget;
        let waits: [u64; 8] = core::array::from_fn(|i| {
            rule.back_off
                .wait_after(u32::try_from(i).unwrap())
                .as_secs()
        });
        assert_eq!(waits, [0, 0, 0, 0, 0, 30, 60, 120]);
        assert_eq!(rule.back_off.wait_after(99).as_secs(), 3600);
    }

    #[test]
    fn locks_for_the_wait_to_the_second() {
        let rule = Profile::cockpit().totp_budget;
        let mut budget = Budget::default();
        for _ in 0..3 {
            assert_eq!(budget.fail(&rule, at(1000)), Effect::Counted);
        }
        assert_eq!(
            budget.fail(&rule, at(1000)),
            Effect::Locked {
                wait: Duration::from_secs(60)
            }
        );
        let locked = |left| Admission::Locked {
            retry_after: Duration::from_secs(left),
            overlong: false,
        };
        assert_eq!(budget.admission(&rule, at(1000)), locked(60));
        assert_eq!(budget.admission(&rule, at(1059)), locked(1));
        assert_eq!(budget.admission(&rule, at(1060)), Admission::Open);
    }

    #[test]
    fn a_long_pause_ends_the_row_but_not_the_count_to_the_stop() {
        let rule = Profile::cockpit().totp_budget;
        let mut budget = Budget::default();
        for i in 0..99 {
            let now = at(i * 12 * 3600);
            assert_eq!(budget.admission(&rule, now), Admission::Open);
            assert_eq!(budget.fail(&rule, now), Effect::Counted);
        }
        assert_eq!(budget.fail(&rule, at(100 * 12 * 3600)), Effect::Stopped);
        assert_eq!(budget.admission(&rule, UnixTime::MAX), Admission::Stopped);
    }

    #[test]
    fn a_clock_that_went_back_neither_unlocks_nor_locks_for_ever() {
        let rule = Profile::cockpit().totp_budget;
        let mut budget = Budget::default();
        for _ in 0..4 {
            let _ = budget.fail(&rule, at(100_000));
        }
        let back = at(100_000 - 3600);
        let overlong = Admission::Locked {
            retry_after: Duration::from_secs(60),
            overlong: true,
        };
        assert_eq!(budget.admission(&rule, back), overlong);

        budget.relock(&rule, back);
        assert_eq!(
            budget.admission(&rule, back),
            Admission::Locked {
                retry_after: Duration::from_secs(60),
                overlong: false
            }
        );
        assert_eq!(budget.admission(&rule, at(100_000 - 3540)), Admission::Open);
    }
}
