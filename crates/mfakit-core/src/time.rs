//! Points in time, as whole seconds.

use core::fmt;
use core::time::Duration;

/// A point in time: whole seconds since 1970-01-01T00:00:00Z, leap seconds not counted.
///
/// Every function of these crates that needs the time takes one of these as its argument; none
/// reads a clock. Use the *server's* time, never one that a client sent.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct UnixTime(u64);

impl UnixTime {
    /// 1970-01-01T00:00:00Z.
    pub const EPOCH: Self = Self(0);
    /// The last second that also fits a signed 64-bit column of a database.
    pub const MAX: Self = Self(i64::MAX.unsigned_abs());

    /// Makes a point in time from seconds since the epoch; anything above [`UnixTime::MAX`] is
    /// taken as [`UnixTime::MAX`].
    #[must_use]
    pub const fn from_secs(secs: u64) -> Self {
        if secs > Self::MAX.0 {
            Self::MAX
        } else {
            Self(secs)
        }
    }

    /// Returns the seconds since the epoch.
    #[must_use]
    pub const fn as_secs(self) -> u64 {
        self.0
    }

    /// Returns the seconds since the epoch, for a signed database column.
    #[must_use]
    pub const fn as_i64(self) -> i64 {
        // Bounded by `MAX`, so neither branch loses anything.
        0_i64.saturating_add_unsigned(self.0)
    }

    /// Returns the point `later` after this one, at most [`UnixTime::MAX`]. Fractions of a second
    /// are dropped.
    #[must_use]
    pub const fn saturating_add(self, later: Duration) -> Self {
        Self::from_secs(self.0.saturating_add(later.as_secs()))
    }

    /// Returns the point `earlier` before this one, at least [`UnixTime::EPOCH`].
    #[must_use]
    pub const fn saturating_sub(self, earlier: Duration) -> Self {
        Self(self.0.saturating_sub(earlier.as_secs()))
    }

    /// Returns how long after `earlier` this is, or `None` if it is before it.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Option<Duration> {
        match self.0.checked_sub(earlier.0) {
            Some(secs) => Some(Duration::from_secs(secs)),
            None => None,
        }
    }
}

impl fmt::Display for UnixTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Fails for a time before 1970.
#[cfg(feature = "std")]
impl TryFrom<std::time::SystemTime> for UnixTime {
    type Error = std::time::SystemTimeError;

    fn try_from(time: std::time::SystemTime) -> Result<Self, Self::Error> {
        let since_epoch = time.duration_since(std::time::UNIX_EPOCH)?;
        Ok(Self::from_secs(since_epoch.as_secs()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stays_within_a_signed_column() {
        let last = UnixTime::from_secs(u64::MAX);
        assert_eq!(last, UnixTime::MAX);
        assert_eq!(last.as_i64(), i64::MAX);
        assert_eq!(last.saturating_add(Duration::from_secs(1)), UnixTime::MAX);
    }

    #[test]
    fn since_knows_a_clock_that_went_back() {
        let (early, late) = (UnixTime::from_secs(10), UnixTime::from_secs(13));
        assert_eq!(late.since(early), Some(Duration::from_secs(3)));
        assert_eq!(early.since(late), None);
        assert_eq!(
            early.saturating_sub(Duration::from_secs(11)),
            UnixTime::EPOCH
        );
    }
}
