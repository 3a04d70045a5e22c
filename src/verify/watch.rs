//! What looks on while rows stream: one [`Unit`] a unit, in the hands of its worker, and the [`Watch`] of the whole run
//! that takes in what each has seen. In memory only, and no value is kept.

use std::sync::Mutex;

use arrow::array::{Array, ArrayRef};

use super::crowds::{self, Crowds};
use super::kept::Sums;
use super::leaks::{self, Leaks};
use super::same::Same;
use super::shape::{self, Shapes};
use crate::batch::{Cells, Sealed, Seen, Witness};
use crate::plan::{Plan, TablePlan};
use crate::report::{ColumnShape, KAnonymity};
use crate::schema::Kind;

/// What a run has seen of its tables.
pub struct Watch {
    /// Per table of the plan.
    same: Vec<Mutex<Same>>,
    shapes: Vec<Mutex<Shapes>>,
    leaks: Leaks,
    look: Look,
    /// What kept columns sum up to, by table: as they were read, and as they are loaded.
    kept: Vec<Mutex<[Sums; 2]>>,
    kinds: Vec<Vec<Kind>>,
    /// Per entry of the plan's quasi-identifiers, and for each table which entry it is part of, and where the columns stand.
    crowds: Vec<Mutex<Crowds>>,
    quasi: Vec<Option<(usize, Vec<usize>)>>,
}

/// How much a run looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// What costs next to nothing.
    Usual,
    /// Everything that goes by.
    Deep,
    /// Everything that goes by in production, and everything that is loaded, which is read back.
    Back,
}

/// What one worker has seen of one unit.
pub struct Unit<'a> {
    same: Same,
    shapes: Shapes,
    leaks: leaks::Unit<'a>,
    kept: Sums,
    look: Look,
    kinds: &'a [Kind],
    crowds: Option<crowds::Unit<'a>>,
}

/// What the whole run's watch found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Findings {
    /// What was looked at, one line each.
    pub checked: Vec<String>,
    /// What must not be, one line each, without values.
    pub broken: Vec<String>,
    /// What chance may explain, one line each.
    pub noted: Vec<String>,
    /// What is worth a warning, one line each.
    pub warned: Vec<String>,
    /// Per table and column of the plan what masked columns look like.
    pub shapes: Vec<Vec<Option<ColumnShape>>>,
    /// How well rows hide, by table.
    pub k_anonymity: Vec<KAnonymity>,
}

impl Watch {
    /// For the tables of a plan. `seed` is another one in every run and known to nobody outside.
    pub fn new(plan: &Plan, seed: [u8; 32], look: Look) -> Self {
        let same = plan.tables.iter().map(|table| Mutex::new(Same::new(table.columns.len()))).collect();
        let sums = |table: &TablePlan| Mutex::new([Sums::new(table.columns.len()), Sums::new(table.columns.len())]);
        let kinds = |table: &TablePlan| table.columns.iter().map(|column| column.facts.ty.kind.clone()).collect();
        let mut quasi = vec![None; plan.tables.len()];
        for (entry, one) in plan.quasi_identifiers.iter().enumerate() {
            one.parts.iter().for_each(|(table, places)| quasi[*table] = Some((entry, places.clone())));
        }
        Self {
            same,
            shapes: plan.tables.iter().map(|table| Mutex::new(Shapes::new(table.columns.len()))).collect(),
            leaks: Leaks::new(plan, seed, look != Look::Usual),
            look,
            kept: plan.tables.iter().map(sums).collect(),
            kinds: plan.tables.iter().map(kinds).collect(),
            crowds: plan.quasi_identifiers.iter().map(|_| Mutex::default()).collect(),
            quasi,
        }
    }

    /// For a unit of a table that is about to stream.
    pub fn unit(&self, table: usize) -> Unit<'_> {
        let columns = lock(&self.same[table]).columns();
        Unit {
            same: Same::new(columns),
            shapes: Shapes::new(columns),
            leaks: self.leaks.unit(table),
            kept: Sums::new(columns),
            look: self.look,
            kinds: &self.kinds[table],
            crowds: self.quasi[table].as_ref().map(|(_, places)| crowds::Unit::new(places)),
        }
    }

    /// Takes in what was seen of a unit.
    pub fn done(&self, table: usize, unit: Unit<'_>) {
        lock(&self.same[table]).add(unit.same);
        lock(&self.shapes[table]).join(unit.shapes);
        lock(&self.kept[table])[0].join(&unit.kept);
        if let (Some((entry, _)), Some(seen)) = (&self.quasi[table], unit.crowds) {
            lock(&self.crowds[*entry]).join(seen.into_crowds());
        }
        self.leaks.done(unit.leaks);
    }

    /// Takes in what was seen of rows that were read back; `table` is the first that is loaded where they stand.
    pub fn read_back(&self, table: usize, unit: Unit<'_>) {
        lock(&self.kept[table])[1].join(&unit.kept);
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
        for (table, shapes) in plan.tables.iter().zip(&self.shapes) {
            let (told, beyond) = shape::compare(&lock(shapes), table, &plan.shape);
            findings.shapes.push(told);
            if plan.shape.fails { &mut findings.broken } else { &mut findings.warned }.extend(beyond);
        }
        for (quasi, crowds) in plan.quasi_identifiers.iter().zip(&self.crowds) {
            findings.k_anonymity.extend(lock(crowds).told(quasi));
        }
        let hidden = |one: &KAnonymity| format!("{} ({}): {one}", one.table, one.columns.join(", "));
        findings.checked.extend(findings.k_anonymity.iter().map(hidden));
        let joined = self.leaks.join(plan);
        findings.broken.extend(joined.broken);
        findings.checked.push(joined.checked);
        findings.noted = joined.noted;
        if self.look == Look::Back {
            self.compare(plan, &mut findings);
        }
        findings
    }

    /// Kept columns as they were read against what is loaded.
    fn compare(&self, plan: &Plan, findings: &mut Findings) {
        let mut compared = 0;
        for (index, table) in plan.tables.iter().enumerate() {
            let first = |at: usize| plan.tables[..at].iter().all(|before| before.into != table.into);
            if !first(index) {
                continue;
            }
            let mut read = Sums::new(table.columns.len());
            let same = plan.tables.iter().zip(&self.kept).filter(|(other, _)| other.into == table.into);
            same.for_each(|(other, sums)| read.join(&lock(sums)[0].in_order_of(other, table)));
            let (columns, lines) = read.compare(&lock(&self.kept[index])[1], table);
            compared += columns;
            findings.broken.extend(lines);
        }
        findings.checked.push(format!("{compared} kept columns read back, as they are in production"));
    }
}

impl Unit<'_> {
    /// Leaves its rows out where it is told how well rows hide: they are nobody's.
    pub(super) fn of_nobody(&mut self) {
        self.crowds = None;
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
        if self.look == Look::Back {
            self.kept.add(column, &self.kinds[column], cells);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

impl Witness for Unit<'_> {
    fn masked(&mut self, column: usize, seen: Seen<'_>) {
        if let Some(crowds) = &mut self.crowds {
            crowds.masked(column, seen.output, seen.places);
        }
        let rows = seen.places.map_or(seen.value.len(), Array::len);
        self.same.compared_rows(column, rows as u64, (seen.value.len() - seen.value.null_count()) as u64);
        if self.leaks.masked(column, seen) {
            self.shapes.look(column, seen);
        }
    }

    fn unread(&mut self, column: usize, original: &Sealed, output: &ArrayRef) {
        self.leaks.unread(column, original, output);
    }

    fn kept(&mut self, column: usize, cells: &Cells) {
        if let Some(crowds) = &mut self.crowds {
            crowds.kept(column, cells);
        }
        if self.look != Look::Back {
            self.leaks.kept(column, cells);
        } else {
            self.kept.add(column, &self.kinds[column], cells);
        }
    }

    fn stayed(&mut self, column: usize, value: u64, chance: f64) {
        self.same.stayed(column, value, chance);
    }
}
