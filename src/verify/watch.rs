//! What looks on while rows stream: one [`Unit`] a unit, in the hands of its worker, and the [`Watch`] of the whole run
//! that takes in what each has seen. In memory only, and no value is kept.

use std::sync::Mutex;

use arrow::array::{Array, ArrayRef};

use super::leaks::{self, Leaks};
use super::same::Same;
use crate::batch::{Cells, Sealed, Seen, Witness};
use crate::plan::Plan;

/// What a run has seen of its tables.
pub struct Watch {
    /// Per table of the plan.
    same: Vec<Mutex<Same>>,
    leaks: Leaks,
}

/// What one worker has seen of one unit.
pub struct Unit<'a> {
    same: Same,
    leaks: leaks::Unit<'a>,
}

/// What the whole run's watch found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// What was looked at, one line each.
    pub checked: Vec<String>,
    /// What must not be, one line each, without values.
    pub broken: Vec<String>,
    /// What chance may explain, one line each.
    pub noted: Vec<String>,
}

impl Watch {
    /// For the tables of a plan. `seed` is another one in every run and known to nobody outside; `deep` looks at every
    /// value, whatever it costs.
    pub fn new(plan: &Plan, seed: [u8; 32], deep: bool) -> Self {
        let same = plan.tables.iter().map(|table| Mutex::new(Same::new(table.columns.len()))).collect();
        Self { same, leaks: Leaks::new(plan, seed, deep) }
    }

    /// For a unit of a table that is about to stream.
    pub fn unit(&self, table: usize) -> Unit<'_> {
        Unit { same: Same::new(lock(&self.same[table]).columns()), leaks: self.leaks.unit(table) }
    }

    /// Takes in what was seen of a unit.
    pub fn done(&self, table: usize, unit: Unit<'_>) {
        lock(&self.same[table]).add(unit.same);
        self.leaks.done(unit.leaks);
    }

    /// What is to be said when the last row is in.
    pub fn findings(&self, plan: &Plan) -> Findings {
        let mut findings = Findings::default();
        let mut cells = 0;
        for (table, same) in plan.tables.iter().zip(&self.same) {
            let same = lock(same);
            cells += same.compared();
            findings.broken.extend(same.broken(table));
        }
        if cells > 0 {
            findings.checked.push(format!("{cells} masked values compared with their originals"));
        }
        let joined = self.leaks.join(plan);
        findings.broken.extend(joined.broken);
        findings.checked.push(joined.checked);
        findings.noted = joined.noted;
        findings
    }
}

/// For a scan of what is there already: production's rows and staging's, each read by itself.
impl Unit<'_> {
    /// Cells of a column of production.
    pub fn original(&mut self, column: usize, cells: &Cells) {
        self.leaks.original(column, cells);
    }

    /// Cells of a column of staging.
    pub fn staged(&mut self, column: usize, cells: &Cells) {
        self.leaks.kept(column, cells);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

impl Witness for Unit<'_> {
    fn masked(&mut self, column: usize, seen: Seen<'_>) {
        let rows = seen.places.map_or(seen.value.len(), Array::len);
        self.same.compared_rows(column, rows as u64, (seen.value.len() - seen.value.null_count()) as u64);
        self.leaks.masked(column, seen);
    }

    fn unread(&mut self, column: usize, original: &Sealed, output: &ArrayRef) {
        self.leaks.unread(column, original, output);
    }

    fn kept(&mut self, column: usize, cells: &Cells) {
        self.leaks.kept(column, cells);
    }

    fn stayed(&mut self, column: usize, value: u64, chance: f64) {
        self.same.stayed(column, value, chance);
    }
}
