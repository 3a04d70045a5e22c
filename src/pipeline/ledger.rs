//! The ledger: rows in, rows acknowledged, bytes and time of every table, counted by all workers.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Instant;

use crate::source::Counted;
use crate::verify;

/// Counts of a run.
pub(super) struct Ledger {
    tables: Vec<Entry>,
}

#[derive(Default)]
struct Entry {
    /// Known before the first row, where every row was looked at.
    counted: Option<Counted>,
    open_units: AtomicUsize,
    read: AtomicU64,
    acknowledged: AtomicU64,
    /// Rows read as exempt ones.
    exempt: AtomicU64,
    bytes: AtomicU64,
    begun: OnceLock<Instant>,
    ended: OnceLock<Instant>,
}

impl Ledger {
    /// For the tables of a plan, with what is known of each.
    pub(super) fn new(tables: Vec<Option<Counted>>) -> Self {
        let entry = |counted| Entry { counted, ..Entry::default() };
        Self { tables: tables.into_iter().map(entry).collect() }
    }

    /// Rows of a table that stay behind, where they were counted.
    pub(super) fn left_out(&self, table: usize) -> Option<u64> {
        self.tables[table].counted?.left_out
    }

    /// Notes that a unit of this table is to come.
    pub(super) fn expect(&self, table: usize) {
        self.tables[table].open_units.fetch_add(1, Ordering::Relaxed);
    }

    /// Notes that a unit of this table begins.
    pub(super) fn begin(&self, table: usize) {
        self.tables[table].begun.get_or_init(Instant::now);
    }

    /// Notes rows that were read as exempt ones.
    pub(super) fn passed(&self, table: usize, rows: u64) {
        self.tables[table].exempt.fetch_add(rows, Ordering::Relaxed);
    }

    /// Rows of a table that were exempt.
    pub(super) fn exempt(&self, table: usize) -> u64 {
        self.tables[table].exempt.load(Ordering::Relaxed)
    }

    /// Notes bytes written.
    pub(super) fn wrote(&self, table: usize, bytes: u64) {
        self.tables[table].bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Notes that a unit is done; true if it was the table's last one.
    pub(super) fn done(&self, table: usize, read: u64, acknowledged: u64) -> bool {
        let entry = &self.tables[table];
        entry.read.fetch_add(read, Ordering::Relaxed);
        entry.acknowledged.fetch_add(acknowledged, Ordering::Relaxed);
        let last = entry.open_units.fetch_sub(1, Ordering::AcqRel) == 1;
        if last {
            entry.ended.get_or_init(Instant::now);
        }
        last
    }

    pub(super) fn rows(&self, table: usize) -> u64 {
        self.tables[table].read.load(Ordering::Relaxed)
    }

    pub(super) fn bytes(&self, table: usize) -> u64 {
        self.tables[table].bytes.load(Ordering::Relaxed)
    }

    /// Seconds from the first unit's begin to the last one's end.
    pub(super) fn seconds(&self, table: usize) -> f64 {
        let entry = &self.tables[table];
        match (entry.begun.get(), entry.ended.get()) {
            (Some(begun), Some(ended)) => ended.duration_since(*begun).as_secs_f64(),
            _ => 0.0,
        }
    }

    /// What `verify` judges by.
    pub(super) fn totals(&self) -> verify::Ledger {
        let totals = |entry: &Entry| (entry.read.load(Ordering::Relaxed), entry.acknowledged.load(Ordering::Relaxed));
        let chosen = self.tables.iter().map(|entry| Some(entry.counted?.travel)).collect();
        verify::Ledger { tables: self.tables.iter().map(totals).collect(), chosen }
    }
}
