//! Kept columns, compared as they were read with what is loaded: a sum of hashes for each column, which does not depend on
//! the order of rows. Only where a run looks at everything (`--deep`).

use ahash::RandomState;

use crate::batch::{Cells, Encoding};
use crate::plan::{ColumnPlan, TablePlan};
use crate::schema::Kind;

/// What the cells of a table's columns sum up to.
#[derive(Clone, Default)]
pub(super) struct Sums {
    columns: Vec<Sum>,
}

/// Cells and the sum of their hashes, NULL among them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Sum {
    cells: u64,
    sum: u64,
}

impl Sums {
    /// Of a table of so many columns.
    pub(super) fn new(columns: usize) -> Self {
        Self { columns: vec![Sum::default(); columns] }
    }

    /// Adds the cells of a column, where they are as the server sent them.
    pub(super) fn add(&mut self, column: usize, kind: &Kind, cells: &Cells) {
        let Some(sealed) = cells.sealed.as_ref().filter(|_| is_compared(kind)) else { return };
        // Both sides are read by one program: any fixed seeds do.
        let hasher = RandomState::with_seeds(5, 6, 7, 8);
        // In front of an array's elements stands the OID of their type, which is each server's own.
        let skip = if matches!(kind, Kind::Array(_)) && sealed.encoding() == Encoding::Binary { 12 } else { 0 };
        let sum = &mut self.columns[column];
        sum.cells += sealed.len() as u64;
        for row in 0..sealed.len() {
            let bytes = sealed.get(row).map(|bytes| bytes.get(skip..).unwrap_or(bytes));
            sum.sum = sum.sum.wrapping_add(hasher.hash_one(bytes));
        }
    }

    /// Adds what another unit or table summed up.
    pub(super) fn join(&mut self, other: &Sums) {
        for (own, other) in self.columns.iter_mut().zip(&other.columns) {
            own.cells += other.cells;
            own.sum = own.sum.wrapping_add(other.sum);
        }
    }

    /// The same in the order that another table has the columns in: partitions have their own.
    pub(super) fn in_order_of(&self, table: &TablePlan, other: &TablePlan) -> Sums {
        let at = |name: &str| table.columns.iter().position(|column| column.facts.column.column == name);
        let sum = |column: &ColumnPlan| at(&column.facts.column.column).map_or(Sum::default(), |at| self.columns[at]);
        Sums { columns: other.columns.iter().map(sum).collect() }
    }

    /// The kept columns in which the two sides differ, one line each, and how many were compared.
    pub(super) fn compare(&self, loaded: &Sums, table: &TablePlan) -> (usize, Vec<String>) {
        let kept = table.columns.iter().zip(self.columns.iter().zip(&loaded.columns));
        let kept: Vec<_> = kept.filter(|(plan, _)| plan.is_kept() && is_compared(&plan.facts.ty.kind)).collect();
        let differ = kept.iter().filter(|(_, (read, loaded))| read != loaded);
        let lines =
            differ.map(|(plan, _)| format!("{} is kept, and what is loaded is not what was read", plan.facts.column));
        (kept.len(), lines.collect())
    }
}

/// Types of their own may hold OIDs anywhere.
fn is_compared(kind: &Kind) -> bool {
    match kind {
        Kind::Array(inner) => is_compared(inner) && !matches!(**inner, Kind::Array(_)),
        Kind::Other => false,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::batch::{Cell, Sealed};

    fn cells(texts: &[Option<&str>]) -> Cells {
        let mut bytes = Vec::new();
        let ranges = texts.iter().map(|text| match text {
            None => Cell::NULL,
            Some(text) => {
                let start = bytes.len() as u32;
                bytes.extend(text.as_bytes());
                Cell::new(start, text.len() as i32)
            }
        });
        let ranges = ranges.collect();
        Cells { sealed: Some(Sealed::new(Bytes::from(bytes), ranges, Encoding::Binary)), open: None }
    }

    fn sums(batches: &[&[Option<&str>]]) -> Sums {
        let mut sums = Sums::new(1);
        batches.iter().for_each(|batch| sums.add(0, &Kind::Text, &cells(batch)));
        sums
    }

    #[test]
    fn order_does_not_matter_and_everything_else_does() {
        let read = sums(&[&[Some("a"), None, Some("b")], &[Some("")]]);
        assert_eq!(read.columns, sums(&[&[Some(""), Some("b")], &[Some("a"), None]]).columns);
        for other in [&[Some("a"), None, Some("c"), Some("")][..], &[Some("a"), Some(""), Some("b"), Some("")], &[None]]
        {
            assert_ne!(read.columns, sums(&[other]).columns);
        }
        let array = |oid: u8| [0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, oid, b'x'];
        let sum = |oid: u8| {
            let mut sums = Sums::new(1);
            let sealed = Sealed::new(Bytes::copy_from_slice(&array(oid)), vec![Cell::new(0, 13)], Encoding::Binary);
            sums.add(0, &Kind::Array(Box::new(Kind::Enum)), &Cells { sealed: Some(sealed), open: None });
            sums.columns
        };
        assert_eq!(sum(1), sum(2));
    }
}
