//! RFC 3339, to seconds.

use mfakit_core::UnixTime;

/// Reads `YYYY-MM-DDThh:mm:ss[.fraction]`, followed by `Z` or an offset as `+02:00`. A space may
/// stand for the `T`, and letters may be small.
pub(crate) fn parse(text: &str) -> Option<UnixTime> {
    let (date, time) = text.split_once(['T', 't', ' '])?;
    let [year, month, day] = numbers(date.split('-'), [4, 2, 2])?;
    let (time, seconds_ahead) = without_offset(time)?;
    let time = match time.split_once('.') {
        None => time,
        Some((whole, fraction)) => {
            digits(fraction, fraction.len())?;
            whole
        }
    };
    let [hour, minute, second] = numbers(time.split(':'), [2, 2, 2])?;
    let in_range = (1970..=9999).contains(&year)
        && (1..=12).contains(&month)
        && (1..=days_of_month(year, month)?).contains(&day)
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
    Some(UnixTime::from_secs(
        seconds.checked_add_signed(seconds_ahead.checked_neg()?)?,
    ))
}

/// Takes the offset off, and returns by how many seconds clocks there are ahead of UTC.
fn without_offset(time: &str) -> Option<(&str, i64)> {
    if let Some(time) = time.strip_suffix(['Z', 'z']) {
        return Some((time, 0));
    }
    let sign = time.rfind(['+', '-'])?;
    let (time, offset) = time.split_at_checked(sign)?;
    let (sign, offset) = offset.split_at_checked(1)?;
    let (hours, minutes) = offset.split_once(':')?;
    let (hours, minutes) = (digits(hours, 2)?, digits(minutes, 2)?);
    if hours > 23 || minutes > 59 {
        return None;
    }
    let minutes = hours.checked_mul(60)?.checked_add(minutes)?;
    let seconds = i64::try_from(minutes.checked_mul(60)?).ok()?;
    let seconds = if sign == "-" {
        seconds.checked_neg()?
    } else {
        seconds
    };
    Some((time, seconds))
}

fn days_of_month(year: u64, month: u64) -> Option<u64> {
    let (next_year, next_month) = if month == 12 {
        (year.checked_add(1)?, 1)
    } else {
        (year, month.checked_add(1)?)
    };
    days_since_epoch(next_year, next_month, 1)?.checked_sub(days_since_epoch(year, month, 1)?)
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

/// Three numbers of so many digits, and no more.
fn numbers<'a>(
    mut parts: impl Iterator<Item = &'a str>,
    [one, two, three]: [usize; 3],
) -> Option<[u64; 3]> {
    let numbers = [
        digits(parts.next()?, one)?,
        digits(parts.next()?, two)?,
        digits(parts.next()?, three)?,
    ];
    parts.next().is_none().then_some(numbers)
}

/// The number of so many digits; `parse` alone would take a sign. Of more digits than fit, as
/// fractions may have them, only the first count.
fn digits(text: &str, count: usize) -> Option<u64> {
    let is_number = count > 0 && text.len() == count && text.bytes().all(|b| b.is_ascii_digit());
    text.get(..count.min(18))
        .filter(|_| is_number)?
        .parse()
        .ok()
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
            ("2026-01-01T00:00:00+00:00", Some(1_767_225_600)),
            ("2026-01-01T00:00:00-00:00", Some(1_767_225_600)),
            ("2026-01-01T02:30:00.25+02:30", Some(1_767_225_600)),
            ("2025-12-31t19:00:00-05:00", Some(1_767_225_600)),
            ("2026-01-01 00:00:00z", Some(1_767_225_600)),
            ("1970-01-01T00:00:00+01:00", None),
            ("+2026-01-01T00:00:00Z", None),
            ("+026-01-01T00:00:00Z", None),
            ("2026-1-01T00:00:00Z", None),
            ("2026-02-29T00:00:00Z", None),
            ("2026-01-01T+0:00:00Z", None),
            ("2026-01-01T00:00:00.Z", None),
            ("2026-01-01T00:00:00.xZ", None),
            ("2026-01-01T00:00:00+24:00", None),
            ("2026-01-01T00:00:00+0000", None),
            ("2026-01-01T00:00:00ZZ", None),
        ];
        for (text, want) in cases {
            assert_eq!(parse(text), want.map(UnixTime::from_secs), "{text}");
        }
    }
}
