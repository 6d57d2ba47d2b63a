//! How often codes are issued and tried, and how long they live.

use alloc::vec::Vec;
use core::time::Duration;

use mfakit_core::UnixTime;

/// How long a claim lasts: the time that its browser has for the rest of the set-up.
///
/// Ten minutes, as every pending enrollment has. It may end after the code's own life: what the
/// code's life bounds is the entry of the code (ADR 22).
pub const CLAIM_TTL: Duration = Duration::from_secs(10 * 60);

/// How many wrong codes a user may enter before all of the user's codes are dead.
///
/// Five: after so many, guessing a code of 44 bits has a chance of one in five million million.
/// They are counted over all purposes, and a new code takes the count over.
pub const TRIES_PER_CODE: u8 = 5;

/// How long the user waits for a new code after the last of those wrong ones, and after how much
/// time without a wrong code the count starts anew.
///
/// Fifteen minutes, as long as a code lives. The count must not start anew when a code is issued,
/// or asking for codes would buy guesses (NIST SP 800-63B-4, section 3.1.3); it must at some time,
/// or five slips over the years would shut a user out (ADR 22).
pub const FAILURE_LOCK: Duration = Duration::from_secs(15 * 60);

/// The least time between two codes for one user, of any purpose.
///
/// One minute: mail often takes that long, and a second code voids the first that is on its way.
pub const ISSUE_PAUSE: Duration = Duration::from_secs(60);

/// How many codes, of any purpose, a user gets within an hour: nobody's mailbox is to be flooded.
pub const ISSUES_PER_HOUR: usize = 5;

const HOUR: Duration = Duration::from_secs(60 * 60);
const ONE_SECOND: Duration = Duration::from_secs(1);

/// How long a code can be entered, to the second: at its last second still, at the next no more.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum Validity {
    /// Fifteen minutes (product manual: "The activation code is valid during 15 minutes"): entered
    /// 14:59 or 15:00 after its issue it is right, 15:01 after it is not.
    #[default]
    Manual,
    /// Ten minutes, the most that OWASP ASVS 5.0 requirement 6.5.5 allows such codes.
    Strict,
}

impl Validity {
    /// Returns the time from issue to the last second of validity.
    #[must_use]
    pub const fn duration(self) -> Duration {
        match self {
            Self::Manual => Duration::from_secs(15 * 60),
            Self::Strict => Duration::from_secs(10 * 60),
        }
    }

    /// The longest that any code lives.
    pub(crate) const MAX: Duration = Self::Manual.duration();
}

/// What is remembered of a user beyond the codes themselves.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Limits {
    /// When codes were issued within the last hour, oldest first.
    pub(crate) issued: Vec<UnixTime>,
    pub(crate) failures: Option<Failures>,
}

/// Wrong codes since the last right one, and no longer ago than [`FAILURE_LOCK`] from each other.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Failures {
    /// 1 to [`TRIES_PER_CODE`].
    pub(crate) count: u8,
    pub(crate) last: UnixTime,
}

impl Limits {
    pub(crate) const NONE: Self = Self {
        issued: Vec::new(),
        failures: None,
    };

    /// Drops what no longer limits the issue of a code, and takes times in the future for now.
    ///
    /// The latter is for a clock that ran ahead and was put right: what was done then counts as if
    /// done now, so that it neither frees the user early nor blocks the user until that future.
    pub(crate) fn renew(&mut self, now: UnixTime) {
        for issued in &mut self.issued {
            *issued = now.min(*issued);
        }
        self.issued.retain(|&issued| elapsed(issued, now) < HOUR);
        self.failures = self
            .failures
            .map(|failures| Failures {
                last: now.min(failures.last),
                ..failures
            })
            .filter(|failures| elapsed(failures.last, now) <= FAILURE_LOCK);
    }

    /// How long until a code may be issued, if not now. Right after [`Limits::renew`] only.
    pub(crate) fn issue_wait(&self, now: UnixTime) -> Option<Duration> {
        let left = |since: UnixTime, wait: Duration| wait.saturating_sub(elapsed(since, now));
        let pause = self.issued.last().map(|&newest| left(newest, ISSUE_PAUSE));
        let hour = match *self.issued.as_slice() {
            [oldest, ..] if self.issued.len() >= ISSUES_PER_HOUR => Some(left(oldest, HOUR)),
            _ => None,
        };
        [pause, hour, self.lock_wait(now)]
            .into_iter()
            .flatten()
            .filter(|wait| !wait.is_zero())
            .max()
    }

    /// How long until wrong codes no longer keep the user from trying, if they do now.
    pub(crate) fn lock_wait(&self, now: UnixTime) -> Option<Duration> {
        let failures = self
            .failures
            .filter(|failures| failures.count >= TRIES_PER_CODE)?;
        // To the second and inclusive, like a code's life.
        let locked = FAILURE_LOCK.saturating_add(ONE_SECOND);
        let wait = locked.saturating_sub(elapsed(failures.last, now));
        (!wait.is_zero()).then_some(wait)
    }

    /// Counts a wrong code that was entered at a time or later, and returns how many more there may
    /// be.
    pub(crate) fn count_failure(&mut self, at: UnixTime) -> u8 {
        let (before, last) = match self.failures {
            Some(failures) => (failures.count, at.max(failures.last)),
            None => (0, at),
        };
        let count = before.saturating_add(1).min(TRIES_PER_CODE);
        self.failures = Some(Failures { count, last });
        TRIES_PER_CODE.saturating_sub(count)
    }
}

/// How long ago something was; no time at all if the clock has gone back since.
fn elapsed(since: UnixTime, now: UnixTime) -> Duration {
    Duration::from_secs(now.as_secs().saturating_sub(since.as_secs()))
}
