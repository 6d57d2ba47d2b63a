//! Times and waits in words.

use std::time::Duration;

use maud::{Markup, html};
use mfakit::UnixTime;

/// A point in time, for people and for programs.
pub(super) fn time(at: UnixTime) -> Markup {
    let civil = Civil::of(at);
    html! { time datetime=(civil.machine()) { (civil.human()) } }
}

/// How long to wait, rounded up.
pub(super) fn wait(duration: Duration) -> String {
    let secs = duration.as_secs().max(1);
    match (secs, secs.div_ceil(60)) {
        (1, _) => "1 second".to_owned(),
        (2..60, _) => format!("{secs} seconds"),
        (_, 1) => "1 minute".to_owned(),
        (_, minutes) => format!("{minutes} minutes"),
    }
}

/// A date and time of the Gregorian calendar, in UTC.
struct Civil {
    year: u64,
    month: u64,
    day: u64,
    hour: u64,
    minute: u64,
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

impl Civil {
    /// Counts in eras of 400 years, which all have 146,097 days, and years that begin in March,
    /// so that the leap day is the last of its year.
    fn of(at: UnixTime) -> Self {
        const DAY: u64 = 24 * 60 * 60;
        // 0000-03-01 was 719,468 days before the epoch.
        let days = (at.as_secs() / DAY).saturating_add(719_468);
        let (era, of_era) = (days / 146_097, days % 146_097);
        let leap_days = (of_era / 1460).saturating_add(of_era / 146_096);
        let year_of_era = of_era
            .saturating_add(of_era / 36_524)
            .saturating_sub(leap_days)
            / 365;
        let days_before = year_of_era
            .saturating_mul(365)
            .saturating_add(year_of_era / 4)
            .saturating_sub(year_of_era / 100);
        let of_year = of_era.saturating_sub(days_before);
        // From March on, months have 31, 30, 31, 30, 31 days, twice: 153 in five.
        let month_from_march = of_year.saturating_mul(5).saturating_add(2) / 153;
        let first_of_month = month_from_march.saturating_mul(153).saturating_add(2) / 5;
        let month = month_from_march.saturating_add(2) % 12;
        let year = era.saturating_mul(400).saturating_add(year_of_era);
        let of_day = at.as_secs() % DAY;
        Self {
            year: if month < 2 {
                year.saturating_add(1)
            } else {
                year
            },
            month: month.saturating_add(1),
            day: of_year.saturating_sub(first_of_month).saturating_add(1),
            hour: of_day / 3600,
            minute: of_day / 60 % 60,
        }
    }

    fn human(&self) -> String {
        let Self {
            year,
            month,
            day,
            hour,
            minute,
        } = self;
        let month = usize::try_from(month.saturating_sub(1))
            .ok()
            .and_then(|at| MONTHS.get(at));
        let month = month.copied().unwrap_or_default();
        format!("{day} {month} {year}, {hour:02}:{minute:02} UTC")
    }

    fn machine(&self) -> String {
        let Self {
            year,
            month,
            day,
            hour,
            minute,
        } = self;
        format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}Z")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_the_calendar() {
        for (secs, want) in [
            (0, "1970-01-01T00:00Z"),
            (59, "1970-01-01T00:00Z"),
            (951_782_399, "2000-02-28T23:59Z"),
            (951_782_400, "2000-02-29T00:00Z"),
            (951_868_800, "2000-03-01T00:00Z"),
            (1_709_164_800, "2024-02-29T00:00Z"),
            (1_735_689_599, "2024-12-31T23:59Z"),
            (1_735_689_600, "2025-01-01T00:00Z"),
            (4_107_542_400, "2100-03-01T00:00Z"),
            (4_107_542_399, "2100-02-28T23:59Z"),
        ] {
            assert_eq!(
                Civil::of(UnixTime::from_secs(secs)).machine(),
                want,
                "{secs}"
            );
        }
        let human = Civil::of(UnixTime::from_secs(951_782_399)).human();
        assert_eq!(human, "28 February 2000, 23:59 UTC");
    }

    #[test]
    fn waits_are_rounded_up() {
        for (secs, want) in [
            (0, "1 second"),
            (59, "59 seconds"),
            (60, "1 minute"),
            (61, "2 minutes"),
            (600, "10 minutes"),
        ] {
            assert_eq!(wait(Duration::from_secs(secs)), want);
        }
    }
}
