//! The masks of one table at work on a batch. A [`MaskedBatch`] comes from here and from nowhere else: that is what
//! makes it impossible to hand an unmasked value to a sink.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, NullArray};

use super::known::Known;
use super::promise::Promise;
use super::repeats::Repeats;
use super::{Built, Input, MaskError, lift};
use crate::batch::{Batch, Cells, Seen, Want, Witness};

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
    /// What the mask promises about its outputs.
    pub promise: Promise,
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
                // Not decoded; whoever looks on may want the bytes.
                (Built::Blind(_), false) => Want::Sealed,
                _ => Want::Open,
            })
            .collect()
    }

    /// For the batches of a unit.
    pub fn unit(&self) -> Unit<'_> {
        Unit { known: self.columns.iter().map(|_| Known::nothing()).collect(), columns: &self.columns }
    }
}

/// The masks of a table at work on one unit's batches.
pub struct Unit<'a> {
    columns: &'a [ColumnMask],
    /// What is known of each column.
    known: Vec<Known>,
}

impl Unit<'_> {
    /// Masks a batch; `witness` looks on.
    ///
    /// # Errors
    /// The first cell that its mask cannot take, or that did not come out as its mask promises.
    pub fn apply(&mut self, batch: Batch, witness: &mut dyn Witness) -> Result<MaskedBatch, CellError> {
        assert_eq!(batch.columns.len(), self.columns.len(), "a batch has the columns of its plan");
        let mut masked = Vec::with_capacity(self.columns.len());
        for (index, column) in self.columns.iter().enumerate() {
            masked.push(self.column(index, column, &batch, witness)?);
        }
        // What is kept moves across once nobody looks at it any more.
        let across = |(cells, masked): (Cells, Option<Cells>)| masked.unwrap_or_else(|| keep(cells));
        Ok(MaskedBatch { rows: batch.rows, columns: batch.columns.into_iter().zip(masked).map(across).collect() })
    }

    /// Masks a column; `None` where it is kept.
    fn column(
        &mut self,
        index: usize,
        column: &ColumnMask,
        batch: &Batch,
        witness: &mut dyn Witness,
    ) -> Result<Option<Cells>, CellError> {
        let cells = &batch.columns[index];
        let (mask, blind) = match &column.built {
            Built::Keep => {
                witness.kept(index, cells);
                return Ok(None);
            }
            Built::Blind(mask) => (mask, true),
            Built::Mask(mask) => (mask, false),
        };
        let at = |error: MaskError| CellError { column: index, row: error.row, reason: error.reason };
        let nothing: ArrayRef;
        let value = match blind {
            true => {
                nothing = Arc::new(NullArray::new(batch.rows));
                &nothing
            }
            false => open(cells).map_err(at)?,
        };
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
        let input = Input { value, per };
        let output = match blind {
            true => mask.apply(input),
            // Where the value alone decides, an image that is known is the image.
            false if per.is_none() => {
                self.known[index].images_of(value, |value| lift::apply(mask.as_ref(), Input { value, per }))
            }
            false => lift::apply(mask.as_ref(), input),
        };
        let output = output.map_err(at)?;
        if output.len() != value.len() {
            return Err(at(MaskError { row: 0, reason: "the mask returned another number of rows (a defect)" }));
        }
        column.promise.hold(input, &output, |value, chance| witness.stayed(index, value, chance)).map_err(at)?;
        match (&cells.sealed, blind) {
            (Some(original), true) => witness.unread(index, original, &output),
            (None, true) => {}
            (_, false) => {
                let places = repeats.as_ref().map(Repeats::places);
                witness.masked(index, Seen { value, output: &output, places });
            }
        }
        let output = match &repeats {
            Some(repeats) => repeats.spread(&output).map_err(at)?,
            None => output,
        };
        Ok(Some(Cells { sealed: None, open: Some(output) }))
    }
}

/// The cheapest form.
fn keep(cells: Cells) -> Cells {
    match cells.sealed {
        Some(sealed) => Cells { sealed: Some(sealed), open: None },
        None => cells,
    }
}

fn open(cells: &Cells) -> Result<&ArrayRef, MaskError> {
    cells.open.as_ref().ok_or(MaskError { row: 0, reason: "the column was not decoded (a defect)" })
}
