//! `date_shift`: dates and timestamps move by whole days. Preserves the time of day, and order and distances inside a
//! subject (`per:`); destroys the date, within the bound that the rule gives.

use arrow::array::ArrayRef;
use arrow::datatypes::{DataType, Date32Type, TimestampMicrosecondType};

use super::map::map_primitive;
use super::params::{ParamDef, ParamKind, Params};
use super::shift::{self, DAY, Shift};
use super::{
    Accepts, Built, ColumnFacts, Effect, Equal, Example, Gives, Input, Mask, MaskDef, MaskError, Order, PerUse,
    Problem, Promises, Uniqueness,
};
use crate::schema::Kind;

pub(super) static DATE_SHIFT: MaskDef = MaskDef {
    name: "date_shift",
    summary: "dates move by a keyed number of whole days, the same for all dates of a subject",
    effect: Effect::Perturbed,
    leaves: "the date to within `within`; with `per:` the order and distances of a subject's dates",
    manual: "Every date moves by a number of days drawn by key from -`within` to `within`, never 0. With `per: id` all \
             dates of a subject move alike, in every column and table that says so with the same `within`: their order \
             and distances stay. Without `per` the date itself decides, so equal dates stay equal and others may change \
             places. Timestamps keep their time of day (`timestamp_shift` moves it). Both ends of a range move alike, \
             by its lower one. In a column that is unique, and with `unique: true`, all dates move together by one \
             number of days, so that no two become one: who knows one date there knows all. Infinities stay. A date that would leave PostgreSQL's range is an error. The shift is \
             bounded: who knows a date still knows it to within `within`.",
    accepts: Accepts::ScalarsAndRanges(&[Kind::Date, Kind::Timestamp, Kind::TimestampTz]),
    params: &[ParamDef {
        name: "within",
        kind: ParamKind::Duration,
        default: Some("30d"),
        required: false,
        summary: "the longest shift, in whole days",
    }],
    promises: Promises {
        unique: Uniqueness::Option,
        equal: Equal::Never,
        per: PerUse::Option,
        gives: |_, _| Gives { order: Order::Moved, ..Gives::default() },
        ..Promises::NONE
    },
    examples: &[
        Example { kind: &Kind::Date, params: "", input: "1984-02-29", output: "1984-03-06" },
        Example { kind: &Kind::Date, params: "{within: 1w}", input: "1984-02-29", output: "1984-03-02" },
        Example {
            kind: &Kind::TimestampTz,
            params: "",
            input: "2024-05-01 08:30:00+00",
            output: "2024-04-17 08:30:00+00",
        },
    ],
    check,
    build: |params, facts, key| {
        let days = params.duration("within").unwrap_or(DAY) / DAY;
        let shift = Shift::new(key.purpose("date_shift"), days.max(1).unsigned_abs());
        Built::Mask(Box::new(DateShift(shift.together(shift::together(params, facts)))))
    },
};

fn check(params: &Params, facts: &ColumnFacts) -> Vec<Problem> {
    let odd = params.duration("within").filter(|within| within % DAY != 0);
    let odd = odd.map(|_| Problem::param("within", "is not a number of whole days"));
    odd.into_iter().chain(shift::may_meet(params, facts)).collect()
}

struct DateShift(Shift);

impl Mask for DateShift {
    fn apply(&self, input: Input<'_>) -> Result<ArrayRef, MaskError> {
        let mut days = self.0.steps(input);
        match input.value.data_type() {
            DataType::Date32 => map_primitive::<Date32Type>(input.value, |row, date| shift::date(date, days(row))),
            _ => map_primitive::<TimestampMicrosecondType>(input.value, |row, micros| {
                shift::timestamp(micros, days(row) * DAY)
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{AsArray, Date32Array, Int32Array};

    use super::*;
    use crate::mask::tried::{column, mask_array, read_params};

    #[test]
    fn dates_of_a_subject_move_alike() {
        let mut facts = column(None, false);
        facts.ty.kind = Kind::Date;
        let dates: ArrayRef = Arc::new(Date32Array::from_iter_values(0..400));
        let subjects: ArrayRef = Arc::new(Int32Array::from_iter_values((0..400).map(|row| row % 7)));
        let masked = mask_array(&DATE_SHIFT, "within: 3w", &facts, &dates, Some(&subjects));
        let masked = masked.as_primitive::<Date32Type>();
        let by = |row: i32| masked.value(row as usize) - row;
        for row in 0..400 {
            assert!((1..=21).contains(&by(row).abs()));
            assert_eq!(by(row), by(row % 7));
        }
        assert!((0..7).any(|row| by(row) != by(0)));
    }

    #[test]
    fn whole_days_are_asked_for() {
        let problems = |params: &str| check(&read_params(&DATE_SHIFT, params).unwrap(), &column(None, false)).len();
        assert_eq!(problems("within: 36h"), 1);
        assert_eq!(problems("within: 30m"), 1);
        assert_eq!(problems("within: 48h"), 0);
    }
}
