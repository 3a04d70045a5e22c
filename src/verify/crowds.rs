//! How well persons hide among others: how many rows share each combination of a table's quasi-identifiers, as staging
//! shows them.
//!
//! Combinations are hashes that end with the run. Where there are more than fit, only those whose hash begins with so many
//! zeros are counted, but of these every row: what is few among them is few, and the rest is in proportion (P. Gibbons,
//! "Distinct sampling for highly-accurate answers to distinct values queries and event reports", 2001).

use std::collections::HashMap;

use ahash::RandomState;
use arrow::array::{Array, ArrayRef, UInt32Array};

use super::shape::Values;
use crate::batch::Cells;
use crate::plan::QuasiIdentifiers;
use crate::report::KAnonymity;

/// Combinations that are counted at a time: 16 bytes each.
const MOST: usize = 1 << 14;

/// The combinations of one table.
#[derive(Clone, Default)]
pub(super) struct Crowds {
    rows: u64,
    /// Rows by combination.
    sizes: HashMap<u64, u64, RandomState>,
    /// Zeros that a combination's hash begins with at the least.
    zeros: u32,
    /// Some values cannot be told apart.
    is_blind: bool,
}

/// What a unit's batches add to the combinations of their table.
pub(super) struct Unit<'a> {
    crowds: Crowds,
    /// Where the columns stand.
    places: &'a [usize],
    /// Per row of the batch what its columns have come to so far, and how many of them came.
    batch: Vec<u64>,
    came: usize,
}

impl<'a> Unit<'a> {
    /// For a unit of a table whose quasi-identifiers stand at these places.
    pub(super) fn new(places: &'a [usize]) -> Self {
        Self { crowds: Crowds::default(), places, batch: Vec::new(), came: 0 }
    }

    /// Takes in a column that is written as it came.
    pub(super) fn kept(&mut self, column: usize, cells: &Cells) {
        let Some(which) = self.which(column) else { return };
        match (&cells.sealed, &cells.open) {
            (Some(sealed), _) => {
                let hasher = hasher();
                self.fold((0..sealed.len()).map(|row| hasher.hash_one((which, sealed.get(row)))));
            }
            (None, Some(open)) => self.array(which, open, None),
            (None, None) => self.crowds.is_blind = true,
        }
    }

    /// Takes in what a mask made of a column; `places` tells which value each row has, where values repeat.
    pub(super) fn masked(&mut self, column: usize, output: &ArrayRef, places: Option<&UInt32Array>) {
        if let Some(which) = self.which(column) {
            self.array(which, output, places);
        }
    }

    /// What was counted.
    pub(super) fn into_crowds(self) -> Crowds {
        self.crowds
    }

    fn which(&self, column: usize) -> Option<usize> {
        self.places.iter().position(|place| *place == column)
    }

    fn array(&mut self, which: usize, array: &ArrayRef, places: Option<&UInt32Array>) {
        let hasher = hasher();
        let Some(values) = Values::of(array, &hasher) else {
            self.crowds.is_blind = true;
            return;
        };
        let hash = |row: usize| hasher.hash_one((which, values.hash(row)));
        match places {
            None => self.fold((0..array.len()).map(hash)),
            Some(places) => self.fold(places.values().iter().map(|place| hash(*place as usize))),
        }
    }

    /// Adds a column's hashes to the rows, and counts the rows where it is the last of them.
    fn fold(&mut self, hashes: impl Iterator<Item = u64>) {
        if self.came == 0 {
            self.batch.clear();
            self.batch.extend(hashes);
        } else {
            self.batch.iter_mut().zip(hashes).for_each(|(row, hash)| *row = row.wrapping_add(hash));
        }
        self.came += 1;
        if self.came == self.places.len() {
            self.came = 0;
            let hasher = hasher();
            let rows = std::mem::take(&mut self.batch);
            rows.iter().for_each(|row| self.crowds.add(hasher.hash_one(row), 1));
            self.crowds.rows += rows.len() as u64;
            self.batch = rows;
        }
    }
}

/// Not for hash tables that strangers fill: any fixed seeds do, the same for all workers.
fn hasher() -> RandomState {
    RandomState::with_seeds(9, 10, 11, 12)
}

impl Crowds {
    /// Adds what was counted of another unit.
    pub(super) fn join(&mut self, other: Crowds) {
        self.rows += other.rows;
        self.is_blind |= other.is_blind;
        self.zeros = self.zeros.max(other.zeros);
        self.thin();
        other.sizes.into_iter().for_each(|(combination, rows)| self.add(combination, rows));
    }

    fn add(&mut self, combination: u64, rows: u64) {
        if combination.leading_zeros() < self.zeros {
            return;
        }
        *self.sizes.entry(combination).or_insert(0) += rows;
        while self.sizes.len() > MOST {
            self.zeros += 1;
            self.thin();
        }
    }

    fn thin(&mut self) {
        let zeros = self.zeros;
        self.sizes.retain(|combination, _| combination.leading_zeros() >= zeros);
    }

    /// What they come to; `None` where no row was counted, or not every column could be looked at.
    pub(super) fn told(&self, of: &QuasiIdentifiers) -> Option<KAnonymity> {
        let k = self.sizes.values().min().filter(|_| !self.is_blind)?;
        let share = 0.5f64.powi(self.zeros as i32);
        let few: u64 = self.sizes.values().filter(|rows| **rows < KAnonymity::FEW).sum();
        Some(KAnonymity {
            table: of.table.to_string(),
            columns: of.columns.clone(),
            rows: self.rows,
            k: *k,
            few: (few as f64 / share) as u64,
            share,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{Int32Array, StringViewArray};
    use bytes::Bytes;

    use super::*;
    use crate::batch::{Cell, Encoding, Sealed};
    use crate::schema::TableName;

    fn of() -> QuasiIdentifiers {
        let table = TableName { schema: "public".to_owned(), name: "people".to_owned() };
        QuasiIdentifiers { table, columns: vec!["city".to_owned(), "born".to_owned()], parts: Vec::new() }
    }

    fn sealed(texts: &[Option<&str>]) -> Cells {
        let mut bytes = Vec::new();
        let cell = |text: &Option<&str>| match text {
            None => Cell::NULL,
            Some(text) => {
                let start = bytes.len() as u32;
                bytes.extend(text.as_bytes());
                Cell::new(start, text.len() as i32)
            }
        };
        let cells = texts.iter().map(cell).collect();
        Cells { sealed: Some(Sealed::new(Bytes::from(bytes), cells, Encoding::Binary)), open: None }
    }

    fn told(k: u64, few: u64, rows: u64) -> Option<KAnonymity> {
        let columns = vec!["city".to_owned(), "born".to_owned()];
        Some(KAnonymity { table: "people".to_owned(), columns, rows, k, few, share: 1.0 })
    }

    #[test]
    fn rows_are_counted_by_what_they_share_over_batches_and_units() {
        let years = |years: &[Option<i32>]| -> ArrayRef { Arc::new(Int32Array::from(years.to_vec())) };
        let mut first = Unit::new(&[3, 1]);
        // In the order of a table: column 1 comes before column 3.
        first.masked(1, &years(&[Some(1980), None]), Some(&UInt32Array::from(vec![0, 0, 0, 1, 1, 0])));
        first.masked(2, &years(&[Some(1); 6]), None);
        first.kept(3, &sealed(&[Some("Ulm"), Some("Ulm"), Some("Bonn"), None, None, Some("Ulm")]));
        let mut second = Unit::new(&[3, 1]);
        second.masked(1, &years(&[Some(1980), Some(1980)]), None);
        second.kept(3, &sealed(&[Some("Ulm"), Some("Ulm")]));
        let mut all = Crowds::default();
        assert_eq!(all.told(&of()), None);
        all.join(first.into_crowds());
        // Ulm 1980: 3, Bonn 1980: 1, NULL NULL: 2.
        assert_eq!(all.told(&of()), told(1, 6, 6));
        all.join(second.into_crowds());
        assert_eq!(all.told(&of()), told(1, 3, 8));
    }

    #[test]
    fn values_of_two_columns_are_not_mixed_up() {
        let mut unit = Unit::new(&[0, 1]);
        unit.kept(0, &sealed(&[Some("a"), Some("b"), Some(""), None]));
        unit.kept(1, &sealed(&[Some("b"), Some("a"), None, Some("")]));
        assert_eq!(unit.into_crowds().told(&of()), told(1, 4, 4));
    }

    #[test]
    fn kept_columns_are_counted_alike_as_bytes_and_as_arrays() {
        let texts = vec![Some("a"), Some("a"), None, Some("b"), None, Some("a")];
        let array: ArrayRef = Arc::new(StringViewArray::from(texts.clone()));
        for cells in [sealed(&texts), Cells { sealed: None, open: Some(array) }] {
            let mut unit = Unit::new(&[0]);
            unit.kept(0, &cells);
            assert_eq!(unit.into_crowds().told(&of()), told(1, 6, 6));
        }
    }

    #[test]
    fn of_many_combinations_some_stand_for_all() {
        // 100,000 combinations of one row, and 100,000 of six.
        let mut units: Vec<Unit<'_>> = (0..2).map(|_| Unit::new(&[0])).collect();
        for round in 0..6 {
            for (at, unit) in units.iter_mut().enumerate() {
                let from = if round == 0 { 0 } else { 100_000 };
                let numbers = (from..200_000).filter(|number| number % 2 == at as i32);
                let numbers: ArrayRef = Arc::new(Int32Array::from_iter_values(numbers));
                unit.masked(0, &numbers, None);
            }
        }
        let mut all = Crowds::default();
        units.into_iter().for_each(|unit| all.join(unit.into_crowds()));
        assert!(all.sizes.len() <= MOST);
        let told = all.told(&of()).unwrap();
        assert_eq!((told.k, told.rows), (1, 700_000));
        assert!(told.share <= 0.125 && told.share >= 0.03, "{}", told.share);
        assert!(told.few.abs_diff(100_000) < 5_000, "{}", told.few);
    }

    #[test]
    fn what_cannot_be_looked_at_is_not_told() {
        let mut unit = Unit::new(&[0]);
        unit.masked(0, &(Arc::new(arrow::array::NullArray::new(3)) as ArrayRef), None);
        assert_eq!(unit.into_crowds().told(&of()), None);
    }
}
