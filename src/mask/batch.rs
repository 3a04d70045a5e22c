//! The masks of one table at work on a batch. A [`MaskedBatch`] comes from here and from nowhere else: that is what
//! makes it impossible to hand an unmasked value to a sink.

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::{DataType, Date32Type, TimeUnit, TimestampMicrosecondType};

use super::repeats::Repeats;
use super::{Built, Equal, Input, Mask, MaskError, lift};
use crate::batch::{Batch, Cells, Want};

/// The masks of one table's stored columns, in the plan's order.
pub struct TableMask {
    columns: Vec<ColumnMask>,
}

/// The mask of one column.
pub struct ColumnMask {
    /// The mask, built for this column.
    pub built: Built,
    /// Index of the column that `per:` names.
    pub per: Option<usize>,
    /// What the mask promises about outputs that equal their inputs.
    pub equal: Equal,
}

/// A batch whose every column went through its mask.
pub struct MaskedBatch {
    rows: usize,
    columns: Vec<Cells>,
}

impl MaskedBatch {
    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// One entry per stored column, in the plan's order.
    pub fn columns(&self) -> &[Cells] {
        &self.columns
    }
}

/// A cell that could not be masked: its column's index, its row inside the batch, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CellError {
    /// Index of the column.
    pub column: usize,
    /// Row inside the batch, from 0.
    pub row: usize,
    /// Why, without a full stop.
    pub reason: &'static str,
}

impl TableMask {
    /// Puts a table's masks together.
    pub fn new(columns: Vec<ColumnMask>) -> Self {
        Self { columns }
    }

    /// In which form each column has to arrive, where the sink takes sealed cells (`sealed`) or not.
    pub fn wants(&self, sealed: bool) -> Vec<Want> {
        let looked_at = |index| self.columns.iter().any(|column| column.per == Some(index));
        self.columns
            .iter()
            .enumerate()
            .map(|(index, column)| match (&column.built, looked_at(index)) {
                (Built::Keep, false) if sealed => Want::Sealed,
                (Built::Keep, true) if sealed => Want::Both,
                (Built::Blind(_), false) => Want::Nothing,
                _ => Want::Open,
            })
            .collect()
    }

    /// Masks a batch.
    ///
    /// # Errors
    /// The first cell that its mask cannot take, or that came out as it went in although its mask promises change.
    pub fn apply(&self, batch: Batch) -> Result<MaskedBatch, CellError> {
        assert_eq!(batch.columns.len(), self.columns.len(), "a batch has the columns of its plan");
        let mut masked = Vec::with_capacity(self.columns.len());
        for (index, column) in self.columns.iter().enumerate() {
            masked.push(self.column(index, column, &batch)?);
        }
        Ok(MaskedBatch { rows: batch.rows, columns: masked })
    }

    fn column(&self, index: usize, column: &ColumnMask, batch: &Batch) -> Result<Cells, CellError> {
        let cells = &batch.columns[index];
        let (mask, blind) = match &column.built {
            Built::Keep => return Ok(keep(cells)),
            Built::Blind(mask) => (mask, true),
            Built::Mask(mask) => (mask, false),
        };
        let at = |error: MaskError| CellError { column: index, row: error.row, reason: error.reason };
        let value = open(cells).map_err(at)?;
        let per = match column.per {
            Some(per) => Some(open(&batch.columns[per]).map_err(at)?),
            None => None,
        };
        let repeats = if per.is_none() && !blind { Repeats::of(value) } else { None };
        let at = |error: MaskError| match &repeats {
            Some(repeats) => at(MaskError { row: repeats.row(error.row), ..error }),
            None => at(error),
        };
        let value = repeats.as_ref().map_or(value, |repeats| &repeats.values);
        let output = masked(mask.as_ref(), blind, Input { value, per }).map_err(at)?;
        if output.len() != value.len() {
            return Err(at(MaskError { row: 0, reason: "the mask returned another number of rows (a defect)" }));
        }
        if column.equal == Equal::Never
            && let Some(row) = first_equal(value, &output)
        {
            return Err(at(MaskError { row, reason: "the masked value equals the original (a defect)" }));
        }
        let output = match &repeats {
            Some(repeats) => repeats.spread(&output).map_err(at)?,
            None => output,
        };
        Ok(Cells { sealed: None, open: Some(output) })
    }
}

/// Runs a mask on whatever the column holds.
fn masked(mask: &dyn Mask, blind: bool, input: Input<'_>) -> Result<ArrayRef, MaskError> {
    if blind { mask.apply(input) } else { lift::apply(mask, input) }
}

/// Moves the cheapest form across.
fn keep(cells: &Cells) -> Cells {
    match &cells.sealed {
        Some(sealed) => Cells { sealed: Some(sealed.clone()), open: None },
        None => cells.clone(),
    }
}

fn open(cells: &Cells) -> Result<&ArrayRef, MaskError> {
    cells.open.as_ref().ok_or(MaskError { row: 0, reason: "the column was not decoded (a defect)" })
}

/// First row whose output equals its input; NULL, empty text and bytes, and the infinities of dates and timestamps, which
/// say nothing, are not counted. Looks at scalars only: an element of an array may equal another by its place.
pub(super) fn first_equal(input: &ArrayRef, output: &ArrayRef) -> Option<usize> {
    if input.data_type() != output.data_type() || matches!(input.data_type(), DataType::List(_) | DataType::Struct(_)) {
        return None;
    }
    if let (Some(a), Some(b)) = (input.as_string_view_opt(), output.as_string_view_opt()) {
        return (0..a.len()).find(|&row| {
            a.is_valid(row) && b.is_valid(row) && {
                let text = a.value(row);
                !text.is_empty() && text == b.value(row)
            }
        });
    }
    let equal = arrow::compute::kernels::cmp::eq(input, output).ok()?;
    (0..equal.len()).find(|&row| equal.is_valid(row) && equal.value(row) && !says_nothing(input, row))
}

/// Whether a value is no bytes, or one of the infinities of dates and timestamps: the extreme values of their arrays.
fn says_nothing(array: &ArrayRef, row: usize) -> bool {
    match array.data_type() {
        DataType::BinaryView => array.as_binary_view().value(row).is_empty(),
        DataType::Date32 => matches!(array.as_primitive::<Date32Type>().value(row), i32::MIN | i32::MAX),
        DataType::Timestamp(TimeUnit::Microsecond, _) => {
            matches!(array.as_primitive::<TimestampMicrosecondType>().value(row), i64::MIN | i64::MAX)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{BinaryViewArray, Date32Array, Int32Array, StringViewArray};

    use super::*;

    struct Nothing;

    impl Mask for Nothing {
        fn apply(&self, input: Input<'_>) -> Result<ArrayRef, MaskError> {
            Ok(input.value.clone())
        }
    }

    fn passed_through(value: ArrayRef, equal: Equal) -> Option<usize> {
        let column = ColumnMask { built: Built::Mask(Box::new(Nothing)), per: None, equal };
        let rows = value.len();
        let cells = Cells { sealed: None, open: Some(value) };
        TableMask::new(vec![column])
            .apply(Batch { rows, first_row: 1, columns: vec![cells] })
            .err()
            .map(|error| error.row)
    }

    #[test]
    fn a_value_that_passes_through_is_caught() {
        let texts = || -> ArrayRef { Arc::new(StringViewArray::from(vec![None, Some(""), Some("a")])) };
        assert_eq!(passed_through(texts(), Equal::Never), Some(2));
        assert_eq!(passed_through(texts(), Equal::Chance), None);
        assert_eq!(passed_through(Arc::new(Int32Array::from(vec![None, Some(0)])), Equal::Never), Some(1));
        let dates = Date32Array::from(vec![i32::MIN, i32::MAX, 7]);
        assert_eq!(passed_through(Arc::new(dates), Equal::Never), Some(2));
        let bytes = BinaryViewArray::from_iter_values([&b""[..], b"a"]);
        assert_eq!(passed_through(Arc::new(bytes), Equal::Never), Some(1));
    }
}
