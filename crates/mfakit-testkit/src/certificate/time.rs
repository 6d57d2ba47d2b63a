//! Times of certificates.

use mfakit_core::UnixTime;

use super::der;

/// 9999-12-31T23:59:59Z, "no well-defined expiration date" (RFC 5280 section 4.1.2.5).
pub(super) const FOREVER: UnixTime = UnixTime::from_secs(253_402_300_799);

const SECS_PER_DAY: u64 = 86_400;

/// `UTCTime` up to 2049 and `GeneralizedTime` from then on (RFC 5280 section 4.1.2.5), at most
/// [`FOREVER`].
pub(super) fn to_der(time: UnixTime) -> Vec<u8> {
    let secs = time.min(FOREVER).as_secs();
    let (days, of_day) = (secs.div_euclid(SECS_PER_DAY), secs.rem_euclid(SECS_PER_DAY));
    let (year, month, day) = civil(days);
    let (hour, minute, second) = (
        of_day.div_euclid(3_600),
        of_day.div_euclid(60).rem_euclid(60),
        of_day.rem_euclid(60),
    );
    let rest = format!("{month:02}{day:02}{hour:02}{minute:02}{second:02}Z");
    if year < 2050 {
        let text = format!("{:02}{rest}", year.rem_euclid(100));
        der::element(&[0x17], &[text.as_bytes()])
    } else {
        let text = format!("{year:04}{rest}");
        der::element(&[0x18], &[text.as_bytes()])
    }
}

/// Year, month and day: the years are counted off, then the months.
fn civil(days_since_epoch: u64) -> (u64, u64, u64) {
    let mut days = days_since_epoch;
    let mut year = 1970;
    while let Some(rest) = days.checked_sub(if is_leap(year) { 366 } else { 365 }) {
        days = rest;
        year = u64::saturating_add(year, 1);
    }
    let february = if is_leap(year) { 29 } else { 28 };
    let mut month = 1;
    for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        match days.checked_sub(length) {
            Some(rest) => days = rest,
            None => break,
        }
        month = u64::saturating_add(month, 1);
    }
    (year, month, days.saturating_add(1))
}

const fn is_leap(year: u64) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_as_they_are_written() {
        // From `date -u -d @SECS`.
        let cases: [(u64, &str); 7] = [
            (0, "700101000000Z"),
            (951_868_799, "000229235959Z"),
            (951_868_800, "000301000000Z"),
            (1_767_225_599, "251231235959Z"),
            (2_524_607_999, "491231235959Z"),
            (2_524_608_000, "20500101000000Z"),
            (253_402_300_799, "99991231235959Z"),
        ];
        for (secs, want) in cases {
            let der = to_der(UnixTime::from_secs(secs));
            assert_eq!(&der[2..], want.as_bytes(), "{secs}");
        }
        assert_eq!(to_der(UnixTime::MAX), to_der(FOREVER));
    }
}
