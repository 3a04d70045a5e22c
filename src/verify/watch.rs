//! What looks on while rows stream: one [`Unit`] a unit, in the hands of its worker, and the [`Watch`] of the whole run
//! that takes in what each has seen. In memory only, and no value is kept.

use std::sync::Mutex;

use arrow::array::{Array, ArrayRef};

use super::same::Same;
use crate::batch::{Cells, Sealed, Seen, Witness};
use crate::plan::Plan;

/// What a run has seen of its tables.
pub struct Watch {
    /// Per table of the plan.
    tables: Vec<Mutex<Unit>>,
}

/// What one worker has seen of one unit.
pub struct Unit {
    same: Same,
}

/// What the whole run's watch found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// What was looked at, one line each.
    pub checked: Vec<String>,
    /// What must not be, one line each, without values.
    pub broken: Vec<String>,
}

impl Watch {
    /// For the tables of a plan.
    pub fn new(plan: &Plan) -> Self {
        let tables = plan.tables.iter().map(|table| Mutex::new(Unit { same: Same::new(table.columns.len()) }));
        Self { tables: tables.collect() }
    }

    /// For a unit of a table that is about to stream.
    pub fn unit(&self, table: usize) -> Unit {
        Unit { same: Same::new(lock(&self.tables[table]).same.columns()) }
    }

    /// Takes in what was seen of a unit.
    pub fn done(&self, table: usize, unit: Unit) {
        lock(&self.tables[table]).same.add(unit.same);
    }

    /// What is to be said when the last row is in.
    pub fn findings(&self, plan: &Plan) -> Findings {
        let mut findings = Findings::default();
        let mut cells = 0;
        for (table, unit) in plan.tables.iter().zip(&self.tables) {
            let same = &lock(unit).same;
            cells += same.compared();
            findings.broken.extend(same.broken(table));
        }
        findings.checked.push(format!("{cells} masked values compared with their originals"));
        findings
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

impl Witness for Unit {
    fn masked(&mut self, column: usize, seen: Seen<'_>) {
        let rows = seen.places.map_or(seen.value.len(), Array::len);
        self.same.compared_rows(column, rows as u64, (seen.value.len() - seen.value.null_count()) as u64);
    }

    fn unread(&mut self, _: usize, _: &Sealed, _: &ArrayRef) {}

    fn kept(&mut self, _: usize, _: &Cells) {}

    fn stayed(&mut self, column: usize, value: u64, chance: f64) {
        self.same.stayed(column, value, chance);
    }
}
