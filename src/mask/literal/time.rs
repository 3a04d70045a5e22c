//! Dates, times and intervals as a rule file writes them: ISO 8601, a blank instead of `T` allowed, and `infinity`.

use arrow::datatypes::IntervalMonthDayNano;
use jiff::civil::{Date, DateTime, Time};
use jiff::{Span, Timestamp, Unit, tz::TimeZone};

/// Days since 1970-01-01; the infinities are the extreme values.
pub(super) fn date(text: &str) -> Option<i32> {
    match text {
        "infinity" => Some(i32::MAX),
        "-infinity" => Some(i32::MIN),
        _ => {
            // jiff would take a timestamp for its date.
            let date: Date = text.parse().ok().filter(|_| !text.contains([' ', 'T', 't', ':']))?;
            date.since((Unit::Day, Date::constant(1970, 1, 1))).ok().map(|span| span.get_days())
        }
    }
}

/// Microseconds since 1970-01-01; the infinities are the extreme values. Where the type has a time zone, the text may
/// name an offset, else it is in UTC.
pub(super) fn timestamp(text: &str, zoned: bool) -> Option<i64> {
    match text {
        "infinity" => return Some(i64::MAX),
        "-infinity" => return Some(i64::MIN),
        _ => {}
    }
    let (_, clock) = text.split_once([' ', 'T', 't']).unwrap_or((text, ""));
    let moment = if clock.contains(['+', '-', 'Z', 'z']) {
        if !zoned {
            return None;
        }
        text.parse::<Timestamp>().ok()?
    } else {
        text.parse::<DateTime>().ok()?.to_zoned(TimeZone::UTC).ok()?.timestamp()
    };
    Some(moment.as_microsecond())
}

/// Microseconds since midnight.
pub(super) fn time(text: &str) -> Option<i64> {
    let time: Time = text.parse().ok().filter(|_| text.contains(':') && !text.contains(['-', '+']))?;
    let seconds = (i64::from(time.hour()) * 60 + i64::from(time.minute())) * 60 + i64::from(time.second());
    Some(seconds * 1_000_000 + i64::from(time.subsec_nanosecond()) / 1000)
}

/// Months, days and nanoseconds of an interval such as `1 year 2 months 3 days 04:05:06` or `P1Y2M3DT4H`.
pub(super) fn interval(text: &str) -> Option<IntervalMonthDayNano> {
    let span: Span = text.parse().ok()?;
    let months = i32::from(span.get_years()).checked_mul(12)?.checked_add(span.get_months())?;
    let days = span.get_weeks().checked_mul(7)?.checked_add(span.get_days())?;
    let seconds = i64::from(span.get_hours())
        .checked_mul(3600)?
        .checked_add(span.get_minutes().checked_mul(60)?)?
        .checked_add(span.get_seconds())?;
    let micros = seconds
        .checked_mul(1_000_000)?
        .checked_add(span.get_milliseconds().checked_mul(1000)?)?
        .checked_add(span.get_microseconds())?
        .checked_add(span.get_nanoseconds() / 1000)?;
    Some(IntervalMonthDayNano::new(months, days, micros.checked_mul(1000)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_counted_from_1970() {
        assert_eq!(date("1970-01-02"), Some(1));
        assert_eq!(date("1969-12-31"), Some(-1));
        assert_eq!(date("2024-02-29"), Some(19_782));
        assert_eq!(date("infinity"), Some(i32::MAX));
        assert_eq!(timestamp("1970-01-01 00:00:01.5", false), Some(1_500_000));
        assert_eq!(timestamp("1970-01-01", true), Some(0));
        assert_eq!(timestamp("1970-01-01T02:00:00+02", true), Some(0));
        assert_eq!(timestamp("1970-01-01 00:00:00Z", true), Some(0));
        assert_eq!(time("01:00"), Some(3_600_000_000));
        for text in ["2024-02-29 12:00", "2024-13-01", "", "20240229x", "now"] {
            assert_eq!(date(text), None, "{text}");
        }
        for text in ["1970-01-01 00:00+02", "2024-02-29 25:00", "", "12:00"] {
            assert_eq!(timestamp(text, false), None, "{text}");
        }
        for text in ["24:01", "", "12", "2024-01-01 12:00", "12:00+02"] {
            assert_eq!(time(text), None, "{text}");
        }
    }

    #[test]
    fn intervals_have_months_days_and_time() {
        let parts = |text| interval(text).map(|i| (i.months, i.days, i.nanoseconds));
        assert_eq!(parts("1 year 2 months 3 days 04:05:06"), Some((14, 3, 14_706_000_000_000)));
        assert_eq!(parts("P1Y2M1W"), Some((14, 7, 0)));
        assert_eq!(parts("-1 day"), Some((0, -1, 0)));
        assert_eq!(parts("0s"), Some((0, 0, 0)));
        assert_eq!(parts("a while"), None);
    }
}
