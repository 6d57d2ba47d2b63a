//! RFC 3339 in UTC, to seconds.

use mfakit_core::UnixTime;

/// Reads `YYYY-MM-DDThh:mm:ss[.fraction]Z`.
pub(crate) fn parse(text: &str) -> Option<UnixTime> {
    let text = text.strip_suffix('Z')?;
    let (date, time) = text.split_once('T')?;
    let [year, month, day] = numbers(date.split('-'))?;
    let time = time.split_once('.').map_or(time, |(whole, _)| whole);
    let [hour, minute, second] = numbers(time.split(':'))?;
    let in_range = (1970..=9999).contains(&year)
        && (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && hour < 24
        && minute < 60
        && second < 61;
    if !in_range {
        return None;
    }
    let days = days_since_epoch(year, month, day)?;
    let seconds = days
        .checked_mul(86_400)?
        .checked_add(hour.checked_mul(3600)?)?
        .checked_add(minute.checked_mul(60)?)?
        .checked_add(second)?;
    Some(UnixTime::from_secs(seconds))
}

/// Writes a moment the way [`parse`] reads it.
pub(crate) fn format(time: UnixTime) -> String {
    let seconds = time.as_secs();
    let (year, month, day) = date(seconds / 86_400);
    let second_of_day = seconds % 86_400;
    let (hour, minute, second) = (
        second_of_day / 3600,
        second_of_day / 60 % 60,
        second_of_day % 60,
    );
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// The day of the calendar: of all that begin a month, the last that is not after it.
fn date(days: u64) -> (u64, u64, u64) {
    let begins = |year, month| days_since_epoch(year, month, 1).unwrap_or(u64::MAX);
    // A year is at most 366 days long, so that this is not too late.
    let mut year = 1970_u64.saturating_add(days / 366);
    while begins(year.saturating_add(1), 1) <= days {
        year = year.saturating_add(1);
    }
    let month = (1..=12)
        .rev()
        .find(|month| begins(year, *month) <= days)
        .unwrap_or(1);
    let day = days.saturating_sub(begins(year, month)).saturating_add(1);
    (year, month, day)
}

fn numbers<'a>(mut parts: impl Iterator<Item = &'a str>) -> Option<[u64; 3]> {
    let three = [parts.next()?, parts.next()?, parts.next()?].map(|part| part.parse().ok());
    match (three, parts.next()) {
        ([Some(first), Some(second), Some(third)], None) => Some([first, second, third]),
        _ => None,
    }
}

/// Days of the proleptic Gregorian calendar, with years that begin in March.
fn days_since_epoch(year: u64, month: u64, day: u64) -> Option<u64> {
    let (year, month) = if month > 2 {
        (year, month.checked_sub(3)?)
    } else {
        (year.checked_sub(1)?, month.checked_add(9)?)
    };
    let days_before_month = month.checked_mul(153)?.checked_add(2)? / 5;
    let leap_days = (year / 4)
        .checked_sub(year / 100)?
        .checked_add(year / 400)?;
    year.checked_mul(365)?
        .checked_add(leap_days)?
        .checked_add(days_before_month)?
        .checked_add(day)?
        .checked_sub(719_469)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        for text in [
            "1970-01-01T00:00:00Z",
            "2000-02-29T12:34:56Z",
            "2024-12-31T23:59:59Z",
            "2026-03-01T00:00:00Z",
            "9999-12-31T23:59:59Z",
        ] {
            assert_eq!(parse(text).map(format).as_deref(), Some(text));
        }
    }

    #[test]
    fn known_moments() {
        let cases = [
            ("1970-01-01T00:00:00Z", Some(0)),
            ("2000-02-29T12:00:00Z", Some(951_825_600)),
            ("2026-01-01T00:00:00Z", Some(1_767_225_600)),
            ("2025-06-01T00:00:00.5Z", Some(1_748_736_000)),
            ("2025-13-01T00:00:00Z", None),
            ("2025-06-01T00:00:00", None),
            ("2025-06-01", None),
        ];
        for (text, want) in cases {
            assert_eq!(parse(text), want.map(UnixTime::from_secs), "{text}");
        }
    }
}
