//! Values that came out of their mask as they went in, where chance may have it so now and then: counted per column,
//! judged when the table is through. What may never stay fails in the mask's own room, at once.

use std::collections::BTreeMap;

use crate::chance;
use crate::plan::TablePlan;

/// Values of a column that are remembered: more than so many that could have changed are no chance.
const REMEMBERED: usize = 4096;

/// What stayed in the columns of a table.
pub(super) struct Same {
    columns: Vec<Column>,
    /// Cells that went through a mask.
    compared: u64,
}

#[derive(Clone, Default)]
struct Column {
    /// Values that could have stayed, at the most.
    trials: u64,
    /// What tells values apart, and the probability that each stays, in bits.
    stayed: BTreeMap<u64, f64>,
}

impl Same {
    /// Of a table of so many columns.
    pub(super) fn new(columns: usize) -> Self {
        Self { columns: vec![Column::default(); columns], compared: 0 }
    }

    /// Number of columns.
    pub(super) fn columns(&self) -> usize {
        self.columns.len()
    }

    /// Cells that went through a mask.
    pub(super) fn compared(&self) -> u64 {
        self.compared
    }

    /// Notes so many cells of a column, which held so many values.
    pub(super) fn compared_rows(&mut self, column: usize, rows: u64, values: u64) {
        self.compared += rows;
        self.columns[column].trials += values;
    }

    /// Notes a value that stayed. One that stays as likely as not tells nothing.
    pub(super) fn stayed(&mut self, column: usize, value: u64, chance: f64) {
        let stayed = &mut self.columns[column].stayed;
        if chance < 0.5 && stayed.len() < REMEMBERED {
            stayed.insert(value, -chance.max(f64::MIN_POSITIVE).log2());
        }
    }

    /// Takes in what another unit of the table saw.
    pub(super) fn add(&mut self, other: Same) {
        self.compared += other.compared;
        for (own, other) in self.columns.iter_mut().zip(other.columns) {
            own.trials += other.trials;
            own.stayed.extend(other.stayed);
        }
    }

    /// The columns in which more stayed than chance explains.
    pub(super) fn broken(&self, table: &TablePlan) -> Vec<String> {
        let columns = table.columns.iter().zip(&self.columns);
        columns
            .filter(|(_, seen)| {
                let stayed = seen.stayed.len() as u64;
                chance::stayed(seen.trials, stayed, seen.stayed.values().sum()) > chance::BEYOND
            })
            .map(|(column, seen)| {
                let many = if seen.stayed.len() < REMEMBERED { "" } else { " or more" };
                format!(
                    "{}: `{}` left {}{many} values as they were, more than chance explains",
                    column.facts.column,
                    column.mask.name,
                    seen.stayed.len()
                )
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bits(same: &Same) -> f64 {
        let column = &same.columns[0];
        chance::stayed(column.trials, column.stayed.len() as u64, column.stayed.values().sum())
    }

    #[test]
    fn one_value_counts_once_in_however_many_rows_and_units() {
        let mut all = Same::new(1);
        for _ in 0..10 {
            let mut unit = Same::new(1);
            unit.compared_rows(0, 1000, 100);
            unit.stayed(0, 7, 0.1);
            unit.stayed(0, 8, 1.0);
            all.add(unit);
        }
        assert_eq!((all.compared(), all.columns[0].stayed.len()), (10_000, 1));
        assert!(bits(&all) < chance::BEYOND);
    }

    #[test]
    fn many_values_are_no_chance() {
        let mut same = Same::new(1);
        same.compared_rows(0, 1000, 1000);
        (0..20).for_each(|value| same.stayed(0, value, 1e-9));
        assert!(bits(&same) > chance::BEYOND);
    }
}
