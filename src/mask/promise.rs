//! What a column's mask promises about its outputs, held against every cell: that none equals its input, that no more do
//! than chance has it, or that all are among the values that the mask states. NULL and empty text are not counted.
//!
//! Whether too many stayed by chance is judged over the whole column (`verify`); everything else fails at once.

use std::collections::HashSet;
use std::hash::{BuildHasher, Hasher};

use ahash::RandomState;
use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, StringViewArray};
use arrow::compute::kernels::cmp::eq;
use arrow::datatypes::{
    DataType, Date32Type, Float32Type, Float64Type, Int16Type, Int32Type, Int64Type, TimeUnit, TimestampMicrosecondType,
};

use super::literal::Literals;
use super::map::canonical;
use super::{ColumnFacts, Equal, Input, MaskDef, MaskError, Params};

pub(super) const SAME: &str = "the masked value equals the original (a defect)";
const UNSTATED: &str = "the mask wrote a value that it does not state (a defect)";
const ANOTHER_SHAPE: &str = "the mask returned values of another shape (a defect)";

/// What outputs must be.
pub struct Promise(Held);

enum Held {
    /// No output equals its input.
    Never,
    /// One may, with the probability that the function gives for the value.
    Chance(Box<dyn Fn(&str) -> f64 + Send + Sync>),
    /// All are among these.
    OneOf { literals: Literals, texts: HashSet<String, RandomState> },
    /// All are NULL.
    Null,
    /// Anything may come out.
    Nothing,
}

impl Promise {
    /// Of a mask in a column.
    pub fn of(def: &'static MaskDef, params: &Params, facts: &ColumnFacts) -> Self {
        let gives = def.gives(params, facts);
        if gives.null {
            return Self(Held::Null);
        }
        Self(match def.promises.equal {
            Equal::Never => Held::Never,
            Equal::Chance => chance(def, params, facts),
            Equal::Any => match gives.one_of.as_ref().map(|values| {
                (Literals::read(values.iter().map(String::as_str), facts), values.iter().cloned().collect())
            }) {
                Some((Ok(literals), texts)) => Held::OneOf { literals, texts },
                _ if def.name == "keep" => Held::Nothing,
                _ => chance(def, params, facts),
            },
        })
    }

    /// Of a column whose values pass, or that several masks share: they hold what they promise themselves.
    pub fn nothing() -> Self {
        Self(Held::Nothing)
    }

    /// Looks at every value of a batch. `stayed` gets what tells a value from others and the probability that it stays,
    /// for each that came out as it went in although it need not have.
    ///
    /// # Errors
    /// The first value that breaks the promise.
    pub(super) fn hold(
        &self,
        input: Input<'_>,
        output: &ArrayRef,
        mut stayed: impl FnMut(u64, f64),
    ) -> Result<(), MaskError> {
        match &self.0 {
            Held::Nothing => Ok(()),
            Held::Null => match output.null_count() == output.len() || output.data_type() == &DataType::Null {
                true => Ok(()),
                false => Err(MaskError { row: 0, reason: UNSTATED }),
            },
            Held::Never => leaves(input.value, output)?.into_iter().try_for_each(|leaf| {
                let first = match leaf.texts() {
                    Some((a, b)) => first_equal(a, b),
                    None => leaf.equal().and_then(|equal| leaf.telling(&equal).next()),
                };
                first.map_or(Ok(()), |row| Err(MaskError { row: leaf.row(row), reason: SAME }))
            }),
            Held::Chance(chance) => {
                let hasher = hasher();
                let mut bytes = Vec::new();
                for leaf in leaves(input.value, output)? {
                    let Some(equal) = leaf.equal() else { continue };
                    for row in leaf.telling(&equal) {
                        let chance = chance(&printed(&leaf.value, row));
                        let mut state = hasher.build_hasher();
                        let per = input.per.map(|per| (per, leaf.row(row)));
                        for (array, row) in [(&leaf.value, row)].into_iter().chain(per) {
                            canonical(array, row, &mut bytes);
                            state.write(&bytes);
                        }
                        stayed(state.finish(), chance);
                    }
                }
                Ok(())
            }
            Held::OneOf { literals, texts } => {
                for leaf in leaves(output, output)? {
                    let first = match leaf.output.as_string_view_opt() {
                        Some(values) => values
                            .iter()
                            .position(|text| text.is_some_and(|text| !text.is_empty() && !texts.contains(text))),
                        None => literals.first_other(&leaf.output),
                    };
                    if let Some(row) = first {
                        return Err(MaskError { row: leaf.row(row), reason: UNSTATED });
                    }
                }
                Ok(())
            }
        }
    }
}

/// The first row of two columns that holds the same text in both, and not the empty one.
fn first_equal(a: &StringViewArray, b: &StringViewArray) -> Option<usize> {
    // The lower half of a view is a text's length and first four bytes: nearly always that tells two apart.
    let both = a.views().iter().zip(b.views().iter());
    let mut alike =
        both.enumerate().filter(|(_, (a, b))| **a as u64 == **b as u64 && **a as u32 > 0).map(|(row, _)| row);
    alike.find(|&row| a.is_valid(row) && b.is_valid(row) && a.value(row) == b.value(row))
}

fn chance(def: &'static MaskDef, params: &Params, facts: &ColumnFacts) -> Held {
    let (params, facts) = (params.clone(), facts.clone());
    Held::Chance(Box::new(move |value| (def.promises.stays)(&params, &facts, value)))
}

/// Scalars of a column: the column itself, the elements of its arrays, or one end of its ranges.
struct Leaf {
    value: ArrayRef,
    output: ArrayRef,
    /// The row that each element belongs to, where that is not its own place.
    rows: Option<Vec<u32>>,
}

impl Leaf {
    fn row(&self, at: usize) -> usize {
        self.rows.as_ref().and_then(|rows| rows.get(at)).map_or(at, |row| *row as usize)
    }

    fn texts(&self) -> Option<(&StringViewArray, &StringViewArray)> {
        Some((self.value.as_string_view_opt()?, self.output.as_string_view_opt()?))
    }

    /// Which outputs equal their inputs; `None` where they are of different types.
    fn equal(&self) -> Option<BooleanArray> {
        if self.value.data_type() == self.output.data_type() { eq(&self.value, &self.output).ok() } else { None }
    }

    /// The equal ones that say something: neither NULL, nor empty, nor an infinity of dates and timestamps, which are
    /// the extreme values of their arrays.
    fn telling<'a>(&'a self, equal: &'a BooleanArray) -> impl Iterator<Item = usize> + 'a {
        let says = |row: &usize| match self.value.data_type() {
            DataType::Utf8View => !self.value.as_string_view().value(*row).is_empty(),
            DataType::BinaryView => !self.value.as_binary_view().value(*row).is_empty(),
            DataType::Date32 => !matches!(self.value.as_primitive::<Date32Type>().value(*row), i32::MIN | i32::MAX),
            DataType::Timestamp(TimeUnit::Microsecond, _) => {
                let micros = self.value.as_primitive::<TimestampMicrosecondType>().value(*row);
                !matches!(micros, i64::MIN | i64::MAX)
            }
            _ => true,
        };
        equal.values().set_indices().filter(|row| equal.is_valid(*row)).filter(says)
    }
}

/// Takes a column and what its mask made of it apart.
fn leaves(value: &ArrayRef, output: &ArrayRef) -> Result<Vec<Leaf>, MaskError> {
    let another = MaskError { row: 0, reason: ANOTHER_SHAPE };
    if value.data_type() != output.data_type() {
        return Ok(vec![Leaf { value: value.clone(), output: output.clone(), rows: None }]);
    }
    let column = |array: &ArrayRef, at: usize| array.as_struct().column(at).clone();
    Ok(match value.data_type() {
        DataType::List(_) => {
            let (before, behind) = (value.as_list::<i32>(), output.as_list::<i32>());
            let elements = |list: &arrow::array::ListArray| {
                let ends = list.offsets();
                let at = |place: usize| usize::try_from(ends[place]).unwrap_or_default();
                list.values().slice(at(0), at(list.len()) - at(0))
            };
            let (a, b) = (elements(before), elements(behind));
            if a.len() != b.len() {
                return Err(another);
            }
            let mut rows = Vec::with_capacity(a.len());
            for (row, ends) in (0u32..).zip(before.offsets().windows(2)) {
                rows.extend((ends[0]..ends[1]).map(|_| row));
            }
            vec![Leaf { value: a, output: b, rows: Some(rows) }]
        }
        // `{elements, shape}`.
        DataType::Struct(fields) if fields.len() == 2 => leaves(&column(value, 0), &column(output, 0))?,
        // `{lower, upper, flags}`.
        DataType::Struct(_) => {
            (0..2).map(|at| Leaf { value: column(value, at), output: column(output, at), rows: None }).collect()
        }
        _ => vec![Leaf { value: value.clone(), output: output.clone(), rows: None }],
    })
}

/// A value as PostgreSQL prints it (bytes without `\\x`; dates as days and timestamps as microseconds from 1970), of the kinds that masks of chance take; others are empty.
fn printed(array: &ArrayRef, row: usize) -> String {
    match array.data_type() {
        DataType::Utf8View => array.as_string_view().value(row).to_owned(),
        DataType::Int16 => array.as_primitive::<Int16Type>().value(row).to_string(),
        DataType::Int32 => array.as_primitive::<Int32Type>().value(row).to_string(),
        DataType::Int64 => array.as_primitive::<Int64Type>().value(row).to_string(),
        DataType::Float32 => array.as_primitive::<Float32Type>().value(row).to_string(),
        DataType::Float64 => array.as_primitive::<Float64Type>().value(row).to_string(),
        DataType::Date32 => array.as_primitive::<Date32Type>().value(row).to_string(),
        DataType::Timestamp(TimeUnit::Microsecond, _) => {
            array.as_primitive::<TimestampMicrosecondType>().value(row).to_string()
        }
        DataType::BinaryView => {
            array.as_binary_view().value(row).iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat()
        }
        _ => String::new(),
    }
}

/// Only tells values of one column apart.
fn hasher() -> RandomState {
    RandomState::with_seeds(1, 2, 3, 4)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{BinaryViewArray, Date32Array, Int32Array, ListArray};

    use super::*;
    use crate::mask::tried::{column, read_params};
    use crate::mask::{find, tried};
    use crate::schema::Kind;

    fn held(promise: &Promise, value: ArrayRef, output: ArrayRef) -> (Option<usize>, Vec<f64>) {
        let mut chances = Vec::new();
        let held = promise.hold(Input { value: &value, per: None }, &output, |_, chance| chances.push(chance));
        (held.err().map(|error| error.row), chances)
    }

    fn passed_through(promise: &Promise, value: ArrayRef) -> Option<usize> {
        held(promise, value.clone(), value).0
    }

    #[test]
    fn a_value_that_passes_through_is_caught() {
        let never = Promise(Held::Never);
        let texts: ArrayRef = Arc::new(StringViewArray::from(vec![None, Some(""), Some("a")]));
        assert_eq!(passed_through(&never, texts), Some(2));
        assert_eq!(passed_through(&never, Arc::new(Int32Array::from(vec![None, Some(0)]))), Some(1));
        assert_eq!(passed_through(&never, Arc::new(Date32Array::from(vec![i32::MIN, i32::MAX, 7]))), Some(2));
        assert_eq!(passed_through(&never, Arc::new(BinaryViewArray::from_iter_values([&b""[..], b"a"]))), Some(1));
        let lists = [Some(vec![Some(1), None]), None, Some(vec![]), Some(vec![Some(2), Some(3)])];
        let lists = |to: i32| -> ArrayRef {
            let moved = lists.iter().map(|list| list.as_ref().map(|list| list.iter().map(|n| n.map(|n| n + to))));
            Arc::new(ListArray::from_iter_primitive::<arrow::datatypes::Int32Type, _, _>(
                moved.map(|list| list.map(Iterator::collect::<Vec<_>>)),
            ))
        };
        assert_eq!(held(&never, lists(0), lists(1)).0, None);
        assert_eq!(passed_through(&never, lists(0)), Some(0));
    }

    #[test]
    fn values_that_stay_by_chance_are_told_with_their_chance() {
        let facts = column(None, false);
        let digits =
            Promise::of(find("digits").unwrap(), &tried::read_params(find("digits").unwrap(), "").unwrap(), &facts);
        let value: ArrayRef = Arc::new(StringViewArray::from(vec!["12", "x", "", "345"]));
        let output: ArrayRef = Arc::new(StringViewArray::from(vec!["12", "y", "", "346"]));
        let (broken, chances) = held(&digits, value, output);
        assert!(broken.is_none() && chances.len() == 1 && (chances[0] - 0.01).abs() < 1e-9);
    }

    #[test]
    fn what_is_not_stated_is_caught() {
        let facts = column(None, false);
        let promise = |name: &str, params: &str| {
            let def = find(name).unwrap();
            Promise::of(def, &read_params(def, params).unwrap(), &facts)
        };
        let texts = |texts: &[&str]| -> ArrayRef { Arc::new(StringViewArray::from_iter_values(texts)) };
        assert_eq!(passed_through(&promise("redact", ""), texts(&["", "redacted", "Ann"])), Some(2));
        assert_eq!(passed_through(&promise("constant", "{value: n/a}"), texts(&["n/a", "Ann"])), Some(1));
        assert_eq!(passed_through(&promise("choose", "{from: [a, b]}"), texts(&["b", "a", "c"])), Some(2));
        assert_eq!(passed_through(&promise("nullify", ""), texts(&["Ann"])), Some(0));
        let mut facts = column(None, false);
        facts.ty.kind = Kind::Int4;
        let def = find("choose").unwrap();
        let numbers = Promise::of(def, &read_params(def, "{from: [1, 2]}").unwrap(), &facts);
        assert_eq!(
            passed_through(&numbers, Arc::new(Int32Array::from(vec![Some(1), None, Some(2), Some(3)]))),
            Some(3)
        );
    }
}
