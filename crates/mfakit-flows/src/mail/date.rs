//! A time for people.

use alloc::format;
use alloc::string::String;

use mfakit_core::UnixTime;

const DAY: u64 = 86_400;

/// Writes a time as `2026-11-24 18:01 UTC`.
pub(super) fn utc(time: UnixTime) -> String {
    let secs = time.as_secs();
    let (year, month, day) = civil(secs / DAY);
    let (hour, minute) = (secs % DAY / 3600, secs % 3600 / 60);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02} UTC")
}

/// The date of a day after 1970-01-01, by Hinnant's `civil_from_days`: years begin in March, so
/// that a leap day is the last one of its year.
fn civil(days: u64) -> (u64, u64, u64) {
    let days = days.saturating_add(719_468);
    let (era, day) = (days / 146_097, days % 146_097);
    let leap_days = (day / 1460)
        .saturating_add(day / 146_096)
        .saturating_sub(day / 36_524);
    let year = day.saturating_sub(leap_days) / 365;
    let before = year
        .saturating_mul(365)
        .saturating_add(year / 4)
        .saturating_sub(year / 100);
    let day = day.saturating_sub(before);
    let month = day.saturating_mul(5).saturating_add(2) / 153;
    let first = month.saturating_mul(153).saturating_add(2) / 5;
    let day = day.saturating_sub(first).saturating_add(1);
    let (month, carry) = if month < 10 {
        (month.saturating_add(3), 0)
    } else {
        (month.saturating_sub(9), 1)
    };
    let year = era
        .saturating_mul(400)
        .saturating_add(year)
        .saturating_add(carry);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_the_calendar() {
        for (secs, date) in [
            (0, "1970-01-01 00:00 UTC"),
            (951_782_399, "2000-02-28 23:59 UTC"),
            (951_782_400, "2000-02-29 00:00 UTC"),
            (951_868_800, "2000-03-01 00:00 UTC"),
            (1_700_000_000, "2023-11-14 22:13 UTC"),
            (1_735_689_599, "2024-12-31 23:59 UTC"),
            (4_107_542_400, "2100-03-01 00:00 UTC"),
        ] {
            assert_eq!(utc(UnixTime::from_secs(secs)), date);
        }
        // Far away there is no calendar, and no panic either.
        assert!(utc(UnixTime::MAX).ends_with("UTC"));
    }

    /// Every day of 800 years follows on the one before.
    #[test]
    fn no_day_is_left_out() {
        let mut last = (1970, 1, 1);
        for days in 1..292_194 {
            let next = civil(days);
            let (year, month, day) = last;
            assert!(
                next == (year, month, day + 1)
                    || next == (year, month + 1, 1)
                    || next == (year + 1, 1, 1) && month == 12,
                "{last:?} {next:?}"
            );
            last = next;
        }
        assert_eq!(last, (2769, 12, 31));
    }
}
