//! How far a subject's dates and times move: a keyed number of steps, never none, the same for all values of one
//! subject. Which kinds move by what is left to `date_shift` and `timestamp_shift`.

use arrow::array::Array as _;

use super::map::Reason;
use super::params::Params;
use super::seeds::Seeds;
use super::{ColumnFacts, Input, Problem};
use crate::key::{DomainKey, TAG};

/// Microseconds of a day.
pub(super) const DAY: i64 = 86_400_000_000;

/// First day that PostgreSQL's `date` holds, 4714-11-24 BC, in days from 1970-01-01 (`DATETIME_MIN_JULIAN` in
/// `datatype/timestamp.h`: Julian day 0).
pub(super) const FIRST_DAY: i64 = -2_440_588;
/// Last day, 5874897-12-31 (`DATE_END_JULIAN`: before Julian day 2147483494).
const LAST_DAY: i64 = 2_147_483_493 - 2_440_588;
/// First microsecond of a timestamp, on the same first day (`MIN_TIMESTAMP`).
const FIRST_MICROSECOND: i64 = FIRST_DAY * DAY;
/// Last microsecond: the server's is in 294276 (`END_TIMESTAMP`); counted from 1970 it is out of an i64's reach, whose
/// greatest value means infinity.
const LAST_MICROSECOND: i64 = i64::MAX - 1;

const OUTSIDE: Reason = "the shifted value is outside the range of its type";

/// A keyed number of steps per subject, from `-most` to `most` without 0.
pub(super) struct Shift {
    key: DomainKey,
    most: u64,
    /// The steps of all values, where none of them may meet another.
    together: Option<i64>,
}

/// Whether all values of a column move together.
pub(super) fn together(params: &Params, facts: &ColumnFacts) -> bool {
    (params.unique || facts.unique) && facts.per.is_none()
}

/// Subjects move differently, and values of two of them may meet.
pub(super) fn may_meet(params: &Params, facts: &ColumnFacts) -> Option<Problem> {
    ((params.unique || facts.unique) && facts.per.is_some()).then(|| {
        let message = "the column is unique, and with `per` values of two subjects may become one";
        Problem::rule(message, "remove `per`: all values of the column then move together")
    })
}

impl Shift {
    /// `most` is at least 1.
    pub(super) fn new(key: DomainKey, most: u64) -> Self {
        Self { key, most, together: None }
    }

    /// The same for all values and subjects, if so.
    pub(super) fn together(self, together: bool) -> Self {
        let steps = together.then(|| self.drawn(self.key.prf(&[b"together"])));
        Self { together: steps, ..self }
    }

    /// Steps of each row's subject: what `per:` names, else, or where that is NULL, the value itself.
    pub(super) fn steps<'a>(&'a self, input: Input<'a>) -> impl FnMut(usize) -> i64 + 'a {
        let mut seeds = Seeds::new(&self.key, input.value.len());
        move |row| self.together.unwrap_or_else(|| self.drawn(seeds.of_input(row, input)))
    }

    fn drawn(&self, tag: [u8; TAG]) -> i64 {
        let mut low = [0; 8];
        low.copy_from_slice(&tag[..8]);
        // The upper half of a product of two 64-bit numbers: below 2 * most, which is far below 2^63.
        let drawn = ((u128::from(u64::from_le_bytes(low)) * u128::from(2 * self.most)) >> 64) as i64;
        let most = self.most as i64;
        if drawn < most { drawn - most } else { drawn - most + 1 }
    }
}

/// Moves a date; the infinities stay.
///
/// # Errors
/// The date would be outside PostgreSQL's range.
pub(super) fn date(days: i32, steps: i64) -> Result<i32, Reason> {
    if days == i32::MIN || days == i32::MAX {
        return Ok(days);
    }
    let moved = i64::from(days) + steps;
    match i32::try_from(moved) {
        Ok(days) if (FIRST_DAY..=LAST_DAY).contains(&moved) => Ok(days),
        _ => Err(OUTSIDE),
    }
}

/// Moves a timestamp; the infinities stay.
///
/// # Errors
/// The timestamp would be outside PostgreSQL's range.
pub(super) fn timestamp(micros: i64, by: i64) -> Result<i64, Reason> {
    if micros == i64::MIN || micros == i64::MAX {
        return Ok(micros);
    }
    match micros.checked_add(by) {
        Some(moved) if (FIRST_MICROSECOND..=LAST_MICROSECOND).contains(&moved) => Ok(moved),
        _ => Err(OUTSIDE),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use arrow::array::{ArrayRef, Int64Array};

    use super::*;
    use crate::mask::tried::example_key;

    #[test]
    fn every_number_of_steps_but_none_is_as_likely_as_another() {
        let shift = Shift::new(example_key(), 3);
        let value: ArrayRef = Arc::new(Int64Array::from_iter_values(0..6000));
        let mut steps = shift.steps(Input { value: &value, per: None });
        let mut counts = BTreeMap::new();
        for row in 0..6000 {
            *counts.entry(steps(row)).or_insert(0u32) += 1;
        }
        assert_eq!(counts.keys().copied().collect::<Vec<i64>>(), [-3, -2, -1, 1, 2, 3]);
        // Six standard deviations (29 each).
        assert!(counts.values().all(|count| count.abs_diff(1000) < 175), "{counts:?}");
    }

    #[test]
    fn values_that_may_not_meet_move_together() {
        let shift = Shift::new(example_key(), 1000).together(true);
        let value: ArrayRef = Arc::new(Int64Array::from_iter_values(0..100));
        let mut steps = shift.steps(Input { value: &value, per: None });
        assert!(steps(0) != 0 && (1..100).all(|row| steps(row) == steps(0)));
    }

    #[test]
    fn the_ends_of_the_types_hold() {
        // select date '4714-11-24 BC' - date '1970-01-01', date '5874897-12-31' - date '1970-01-01'
        assert_eq!(date(-2_440_587, -1), Ok(-2_440_588));
        assert_eq!(date(-2_440_588, -1), Err(OUTSIDE));
        assert_eq!(date(2_145_042_904, 1), Ok(2_145_042_905));
        assert_eq!(date(2_145_042_905, 1), Err(OUTSIDE));
        assert_eq!(date(i32::MAX, 1), Ok(i32::MAX));
        assert_eq!(timestamp(FIRST_MICROSECOND, -1), Err(OUTSIDE));
        assert_eq!(timestamp(i64::MAX - 5, 5), Err(OUTSIDE));
        assert_eq!(timestamp(i64::MIN, 5), Ok(i64::MIN));
    }
}
