//! The shape of masked columns, production against staging: NULLs, different values, the most frequent one, lengths of
//! texts, how numbers and dates are spread. Kept columns are the same on both sides by construction.
//!
//! Both sides are sketched over the same rows while they stream, those that the leak checks look at. Sketches end with
//! the run, and no value of theirs is reported: numbers are compared in shares of production's middle half.

use ahash::RandomState;
use arrow::array::{Array, ArrayRef, ArrowPrimitiveType, AsArray};
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

/// Of so many rows of a batch one is looked at for lengths, numbers and the most frequent value: of a unit's first
/// [`FIRST`] rows, and of what follows.
const STEPS: [u32; 2] = [4, 16];
/// See [`STEPS`].
const FIRST: u64 = 20_000;

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
            let step = STEPS[usize::from(side.rows >= FIRST)];
            side.rows += rows as u64;
            side.nulls += match seen.places {
                None => array.null_count(),
                Some(_) if array.null_count() == 0 => 0,
                Some(places) => places.values().iter().filter(|place| array.is_null(**place as usize)).count(),
            } as u64;
            let Some(values) = Values::of(array, &hasher) else { continue };
            values.hashes.iter().flatten().for_each(|hash| side.distinct.add(*hash));
            for row in (0..rows).filter(|row| is_chosen(*row, step)) {
                side.row(array, &values, seen.places.map_or(row, |places| places.value(row) as usize));
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
    /// Looks at one row.
    fn row(&mut self, array: &ArrayRef, values: &Values, row: usize) {
        let Some(hash) = values.hashes[row] else { return };
        self.top.add(hash, 1);
        if let Some(texts) = array.as_string_view_opt() {
            self.lengths.add(texts.value(row).len() as f64);
        }
        if let Some(number) = values.numbers.get(row).copied().flatten() {
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

/// One row in so many, as good as at random: what recurs every so many rows must not hide in between (the constant is
/// 2^32 over the golden ratio).
fn is_chosen(row: usize, step: u32) -> bool {
    ((row as u32).wrapping_mul(0x9E37_79B9) >> 16).is_multiple_of(step)
}

/// The values of an array: `None` for NULL, and for what is no scalar or has no size.
pub(super) struct Values {
    hashes: Vec<Option<u64>>,
    /// Numbers, the days of dates, the microseconds of timestamps; empty for others.
    numbers: Vec<Option<f64>>,
}

impl Values {
    /// The hash of a value.
    pub(super) fn hash(&self, row: usize) -> Option<u64> {
        self.hashes[row]
    }

    pub(super) fn of(array: &ArrayRef, hasher: &RandomState) -> Option<Self> {
        fn hashes<T: std::hash::Hash>(
            values: impl Iterator<Item = Option<T>>,
            hasher: &RandomState,
        ) -> Vec<Option<u64>> {
            values.map(|value| value.map(|value| hasher.hash_one(value))).collect()
        }
        fn numbers<T: ArrowPrimitiveType>(array: &ArrayRef, number: impl Fn(T::Native) -> f64) -> Vec<Option<f64>> {
            let values = array.as_primitive::<T>().iter();
            values.map(|value| value.map(&number).filter(|number| number.is_finite())).collect()
        }
        let numbers = match array.data_type() {
            DataType::Int16 => numbers::<Int16Type>(array, f64::from),
            DataType::Int32 => numbers::<Int32Type>(array, f64::from),
            // Beyond 2^53 neighbours become one: a shape is no coarser for that.
            DataType::Int64 => numbers::<Int64Type>(array, |number| number as f64),
            DataType::Float32 => numbers::<Float32Type>(array, f64::from),
            DataType::Float64 => numbers::<Float64Type>(array, |number| number),
            DataType::Date32 => numbers::<Date32Type>(array, |days| match days {
                i32::MIN | i32::MAX => f64::INFINITY,
                days => days.into(),
            }),
            DataType::Timestamp(TimeUnit::Microsecond, _) => {
                numbers::<TimestampMicrosecondType>(array, |micros| match micros {
                    i64::MIN | i64::MAX => f64::INFINITY,
                    micros => micros as f64,
                })
            }
            _ => Vec::new(),
        };
        let hashes = match array.data_type() {
            DataType::Utf8View => hashes(array.as_string_view().iter(), hasher),
            DataType::BinaryView => hashes(array.as_binary_view().iter(), hasher),
            DataType::FixedSizeBinary(_) => hashes(array.as_fixed_size_binary().iter(), hasher),
            DataType::Boolean => hashes(array.as_boolean().iter(), hasher),
            _ if numbers.is_empty() => return None,
            _ => hashes(numbers.iter().map(|number| number.map(f64::to_bits)), hasher),
        };
        Some(Self { hashes, numbers })
    }
}
