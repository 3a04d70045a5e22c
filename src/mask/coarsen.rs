//! `coarsen`: dates become the first day of their month or year, whole numbers their band. Preserves the period or band;
//! destroys what is finer.

use arrow::array::ArrayRef;
use arrow::datatypes::{DataType, Date32Type, TimestampMicrosecondType};

use super::map::{map_integer, map_primitive};
use super::params::{ParamDef, ParamKind, Params};
use super::shift::{DAY, FIRST_DAY};
use super::{Accepts, Built, ColumnFacts, Effect, Example, Input, Mask, MaskDef, MaskError, Problem, Promises};
use crate::schema::Kind;

pub(super) static COARSEN: MaskDef = MaskDef {
    name: "coarsen",
    summary: "dates become the first day of their month or year, whole numbers their band",
    effect: Effect::Generalised,
    leaves: "the month or year; the band of a number",
    manual: "A date or timestamp becomes the first day of its year or month (`to`), a timestamp at midnight (UTC for one \
             with time zone). Years before `bottom` become `bottom`, years after `top` become `top`. A whole number \
             becomes the lowest of its band of `step` numbers, counted from 0: with `step: 10`, 37 becomes 30. Numbers \
             below `bottom` become `bottom`, those above `top` become `top`: with `top: 90`, all from 90 on become 90. \
             Infinities stay. Values that are as coarse already stay as they are, and a rare band may still hold one \
             person: look at the counts.",
    accepts: Accepts::Scalars(&[Kind::Date, Kind::Timestamp, Kind::TimestampTz, Kind::Int2, Kind::Int4, Kind::Int8]),
    params: &[
        ParamDef {
            name: "bottom",
            kind: ParamKind::Integer,
            default: None,
            required: false,
            summary: "what all lower numbers (of dates: all earlier years) become",
        },
        ParamDef {
            name: "step",
            kind: ParamKind::Integer,
            default: None,
            required: false,
            summary: "of numbers: how many make a band",
        },
        ParamDef {
            name: "to",
            kind: ParamKind::Choice(&["month", "year"]),
            default: Some("year"),
            required: false,
            summary: "of dates: what is left of them",
        },
        ParamDef {
            name: "top",
            kind: ParamKind::Integer,
            default: None,
            required: false,
            summary: "what all higher numbers (of dates: all later years) become",
        },
    ],
    promises: Promises {
        // What comes here is a number: of dates the days, of timestamps the microseconds from 1970.
        stays: |params, facts, value| {
            let coarsen = Coarsen::new(params, facts);
            let stays = value.parse::<i64>().is_ok_and(|number| {
                number
                    == match facts.ty.kind.scalar() {
                        Kind::Date => coarsen.day(number),
                        Kind::Timestamp | Kind::TimestampTz => coarsen.micros(number),
                        _ => coarsen.number(number),
                    }
            });
            if stays { 1.0 } else { 1e-30 }
        },
        ..Promises::NONE
    },
    examples: &[
        Example { kind: &Kind::Date, params: "", input: "1987-03-14", output: "1987-01-01" },
        Example { kind: &Kind::Date, params: "{to: month}", input: "1987-03-14", output: "1987-03-01" },
        Example { kind: &Kind::Date, params: "{bottom: 1937}", input: "1921-11-02", output: "1937-01-01" },
        Example {
            kind: &Kind::TimestampTz,
            params: "",
            input: "2024-05-01 08:30:00+00",
            output: "2024-01-01 00:00:00+00",
        },
        Example { kind: &Kind::Int4, params: "{step: 10}", input: "37", output: "30" },
        Example { kind: &Kind::Int4, params: "{top: 90}", input: "93", output: "90" },
    ],
    check,
    build: |params, facts, _| Built::Mask(Box::new(Coarsen::new(params, facts))),
};

fn check(params: &Params, facts: &ColumnFacts) -> Vec<Problem> {
    let (bottom, step, top) = (params.integer("bottom"), params.integer("step"), params.integer("top"));
    let mut problems = Vec::new();
    let number = matches!(facts.ty.kind.scalar(), Kind::Int2 | Kind::Int4 | Kind::Int8);
    if number && bottom.is_none() && step.is_none() && top.is_none() {
        let help = "name `step:`, `top:` or `bottom:`";
        problems.push(Problem::rule("a number has no band unless the rule says so", help));
    }
    if number && params.span("to").is_some() {
        problems.push(Problem::param("to", "is for dates; a number has `step`, `top` and `bottom`"));
    }
    if !number && step.is_some() {
        problems.push(Problem::param("step", "is for numbers; a date has `to`"));
    }
    if step.is_some_and(|step| !(2..=1 << 30).contains(&step)) {
        problems.push(Problem::param("step", "is a whole number from 2 on"));
    }
    if bottom.zip(top).is_some_and(|(bottom, top)| bottom > top) {
        problems.push(Problem::param("bottom", "is above `top`"));
    }
    for (name, end) in [("bottom", bottom), ("top", top)] {
        let fits = end.is_none_or(|end| match facts.ty.kind.scalar() {
            Kind::Int2 => i16::try_from(end).is_ok(),
            Kind::Int4 => i32::try_from(end).is_ok(),
            Kind::Int8 => true,
            // Years that every type for dates has.
            _ => (1..=9999).contains(&end),
        });
        if !fits {
            problems.push(Problem::param(name, format!("does not fit {}", facts.ty.sql)));
        }
    }
    problems
}

struct Coarsen {
    bottom: Option<i64>,
    step: Option<i64>,
    top: Option<i64>,
    month: bool,
    /// The lowest number of the type, where its lowest band begins.
    lowest: i64,
}

impl Coarsen {
    fn new(params: &Params, facts: &ColumnFacts) -> Self {
        let (bottom, step, top) = (params.integer("bottom"), params.integer("step"), params.integer("top"));
        let lowest = match facts.ty.kind.scalar() {
            Kind::Int2 => i64::from(i16::MIN),
            Kind::Int4 => i64::from(i32::MIN),
            _ => i64::MIN,
        };
        Self { bottom, step, top, month: params.text("to") == Some("month"), lowest }
    }

    fn number(&self, number: i64) -> i64 {
        let band = self.step.map_or(number, |step| number.saturating_sub(number.rem_euclid(step)));
        self.ends(band.max(self.lowest))
    }

    fn ends(&self, number: i64) -> i64 {
        let number = self.bottom.map_or(number, |bottom| number.max(bottom));
        self.top.map_or(number, |top| number.min(top))
    }

    /// The first day of a day's period; days from 1970-01-01.
    fn day(&self, day: i64) -> i64 {
        let (year, month) = year_and_month(day);
        let kept = self.ends(year);
        let month = if self.month && kept == year { month } else { 1 };
        first_day(kept, month).max(FIRST_DAY)
    }

    fn micros(&self, micros: i64) -> i64 {
        self.day(micros.div_euclid(DAY)) * DAY
    }
}

impl Mask for Coarsen {
    fn apply(&self, input: Input<'_>) -> Result<ArrayRef, MaskError> {
        match input.value.data_type() {
            DataType::Date32 => map_primitive::<Date32Type>(input.value, |_, day| match day {
                i32::MIN | i32::MAX => Ok(day),
                // A period begins between the first day there is and the day itself, or in a year below 10,000.
                _ => Ok(i32::try_from(self.day(i64::from(day))).unwrap_or(day)),
            }),
            DataType::Timestamp(..) => {
                map_primitive::<TimestampMicrosecondType>(input.value, |_, micros| match micros {
                    i64::MIN | i64::MAX => Ok(micros),
                    _ => Ok(self.micros(micros)),
                })
            }
            _ => map_integer(input.value, |_, number| Ok(self.number(number))),
        }
    }
}

/// Days of 400 years, after which the calendar repeats.
const ERA: i64 = 146_097;
/// Days from 0000-03-01 to 1970-01-01.
const EPOCH: i64 = 719_468;

/// Year (0 is 1 BC) and month of a day (H. Hinnant, "chrono-compatible low-level date algorithms", `civil_from_days`).
fn year_and_month(day: i64) -> (i64, i64) {
    let day = day + EPOCH;
    let of_era = day.rem_euclid(ERA);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march = (5 * of_year + 2) / 153;
    let month = if march < 10 { march + 3 } else { march - 9 };
    (year_of_era + day.div_euclid(ERA) * 400 + i64::from(month <= 2), month)
}

/// The first day of a month (the same source, `days_from_civil`).
fn first_day(year: i64, month: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let year_of_era = year.rem_euclid(400);
    let march = if month > 2 { month - 3 } else { month + 9 };
    let of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + (153 * march + 2) / 5;
    year.div_euclid(400) * ERA + of_era - EPOCH
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mask::tried::{column, read_params};

    #[test]
    fn periods_begin_where_the_calendar_has_them() {
        for year in [-4713, -1, 0, 1, 1600, 1900, 1970, 2000, 2024, 9999, 294_276] {
            for month in 1..=12 {
                let first = first_day(year, month);
                assert_eq!(year_and_month(first), (year, month));
                let before = if month == 1 { (year - 1, 12) } else { (year, month - 1) };
                assert_eq!(year_and_month(first - 1), before);
            }
        }
        assert_eq!((first_day(1970, 1), first_day(2000, 3), first_day(1969, 12)), (0, 11_017, -31));
    }

    #[test]
    fn bands_and_their_ends() {
        let coarsen = |params: &str| Coarsen::new(&read_params(&COARSEN, params).unwrap(), &column(None, false));
        let ages = coarsen("{step: 5, top: 90}");
        assert_eq!([0, 4, 5, 89, 90, 107, -1].map(|age| ages.number(age)), [0, 0, 5, 85, 90, 90, -5]);
        let years = coarsen("{bottom: 1937, top: 2020}");
        let year = |year: i64| year_and_month(years.day(first_day(year, 7) + 3)).0;
        assert_eq!([1880, 1936, 1937, 2000, 2026].map(year), [1937, 1937, 1937, 2000, 2020]);
        assert_eq!(coarsen("{to: month}").day(first_day(2001, 9) + 29), first_day(2001, 9));
    }

    #[test]
    fn odd_parameters_are_refused() {
        let mut facts = column(None, false);
        for (kind, params) in [
            (Kind::Int2, ""),
            (Kind::Int2, "{step: 1}"),
            (Kind::Int2, "{top: 40000}"),
            (Kind::Int4, "{bottom: 5, top: 4}"),
            (Kind::Int4, "{to: year, step: 5}"),
            (Kind::Date, "{step: 5}"),
            (Kind::Date, "{bottom: 0}"),
        ] {
            facts.ty.kind = kind;
            assert!(!check(&read_params(&COARSEN, params).unwrap(), &facts).is_empty(), "{params}");
        }
    }
}
