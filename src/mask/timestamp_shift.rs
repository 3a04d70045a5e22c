//! `timestamp_shift`: timestamps and times of day move by a keyed span. Preserves order and distances inside a subject
//! (`per:`); destroys the moment, within the bound that the rule gives.

use arrow::array::ArrayRef;
use arrow::datatypes::{DataType, Time64MicrosecondType, TimestampMicrosecondType};

use super::map::map_primitive;
use super::params::{ParamDef, ParamKind, Params};
use super::shift::{self, DAY, Shift};
use super::{
    Accepts, Built, ColumnFacts, Effect, Equal, Example, Gives, Input, Mask, MaskDef, MaskError, Order, PerUse,
    Problem, Promises, Uniqueness,
};
use crate::schema::Kind;

pub(super) static TIMESTAMP_SHIFT: MaskDef = MaskDef {
    name: "timestamp_shift",
    summary: "timestamps move by a keyed span, the same for all timestamps of a subject",
    effect: Effect::Perturbed,
    leaves: "the moment to within `within`; with `per:` the order and distances of a subject's times",
    manual: "Every timestamp moves by a span drawn by key from -`within` to `within`, never 0, in whole `step`s. With \
             `per: id` all timestamps of a subject move alike, in every column and table that says so with the same \
             `within` and `step`: their order and distances stay. Without `per` the timestamp itself decides. With the \
             step `second` the fraction of a second stays, and whole seconds stay whole; where timestamps come from a \
             clock and their microseconds could tell rows apart, say `step: microsecond`. Times of day go round at \
             midnight. Both ends of a range move alike, by its lower one. In a column that is unique, and with \
             `unique: true`, all timestamps move together by one span, so that no two become one: who knows one there \
             knows all. Infinities stay. A timestamp that would leave \
             PostgreSQL's range is an error.",
    accepts: Accepts::ScalarsAndRanges(&[Kind::Timestamp, Kind::TimestampTz, Kind::Time]),
    params: &[
        ParamDef {
            name: "step",
            kind: ParamKind::Choice(&["microsecond", "second", "minute", "hour", "day"]),
            default: Some("second"),
            required: false,
            summary: "what the shift is a multiple of",
        },
        ParamDef {
            name: "within",
            kind: ParamKind::Duration,
            default: Some("1d"),
            required: false,
            summary: "the longest shift",
        },
    ],
    promises: Promises {
        unique: Uniqueness::Option,
        equal: Equal::Never,
        per: PerUse::Option,
        gives: |_, _| Gives { order: Order::Moved, ..Gives::default() },
        ..Promises::NONE
    },
    examples: &[
        Example { kind: &Kind::Timestamp, params: "", input: "2024-05-01 08:30:00", output: "2024-05-02 07:58:54" },
        Example {
            kind: &Kind::TimestampTz,
            params: "{within: 1h}",
            input: "2024-05-01 08:30:00.25+00",
            output: "2024-05-01 08:57:58.25+00",
        },
        Example { kind: &Kind::Time, params: "{within: 4h, step: minute}", input: "08:30:00", output: "06:24:00" },
    ],
    check,
    build: |params, facts, key| {
        let step = step(params, facts);
        let most = (within(params, facts) / step).max(1).unsigned_abs();
        let shift = Shift::new(key.purpose("timestamp_shift"), most).together(shift::together(params, facts));
        Built::Mask(Box::new(TimestampShift { step, shift }))
    },
};

fn check(params: &Params, facts: &ColumnFacts) -> Vec<Problem> {
    let short = within(params, facts) < step(params, facts);
    let short = short.then(|| Problem::param("within", "is shorter than one step"));
    short.into_iter().chain(shift::may_meet(params, facts)).collect()
}

/// The step in microseconds, not finer than the column's precision: `timestamp(0)` holds whole seconds.
fn step(params: &Params, facts: &ColumnFacts) -> i64 {
    let step = match params.text("step") {
        Some("microsecond") => 1,
        Some("minute") => 60_000_000,
        Some("hour") => 3_600_000_000,
        Some("day") => DAY,
        _ => 1_000_000,
    };
    step.max(10i64.pow(6 - precision(&facts.ty.sql)))
}

/// Digits of a fraction of a second that a type keeps, such as 3 for `timestamp(3) without time zone`; 6 where it does
/// not say.
fn precision(sql: &str) -> u32 {
    let digits =
        sql.split_once('(').and_then(|(_, rest)| rest.split_once(')')).and_then(|(digits, _)| digits.parse().ok());
    digits.filter(|digits| *digits <= 6).unwrap_or(6)
}

/// The longest shift in microseconds. For a time of day less than a day, which would be no shift at all.
fn within(params: &Params, facts: &ColumnFacts) -> i64 {
    let within = params.duration("within").unwrap_or(DAY);
    if *facts.ty.kind.scalar() == Kind::Time { within.min(DAY - 1) } else { within }
}

struct TimestampShift {
    /// In microseconds.
    step: i64,
    shift: Shift,
}

impl Mask for TimestampShift {
    fn apply(&self, input: Input<'_>) -> Result<ArrayRef, MaskError> {
        let mut steps = self.shift.steps(input);
        let mut by = |row| steps(row) * self.step;
        match input.value.data_type() {
            DataType::Time64(_) => {
                map_primitive::<Time64MicrosecondType>(
                    input.value,
                    |row, micros| Ok((micros + by(row)).rem_euclid(DAY)),
                )
            }
            _ => {
                map_primitive::<TimestampMicrosecondType>(input.value, |row, micros| shift::timestamp(micros, by(row)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mask::tried::{column, read_params};

    fn facts(sql: &str, kind: Kind) -> ColumnFacts {
        let mut facts = column(None, false);
        facts.ty.kind = kind;
        facts.ty.sql = sql.to_owned();
        facts
    }

    #[test]
    fn a_step_is_not_finer_than_the_type() {
        let step = |params: &str, sql: &str| {
            step(&read_params(&TIMESTAMP_SHIFT, params).unwrap(), &facts(sql, Kind::Timestamp))
        };
        assert_eq!(step("step: microsecond", "timestamp without time zone"), 1);
        assert_eq!(step("step: microsecond", "timestamp(3) without time zone"), 1000);
        assert_eq!(step("step: microsecond", "timestamp(0) with time zone[]"), 1_000_000);
        assert_eq!(step("", "timestamp(3) without time zone"), 1_000_000);
    }

    #[test]
    fn a_shift_has_room_for_a_step() {
        let problems =
            |params: &str, kind: Kind| check(&read_params(&TIMESTAMP_SHIFT, params).unwrap(), &facts("x", kind)).len();
        assert_eq!(problems("{within: 5m, step: hour}", Kind::Timestamp), 1);
        assert_eq!(problems("{within: 5d, step: day}", Kind::Timestamp), 0);
        assert_eq!(problems("{within: 5d, step: day}", Kind::Time), 1);
    }
}
