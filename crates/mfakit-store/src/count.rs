//! Counting events in fixed windows.

use std::time::Duration;

use mfakit_core::UnixTime;

/// How many events there were in the running window, the one just counted included.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[must_use = "compare the count with the limit"]
#[non_exhaustive]
pub struct Count {
    /// The number of events.
    pub count: u64,
    /// When the window ends: from this second on the next event begins a new one.
    pub until: UnixTime,
}

impl Count {
    /// Puts together what an engine read.
    pub const fn new(count: u64, until: UnixTime) -> Self {
        Self { count, until }
    }

    /// Counts one more event: the rule that every engine follows.
    ///
    /// A window begins with its first event and lasts `window`. No window ends later than `window`
    /// after an event in it, so that a clock that was ahead and went back ends the wait in that
    /// time at most; and the events that were counted before it went back stay counted.
    ///
    /// # Inputs
    ///
    /// - `previous`: what this function returned for the event before, if any.
    /// - `window`: rounded up to whole seconds, so that no window is empty.
    pub fn next(previous: Option<Self>, window: Duration, now: UnixTime) -> Self {
        let end = window_end(window, now);
        match previous {
            Some(running) if now < running.until => Self {
                count: running.count.saturating_add(1),
                until: running.until.min(end),
            },
            Some(_) | None => Self {
                count: 1,
                until: end,
            },
        }
    }
}

fn window_end(window: Duration, now: UnixTime) -> UnixTime {
    let end = now.saturating_add(window);
    if window.subsec_nanos() > 0 || window.is_zero() {
        return end.saturating_add(Duration::from_secs(1));
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn at(secs: u64) -> UnixTime {
        UnixTime::from_secs(secs)
    }

    #[test]
    fn a_window_begins_with_its_first_event_and_does_not_slide() {
        let first = Count::next(None, MINUTE, at(1000));
        assert_eq!(first, Count::new(1, at(1060)));
        let second = Count::next(Some(first), MINUTE, at(1059));
        assert_eq!(second, Count::new(2, at(1060)));
        assert_eq!(
            Count::next(Some(second), MINUTE, at(1060)),
            Count::new(1, at(1120))
        );
    }

    #[test]
    fn a_clock_that_went_back_neither_resets_nor_locks_for_ever() {
        let ahead = Count::new(5, at(100_000));
        let back = Count::next(Some(ahead), MINUTE, at(1000));
        assert_eq!(back, Count::new(6, at(1060)));
        assert_eq!(
            Count::next(Some(back), MINUTE, at(1001)),
            Count::new(7, at(1060))
        );
        assert_eq!(
            Count::next(Some(back), MINUTE, at(1060)),
            Count::new(1, at(1120))
        );
    }

    #[test]
    fn fractions_of_a_second_are_rounded_up() {
        let until = |millis| Count::next(None, Duration::from_millis(millis), at(1000)).until;
        assert_eq!(until(0), at(1001));
        assert_eq!(until(1), at(1001));
        assert_eq!(until(1000), at(1001));
        assert_eq!(until(1001), at(1002));
    }

    #[test]
    fn nothing_overflows() {
        let last = Count::next(Some(Count::new(u64::MAX, at(2))), Duration::MAX, at(1));
        assert_eq!(last, Count::new(u64::MAX, at(2)));
        assert_eq!(
            Count::next(None, Duration::MAX, UnixTime::MAX).until,
            UnixTime::MAX
        );
    }
}
