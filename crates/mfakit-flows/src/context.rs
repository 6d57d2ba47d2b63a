//! What every transition needs to know about the moment it happens in.

use core::time::Duration;

use mfakit_core::UnixTime;

use crate::{Profile, Source};

/// When a request is decided, where it came from, and by which numbers.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Context<'a> {
    /// The server's time.
    pub now: UnixTime,
    /// Where the request came from.
    pub source: &'a Source,
    /// The numbers to decide by.
    pub profile: &'a Profile,
}

impl<'a> Context<'a> {
    /// Puts the three together.
    #[must_use]
    pub const fn new(now: UnixTime, source: &'a Source, profile: &'a Profile) -> Self {
        Self {
            now,
            source,
            profile,
        }
    }
}

/// How much the clocks of a service's machines may differ, and no more: what seems to come from
/// further ahead was made before the clock went back.
pub(crate) const CLOCK_SKEW: Duration = Duration::from_secs(60);

/// Whether something that lives for `lifetime` and ends at `expires` is alive. If it would end
/// later than its lifetime allows, the clock went back, and it is not: that must not prolong it.
pub(crate) fn is_live(expires: UnixTime, lifetime: Duration, now: UnixTime) -> bool {
    let longest = lifetime.saturating_add(CLOCK_SKEW);
    expires
        .since(now)
        .is_some_and(|left| !left.is_zero() && left <= longest)
}

/// How old something is; of no known age if it is from further ahead than clocks may differ.
pub(crate) fn age_of(made: UnixTime, now: UnixTime) -> Option<Duration> {
    let within_skew = made.since(now).is_some_and(|ahead| ahead <= CLOCK_SKEW);
    if within_skew {
        Some(Duration::ZERO)
    } else {
        now.since(made)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEN_MINUTES: Duration = Duration::from_secs(600);

    fn at(secs: u64) -> UnixTime {
        UnixTime::from_secs(secs)
    }

    #[test]
    fn lives_to_the_second_and_not_longer_when_the_clock_goes_back() {
        assert!(is_live(at(1600), TEN_MINUTES, at(1599)));
        assert!(!is_live(at(1600), TEN_MINUTES, at(1600)));
        assert!(is_live(at(1600), TEN_MINUTES, at(940)));
        assert!(!is_live(at(1600), TEN_MINUTES, at(939)));
    }

    #[test]
    fn the_future_has_no_age_beyond_the_skew() {
        assert_eq!(age_of(at(1000), at(1007)), Some(Duration::from_secs(7)));
        assert_eq!(age_of(at(1000), at(940)), Some(Duration::ZERO));
        assert_eq!(age_of(at(1000), at(939)), None);
    }
}
