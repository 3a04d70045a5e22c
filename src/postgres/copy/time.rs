//! Dates, times and intervals between PostgreSQL's text (`DateStyle` ISO, `IntervalStyle` postgres) and Arrow's counts.
//!
//! Calendar arithmetic: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms" (proleptic Gregorian calendar, as
//! PostgreSQL's). Years before 1 are astronomical inside: 1 BC is 0.

use std::fmt::Write as _;

use super::Reason;

/// Days from 1970-01-01 to PostgreSQL's epoch, 2000-01-01.
pub(super) const EPOCH_DAYS: i32 = 10_957;
/// The same in microseconds.
pub(super) const EPOCH_MICROS: i64 = EPOCH_DAYS as i64 * DAY;
/// Microseconds of a day.
const DAY: i64 = 86_400_000_000;

const NO_DATE: Reason = "the text is no date";
const NO_TIME: Reason = "the text is no time";
const NO_INTERVAL: Reason = "the text is no interval";

/// Days since 1970-01-01 of a date; the infinities are the extreme values.
pub(super) fn parse_date(text: &str) -> Result<i32, Reason> {
    match text {
        "infinity" => Ok(i32::MAX),
        "-infinity" => Ok(i32::MIN),
        _ => {
            let (text, bc) = era(text);
            i32::try_from(days(text, bc)?).map_err(|_| NO_DATE)
        }
    }
}

/// Microseconds since 1970-01-01 of a timestamp, with or without an offset; the infinities are the extreme values.
pub(super) fn parse_timestamp(text: &str) -> Result<i64, Reason> {
    match text {
        "infinity" => return Ok(i64::MAX),
        "-infinity" => return Ok(i64::MIN),
        _ => {}
    }
    let (text, bc) = era(text);
    let (date, clock) = text.split_once([' ', 'T']).unwrap_or((text, "00:00:00"));
    let (clock, offset) = match clock.find(['+', '-', 'Z']) {
        Some(at) => (&clock[..at], parse_offset(&clock[at..])?),
        None => (clock, 0),
    };
    days(date, bc)?
        .checked_mul(DAY)
        .and_then(|micros| micros.checked_add(parse_time(clock).ok()?))
        .and_then(|micros| micros.checked_sub(offset))
        .ok_or(NO_DATE)
}

/// Microseconds since midnight.
pub(super) fn parse_time(text: &str) -> Result<i64, Reason> {
    let mut parts = text.splitn(3, ':');
    let hours = number(parts.next(), NO_TIME)?;
    let minutes = number(parts.next(), NO_TIME)?;
    let (seconds, micros) = fraction(parts.next().unwrap_or("0"), NO_TIME)?;
    if minutes > 59 || seconds > 60 {
        return Err(NO_TIME);
    }
    ((hours * 60 + minutes) * 60 + seconds)
        .checked_mul(1_000_000)
        .and_then(|sum| sum.checked_add(micros))
        .ok_or(NO_TIME)
}

/// Months, days and microseconds of an interval such as `1 year 2 mons -3 days 04:05:06.7`.
pub(super) fn parse_interval(text: &str) -> Result<(i32, i32, i64), Reason> {
    let (mut months, mut days, mut micros) = (0i64, 0i64, 0i64);
    let mut words = text.split_ascii_whitespace();
    while let Some(word) = words.next() {
        if word.contains(':') {
            let (negative, clock) = match word.strip_prefix('-') {
                Some(rest) => (true, rest),
                None => (false, word.strip_prefix('+').unwrap_or(word)),
            };
            let clock = parse_time(clock).map_err(|_| NO_INTERVAL)?;
            micros = if negative { -clock } else { clock };
            continue;
        }
        let count: i64 = word.parse().map_err(|_| NO_INTERVAL)?;
        match words.next().map(|unit| unit.trim_end_matches('s')) {
            Some("year") => months += count.checked_mul(12).ok_or(NO_INTERVAL)?,
            Some("mon" | "month") => months += count,
            Some("week") => days += count.checked_mul(7).ok_or(NO_INTERVAL)?,
            Some("day") => days += count,
            Some("hour") => micros += count.checked_mul(3_600_000_000).ok_or(NO_INTERVAL)?,
            Some("min" | "minute") => micros += count.checked_mul(60_000_000).ok_or(NO_INTERVAL)?,
            Some("sec" | "second") => micros += count.checked_mul(1_000_000).ok_or(NO_INTERVAL)?,
            _ => return Err(NO_INTERVAL),
        }
    }
    Ok((i32::try_from(months).map_err(|_| NO_INTERVAL)?, i32::try_from(days).map_err(|_| NO_INTERVAL)?, micros))
}

/// Writes a date as PostgreSQL does.
pub(super) fn format_date(days: i32, out: &mut String) {
    match days {
        i32::MAX => out.push_str("infinity"),
        i32::MIN => out.push_str("-infinity"),
        _ => {
            let bc = calendar(i64::from(days), out);
            out.push_str(bc);
        }
    }
}

/// Writes a timestamp as PostgreSQL does; `zone` is `""` or `"+00"`.
pub(super) fn format_timestamp(micros: i64, zone: &str, out: &mut String) {
    match micros {
        i64::MAX => out.push_str("infinity"),
        i64::MIN => out.push_str("-infinity"),
        _ => {
            let bc = calendar(micros.div_euclid(DAY), out);
            out.push(' ');
            format_time(micros.rem_euclid(DAY), out);
            out.push_str(zone);
            out.push_str(bc);
        }
    }
}

/// Writes a time of day as PostgreSQL does.
pub(super) fn format_time(micros: i64, out: &mut String) {
    let seconds = micros / 1_000_000;
    // Writing to a String cannot fail.
    let _ = write!(out, "{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    let rest = micros % 1_000_000;
    if rest != 0 {
        let digits = format!("{rest:06}");
        let _ = write!(out, ".{}", digits.trim_end_matches('0'));
    }
}

/// Writes an interval in a form that PostgreSQL reads whatever its `IntervalStyle`.
pub(super) fn format_interval(months: i32, days: i32, micros: i64, out: &mut String) {
    let _ = write!(out, "{months} mons {days} days {}", if micros < 0 { "-" } else { "" });
    // The magnitude of the smallest number does not fit an i64; no interval that was parsed is that long.
    format_time(micros.saturating_abs(), out);
}

/// Writes year, month and day; returns the era to put last.
fn calendar(days: i64, out: &mut String) -> &'static str {
    let (year, month, day) = civil(days);
    let (shown, era) = if year < 1 { (1 - year, " BC") } else { (year, "") };
    let _ = write!(out, "{shown:04}-{month:02}-{day:02}");
    era
}

fn era(text: &str) -> (&str, bool) {
    match text.strip_suffix(" BC") {
        Some(rest) => (rest, true),
        None => (text, false),
    }
}

/// Days since 1970-01-01 of `YYYY-MM-DD`.
fn days(text: &str, bc: bool) -> Result<i64, Reason> {
    let mut parts = text.splitn(3, '-');
    let year = number(parts.next(), NO_DATE)?;
    let month = number(parts.next(), NO_DATE)?;
    let day = number(parts.next(), NO_DATE)?;
    let year = if bc { 1 - year } else { year };
    // 5874897 is the last year of a date.
    if !(-5000..=5_874_897).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return Err(NO_DATE);
    }
    let days = from_civil(year, month, day);
    if civil(days) == (year, month, day) { Ok(days) } else { Err(NO_DATE) }
}

fn from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

fn parse_offset(text: &str) -> Result<i64, Reason> {
    if text == "Z" {
        return Ok(0);
    }
    let (sign, clock) = text.split_at(1);
    let mut parts = clock.splitn(3, ':');
    let hours = number(parts.next(), NO_TIME)?;
    let minutes = parts.next().map_or(Ok(0), |part| number(Some(part), NO_TIME))?;
    let seconds = parts.next().map_or(Ok(0), |part| number(Some(part), NO_TIME))?;
    let micros = ((hours * 60 + minutes) * 60 + seconds) * 1_000_000;
    Ok(if sign == "-" { -micros } else { micros })
}

/// Digits only, at most ten.
fn number(text: Option<&str>, reason: Reason) -> Result<i64, Reason> {
    let text = text.ok_or(reason)?;
    if text.is_empty() || text.len() > 10 || !text.bytes().all(|c| c.is_ascii_digit()) {
        return Err(reason);
    }
    text.parse().map_err(|_| reason)
}

/// Seconds with up to six decimals.
fn fraction(text: &str, reason: Reason) -> Result<(i64, i64), Reason> {
    let (whole, rest) = text.split_once('.').unwrap_or((text, "0"));
    if rest.len() > 6 {
        return Err(reason);
    }
    let micros = number(Some(&format!("{rest:0<6}")), reason)?;
    Ok((number(Some(whole), reason)?, micros))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_survive_the_way_there_and_back() {
        for (text, days) in [
            ("1970-01-01", 0),
            ("2000-01-01", EPOCH_DAYS),
            ("2024-02-29", 19_782),
            ("0001-12-31 BC", -719_163),
            ("4714-11-24 BC", -2_440_588),
            ("5874897-12-31", 2_145_042_905),
            ("infinity", i32::MAX),
            ("-infinity", i32::MIN),
        ] {
            assert_eq!(parse_date(text), Ok(days), "{text}");
            let mut back = String::new();
            format_date(days, &mut back);
            assert_eq!(back, text);
        }
        for text in ["", "2023-02-29", "2023-13-01", "2023-1-", "abc", "2023-01-01-01"] {
            assert!(parse_date(text).is_err(), "{text}");
        }
    }

    #[test]
    fn timestamps_survive_the_way_there_and_back() {
        for text in
            ["2024-02-29 23:59:59.000001", "0044-03-15 12:00:00 BC", "1969-12-31 23:59:59.5", "290000-12-31 00:00:00"]
        {
            let mut back = String::new();
            format_timestamp(parse_timestamp(text).unwrap(), "", &mut back);
            assert_eq!(back, text);
        }
        assert_eq!(parse_timestamp("1970-01-01 02:00:00+02"), Ok(0));
        assert_eq!(parse_timestamp("1969-12-31 18:30:00-05:30"), Ok(0));
        assert_eq!(parse_timestamp("1970-01-01"), Ok(0));
    }

    #[test]
    fn intervals_are_read() {
        assert_eq!(parse_interval("1 year 2 mons -3 days 04:05:06.7"), Ok((14, -3, 14_706_700_000)));
        assert_eq!(parse_interval("-00:00:01"), Ok((0, 0, -1_000_000)));
        assert_eq!(parse_interval("00:00:00"), Ok((0, 0, 0)));
        assert!(parse_interval("3 parsecs").is_err());
        let mut text = String::new();
        format_interval(14, -3, -14_706_700_000, &mut text);
        assert_eq!(parse_interval(&text), Ok((14, -3, -14_706_700_000)));
    }
}
