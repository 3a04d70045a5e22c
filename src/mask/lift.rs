//! Takes arrays and ranges apart, so that a mask written for scalars works on `text[]`, `daterange` and arrays of
//! ranges alike: elements and bounds go through the mask, lengths, NULLs, dimensions and inclusiveness stay.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BinaryViewBuilder, ListArray, StructArray, UInt32Array};
use arrow::compute::{concat, take};
use arrow::datatypes::DataType;

use super::map::canonical;
use super::{Input, Mask, MaskError};

/// A scalar mask at work on whatever holds scalars.
pub(super) fn apply(mask: &dyn Mask, input: Input<'_>) -> Result<ArrayRef, MaskError> {
    match input.value.data_type() {
        DataType::List(_) => list(mask, input),
        DataType::Struct(fields) if fields.len() == 2 => shaped(mask, input),
        DataType::Struct(_) => range(mask, input),
        _ => mask.apply(input),
    }
}

/// `List<T>`: the elements are masked as one array, each with its row's `per`.
fn list(mask: &dyn Mask, input: Input<'_>) -> Result<ArrayRef, MaskError> {
    let lists = input.value.as_list::<i32>();
    let rows = rows_of_elements(lists);
    let offsets = lists.offsets();
    let first = usize::try_from(offsets[0]).unwrap_or_default();
    let last = usize::try_from(offsets[lists.len()]).unwrap_or_default();
    let elements = lists.values().slice(first, last - first);
    let per = input.per.map(|per| repeat(per, &rows)).transpose()?;
    let masked = apply(mask, Input { value: &elements, per: per.as_ref() })
        .map_err(|error| MaskError { row: rows.get(error.row).map_or(0, |row| *row as usize), ..error })?;
    let DataType::List(field) = input.value.data_type() else { unreachable!("it was matched as a list") };
    let moved = arrow::buffer::OffsetBuffer::new(offsets.iter().map(|offset| offset - offsets[0]).collect());
    Ok(Arc::new(ListArray::new(field.clone(), moved, masked, lists.nulls().cloned())))
}

/// `{elements, shape}`: arrays of several dimensions; the shape stays.
fn shaped(mask: &dyn Mask, input: Input<'_>) -> Result<ArrayRef, MaskError> {
    let cells = input.value.as_struct();
    let elements = list(mask, Input { value: cells.column(0), per: input.per })?;
    let columns = vec![elements, cells.column(1).clone()];
    Ok(Arc::new(StructArray::new(cells.fields().clone(), columns, cells.nulls().cloned())))
}

/// `{lower, upper, flags}`: both bounds in one call and for one subject, so that a mask which looks at nothing but `per`
/// moves them alike and they do not cross.
fn range(mask: &dyn Mask, input: Input<'_>) -> Result<ArrayRef, MaskError> {
    let cells = input.value.as_struct();
    let rows = cells.len();
    let both = |a: &ArrayRef, b: &ArrayRef| {
        concat(&[a.as_ref(), b.as_ref()]).map_err(|_| MaskError { row: 0, reason: "the batch is too large" })
    };
    let bounds = both(cells.column(0), cells.column(1))?;
    let subjects = subjects(input.per, cells);
    let per = both(&subjects, &subjects)?;
    let masked = mask
        .apply(Input { value: &bounds, per: Some(&per) })
        .map_err(|error| MaskError { row: error.row % rows.max(1), ..error })?;
    let columns = vec![masked.slice(0, rows), masked.slice(rows, rows), cells.column(2).clone()];
    Ok(Arc::new(StructArray::new(cells.fields().clone(), columns, cells.nulls().cloned())))
}

/// The subject of every range, in canonical bytes: what `per:` names, else its lower bound, else its upper one.
fn subjects(per: Option<&ArrayRef>, cells: &StructArray) -> ArrayRef {
    let mut subjects = BinaryViewBuilder::with_capacity(cells.len());
    let mut bytes = Vec::new();
    for row in 0..cells.len() {
        let mut candidates = per.into_iter().chain([cells.column(0), cells.column(1)]);
        if candidates.any(|candidate| canonical(candidate, row, &mut bytes)) {
            subjects.append_value(&bytes);
        } else {
            subjects.append_null();
        }
    }
    Arc::new(subjects.finish())
}

/// For every element the row that it belongs to.
fn rows_of_elements(lists: &ListArray) -> Vec<u32> {
    let mut rows = Vec::new();
    for (row, pair) in (0u32..).zip(lists.offsets().windows(2)) {
        rows.extend((pair[0]..pair[1]).map(|_| row));
    }
    rows
}

fn repeat(per: &ArrayRef, rows: &[u32]) -> Result<ArrayRef, MaskError> {
    take(per, &UInt32Array::from(rows.to_vec()), None)
        .map_err(|_| MaskError { row: 0, reason: "the batch is too large" })
}
