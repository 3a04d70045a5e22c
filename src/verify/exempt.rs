//! What looks on while exempt rows stream: values that pass on purpose are not looked for elsewhere, and where they are
//! written they are no leak; and such rows are nobody's who would have to hide. Everything else of such rows is looked at as in all rows.

use arrow::array::ArrayRef;

use super::Unit;
use crate::batch::{Cells, Sealed, Seen, Witness};

/// A unit's watch, for the table's exempt rows.
pub struct ExemptUnit<'u, 'w> {
    unit: &'u mut Unit<'w>,
    /// Columns that pass in these rows and are masked in others.
    passes: &'u [usize],
}

impl<'u, 'w> ExemptUnit<'u, 'w> {
    /// `passes` are indexes of columns.
    pub fn new(unit: &'u mut Unit<'w>, passes: &'u [usize]) -> Self {
        unit.of_nobody();
        Self { unit, passes }
    }
}

impl Witness for ExemptUnit<'_, '_> {
    fn masked(&mut self, column: usize, seen: Seen<'_>) {
        self.unit.masked(column, seen);
    }

    fn unread(&mut self, column: usize, original: &Sealed, output: &ArrayRef) {
        self.unit.unread(column, original, output);
    }

    fn kept(&mut self, column: usize, cells: &Cells) {
        if !self.passes.contains(&column) {
            self.unit.kept(column, cells);
        }
    }

    fn stayed(&mut self, column: usize, value: u64, chance: f64) {
        self.unit.stayed(column, value, chance);
    }
}
