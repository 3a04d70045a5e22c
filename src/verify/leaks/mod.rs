//! No production value elsewhere: while rows stream, keyed hashes of two sorts of values are gathered, of telling values
//! that go into masks, and of everything that is written under any column: whole values, and whatever the words of a
//! text may be. When the last row is in, the two are joined, so the order of tables does not matter.
//!
//! Hashes only, in memory only, under a key of the run. Where they would take more than [`MOST`] a slice of the hash space
//! is looked at instead of all of it, and of long columns a share of the batches; both are others in every run.
//!
//! A mail address or a code that stands in a kept column is a finding, whatever the number. Numbers count against what
//! chance gives ([`numbers`]), words as a share, and under masks, which draw words from lists, only as most of a column.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering};

use arrow::array::{Array, ArrayRef};

use self::cells::Piece;
use self::gather::Gather;
use self::numbers::Spread;
use self::words::Hash;
use crate::batch::{Cells, Sealed, Seen};
use crate::plan::{ColumnPlan, Plan};
use crate::schema::Kind;

mod cells;
mod gather;
mod join;
mod numbers;
mod sort;
mod words;

/// Hashes that are held at the most: 32 MiB.
const MOST: usize = 4 << 20;
/// The same where everything is to be looked at: 512 MiB.
const MOST_DEEP: usize = 64 << 20;
/// Hashes that a unit adds before it tells of them.
const STEP: usize = 1 << 14;
/// Rows of a table that are all looked at; of what follows, one row in [`STEP_OF_ROWS`], and one batch in [`BATCHES`] of what
/// masks wrote.
const ALL_ROWS: u64 = 100_000;
/// Bytes of a kept column in a unit that are all looked at.
const ALL_BYTES: u64 = 4 << 20;
/// Of what a mask wrote, which is judged as a whole, so many rows of a unit and then the same share.
const ALL_MASKED: u64 = 10_000;
/// See [`ALL_ROWS`].
const BATCHES: u64 = 16;
/// See [`ALL_ROWS`].
const STEP_OF_ROWS: usize = 4;
/// The same of kept columns whose texts are longer than [`SHORT`] bytes. They give so many hashes that of every row in four a
/// slice of the hash space was left of: one row in sixteen finds as many, for a quarter of the work.
const STEP_OF_LONG: usize = 16;
/// See [`STEP_OF_LONG`].
const SHORT: u64 = 16;
/// Hashes of a column that are remembered so that a value that repeats is noted once.
const RECENT: usize = 256;

/// What a whole run gathers.
pub(super) struct Leaks {
    hash: Hash,
    /// Decides which batches are looked at.
    turn: u64,
    /// Hashes with fewer leading zeros are left out.
    bits: AtomicU32,
    held: AtomicUsize,
    /// Rows of each table so far.
    rows: Vec<AtomicU64>,
    narrowing: Mutex<()>,
    deep: bool,
    roles: Vec<Vec<Role>>,
    tables: Vec<Mutex<Vec<Column>>>,
}

/// What a column is to the checks.
#[derive(Clone)]
struct Role {
    kind: Kind,
    /// Its values are looked for elsewhere.
    source: bool,
    /// It is looked through for values of others.
    found: Option<Found>,
}

/// How a column is looked through.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Found {
    /// It is kept.
    Kept,
    /// It is masked: its values are looked at as wholes.
    Masked,
}

/// What was gathered of one column.
#[derive(Clone, Default)]
struct Column {
    /// Hashes of telling values, by [`sort::Sort`].
    values: [Vec<u64>; 4],
    /// Hashes of what is written.
    written: Vec<u64>,
    /// Telling values that were looked at.
    looked_at: u64,
    value_numbers: Spread,
    written_numbers: Spread,
}

/// What one worker gathers of one unit.
pub(super) struct Unit<'a> {
    leaks: &'a Leaks,
    table: usize,
    columns: Vec<Column>,
    progress: Vec<Progress>,
    /// The column that was here last.
    last: usize,
    batches: u64,
    rows: u64,
    /// Whether this batch is one of those that are looked at in any case.
    chosen: bool,
    /// Whether it is looked at.
    all: bool,
    bits: u32,
    fresh: usize,
    scratch: Vec<u8>,
}

/// How far a column has come, and what was noted of it last.
#[derive(Clone)]
struct Progress {
    /// Bytes of the texts that were looked through, and how many texts they are.
    bytes: u64,
    texts: u64,
    recent: Box<[u64; RECENT]>,
    recently_written: Box<[u64; RECENT]>,
}

impl Progress {
    /// One row in so many is looked through.
    fn step(&self) -> usize {
        if self.bytes > SHORT * self.texts { STEP_OF_LONG } else { STEP_OF_ROWS }
    }
}

impl Role {
    fn of(column: &ColumnPlan) -> Self {
        let kind = column.facts.ty.kind.clone();
        // Columns that share several masks pass some rows and change others, each by rules of other columns.
        if column.switch.is_some() || !cells::speaks(&kind) {
            return Self { kind, source: false, found: None };
        }
        if column.is_kept() {
            return Self { kind, source: false, found: Some(Found::Kept) };
        }
        Self { kind, source: column.is_replaced(), found: Some(Found::Masked) }
    }
}

impl Leaks {
    /// For the tables of a plan. `seed` is another one in every run and known to nobody. `deep` looks at everything.
    pub(super) fn new(plan: &Plan, seed: [u8; 32], deep: bool) -> Self {
        let word = |at: usize| seed.iter().skip(8 * at).take(8).fold(0, |sum, byte| sum << 8 | u64::from(*byte));
        let mut roles: Vec<Vec<Role>> =
            plan.tables.iter().map(|table| table.columns.iter().map(Role::of).collect()).collect();
        // Where nothing is replaced there is nothing to look for.
        if !roles.iter().flatten().any(|role| role.source) {
            roles.iter_mut().flatten().for_each(|role| role.found = None);
        }
        let tables = roles.iter().map(|columns| Mutex::new(vec![Column::default(); columns.len()])).collect();
        Self {
            hash: Hash::new([word(0), word(1)]),
            turn: word(2),
            bits: AtomicU32::new(0),
            held: AtomicUsize::new(0),
            rows: roles.iter().map(|_| AtomicU64::new(0)).collect(),
            narrowing: Mutex::new(()),
            deep,
            roles,
            tables,
        }
    }

    /// For a unit of a table.
    pub(super) fn unit(&self, table: usize) -> Unit<'_> {
        let columns = self.roles[table].len();
        let recent = Box::new([0; RECENT]);
        let progress = Progress { bytes: 0, texts: 0, recent: recent.clone(), recently_written: recent };
        Unit {
            leaks: self,
            table,
            columns: vec![Column::default(); columns],
            progress: vec![progress; columns],
            last: usize::MAX,
            batches: self.turn,
            rows: 0,
            chosen: false,
            all: false,
            bits: self.bits.load(Ordering::Relaxed),
            fresh: 0,
            scratch: Vec::new(),
        }
    }

    /// Takes in what a unit gathered.
    pub(super) fn done(&self, mut unit: Unit<'_>) {
        unit.tell();
        let mut columns = lock(&self.tables[unit.table]);
        for (own, other) in columns.iter_mut().zip(unit.columns) {
            own.join(other);
        }
    }

    /// Halves the slice of the hash space, unless another worker does.
    fn narrow(&self, bits: u32) {
        let _narrowing = lock(&self.narrowing);
        if self.bits.compare_exchange(bits, bits + 1, Ordering::Relaxed, Ordering::Relaxed).is_err() {
            return;
        }
        for table in &self.tables {
            let left: usize = lock(table).iter_mut().map(|column| column.narrow(bits + 1)).sum();
            self.held.fetch_sub(left, Ordering::Relaxed);
        }
    }
}

impl Column {
    fn lists(&mut self) -> impl Iterator<Item = &mut Vec<u64>> {
        self.values.iter_mut().chain([&mut self.written])
    }

    fn join(&mut self, other: Column) {
        self.looked_at += other.looked_at;
        self.value_numbers.join(other.value_numbers);
        self.written_numbers.join(other.written_numbers);
        for (own, other) in self.values.iter_mut().zip(other.values) {
            own.extend(other);
        }
        self.written.extend(other.written);
    }

    /// Leaves out hashes beyond the slice; how many.
    fn narrow(&mut self, bits: u32) -> usize {
        self.lists().map(|list| narrow(list, bits)).sum()
    }
}

/// The same for one list. Which of them stay is as good as random: no branch goes by it.
fn narrow(list: &mut Vec<u64>, bits: u32) -> usize {
    let (before, mut kept) = (list.len(), 0);
    for at in 0..before {
        let hash = list[at];
        list[kept] = hash;
        kept += usize::from(hash.leading_zeros() >= bits);
    }
    list.truncate(kept);
    before - kept
}

impl Unit<'_> {
    /// A column went into its mask and came out of it. Returns whether this batch is looked at.
    pub(super) fn masked(&mut self, column: usize, seen: Seen<'_>) -> bool {
        let role = &self.leaks.roles[self.table][column];
        let looked_at = self.turn(column, seen.places.map_or(seen.value.len(), Array::len));
        if role.source {
            // Values that repeat are here once.
            let step = if looked_at || seen.places.is_some() { 1 } else { STEP_OF_ROWS };
            let first = (self.batches % step as u64) as usize;
            let mut scratch = std::mem::take(&mut self.scratch);
            let mut gather = self.gather(column);
            let before = gather.column.looked_at;
            let rows = (first..seen.value.len()).step_by(step);
            cells::of_array_rows(&role.kind, seen.value, rows, &mut scratch, |piece| gather.value(piece));
            if let Some(places) = seen.places.filter(|_| !seen.value.is_empty()) {
                let values = gather.column.looked_at - before;
                gather.column.looked_at = before + values * places.len() as u64 / seen.value.len() as u64;
            }
            self.scratch = scratch;
        }
        if looked_at {
            self.outputs(column, &role.kind, seen.output);
        }
        self.tell_now_and_then();
        looked_at
    }

    /// A mask did not look at its column, and wrote.
    pub(super) fn unread(&mut self, column: usize, original: &Sealed, output: &ArrayRef) {
        let role = &self.leaks.roles[self.table][column];
        let looked_at = self.turn(column, original.len());
        if role.source {
            let mut scratch = std::mem::take(&mut self.scratch);
            let step = if looked_at { 1 } else { STEP_OF_ROWS };
            let first = (self.batches % step as u64) as usize;
            let mut gather = self.gather(column);
            let rows = (first..original.len()).step_by(step);
            cells::of_sealed_rows(&role.kind, original, rows, &mut scratch, |piece| gather.value(piece));
            self.scratch = scratch;
        }
        if looked_at {
            self.outputs(column, &role.kind, output);
        }
        self.tell_now_and_then();
    }

    fn outputs(&mut self, column: usize, kind: &Kind, output: &ArrayRef) {
        let masked = self.leaks.roles[self.table][column].found == Some(Found::Masked);
        if masked && (self.chosen || self.rows <= ALL_MASKED) {
            let mut scratch = std::mem::take(&mut self.scratch);
            let mut gather = self.gather(column);
            cells::of_array_rows(kind, output, 0..output.len(), &mut scratch, |piece| gather.whole(piece));
            self.scratch = scratch;
        }
        self.tell_now_and_then();
    }

    /// A column is kept.
    pub(super) fn kept(&mut self, column: usize, cells: &Cells) {
        if self.leaks.roles[self.table][column].found.is_some() {
            // What was written last stands together: rows of every batch, rather than some batches.
            let step = if self.turn(column, rows(cells)) { 1 } else { self.progress[column].step() };
            self.pieces(column, cells, step, |gather, piece| gather.each(piece));
        }
    }

    /// Cells of production's column, whatever its mask will be or was: looked for elsewhere if it is to be.
    pub(super) fn original(&mut self, column: usize, cells: &Cells) {
        if self.leaks.roles[self.table][column].source {
            self.pieces(column, cells, 1, |gather, piece| gather.value(piece));
        }
    }

    fn pieces(&mut self, column: usize, cells: &Cells, step: usize, mut note: impl FnMut(&mut Gather<'_>, Piece<'_>)) {
        let first = (self.batches % step as u64) as usize;
        let kind = &self.leaks.roles[self.table][column].kind;
        let mut scratch = std::mem::take(&mut self.scratch);
        let mut gather = self.gather(column);
        let rows = (first..rows(cells)).step_by(step);
        let note = |piece: Piece<'_>| note(&mut gather, piece);
        match (&cells.sealed, &cells.open) {
            (Some(sealed), _) => cells::of_sealed_rows(kind, sealed, rows, &mut scratch, note),
            (None, Some(array)) => cells::of_array_rows(kind, array, rows, &mut scratch, note),
            (None, None) => {}
        }
        self.scratch = scratch;
        self.tell_now_and_then();
    }

    /// Whether this batch of a column is looked at. Columns of a batch come in their order.
    fn turn(&mut self, column: usize, rows: usize) -> bool {
        if column <= self.last {
            let before = self.leaks.rows[self.table].fetch_add(rows as u64, Ordering::Relaxed);
            self.batches = self.batches.wrapping_add(1);
            self.rows += rows as u64;
            self.chosen = self.leaks.deep || self.batches.is_multiple_of(BATCHES);
            self.all = self.chosen || before < ALL_ROWS;
        }
        self.last = column;
        self.leaks.deep || self.all && self.progress[column].bytes <= ALL_BYTES
    }

    fn gather(&mut self, column: usize) -> Gather<'_> {
        Gather {
            hash: &self.leaks.hash,
            bits: self.bits,
            column: &mut self.columns[column],
            progress: &mut self.progress[column],
            fresh: &mut self.fresh,
        }
    }

    fn tell_now_and_then(&mut self) {
        if self.fresh >= STEP {
            self.tell();
        }
    }

    /// Tells of what is held, and keeps to the slice that is left.
    fn tell(&mut self) {
        self.leaks.held.fetch_add(std::mem::take(&mut self.fresh), Ordering::Relaxed);
        loop {
            let bits = self.leaks.bits.load(Ordering::Relaxed);
            if bits > self.bits {
                let left: usize = self.columns.iter_mut().map(|column| column.narrow(bits)).sum();
                self.leaks.held.fetch_sub(left, Ordering::Relaxed);
                self.bits = bits;
            }
            if self.leaks.held.load(Ordering::Relaxed) <= if self.leaks.deep { MOST_DEEP } else { MOST } {
                return;
            }
            self.leaks.narrow(bits);
        }
    }
}

fn rows(cells: &Cells) -> usize {
    cells.sealed.as_ref().map_or_else(|| cells.open.as_ref().map_or(0, Array::len), Sealed::len)
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
