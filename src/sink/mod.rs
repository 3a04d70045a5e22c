//! Where rows go. One file per kind of sink; this one holds the traits that the pipeline knows.

use async_trait::async_trait;

use crate::batch::{Batch, Encoding};
use crate::failure::Failure;
use crate::mask::{CellError, MaskedBatch};
use crate::plan::{Plan, TablePlan};
use crate::report::Observer;
use crate::verify::{Facts, Ledger, Passed};

pub mod null;
pub mod parquet;
pub mod postgres;

/// A place that generations are made in.
#[async_trait]
pub trait Sink: Send + Sync {
    /// Whether it writes sealed cells of this encoding through; otherwise all cells have to be decoded.
    fn takes_sealed(&self, encoding: Encoding) -> bool;

    /// Begins a generation beside the live one: a shadow database with the schema in it, or a folder.
    ///
    /// # Errors
    /// The world failed; nothing is left behind.
    async fn begin(&self, plan: &Plan, observer: &dyn Observer) -> Result<Box<dyn Generation>, Failure>;
}

/// A generation in the making. One that is not published is discarded, and nothing was changed.
#[async_trait]
pub trait Generation: Send + Sync {
    /// Opens a writer for a worker.
    ///
    /// # Errors
    /// The world failed.
    async fn writer(&self) -> Result<Box<dyn Writer>, Failure>;

    /// Notes that the last row of a table is in, while others may still be coming: a good time for its indexes.
    ///
    /// # Errors
    /// The world failed, or the data did (a constraint).
    async fn loaded(&self, _: &TablePlan) -> Result<(), Failure> {
        Ok(())
    }

    /// What is loaded, if it can be read back.
    fn loaded_rows(&self) -> Option<Box<dyn Loaded>> {
        None
    }

    /// Completes it after the last row: indexes, constraints, sequences, statistics. `ledger` is what the pipeline counted.
    /// Returns what can be verified.
    ///
    /// # Errors
    /// The world failed, or the data did (a constraint).
    async fn seal(&mut self, plan: &Plan, ledger: &Ledger, observer: &dyn Observer) -> Result<Facts, Failure>;

    /// Makes it the live one, in one step.
    ///
    /// # Errors
    /// Nothing was changed.
    async fn publish(self: Box<Self>, passed: Passed, observer: &dyn Observer) -> Result<Published, Failure>;

    /// Removes it.
    async fn discard(self: Box<Self>);
}

/// Rows that are loaded, to be read back.
#[async_trait]
pub trait Loaded: Send + Sync {
    /// Reads all rows of a plan's tables. `took` gets each batch with the place of its table in the plan: the first that is
    /// loaded where the rows stand.
    ///
    /// # Errors
    /// The world failed.
    async fn read(&self, plan: &Plan, took: &mut (dyn FnMut(usize, Batch) + Send)) -> Result<(), Failure>;
}

/// What was published, for the report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Published {
    /// The generation's name.
    pub name: String,
    /// Older generations that were dropped, one line each.
    pub dropped: Vec<String>,
}

/// One worker's way into a generation.
#[async_trait]
pub trait Writer: Send {
    /// Begins a unit of a table; `alone` says that no other writer writes to this table.
    ///
    /// # Errors
    /// The world failed.
    async fn begin(&mut self, table: &TablePlan, encoding: Encoding, alone: bool) -> Result<(), Failure>;

    /// Writes a batch of the unit. Returns the bytes that it took.
    ///
    /// # Errors
    /// The world failed, or the data did.
    async fn write(&mut self, batch: &MaskedBatch) -> Result<u64, Failure>;

    /// Ends the unit. Returns the rows that the sink acknowledges.
    ///
    /// # Errors
    /// The world failed, or the data did.
    async fn finish(&mut self) -> Result<u64, Failure>;
}

/// The failure of a masked cell that has no form in its column's type. `before` is the number of rows written before.
fn unwritable(table: &TablePlan, before: u64, error: CellError) -> Failure {
    let column = &table.columns[error.column];
    let row = before + error.row as u64 + 1;
    Failure::data(format!(
        "{}, row {row}: what `{}` made cannot be written: {}",
        column.facts.column, column.mask.name, error.reason
    ))
    .remedy("choose another mask for the column")
}
