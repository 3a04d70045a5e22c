//! The shape of masked columns, production against staging: NULLs, different values, the most frequent one, lengths of
//! texts, how numbers and dates are spread. Kept columns are the same on both sides by construction.
//!
//! Both sides are sketched over the same rows while they stream, those that the leak checks look at. Sketches end with
//! the run, and no value of theirs is reported: numbers are compared in shares of production's middle half.

use ahash::RandomState;
use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::{
    DataType, Date32Type, Float32Type, Float64Type, Int16Type, Int32Type, Int64Type, TimeUnit, TimestampMicrosecondType,
};

use self::distinct::Distinct;
use self::sample::Sample;
use self::top::Top;
use crate::batch::Seen;

mod compare;
mod distinct;
mod sample;
mod top;

pub(super) use compare::compare;

/// Of so many rows of a batch one is looked at for lengths, numbers and the most frequent value.
const STEP: u32 = 4;

/// What a column looks like on one side.
#[derive(Clone, Default)]
struct Side {
    rows: u64,
    nulls: u64,
    distinct: Distinct,
    top: Top,
    /// Bytes of texts.
    lengths: Sample,
    /// Numbers, days of dates, microseconds of timestamps.
    numbers: Sample,
}

/// What the columns of a table look like on both sides: production, staging. Columns that were never masked have none.
#[derive(Clone, Default)]
pub(super) struct Shapes {
    columns: Vec<Option<Box<[Side; 2]>>>,
}

impl Shapes {
    /// Of a table of so many columns.
    pub(super) fn new(columns: usize) -> Self {
        Self { columns: vec![None; columns] }
    }

    /// Looks at a masked column of a batch.
    pub(super) fn look(&mut self, column: usize, seen: Seen<'_>) {
        let sides = self.columns[column].get_or_insert_default();
        let hasher = RandomState::with_seeds(1, 2, 3, 4);
        for (side, array) in sides.iter_mut().zip([seen.value, seen.output]) {
            let rows = seen.places.map_or(array.len(), Array::len);
            side.rows += rows as u64;
            side.nulls += match seen.places {
                None => array.null_count(),
                Some(_) if array.null_count() == 0 => 0,
                Some(places) => places.values().iter().filter(|place| array.is_null(**place as usize)).count(),
            } as u64;
            side.values(array, &hasher);
            for row in (0..rows).filter(|row| is_chosen(*row)) {
                let place = seen.places.map_or(row, |places| places.value(row) as usize);
                side.row(array, place, &hasher);
            }
        }
    }

    /// Adds what another unit saw.
    pub(super) fn join(&mut self, other: Shapes) {
        for (own, other) in self.columns.iter_mut().zip(other.columns) {
            match (own.as_mut(), other) {
                (_, None) => {}
                (None, other) => *own = other,
                (Some(own), Some(other)) => own.iter_mut().zip(other.iter()).for_each(|(own, other)| own.join(other)),
            }
        }
    }
}

impl Side {
    /// Counts different values.
    fn values(&mut self, array: &ArrayRef, hasher: &RandomState) {
        for row in 0..array.len() {
            if let Some(hash) = hash(array, row, hasher) {
                self.distinct.add(hash);
            }
        }
    }

    /// Looks at one row.
    fn row(&mut self, array: &ArrayRef, row: usize, hasher: &RandomState) {
        let Some(hash) = hash(array, row, hasher) else { return };
        self.top.add(hash, 1);
        if let Some(texts) = array.as_string_view_opt() {
            self.lengths.add(texts.value(row).len() as f64);
        }
        if let Some(number) = number(array, row) {
            self.numbers.add(number);
        }
    }

    fn join(&mut self, other: &Side) {
        self.rows += other.rows;
        self.nulls += other.nulls;
        self.distinct.join(&other.distinct);
        self.top.join(&other.top);
        self.lengths.join(&other.lengths);
        self.numbers.join(&other.numbers);
    }
}

/// One row in [`STEP`], as good as at random: what recurs every so many rows must not hide in between (the constant is
/// 2^32 over the golden ratio).
fn is_chosen(row: usize) -> bool {
    ((row as u32).wrapping_mul(0x9E37_79B9) >> 16).is_multiple_of(STEP)
}

/// A value's hash; `None` for NULL, and for what is no scalar.
fn hash(array: &ArrayRef, row: usize, hasher: &RandomState) -> Option<u64> {
    if array.is_null(row) {
        return None;
    }
    Some(match array.data_type() {
        DataType::Utf8View => hasher.hash_one(array.as_string_view().value(row)),
        DataType::BinaryView => hasher.hash_one(array.as_binary_view().value(row)),
        DataType::FixedSizeBinary(_) => hasher.hash_one(array.as_fixed_size_binary().value(row)),
        DataType::Boolean => hasher.hash_one(array.as_boolean().value(row)),
        _ => hasher.hash_one(number(array, row)?.to_bits()),
    })
}

/// A number, the days of a date, the microseconds of a timestamp.
fn number(array: &ArrayRef, row: usize) -> Option<f64> {
    let number = match array.data_type() {
        DataType::Int16 => array.as_primitive::<Int16Type>().value(row).into(),
        DataType::Int32 => array.as_primitive::<Int32Type>().value(row).into(),
        // Beyond 2^53 neighbours become one: a shape is no coarser for that.
        DataType::Int64 => array.as_primitive::<Int64Type>().value(row) as f64,
        DataType::Float32 => array.as_primitive::<Float32Type>().value(row).into(),
        DataType::Float64 => array.as_primitive::<Float64Type>().value(row),
        DataType::Date32 => match array.as_primitive::<Date32Type>().value(row) {
            i32::MIN | i32::MAX => return None,
            days => days.into(),
        },
        DataType::Timestamp(TimeUnit::Microsecond, _) => {
            match array.as_primitive::<TimestampMicrosecondType>().value(row) {
                i64::MIN | i64::MAX => return None,
                micros => micros as f64,
            }
        }
        _ => return None,
    };
    Some(number).filter(|number| number.is_finite())
}
