//! Where rows come from. One file per kind of source; this one holds the traits that the pipeline knows.

use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::mpsc::Sender;

use crate::batch::{Batch, Encoding, Want};
use crate::failure::Failure;
use crate::key::RootKey;
use crate::plan::{Plan, TablePlan};
use crate::report::Observer;
use crate::schema::Schema;

pub mod csv;
pub mod postgres;

/// A database or a folder of files, opened at one consistent moment.
#[async_trait]
pub trait Source: Send + Sync {
    /// The schema at that moment.
    fn schema(&self) -> &Schema;

    /// How sealed cells of a table are written.
    fn encoding(&self, table: &TablePlan) -> Encoding;

    /// Decides which rows travel, where conditions alone do not tell ([`Plan::selection`]); before any unit is asked for.
    /// Gives what is known of each table of the plan.
    ///
    /// # Errors
    /// The world failed, or this kind of source cannot do what the plan asks for (exit 2).
    async fn choose(
        &mut self,
        plan: &Plan,
        key: &RootKey,
        observer: &dyn Observer,
    ) -> Result<Vec<Option<Counted>>, Failure>;

    /// Splits the rows of tables, by their indexes in the plan, into units of work that can be read apart; in the same
    /// order.
    fn units(&self, plan: &Plan, tables: &[usize]) -> Vec<Unit>;

    /// Opens a reader for a worker; every reader sees the same moment.
    ///
    /// # Errors
    /// The world failed.
    async fn reader(&self) -> Result<Box<dyn Reader>, Failure>;

    /// Lets go of the moment: sessions, locks, temporary files.
    async fn close(self: Box<Self>);
}

/// What is known of a table's rows before the first one travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted {
    /// Rows that travel.
    pub travel: u64,
    /// Rows that stay behind; `None` where none of the table's rows was looked at, since nothing leads to them.
    pub left_out: Option<u64>,
}

/// A part of a table that is read by one reader and written by one writer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    /// Index of the table in the plan.
    pub table: usize,
    /// Blocks `from..to` of the heap (`to` open where `None`), or the whole table.
    pub blocks: Option<(u32, Option<u32>)>,
    /// Which of the rows there.
    pub part: Part,
}

/// Rows of a unit, where some of a table's are exempt from masks: those for which a boolean SQL expression is true.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Part {
    /// All: the table has no exempt rows.
    #[default]
    All,
    /// Those that are not exempt.
    Others(Arc<str>),
    /// The exempt ones.
    Exempt(Arc<str>),
}

/// One worker's way to the rows.
#[async_trait]
pub trait Reader: Send {
    /// Reads a unit's rows into the queue, in batches of bounded size. Returns the number of rows.
    ///
    /// # Errors
    /// The world failed, or a value could not be decoded; also where the queue was closed.
    async fn read(
        &mut self,
        table: &TablePlan,
        unit: &Unit,
        wants: &[Want],
        queue: &Sender<Batch>,
    ) -> Result<u64, Failure>;
}
