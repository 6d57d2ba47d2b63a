//! A clock that moves only when a test says so.

use core::time::Duration;

use mfakit_core::UnixTime;

/// A clock that stands still until it is moved.
///
/// A test that reads the time from here expires a ceremony without sleeping.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FixedClock(UnixTime);

impl FixedClock {
    /// Creates a clock that stands at `now`.
    #[must_use]
    pub const fn at(now: UnixTime) -> Self {
        Self(now)
    }

    /// Returns the time it stands at.
    #[must_use]
    pub const fn now(&self) -> UnixTime {
        self.0
    }

    /// Moves it forward by `by`, in whole seconds, up to the end of [`UnixTime`]'s range.
    pub const fn advance(&mut self, by: Duration) {
        self.0 = self.0.saturating_add(by);
    }

    /// Moves it back by `by`, in whole seconds, down to the epoch, as a corrected clock does.
    pub const fn set_back(&mut self, by: Duration) {
        self.0 = self.0.saturating_sub(by);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moves_only_when_told() {
        let mut clock = FixedClock::at(UnixTime::from_secs(1_000));
        assert_eq!(clock.now(), clock.now());
        clock.advance(Duration::from_secs(30));
        assert_eq!(clock.now(), UnixTime::from_secs(1_030));
        clock.set_back(Duration::from_secs(31));
        assert_eq!(clock.now(), UnixTime::from_secs(999));
    }

    #[test]
    fn stops_at_the_epoch() {
        let mut clock = FixedClock::at(UnixTime::from_secs(1));
        clock.set_back(Duration::from_secs(2));
        assert_eq!(clock.now(), UnixTime::from_secs(0));
    }
}
